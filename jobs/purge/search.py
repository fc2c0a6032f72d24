"""Finds in the stored rows of a delivery what tombstones name, a few rows at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dataset import Dataset
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.tables import raw_tables
from jobs.ingest.tokens import Tokens
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.purge.filters import RowFilter, is_organisation, organisation_columns
from jobs.purge.tombstones import Fields, Tombstone

BATCH_ROWS = 65_536

Removed = set[tuple[str, int]]
"""Records by file name and number."""


@dataclass(slots=True)
class Plan:
    """What goes from one delivery.

    Attributes:
        records: Records that go whole, by record type and what had become of them.
        rows: Rows that go from records that stay, and rows in which a value goes, by table.
        quarantined: Records whose quarantine rows go.
    """

    records: dict[str, Removed] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    quarantined: Removed = field(default_factory=set)

    @property
    def changed(self) -> dict[str, int]:
        """Tables that are to be stored anew, with the number of rows that go."""
        more = {QUARANTINE.name: len(self.quarantined)} if self.quarantined else {}
        return self.rows | more


def plan_of(
    lake: Lake,
    source: str,
    refs: Mapping[str, TableRef],
    own: RowFilter,
    later: Sequence[Tombstone],
    tokens: Tokens,
) -> Plan:
    """What tombstones take out of a delivery.

    Args:
        lake: Lake.
        source: Source of the delivery.
        refs: Its stored tables by name.
        own: Takes out rows.
        later: Tombstones whose keys it loses.
        tokens: Makes the tokens to compare.
    """
    plan = Plan()
    wanted: dict[str, dict[Fields, set[str]]] = {}
    for stone in later:
        for (record, fields), found in stone.keys.items():
            wanted.setdefault(record, {}).setdefault(fields, set()).update(found)
    for record, tables in _by_record(source, refs).items():
        kind, whole = record.split(":")[0], tables[0]
        gone: Removed = set()
        if kind in wanted:
            gone |= _matching(lake, refs[whole.name], whole, kind, wanted[kind], tokens)
        if not whole.rows:
            gone |= _of_organisations(lake, refs[whole.name], whole, own)
        if gone:
            plan.records[record] = gone
        for dataset in tables:
            count = _rows_gone(lake, refs[dataset.name], dataset, own, gone)
            if count:
                plan.rows[dataset.name] = count
    known = {token for fields in wanted.values() for found in fields.values() for token in found}
    if QUARANTINE.name in refs and (known or own.organisations):
        plan.quarantined = _quarantined(lake, refs[QUARANTINE.name], known, own)
    return plan


def _by_record(source: str, refs: Mapping[str, TableRef]) -> dict[str, list[Dataset]]:
    """The stored tables of each record type, that of whole records first."""
    found: dict[str, list[Dataset]] = {}
    for dataset in raw_tables()[source]:
        if dataset.name in refs:
            found.setdefault(dataset.record, []).append(dataset)
    return {record: sorted(tables, key=lambda d: d.rows != "") for record, tables in sorted(found.items())}


def _matching(
    lake: Lake,
    ref: TableRef,
    dataset: Dataset,
    record: str,
    wanted: Mapping[Fields, set[str]],
    tokens: Tokens,
) -> Removed:
    """Records whose key, worked out from the stored columns, is among the tokens."""
    gone: Removed = set()
    columns = {name: _columns_of(dataset, name) for fields in wanted for name in fields}
    needed = sorted({column for names in columns.values() for column in names})
    for batch in batches(lake, ref, ["file_name", "record_no", *needed]):
        where = _places(batch)
        for fields, found in wanted.items():
            values = {name: _stored(batch, columns[name]) for name in fields}
            keys = [dict(zip(values, one, strict=True)) for one in zip(*values.values(), strict=True)]
            made = tokens.of_keys(record, keys)
            gone.update(place for place, token in zip(where, made, strict=True) if token in found)
    return gone


def _columns_of(dataset: Dataset, name: str) -> list[str]:
    """The column or columns that a source field was stored in."""
    names = [c.name for c in dataset.columns if c.source_field == name and not c.name.endswith("_token")]
    if not names:
        raise ValueError(f"{dataset.name} does not store the key field {name}")
    return names


def _stored(batch: pa.RecordBatch, names: Sequence[str]) -> list[str | None]:
    columns = [pc.cast(batch.column(name), pa.string()) for name in names]
    values = pc.coalesce(*columns) if len(columns) > 1 else columns[0]
    found: list[str | None] = values.to_pylist()
    return found


def _of_organisations(lake: Lake, ref: TableRef, dataset: Dataset, own: RowFilter) -> Removed:
    """Records of an organisation that goes from every source."""
    names = [column.name for column in organisation_columns(dataset)] if own.organisations else []
    gone: Removed = set()
    if names:
        for batch in batches(lake, ref, ["file_name", "record_no", *names]):
            for name in names:
                matching = is_organisation(own.tokens, batch.column(name), own.organisations)
                if matching.true_count:
                    gone.update(_places(batch.filter(matching)))
    return gone


def _rows_gone(lake: Lake, ref: TableRef, dataset: Dataset, own: RowFilter, gone: Removed) -> int:
    """Rows of a table that go or lose a value."""
    names = own.touches(dataset)
    if not gone and not names:
        return 0
    count = 0
    for batch in batches(lake, ref, [*dict.fromkeys(["file_name", "record_no", *names])]):
        is_gone = pc.or_(in_batch(batch, gone), own.gone(dataset, batch))
        count += is_gone.true_count
        for _, matching in own.emptied(dataset, batch):
            count += pc.and_(matching, pc.invert(is_gone)).true_count
    return count


def _quarantined(lake: Lake, ref: TableRef, known: set[str], own: RowFilter) -> Removed:
    dead: Removed = set()
    for batch in batches(lake, ref, ["file_name", "record_no", "record_key", "excerpt"]):
        matching = pc.is_in(batch.column("record_key"), value_set=pa.array(sorted(known), type=pa.string()))
        if own.organisations:
            shown = is_organisation(own.tokens, batch.column("excerpt"), own.organisations)
            matching = pc.or_(matching, shown)
        dead.update(_places(batch.filter(matching)))
    return dead


def batches(lake: Lake, ref: TableRef, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of a version in the order of its key, a few at a time.

    Args:
        lake: Lake.
        ref: The version.
        columns: Only these.
    """
    if not ref.rows:
        return
    found = lake.dataset(ref)
    for key in found.files:
        with found.filesystem.open_input_file(key) as source:
            file = pq.ParquetFile(source)
            yield from file.iter_batches(BATCH_ROWS, columns=list(columns) if columns else None)


def _places(batch: pa.RecordBatch) -> list[tuple[str, int]]:
    return list(
        zip(batch.column("file_name").to_pylist(), batch.column("record_no").to_pylist(), strict=True)
    )


def in_batch(batch: pa.RecordBatch, gone: Removed) -> pa.Array:
    """Which rows belong to records that go whole.

    Args:
        batch: Rows.
        gone: The records.
    """
    if not gone:
        return pa.repeat(pa.scalar(False), batch.num_rows)
    found = pa.repeat(pa.scalar(False), batch.num_rows)
    for name in sorted({file for file, _ in gone}):
        numbers = pa.array(sorted(no for file, no in gone if file == name), type=pa.int64())
        matching = pc.and_(
            pc.equal(batch.column("file_name"), name), pc.is_in(batch.column("record_no"), value_set=numbers)
        )
        found = pc.or_(found, matching)
    return found
