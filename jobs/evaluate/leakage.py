"""Gates: nothing but behaviour tells who was planted, and splits and figures keep their word.

Each gate is one row that says what it asks, whether it holds, and what tells if it does not. A gate that has
too little to go on is not passed but left open (`passed` is None).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

from jobs.evaluate import models, neighbours
from jobs.evaluate.baselines import Setting, scores_of
from jobs.evaluate.labels import Labels
from jobs.evaluate.ranking import LEVEL, Floats, area_interval, drawn, percentiles
from jobs.evaluate.splits import Fold, Groups, by_region, by_ring, problems
from jobs.evaluate.telling import CHANCE, form_gates
from jobs.evaluate.truth import HELD_OUT, Truth, read_truth
from jobs.flag.run_reader import RunReader
from jobs.lake.lake import Lake

PERMUTATIONS = 12
PERMUTED_SHARE = 0.05
"""Part of groups that are called guilty when labels are drawn at random."""
LEAST_ACTS = 20
"""Acts of an indicator group from which on one of them should be kept for testing."""

Json = dict[str, Any]
Scorer = Callable[[Fold, Sequence[str], frozenset[str]], Floats]
"""Scores of tested companies, given all that are called guilty; it may look only at those in `fold.train`."""


def gates(
    truth_dir: Path, landing_dir: Path, *, lake: Lake | None = None, month: str | None = None, seed: int = 1
) -> list[Json]:
    """Every gate.

    Args:
        truth_dir: Folder of the truth.
        landing_dir: Landing zone.
        lake: Lake with a run of the month, for the gates on figures; None leaves them out.
        month: Tested month; None is the latest of the lake.
        seed: Seed of everything that is drawn.

    Returns:
        One row per gate: `gate`, `passed`, `what` it asks, `detail`, `rate` (area under the curve with its
        interval, where it has one; those of the six gates on form hold together at 95 %) and `tells`: what
        tells, each with `mark`, `family`, `area`, `p`.
    """
    truth = read_truth(truth_dir)
    groups = Groups(truth)
    found = [*form_gates(landing_dir, groups, seed), guises_gate(truth)]
    if lake is None:
        return found
    run = RunReader.open(lake, month or max(published.run.month for published in lake.runs.all()))
    setting = Setting(run, [run], groups, seed)
    folds = by_ring(setting.tested.orgnrs, groups, seed)
    found.append(split_gate([*folds, *by_region(setting.tested.municipality, groups, seed)], groups))
    found.append(permuted_gate(link_scorer(setting), setting.tested.orgnrs, groups, seed))
    found.append(hidden_gate(setting, folds))
    learnt_at = {d.delivery_id: d.delivered_at for d in run.published.deliveries}
    found.append(known_at_gate(learnt_at, run.as_of))
    return found


def split_gate(folds: Sequence[Fold], groups: Groups) -> Json:
    """No ring and no look-alike is on both sides, and what is held out is never learnt from.

    Args:
        folds: The splits by ring and by region.
        groups: Who belongs together.
    """
    wrong = problems(folds, groups)
    return _gate(
        "split_by_ring",
        "No ring and no look-alike is both learnt from and tested; held-out guises are only tested.",
        not wrong,
        "; ".join(wrong) or f"{len(folds)} folds",
    )


def guises_gate(truth: Truth) -> Json:
    """Every indicator group has an act in a guise that is only tested.

    Args:
        truth: What was planted.
    """
    acts: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for act in truth.acts:
        acts[act.indicator[0]] += 1
        kept[act.indicator[0]] += HELD_OUT in (act.guise, act.difficulty)
    judged = [group for group in sorted(acts) if acts[group] >= LEAST_ACTS]
    without = [group for group in judged if not kept[group]]
    few = [group for group in sorted(acts) if acts[group] < LEAST_ACTS and not kept[group]]
    detail = f"without: {', '.join(without)}" if without else f"{len(judged)} groups"
    return _gate(
        "held_out_guises",
        "Every indicator group has an act in a guise that nothing is learnt from.",
        not without if judged else None,
        detail + (f"; too few acts to ask: {', '.join(few)}" if few else ""),
    )


def link_scorer(setting: Setting) -> Scorer:
    """Logistic regression on figures and neighbour scores, as a fold would train it.

    Args:
        setting: The tested month.
    """
    matrix = setting.tested.matrix()

    def score(fold: Fold, tested: Sequence[str], guilty: frozenset[str]) -> Floats:
        shown = guilty & fold.train
        learnt = [o for o in setting.tested.orgnrs if o in fold.train]
        crossed = neighbours.crossed_scores(
            setting.links, shown, learnt, setting.groups.group_of, setting.seed
        )
        train = np.column_stack([matrix[[setting.row_of[o] for o in learnt]], *crossed.values()])
        seen = neighbours.scores(setting.links, shown, tested)
        test = np.column_stack([matrix[[setting.row_of[o] for o in tested]], *seen.values()])
        positive = np.array([o in shown for o in learnt])
        return models.logistic(train, positive, test, setting.seed)

    return score


def permuted_gate(scorer: Scorer, companies: Sequence[str], groups: Groups, seed: int) -> Json:
    """Labels drawn at random can be foreseen no better than by chance.

    Args:
        scorer: Trains and scores.
        companies: Organisation numbers.
        groups: Who belongs together, and is called guilty together.
        seed: Seed.
    """
    folds = by_ring(companies, groups, seed)
    areas = []
    for number in range(PERMUTATIONS):
        called = {g for g in map(groups.group, companies) if _uniform(seed, number, g) < PERMUTED_SHARE}
        guilty = frozenset(o for o in companies if groups.group(o) in called)
        scores, positive, clusters = [], [], []
        for fold in folds:
            tested = sorted(fold.test)
            scores.append(percentiles(scorer(fold, tested, guilty)))
            positive += [o in guilty for o in tested]
            clusters += [groups.group(o) for o in tested]
        area = area_interval(np.concatenate(scores), np.array(positive), clusters)["value"]
        if area is not None:
            areas.append(area)
    middle = float(np.mean(areas)) if areas else None
    rate: Json = {"value": middle, "low": None, "high": None, "n": len(areas)}
    if middle is not None and len(areas) > 1:
        error = float(np.std(areas, ddof=1)) / len(areas) ** 0.5
        half = float(t.ppf(0.5 + LEVEL / 2, len(areas) - 1)) * error
        rate |= {"low": middle - half, "high": middle + half}
    return _gate(
        "permuted_labels",
        "Labels drawn at random are foreseen no better than by chance.",
        None if rate["low"] is None else bool(rate["low"] <= CHANCE),
        f"{len(areas)} draws",
        rate,
    )


def hidden_gate(setting: Setting, folds: Sequence[Fold]) -> Json:
    """Neighbour scores of tested companies change with the labels of others and never with their own.

    Args:
        setting: The tested month.
        folds: The split.
    """
    wrong = []
    moved = False
    for fold in folds:
        tested = sorted(o for o in fold.test if o in setting.row_of)
        learnt = sorted(fold.train)
        some = frozenset(o for o in learnt if _uniform(setting.seed, 0, o) < 0.5)
        more = some | frozenset(o for o in learnt if _uniform(setting.seed, 1, o) < 0.5)
        for method in neighbours.METHODS:
            given = [
                scores_of(method, setting.with_labels(Labels(shown, frozenset())), fold, tested)
                for shown in (some, some | fold.test, more)
            ]
            if not np.array_equal(given[0], given[1]):
                wrong.append(f"{method} of {fold.name} sees labels of tested companies")
            moved = moved or not np.array_equal(given[0], given[2])
    if not moved:
        wrong.append("no score depends on any label")
    return _gate(
        "hidden_labels",
        "Neighbour scores of tested companies depend on the labels of companies learnt from, on no others.",
        not wrong,
        "; ".join(wrong) or f"{len(folds)} folds",
    )


def known_at_gate(delivered_at: Mapping[str, datetime], as_of: datetime) -> Json:
    """The figures rest on nothing that was delivered after the month was scored.

    Args:
        delivered_at: Delivery that the run read -> when it was delivered.
        as_of: When the month was scored.
    """
    late = sorted(name for name, at in delivered_at.items() if at > as_of)
    return _gate(
        "known_at",
        "No figure rests on what was delivered after the month was scored.",
        not late if delivered_at else None,
        f"later: {', '.join(late)}" if late else f"{len(delivered_at)} deliveries",
    )


def _gate(name: str, what: str, passed: bool | None, detail: str, rate: Json | None = None) -> Json:
    return {"gate": name, "what": what, "passed": passed, "detail": detail, "rate": rate, "tells": []}


def _uniform(seed: int, number: int, name: str) -> float:
    return drawn(seed, "labels", str(number), name) / 2.0**64
