"""The jobs in order: what the command line and the DAGs call, one function per job.

Every function opens the lake itself, does one job for one month and as_of, and reports plain values (JSON).
Versions a job makes are recorded as its draft; readers see nothing of a run until all its tables exist and
the run is published.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from expectations.errors import DataRefused, UsageError
from jobs import months
from jobs.lake.deliveries import RawRef
from jobs.lake.history import stale
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run
from jobs.settings import settings

log = logging.getLogger(__name__)

JOBS = ("ingest", "join", "feedback", "flag")
"""The jobs of a run in order; `flag` publishes the run."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run reads and writes.

    Attributes:
        landing: Folder of deliveries.
        lake: Folder or `s3://` prefix of the lake.
    """

    landing: str
    lake: str

    @classmethod
    def of_settings(cls) -> "Place":
        """The places that the settings name."""
        return cls(settings().landing, settings().lake)


def default_as_of(month: str) -> str:
    """The default as_of of a month, RFC 3339 in UTC."""
    return months.default_as_of(months.checked(month)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_of(month: str, as_of: str | None) -> Run:
    """The run of a month; an as_of in the future is refused.

    Raises:
        UsageError: Month or as_of cannot be read, or as_of lies in the future.
    """
    return Run(months.checked(month), months.parse_as_of(as_of, month, datetime.now(UTC)))


def run_job(
    job: str, month: str, as_of: str | None, place: Place | None = None, progress: Progress = log.info
) -> dict[str, Any]:
    """Runs one job of a month; its versions become the job's draft, and `flag` publishes the run.

    Args:
        job: `join`, `feedback` or `flag`.
        month: `YYYY-MM`.
        as_of: Instant; None means the month's default.
        place: Where to read and write; None means by the settings.
        progress: Told what is being done.

    Returns:
        `month`, `as_of`, `rows` by table, `digest` of what was made, `verdict`, and for flag
        `run_id` and `report`: where its quality report lies below `reports/`.

    Raises:
        UsageError: The job before has not run.
        DataRefused: An audit failed; nothing was published.
    """
    place = place or Place.of_settings()
    run = run_of(month, as_of)
    lake = Lake.open(place.lake, create=False)
    steps: dict[str, Callable[[Lake, Run, Progress], tuple[Sequence[TableRef], Sequence[RawRef]]]] = {
        "join": _join,
        "feedback": _feedback,
        "flag": _flag,
    }
    if job not in steps:
        raise UsageError(f"no job {job!r}; jobs are {', '.join(steps)}")
    started = time.monotonic()
    refs, deliveries = steps[job](lake, run, progress)
    lake.runs.record_draft(run, job, refs, deliveries=deliveries)
    lake.log(run, job, {"seconds": round(time.monotonic() - started, 3), "rows": sum(r.rows for r in refs)})
    result = {
        "month": run.month,
        "as_of": run.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "rows": {r.table if r.partition == run.month else f"{r.table} {r.partition}": r.rows for r in refs},
        "digest": _digest(refs),
        "verdict": "passed",
    }
    if job == "flag":
        result["run_id"] = lake.runs.resolve(run.month, run.as_of).run_id
        result["report"] = f"{run.month}/{result['run_id']}/quality.html"
    return result


def _digest(refs: Sequence[TableRef]) -> str:
    import hashlib

    return hashlib.sha256("\n".join(sorted(f"{r.id} {r.content_hash}" for r in refs)).encode()).hexdigest()[
        :16
    ]


def _join(lake: Lake, run: Run, progress: Progress) -> tuple[Sequence[TableRef], Sequence[RawRef]]:
    from jobs import join

    return join.run(lake, run, engine=settings().engine, progress=progress)


def _feedback(lake: Lake, run: Run, progress: Progress) -> tuple[Sequence[TableRef], Sequence[RawRef]]:
    from jobs.feedback import job

    progress(f"feedback {run.month}")
    return job.run(lake, run)


def _flag(lake: Lake, run: Run, progress: Progress) -> tuple[Sequence[TableRef], Sequence[RawRef]]:
    from jobs import checks
    from jobs.flag import job
    from jobs.quality.store import write_quality_report

    drafts = [lake.runs.draft(run, name) for name in ("join", "feedback")]
    inputs = [ref for draft in drafts for ref in draft.tables]
    deliveries = {raw.id: raw for draft in drafts for raw in draft.deliveries}
    carried = job.carried(lake, run, inputs)
    if carried and any(
        p.run == run and set(p.tables) == {*inputs, *carried} for p in lake.runs.all(run.month)
    ):
        progress(f"flag {run.month}: nothing changed")
        checks.forget_refused(lake, run)
        write_quality_report(lake, lake.runs.resolve(run.month, run.as_of))
        return carried, []
    raws = [deliveries[i] for i in sorted(deliveries)]
    with checks.beside(lake, run) as checking:
        checking.add([ref for ref in inputs if ref.partition == run.month], checks.OF_INPUTS, raws)
        made = job.run(
            lake, run, inputs, engine=settings().engine, workers=settings().processes, progress=progress
        )
        checking.add(made, checks.OF_RESULTS)
        progress(f"checks {run.month}")
        try:
            verdict = checking.verdict()
        except DataRefused:
            write_quality_report(lake, run)
            raise
    for warning in verdict["warnings"]:
        log.warning("run of %s: %s", run.month, warning)
    published = lake.runs.publish(
        run,
        tables=[*inputs, *made],
        deliveries=raws,
        parameters={"expectations": verdict["digest"]},
    )
    write_quality_report(lake, published)
    return made, []


def run_month(
    month: str,
    as_of: str | None,
    place: Place,
    *,
    until: str = "flag",
    progress: Progress = log.info,
) -> dict[str, Any]:
    """All jobs of a month in order, without Airflow.

    Args:
        month: `YYYY-MM`.
        as_of: Instant; None means the month's default.
        place: Where to read and write.
        until: Last job to run.
        progress: Told what is being done.

    Returns:
        Report of each job by name.

    Raises:
        DataRefused: A delivery was refused (after everything else was done), or an audit failed.
    """
    if until not in JOBS:
        raise UsageError(f"no job {until!r}; jobs are {', '.join(JOBS)}")
    reports: dict[str, Any] = {"ingest": ingest_all(month, as_of, place, progress=progress)}
    for job in JOBS[1 : JOBS.index(until) + 1]:
        reports[job] = run_job(job, month, as_of, place, progress)
    return reports


def ingest_all(
    month: str, as_of: str | None, place: Place, *, progress: Progress = log.info
) -> dict[str, dict[str, Any]]:
    """Takes in every pending source; reports by source.

    A refused delivery does not hold up the others: it keeps its receipt with the reason, its rows never
    become visible and `kjede doctor`, `kjede quarantine list` and the report name it.
    """
    from jobs.ingest.intake import pending
    from jobs.quality.store import write_intake_report

    instant = run_of(month, as_of).as_of
    waiting = pending(place.landing, Lake.open(place.lake, create=True), as_of=instant)
    found = sorted({delivery.source for delivery in waiting})
    reports = {}
    for n, source in enumerate(found, 1):
        progress(f"ingest {source} ({n} of {len(found)})")
        reports[source] = ingest_landed(place, as_of=instant, source=source)
    finish_purges(place, always=False, progress=progress)
    write_intake_report(Lake.open(place.lake, create=False), month, landing=place.landing)
    return reports


def finish_purges(
    place: Place | None = None,
    *,
    defer: bool = False,
    always: bool = True,
    progress: Progress = log.info,
) -> dict[str, Any]:
    """Destroys what was made of purged rows and makes the runs again; quick when nothing was purged.

    Args:
        place: Where the lake lies; None means by the settings.
        defer: Only destroy; the runs are made again by a later call, and their months answer `purged` until
            then.
        always: Look at every version even when no purge is known to be unfinished.
        progress: Told what is being done.

    Raises:
        KjedeError: A run could not be made again; the old bytes are gone all the same.
    """
    from jobs.purge.job import finish

    report = finish(place or Place.of_settings(), defer=defer, always=always, progress=progress)
    return report.to_dict()


def retain(
    as_of: str | None = None, place: Place | None = None, *, dry_run: bool = False
) -> list[dict[str, Any]]:
    """Destroys deliveries, runs and releases whose time is over, each with a proof.

    Args:
        as_of: Instant at which limits are counted; None means now.
        place: Where the lake lies; None means by the settings.
        dry_run: Only say what would go.

    Raises:
        DataRefused: A source has no declared limit.
    """
    from jobs.purge.retention import retain as run

    now = datetime.now(UTC).replace(microsecond=0)
    at = months.parse_as_of(as_of, f"{now:%Y-%m}", now) if as_of else now
    lake = Lake.open((place or Place.of_settings()).lake, create=False)
    return run(lake, at, key_file=settings().key_path, dry_run=dry_run)


def ingest_landed(place: Place, *, as_of: datetime | None = None, **which: Any) -> dict[str, Any]:
    """Takes in what has landed and waits; counts of records by disposition, and deliveries by status.

    Args:
        place: Where to read and write.
        as_of: Only what was known then; None means everything.
        which: `source` or `only`, as `jobs.ingest.intake.ingest` takes them.
    """
    from jobs.ingest.intake import ingest

    return ingest(place.landing, Lake.open(place.lake, create=True), as_of=as_of, **which).as_dict()


def _as_of(month: str, as_of: str | None) -> datetime | None:
    return None if as_of is None else run_of(month, as_of).as_of


def plan_release(month: str, as_of: str | None, recipient: str, place: Place | None = None) -> dict[str, Any]:
    """What a release to one recipient would hold, with the summary its approver reads; writes nothing.

    Args:
        month: Month of the published run.
        as_of: Instant of the run; None means the one that readers see.
        recipient: Recipient id.
        place: Where to read; None means by the settings.

    Raises:
        NotPermitted: The recipient, its legal basis or the key does not allow it.
    """
    from jobs.release import job

    lake = Lake.open((place or Place.of_settings()).lake, create=False)
    return job.report(job.plan(lake, month, _as_of(month, as_of), recipient)[0])


def publish_release(
    month: str,
    as_of: str | None,
    recipient: str,
    approved_by: str,
    prepared_by: str = "",
    place: Place | None = None,
) -> dict[str, Any]:
    """Publishes an approved release and enters it in the ledger.

    Args:
        month: Month of the published run.
        as_of: Instant of the run; None means the one that readers see.
        recipient: Recipient id.
        approved_by: Who approved; never who prepared it.
        prepared_by: Who started the run.
        place: Where to read and write; None means by the settings.

    Raises:
        NotPermitted: Something that a release needs is missing, or the approver prepared it.
    """
    from jobs.release import job

    lake = Lake.open((place or Place.of_settings()).lake, create=False)
    made = job.publish(
        lake, month, _as_of(month, as_of), recipient, approved_by=approved_by, prepared_by=prepared_by
    )
    return {
        "month": month,
        "release_id": made.release_id,
        "folder": made.folder,
        "rows": made.rows,
        "digest": made.manifest_sha256[:16],
        "verdict": "published",
    }


def stale_months(place: Place | None = None) -> list[dict[str, Any]]:
    """Published months whose inputs have changed since, with the reasons."""
    place = place or Place.of_settings()
    lake = Lake.open(place.lake, create=True)
    known = sorted({published.run.month for published in lake.runs.all()})
    return [{"month": month, "reasons": reasons} for month in known if (reasons := stale(lake, month))]
