"""Pay beside invoices, month by month, of organisations that invoice."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_chain import PAYMENTS
from expectations.tables_core_payroll import PAYROLLS
from expectations.tables_core_work import PAY

M = "2026-01"
A, B = "310000205", "310000302"


def invoice(number: int, on: date, ore: int = 900, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"invoice_id": f"F{number}", "issuer_orgnr": A, "payer_orgnr": B, "kind": "faktura"}
    return row | {"issued_on": on, "amount_ore": ore, "is_labour": True, "source": "x"} | values


def paid(month: str, ore: int | None, person: str = "a", orgnr: str = A) -> dict[str, Any]:
    return {"month": month, "orgnr": orgnr, "person_id": f"p1_{person * 26}", "cash_ore": ore}


@pytest.fixture
def made(table: Any, rows: Any) -> Any:
    from jobs.core.payrolls import transform

    def make(payments: Any, pay: Any = ()) -> Any:
        frames = {"payments": table(PAYMENTS, *payments), "pay": table(PAY, *pay)}
        return {(r["orgnr"], r["pay_month"]): r for r in rows(transform(**frames, month=M), PAYROLLS)}

    return make


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["cash_ore"], row["workers_n"], row["invoiced_ore"]


def test_pay_stands_beside_invoices_of_the_month(made: Any) -> None:
    invoices = [invoice(1, date(2026, 1, 1)), invoice(2, date(2026, 1, 31), -100, kind="kreditnota")]
    found = made(invoices, [paid(M, 70), paid(M, 30), paid(M, 5, "b"), paid("2025-12", 9)])
    assert told(found[A, M]) == (105, 2, 800)
    assert told(found[A, "2025-12"]) == (9, 1, 0)
    assert found[A, M]["raw_refs"]


def test_nobody_paid_is_nothing_and_a_month_that_nobody_reported_is_unknown(made: Any) -> None:
    found = made([invoice(1, date(2026, 1, 1)), invoice(2, date(2025, 12, 1))], [paid(M, 70, orgnr=B)])
    assert told(found[A, M]) == (0, 0, 900)
    assert told(found[A, "2025-12"]) == (None, None, 900)


def test_only_those_who_invoice_and_only_the_twelve_months_have_rows(made: Any) -> None:
    invoices = [invoice(1, date(2025, 1, 31)), invoice(2, date(2025, 2, 1)), invoice(3, date(2026, 2, 1))]
    found = made(invoices, [paid("2025-01", 7), paid("2025-02", 7), paid(M, 7, orgnr=B), paid(M, None)])
    assert {key: told(row) for key, row in found.items()} == {(A, "2025-02"): (7, 1, 900)}
