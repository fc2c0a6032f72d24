"""Recall, false flags, look-alikes, what could not be evaluated, and guards, worked out by hand."""

import pytest

from jobs.evaluate.metrics_findings import (
    burden_of_look_alikes,
    false_flags,
    look_alikes,
    not_evaluable,
    recall,
    suppression,
)
from jobs.evaluate.rates import rate
from tests.unit.jobs.evaluate.small_world import FINDINGS, INDICATORS, LIVE, finding, matches, truth

ACTS = [act for act in truth().acts if act.indicator in LIVE]


def test_recall_counts_what_can_be_seen() -> None:
    figures = recall(matches(), ACTS)
    assert figures["planted"] == 6
    assert figures["recall"] == rate(4, 5)
    assert figures["by_guise"] == {
        "easy": rate(2, 2),
        "medium": rate(0, 1),
        "hard": rate(2, 2),
        "held_out": rate(0, 0),
    }
    assert figures["statuses"] == {
        "triggered": 4,
        "context": 0,
        "suppressed": 1,
        "not_evaluable": 0,
        "not_triggered": 0,
        "none": 0,
    }


def test_recall_ever_remembers_earlier_months() -> None:
    earlier = matches(month="2025-12", findings=[finding("a", "I01", "dwelling:d5:H0101", "12")], cases=())
    assert recall(matches(), ACTS, [earlier])["recall_ever"] == rate(5, 5)
    assert recall(matches(), ACTS)["recall_ever"] == rate(4, 5)


@pytest.mark.parametrize(
    ("indicator", "wrong", "flagged", "subjects"),
    [
        pytest.param("A01", 1, 2, 19, id="look-alike flagged, context not counted"),
        pytest.param("A02", 0, 1, 9, id="none"),
        pytest.param("B01", 0, 2, 2, id="other pair of the same ring is neither right nor wrong"),
        pytest.param("I01", 1, 2, 98, id="nobody planted"),
    ],
)
def test_false_flags(indicator: str, wrong: int, flagged: int, subjects: int) -> None:
    figures = false_flags(matches(), [indicator])
    assert figures["false_flags"] == rate(wrong, flagged)
    assert figures["false_flag_rate"] == rate(wrong, subjects)


def test_false_flags_of_several_indicators() -> None:
    figures = false_flags(matches(), LIVE)
    assert figures["false_flags"] == rate(2, 7)
    assert figures["flagged"] == {"planted": 4, "look_alike": 1, "same_ring": 1, "other": 1}


def test_what_could_not_be_evaluated() -> None:
    figures = not_evaluable(matches(), "A01")
    assert figures["not_evaluable"] == rate(12, 20)
    assert figures["not_evaluable_why"] == [
        {"subject_type": "project", "reason": "no_subcontract_known", "subjects": 12}
    ]
    assert not_evaluable(matches(), "B01") == {"not_evaluable": rate(0, 3), "not_evaluable_why": []}


def test_look_alikes_by_kind() -> None:
    rows = {row["kind"]: row for row in look_alikes(matches(), LIVE)}
    flagged = rows["exactly_two_links"]
    assert (flagged["n"], flagged["expected"]) == (1, {"silent": 1})
    assert (flagged["flagged"], flagged["as_expected"], flagged["in_cases"]) == (
        rate(1, 1),
        rate(0, 1),
        rate(1, 1),
    )
    for kind in ("corporate_group", "rooms_and_area_unknown", "students_without_work"):
        assert rows[kind]["flagged"] == rate(0, 1)
        assert rows[kind]["as_expected"] == rate(1, 1)
        assert rows[kind]["in_cases"] == rate(0, 1)
    assert rows["corporate_group"]["statuses"]["suppressed"] == 1
    assert rows["many_at_an_address"]["status"] == "not_live"
    assert "flagged" not in rows["many_at_an_address"]


def test_a_look_alike_that_is_not_held_back_as_expected() -> None:
    rows = [row for row in FINDINGS if row["finding_id"] != "f7"]
    kinds = {row["kind"]: row for row in look_alikes(matches(findings=rows, cases=()), LIVE)}
    assert kinds["corporate_group"]["as_expected"] == rate(0, 1)
    assert kinds["corporate_group"]["flagged"] == rate(0, 1)


def test_burden_of_look_alikes() -> None:
    assert burden_of_look_alikes(matches(), "A01") == rate(1, 1)
    assert burden_of_look_alikes(matches(), "I01") == rate(0, 2)


def test_what_guards_hide() -> None:
    figures = suppression(matches(), INDICATORS)
    assert figures["hidden"] == rate(1, 5)
    held = {(r["indicator"], r["guard"]): r for r in figures["by_guard"] if r["planted"] or r["look_alikes"]}
    assert held == {
        ("A02", "same_owner"): {
            "indicator": "A02",
            "guard": "same_owner",
            "planted": 0,
            "rings": [],
            "look_alikes": 1,
            "others": 0,
        },
        ("I01", "family"): {
            "indicator": "I01",
            "guard": "family",
            "planted": 1,
            "rings": ["R5"],
            "look_alikes": 0,
            "others": 0,
        },
    }
