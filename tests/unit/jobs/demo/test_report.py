"""Planted against found."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.demo.report import compare, is_about

RING = {
    "ring_id": "R01",
    "indicators": ["A02"],
    "subjects": {"A02": ["cluster:planted"]},
    "members": {"A02": ["300000001", "300000002"]},
    "first_observable_month": "2025-12",
}
ALIKE = {"id": "L01", "resembles": "A02", "subjects": ["cluster:lawful"], "members": {"A02": ["300000007"]}}


def finding(subject: str, companies: tuple[str, ...] = (), **changed: str) -> dict[str, Any]:
    return {
        "indicator_id": "A02",
        "subject_id": subject,
        "companies": list(companies),
        "status": "triggered",
        "role": "trigger",
    } | changed


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    (tmp_path / "rings.jsonl").write_text(json.dumps(RING) + "\n")
    (tmp_path / "look_alikes.jsonl").write_text(json.dumps(ALIKE) + "\n")
    return tmp_path


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
def test_counts(truth: Path, findings: list[dict[str, Any]], expected: tuple[int, ...]) -> None:
    (row,) = compare(findings, truth, "2026-01", {"A02": "Circular invoicing"})
    assert tuple(row[key] for key in ("planted", "found", "look_alikes", "silent", "others")) == expected


@pytest.mark.parametrize(("month", "planted"), [("2025-11", 0), ("2025-12", 1)])
def test_a_ring_counts_once_it_can_be_observed(truth: Path, month: str, planted: int) -> None:
    assert compare([], truth, month, {"A02": "x"})[0]["planted"] == planted


def test_members_match_clusters_only() -> None:
    pair = finding("pair:300000001:300000002", ("300000001", "300000002"))
    assert not is_about(pair, ["cluster:planted"], RING["members"], "A02")  # type: ignore[arg-type]
