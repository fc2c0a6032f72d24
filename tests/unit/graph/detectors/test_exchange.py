"""The exact permutation test, against all permutations one by one."""

from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.detectors.exchange import AT_MOST, chance, hits, runs

SQUARES = st.integers(0, 5).flatmap(
    lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=n, max_size=n)
)


def hit(near: list[list[bool]], order: tuple[int, ...]) -> int:
    return sum(near[row][column] for row, column in enumerate(order))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(SQUARES)
def test_hits_are_counted_as_one_by_one(near: list[list[bool]]) -> None:
    found = [hit(near, order) for order in permutations(range(len(near)))]
    assert hits(near) == [found.count(k) for k in range(len(near) + 1)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(SQUARES.filter(lambda s: len(s) <= 3), max_size=3), st.integers(0, 6))
def test_groups_are_exchanged_within_themselves(groups: list[list[list[bool]]], seen: int) -> None:
    each = [[hit(near, order) for order in permutations(range(len(near)))] for near in groups]
    sums = [sum(one) for one in product(*each)]
    assert chance(groups, seen) == Fraction(sum(s >= seen for s in sums), len(sums))


@pytest.mark.parametrize("count", [0, 1, AT_MOST, AT_MOST + 1, 3 * AT_MOST + 1])
def test_runs_keep_the_order_and_are_short(count: int) -> None:
    found = runs(range(count))
    assert [position for run in found for position in run] == list(range(count))
    assert all(0 < len(run) <= AT_MOST for run in found)
    assert not found or max(map(len, found)) - min(map(len, found)) <= 1
