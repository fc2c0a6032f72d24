"""The lake and the landing zone: can they be read and written, is anything waiting or unfinished."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

from expectations import contract
from expectations.errors import KjedeError
from jobs.doctor.examination import Patient, Row, Status, some
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.lake import MARKER, Lake
from jobs.lake.manifest import is_whole
from jobs.lake.pointer import FOLDER as RUNS
from jobs.lake.storage import STAGING, Superseded

AT_ONCE = 8


def lake(patient: Patient) -> Iterator[Row]:
    """Whether the lake's marker can be read, and a file be written beside it, once and only once."""
    if patient.lake is None:
        if patient.problem:
            yield Row("lake", Status.ERROR, patient.problem, "nothing else of the lake was looked at")
        else:
            yield Row("lake", Status.WARNING, f"no lake at {patient.lake_uri}", "kjede ingest makes one")
        return
    yield Row("lake", Status.OK, f"{patient.lake_uri} can be read")
    storage, probe = patient.lake.storage, f"{STAGING}/doctor-{uuid4().hex}"
    try:
        first, second = storage.put_if_absent(probe, b"1"), storage.put_if_absent(probe, b"2")
        try:
            storage.swap(probe, b"3", "0" * 32)
            is_careful = False
        except Superseded:
            is_careful = True
        tagged = storage.tagged(probe)
        if tagged is not None:
            storage.swap(probe, b"4", tagged[1])
    except (KjedeError, OSError) as problem:
        what = (
            str(problem)
            if isinstance(problem, KjedeError)
            else f"{type(problem).__name__}: {problem.strerror}"
        )
        yield Row(
            "lake", Status.ERROR, f"cannot be written: {what}", "grant the right to write, or free the disk"
        )
        return
    finally:
        _forgiving_delete(patient.lake, probe)
    if first and not second and is_careful:
        yield Row("lake", Status.OK, "can be written; conditional writes are honoured")
    else:
        what = "the store ignores the conditions of writes: two writers overwrite each other"
        yield Row("lake", Status.ERROR, what, "use a store that honours If-None-Match and If-Match")


def _forgiving_delete(opened: Lake, key: str) -> None:
    try:
        opened.storage.delete(key)
    except (KjedeError, OSError):
        return  # what could not be written need not be removed


def control_files(patient: Patient) -> Iterator[Row]:
    """Whether every sealed control file is as it was written; `kjede verify` reads the data too."""
    if patient.lake is None:
        return
    storage = patient.lake.storage
    keys = [MARKER]
    for folder in (DELIVERIES, RUNS):
        keys += [entry.key for entry in storage.walk(folder) if entry.key.endswith(".json")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        broken = [
            key
            for key, content in zip(keys, pool.map(storage.read, keys), strict=True)
            if not is_whole(content)
        ]
    if broken:
        what = f"{len(broken)} of {len(keys)} control files are not as they were written: {some(broken)}"
        yield Row("control_files", Status.ERROR, what, "kjede verify; restore them from a copy")
    else:
        yield Row("control_files", Status.OK, f"{len(keys)} control files are as they were written")


def pointers(patient: Patient) -> Iterator[Row]:
    """Whether what readers of each month see is all there."""
    if patient.lake is None:
        return
    broken, seen = [], 0
    for month in patient.lake.storage.folders(RUNS):
        try:
            published = patient.lake.runs.latest(month)
            if published is None:
                continue
            seen += 1
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(patient.lake.manifest, published.tables))
        except (KjedeError, OSError) as problem:
            broken.append(f"{month}: {problem}")
    if broken:
        advice = "kjede rollback to a whole run, then run the month again"
        yield Row("pointers", Status.ERROR, some(broken), advice)
    else:
        yield Row("pointers", Status.OK, f"{seen} published months are whole")


def purges(patient: Patient) -> Iterator[Row]:
    """Purges that died half-way: what must go is still partly there."""
    if patient.lake is None:
        return
    from jobs.ingest.purge import unfinished
    from jobs.purge.records import pending

    found = [f"{source}/{name}" for source in contract.sources() for name in unfinished(patient.lake, source)]
    found += [f"{row['purge']} ({row['state']})" for row in pending(patient.lake)]
    if found:
        what = f"{len(found)} purges are unfinished: {some(found)}"
        yield Row("purges", Status.ERROR, what, "run kjede purge finish")
    else:
        yield Row("purges", Status.OK, "no unfinished purge")


def waiting(patient: Patient) -> Iterator[Row]:
    """Deliveries that were held or refused and that nobody has dealt with."""
    if patient.lake is None:
        return
    by_name: dict[str, set[str]] = {}
    for receipt in patient.lake.deliveries.receipts(status=None):
        by_name.setdefault(f"{receipt['source']}/{receipt['delivery_id']}", set()).add(receipt["status"])
    for status, advice in (
        ("held", "kjede quarantine show, then accept or ask for a new delivery"),
        ("rejected", "kjede quarantine show, and ask for a new delivery"),
        ("conflict", "ask who delivered twice; the first stays"),
    ):
        names = sorted(
            name
            for name, found in by_name.items()
            if status in found and (status == "conflict" or "accepted" not in found)
        )
        if names:
            yield Row("waiting", Status.WARNING, f"{len(names)} {status} deliveries: {some(names)}", advice)
    if not any({"held", "rejected", "conflict"} & found for found in by_name.values()):
        yield Row("waiting", Status.OK, "no delivery waits for a decision")


def months(patient: Patient) -> Iterator[Row]:
    """Published months that would come out otherwise today."""
    if patient.lake is None:
        return
    from jobs.lake.overview import stale_months

    found = [f"{row['month']}: {row['reasons'][0]}" for row in stale_months(patient.lake)]
    if found:
        yield Row("months", Status.WARNING, f"{len(found)} stale months; {some(found)}", "run them again")
    else:
        yield Row("months", Status.OK, "no stale month")


def retention(patient: Patient) -> Iterator[Row]:
    """What is older than its retention limit and still there."""
    if patient.lake is None:
        return
    from jobs.purge.retention import over_limit

    over = over_limit(patient.lake, datetime.fromtimestamp(patient.now, UTC))
    if over:
        names = sorted(f"{row['what']} {row['name']}" for row in over)
        what = f"{len(over)} things are over their time: {some(names)}"
        yield Row("retention", Status.WARNING, what, "kjede retain --dry-run, then kjede retain")
    else:
        yield Row("retention", Status.OK, "nothing is over its time")


def landing(patient: Patient) -> Iterator[Row]:
    """Whether the landing zone can be read, and what in it nobody finishes."""
    from jobs.ingest.landing import open_landing

    found, warnings = open_landing(patient.landing_uri).find(patient.now)
    yield Row("landing", Status.OK, f"{len(found)} deliveries at {patient.landing_uri}")
    for told in warnings:
        code, _, what = told.partition(": ")
        advice = {
            "delivery_unfinished": "ask the deliverer to finish it, or remove the folder",
            "landing_link": "put the files themselves there",
            "landing_unreadable": "grant this user the right to read",
            "unknown_source": "correct the folder's name, or remove it",
        }.get(code, "see docs")
        yield Row("landing", Status.WARNING, f"{code}: {what}", advice)
