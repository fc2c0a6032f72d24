"""Taking in cut into tasks: what Airflow maps over, from what has landed or what an open API gives.

Every function opens the lake itself and reports plain values (JSON), as in `jobs.pipeline`.
"""

import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from expectations.errors import DataRefused
from jobs.lake.lake import Lake
from jobs.pipeline import Place, finish_purges, ingest_landed, run_of
from jobs.settings import settings

log = logging.getLogger(__name__)

MAPPED_DELIVERIES = 24
"""Deliveries that get a task of their own; beyond that a task takes in all of a source."""
REPORTS = "reports"
"""Folder of a lake with the pages that people read about intakes and runs."""
LARGE_BYTES = 32 << 20
"""Stored bytes from which a delivery always gets a task of its own."""


Work = dict[str, Any]
"""Deliveries that one task takes in: `label` is what the task is called in the Airflow UI, `deliveries` are
source and delivery id of each."""


def pending_deliveries(
    month: str | None = None, as_of: str | None = None, place: Place | None = None
) -> list[Work]:
    """What has landed and is not taken in yet, cut into tasks: one per delivery, or per source when many.

    Args:
        month: Month of a run; None means everything that has landed.
        as_of: Instant of the run; None means the month's default.
        place: Where to read; None means by the settings.
    """
    from jobs.ingest.intake import pending

    place = place or Place.of_settings()
    found = pending(
        place.landing,
        Lake.open(place.lake, create=True),
        as_of=run_of(month, as_of).as_of if month else None,
    )
    alone = [d for d in found if d.bytes >= LARGE_BYTES or len(found) <= MAPPED_DELIVERIES]
    groups = [[d] for d in alone]
    for source in sorted({d.source for d in found}):
        groups.append([d for d in found if d.source == source and d not in alone])
    return [
        Work(
            label=group[0].name if len(group) == 1 else f"{group[0].source}: {len(group)} deliveries",
            deliveries=[[d.source, d.delivery_id] for d in group],
        )
        for group in groups
        if group
    ]


def ingest_deliveries(work: Work, place: Place | None = None) -> dict[str, Any]:
    """Takes in the deliveries of one task.

    Args:
        work: From `pending_deliveries` or `fetch_source`.
        place: Where to read and write; None means by the settings.

    Returns:
        Counts of records by disposition, and deliveries by status.

    Raises:
        DataRefused: Deliveries were refused, each with a receipt that says why; the others went in.
    """
    report = ingest_landed(
        place or Place.of_settings(), only={(source, name) for source, name in work["deliveries"]}
    )
    if report["refused"]:
        told = "; ".join(entry["message"] for entry in report["refused"])
        raise DataRefused("delivery_refused", told)
    return report


def fetch_source(name: str, place: Place | None = None) -> list[Work]:
    """Asks one open API for what is new and lands it; gives the work of taking it in, one task per delivery.

    Args:
        name: Client, see `kjede fetch --list`.
        place: Where to land and where the client keeps its state; None means by the settings.

    Raises:
        KjedeError: The API cannot be reached, or what it gives is refused.
        NotPermitted: It wants a key that is missing or wrong.
    """
    from jobs.ingest.fetchers import FetchJob, fetcher
    from jobs.ingest.landing import open_landing

    place = place or Place.of_settings()
    lake = Lake.open(place.lake, create=True)
    now = datetime.now(UTC).replace(microsecond=0)
    landed = fetcher(name).fetch(FetchJob(open_landing(place.landing), lake, now, settings()))
    for warning in (warning for delivery in landed for warning in delivery.warnings):
        log.warning("%s: %s", name, warning)
    return [Work(label=f"{d.source}/{d.delivery_id}", deliveries=[[d.source, d.delivery_id]]) for d in landed]


def unsettled(works: Sequence[Work], place: Place | None = None) -> list[str]:
    """Deliveries of finished tasks that were neither taken in nor refused: the task died.

    Args:
        works: What the tasks had to do.
        place: Where to look; None means by the settings.
    """
    left = {tuple(d) for work in pending_deliveries(place=place) for d in work["deliveries"]}
    return sorted("/".join(d) for work in works for d in work["deliveries"] if tuple(d) in left)


def settle_intake(
    works: Sequence[Work], month: str | None = None, place: Place | None = None
) -> dict[str, Any]:
    """What has to follow once deliveries are in: purges are finished, the intake report is written.

    Args:
        works: What was taken in.
        month: Month of the run; None means deliveries of any month.
        place: Where to read and write; None means by the settings.

    Returns:
        `deliveries`, `sources`, `purge`, and `report`: where the report lies below `reports/`.
    """
    from jobs.quality.store import write_intake_report

    place = place or Place.of_settings()
    purged = finish_purges(place, always=False)
    listed = [delivery for work in works for delivery in work["deliveries"]]
    key = write_intake_report(Lake.open(place.lake, create=False), month, landing=place.landing)
    return {
        "deliveries": len(listed),
        "sources": sorted({source for source, _ in listed}),
        "purge": purged["state"],
        "report": key.removeprefix(f"{REPORTS}/"),
    }


def read_report(key: str, place: Place | None = None) -> str | None:
    """A report's HTML page; None where there is none.

    Args:
        key: Where it lies below `reports/`.
        place: Where to read; None means by the settings.
    """
    place = place or Place.of_settings()
    if not re.fullmatch(r"([A-Za-z0-9_-]+/){0,3}[a-z_]+\.html", key):
        return None
    try:
        return Lake.open(place.lake, create=False).storage.read(f"{REPORTS}/{key}").decode()
    except FileNotFoundError:
        return None


def reports(place: Place | None = None) -> list[str]:
    """Where the pages of reports lie below `reports/`, newest month first.

    Args:
        place: Where to look; None means by the settings.
    """
    place = place or Place.of_settings()
    found = Lake.open(place.lake, create=True).storage.walk(REPORTS)
    pages = (entry.key.removeprefix(f"{REPORTS}/") for entry in found if entry.key.endswith(".html"))
    return sorted(pages, reverse=True)
