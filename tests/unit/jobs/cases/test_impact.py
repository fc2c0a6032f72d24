"""What becomes of cases when an indicator is changed, on cases made up for it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from expectations.errors import UsageError
from graph.cases import Case, KeyedFinding
from graph.model import Finding, Status, ThresholdBasis
from graph.registry import indicator
from jobs.cases.impact import changed, compared


def case(case_id: str, rank: int, *indicators: str, state: str = "new") -> Case:
    findings = tuple(
        KeyedFinding(
            f"f-{own}",
            Finding(
                indicator_id=own,
                indicator_version="1.0",
                subject_id="org:1",
                scope_id="flow:x",
                status=Status.TRIGGERED,
                threshold_basis=ThresholdBasis.OWN,
            ),
            frozenset(),
        )
        for own in indicators
    )
    return Case(
        case_id=case_id,
        findings=findings,
        score=Decimal(1),
        band="A",
        rank=rank,
        elements=frozenset(),
        fingerprint="x",
        first_seen_month="2026-01",
        state=state,
        change="new",
    )


def test_each_case_is_told_once_with_what_becomes_of_it() -> None:
    now = [case("a", 1, "A02", "B01"), case("b", 2, "A01", "I01"), case("c", 3, "B01", "I01")]
    now.append(case("d", 4, "A01", "A02", "I01"))
    after = [now[0], case("e", 2, "A01", "I02"), replace(now[1], rank=3), case("d", 4, "A02", "I01")]
    found = {
        row["case_id"]: (row["change"], row["rank_before"], row["rank_after"]) for row in compared(now, after)
    }
    assert found == {
        "a": ("stays", 1, 1),
        "e": ("appears", None, 2),
        "b": ("moves", 2, 3),
        "d": ("changes", 4, 4),
        "c": ("vanishes", 3, None),
    }


def test_recipients_are_those_who_follow_up_and_get_the_state() -> None:
    now = [
        case("a", 1, "A02", "I01"),
        case("b", 2, "A01", "I01"),
        case("c", 3, "A02", "I01", state="dismissed"),
    ]
    found = {row["case_id"]: row["recipients_before"] for row in compared(now, [])}
    assert found == {"a": ["skatteetaten"], "b": [], "c": []}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"depth": "1"}, "A02 has no threshold depth"),
        ({"max_length": "4.5"}, "max_length takes a whole number"),
        ({"min_retention": "much"}, "min_retention takes a number"),
    ],
)
def test_a_threshold_that_is_not_there_or_no_number_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        changed(indicator("A02"), given)


def test_thresholds_keep_their_kind() -> None:
    limits = changed(indicator("A02"), {"max_length": "4", "min_retention": "0.7"}).default_thresholds
    assert (limits.max_length, limits.min_retention) == (4, Decimal("0.7"))
    assert indicator("A02").default_thresholds.max_length == 5
