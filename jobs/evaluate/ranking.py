"""Measures of a ranking with their uncertainty: shares, average precision and area under the curve.

Companies of one ring stand or fall together, so every interval counts rings or clusters, never rows alone.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL = 0.95
DRAWS = 500
"""Resamples of a bootstrap."""


def wilson(hits: int, n: int, level: float = LEVEL) -> dict[str, Any]:
    """A share with its Wilson interval.

    Args:
        hits: How many are.
        n: Of how many.
        level: Coverage of the interval.

    Returns:
        `value`, `n`, `hits`, `low`, `high`; shares are None when `n` is 0.
    """
    if n == 0:
        return {"value": None, "n": 0, "hits": 0, "low": None, "high": None}
    z = float(norm.ppf(0.5 + level / 2))
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if hits == 0 else max(middle - half, 0.0)
    high = 1.0 if hits == n else min(middle + half, 1.0)
    return {"value": share, "n": n, "hits": hits, "low": low, "high": high}


def drawn(seed: int, *parts: str) -> int:
    """A number that looks drawn at random and depends on nothing but what is given.

    Args:
        seed: Seed.
        parts: What it is drawn for.
    """
    text = "\x1f".join((str(seed), *parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def order_of(scores: Floats, ids: Sequence[str], seed: int) -> Ints:
    """Positions from the highest score to the lowest; ties in an order that has nothing to do with the ids.

    Args:
        scores: One per subject.
        ids: One per subject.
        seed: Seed of the order of ties.
    """
    ties = np.array([drawn(seed, "tie", i) for i in ids], dtype=np.uint64)
    return np.lexsort((ties, -scores)).astype(np.int64)


def percentiles(scores: Floats) -> Floats:
    """Share of subjects that score lower, ties in the middle: makes the scores of two models comparable.

    Args:
        scores: One per subject.
    """
    if not len(scores):
        return scores
    ordered = np.sort(scores)
    below = np.searchsorted(ordered, scores, side="left")
    upto = np.searchsorted(ordered, scores, side="right")
    return np.asarray((below + upto) / (2.0 * len(scores)), dtype=np.float64)


def rings_reached(order: Ints, rings: Sequence[str], k: int) -> set[str]:
    """The rings with a company among the first `k`.

    Args:
        order: Positions from first to last.
        rings: Ring per subject, empty for none.
        k: How many are looked at.
    """
    return {rings[i] for i in order[:k]} - {""}


def average_precision(scores: Floats, weights: Floats, negatives: Floats) -> Floats:
    """Area under the curve of precision over recall, tied scores taken together.

    Args:
        scores: One per subject.
        weights: One row per resample, one column per subject: how often it counts as positive.
        negatives: One per subject: 1 where it is no positive.

    Returns:
        One area per resample; not a number where nothing is positive.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    hits = np.cumsum(weights[:, order], axis=1)[:, last]
    misses = np.cumsum(negatives[order])[last]
    total = hits[:, -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(hits + misses > 0, hits / (hits + misses), 0.0)
        gained = np.diff(hits, axis=1, prepend=0.0) / total
        return np.asarray((precision * gained).sum(axis=1), dtype=np.float64)


def average_precision_interval(
    scores: Floats, rings: Sequence[str], seed: int, draws: int = DRAWS, level: float = LEVEL
) -> dict[str, Any]:
    """Average precision with an interval that draws whole rings anew.

    Args:
        scores: One per subject.
        rings: Ring per subject, empty for none.
        seed: Seed of the draws.
        draws: How many.
        level: Coverage of the interval.

    Returns:
        `value`, `low`, `high` and the number of rings `n`; None without positives or interval.
    """
    names = sorted(set(rings) - {""})
    if not names:
        return {"value": None, "low": None, "high": None, "n": 0}
    place = {name: n for n, name in enumerate(names)}
    own = np.array([place.get(ring, -1) for ring in rings])
    positive = own >= 0
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    weights = np.zeros((draws + 1, len(own)))
    weights[0, positive] = 1.0
    weights[1:, positive] = counts[:, own[positive]]
    areas = average_precision(scores, weights, (~positive).astype(np.float64))
    if len(names) == 1:
        return {"value": float(areas[0]), "low": None, "high": None, "n": 1}
    low, high = np.quantile(areas[1:], [(1 - level) / 2, (1 + level) / 2])
    return {"value": float(areas[0]), "low": float(low), "high": float(high), "n": len(names)}


def area_interval(
    scores: Floats, positive: npt.NDArray[np.bool_], clusters: Sequence[str], level: float = LEVEL
) -> dict[str, Any]:
    """Area under the receiver's curve with an interval for clustered rows.

    Args:
        scores: One per row.
        positive: One per row.
        clusters: One per row; rows of one cluster are not independent.
        level: Coverage of the interval.

    Returns:
        `value`, `low`, `high`, `p` (two-sided, against 0.5), and the clusters `n` that hold positives.

    Source:
        Obuchowski 1997, nonparametric analysis of clustered ROC curve data; without clusters it is DeLong's
        interval. Student's t is used since there are few clusters. `p` uses the variance under chance (Mann
        and Whitney, with ties), inflated by what the clusters add: rare marks have hardly any spread of their
        own.
    """
    hits, misses = scores[positive], scores[~positive]
    m, n = len(hits), len(misses)
    if m == 0 or n == 0:
        return {"value": None, "low": None, "high": None, "p": None, "n": 0}
    sorted_hits, sorted_misses = np.sort(hits), np.sort(misses)
    above = (_below(sorted_misses, hits) + _upto(sorted_misses, hits)) / (2 * n)
    beneath = 1 - (_below(sorted_hits, misses) + _upto(sorted_hits, misses)) / (2 * m)
    area = float(above.mean())
    names = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    own = np.array([names[c] for c in clusters])
    of_hits = np.bincount(own[positive], above - area, len(names))
    of_misses = np.bincount(own[~positive], beneath - area, len(names))
    with_hits = len(np.unique(own[positive]))
    with_misses = len(np.unique(own[~positive]))
    of_hits_alone = ((above - area) ** 2).sum()
    of_misses_alone = ((beneath - area) ** 2).sum()
    if with_hits < 2 or with_misses < 2:
        return {"value": area, "low": None, "high": None, "p": None, "n": with_hits}
    variance = (
        with_hits / (with_hits - 1) * float(of_hits @ of_hits) / m**2
        + with_misses / (with_misses - 1) * float(of_misses @ of_misses) / n**2
        + 2 * float(of_hits @ of_misses) / (m * n)
    )
    error = math.sqrt(max(variance, 0.0))
    freedom = min(with_hits, with_misses) - 1
    half = float(t.ppf(0.5 + level / 2, freedom)) * error
    alone = float(of_hits_alone) / m**2 + float(of_misses_alone) / n**2
    inflation = max(variance / alone, 1.0) if alone > 0 else 1.0
    null = _null_variance(scores, m, n) * inflation
    p = float(2 * t.sf(abs(area - 0.5) / math.sqrt(null), freedom)) if null > 0 else 1.0
    return {
        "value": area,
        "low": max(area - half, 0.0),
        "high": min(area + half, 1.0),
        "p": p,
        "n": with_hits,
    }


def _null_variance(scores: Floats, m: int, n: int) -> float:
    """Variance of the area when the scores tell nothing, with tied scores (Mann and Whitney)."""
    _, counts = np.unique(scores, return_counts=True)
    tied = counts.astype(np.float64)
    both = m + n
    return float((both + 1 - ((tied**3 - tied).sum() / (both * (both - 1)))) / (12 * m * n))


def _below(ordered: Floats, values: Floats) -> Ints:
    return np.searchsorted(ordered, values, side="left")


def _upto(ordered: Floats, values: Floats) -> Ints:
    return np.searchsorted(ordered, values, side="right")
