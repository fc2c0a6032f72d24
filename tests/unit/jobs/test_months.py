"""Months, windows and the default as_of."""

from datetime import UTC, date, datetime

import pytest

from expectations.errors import UsageError
from jobs import months

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_window_is_the_month_and_the_twelve_before_it() -> None:
    found = months.window("2026-01")
    assert (len(found), found[0], found[-1]) == (13, "2025-01", "2026-01")


def test_default_as_of_is_midnight_in_oslo_in_winter_and_summer() -> None:
    assert months.default_as_of("2026-01") == datetime(2026, 2, 14, 23, tzinfo=UTC)
    assert months.default_as_of("2026-06") == datetime(2026, 7, 14, 22, tzinfo=UTC)


@pytest.mark.parametrize(("month", "end"), [("2024-02", date(2024, 2, 29)), ("2025-12", date(2025, 12, 31))])
def test_last_day(month: str, end: date) -> None:
    assert months.last_day(month) == end


def test_as_of_in_the_future_is_refused_and_now_is_not() -> None:
    assert months.parse_as_of("2026-03-01T00:00:00Z", "2026-01", NOW) == NOW
    with pytest.raises(UsageError, match="future"):
        months.parse_as_of("2026-03-01T00:00:01Z", "2026-01", NOW)
    with pytest.raises(UsageError, match="future"):
        months.parse_as_of(None, "2026-02", NOW)


def test_as_of_without_a_zone_is_oslo() -> None:
    assert months.parse_as_of("2026-02-15", "2026-01", NOW) == months.default_as_of("2026-01")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-01", "2026-01-01", ""])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM"):
        months.checked(month)


def test_between_crosses_years_and_refuses_the_wrong_order() -> None:
    assert months.between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    with pytest.raises(UsageError, match="before"):
        months.between("2026-02", "2026-01")
