"""Builds the outcome tables: current version of each review and inspection known at as_of."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from expectations.dataset import Dataset
from expectations.tables_core_outcome import INSPECTIONS, REVIEWS


def current(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    """The current version per key: latest by (period, known_at, delivery_id, record_no).

    Args:
        rows: Raw rows of visible deliveries.
        key: Column that identifies the business object.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: (r["period"], r["known_at"], r["delivery_id"], r["record_no"])):
        found[row[key]] = dict(row)
    return found


def raw_ref(table: str, row: Mapping[str, Any]) -> str:
    """The reference to one raw row as core tables carry it."""
    return "|".join([table, row["delivery_id"], row["file_name"], str(row["record_no"]), str(row["item_no"])])


def reviews(rows: pa.Table, indicator_rows: pa.Table, month: str) -> pa.Table:
    """`core_outcome__reviews` of a month.

    Args:
        rows: `raw_tilsyn_utfall__reviews`, visible rows with period up to the month.
        indicator_rows: `raw_tilsyn_utfall__review_indicators` of the same deliveries.
        month: Month evaluated.
    """
    verdicts: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in indicator_rows.to_pylist():
        verdicts.setdefault((row["delivery_id"], row["file_name"], row["record_no"]), []).append(row)
    found = []
    for row in current(rows.to_pylist(), "review_id").values():
        judged = verdicts.get((row["delivery_id"], row["file_name"], row["record_no"]), [])
        found.append(
            {
                "month": month,
                "review_id": row["review_id"],
                "case_id": row["case_id"],
                "subject_id": row["subject_id"],
                "selected_by": row["selected_by"],
                "outcome": row["outcome"],
                "is_final": row["is_final"],
                "lawful_reason": row["lawful_reason"],
                "verdicts": sorted(f"{v['indicator_id']}={v['verdict']}" for v in judged),
                "reviewed_on": row["reviewed_on"],
                "raw_refs": [raw_ref("raw_tilsyn_utfall__reviews", row)],
            }
        )
    return _table(found, REVIEWS)


def inspections(rows: pa.Table, month: str) -> pa.Table:
    """`core_outcome__inspections` of a month.

    Args:
        rows: `raw_tilsyn_utfall__inspections`, visible rows with period up to the month.
        month: Month evaluated.
    """
    return _table(
        [
            {
                "month": month,
                "inspection_id": row["inspection_id"],
                "orgnr": row["main_unit_orgnr"] or row["inspected_orgnr"],
                "selected_by": row["selected_by"],
                "finding_level": row["finding_tier"],
                "decision_state": row["decision_status"],
                "final_on": row["final_on"],
                "raw_refs": [raw_ref("raw_tilsyn_utfall__inspections", row)],
            }
            for row in current(rows.to_pylist(), "inspection_id").values()
        ],
        INSPECTIONS,
    )


def _table(rows: list[dict[str, Any]], declared: Dataset) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=declared.arrow_schema)
