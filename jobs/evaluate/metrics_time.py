"""How soon what was planted is found, and how much the order of cases moves from month to month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import Any

from jobs.evaluate.matching import Matches
from jobs.evaluate.metrics_ranking import found_rank
from jobs.evaluate.rates import overlap, rate, rate_of, summary
from jobs.evaluate.snapshot import Snapshot
from jobs.evaluate.truth import Act, Ring
from jobs.months import shift

SOON = (0, 1, 3)
"""Months after which the share of found acts is told."""

Figures = dict[str, Any]


def months_between(first: str, last: str) -> int:
    """Months from one month to another; negative when the second is the earlier.

    Args:
        first: `YYYY-MM`.
        last: `YYYY-MM`.
    """
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])


def rings(months: Sequence[Matches], live: frozenset[str]) -> list[Figures]:
    """What became of each ring.

    Args:
        months: All months that were run beside what was planted, oldest first; the last one is evaluated.
        live: Indicators that run.

    Returns:
        One row per ring: `status` (`live` when an indicator that runs ought to see one of its acts), `asked`
        (all such acts can be seen by the month), `found` by a case of the month with its `rank` and the
        `rule` that makes the case about it, `first_case_month`, and months from its first unlawful and first
        observable month to that; negative when part of it was a case before all of it could be seen. `acts`
        has the same per act, by its findings.
    """
    return [_ring(ring, months, live) for ring in months[-1].truth.rings]


def _ring(ring: Ring, months: Sequence[Matches], live: frozenset[str]) -> Figures:
    evaluated = months[-1]
    own = ring.acts_of(live)
    observable = max((act.observable_month for act in own), default=ring.observable_month)
    unlawful = min((act.unlawful_month for act in own), default=ring.unlawful_month)
    rank, rule = found_rank(evaluated, ring)
    first = next((m.snapshot.month for m in months if found_rank(m, ring)[0] is not None), None)
    return {
        "ring_id": ring.ring_id,
        "difficulty": ring.difficulty,
        "status": "live" if own else "not_live",
        "companies": len(ring.companies),
        "unlawful_month": unlawful,
        "observable_month": observable,
        "asked": bool(own) and observable <= evaluated.snapshot.month,
        "found": rank is not None,
        "rank": rank,
        "rule": rule or None,
        "first_case_month": first,
        "months_from_unlawful": months_between(unlawful, first) if first else None,
        "months_from_observable": months_between(observable, first) if first else None,
        "acts": [_act(act, months, act.indicator in live) for act in ring.acts],
    }


def _act(act: Act, months: Sequence[Matches], is_live: bool) -> Figures:
    row: Figures = {
        "indicator": act.indicator,
        "act": act.name,
        "guise": act.guise,
        "status": months[-1].status_of(act) if is_live else "not_live",
    }
    return row | (_first_flag(act, months) if is_live else {})


def _first_flag(act: Act, months: Sequence[Matches]) -> Figures:
    first = next((m.snapshot.month for m in months if m.is_found(act)), None)
    return {
        "first_flag_month": first,
        "months_from_unlawful": months_between(act.unlawful_month, first) if first else None,
        "months_from_observable": months_between(act.observable_month, first) if first else None,
    }


def act_delay(months: Sequence[Matches], acts: Iterable[Act]) -> Figures:
    """How soon acts are flagged.

    Acts that could be seen before the first month that was run are left out: how soon they would have been
    flagged cannot be told.

    Args:
        months: All months that were run beside what was planted, oldest first.
        acts: The acts in question.

    Returns:
        `months_from_unlawful` and `months_from_observable` of those that were flagged (mean, median, least,
        most), `flagged_within` 0, 1 and 3 months of being observable among those for which that many months
        were run, `before_unlawful`, how many were flagged before the truth calls them unlawful, and
        `left_out`.
    """
    first, last = months[0].snapshot.month, months[-1].snapshot.month
    seen = [act for act in acts if act.observable_month <= last]
    timed = [act for act in seen if act.observable_month >= first]
    flags = {id(act): _first_flag(act, months) for act in timed}
    delays = [flags[id(act)]["months_from_observable"] for act in timed]
    return {
        "months_from_unlawful": summary(
            [f["months_from_unlawful"] for f in flags.values() if f["months_from_unlawful"] is not None]
        ),
        "months_from_observable": summary([d for d in delays if d is not None]),
        "flagged_within": {
            str(most): rate_of(
                delay is not None and delay <= most
                for act, delay in zip(timed, delays, strict=True)
                if shift(act.observable_month, most) <= last
            )
            for most in SOON
        },
        "before_unlawful": sum((f["months_from_unlawful"] or 0) < 0 for f in flags.values()),
        "left_out": len(seen) - len(timed),
    }


def case_delay(rows: Iterable[Figures], first_month: str) -> Figures:
    """How soon rings become cases.

    Args:
        rows: Of `rings`.
        first_month: First month that was run; rings observable before it are left out.

    Returns:
        `months_from_unlawful` and `months_from_observable` (mean, median, least, most), `rings_by_months`:
        how many became a case that many months after they were observable, and `left_out`.
    """
    seen = [row for row in rows if row["asked"]]
    timed = [row for row in seen if row["observable_month"] >= first_month]
    found = [row for row in timed if row["first_case_month"]]
    counts = Counter(row["months_from_observable"] for row in found)
    return {
        "rings": rate(len(found), len(timed)),
        "months_from_unlawful": summary([row["months_from_unlawful"] for row in found]),
        "months_from_observable": summary([row["months_from_observable"] for row in found]),
        "rings_by_months": {str(months): counts[months] for months in sorted(counts)},
        "left_out": len(seen) - len(timed),
    }


def stability(snapshots: Sequence[Snapshot], capacity: int) -> Figures:
    """How much the first cases change from one month to the next, and whether what changed is listed.

    Cases are compared in pairs that both months have. A pair that stands the other way round is explained
    when one of the two is listed as changed (a finding, its value or what it cites is another). A case that
    is listed as unchanged must keep its score.

    Args:
        snapshots: Months that were run, oldest first; only consecutive ones are compared.
        capacity: How many first cases are compared.

    Returns:
        `months`, one row per pair of months with the `overlap` of the first cases (Jaccard) and counts by
        what is listed; over all months `turned_explained` and `unchanged_kept_score`.
    """
    rows: list[Figures] = []
    turned = explained = unchanged = kept = 0
    for before, after in pairwise(snapshots):
        if shift(before.month, 1) != after.month:
            continue
        old = {case["case_id"]: case for case in before.cases}
        both = [case for case in after.cases if case["case_id"] in old]
        swapped = [
            (one, two)
            for one, two in combinations(both, 2)
            if old[one["case_id"]]["rank"] > old[two["case_id"]]["rank"]
        ]
        same = [case for case in both if case["change"] == "unchanged"]
        turned += len(swapped)
        explained += sum("changed" in (one["change"], two["change"]) for one, two in swapped)
        unchanged += len(same)
        kept += sum(case["score"] == old[case["case_id"]]["score"] for case in same)
        kinds = Counter(case["change"] for case in after.cases)
        rows.append(
            {
                "from": before.month,
                "to": after.month,
                "overlap": overlap(_first(before, capacity), _first(after, capacity)),
                "cases": len(after.cases),
                "new": kinds["new"],
                "changed": kinds["changed"],
                "unchanged": kinds["unchanged"],
                "gone": len(old.keys() - {case["case_id"] for case in after.cases}),
                "turned": len(swapped),
            }
        )
    return {
        "capacity": capacity,
        "months": rows,
        "turned_explained": rate(explained, turned),
        "unchanged_kept_score": rate(kept, unchanged),
    }


def _first(snapshot: Snapshot, capacity: int) -> list[str]:
    return [case["case_id"] for case in snapshot.cases[:capacity]]
