"""What the demonstration found beside what was planted, and where everything is."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobs.demo.story import Demo

if TYPE_CHECKING:
    from rich.console import Console

    from jobs.evaluate.truth import Truth

Row = dict[str, Any]


def show(demo: Demo, console: "Console") -> None:
    """Print the table of planted and found, and the places to look.

    Args:
        demo: A finished demonstration.
        console: Where to print.
    """
    from graph.registry import INDICATORS
    from jobs.console import emit
    from jobs.evaluate.truth import read_truth
    from jobs.flag.run_reader import RunReader
    from jobs.lake.lake import Lake

    reader = RunReader.open(Lake.open(str(demo.lake), create=False), demo.month)
    findings = reader.table("out_flag__findings").to_pylist()
    cases = reader.table("out_flag__cases", columns=["case_id"]).num_rows
    rows = compare(findings, read_truth(demo.truth), demo.month, {i.id: i.name.en for i in INDICATORS})
    console.print()
    emit(rows, title=f"Planted and found, {demo.month}")
    console.print()
    for what, where in (
        (f"{cases} cases", f"kjede cases list --lake {demo.lake} --month {demo.month}"),
        ("dossiers", demo.dossiers),
        ("release", demo.releases()[-1]),
        ("lake", demo.lake),
        ("truth", demo.truth),
        ("UI", "make serve"),
    ):
        console.print(f"{what:<10} {where}", markup=False, highlight=False, soft_wrap=True)


def compare(
    findings: Sequence[Mapping[str, Any]], truth: "Truth", month: str, indicators: Mapping[str, str]
) -> list[Row]:
    """Planted against found, per indicator.

    Args:
        findings: Rows of `out_flag__findings`.
        truth: What was planted.
        month: Evaluated month; an act counts once it can be observed.
        indicators: Ids in order, with names.

    Returns:
        One row per indicator: `planted`, `found` of those, `look_alikes`, `silent` of those, and `others`:
        triggered findings about nobody who was planted.
    """
    from jobs.evaluate.matching import Matches
    from jobs.evaluate.snapshot import Snapshot

    matches = Matches(truth, Snapshot(month, findings, ()))
    rows = []
    for own, name in indicators.items():
        planted = [act for act in truth.acts if act.indicator == own and act.observable_month <= month]
        lawful = [like for like in truth.look_alikes if like.indicator == own]
        loud = [like for like in lawful if matches.status_of(like) == "triggered"]
        others = [f for f in matches.snapshot.flagged(own) if matches.kind_of(f) in ("other", "same_ring")]
        rows.append({
            "indicator": own,
            "name": name,
            "planted": len(planted),
            "found": sum(matches.is_found(act) for act in planted),
            "look_alikes": len(lawful),
            "silent": len(lawful) - len(loud),
            "others": len(others),
        })  # fmt: skip
    return rows
