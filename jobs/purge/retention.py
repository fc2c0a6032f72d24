"""Destroys what has been kept as long as it may be: deliveries, runs and releases, each with a proof.

The instant is given; nothing here asks a clock. A proof is written before anything is destroyed, so that a
file that is missing is either proven or a fault, and a call that died is finished by the next one.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from expectations.contract import sources
from expectations.errors import DataRefused
from expectations.retention import RETENTION, RUNS, Retention
from jobs import months
from jobs.core.visible import period_end
from jobs.keys import KeyRing
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.history import named_versions
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef, digest, sealed
from jobs.lake.pointer import FOLDER as RUN_FOLDER
from jobs.lake.pointer import RETAIN
from jobs.lake.runs import PublishedRun
from jobs.lake.storage import update
from jobs.purge.proofs import keep_proof, proofs
from jobs.release.ledger import ledger_key
from jobs.release.recall import expire, expired

log = logging.getLogger(__name__)

Row = dict[str, Any]
Receipt = dict[str, Any]


def check_declared() -> None:
    """Refuse to go on while a source has no limit.

    Raises:
        DataRefused: A source of the contract is not declared.
    """
    missing = sorted(set(sources()) - set(RETENTION))
    if missing:
        raise DataRefused("retention_undeclared", f"no retention is declared for {', '.join(missing)}")


def retain(
    lake: Lake, at: datetime, *, key_file: Path | str | None = None, dry_run: bool = False
) -> list[Row]:
    """Destroy what is older than it may be at an instant.

    Args:
        lake: Lake.
        at: The instant.
        key_file: Keys of the installation; needed to enter expired releases in the ledger.
        dry_run: Only say what would go.

    Returns:
        A row for each delivery, run and release that went or would go, and for what is over its limit and
        stays because it is in force.

    Raises:
        DataRefused: A source has no declared limit.
    """
    check_declared()
    today = at.astimezone(months.OSLO).date()
    if not dry_run:
        _finish(lake)
    rows = [_delivery(lake, *found, at, dry_run=dry_run) for found in _old_deliveries(lake, today)]
    rows += [_run(lake, run, at, dry_run=dry_run) for run in _old_runs(lake, today)]
    if not dry_run:
        _drop_unneeded(lake, today)
    return rows + _releases(lake, today, at, key_file, dry_run=dry_run)


def over_limit(lake: Lake, at: datetime) -> list[Row]:
    """What is older than it may be at an instant and still there, for a check that changes nothing.

    Args:
        lake: Lake.
        at: The instant.
    """
    return [row for row in retain(lake, at, dry_run=True) if row["state"] == "over"]


def _limit(rule: Retention, last_day: date) -> date:
    """Last day on which something is kept."""
    return last_day + timedelta(days=rule.days)


def _old_deliveries(lake: Lake, today: date) -> Iterator[tuple[Receipt, Retention, date, bool]]:
    """Receipts of deliveries over their limit, and whether they are in force still."""
    for source in sorted(RETENTION):
        rule = RETENTION[source]
        receipts = [r for r in lake.deliveries.receipts(source) if "retained" not in r]
        ends = {r["delivery_id"]: _limit(rule, period_end(r["envelope"]["period"])) for r in receipts}
        old = [r for r in receipts if ends[r["delivery_id"]] < today]
        floor = _floor(old) if rule.is_register else None
        for receipt in sorted(old, key=_order):
            in_force = rule.is_register and (floor is None or _order(receipt) >= floor)
            yield receipt, rule, ends[receipt["delivery_id"]], in_force
        for status in ("held", "rejected", "conflict"):
            for receipt in lake.deliveries.receipts(source, status):
                own = receipt.get("tables") and receipt["envelope"].get("period")
                if own and _limit(rule, period_end(own)) < today:
                    yield receipt, rule, _limit(rule, period_end(own)), False


def _floor(receipts: Sequence[Receipt]) -> tuple[str, str, str] | None:
    """Place of the newest full register among deliveries: state and history begin with it."""
    full = [
        r for r in receipts if r["envelope"]["kind"] == "snapshot" and r["envelope"].get("complete", True)
    ]
    return max(map(_order, full), default=None)


def _order(receipt: Receipt) -> tuple[str, str, str]:
    envelope = receipt["envelope"]
    return envelope["period"], envelope["delivered_at"], receipt["delivery_id"]


def _delivery(
    lake: Lake, receipt: Receipt, rule: Retention, until: date, in_force: bool, at: datetime, *, dry_run: bool
) -> Row:
    refs = [TableRef.from_dict(ref) for ref in receipt.get("tables", ())]
    entries = [entry for ref in refs for entry in lake.storage.walk(ref.folder)]
    name = f"{receipt['source']}/{receipt['delivery_id']}"
    rows = sum(ref.rows for ref in refs)
    row = _row("delivery", name, rule, until, rows, len(entries), sum(entry.size for entry in entries))
    if in_force:
        return row | {"state": "in force"}
    if dry_run:
        return row | {"state": "over"}
    what = {"what": "delivery", "name": name, "status": receipt["status"]}
    proof = _proof(rule, until, at, refs, row)
    key = keep_proof(lake, what, proof | {"state": "begun"})
    _end_delivery(lake, receipt["source"], receipt["delivery_id"], receipt["status"], key, refs)
    keep_proof(lake, what, proof | {"state": "destroyed"})
    log.info("%s: %d rows destroyed, kept until %s", name, rows, until)
    return row | {"state": "destroyed"}


def _end_delivery(
    lake: Lake, source: str, delivery_id: str, status: str, proof: str, refs: Sequence[TableRef]
) -> None:
    """Leave of a receipt its counts, and of the rows nothing."""
    receipt = lake.deliveries.receipt(source, delivery_id, status)
    if receipt is not None and "retained" not in receipt:
        content = sealed(receipt | {"tables": [], "retained": proof})
        infix = "" if status == "accepted" else f".{status}"
        update(lake.storage, f"{DELIVERIES}/{source}/{delivery_id}{infix}.json", lambda _: content)
    for ref in refs:
        lake.storage.delete(ref.folder)


def _finish(lake: Lake) -> None:
    """Go on where an earlier call died between a proof and what it proves."""
    for proof in proofs(lake):
        if proof["state"] != "begun":
            continue
        what = {name: proof[name] for name in ("what", "name", "status")}
        refs = [TableRef.from_dict(entry["ref"]) for entry in proof["versions"]]
        if proof["what"] == "delivery":
            source, delivery_id = proof["name"].split("/")
            key = keep_proof(lake, what, {k: v for k, v in proof.items() if k not in what})
            _end_delivery(lake, source, delivery_id, proof["status"], key, refs)
        else:
            month, as_of, run_id = proof["name"].split("/")
            _end_run(lake, month, as_of, run_id)
        keep_proof(lake, what, {k: v for k, v in proof.items() if k not in what} | {"state": "destroyed"})


def _old_runs(lake: Lake, today: date) -> list[PublishedRun]:
    return [run for run in lake.runs.all() if _limit(RUNS, months.last_day(run.run.month)) < today]


def _run(lake: Lake, run: PublishedRun, at: datetime, *, dry_run: bool) -> Row:
    until = _limit(RUNS, months.last_day(run.run.month))
    own = [ref for ref in run.tables if ref.partition == run.run.month]
    name = f"{run.run.month}/{run.run.as_of_key}/{run.run_id}"
    entries = [entry for ref in own for entry in lake.storage.walk(ref.folder)]
    row = _row(
        "run", name, RUNS, until, sum(ref.rows for ref in own), len(entries), sum(e.size for e in entries)
    )
    if dry_run:
        return row | {"state": "over"}
    what = {"what": "run", "name": name, "status": "published"}
    proof = _proof(RUNS, until, at, own, row)
    keep_proof(lake, what, proof | {"state": "begun"})
    _end_run(lake, run.run.month, run.run.as_of_key, run.run_id)
    keep_proof(lake, what, proof | {"state": "destroyed"})
    return row | {"state": "destroyed"}


def _end_run(lake: Lake, month: str, as_of: str, run_id: str) -> None:
    lake.runs.end(month, [(as_of, run_id)], RETAIN)
    folder = f"{RUN_FOLDER}/{month}/{as_of}"
    lake.storage.delete(f"{folder}/{run_id}")
    for entry in list(lake.storage.walk(folder)):
        if entry.key.rsplit("/", 1)[0] == folder:
            lake.storage.delete(entry.key)


def _drop_unneeded(lake: Lake, today: date) -> None:
    """Delete the versions of months over their limit that nothing names any more, whoever made them."""
    needed = named_versions(lake)
    for table in lake.storage.folders("tables"):
        for folder in lake.storage.folders(f"tables/{table}"):
            month = folder.removeprefix("month=")
            if _limit(RUNS, months.last_day(month)) >= today:
                continue
            for version in lake.storage.folders(f"tables/{table}/{folder}"):
                if f"{table}/{month}/{version}" not in needed:
                    lake.storage.delete(f"tables/{table}/{folder}/{version}")


def _releases(
    lake: Lake, today: date, at: datetime, key_file: Path | str | None, *, dry_run: bool
) -> list[Row]:
    over = expired(lake.storage, today)
    if over and not dry_run:
        ring = KeyRing.for_lake(lake, key_file, synthetic=True)
        gone = {e.release_id: e for e in expire(lake.storage, ledger_key(ring), today, at)}
    else:
        gone = {}
    rows = []
    for release in over:
        ended = gone.get(release["release_id"])
        rows.append(
            {
                "what": "release",
                "name": f"{release['recipient']}/{release['release_id']}",
                "rule": "contract of the recipient",
                "basis": "days that the recipient's contract allows, as told with the release",
                "until": release["expires_on"],
                "rows": sum(own["rows"] for own in release["datasets"].values()),
                "files": ended.files if ended else 0,
                "bytes": ended.size if ended else 0,
                "state": "destroyed" if ended else "over",
            }
        )
    return rows


def _row(
    what: str, name: str, rule: Retention, until: date, rows: int, files: int, size: int
) -> dict[str, Any]:
    return {
        "what": what,
        "name": name,
        "rule": f"{rule.days} days",
        "basis": rule.basis,
        "until": until.isoformat(),
        "rows": rows,
        "files": files,
        "bytes": size,
    }


def _proof(
    rule: Retention, until: date, at: datetime, refs: Sequence[TableRef], row: Mapping[str, Any]
) -> dict[str, Any]:
    versions = [{"id": ref.id, "rows": ref.rows, "ref": ref.to_dict()} for ref in sorted(refs)]
    return {
        "at": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "days": rule.days,
        "basis": rule.basis,
        "until": until.isoformat(),
        "rows": row["rows"],
        "files": row["files"],
        "bytes": row["bytes"],
        "content_digest": digest([version["ref"] for version in versions]),
        "versions": versions,
    }
