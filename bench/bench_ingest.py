"""Times the taking in of national deliveries at several sizes, in a process of its own, with its memory.

    python bench/bench_ingest.py --work W [--sizes 0.01,0.1,1] [--inputs amelding,enheter,adresser]
        [--repeat 3] [--workers 0] [--files 1] [--json F] [--label TEXT] [--fresh]

Size 1 of each input is a country:

- amelding: a month of 250,000 employers, some with 20,000 on their list and most with few, and 3,000,000
  employment relations, in one file (`--files` cuts it);
- enheter: the whole register of units, 1,100,000, as one JSON array, indented as it is served;
- adresser: the addresses of the cadastre down to the dwelling, 2,600,000 rows.

The inputs are made once and kept in the folder. Every repeat runs `kjede ingest` on a lake that does not
exist yet. Peak memory is the highest sum of proportional set sizes (PSS, which shares out a page that several
processes have) of the process and all below it, looked at five times a second (Linux only). The exponent is
that of the growth of wall time since the size before: 1 means twice the time for twice the input. Prints one
Markdown row per input and size, medians of the repeats; `--json` appends a line for each to a file.
"""

import argparse
import json
import math
import shutil
import statistics
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest_inputs import INPUTS, Made, made
from measuring import Run, watched

COLUMNS = (
    "input", "size", "records", "rows", "MB", "wall s", "processor s",
    "records/s", "rows/s", "MB/s", "peak MiB", "exponent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken(Run):
    """One run.

    Attributes:
        rows: Rows stored.
    """

    rows: int


def take_in(landing: Path, lake: Path, workers: int, records: int) -> Taken:
    """Take a landing zone in by a process of its own.

    Args:
        landing: Landing zone.
        lake: Where to; nothing is there yet.
        workers: Processes; 0 means one per processor.
        records: Records that must be accepted.
    """
    shutil.rmtree(lake, ignore_errors=True)
    settings = {"KJEDE_WORKERS": str(workers), "KJEDE_HOME": str(lake.parent / "home")}
    words = ["ingest", "--landing", str(landing), "--lake", str(lake), "--json"]
    run, out = watched(words, lake.with_name("ingest.log"), settings | {"KJEDE_LOG_LEVEL": "WARNING"})
    told = json.loads(out)[0]
    if (told["in"], told["accepted"]) != (records, records):
        raise SystemExit(f"{records} records were made; taken in: {told}")
    return Taken(**asdict(run), rows=told["rows"])


def row(name: str, size: float, delivery: Made, runs: list[Taken], exponent: float | None) -> str:
    """A line of the table."""
    wall, processor, peak = (
        statistics.median(getattr(run, field) for run in runs) for field in ("wall", "processor", "peak")
    )
    rows = runs[0].rows
    cells = [name, f"{size:g}", f"{delivery.records:_}", f"{rows:_}", f"{delivery.bytes / 1e6:_.0f}"]
    cells += [f"{wall:.1f}", f"{processor:.1f}", f"{delivery.records / wall:_.0f}", f"{rows / wall:_.0f}"]
    cells += [f"{delivery.bytes / 1e6 / wall:.1f}", f"{peak:.0f}"]
    cells.append("" if exponent is None else f"{exponent:.2f}")
    return f"| {' | '.join(cells)} |\n".replace("_", " ")


def main() -> None:
    """Times all inputs at all sizes."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--work", required=True, type=Path, help="scratch folder")
    parser.add_argument("--sizes", default="0.01,0.1,1")
    parser.add_argument("--inputs", default="amelding,enheter", help=f"of {', '.join(INPUTS)}")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--files", type=int, default=1, help="files of a month")
    parser.add_argument("--json", type=Path, help="file that gets a line per row")
    parser.add_argument("--label", default="", help="put into those lines")
    parser.add_argument("--fresh", action="store_true", help="make the inputs anew")
    given = parser.parse_args()
    out = sys.stdout
    out.write(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
    for name in given.inputs.split(","):
        before: tuple[int, float] | None = None
        for size in sorted(float(text) for text in given.sizes.split(",")):
            delivery = made(given.work, name, size, given.files, fresh=given.fresh)
            lake = given.work / f"lake-{name}-{size:g}"
            runs = [
                take_in(delivery.landing, lake, given.workers, delivery.records) for _ in range(given.repeat)
            ]
            shutil.rmtree(lake)
            wall, exponent = statistics.median(run.wall for run in runs), None
            if before is not None:
                exponent = math.log(wall / before[1]) / math.log(delivery.records / before[0])
            before = (delivery.records, wall)
            out.write(row(name, size, delivery, runs, exponent))
            out.flush()
            if given.json:
                told = {
                    "label": given.label,
                    "input": name,
                    "size": size,
                    "workers": given.workers,
                    "files": given.files,
                    "records": delivery.records,
                    "bytes": delivery.bytes,
                    "stored_bytes": delivery.stored,
                    "exponent": exponent,
                    "runs": [asdict(run) for run in runs],
                }
                with given.json.open("a") as lines:
                    lines.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
