"""Whether everything that had to go is gone: what `kjede verify` says beyond the bytes being whole."""

from pathlib import Path

from expectations.errors import KjedeError
from jobs.ingest.tokens import Tokens
from jobs.keys import KeyRing
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.lake import Lake
from jobs.lake.pointer import PURGE
from jobs.lake.verify import Fault
from jobs.purge.records import pending
from jobs.purge.redaction import left_over
from jobs.purge.taint import tainted
from jobs.purge.tombstones import FOLDER, every_tombstone, seen_by
from jobs.release.recall import releases

FINISH = "`kjede purge finish` removes it"


def faults(lake: Lake, key_file: Path | str | None = None) -> list[Fault]:
    """Rows that a tombstone names, what rests on rows that went, and purges that are not finished.

    Args:
        lake: Lake.
        key_file: Keys of the installation; without the lake's key tombstones cannot be compared with rows.
    """
    found = [
        Fault(str(row["purge"]), "purge", f"{row['state']}: {row['what']}; `kjede purge finish`")
        for row in pending(lake)
    ]
    rests = tainted(lake)
    found += [Fault(folder, "purge", f"rests on purged rows; {FINISH}") for folder in rests.versions.values()]
    found += [Fault(run.folder, "purge", f"rests on purged rows; {FINISH}") for run in rests.runs]
    purged = lake.runs.ended(PURGE)
    found += [
        Fault(f"releases/{own['recipient']}/{own['release_id']}", "purge", f"made of a purged run; {FINISH}")
        for own in releases(lake.storage)
        if own["run_id"] in purged
    ]
    stones = every_tombstone(lake)
    if not stones:
        return found
    try:
        tokens = Tokens(KeyRing.for_lake(lake, key_file, synthetic=True).core_key())
    except KjedeError as problem:
        return [*found, Fault(FOLDER, "unreadable", f"cannot be compared with rows: {problem}")]
    for receipt in lake.deliveries.receipts():
        own = [part for stone in stones if (part := seen_by(stone, receipt["source"])) is not None]
        count = left_over(lake, receipt, own, tokens) if own else 0
        if count:
            key = f"{DELIVERIES}/{receipt['source']}/{receipt['delivery_id']}.json"
            found.append(Fault(key, "purge", f"{count} rows that a tombstone names are there; {FINISH}"))
    return found
