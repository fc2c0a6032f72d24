"""Records of purges: which tombstones, which runs went, what replaced them; no key and no row."""

from typing import Any

from jobs.lake.lake import Lake
from jobs.lake.manifest import digest, sealed, unsealed
from jobs.lake.storage import update
from jobs.purge.redaction import waiting
from jobs.purge.tombstones import Tombstone

FOLDER = "purges"
OPEN, DESTROYED, DONE = "open", "destroyed", "done"
NAME_DIGITS = 16

Record = dict[str, Any]


def records(lake: Lake) -> list[Record]:
    """All records, in order of name.

    Args:
        lake: Lake.
    """
    return [unsealed(lake.storage.read(entry.key), entry.key) for entry in lake.storage.walk(FOLDER)]


def keep(lake: Lake, record: Record) -> None:
    """Store a record as it is now.

    Args:
        lake: Lake.
        record: With its `id`.
    """
    content = sealed(record)
    update(lake.storage, f"{FOLDER}/{record['id']}.json", lambda _: content)


def record_id(values: object) -> str:
    """Id of the record of a purge.

    Args:
        values: What is purged.
    """
    return digest(values)[:NAME_DIGITS]


def new_tombstones(lake: Lake) -> list[Tombstone]:
    """Tombstones that no record has dealt with.

    Args:
        lake: Lake.
    """
    return waiting(lake, {stone["key"] for record in records(lake) for stone in record["tombstones"]})


def case_events(lake: Lake, case_id: str, month: str) -> list[dict[str, str]]:
    """What purges did to a case: it is gone, or rests on other evidence since; never what was removed.

    Args:
        lake: Lake.
        case_id: Case.
        month: Month.
    """
    return [
        event
        for record in records(lake)
        for event in record["cases"]
        if (event["case_id"], event["month"]) == (case_id, month)
    ]


def pending(lake: Lake) -> list[dict[str, Any]]:
    """Purges that are not finished, for people: a row for each, with what is left to do.

    Args:
        lake: Lake.
    """
    rows: list[dict[str, Any]] = [
        {
            "purge": stone.key,
            "state": "not swept",
            "runs_left": None,
            "what": "rows of deliveries are removed; what was made of them before may still be there",
        }
        for stone in new_tombstones(lake)
    ]
    for record in records(lake):
        if record["state"] == DONE:
            continue
        left = [run for run in record["runs"] if not run["replaced_by"] and run["again"]]
        what = "old bytes are being destroyed" if record["state"] == OPEN else "runs are to be made again"
        rows.append({"purge": record["id"], "state": record["state"], "runs_left": len(left), "what": what})
    return rows
