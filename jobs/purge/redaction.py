"""Stores the rows of deliveries anew without what tombstones name, in constant memory, and ends what died.

A delivery is taken out of sight first, with a note beside it that holds all that is needed to go back or on:
its receipt and the manifests that vouch for its rows. The old bytes are deleted once the new ones are whole;
only then the delivery is put back.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import Dataset
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.tables import raw_tables
from jobs.ingest.tokens import Tokens
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.deliveries import PURGING
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef, raw_folder, sealed, unsealed
from jobs.lake.storage import update
from jobs.purge.filters import RowFilter
from jobs.purge.search import Plan, Removed, batches, in_batch, plan_of
from jobs.purge.tombstones import Tombstone, every_tombstone, seen_by, tombstones

log = logging.getLogger(__name__)

Receipt = dict[str, Any]


def apply(lake: Lake, tombstone: Tombstone, tokens: Tokens) -> int:
    """Remove from the deliveries that are in the lake what a tombstone names.

    Args:
        lake: Lake.
        tombstone: What is removed; it must have been written.
        tokens: Makes the tokens to compare.

    Returns:
        Rows removed or emptied.
    """
    return apply_all(lake, [tombstone], tokens)


def apply_all(lake: Lake, stones: Sequence[Tombstone], tokens: Tokens) -> int:
    """Remove what tombstones name, looking at each delivery once.

    Args:
        lake: Lake.
        stones: What is removed.
        tokens: Makes the tokens to compare.

    Returns:
        Rows removed or emptied.
    """
    removed = 0
    for source in sorted(raw_tables()):
        own = [part for stone in stones if (part := seen_by(stone, source)) is not None]
        for receipt in list(lake.deliveries.receipts(source)) if own else ():
            removed += redact(lake, receipt, own, tokens)
    return removed


def redact(lake: Lake, receipt: Receipt, stones: Sequence[Tombstone], tokens: Tokens) -> int:
    """Store a delivery anew without what tombstones name; nothing happens when it holds nothing of it.

    Args:
        lake: Lake.
        receipt: Its receipt.
        stones: Tombstones that concern its source.
        tokens: Makes the tokens to compare.

    Returns:
        Rows removed or emptied.
    """
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    with _held(lake, source, delivery_id):
        # Another process may have stored it anew since the caller looked. Where one died, `resume` goes on.
        current = lake.deliveries.receipt(source, delivery_id)
        return _redact(lake, current, stones, tokens) if current else 0


def _held(lake: Lake, source: str, delivery_id: str) -> AbstractContextManager[None]:
    """One purge of a delivery at a time, in whatever process: two at once would delete each other's rows."""
    return lake.storage.exclusive(f"{DELIVERIES}/{source}/{delivery_id}")


def _redact(lake: Lake, receipt: Receipt, stones: Sequence[Tombstone], tokens: Tokens) -> int:
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    order = (receipt["envelope"]["delivered_at"], delivery_id)
    refs = {ref["table"]: TableRef.from_dict(ref) for ref in receipt.get("tables", ())}
    own = RowFilter.of(stones, source, delivery_id, order[0], tokens)
    later = [stone for stone in stones if order < stone.order]
    plan = plan_of(lake, source, refs, own, later, tokens)
    changed = plan.changed
    if not changed:
        return 0
    _restore(lake, receipt, refs, changed, plan, own)
    return sum(changed.values())


def _without(
    lake: Lake, ref: TableRef, dataset: Dataset, own: RowFilter | None, gone: Removed
) -> Iterator[pa.RecordBatch]:
    """The rows of a version that stay, in order."""
    for batch in batches(lake, ref):
        is_gone = in_batch(batch, gone)
        if own is not None:
            is_gone = pc.or_(is_gone, own.gone(dataset, batch))
            for name, matching in own.emptied(dataset, batch):
                at = batch.schema.get_field_index(name)
                kept = pc.if_else(matching, pa.scalar(None, batch.schema.field(at).type), batch.column(at))
                batch = pa.RecordBatch.from_arrays(
                    [kept if n == at else column for n, column in enumerate(batch.columns)],
                    schema=batch.schema,
                )
        yield batch.filter(pc.invert(is_gone)).replace_schema_metadata(None)


def _restore(
    lake: Lake,
    receipt: Receipt,
    refs: Mapping[str, TableRef],
    changed: Mapping[str, int],
    plan: Plan,
    own: RowFilter,
) -> None:
    """Take a delivery out of sight, store its tables anew, delete the old bytes, and put it back."""
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    datasets = {d.name: d for d in (*raw_tables()[source], QUARANTINE)}
    note = {
        "receipt": receipt,
        "manifests": {
            name: lake.storage.read(f"{ref.folder}/{MANIFEST}").decode() for name, ref in refs.items()
        },
    }
    _note(lake, source, delivery_id, note)
    lake.storage.delete(f"{DELIVERIES}/{source}/{delivery_id}.json")
    new = dict(refs)
    for name in changed:
        dataset = datasets[name]
        gone = plan.quarantined if name == QUARANTINE.name else plan.records.get(dataset.record, set())
        row_filter = None if name == QUARANTINE.name else own
        rows = pa.RecordBatchReader.from_batches(
            dataset.arrow_schema, _conformed(dataset, _without(lake, refs[name], dataset, row_filter, gone))
        )
        made = lake.publish_raw(dataset, rows, source=source, delivery_id=delivery_id)
        new[name] = made
        if not made.rows and _is_left_out(dataset, receipt):
            del new[name]
    amended = _amended(receipt, new, changed, plan)
    _note(lake, source, delivery_id, note | {"amended": amended})
    finish(lake, amended, list(new.values()))
    log.info("%s/%s: stored anew without what was purged", source, delivery_id)


def _conformed(dataset: Dataset, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.cast(dataset.arrow_schema) if batch.schema != dataset.arrow_schema else batch


def _is_left_out(dataset: Dataset, receipt: Receipt) -> bool:
    """Whether intake would not store a table without rows either."""
    is_item_table = dataset.name == QUARANTINE.name or bool(dataset.rows)
    return is_item_table and "supersedes" not in receipt["envelope"]


def _amended(
    receipt: Receipt, new: Mapping[str, TableRef], changed: Mapping[str, int], plan: Plan
) -> Receipt:
    amended: Receipt = json.loads(json.dumps(receipt))
    amended["tables"] = [new[ref["table"]].to_dict() for ref in receipt["tables"] if ref["table"] in new]
    fates = [("accepted", gone) for gone in plan.records.values()]
    fates.append(("quarantined", plan.quarantined))
    for fate, gone in fates:
        for file in amended["files"]:
            count = sum(1 for name, _ in gone if name == file["name"])
            for counts in (file["dispositions"], amended["dispositions"]):
                counts[fate] -= count
                counts["purged"] += count
    amended["purged_rows"] = amended.get("purged_rows", 0) + sum(changed.values())
    return amended


def _put(lake: Lake, key: str, content: bytes) -> None:
    update(lake.storage, key, lambda _: content)


def _note(lake: Lake, source: str, delivery_id: str, note: Mapping[str, Any]) -> None:
    _put(lake, f"{DELIVERIES}/{source}/{delivery_id}{PURGING}", sealed(note))


def catch_up(lake: Lake, receipt: Receipt, known: Sequence[Tombstone], tokens: Tokens) -> int:
    """Remove from a delivery that was just taken in what came to be purged meanwhile.

    Args:
        lake: Lake.
        receipt: Its receipt.
        known: Tombstones that its intake heeded.
        tokens: Makes the tokens to compare.

    Returns:
        Rows removed or emptied.
    """
    new = [stone for stone in tombstones(lake, receipt["source"]) if stone not in known]
    return redact(lake, receipt, new, tokens) if new else 0


def left_over(lake: Lake, receipt: Receipt, stones: Sequence[Tombstone], tokens: Tokens) -> int:
    """Rows of a delivery that tombstones name and that are there all the same.

    Args:
        lake: Lake.
        receipt: Its receipt.
        stones: Tombstones that concern its source.
        tokens: Makes the tokens to compare.
    """
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    order = (receipt["envelope"]["delivered_at"], delivery_id)
    refs = {ref["table"]: TableRef.from_dict(ref) for ref in receipt.get("tables", ())}
    own = RowFilter.of(stones, source, delivery_id, order[0], tokens)
    plan = plan_of(lake, source, refs, own, [stone for stone in stones if order < stone.order], tokens)
    return sum(plan.changed.values())


def finish(lake: Lake, receipt: Receipt, refs: Iterable[TableRef]) -> None:
    """Write the receipt of a delivery once no byte is left of rows that it does not name.

    What an earlier intake or purge of it left behind when it died may hold rows that are gone by now.

    Args:
        lake: Lake.
        receipt: Its receipt.
        refs: What it stores.
    """
    source, delivery_id = receipt["source"], receipt["delivery_id"]
    listed = list(refs)
    kept = {f"{ref.folder}/{MANIFEST}" for ref in listed}
    kept |= {f"{ref.folder}/{file['name']}" for ref in listed for file in lake.manifest(ref)["files"]}
    folders = [raw_folder(dataset.name, delivery_id) for dataset in raw_tables()[source]]
    for folder in (*folders, raw_folder(QUARANTINE.name, f"{source}.{delivery_id}")):
        for entry in list(lake.storage.walk(folder)):
            if entry.key not in kept:
                lake.storage.delete(entry.key)
    lake.deliveries.write(receipt)
    lake.storage.delete(f"{DELIVERIES}/{source}/{delivery_id}{PURGING}")


def unfinished(lake: Lake, source: str) -> list[str]:
    """Deliveries that a purge took out of sight and did not put back, because it died.

    `resume` puts them back; where their rows are lost they are taken in again from the landing zone, where
    the tombstones keep out what was being purged.

    Args:
        lake: Lake.
        source: Source.
    """
    names = [entry.key.rsplit("/", 1)[1] for entry in lake.storage.walk(f"{DELIVERIES}/{source}")]
    dead = [name.removesuffix(PURGING) for name in names if name.endswith(PURGING)]
    return [delivery_id for delivery_id in dead if lake.deliveries.receipt(source, delivery_id) is None]


def resume(lake: Lake, tokens: Tokens, source: str | None = None) -> list[str]:
    """End every purge of a delivery that died: go on where the new rows are whole, else begin anew.

    Args:
        lake: Lake.
        tokens: Makes the tokens to compare.
        source: Only of this source.

    Returns:
        Deliveries that were put back.
    """
    done = []
    for name in [source] if source else sorted(raw_tables()):
        for entry in list(lake.storage.walk(f"{DELIVERIES}/{name}")):
            if not entry.key.endswith(PURGING):
                continue
            delivery_id = entry.key.rsplit("/", 1)[1].removesuffix(PURGING)
            if _resume(lake, tokens, name, delivery_id, entry.key):
                done.append(f"{name}/{delivery_id}")
    return done


def _resume(lake: Lake, tokens: Tokens, name: str, delivery_id: str, key: str) -> bool:
    """End one purge of a delivery that died; False when it did not, or cannot be ended here."""
    with _held(lake, name, delivery_id):
        try:
            note = unsealed(lake.storage.read(key), key)
        except FileNotFoundError:
            return False  # it was under way and has ended
        if lake.deliveries.receipt(name, delivery_id) is None:
            if "amended" in note:
                amended = note["amended"]
                finish(lake, amended, [TableRef.from_dict(ref) for ref in amended["tables"]])
            elif _undo(lake, note):
                lake.deliveries.write(note["receipt"])
                _redact(lake, note["receipt"], tombstones(lake, name), tokens)
            else:
                return False
        # The note holds no rows, only what vouches for them; the last step of a purge removes it.
        lake.storage.delete(key)
        return True


def _undo(lake: Lake, note: Mapping[str, Any]) -> bool:
    """Let the old manifests vouch for the old rows again; False when bytes of those are gone."""
    refs = {ref["table"]: TableRef.from_dict(ref) for ref in note["receipt"]["tables"]}
    old = {name: content.encode() for name, content in note["manifests"].items()}
    for name, content in old.items():
        key = f"{refs[name].folder}/{MANIFEST}"
        files = unsealed(content, key)["files"]
        if not all(lake.storage.exists(f"{refs[name].folder}/{file['name']}") for file in files):
            return False
    for name, content in old.items():
        _put(lake, f"{refs[name].folder}/{MANIFEST}", content)
    return True


def waiting(lake: Lake, done: Iterable[str]) -> list[Tombstone]:
    """Tombstones that no purge record says have been dealt with.

    Args:
        lake: Lake.
        done: Keys of those that have been.
    """
    known = set(done)
    return [stone for stone in every_tombstone(lake) if stone.key not in known]
