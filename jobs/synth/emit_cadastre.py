"""The cadastre: addresses, buildings, units and rights, a snapshot each quarter and changes between."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Building, Dwelling, Firm, Tenure
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant

Json = dict[str, Any]

ADDRESS_COLUMNS = (
    "lokalid;kommunenummer;kommunenavn;adressetype;adressetilleggsnavn;adressekode;adressenavn;nummer;bokstav;"
    "gardsnummer;bruksnummer;festenummer;seksjonsnummer;undernummer;adresseTekst;EPSG-kode;Nord;Øst;postnummer;"
    "poststed;grunnkretsnummer;grunnkretsnavn;organisasjonsnummer;oppdateringsdato;datauttaksdato;adresseId;"
    "uuidAdresse;bruksenhet"
)
SNAPSHOT_EVERY = 3
"""Months from one snapshot to the next; the months between have changes only."""


def state_on(building: Building, day: date) -> tuple[str, date, str, date | None]:
    """Status and its date, kind, and the day of the last change of kind, as the cadastre has them on a day.

    Args:
        building: The building.
        day: The day.
    """
    status, status_on, kind, kind_on = building.status, building.built, building.kind, None
    for change in building.changes:
        if change.on <= day:
            status, status_on = change.status, change.on
            if change.kind:
                kind, kind_on = change.kind, change.on
    return status, status_on, kind, kind_on


@dataclass(slots=True)
class _Printed:
    """A building with its units as the cadastre prints them; anew only when something has changed."""

    building: Building
    addresses: list[tuple[bytes, bytes]]
    record: bytes
    units: list[tuple[str, bytes]]


class Cadastre:
    """All deliveries of the cadastre."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._printed: list[_Printed] = []
        self._waiting = sorted(world.buildings, key=lambda b: b.address_id)
        self._tenures = sorted(
            ((t.tenure_id, d, t) for d in world.dwellings for t in d.tenures), key=lambda row: row[0]
        )

    def deliveries(self) -> Iterator[Outgoing]:
        """A snapshot before the window, then changes by the month and a new snapshot each quarter."""
        before = date.min
        days = [self._world.opening - timedelta(days=1), *(last_day(m) for m in self._world.months)]
        for number, day in enumerate(days):
            is_snapshot = number % SNAPSHOT_EVERY == 0
            files = self._files(before, day, is_snapshot=is_snapshot)
            before = day
            if files:
                yield Outgoing(
                    "kartverket_matrikkel", day.isoformat(), "snapshot" if is_snapshot else "delta",
                    instant(day + timedelta(days=1), 5), files,
                )  # fmt: skip

    def _files(self, before: date, day: date, *, is_snapshot: bool) -> list[Rows]:
        new = [b for b in self._waiting if b.built <= day]
        self._waiting = [b for b in self._waiting if b.built > day]
        added = [_print(b, day) for b in new]
        changed = [p for p in self._printed if _has_changed(p.building, before, day)]
        for printed in changed:
            again = _print(printed.building, day)
            printed.addresses, printed.record, printed.units = again.addresses, again.record, again.units
        self._printed += added
        listed = self._printed if is_snapshot else [*changed, *added]
        listed = sorted(listed, key=lambda p: p.building.address_id)
        taken = f"{day:%d.%m.%Y} 04:00:00".encode()
        rights = [
            orjson.dumps(_tenure(d, t, day))
            for _, d, t in self._tenures
            if d.building.built <= day
            and t.since <= day
            and (is_snapshot or before < t.since or (t.until is not None and before < t.until <= day))
        ]
        gone = [] if is_snapshot else list(_expired(changed, before, day))
        units = sorted([*gone, *(unit for p in listed for unit in p.units)])
        files = [
            Rows(
                "adresser_leilighetsniva.csv.gz",
                [start + taken + end for p in listed for start, end in p.addresses],
                b"\xef\xbb\xbf" + ADDRESS_COLUMNS.encode(),
                "csv",
            ),
            Rows("bygninger.jsonl.gz", [p.record for p in sorted(listed, key=lambda p: p.building.number)]),
            Rows("bruksenheter.jsonl.gz", [row for _, row in units]),
            Rows("eierforhold.jsonl.gz", rights),
        ]
        return [f for f in files if f.rows]


def _has_changed(building: Building, before: date, day: date) -> bool:
    return any(before < c.on <= day for c in building.changes) or any(
        d.renumbered is not None and before < d.renumbered[0] <= day for d in building.dwellings
    )


def _print(building: Building, day: date) -> _Printed:
    units = [(_uuid(d, day), orjson.dumps(_unit(d, _uuid(d, day)))) for d in building.dwellings]
    return _Printed(building, list(_addresses(building)), orjson.dumps(_building(building, day)), units)


def _uuid(dwelling: Dwelling, day: date) -> str:
    if dwelling.renumbered is not None and dwelling.renumbered[0] <= day:
        return dwelling.renumbered[1]
    return dwelling.uuid


def _expired(changed: Iterable[_Printed], before: date, day: date) -> Iterator[tuple[str, bytes]]:
    """The last that is heard of units whose id has changed."""
    for printed in changed:
        for dwelling in printed.building.dwellings:
            if dwelling.renumbered is not None and before < dwelling.renumbered[0] <= day:
                yield dwelling.uuid, orjson.dumps(_unit(dwelling, dwelling.uuid) | {"skalUtga": True})


def _addresses(building: Building) -> Iterator[tuple[bytes, bytes]]:
    """Each row in two parts, between which the day of the extract belongs."""
    updated = f"{building.built:%d.%m.%Y} 12:00:00"
    units: list[Dwelling | None] = [*building.dwellings] or [None]
    place = building.municipality
    for dwelling in units:
        fields = (
            building.address_id, place.number, place.name, "vegadresse", "", building.street_code,
            building.street, str(building.house_no), building.letter,
            str(building.farm_no), str(building.holding_no), "",
            dwelling.section if dwelling else "", "", building.address_text, "25833",
            f"{building.north:.2f}", f"{building.east:.2f}", building.postcode, building.place,
            "", "", "", updated, "",
        )  # fmt: skip
        unit = dwelling.unit if dwelling else ""
        yield ";".join(fields).encode(), f";{building.address_id};;{unit}".encode()


def _building(building: Building, day: date) -> Json:
    status, status_on, kind, kind_on = state_on(building, day)
    record: Json = {
        "bygningsnummer": building.number,
        "lopenummer": 0,
        "kommunenummer": building.municipality.number,
        "bygningstype": kind,
        "bygningsstatus": status,
        "bygningsstatus_dato": status_on.isoformat(),
        "representasjonspunkt": {"nord": building.north, "oest": building.east},
    }
    if kind_on is not None:
        record["bygningstype_endret_dato"] = kind_on.isoformat()
    homes = [d for d in building.dwellings if d.unit_kind != "A"]
    if building.dwellings:
        living = round(sum(d.area or 60.0 for d in homes), 1)
        other = round(sum(d.area or 60.0 for d in building.dwellings if d.unit_kind == "A"), 1)
        record["bebygdAreal"] = round((living + other) / max(_floors(building), 1) * 1.15, 1)
        record["etasjedata"] = {
            "antallBoenheter": len(homes),
            "bruksarealTilBolig": living,
            "bruksarealTilAnnet": other,
            "bruksarealTotalt": round((living + other) * 1.1, 1),
        }
    return record


def _floors(building: Building) -> int:
    return len({d.unit[1:3] for d in building.dwellings})


def _unit(dwelling: Dwelling, uuid: str) -> Json:
    record: Json = {
        "uuid": uuid,
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
    if dwelling.unit_kind == "B":
        record["kjokkentilgang"] = "kjokken"
    return record


def _land(dwelling: Dwelling) -> Json:
    building = dwelling.building
    land = {
        "kommunenummer": building.municipality.number,
        "gardsnummer": str(building.farm_no),
        "bruksnummer": str(building.holding_no),
    }
    return land | ({"seksjonsnummer": dwelling.section} if dwelling.section else {})


def _tenure(dwelling: Dwelling, tenure: Tenure, day: date) -> Json:
    record: Json = {
        "eierforhold_id": tenure.tenure_id,
        "matrikkelenhet": _land(dwelling),
        "rolle": tenure.kind,
        "andel": tenure.share,
        "fra_dato": tenure.since.isoformat(),
    }
    if tenure.until is not None and tenure.until <= day:
        record["til_dato"] = tenure.until.isoformat()
    if isinstance(tenure.holder, Firm):
        return record | {"eier_orgnr": tenure.holder.orgnr}
    return record | {"eier_fnr": tenure.holder.number}


def cadastre_deliveries(world: World) -> Iterator[Outgoing]:
    """All deliveries of the cadastre about a world.

    Args:
        world: The finished world.
    """
    yield from Cadastre(world).deliveries()
