"""Keeps the reports beside the data, where Airflow and whoever may read the lake find them.

A report is derived: it can be made again at any time from what the lake holds, and says the same.
"""

import logging
import time
from collections.abc import Sequence

from jobs.ingest.landing import open_landing
from jobs.lake.lake import Lake
from jobs.lake.runs import PublishedRun, Run
from jobs.lake.storage import update
from jobs.quality.html import intake_page, quality_page
from jobs.quality.intake_report import intake_report
from jobs.quality.report import quality_report

log = logging.getLogger(__name__)

FOLDER = "reports"
REFUSED = "refused"


def write_quality_report(lake: Lake, run: PublishedRun | Run) -> str:
    """Write the quality report of a run.

    Args:
        lake: Lake.
        run: A published run; or month and as_of of one that the gate refused.

    Returns:
        Its key in the lake: `reports/<month>/<run id>/quality.html`, with `refused` for the id of a run that
        was not published.
    """
    if isinstance(run, PublishedRun):
        report = quality_report(lake, run.run.month, run.run.as_of, run.run_id)
        folder = f"{FOLDER}/{run.run.month}/{run.run_id}"
    else:
        report = quality_report(lake, run.month, run.as_of)
        folder = f"{FOLDER}/{run.month}/{REFUSED}"
    key, content = f"{folder}/quality.html", quality_page(report).encode()
    update(lake.storage, key, lambda _: content)
    return key


def write_intake_report(
    lake: Lake, month: str | None = None, warnings: Sequence[str] = (), landing: str = ""
) -> str:
    """Write the intake report of a month, or of all deliveries.

    Args:
        lake: Lake.
        month: Month in which deliveries became known; None means all.
        warnings: What is worth telling and belongs to no delivery.
        landing: Landing zone whose unfinished folders are named, too; empty means none.

    Returns:
        Its key in the lake: `reports/<month>/intake.html`, or `reports/intake.html`.
    """
    if landing:
        warnings = [*warnings, *open_landing(landing).find(time.time())[1]]
    key = f"{FOLDER}/{month}/intake.html" if month else f"{FOLDER}/intake.html"
    # Made inside: of two that write at once, the second to store has seen the receipts of both.
    update(lake.storage, key, lambda _: intake_page(intake_report(lake, month, warnings=warnings)).encode())
    return key
