import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.contract import FOLDER
from expectations.dataset import TEXT, WHOLE, Column, Dataset
from jobs.lake.delivery_writer import DataFile, json_lines
from jobs.lake.lake import Lake
from jobs.lake.runs import PublishedRun, Run
from jobs.purge.sweep import SweepReport, sweep
from tests.unit.jobs.ingest.desk import RING, Desk, Record

AMELDING = "skatteetaten_amelding"
UPDATES = "brreg_oppdateringer"
JANUARY, FEBRUARY, MARCH, APRIL = (f"2026-0{month}-10T04:15:00+00:00" for month in (1, 2, 3, 4))
GONE, KEPT = "310000302", "310000205"
NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
REPORTS = f"raw_{AMELDING}__reports"

FIRMS = Dataset(
    name="core_probe__firms",
    description="One firm that reported.",
    owner="tests",
    key=("month", "orgnr"),
    columns=(
        Column(name="month", type=TEXT, description="Month."),
        Column(name="orgnr", type=TEXT, description="Firm."),
    ),
)
COUNTS = Dataset(
    name="out_probe__counts",
    description="How many firms reported this month and were seen in the one before.",
    owner="tests",
    key=("month",),
    columns=(
        Column(name="month", type=TEXT, description="Month."),
        Column(name="firms", type=WHOLE, description="Firms."),
        Column(name="named", type=TEXT, description="All of them, also the month before's."),
    ),
)


@dataclass
class House:
    """A desk with two small jobs: firms of a month, and a count that reads the month before."""

    desk: Desk
    made: list[str] = field(default_factory=list)
    fails: bool = False

    @property
    def lake(self) -> Lake:
        return self.desk.lake

    def run(self, month: str, as_of: datetime) -> None:
        """Make and publish a run as the pipeline does."""
        if self.fails:
            raise RuntimeError("no engine")
        self.made.append(month)
        run = Run(month, as_of)
        raw = [
            ref
            for ref in self.lake.deliveries.raw(REPORTS, run.as_of)
            if ref.period == month and ref.ref.rows
        ]
        known = self.lake.read(raw).column("employer_orgnr").to_pylist() if raw else []
        parameters = {"as_of": run.as_of_key}
        firms = self.lake.publish(
            FIRMS,
            pa.table({"month": [month] * len(set(known)), "orgnr": sorted(set(known))}, FIRMS.arrow_schema),
            partition=month,
            inputs=[ref.id for ref in raw],
            audit=False,
        )
        before = self.lake.runs.latest(f"2026-{int(month[5:]) - 1:02d}")
        inputs, named = [firms], set(known)
        if before:
            inputs.append(before.ref(COUNTS.name))
            named |= set(self.lake.read(inputs[-1]).column("named").to_pylist()[0].split())
        counts = self.lake.publish(
            COUNTS,
            pa.table(
                {"month": [month], "firms": [len(set(known))], "named": [" ".join(sorted(named))]},
                COUNTS.arrow_schema,
            ),
            partition=month,
            inputs=[ref.id for ref in inputs],
            parameters=parameters,
            audit=False,
        )
        self.lake.runs.record_draft(run, "join", [firms], deliveries=raw)
        self.lake.runs.publish(run, tables=[firms, counts], deliveries=raw)

    def sweep(self, *, defer: bool = False) -> SweepReport:
        return sweep(self.lake, RING, NOW, remake=None if defer else self.run)

    def take_and_sweep(self) -> None:
        self.desk.take()
        self.sweep()

    def latest(self, month: str) -> PublishedRun:
        return self.lake.runs.resolve(month)

    def firms(self, month: str) -> list[str]:
        found: list[str] = self.lake.read(self.latest(month).ref(FIRMS.name)).column("orgnr").to_pylist()
        return found

    def hits(self, *needles: str) -> list[str]:
        """Needles that are found in any byte of the lake."""
        everything = self.desk.bytes_everywhere()
        return [needle for needle in needles if needle.encode() in everything]


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "landing").mkdir()
    return House(Desk(tmp_path / "landing", Lake.open(tmp_path / "lake")))


@pytest.fixture
def reports() -> list[Record]:
    import gzip

    path = sorted((FOLDER / "examples" / AMELDING).glob("*/*/amelding_*.jsonl.gz"))[0]
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


@pytest.fixture
def two_months(house: House, reports: list[Record]) -> House:
    """January, February and March reported and run."""
    land(house.desk, JANUARY, reports, "2026-01")
    land(house.desk, FEBRUARY, reports, "2026-02")
    house.desk.take()
    for month, at in (("2026-01", 15), ("2026-02", 16), ("2026-03", 17)):
        house.run(month, datetime(2026, 3, at, tzinfo=UTC))
    house.made.clear()
    return house


def land(desk: Desk, at: str, reports: list[Record], period: str) -> Path:
    dated = [deepcopy(report) | {"kalendermaaned": period} for report in reports]
    return desk.land(AMELDING, dated, period=period, at=at)


def delete(
    desk: Desk, at: str, key: Record, source: str = AMELDING, file: str = "amelding_*.jsonl.gz"
) -> Path:
    row = json.dumps({"fil": file, "noekkel": key, "grunn": "feilsendt"}).encode()
    files = [json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", [row])]
    period = at[:10] if source.startswith("brreg") else at[:7]
    return desk.land(source, [], period=period, at=at, kind="deletion", files=files)


def notice(desk: Desk, at: str, orgnr: str, *kinds: str, units: str = "Enheter") -> Path:
    """A delivery of notices about one unit."""
    listed = [
        {
            "oppdateringsid": n,
            "dato": "2026-01-01T00:00:00.000Z",
            "organisasjonsnummer": orgnr,
            "endringstype": k,
        }
        for n, k in enumerate(kinds, 1)
    ]
    content = json.dumps({"_embedded": {f"oppdaterte{units}": listed}}).encode()
    file = DataFile(
        f"oppdateringer_{units.lower()}_0001.json.gz", "application/json", [(content, len(listed))]
    )
    return desk.land(UPDATES, [], period=at[:10], at=at, kind="delta", files=[file])


Landed = Callable[..., Any]
