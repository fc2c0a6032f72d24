"""The approval registers as they show themselves on the last day of each month: today only, no history."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import orjson

from jobs.months import last_day
from jobs.synth.approvals import ALONE, APPLIED, APPROVED, CARDS, GONE, REFUSED, Approval
from jobs.synth.geography import COUNTIES
from jobs.synth.model import Firm
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.trades import SWITCHED_ON
from jobs.synth.work import staff_on
from jobs.synth.world import World, instant

Json = dict[str, Any]

XML_HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<ArrayOfRenholdsvirksomhet xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)
XML_TAIL = b"</ArrayOfRenholdsvirksomhet>\n"
CLEANING_TEXTS = {
    APPLIED: ("Søknad under behandling", "Under behandling"),
    CARDS: ("Under HMS-kortbestilling", "HMS-kortbestilling under behandling"),
    APPROVED: ("Godkjent med ansatte", "Godkjent med ansatte"),
    ALONE: ("Godkjent uten ansatte", "Godkjent uten ansatte"),
    REFUSED: ("Ikke godkjent", "Ikke godkjent"),
}
"""Two spellings of some states are in use at the same time."""
STAFFING_CODES = {
    APPLIED: (2, "Søknad under behandling"),
    CARDS: (2, "Søknad under behandling"),
    APPROVED: (1, "Godkjent"),
    ALONE: (1, "Godkjent"),
    REFUSED: (2, "Ikke Godkjent"),
}
CAR_CARE_CODES = {
    APPLIED: (1, "Søknad under behandling"),
    CARDS: (2, "Under HMS-kortbestilling"),
    APPROVED: (4, "Godkjent med ansatte"),
    ALONE: (3, "Godkjent uten ansatte"),
    REFUSED: (5, "Ikke godkjent"),
}
ROAD_AUTHORITY = (6, "Godkjent av Statens vegvesen")
ROAD_AUTHORITY_EVERY = 4
"""Of the approved garages, every fourth is approved by the road authority instead."""
REGISTER_NAMES = {"bemanning": "bemanningsforetaksregisteret", "bilpleie": "bilpleieregisteret"}
FORM_TEXTS = {"AS": "Aksjeselskap", "ENK": "Enkeltpersonforetak", "NUF": "Norskregistrert utenlandsk foretak"}
MISSED_SHARE = 0.004
"""Part of rows that a day's register lacks by mistake."""
COUNTY_NAMES = {county.number: county.name for county in COUNTIES}


def approval_deliveries(world: World) -> Iterator[Outgoing]:
    """One delivery of three files on the last day before the window and on the last day of each month.

    Args:
        world: The finished world.
    """
    rng = world.rng("arbeidstilsynet_registre")
    by_register: dict[str, list[Approval]] = {"renhold": [], "bemanning": [], "bilpleie": []}
    for approval in sorted(world.approvals, key=lambda a: a.firm.orgnr):
        by_register[approval.register].append(approval)
    # A firm keeps the spelling it was entered with.
    spelling = {a.firm: rng.randrange(2) for a in by_register["renhold"]}
    before = world.opening - timedelta(days=1)
    for day in (before, *(last_day(m) for m in world.months)):
        cleaning = [
            _cleaning(a.firm, CLEANING_TEXTS[state][spelling[a.firm]])
            for a, state in _listed(world, rng, by_register["renhold"], day)
        ]
        files = [Rows("renhold.xml.gz", cleaning, XML_HEAD, "xml", XML_TAIL)]
        for register in ("bemanning", "bilpleie"):
            rows = [
                orjson.dumps(_company(a, register, state, day))
                for a, state in _listed(world, rng, by_register[register], day)
            ]
            files.append(_document(register, rows, day))
        yield Outgoing("arbeidstilsynet_registre", day.isoformat(), "snapshot", instant(day, 7), files)


def _listed(
    world: World, rng: Random, approvals: list[Approval], day: date
) -> Iterator[tuple[Approval, str]]:
    missed = MISSED_SHARE * world.parameters.noise
    for approval in approvals:
        state = approval.on(day)
        if state and state != GONE and rng.random() >= missed:
            yield approval, state


def _document(register: str, rows: list[bytes], day: date) -> Rows:
    made_at = f"{day.isoformat()}T05:00:00.0000000Z"
    head = orjson.dumps(
        {
            "metadata": {"versjon": "2.2", "datoTidGenerert": made_at},
            "registernavn": REGISTER_NAMES[register],
        }
    )
    return Rows(f"{register}.json.gz", rows, head[:-1] + b',"data":[\n', "json", b"\n]}\n")


def _cleaning(firm: Firm, status: str) -> bytes:
    site, place = firm.address, firm.municipality
    county_no, branches = place.number[:2], ""
    if firm.branch_orgnr:
        branches = (
            f"<Avdeling><Organisasjonsnummer>{firm.branch_orgnr}</Organisasjonsnummer>"
            f"<Navn>{escape(firm.name)}</Navn></Avdeling>"
        )
    return (
        f"<Renholdsvirksomhet><Organisasjonsnummer>{firm.orgnr}</Organisasjonsnummer>"
        f"<Navn>{escape(firm.name)}</Navn>"
        f"<Adresse><Gateadresse>{escape(site.address_text)}</Gateadresse>"
        f"<Postnummer>{site.postcode}</Postnummer><Poststed>{site.place}</Poststed>"
        f"<Kommunenummer>{place.number}</Kommunenummer><Kommune>{place.name}</Kommune>"
        f"<Fylkesnummer>{county_no}</Fylkesnummer>"
        f"<Fylke>{COUNTY_NAMES.get(county_no) or place.name}</Fylke></Adresse>"
        f"<Underavdelinger>{branches}</Underavdelinger><Status>{status}</Status></Renholdsvirksomhet>"
    ).encode()


def _status(approval: Approval, register: str, state: str) -> tuple[int, str]:
    if register == "bemanning":
        return STAFFING_CODES[state]
    if state == APPROVED and int(approval.firm.orgnr[1:]) % ROAD_AUTHORITY_EVERY == 0:
        return ROAD_AUTHORITY
    return CAR_CARE_CODES[state]


def _company(approval: Approval, register: str, state: str, day: date) -> Json:
    firm = approval.firm
    code, text = _status(approval, register, state)
    site = firm.address
    record: Json = {
        "organisasjonsnummer": firm.orgnr,
        "overordnetEnhet": None,
        "navn": firm.name,
        "antallAnsatte": staff_on(firm, day) or None,
        "registerstatus": code,
        "registerstatusTekst": text,
        # The older field lags behind: it goes on saying what the firm applied for.
        "godkjenningsstatus": "Godkjent" if state == CARDS else text,
        "organisasjonsform": {"kode": firm.form, "beskrivelse": FORM_TEXTS.get(firm.form, firm.form)},
        "naeringskoder": [
            {"kode": firm.trade.sn2025 if day >= SWITCHED_ON else firm.trade.sn2007, "beskrivelse": ""}
        ],
        "forretningsadresse": {
            "gateadresse": [site.address_text],
            "postnummer": site.postcode,
            "poststed": site.place,
            "kommune": firm.municipality.name if register == "bilpleie" else "",
            "kommunenummer": firm.municipality.number if register == "bilpleie" else "",
            "fylke": "",
            "fylkesnummer": "",
            "land": "Norge",
            "landkode": "NO",
        },
        "registreringsdatoEnhetsregisteret": firm.registered.isoformat(),
        "underenheter": [],
    }
    if firm.branch_orgnr:
        own_code, own_text = _status(approval, register, approval.branch_state or state)
        record["underenheter"] = [
            {
                "organisasjonsnummer": firm.branch_orgnr,
                "overordnetEnhet": firm.orgnr,
                "navn": firm.name,
                "registerstatus": own_code,
                "registerstatusTekst": own_text,
                "godkjenningsstatus": own_text,
            }
        ]
    return record
