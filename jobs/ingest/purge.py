"""Removes what must not be kept: rows that an owner deleted, addresses of persons who came under protection.

A tombstone says what is gone, as keyed tokens only. It is written before anything is removed, so that a
delivery that is taken in later but was delivered earlier loses the same rows: the state never depends on the
order of arrival. The rows of deliveries that are in the lake already are stored anew without them, and the
old bytes are deleted.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.contract import source as source_spec
from expectations.dataset import Dataset
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.paths import getter, parse
from jobs.ingest.tables import raw_tables, record_tables
from jobs.ingest.tokens import Tokens
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef, canonical, raw_folder

log = logging.getLogger(__name__)

FOLDER = "tombstones"
ADDRESSES_OF_PERSONS = "raw_folkeregisteret_bosted__residences"
"""The table that loses the rows of a person who came under protection."""

_PURGING = ".purging.json"

Order = tuple[str, str]
Receipt = dict[str, Any]
Removed = set[tuple[str, int]]
"""Records by file name and number."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What one delivery removed.

    Attributes:
        source: Source.
        delivery_id: The delivery that removes.
        delivered_at: When it was delivered: the purge time.
        keys: Record type and names of key fields, with the tokens of the keys.
        persons: Tokens of persons whose addresses are protected.
    """

    source: str
    delivery_id: str
    delivered_at: str
    keys: Mapping[tuple[str, tuple[str, ...]], frozenset[str]]
    persons: frozenset[str]

    @property
    def order(self) -> Order:
        """Its place in time; it removes from deliveries before it."""
        return self.delivered_at, self.delivery_id

    def to_dict(self) -> dict[str, Any]:
        """The tombstone as JSON-able values."""
        return {
            "source": self.source,
            "delivery_id": self.delivery_id,
            "delivered_at": self.delivered_at,
            "keys": [
                {"record": record, "fields": list(fields), "tokens": sorted(tokens)}
                for (record, fields), tokens in sorted(self.keys.items())
            ],
            "persons": sorted(self.persons),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Tombstone":
        """The tombstone that `to_dict` gave.

        Args:
            values: Its fields.
        """
        keys = {(e["record"], tuple(e["fields"])): frozenset(e["tokens"]) for e in values["keys"]}
        return cls(
            values["source"],
            values["delivery_id"],
            values["delivered_at"],
            keys,
            frozenset(values["persons"]),
        )


def write(lake: Lake, tombstone: Tombstone) -> None:
    """Store a tombstone; from then on no intake lets its rows in.

    Args:
        lake: Lake.
        tombstone: What is removed.
    """
    key = f"{FOLDER}/{tombstone.source}/{tombstone.delivery_id}.json"
    content = canonical(tombstone.to_dict())
    current = lake.storage.tagged(key)
    if current is None or current[0] != content:
        lake.storage.swap(key, content, current[1] if current else None)


def tombstones(lake: Lake, source: str) -> list[Tombstone]:
    """All tombstones of a source.

    Args:
        lake: Lake.
        source: Source.
    """
    entries = list(lake.storage.walk(f"{FOLDER}/{source}"))
    return [Tombstone.from_dict(json.loads(lake.storage.read(entry.key))) for entry in entries]


def protected_persons(lake: Lake) -> list[str]:
    """Tokens of all persons whose address is protected in any delivery, sorted.

    Protection is not bound to an as_of: an address that must not be shown may not be shown as it was either.

    Args:
        lake: Lake.
    """
    stones = [stone for source in lake.storage.folders(FOLDER) for stone in tombstones(lake, source)]
    return sorted({person for stone in stones for person in stone.persons})


class Grave:
    """What later tombstones say of the records of one delivery while it is taken in."""

    def __init__(self, stones: Iterable[Tombstone], order: Order, record: str, tokens: Tokens) -> None:
        """Keep the tombstones that concern a record type of a delivery.

        Args:
            stones: Tombstones of the source.
            order: Place of the delivery in time.
            record: Record type.
            tokens: Makes the tokens to compare.
        """
        later = [stone for stone in stones if stone.order > order]
        self._record = record
        self._tokens = tokens
        self._keys: dict[tuple[str, ...], set[str]] = {}
        for stone in later:
            for (kind, fields), found in stone.keys.items():
                if kind == record:
                    self._keys.setdefault(fields, set()).update(found)
        self._getters = {name: getter(parse(name)) for fields in self._keys for name in fields}
        self.persons = frozenset(token for stone in later for token in stone.persons)

    def holds(self, record: Mapping[str, Any]) -> bool:
        """Whether a record was removed by a later delivery.

        Args:
            record: Checked record.
        """
        return any(
            self._tokens.of_key(self._record, {name: self._getters[name](dict(record)) for name in fields})
            in found
            for fields, found in self._keys.items()
        )


def apply(lake: Lake, tombstone: Tombstone, tokens: Tokens) -> int:
    """Remove from the deliveries that are in the lake what a tombstone names.

    Args:
        lake: Lake.
        tombstone: What is removed; it must have been written.
        tokens: Makes the tokens to compare.

    Returns:
        Records and rows removed.
    """
    removed = 0
    for receipt in _earlier(lake, tombstone):
        removed += _apply_to(lake, receipt, tombstone, tokens)
    return removed


def _earlier(lake: Lake, tombstone: Tombstone) -> Iterator[Receipt]:
    for receipt in lake.deliveries.receipts(tombstone.source):
        if (receipt["envelope"]["delivered_at"], receipt["delivery_id"]) < tombstone.order:
            yield receipt


def unfinished(lake: Lake, source: str) -> list[str]:
    """Deliveries that a purge took out of sight and did not put back, because it died.

    They are taken in again from the landing zone, where the tombstones keep out what was being purged.

    Args:
        lake: Lake.
        source: Source.
    """
    names = [entry.key.rsplit("/", 1)[1] for entry in lake.storage.walk(f"deliveries/{source}")]
    dead = [name.removesuffix(_PURGING) for name in names if name.endswith(_PURGING)]
    return [delivery_id for delivery_id in dead if lake.deliveries.receipt(source, delivery_id) is None]


def _apply_to(lake: Lake, receipt: Receipt, tombstone: Tombstone, tokens: Tokens) -> int:
    refs = {ref["table"]: TableRef.from_dict(ref) for ref in receipt.get("tables", ())}
    new: dict[str, pa.Table] = {}
    fates: list[tuple[str, Removed]] = []
    for record in sorted({kind for kind, _ in tombstone.keys}):
        tables = [d for d in record_tables(tombstone.source, record) if d.name in refs]
        if not tables:
            continue
        wanted = {fields: found for (kind, fields), found in tombstone.keys.items() if kind == record}
        gone = _matching(lake.read(refs[tables[0].name]), tables[0], record, wanted, tokens)
        if gone:
            fates.append(("accepted", gone))
            for dataset in tables:
                rows = _current(lake, new, refs, dataset.name)
                new[dataset.name] = _without(rows, _records_in(rows, gone))
        if QUARANTINE.name in refs:
            refused = _current(lake, new, refs, QUARANTINE.name)
            known = {token for found in wanted.values() for token in found}
            dead = {
                (row["file_name"], row["record_no"])
                for row in refused.to_pylist()
                if row["record_key"] in known
            }
            if dead:
                fates.append(("quarantined", dead))
                new[QUARANTINE.name] = _without(refused, _records_in(refused, dead))
    if tombstone.persons and ADDRESSES_OF_PERSONS in refs:
        rows = _current(lake, new, refs, ADDRESSES_OF_PERSONS)
        people = pa.array(sorted(tombstone.persons), type=pa.string())
        new[ADDRESSES_OF_PERSONS] = _without(rows, pc.is_in(rows.column("person_token"), value_set=people))
    changed = {name: table for name, table in new.items() if table.num_rows != refs[name].rows}
    if not changed:
        return 0
    _restore(lake, receipt, refs, changed, fates)
    return sum(refs[name].rows - table.num_rows for name, table in changed.items())


def _current(lake: Lake, new: Mapping[str, pa.Table], refs: Mapping[str, TableRef], name: str) -> pa.Table:
    return new[name] if name in new else lake.read(refs[name])


def _without(table: pa.Table, is_gone: Any) -> pa.Table:
    return table.filter(pc.invert(is_gone))


def _records_in(table: pa.Table, gone: Removed) -> pa.Array:
    files, numbers = table.column("file_name").to_pylist(), table.column("record_no").to_pylist()
    return pa.array([pair in gone for pair in zip(files, numbers, strict=True)], type=pa.bool_())


def _matching(
    table: pa.Table,
    dataset: Dataset,
    record: str,
    wanted: Mapping[tuple[str, ...], frozenset[str]],
    tokens: Tokens,
) -> Removed:
    """Records whose key, worked out from the stored columns, is among the tokens."""
    gone: Removed = set()
    records = list(
        zip(table.column("file_name").to_pylist(), table.column("record_no").to_pylist(), strict=True)
    )
    for fields, found in wanted.items():
        columns = {field: _stored(table, dataset, field) for field in fields}
        keys = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        made = tokens.of_keys(record, keys)
        gone.update(where for where, token in zip(records, made, strict=True) if token in found)
    return gone


def _stored(table: pa.Table, dataset: Dataset, field: str) -> list[str | None]:
    """The values of a source field, out of the column or columns that it was stored in."""
    names = [c.name for c in dataset.columns if c.source_field == field and not c.name.endswith("_token")]
    if not names:
        raise ValueError(f"{dataset.name} does not store the key field {field}")
    values = (
        pc.coalesce(*(table.column(name) for name in names)) if len(names) > 1 else table.column(names[0])
    )
    return [None if value is None else str(value) for value in values.to_pylist()]


def _restore(
    lake: Lake,
    receipt: Receipt,
    refs: Mapping[str, TableRef],
    changed: Mapping[str, pa.Table],
    fates: Iterable[tuple[str, Removed]],
) -> None:
    """Take a delivery out of sight, store its tables anew, delete the old bytes, and put it back."""
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    base = f"deliveries/{source}/{delivery_id}"
    lake.storage.put_if_absent(f"{base}{_PURGING}", canonical(receipt))
    lake.storage.delete(f"{base}.json")
    datasets = {d.name: d for d in (*raw_tables()[source], QUARANTINE)}
    new = dict(refs)
    for name, table in changed.items():
        new[name] = lake.publish_raw(datasets[name], table, source=source, delivery_id=delivery_id)
    amended = json.loads(json.dumps(receipt))
    amended["tables"] = [new[ref["table"]].to_dict() for ref in receipt["tables"]]
    for fate, gone in fates:
        for file in amended["files"]:
            count = sum(1 for name, _ in gone if name == file["name"])
            for counts in (file["dispositions"], amended["dispositions"]):
                counts[fate] -= count
                counts["purged"] += count
    finish(lake, amended, list(new.values()))
    log.info("%s/%s: stored anew without what was purged", source, delivery_id)


def finish(lake: Lake, receipt: Receipt, refs: Iterable[TableRef]) -> None:
    """Write the receipt of a delivery once no byte is left of rows that it does not name.

    What an earlier intake or purge of it left behind when it died may hold rows that are gone by now.

    Args:
        lake: Lake.
        receipt: Its receipt.
        refs: What it stores.
    """
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    kept = {f"{ref.folder}/{MANIFEST}" for ref in refs}
    kept |= {f"{ref.folder}/{file['name']}" for ref in refs for file in lake.manifest(ref)["files"]}
    folders = [raw_folder(dataset.name, delivery_id) for dataset in raw_tables()[source]]
    for folder in (*folders, raw_folder(QUARANTINE.name, f"{source}.{delivery_id}")):
        for entry in list(lake.storage.walk(folder)):
            if entry.key not in kept:
                lake.storage.delete(entry.key)
    lake.deliveries.write(receipt)
    lake.storage.delete(f"deliveries/{source}/{delivery_id}{_PURGING}")


def read_deletion(source: str, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Record type and key fields that a row of a deletion names; None when it names none of the source.

    Args:
        source: Source.
        row: Checked row of `slettinger.jsonl`.
    """
    spec = next(
        (f for f in source_spec(source).files if row["fil"] == f.pattern or f.matches(row["fil"])), None
    )
    key = {name: value for name, value in row["noekkel"].items() if value not in (None, "")}
    if spec is None or not key or not key.keys() <= set(spec.key):
        return None
    return spec.record, key
