"""Reference worlds: made, run month by month and evaluated in one call, alike by hand, nightly and in tests.

The only part of the evaluation that knows the generator, and it only starts it.
"""

import logging
from pathlib import Path
from typing import Any

from expectations.errors import UsageError
from jobs.arrivals import REPORTS
from jobs.evaluate.document import Document, to_bytes
from jobs.evaluate.job import evaluate_lake
from jobs.evaluate.report import html
from jobs.lake.lake import Lake
from jobs.lake.storage import update
from jobs.months import between, shift
from jobs.pipeline import Place, Progress, ingest_landed, run_month
from jobs.settings import settings
from jobs.synth.generate import generate

log = logging.getLogger(__name__)

KINDS: dict[str, dict[str, Any]] = {"base": {}, "adaptive": {"adaptive": True}, "noisy": {"noise": 2.0}}
"""Kind of world -> what its generator is told beside size and seed."""
LAST_MONTH = "2026-01"


def folder_of(kind: str, firms: int, months: int, seed: int, work: Path) -> Path:
    """Where a reference world and its lake lie.

    Args:
        kind: `base`, `adaptive` or `noisy`.
        firms: About how many firms.
        months: How many months.
        seed: Seed of the world.
        work: Folder of all of them.
    """
    return work / f"{kind}-{firms}-{months}-{seed}"


def run_reference(
    kind: str, firms: int, months: int, seed: int, work: Path, *, progress: Progress = log.info
) -> Document:
    """Makes a world, runs all its months and evaluates the last one.

    A world or a month that is there already is taken as it is, so that a run that was cut short goes on.

    Args:
        kind: `base`, `adaptive` (offenders know the thresholds) or `noisy` (registers miss twice as much).
        firms: About how many firms.
        months: How many months are made and run.
        seed: Seed of the world.
        work: Folder for it, see `folder_of`.
        progress: Told what is being done.

    Raises:
        UsageError: No such kind.
    """
    if kind not in KINDS:
        raise UsageError(f"no kind of world {kind!r}; kinds are {', '.join(KINDS)}")
    folder = folder_of(kind, firms, months, seed, work)
    progress(f"{kind} world: {firms} firms, {months} months")
    generate(folder / "W", firms=firms, months=months, seed=seed, last_month=LAST_MONTH, **KINDS[kind])
    place = Place(str(folder / "W" / "landing"), str(folder / "L"))
    # Before any month is run: what a late delivery removes would destroy and remake all runs that rest on it.
    ingest_landed(place)
    for month in between(shift(LAST_MONTH, 1 - months), LAST_MONTH):
        run_month(month, None, place, progress=progress)
    progress("evaluation")
    return evaluate_lake(folder / "W" / "truth", place.lake)


def nightly(
    kind: str, firms: int, months: int, seed: int, *, home: Path | None = None, place: Place | None = None
) -> list[str]:
    """Runs and evaluates a reference world of its own, and lays document and page among the lake's reports.

    Args:
        kind: `base`, `adaptive` or `noisy`.
        firms: About how many firms.
        months: How many months are made and run.
        seed: Seed of the world.
        home: World and lake go into `evaluation` in it; None means by the settings.
        place: Its lake gets what is written, nothing of it is read; None means by the settings.

    Returns:
        Where what was written lies below `reports/`.
    """
    work = (home or settings().home) / "evaluation"
    document = run_reference(kind, firms, months, seed, work)
    lake = Lake.open((place or Place.of_settings()).lake, create=True)
    folder = f"evaluation/{folder_of(kind, firms, months, seed, work).name}"
    _store(lake, f"{REPORTS}/{folder}/evaluation.html", html(document).encode())
    _store(lake, f"{REPORTS}/{folder}/evaluation.json", to_bytes(document))
    return [f"{folder}/evaluation.html", f"{folder}/evaluation.json"]


def _store(lake: Lake, key: str, content: bytes) -> None:
    update(lake.storage, key, lambda _: content)
