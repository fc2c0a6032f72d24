"""How good the order of the cases is: precision and recall at a capacity, precision over recall, by band."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from jobs.evaluate.matching import Matches
from jobs.evaluate.ranking import average_precision, average_precision_interval
from jobs.evaluate.rates import Rate, rate, rate_of, rounded
from jobs.evaluate.snapshot import SEVERITY, TRIGGERED, Snapshot
from jobs.evaluate.truth import Ring, Truth

FIXED_CAPACITIES = (50, 100)
BANDS = ("A", "B", "C")

Row = Mapping[str, Any]
Figures = dict[str, Any]


def asked(truth: Truth, month: str, indicators: frozenset[str] | None = None) -> list[Ring]:
    """The rings that could be found by a month.

    Args:
        truth: What was planted.
        month: `YYYY-MM`.
        indicators: Only their acts count; None means all.

    Returns:
        Rings with at least one such act, all of them observable by then.
    """
    found = []
    for ring in truth.rings:
        acts = ring.acts if indicators is None else ring.acts_of(indicators)
        if acts and all(act.observable_month <= month for act in acts):
            found.append(ring)
    return found


def ranking(
    matches: Matches,
    indicators: frozenset[str] | None,
    capacities: Sequence[int],
    *,
    seed: int | None = None,
) -> Figures:
    """Figures of the ranked cases, of all or of those that rest on some indicators.

    Args:
        matches: The month beside what was planted.
        indicators: Only cases in which one of them triggered, and only their acts; None means all.
        capacities: Numbers of cases that are looked at.
        seed: Seed of the interval of the average precision; None leaves the interval out.

    Returns:
        `cases`; `precision_at` and, by ring, `ring_recall_at` and, by company, `company_recall_at` each
        capacity; `average_precision` over the companies of the register, the `base_rate` of planted ones
        among them, and `lift`, the first over the second.
    """
    month, companies = matches.snapshot.month, matches.snapshot.companies
    cases = [
        case
        for case in matches.snapshot.cases
        if indicators is None or indicators.intersection(case["indicators"])
    ]
    about = [matches.rings_of(case, indicators) for case in cases]
    rings = asked(matches.truth, month, indicators)
    wanted = {orgnr for ring in rings for orgnr in ring.companies}
    figures: Figures = {
        "cases": len(cases),
        "rings": len(rings),
        "precision_at": {},
        "ring_recall_at": {},
        "company_recall_at": {},
    }
    for k in capacities:
        reached = {ring_id for found in about[:k] for ring_id in found}
        named = {orgnr for case in cases[:k] for orgnr in case["companies"]}
        figures["precision_at"][str(k)] = rate_of(bool(found) for found in about[:k])
        figures["ring_recall_at"][str(k)] = rate_of(ring.ring_id in reached for ring in rings)
        figures["company_recall_at"][str(k)] = rate(len(wanted & named), len(wanted))
    return figures | _average_precision(matches, indicators, cases, companies, seed)


def _average_precision(
    matches: Matches,
    indicators: frozenset[str] | None,
    cases: Sequence[Row],
    companies: frozenset[str],
    seed: int | None,
) -> Figures:
    month = matches.snapshot.month
    ring_of: dict[str, str] = {}
    for act in matches.truth.acts:
        if act.observable_month <= month and (indicators is None or act.indicator in indicators):
            for orgnr in sorted(act.members):
                ring_of.setdefault(orgnr, act.ring_id)
    # Who belongs to a ring but did none of these acts yet is neither right nor wrong.
    population = sorted(companies - (matches.truth.ring_companies - ring_of.keys()))
    best: dict[str, int] = {}
    for position, case in enumerate(cases):
        for orgnr in case["companies"]:
            best.setdefault(orgnr, len(cases) - position)
    scores = np.array([best.get(orgnr, 0) for orgnr in population], dtype=np.float64)
    rings = [ring_of.get(orgnr, "") for orgnr in population]
    hits = sum(bool(ring) for ring in rings)
    base = rate(hits, len(population))
    if seed is None:
        found: Figures = {"value": _area(scores, [bool(ring) for ring in rings])}
    else:
        found = average_precision_interval(scores, rings, seed)
    found = {k: rounded(v) if isinstance(v, float) else v for k, v in found.items()}
    return {"average_precision": found, "base_rate": base, "lift": _lift(found["value"], base)}


def _lift(value: float | None, base: Rate) -> float | None:
    """How many times better than naming subjects by chance."""
    return rounded(value * base["n"] / base["hits"]) if value is not None and base["hits"] else None


def _area(scores: "np.ndarray[Any, np.dtype[np.float64]]", positive: Sequence[bool]) -> float | None:
    marks = np.array(positive, dtype=np.float64)
    if not marks.sum():
        return None
    return float(average_precision(scores, marks[np.newaxis, :], 1.0 - marks)[0])


def findings_average_precision(matches: Matches, indicator: str) -> Figures:
    """Average precision of one indicator over all its subjects, whether or not they make cases.

    Triggered findings come first by margin, then what was evaluated by margin, then what could not be or was
    held back, and last the rest of the population and planted acts without any finding.

    Args:
        matches: The month beside what was planted.
        indicator: Id.

    Returns:
        `average_precision`, the `base_rate` of planted subjects in the population, and `lift`.
    """
    own = [row for row in matches.snapshot.findings if row["indicator_id"] == indicator]
    acts = [a for a in matches.truth.acts if a.indicator == indicator]
    seen = {id(a) for row in own for a in matches.acts_of(row)}
    unseen = sum(id(a) not in seen and a.observable_month <= matches.snapshot.month for a in acts)
    positive = [bool(matches.acts_of(row)) for row in own]
    size = sum(r["subjects_n"] for r in matches.snapshot.coverage if r["indicator_id"] == indicator)
    rest = max(size - len(own) - unseen, 0)
    order = sorted({_strength(row) for row in own})
    place = {strength: n for n, strength in enumerate(order, 1)}
    scores = [float(place[_strength(row)]) for row in own] + [0.0] * (unseen + rest)
    marks = [*positive, *[True] * unseen, *[False] * rest]
    value = rounded(_area(np.array(scores, dtype=np.float64), marks))
    base = rate(sum(marks), len(marks))
    return {"average_precision": value, "base_rate": base, "lift": _lift(value, base)}


def _strength(row: Row) -> tuple[int, float]:
    margin = float(row["margin"]) if row["margin"] is not None else float("-inf")
    if row["status"] == TRIGGERED:
        return (3 if row["role"] == "trigger" else 2, margin)
    return (1, margin) if row["status"] == "not_triggered" else (0, 0.0)


def bands(matches: Matches) -> list[Figures]:
    """How often a case of each band is about a ring; bands are shown to readers, never a probability.

    Args:
        matches: The month beside what was planted.
    """
    cases = matches.snapshot.cases
    return [
        {"band": own, "hit": rate_of(bool(matches.rings_of(c)) for c in cases if c["band"] == own)}
        for own in BANDS
    ]


def severity(snapshot: Snapshot, capacity: int) -> list[Figures]:
    """What inspections found at companies of the first cases, beside all inspected companies.

    Only companies that were inspected count; whom an inspection chose has little to do with the cases.

    Args:
        snapshot: The month.
        capacity: How many cases are looked at.

    Returns:
        One row per level: the share of inspected companies at which that or worse was found.
    """
    known = snapshot.inspections or {}
    named = {orgnr for case in snapshot.cases[:capacity] for orgnr in case["companies"]}
    rows = []
    for number, level in enumerate(SEVERITY):
        worse = SEVERITY[number:]
        rows.append(
            {
                "level": level,
                "in_cases": _share(known, named & known.keys(), worse),
                "all_inspected": _share(known, known, worse),
            }
        )
    return rows


def _share(known: Mapping[str, str], companies: Iterable[str], levels: Sequence[str]) -> Rate:
    return rate_of(known[orgnr] in levels for orgnr in companies)


def found_rank(matches: Matches, ring: Ring) -> tuple[int | None, str]:
    """The rank of the first case about a ring, and the rule that makes it so; None and empty without one.

    Args:
        matches: The month beside what was planted.
        ring: Ring.
    """
    for case in matches.snapshot.cases:
        rule = matches.rings_of(case).get(ring.ring_id)
        if rule:
            return case["rank"], rule
    return None, ""
