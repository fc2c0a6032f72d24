"""Who looks at what: lawful accommodation notices, inspections by a biased policy, and reviews."""

from datetime import timedelta

from jobs.synth.model import Firm, Inspection, Lodger, Notice, Person, Review
from jobs.synth.places import Builder, furnish, hold, rent_out
from jobs.synth.trades import CLEANING, STAFFING
from jobs.synth.world import World, some_day

FIRMS_PER_NOTICE = 45
FIRMS_PER_INSPECTION = 26
FIRMS_PER_REVIEW = 120
MOST_LODGERS = 3
FINDINGS = (("none", 0.28), ("guidance", 0.30), ("order", 0.30), ("stop", 0.08), ("fine", 0.04))

ORDINARY_OUTCOMES = (
    "lawful_explanation",
    "lawful_explanation",
    "insufficient_data",
    "confirmed_minor",
    "not_reviewed_capacity",
)


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
    furnish(rng, dwelling, len(people) + 2, 32.0 * len(people) + rng.uniform(20, 60), may_be_unknown=False)
    if rng.random() < 0.4:
        hold(world, rng, dwelling, firm)
    else:
        rent_out(world, rng, dwelling)
    began = max(j.start for p in people for j in p.jobs if j.firm is firm)
    since = max(began, world.opening - timedelta(days=200))
    latest = world.closing - timedelta(days=3)
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


def inspect(world: World) -> None:
    """Inspections: larger firms of the usual trades, some tips, few at random.

    Args:
        world: The finished world.
    """
    rng = world.rng("inspections")
    candidates = [f for f in world.firms if f.trade.is_site or f.trade in (CLEANING, STAFFING)]
    weights = [1.0 + len(f.jobs) ** 0.7 + (4.0 if f.is_planted else 0.0) for f in candidates]
    projects = {c.supplier: p for p in world.projects for c in p.contracts}
    for firm in rng.choices(candidates, weights, k=max(4, world.parameters.firms // FIRMS_PER_INSPECTION)):
        visited = some_day(rng, max(world.opening, firm.registered), world.closing)
        if not firm.is_alive(visited):
            continue
        selection = rng.choices(("plan", "tip", "random", "followup"), (50, 30, 12, 8))[0]
        finding = rng.choices([f for f, _ in FINDINGS], [w for _, w in FINDINGS])[0]
        final_on = visited + timedelta(days=rng.randrange(25, 130)) if rng.random() < 0.85 else None
        world.inspections.append(
            Inspection(
                world.numbers.code(rng, "T-", 6),
                firm,
                visited,
                selection,
                finding,
                final_on,
                projects.get(firm),
            )
        )


def review(world: World) -> None:
    """Reviews of cases of earlier months, right and wrong ones.

    Args:
        world: The finished world.
    """
    rng = world.rng("reviews")
    firms = [f for f in world.firms if f.trade.is_site and not f.is_planted]
    planted = [f for r in world.rings for f in r.companies]
    for number in range(max(3, world.parameters.firms // FIRMS_PER_REVIEW)):
        is_right = bool(planted) and rng.random() < 0.25
        firm = rng.choice(planted if is_right else firms)
        reviewed = some_day(rng, max(world.opening, firm.registered) + timedelta(days=40), world.closing)
        if reviewed > world.closing:
            continue
        outcome = "confirmed_serious" if is_right else rng.choice(ORDINARY_OUTCOMES)
        world.reviews.append(
            Review(
                world.numbers.code(rng, "V-", 6), f"S-{number + 1:05d}", "virksomhet", firm.orgnr,
                reviewed - timedelta(days=rng.randrange(20, 40)), reviewed,
                rng.choice(("plan", "tip", "random", "score")), outcome,
                rng.choice(("A01", "A02", "B01", "I01")),
                "correct_fact_and_relevant" if outcome.startswith("confirmed") else "correct_fact_irrelevant",
                "ordinary_trade" if outcome == "lawful_explanation" else "",
            )
        )  # fmt: skip
