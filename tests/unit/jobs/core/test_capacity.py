"""Labour invoiced in twelve months beside the people declared, and the norm of the trade."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_capacity import CAPACITY
from expectations.tables_core_chain import PAYMENTS
from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_work import EMPLOYMENTS
from expectations.tables_raw_assignments import WORKERS
from expectations.tables_raw_codes import LABOUR_SHARES

M = "2026-01"
A, B = "310000205", "310000302"
WINDOW = [f"2025-{n:02}" for n in range(2, 13)] + [M]


def token(text: str) -> str:
    return f"p1_{text:a>26}"


def invoice(number: int, ore: int, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"invoice_id": f"F{number}", "issuer_orgnr": A, "payer_orgnr": B, "kind": "faktura"}
    row |= {"issued_on": date(2025, 6, 1), "amount_ore": ore, "is_labour": True, "source": "x"}
    return row | values


def job(month: str, person: str = "a", orgnr: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "month": month,
        "orgnr": orgnr,
        "person_id": token(person),
        "position_pct": Decimal(100),
    }
    return row | {"relations_n": 1, "is_paid": True, "is_active": True, "is_late": False} | values


OTHERS = [job(month, "z", B) for month in WINDOW]
"""Somebody is reported somewhere in every month."""


def norm(key: str, share: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key_kind": "nace",
        "key_value": key,
        "min_share": Decimal(share),
        "yearly_cost_ore": 70_000_000,
    }
    row |= {"valid_from_on": date(2025, 1, 1), "certainty": "egen_antakelse", "origin": "x"}
    return row | values


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.capacity import transform

    def make(payments: Any, employments: Any = (), norms: Any = None, sent_here: Any = ()) -> Any:
        frame = transform(
            payments=table(PAYMENTS, *payments),
            employments=table(EMPLOYMENTS, *OTHERS, *employments),
            organisations=table(ORGANISATIONS, {"orgnr": A, "nace": "43.310"}),
            labour_norms=raw(LABOUR_SHARES, M, sent("C1", M, list(norms or [norm("43", "0.25")]))),
            assignment_workers=raw(WORKERS, M, sent("W1", M, list(sent_here))),
            month=M,
        )
        return [row for row in rows(frame, CAPACITY) if row["orgnr"] == A]

    return make


def test_credit_notes_and_set_offs_come_off_whatever_their_sign(made: Any) -> None:
    (row,) = made([invoice(1, 900), invoice(2, -200, kind="kreditnota"), invoice(3, 100, kind="motregning")])
    assert (row["labour_sold_ore"], row["invoices_n"], row["labour_bought_ore"]) == (600, 3, 0)
    assert len(row["raw_refs"]) == 4


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ({"issued_on": date(2025, 1, 31)}, False),
        ({"issued_on": date(2025, 2, 1)}, True),
        ({"issued_on": date(2026, 1, 31)}, True),
        ({"issued_on": date(2026, 2, 1)}, False),
        ({"is_labour": False}, False),
        ({"payer_orgnr": A}, False),
    ],
)
def test_labour_of_the_twelve_months_counts(made: Any, values: dict[str, Any], counts: bool) -> None:
    assert bool(made([invoice(1, 900, **values)])) is counts


def test_what_was_bought_is_told_beside_what_was_sold(made: Any) -> None:
    (row,) = made([invoice(1, 900), invoice(2, 300, issuer_orgnr=B, payer_orgnr=A)])
    assert (row["labour_sold_ore"], row["labour_bought_ore"]) == (900, 300)


def test_nobody_reported_is_nobody_declared(made: Any) -> None:
    (row,) = made([invoice(1, 900)])
    assert (row["position_points"], row["workers_n"], row["workers_now_n"]) == (0, 0, 0)


def test_positions_are_added_month_by_month(made: Any) -> None:
    (row,) = made(
        [invoice(1, 900)],
        [
            job("2025-01"),
            *(job(month) for month in WINDOW),
            job(M, "b", position_pct=Decimal("37.5")),
            job("2025-12", "c", position_pct=None),
            job("2025-12", "d", position_pct=Decimal(180)),
            job(M, "e", ended_on=date(2025, 12, 31)),
        ],
    )
    assert row["position_points"] == 120_000 + 3_750 + 10_000 + 10_000
    assert (row["workers_n"], row["workers_now_n"]) == (4, 2)


def test_a_month_without_any_reports_leaves_the_people_unknown(made: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(globals(), "OTHERS", OTHERS[1:])
    (row,) = made([invoice(1, 900)], [job(M)])
    assert (row["position_points"], row["workers_n"], row["workers_now_n"]) == (None, None, 1)


@pytest.mark.parametrize(
    ("norms", "expected"),
    [
        ([norm("43", "0.25")], "43"),
        ([norm("43", "0.25"), norm("43.3", "0.3")], "43.3"),
        ([norm("41", "0.15")], None),
        ([norm("43", "0.25", key_kind="arbeidstype")], None),
        ([norm("43", "0.25", valid_from_on=date(2026, 2, 1))], None),
        ([norm("43", "0.25", valid_to_on=date(2026, 1, 30))], None),
        ([norm("43", "0.25", valid_to_on=date(2026, 1, 31))], "43"),
    ],
)
def test_norm_in_force_with_the_longest_prefix(made: Any, norms: Any, expected: str | None) -> None:
    (row,) = made([invoice(1, 900)], norms=norms)
    assert row["norm_key"] == expected
    assert (row["min_labour_share"] is None) is (expected is None)


def line(number: int, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"line_id": f"L{number}", "assignment_id": "O1", "employer_orgnr": A}
    return row | {"started_on": date(2025, 2, 1), "ended_on": None} | values


@pytest.mark.parametrize(
    ("values", "points", "now"),
    [
        ({}, 120_000, 1),
        ({"started_on": date(2020, 1, 1)}, 120_000, 1),
        ({"ended_on": date(2026, 1, 30)}, 119_671, 0),
        ({"started_on": date(2026, 1, 31)}, 328, 1),
        ({"started_on": date(2026, 2, 1)}, 0, 0),
        ({"ended_on": date(2025, 1, 31), "started_on": date(2025, 1, 1)}, 0, 0),
        ({"employer_orgnr": B}, 0, 0),
    ],
)
def test_people_on_reported_assignments_are_declared(
    made: Any, values: dict[str, Any], points: int, now: int
) -> None:
    (row,) = made([invoice(1, 900)], sent_here=[line(1, **values)])
    assert (row["position_points"], row["workers_now_n"]) == (points, now)
