"""Seasonal work: farms, fish plants and hotels that take on people for some months, and where these live.

Most come back year after year. They are lawful: paid by the rates of their trade, hired for a time, and
housed decently where the employer houses them at all.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jobs.synth.homes import move_in
from jobs.synth.model import Building, Dwelling, Firm, Lodger, Notice, Person
from jobs.synth.people import new_person
from jobs.synth.places import Builder, furnish, hold
from jobs.synth.trades import FARM, FISH, HOTEL
from jobs.synth.work import employ
from jobs.synth.world import World, some_day

RETURNING_SHARE = 0.6
HOUSED_SHARE = 0.55
"""Part of seasonal employers that house their people."""
NOTIFIED_SHARE = 0.6
"""Part of those about whose housing there is a notice."""
RENT = (2200, 4200)
MOST_IN_A_HOUSE = 6
AREA_EACH = (26.0, 38.0)
"""Square metres for each of them."""


@dataclass(frozen=True, slots=True)
class Season:
    """When a trade has its season, and how many it takes on.

    Attributes:
        opens: Month and day on which the first come.
        closes: Month and day on which the last leave.
        per_staff: Least and most seasonal workers per permanent one.
        temporary_share: Part of them who are here for the job.
        kind: Building type of the housing.
    """

    opens: tuple[int, int]
    closes: tuple[int, int]
    per_staff: tuple[float, float]
    temporary_share: float
    kind: str


SEASONS = {
    FARM.key: Season((5, 2), (9, 28), (1.0, 4.0), 0.85, "113"),
    FISH.key: Season((1, 6), (4, 20), (0.5, 1.2), 0.75, "159"),
    HOTEL.key: Season((6, 4), (8, 28), (0.2, 0.6), 0.45, "136"),
}


class Seasons:
    """Seasonal staff of the background, season after season."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("seasons")
        self.crews: dict[Firm, list[Person]] = {}

    def hire(self) -> None:
        """Let every seasonal firm take on people in each season that touches the window."""
        for firm in self._world.firms:
            season = SEASONS.get(firm.trade.key)
            if season is None or firm.is_planted or not firm.branch_orgnr or firm.bankrupt or firm.deleted:
                continue
            size = max(firm.target_staff, 1) * self._rng.uniform(*season.per_staff)
            before: list[Person] = []
            for year in range(self._world.opening.year - 1, self._world.closing.year + 1):
                opens, closes = date(year, *season.opens), date(year, *season.closes)
                if opens <= firm.registered or opens > self._world.closing - timedelta(days=20):
                    continue
                before = self._season(firm, season, opens, closes, max(round(size), 1), before)
            if before:
                self.crews[firm] = before

    def _season(
        self, firm: Firm, season: Season, opens: date, closes: date, count: int, before: list[Person]
    ) -> list[Person]:
        rng = self._rng
        crew: list[Person] = []
        for index in range(count):
            if index < len(before) and rng.random() < RETURNING_SHARE:
                person = before[index]
            else:
                is_temporary = rng.random() < season.temporary_share
                person = new_person(
                    self._world, rng, municipality=firm.municipality,
                    ages=(19, 50) if is_temporary else (18, 28), is_d_number=is_temporary,
                )  # fmt: skip
            start = some_day(rng, opens, opens + timedelta(days=18))
            end = some_day(rng, closes - timedelta(days=25), closes)
            job = employ(rng, person, firm, start, end=end, percent=100.0)
            job.terms.is_temporary, job.terms.skill, job.terms.is_fixed = True, "unskilled", False
            job.end_reason = "kontraktEngasjementEllerVikariatErUtloept"
            crew.append(person)
        return crew


def house_seasonal(world: World, builder: Builder, seasons: Seasons) -> None:
    """House the last season's people of some employers in houses of the employer.

    Args:
        world: The world.
        builder: Puts up the houses.
        seasons: Who was taken on.
    """
    rng = world.rng("seasonal homes")
    for firm, crew in seasons.crews.items():
        season = SEASONS[firm.trade.key]
        staying = [p for p in crew if p.is_d_number and not p.is_home_set]
        if not staying or rng.random() >= HOUSED_SHARE:
            continue
        opens = min(j.start for p in staying for j in p.jobs if j.firm is firm)
        building = None
        for number in range(0, len(staying), MOST_IN_A_HOUSE):
            people = staying[number : number + MOST_IN_A_HOUSE]
            if building is None or season.kind == FARM.key:
                building = _house(world, builder, rng, firm, season.kind, len(staying))
            dwelling = building.dwellings[(number // MOST_IN_A_HOUSE) % len(building.dwellings)]
            _lodge(world, rng, firm, dwelling, people, max(opens, world.opening - timedelta(days=300)))


def _house(world: World, builder: Builder, rng: Random, firm: Firm, kind: str, people: int) -> Building:
    units = (people + MOST_IN_A_HOUSE - 1) // MOST_IN_A_HOUSE
    building = builder.building(rng, firm.municipality, kind, units)
    for dwelling in building.dwellings:
        area = MOST_IN_A_HOUSE * rng.uniform(*AREA_EACH)
        furnish(rng, dwelling, MOST_IN_A_HOUSE + 1, area, lacks=())
        dwelling.baths = 2
        hold(world, rng, dwelling, firm)
    return building


def _lodge(
    world: World, rng: Random, firm: Firm, dwelling: Dwelling, people: list[Person], since: date
) -> None:
    """Their stay; a part of it known to the population register, a part by a notice of the employer."""
    rent = rng.randrange(*RENT, 100)
    ends = {p: max(j.end or world.closing for j in p.jobs if j.firm is firm) for p in people}
    is_deducted = rng.random() < 0.5
    notice = None
    if rng.random() < NOTIFIED_SHARE:
        reported = min(max(since, world.opening) + timedelta(days=rng.randrange(3, 40)), world.closing)
        notice = Notice(
            notice_id=world.numbers.code(rng, "I-", 6), reported=reported,
            reporter=rng.choice(("arbeidsgiver", "arbeidsgiver", "kommune")), is_confirmed=rng.random() < 0.4,
            kind=rng.choice(("bolig", "overnattingssted")), dwelling=dwelling, since=since, provider=firm,
            owner=firm if rng.random() < 0.5 else None, capacity=MOST_IN_A_HOUSE, bedrooms=MOST_IN_A_HOUSE,
            showers=2, toilets=2, area=dwelling.area, permit="ja" if rng.random() < 0.6 else "ukjent",
            until=max(ends.values()) if max(ends.values()) < world.closing else None,
        )  # fmt: skip
        if notice.permit == "ja":
            notice.permit_ref = f"BS-{since.year}-{rng.randrange(10, 99)}"
        world.notices.append(notice)
    for person in people:
        person.is_home_set = True
        came = max(since, max(j.start for j in person.jobs if j.firm is firm))
        if person.later_from is None and rng.random() < 0.4:
            stay = move_in(rng, person, dwelling, came, is_temporary=True)
            if ends[person] < world.closing - timedelta(days=20):
                stay.until = ends[person]
                stay.until_registered = stay.until + timedelta(days=rng.randrange(2, 20))
        if notice is not None:
            paid = "ja" if is_deducted else "nei"
            left = ends[person] if ends[person] < world.closing else None
            notice.residents.append(Lodger(person, firm, came, rent, paid, "ja", left))
        if is_deducted:
            for job in person.jobs:
                if job.firm is firm:
                    job.rent = rent
