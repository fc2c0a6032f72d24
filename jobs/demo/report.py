"""What the demonstration found beside what was planted, and where everything is."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.demo.story import Demo

if TYPE_CHECKING:
    from rich.console import Console

Row = dict[str, Any]


def show(demo: Demo, console: "Console") -> None:
    """Print the table of planted and found, and the places to look.

    Args:
        demo: A finished demonstration.
        console: Where to print.
    """
    from graph.registry import INDICATORS
    from jobs.console import emit
    from jobs.flag.run_reader import RunReader
    from jobs.lake.lake import Lake

    reader = RunReader.open(Lake.open(str(demo.lake), create=False), demo.month)
    columns = ["indicator_id", "subject_id", "companies", "status", "role"]
    findings = reader.table("out_flag__findings", columns=columns).to_pylist()
    cases = reader.table("out_flag__cases", columns=["case_id"]).num_rows
    rows = compare(findings, demo.truth, demo.month, {i.id: i.name.en for i in INDICATORS})
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
    findings: Iterable[Mapping[str, Any]], truth: Path, month: str, indicators: Mapping[str, str]
) -> list[Row]:
    """Planted against found, per indicator.

    Args:
        findings: Rows of `out_flag__findings`.
        truth: Folder of the generator's truth.
        month: Evaluated month; a ring counts once it can be observed.
        indicators: Ids in order, with names.

    Returns:
        One row per indicator: `planted`, `found` of those, `look_alikes`, `silent` of those, and `others`:
        triggered findings about nobody who was planted.
    """
    rings = [ring for ring in _lines(truth / "rings.jsonl") if ring["first_observable_month"] <= month]
    alike = list(_lines(truth / "look_alikes.jsonl"))
    triggers = [f for f in findings if f["status"] == "triggered" and f["role"] == "trigger"]
    rows = []
    for own, name in indicators.items():
        mine = [finding for finding in triggers if finding["indicator_id"] == own]
        planted = [ring for ring in rings if own in ring["indicators"]]
        lawful = [like for like in alike if like["resembles"] == own]
        found = [r for r in planted if any(is_about(f, r["subjects"][own], r["members"], own) for f in mine)]
        loud = [a for a in lawful if any(is_about(f, a["subjects"], a["members"], own) for f in mine)]
        known = [
            *((ring["subjects"][own], ring["members"]) for ring in planted),
            *((like["subjects"], like["members"]) for like in alike),
        ]
        others = [
            f for f in mine if not any(is_about(f, subjects, members, own) for subjects, members in known)
        ]
        rows.append({
            "indicator": own,
            "name": name,
            "planted": len(planted),
            "found": len(found),
            "look_alikes": len(lawful),
            "silent": len(lawful) - len(loud),
            "others": len(others),
        })  # fmt: skip
    return rows


def is_about(
    finding: Mapping[str, Any], subjects: Iterable[str], members: Mapping[str, Iterable[str]], indicator: str
) -> bool:
    """Whether a finding is about something planted: the same subject, or a cluster of its members.

    Args:
        finding: Row of `out_flag__findings`.
        subjects: Planted subject ids.
        members: Companies of the planted act, by indicator.
        indicator: Indicator of the finding.
    """
    kind, identifier, *_ = finding["subject_id"].split(":")
    # A chain is planted as its project; which path of it is named follows from the contracts.
    own = f"project:{identifier}" if kind == "chain" else finding["subject_id"]
    if own in set(subjects):
        return True
    cluster = set(members.get(indicator, ()))
    return (
        finding["subject_id"].startswith("cluster:")
        and bool(cluster)
        and cluster <= set(finding["companies"])
    )


def _lines(path: Path) -> Iterable[Row]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
