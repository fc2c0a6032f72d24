"""What the whole country knows: public bodies, and hubs with clients in many districts.

Every district makes the same frame out of the seed. Each of its firms is at home in one district, which
fills it with people and prints it in the registers; in the others it only stands behind a role, an address or
a contract.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from jobs.months import first_day, shift
from jobs.synth.districts import District, districts_of
from jobs.synth.geography import BY_NUMBER
from jobs.synth.identifiers import Numbers
from jobs.synth.model import Building, Firm, Municipality, Person, Trade
from jobs.synth.names import FIRM_WORDS, FIRST_NAMES, LAST_NAMES
from jobs.synth.parameters import Parameters
from jobs.synth.trades import ACCOUNTANT, AUDITOR, GENERAL, PROPERTY, PUBLIC

BUILDER_NAME, INSPECTORATE_NAME = "BYGGETATEN EKSEMPEL", "ARBEIDSTILSYNET EKSEMPEL"
FIRMS_PER_ACCOUNTANT = 2500
FIRMS_PER_AUDITOR = 6000
FIRMS_PER_CONTRACTOR = 7500
FIRMS_PER_CLIENT = 9000
FIRMS_PER_HOTEL = 10_000
FIRMS_PER_TRUSTEE = 3000
FARM_NO = 5000
"""Cadastral numbers of the frame's buildings; districts count from 1 and never get there."""


@dataclass(slots=True)
class Frame:
    """The frame as one district sees it; empty in a country of one district.

    Attributes:
        at_home: Firms that this district prints.
        elsewhere: Firms of other districts that this one may meet.
        accountants: Accountants and payroll bureaus for the whole country.
        auditors: Auditors likewise.
        hotels: Office hotels.
        trustees: Lawyers who administer estates.
        home_buildings: Buildings that this district prints.
        home_trustees: Trustees who live here.
        orgnrs: Numbers of all its firms, also of those that this district never meets.
    """

    at_home: list[Firm] = field(default_factory=list)
    elsewhere: list[Firm] = field(default_factory=list)
    accountants: list[Firm] = field(default_factory=list)
    auditors: list[Firm] = field(default_factory=list)
    hotels: list[Building] = field(default_factory=list)
    trustees: list[Person] = field(default_factory=list)
    home_buildings: list[Building] = field(default_factory=list)
    home_trustees: list[Person] = field(default_factory=list)
    orgnrs: set[str] = field(default_factory=set)


def frame_of(parameters: Parameters, district: District) -> Frame:
    """The frame of a country.

    Args:
        parameters: What the country is made from.
        district: Who looks at it.
    """
    if district.is_alone:
        return Frame()
    return _Maker(parameters, district).frame


class _Maker:
    """Makes the same firms in every district, and sorts them by where they are at home."""

    def __init__(self, parameters: Parameters, district: District) -> None:
        self._rng = Random(f"{parameters.seed}/frame")
        self._numbers = Numbers(district.count, district.makers)
        self._opening = first_day(shift(parameters.last_month, 1 - parameters.months))
        self._district = district
        self._mine = {place.number: place for place in district.places}
        self._home: dict[str, int] = {}
        self._made: dict[str, int] = {}
        self._places: list[Municipality] = []
        self._weights: list[float] = []
        for other in districts_of(parameters):
            for place in other.places:
                if place.number not in self._home:
                    self._home[place.number] = other.index
                    self._places.append(place)
                    self._weights.append(place.weight * other.firms * place.shares)
        self._names = iter(self._rng.sample(FIRM_WORDS, len(FIRM_WORDS)))
        self.frame = Frame()
        self._public_bodies()
        firms = parameters.firms
        self.frame.accountants = self._hubs(firms // FIRMS_PER_ACCOUNTANT, ACCOUNTANT, (25, 60))
        self.frame.auditors = self._hubs(firms // FIRMS_PER_AUDITOR, AUDITOR, (25, 60))
        self._hubs(firms // FIRMS_PER_CONTRACTOR, GENERAL, (60, 300))
        self._hubs(firms // FIRMS_PER_CLIENT, PROPERTY, (0, 12))
        self.frame.hotels = [self._building(self._place()) for _ in range(max(2, firms // FIRMS_PER_HOTEL))]
        self.frame.trustees = [self._trustee() for _ in range(max(2, firms // FIRMS_PER_TRUSTEE))]

    def _public_bodies(self) -> None:
        """Municipalities, county authorities, two state bodies; a district meets those of its own places."""
        counties: dict[str, Municipality] = {}
        for place in self._places:
            self._public("kommune", "KOMM", f"{place.name} KOMMUNE", place, place.number in self._mine)
            counties.setdefault(place.number[:2], place)
        mine = {number[:2] for number in self._mine}
        for number, place in counties.items():
            if name := BY_NUMBER[number].name:
                self._public("fylkeskommune", "FYLK", f"{name} FYLKESKOMMUNE", place, number in mine)
        for name in (BUILDER_NAME, INSPECTORATE_NAME):
            self._public("stat", "STAT", name, self._places[0], True)

    def _public(self, kind: str, form: str, name: str, place: Municipality, is_met: bool) -> None:
        firm = self._firm(PUBLIC, form, name, place, date(1995, 2, 19))
        firm.public_kind = kind
        self._sort(firm, is_met)

    def _hubs(self, count: int, trade: Trade, staff: tuple[int, int]) -> list[Firm]:
        made = []
        for _ in range(max(2, count)):
            registered = self._opening - timedelta(days=self._rng.randrange(2500, 10_000))
            name = f"{next(self._names, self._rng.choice(FIRM_WORDS))} {trade.word} NORGE AS"
            firm = self._firm(trade, "AS", name, self._place(), registered)
            firm.target_staff = self._rng.randrange(*staff)
            firm.branch_orgnr, firm.branch_owner = self._numbers.orgnr(self._rng, "2"), firm
            self._sort(firm, True)
            made.append(firm)
        return made

    def _firm(self, trade: Trade, form: str, name: str, place: Municipality, registered: date) -> Firm:
        return Firm(
            orgnr=self._numbers.orgnr(self._rng),
            name=name,
            form=form,
            trade=trade,
            municipality=self._mine.get(place.number, place),
            address=self._building(place),
            registered=registered,
            founded=registered - timedelta(days=20),
            rank=self._rng.random() * 0.4
            if trade in (GENERAL, PUBLIC, PROPERTY)
            else 1.0 + self._rng.random(),
        )

    def _sort(self, firm: Firm, is_met: bool) -> None:
        self.frame.orgnrs.add(firm.orgnr)
        if self._home[firm.municipality.number] == self._district.index:
            self.frame.at_home.append(firm)
        elif is_met:
            self.frame.elsewhere.append(firm)

    def _place(self) -> Municipality:
        return self._rng.choices(self._places, self._weights)[0]

    def _building(self, place: Municipality) -> Building:
        rng = self._rng
        postcode, postal_place = rng.choice(place.places)
        building = Building(
            number=self._numbers.code(rng, "30", 7),
            address_id=self._numbers.code(rng, "39", 7),
            municipality=self._mine.get(place.number, place),
            street="Kontorplassen",
            street_code="9990",
            house_no=0,
            letter="",
            postcode=postcode,
            place=postal_place,
            kind="311",
            built=date(1960, 1, 1) + timedelta(days=rng.randrange(15_000)),
            farm_no=FARM_NO,
            holding_no=0,
            north=round(place.north + rng.uniform(-6000, 6000), 2),
            east=round(place.east + rng.uniform(-6000, 6000), 2),
        )
        self._made[place.number] = building.house_no = building.holding_no = (
            self._made.get(place.number, 0) + 1
        )
        if self._home[place.number] == self._district.index:
            self.frame.home_buildings.append(building)
        return building

    def _trustee(self) -> Person:
        rng, place = self._rng, self._place()
        born = self._opening - timedelta(days=rng.randrange(38 * 365, 62 * 365))
        number, born = self._numbers.birth(rng, born)
        person = Person(
            number=number,
            born=born,
            first=rng.choice(FIRST_NAMES),
            last=rng.choice(LAST_NAMES),
            municipality=self._mine.get(place.number, place),
        )
        if self._home[place.number] == self._district.index:
            self.frame.home_trustees.append(person)
        return person
