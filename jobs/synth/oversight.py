"""Employers that house people decently, and what is reported about it."""

from datetime import timedelta

from jobs.synth.model import Firm, Lodger, Notice, Person
from jobs.synth.places import Builder, furnish, hold, rent_out
from jobs.synth.world import World, some_day

FIRMS_PER_NOTICE = 45
MOST_LODGERS = 3


def lodge_background(world: World, builder: Builder) -> None:
    """Employers that house some of their people decently, and say so.

    Args:
        world: The world.
        builder: Puts up the houses.
    """
    rng = world.rng("lodging")
    employers = [
        f for f in world.firms if f.trade.is_site and not f.is_planted and not f.bankrupt and not f.deleted
    ]
    rng.shuffle(employers)
    wanted = max(3, world.parameters.firms // FIRMS_PER_NOTICE)
    for firm in employers:
        if len(world.notices) >= wanted:
            return
        people = [
            j.person for j in firm.jobs if j.person.is_d_number and not j.person.is_home_set and j.end is None
        ][:MOST_LODGERS]
        if people:
            _lodge(world, builder, firm, people)


def _lodge(world: World, builder: Builder, firm: Firm, people: list[Person]) -> None:
    rng = world.rng("lodging")
    dwelling = builder.dwelling(rng, firm.municipality, is_flat=False)
    furnish(rng, dwelling, len(people) + 2, 32.0 * len(people) + rng.uniform(20, 60), lacks=())
    if rng.random() < 0.4:
        hold(world, rng, dwelling, firm)
    else:
        rent_out(world, rng, dwelling)
    began = max(j.start for p in people for j in p.jobs if j.firm is firm)
    latest = world.closing - timedelta(days=3)
    since = some_day(rng, max(began, world.opening - timedelta(days=200)), max(began, latest))
    reported = some_day(rng, max(since, world.opening), max(since, latest))
    notice = Notice(
        notice_id=world.numbers.code(rng, "I-", 6),
        reported=min(reported, world.closing),
        reporter=rng.choice(("arbeidsgiver", "arbeidsgiver", "utleier", "kommune", "tips")),
        is_confirmed=rng.random() < 0.5,
        kind="bolig",
        dwelling=dwelling,
        since=since,
        provider=firm,
        tenant=firm if rng.random() < 0.5 else None,
        capacity=len(people) + 2,
        bedrooms=len(people) + 1,
        showers=1,
        toilets=2,
        area=dwelling.area,
    )
    for person in people:
        person.is_home_set = True
        notice.residents.append(Lodger(person, firm, since, rng.randrange(2800, 4500, 100), "ja", "ja"))
    world.notices.append(notice)
