from datetime import date
from typing import Any

import pytest

from expectations.tables_raw_brreg import UNITS
from jobs.core.visible import RawInput, delivery_table, period_end, period_start, usable

NOW = RawInput(dataset=UNITS)


def ids(sent_deliveries: Any, raw_input: Any = NOW, month: Any = "2026-01") -> Any:
    return [ref.delivery_id for ref in usable([d.ref(UNITS) for d in sent_deliveries], raw_input, month)]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        pytest.param("2024", date(2024, 1, 1), date(2024, 12, 31), id="year"),
        pytest.param("2024-02", date(2024, 2, 1), date(2024, 2, 29), id="month"),
        pytest.param("2024-02-03", date(2024, 2, 3), date(2024, 2, 3), id="day"),
    ],
)
def test_period(period: Any, start: Any, end: Any) -> None:
    assert (period_start(period), period_end(period)) == (start, end)


def test_order_is_by_period_then_known_then_id(sent: Any) -> None:
    found = ids(
        [
            sent("D4", "2026-01-10", kind="delta", at="2026-01-11T00:00:00"),
            sent("D3", "2026-01-10", kind="delta", at="2026-01-12T00:00:00"),
            sent("D1", "2026-01-09", kind="delta", at="2026-02-01T00:00:00"),
            sent("D5", "2026-01-10", kind="delta", at="2026-01-12T00:00:00"),
        ]
    )
    assert found == ["D1", "D4", "D3", "D5"]


@pytest.mark.parametrize(
    ("period", "kept"),
    [
        pytest.param("2026-01-31", ["D1"], id="last day of the month"),
        pytest.param("2026-02-01", [], id="day after"),
    ],
)
def test_only_periods_that_have_begun(sent: Any, period: Any, kept: Any) -> None:
    assert ids([sent("D1", period)]) == kept


def test_superseded_delivery_is_left_out(sent: Any) -> None:
    found = ids(
        [sent("D1", "2026-01", at="2026-02-01T00:00:00"), sent("D2", "2026-01", supersedes="D1")],
    )
    assert found == ["D2"]


def test_nothing_before_the_last_full_register_is_read(sent: Any) -> None:
    register = [{"orgnr": "310000205"}]
    deliveries = [
        sent("D1", "2025-06-30", register, kind="snapshot"),
        sent("D2", "2025-08-01", register, kind="delta"),
        sent("D3", "2025-12-31", register, kind="snapshot"),
        sent("D4", "2026-01-20", register, kind="delta"),
    ]
    assert ids(deliveries) == ["D3", "D4"]
    assert ids(deliveries, RawInput(dataset=UNITS, history_months=3)) == ["D1", "D2", "D3", "D4"]
    assert ids(deliveries, RawInput(dataset=UNITS, history_months=None)) == ["D1", "D2", "D3", "D4"]


def test_monthly_reports_of_a_window(sent: Any) -> None:
    deliveries = [sent(f"D{n}", f"2025-{n:02d}") for n in range(10, 13)] + [sent("D1", "2026-01")]
    assert ids(deliveries, RawInput(dataset=UNITS, last_months=1)) == ["D1"]
    assert ids(deliveries, RawInput(dataset=UNITS, last_months=3)) == ["D11", "D12", "D1"]


def test_year_end_content_counts_from_the_year_end(sent: Any) -> None:
    deliveries = [sent("D1", "2024", kind="snapshot"), sent("D2", "2025", kind="snapshot")]
    at_end = RawInput(dataset=UNITS, holds_at_end=True, history_months=None)
    assert ids(deliveries, at_end, "2025-11") == ["D1"]
    assert ids(deliveries, at_end, "2025-12") == ["D1", "D2"]


def test_next_full_register_closes_what_came_before(sent: Any) -> None:
    some = [{"orgnr": "310000205"}]
    deliveries = [
        sent("D1", "2025-11-30", some, kind="snapshot"),
        sent("D2", "2025-12-05", some, kind="delta"),
        sent("D3", "2025-12-31", some, kind="snapshot"),
        sent("D4", "2026-01-31", some, kind="snapshot", complete=False),
    ]
    refs = usable([d.ref(UNITS) for d in deliveries], RawInput(dataset=UNITS, history_months=None), "2026-01")
    told = {row["delivery_id"]: row["gone_on"] for row in delivery_table(refs).to_pylist()}
    assert told == {"D1": date(2025, 12, 31), "D2": date(2025, 12, 31), "D3": None, "D4": None}
