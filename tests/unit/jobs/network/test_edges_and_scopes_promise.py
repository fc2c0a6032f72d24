"""Edges and scopes of promised work: who becomes a candidate, and what its network holds."""

from datetime import date
from decimal import Decimal
from typing import Any

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_commitment, scope_promise

CLIENT, A, B, C = "310000108", "310000205", "310000302", "310000418"


def promise(contract_id: str, client: str, supplier: str) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": contract_id, "client_orgnr": client, "supplier_orgnr": supplier}
    row |= {"project_id": "P", "kind": "underentreprise", "labour_ore": 700, "value_ore": 900, "tier_no": 1}
    row |= {"begins_on": date(2025, 9, 1), "ends_on": date(2026, 2, 1)}
    return row | {"project_from": date(2025, 1, 1), "project_to": date(2026, 2, 1)}


def declared(orgnr: str, work_month: str = "2025-12") -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "work_month": work_month, "workers_n": 2, "sent_n": 0}
    return row | {"declared_h": Decimal(325), "owners_n": 0, "bought_ore": 5, "hourly_cost_ore": 42_000}


CONTRACTS = [promise("K1", CLIENT, A), promise("K2", A, B), promise("K3", B, C)]


def test_edges_are_those_of_candidates(edges_of: Any) -> None:
    found = edges_of(
        edges_commitment.SOURCE, promises=CONTRACTS, declared_months=[declared(A), declared(A, "2026-01")]
    )
    ends = sorted((e["kind"], e["source_id"], e["target_id"], e["amount_ore"]) for e in found[2:])
    assert [(e["kind"], e["source_id"], e["target_id"], e["amount_ore"]) for e in found[:2]] == [
        ("promise", f"org:{CLIENT}", f"org:{A}", 700),
        ("promise", f"org:{A}", f"org:{B}", 700),
    ]
    assert ends == [
        ("declared_month", f"org:{A}", "period:2025-12", None),
        ("declared_month", f"org:{A}", "period:2026-01", None),
    ]
    assert (found[0]["valid_from"], found[0]["valid_to"]) == (date(2025, 9, 1), date(2026, 2, 1))
    for edge in found:
        assert set(dict(edge["attributes"])) == set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


def test_scope_holds_what_was_promised_bought_and_declared(elements_of: Any) -> None:
    found = elements_of(
        scope_promise.SOURCE,
        promises=CONTRACTS,
        declared_months=[declared(A), declared(A, "2026-01"), declared(C)],
    )
    assert set(found) == {f"promise:{A}", f"promise:{C}"}
    assert set(found[f"promise:{A}"]) == {
        f"edge:declared_month|orgnr={A}|work_month=2025-12",
        f"edge:declared_month|orgnr={A}|work_month=2026-01",
        "edge:promise|contract_id=K1",
        "edge:promise|contract_id=K2",
        f"node:org:{A}",
    }
