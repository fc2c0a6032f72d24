"""Outcomes month by month: inspections and reviews in all their versions, and dated events."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from jobs.months import first_day, last_day
from jobs.synth.model import Building, Event
from jobs.synth.outcomes import Inspection, Review
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

REACTION_OF = {
    "guidance": ("veiledning", "gul"),
    "order": ("pålegg", "gul"),
    "stop": ("stans", "rød"),
    "fine": ("overtredelsesgebyr", "rød"),
    "police_report": ("anmeldelse", "rød"),
    "tax_assessment": ("fastsetting", "rød"),
}
INSPECTORATE = "ARBEIDSTILSYNET EKSEMPEL"
ORDINARY_DAY, LATE_DAY = 6, 20
FEWEST_MONTHS_FOR_MISTAKE = 6


def outcome_deliveries(world: World) -> Iterator[Outgoing]:
    """One delivery a month, a late one a fortnight after it, and once the withdrawal of a mistake.

    The first one holds what happened before the window as well.

    Args:
        world: The finished world.
    """
    inspectorate = next(f.orgnr for f in world.public_bodies() if f.name == INSPECTORATE)
    inspections = sorted(world.inspections, key=lambda i: i.inspection_id)
    reviews = sorted(world.reviews, key=lambda r: r.review_id)
    events = sorted(world.events, key=lambda e: e.event_id)
    mistake = _mistake(world)
    for index, month in enumerate(world.months):
        first, last = first_day(month), last_day(month)
        begin = date.min if index == 0 else first
        now = [i for i in inspections if _has_news(i, begin, last)]
        late = [i for i in now if _is_late(i, first, last)]
        rows = [_review(r, last) for r in reviews if _is_due(r, begin, last)]
        if mistake is not None and mistake[0] == index:
            rows.append(_review(mistake[1], last))
        files = [
            Rows(
                "tilsyn.jsonl.gz",
                [orjson.dumps(_inspection(i, inspectorate, last)) for i in now if i not in late],
            ),
            Rows("vurderinger.jsonl.gz", [orjson.dumps(row) for row in rows]),
            Rows("hendelser.jsonl.gz", [orjson.dumps(_event(e)) for e in events if begin <= e.on <= last]),
        ]
        if kept := [f for f in files if f.rows]:
            at = instant(month_after(month, ORDINARY_DAY), 8)
            yield Outgoing("tilsyn_utfall", month, "ordinary", at, kept)
        if late:
            found = Rows("tilsyn.jsonl.gz", [orjson.dumps(_inspection(i, inspectorate, last)) for i in late])
            yield Outgoing("tilsyn_utfall", month, "late", instant(month_after(month, LATE_DAY), 8), [found])
        if mistake is not None and mistake[0] + 1 == index:
            row = {
                "fil": "vurderinger.jsonl.gz",
                "noekkel": {"vurdering_id": mistake[1].review_id},
                "grunn": "feilsendt",
            }
            yield Outgoing(
                "tilsyn_utfall", month, "deletion", instant(month_after(month, ORDINARY_DAY + 2), 8),
                [Rows("slettinger.jsonl.gz", [orjson.dumps(row)])],
            )  # fmt: skip


def _has_news(inspection: Inspection, begin: date, last: date) -> bool:
    days = (inspection.visited, inspection.appealed_on, inspection.final_on, inspection.reversed_on)
    return any(day is not None and begin <= day <= last for day in days)


def _is_late(inspection: Inspection, first: date, last: date) -> bool:
    """Whether the case system passes on the visit after the others of its month."""
    reported = inspection.reported or inspection.visited
    return first <= inspection.visited <= last and reported > inspection.visited


def _is_due(review: Review, begin: date, last: date) -> bool:
    return begin <= review.reviewed <= last or (
        review.corrected_on is not None and begin <= review.corrected_on <= last
    )


def _mistake(world: World) -> tuple[int, Review] | None:
    """A review that was sent by mistake, and the month it comes with; a long enough country has one."""
    firms = [f for f in world.firms if f.trade.sn2007 and not f.is_planted and not f.public_kind]
    if len(world.months) < FEWEST_MONTHS_FOR_MISTAKE or world.district.index or not firms:
        return None
    rng, index = world.rng("mistake"), len(world.months) // 2
    day = first_day(world.months[index])
    return index, Review(
        world.numbers.code(rng, "V-", 7), f"S-{99_999:05d}", "virksomhet", rng.choice(firms).orgnr,
        last_day(world.months[index - 1]), day.replace(day=12), "plan", "insufficient_data", "A01",
        "not_assessed", basis="desk",
    )  # fmt: skip


def _inspection(inspection: Inspection, inspectorate: str, last: date) -> Json:
    """One version of an inspection: as it stands at the end of a month."""
    firm = inspection.firm
    status = inspection.status_on(last)
    is_closed = status in ("endelig", "omgjort")
    record: Json = {
        "internTilsynsId": inspection.inspection_id,
        "tilsynsobjekt": firm.branch_orgnr or firm.orgnr,
        "tilsynsobjektHovedenhet": firm.orgnr,
        "tilsynsetat": inspectorate,
        "tilsynsstatus": "lukket" if is_closed else "aapen",
        "tilsynsaktiviteter": [
            {
                "dato": f"{inspection.visited.isoformat()}T09:00:00",
                "form": "fysisk",
                "type": "innkvartering" if inspection.dwelling is not None else "tilsyn",
            }
        ],
        "tilsynsutvelgelse": inspection.selection,
        "funnNivaa": inspection.finding,
        "vedtakStatus": status,
    }
    if inspection.project is not None:
        record["prosjekt_id"] = inspection.project.project_id
    building = _visited(inspection)
    unit = {} if inspection.dwelling is None else {"bruksenhetsnummer": inspection.dwelling.unit}
    record["adresseId"] = building.address_id
    record["besoeksadresse"] = {
        "bygningsnummer": building.number,
        **unit,
        "adressenavn": building.street,
        "adressenummer": f"{building.house_no}{building.letter}",
        "postnummer": building.postcode,
        "kommunenummer": building.municipality.number,
    }
    if is_closed and inspection.final_on is not None and inspection.final_on <= last:
        record["endeligVedtakDato"] = inspection.final_on.isoformat()
    if inspection.finding in REACTION_OF:
        reaction, degree = REACTION_OF[inspection.finding]
        record["bruddOgReaksjoner"] = [
            {
                "lovparagraf": "aml § 18-8" if inspection.finding == "stop" else "aml § 18-6",
                "paalegg": reaction,
                "reaksjonsgrad": degree,
            }
        ]
    return record


def _visited(inspection: Inspection) -> Building:
    """Where the inspectors went: to the lodging, to the site, or to the firm."""
    if inspection.dwelling is not None:
        return inspection.dwelling.building
    return inspection.firm.address if inspection.project is None else inspection.project.site


def _review(review: Review, last: date) -> Json:
    """One version of a review: as it stands at the end of a month."""
    final = "yes"
    if review.corrected_on is not None and review.corrected_on <= last:
        final = "reversed"
    elif review.is_appealed and (last - review.reviewed).days < 90:
        final = "appeal"
    record: Json = {
        "vurdering_id": review.review_id,
        "sak_id": review.case_id,
        "subjekt_type": review.subject_kind,
        "subjekt_id": review.subject,
        "as_of": review.as_of.isoformat(),
        "hvorfor_vurdert": review.selection,
        "outcome": review.outcome,
        "indikatorer": [{"id": review.indicator, "verdict": review.verdict}],
        "basis": review.basis,
        "final": final,
        "vurdert_dato": review.reviewed.isoformat(),
        "minutter": review.minutes,
    }
    if review.reason:
        record["lawful_reason"] = review.reason
    if review.tier:
        record["reaction_tier"] = review.tier
    return record


def _event(event: Event) -> Json:
    record: Json = {
        "hendelse_id": event.event_id,
        "type": event.kind,
        "dato": event.on.isoformat(),
        "orgnr": event.firm.orgnr,
        "kilde": event.origin,
    }
    if event.counterpart is not None:
        record["motpart_orgnr"] = event.counterpart.orgnr
    if event.person is not None:
        record["fnr"] = event.person.number_on(event.on)
    if event.until is not None:
        record["til_dato"] = event.until.isoformat()
    return record
