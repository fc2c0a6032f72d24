"""Edges and scopes of supply: who becomes a candidate, and what its network holds."""

from datetime import date
from typing import Any

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_capacity, edges_supply, scope_supply

MAIN, A, B, C = "310000108", "310000205", "310000302", "310000418"


def pair(buyer: str, supplier: str) -> dict[str, Any]:
    row = {"buyer_orgnr": buyer, "supplier_orgnr": supplier, "contracts_n": 1, "invoices_n": 2}
    return row | {"told_n": 2, "vague_n": 1, "invoiced_ore": 700}


def means(orgnr: str) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "sold_ore": 900, "workers_now_n": 0, "workers_year_n": 0}
    row |= {"has_adviser": False, "has_liable_owner": False, "is_vat_yearly": True}
    return row | {"is_vat_by_another": False, "filings_due_n": 1, "filings_missing_n": 1}


def role(code: str, holder: str = "org:1", orgnr: str = MAIN, **values: Any) -> dict[str, Any]:
    row = {"orgnr": orgnr, "role": code, "holder_id": holder, "holder_kind": "org", "is_control": False}
    return row | {"match": "orgnr", "valid_from": date(2025, 4, 1)} | values


def test_edges_tell_who_sold_to_whom_and_what_they_have(edges_of: Any) -> None:
    found = edges_of(
        edges_supply.SOURCE, supplies=[pair(MAIN, A), pair(C, A)], thin_suppliers=[means(A), means(B)]
    )
    assert [(e["kind"], e["source_id"], e["target_id"], e["amount_ore"]) for e in found] == [
        ("supplies", f"org:{A}", f"org:{MAIN}", 700),
        ("supplies", f"org:{A}", f"org:{C}", 700),
        ("supplier_means", f"org:{A}", "period:2026-01", 900),
    ]
    for edge in found:
        assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 2, 1), date(2026, 1, 31))
        assert set(dict(edge["attributes"])) == set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


def test_statements_of_buyers_are_edges(edges_of: Any) -> None:
    year = {"income_year": "2024", "turnover_ore": 9, "answered_on": date(2025, 9, 1)}
    found = edges_of(
        edges_capacity.SOURCE,
        supplies=[pair(MAIN, A), pair(MAIN, B)],
        accounts=[{"orgnr": o} | year for o in (MAIN, A, C)],
    )
    assert [(e["kind"], e["source_id"]) for e in found] == [("statement", f"org:{MAIN}")]


def test_scope_holds_the_buyer_and_its_suppliers(elements_of: Any) -> None:
    found = elements_of(
        scope_supply.SOURCE,
        supplies=[pair(MAIN, A), pair(MAIN, B), pair(C, A), pair(C, B)],
        accounts=[{"orgnr": MAIN, "income_year": "2024"}, {"orgnr": A, "income_year": "2024"}],
        roles=[role("REVI"), role("REVI", valid_to=date(2025, 1, 1)), role("DAGL"), role("REVI", orgnr=A)],
    )
    assert set(found) == {f"supply:{MAIN}", f"supply:{C}"}
    assert len(found[f"supply:{C}"]) == 5
    key = "2025-04-01"
    assert set(found[f"supply:{MAIN}"]) == {
        f"edge:holds_role|orgnr={MAIN}|role=REVI|holder_id=org:1|valid_from={key}",
        f"edge:statement|orgnr={MAIN}|income_year=2024",
        f"edge:supplier_means|orgnr={A}",
        f"edge:supplier_means|orgnr={B}",
        f"edge:supplies|buyer_orgnr={MAIN}|supplier_orgnr={A}",
        f"edge:supplies|buyer_orgnr={MAIN}|supplier_orgnr={B}",
        f"node:org:{MAIN}",
    }
