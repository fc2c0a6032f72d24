"""Which finding is about what was planted, and which case about which ring."""

from typing import Any

import pytest

from jobs.evaluate.matching import is_about
from tests.unit.jobs.evaluate.small_world import CASES, FINDINGS, case, finding, matches, truth

ACTS = {(act.ring_id, act.indicator): act for act in truth().acts}
BY_ID = {row["finding_id"]: row for row in FINDINGS}


@pytest.mark.parametrize(
    ("act", "found", "expected"),
    [
        pytest.param(("R1", "A01"), finding("x", "A01", "project:P1"), True, id="subject"),
        pytest.param(("R1", "A01"), finding("x", "A01", "chain:P1:0f"), True, id="chain of the project"),
        pytest.param(("R1", "A01"), finding("x", "A01", "chain:P2:0f"), False, id="other project"),
        pytest.param(("R1", "A01"), finding("x", "A02", "project:P1"), False, id="other indicator"),
        pytest.param(("R1", "A02"), finding("x", "A02", "cluster:z", "1 2 3"), True, id="its members"),
        pytest.param(("R1", "A02"), finding("x", "A02", "cluster:z", "1 2 3 9"), True, id="and one more"),
        pytest.param(("R1", "A02"), finding("x", "A02", "cluster:z", "1 2"), False, id="not all of them"),
        pytest.param(("R2", "B01"), finding("x", "B01", "pair:6:5", "5 6"), True, id="pair of members"),
        pytest.param(("R2", "B01"), finding("x", "B01", "pair:6:7", "6 7"), False, id="one is no member"),
        pytest.param(
            ("R2", "I01"), finding("x", "I01", "dwelling:d9:H0101", "6"), False, id="other dwelling"
        ),
    ],
)
def test_a_finding_is_about_an_act(act: tuple[str, str], found: dict[str, Any], expected: bool) -> None:
    assert is_about(found, ACTS[act]) is expected


def test_findings_are_laid_beside_acts_and_look_alikes() -> None:
    laid = matches()
    assert [row["finding_id"] for row in laid.findings_of(ACTS["R1", "A02"])] == ["f2"]
    assert {(a.ring_id, a.indicator): laid.status_of(a) for a in truth().acts} == {
        ("R1", "A01"): "triggered",
        ("R1", "A02"): "triggered",
        ("R2", "B01"): "triggered",
        ("R2", "I01"): "triggered",
        ("R2", "I03"): "none",
        ("R3", "B01"): "none",
        ("R4", "F01"): "none",
        ("R5", "I01"): "suppressed",
    }
    assert {like.look_alike_id: laid.status_of(like) for like in truth().look_alikes} == {
        "L01": "triggered",
        "L02": "suppressed",
        "L03": "not_evaluable",
        "L04": "none",
        "L05": "none",
    }


@pytest.mark.parametrize(
    ("own", "kind"),
    [("f1", "planted"), ("f2", "planted"), ("f5", "look_alike"), ("f6", "other"), ("f11", "same_ring")],
)
def test_whom_a_finding_is_about(own: str, kind: str) -> None:
    assert matches().kind_of(BY_ID[own]) == kind


def test_triggered_wins_over_what_only_gives_context() -> None:
    both = [finding("a", "A01", "chain:P1:x", role="context"), finding("b", "A01", "chain:P1:y")]
    assert matches(findings=both, cases=()).status_of(ACTS["R1", "A01"]) == "triggered"
    assert matches(findings=both[:1], cases=()).status_of(ACTS["R1", "A01"]) == "context"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(CASES[0], {"R1": "subject"}, id="holds its subjects"),
        pytest.param(CASES[1], {}, id="nobody planted"),
        pytest.param(case(1, "K", "f11", "1 4", "B01"), {}, id="two companies, but no indicator of it"),
        pytest.param(case(1, "K", "f5", "1 2", "A01"), {"R1": "companies"}, id="two companies and indicator"),
        pytest.param(case(1, "K", "f5", "1", "A01"), {}, id="one company"),
        pytest.param(case(1, "K", "f10", "1", "A01"), {}, id="context is no reason"),
        pytest.param(
            case(1, "K", "f1 f3", "1 2 5", "A01 B01"), {"R1": "subject", "R2": "subject"}, id="two rings"
        ),
    ],
)
def test_a_case_is_about_a_ring(shown: dict[str, Any], expected: dict[str, str]) -> None:
    assert matches().rings_of(shown) == expected


def test_only_chosen_indicators_make_a_case_about_a_ring() -> None:
    shown = case(1, "K", "f1 f4", "1 2 6", "A01 I01")
    assert matches().rings_of(shown, frozenset(("I01",))) == {"R2": "subject"}
    assert matches().rings_of(shown, frozenset(("B01",))) == {}
