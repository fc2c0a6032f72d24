"""S8 by sorting says what going through the records one by one says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.ingest.paths import getter, parse
from jobs.ingest.repeats import Repeats, digests

STEADY = settings(deadline=None, derandomize=True, max_examples=120)
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(0, 2)), max_size=25)


def one_by_one(rows: list[tuple[int, int, int]]) -> tuple[set[tuple[int, int]], set[tuple[int, int]], Any]:
    """File, number of duplicates and of superseded records, and the first that replaced another."""
    seen: dict[int, tuple[int, int, int]] = {}
    duplicates, superseded, replacing = set(), set(), []
    numbered = [(file_no, n, key, content) for n, (file_no, key, content) in enumerate(rows, 1)]
    for file_no, number, key, content in sorted(numbered):
        before = seen.get(key)
        if before is not None and before[2] == content:
            duplicates.add((file_no, number))
            continue
        if before is not None:
            superseded.add(before[:2])
            replacing.append((file_no, number))
        seen[key] = (file_no, number, content)
    return duplicates, superseded, min(replacing, default=None)


@STEADY
@given(ROWS, st.integers(1, 5))
def test_sorting_decides_as_going_through_one_by_one(rows: list[tuple[int, int, int]], size: int) -> None:
    repeats = Repeats()
    for file_no in (2, 0, 1):  # blocks come by the names of the files, whatever their order in the envelope
        own = [(n, key, content) for n, (file, key, content) in enumerate(rows, 1) if file == file_no]
        for start in range(0, len(own), size):
            part = np.array(own[start : start + size], np.int64)
            repeats.add("s", file_no, part[:, 0], part[:, 1].astype(np.uint64), part[:, 2].astype(np.uint64))
    fates = repeats.fates()
    duplicates, superseded, first = one_by_one(rows)
    assert {(f, n) for f, found in fates.duplicates.items() for n in found.tolist()} == duplicates
    assert {(f, n) for f, found in fates.superseded.items() for n in found.tolist()} == superseded
    assert {(f, n) for f, found in fates.dropped.items() for n in found.tolist()} == duplicates | superseded
    assert fates.first == first


def test_scopes_do_not_touch_each_other() -> None:
    repeats = Repeats()
    same = np.array([7], np.uint64)
    for scope in ("a", "b"):
        repeats.add(scope, 0, np.array([1]), same, same)
    assert repeats.fates().dropped == {}


def test_nothing_is_no_repeat() -> None:
    assert Repeats().fates().first is None


@pytest.mark.parametrize(
    ("one", "other", "same_key", "same_content"),
    [
        ({"k": "1", "a": 2}, {"a": 2, "k": "1"}, True, True),
        ({"k": "1", "a": 2}, {"k": "1", "a": 3}, True, False),
        ({"k": "1"}, {"k": "2"}, False, False),
        ({"k": "1", "n": 10**30}, {"k": "1", "n": 10**30}, True, True),
        ({"k": "1", "n": 10**30}, {"k": "1", "n": 10**30 + 1}, True, False),
    ],
)
def test_digests_tell_records_apart(one: Any, other: Any, same_key: bool, same_content: bool) -> None:
    keys, contents = digests([one, other], [getter(parse("k"))])
    assert bool(keys[0] == keys[1]) is same_key
    assert bool(contents[0] == contents[1]) is same_content
