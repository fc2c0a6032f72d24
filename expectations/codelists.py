"""The code lists that ship with the project, as Python values with their periods.

They are the lists of the contract. At run time the delivered lists count, because a rule change has a time
when it became known; these serve what needs a list and no run: identifiers, tests, synthetic data.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from expectations.contract import FOLDER, source
from expectations.errors import UsageError

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality number in one period.

    Attributes:
        number: Four digits.
        name: Name.
        valid_from: First day; None is since ever.
        valid_to: Last day; None is still.
        next_number: Number after; after a split one of several, so it is never chained.
    """

    number: str
    name: str
    valid_from: date | None
    valid_to: date | None
    next_number: str

    def is_valid_on(self, day: date) -> bool:
        """Whether the number was in use on a day.

        Args:
            day: The day.
        """
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@cache
def rows(record: str) -> Sequence[Row]:
    """The rows of one shipped list as they stand, missing values as empty text.

    Args:
        record: Record type in the source `kodelister`, for example `kommune`.

    Raises:
        UsageError: There is no such list.
    """
    spec = next((file for file in source("kodelister").files if file.record == record), None)
    if spec is None:
        raise UsageError(f"there is no code list {record}")
    with (FOLDER / "kodelister" / spec.pattern).open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))


@cache
def municipalities() -> Mapping[str, tuple[Municipality, ...]]:
    """All municipality numbers with their periods."""
    found: dict[str, list[Municipality]] = {}
    for row in rows("kommune"):
        found.setdefault(row["kommunenummer"], []).append(
            Municipality(
                row["kommunenummer"],
                row["navn"],
                _day(row["gyldig_fra"]),
                _day(row["gyldig_til"]),
                row["neste"],
            )
        )
    return {number: tuple(periods) for number, periods in found.items()}


def municipality(number: str, day: date) -> Municipality | None:
    """The municipality that a number meant on a day; None when it meant none.

    Args:
        number: Four digits.
        day: The day the number is used about.
    """
    return next((m for m in municipalities().get(number, ()) if m.is_valid_on(day)), None)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
