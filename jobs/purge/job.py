"""The purge job: what the command line, an intake and Airflow call."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jobs.keys import KeyRing
from jobs.lake.deliveries import FOLDER as DELIVERIES
from jobs.lake.deliveries import PURGING
from jobs.lake.lake import Lake
from jobs.purge.records import pending
from jobs.purge.sweep import Remake, SweepReport, sweep
from jobs.settings import settings

if TYPE_CHECKING:
    from jobs.pipeline import Place

log = logging.getLogger(__name__)


def finish(
    place: "Place",
    *,
    now: datetime | None = None,
    defer: bool = False,
    always: bool = True,
    progress: Callable[[str], None] = log.info,
) -> SweepReport:
    """Finish every purge of a lake.

    Args:
        place: Where the lake lies.
        now: Instant of recalls; None means the clock.
        defer: Destroy what must go, and leave the making of runs to a later call.
        always: Look for what rests on purged rows even when no purge is known to be unfinished.
        progress: Told what is being done.

    Raises:
        KjedeError: A run could not be made again; the old bytes are gone all the same.
        NotPermitted: The key of the lake is not here.
    """
    lake = Lake.open(place.lake, create=False)
    if lake.key_id is None or not (always or is_pending(lake)):
        # Tombstones are keyed: a lake without a key has none.
        return SweepReport()
    ring = KeyRing.for_lake(lake, settings().key_path, synthetic=True)
    again = None if defer else _remake(place, progress)
    return sweep(lake, ring, now or datetime.now(UTC), remake=again, progress=progress)


def is_pending(lake: Lake) -> bool:
    """Whether a purge is not finished, in deliveries or in what was made of them.

    Args:
        lake: Lake.
    """
    died = any(entry.key.endswith(PURGING) for entry in lake.storage.walk(DELIVERIES))
    return died or bool(pending(lake))


def _remake(place: "Place", progress: Callable[[str], None]) -> Remake:
    def remake(month: str, as_of: datetime) -> None:
        from jobs.pipeline import JOBS, run_job

        for job in JOBS[1:]:
            run_job(job, month, as_of.isoformat(), place, progress)

    return remake
