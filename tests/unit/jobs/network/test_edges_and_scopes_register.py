"""Edges and scopes of approvals: who becomes a candidate, and what its network holds."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_register, scope_registration

M = "2026-01"
A, B = "310000205", "310000302"


def bound(orgnr: str = A, register: str = "renhold") -> dict[str, Any]:
    row = {"orgnr": orgnr, "register": register, "rule_id": "R", "nace": "81.210"}
    return row | {"grace_days": 14, "certainty": "sekundaer", "rule_from": date(2012, 9, 1)}


def look(state: str, orgnr: str = A, register: str = "renhold", **values: Any) -> dict[str, Any]:
    row = {"orgnr": orgnr, "register": register, "state": state, "looks_n": 2}
    return row | {"first_look_on": date(2025, 12, 31), "last_look_on": date(2026, 1, 31)} | values


def contract(supplier: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": "K1", "client_orgnr": B, "supplier_orgnr": supplier}
    row |= {"kind": "rammeavtale"}
    row |= {"is_labour_bearing": True, "declaration": "verifisert", "started_on": date(2025, 6, 1)}
    return row | values


@pytest.fixture
def edges(edges_of: Any) -> Any:
    return partial(edges_of, edges_register.SOURCE)


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    return partial(elements_of, scope_registration.SOURCE, parts=1)


def test_edges_are_made_of_those_seen_without_approval(edges: Any) -> None:
    found = edges(
        registration_duties=[bound(A), bound(B)],
        approvals=[look("refused", next_look_on=date(2026, 2, 28)), look("approved", B)],
    )
    assert [(e["kind"], e["source_id"], e["target_id"]) for e in found] == [
        ("registration_duty", f"org:{A}", "register:renhold"),
        ("approval", f"org:{A}", "register:renhold"),
    ]
    assert found[0]["valid_from"] == date(2012, 9, 1)
    assert (found[1]["valid_from"], found[1]["valid_to"]) == (date(2025, 12, 31), date(2026, 1, 31))
    assert dict(found[1]["attributes"]) == {"state": "refused", "looks_n": "2", "next_look_on": "2026-02-28"}
    for edge in found:
        assert set(dict(edge["attributes"])) <= set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


def test_state_without_the_duty_is_no_edge(edges: Any) -> None:
    assert edges(registration_duties=[bound(A)], approvals=[look("refused", register="bilpleie")]) == []


def test_scope_holds_duty_looks_and_work(scopes: Any) -> None:
    found = scopes(
        registration_duties=[bound(A)],
        approvals=[look("refused"), look("approved", first_look_on=date(2025, 8, 31))],
        contracts=[contract()],
    )
    assert found == {
        f"registration:{A}": [
            "edge:approval",
            "edge:approval",
            "edge:contract",
            "edge:registration_duty",
            f"node:org:{A}",
        ]
    }


@pytest.mark.parametrize(
    ("values", "is_candidate"),
    [
        ({}, True),
        ({"ended_on": date(2025, 10, 31)}, False),
        ({"ended_on": date(2025, 11, 1)}, True),
        ({"started_on": date(2026, 2, 1)}, False),
        ({"started_on": date(2026, 1, 31)}, True),
        ({"started_on": None}, True),
        ({"is_labour_bearing": False}, False),
        ({"supplier_orgnr": B}, False),
    ],
)
def test_candidates_are_at_work(scopes: Any, values: dict[str, Any], is_candidate: bool) -> None:
    found = scopes(
        registration_duties=[bound(A)], approvals=[look("refused")], contracts=[contract(**values)]
    )
    assert bool(found) is is_candidate


def test_one_approved_at_every_look_is_no_candidate(scopes: Any) -> None:
    assert scopes(registration_duties=[bound(A)], approvals=[look("approved")], contracts=[contract()]) == {}
