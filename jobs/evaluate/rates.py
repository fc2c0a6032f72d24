"""Figures as the evaluation's document holds them: six decimals, a share always with n and its interval."""

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from jobs.evaluate.ranking import wilson

DIGITS = 6
Z95 = 1.959963984540054

Rate = dict[str, Any]
"""`value`, `n`, `hits`, `low`, `high` (Wilson, 95 %); value and interval are None when n is 0."""


def rounded(value: float | None) -> float | None:
    """A figure with six decimals; None stays None.

    Args:
        value: Figure.
    """
    return None if value is None else round(value, DIGITS)


def rate(hits: int, n: int) -> Rate:
    """A share with its Wilson interval.

    Args:
        hits: How many are.
        n: Of how many.
    """
    return {k: rounded(v) if isinstance(v, float) else v for k, v in wilson(hits, n).items()}


def rate_of(tests: Iterable[bool]) -> Rate:
    """The share of tests that hold.

    Args:
        tests: Outcomes.
    """
    listed = list(tests)
    return rate(sum(listed), len(listed))


def ratio(hits: int, n: int, other_hits: int, other_n: int) -> dict[str, float | None]:
    """How many times higher one share is than another, with a 95 % interval.

    Args:
        hits: How many of the first are.
        n: Of how many.
        other_hits: How many of the second are.
        other_n: Of how many.

    Returns:
        `value`, `low`, `high`; None when a count is 0.

    Source:
        Katz et al. 1978, interval of the logarithm of a ratio of two shares.
    """
    if not (n and other_n and other_hits):
        return {"value": None, "low": None, "high": None}
    value = (hits / n) / (other_hits / other_n)
    if not hits:
        return {"value": 0.0, "low": None, "high": None}
    half = Z95 * math.sqrt(max(1 / hits - 1 / n + 1 / other_hits - 1 / other_n, 0.0))
    return {
        "value": rounded(value),
        "low": rounded(value * math.exp(-half)),
        "high": rounded(value * math.exp(half)),
    }


def overlap(a: Iterable[object], b: Iterable[object]) -> float | None:
    """Jaccard overlap of two sets, 0 to 1; None when both are empty.

    Args:
        a: One set.
        b: The other.
    """
    one, two = set(a), set(b)
    return rounded(len(one & two) / len(one | two)) if one | two else None


def summary(values: Sequence[float]) -> dict[str, Any]:
    """Mean, median, least and most of some figures; None without any.

    Args:
        values: Figures.
    """
    if not values:
        return {"n": 0, "mean": None, "median": None, "least": None, "most": None}
    return {
        "n": len(values),
        "mean": rounded(sum(values) / len(values)),
        "median": rounded(float(median(values))),
        "least": rounded(min(values)),
        "most": rounded(max(values)),
    }
