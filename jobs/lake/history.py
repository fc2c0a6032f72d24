"""Whether what is published is still current, and what is still needed by anyone."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.deliveries import PURGING, RawRef
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef, ref_of, unsealed
from jobs.lake.pointer import FOLDER as RUNS
from jobs.lake.pointer import POINTER
from jobs.lake.runs import PublishedRun
from jobs.lake.storage import STAGING, Entry

log = logging.getLogger(__name__)

RELEASES = "releases"
DOOMED = "_doomed.json"
GRACE = timedelta(days=1)


def stale(lake: Lake, month: str) -> list[str]:
    """Why the published run of a month no longer says what a new one would; nothing when it does.

    Args:
        lake: The lake.
        month: `YYYY-MM`.
    """
    published = lake.runs.latest(month)
    if published is None:
        return []
    reasons = list(dict.fromkeys(_arrived(lake, published)))
    # Earlier months' published tables that this run read and that have been restated since.
    for table, partition, version in sorted(_foreign_inputs(lake, published)):
        current = lake.runs.latest(partition)
        if current and all(
            ref.version != version for ref in current.refs(table) if ref.partition == partition
        ):
            reasons.append(f"{table} of {partition} was restated")
    return reasons


def gc(lake: Lake, grace: timedelta = GRACE, *, dry_run: bool = False) -> list[Entry]:
    """Remove what no run, draft, receipt or release names and what writers that died left behind.

    Args:
        lake: The lake.
        grace: Leave alone what is younger, for it may belong to a job at work.
        dry_run: Only say what would go.

    Returns:
        The files that went.
    """
    cutoff = time.time() - grace.total_seconds()
    if not dry_run:
        _restore_doomed(lake)
    named = named_versions(lake)
    strays, unnamed = [], {}
    for folder, entries in _folders(lake):
        if max(e.modified_at for e in entries) > cutoff:
            continue
        manifest = next((e for e in entries if e.key == f"{folder}/{MANIFEST}"), None)
        if manifest is None:
            strays += entries
            continue
        content = lake.storage.read(manifest.key)
        if ref_of(content, manifest.key).id not in named:
            unnamed[folder] = (entries, content)
            continue
        kept = {f"{folder}/{file['name']}" for file in unsealed(content, manifest.key)["files"]} | {
            manifest.key
        }
        strays += [entry for entry in entries if entry.key not in kept]
    strays += [entry for entry in lake.storage.walk(STAGING) if entry.modified_at <= cutoff]
    if not dry_run:
        for entry in strays:
            lake.storage.delete(entry.key)
        for folder in _spared(lake, {folder: content for folder, (_, content) in unnamed.items()}):
            del unnamed[folder]
    gone = [*strays, *(entry for entries, _ in unnamed.values() for entry in entries)]
    log.info(
        "gc: %d files, %d bytes %s",
        len(gone),
        sum(e.size for e in gone),
        "would go" if dry_run else "removed",
    )
    return gone


def named_versions(lake: Lake) -> set[str]:
    """Ids of every version that something still needs.

    Args:
        lake: The lake.
    """
    named: set[str] = set()
    for entry in lake.storage.walk(RUNS):
        name = entry.key.rsplit("/", 1)[1]
        if name != POINTER:
            body = unsealed(lake.storage.read(entry.key), entry.key)
            refs = [*body["tables"], *(raw["ref"] for raw in body["deliveries"])]
            named |= {TableRef.from_dict(ref).id for ref in refs}
    for receipt in [*lake.deliveries.receipts(), *_being_purged(lake)]:
        named |= {TableRef.from_dict(ref).id for ref in receipt.get("tables", [])}
    for entry in lake.storage.walk(RELEASES):
        if entry.key.endswith(f"/{MANIFEST}"):
            named |= set(json.loads(lake.storage.read(entry.key)).get("inputs", []))
    return named


def _being_purged(lake: Lake) -> Iterator[dict[str, Any]]:
    """Receipts of deliveries that a purge took out of sight: it needs their rows until it puts them back."""
    for entry in list(lake.storage.walk(DELIVERIES)):
        if entry.key.endswith(PURGING):
            note = unsealed(lake.storage.read(entry.key), entry.key)
            yield from (note[name] for name in ("receipt", "amended") if name in note)


def _arrived(lake: Lake, published: PublishedRun) -> Iterator[str]:
    """Deliveries that a run of the month would read and this one did not."""
    used: dict[str, list[RawRef]] = {}
    for raw in published.deliveries:
        used.setdefault(raw.ref.table, []).append(raw)
    for table, read in sorted(used.items()):
        known, first = {raw.id for raw in read}, min(map(_order, read))
        refs = lake.deliveries.raw(table)
        replaced = {(raw.source, raw.supersedes) for raw in refs if raw.supersedes}
        for raw in refs:
            # What is older than all that was read lies before the register that the month builds on.
            if raw.id in known or not raw.ref.rows or _order(raw) < first:
                continue
            if _about(raw.period) <= published.run.month and (raw.source, raw.delivery_id) not in replaced:
                late = ", after the run" if raw.delivered_at > published.run.as_of else ""
                delivered = f"delivered {raw.delivered_at:%Y-%m-%dT%H:%M:%SZ}{late}"
                yield f"{raw.source} {raw.delivery_id} arrived ({delivered})"


def _order(raw: RawRef) -> tuple[str, datetime, str]:
    return raw.period, raw.delivered_at, raw.delivery_id


def _about(period: str) -> str:
    """The month from which on a delivery counts; what is about a year holds at its end."""
    return period[:7] if len(period) > 4 else f"{period}-12"


def _spared(lake: Lake, unnamed: Mapping[str, bytes]) -> list[str]:
    """Take versions out of being, look once more whether anyone has come to need them, then delete them.

    A run publishes by writing what it names and then looking whether all of it exists. Whichever of the two
    comes first sees the other, so that no run is published whose version goes.

    Returns:
        Folders of the versions that are needed after all.
    """
    for folder, content in unnamed.items():
        lake.storage.put_if_absent(f"{folder}/{DOOMED}", content)
        lake.storage.delete(f"{folder}/{MANIFEST}")
    named = named_versions(lake) if unnamed else set()
    spared = [folder for folder, content in unnamed.items() if ref_of(content, folder).id in named]
    for folder in unnamed:
        if folder in spared:
            _restore(lake, folder)
        else:
            lake.storage.delete(folder)
    return spared


def _restore(lake: Lake, folder: str) -> None:
    lake.storage.put_if_absent(f"{folder}/{MANIFEST}", lake.storage.read(f"{folder}/{DOOMED}"))
    lake.storage.delete(f"{folder}/{DOOMED}")


def _restore_doomed(lake: Lake) -> None:
    """Give back what an earlier collection was about to remove when it died; this one decides anew."""
    for layer in ("raw", "tables"):
        for entry in list(lake.storage.walk(layer)):
            if entry.key.endswith(f"/{DOOMED}"):
                _restore(lake, entry.key.rsplit("/", 1)[0])


def _folders(lake: Lake) -> Iterator[tuple[str, list[Entry]]]:
    for layer in ("raw", "tables"):
        grouped: dict[str, list[Entry]] = {}
        for entry in lake.storage.walk(layer):
            grouped.setdefault(entry.key.rsplit("/", 1)[0], []).append(entry)
        yield from sorted(grouped.items())


def _foreign_inputs(lake: Lake, published: PublishedRun) -> set[tuple[str, str, str]]:
    own = {ref.id for ref in published.tables}
    found = set()
    for ref in published.tables:
        for name in lake.manifest(ref)["inputs"]:
            table, partition, version = name.split("/")
            if name not in own and not table.startswith("raw_"):
                found.add((table, partition, version))
    return found
