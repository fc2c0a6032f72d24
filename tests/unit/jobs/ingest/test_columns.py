"""Whole columns say the same as one value after the other."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.dataset import DAY, HOURS, INSTANT, TEXT, TEXTS, WHOLE, YES_NO, Column
from jobs.ingest.columns import _one_by_one, column_of
from jobs.ingest.values import converter

STEADY = settings(deadline=None, derandomize=True, max_examples=60)
WORDS = st.sampled_from(
    ["", "a", "Å", "A\u030a", "x\u200by", "\u200b", "tab\t", "\x7f", "310000205", "12858831081"]
)
KINDS: dict[str, tuple[Column, Any]] = {
    "text": (Column(name="a", type=TEXT, description="d"), WORDS | st.integers(0, 3) | st.just({"b": 1})),
    "orgnr": (Column(name="a", type=TEXT, description="d", identifier="orgnr"), WORDS),
    "fnr": (Column(name="a", type=TEXT, description="d", identifier="fnr"), WORDS),
    "texts": (Column(name="a", type=TEXTS, description="d"), st.lists(WORDS | st.integers(0, 3), max_size=3)),
    "whole": (
        Column(name="a", type=WHOLE, description="d"),
        st.integers(-(2**63), 2**64) | st.sampled_from([1.0, 1.5, -0.0, float("inf")]),
    ),
    "ore": (
        Column(name="a_ore", type=WHOLE, description="d"),
        st.integers(-3, 3)
        | st.sampled_from(
            [0.1, 0.29, 1.005, 1e13, 1e13 + 1, 10**13, 10**13 + 1, 2**60, -0.0, 1234.56, 8.165]
        ),
    ),
    "yes_no": (Column(name="a", type=YES_NO, description="d"), st.booleans()),
    "day": (
        Column(name="a", type=DAY, description="d"),
        st.sampled_from(["2025-01-02", "2025-02-29", "0000-01-01", "20250102", "9999-12-31", "0001-01-01"]),
    ),
    "instant": (
        Column(name="a", type=INSTANT, description="d"),
        st.sampled_from(["2025-01-02T03:04:05Z", "2025-01-02T03:04:05.1234567", "24.05.2025 12:00:00", "x"]),
    ),
    "hours": (
        Column(name="a", type=HOURS, description="d"),
        st.sampled_from([37.5, 37, 0.005, 0.015, -0.0, 0, 1e9, 2**53 + 1, 100.0, 100]),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_at_once_is_the_column_value_by_value(kind: str) -> None:
    column, values = KINDS[kind]

    @STEADY
    @given(st.lists(st.none() | values, max_size=6))
    def same(given_values: list[Any]) -> None:
        made, failures = column_of(column)(given_values)
        slow, wrong = _one_by_one(given_values, converter(column), column.type)
        assert made.type == column.type
        assert made.equals(slow)
        assert {n: p.code for n, p in failures.items()} == {n: p.code for n, p in wrong.items()}

    same()


def test_a_value_of_another_type_is_named_and_the_rest_stays() -> None:
    made, failures = column_of(Column(name="a", type=DAY, description="d"))(["2025-01-02", ["x"], None])
    assert made.is_valid().to_pylist() == [True, False, False]
    assert {place: problem.code for place, problem in failures.items()} == {1: "wrong_type"}


def test_no_values_are_an_empty_column() -> None:
    for column, _ in KINDS.values():
        assert column_of(column)([])[0].equals(pa.array([], column.type))
