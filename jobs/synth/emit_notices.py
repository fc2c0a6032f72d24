"""Notices about housing that employers provide: by the month, some late, some replaced by a better one."""

import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson

from jobs.months import first_day, shift
from jobs.synth.model import Lodger, Notice
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.world import World, instant, month_after

Json = dict[str, Any]

LATE_SHARE, VERY_LATE_SHARE = 0.06, 0.05
REPLACED_SHARE, REPLACED_LATE_SHARE = 0.05, 0.05
ORDINARY_DAY, LATE_DAY, REPLACEMENT_DAY, AFTERWARDS_DAY = 7, 12, 13, 24
SETTLED_AFTER = 2
"""Months before the last one from which nothing is outstanding any more."""


def notice_deliveries(world: World) -> Iterator[Outgoing]:
    """Notices by the month in which they were made; what is late or put right comes in deliveries of its own.

    Args:
        world: The finished world.
    """
    batches: dict[tuple[str, str, int], list[tuple[str, bytes]]] = {}
    for notice in world.notices:
        month = max(f"{notice.reported:%Y-%m}", world.months[0])
        if month > world.months[-1]:
            continue
        record = _notice(notice)
        for kind, day in _deliveries_of(world, notice, month):
            shown = record
            if kind == "ordinary" and _is_replaced(world, notice):
                shown = _first_version(record)
            row = (notice.notice_id, orjson.dumps(shown))
            batches.setdefault((month, kind, day), []).append(row)
    for (month, kind, day), rows in sorted(batches.items()):
        at = instant(month_after(month, day), 8, 30 if kind == "replacement" else 0)
        yield Outgoing(
            "innkvartering_meldinger", month, kind, at,
            [Rows("innkvartering.jsonl.gz", [row for _, row in sorted(rows)])],
        )  # fmt: skip


def _draw(world: World, notice: Notice) -> float:
    """0 to 1, the more often small the more is late or wrong."""
    draw = zlib.crc32(f"notice{notice.notice_id}".encode()) % 10_000 / 10_000
    return draw / max(world.parameters.noise, 0.001)


def _is_replaced(world: World, notice: Notice) -> bool:
    within = _draw(world, notice) - LATE_SHARE - VERY_LATE_SHARE
    return bool(notice.residents) and 0 <= within < REPLACED_SHARE + REPLACED_LATE_SHARE


def _deliveries_of(world: World, notice: Notice, month: str) -> list[tuple[str, int]]:
    """Kinds and days of the deliveries that a notice is in."""
    draw = _draw(world, notice)
    may_wait = month < shift(world.months[-1], 1 - SETTLED_AFTER)
    if draw < LATE_SHARE:
        return [("late", LATE_DAY)]
    if draw < LATE_SHARE + VERY_LATE_SHARE and may_wait:
        return [("late", AFTERWARDS_DAY)]
    if _is_replaced(world, notice):
        is_soon = draw < LATE_SHARE + VERY_LATE_SHARE + REPLACED_SHARE or not may_wait
        again = REPLACEMENT_DAY if is_soon else AFTERWARDS_DAY
        return [("ordinary", ORDINARY_DAY), ("replacement", again)]
    return [("ordinary", ORDINARY_DAY)]


def seen_in(world: World, notice: Notice) -> date:
    """A day of the month whose evaluation is the first that knows a notice as it should be.

    Args:
        world: The world.
        notice: The notice.
    """
    month = max(f"{notice.reported:%Y-%m}", world.months[0])
    is_slow = _deliveries_of(world, notice, month)[-1][1] == AFTERWARDS_DAY
    return first_day(shift(month, 1)) if is_slow else notice.reported


def _first_version(record: Json) -> Json:
    """What was noted first, before somebody had counted beds and asked for the last name."""
    rough = dict(record)
    rough["beboere"] = record["beboere"][:-1]
    for key in ("boareal", "antall_wc"):
        rough.pop(key, None)
    return rough


def _notice(notice: Notice) -> Json:
    dwelling = notice.dwelling
    building = dwelling.building
    permit = {
        "finnes": notice.permit,
        "referanse": notice.permit_ref or None,
        "gyldig_til": notice.permit_until.isoformat() if notice.permit_until else None,
    }
    record: Json = {
        "melding_id": notice.notice_id,
        "meldt_dato": notice.reported.isoformat(),
        "meldt_av": notice.reporter,
        "bekreftet": notice.is_confirmed,
        "type": notice.kind,
        "adresseId": building.address_id,
        "bruksenhetsnummer": dwelling.unit,
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
        "tillatelse": {key: value for key, value in permit.items() if value is not None},
        "beboere": [_resident(lodger, notice) for lodger in notice.residents],
    }
    return {key: value for key, value in record.items() if value is not None}


def _resident(lodger: Lodger, notice: Notice) -> Json:
    resident: Json = {
        "fnr": lodger.person.number_on(notice.reported),
        "arbeidsgiver_orgnr": lodger.employer.orgnr if lodger.employer else None,
        "fra": lodger.since.isoformat(),
        "til": lodger.until.isoformat() if lodger.until else None,
        "leie_per_maaned": lodger.rent,
        "trekkes_i_loenn": lodger.is_deducted,
        "skriftlig_avtale": lodger.has_agreement,
    }
    return {key: value for key, value in resident.items() if value is not None}
