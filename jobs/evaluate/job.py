"""Evaluates the runs of a lake against the truth of the world that they were made from."""

import subprocess
from pathlib import Path

from graph.registry import INDICATORS
from jobs.evaluate import baselines, leakage, realism
from jobs.evaluate.document import Document, Evaluation, build
from jobs.evaluate.snapshot import read_snapshots
from jobs.evaluate.truth import read_truth
from jobs.flag.run_reader import RunReader
from jobs.lake.lake import Lake


def evaluate_lake(
    truth: Path, lake: str, *, month: str = "", capacity: int | None = None, is_quick: bool = False
) -> Document:
    """Evaluates the runs of a lake.

    Args:
        truth: `truth` beside the landing zone that the lake was made from.
        lake: Folder or `s3://` prefix.
        month: Month to evaluate; empty means the last of the world.
        capacity: Cases that can be reviewed; None means one per ring to be found.
        is_quick: Leave out baselines, leakage gates and realism, which take most of the time. The last two
            need the landing zone beside the truth and are left out without it.

    Raises:
        UsageError: There is no truth, or the month has not been run.
    """
    planted = read_truth(truth)
    opened = Lake.open(lake, create=False)
    own = month or planted.last_month
    evaluation = Evaluation(
        truth=planted,
        snapshots=read_snapshots(opened, own),
        indicators=INDICATORS,
        reader=RunReader.open(opened, own),
        capacity=capacity,
        commit=commit(),
    )
    if is_quick:
        return build(evaluation)
    landing = truth.parent / "landing"
    is_there = landing.is_dir()
    return build(
        evaluation,
        baselines=baselines.compare(truth, opened, own, seed=evaluation.seed),
        leakage=leakage.gates(truth, landing, lake=opened, month=own, seed=evaluation.seed)
        if is_there
        else (),
        realism=realism.measure(landing) if is_there else None,
    )


def commit() -> str:
    """Commit of the checkout that this code runs from, with `+` where files differ; empty when installed."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True
        ).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=root, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("+" if changed else "")
