"""The world under construction: calendar, random streams, and everything that has been made so far."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from jobs.months import first_day, last_day, shift
from jobs.synth.districts import District, whole
from jobs.synth.entries import Entries
from jobs.synth.frame import frame_of
from jobs.synth.identifiers import Numbers
from jobs.synth.ledger import TaxBooks
from jobs.synth.model import (
    Building,
    Contract,
    Dwelling,
    Event,
    Firm,
    Invoice,
    Municipality,
    Notice,
    Person,
    Planted,
    Project,
)
from jobs.synth.parameters import Parameters
from jobs.synth.sitebook import SiteBook

if TYPE_CHECKING:
    from jobs.synth.approvals import Approval
    from jobs.synth.foreign import ForeignFirm
    from jobs.synth.national import Dormant
    from jobs.synth.outcomes import Inspection, Review


class World:
    """Everything that exists in one district, in the order it was made.

    Each part of the generator draws from a stream of its own (`rng`), so that one more part does not shift
    the others. `frame` is what the whole country knows; no register prints its firms of other districts here.
    """

    def __init__(self, parameters: Parameters, district: District | None = None) -> None:
        """Start an empty world.

        Args:
            parameters: What the country is made from. `parameters.firms` of a world is that of its district.
            district: Which part of the country; all of it unless given.
        """
        self.district = district or whole(parameters)
        self.parameters = replace(parameters, firms=self.district.firms)
        self.months = [shift(parameters.last_month, n) for n in range(1 - parameters.months, 1)]
        self.opening = first_day(self.months[0])
        self.closing = last_day(self.months[-1])
        # The frame, which every district makes alike, is one more maker of numbers.
        self.numbers = Numbers(self.district.index, self.district.makers)
        self.municipalities = list(self.district.places)
        self._places = {m.number: m for m in self.municipalities}
        self.frame = frame_of(parameters, self.district)
        self.buildings: list[Building] = list(self.frame.home_buildings)
        self.dwellings: list[Dwelling] = []
        self.persons: list[Person] = list(self.frame.home_trustees)
        self.firms: list[Firm] = []
        self.projects: list[Project] = []
        self.standing: list[Contract] = []
        self.foreign: list[ForeignFirm] = []
        self.approvals: list[Approval] = []
        self.site = SiteBook()
        self.invoices: list[Invoice] = []
        self.notices: list[Notice] = []
        self.events: list[Event] = []
        self.inspections: list[Inspection] = []
        self.reviews: list[Review] = []
        self.entries = Entries()
        self.tax = TaxBooks()
        self.rings: list[Planted] = []
        self.look_alikes: list[Planted] = []
        self.landlords: list[Person] = []
        self.trustees: list[Person] = list(self.frame.trustees)
        self.dormant: list[Dormant] = []
        self.streets: dict[str, list[tuple[str, str]]] = {}
        self._streams: dict[str, Random] = {}

    def rng(self, stream: str) -> Random:
        """The random stream of one part of the generator.

        Args:
            stream: Name of the part.
        """
        if stream not in self._streams:
            where = "" if self.district.is_alone else f"{self.district.index}/"
            self._streams[stream] = Random(f"{self.parameters.seed}/{where}{stream}")
        return self._streams[stream]

    def day(self, offset: int) -> date:
        """The day `offset` days after the first day of the first month."""
        return self.opening + timedelta(days=offset)

    def municipality(self, rng: Random) -> Municipality:
        """A municipality drawn by size."""
        return rng.choices(self.municipalities, [m.weight for m in self.municipalities])[0]

    def home(self, municipality: Municipality | None, rng: Random) -> Municipality:
        """A municipality of this district: the one given if it lies in it, else one drawn by size.

        Args:
            municipality: Any, or None.
            rng: The caller's stream.
        """
        mine = self._places.get(municipality.number) if municipality is not None else None
        return mine or self.municipality(rng)

    def is_countrywide(self, firm: Firm) -> bool:
        """Whether a firm has dealings in districts that know nothing of each other."""
        return firm.orgnr in self.frame.orgnrs

    def public_bodies(self) -> list[Firm]:
        """Those that order work here, wherever they are at home."""
        return [f for f in (*self.firms, *self.frame.elsewhere) if f.public_kind]

    def month_ends(self) -> Iterator[tuple[str, date, date]]:
        """Each month with its first and last day."""
        for month in self.months:
            yield month, first_day(month), last_day(month)


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant in UTC.

    Args:
        day: Day.
        hour: Hour.
        minute: Minute.
    """
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def month_after(month: str, day: int) -> date:
    """A day in the month after.

    Args:
        month: `YYYY-MM`.
        day: Day of the following month.
    """
    return first_day(shift(month, 1)).replace(day=day)


def some_day(rng: Random, first: date, last: date) -> date:
    """A random day in a closed interval.

    Args:
        rng: The caller's stream.
        first: First day.
        last: Last day; the first one when it lies before.
    """
    return first + timedelta(days=rng.randrange(max((last - first).days, 0) + 1))
