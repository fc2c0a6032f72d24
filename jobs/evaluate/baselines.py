"""The pipeline's ranking beside what simpler methods give, on the same companies and the same splits.

Subjects are companies. What is learnt is learnt from confirmed outcomes of companies outside the fold, in the
months before the tested one; the truth only scores. In the split `members` nothing is learnt: confirmed
companies are starting points, and the others are ranked by their links to them, as in an investigation.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from jobs.evaluate import models, neighbours, splits
from jobs.evaluate.features import Features, Run, features
from jobs.evaluate.labels import Labels, labels
from jobs.evaluate.neighbours import Links, links
from jobs.evaluate.ranking import (
    Floats,
    average_precision_interval,
    drawn,
    order_of,
    percentiles,
    rings_reached,
    wilson,
)
from jobs.evaluate.splits import Fold, Groups
from jobs.evaluate.truth import read_truth
from jobs.flag.run_reader import RunReader
from jobs.lake.lake import Lake

CAPACITY = 50
"""Companies that a receiving team can look at in a month."""
LEAST_LABELS = 8
"""Confirmed companies that a model needs in every fold; with fewer it would learn by heart."""
LEAST_SEEDS = 1
LEARNT_MONTHS = 2
"""Months before the tested one that are learnt from."""
PIPELINE = "pipeline"
MEASURES = (
    "precision_at_rings",
    "precision_at_capacity",
    "ring_recall_at_rings",
    "ring_recall_at_capacity",
    "pr_auc",
)

KINDS: Mapping[str, str] = {
    "random": "chance",
    "random_within_industry_and_size": "chance",
    "best_single_rule": "rule",
    "best_single_rule_in_hindsight": "rule",
    "rule_count": "rule",
    "logistic_regression": "tabular",
    "gradient_boosting": "tabular",
    "gradient_boosting_with_links": "graph",
    "isolation_forest": "unlabelled",
    **dict.fromkeys(neighbours.METHODS, "graph"),
    PIPELINE: PIPELINE,
}
"""Methods in the order in which they are listed, and what each rests on."""

_LEARNERS: Mapping[str, Callable[[Floats, models.Flags, Floats, int], Floats]] = {
    "logistic_regression": models.logistic,
    "gradient_boosting": models.gradient_boosting,
}


class NotTrained(Exception):
    """A method cannot be judged here; the message says why."""


@dataclass
class Setting:
    """One tested month and what may be known of it.

    Attributes:
        run: Run of the tested month.
        learnt: Runs of the months that are learnt from.
        groups: Who belongs together by the truth.
        seed: Seed of everything that is drawn.
    """

    run: Run
    learnt: Sequence[Run]
    groups: Groups
    seed: int
    rules_chosen: list[str] = field(default_factory=list)

    @cached_property
    def tested(self) -> Features:
        """Figures of the tested month."""
        return features(self.run)

    @cached_property
    def learnt_from(self) -> list[Features]:
        """Figures of the months that are learnt from."""
        return [self.tested if run is self.run else features(run) for run in self.learnt]

    @cached_property
    def links(self) -> Links:
        """What companies share in the tested month."""
        return links(self.run)

    @cached_property
    def links_learnt(self) -> list[Links]:
        """What companies share in the months that are learnt from."""
        return [self.links if run is self.run else links(run) for run in self.learnt]

    @cached_property
    def labels(self) -> Labels:
        """Confirmed outcomes known when the tested month is scored."""
        return labels(self.run)

    @cached_property
    def visible(self) -> dict[str, str]:
        """Companies that ought to be found, with their ring."""
        return self.groups.visible(self.run.month)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each company in the figures of the tested month."""
        return {orgnr: n for n, orgnr in enumerate(self.tested.orgnrs)}

    def with_labels(self, given: Labels) -> "Setting":
        """The same month with other labels.

        Args:
            given: Labels.
        """
        other = copy(self)
        other.labels = given
        return other

    def subjects(self, companies: Sequence[str]) -> list[str]:
        """Those that can be judged: a ring that cannot be seen yet is neither right nor wrong to name.

        Args:
            companies: Organisation numbers.
        """
        return [
            o
            for o in sorted(companies)
            if o in self.row_of and (o in self.visible or o not in self.groups.ring_of)
        ]

    def column(self, name: str, orgnrs: Sequence[str]) -> Floats:
        """One figure of the tested month.

        Args:
            name: Figure.
            orgnrs: Companies.
        """
        return np.asarray(self.tested.values[name].to_numpy()[[self.row_of[o] for o in orgnrs]])


def compare(
    truth: Path, lake: Lake, month: str, *, seed: int = 1, capacity: int = CAPACITY, folds: int = splits.FOLDS
) -> list[dict[str, Any]]:
    """Every method on every split.

    Args:
        truth: Folder of the truth.
        lake: Lake with a run of the month.
        month: Tested month.
        seed: Seed of splits, draws and models.
        capacity: Companies looked at.
        folds: Folds of the split by ring.

    Returns:
        One row per split and method: `split`, `method`, `kind`, `status` (`scored` or `not_trained`), `note`,
        `labels_n`, `months`, `subjects_n`, `companies_n` and `rings_n` to be found, `base_rate`,
        `precision_at_rings`, `precision_at_capacity`, `ring_recall_at_rings`, `ring_recall_at_capacity`,
        `pr_auc`, `lift` (of precision at capacity over the base rate), `pipeline_is_better` and
        `pipeline_is_worse`: measures whose intervals do not overlap with the pipeline's.
    """
    groups = Groups(read_truth(truth))
    run = RunReader.open(lake, month)
    months = splits.months_before((r.run.month for r in lake.runs.all()), month, LEARNT_MONTHS)
    learnt = [run if m == month else RunReader.open(lake, m) for m in months]
    return compared(Setting(run, learnt, groups, seed), capacity=capacity, folds=folds)


def compared(
    setting: Setting, *, capacity: int = CAPACITY, folds: int = splits.FOLDS
) -> list[dict[str, Any]]:
    """Every method on every split of one setting; see `compare`.

    Args:
        setting: The tested month.
        capacity: Companies looked at.
        folds: Folds of the split by ring.
    """
    by_ring = splits.by_ring(setting.tested.orgnrs, setting.groups, setting.seed, folds)
    by_region = splits.by_region(setting.tested.municipality, setting.groups, setting.seed)
    rows = _of_split("ring", by_ring, setting, capacity)
    if by_region:
        rows += _of_split(by_region[0].name, by_region, setting, capacity)
    return rows + _of_members(setting, capacity)


def _of_split(split: str, folds: Sequence[Fold], setting: Setting, capacity: int) -> list[dict[str, Any]]:
    parts = [(fold, subjects) for fold in folds if (subjects := setting.subjects(sorted(fold.test)))]
    subjects = [o for _, part in parts for o in part]
    labels_n = [len(setting.labels.confirmed & fold.train) for fold, _ in parts]
    rows = []
    for method in KINDS:
        setting.rules_chosen = []
        try:
            given = [percentiles(scores_of(method, setting, fold, part)) for fold, part in parts]
        except NotTrained as why:
            rows.append(_row(split, method, setting, labels_n, note=str(why)))
            continue
        note = ", ".join(dict.fromkeys(setting.rules_chosen))
        found = measured(np.concatenate(given), subjects, setting, capacity)
        rows.append(_row(split, method, setting, labels_n, found, note))
    return judged(rows)


def _of_members(setting: Setting, capacity: int) -> list[dict[str, Any]]:
    seeds = setting.labels.confirmed
    subjects = [o for o in setting.subjects(setting.tested.orgnrs) if o not in seeds]
    fold = Fold("members", frozenset(setting.tested.orgnrs), frozenset(subjects))
    rows = []
    for method in ("random", "rule_count", "isolation_forest", *neighbours.METHODS, PIPELINE):
        try:
            given = scores_of(method, setting, fold, subjects)
        except NotTrained as why:
            rows.append(_row("members", method, setting, [len(seeds)], note=str(why)))
            continue
        found = measured(given, subjects, setting, capacity)
        rows.append(_row("members", method, setting, [len(seeds)], found))
    return judged(rows)


def scores_of(method: str, setting: Setting, fold: Fold, orgnrs: Sequence[str]) -> Floats:
    """Scores by one method; labels of companies outside `fold.train` are never looked at.

    Args:
        method: One of `KINDS`.
        setting: The tested month.
        fold: Whose labels may be used.
        orgnrs: Companies to score.

    Raises:
        NotTrained: There are too few labels.
    """
    confirmed = setting.labels.confirmed & fold.train
    if method == "random":
        return _draws(setting, method, orgnrs)
    if method == "random_within_industry_and_size":
        return _within_strata(setting, fold, confirmed, orgnrs)
    if method == "rule_count":
        return setting.column("rules_triggered_n", orgnrs)
    if method == PIPELINE:
        return pipeline_scores(setting.run, orgnrs)
    if method == "best_single_rule":
        return setting.column(_best_rule(setting, fold, confirmed), orgnrs)
    if method == "best_single_rule_in_hindsight":
        guilty = np.array([float(o in setting.visible) for o in setting.tested.orgnrs])
        return setting.column(_most_precise(setting.tested, guilty), orgnrs)
    if method in neighbours.METHODS:
        if len(confirmed) < LEAST_SEEDS:
            raise NotTrained(f"not trained: {len(confirmed)} labels")
        return neighbours.scores(setting.links, confirmed, orgnrs)[method]
    rows = [setting.row_of[o] for o in orgnrs]
    test = setting.tested.matrix()[rows]
    if method == "isolation_forest":
        return models.isolation_forest(setting.tested.matrix(), np.zeros(0, bool), test, setting.seed)
    if len(confirmed) < LEAST_LABELS:
        raise NotTrained(f"not trained: {len(confirmed)} labels in {fold.name}, {LEAST_LABELS} needed")
    if method == "gradient_boosting_with_links":
        return _with_links(setting, fold, confirmed, orgnrs, test)
    learnt = [_learnable(f, fold) for f in setting.learnt_from]
    train = np.vstack(
        [_aligned(f, setting.tested)[own] for f, own in zip(setting.learnt_from, learnt, strict=True)]
    )
    named = [f.orgnrs for f in setting.learnt_from]
    positive = np.array(
        [names[n] in confirmed for names, own in zip(named, learnt, strict=True) for n in own]
    )
    return _LEARNERS[method](train, positive, test, setting.seed)


def _with_links(
    setting: Setting, fold: Fold, confirmed: frozenset[str], orgnrs: Sequence[str], test: Floats
) -> Floats:
    """Gradient boosting that also sees neighbour scores, made anew for the fold."""
    train, positive = [], []
    for figures, known in zip(setting.learnt_from, setting.links_learnt, strict=True):
        own = _learnable(figures, fold)
        names = figures.orgnrs
        listed = [names[n] for n in own]
        crossed = neighbours.crossed_scores(known, confirmed, listed, setting.groups.group_of, setting.seed)
        train.append(np.column_stack([_aligned(figures, setting.tested)[own], *crossed.values()]))
        positive += [o in confirmed for o in listed]
    shown = neighbours.scores(setting.links, confirmed, orgnrs)
    tested = np.column_stack([test, *shown.values()])
    return models.gradient_boosting(np.vstack(train), np.array(positive), tested, setting.seed)


def pipeline_scores(run: Run, orgnrs: Sequence[str]) -> Floats:
    """The pipeline's ranking of companies: each stands where its best case stands.

    Args:
        run: The tables.
        orgnrs: Companies.

    Returns:
        Minus the rank of the best case; companies in no case come after the last one.
    """
    cases = run.table("out_flag__cases", ["rank", "companies"]).to_pylist()
    best: dict[str, int] = {}
    for case in cases:
        for orgnr in case["companies"]:
            best[orgnr] = min(best.get(orgnr, case["rank"]), case["rank"])
    last = max((case["rank"] for case in cases), default=0) + 1
    return np.array([-float(best.get(o, last)) for o in orgnrs])


def measured(scores: Floats, orgnrs: Sequence[str], setting: Setting, capacity: int) -> dict[str, Any]:
    """The measures of one ranking.

    Args:
        scores: One per company.
        orgnrs: Companies.
        setting: The tested month.
        capacity: Companies looked at.
    """
    rings = [setting.visible.get(o, "") for o in orgnrs]
    names = set(rings) - {""}
    order = order_of(scores, orgnrs, setting.seed)
    base = sum(map(bool, rings)) / max(len(rings), 1)
    found: dict[str, Any] = {
        "subjects_n": len(rings),
        "companies_n": sum(map(bool, rings)),
        "rings_n": len(names),
        "base_rate": base,
    }
    for name, k in (("rings", len(names)), ("capacity", capacity)):
        looked_at = min(k, len(rings))
        found[f"precision_at_{name}"] = wilson(sum(bool(rings[i]) for i in order[:k]), looked_at)
        found[f"ring_recall_at_{name}"] = wilson(len(rings_reached(order, rings, k)), len(names))
    found["pr_auc"] = average_precision_interval(scores, rings, drawn(setting.seed, "rings"))
    precision = found["precision_at_capacity"]["value"]
    found["lift"] = precision / base if base and precision is not None else None
    return found


def judged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one split with what the pipeline does better and worse, by intervals that do not overlap.

    Args:
        rows: One per method, the pipeline's among them.
    """
    ours = next(row for row in rows if row["method"] == PIPELINE)
    for row in rows:
        row["pipeline_is_better"], row["pipeline_is_worse"] = [], []
        for name in MEASURES:
            mine, other = ours.get(name), row.get(name)
            if row is ours or not mine or not other or mine["low"] is None or other["low"] is None:
                continue
            if mine["low"] > other["high"]:
                row["pipeline_is_better"].append(name)
            elif mine["high"] < other["low"]:
                row["pipeline_is_worse"].append(name)
    return rows


def _row(
    split: str,
    method: str,
    setting: Setting,
    labels_n: Sequence[int],
    found: Mapping[str, Any] | None = None,
    note: str = "",
) -> dict[str, Any]:
    return {
        "split": split,
        "method": method,
        "kind": KINDS[method],
        "status": "not_trained" if found is None else "scored",
        "note": note,
        "labels_n": min(labels_n, default=0),
        "months": [run.month for run in setting.learnt],
        **(found or {}),
    }


def _draws(setting: Setting, what: str, orgnrs: Sequence[str]) -> Floats:
    return np.array([drawn(setting.seed, what, o) / 2.0**64 for o in orgnrs])


def _within_strata(setting: Setting, fold: Fold, confirmed: frozenset[str], orgnrs: Sequence[str]) -> Floats:
    """At random within industry and size, industries and sizes by their part of confirmed companies."""
    stratum_of = dict(zip(setting.tested.orgnrs, setting.tested.stratum, strict=True))
    learnt = [o for o in setting.tested.orgnrs if o in fold.train]
    known: dict[str, list[float]] = {}
    for orgnr in learnt:
        known.setdefault(stratum_of[orgnr], []).append(float(orgnr in confirmed))
    base = len(confirmed) / max(len(learnt), 1)
    # One company of the ordinary kind more in each, so that a stratum of two does not lead by chance.
    share = {s: (sum(flags) + base) / (len(flags) + 1) for s, flags in known.items()}
    spread = _draws(setting, "within", orgnrs)
    return np.array([share.get(stratum_of[o], base) for o in orgnrs]) + 1e-9 * spread


def _best_rule(setting: Setting, fold: Fold, confirmed: frozenset[str]) -> str:
    """The rule that was right most often among the companies that are learnt from."""
    flags = np.array([float(o in confirmed) for o in setting.tested.orgnrs])
    learnt = np.array([o in fold.train for o in setting.tested.orgnrs])
    rules = [n for n in setting.tested.values if n.startswith("rule_")]
    if not any((setting.tested.values[n].to_numpy() * flags * learnt).sum() for n in rules):
        raise NotTrained(f"not trained: no rule triggered for any of {int(flags.sum())} labels")
    chosen = _most_precise(setting.tested, flags, learnt)
    setting.rules_chosen.append(chosen.removeprefix("rule_"))
    return chosen


def _most_precise(known: Features, flags: Floats, among: models.Flags | None = None) -> str:
    rules = [str(n) for n in known.values if n.startswith("rule_")]
    if not rules:
        raise NotTrained("not trained: no rule is in force")
    among = np.ones(len(flags), bool) if among is None else among
    base = float(flags[among].mean())

    def precision(name: str) -> float:
        hit = known.values[name].to_numpy()[among]
        return float(((hit * flags[among]).sum() + base) / (hit.sum() + 1))

    return max(rules, key=lambda n: (precision(n), n))


def _learnable(known: Features, fold: Fold) -> list[int]:
    return [n for n, orgnr in enumerate(known.orgnrs) if orgnr in fold.train]


def _aligned(known: Features, like: Features) -> Floats:
    """The figures of one month in the columns of another; a rule that had no finding triggered for nobody."""
    if list(known.values) == list(like.values):
        return known.matrix()
    missing = [n for n in like.values if n not in known.values]
    filled = known.values.assign(**{n: 0.0 if n.startswith("rule_") else np.nan for n in missing})
    return np.asarray(filled[list(like.values)].to_numpy(), dtype=np.float64)
