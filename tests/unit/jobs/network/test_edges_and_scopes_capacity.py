"""Edges and scopes of capacity: who becomes a candidate, and what its network holds."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_capacity, scope_shell

M = "2026-01"
A, B = "310000205", "310000302"


def sold(orgnr: str = A, **values: Any) -> dict[str, Any]:
    row = {"orgnr": orgnr, "labour_sold_ore": 280_000_000, "labour_bought_ore": 0, "invoices_n": 8}
    row |= {"workers_now_n": 0, "position_points": 0, "norm_key": "43"}
    return row | {"min_labour_share": Decimal("0.25"), "yearly_cost_ore": 70_000_000} | values


def role(orgnr: str, holder: str = "person:p1", **values: Any) -> dict[str, Any]:
    row = {"orgnr": orgnr, "role": "DAGL", "holder_id": holder, "holder_kind": "person", "is_control": True}
    return row | {"match": "fnr", "valid_from": date(2025, 4, 1)} | values


@pytest.fixture
def edges(edges_of: Any) -> Any:
    return partial(edges_of, edges_capacity.SOURCE)


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    return partial(elements_of, scope_shell.SOURCE, parts=2)


def test_edges_are_made_of_candidates(edges: Any) -> None:
    year = {"income_year": "2024", "turnover_ore": 9, "fixed_assets_ore": 0, "answered_on": date(2025, 9, 1)}
    found = edges(capacity=[sold()], accounts=[{"orgnr": A} | year, {"orgnr": B} | year])
    assert [(e["kind"], e["source_id"], e["target_id"], e["amount_ore"]) for e in found] == [
        ("capacity", f"org:{A}", "period:2026-01", 280_000_000),
        ("statement", f"org:{A}", "period:2024", 9),
    ]
    assert (found[0]["valid_from"], found[0]["valid_to"]) == (date(2025, 2, 1), date(2026, 1, 31))
    assert (found[1]["valid_from"], found[1]["valid_to"]) == (date(2024, 1, 1), date(2024, 12, 31))
    assert dict(found[1]["attributes"]) == {"fixed_assets_ore": "0"}
    for edge in found:
        assert set(dict(edge["attributes"])) <= set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


@pytest.mark.parametrize(
    ("values", "is_candidate"),
    [
        ({}, True),
        ({"labour_sold_ore": 50_000_000}, True),
        ({"labour_sold_ore": 49_999_999}, False),
        ({"position_points": 60_000}, True),
        ({"position_points": 60_001}, False),
        ({"position_points": None}, True),
        ({"min_labour_share": None, "yearly_cost_ore": None, "norm_key": None}, False),
    ],
)
def test_candidates_sold_much_with_few_people(
    edges: Any, scopes: Any, values: dict[str, Any], is_candidate: bool
) -> None:
    assert bool(scopes(capacity=[sold(**values)])) is is_candidate
    assert bool(edges(capacity=[sold(**values)])) is is_candidate


def test_scope_holds_what_is_known_of_the_company(scopes: Any) -> None:
    due = {"orgnr": A, "filing_status": "mangler", "is_missing": True, "deadline_on": date(2025, 10, 10)}
    due |= {"period_from": date(2025, 7, 1), "period_to": date(2025, 8, 31), "known_on": date(2026, 1, 12)}
    found = scopes(
        capacity=[sold()],
        accounts=[{"orgnr": A, "income_year": "2024"}],
        organisations=[{"orgnr": A, "address_key": "veien 1"}, {"orgnr": B, "address_key": "veien 2"}],
        roles=[role(A), role(A, role="LEDE", valid_to=date(2025, 12, 31)), role(B)],
        filing_duties=[
            due | {"duty_kind": "mvamelding", "filing_period": "2025-T4"},
            due | {"duty_kind": "amelding", "filing_period": "2025-08"},
        ],
    )
    assert found == {
        f"shell:{A}": [
            f"edge:capacity|orgnr={A}",
            f"edge:filing_duty|orgnr={A}",
            f"edge:holds_role|orgnr={A}",
            f"edge:located_at|orgnr={A}",
            f"edge:statement|orgnr={A}",
            f"node:org:{A}",
        ]
    }


def test_others_under_the_same_control_are_in_the_scope(scopes: Any) -> None:
    found = scopes(capacity=[sold(A), sold(B)], roles=[role(A), role(B)])
    assert set(found) == {f"shell:{A}", f"shell:{B}"}
    for parts in found.values():
        assert [p for p in parts if p.startswith("edge:capacity")] == [
            f"edge:capacity|orgnr={A}",
            f"edge:capacity|orgnr={B}",
        ]
    apart = scopes(capacity=[sold(A), sold(B)], roles=[role(A), role(B, is_control=False)])
    assert all(len([p for p in parts if "capacity" in p]) == 1 for parts in apart.values())
