"""Current versions of reviews and inspections, and what they do to cases."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from expectations.catalogue import dataset
from graph.cases import Case
from jobs.feedback.outcomes import reviews
from jobs.flag.case_tables import reviewed

REVIEWS = dataset("raw_tilsyn_utfall__reviews").arrow_schema
VERDICTS = dataset("raw_tilsyn_utfall__review_indicators").arrow_schema


def review(
    review_id: str, outcome: str, *, final: str = "yes", delivery: str = "d1", day: int = 5
) -> dict[str, Any]:
    return {
        "delivery_id": delivery,
        "file_name": "vurderinger.jsonl.gz",
        "record_no": day,
        "item_no": 0,
        "known_at": datetime(2026, 2, day, tzinfo=UTC),
        "period": "2026-01",
        "review_id": review_id,
        "case_id": "K1",
        "subject_kind": "virksomhet",
        "subject_id": "299999999",
        "as_of_on": date(2026, 1, 1),
        "selected_by": "score",
        "outcome": outcome,
        "basis": "desk",
        "is_final": final,
        "reviewed_on": date(2026, 1, day),
    }


def built(*rows: dict[str, Any]) -> pa.Table:
    return reviews(pa.Table.from_pylist(list(rows), schema=REVIEWS), VERDICTS.empty_table(), "2026-01")


def test_a_later_delivery_replaces_the_review_whatever_the_order_it_is_read_in() -> None:
    first, second = review("r", "confirmed_minor"), review("r", "lawful_explanation", delivery="d2", day=6)
    for rows in ((first, second), (second, first)):
        (row,) = built(*rows).to_pylist()
        assert row["outcome"] == "lawful_explanation"
        assert row["raw_refs"] == ["raw_tilsyn_utfall__reviews|d2|vurderinger.jsonl.gz|6|0"]


@pytest.mark.parametrize(
    ("outcome", "final", "state", "disputed"),
    [
        ("confirmed_serious", "yes", "closed", False),
        ("lawful_explanation", "yes", "dismissed", False),
        ("handed_over", "yes", "handed_over", False),
        ("confirmed_serious", "reversed", "reopened", False),
        ("confirmed_serious", "appeal", None, True),
        ("not_reviewed_capacity", "yes", None, False),
    ],
)
def test_state_after_review(outcome: str, final: str, state: str | None, disputed: bool) -> None:
    cases = [cast(Case, SimpleNamespace(case_id="K1"))]
    states, under_dispute, events = reviewed(cases, built(review("r", outcome, final=final)), "2026-01")
    assert states.get("K1") == state
    assert ("K1" in under_dispute) is disputed
    assert [(e.kind, e.other_case_id) for e in events] == [("reviewed", "r")]


def test_a_review_of_another_case_changes_nothing() -> None:
    cases = [cast(Case, SimpleNamespace(case_id="K2"))]
    assert reviewed(cases, built(review("r", "handed_over")), "2026-01") == ({}, set(), [])
