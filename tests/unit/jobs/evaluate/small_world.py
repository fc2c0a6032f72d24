"""A planted world and what was found of it, small enough to be worked out by hand.

Indicators A01, A02, B01 and I01 run; I03 and F01 do not. R1 and R2 are found, R3 cannot be seen yet, R4 is
only for an indicator that does not run, R5 is held back by a guard. L1 is flagged although it is lawful.
"""

from typing import Any

from graph.indicator import Indicator
from graph.registry import indicator
from jobs.evaluate.matching import Matches
from jobs.evaluate.snapshot import Snapshot
from jobs.evaluate.truth import Truth, look_alike_of, ring_of

MONTH = "2026-01"
LIVE = frozenset(("A01", "A02", "B01", "I01"))
INDICATORS: tuple[Indicator, ...] = tuple(indicator(own) for own in sorted(LIVE))
COMPANIES = frozenset(map(str, [*range(1, 13), 20, 21, 30, 40]))

Row = dict[str, Any]


def ring(ring_id: str, difficulty: str, acts: dict[str, tuple[str, str, str, str]], **more: Any) -> Row:
    """Per indicator: subject, members, first unlawful and first observable month."""
    members = {i: own.split() for i, (_, own, _, _) in acts.items()}
    return {
        "ring_id": ring_id,
        "difficulty": difficulty,
        "indicators": sorted(acts),
        "companies": sorted({c for own in members.values() for c in own}),
        "dwellings": [],
        "key_edges": [],
        "subjects": {i: [subject] for i, (subject, *_) in acts.items()},
        "members": members,
        "acts": {
            i: {
                "act": f"act_{i}",
                "variant": difficulty,
                "first_unlawful_month": unlawful,
                "first_observable_month": observable,
            }
            for i, (_, _, unlawful, observable) in acts.items()
        },
        "first_unlawful_month": min(a[2] for a in acts.values()),
        "first_observable_month": max(a[3] for a in acts.values()),
    } | more


def look_alike(own: str, kind: str, resembles: str, subject: str, members: str, expected: str) -> Row:
    return {
        "id": own,
        "kind": kind,
        "resembles": resembles,
        "subjects": [subject],
        "members": {resembles: members.split()},
        "companies": members.split(),
        "expected": expected,
    }


RINGS = (
    ring(
        "R1",
        "easy",
        {
            "A01": ("project:P1", "1 2 3", "2025-09", "2025-11"),
            "A02": ("cluster:c1", "1 2 3", "2025-10", "2025-12"),
        },
        companies=["1", "2", "3", "4"],
        key_edges=["K1", "K2", "F1", "F2"],
    ),
    ring(
        "R2",
        "hard",
        {
            "B01": ("pair:5:6", "5 6", "2025-11", "2025-11"),
            "I01": ("dwelling:d2:H0101", "6", "2025-12", "2025-12"),
            "I03": ("address:d2", "6", "2025-12", "2026-03"),
        },
        dwellings=["d2:H0101"],
    ),
    ring("R3", "held_out", {"B01": ("pair:7:8", "7 8", "2026-01", "2026-02")}),
    ring("R4", "medium", {"F01": ("org:9", "9", "2025-10", "2025-10")}),
    ring("R5", "medium", {"I01": ("dwelling:d5:H0101", "12", "2025-12", "2025-12")}, dwellings=["d5:H0101"]),
)
LOOK_ALIKES = (
    look_alike("L01", "exactly_two_links", "A01", "project:P9", "10 11", "silent"),
    look_alike("L02", "corporate_group", "A02", "cluster:c2", "20 21", "suppressed"),
    look_alike("L03", "rooms_and_area_unknown", "I01", "dwelling:d3:H0101", "", "not_evaluable"),
    look_alike("L04", "students_without_work", "I01", "dwelling:d4:H0101", "", "silent"),
    look_alike("L05", "many_at_an_address", "I03", "address:d9", "", "silent"),
)


def truth(**more: Any) -> Truth:
    return Truth(tuple(map(ring_of, RINGS)), tuple(map(look_alike_of, LOOK_ALIKES)), **more)


def finding(own: str, indicator_id: str, subject: str, companies: str = "", **more: Any) -> Row:
    return {
        "finding_id": own,
        "indicator_id": indicator_id,
        "subject_id": subject,
        "companies": companies.split(),
        "dwellings": [],
        "persons": [],
        "status": "triggered",
        "role": "trigger",
        "margin": 1,
        "suppressed_reason": None,
        "facts": [],
        "guards_applied": [],
        "data_quality": [],
    } | more


FINDINGS = (
    finding("f1", "A01", "chain:P1:abc", "1 2 3", margin=2, persons=["p1"]),
    finding("f2", "A02", "cluster:c1x", "1 2 3 30", persons=["p1", "p2"]),
    finding("f3", "B01", "pair:5:6", "5 6", margin=2),
    finding("f4", "I01", "dwelling:d2:H0101", "6", dwellings=["d2:H0101"]),
    finding("f5", "A01", "chain:P9:abc", "10 11", persons=["p2", "p3"]),
    finding("f6", "I01", "dwelling:d8:H0101", "40", margin=2, persons=["p4"], dwellings=["d8:H0101"]),
    finding("f7", "A02", "cluster:c2", "20 21", status="suppressed", suppressed_reason="same_owner"),
    finding("f8", "I01", "dwelling:d5:H0101", "12", status="suppressed", suppressed_reason="family"),
    finding("f9", "I01", "dwelling:d3:H0101", status="not_evaluable", margin=None),
    finding("f10", "A01", "chain:P8:abc", "40", role="context"),
    finding("f11", "B01", "pair:1:4", "1 4"),
    finding("f12", "B01", "pair:10:40", "10 40", status="not_triggered", margin=-1),
)


def case(rank: int, own: str, findings: str, companies: str, indicators: str, **more: Any) -> Row:
    return {
        "rank": rank,
        "case_id": own,
        "findings": findings.split(),
        "companies": companies.split(),
        "dwellings": [],
        "indicators": indicators.split(),
        "band": "A",
        "score": 1,
        "change": "new",
    } | more


CASES = (
    case(1, "K1", "f1 f2", "1 2 3 30", "A01 A02"),
    case(2, "K2", "f5 f6", "10 11 40", "A01 I01", dwellings=["d8:H0101"]),
    case(3, "K3", "f3 f4", "5 6", "B01 I01", band="B", dwellings=["d2:H0101"]),
)
COVERAGE = tuple(
    {"indicator_id": own, "subject_type": kind, "status": status, "reason": reason, "subjects_n": n}
    for own, kind, status, reason, n in (
        ("A01", "project", "not_triggered", "evaluated", 5),
        ("A01", "chain", "triggered", "evaluated", 3),
        ("A01", "project", "not_evaluable", "no_subcontract_known", 12),
        ("A02", "cluster", "triggered", "evaluated", 1),
        ("A02", "cluster", "suppressed", "evaluated", 1),
        ("A02", "org", "not_evaluable", "no_invoice_known", 8),
        ("B01", "pair", "triggered", "evaluated", 2),
        ("B01", "pair", "not_triggered", "evaluated", 1),
        ("I01", "dwelling", "triggered", "evaluated", 2),
        ("I01", "dwelling", "suppressed", "evaluated", 1),
        ("I01", "dwelling", "not_evaluable", "rooms_unknown", 1),
        ("I01", "dwelling", "not_triggered", "fewer_than_three_working_adults", 96),
    )
)


def snapshot(**changed: Any) -> Snapshot:
    given: dict[str, Any] = {
        "month": MONTH,
        "findings": FINDINGS,
        "cases": CASES,
        "coverage": COVERAGE,
        "companies": COMPANIES,
        "inspections": {"1": "order", "10": "none", "20": "guidance"},
    }
    return Snapshot(**given | changed)


def matches(**changed: Any) -> Matches:
    return Matches(truth(), snapshot(**changed))
