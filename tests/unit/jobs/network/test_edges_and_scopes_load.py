"""Edges and scopes of work for several employers: who becomes a candidate, and what its network holds."""

from datetime import date
from decimal import Decimal
from typing import Any

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_load, scope_load

A, B, C = "310000205", "310000302", "310000418"


def work(orgnr: str, person: str, work_month: str = "2025-12", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "person_id": person, "work_month": work_month, "staff_n": 9}
    row |= {"position_pct": Decimal("80.00"), "full_week_h": Decimal("37.50"), "fixed_pay_ore": 4}
    row |= {"leave_pct": Decimal("5.00"), "paid_hours_h": Decimal("130.00"), "employment_kind": "k"}
    return row | values


def test_month_of_work_is_an_edge_of_that_month(edges_of: Any) -> None:
    (edge,) = edges_of(edges_load.SOURCE, work_months=[work(A, "anna")])
    assert (edge["source_id"], edge["target_id"], edge["amount_ore"]) == ("person:anna", f"org:{A}", 4)
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 12, 1), date(2025, 12, 31))
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.WORK_MONTH])


def test_scope_holds_all_work_of_the_people_of_one_employer(elements_of: Any) -> None:
    rows = [work(A, "anna"), work(A, "bo"), work(B, "anna"), work(B, "bo", "2025-11"), work(C, "bo")]
    found = elements_of(scope_load.SOURCE, work_months=[*rows, work(C, "cid", "2025-10")])
    assert set(found) == {f"load:{A}", f"load:{B}", f"load:{C}"}
    assert len(found[f"load:{A}"]) == 6
    assert found[f"load:{A}"][-1] == f"node:org:{A}"
    assert len([part for part in found[f"load:{C}"] if "cid" in part]) == 1


def test_one_person_makes_no_candidate(elements_of: Any) -> None:
    assert elements_of(scope_load.SOURCE, work_months=[work(A, "anna"), work(B, "anna")]) == {}
