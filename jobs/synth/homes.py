"""Households: who lives with whom, in what kind of dwelling, and who owns it."""

from datetime import date, timedelta
from random import Random

from jobs.synth.matched import CROWDED_SHARE, CROWDED_SHARE_IN_OSLO, CROWDED_SHARE_OF_LARGE_FAMILIES
from jobs.synth.model import Dwelling, Firm, Municipality, Person, Stay
from jobs.synth.people import new_person, relate_family
from jobs.synth.places import STUDENT_HOME, Builder, furnish, hold, rent_out
from jobs.synth.trades import PROPERTY
from jobs.synth.world import World, some_day

HOUSEHOLDS = (("single", 0.34), ("couple", 0.22), ("family", 0.36), ("friends", 0.05), ("grown", 0.03))
YEARLY_MOVES = 0.08
SOLD_SHARE = 0.6
"""Part of owners who sell the home that they leave."""
OSLO = "0301"
LARGE_FAMILY = 3
"""Children from which a family is large."""
TEMPORARY_REGISTERED_SHARE = 0.35
"""Part of D-number holders whose stay address the population register knows."""


def make_landlords(world: World) -> None:
    """Private landlords, with neither job nor role."""
    rng = world.rng("landlords")
    for _ in range(max(6, world.parameters.firms // 12)):
        world.landlords.append(new_person(world, rng, ages=(45, 80)))


def house_background(world: World, builder: Builder) -> None:
    """Give a home to everybody who has none yet.

    Args:
        world: The world.
        builder: Puts up what is needed.
    """
    rng = world.rng("homes")
    landlords = [f for f in world.firms if f.trade is PROPERTY and f.form == "AS" and not f.is_planted]
    homeless = [p for p in world.persons if not p.is_home_set and not p.stays]
    rng.shuffle(homeless)
    waiting: dict[str, list[Person]] = {m.number: [] for m in world.municipalities}
    for person in homeless:
        if person.is_d_number:
            _house_temporary(world, builder, rng, person)
        else:
            waiting[person.municipality.number].append(person)
    for people in waiting.values():
        while people:
            _household(world, builder, rng, people, landlords)
    _students(world, builder, rng)


def _household(
    world: World, builder: Builder, rng: Random, people: list[Person], landlords: list[Firm]
) -> None:
    kind = rng.choices([k for k, _ in HOUSEHOLDS], [w for _, w in HOUSEHOLDS])[0]
    adults = [people.pop()]
    children: list[Person] = []
    municipality = adults[0].municipality
    if kind in ("couple", "family", "grown") and people:
        adults.append(people.pop())
    if kind == "friends":
        while people and len(adults) < rng.choice((2, 3)):
            adults.append(people.pop())
    if kind == "family":
        for _ in range(rng.choices((1, 2, 3, 4, 5), (36, 42, 16, 4, 2))[0]):
            child = new_person(world, rng, municipality=municipality, ages=(0, 17), last=adults[-1].last)
            children.append(child)
    elif kind == "grown" and people:
        # A grown-up child at home; only a plausible one is related, the others just share the house.
        younger = people.pop()
        adults.append(younger)
        if all((younger.born - a.born).days > 19 * 365 for a in adults[:-1]):
            children.append(adults.pop())
    if kind in ("couple", "family", "grown") and len(adults) >= 2:
        relate_family(adults[:2], children, is_married=rng.random() < 0.6)
    elif children:
        relate_family(adults[:1], children, is_married=False)
    members = adults + children
    dwelling = _fitting(builder, rng, members, len(children))
    _tenure(world, rng, dwelling, adults, kind, landlords)
    since = _since(world, rng, members)
    for person in members:
        move_in(rng, person, dwelling, since)
    if rng.random() < YEARLY_MOVES * world.parameters.months / 12:
        moved = some_day(rng, world.opening, world.closing - timedelta(days=20))
        target = _fitting(builder, rng, members, len(children))
        _tenure(world, rng, target, adults, kind, landlords)
        for person in members:
            move_in(rng, person, target, moved)
        if rng.random() < SOLD_SHARE:
            sell(world, rng, dwelling, moved + timedelta(days=rng.randrange(0, 50)))


def sell(world: World, rng: Random, dwelling: Dwelling, on: date) -> None:
    """Let a private landlord buy a dwelling from the people who own it.

    Args:
        world: The world.
        rng: The caller's stream.
        dwelling: Which; nothing happens to one that a firm holds or that is held for rent already.
        on: Day on which the sale is registered.
    """
    owners = [t for t in dwelling.tenures if t.until is None and t.kind == "hjemmelshaver"]
    if not owners or any(isinstance(t.holder, Firm) or t.holder in world.landlords for t in owners):
        return
    for tenure in owners:
        tenure.until = on
    hold(world, rng, dwelling, rng.choice(world.landlords), since=on)


def crowded_share(municipality: Municipality, children: int) -> float:
    """Part of households that live crowded, by place and number of children.

    Args:
        municipality: Where.
        children: Children in the household.
    """
    share = CROWDED_SHARE_IN_OSLO if municipality.number == OSLO else CROWDED_SHARE
    if children >= LARGE_FAMILY:
        return share * CROWDED_SHARE_OF_LARGE_FAMILIES / CROWDED_SHARE_IN_OSLO
    return share * 0.8


def _fitting(builder: Builder, rng: Random, members: list[Person], children: int) -> Dwelling:
    number = len(members)
    is_flat = rng.random() < (0.25 if number > 3 else 0.6)
    dwelling = builder.dwelling(rng, members[0].municipality, is_flat=is_flat)
    if rng.random() < crowded_share(members[0].municipality, children):
        rooms = max(1, number - rng.choice((1, 1, 1, 2)))
        area = number * rng.uniform(13.0, 24.5)
    else:
        rooms = number + rng.choice((0, 0, 1, 1, 2)) + (number == 1)
        area = 24.0 + 16.0 * rooms + rng.uniform(0, 6) * rooms
        if not is_flat:
            area += 26.0 + rng.uniform(0, 9) * rooms
    furnish(rng, dwelling, rooms, area)
    return dwelling


def _tenure(
    world: World, rng: Random, dwelling: Dwelling, adults: list[Person], kind: str, landlords: list[Firm]
) -> None:
    draw = rng.random() if kind != "friends" else rng.uniform(0.65, 0.9)
    if draw < 0.65:
        own(world, rng, dwelling, adults)
    elif draw < 0.9 or not landlords or kind == "friends":
        rent_out(world, rng, dwelling)
    elif draw < 0.97:
        hold(world, rng, dwelling, rng.choice(landlords))


def own(world: World, rng: Random, dwelling: Dwelling, adults: list[Person]) -> None:
    """Register one or two residents as owners.

    Args:
        world: The world.
        rng: The caller's stream.
        dwelling: Their home.
        adults: Who lives there.
    """
    for owner in adults[:2]:
        hold(world, rng, dwelling, owner, share="1/1" if len(adults) == 1 else "1/2")


def _since(world: World, rng: Random, members: list[Person]) -> date:
    """Move-in day: after the youngest was born, mostly years before the window."""
    earliest = max(p.born for p in members)
    return max(earliest, world.opening - timedelta(days=int(rng.expovariate(1 / 1800)) + 30))


def move_in(
    rng: Random,
    person: Person,
    dwelling: Dwelling,
    since: date,
    *,
    is_temporary: bool = False,
    most_lag_days: int = 31,
) -> Stay:
    """Register a person in a dwelling and end the stay before; moves are registered late.

    Args:
        rng: The caller's stream.
        person: Who.
        dwelling: Where.
        since: Day of the move.
        is_temporary: A stay address rather than a residence.
        most_lag_days: Longest time from the move to its registration.
    """
    registered = since + timedelta(days=rng.randrange(3, most_lag_days + 1))
    if person.stays:
        person.stays[-1].until = since
        person.stays[-1].until_registered = registered
    stay = Stay(dwelling, since, registered, is_temporary=is_temporary)
    person.stays.append(stay)
    person.is_home_set = True
    return stay


def _house_temporary(world: World, builder: Builder, rng: Random, person: Person) -> None:
    """A D-number holder rents a small place alone; the register mostly does not know."""
    person.is_home_set = True
    is_registered = rng.random() < TEMPORARY_REGISTERED_SHARE
    if not is_registered and person.later_from is None:
        return
    dwelling = builder.dwelling(rng, person.municipality, is_flat=True)
    furnish(rng, dwelling, 1, rng.uniform(26, 45))
    rent_out(world, rng, dwelling)
    first = min((j.start for j in person.jobs), default=world.opening - timedelta(days=100))
    if is_registered:
        move_in(rng, person, dwelling, first, is_temporary=True)
    if person.later_from is not None:
        stay = move_in(rng, person, dwelling, person.later_from)
        stay.registered = person.later_from


def _students(world: World, builder: Builder, rng: Random) -> None:
    """A student home: many young people without work on one address."""
    for municipality in world.municipalities[:1]:
        building = builder.building(rng, municipality, STUDENT_HOME, max(8, world.parameters.firms // 50))
        for dwelling in building.dwellings:
            furnish(rng, dwelling, 2, rng.uniform(34, 48), lacks=())
            for _ in range(rng.choice((1, 2, 2))):
                student = new_person(world, rng, municipality=municipality, ages=(19, 27))
                student.is_student = True
                move_in(rng, student, dwelling, world.opening - timedelta(days=rng.randrange(40, 700)))
