"""What a whole country has beside its ordinary firms, in proportion to them.

Public employers and large firms with thousands of people, the people who work for nobody and their homes, and
entities that do nothing. Figures are rounded from Statistics Norway: population 5.6 million, dwellings 2.7
million, about 3 million employments (a third of them public) and 1.1 million entities in the register.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jobs.synth.firms import Founder
from jobs.synth.geography import BY_NUMBER
from jobs.synth.homes import move_in, own
from jobs.synth.model import Firm, Municipality, Person, Trade
from jobs.synth.names import FIRM_WORDS
from jobs.synth.parameters import NATIONAL_FIRMS
from jobs.synth.people import new_person, relate_family
from jobs.synth.places import Builder, furnish, hold, rent_out
from jobs.synth.trades import BY_KEY, CLEANING, GENERAL, STAFFING
from jobs.synth.world import World, some_day

PERSONS, DWELLINGS, ENTITIES = 5_500_000, 2_600_000, 1_100_000
LOCAL_STAFF, HEALTH_STAFF, STATE_STAFF, COUNTY_STAFF = 0.088, 0.027, 0.029, 0.008
"""Employees of municipalities, hospitals, the state and the counties, per inhabitant."""
STATE_OFFICES = 3
LARGE_SHARE = 0.0095
"""Part of active firms that are large; their size follows a Pareto law between the two limits."""
LARGE_FROM, LARGE_UP_TO, LARGE_EXPONENT = 110, 4000, 1.25
LARGE_TRADES = (
    GENERAL, CLEANING, STAFFING,
    *(BY_KEY[key] for key in ("grocery", "haulage", "restaurant", "software", "clothes")),
)  # fmt: skip
LOCAL = Trade("local", "KOMMUNE", "84.110", "84.110", 0.0, 0.0, 270.0, "5131101", False, False, 0.005)
HEALTH = Trade("health", "HELSEFORETAK", "86.102", "86.101", 0.0, 0.0, 320.0, "2231101", False, False, 0.01)
STATE = Trade("state", "ETAT", "84.110", "84.110", 0.0, 0.0, 310.0, "2422101", False, False, 0.0)
OWNER_SHARE = 0.72
COUPLES = 0.55
"""Part of households without workers that have two adults."""
DORMANT_FORMS = (("ENK", 0.62), ("AS", 0.22), ("FLI", 0.16))
_SOLE = (
    ("70.220", "70.200"), ("74.200", "74.200"), ("90.031", "90.120"), ("62.020", "62.200"),
    ("68.209", "68.200"), ("96.020", "96.210"),
)  # fmt: skip
_CLUBS = ("IDRETTSLAG", "KOR", "VELFORENING", "MUSIKKORPS", "HISTORIELAG", "SKYTTERLAG", "HAGELAG")


@dataclass(slots=True, eq=False)
class Dormant:
    """An entity without employees, contracts or tax: a row in the register and a role or two."""

    orgnr: str
    name: str
    form: str
    municipality: Municipality
    street: str
    postcode: str
    place: str
    registered: date
    industry: tuple[str, str]
    leader: Person
    members: tuple[Person, ...] = ()


def _in_proportion(world: World, total: int) -> int:
    return round(world.parameters.firms * total / NATIONAL_FIRMS)


def found_large(world: World, founder: Founder) -> None:
    """Public employers for the people of the district, and its large firms.

    Args:
        world: The world.
        founder: Founds them.
    """
    rng = world.rng("large")
    people = _in_proportion(world, PERSONS)
    towns = {f.municipality.number: f for f in world.firms if f.public_kind == "kommune"}
    for place in world.municipalities:
        staff = round(people * place.weight * LOCAL_STAFF)
        if place.number in towns:
            _employ(world, rng, towns[place.number], LOCAL, staff)
        else:
            name = f"{place.name} KOMMUNE AVDELING {place.share + 1}"
            _public(founder, rng, LOCAL, name, "kommune", place, staff)
    county = BY_NUMBER[world.municipalities[0].number[:2]].name or world.municipalities[0].name
    number = world.district.index + 1
    seat = world.municipality(rng)
    _public(
        founder, rng, HEALTH, f"HELSEFORETAKET {county} {number}", "stat", seat, round(people * HEALTH_STAFF)
    )
    _public(
        founder,
        rng,
        LOCAL,
        f"{county} VIDEREGÅENDE {number}",
        "fylkeskommune",
        seat,
        round(people * COUNTY_STAFF),
    )
    for office in range(STATE_OFFICES):
        name = f"ETATEN {rng.choice(FIRM_WORDS)} {number}-{office + 1}"
        staff = round(people * STATE_STAFF / STATE_OFFICES)
        _public(founder, rng, STATE, name, "stat", world.municipality(rng), staff)
    count = round(world.parameters.firms * LARGE_SHARE)
    for index in range(count):
        registered = world.opening - timedelta(days=rng.randrange(1500, 15_000))
        # One from each equal part of the distribution, or a few giants would decide on a small country.
        size = LARGE_FROM * ((index + rng.random()) / count) ** (-1 / LARGE_EXPONENT)
        staff = min(int(size), LARGE_UP_TO, world.parameters.firms)
        founder.found(rng, rng.choice(LARGE_TRADES), registered=registered, staff=staff)


def _public(
    founder: Founder, rng: Random, trade: Trade, name: str, kind: str, place: Municipality, staff: int
) -> None:
    """A public employer with a number of its own; it leads no projects, its owner does."""
    registered = date(2002, 1, 1) + timedelta(days=rng.randrange(3000))
    firm = founder.found(rng, trade, registered=registered, form="ORGL", municipality=place, staff=staff)
    firm.name = name
    firm.roles = [r for r in firm.roles if r.code == "DAGL"]
    firm.public_kind = kind


def _employ(world: World, rng: Random, firm: Firm, trade: Trade, staff: int) -> None:
    """Let a municipality employ its people itself."""
    firm.trade = trade
    firm.target_staff = staff
    firm.branch_orgnr, firm.branch_owner = world.numbers.orgnr(rng, "2"), firm


def populate(world: World, builder: Builder) -> None:
    """Pensioners and others without work, until the district has its people, and the empty homes.

    Args:
        world: The world, its workers housed already.
        builder: Puts up what is needed.
    """
    rng = world.rng("population")
    wanted = _in_proportion(world, PERSONS)
    while len(world.persons) < wanted:
        _household(world, builder, rng)
    owners = [p for p in world.persons if p.stays and p.born.year < world.opening.year - 30]
    while len(world.dwellings) < _in_proportion(world, DWELLINGS):
        dwelling = builder.dwelling(rng, world.municipality(rng), is_flat=rng.random() < 0.4)
        rooms = rng.randrange(1, 6)
        furnish(rng, dwelling, rooms, 20.0 + 18.0 * rooms + rng.uniform(0, 20))
        hold(world, rng, dwelling, rng.choice(owners))


def _household(world: World, builder: Builder, rng: Random) -> None:
    """One or two pensioners, or a family in which nobody is employed."""
    is_old = rng.random() < 0.72
    place = world.municipality(rng)
    ages = (67, 96) if is_old else (25, 61)
    adults = [new_person(world, rng, municipality=place, ages=ages)]
    if rng.random() < COUPLES:
        near = world.opening.year - adults[0].born.year
        adults.append(new_person(world, rng, municipality=place, ages=(max(near - 4, ages[0]), near + 3)))
    children = []
    if not is_old and rng.random() < 0.5:
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            children.append(new_person(world, rng, municipality=place, ages=(0, 17), last=adults[0].last))
    relate_family(adults, children, is_married=rng.random() < 0.75)
    number = len(adults) + len(children)
    is_flat = rng.random() < 0.45
    dwelling = builder.dwelling(rng, place, is_flat=is_flat)
    rooms = max(1, number + rng.choice((0, 0, 1, 1, 2, 3)))
    furnish(rng, dwelling, rooms, 24.0 + 15.0 * rooms + rng.uniform(0, 10) * rooms + (0 if is_flat else 20))
    if rng.random() < OWNER_SHARE:
        own(world, rng, dwelling, adults)
    else:
        rent_out(world, rng, dwelling)
    youngest = max(p.born for p in (*adults, *children))
    since = max(youngest, world.opening - timedelta(days=int(rng.expovariate(1 / 3000)) + 30))
    for person in (*adults, *children):
        move_in(rng, person, dwelling, since)


def found_dormant(world: World) -> None:
    """Entities that do nothing, led by people of the district.

    Args:
        world: The world, its people housed.
    """
    rng = world.rng("dormant")
    adults = [p for p in world.persons if p.stays and p.born.year < world.opening.year - 20]
    count = _in_proportion(world, ENTITIES) - len(world.firms)
    for form in rng.choices([f for f, _ in DORMANT_FORMS], [w for _, w in DORMANT_FORMS], k=max(count, 0)):
        leader = rng.choice(adults)
        home = leader.stays[-1].dwelling.building
        members: tuple[Person, ...] = ()
        word = rng.choice(FIRM_WORDS)
        if form == "ENK":
            name, industry = f"{leader.first} {leader.last}", rng.choice(_SOLE)
        elif form == "AS":
            name, industry = f"{word} {rng.choice(FIRM_WORDS)} HOLDING AS", ("64.202", "64.220")
        else:
            name, industry = f"{word} {rng.choice(_CLUBS)}", ("94.991", "94.991")
            members = tuple(rng.choice(adults) for _ in range(rng.randrange(1, 4)))
        registered = some_day(rng, date(1996, 1, 1), world.opening - timedelta(days=40))
        world.dormant.append(
            Dormant(
                world.numbers.orgnr(rng), name, form, home.municipality, home.address_text, home.postcode,
                home.place, registered, industry, leader, members,
            )
        )  # fmt: skip
