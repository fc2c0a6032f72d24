"""How people of rings and look-alikes are housed, and who sees it."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from jobs.synth.homes import move_in
from jobs.synth.model import Dwelling, Firm, Lodger, Municipality, Notice, Person
from jobs.synth.places import BARRACKS, Builder, furnish, hold
from jobs.synth.world import World

BATH_FOR = 4
"""People to a shower and a toilet."""
OWNER_TOLD = 0.5
"""Part of notices that name the provider as owner where he is."""


class Lodgings:
    """Houses people and notes that somebody saw it, drawing from the stream of its planter."""

    def __init__(self, world: World, builder: Builder, rng: Random) -> None:
        self.world = world
        self.builder = builder
        self.rng = rng

    def lodge(
        self,
        municipality: Municipality,
        residents: Sequence[tuple[Person, Firm | None]],
        *,
        rooms: int | None,
        area: float | None,
        since: date,
        owner: Firm | Person | None = None,
        tenant: Firm | None = None,
        is_flat: bool = True,
        is_barracks: bool = False,
        is_size_known: bool = False,
    ) -> Dwelling:
        """People with an ordinary number are registered in one dwelling; the others just live there.

        Args:
            municipality: Where.
            residents: Each with the firm he works for.
            rooms: Rooms; None when the register never got them.
            area: Area in square metres; None likewise.
            since: When they moved in, give or take two weeks.
            owner: Registered owner; a private landlord unless given.
            tenant: Registered tenant.
            is_flat: In a block rather than a house.
            is_barracks: In a barracks building.
            is_size_known: The register has the area, on which what happens here rests.
        """
        rng, world = self.rng, self.world
        if is_barracks:
            dwelling = self.builder.building(rng, municipality, BARRACKS, 1, built=since).dwellings[0]
        else:
            dwelling = self.builder.dwelling(rng, municipality, is_flat=is_flat)
        lacks = ("rooms",) if is_size_known else ("rooms", "area")
        furnish(rng, dwelling, rooms or 1, area or 1.0, lacks=lacks)
        if rooms is None or area is None:
            dwelling.rooms, dwelling.area, dwelling.baths = rooms, area, None
        hold(world, rng, dwelling, owner or rng.choice(world.landlords))
        if tenant is not None:
            hold(world, rng, dwelling, tenant, kind="leier", since=since - timedelta(days=20))
        self.move_into(dwelling, [person for person, _ in residents], since)
        return dwelling

    def unit(
        self,
        municipality: Municipality,
        kind: str,
        *,
        unit_kind: str = "A",
        owner: Firm | Person | None = None,
        built: date | None = None,
        rooms: int | None = None,
        area: float | None = None,
    ) -> Dwelling:
        """A unit in a building of its own that need not be meant for living in.

        Args:
            municipality: Where.
            kind: Building type.
            unit_kind: Kind of unit; something else than a dwelling unless given.
            owner: Registered owner; a private landlord unless given.
            built: When; drawn unless given.
            rooms: Rooms; None when the register has none.
            area: Area in square metres; None likewise.
        """
        dwelling = self.builder.building(self.rng, municipality, kind, 1, built=built).dwellings[0]
        dwelling.unit_kind, dwelling.rooms, dwelling.area = unit_kind, rooms, area
        dwelling.baths = 1 if rooms else None
        hold(self.world, self.rng, dwelling, owner or self.rng.choice(self.world.landlords))
        return dwelling

    def move_into(self, dwelling: Dwelling, people: Sequence[Person], since: date, within: int = 15) -> None:
        """Register those who have an ordinary number; the others just live there.

        Args:
            dwelling: Where.
            people: Who.
            since: When the first move in.
            within: Days within which all do.
        """
        for person in people:
            person.is_home_set = True
            if not person.is_d_number:
                if not person.stays and self.rng.random() < 0.6:
                    self._earlier_home(person, since)
                day = since + timedelta(days=self.rng.randrange(0, within))
                move_in(self.rng, person, dwelling, day, most_lag_days=14)

    def stay(self, dwelling: Dwelling, people: Sequence[Person], since: date) -> None:
        """Register a stay address, as those without an ordinary number have it.

        Args:
            dwelling: Where.
            people: Who.
            since: When they came.
        """
        for person in people:
            person.is_home_set = True
            move_in(self.rng, person, dwelling, since, is_temporary=True, most_lag_days=14)

    def let(self, dwelling: Dwelling, *, rooms: int, area: float, owner: Firm | Person | None = None) -> None:
        """Furnish a dwelling for rent.

        Args:
            dwelling: Which.
            rooms: Rooms.
            area: Area in square metres.
            owner: Owner; a private landlord unless given.
        """
        furnish(self.rng, dwelling, rooms, area)
        hold(self.world, self.rng, dwelling, owner or self.rng.choice(self.world.landlords))

    def move_on(self, person: Person, on: date) -> None:
        """Somebody leaves for a small rented flat of his own.

        Args:
            person: Who.
            on: When.
        """
        place = self._flat(person)
        move_in(self.rng, person, place, on, most_lag_days=14)

    def _earlier_home(self, person: Person, until: date) -> None:
        """Where somebody lived alone before."""
        place = self._flat(person)
        move_in(self.rng, person, place, until - timedelta(days=self.rng.randrange(200, 2000)))

    def _flat(self, person: Person) -> Dwelling:
        place = self.builder.dwelling(self.rng, person.municipality, is_flat=True)
        furnish(self.rng, place, 2, self.rng.uniform(34, 60))
        hold(self.world, self.rng, place, self.rng.choice(self.world.landlords))
        return place

    def notice(
        self,
        dwelling: Dwelling,
        residents: Sequence[tuple[Person, Firm | None]],
        *,
        reported: date,
        since: date,
        kind: str = "bolig",
        reporter: str = "tilsyn",
        provider: Firm | None = None,
        tenant: Firm | None = None,
        permit: str = "ukjent",
        rent: int | None = None,
        is_deducted: str = "ukjent",
        showers: int | None = None,
        is_confirmed: bool = True,
        agreement: str = "",
    ) -> Notice:
        """A notice about who lives in a dwelling that an employer provides.

        Args:
            dwelling: Which.
            residents: Each with the firm he works for.
            reported: Day of the notice.
            since: When the first moved in.
            kind: Kind of housing.
            reporter: Who says so.
            provider: Who provides it.
            tenant: Who rents it.
            permit: Whether there is a permit.
            rent: Of each resident per month, in kroner.
            is_deducted: Whether it is taken from pay.
            showers: Showers and toilets; one of each for four people unless given.
            is_confirmed: Whether somebody has seen it.
            agreement: Whether the residents have it in writing; not if rent is deducted, unless given.
        """
        rng = self.rng
        baths = showers or max((len(residents) + BATH_FOR - 1) // BATH_FOR, 1)
        owns = any(t.holder is provider and t.kind == "hjemmelshaver" for t in dwelling.tenures)
        notice = Notice(
            notice_id=self.world.numbers.code(rng, "I-", 6),
            reported=reported,
            reporter=reporter,
            is_confirmed=is_confirmed,
            kind=kind,
            dwelling=dwelling,
            since=since,
            provider=provider,
            tenant=tenant,
            owner=provider if owns and rng.random() < OWNER_TOLD else None,
            capacity=len(residents) or None,
            bedrooms=dwelling.rooms,
            showers=baths,
            toilets=baths,
            area=dwelling.area,
            permit=permit,
            permit_ref=f"BS-{since.year}-{rng.randrange(10, 99)}" if permit == "ja" else "",
        )
        for person, employer in residents:
            moved = since + timedelta(days=rng.randrange(0, 10))
            agreed = agreement or ("nei" if is_deducted == "ja" else "ukjent")
            notice.residents.append(Lodger(person, employer, moved, rent, is_deducted, agreed))
        self.world.notices.append(notice)
        return notice
