"""Statements of accounts, one row per organisation and year."""

from datetime import UTC, datetime
from typing import Any

import pytest

from expectations.tables_core_tax import ACCOUNTS
from expectations.tables_raw_tax_answers import (
    ACCOUNT_ANSWERS,
    ACCOUNT_ASSETS,
    ACCOUNT_COSTS,
    ACCOUNT_INCOMES,
)

M = "2026-01"
ORG = "310000205"


def answer(year: str = "2024", status: str = "data", record: int = 1) -> dict[str, Any]:
    at = datetime(2025, 9, 12, 5, tzinfo=UTC)
    return {
        "record_no": record,
        "orgnr": ORG,
        "answer_status": status,
        "answered_at": at,
        "income_year": year,
    }


def line(no: int, account: str, ore: int, year: str = "2024") -> dict[str, Any]:
    row = {"record_no": 1, "item_no": no, "orgnr": ORG, "income_year": year}
    return row | {"line_id": str(no), "account": account, "amount_ore": ore}


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any) -> Any:
    from jobs.core.accounts import transform

    def make(answers: Any, incomes: Any = (), costs: Any = (), assets: Any = (), later: Any = ()) -> Any:
        more = [sent("D2", "2025-12", list(later))] if later else []
        frames = {
            "account_answers": raw(ACCOUNT_ANSWERS, M, sent("D1", "2025-08", list(answers)), *more),
            "account_incomes": raw(ACCOUNT_INCOMES, M, sent("D1", "2025-08", list(incomes))),
            "account_costs": raw(ACCOUNT_COSTS, M, sent("D1", "2025-08", list(costs))),
            "account_assets": raw(ACCOUNT_ASSETS, M, sent("D1", "2025-08", list(assets))),
        }
        return rows(transform(**frames, month=M), ACCOUNTS)

    return make


def test_lines_are_added_up_by_account(made: Any) -> None:
    (row,) = made(
        [answer()],
        incomes=[line(0, "3000", 900), line(1, "3100", 100)],
        costs=[line(0, "4500", 300), line(1, "4500", 50), line(2, "5000", 200), line(3, "7770", 5)],
        assets=[line(0, "1200", 70)],
    )
    shown = ("turnover_ore", "costs_ore", "bought_services_ore", "pay_ore", "fixed_assets_ore", "rent_ore")
    assert [row[name] for name in shown] == [1000, 555, 350, 200, 70, None]
    assert len(row["raw_refs"]) == 8


def test_statement_without_a_kind_of_line_has_it_missing_not_zero(made: Any) -> None:
    (row,) = made([answer()], incomes=[line(0, "3000", 900)])
    assert (row["turnover_ore"], row["costs_ore"], row["fixed_assets_ore"]) == (900, None, None)


@pytest.mark.parametrize("status", ["ingenData", "avslag"])
def test_no_statement_is_no_row(made: Any, status: str) -> None:
    assert made([answer(status=status)]) == []
    assert made([answer()], incomes=[line(0, "3000", 9)], later=[answer(status=status)]) == []


def test_each_year_stands_by_itself(made: Any) -> None:
    assert [r["income_year"] for r in made([answer(), answer("2023", record=2)])] == ["2023", "2024"]
