"""The marks of subjects as a table for a classifier, in which only the form of records can tell."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from jobs.evaluate import models
from jobs.evaluate.form import PLACE_IN_FILE
from jobs.evaluate.ranking import Floats, drawn

LEAST_PART = 0.1
"""Part of each side that must have a mark for the classifier to look at it."""
NEIGHBOURS = 10
"""To each side, of those who have a record, whose marks one without may get."""
SORTED = 0.9
"""Correlation of ranks from which on a file counts as sorted by the subject's number."""
LEAST_SORTED = 20
"""Length of a list from which on being sorted means anything."""

Marks = Mapping[str, tuple[str, Mapping[str, float]]]
"""Name -> family, and value by subject."""


def as_table(
    marks: Marks,
    listed: Sequence[str],
    positive: models.Flags,
    seed: int,
) -> Floats:
    """The marks as a table; a subject without a record at a place gets what a neighbour by number has there.

    Having no record is content, so it must not show. Marks of one record go together, a number with a place
    in the file, and both with the subject's own number: values drawn each for itself would fit nothing.

    Args:
        marks: Name -> family, and value by subject.
        listed: Subjects, one row each.
        positive: Which of them are looked for.
        seed: Seed of who lends marks to whom.

    Returns:
        One column per mark that enough on both sides have; nothing is missing in it.
    """
    kept: dict[str, list[tuple[str, Floats]]] = {}
    for name, (_, values) in marks.items():
        column = np.array([values.get(s, np.nan) for s in listed])
        there = ~np.isnan(column)
        if min(there[positive].mean(), there[~positive].mean()) >= LEAST_PART:
            kept.setdefault(name.partition(": ")[0], []).append((name, column))
    by_number = np.argsort(np.argsort(np.array(listed))).astype(np.float64)
    made = []
    for place, named in kept.items():
        lent = _lent(np.column_stack([column for _, column in named]), by_number, drawn(seed, place))
        for (name, _), column in zip(named, lent.T, strict=True):
            there = ~np.isnan(column)
            rng = np.random.default_rng(drawn(seed, name))
            column[~there] = _like(column[there], int((~there).sum()), rng)
            made.append(column)
    return np.column_stack(made) if made else np.zeros((len(listed), 0))


def _lent(table: Floats, by_number: Floats, seed: int) -> Floats:
    """Marks of one place, where subjects without any have those of a neighbour by number.

    Measures are moved by the same few ranks in all marks: copies would show who has no record.
    """
    owns = ~np.isnan(table).all(axis=1)
    owners = np.flatnonzero(owns)[np.argsort(by_number[owns])]
    without = np.flatnonzero(~owns)
    rng = np.random.default_rng(seed)
    nearest = np.searchsorted(by_number[owners], by_number[without])
    chosen = nearest + rng.integers(-NEIGHBOURS, NEIGHBOURS, size=len(without))
    lenders = owners[np.clip(chosen, 0, len(owners) - 1)]
    moved = rng.uniform(-NEIGHBOURS, NEIGHBOURS, size=len(without))
    for column in table.T:
        values = np.sort(column[~np.isnan(column)])
        column[without] = column[lenders]
        if len(np.unique(values)) < len(values) / 2:
            continue
        rank = (np.searchsorted(values, column[without]) + moved).clip(0, len(values) - 1)
        column[without] = np.where(
            np.isnan(column[without]), np.nan, np.interp(rank, np.arange(len(values)), values)
        )
    return table


def _like(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Values of the same distribution; copies of measures would show who has no record."""
    if len(np.unique(values)) < len(values) / 2:
        return rng.choice(values, size=count)
    return np.asarray(np.quantile(values, rng.random(count)), dtype=np.float64)


def beyond_number(name: str, listed: Mapping[str, float]) -> Mapping[str, float]:
    """Places in a file that is sorted by number, as how far each is from where its number would put it.

    All such files say the same number again: one coincidence of numbers would count once for each of them.

    Args:
        name: Name of the mark.
        listed: Value by subject.
    """
    if not name.endswith(PLACE_IN_FILE) or len(listed) < LEAST_SORTED:
        return listed
    by_place, by_number = rankdata(list(listed.values())), rankdata(list(map(float, listed)))
    if np.corrcoef(by_place, by_number)[0, 1] < SORTED:
        return listed
    return dict(zip(listed, ((by_place - by_number) / len(listed)).tolist(), strict=True))


def own_numbers(subjects: Sequence[str]) -> dict[str, dict[str, float]]:
    """The subjects' own numbers as marks, whole and digit by digit; what is the same for all is left out.

    Args:
        subjects: Numbers of the same length.
    """
    found = {"value": {s: float(s) for s in subjects}}
    for digit in range(len(subjects[0]) if subjects else 0):
        found[f"digit {digit + 1}"] = {s: float(s[digit]) for s in subjects}
    return {name: listed for name, listed in found.items() if len(set(listed.values())) > 1}
