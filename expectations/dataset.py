"""Declares what a table is, once; schemas, checks, dictionary and projections are derived from it."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import pyarrow as pa

TEXT = pa.string()
WHOLE = pa.int64()
YES_NO = pa.bool_()
DAY = pa.date32()
INSTANT = pa.timestamp("us", tz="UTC")
SHARE = pa.decimal128(9, 6)
DECIMAL = pa.decimal128(18, 6)
AREA = pa.decimal128(9, 1)
HOURS = pa.decimal128(9, 2)
WEIGHT = pa.decimal128(9, 4)
TEXTS = pa.list_(pa.string())
PAIRS = pa.map_(pa.string(), pa.string())


class PersonalData(StrEnum):
    """How a column may be handled (input contract, section 5)."""

    OPEN = "open"
    PERSONAL = "personal"
    SPECIAL = "special-handling"


class Partition(StrEnum):
    """What one stored version of a table holds."""

    DELIVERY = "delivery"
    """One delivery (raw tables)."""
    MONTH = "month"
    """One month (every table after raw)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        name: English snake_case, unit last (`wage_ore`, `area_m2`).
        type: Arrow type out of the set that DuckDB, pandas, Polars and Spark all read.
        description: One English sentence.
        description_nb: The same in Norwegian bokmål; empty means not yet translated.
        required: Whether a null is a breach.
        personal_data: Handling class.
        codes: Closed list of values; empty means open.
        minimum: Lowest lawful value of a number; None means unbounded.
        maximum: Highest lawful value of a number; None means unbounded.
        pattern: Regular expression that a text must match whole.
        source_field: Path in the source record the value is read from (raw tables), in the notation of the
            input contract: `a.b`, `list[].c`.
        identifier: Check applied to the value: `orgnr` or `fnr`.
    """

    name: str
    type: pa.DataType
    description: str
    description_nb: str = ""
    required: bool = False
    personal_data: PersonalData = PersonalData.OPEN
    codes: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""
    source_field: str = ""
    identifier: str = ""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One table.

    Attributes:
        name: `{layer}_{domain}__{what}`.
        version: `major.minor.patch` of the table's contract.
        description: What one row is.
        description_nb: The same in Norwegian bokmål.
        owner: Who answers for the content.
        key: Columns that identify a row within a partition; rows are sorted by them.
        columns: All columns in order.
        partition: What one stored version holds.
        floor: Fewest rows of a month that may be published; set with the year in the comment beside it.
        ceiling: Most rows of a month that may be published.
        retention_days: How long a version may be kept.
        source: Name of the delivered source (raw tables).
        record: Record type inside the source (raw tables).
        rows: Path of the list inside the record that gives one row each; empty means one row per record.
    """

    name: str
    description: str
    owner: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    version: str = "1.0.0"
    description_nb: str = ""
    partition: Partition = Partition.MONTH
    floor: int = 0
    ceiling: int = 100_000_000
    retention_days: int = 1095
    source: str = ""
    record: str = ""
    rows: str = ""
    _index: dict[str, Column] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        self._index.update({column.name: column for column in self.columns})
        missing = [name for name in self.key if name not in self._index]
        if missing or len(self._index) != len(self.columns):
            raise ValueError(f"{self.name}: key {missing} not among its columns, or a column twice")

    @property
    def layer(self) -> str:
        """The layer that the table lives in: raw, core, net, out."""
        return self.name.split("_", 1)[0]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The declaration of one column.

        Args:
            name: Column name.

        Raises:
            KeyError: The table has no such column.
        """
        return self._index[name]

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema, which is also the Parquet schema; key columns and required ones are not null."""
        return pa.schema(
            [pa.field(c.name, c.type, nullable=not (c.required or c.name in self.key)) for c in self.columns]
        )

    @cached_property
    def spark_ddl(self) -> str:
        """The schema as Spark DDL text, so that declaring a table needs no Spark."""
        return ", ".join(f"`{c.name}` {spark_type(c.type)}" for c in self.columns)


def spark_type(arrow_type: pa.DataType) -> str:
    """The Spark SQL name of an Arrow type.

    Args:
        arrow_type: A type of the safe set.

    Raises:
        ValueError: The type is outside the set that all readers share.
    """
    simple = {TEXT: "STRING", WHOLE: "BIGINT", YES_NO: "BOOLEAN", DAY: "DATE", INSTANT: "TIMESTAMP"}
    if arrow_type in simple:
        return simple[arrow_type]
    if pa.types.is_decimal128(arrow_type):
        return f"DECIMAL({arrow_type.precision},{arrow_type.scale})"
    if pa.types.is_list(arrow_type):
        return f"ARRAY<{spark_type(arrow_type.value_type)}>"
    if pa.types.is_map(arrow_type):
        return f"MAP<{spark_type(arrow_type.key_type)},{spark_type(arrow_type.item_type)}>"
    if pa.types.is_struct(arrow_type):
        return "STRUCT<" + ", ".join(f"`{f.name}`: {spark_type(f.type)}" for f in arrow_type) + ">"
    raise ValueError(f"type {arrow_type} is not one that all readers share")
