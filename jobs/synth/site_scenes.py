"""Scenes at sites that acts and look-alikes share: a project with a list, people sent there, failures."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.cards import order_card
from jobs.synth.firms import fail
from jobs.synth.model import Contract, Firm, Job, Person, Project
from jobs.synth.people import new_person
from jobs.synth.plant import Planter
from jobs.synth.sitebook import Attendance, Card, Orderer, SiteList, attend, keep_list, lists_from
from jobs.synth.staging import job_on, later
from jobs.synth.work import employ

PROJECT_VALUE = 24_000_000


def opening_day(planter: Planter, *firms: Firm, months_ago: int | None = None) -> date:
    """A day early in a month for which there are lists, when all the firms are registered.

    Args:
        planter: Knows the window.
        firms: Who works there.
        months_ago: 0 for the last month; two to four unless given.
    """
    ago = planter.rng.randrange(2, 5) if months_ago is None else months_ago
    day = max(later(planter, ago, 3), lists_from(planter.world))
    return max([day, *(f.registered + timedelta(days=20) for f in firms)])


def listed_site(
    planter: Planter,
    path: Sequence[Firm],
    begins: date,
    *,
    client: str = "kommune",
    kinds: Sequence[tuple[str, bool]] = (),
    is_measured: bool = True,
    is_clock_checked: bool | None = True,
    parallel: int = 1,
) -> tuple[Project, list[Contract], SiteList]:
    """A project in which each firm works for the one before; its client keeps a list and knows the chain.

    Args:
        planter: Carries it out.
        path: Firms below the main supplier.
        begins: First day of their contracts.
        client: Kind of client.
        kinds: Kind of contract and whether it is labour-bearing, per link.
        is_measured: Whether gates read cards.
        is_clock_checked: Whether their clocks are right.
        parallel: Other subcontractors at the first tier.
    """
    world, rng = planter.world, planter.rng
    project, links = job_on(
        planter, path, begins - timedelta(days=24), world.closing + timedelta(days=rng.randrange(60, 200)),
        client=client, value=rng.randrange(PROJECT_VALUE // 2, 2 * PROJECT_VALUE), kinds=kinds, begins=begins,
        parallel=parallel,
    )  # fmt: skip
    project.is_complete = True
    made = keep_list(world, rng, project, is_measured=is_measured, is_clock_checked=is_clock_checked)
    return project, links, made


def confirm(project: Project, on: date) -> None:
    """Let the client confirm on a day that it knows the whole chain.

    Args:
        project: The project.
        on: The day.
    """
    project.is_verified = project.is_complete = True
    project.contracts[0].is_verified, project.contracts[0].verified_on = True, on


def send(
    planter: Planter,
    project: Project,
    people: Sequence[Person],
    employer: Firm,
    first: date,
    last: date | None = None,
    /,
    **changes: object,
) -> list[Attendance]:
    """Send people to a site, until the last day of the window unless said otherwise.

    Args:
        planter: Carries it out.
        project: Where.
        people: Who.
        employer: For whom.
        first: First day.
        last: Last day.
        changes: What is unusual, by field of the attendance.
    """
    until = min(last or planter.world.closing, planter.world.closing)
    return [
        attend(planter.world, Attendance(project, p, employer, first, until, absence=0.05), **changes)
        for p in people
    ]


def job_of(person: Person, firm: Firm) -> Job:
    """The newest job that somebody has in a firm.

    Args:
        person: Worker.
        firm: Employer.
    """
    return next(job for job in reversed(person.jobs) if job.firm is firm)


def by_the_hour(person: Person, firm: Firm) -> Job:
    """The newest job that somebody has in a firm, paid by the hour from now on, so that hours are reported.

    Args:
        person: Worker.
        firm: Employer.
    """
    job = job_of(person, firm)
    job.terms.is_fixed, job.terms.occupation = False, ""
    return job


def stranger(planter: Planter, firm: Firm, ages: tuple[int, int] = (22, 55)) -> Person:
    """Somebody who lives near a firm and has no job.

    Args:
        planter: Carries it out.
        firm: Near whom.
        ages: Youngest and oldest.
    """
    return new_person(planter.world, planter.rng, municipality=firm.municipality, ages=ages, is_planted=True)


def card_for(
    planter: Planter,
    person: Person,
    firm: Firm,
    ordered: date,
    *,
    ground: str = "ansatt",
    by: Orderer | None = None,
) -> Card:
    """A card that is issued soon after a day.

    Args:
        planter: Carries it out.
        person: Holder.
        firm: Whom it is issued for.
        ordered: Day of the order.
        ground: Why it can be issued.
        by: Who orders it.
    """
    return order_card(planter.world, planter.rng, person, firm, ordered, ground=ground, orderer=by)


def failures(planter: Planter, director: Person, near: Firm, count: int) -> list[Firm]:
    """Firms of one director that fail one after the other, early in the window, with unpaid claims.

    Args:
        planter: Carries it out.
        director: Who leads them all.
        near: A firm in the same place.
        count: How many.
    """
    rng, found = planter.rng, []
    for index in range(count):
        firm = planter.firm(
            municipality=near.municipality, director=director, registered=planter.past(600, 1500)
        )
        on = planter.month_day(index, rng.randrange(3, 25))
        for person in planter.crew(firm, 2):
            job_of(person, firm).end = on - timedelta(days=rng.randrange(1, 9))
        fail(planter.world, planter.founder, rng, firm, on, rng.randrange(120_000, 700_000))
        found.append(firm)
    return found


def hire_slowly(planter: Planter, firm: Firm, count: int, months: int) -> list[Person]:
    """People hired one by one over the last months.

    Args:
        planter: Carries it out.
        firm: Employer.
        count: How many.
        months: Over how many months.
    """
    world, rng, people = planter.world, planter.rng, []
    for number in range(count):
        ago = months - 1 - math.floor(number * months / count)
        person = stranger(planter, firm)
        start = max(later(planter, ago, rng.randrange(2, 20)), firm.registered)
        employ(rng, person, firm, min(start, world.closing - timedelta(days=6)), percent=100.0)
        people.append(person)
    return people


def on_or_before_last(planter: Planter, day: date) -> date:
    """A day, or the last but one of the window.

    Args:
        planter: Knows the window.
        day: The day.
    """
    return min(day, planter.world.closing - timedelta(days=1))
