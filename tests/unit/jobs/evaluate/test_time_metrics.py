"""Months to detection, and what moves from month to month, worked out by hand."""

from typing import Any

import pytest

from jobs.evaluate.matching import Matches
from jobs.evaluate.metrics_time import act_delay, case_delay, months_between, rings, stability
from jobs.evaluate.rates import rate
from tests.unit.jobs.evaluate.small_world import CASES, FINDINGS, LIVE, case, matches, snapshot, truth

ACTS = [act for act in truth().acts if act.indicator in LIVE]


def months() -> list[Matches]:
    """October: nothing. November: A01 of R1. December: R1 is a case. January: all."""
    by_id = {row["finding_id"]: row for row in FINDINGS}
    return [
        matches(month="2025-10", findings=(), cases=()),
        matches(month="2025-11", findings=[by_id["f1"]], cases=()),
        matches(month="2025-12", findings=[by_id["f1"], by_id["f2"]], cases=CASES[:1]),
        matches(),
    ]


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2025-12", "2026-01", 1), ("2026-01", "2025-11", -2), ("2025-01", "2026-01", 12)],
)
def test_months_between(first: str, last: str, count: int) -> None:
    assert months_between(first, last) == count


def test_what_became_of_each_ring() -> None:
    rows = {row["ring_id"]: row for row in rings(months(), LIVE)}
    first = rows["R1"]
    assert (first["rank"], first["rule"], first["first_case_month"]) == (1, "subject", "2025-12")
    assert (first["months_from_unlawful"], first["months_from_observable"]) == (3, 0)
    assert [(a["indicator"], a["first_flag_month"], a["months_from_observable"]) for a in first["acts"]] == [
        ("A01", "2025-11", 0),
        ("A02", "2025-12", 0),
    ]
    second = rows["R2"]
    assert second["observable_month"] == "2025-12", "what does not run is not waited for"
    assert (second["rank"], second["months_from_unlawful"], second["months_from_observable"]) == (3, 2, 1)
    assert second["acts"][2] == {
        "indicator": "I03",
        "act": "act_I03",
        "guise": "hard",
        "status": "not_live",
    }
    assert (rows["R3"]["asked"], rows["R3"]["found"]) == (False, False)
    assert rows["R4"]["status"] == "not_live"
    assert (rows["R5"]["asked"], rows["R5"]["found"], rows["R5"]["first_case_month"]) == (True, False, None)


def test_how_soon_acts_are_flagged() -> None:
    figures = act_delay(months(), ACTS)
    # A01, A02 at once; B01 two months late, I01 of R2 one month late; I01 of R5 never.
    assert figures["months_from_observable"] == {"n": 4, "mean": 0.75, "median": 0.5, "least": 0, "most": 2}
    assert figures["months_from_unlawful"]["mean"] == pytest.approx((2 + 2 + 2 + 1) / 4)
    assert figures["flagged_within"] == {"0": rate(2, 5), "1": rate(3, 5), "3": rate(0, 0)}
    assert (figures["before_unlawful"], figures["left_out"]) == (0, 0)


def test_acts_that_could_be_seen_before_the_first_month_are_left_out() -> None:
    figures = act_delay(months()[2:], ACTS)
    assert figures["left_out"] == 2
    assert figures["flagged_within"]["1"] == rate(2, 3)


def test_how_soon_rings_become_cases() -> None:
    figures = case_delay(rings(months(), LIVE), "2025-10")
    assert figures["rings"] == rate(2, 3)
    assert figures["rings_by_months"] == {"0": 1, "1": 1}
    assert case_delay(rings(months()[3:], LIVE), "2026-01")["left_out"] == 3


def two_months(*after: dict[str, Any]) -> list[Any]:
    before = [case(n, f"K{n}", "f1", "1", "A01") for n in (1, 2, 3)]
    return [snapshot(month="2025-12", cases=before), snapshot(cases=after)]


def test_nothing_changed() -> None:
    same = [case(n, f"K{n}", "f1", "1", "A01", change="unchanged") for n in (1, 2, 3)]
    figures = stability(two_months(*same), 2)
    assert figures["months"][0]["overlap"] == 1.0
    assert figures["turned_explained"] == rate(0, 0)
    assert figures["unchanged_kept_score"] == rate(3, 3)


def test_what_turned_is_explained_by_a_listed_change() -> None:
    after = [
        case(1, "K4", "f1", "1", "A01"),
        case(2, "K3", "f1", "1", "A01", change="changed", score=2),
        case(3, "K1", "f1", "1", "A01", change="unchanged"),
    ]
    figures = stability(two_months(*after), 2)
    assert figures["months"] == [
        {
            "from": "2025-12",
            "to": "2026-01",
            "overlap": 0.0,
            "cases": 3,
            "new": 1,
            "changed": 1,
            "unchanged": 1,
            "gone": 1,
            "turned": 1,
        }
    ]
    assert figures["turned_explained"] == rate(1, 1)


def test_what_turned_without_any_listed_change_is_not_explained() -> None:
    after = [
        case(1, "K2", "f1", "1", "A01", change="unchanged", score=3),
        case(2, "K1", "f1", "1", "A01", change="unchanged"),
    ]
    figures = stability(two_months(*after), 2)
    assert figures["turned_explained"] == rate(0, 1)
    assert figures["unchanged_kept_score"] == rate(1, 2)


def test_months_with_a_gap_are_not_compared() -> None:
    assert stability([snapshot(month="2025-11"), snapshot()], 2)["months"] == []
