"""Months in which several employers together reported much work for one person."""

from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_load import WORK_MONTHS
from expectations.tables_core_work import EMPLOYMENTS, PAY

M = "2026-01"
A, B, C = "310000205", "310000302", "310000418"
LAST = ("2025-11", "2025-12", "2026-01")


def job(
    month: str, orgnr: str, person: str = "anna", pct: str | None = "80", **values: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month, "orgnr": orgnr, "person_id": person, "is_paid": True}
    row |= {"is_active": True, "relations_n": 1, "is_late": False}
    row |= {"position_pct": None if pct is None else Decimal(pct)}
    return row | values


def paid(month: str, orgnr: str, hours: str | None = None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month, "orgnr": orgnr, "person_id": "anna"}
    return row | {"paid_hours_h": None if hours is None else Decimal(hours)} | values


@pytest.fixture
def made(table: Any, rows: Any) -> Any:
    from jobs.core.work_months import transform

    def make(jobs: list[dict[str, Any]], pay: Any = ()) -> Any:
        frames = {"employments": table(EMPLOYMENTS, *jobs), "pay": table(PAY, *pay)}
        return rows(transform(**frames, month=M), WORK_MONTHS)

    return make


def test_rows_hold_what_was_reported_and_paid(made: Any) -> None:
    jobs = [job(m, o, full_week_h=Decimal("37.5"), leave_pct=Decimal(5)) for m in LAST for o in (A, B)]
    found = made([*jobs, job(M, A, "bo")], [paid(M, A, "130", fixed_pay_ore=7)])
    assert len(found) == 6
    (row,) = [r for r in found if (r["orgnr"], r["work_month"]) == (A, M)]
    assert (row["position_pct"], row["leave_pct"], row["full_week_h"]) == (80, 5, Decimal("37.5"))
    assert (row["paid_hours_h"], row["fixed_pay_ore"], row["staff_n"]) == (130, 7, 2)
    assert {r["staff_n"] for r in found if r is not row} == {1}


@pytest.mark.parametrize(
    ("jobs", "is_there"),
    [
        ([job(m, o, pct="75") for m in LAST for o in (A, B)], True),
        ([job(m, o, pct="74") for m in LAST for o in (A, B)], False),
        ([job(m, o, pct="50") for m in LAST for o in (A, B, C)], True),
        ([job(m, o) for m in LAST[1:] for o in (A, B)], False),
        ([job(m, o) for m in ("2025-08", "2025-10", "2026-01") for o in (A, B)], True),
        ([job(m, o) for m in ("2025-07", "2025-10", "2026-01") for o in (A, B)], False),
        ([job(m, o, is_active=o == A) for m in LAST for o in (A, B)], False),
        ([job(m, A, pct="200") for m in LAST], False),
    ],
)
def test_candidates_have_much_work_for_several_in_three_of_six_months(
    made: Any, jobs: list[dict[str, Any]], is_there: bool
) -> None:
    assert bool(made(jobs)) is is_there


@pytest.mark.parametrize(("hours", "is_there"), [("81.25", True), ("81", False)])
def test_hours_stand_for_a_position_that_is_not_given(made: Any, hours: str, is_there: bool) -> None:
    jobs = [job(m, o, pct="100" if o == A else None) for m in LAST for o in (A, B)]
    assert bool(made(jobs, [paid(m, B, hours) for m in LAST])) is is_there
