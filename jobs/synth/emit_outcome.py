"""Outcomes month by month: inspections as they open and close, reviews, and dated events."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from jobs.months import first_day, last_day
from jobs.synth.model import Event, Inspection, Review
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

REACTION_OF = {"guidance": "veiledning", "order": "pålegg", "stop": "stans", "fine": "gebyr"}
INSPECTORATE = "ARBEIDSTILSYNET EKSEMPEL"


def outcome_deliveries(world: World) -> Iterator[Outgoing]:
    """One delivery a month.

    Args:
        world: The finished world.
    """
    inspectorate = next(f.orgnr for f in world.firms if f.name == INSPECTORATE)
    for index, month in enumerate(world.months):
        first, last = first_day(month), last_day(month)
        inspections = [
            _inspection(i, inspectorate, last)
            for i in sorted(world.inspections, key=lambda i: i.inspection_id)
            if first <= i.visited <= last or (i.final_on is not None and first <= i.final_on <= last)
        ]
        reviews = [
            _review(r)
            for r in sorted(world.reviews, key=lambda r: r.review_id)
            if first <= r.reviewed <= last
        ]
        events = [
            _event(e)
            for e in sorted(world.events, key=lambda e: e.event_id)
            if (first <= e.on or index == 0) and e.on <= last
        ]
        files = [
            Rows("tilsyn.jsonl.gz", [orjson.dumps(r) for r in inspections]),
            Rows("vurderinger.jsonl.gz", [orjson.dumps(r) for r in reviews]),
            Rows("hendelser.jsonl.gz", [orjson.dumps(r) for r in events]),
        ]
        if any(f.rows for f in files):
            yield Outgoing(
                "tilsyn_utfall",
                month,
                "ordinary",
                instant(month_after(month, 6), 8),
                [f for f in files if f.rows],
            )


def _inspection(inspection: Inspection, inspectorate: str, last: date) -> Json:
    is_final = inspection.final_on is not None and inspection.final_on <= last
    firm = inspection.firm
    record: Json = {
        "internTilsynsId": inspection.inspection_id,
        "tilsynsobjekt": firm.branch_orgnr or firm.orgnr,
        "tilsynsobjektHovedenhet": firm.orgnr,
        "tilsynsetat": inspectorate,
        "tilsynsstatus": "lukket" if is_final else "aapen",
        "tilsynsaktiviteter": [
            {"dato": f"{inspection.visited.isoformat()}T09:00:00", "form": "fysisk", "type": "tilsyn"}
        ],
        "tilsynsutvelgelse": inspection.selection,
        "funnNivaa": inspection.finding,
        "vedtakStatus": "endelig" if is_final else "ikke_endelig",
    }
    if inspection.project is not None:
        record["prosjekt_id"] = inspection.project.project_id
    if is_final and inspection.final_on is not None:
        record["endeligVedtakDato"] = inspection.final_on.isoformat()
    if inspection.finding in REACTION_OF:
        record["bruddOgReaksjoner"] = [
            {"lovparagraf": "aml § 18-6", "paalegg": REACTION_OF[inspection.finding], "reaksjonsgrad": "gul"}
        ]
    return record


def _review(review: Review) -> Json:
    record: Json = {
        "vurdering_id": review.review_id,
        "sak_id": review.case_id,
        "subjekt_type": review.subject_kind,
        "subjekt_id": review.subject,
        "as_of": review.as_of.isoformat(),
        "hvorfor_vurdert": review.selection,
        "outcome": review.outcome,
        "indikatorer": [{"id": review.indicator, "verdict": review.verdict}],
        "basis": "documents",
        "final": "yes",
        "vurdert_dato": review.reviewed.isoformat(),
        "minutter": 45,
    }
    return record | ({"lawful_reason": review.reason} if review.reason else {})


def _event(event: Event) -> Json:
    record: Json = {
        "hendelse_id": event.event_id,
        "type": event.kind,
        "dato": event.on.isoformat(),
        "orgnr": event.firm.orgnr,
        "kilde": event.origin,
    }
    return record | ({"motpart_orgnr": event.counterpart.orgnr} if event.counterpart else {})
