"""Planted against found."""

from typing import Any

import pytest

from jobs.demo.report import compare
from jobs.evaluate.truth import Truth, look_alike_of, ring_of

RING = {
    "ring_id": "R01",
    "difficulty": "easy",
    "companies": ["300000001", "300000002"],
    "dwellings": [],
    "key_edges": [],
    "subjects": {"A02": ["cluster:planted"]},
    "members": {"A02": ["300000001", "300000002"]},
    "acts": {
        "A02": {
            "act": "circular_invoicing",
            "variant": "easy",
            "first_unlawful_month": "2025-10",
            "first_observable_month": "2025-12",
        }
    },
    "first_unlawful_month": "2025-10",
    "first_observable_month": "2025-12",
}
ALIKE = {
    "id": "L01",
    "kind": "corporate_group",
    "resembles": "A02",
    "subjects": ["cluster:lawful"],
    "members": {"A02": ["300000007"]},
    "companies": ["300000007"],
    "expected": "suppressed",
}
TRUTH = Truth((ring_of(RING),), (look_alike_of(ALIKE),))


def finding(subject: str, companies: tuple[str, ...] = (), **changed: str) -> dict[str, Any]:
    return {
        "finding_id": "f-1",
        "indicator_id": "A02",
        "subject_id": subject,
        "companies": list(companies),
        "status": "triggered",
        "role": "trigger",
    } | changed


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([], (1, 0, 1, 1, 0), id="nothing found"),
        pytest.param([finding("cluster:planted")], (1, 1, 1, 1, 0), id="by subject"),
        pytest.param(
            [finding("cluster:x", ("300000002", "300000001", "300000003"))], (1, 1, 1, 1, 0), id="by members"
        ),
        pytest.param(
            [finding("cluster:x", ("300000001",))], (1, 0, 1, 1, 1), id="half the members is another"
        ),
        pytest.param(
            [finding("cluster:planted", role="context")], (1, 0, 1, 1, 0), id="context finds nothing"
        ),
        pytest.param([finding("cluster:planted", status="suppressed")], (1, 0, 1, 1, 0), id="suppressed"),
        pytest.param([finding("cluster:lawful")], (1, 0, 1, 0, 0), id="a look-alike that was not silent"),
        pytest.param([finding("cluster:planted", indicator_id="A01")], (1, 0, 1, 1, 0), id="other indicator"),
    ],
)
def test_counts(findings: list[dict[str, Any]], expected: tuple[int, ...]) -> None:
    (row,) = compare(findings, TRUTH, "2026-01", {"A02": "Circular invoicing"})
    assert tuple(row[key] for key in ("planted", "found", "look_alikes", "silent", "others")) == expected


@pytest.mark.parametrize(("month", "planted"), [("2025-11", 0), ("2025-12", 1)])
def test_an_act_counts_once_it_can_be_observed(month: str, planted: int) -> None:
    assert compare([], TRUTH, month, {"A02": "x"})[0]["planted"] == planted
