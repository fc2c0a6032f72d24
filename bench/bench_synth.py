"""Times the making of a national synthetic country at several sizes, a process of its own and its memory.

    python bench/bench_synth.py --work W [--sizes 0.01,0.1,1] [--months 1] [--processes 0] [--repeat 1]
        [--seed 1] [--json F] [--label TEXT] [--keep]

Size 1 is Norway for a month: `kjede synth --national`, 270,000 active firms, 1.1 million entities, 3 million
employments, 5.5 million persons. Smaller sizes are the same country with fewer firms and all else in
proportion; one hundredth is one district, in one process. Peak memory is the highest sum of proportional set
sizes (PSS, which shares out a page that several processes have) of the process and all below it, looked at
five times a second (Linux only). The exponent is that of the growth of processor time since the size before:
1 means twice the time for twice the firms. Prints one Markdown row per size, medians of the repeats; `--json`
appends a line for each to a file. The country is removed afterwards unless `--keep`.
"""

import argparse
import json
import math
import shutil
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

from measuring import Run, watched

from jobs.synth.parameters import NATIONAL_FIRMS

COLUMNS = (
    "size", "districts", "firms", "entities", "employments", "persons", "dwellings", "records", "MB unpacked",
    "MB stored", "wall s", "processor s", "records/s", "peak MiB", "exponent",
)  # fmt: skip


def make(out: Path, words: list[str]) -> Run:
    """Make a country by a process of its own.

    Args:
        out: Folder; whatever is there is removed.
        words: Options of `kjede synth`.
    """
    shutil.rmtree(out, ignore_errors=True)
    return watched(["synth", "--out", str(out), *words], out.with_name("synth.log"))[0]


def row(size: float, counts: dict[str, int], records: int, runs: list[Run], exponent: float | None) -> str:
    """A line of the table."""
    wall, processor, peak = (
        statistics.median(getattr(run, field) for run in runs) for field in ("wall", "processor", "peak")
    )
    numbers = [
        counts["districts"],
        counts["firms"],
        counts["firms"] + counts["dormant"],
        counts["employments"],
        counts["persons"],
        counts["dwellings"],
        records,
        counts["unpacked_bytes"] // 10**6,
        counts["stored_bytes"] // 10**6,
    ]
    cells = [f"{size:g}", *(f"{number:_}" for number in numbers)]
    cells += [f"{wall:.1f}", f"{processor:.1f}", f"{records / wall:_.0f}", f"{peak:_.0f}"]
    cells.append("" if exponent is None else f"{exponent:.2f}")
    return f"| {' | '.join(cells)} |\n".replace("_", " ")


def main() -> None:
    """Times all sizes."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--work", required=True, type=Path, help="scratch folder")
    parser.add_argument("--sizes", default="0.01,0.1,1")
    parser.add_argument("--months", type=int, default=1)
    parser.add_argument("--processes", type=int, default=0, help="0: one per processor")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="file that gets a line per row")
    parser.add_argument("--label", default="", help="put into those lines")
    parser.add_argument("--keep", action="store_true", help="leave the countries there")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    out = sys.stdout
    out.write(f"| {' | '.join(COLUMNS)} |\n|{'--:|' * len(COLUMNS)}\n")
    before: tuple[int, float] | None = None
    for size in sorted(float(text) for text in given.sizes.split(",")):
        firms = round(NATIONAL_FIRMS * size)
        words = [
            "--national",
            "--firms",
            str(firms),
            "--months",
            str(given.months),
            "--seed",
            str(given.seed),
        ]
        words += ["--processes", str(given.processes)] if given.processes else []
        country = given.work / f"country-{size:g}"
        runs = [make(country, words) for _ in range(given.repeat)]
        manifest = json.loads((country / "truth" / "manifest.json").read_bytes())
        counts = manifest["counts"] | {"districts": len(manifest["districts"])}
        records = sum(counts["records"].values())
        processor, exponent = statistics.median(run.processor for run in runs), None
        if before is not None:
            exponent = math.log(processor / before[1]) / math.log(firms / before[0])
        before = (firms, processor)
        out.write(row(size, counts, records, runs, exponent))
        out.flush()
        if given.json:
            told = {
                "label": given.label,
                "size": size,
                "months": given.months,
                "seed": given.seed,
                "counts": counts,
                "exponent": exponent,
                "runs": [asdict(run) for run in runs],
            }
            with given.json.open("a") as lines:
                lines.write(json.dumps(told) + "\n")
        if not given.keep:
            shutil.rmtree(country)


if __name__ == "__main__":
    main()
