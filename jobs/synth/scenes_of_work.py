"""What acts about pay and homes share with their lawful look-alikes: crews, people of other firms, homes."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.emit_notices import seen_in
from jobs.synth.homes import move_in
from jobs.synth.model import Dwelling, Firm, Job, Municipality, Notice, Person
from jobs.synth.people import new_person
from jobs.synth.plant import Planter
from jobs.synth.staging import later
from jobs.synth.trades import BY_KEY
from jobs.synth.typologies import Outfit
from jobs.synth.work import employ

Residents = list[tuple[Person, Firm | None]]


def company(outfit: Outfit, trade: str = "", *, staff: int = 0, temporary_share: float = 0.3) -> Firm:
    """A company made for one act, where the ring is at home.

    Args:
        outfit: The ring.
        trade: Key of its trade; a building trade unless given.
        staff: How many full-time workers it has.
        temporary_share: Part of them with a D-number.
    """
    return firm_of(
        outfit.planter, trade, outfit.lead().municipality, staff=staff, temporary_share=temporary_share
    )


def firm_of(
    planter: Planter,
    trade: str = "",
    place: Municipality | None = None,
    *,
    staff: int = 0,
    temporary_share: float = 0.0,
) -> Firm:
    """A firm with a crew of full-time workers.

    Args:
        planter: Carries it out.
        trade: Key of its trade; a building trade unless given.
        place: Where; drawn unless given.
        staff: How many workers.
        temporary_share: Part of them with a D-number.
    """
    firm = planter.firm(BY_KEY[trade] if trade else None, municipality=place)
    planter.crew(firm, staff, temporary_share=temporary_share)
    return firm


def strangers(planter: Planter, count: int, place: Municipality, since: date) -> Residents:
    """People who work for lawful firms that have nothing to do with each other.

    Args:
        planter: Carries it out.
        count: How many.
        place: Where they live.
        since: They work there before this day.
    """
    rng, world = planter.rng, planter.world
    employers = [
        f
        for f in world.firms
        if not f.is_planted and f.target_staff > 3 and f.branch_orgnr and f.is_alive(world.closing)
        and f.registered < since - timedelta(days=40) and not f.public_kind
    ]  # fmt: skip
    found: Residents = []
    for firm in rng.sample(employers, min(count, len(employers))):
        person = new_person(world, rng, municipality=place, ages=(21, 56), is_planted=True)
        employ(rng, person, firm, max(firm.registered, since - timedelta(days=400)), percent=100.0)
        found.append((person, firm))
    return found


def people_of(*firms: Firm, each: int = 99) -> Residents:
    """Workers of firms who have no home yet, with their employer.

    Args:
        firms: Employers.
        each: Most of each firm.
    """
    found: Residents = []
    for firm in firms:
        free = [j.person for j in firm.jobs if not j.person.is_home_set and j.end is None]
        found += [(p, firm) for p in free if p is not firm.director][:each]
    return found


def roomy(
    planter: Planter,
    place: Municipality,
    residents: Residents,
    since: date,
    owner: Firm | Person | None = None,
    *,
    is_flat: bool = False,
) -> Dwelling:
    """Let people move into a dwelling with a room and a good thirty square metres for each.

    Args:
        planter: Carries it out.
        place: Where.
        residents: Who.
        since: When.
        owner: Owner; a private landlord unless given.
        is_flat: In a block rather than a house.
    """
    return planter.lodgings.lodge(
        place, residents, rooms=len(residents) + 2, area=34.0 * len(residents) + planter.rng.uniform(8, 30),
        since=since, owner=owner, is_flat=is_flat,
    )  # fmt: skip


def moved_in(planter: Planter) -> date:
    """A day on which people may move in, so that it is known well before the last month is over."""
    return later(planter, min(6, len(planter.world.months) - 1), planter.rng.randrange(1, 12))


def known(planter: Planter, since: date, notices: Sequence[Notice] = ()) -> date:
    """When moves of about a day are registered and notices have come.

    Args:
        planter: Knows the window.
        since: First day of the moves, which take two weeks and are registered two weeks later.
        notices: Notices that are needed to see it.
    """
    days = [since + timedelta(days=30), *(seen_in(planter.world, n) for n in notices)]
    return min(max(days), planter.world.closing)


def jobs_in(firm: Firm) -> list[Job]:
    """Jobs of a firm that go on, its director's excepted."""
    return [j for j in firm.jobs if j.end is None and j.person is not firm.director]


def work_twice(
    planter: Planter, firms: Sequence[Firm], percents: Sequence[float], count: int, since: date
) -> list[Person]:
    """The same people work for several firms at once; each firm reports a position with pay and hours.

    Args:
        planter: Carries it out.
        firms: Employers.
        percents: Position in each.
        count: How many people.
        since: When the last of the positions began.
    """
    people = planter.crew(firms[0], count, temporary_share=0.3)
    for person in people:
        first = person.jobs[-1]
        first.percent = percents[0]
        others = [
            employ(
                planter.rng, person, firm, since - timedelta(days=planter.rng.randrange(0, 9)), percent=part
            )
            for firm, part in zip(firms[1:], percents[1:], strict=True)
        ]
        for job in (first, *others):
            job.terms.shown_percent = job.percent
    return people


def beds_with_jobs(
    planter: Planter,
    firm: Firm,
    dwelling: Dwelling,
    count: int,
    lag: tuple[int, int],
    *,
    is_registered: bool = True,
) -> tuple[list[Person], date, date]:
    """People who are hired one after the other, live in a house while they work, and leave it when they go.

    Args:
        planter: Carries it out.
        firm: Employer.
        dwelling: The house.
        count: How many people.
        lag: Fewest and most days from a job's start to the move in, and from its end to the move out.
        is_registered: They have ordinary numbers, so that the population register sees the moves.

    Returns:
        The people, the first hire and the last move.
    """
    rng, world = planter.rng, planter.world
    begins = max(world.opening + timedelta(days=8), world.closing - timedelta(days=345))
    days = planter.spread(begins, world.closing - timedelta(days=130), count)
    people, last = [], begins
    for number, hired in enumerate(days):
        hired += timedelta(days=rng.randrange(0, 17))
        (person,) = planter.crew(firm, 1, start=hired, temporary_share=0.0 if is_registered else 1.0)
        person.is_home_set = True
        people.append(person)
        came = hired + timedelta(days=rng.randint(*lag))
        if is_registered:
            move_in(rng, person, dwelling, came, most_lag_days=14)
        last = max(last, came)
        if number == count - 1:
            continue
        job = person.jobs[-1]
        job.end = min(hired + timedelta(days=rng.randrange(55, 110)), world.closing - timedelta(days=42))
        job.end_reason = "arbeidsgiverHarSagtOppArbeidstaker"
        left = job.end + timedelta(days=rng.randint(*lag))
        if is_registered:
            planter.lodgings.move_on(person, left)
        last = max(last, left)
    return people, days[0], last


def seat_in(firm: Firm, dwelling: Dwelling) -> None:
    """Make a dwelling the business address of a firm, its unit included.

    Args:
        firm: The firm.
        dwelling: Its seat.
    """
    firm.address, firm.unit = dwelling.building, dwelling.unit
