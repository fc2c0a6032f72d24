"""What a true case costs those who did nothing, and whether flags fall evenly on groups of companies."""

from collections.abc import Iterable, Mapping
from typing import Any

from jobs.evaluate.matching import Matches
from jobs.evaluate.rates import rate_of, ratio, rounded

FEWEST = 20
"""Companies of a group below which nothing about it is shown."""
ATTRIBUTES = ("region", "size_band", "group")
"""Sealed attributes that are compared."""

Row = Mapping[str, Any]
Figures = dict[str, Any]


def burden(matches: Matches) -> Figures:
    """Companies, dwellings and persons of no ring whose data stand in the cases of the month.

    The truth counts persons and does not name them: a person is counted as innocent when only findings that
    are about no ring name it.

    Args:
        matches: The month beside what was planted.

    Returns:
        `cases`, `true_cases` (about a ring), and for companies, dwellings and persons the `innocent` ones,
        `all` in the cases, and innocent ones `per_true_case` (None without a true case).
    """
    cases = matches.snapshot.cases
    true_cases = sum(bool(matches.rings_of(case)) for case in cases)
    known_dwellings = {d for ring in matches.truth.rings for d in ring.dwellings}
    told: set[str] = set()
    cleared: set[str] = set()
    for case in cases:
        for row in matches.findings_in(case):
            about_ring = bool(matches.acts_of(row)) or matches.kind_of(row) == "same_ring"
            (cleared if about_ring else told).update(row["persons"])
    figures: Figures = {"cases": len(cases), "true_cases": true_cases}
    companies = {c for case in cases for c in case["companies"]}
    dwellings = {d for case in cases for d in case["dwellings"]}
    for name, everybody, innocent in (
        ("companies", companies, companies - matches.truth.ring_companies),
        ("dwellings", dwellings, dwellings - known_dwellings),
        ("persons", told | cleared, told - cleared),
    ):
        figures[name] = {
            "innocent": len(innocent),
            "all": len(everybody),
            "per_true_case": rounded(len(innocent) / true_cases) if true_cases else None,
        }
    return figures


def fairness(matches: Matches) -> list[Figures]:
    """Flag rates of groups of companies that no method may know, against the largest group.

    Args:
        matches: The month beside what was planted.

    Returns:
        One row per attribute and group, largest first: `flag_rate` (companies named in a triggered finding),
        `case_rate` (in a case), `false_flag_rate` (flagged, of those that are of no ring), and `flag_ratio`,
        `case_ratio` and `false_flag_ratio` against the `reference` group. A group of fewer than 20
        companies is told only as `is_suppressed`, and a false-flag figure on fewer than 20 innocent ones is
        None.
    """
    sealed, companies = matches.truth.sealed, matches.snapshot.companies
    flagged = {c for row in matches.snapshot.flagged() for c in row["companies"]}
    in_cases = {c for case in matches.snapshot.cases for c in case["companies"]}
    rows = []
    for attribute in ATTRIBUTES:
        groups: dict[str, list[str]] = {}
        for orgnr in sorted(companies & sealed.keys()):
            groups.setdefault(sealed[orgnr][attribute], []).append(orgnr)
        order = sorted(groups, key=lambda own: (-len(groups[own]), own))
        if not order or len(groups[order[0]]) < FEWEST:
            continue
        reference = groups[order[0]]
        for own in order:
            row: Figures = {"attribute": attribute, "category": own, "reference": order[0]}
            if len(groups[own]) < FEWEST:
                rows.append(row | {"is_suppressed": True})
                continue
            innocent = _innocent(groups[own], matches.truth.ring_companies)
            others = _innocent(reference, matches.truth.ring_companies)
            shown = len(innocent) >= FEWEST and len(others) >= FEWEST
            row |= {
                "is_suppressed": False,
                "companies": len(groups[own]),
                "flag_rate": rate_of(c in flagged for c in groups[own]),
                "flag_ratio": _ratio(groups[own], reference, flagged),
                "case_rate": rate_of(c in in_cases for c in groups[own]),
                "case_ratio": _ratio(groups[own], reference, in_cases),
                "false_flag_rate": rate_of(c in flagged for c in innocent) if shown else None,
                "false_flag_ratio": _ratio(innocent, others, flagged) if shown else None,
            }
            rows.append(row)
    return rows


def _innocent(companies: Iterable[str], guilty: frozenset[str]) -> list[str]:
    return [orgnr for orgnr in companies if orgnr not in guilty]


def _ratio(own: list[str], other: list[str], marked: set[str]) -> dict[str, float | None]:
    if own == other:
        return {"value": 1.0 if any(c in marked for c in own) else None, "low": None, "high": None}
    return ratio(sum(c in marked for c in own), len(own), sum(c in marked for c in other), len(other))
