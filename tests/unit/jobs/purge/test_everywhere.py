"""S10: a unit that Enhetsregisteret removed goes from every table of every source, whatever arrives first."""

import json
from pathlib import Path

import pytest

from jobs.ingest import purge
from jobs.ingest.tokens import Tokens
from jobs.lake.delivery_writer import DataFile
from jobs.purge.filters import organisation_columns
from jobs.purge.tombstones import IN_PASSING, every_tombstone, named_by
from tests.unit.jobs.ingest.desk import RING, Desk, Record
from tests.unit.jobs.purge.conftest import (
    AMELDING,
    FEBRUARY,
    GONE,
    JANUARY,
    KEPT,
    MARCH,
    UPDATES,
    House,
    delete,
    land,
    notice,
)


def unit(orgnr: str, **more: object) -> Record:
    return {
        "organisasjonsnummer": orgnr,
        "navn": f"ENHET {orgnr}",
        "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
        **more,
    }


def units(desk: Desk, at: str, *records: Record) -> Path:
    return desk.land("brreg_enheter", records, period=at[:10], at=at, kind="snapshot")


def test_removed_in_a_notice_means_gone_from_reports_too(house: House, reports: list[Record]) -> None:
    folder = land(house.desk, JANUARY, reports, "2026-01")
    register = units(house.desk, JANUARY, unit(GONE), unit(KEPT))
    told = notice(house.desk, FEBRUARY, GONE, "Endring", "Fjernet")
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == []
    assert house.hits(KEPT) == [KEPT]
    assert house.desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}
    assert house.desk.counts(register) == {"in": 2, "accepted": 1, "purged": 1}
    assert house.desk.counts(told) == {"in": 2, "purged": 2}, "the notices themselves name the unit"


def test_a_deletion_in_the_register_of_units_means_everywhere_too(
    house: House, reports: list[Record]
) -> None:
    land(house.desk, JANUARY, reports, "2026-01")
    units(house.desk, JANUARY, unit(GONE), unit(KEPT))
    key = {"organisasjonsnummer": GONE}
    delete(house.desk, FEBRUARY, key, "brreg_enheter", "enheter_alle.json.gz")
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == []


def test_a_deletion_of_roles_is_about_roles_only(house: House, reports: list[Record]) -> None:
    land(house.desk, JANUARY, reports, "2026-01")
    key = {"organisasjonsnummer": GONE}
    delete(house.desk, FEBRUARY, key, "brreg_roller", "roller_totalbestand.json.gz")
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == [GONE]


def test_a_unit_that_names_a_removed_one_in_passing_keeps_its_record(house: House) -> None:
    register = units(house.desk, JANUARY, unit(GONE), unit(KEPT, overordnetEnhet=GONE))
    notice(house.desk, FEBRUARY, GONE, "Fjernet")
    house.desk.take()
    house.sweep()
    (row,) = house.desk.rows("raw_brreg_enheter__units")
    assert (row["orgnr"], row["parent_orgnr"]) == (KEPT, None)
    assert house.desk.counts(register) == {"in": 2, "accepted": 1, "purged": 1}
    receipt = house.lake.deliveries.receipt("brreg_enheter", register.name)
    assert receipt
    assert receipt["purged_rows"] == 2


@pytest.mark.parametrize("first", ["notice", "register"])
def test_the_order_of_arrival_does_not_matter(house: House, reports: list[Record], first: str) -> None:
    def told() -> None:
        notice(house.desk, FEBRUARY, GONE, "Fjernet")

    def landed() -> None:
        land(house.desk, JANUARY, reports, "2026-01")
        units(house.desk, JANUARY, unit(GONE), unit(KEPT, overordnetEnhet=GONE))

    for step in (told, landed) if first == "notice" else (landed, told):
        step()
        house.desk.take()
        house.sweep()
    assert house.hits(GONE) == []
    (row,) = house.desk.rows("raw_brreg_enheter__units")
    assert (row["orgnr"], row["parent_orgnr"]) == (KEPT, None)
    assert {r["employer_orgnr"] for r in house.desk.rows(f"raw_{AMELDING}__reports")} >= {KEPT}


def test_a_later_delivery_that_names_it_again_goes_in(house: House, reports: list[Record]) -> None:
    notice(house.desk, FEBRUARY, GONE, "Fjernet")
    later = land(house.desk, MARCH, reports, "2026-02")
    again = notice(house.desk, MARCH, GONE, "Ny")
    house.desk.take()
    house.sweep()
    assert house.desk.counts(later) == {"in": 3, "accepted": 3}
    assert house.desk.counts(again) == {"in": 1, "accepted": 1}


def test_only_a_token_of_the_number_is_kept(house: House) -> None:
    notice(house.desk, FEBRUARY, GONE, "Fjernet")
    house.desk.take()
    (stone,) = every_tombstone(house.lake)
    token = purge.organisation_token(Tokens(RING.core_key()), GONE)
    assert (stone.source, stone.delivered_at) == (UPDATES, "2026-02-10T04:15:00Z")
    assert stone.organisations == {token}
    assert not stone.keys
    assert not stone.persons


@pytest.mark.parametrize("kind", ["Ukjent", "Ny", "Endring", "Sletting"])
def test_no_other_notice_removes_anything(kind: str) -> None:
    record = {"organisasjonsnummer": GONE, "endringstype": kind}
    assert named_by(UPDATES, "oppdatering", record) == []
    assert named_by(UPDATES, "rollehendelse", record | {"endringstype": "Fjernet"}) == []


def test_a_notice_names_the_register_that_its_file_is_about() -> None:
    record = {"organisasjonsnummer": GONE, "endringstype": "Fjernet"}
    found = named_by(UPDATES, "oppdatering", record, "oppdateringer_enheter_0001.json.gz")
    assert [one.source for one in found] == ["brreg_enheter", "brreg_roller", UPDATES]
    found = named_by(UPDATES, "oppdatering", record, "oppdateringer_underenheter_0001.json.gz")
    assert [one.source for one in found] == ["brreg_underenheter", UPDATES]
    assert GONE not in repr(found), "a key is not to end up in a log"


def test_what_is_named_in_passing_is_a_column_that_may_be_empty() -> None:
    from expectations.catalogue import datasets

    for table, column in IN_PASSING:
        declared = datasets()[table]
        assert not declared.column(column).required
        assert column not in declared.key
        assert declared.column(column) not in organisation_columns(declared)


def test_a_change_whose_new_value_is_the_removed_unit_goes_too(house: House) -> None:
    change = {"op": "replace", "path": "/overordnetEnhet", "value": GONE}
    other = {"op": "replace", "path": "/navn", "value": "ENHET"}
    listed = [
        {
            "oppdateringsid": 1,
            "dato": "2026-01-01T00:00:00.000Z",
            "organisasjonsnummer": KEPT,
            "endringstype": "Endring",
            "endringer": [change, other, {"op": "add", "path": "/x", "value": {"eier": [GONE]}}],
        }
    ]
    content = json.dumps({"_embedded": {"oppdaterteEnheter": listed}}).encode()
    file = DataFile("oppdateringer_enheter_0001.json.gz", "application/json", [(content, 1)])
    house.desk.land(UPDATES, [], period=JANUARY[:10], at=JANUARY, kind="delta", files=[file])
    notice(house.desk, FEBRUARY, GONE, "Fjernet")
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == []
    assert [row["pointer"] for row in house.desk.rows(f"raw_{UPDATES}__unit_changes")] == ["/navn"]
