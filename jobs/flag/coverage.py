"""Counts what was evaluated and what was not, so that rates hold for the whole population."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from expectations.tables_out import COVERAGE
from graph.indicator import Indicator
from jobs.flag.populations import Read, population_of


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
    uncut = {(population_of(i), i.scope_kind) for i in indicators}
    rest = {(count, kind): count(read, scope_ids.get(kind, set())) for count, kind in uncut}
    for indicator in indicators:
        own = rest[population_of(indicator), indicator.scope_kind]
        for (subject_type, status, reason), count in own.items():
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
