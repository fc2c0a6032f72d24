"""Findings that never stand alone: they count beside another kind of finding about the same company."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.indicator import Indicator
from graph.model import Finding, Role, Status

STANDS_ALONE = "stands_alone"
"""Why such a finding is held back; the guard of that name is declared by the indicator."""

HELD = {"status": Status.SUPPRESSED.value, "suppressed_reason": STANDS_ALONE}
"""What such a finding is published with."""

KEY = ("indicator_id", "scope_id", "subject_id")
"""What findings of a month are told apart by."""

Key = tuple[Any, ...]


def key_of(row: Mapping[str, Any]) -> Key:
    """The key of a row of findings.

    Args:
        row: Row with the columns of `KEY`.
    """
    return tuple(row[name] for name in KEY)


def standing_alone(
    rows: Iterable[Mapping[str, Any]],
    declared: Callable[[str], Indicator],
    beside: Iterable[Mapping[str, Any]],
) -> set[Key]:
    """Triggered findings beside which nothing of the kind they need was found.

    Args:
        rows: Rows of findings, with `status` and `companies`.
        declared: Declaration by id.
        beside: Rows that may stand beside them; only those that trigger by themselves count.
    """
    by_indicator: dict[str, set[str]] = {}
    for row in beside:
        if row["status"] == Status.TRIGGERED and row["role"] == Role.TRIGGER:
            by_indicator.setdefault(row["indicator_id"], set()).update(row["companies"])
    return {
        key_of(row)
        for row in rows
        if row["status"] == Status.TRIGGERED
        and (needed := declared(row["indicator_id"]).counts_beside)
        and not any(
            companies.intersection(row["companies"])
            for other, companies in by_indicator.items()
            if other.startswith(tuple(needed))
        )
    }


def held(finding: Finding) -> Finding:
    """A triggered finding as it is published where it stands alone; any other finding as it is.

    Args:
        finding: What the detector gives.
    """
    if finding.status is not Status.TRIGGERED:
        return finding
    return replace(finding, status=Status.SUPPRESSED, suppressed_reason=STANDS_ALONE)


def held_rows(rows: Sequence[Mapping[str, Any]], alone: set[Key]) -> list[dict[str, Any]]:
    """Rows of findings, with those that stand alone held back.

    Args:
        rows: Rows of findings.
        alone: Which stand alone.
    """
    return [{**row, **HELD} if key_of(row) in alone else dict(row) for row in rows]
