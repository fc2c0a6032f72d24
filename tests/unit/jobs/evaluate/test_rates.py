"""Shares with their intervals, ratios and overlaps, worked out by hand."""

import pytest

from jobs.evaluate.rates import overlap, rate, rate_of, ratio, summary


@pytest.mark.parametrize(
    ("hits", "n", "value", "low", "high"),
    [
        pytest.param(1, 2, 0.5, 0.094531, 0.905469, id="half of two"),
        pytest.param(8, 10, 0.8, 0.490162, 0.943318, id="eight of ten"),
        pytest.param(0, 10, 0.0, 0.0, 0.277533, id="none"),
        pytest.param(10, 10, 1.0, 0.722467, 1.0, id="all"),
        pytest.param(0, 0, None, None, None, id="of nothing"),
    ],
)
def test_rate(hits: int, n: int, value: float | None, low: float | None, high: float | None) -> None:
    assert rate(hits, n) == {"value": value, "n": n, "hits": hits, "low": low, "high": high}


def test_rate_of_outcomes() -> None:
    assert rate_of([True, False]) == rate(1, 2)
    assert rate_of([]) == rate(0, 0)


def test_ratio_of_shares() -> None:
    # ln 2 ± 1.96 * sqrt(1/10 - 1/100 + 1/5 - 1/100) = 0.693147 ± 1.037115
    assert ratio(10, 100, 5, 100) == {"value": 2.0, "low": 0.708951, "high": 5.642136}
    assert ratio(0, 100, 5, 100) == {"value": 0.0, "low": None, "high": None}
    assert ratio(5, 100, 0, 100) == ratio(5, 0, 5, 100) == {"value": None, "low": None, "high": None}


def test_overlap() -> None:
    assert overlap("abc", "bcd") == 0.5
    assert overlap("a", "b") == 0.0
    assert overlap("", "") is None


def test_summary() -> None:
    assert summary([1, 2, 6]) == {"n": 3, "mean": 3.0, "median": 2.0, "least": 1, "most": 6}
    assert summary([])["median"] is None
