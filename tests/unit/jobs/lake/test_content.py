from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.lake.content import content_hash

STRUCT = pa.struct([("a", pa.string()), ("b", pa.int64())])
SCHEMA = pa.schema(
    [
        ("t", pa.string()),
        ("n", pa.int64()),
        ("b", pa.bool_()),
        ("d", pa.date32()),
        ("s", pa.decimal128(9, 6)),
        ("l", pa.list_(pa.string())),
        ("m", pa.map_(pa.string(), pa.string())),
        ("r", STRUCT),
        ("rl", pa.list_(STRUCT)),
    ]
)
STEADY = settings(
    deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
TEXT = st.none() | st.text("aæ\0", max_size=3)
RECORD = st.none() | st.fixed_dictionaries({"a": TEXT, "b": st.none() | st.integers(-5, 5)})
ROW = st.fixed_dictionaries(
    {
        "t": TEXT,
        "n": st.none() | st.integers(-5, 5),
        "b": st.none() | st.booleans(),
        "d": st.none() | st.sampled_from([date(1960, 1, 1), date(1970, 1, 1), date(2030, 1, 1)]),
        "s": st.none() | st.sampled_from([Decimal("0.5"), Decimal("-1"), Decimal(0)]),
        "l": st.none() | st.lists(TEXT, max_size=3),
        "m": st.none() | st.lists(st.tuples(st.text("kl", max_size=2), TEXT), max_size=2),
        "r": RECORD,
        "rl": st.none() | st.lists(RECORD, max_size=2),
    }
)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@STEADY
@given(st.lists(ROW, max_size=12), st.integers(0, 12))
def test_memory_layout_leaves_no_trace(rows: list[dict[str, Any]], cut: int) -> None:
    whole = table(rows)
    noise = table(
        [{"t": "noise", "n": 9, "b": True, "l": ["x", "y"], "m": [("a", "b")], "r": {"a": "z", "b": 3}}]
    )
    sliced = pa.concat_tables([noise, whole, noise]).combine_chunks().slice(1, whole.num_rows)
    chunked = pa.concat_tables([table(rows[:cut]), table(rows[cut:])])
    assert content_hash(whole) == content_hash(sliced) == content_hash(chunked)


@STEADY
@given(st.lists(ROW, max_size=6), st.lists(ROW, max_size=6))
def test_equal_hash_means_equal_rows(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> None:
    assert (content_hash(table(a)) == content_hash(table(b))) is (
        table(a).to_pylist() == table(b).to_pylist()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([{"n": None}], [{"n": 0}], id="missing is not zero"),
        pytest.param([{"t": None}], [{"t": ""}], id="missing is not empty"),
        pytest.param([{"b": None}], [{"b": False}], id="missing is not false"),
        pytest.param([{"l": None}], [{"l": []}], id="no list is not an empty list"),
        pytest.param([{"l": ["a", "b"]}], [{"l": ["ab"]}], id="items keep their bounds"),
        pytest.param([{"t": "ab"}, {"t": "c"}], [{"t": "a"}, {"t": "bc"}], id="rows keep their bounds"),
        pytest.param([{"r": None}], [{"r": {"a": None, "b": None}}], id="no record is not an empty record"),
        pytest.param([], [{}], id="no row is not an empty row"),
    ],
)
def test_what_differs_hashes_differently(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    assert content_hash(table(one)) != content_hash(table(other))


def test_name_and_type_of_a_column_count() -> None:
    hashes = {
        content_hash(pa.table({"a": pa.array([1], pa.int64())})),
        content_hash(pa.table({"b": pa.array([1], pa.int64())})),
        content_hash(pa.table({"a": pa.array([1], pa.decimal128(9, 6))})),
    }
    assert len(hashes) == 3


def test_names_inside_a_list_type_do_not_count(rows: Callable[..., pa.Table]) -> None:
    item, element = (pa.list_(pa.field(name, pa.string())) for name in ("item", "element"))
    assert content_hash(pa.table({"a": pa.array([["x"]], item)})) == content_hash(
        pa.table({"a": pa.array([["x"]], element)})
    )
