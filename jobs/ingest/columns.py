"""Turns the values of a column of many records into Arrow at once.

Says the same as converting one value after the other (`values`), which it falls back on for a column that
holds anything unusual: there it finds out which values are wrong.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import DAY, INSTANT, TEXT, TEXTS, WHOLE, YES_NO, Column
from jobs.ingest.values import (
    Convert,
    NotConvertible,
    array,
    converter,
    day,
    fixed_point,
    instant,
    length_of,
    seen,
)

Values = Sequence[Any]
Failures = dict[int, NotConvertible]
"""What is wrong with values, by their place."""

_LARGEST_EXACT = 1e13
_LEAST_WHOLE = -(2**63) + 1
_SLOW = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)
"""What Arrow says of values that are not all of the usual type."""


class _Unusual(ValueError):
    """A column that has to be looked at value by value."""


def column_of(column: Column) -> Callable[[Values], tuple[pa.Array, Failures]]:
    """A function from source values to a declared column and what is wrong with some of them.

    Args:
        column: Declaration of the column.
    """
    slow, fast = converter(column), _fast(column)

    def convert(values: Values) -> tuple[pa.Array, Failures]:
        try:
            return fast(values), {}
        except _SLOW:
            return _one_by_one(values, slow, column.type)

    return convert


def _one_by_one(values: Values, convert: Convert, type_: pa.DataType) -> tuple[pa.Array, Failures]:
    made: list[Any] = []
    failures: Failures = {}
    for place, value in enumerate(values):
        try:
            made.append(None if value is None else convert(value))
        except NotConvertible as problem:
            failures[place] = problem
            made.append(None)
        except (TypeError, AttributeError):
            failures[place] = NotConvertible("wrong_type", "another type is expected")
            made.append(None)
    return array(made, type_), failures


def _fast(column: Column) -> Callable[[Values], pa.Array]:
    if length := length_of(column):
        return lambda values: _of_length(values, length)
    if column.name.endswith("_ore"):
        return _ore
    simple: dict[pa.DataType, Callable[[Values], pa.Array]] = {
        TEXT: _texts,
        TEXTS: _lists,
        WHOLE: _whole,
        YES_NO: lambda values: pa.array(values, YES_NO),
        DAY: lambda values: _by_distinct(pa.array(values, TEXT), day, DAY),
        INSTANT: lambda values: _by_distinct(pa.array(values, TEXT), instant, INSTANT),
    }
    if column.type in simple:
        return simple[column.type]
    point = fixed_point(column.type.precision, column.type.scale)
    return lambda values: _by_distinct(pa.array(values, pa.float64()), point, column.type)


def _texts(values: Values) -> pa.Array:
    found = pa.array(values, TEXT)
    changed = {place: seen(values[place]) for place in _unusual_places(found)}
    if not all(changed.values()):
        raise _Unusual
    if all(values[place] == text for place, text in changed.items()):
        return found
    return pa.array([changed.get(place, value) for place, value in enumerate(values)], TEXT)


def _lists(values: Values) -> pa.Array:
    found = pa.array(values, TEXTS)
    items = found.flatten()
    if items.null_count or pc.any(pc.equal(items, "")).as_py():
        raise _Unusual
    places = _unusual_places(items)
    if places and any(seen(text) != text for text in items.take(pa.array(places)).to_pylist()):
        raise _Unusual
    return found


def _unusual_places(found: pa.Array) -> list[int]:
    """Texts that are not all printable ASCII: only they can look different from what they are."""
    _, offsets, data = found.buffers()
    if data is None or not len(found):
        return []
    bounds = np.frombuffer(offsets, np.int32)[found.offset : found.offset + len(found) + 1]
    content = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    # Wraps around below the blank.
    odd = np.flatnonzero((content - np.uint8(0x20)) > 0x7E - 0x20)
    if not len(odd):
        return []
    places: list[int] = np.unique(np.searchsorted(bounds, odd + bounds[0], side="right") - 1).tolist()
    return places


def _of_length(values: Values, length: int) -> pa.Array:
    found = pa.array(values, TEXT)
    fits = pc.equal(pc.utf8_length(found), length)
    return found if pc.all(fits).as_py() else pc.if_else(fits, found, pa.scalar(None, TEXT))


def _whole(values: Values) -> pa.Array:
    if not set(map(type, values)) <= {int, type(None)}:
        raise _Unusual
    found = pa.array(values, WHOLE)
    if (pc.min(found).as_py() or 0) < _LEAST_WHOLE:
        raise _Unusual
    return found


def _ore(values: Values) -> pa.Array:
    """Kroner of up to 10^13 with two decimals are exact as binary numbers: whole columns can be tried."""
    if not set(map(type, values)) <= {int, float, type(None)}:
        raise _Unusual
    given = pa.array(values, pa.float64())
    kroner = given.fill_null(0).to_numpy(zero_copy_only=False)
    rounded: npt.NDArray[np.float64] = np.rint(kroner * 100)
    if not ((np.abs(kroner) <= _LARGEST_EXACT) & (rounded / 100 == kroner)).all():
        raise _Unusual
    return pa.array(rounded.astype(np.int64), WHOLE, mask=given.is_null().to_numpy(zero_copy_only=False))


def _by_distinct(found: pa.Array, convert: Convert, type_: pa.DataType) -> pa.Array:
    """Convert every distinct value once; of dates and shares there are few."""
    coded = found.dictionary_encode()
    made = [convert(value) for value in coded.dictionary.to_pylist()]
    return array(made, type_).take(coded.indices)
