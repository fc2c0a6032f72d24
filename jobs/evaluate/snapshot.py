"""What one published run says, as plain rows: what the figures of an evaluation are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.flag.run_reader import RunReader
    from jobs.lake.lake import Lake

Row = Mapping[str, Any]

TRIGGERED = "triggered"
SEVERITY = ("guidance", "order", "stop", "fine", "police")
"""Levels of what an inspection found, mildest first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One month as published.

    Attributes:
        month: `YYYY-MM`.
        findings: Rows of `out_flag__findings`.
        cases: Rows of `out_flag__cases` by rank.
        coverage: Rows of `out_flag__coverage`.
        companies: Organisation numbers in the register of the run.
        inspections: Organisation number -> worst level that an inspection of it found; `none` for no breach.
    """

    month: str
    findings: Sequence[Row]
    cases: Sequence[Row]
    coverage: Sequence[Row] = ()
    companies: frozenset[str] = frozenset()
    inspections: Mapping[str, str] | None = None

    def flagged(self, indicator: str | None = None) -> list[Row]:
        """Triggered findings that may make a case.

        Args:
            indicator: Only of this one.
        """
        return [
            row
            for row in self.findings
            if row["status"] == TRIGGERED
            and row["role"] == "trigger"
            and (indicator is None or row["indicator_id"] == indicator)
        ]


def read_snapshot(reader: "RunReader") -> Snapshot:
    """The snapshot of a published run.

    Args:
        reader: The run.
    """
    order = {"none": 0, **{level: n for n, level in enumerate(SEVERITY, 1)}}
    inspections: dict[str, str] = {}
    for row in reader.table("core_outcome__inspections").to_pylist():
        level, before = row["finding_level"] or "none", inspections.get(row["orgnr"], "none")
        inspections[row["orgnr"]] = max(level, before, key=lambda own: order.get(own, 0))
    return Snapshot(
        month=reader.month,
        findings=reader.table("out_flag__findings").to_pylist(),
        cases=sorted(reader.table("out_flag__cases").to_pylist(), key=lambda row: row["rank"]),
        coverage=reader.table("out_flag__coverage").to_pylist(),
        companies=frozenset(reader.table("core_org__organisations", columns=["orgnr"])["orgnr"].to_pylist()),
        inspections=inspections,
    )


def read_snapshots(lake: "Lake", month: str) -> list[Snapshot]:
    """All months that the lake has run up to one, oldest first.

    Args:
        lake: The lake.
        month: The last month.

    Raises:
        UsageError: The month has not been run.
    """
    from jobs.flag.run_reader import RunReader

    lake.runs.resolve(month)
    months = sorted({published.run.month for published in lake.runs.all()})
    return [read_snapshot(RunReader.open(lake, own)) for own in months if own <= month]
