"""Figures of the ranked cases, worked out by hand."""

import pytest

from jobs.evaluate.metrics_ranking import (
    asked,
    bands,
    findings_average_precision,
    found_rank,
    ranking,
    severity,
)
from jobs.evaluate.rates import rate
from tests.unit.jobs.evaluate.small_world import LIVE, MONTH, finding, matches, snapshot, truth


@pytest.mark.parametrize(
    ("month", "indicators", "expected"),
    [
        pytest.param(MONTH, LIVE, ["R1", "R2", "R5"], id="what runs"),
        pytest.param("2026-02", LIVE, ["R1", "R2", "R3", "R5"], id="a month later"),
        pytest.param("2025-11", LIVE, [], id="one act of a ring is not enough"),
        pytest.param("2025-11", frozenset(("B01",)), ["R2"], id="one indicator"),
        pytest.param(MONTH, None, ["R1", "R4", "R5"], id="all that is planted"),
    ],
)
def test_rings_that_can_be_found(month: str, indicators: frozenset[str] | None, expected: list[str]) -> None:
    assert [ring.ring_id for ring in asked(truth(), month, indicators)] == expected


def test_precision_and_recall_at_a_capacity() -> None:
    figures = ranking(matches(), LIVE, [1, 2, 3, 50])
    assert (figures["cases"], figures["rings"]) == (3, 3)
    assert figures["precision_at"] == {"1": rate(1, 1), "2": rate(1, 2), "3": rate(2, 3), "50": rate(2, 3)}
    assert figures["ring_recall_at"] == {"1": rate(1, 3), "2": rate(1, 3), "3": rate(2, 3), "50": rate(2, 3)}
    # Companies of R1, R2 and R5: 1 2 3 4 5 6 12.
    assert figures["company_recall_at"] == {
        "1": rate(3, 7),
        "2": rate(3, 7),
        "3": rate(5, 7),
        "50": rate(5, 7),
    }


def test_average_precision_over_companies() -> None:
    figures = ranking(matches(), LIVE, [3])
    # Of 16 companies 4, 7, 8 and 9 are of rings but did nothing that can be seen. Positive: 1 2 3 5 6 12.
    # 3 of 4 in the first case, none of 3 in the second, 2 of 2 in the third, 1 of 3 in none.
    assert figures["average_precision"]["value"] == pytest.approx(
        3 / 6 * 3 / 4 + 2 / 6 * 5 / 9 + 1 / 6 * 6 / 12, abs=1e-6
    )
    assert figures["base_rate"] == rate(6, 12)
    assert figures["lift"] == pytest.approx(figures["average_precision"]["value"] / 0.5, abs=1e-5)


def test_interval_of_the_average_precision_depends_on_the_seed_alone() -> None:
    one = ranking(matches(), LIVE, [3], seed=7)["average_precision"]
    assert one == ranking(matches(), LIVE, [3], seed=7)["average_precision"]
    assert one["low"] <= one["value"] <= one["high"]
    assert one["n"] == 3


def test_one_indicator_takes_only_its_cases() -> None:
    figures = ranking(matches(), frozenset(("I01",)), [1, 2])
    assert (figures["cases"], figures["rings"]) == (2, 2)
    assert figures["precision_at"] == {"1": rate(0, 1), "2": rate(1, 2)}
    assert figures["ring_recall_at"] == {"1": rate(0, 2), "2": rate(1, 2)}


def test_nothing_found_and_nothing_planted() -> None:
    empty = ranking(matches(cases=(), findings=()), LIVE, [1])
    assert empty["precision_at"]["1"] == rate(0, 0)
    assert empty["ring_recall_at"]["1"] == rate(0, 3)
    assert ranking(matches(), frozenset(("Z99",)), [1])["average_precision"]["value"] is None


def test_average_precision_of_an_indicators_findings() -> None:
    # B01: 3 subjects, f3 (margin 2) before f11 (margin 1); R3 cannot be seen yet.
    figures = findings_average_precision(matches(), "B01")
    assert figures == {"average_precision": 1.0, "base_rate": rate(1, 3), "lift": 3.0}
    # I01: f6 (2) is wrong, f4 (1) right; 96 others; f8, a planted one, is held back beside f9.
    worse = findings_average_precision(matches(), "I01")
    assert worse["average_precision"] == pytest.approx(1 / 2 * 1 / 2 + 1 / 2 * 2 / 4, abs=1e-6)
    assert worse["base_rate"] == rate(2, 100)


def test_a_planted_act_without_any_finding_comes_last() -> None:
    rows = [finding("f6", "I01", "dwelling:d8:H0101", "40")]
    figures = findings_average_precision(matches(findings=rows, cases=()), "I01")
    assert figures["average_precision"] == pytest.approx(2 / 100, abs=1e-6)


def test_hits_by_band() -> None:
    assert {row["band"]: row["hit"] for row in bands(matches())} == {
        "A": rate(1, 2),
        "B": rate(1, 1),
        "C": rate(0, 0),
    }


def test_severity_counts_inspected_companies_only() -> None:
    rows = {row["level"]: row for row in severity(snapshot(), 2)}
    assert rows["guidance"] == {"level": "guidance", "in_cases": rate(1, 2), "all_inspected": rate(2, 3)}
    assert rows["order"] == {"level": "order", "in_cases": rate(1, 2), "all_inspected": rate(1, 3)}
    assert rows["stop"]["in_cases"] == rate(0, 2)


def test_first_case_about_a_ring() -> None:
    assert [found_rank(matches(), ring) for ring in truth().rings] == [
        (1, "subject"),
        (3, "subject"),
        (None, ""),
        (None, ""),
        (None, ""),
    ]
