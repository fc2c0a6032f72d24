"""How people of rings and look-alikes are housed, and who sees it."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from jobs.synth.homes import move_in
from jobs.synth.model import Dwelling, Firm, Lodger, Municipality, Notice, Person
from jobs.synth.places import BARRACKS, Builder, furnish, hold
from jobs.synth.world import World


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
        """
        rng, world = self.rng, self.world
        if is_barracks:
            dwelling = self.builder.building(rng, municipality, BARRACKS, 1, built=since).dwellings[0]
        else:
            dwelling = self.builder.dwelling(rng, municipality, is_flat=is_flat)
        furnish(rng, dwelling, rooms or 1, area or 1.0, may_be_unknown=False)
        if rooms is None or area is None:
            dwelling.rooms, dwelling.area, dwelling.baths = rooms, area, None
        hold(world, rng, dwelling, owner or rng.choice(world.landlords))
        if tenant is not None:
            hold(world, rng, dwelling, tenant, kind="leier", since=since - timedelta(days=20))
        for person, _ in residents:
            person.is_home_set = True
            if not person.is_d_number:
                if rng.random() < 0.6:
                    self._earlier_home(person, since)
                move_in(rng, person, dwelling, since + timedelta(days=rng.randrange(0, 15)), most_lag_days=14)
        return dwelling

    def _earlier_home(self, person: Person, until: date) -> None:
        """Where somebody lived alone before."""
        place = self.builder.dwelling(self.rng, person.municipality, is_flat=True)
        furnish(self.rng, place, 2, self.rng.uniform(34, 60))
        hold(self.world, self.rng, place, self.rng.choice(self.world.landlords))
        move_in(self.rng, person, place, until - timedelta(days=self.rng.randrange(200, 2000)))

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
    ) -> Notice:
        """A notice about who lives in a dwelling that an employer provides."""
        rng = self.rng
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
            capacity=len(residents) or None,
            bedrooms=dwelling.rooms,
            showers=showers,
            toilets=showers,
            area=dwelling.area,
            permit=permit,
            permit_ref=f"BS-{since.year}-{rng.randrange(10, 99)}" if permit == "ja" else "",
        )
        for person, employer in residents:
            moved = since + timedelta(days=rng.randrange(0, 10))
            agreed = "nei" if is_deducted == "ja" else "ukjent"
            notice.residents.append(Lodger(person, employer, moved, rent, is_deducted, agreed))
        self.world.notices.append(notice)
        return notice
