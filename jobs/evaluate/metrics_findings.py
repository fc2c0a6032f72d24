"""What the indicators see: recall by guise, false flags, look-alikes, what could not be evaluated, guards."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graph.indicator import Indicator
from jobs.evaluate.matching import Matches
from jobs.evaluate.rates import Rate, rate, rate_of
from jobs.evaluate.truth import Act, LookAlike

GUISES = ("easy", "medium", "hard", "held_out")
STATUSES = ("triggered", "context", "suppressed", "not_evaluable", "not_triggered", "none")
QUIET = {
    "silent": ("not_triggered", "none"),
    "suppressed": ("suppressed",),
    "not_evaluable": ("not_evaluable",),
    "context": ("context",),
}
"""What a look-alike was expected to come to -> the statuses that are that."""

Row = Mapping[str, Any]
Figures = dict[str, Any]


def recall(matches: Matches, acts: Sequence[Act], ever: Iterable[Matches] = ()) -> Figures:
    """How many acts that can be seen are flagged.

    Args:
        matches: The month beside what was planted.
        acts: The acts in question.
        ever: All months that were run; empty means only the one.

    Returns:
        `planted` acts; `recall` of those that are observable by the month; `recall_ever`, flagged in this
        month or an earlier one; `by_guise` of the act and `by_difficulty` of the ring; `statuses`, what
        became of them.
    """
    month = matches.snapshot.month
    asked = [act for act in acts if act.observable_month <= month]
    months = [matches, *ever]
    return {
        "planted": len(acts),
        "recall": rate_of(matches.is_found(act) for act in asked),
        "recall_ever": rate_of(any(own.is_found(act) for own in months) for act in asked),
        "by_guise": {
            guise: rate_of(matches.is_found(a) for a in asked if a.guise == guise) for guise in GUISES
        },
        "by_difficulty": {
            guise: rate_of(matches.is_found(a) for a in asked if a.difficulty == guise) for guise in GUISES
        },
        "statuses": _counted(matches.status_of(act) for act in asked),
    }


def false_flags(matches: Matches, indicators: Iterable[str]) -> Figures:
    """Triggered findings that are not about a planted act.

    Args:
        matches: The month beside what was planted.
        indicators: Ids.

    Returns:
        `false_flags`, the share of triggered findings about a look-alike or about nobody planted;
        `false_flag_rate`, the share of subjects that are not planted and were flagged so; `flagged` counts by
        whom they are about (`same_ring`: companies of one ring, another subject; counted neither as right nor
        as wrong).
    """
    chosen = frozenset(indicators)
    flagged = [row for row in matches.snapshot.flagged() if row["indicator_id"] in chosen]
    kinds = Counter(matches.kind_of(row) for row in flagged)
    wrong = kinds["look_alike"] + kinds["other"]
    population = sum(r["subjects_n"] for r in matches.snapshot.coverage if r["indicator_id"] in chosen)
    planted = sum(
        row["indicator_id"] in chosen and bool(matches.acts_of(row)) for row in matches.snapshot.findings
    )
    return {
        "false_flags": rate(wrong, len(flagged)),
        "false_flag_rate": rate(wrong, max(population - planted, wrong)),
        "flagged": {kind: kinds[kind] for kind in ("planted", "look_alike", "same_ring", "other")},
    }


def not_evaluable(matches: Matches, indicator: str) -> Figures:
    """The share of subjects about which nothing can be said; it is never read as clean.

    Args:
        matches: The month.
        indicator: Id.

    Returns:
        `not_evaluable` and `not_evaluable_why`, one row per subject type and reason, most subjects first.
    """
    rows = [r for r in matches.snapshot.coverage if r["indicator_id"] == indicator]
    lacking = [r for r in rows if r["status"] == "not_evaluable"]
    return {
        "not_evaluable": rate(sum(r["subjects_n"] for r in lacking), sum(r["subjects_n"] for r in rows)),
        "not_evaluable_why": [
            {"subject_type": r["subject_type"], "reason": r["reason"], "subjects": r["subjects_n"]}
            for r in sorted(lacking, key=lambda r: (-r["subjects_n"], r["subject_type"], r["reason"]))
        ],
    }


def look_alikes(matches: Matches, live: frozenset[str]) -> list[Figures]:
    """What lawful look-alikes cost, by kind.

    Args:
        matches: The month beside what was planted.
        live: Indicators that run.

    Returns:
        One row per kind and indicator that it resembles: `n`, `expected` (what they should come to, with
        counts), `flagged`, `in_cases` (a company of it stands in a case though it is of no ring),
        `as_expected`, `statuses`. Where the indicator does not run: `status` is `not_live` and there are no
        rates.
    """
    kinds: dict[tuple[str, str], list[LookAlike]] = {}
    for like in matches.truth.look_alikes:
        kinds.setdefault((like.indicator, like.kind), []).append(like)
    exposed = {c for case in matches.snapshot.cases for c in case["companies"]} - matches.truth.ring_companies
    rows = []
    for (indicator, kind), own in sorted(kinds.items()):
        row: Figures = {
            "indicator": indicator,
            "kind": kind,
            "status": "live" if indicator in live else "not_live",
            "n": len(own),
            "expected": dict(sorted(Counter(like.expected for like in own).items())),
            "in_cases": rate_of(bool(like.companies & exposed) for like in own),
        }
        if indicator in live:
            row |= {
                "flagged": rate_of(matches.status_of(like) == "triggered" for like in own),
                "as_expected": rate_of(matches.status_of(like) in QUIET[like.expected] for like in own),
                "statuses": _counted(matches.status_of(like) for like in own),
            }
        rows.append(row)
    return rows


def burden_of_look_alikes(matches: Matches, indicator: str) -> Rate:
    """The share of an indicator's look-alikes that are flagged.

    Args:
        matches: The month beside what was planted.
        indicator: Id.
    """
    own = [like for like in matches.truth.look_alikes if like.indicator == indicator]
    return rate_of(matches.status_of(like) == "triggered" for like in own)


def suppression(matches: Matches, indicators: Sequence[Indicator]) -> Figures:
    """What the guards hold back: planted acts, which a guard must not hide, and look-alikes, which it should.

    Args:
        matches: The month beside what was planted.
        indicators: Indicators that run.

    Returns:
        `hidden`, the share of acts that can be seen and are held back; `by_guard`, one row per indicator and
        guard with counts of what it holds back: acts (with their rings), look-alikes, others.
    """
    month = matches.snapshot.month
    live = {own.id for own in indicators}
    asked = [a for a in matches.truth.acts if a.indicator in live and a.observable_month <= month]
    rows = []
    for declared in indicators:
        held = [
            row
            for row in matches.snapshot.findings
            if row["indicator_id"] == declared.id and row["status"] == "suppressed"
        ]
        for guard in declared.guards:
            own = [row for row in held if row["suppressed_reason"] == guard]
            kinds = Counter(matches.kind_of(row) for row in own)
            rows.append(
                {
                    "indicator": declared.id,
                    "guard": guard,
                    "planted": kinds["planted"],
                    "rings": sorted({a.ring_id for row in own for a in matches.acts_of(row)}),
                    "look_alikes": kinds["look_alike"],
                    "others": kinds["other"] + kinds["same_ring"],
                }
            )
    return {
        "hidden": rate_of(matches.status_of(act) == "suppressed" for act in asked),
        "by_guard": rows,
    }


def _counted(statuses: Iterable[str]) -> dict[str, int]:
    counts = Counter(statuses)
    return {status: counts[status] for status in STATUSES}
