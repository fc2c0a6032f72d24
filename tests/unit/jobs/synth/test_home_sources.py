"""Registers of homes: sizes and crowding that match public figures, what is put right, notices of lodging."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from jobs.months import last_day
from jobs.synth.emit_notices import notice_deliveries, seen_in
from jobs.synth.generate import make_world
from jobs.synth.homes import crowded_share
from jobs.synth.matched import (
    CROWDED_SHARE,
    CROWDED_SHARE_IN_OSLO,
    CROWDED_SHARE_OF_LARGE_FAMILIES,
    MEDIAN_AREA_M2,
)
from jobs.synth.outgoing import Outgoing
from jobs.synth.parameters import Parameters
from jobs.synth.seasons import SEASONS
from jobs.synth.world import World
from tests.unit.jobs.synth.work_rows import WorkRows


@pytest.fixture(scope="module")
def big() -> World:
    """Six hundred firms and more rings than usual, for a year."""
    return make_world(Parameters(600, 13, 6, 0.05, "2026-01", False))


@pytest.fixture(scope="module")
def rows(big: World) -> WorkRows:
    return WorkRows(big)


def of_source(rows: WorkRows, source: str) -> list[Outgoing]:
    return [d for d in rows.deliveries if d.source == source]


# ---- homes ---------------------------------------------------------------------------------------
def test_crowding_and_size_of_homes_match_public_figures(rows: WorkRows, big: World) -> None:
    planted = {
        f"{d.building.address_id}:{d.unit}" for p in [*big.rings, *big.look_alikes] for d in p.dwellings
    }
    living: Counter[tuple[str, str]] = Counter()
    for person in rows.people.values():
        stay = next((s for s in person.get("bostedsadresse", ()) if s["erGjeldende"]), None)
        if stay and person["status"] == "bosatt" and "bruksenhetsnummer" in stay["vegadresse"]:
            living[stay["adresseIdentifikatorFraMatrikkelen"], stay["vegadresse"]["bruksenhetsnummer"]] += 1
    sized = crowded = 0
    for place, n in living.items():
        unit = rows.units.get(place, {})
        if unit.get("antallRom") and unit.get("bruksareal") and ":".join(place) not in planted:
            sized += 1
            crowded += (n > unit["antallRom"] or n == unit["antallRom"] == 1) and unit["bruksareal"] / n < 25
    areas = sorted(u["bruksareal"] for u in rows.units.values() if "bruksareal" in u)
    assert abs(crowded / sized - CROWDED_SHARE) < 0.025
    assert abs(areas[len(areas) // 2] - MEDIAN_AREA_M2) < 25


def test_oslo_lives_more_crowded_and_large_families_most() -> None:
    world = make_world(Parameters(60, 2, 3, 0.0, "2026-01", False, region="0301"))
    (oslo,) = {m.number for m in world.municipalities}
    assert oslo == "0301"
    place = world.municipalities[0]
    assert CROWDED_SHARE < crowded_share(place, 0) < CROWDED_SHARE_IN_OSLO
    assert crowded_share(place, 3) == pytest.approx(CROWDED_SHARE_OF_LARGE_FAMILIES)


def test_nobody_lawful_lives_crowded_with_colleagues(rows: WorkRows, big: World) -> None:
    work = rows.employers(big.months[-1])
    planted = {p.number_on(big.closing) for p in big.persons if p.is_planted}
    bad = 0
    for (address, unit), row in rows.units.items():
        people = rows.residents(f"dwelling:{address}:{unit}") if row.get("bruksareal") else set()
        if len(people) < 3 or people & planted:
            continue
        same = Counter(e for p in people for e in work.get(p, ()))
        bad += max(same.values(), default=0) >= 3 and row["bruksareal"] / len(people) < 15
    assert bad == 0


def test_the_cadastre_is_complete_each_quarter_and_changes_between(rows: WorkRows) -> None:
    kinds = [(d.period, d.kind) for d in of_source(rows, "kartverket_matrikkel")]
    snapshots = [period for period, kind in kinds if kind == "snapshot"]
    assert len(snapshots) == 5
    assert {k for _, k in kinds} == {"snapshot", "delta"}
    counts = [
        sum(len(f.rows) for f in d.files if f.name.startswith("bygninger"))
        for d in of_source(rows, "kartverket_matrikkel")
        if d.kind == "snapshot"
    ]
    assert counts == sorted(counts)
    assert counts[0] > 500


def test_what_happens_to_buildings_and_owners_is_told(rows: WorkRows, big: World) -> None:
    statuses, recoded, expired, ended, shared = set(), 0, 0, 0, 0
    for delivery in of_source(rows, "kartverket_matrikkel"):
        for file in delivery.files:
            if file.framing == "csv":
                continue
            for row in map(orjson.loads, file.rows):
                if "bygningsstatus" in row:
                    statuses.add(row["bygningsstatus"])
                    recoded += "bygningstype_endret_dato" in row
                expired += bool(row.get("skalUtga"))
                ended += "til_dato" in row
                shared += row.get("andel") == "1/2"
    assert {"2", "3"} <= statuses
    assert min(recoded, expired, ended, shared) > 0
    for building in big.buildings:
        days = [c.on for c in building.changes]
        assert days == sorted(days)


def test_the_population_register_puts_right_what_was_wrong(rows: WorkRows, big: World) -> None:
    corrected = [(p, s) for p in big.persons for s in p.stays if s.correction is not None]
    assert len(corrected) > 10
    seen = 0
    for person, stay in corrected:
        assert stay.correction is not None
        versions = [
            s["vegadresse"].get("bruksenhetsnummer")
            for d in of_source(rows, "folkeregisteret_bosted")
            for row in map(orjson.loads, d.files[0].rows)
            if any(n["foedselsEllerDNummer"] == person.number for n in row["identifikasjonsnummer"])
            for s in row["bostedsadresse"]
            if s["adresseIdentifikatorFraMatrikkelen"] == stay.dwelling.building.address_id
            and s["flyttedato"] == stay.since.isoformat()
        ] if seen < 8 and not stay.is_temporary else []  # fmt: skip
        if versions:
            seen += 1
            wrong = stay.correction.wrong.unit if stay.correction.wrong else None
            assert versions[0] == wrong
            assert versions[-1] == stay.dwelling.unit
    assert seen >= 5


def test_some_units_are_unknown_and_some_people_have_gone(rows: WorkRows, big: World) -> None:
    stays = [s for p in rows.people.values() for s in p.get("bostedsadresse", ()) if s["erGjeldende"]]
    lost = sum("bruksenhetsnummer" not in s["vegadresse"] for s in stays) / len(stays)
    assert 0.02 < lost < 0.09
    status = Counter(p["status"] for p in rows.people.values())
    assert status["bosatt"] > 0.8 * sum(status.values())
    assert min(status["utflyttet"], status["midlertidig"]) > 0
    left = [p for p in big.persons if p.gone is not None]
    assert all(p.stays[-1].until is not None for p in left)
    holders = {r.holder for f in big.firms for r in f.roles}
    assert not [p for p in left if p in holders]


def test_d_number_holders_have_a_stay_address_or_none(rows: WorkRows, big: World) -> None:
    without = [p for p in big.persons if p.is_d_number and p.later_from is None]
    known = [rows.people[p.number] for p in without if p.number in rows.people]
    assert 0.1 < len(known) / len(without) < 0.6
    assert not any("bostedsadresse" in p for p in known)
    assert all(p["oppholdsadresse"] for p in known)


# ---- notices -------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def careless() -> World:
    """Offices that are late and careless three times as often as elsewhere."""
    return make_world(Parameters(600, 13, 4, 0.05, "2026-01", False, 3.0))


def test_notices_come_late_and_are_replaced(careless: World) -> None:
    kinds: Counter[str] = Counter()
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in notice_deliveries(careless):
        kinds[delivery.kind] += 1
        for row in map(orjson.loads, delivery.files[0].rows):
            versions[row["melding_id"]].append(row)
    assert min(kinds["ordinary"], kinds["late"], kinds["replacement"]) >= 1
    twice = [found for found in versions.values() if len(found) == 2]
    assert twice
    # Deliveries are in the order of their kinds, in which what came first stands before what replaced it.
    assert all(len(first["beboere"]) + 1 == len(second["beboere"]) for first, second in twice)


def test_notices_tell_of_permits_and_ends(rows: WorkRows) -> None:
    notices = list(rows.notices.values())
    assert any("til" in n for n in notices)
    assert any(n["tillatelse"]["finnes"] == "ja" for n in notices)
    assert any("gyldig_til" in n["tillatelse"] for n in notices)
    assert len({n["meldt_av"] for n in notices}) >= 3


def test_it_is_known_when_a_notice_can_be_seen(careless: World) -> None:
    arrives: dict[str, str] = {}
    for delivery in notice_deliveries(careless):
        for row in map(orjson.loads, delivery.files[0].rows):
            # The evaluation of a month knows what came up to the 15th of the next one.
            is_soon = delivery.delivered_at.day <= 15
            month = delivery.period if is_soon else f"{last_day(delivery.period) + timedelta(days=1):%Y-%m}"
            arrives[row["melding_id"]] = month
    checked = 0
    for notice in careless.notices:
        if notice.notice_id in arrives and notice.reported >= careless.opening:
            assert f"{seen_in(careless, notice):%Y-%m}" == arrives[notice.notice_id]
            checked += 1
    assert checked > 10


def test_seasonal_workers_are_housed_decently(big: World) -> None:
    homes = [
        n
        for n in big.notices
        if n.provider is not None and n.provider.trade.key in SEASONS and not n.provider.is_planted
    ]
    assert homes
    for notice in homes:
        assert notice.area is not None
        assert notice.area / max(len(notice.residents), 1) >= 25
        assert notice.dwelling.rooms is not None
        assert notice.dwelling.rooms > len(notice.residents)
        assert all(x.has_agreement == "ja" for x in notice.residents)
    assert date(2025, 1, 1) <= min(n.reported for n in homes)
