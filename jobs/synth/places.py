"""Buildings, dwellings and who holds them."""

from collections.abc import Collection
from datetime import date, timedelta
from random import Random

from jobs.synth.model import Building, Dwelling, Firm, Municipality, Person, Tenure
from jobs.synth.names import STREET_ENDINGS, STREET_LEADS, STREET_WORDS
from jobs.synth.world import World, some_day

DETACHED, ROW, BLOCK, BARRACKS, STUDENT_HOME = "111", "131", "145", "193", "152"
BUSINESS_KINDS = ("231", "212", "311", "319", "322", "329")
UNITS_PER_FLOOR = 4
BLOCKS_OPEN = 8
"""Blocks that are filled at the same time in a municipality, so that neighbours are nobody in particular."""
UNKNOWN_SIZE_SHARE = 0.3
"""Part of units built before 1985 whose rooms or area never got into the register."""


def lay_streets(world: World, per_municipality: int) -> None:
    """Name the streets of every municipality.

    Args:
        world: The world.
        per_municipality: How many streets each gets.
    """
    for municipality in world.municipalities:
        world.streets[municipality.number] = _streets(world, municipality, per_municipality)


def _streets(world: World, municipality: Municipality, count: int) -> list[tuple[str, str]]:
    """Names and codes; districts that share a municipality have no street in common."""
    names = [word + ending for word in STREET_WORDS for ending in STREET_ENDINGS]
    if municipality.shares == 1:
        rng = world.rng("streets")
    else:
        rng = Random(f"{world.parameters.seed}/streets/{municipality.number}")
        names += [f"{lead} {name.lower()}" for lead in STREET_LEADS for name in names]
        rng.shuffle(names)
        names = names[municipality.share :: municipality.shares]
    chosen = rng.sample(names, min(count, len(names)))
    first, step = 1000 + 10 * municipality.share, 10 * municipality.shares
    return [(name, f"{first + step * i}") for i, name in enumerate(chosen)]


class Builder:
    """Puts up buildings; house numbers and cadastral numbers are never used twice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._house_numbers: dict[str, int] = {}
        self._holdings: dict[str, int] = {}
        self._open_blocks: dict[str, list[Dwelling]] = {}

    def building(
        self, rng: Random, municipality: Municipality, kind: str, units: int = 0, built: date | None = None
    ) -> Building:
        """A building, with numbered units if it has any.

        Args:
            rng: The caller's stream.
            municipality: Where.
            kind: Building type code.
            units: How many dwellings.
            built: When; drawn between 1935 and 2022 unless given.
        """
        world = self._world
        municipality = world.home(municipality, rng)
        street, code = rng.choice(world.streets[municipality.number])
        key = f"{municipality.number}/{street}"
        house_no = self._house_numbers.get(key, 0) + rng.choice((1, 1, 2, 2, 3))
        self._house_numbers[key] = house_no
        holding = self._holdings.get(municipality.number, 0) + 1
        self._holdings[municipality.number] = holding
        postcode, place = rng.choice(municipality.places)
        building = Building(
            number=world.numbers.code(rng, "30", 7),
            address_id=world.numbers.code(rng, "39", 7),
            municipality=municipality,
            street=street,
            street_code=code,
            house_no=house_no,
            letter=rng.choice(("", "", "", "", "A", "B")),
            postcode=postcode,
            place=place,
            kind=kind,
            built=built or some_day(rng, date(1935, 1, 1), date(2022, 12, 31)),
            farm_no=1 + municipality.share + municipality.shares * (holding // 400),
            holding_no=1 + holding % 400,
            north=round(municipality.north + rng.uniform(-6000, 6000), 2),
            east=round(municipality.east + rng.uniform(-6000, 6000), 2),
        )
        world.buildings.append(building)
        for index in range(units):
            floor, position = divmod(index, UNITS_PER_FLOOR)
            unit = f"H{floor + 1:02d}{position + 1:02d}"
            section = str(index + 1) if units > 1 else ""
            dwelling = Dwelling(world.numbers.code(rng, "u-", 9), building, unit, section)
            building.dwellings.append(dwelling)
            world.dwellings.append(dwelling)
        return building

    def dwelling(self, rng: Random, municipality: Municipality, *, is_flat: bool) -> Dwelling:
        """An empty dwelling: a house of its own, or the next flat of a block that is being filled.

        Args:
            rng: The caller's stream.
            municipality: Where.
            is_flat: In a block rather than a house.
        """
        if not is_flat:
            return self.building(rng, municipality, rng.choice((DETACHED, DETACHED, "121")), 1).dwellings[0]
        queue = self._open_blocks.setdefault(municipality.number, [])
        if not queue:
            kind, units = rng.choice(((BLOCK, 12), (BLOCK, 16), (BLOCK, 24), (ROW, 6)))
            for _ in range(BLOCKS_OPEN):
                queue.extend(self.building(rng, municipality, kind, units).dwellings)
            rng.shuffle(queue)
        return queue.pop()

    def fit_out(self, rng: Random) -> None:
        """Furnish the flats that nobody has moved into; they belong to landlords.

        Args:
            rng: The caller's stream.
        """
        for queue in self._open_blocks.values():
            for dwelling in queue:
                rooms = rng.randrange(1, 5)
                furnish(rng, dwelling, rooms, 22.0 + 14.0 * rooms + rng.uniform(0, 12))
                rent_out(self._world, rng, dwelling)
            queue.clear()

    def premises(self, rng: Random, municipality: Municipality) -> Building:
        """A business building without dwellings."""
        return self.building(rng, municipality, rng.choice(BUSINESS_KINDS))


def furnish(
    rng: Random, dwelling: Dwelling, rooms: int, area: float, *, lacks: Collection[str] = ("rooms", "area")
) -> None:
    """Register size; in old buildings it is often missing.

    Args:
        rng: The caller's stream.
        dwelling: Which.
        rooms: Rooms apart from kitchen and bath.
        area: Usable area in square metres.
        lacks: What the register may lack; without any it knows all.
    """
    dwelling.rooms = rooms
    dwelling.area = round(area, 1)
    dwelling.baths = 1 if rooms < 5 else 2
    if lacks and dwelling.building.built.year < 1985 and rng.random() < UNKNOWN_SIZE_SHARE:
        lost = rng.choice(("rooms", "area", "both"))
        dwelling.rooms = None if lost != "area" and "rooms" in lacks else rooms
        dwelling.area = None if lost != "rooms" and "area" in lacks else dwelling.area
        dwelling.baths = None


def hold(
    world: World,
    rng: Random,
    dwelling: Dwelling,
    holder: Person | Firm,
    *,
    kind: str = "hjemmelshaver",
    share: str = "1/1",
    since: date | None = None,
) -> Tenure:
    """Register a right in a dwelling.

    Args:
        world: The world.
        rng: The caller's stream.
        dwelling: Which.
        holder: Who.
        kind: `hjemmelshaver` (owner) or `leier` (registered tenant).
        share: Part held.
        since: Registration date; some years before the window unless given.
    """
    start = since or world.opening - timedelta(days=rng.randrange(60, 6000))
    tenure = Tenure(world.numbers.code(rng, "E", 8), kind, holder, share, max(start, dwelling.building.built))
    dwelling.tenures.append(tenure)
    return tenure


def rent_out(world: World, rng: Random, dwelling: Dwelling) -> None:
    """Give a dwelling to one of the private landlords, who have no job and no role in any firm."""
    landlord = rng.choice(world.landlords)
    hold(world, rng, dwelling, landlord)
