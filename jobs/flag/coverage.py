"""Counts what was evaluated and what was not, so that rates hold for the whole population."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.tables_out import COVERAGE
from graph.indicator import Indicator

Read = Callable[[str, Sequence[str]], pa.Table]
"""Table and columns -> rows of the evaluated month."""

Population = Callable[[Read, set[str]], Mapping[tuple[str, str, str], int]]
"""Reader and subjects of the scopes -> (subject type, status, reason) -> count, for those not evaluated."""


def _projects(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    projects = read("core_chain__projects", ["project_id"])["project_id"].to_pylist()
    rest = sum(f"project:{p}" not in evaluated for p in projects)
    return {("project", "not_evaluable", "no_subcontract_known"): rest}


def _payers(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    payments = read("core_chain__payments", ["issuer_orgnr", "payer_orgnr"])
    trading = set(payments["issuer_orgnr"].to_pylist()) | set(payments["payer_orgnr"].to_pylist())
    members = {orgnr for scope in evaluated for orgnr in scope.removeprefix("flow:").split("+")}
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "in_no_candidate_cycle"): len(trading - members),
        ("org", "not_evaluable", "no_invoice_known"): len(organisations - trading),
    }


def _failed(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    organisations = read("core_org__organisations", ["orgnr", "bankrupt_on", "dissolved_on", "deleted_on"])
    failed = pc.or_(pc.is_valid(organisations["bankrupt_on"]), pc.is_valid(organisations["dissolved_on"]))
    orgnrs = organisations.filter(failed)["orgnr"].to_pylist()
    with_candidate = {scope.split(":")[1] for scope in evaluated}
    return {("org", "not_triggered", "failed_without_successor_candidate"): len(set(orgnrs) - with_candidate)}


def _dwellings(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    occupancy = read("core_home__occupancy", ["place_id", "is_unit_known"])
    known = occupancy.filter(occupancy["is_unit_known"])["place_id"].to_pylist()
    return {
        ("dwelling", "not_triggered", "fewer_than_three_working_adults"): len(set(known) - evaluated),
        ("address", "not_evaluable", "unit_unknown"): len(occupancy) - len(known),
    }


POPULATIONS: Mapping[str, Population] = {
    "project": _projects,
    "flow": _payers,
    "succession": _failed,
    "dwelling": _dwellings,
}
"""How the rest of the population is counted, by kind of scope."""


def coverage(
    found: pa.Table,
    scope_ids: Mapping[str, set[str]],
    indicators: Sequence[Indicator],
    read: Read,
    *,
    month: str,
    as_of: datetime,
) -> pa.Table:
    """One row per indicator, subject type, status and reason with the number of subjects.

    Args:
        found: Findings of the month (`indicator_id`, `subject_type`, `status`, `data_quality`).
        scope_ids: Scope kind -> scopes that were evaluated.
        indicators: Indicators that ran.
        read: Reads a core table of the month.
        month: Month evaluated.
        as_of: Instant of the run.
    """
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for row in found.select(["indicator_id", "subject_type", "status", "data_quality"]).to_pylist():
        quality = row["data_quality"] if row["status"] == "not_evaluable" else []
        counts[row["indicator_id"], row["subject_type"], row["status"], "+".join(quality) or "evaluated"] += 1
    rest = {
        kind: POPULATIONS[kind](read, scope_ids.get(kind, set()))
        for kind in {i.scope_kind for i in indicators}
    }
    for indicator in indicators:
        for (subject_type, status, reason), count in rest[indicator.scope_kind].items():
            counts[indicator.id, subject_type, status, reason] += count
    rows: list[dict[str, Any]] = [
        {
            "month": month,
            "as_of": as_of,
            "indicator_id": indicator_id,
            "subject_type": subject_type,
            "status": status,
            "reason": reason,
            "subjects_n": count,
        }
        for (indicator_id, subject_type, status, reason), count in sorted(counts.items())
        if count
    ]
    return pa.Table.from_pylist(rows, schema=COVERAGE.arrow_schema)
