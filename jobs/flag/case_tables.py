"""Cases as they are published, and what the next month must know of them."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from expectations.registers import REGISTER_OF
from expectations.tables_out import CASE_EVENTS, CASES
from graph.cases import Case, CaseEvent, KeyedFinding, KnownCase
from graph.explain import headline
from graph.indicator import Indicator
from graph.model import Status
from jobs.flag.detect import finding_of

STATE_AFTER = {
    "confirmed_serious": "closed",
    "confirmed_minor": "closed",
    "lawful_explanation": "dismissed",
    "data_error": "dismissed",
    "insufficient_data": "under_review",
    "handed_over": "handed_over",
}
"""State of a case after a final review; a review that was not done for lack of capacity changes nothing."""


def keyed_findings(findings: pa.Table, evidence: pa.Table) -> list[KeyedFinding]:
    """Triggered findings with their evidence and the owners of the data they cite.

    Args:
        findings: `out_flag__findings`.
        evidence: `out_flag__evidence`.
    """
    cited: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in evidence.sort_by([("finding_id", "ascending"), ("n", "ascending")]).to_pylist():
        cited[item["finding_id"]].append(item)
    return [
        KeyedFinding(
            row["finding_id"],
            finding_of(row, cited[row["finding_id"]]),
            frozenset(
                REGISTER_OF[i["table"]].owner for i in cited[row["finding_id"]] if i["table"] in REGISTER_OF
            ),
        )
        for row in findings.to_pylist()
        if row["status"] == Status.TRIGGERED
    ]


def known_cases(cases: pa.Table, findings: pa.Table) -> list[KnownCase]:
    """The published cases of a month as the next month needs them.

    Args:
        cases: `out_flag__cases`.
        findings: `out_flag__findings` of the same run.
    """
    subject = dict(zip(findings["finding_id"].to_pylist(), findings["subject_id"].to_pylist(), strict=True))
    return [
        KnownCase(
            case_id=row["case_id"],
            elements=frozenset(
                [
                    *(subject[f] for f in row["findings"]),
                    *(f"org:{c}" for c in row["companies"]),
                    *(f"dwelling:{d}" for d in row["dwellings"]),
                ]
            ),
            fingerprint=row["evidence_fingerprint"],
            first_seen_month=row["first_seen_month"],
            state=row["state"],
        )
        for row in cases.to_pylist()
    ]


def reviewed(
    cases: Sequence[Case], reviews: pa.Table, month: str
) -> tuple[dict[str, str], set[str], list[CaseEvent]]:
    """What reviews known in this run say of the cases.

    Args:
        cases: Cases of the month.
        reviews: `core_outcome__reviews`.
        month: Month evaluated; a review made in it gives an event.

    Returns:
        State by case, cases that are disputed (appealed), and events.
    """
    own = {case.case_id for case in cases}
    states: dict[str, str] = {}
    disputed: set[str] = set()
    events: list[CaseEvent] = []
    ordered = sorted(reviews.to_pylist(), key=lambda r: (r["reviewed_on"], r["review_id"]))
    for row in (r for r in ordered if r["case_id"] in own):
        state = "reopened" if row["is_final"] == "reversed" else STATE_AFTER.get(row["outcome"])
        if row["is_final"] == "appeal":
            disputed.add(row["case_id"])
        elif state:
            disputed.discard(row["case_id"])
            states[row["case_id"]] = state
        if str(row["reviewed_on"])[:7] == month:
            events.append(
                CaseEvent(
                    case_id=row["case_id"],
                    kind="reviewed",
                    other_case_id=row["review_id"],
                    detail=f"{row['outcome']} ({row['is_final']})",
                )
            )
    return states, disputed, events


def cases_table(
    cases: Sequence[Case],
    indicators: Mapping[str, Indicator],
    states: Mapping[str, str],
    disputed: set[str],
    *,
    month: str,
    as_of: datetime,
) -> pa.Table:
    """`out_flag__cases` of a month."""
    rows = []
    for case in cases:
        found = [k.finding for k in case.findings]
        rows.append(
            {
                "case_id": case.case_id,
                "month": month,
                "as_of": as_of,
                "rank": case.rank,
                "score": case.score,
                "band": case.band,
                "indicators": case.indicators,
                "context_indicators": case.context_indicators,
                "groups": sorted({indicators[i].group for i in case.indicators}),
                "findings": [k.finding_id for k in case.findings],
                "companies": sorted({c for f in found for c in f.companies}),
                "dwellings": sorted({d for f in found for d in f.dwellings}),
                "persons_n": len({p for f in found for p in f.persons}),
                "first_seen_month": case.first_seen_month,
                "state": states.get(case.case_id, case.state),
                "change": case.change,
                "disputed": case.case_id in disputed,
                "evidence_fingerprint": case.fingerprint,
                "headline_nb": headline(found, indicators, "nb"),
                "headline_en": headline(found, indicators, "en"),
            }
        )
    return pa.Table.from_pylist(rows, schema=CASES.arrow_schema)


def events_table(events: Sequence[CaseEvent], *, month: str, as_of: datetime) -> pa.Table:
    """`out_flag__case_events` of a month; ids are derived, so the same run again gives the same rows."""
    rows = {
        event_id: {
            "month": month,
            "as_of": as_of,
            "event_id": event_id,
            "case_id": event.case_id,
            "kind": event.kind,
            "other_case_id": event.other_case_id or None,
            "detail": event.detail or None,
        }
        for event in events
        for event_id in [_event_id(event, month)]
    }
    return pa.Table.from_pylist([rows[i] for i in sorted(rows)], schema=CASE_EVENTS.arrow_schema)


def _event_id(event: CaseEvent, month: str) -> str:
    text = "\x1f".join([event.case_id, month, event.kind, event.other_case_id])
    return "e-" + hashlib.sha256(text.encode()).hexdigest()[:16]
