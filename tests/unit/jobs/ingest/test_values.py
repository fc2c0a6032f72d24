from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.ingest.values import (
    NotConvertible,
    array,
    day,
    fixed_point,
    instant,
    ore,
    text,
    texts,
    whole,
    yes_no,
)


@pytest.mark.parametrize(
    ("kroner", "expected"),
    [(0, 0), (42000, 4200000), (28384.8, 2838480), (-9000, -900000), (0.01, 1), (-0.29, -29), (1.15, 115)],
)
def test_kroner_become_ore_exactly(kroner: float, expected: int) -> None:
    assert ore(kroner) == expected


@given(st.integers(-(10**12), 10**12))
def test_every_amount_with_two_decimals_survives(hundredths: int) -> None:
    written = float(f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}")
    assert ore(written) == hundredths


@pytest.mark.parametrize("kroner", [0.001, 1.005, 28384.805, -0.009])
def test_a_third_decimal_is_refused(kroner: float) -> None:
    with pytest.raises(NotConvertible) as told:
        ore(kroner)
    assert told.value.code == "too_many_decimals"


@pytest.mark.parametrize("kroner", [10**13 + 1, 1e14, -1e14])
def test_an_amount_beyond_what_is_exact_is_refused(kroner: float) -> None:
    with pytest.raises(NotConvertible, match="larger than any") as told:
        ore(kroner)
    assert told.value.code == "out_of_range"


def test_the_largest_exact_amount_goes_in() -> None:
    assert ore(10**13) == 10**15


def test_missing_stays_missing_everywhere() -> None:
    for convert in (ore, whole, text, texts, yes_no, day, instant, fixed_point(9, 2)):
        assert convert(None) is None


def test_whole_numbers() -> None:
    assert whole(3.0) == 3
    assert whole(2**63 - 1) == 2**63 - 1
    with pytest.raises(NotConvertible, match="whole number"):
        whole(3.5)
    with pytest.raises(NotConvertible, match="64 bits"):
        whole(2**63)


def test_text_is_composed_and_objects_are_json() -> None:
    assert text("A\u030as") == "Ås"
    assert text(12) == "12"
    assert text({"b": 1, "a": [None]}) == '{"a":[null],"b":1}'
    assert texts(["a", "", None]) == ["a"]
    assert texts([]) == []


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        pytest.param("2026-01-15T12:00:00Z", datetime(2026, 1, 15, 12, tzinfo=UTC), id="UTC"),
        pytest.param(
            "2026-01-15T12:00:00", datetime(2026, 1, 15, 11, tzinfo=UTC), id="no zone is Oslo, winter"
        ),
        pytest.param(
            "2026-07-15T12:00:00", datetime(2026, 7, 15, 10, tzinfo=UTC), id="no zone is Oslo, summer"
        ),
        pytest.param("2026-01-15T12:00:00+02:00", datetime(2026, 1, 15, 10, tzinfo=UTC), id="another zone"),
        pytest.param(
            "2025-10-26T02:30:00", datetime(2025, 10, 26, 0, 30, tzinfo=UTC), id="first of two hours"
        ),
        pytest.param(
            "2026-02-12T06:00:00.1234567Z", datetime(2026, 2, 12, 6, 0, 0, 123456, UTC), id="seven decimals"
        ),
        pytest.param("29.03.2023 22:05:36.367", datetime(2023, 3, 29, 20, 5, 36, 367000, UTC), id="cadastre"),
        pytest.param(
            "12.06.2025 09:03:43", datetime(2025, 6, 12, 7, 3, 43, tzinfo=UTC), id="cadastre, no fraction"
        ),
    ],
)
def test_instants_are_utc(given_text: str, expected: datetime) -> None:
    assert instant(given_text) == expected


@pytest.mark.parametrize("wrong", ["31.02.2023 22:05:36", "2026-02-30T00:00:00Z", "tomorrow"])
def test_an_impossible_instant_is_refused(wrong: str) -> None:
    with pytest.raises(NotConvertible) as told:
        instant(wrong)
    assert told.value.code == "impossible_date"


def test_days() -> None:
    assert day("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(NotConvertible, match="no such date"):
        day("2025-02-29")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (37.5, "37.50"),
        (150, "150.00"),
        (0.005, "0.00"),
        (0.015, "0.02"),
        (-1.25, "-1.25"),
        (9999999.99, "9999999.99"),
    ],
)
def test_fixed_point_numbers(value: float, expected: str) -> None:
    kind = pa.decimal128(9, 2)
    made = array([fixed_point(9, 2)(value), None], kind)
    assert made.type == kind
    assert made.to_pylist() == [Decimal(expected), None]


@pytest.mark.parametrize("value", [10**7, -(10**7), 9999999.999])
def test_a_number_too_large_for_its_column_is_refused(value: float) -> None:
    with pytest.raises(NotConvertible) as told:
        fixed_point(9, 2)(value)
    assert told.value.code == "out_of_range"


@given(st.lists(st.one_of(st.none(), st.integers(-(10**8), 10**8)), max_size=20))
def test_fixed_point_columns_equal_those_made_of_decimals(hundredths: list[int | None]) -> None:
    kind = pa.decimal128(12, 2)
    slow: list[Any] = [None if n is None else Decimal(n).scaleb(-2) for n in hundredths]
    assert array(hundredths, kind).to_pylist() == pa.array(slow, kind).to_pylist()
