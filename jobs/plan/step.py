"""One table of the month and what it is made of; what several domains read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from pyspark.sql import DataFrame

from expectations.dataset import Dataset
from expectations.tables_core_work import PERSON_LINKS
from expectations.tables_raw_residence import PERSONS
from jobs.core.visible import RawInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One table of the month.

    Attributes:
        dataset: The table.
        transform: Pure function from frames and the month to its rows; its arguments are named below. It
            gives a frame, or rows where the work was done in this process.
        raw: Raw tables it reads, by argument.
        tables: Tables of the month it reads, by argument; made by earlier steps.
        window: Which of `tables` are read for all months of the window rather than the evaluated one.
        by_month: Made for every month of the window; `transform` takes `months` and may make several at once.
        judged: `transform` takes `judgements`, what people have decided about links.
        settles: `transform` takes `settle`, to compute candidates once before it builds on them.
    """

    dataset: Dataset
    transform: Callable[..., DataFrame | pa.Table]
    raw: Mapping[str, RawInput] = field(default_factory=dict)
    tables: Mapping[str, Dataset] = field(default_factory=dict)
    window: frozenset[str] = frozenset()
    by_month: bool = False
    judged: bool = False
    settles: bool = False


def now(dataset: Dataset) -> RawInput:
    """Rows as they stand at the end of the month.

    Args:
        dataset: Raw table.
    """
    return RawInput(dataset=dataset)


def since(dataset: Dataset, months: int | None) -> RawInput:
    """Rows with their history.

    Args:
        dataset: Raw table.
        months: How far back, counted from the evaluated month.
    """
    return RawInput(dataset=dataset, history_months=months)


def reported(dataset: Dataset, months: int = 1) -> RawInput:
    """Reports about the last months.

    Args:
        dataset: Raw table.
        months: How many, the evaluated one included.
    """
    return RawInput(dataset=dataset, last_months=months)


LINKS: Mapping[str, Dataset] = {"person_links": PERSON_LINKS}
"""Which tokens are one person."""
PEOPLE: Mapping[str, RawInput] = {"persons": now(PERSONS)}
"""Persons of the population register."""
