"""Scopes of companies that pass on what they receive, and edges of their pay."""

from datetime import date
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_payroll, scope_pass

TOP, A, B, C = "310000108", "310000205", "310000302", "310000418"


def contract(key: str, client: str, supplier: str, under: str | None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": key, "client_orgnr": client, "supplier_orgnr": supplier}
    row |= {"project_id": "p1", "parent_contract_id": under, "kind": "underentreprise"}
    return row | {"is_labour_bearing": True, "state": "aktiv", "declaration": "erklaert"} | values


def invoice(key: str, of: str, payer: str, issuer: str, ore: int, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"invoice_id": key, "contract_id": of, "payer_orgnr": payer, "issuer_orgnr": issuer}
    row |= {"project_id": "p1", "kind": "faktura", "issued_on": date(2025, 11, 3), "amount_ore": ore}
    return row | {"is_labour": True, "source": "x"} | values


PROJECTS = [{"project_id": "p1", "client_orgnr": TOP, "client_kind": "privat", "work_kind": "x"}]
CONTRACTS = [contract("K1", C, A, "K0"), contract("K2", A, B, "K1")]
RECEIVED = invoice("F1", "K1", C, A, 10_000_000)
PAYROLLS = [{"orgnr": A, "pay_month": "2025-11", "cash_ore": 3, "workers_n": 1, "invoiced_ore": 9}]


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    def make(invoices: Any, contracts: Any = None) -> Any:
        tables = {"projects": PROJECTS, "contracts": contracts or CONTRACTS, "payrolls": PAYROLLS}
        return elements_of(scope_pass.SOURCE, payments=[*invoices], **tables)

    return make


def test_month_of_pay_is_an_edge_of_that_month(edges_of: Any) -> None:
    (edge,) = edges_of(edges_payroll.SOURCE, payrolls=PAYROLLS)
    assert (edge["source_id"], edge["target_id"], edge["amount_ore"]) == (f"org:{A}", "period:2025-11", 3)
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 11, 1), date(2025, 11, 30))
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.PAYROLL])


def test_scope_holds_contracts_and_invoices_both_ways_and_pay(scopes: Any) -> None:
    found = scopes([RECEIVED, invoice("G1", "K2", A, B, 7_500_000)])
    assert set(found) == {f"pass:{A}:p1"}
    kinds = [part.split("|")[0] for part in found[f"pass:{A}:p1"]]
    assert kinds.count("edge:contract") == 2
    assert kinds.count("edge:payment") == 2
    assert kinds.count("edge:payroll") == 1
    assert {f"node:org:{A}", "node:project:p1"} <= set(kinds)


@pytest.mark.parametrize(
    ("invoices", "contracts", "is_there"),
    [
        ([RECEIVED, invoice("G1", "K2", A, B, 7_499_999)], None, False),
        ([RECEIVED | {"amount_ore": 9_999_999}, invoice("G1", "K2", A, B, 9_999_999)], None, False),
        ([RECEIVED | {"issued_on": date(2025, 1, 31)}, invoice("G1", "K2", A, B, 9_000_000)], None, False),
        ([RECEIVED], None, False),
        ([RECEIVED, invoice("G1", "K2", A, C, 9_000_000)], None, True),
        (
            [RECEIVED, invoice("G1", "K2", A, B, 9_000_000)],
            [contract("K1", TOP, A, None), CONTRACTS[1]],
            False,
        ),
        ([RECEIVED, invoice("G1", "K2", A, B, 9_000_000)], [contract("K1", C, A, None), CONTRACTS[1]], True),
        (
            [RECEIVED, invoice("G1", "K2", A, B, 9_000_000)],
            [CONTRACTS[0], CONTRACTS[1] | {"is_labour_bearing": False}],
            False,
        ),
        (
            [RECEIVED, invoice("G1", "K2", A, B, 9_000_000)],
            [CONTRACTS[0] | {"project_id": None}, CONTRACTS[1]],
            False,
        ),
    ],
)
def test_candidates_stand_below_the_top_and_pass_three_quarters_on(
    scopes: Any, invoices: Any, contracts: Any, is_there: bool
) -> None:
    assert bool(scopes(invoices, contracts)) is is_there
