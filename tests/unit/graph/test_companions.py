"""Findings that count only beside a finding of another kind about the same company."""

from dataclasses import replace
from typing import Any

import pytest

from graph.companions import STANDS_ALONE, held, held_rows, standing_alone
from graph.indicator import Indicator
from graph.model import Status
from graph.registry import indicator
from graph.replay import replay
from tests.golden.loader import FOLDER, read


def row(indicator_id: str, *companies: str, **values: Any) -> dict[str, Any]:
    found = {
        "indicator_id": indicator_id,
        "scope_id": f"names:{companies[0]}",
        "subject_id": f"org:{companies[0]}",
    }
    return {**found, "status": "triggered", "role": "trigger", "companies": list(companies), **values}


def alone(*rows: dict[str, Any]) -> list[str]:
    return sorted(subject for _, _, subject in standing_alone(rows, indicator, rows))


@pytest.mark.parametrize(
    ("other", "is_alone"),
    [
        (row("B03", "1"), False),
        (row("F01", "1"), False),
        (row("A04", "2", "1"), False),
        (row("A06", "1"), False),
        (row("A01", "1"), True),
        (row("I01", "1"), True),
        (row("C02", "1"), True),
        (row("B03", "2"), True),
        (row("B03", "1", status="suppressed"), True),
        (row("B03", "1", status="not_evaluable"), True),
        (row("F01", "1", role="context"), True),
    ],
)
def test_another_sign_about_the_same_company_is_needed(other: dict[str, Any], is_alone: bool) -> None:
    assert alone(row("C01", "1"), other) == (["org:1"] if is_alone else [])


def test_only_what_triggered_and_needs_others_is_held_back() -> None:
    rows = [row("C01", "1"), row("C01", "2", status="not_triggered"), row("B03", "3")]
    after = held_rows(rows, standing_alone(rows, indicator, rows))
    assert [(r["status"], r.get("suppressed_reason")) for r in after] == [
        ("suppressed", STANDS_ALONE),
        ("not_triggered", None),
        ("triggered", None),
    ]
    assert rows[0]["status"] == "triggered"


def test_what_was_held_back_is_held_back_when_replayed() -> None:
    declared: Indicator = indicator("C01")
    (case,) = read(FOLDER / "C01" / "guilty.yaml")
    (finding,) = declared.detect(case.network, declared.default_thresholds)
    assert finding.status is Status.TRIGGERED
    published = held(finding)
    assert (published.status, published.suppressed_reason) == (Status.SUPPRESSED, STANDS_ALONE)
    again = replay(case.network, published, declared)
    assert (again.status, again.value) == (published.status, published.value)
    assert replay(case.network, finding, declared).status is Status.TRIGGERED
    silent = replace(finding, status=Status.NOT_TRIGGERED)
    assert held(silent) is silent
