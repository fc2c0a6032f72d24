"""Natural persons: who they are, and the number they go by."""

from contextlib import suppress
from datetime import date, timedelta
from random import Random

from jobs.synth.model import Municipality, Person
from jobs.synth.names import FIRST_NAMES, LAST_NAMES
from jobs.synth.world import World, some_day

PROTECTED_SHARE = 0.003
NUMBER_SWITCH_SHARE = 0.12
"""Part of D-number holders who settle and get an ordinary number within the window."""


def new_person(
    world: World,
    rng: Random,
    *,
    municipality: Municipality | None = None,
    ages: tuple[int, int] = (19, 64),
    is_d_number: bool = False,
    last: str | None = None,
    is_planted: bool = False,
) -> Person:
    """A person, not yet housed and without relations.

    Args:
        world: The world; the person is added to it.
        rng: The caller's stream.
        municipality: Where the person lives or stays.
        ages: Youngest and oldest age at the first day of the window.
        is_d_number: Has a D-number rather than an ordinary number.
        last: Last name, for families.
        is_planted: Belongs to a ring or a look-alike, so that noise leaves the person alone.
    """
    youngest, oldest = ages
    latest = world.opening - timedelta(days=int(youngest * 365.25))
    wanted = some_day(rng, latest - timedelta(days=int((oldest - youngest + 1) * 365.25) - 1), latest)
    number, born = world.numbers.birth(rng, wanted, is_d_number=is_d_number)
    person = Person(
        number=number,
        born=born,
        first=rng.choice(FIRST_NAMES),
        last=last or rng.choice(LAST_NAMES),
        municipality=world.home(municipality, rng),
        is_d_number=is_d_number,
        is_planted=is_planted,
    )
    if not is_planted and rng.random() < PROTECTED_SHARE:
        person.grading = rng.choice(("fortrolig", "strengtFortrolig"))
    world.persons.append(person)
    return person


def settle(world: World, rng: Random, person: Person, on: date) -> None:
    """Give a D-number holder an ordinary number from a day on.

    In a large country a district may have no number left for that date of birth; then nothing happens.

    Args:
        world: The world.
        rng: The caller's stream.
        person: A D-number holder.
        on: First day of the new number.
    """
    with suppress(LookupError):
        person.later_number = world.numbers.fnr(rng, person.born)
        person.later_from = on


def settle_some(world: World) -> None:
    """Let some D-number holders of the background settle during the window."""
    rng = world.rng("settling")
    last = world.closing - timedelta(days=20)
    for person in world.persons:
        if person.is_d_number and not person.is_planted and rng.random() < NUMBER_SWITCH_SHARE:
            settle(world, rng, person, some_day(rng, world.opening + timedelta(days=20), last))


def relate_family(parents: list[Person], children: list[Person], *, is_married: bool) -> None:
    """Register the relations of one family, in both directions.

    Args:
        parents: One or two.
        children: Their children, of any age.
        is_married: Whether the two parents are spouses or registered partners.
    """
    if is_married and len(parents) == 2:
        parents[0].relations.append((parents[1], "ektefelleEllerPartner"))
        parents[1].relations.append((parents[0], "ektefelleEllerPartner"))
    for child in children:
        for parent, role in zip(parents, ("mor", "far"), strict=False):
            child.relations.append((parent, role))
            parent.relations.append((child, "barn"))
        child.relations.extend((other, "soesken") for other in children if other is not child)
