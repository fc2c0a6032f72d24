"""Rows of entities that do nothing, put among the others of the register's full lists."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import orjson

from jobs.synth.brreg_records import OPEN_ROLE_SHARE
from jobs.synth.model import Person
from jobs.synth.national import Dormant
from jobs.synth.outgoing import Outgoing
from jobs.synth.trades import SWITCHED_ON
from jobs.synth.world import World

Json = dict[str, Any]

FORM_TEXTS = {"ENK": "Enkeltpersonforetak", "AS": "Aksjeselskap", "FLI": "Forening/lag/innretning"}
GROUPS = {"ENK": ("INNH", "INNH"), "AS": ("STYR", "LEDE"), "FLI": ("STYR", "LEDE")}


def with_dormant(world: World, deliveries: Iterator[Outgoing]) -> Iterator[Outgoing]:
    """The register's deliveries, with the dormant entities in the full lists of entities and roles.

    Nothing ever happens to them, so no change notice holds one.

    Args:
        world: The finished world.
        deliveries: What the register delivers about the others.
    """
    rng = world.rng("dormant rows")
    open_only = [rng.random() < OPEN_ROLE_SHARE for _ in world.dormant]
    for delivery in deliveries:
        day = date.fromisoformat(delivery.period)
        if delivery.kind == "snapshot" and delivery.source == "brreg_enheter":
            rows = [orjson.dumps(_entity(d, day)) for d in world.dormant]
        elif delivery.kind == "snapshot" and delivery.source == "brreg_roller":
            pairs = zip(world.dormant, open_only, strict=True)
            rows = [orjson.dumps(_roles(d, is_open)) for d, is_open in pairs]
        else:
            rows = []
        if rows:
            # Each row starts with its number, so that this is the order of numbers.
            delivery.files[0].rows = sorted(delivery.files[0].rows + rows)
        yield delivery


def _entity(dormant: Dormant, day: date) -> Json:
    record: Json = {
        "organisasjonsnummer": dormant.orgnr,
        "navn": dormant.name,
        "organisasjonsform": _form(dormant.form),
        "registreringsdatoEnhetsregisteret": dormant.registered.isoformat(),
        "registrertIMvaregisteret": False,
        "forretningsadresse": {
            "land": "Norge",
            "landkode": "NO",
            "postnummer": dormant.postcode,
            "poststed": dormant.place,
            "adresse": [dormant.street],
            "kommune": dormant.municipality.name,
            "kommunenummer": dormant.municipality.number,
        },
        "registrertIForetaksregisteret": dormant.form == "AS",
        "konkurs": False,
        "underAvvikling": False,
        "underTvangsavviklingEllerTvangsopplosning": False,
        "maalform": "Bokmål",
        "paategninger": [],
        "respons_klasse": "Enhet",
        "naeringskode1": {"kode": dormant.industry[1 if day >= SWITCHED_ON else 0]},
    }
    if dormant.form == "AS":
        record["kapital"] = {"belop": 30000.0, "antallAksjer": 100, "type": "Aksjekapital", "valuta": "NOK"}
        record["erIKonsern"] = False
        if dormant.registered.year < day.year - 1:
            record["sisteInnsendteAarsregnskap"] = str(day.year - (1 if day.month > 7 else 2))
    record["harRegistrertAntallAnsatte"] = False
    return record


@cache
def _form(code: str) -> Json:
    return {"kode": code, "beskrivelse": FORM_TEXTS[code]}


def _roles(dormant: Dormant, is_open: bool) -> Json:
    group, code = GROUPS[dormant.form]
    changed = dormant.registered.isoformat()
    holders = [(code, dormant.leader), *(("MEDL", person) for person in dormant.members)]
    groups = [_group(group, changed, holders, is_open)]
    if dormant.form == "AS":
        groups.insert(0, _group("DAGL", changed, [("DAGL", dormant.leader)], is_open))
    return {"organisasjonsnummer": dormant.orgnr, "rollegrupper": groups}


def _group(group: str, changed: str, holders: list[tuple[str, Person]], is_open: bool) -> Json:
    return {
        "type": {"kode": group},
        "sistEndret": changed,
        "roller": [_role(code, person, i, is_open) for i, (code, person) in enumerate(holders)],
    }


def _role(code: str, holder: Person, order: int, is_open: bool) -> Json:
    person: Json = {
        "fodselsdato": holder.born.isoformat(),
        "navn": {"fornavn": holder.first, "etternavn": holder.last},
        "erDoed": False,
    }
    if not is_open:
        person["fodselsnummer"] = holder.number
    return {
        "type": {"kode": code},
        "person": person,
        "fratraadt": False,
        "avregistrert": False,
        "rekkefolge": order,
    }
