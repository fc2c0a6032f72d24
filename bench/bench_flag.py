"""Times the detectors over scopes: in this process, in a pool of processes, and grouped inside the engine.

    python bench/bench_flag.py --lake L --month 2026-01 [--sizes 1,10,40] [--repeats 3]

Needs a lake with a published month. A size of n takes every scope n times under other names, so that the
work per scope is that of the synthetic county. Prints one Markdown row per size and way: median of wall
seconds, and scopes per second.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pyarrow as pa
import pyarrow.compute as pc

from graph.registry import INDICATORS
from jobs.engine import open_engine
from jobs.flag.detect import FOUND_DDL, SCOPE_ROW, detect
from jobs.flag.run_reader import RunReader
from jobs.flag.scopes import CHUNKS_PER_WORKER, chunks, scope_rows
from jobs.lake.lake import Lake
from jobs.months import last_day

IDS = [i.id for i in INDICATORS]
WORKERS = 2


def enlarged(rows: pa.Table, size: int) -> pa.Table:
    """Every scope `size` times, under other names."""
    parts = []
    for n in range(size):
        ids = pc.binary_join_element_wise(rows["scope_id"], f"#{n:03d}", "") if n else rows["scope_id"]
        parts.append(rows.set_column(0, rows.schema.field(0), ids))
    return pa.concat_tables(parts).combine_chunks().sort_by("scope_id")


def main() -> None:
    """Times all ways at all sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--month", required=True)
    parser.add_argument("--sizes", default="1,10,40")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    reader = RunReader.open(Lake.open(given.lake, create=False), given.month)
    month, as_of = last_day(given.month), reader.as_of
    base = scope_rows(*(reader.table(f"net_graph__{t}") for t in ("scopes", "nodes", "edges")))

    def inline(rows: pa.Table) -> int:
        return len(detect(rows, IDS, month, as_of))

    def pool(rows: pa.Table) -> int:
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as workers:
            tasks = [
                workers.submit(detect, part, IDS, month, as_of)
                for part in chunks(rows, WORKERS * CHUNKS_PER_WORKER)
            ]
            return sum(len(task.result()) for task in tasks)

    with open_engine("sail") as session:

        def grouped(rows: pa.Table) -> int:
            frame = session.spark.createDataFrame(rows)

            def per_scope(table: pa.Table) -> pa.Table:
                return detect(table.cast(SCOPE_ROW), IDS, month, as_of)

            return len(frame.groupBy("scope_id").applyInArrow(per_scope, FOUND_DDL).toArrow())

        ways: dict[str, Callable[[pa.Table], int]] = {
            "one process": inline,
            "pool of 2": pool,
            "applyInArrow": grouped,
        }
        out = sys.stdout.write
        out("| scopes | elements | way | median s | scopes/s | findings |\n|--:|--:|---|--:|--:|--:|\n")
        for size in map(int, given.sizes.split(",")):
            rows = enlarged(base, size)
            scopes = len(pc.unique(rows["scope_id"]))
            for name, way in ways.items():
                seconds, found = [], 0
                for _ in range(given.repeats):
                    started = time.perf_counter()
                    found = way(rows)
                    seconds.append(time.perf_counter() - started)
                median = statistics.median(seconds)
                out(f"| {scopes} | {len(rows)} | {name} | {median:.2f} | {scopes / median:.0f} | {found} |\n")


if __name__ == "__main__":
    main()
