"""Times the join of one month, window included, on synthetic counties of several sizes.

    python bench/bench_join.py --folder F [--sizes 300,1000,3000] [--repeats 3] [--engine sail]

Makes the counties and takes them in once (kept in the folder). Every repeat makes all tables anew, by another
code version, with the engine running already. Prints one Markdown row per size: rows read, rows made, median
wall and processor seconds, and the median of a run that carries everything.
"""

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

from jobs import join
from jobs.engine import open_engine
from jobs.ingest.intake import ingest
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.synth.generate import generate

MONTH = "2026-01"


def county(folder: Path, firms: int) -> Path:
    """A lake that has taken in a county of this many firms and 13 months."""
    lake = folder / f"lake-{firms}"
    generate(folder / f"county-{firms}", firms=firms, months=13, seed=1)
    ingest(folder / f"county-{firms}" / "landing", Lake.open(lake))
    return lake


def processor_seconds() -> float:
    """Processor time of this process, the embedded engine included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Times all sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--sizes", default="300,1000,3000")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--engine", default="sail")
    given = parser.parse_args()
    run = Run.of(MONTH)
    out = sys.stdout.write
    out("| firms | raw rows | rows made | wall s | processor s | carried s |\n|---|---|---|---|---|---|\n")
    with open_engine(given.engine) as engine:
        engine.spark.range(1).toArrow()
        for firms in (int(size) for size in given.sizes.split(",")):
            path = county(given.folder, firms)
            wall, processor, carried = [], [], []
            for repeat in range(given.repeats):
                # A code version never used before in this lake, so that nothing can be carried.
                lake = Lake(Lake.open(path).storage, code=f"bench-{time.time_ns()}-{repeat}")
                start, used = time.monotonic(), processor_seconds()
                refs, raw = join.run(lake, run, engine=given.engine, progress=lambda _: None)
                wall.append(time.monotonic() - start)
                processor.append(processor_seconds() - used)
                start = time.monotonic()
                join.run(lake, run, engine=given.engine, progress=lambda _: None)
                carried.append(time.monotonic() - start)
            figures = " | ".join(f"{statistics.median(times):.1f}" for times in (wall, processor, carried))
            rows_in, made = sum(ref.ref.rows for ref in raw), sum(ref.rows for ref in refs)
            out(f"| {firms} | {rows_in:_} | {made:_} | {figures} |\n".replace("_", " "))


if __name__ == "__main__":
    main()
