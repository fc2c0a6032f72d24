"""Months below the lowest generally applicable rate: who becomes a row, and what the row holds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_org import ESTABLISHMENTS, ORGANISATIONS
from expectations.tables_core_pay import LOW_PAY, MINIMUM_RATES
from expectations.tables_core_work import EMPLOYMENTS, PAY, PERSON_LINKS
from expectations.tables_raw_residence import PERSONS

M, BEFORE = "2026-01", "2025-12"
A, B, SHOP = "310000205", "310000302", "310000418"
DUE = 24000 * 160
"""What 160 hours make at the rate, in øre."""


def token(text: str) -> str:
    return f"p1_{text:a>26}"


def job(person: str = "b", month: str = M, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month, "orgnr": A, "person_id": token(person), "is_paid": True}
    row |= {"is_active": True, "relations_n": 1, "is_late": False, "occupation_code": "7123103"}
    row |= {"position_pct": Decimal(100), "full_week_h": Decimal("37.5"), "started_on": date(2020, 1, 1)}
    return row | {"employment_kind": "ordinaertArbeidsforhold"} | values


def paid(ore: int, person: str = "b", hours: str | None = "160", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"month": M, "orgnr": A, "person_id": token(person), "ordinary_pay_ore": ore}
    return row | {"paid_hours_h": None if hours is None else Decimal(hours)} | values


def rates(*months: str, **values: Any) -> list[dict[str, Any]]:
    row = {"sector": "bygg", "rate_ore": 24000, "recent_rate_ore": 23000, "certainty": "bekreftet"}
    return [row | {"work_month": month} | values for month in months]


OTHER = job("c"), paid(DUE - 1, "c")
"""A second worker below the rate, without whom there is nothing."""


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.low_pay import transform

    def make(
        jobs: Any,
        pay: Any,
        *,
        listed: Any = None,
        born: Any = (),
        nace: str | None = "43.310",
        shop: Any = (),
    ) -> Any:
        found = transform(
            employments=table(EMPLOYMENTS, OTHER[0], *jobs),
            pay=table(PAY, OTHER[1], *pay),
            minimum_rates=table(MINIMUM_RATES, *(rates(M, BEFORE) if listed is None else listed)),
            organisations=table(ORGANISATIONS, {"orgnr": A, "nace": nace}),
            establishments=table(ESTABLISHMENTS, *shop),
            persons=raw(
                PERSONS, M, sent("P1", M, [{"person_token": token(p), "born_on": d} for p, d in born])
            ),
            person_links=table(PERSON_LINKS),
            month=M,
        )
        return rows(found, LOW_PAY)

    return make


def test_row_holds_pay_and_hours_of_its_month(made: Any) -> None:
    found = made([job(leave_pct=Decimal(20))], [paid(DUE - 1)], born=[("b", date(1980, 1, 1))])
    row = next(r for r in found if r["person_id"] == token("b"))
    assert (row["orgnr"], row["work_month"], row["sector"]) == (A, M, "bygg")
    assert (row["ordinary_pay_ore"], row["paid_hours_h"], row["position_pct"]) == (DUE - 1, 160, 80)
    assert (row["rate_ore"], row["recent_rate_ore"], row["rated_months_n"]) == (24000, 23000, 2)
    assert (row["occupation_group"], row["age_group"], row["full_week_h"]) == ("7", "adult", Decimal("37.5"))
    assert row["later_pay_ore"] is None
    assert row["raw_refs"]


@pytest.mark.parametrize(
    ("jobs", "pay", "is_there"),
    [
        ([job()], [paid(DUE - 1)], True),
        ([job()], [paid(DUE)], False),
        ([job()], [paid(0)], False),
        ([job()], [], False),
        ([job()], [paid(24000 * 1625 // 10 - 1, hours=None)], True),
        ([job()], [paid(24000 * 1625 // 10, hours=None)], False),
        ([job(leave_pct=Decimal(50))], [paid(24000 * 1625 // 20 - 1, hours=None)], True),
        ([job(leave_pct=Decimal(50))], [paid(24000 * 1625 // 20, hours=None)], False),
        ([job(leave_pct=Decimal(100))], [paid(1, hours=None)], False),
        ([job(started_on=date(2026, 1, 2))], [paid(100, hours=None)], False),
        ([job(ended_on=date(2026, 1, 30))], [paid(100, hours=None)], False),
        ([job(ended_on=date(2026, 1, 31))], [paid(100, hours=None)], True),
        ([job(started_on=date(2026, 1, 2))], [paid(DUE - 1)], True),
        ([job(position_pct=None)], [paid(10**9, hours=None)], True),
        ([job(full_week_h=None)], [paid(10**9, hours=None)], True),
        ([job(is_active=False)], [paid(DUE - 1)], False),
        ([job(employment_kind="frilanserOppdragstakerHonorarPersonerMm")], [paid(DUE - 1)], False),
        ([job(orgnr=B)], [paid(DUE - 1, orgnr=B)], False),
    ],
)
def test_who_is_below_the_rate_or_unknown(made: Any, jobs: Any, pay: Any, is_there: bool) -> None:
    people = {row["person_id"] for row in made(jobs, pay)}
    # The other worker alone makes no row either: one is too few.
    assert people == ({token("b"), token("c")} if is_there else set())


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({"nace": "43.220"}, False),
        ({"nace": None}, False),
        ({"listed": rates(M, rate_ore=None)}, False),
        ({"listed": rates(BEFORE)}, False),
        ({"nace": "62.010", "shop": [{"establishment_orgnr": SHOP, "nace": "41.200"}]}, True),
        ({"shop": [{"establishment_orgnr": SHOP, "nace": "47.520"}]}, False),
        ({"shop": [{"establishment_orgnr": SHOP, "nace": None}]}, True),
    ],
)
def test_trade_is_that_of_the_establishment(made: Any, values: Any, is_there: bool) -> None:
    jobs = [job(p, establishment_orgnr=SHOP) for p in "bd"]
    found = made(jobs, [paid(DUE - 1, p) for p in "bd"], **values)
    assert {token("b"), token("d")} <= {row["person_id"] for row in found} or not is_there
    assert is_there or token("b") not in {row["person_id"] for row in found}


@pytest.mark.parametrize(
    ("born", "group"),
    [
        (date(2008, 2, 1), None),
        (date(2008, 1, 31), "young"),
        (date(1999, 2, 1), "young"),
        (date(1999, 1, 31), "adult"),
    ],
)
def test_minors_are_left_out_and_the_young_marked(made: Any, born: date, group: str | None) -> None:
    found = made([job(), job("d")], [paid(1), paid(1, "d")], born=[("b", born)])
    groups = {row["person_id"]: row["age_group"] for row in found}
    assert groups.get(token("b"), "left out") == (group or "left out")
    assert groups[token("d")] is None


def test_what_a_later_month_paid_for_it_stands_beside_it(made: Any) -> None:
    later = {
        "earlier_pay_ore": 700,
        "earlier_from_on": date(2025, 12, 1),
        "earlier_to_on": date(2025, 12, 31),
    }
    found = made([job(month=BEFORE), job()], [paid(1, month=BEFORE), paid(DUE, **later)])
    (row,) = [r for r in found if r["person_id"] == token("b")]
    assert (row["work_month"], row["later_pay_ore"], row["later_paid_on"]) == (BEFORE, 700, date(2026, 1, 31))
    assert (row["later_from_on"], row["later_to_on"]) == (date(2025, 12, 1), date(2025, 12, 31))


def test_rates_from_a_second_hand_are_not_confirmed_months(made: Any) -> None:
    found = made([job()], [paid(1)], listed=[*rates(M, certainty="sekundaer"), *rates(BEFORE)])
    assert {(row["certainty"], row["rated_months_n"]) for row in found} == {("sekundaer", 1)}
