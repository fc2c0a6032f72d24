"""Whether every byte that something vouches for is still there as it was."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.catalogue import datasets
from expectations.errors import KjedeError
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.history import RELEASES
from jobs.lake.lake import MARKER, Lake
from jobs.lake.manifest import MANIFEST, TableRef, is_whole, ref_of, schema_fingerprint, unsealed
from jobs.lake.pointer import FOLDER as RUNS
from jobs.lake.pointer import POINTER
from jobs.lake.runs import PublishedRun

log = logging.getLogger(__name__)

RETENTION = "retention"

SEALED = ("raw", "tables", "quality", "tombstones", "purges", RETENTION, DELIVERIES, RUNS)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not whole.

    Attributes:
        key: File in the lake.
        reason: `missing`, `altered`, `rows`, `schema`, `unreadable` or `chain`.
        detail: What was expected and what was found.
    """

    key: str
    reason: str
    detail: str

    def to_dict(self) -> dict[str, str]:
        """The fault as JSON-able values."""
        return {"file": self.key, "reason": self.reason, "detail": self.detail}


def verify(lake: Lake, progress: Callable[[str], None] = log.debug) -> list[Fault]:
    """Check every byte that a manifest vouches for, and that everything named exists as it was named.

    Args:
        lake: The lake.
        progress: Told each version that is looked at.
    """
    found = [
        Fault(key, "altered", "is not what was written")
        for key in _sealed(lake)
        if not is_whole(lake.storage.read(key))
    ]
    broken = {fault.key for fault in found}
    refs: dict[str, TableRef] = {}
    for layer in ("raw", "tables"):
        for entry in lake.storage.walk(layer):
            if entry.key.endswith(f"/{MANIFEST}") and entry.key not in broken:
                progress(entry.key)
                ref, faults = _verify_version(lake, entry.key)
                found += faults
                if ref:
                    refs[ref.id] = ref
    for entry in lake.storage.walk(RELEASES):
        if entry.key.endswith(f"/{MANIFEST}"):
            progress(entry.key)
            found += _verify_release(lake, entry.key)
    purged, retained = _purged(lake, broken), _retained(lake, broken)
    for published in _readable_runs(lake, found):
        progress(published.key)
        for ref in (*published.tables, *(raw.ref for raw in published.deliveries)):
            # Purge beats immutability: rows that had to go are no fault of the run that once read them.
            if (
                refs.get(ref.id) != ref
                and ref.id not in retained
                and (ref.table, ref.partition) not in purged
            ):
                state = "altered" if ref.id in refs else "missing"
                found.append(Fault(published.key, "chain", f"names {ref.id}, which is {state}"))
    found += _verify_receipts(lake, refs, broken)
    return found


def _sealed(lake: Lake) -> Iterator[str]:
    """Every file of the lake that carries its own digest."""
    yield MARKER
    for folder in SEALED:
        yield from (entry.key for entry in lake.storage.walk(folder) if entry.key.endswith(".json"))


def _readable_runs(lake: Lake, found: list[Fault]) -> list[PublishedRun]:
    """All runs that can be read; the others become faults."""
    runs: list[PublishedRun] = []
    for month in lake.storage.folders(RUNS):
        try:
            runs += lake.runs.all(month)
        except (OSError, ValueError, KeyError, KjedeError) as problem:
            found.append(
                Fault(
                    f"{RUNS}/{month}/{POINTER}", "chain", f"or a run that it names is unreadable: {problem}"
                )
            )
    return runs


def _verify_version(lake: Lake, key: str) -> tuple[TableRef | None, list[Fault]]:
    folder = key.rsplit("/", 1)[0]
    try:
        content = lake.storage.read(key)
        ref, manifest = ref_of(content, key), unsealed(content, key)
        files, rows = manifest["files"], manifest["rows"]
    except (ValueError, KeyError, KjedeError) as problem:
        return None, [Fault(key, "unreadable", str(problem))]
    if ref.folder != folder:
        return None, [Fault(key, "altered", f"says that it is {ref.id}")]
    found = [fault for file in files if (fault := _verify_bytes(lake, f"{folder}/{file['name']}", file))]
    if found:
        return ref, found
    counted = 0
    for file in files:
        name = f"{folder}/{file['name']}"
        with lake.storage.filesystem().open_input_file(name) as source:
            try:
                parquet = pq.ParquetFile(source)
            except (pa.ArrowException, OSError) as problem:
                found.append(Fault(name, "unreadable", str(problem)))
                continue
            counted += parquet.metadata.num_rows
            found += _verify_schema(name, parquet.schema_arrow, manifest)
    if not found and counted != rows:
        found.append(Fault(key, "rows", f"manifest says {rows}, files hold {counted}"))
    return ref, found


def _verify_schema(name: str, schema: pa.Schema, manifest: dict[str, object]) -> list[Fault]:
    """Compare with the declaration where it made the version; older contracts differ lawfully."""
    declared = datasets().get(str(manifest["table"]))
    if declared is None or manifest["schema_fingerprint"] != schema_fingerprint(declared):
        return []
    if schema.equals(declared.arrow_schema, check_metadata=False):
        return []
    return [Fault(name, "schema", "columns are not those that the manifest's fingerprint names")]


def _verify_bytes(lake: Lake, key: str, file: dict[str, object]) -> Fault | None:
    if not lake.storage.exists(key):
        return Fault(key, "missing", "named by its manifest")
    with lake.storage.filesystem().open_input_stream(key) as source:
        whole, size = hashlib.sha256(), 0
        while block := source.read(1 << 20):
            whole.update(block)
            size += len(block)
    expected = file.get("bytes", size)
    if size != expected or whole.hexdigest() != file["sha256"]:
        return Fault(
            key,
            "altered",
            f"expected {expected} bytes of sha256 {str(file['sha256'])[:12]}…, "
            f"found {size} of {whole.hexdigest()[:12]}…",
        )
    return None


def _verify_release(lake: Lake, key: str) -> list[Fault]:
    """Check what a release's manifest vouches for: data of one table, or its documents and tables."""
    folder, recipient = key.rsplit("/", 1)[0], key.rsplit("/", 2)[0]
    try:
        manifest = json.loads(lake.storage.read(key))
        if "files" in manifest:
            vouched = {f"{folder}/{file['name']}": file for file in manifest["files"]}
        else:
            vouched = {f"{folder}/{name}": {"sha256": own} for name, own in manifest["documents"].items()}
            vouched |= {
                f"{recipient}/{own['folder']}/{MANIFEST}": {"sha256": own["manifest_sha256"]}
                for own in manifest["datasets"].values()
            }
        return [fault for name, file in vouched.items() if (fault := _verify_bytes(lake, name, file))]
    except (ValueError, KeyError, TypeError) as problem:
        return [Fault(key, "unreadable", str(problem))]


def _verify_receipts(lake: Lake, refs: dict[str, TableRef], broken: set[str]) -> list[Fault]:
    found = []
    for entry in lake.storage.walk(DELIVERIES):
        receipt = {} if entry.key in broken else unsealed(lake.storage.read(entry.key), entry.key)
        proof = receipt.get("retained")
        if proof and not lake.storage.exists(proof):
            found.append(Fault(entry.key, "missing", "its rows are gone and so is the proof of it"))
        if receipt.get("status") != "accepted":
            continue
        for ref in map(TableRef.from_dict, receipt.get("tables", [])):
            if refs.get(ref.id) != ref:
                state = "altered" if ref.id in refs else "missing"
                found.append(Fault(entry.key, "chain", f"names {ref.id}, which is {state}"))
    return found


def _retained(lake: Lake, broken: set[str]) -> set[str]:
    """Ids of versions that were destroyed because their time was over, each with a proof."""
    found = set()
    for entry in lake.storage.walk(RETENTION):
        proof = {} if entry.key in broken else unsealed(lake.storage.read(entry.key), entry.key)
        found |= {version["id"] for version in proof.get("versions", ())}
    return found


def _purged(lake: Lake, broken: set[str]) -> set[tuple[str, str]]:
    """Raw table and partition of what was stored anew without records that had to go."""
    found = set()
    for entry in lake.storage.walk(DELIVERIES):
        receipt = {} if entry.key in broken else unsealed(lake.storage.read(entry.key), entry.key)
        if receipt.get("status") == "accepted" and receipt["dispositions"]["purged"]:
            found |= {(ref["table"], ref["partition"]) for ref in receipt.get("tables", [])}
    return found
