"""Carries a purge through everything that was made of purged rows, and makes the runs again.

The old bytes go first and the runs are made again after: from the moment that something must not be kept, no
reader gets it, and whatever dies on the way leaves too little rather than too much. Meanwhile the months
answer that they were purged. Every step may be repeated; `finish` of the command line does so.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.ingest.tokens import Tokens
from jobs.keys import KeyRing, pseudonym
from jobs.lake.history import named_versions
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST
from jobs.lake.pointer import PURGE
from jobs.lake.storage import STAGING
from jobs.purge.records import DESTROYED, DONE, OPEN, Record, keep, new_tombstones, record_id, records
from jobs.purge.redaction import apply_all, resume
from jobs.purge.taint import Taint, TaintedRun, tainted
from jobs.purge.tombstones import Tombstone
from jobs.release.ledger import ledger_key, read_ledger
from jobs.release.recall import RECALL, recall

log = logging.getLogger(__name__)

Remake = Callable[[str, datetime], None]
"""Runs all jobs of a month as of an instant and publishes the run."""
Progress = Callable[[str], None]

LEFT_ALONE = timedelta(hours=1)
"""Age up to which a file that nothing vouches for may belong to a job at work."""
CASES = "out_flag__cases"


@dataclass(slots=True)
class SweepReport:
    """What a sweep did.

    Attributes:
        tombstones: Tombstones that it dealt with.
        rows: Rows of deliveries removed or emptied.
        versions: Versions of tables destroyed.
        files: Files destroyed, those of releases included.
        size: Bytes of them.
        runs: Runs that went, each with what replaced it.
        releases: Releases recalled.
        state: `nothing`, `destroyed` (runs are still to be made again) or `done`.
    """

    tombstones: int = 0
    rows: int = 0
    versions: int = 0
    files: int = 0
    size: int = 0
    runs: list[dict[str, Any]] = field(default_factory=list)
    releases: list[dict[str, Any]] = field(default_factory=list)
    state: str = "nothing"

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON-able values."""
        return {name: getattr(self, name) for name in self.__slots__}

    def add(self, record: Record) -> None:
        """Count in what a record says."""
        self.tombstones += len(record["tombstones"])
        self.versions += record["versions"]
        self.files += record["files"]
        self.size += record["bytes"]
        self.runs += record["runs"]
        self.releases += record["releases"]
        self.state = record["state"] if self.state != DESTROYED else self.state


def sweep(
    lake: Lake,
    ring: KeyRing,
    now: datetime,
    *,
    remake: Remake | None,
    progress: Progress = log.info,
) -> SweepReport:
    """Finish every purge: rows of deliveries, what was made of them, releases; then make the runs again.

    Args:
        lake: Lake.
        ring: Keys of the lake.
        now: Goes into the ledger and into notices of recall; of data, nothing depends on it.
        remake: Makes a run again; None puts that off, and the months answer `purged` until then.
        progress: Told what is being done.

    Raises:
        KjedeError: A run could not be made again; the old bytes are gone all the same.
    """
    with lake.storage.exclusive("sweep"):
        return _swept(lake, ring, now, remake, progress)


def _swept(
    lake: Lake, ring: KeyRing, now: datetime, remake: Remake | None, progress: Progress
) -> SweepReport:
    """One sweep at a time: a second one that waited finds nothing left to do."""
    report, tokens = SweepReport(), Tokens(ring.core_key())
    resume(lake, tokens)
    # A release may have been approved while its run was being purged.
    if late := lake.runs.ended(PURGE):
        recall(lake.storage, ledger_key(ring), late, now)
    for record in records(lake):
        if record["state"] == OPEN:
            _destroy(lake, ring, now, record, progress)
    stones = new_tombstones(lake)
    if stones:
        progress(f"purge: rows of deliveries, by {len(stones)} tombstones")
        report.rows = apply_all(lake, stones, tokens)
    taint = tainted(lake)
    if stones or taint:
        record = _opened(lake, ring, stones, taint)
        keep(lake, record)
        _destroy(lake, ring, now, record, progress)
    for record in records(lake):
        if record["state"] == DESTROYED:
            if remake is not None:
                _make_again(lake, ring, record, remake, progress)
            report.add(record)
        elif stones and {s.key for s in stones} & {s["key"] for s in record["tombstones"]}:
            report.add(record)
    return report


def _opened(lake: Lake, ring: KeyRing, stones: Iterable[Tombstone], taint: Taint) -> Record:
    """The record of a purge before anything is destroyed: with it alone a sweep that died is finished."""
    listed = [
        {"key": s.key, "source": s.source, "delivery_id": s.delivery_id, "purged_at": s.delivered_at}
        for s in stones
    ]
    runs = [_run_entry(lake, run) for run in sorted(taint.runs, key=lambda r: (r.month, r.as_of, r.run_id))]
    leftovers = sorted({version for run in taint.runs for version in run.tables} - set(taint.versions))
    doomed = [*taint.versions.values(), *(run.folder for run in taint.runs), *taint.drafts]
    entries = [entry for place in doomed for entry in lake.storage.walk(place)]
    what = {"tombstones": listed, "runs": [[r["month"], r["as_of"], r["run_id"]] for r in runs]}
    return {
        "id": record_id(what | {"versions": sorted(taint.versions), "drafts": sorted(taint.drafts)}),
        "state": OPEN,
        "tombstones": listed,
        "runs": runs,
        "versions": len(taint.versions),
        "files": len(entries) + len(taint.drafts),
        "bytes": sum(entry.size for entry in entries),
        "releases": [],
        "cases": [],
        "doomed": doomed,
        "leftovers": leftovers,
        "cases_before": _cases(lake, ring, taint),
    }


def _run_entry(lake: Lake, run: TaintedRun) -> dict[str, Any]:
    current = lake.runs.latest(run.month)
    published = {p.run_id for p in lake.runs.all(run.month)}
    withdrawn = lake.runs.withdrawn(run.month)
    # A run that was rolled back from, and one that died unpublished, are nobody's state of the month.
    again = run.run_id in published and run.run_id not in withdrawn and not run.has_lost_inputs
    return {
        "month": run.month,
        "as_of": run.as_of,
        "run_id": run.run_id,
        "was_current": current is not None and current.run_id == run.run_id,
        "again": again,
        "why_not": "" if again else "inputs_retained" if run.has_lost_inputs else "not_seen",
        "replaced_by": "",
    }


def _cases(lake: Lake, ring: KeyRing, taint: Taint) -> dict[str, dict[str, str]]:
    """Cases that readers see in the runs that go, with a token of their evidence."""
    found = {}
    for month in sorted({run.month for run in taint.runs}):
        current = lake.runs.latest(month)
        if current and current.run_id in {run.run_id for run in taint.runs} and current.refs(CASES):
            found[month] = _fingerprints(lake, ring, month)
    return found


def _fingerprints(lake: Lake, ring: KeyRing, month: str) -> dict[str, str]:
    current = lake.runs.latest(month)
    if current is None or not current.refs(CASES):
        return {}
    rows = lake.read(current.ref(CASES), columns=["case_id", "evidence_fingerprint"]).to_pylist()
    key = ring.core_key()
    return {row["case_id"]: pseudonym(key, "evidence", row["evidence_fingerprint"]) for row in rows}


def _destroy(lake: Lake, ring: KeyRing, now: datetime, record: Record, progress: Progress) -> None:
    """Let nobody see the old runs any more, recall what was released of them, and delete their bytes."""
    by_month: dict[str, list[tuple[str, str]]] = {}
    for run in record["runs"]:
        by_month.setdefault(run["month"], []).append((run["as_of"], run["run_id"]))
    for month, entries in sorted(by_month.items()):
        progress(f"purge: run of {month}")
        lake.runs.end(month, entries, PURGE)
    run_ids = {run["run_id"] for run in record["runs"]}
    ended = recall(lake.storage, ledger_key(ring), run_ids, now)
    record["files"] += sum(own.files for own in ended)
    record["bytes"] += sum(own.size for own in ended)
    # From the ledger, so that what was recalled before this sweep died counts too.
    record["releases"] = [
        {"recipient": line["recipient"], "release_id": line["release_id"], "ledger_seq": line["seq"]}
        for line in read_ledger(lake.storage)
        if line.get("event") == RECALL and line["run_id"] in run_ids
    ]
    for place in record["doomed"]:
        lake.storage.delete(place)
    for entry in _strays(lake):
        lake.storage.delete(entry)
    record |= {"state": DESTROYED, "doomed": []}
    keep(lake, record)
    log.info(
        "purge %s: %d versions, %d runs and %d releases destroyed",
        record["id"],
        record["versions"],
        len(record["runs"]),
        len(record["releases"]),
    )


def _strays(lake: Lake) -> list[str]:
    """Files of writers that died: nothing vouches for them, so nobody can say what they hold."""
    cutoff = time.time() - LEFT_ALONE.total_seconds()
    grouped: dict[str, list[Any]] = {}
    for entry in lake.storage.walk("tables"):
        grouped.setdefault(entry.key.rsplit("/", 1)[0], []).append(entry)
    found = [
        entry
        for folder, entries in grouped.items()
        if f"{folder}/{MANIFEST}" not in {entry.key for entry in entries}
        for entry in entries
    ]
    found += lake.storage.walk(STAGING)
    return [entry.key for entry in found if entry.modified_at <= cutoff]


def _make_again(lake: Lake, ring: KeyRing, record: Record, remake: Remake, progress: Progress) -> None:
    """Make each run again at its own as_of, the oldest month first: a month builds on the one before."""
    for run in record["runs"]:
        if not run["again"] or run["replaced_by"]:
            continue
        as_of = _instant(run["as_of"])
        known = [r for r in record["runs"] if (r["month"], r["as_of"]) == (run["month"], run["as_of"])]
        made = next((r["replaced_by"] for r in known if r["replaced_by"]), "")
        if not made:
            progress(f"purge: making {run['month']} as of {run['as_of']} again")
            remake(run["month"], as_of)
            made = lake.runs.resolve(run["month"], as_of).run_id
        run["replaced_by"] = made
        keep(lake, record)
    for month in sorted({run["month"] for run in record["runs"]}):
        lake.runs.settle(month)
    needed = named_versions(lake)
    for version in record["leftovers"]:
        table, month, name = version.split("/")
        if version not in needed:
            lake.storage.delete(f"tables/{table}/month={month}/{name}")
    record |= {"state": DONE, "cases": _lost(lake, ring, record["cases_before"])}
    for name in ("doomed", "leftovers", "cases_before"):
        del record[name]
    keep(lake, record)
    log.info("purge %s: finished", record["id"])


def _lost(lake: Lake, ring: KeyRing, before: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    """Cases that are gone, or rest on other evidence, since the purge."""
    events = []
    for month, cases in sorted(before.items()):
        after = _fingerprints(lake, ring, month)
        for case_id, fingerprint in sorted(cases.items()):
            if after.get(case_id) != fingerprint:
                became = "changed" if case_id in after else "gone"
                events.append({"month": month, "case_id": case_id, "kind": "purged", "became": became})
    return events


def _instant(as_of_key: str) -> datetime:
    return datetime.strptime(as_of_key, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
