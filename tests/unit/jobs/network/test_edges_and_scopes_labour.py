"""Scopes of finished projects with little pay beside their value."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_labour, scope_labour

A, B = "310000205", "310000302"


def part(orgnr: str | None, ore: int | None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"project_id": "p1", "supplier_id": orgnr or "LT:1", "supplier_orgnr": orgnr}
    row |= {"started_on": date(2025, 3, 1), "ended_on": date(2025, 5, 31), "months_n": 3}
    row |= {"reported_months_n": 3, "cash_ore": ore, "workers_n": 1, "assigned_n": 0}
    return row | {"min_labour_share": Decimal("0.220000")} | values


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    def make(*parts: dict[str, Any], value: int | None = 1_000) -> Any:
        project = {"project_id": "p1", "client_kind": "privat", "work_kind": "x", "value_ore": value}
        contract = {
            "contract_id": "K1",
            "project_id": "p1",
            "client_orgnr": A,
            "supplier_orgnr": B,
            "kind": "x",
        }
        contract |= {"is_labour_bearing": False, "declaration": "erklaert"}
        role = {"orgnr": B, "holder_id": "person:anna", "role": "INNH", "valid_from": date(2020, 1, 1)}
        return elements_of(
            scope_labour.SOURCE,
            projects=[project | {"tier_limit_basis": "unknown", "dispensations": []}],
            contracts=[contract],
            project_labour=list(parts),
            roles=[role | {"is_control": True}, role | {"role": "DAGL", "is_control": True}],
        )

    return make


def test_pay_of_a_supplier_is_an_edge_to_the_project(edges_of: Any) -> None:
    (edge,) = edges_of(edges_labour.SOURCE, project_labour=[part(A, 4)])
    assert (edge["source_id"], edge["target_id"], edge["amount_ore"]) == (f"org:{A}", "project:p1", 4)
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 3, 1), date(2025, 5, 31))
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.PROJECT_LABOUR])


def test_scope_holds_suppliers_contracts_and_owners_at_work(scopes: Any) -> None:
    (found,) = scopes(part(A, 100), part(B, 100)).values()
    kinds = sorted(element.split("|")[0] for element in found)
    assert kinds == [
        "edge:contract",
        "edge:holds_role",
        "edge:project_labour",
        "edge:project_labour",
        "node:project:p1",
    ]


@pytest.mark.parametrize(
    ("parts", "value", "is_there"),
    [
        ([part(A, 119), part(B, 100)], 1_000, True),
        ([part(A, 120), part(B, 100)], 1_000, False),
        ([part(None, None)], 1_000, True),
        ([part(A, 0)], None, False),
        ([part(A, 0, min_labour_share=None)], 1_000, False),
    ],
)
def test_candidates_have_less_pay_than_the_norm_of_the_value(
    scopes: Any, parts: Any, value: int | None, is_there: bool
) -> None:
    assert bool(scopes(*parts, value=value)) is is_there
