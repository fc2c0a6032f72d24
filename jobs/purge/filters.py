"""Whether a record or row of a delivery is what tombstones name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import Column, Dataset
from jobs.ingest.paths import getter, parse
from jobs.ingest.tables import raw_tables
from jobs.ingest.tokens import Tokens
from jobs.purge.tombstones import (
    ADDRESSES_OF_PERSONS,
    IN_PASSING,
    ORGANISATION,
    RESIDENTS_OF_NOTICES,
    UNIT,
    Fields,
    Order,
    Tombstone,
    organisation_token,
)

WITHIN = frozenset({"subject_id", "value_json"})
"""Columns of text in which an organisation number may stand, alone or between other things."""
_NUMBER = re.compile(r"(?<!\d)\d{9}(?!\d)")


@cache
def organisation_columns(dataset: Dataset) -> tuple[Column, ...]:
    """The columns of a raw table that hold an organisation number whose row goes with it.

    Args:
        dataset: Raw table.
    """
    return tuple(
        column
        for column in dataset.columns
        if (column.identifier == "orgnr" or column.name.endswith("orgnr") or column.name in WITHIN)
        and (dataset.name, column.name) not in IN_PASSING
    )


def is_organisation(tokens: Tokens, values: pa.ChunkedArray | pa.Array, wanted: frozenset[str]) -> pa.Array:
    """Which values are organisation numbers that were purged.

    Args:
        tokens: Makes the tokens.
        values: Organisation numbers, or texts that hold some, and nulls.
        wanted: Tokens of the purged ones.
    """
    texts = [value for value in pc.unique(values).to_pylist() if value is not None]
    named = {text: (text,) if len(text) == 9 else tuple(_NUMBER.findall(text)) for text in texts}
    numbers = sorted({number for found in named.values() for number in found})
    made = tokens.of_keys(ORGANISATION, ({UNIT: number} for number in numbers))
    known = {number for number, token in zip(numbers, made, strict=True) if token in wanted}
    gone = [text for text, found in named.items() if known.intersection(found)] if known else []
    found = pc.is_in(values, value_set=pa.array(gone, type=pa.string()))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


class Grave:
    """What tombstones say of the records and rows of one delivery while it is taken in or stored anew."""

    def __init__(
        self, stones: Iterable[Tombstone], order: Order, record: str, tokens: Tokens, source: str = ""
    ) -> None:
        """Keep the tombstones that concern a record type of a delivery.

        Args:
            stones: Tombstones that concern the source.
            order: Place of the delivery in time.
            record: Record type.
            tokens: Makes the tokens to compare.
            source: Source of the delivery; only with it are organisations of every source looked for.
        """
        listed = list(stones)
        later = [stone for stone in listed if stone.order > order]
        self._record, self._tokens = record, tokens
        self._keys: dict[Fields, set[str]] = {}
        for stone in later:
            for (kind, fields), found in stone.keys.items():
                if kind == record:
                    self._keys.setdefault(fields, set()).update(found)
        self._getters = {name: getter(parse(name)) for fields in self._keys for name in fields}
        self.persons = frozenset(token for stone in later for token in stone.persons)
        self.organisations = frozenset(token for stone in later for token in stone.organisations)
        self._columns = [
            getter(parse(column.source_field))
            for dataset in raw_tables().get(source, ())
            if dataset.record.split(":")[0] == record and not dataset.rows
            for column in organisation_columns(dataset)
            if column.source_field
        ]

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether a record was removed by a later delivery.

        Args:
            record: Checked record.
        """
        return self._holds_key(record) or self._holds_organisation(record)

    def names(self, token: str | None, excerpts: Iterable[str | None] = ()) -> bool:
        """Whether a later delivery removed what a refused record names.

        Args:
            token: Token of its key; None where it has none.
            excerpts: Open values that its quarantine rows would show.
        """
        if any(token in found for found in self._keys.values()):
            return True
        return bool(self.organisations) and any(
            value is not None and organisation_token(self._tokens, value) in self.organisations
            for value in excerpts
        )

    def _holds_key(self, record: Mapping[str, Any]) -> bool:
        return any(
            self._tokens.of_key(self._record, {name: self._getters[name](dict(record)) for name in fields})
            in found
            for fields, found in self._keys.items()
        )

    def _holds_organisation(self, record: Mapping[str, Any]) -> bool:
        if not self.organisations:
            return False
        for get in self._columns:
            try:
                value = get(dict(record))
            except (AttributeError, TypeError, KeyError):
                continue
            if isinstance(value, str) and organisation_token(self._tokens, value) in self.organisations:
                return True
        return False


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Takes rows and values out of the tables of one delivery, whatever records they belong to.

    Attributes:
        organisations: Tokens of organisation numbers that are gone.
        residents: Tokens of persons who are protected, whenever that became known.
        persons: Tokens of persons who were protected by a later delivery.
        tokens: Makes the tokens to compare.
    """

    organisations: frozenset[str]
    residents: frozenset[str]
    persons: frozenset[str]
    tokens: Tokens

    @classmethod
    def of(
        cls, stones: Iterable[Tombstone], source: str, delivery_id: str, delivered_at: str, tokens: Tokens
    ) -> "RowFilter":
        """What tombstones take out of a delivery.

        Args:
            stones: Tombstones that concern its source.
            source: Source.
            delivery_id: The delivery.
            delivered_at: When it was delivered, as its envelope says it.
            tokens: Makes the tokens to compare.
        """
        listed = list(stones)
        reaching = [stone for stone in listed if stone.reaches(source, delivery_id, delivered_at)]
        later = [stone for stone in listed if (delivered_at, delivery_id) < stone.order]
        return cls(
            frozenset(token for stone in reaching for token in stone.organisations),
            frozenset(token for stone in listed for token in stone.persons),
            frozenset(token for stone in later for token in stone.persons),
            tokens,
        )

    def touches(self, dataset: Dataset) -> list[str]:
        """The columns that decide what goes from a table; none when it keeps everything.

        Args:
            dataset: Raw table.
        """
        names = [column.name for column in organisation_columns(dataset)] if self.organisations else []
        if self.organisations:
            names += [column for table, column in sorted(IN_PASSING) if table == dataset.name]
        if dataset.name == ADDRESSES_OF_PERSONS and self.persons:
            names.append("person_token")
        if dataset.name == RESIDENTS_OF_NOTICES and self.residents:
            names.append("resident_token")
        return names

    def gone(self, dataset: Dataset, rows: pa.Table | pa.RecordBatch) -> pa.Array:
        """Which rows of a table go.

        Args:
            dataset: Raw table.
            rows: Rows with at least the columns of `touches`.
        """
        found = pa.repeat(pa.scalar(False), rows.num_rows)
        if self.organisations:
            for column in organisation_columns(dataset):
                matching = is_organisation(self.tokens, rows.column(column.name), self.organisations)
                found = pc.or_(found, matching)
        for table, column_name, wanted in (
            (ADDRESSES_OF_PERSONS, "person_token", self.persons),
            (RESIDENTS_OF_NOTICES, "resident_token", self.residents),
        ):
            if dataset.name == table and wanted:
                people = pa.array(sorted(wanted), type=pa.string())
                matching = pc.is_in(rows.column(column_name), value_set=people)
                found = pc.or_(found, _whole(matching))
        return _whole(found)

    def kept(self, dataset: Dataset, table: pa.Table) -> tuple[pa.Table, int]:
        """A table without what goes, and how many rows went or lost a value.

        Args:
            dataset: Raw table.
            table: Its rows.
        """
        if not self.touches(dataset):
            return table, 0
        is_gone = self.gone(dataset, table)
        count = is_gone.true_count
        for name, matching in self.emptied(dataset, table):
            at = table.schema.get_field_index(name)
            value = pc.if_else(matching, pa.scalar(None, table.schema.field(at).type), table.column(at))
            count += pc.and_(matching, pc.invert(is_gone)).true_count
            table = table.set_column(at, table.schema.field(at), value)
        return table.filter(pc.invert(is_gone)), count

    def emptied(self, dataset: Dataset, rows: pa.Table | pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
        """Columns of a table with the rows in which only the value goes.

        Args:
            dataset: Raw table.
            rows: Rows with at least the columns of `touches`.
        """
        for table, column in sorted(IN_PASSING):
            if table == dataset.name and self.organisations:
                yield column, is_organisation(self.tokens, rows.column(column), self.organisations)


def _whole(values: Any) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
