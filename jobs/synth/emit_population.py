"""The population register: who is registered where, from when, and who is family."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Dwelling, Person, Stay
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant

Json = dict[str, Any]

UNIT_KINDS = {
    "B": "bolig", "A": "annetEnnBolig", "F": "fritidsbolig", "I": "ikkeGodkjentBolig",
    "U": "unummerertBruksenhet",
}  # fmt: skip
SNAPSHOT_MONTH = 12
"""After this month of the year everybody is delivered again."""


def population_deliveries(world: World) -> Iterator[Outgoing]:
    """A snapshot before the window and at the end of each year, and every month everybody who changed.

    Args:
        world: The finished world.
    """
    known = sorted((p for p in world.persons if p.stays), key=lambda p: p.number)
    days = [world.opening - timedelta(days=1), *(last_day(m) for m in world.months)]
    when = {day: index for index, day in enumerate(days)}
    changed: list[list[Person]] = [[] for _ in days]
    for person in known:
        for index in sorted({i for on in _changes(person) if (i := _delivery_of(on, days)) is not None}):
            changed[index].append(person)
    for day in days:
        index = when[day]
        is_snapshot = index == 0 or day.month == SNAPSHOT_MONTH
        listed = [p for p in known if _is_known(p, day)] if is_snapshot else changed[index]
        if listed:
            yield Outgoing(
                "folkeregisteret_bosted", day.isoformat(), "snapshot" if is_snapshot else "delta",
                instant(day + timedelta(days=1), 5, 30),
                [Rows("personer.jsonl.gz", [orjson.dumps(_person(p, day)) for p in listed])],
            )  # fmt: skip


def _delivery_of(on: date, days: list[date]) -> int | None:
    """The first delivery that knows what was registered on a day."""
    if on <= days[0]:
        return 0
    months = (on.year - days[1].year) * 12 + on.month - days[1].month + 1
    return months if months < len(days) else None


def _is_known(person: Person, day: date) -> bool:
    return any(on <= day for on in _changes(person))


def _changes(person: Person) -> Iterator[date]:
    if person.later_from is not None:
        yield person.later_from
    if person.gone is not None:
        yield person.gone[0]
    for stay in person.stays:
        yield stay.registered
        if stay.correction is not None:
            yield stay.correction.on
        if stay.until_registered is not None:
            yield stay.until_registered


def _person(person: Person, day: date) -> Json:
    numbers = [_number(person.number, "dNummer" if person.is_d_number else "foedselsnummer", "iBruk")]
    is_settled = person.later_from is not None and person.later_from <= day
    if is_settled:
        numbers[0]["status"] = "opphoert"
        numbers.insert(0, _number(person.later_number, "foedselsnummer", "iBruk"))
    status = "midlertidig" if person.is_d_number and not is_settled else "bosatt"
    if person.gone is not None and person.gone[0] <= day:
        status = "inaktiv" if status == "midlertidig" else person.gone[1]
    record: Json = {
        "identifikasjonsnummer": numbers,
        "foedselsdato": person.born.isoformat(),
        "status": status,
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


def _shown(stay: Stay, day: date) -> Dwelling | None:
    """The dwelling that the register has on a day; None when it has the address alone."""
    if stay.correction is not None and stay.correction.on > day:
        return stay.correction.wrong
    return stay.dwelling if stay.is_unit_known else None


def _stay(person: Person, stay: Stay, day: date) -> Json:
    building, shown = stay.dwelling.building, _shown(stay, day)
    street: Json = {
        "kommunenummer": building.municipality.number,
        "bruksenhetstype": UNIT_KINDS[shown.unit_kind if shown else "U"],
        "adressenavn": building.street,
        "adressekode": building.street_code,
        "adressenummer": {"husnummer": str(building.house_no)},
        "poststed": {"poststedsnavn": building.place, "postnummer": building.postcode},
    }
    if building.letter:
        street["adressenummer"]["husbokstav"] = building.letter
    if shown is not None:
        street["bruksenhetsnummer"] = shown.unit
    if stay.via:
        street["coAdressenavn"] = stay.via
    is_over = stay.until is not None and stay.until_registered is not None and stay.until_registered <= day
    updated = stay.registered
    if stay.correction is not None and stay.correction.on <= day:
        updated = stay.correction.on
    record: Json = {
        "erGjeldende": not is_over,
        "gyldighetstidspunkt": f"{stay.since.isoformat()}T00:00:00Z",
        "ajourholdstidspunkt": f"{updated.isoformat()}T03:00:00Z",
        "adressegradering": person.grading,
        "adresseIdentifikatorFraMatrikkelen": building.address_id,
        "vegadresse": street,
    }
    record["oppholdsadressedato" if stay.is_temporary else "flyttedato"] = stay.since.isoformat()
    if is_over and stay.until is not None:
        record["opphoerstidspunkt"] = f"{stay.until.isoformat()}T00:00:00Z"
    return record
