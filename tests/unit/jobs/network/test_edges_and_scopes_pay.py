"""Edges and scopes of pay below the lowest rate."""

from datetime import date
from decimal import Decimal
from typing import Any

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_pay, scope_pay

A, B = "310000205", "310000302"


def low(orgnr: str, person: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "person_id": person, "work_month": "2025-12", "sector": "bygg"}
    row |= {"ordinary_pay_ore": 4, "paid_hours_h": Decimal(160), "position_pct": Decimal(100)}
    row |= {"full_week_h": Decimal("37.50"), "occupation_group": "7", "age_group": "adult"}
    row |= {"rate_ore": 5, "recent_rate_ore": 5, "certainty": "bekreftet", "rated_months_n": 6}
    row |= {"later_pay_ore": 1, "later_from_on": date(2025, 12, 1), "later_to_on": date(2025, 12, 31)}
    return row | {"later_paid_on": date(2026, 1, 31)} | values


def test_month_below_the_rate_is_an_edge_of_that_month(edges_of: Any) -> None:
    (edge,) = edges_of(edges_pay.SOURCE, low_pay=[low(A, "anna")])
    assert (edge["source_id"], edge["target_id"], edge["amount_ore"]) == ("person:anna", f"org:{A}", 4)
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 12, 1), date(2025, 12, 31))
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.LOW_PAY])


def test_scope_holds_the_employer_and_its_months(elements_of: Any) -> None:
    found = elements_of(scope_pay.SOURCE, low_pay=[low(A, "anna"), low(A, "bo"), low(B, "anna")])
    assert set(found) == {f"pay:{A}", f"pay:{B}"}
    assert len(found[f"pay:{A}"]) == 3
    assert found[f"pay:{A}"][-1] == f"node:org:{A}"
