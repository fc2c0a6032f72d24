"""Where people live, as three registers see it: cadastre, population register, accommodation notices."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Building, Dwelling, Firm, Notice, Person, Stay, Tenure
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

ADDRESS_COLUMNS = (
    "lokalid;kommunenummer;kommunenavn;adressetype;adressetilleggsnavn;adressekode;adressenavn;nummer;bokstav;"
    "gardsnummer;bruksnummer;festenummer;seksjonsnummer;undernummer;adresseTekst;EPSG-kode;Nord;Øst;postnummer;"
    "poststed;grunnkretsnummer;grunnkretsnavn;organisasjonsnummer;oppdateringsdato;datauttaksdato;adresseId;"
    "uuidAdresse;bruksenhet"
)
DELTA_EVERY = 3
"""Months between changes of the cadastre; the last month always has one."""


# ---- cadastre ------------------------------------------------------------------------------------
def cadastre_deliveries(world: World) -> Iterator[Outgoing]:
    """A snapshot before the window, then changes: new buildings, new owners and tenants.

    Args:
        world: The finished world.
    """
    before = date.min
    days = [world.opening - timedelta(days=1)]
    days += [
        last_day(m)
        for i, m in enumerate(world.months)
        if i % DELTA_EVERY == DELTA_EVERY - 1 or m == world.months[-1]
    ]
    for number, day in enumerate(days):
        built = sorted((b for b in world.buildings if before < b.built <= day), key=lambda b: b.number)
        units = sorted((d for b in built for d in b.dwellings), key=lambda d: d.uuid)
        tenures = sorted(
            (
                (tenure.tenure_id, dwelling, tenure)
                for dwelling in world.dwellings
                for tenure in dwelling.tenures
                if before < tenure.since <= day and dwelling.building.built <= day
            ),
            key=lambda row: row[0],
        )
        addresses = [row for b in sorted(built, key=lambda b: b.address_id) for row in _addresses(b, day)]
        files = [
            Rows(
                "adresser_leilighetsniva.csv.gz", addresses, b"\xef\xbb\xbf" + ADDRESS_COLUMNS.encode(), "csv"
            ),
            Rows("bygninger.jsonl.gz", [orjson.dumps(_building(b)) for b in built]),
            Rows("bruksenheter.jsonl.gz", [orjson.dumps(_unit(d)) for d in units]),
            Rows("eierforhold.jsonl.gz", [orjson.dumps(_tenure(d, t)) for _, d, t in tenures]),
        ]
        before = day
        if any(f.rows for f in files):
            yield Outgoing(
                "kartverket_matrikkel", day.isoformat(), "delta" if number else "snapshot",
                instant(day + timedelta(days=1), 5), [f for f in files if f.rows],
            )  # fmt: skip


def _addresses(building: Building, day: date) -> Iterator[bytes]:
    taken = f"{day:%d.%m.%Y} 04:00:00"
    units: list[Dwelling | None] = [*building.dwellings] or [None]
    for dwelling in units:
        place = building.municipality
        fields = (
            building.address_id, place.number, place.name, "vegadresse", "", building.street_code,
            building.street, str(building.house_no), building.letter,
            str(building.farm_no), str(building.holding_no), "",
            dwelling.section if dwelling else "", "", building.address_text, "25833",
            f"{building.north:.2f}", f"{building.east:.2f}", building.postcode, building.place,
            "", "", "", taken, taken,
            building.address_id, "", dwelling.unit if dwelling else "",
        )  # fmt: skip
        yield ";".join(fields).encode()


def _building(building: Building) -> Json:
    record: Json = {
        "bygningsnummer": building.number,
        "lopenummer": 0,
        "kommunenummer": building.municipality.number,
        "bygningstype": building.kind,
        "bygningsstatus": building.status,
        "bygningsstatus_dato": building.built.isoformat(),
        "representasjonspunkt": {"nord": building.north, "oest": building.east},
    }
    if building.dwellings:
        living = round(sum(d.area or 60.0 for d in building.dwellings), 1)
        record["etasjedata"] = {
            "antallBoenheter": len(building.dwellings),
            "bruksarealTilBolig": living,
            "bruksarealTotalt": round(living * 1.1, 1),
        }
    return record


def _unit(dwelling: Dwelling) -> Json:
    record: Json = {
        "uuid": dwelling.uuid,
        "bygningsnummer": dwelling.building.number,
        "adresseId": dwelling.building.address_id,
        "bruksenhetsnummer": dwelling.unit,
        "bruksenhetstype": dwelling.unit_kind,
        "matrikkelenhet": _land(dwelling),
    }
    if dwelling.rooms is not None:
        record["antallRom"] = dwelling.rooms
    if dwelling.baths is not None:
        record["antallBad"] = record["antallWC"] = dwelling.baths
    if dwelling.area is not None:
        record["bruksareal"] = dwelling.area
    return record


def _land(dwelling: Dwelling) -> Json:
    building = dwelling.building
    land = {
        "kommunenummer": building.municipality.number,
        "gardsnummer": str(building.farm_no),
        "bruksnummer": str(building.holding_no),
    }
    return land | ({"seksjonsnummer": dwelling.section} if dwelling.section else {})


def _tenure(dwelling: Dwelling, tenure: Tenure) -> Json:
    record: Json = {
        "eierforhold_id": tenure.tenure_id,
        "matrikkelenhet": _land(dwelling),
        "rolle": tenure.kind,
        "andel": tenure.share,
        "fra_dato": tenure.since.isoformat(),
    }
    if isinstance(tenure.holder, Firm):
        return record | {"eier_orgnr": tenure.holder.orgnr}
    return record | {"eier_fnr": tenure.holder.number}


# ---- population register -------------------------------------------------------------------------
def population_deliveries(world: World) -> Iterator[Outgoing]:
    """A snapshot before the window, then everybody who changed, month by month.

    Args:
        world: The finished world.
    """
    known = sorted((p for p in world.persons if p.stays), key=lambda p: p.number)
    before = date.min
    for index, day in enumerate([world.opening - timedelta(days=1), *(last_day(m) for m in world.months)]):
        changed = [p for p in known if any(before < when <= day for when in _changes(p))]
        rows = [orjson.dumps(_person(p, day)) for p in changed]
        before = day
        if rows:
            yield Outgoing(
                "folkeregisteret_bosted", day.isoformat(), "delta" if index else "snapshot",
                instant(day + timedelta(days=1), 5, 30), [Rows("personer.jsonl.gz", rows)],
            )  # fmt: skip


def _changes(person: Person) -> Iterator[date]:
    if person.later_from is not None:
        yield person.later_from
    for stay in person.stays:
        yield stay.registered
        if stay.until_registered is not None:
            yield stay.until_registered


def _person(person: Person, day: date) -> Json:
    numbers = [_number(person.number, "dNummer" if person.is_d_number else "foedselsnummer", "iBruk")]
    is_settled = person.later_from is not None and person.later_from <= day
    if is_settled:
        numbers[0]["status"] = "opphoert"
        numbers.insert(0, _number(person.later_number, "foedselsnummer", "iBruk"))
    record: Json = {
        "identifikasjonsnummer": numbers,
        "foedselsdato": person.born.isoformat(),
        "status": "midlertidig" if person.is_d_number and not is_settled else "bosatt",
    }
    seen = [s for s in reversed(person.stays) if s.registered <= day]
    residences = [_stay(person, s, day) for s in seen if not s.is_temporary]
    temporary = [_stay(person, s, day) for s in seen if s.is_temporary]
    if residences:
        record["bostedsadresse"] = residences
    if temporary:
        record["oppholdsadresse"] = temporary
    if person.relations:
        record["familierelasjon"] = [
            {"relatertPerson": other.number_on(day), "relatertPersonsRolle": role}
            for other, role in person.relations
        ]
    return record


def _number(number: str, kind: str, status: str) -> Json:
    return {"foedselsEllerDNummer": number, "status": status, "identifikatortype": kind}


def _stay(person: Person, stay: Stay, day: date) -> Json:
    building = stay.dwelling.building
    street: Json = {
        "kommunenummer": building.municipality.number,
        "bruksenhetstype": "bolig" if stay.is_unit_known else "unummerertBruksenhet",
        "adressenavn": building.street,
        "adressekode": building.street_code,
        "adressenummer": {"husnummer": str(building.house_no)},
        "poststed": {"poststedsnavn": building.place, "postnummer": building.postcode},
    }
    if building.letter:
        street["adressenummer"]["husbokstav"] = building.letter
    if stay.is_unit_known:
        street["bruksenhetsnummer"] = stay.dwelling.unit
    is_over = stay.until is not None and stay.until_registered is not None and stay.until_registered <= day
    record: Json = {
        "erGjeldende": not is_over,
        "gyldighetstidspunkt": f"{stay.since.isoformat()}T00:00:00Z",
        "ajourholdstidspunkt": f"{stay.registered.isoformat()}T03:00:00Z",
        "adressegradering": person.grading,
        "adresseIdentifikatorFraMatrikkelen": building.address_id,
        "vegadresse": street,
    }
    record["oppholdsadressedato" if stay.is_temporary else "flyttedato"] = stay.since.isoformat()
    if is_over and stay.until is not None:
        record["opphoerstidspunkt"] = f"{stay.until.isoformat()}T00:00:00Z"
    return record


# ---- accommodation notices -----------------------------------------------------------------------
def notice_deliveries(world: World) -> Iterator[Outgoing]:
    """Notices by the month in which they were made.

    Args:
        world: The finished world.
    """
    by_month: dict[str, list[Notice]] = {}
    for notice in world.notices:
        month = max(f"{notice.reported:%Y-%m}", world.months[0])
        by_month.setdefault(month, []).append(notice)
    for month in world.months:
        if month in by_month:
            listed = sorted(by_month[month], key=lambda n: n.notice_id)
            rows = [orjson.dumps(_notice(n)) for n in listed]
            yield Outgoing(
                "innkvartering_meldinger", month, "ordinary", instant(month_after(month, 7), 8),
                [Rows("innkvartering.jsonl.gz", rows)],
            )  # fmt: skip


def _notice(notice: Notice) -> Json:
    building = notice.dwelling.building
    record: Json = {
        "melding_id": notice.notice_id,
        "meldt_dato": notice.reported.isoformat(),
        "meldt_av": notice.reporter,
        "bekreftet": notice.is_confirmed,
        "type": notice.kind,
        "adresseId": building.address_id,
        "bruksenhetsnummer": notice.dwelling.unit,
        "bygningsnummer": building.number,
        "adressetekst": building.address_text,
        "kommunenummer": building.municipality.number,
        "tilbyder_orgnr": notice.provider.orgnr if notice.provider else None,
        "tilbyder_fnr": notice.provider_person.number if notice.provider_person else None,
        "leietaker_orgnr": notice.tenant.orgnr if notice.tenant else None,
        "eier_orgnr": notice.owner.orgnr if notice.owner else None,
        "kapasitet_personer": notice.capacity,
        "antall_soverom": notice.bedrooms,
        "antall_dusj": notice.showers,
        "antall_wc": notice.toilets,
        "boareal": notice.area,
        "fra": notice.since.isoformat(),
        "til": notice.until.isoformat() if notice.until else None,
        "tillatelse": {"finnes": notice.permit, "referanse": notice.permit_ref or None},
        "beboere": [
            {
                "fnr": lodger.person.number_on(notice.reported),
                "arbeidsgiver_orgnr": lodger.employer.orgnr if lodger.employer else None,
                "fra": lodger.since.isoformat(),
                "leie_per_maaned": lodger.rent,
                "trekkes_i_loenn": lodger.is_deducted,
                "skriftlig_avtale": lodger.has_agreement,
            }
            for lodger in notice.residents
        ],
    }
    return {key: value for key, value in record.items() if value is not None}
