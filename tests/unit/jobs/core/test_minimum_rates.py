"""Lowest lawful pay by trade and month, from the code list."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_pay import MINIMUM_RATES
from expectations.tables_raw_codes import MINIMUM_WAGES
from jobs.core.minimum_rates import sector_of

M = "2025-09"


def rate(first: str, last: str | None, ore: int, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"sector": "bygg", "category": "ufaglaert_uten_erfaring", "hourly_rate_ore": ore}
    row |= {"valid_from_on": date.fromisoformat(first), "certainty": "bekreftet", "origin": "o"}
    row |= {"valid_to_on": None if last is None else date.fromisoformat(last)}
    return row | values


@pytest.fixture
def made(raw: Any, sent: Any, rows: Any) -> Any:
    from jobs.core.minimum_rates import transform

    def make(*rates: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
        listed = raw(MINIMUM_WAGES, M, sent("C1", M, list(rates)))
        found = rows(transform(minimum_wages=listed, month=M), MINIMUM_RATES)
        return {(row["sector"], row["work_month"]): row for row in found}

    return make


OLD, NEW = rate("2024-11-01", "2025-06-14", 22690), rate("2025-06-15", None, 23961)


def test_every_trade_and_month_has_a_row_and_without_a_rate_it_is_missing(made: Any) -> None:
    found = made(OLD, NEW)
    assert len(found) == 9 * 6
    row = found["renhold", M]
    assert (row["rate_ore"], row["recent_rate_ore"], row["certainty"]) == (None, None, None)


@pytest.mark.parametrize(
    ("at", "lowest", "recent"),
    [
        ("2025-09", 23961, 22690),
        ("2025-07", 23961, 22690),
        ("2025-06", 22690, 22690),
        ("2025-04", 22690, 22690),
    ],
)
def test_the_lower_rate_holds_in_the_month_of_a_change(made: Any, at: str, lowest: int, recent: int) -> None:
    row = made(OLD, NEW)["bygg", at]
    assert (row["rate_ore"], row["recent_rate_ore"]) == (lowest, recent)


def test_a_month_with_a_gap_has_no_rate(made: Any) -> None:
    found = made(rate("2024-11-01", "2025-06-13", 22690), NEW)
    assert found["bygg", "2025-06"]["rate_ore"] is None
    assert (found["bygg", "2025-09"]["rate_ore"], found["bygg", "2025-09"]["recent_rate_ore"]) == (
        23961,
        None,
    )


def test_only_the_lowest_category_of_adults_counts_and_the_least_sure_rate_is_told(made: Any) -> None:
    young = rate("2024-11-01", None, 15383, category="under_18")
    found = made(OLD | {"certainty": "sekundaer"}, NEW, young)
    assert found["bygg", "2025-09"]["rate_ore"] == 23961
    assert found["bygg", "2025-09"]["certainty"] == "sekundaer"


@pytest.mark.parametrize(
    ("nace", "sector"),
    [
        ("41.200", "bygg"),
        ("43.320", "bygg"),
        ("43.210", "elektro"),
        ("43.220", None),
        ("42.110", None),
        ("81.210", "renhold"),
        ("81.300", None),
        ("30.110", "skips_og_verft"),
        ("62.010", None),
        (None, None),
        ("", None),
    ],
)
def test_trade_is_read_from_the_activity_code(nace: str | None, sector: str | None) -> None:
    assert sector_of(nace) == sector
