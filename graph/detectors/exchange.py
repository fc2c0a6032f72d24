"""How often chance alone would put as many dates near their own as were seen: an exact permutation test."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import factorial

AT_MOST = 10
"""Dates exchanged together; more are split into runs in order of time, within each of which they are."""
_DIGIT = 64
"""Bits for the number of permutations with one number of hits; 10! needs 22."""


def runs(season: Sequence[int]) -> list[list[int]]:
    """Positions in runs of about equal length, none longer than what is exchanged together.

    Args:
        season: Positions of one season in order of time.
    """
    parts = -(-len(season) // AT_MOST)
    sizes = [len(season) // parts + (n < len(season) % parts) for n in range(parts)] if parts else []
    ends = list(accumulate(sizes))
    return [list(season[end - size : end]) for size, end in zip(sizes, ends, strict=True)]


def hits(near: Sequence[Sequence[bool]]) -> list[int]:
    """Permutations of the columns by how many rows then hit: entry k counts those with k hits.

    Args:
        near: Row i says which of the dates lie near what event i is compared with; square, at most ten wide.
    """
    size = len(near)
    # One number holds all counts of a subset of columns, the count of k hits in its k-th digit.
    counts = [0] * (1 << size)
    counts[0] = 1
    for subset in range(1 << size):
        row = subset.bit_count()
        if row == size or not counts[subset]:
            continue
        for column in range(size):
            if not subset >> column & 1:
                counts[subset | 1 << column] += counts[subset] << (_DIGIT if near[row][column] else 0)
    digit = (1 << _DIGIT) - 1
    return [counts[-1] >> (_DIGIT * k) & digit for k in range(size + 1)]


def chance(groups: Sequence[Sequence[Sequence[bool]]], seen: int) -> Fraction:
    """Share of all exchanges within the groups that give at least as many hits as were seen.

    Args:
        groups: One square of nearness per group.
        seen: Hits with every date at its own place.
    """
    whole, total = [1], 1
    for near in groups:
        found = hits(near)
        summed = [0] * (len(whole) + len(found) - 1)
        for i, left in enumerate(whole):
            for j, right in enumerate(found):
                summed[i + j] += left * right
        whole, total = summed, total * factorial(len(near))
    return Fraction(sum(whole[seen:]), total)
