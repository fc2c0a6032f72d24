"""Scenes that acts about companies and their look-alikes share: failures, resources, changing roles."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.firms import fail
from jobs.synth.model import Building, Event, Firm, Municipality, Person, RoleSpell, Trade
from jobs.synth.outcomes import Inspection
from jobs.synth.people import new_person
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.registration import entry_of, new_email, new_phone
from jobs.synth.trades import EQUIPMENT, GENERAL, PROPERTY
from jobs.synth.work import employ
from jobs.synth.world import World

YEAR = 365
SHELL_TRADES = (PROPERTY, EQUIPMENT, GENERAL)
"""Trades in which companies without people are ordinary."""


def failing(
    planter: Planter,
    on: date,
    claims: int,
    *,
    crew: int = 3,
    trade: Trade | None = None,
    municipality: Municipality | None = None,
    director: Person | None = None,
    owners: list[tuple[Person | Firm, int]] | None = None,
    address: Building | None = None,
) -> Firm:
    """A firm of some years' standing that goes bankrupt in the window; its people lose their jobs then.

    It is older than a year when it fails, so that it is nobody's young successor.

    Args:
        planter: Carries it out.
        on: Opening of bankruptcy.
        claims: Unpaid public claims, in kroner.
        crew: Workers.
        trade: What it does.
        municipality: Where.
        director: Who leads it.
        owners: Who owns it.
        address: Business address.
    """
    firm = planter.firm(
        trade, municipality=municipality, registered=planter.past(450, 1500), director=director,
        owners=owners, address=address,
    )  # fmt: skip
    planter.crew(firm, crew)
    close_jobs(planter, firm, on)
    fail(planter.world, planter.founder, planter.rng, firm, on, claims)
    return firm


def close_jobs(planter: Planter, firm: Firm, on: date) -> None:
    """End all jobs of a firm within four days before a day.

    Args:
        planter: Carries it out.
        firm: Employer.
        on: The day.
    """
    for job in firm.jobs:
        if job.end is None or job.end > on:
            job.end = max(on - timedelta(days=planter.rng.randrange(4)), job.start)
            job.is_unclosed = planter.rng.random() < 0.3


def go_over(planter: Planter, source: Firm, target: Firm, count: int, on: date) -> list[Person]:
    """Workers of one firm take up work in another one soon after a day.

    Args:
        planter: Carries it out.
        source: Whom they worked for; their jobs there end if they have not.
        target: Whom they go to.
        count: How many.
        on: The day.
    """
    people = [job.person for job in source.jobs if job.person.is_planted][:count]
    hand_over(planter, people, source, target, on)
    return people


def hand_over(planter: Planter, people: Sequence[Person], source: Firm, target: Firm, on: date) -> None:
    """Certain workers of one firm take up work in another one soon after a day.

    Args:
        planter: Carries it out.
        people: Who.
        source: Whom they worked for.
        target: Whom they go to.
        on: The day.
    """
    last = planter.world.closing - timedelta(days=5)
    for person in people:
        for job in person.jobs:
            if job.firm is source and (job.end is None or job.end > on):
                job.end = max(on, job.start)
        start = min(on + timedelta(days=planter.rng.randrange(2, 16)), last)
        employ(planter.rng, person, target, start, percent=100.0)


def appoint(firm: Firm, code: str, person: Person, since: date, until: date | None = None) -> None:
    """Add a role that a person holds from a day on.

    Args:
        firm: Where.
        code: Kind of role.
        person: Who.
        since: First day.
        until: First day without it; None while it lasts.
    """
    firm.roles.append(RoleSpell(code, person, max(since, firm.registered), until))


def swap(firm: Firm, person: Person, on: date, codes: Sequence[str]) -> None:
    """Pass roles to somebody on a day.

    Args:
        firm: Where.
        person: Newcomer.
        on: The day.
        codes: Roles that change hands.
    """
    for role in [r for r in firm.roles if r.code in codes and r.until is None]:
        role.until = on
        firm.roles.append(RoleSpell(role.code, person, on))


def common_contact(
    planter: Planter, firms: Sequence[Firm], *, phone: bool = True, email: bool = True
) -> None:
    """Let firms leave the same telephone number, the same e-mail address, or both.

    Args:
        planter: Carries it out.
        firms: Who shares them.
        phone: They share a telephone number.
        email: They share an e-mail address.
    """
    world, rng = planter.world, planter.rng
    number, address = new_phone(world, rng), new_email(world, rng)
    for firm in firms:
        entry = entry_of(world, firm)
        if phone:
            entry.phone = number
        if email:
            entry.email = address


def common_bureau(firms: Sequence[Firm], bureau: Firm) -> None:
    """Let firms have the same accountant from their first day.

    Args:
        firms: Clients.
        bureau: Accountant.
    """
    for firm in firms:
        firm.roles[:] = [role for role in firm.roles if role.code != "REGN"]
        firm.roles.append(RoleSpell("REGN", bureau, max(firm.registered, bureau.registered)))


def stranger(planter: Planter, firm: Firm, ages: tuple[int, int] = (22, 58)) -> Person:
    """Somebody without any job or role.

    Args:
        planter: Carries it out.
        firm: In whose municipality.
        ages: Youngest and oldest.
    """
    return new_person(planter.world, planter.rng, municipality=firm.municipality, ages=ages, is_planted=True)


def siblings(planter: Planter, firm: Firm) -> tuple[Person, Person]:
    """Two people with the same last name who are registered as siblings.

    Args:
        planter: Carries it out.
        firm: In whose municipality.
    """
    one = stranger(planter, firm)
    two = new_person(
        planter.world, planter.rng, municipality=firm.municipality, ages=(22, 58), last=one.last,
        is_planted=True,
    )  # fmt: skip
    one.relations.append((two, "soesken"))
    two.relations.append((one, "soesken"))
    return one, two


def shell(planter: Planter, director: Person, trade: Trade | None = None, form: str = "AS") -> Firm:
    """A company without people, led by one person and owned by another.

    Args:
        planter: Carries it out.
        director: Who leads it.
        trade: What it says it does.
        form: Legal form.
    """
    rng, world = planter.rng, planter.world
    owner = new_person(world, rng, municipality=director.municipality, ages=(28, 66), is_planted=True)
    return planter.founder.found(
        rng, trade or rng.choice(SHELL_TRADES), registered=planter.past(200, 1500), form=form,
        municipality=director.municipality, director=director,
        owners=sole_owner(owner) if form == "AS" else None, is_planted=True,
    )  # fmt: skip


def borrow(planter: Planter, count: int, *, by: date | None = None) -> list[Firm]:
    """Lawful companies of the background that live through the window, each borrowed once.

    Args:
        planter: Who borrows.
        count: How many; fewer when the district has no more.
        by: Registered by that day; long before the window unless given.
    """
    world = planter.world
    latest = by or world.opening - timedelta(days=YEAR)
    taken = world.entries.borrowed
    free = [
        f
        for f in world.firms
        if f.form == "AS" and not f.is_planted and not f.public_kind and f.trade.sn2007
        and f not in taken and not f.is_group and f.registered <= latest
        and f.bankrupt is None and f.deleted is None
    ]  # fmt: skip
    chosen = planter.rng.sample(free, min(count, len(free)))
    taken.update(dict.fromkeys(chosen))
    return chosen


def quarantine(planter: Planter, firm: Firm, person: Person, on: date) -> Event:
    """Two years in which somebody may not found companies or lead new ones, after the failure of one.

    Args:
        planter: Carries it out.
        firm: The firm that failed.
        person: Who is in quarantine.
        on: First day.
    """
    event = planter.event("konkurskarantene", on, firm, None, "konkursregister")
    event.person, event.until = person, on + timedelta(days=2 * YEAR)
    return event


def confirmed(
    planter: Planter, firm: Firm, visited: date, final_on: date, finding: str, *, selection: str = "plan"
) -> Inspection:
    """An inspection that has ended with a final decision.

    Args:
        planter: Carries it out.
        firm: Who was visited.
        visited: Day of the visit.
        final_on: Day the decision became final.
        finding: Level of the finding.
        selection: Why it was visited.
    """
    made = Inspection(
        planter.world.numbers.code(planter.rng, "T-", 7), firm, visited, selection, finding, final_on
    )
    planter.world.inspections.append(made)
    return made


def spread_days(world: World, count: int, first_month: int, last_month: int, day: int = 11) -> list[date]:
    """Days in months that lie evenly between two.

    Args:
        world: Knows the window.
        count: How many.
        first_month: Index of the first month.
        last_month: Index of the last month; negative ones count from the end.
        day: Day of the month of the first.
    """
    months = len(world.months)
    low = min(max(first_month, 0), months - 1)
    high = max(last_month if last_month >= 0 else months + last_month, low)
    step = (high - low) / max(count - 1, 1)
    chosen = [world.months[min(round(low + step * i), months - 1)] for i in range(count)]
    return [date(int(m[:4]), int(m[5:]), day + i % 9) for i, m in enumerate(chosen)]
