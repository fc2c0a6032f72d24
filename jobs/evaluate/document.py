"""The evaluation as one document: everything that its table, its page and the gates read.

```
made_from    world parameters, months that were run, month and as_of evaluated, code version, commit,
             capacity, seed
pooled       live: over indicators that run; all: over everything planted. Each: cases, rings, precision_at,
             ring_recall_at and company_recall_at every capacity, average_precision, base_rate, lift. live
             also recall, false flags, act_delay, case_delay, bands, severity
groups       the same per group of indicators
indicators   status live, or not_live (planted, but no such indicator runs: no rates); recall by guise and
             difficulty, false flags, look-alikes, not_evaluable with reasons, ranking, delay
rings        found?, rank, rule of the match, months to detection, what became of each act
look_alikes  by kind: n, flagged, expected, statuses
stability    from month to month; same_version: a second run of the same inputs gives the same versions
faithfulness sufficient, necessary, localisation, excluded, same_again
suppression  what guards hold back
burden       innocent companies, dwellings and persons per true case
fairness     flag rates by sealed attribute
baselines, leakage, realism      as handed in
cannot_show  sentences
```

A rate is `value`, `n`, `hits`, `low`, `high` (Wilson, 95 %); value and interval are None when n is 0. The
same inputs give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson

from graph.indicator import Indicator
from jobs.evaluate.matching import Matches
from jobs.evaluate.metrics_faithfulness import faithfulness
from jobs.evaluate.metrics_findings import (
    burden_of_look_alikes,
    false_flags,
    look_alikes,
    not_evaluable,
    recall,
    suppression,
)
from jobs.evaluate.metrics_people import burden, fairness
from jobs.evaluate.metrics_ranking import (
    FIXED_CAPACITIES,
    asked,
    bands,
    findings_average_precision,
    ranking,
    severity,
)
from jobs.evaluate.metrics_time import act_delay, case_delay, rings, stability
from jobs.evaluate.rerun import same_version
from jobs.evaluate.snapshot import Snapshot
from jobs.evaluate.truth import Truth
from jobs.flag.run_reader import RunReader

SEED = 1
CANNOT_SHOW = (
    "Synthetic precision says that the code finds what was planted under the stated noise. It is no estimate "
    "of how often a case would be right in the field.",
    "Look-alikes are those that somebody thought of. Lawful arrangements that nobody planted are missing, "
    "and with them the flags that they would get.",
    "Offenders in the adaptive world know the published thresholds; real ones adapt to what is done, not to "
    "what is published.",
    "The share of planted firms is a parameter. Precision moves with it, recall does not.",
    "Sealed groups were drawn independently of guilt. Even flags here do not show that flags will be even "
    "where registers know some groups better than others.",
    "Inspections follow a biased policy and miss much of what is there, at rates that were chosen. The "
    "severity table shows how the figure is counted, not what inspections would find.",
)

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What is evaluated.

    Attributes:
        truth: What was planted.
        snapshots: Months that were run, oldest first; the last one is evaluated.
        indicators: Indicators that run.
        reader: The run of the evaluated month; without it nothing is evaluated anew.
        capacity: Cases that can be reviewed; None means as many as there are rings to be found.
        seed: Seed of intervals that are drawn.
        commit: Of the code; empty when unknown.
    """

    truth: Truth
    snapshots: Sequence[Snapshot]
    indicators: Sequence[Indicator]
    reader: RunReader | None = None
    capacity: int | None = None
    seed: int = SEED
    commit: str = ""
    months: list[Matches] = field(init=False)

    def __post_init__(self) -> None:
        """Lay every month beside what was planted."""
        object.__setattr__(self, "months", [Matches(self.truth, own) for own in self.snapshots])

    @property
    def evaluated(self) -> Matches:
        """The evaluated month."""
        return self.months[-1]

    @property
    def live(self) -> frozenset[str]:
        """Ids of the indicators that run."""
        return frozenset(own.id for own in self.indicators)

    @property
    def capacities(self) -> list[int]:
        """Numbers of cases at which precision and recall are told."""
        return sorted({self.reviewed, *FIXED_CAPACITIES})

    @property
    def reviewed(self) -> int:
        """Cases that can be reviewed."""
        if self.capacity is not None:
            return self.capacity
        return max(len(asked(self.truth, self.evaluated.snapshot.month, self.live)), 1)


def build(
    evaluation: Evaluation,
    *,
    baselines: Sequence[Mapping[str, Any]] = (),
    leakage: Sequence[Mapping[str, Any]] = (),
    realism: Mapping[str, Any] | None = None,
) -> Document:
    """The document.

    Args:
        evaluation: What is evaluated.
        baselines: Rows of `baselines`, made elsewhere from the same run and splits.
        leakage: Rows of `leakage`.
        realism: What `realism` holds.
    """
    matches = evaluation.evaluated
    ring_rows = rings(evaluation.months, evaluation.live)
    document: Document = {
        "made_from": _made_from(evaluation),
        "pooled": {
            "live": _figures(evaluation, evaluation.live, seed=evaluation.seed)
            | {
                "case_delay": case_delay(ring_rows, evaluation.snapshots[0].month),
                "bands": bands(matches),
                "severity": severity(matches.snapshot, evaluation.reviewed),
            },
            "all": ranking(matches, None, evaluation.capacities),
        },
        "groups": [
            {"group": letter, "indicators": sorted(own)} | _figures(evaluation, own)
            for letter, own in _groups(evaluation)
        ],
        "indicators": [
            *(_indicator(evaluation, declared) for declared in evaluation.indicators),
            *_not_live(evaluation),
        ],
        "rings": ring_rows,
        "look_alikes": look_alikes(matches, evaluation.live),
        "stability": stability(evaluation.snapshots, evaluation.reviewed),
        "faithfulness": {},
        "suppression": suppression(matches, evaluation.indicators),
        "burden": burden(matches),
        "fairness": fairness(matches),
        "baselines": [dict(row) for row in baselines],
        "leakage": [dict(row) for row in leakage],
        "realism": dict(realism or {}),
        "cannot_show": _cannot_show(evaluation),
    }
    if evaluation.reader is not None:
        document["stability"]["same_version"] = same_version(evaluation.reader)
        document["faithfulness"] = faithfulness(evaluation.reader, matches, evaluation.indicators)
    return document


def to_bytes(document: Document) -> bytes:
    """The document as JSON; the same document gives the same bytes.

    Args:
        document: From `build`.
    """
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS) + b"\n"


def _made_from(evaluation: Evaluation) -> Document:
    run = evaluation.reader.published if evaluation.reader else None
    return {
        "world": dict(evaluation.truth.parameters),
        "generator_version": evaluation.truth.manifest.get("generator_version"),
        "counts": dict(evaluation.truth.manifest.get("counts", {})),
        "months": [own.month for own in evaluation.snapshots],
        "month": evaluation.evaluated.snapshot.month,
        "as_of": f"{run.run.as_of:%Y-%m-%dT%H:%M:%SZ}" if run else None,
        "run_id": run.run_id if run else None,
        "code_version": run.code_version if run else None,
        "commit": evaluation.commit or None,
        "capacity": evaluation.reviewed,
        "capacities": evaluation.capacities,
        "seed": evaluation.seed,
        "indicators": {own.id: own.version for own in evaluation.indicators},
    }


def _figures(evaluation: Evaluation, indicators: frozenset[str], *, seed: int | None = None) -> Document:
    """What is told alike of one indicator, of a group and of all that run."""
    matches = evaluation.evaluated
    acts = [act for act in evaluation.truth.acts if act.indicator in indicators]
    return {
        **recall(matches, acts, evaluation.months[:-1]),
        **false_flags(matches, indicators),
        **ranking(matches, indicators, evaluation.capacities, seed=seed),
        "act_delay": act_delay(evaluation.months, acts),
    }


def _groups(evaluation: Evaluation) -> list[tuple[str, frozenset[str]]]:
    return [
        (letter, frozenset(own.id for own in declared))
        for letter, declared in groupby(evaluation.indicators, key=lambda own: own.group)
    ]


def _indicator(evaluation: Evaluation, declared: Indicator) -> Document:
    matches = evaluation.evaluated
    return {
        "id": declared.id,
        "version": declared.version,
        "name_nb": declared.name.nb,
        "name_en": declared.name.en,
        "group": declared.group,
        "status": "live",
        **_figures(evaluation, frozenset((declared.id,))),
        "findings_ranking": findings_average_precision(matches, declared.id),
        "look_alikes_flagged": burden_of_look_alikes(matches, declared.id),
        **not_evaluable(matches, declared.id),
    }


def _not_live(evaluation: Evaluation) -> list[Document]:
    """What is planted although no indicator sees it yet: counted, never rated."""
    month, acts = evaluation.evaluated.snapshot.month, evaluation.truth.acts
    return [
        {
            "id": indicator,
            "group": indicator[0],
            "status": "not_live",
            "planted": sum(act.indicator == indicator for act in acts),
            "observable": sum(act.indicator == indicator and act.observable_month <= month for act in acts),
        }
        for indicator in sorted({act.indicator for act in acts} - evaluation.live)
    ]


def _cannot_show(evaluation: Evaluation) -> list[str]:
    found = list(CANNOT_SHOW)
    absent = [row["id"] for row in _not_live(evaluation)]
    if absent:
        found.append(f"Nothing is said about {', '.join(absent)}: planted, but no such indicator runs.")
    if len(evaluation.snapshots) < 2:
        found.append("Only one month was run: months to detection and stability cannot be told.")
    if not evaluation.truth.sealed:
        found.append("This world has no sealed attributes: fairness cannot be told.")
    return found
