"""The world under construction: calendar, random streams, and everything that has been made so far."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from jobs.months import first_day, last_day, shift
from jobs.synth.identifiers import Numbers
from jobs.synth.model import (
    Building,
    Contract,
    Dwelling,
    Event,
    Firm,
    Inspection,
    Invoice,
    Municipality,
    Notice,
    Person,
    Planted,
    Project,
    Review,
)

MUNICIPALITIES = (
    ("3403", "HAMAR", (("2315", "HAMAR"), ("2317", "HAMAR"), ("2321", "HAMAR")), 6745000.0, 286000.0, 0.45),
    ("3411", "RINGSAKER", (("2380", "BRUMUNDDAL"), ("2390", "MOELV")), 6757000.0, 278000.0, 0.32),
    ("3420", "ELVERUM", (("2406", "ELVERUM"), ("2407", "ELVERUM")), 6755000.0, 313000.0, 0.23),
)
"""Real numbers, names and postal places; every street in them is invented."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a world is made from; the same parameters give the same bytes.

    `noise` multiplies what registers miss, delay or get wrong; 1 is the ordinary level.
    """

    firms: int
    months: int
    seed: int
    base_rate: float
    last_month: str
    adaptive: bool
    noise: float = 1.0

    def as_dict(self) -> dict[str, object]:
        """The parameters in plain types."""
        return asdict(self)


class World:
    """Everything that exists, in the order it was made.

    Each part of the generator draws from a stream of its own (`rng`), so that one more part does not shift
    the others.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.months = [shift(parameters.last_month, n) for n in range(1 - parameters.months, 1)]
        self.opening = first_day(self.months[0])
        self.closing = last_day(self.months[-1])
        self.numbers = Numbers()
        self.municipalities = [Municipality(*row) for row in MUNICIPALITIES]
        self.buildings: list[Building] = []
        self.dwellings: list[Dwelling] = []
        self.persons: list[Person] = []
        self.firms: list[Firm] = []
        self.projects: list[Project] = []
        self.standing: list[Contract] = []
        self.invoices: list[Invoice] = []
        self.notices: list[Notice] = []
        self.events: list[Event] = []
        self.inspections: list[Inspection] = []
        self.reviews: list[Review] = []
        self.rings: list[Planted] = []
        self.look_alikes: list[Planted] = []
        self.landlords: list[Person] = []
        self.trustees: list[Person] = []
        self.streets: dict[str, list[tuple[str, str]]] = {}
        self._streams: dict[str, Random] = {}

    def rng(self, stream: str) -> Random:
        """The random stream of one part of the generator.

        Args:
            stream: Name of the part.
        """
        if stream not in self._streams:
            self._streams[stream] = Random(f"{self.parameters.seed}/{stream}")
        return self._streams[stream]

    def day(self, offset: int) -> date:
        """The day `offset` days after the first day of the first month."""
        return self.opening + timedelta(days=offset)

    def municipality(self, rng: Random) -> Municipality:
        """A municipality drawn by size."""
        return rng.choices(self.municipalities, [m.weight for m in self.municipalities])[0]

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
