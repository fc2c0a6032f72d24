"""What must hold of rows beyond types: the forms a rule can take, and the rules that declarations imply.

A rule is a small declarative form, not code, so that the same rule is counted over Arrow columns at
publication, validated by Great Expectations, and can be counted by an engine. A missing value breaks no
rule but `NotNull`. The rules written by hand are in `business_rules` (one table each) and `run_rules`
(several tables or deliveries, counted once per run).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import pyarrow as pa

from expectations.dataset import Column, Dataset


class Severity(StrEnum):
    """What a breach does."""

    CRITICAL = "critical"
    """Nothing is published. For structural nonsense only; one bad record never stops a month."""
    WARNING = "warning"
    """Published, and reported."""


@dataclass(frozen=True, slots=True)
class NotNull:
    """The column has a value."""

    column: str


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows have the same values in these columns."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or each item of a list, is one of a closed list."""

    column: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole text, or each item of a list, matches a pattern."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Between:
    """The number lies within inclusive bounds; None is unbounded."""

    column: str
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class DatesBetween:
    """The day lies within inclusive bounds."""

    column: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The column is not less than another one of the same row."""

    column: str
    other: str


@dataclass(frozen=True, slots=True)
class RowsBetween:
    """The table has this many rows, bounds included."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class SumWithin:
    """Summed over the rows with the same values in `by`, the column is at most this; counts groups."""

    by: tuple[str, ...]
    column: str
    maximum: Decimal


Predicate = NotNull | Unique | OneOf | Matches | Between | DatesBetween | NotBefore | RowsBetween | SumWithin
"""What can be counted over the rows of one table."""


@dataclass(frozen=True, slots=True)
class Exists:
    """The value is among those of a column of another table of the run (counted by anti-join).

    Attributes:
        column: Column that refers.
        other_table: Table that must hold it.
        other_column: Column of that table.
        prefix: Only values that start so, without it; empty means all.
    """

    column: str
    other_table: str
    other_column: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The newest complete national delivery gives the raw table this many rows, bounds included."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery gives the raw table this share, in percent, of the rows of the one before of its kind."""

    least_pct: int
    most_pct: int | None = None


@dataclass(frozen=True, slots=True)
class Fresh:
    """The newest delivery of a source is about a time that ends at most this many days before the month.

    Attributes:
        source: Source.
        days: Days between the end of its period and the end of the month.
        snapshots: Only complete registers count, not what changed since.
    """

    source: str
    days: int
    snapshots: bool = False


RunPredicate = Exists | Delivered | Kept | Fresh
"""What needs several tables or deliveries and is counted once per run."""


@dataclass(frozen=True, slots=True)
class When:
    """Rows that a rule speaks about.

    Attributes:
        column: Column that decides.
        equals: Exactly this value; None means any value.
        is_missing: The column has no value instead.
    """

    column: str
    equals: str | bool | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold.

    Attributes:
        id: `table:what`; stable, it stands in manifests and reports.
        table: Table; of a rule about a source, the source.
        holds: What must hold.
        description: One English sentence.
        description_nb: The same in Norwegian bokmål.
        severity: What a breach does.
        when: Rows it speaks about; None means all.
        tolerated: Share of what is checked that may break it.
        from_rows: With fewer rows checked it is counted and not judged.
        basis: Where a limit that is not a declaration's comes from.
        year: Year in which the limit was set; 0 where there is none.
    """

    id: str
    table: str
    holds: Predicate | RunPredicate
    description: str
    description_nb: str
    severity: Severity = Severity.CRITICAL
    when: When | None = None
    tolerated: Decimal = Decimal(0)
    from_rows: int = 0
    basis: str = ""
    year: int = 0

    def allowed(self, checked: int) -> int:
        """How many may break the rule before it counts as broken.

        Args:
            checked: Rows, items or groups that it spoke about.
        """
        return checked if checked < self.from_rows else int(checked * self.tolerated)

    @property
    def needs_whole_table(self) -> bool:
        """Whether counts of parts of a table cannot be added up."""
        return isinstance(self.holds, Unique | SumWithin)


def declared_rules(dataset: Dataset) -> Iterator[Rule]:
    """The rules that follow from a table's declaration.

    Args:
        dataset: Declaration of the table.
    """
    yield Rule(
        id=f"{dataset.name}:rows",
        table=dataset.name,
        holds=RowsBetween(dataset.floor, dataset.ceiling),
        description=f"A month has {dataset.floor} to {dataset.ceiling} rows.",
        description_nb=f"En måned har {dataset.floor} til {dataset.ceiling} rader.",
    )
    yield Rule(
        id=f"{dataset.name}:key",
        table=dataset.name,
        holds=Unique(dataset.key),
        description=f"No two rows share {', '.join(dataset.key)}.",
        description_nb=f"Ingen rader deler {', '.join(dataset.key)}.",
    )
    for column in dataset.columns:
        yield from _of_column(dataset, column)


def _of_column(dataset: Dataset, column: Column) -> Iterator[Rule]:
    name, forms = column.name, list[tuple[str, Predicate, str, str]]()
    if column.required or name in dataset.key:
        forms.append(("required", NotNull(name), f"{name} is given.", f"{name} er oppgitt."))
    if column.codes:
        codes = ", ".join(column.codes)
        forms.append(
            ("codes", OneOf(name, column.codes), f"{name} is one of {codes}.", f"{name} er en av {codes}.")
        )
    if column.pattern:
        forms.append(
            ("pattern", Matches(name, column.pattern), f"{name} has its form.", f"{name} har sin form.")
        )
    if (column.minimum is not None or column.maximum is not None) and not pa.types.is_nested(column.type):
        forms.append(
            (
                "range",
                Between(name, column.minimum, column.maximum),
                f"{name} lies within its bounds.",
                f"{name} ligger innenfor sine grenser.",
            )
        )
    for what, holds, description, description_nb in forms:
        yield Rule(
            id=f"{dataset.name}:{name}:{what}",
            table=dataset.name,
            holds=holds,
            description=description,
            description_nb=description_nb,
        )
