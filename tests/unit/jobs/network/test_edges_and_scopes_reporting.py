"""Scopes of contracts that must be reported."""

from datetime import date
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_reporting, scope_reporting

A = "310000205"


def duty(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": "K1", "client_orgnr": A, "contractor_id": "UTL1", "value_ore": 4}
    row |= {"is_registered_here": False, "work_from_on": date(2025, 11, 1), "open_reports_n": 0}
    row |= {"reported_on": date(2025, 11, 15), "exemption": "kabotasje", "present_n": 3, "listed_n": 3}
    return row | values


def test_contract_is_an_edge_from_the_client(edges_of: Any) -> None:
    (edge,) = edges_of(edges_reporting.SOURCE, reporting_duties=[duty()])
    assert (edge["source_id"], edge["target_id"], edge["amount_ore"]) == (f"org:{A}", "org:UTL1", 4)
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 11, 1), None)
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.REPORTING_DUTY])


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({}, False),
        ({"reported_on": date(2025, 11, 16)}, True),
        ({"reported_on": None}, True),
        ({"present_n": 4}, True),
        ({"present_n": 4, "listed_n": None}, True),
        ({"present_n": None}, True),
        ({"reported_on": None, "work_from_on": date(2026, 1, 17)}, True),
        ({"reported_on": None, "work_from_on": date(2026, 1, 18)}, False),
    ],
)
def test_candidates_are_late_or_lack_people_on_the_list(
    elements_of: Any, values: dict[str, Any], is_there: bool
) -> None:
    found = elements_of(scope_reporting.SOURCE, reporting_duties=[duty(**values)])
    assert set(found) == ({"reporting:K1"} if is_there else set())
