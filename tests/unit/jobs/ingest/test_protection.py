"""Protected addresses are never stored anywhere, whatever comes first."""

from collections.abc import Callable
from typing import Any

import pytest

from expectations.tables_quarantine import QUARANTINE
from tests.unit.jobs.ingest.desk import Desk, Record

FREG = "folkeregisteret_bosted"
HOMES = "raw_folkeregisteret_bosted__residences"
PERSONS = "raw_folkeregisteret_bosted__persons"
SECRET = "399500777"
FNR, D_NUMBER, OTHER = "12858831081", "43869032140", "21897933087"

FEBRUARY, MARCH, APRIL = (f"2026-0{month}-02T04:00:00+00:00" for month in (2, 3, 4))


def address(address_id: str, grading: str = "ugradert", **more: Any) -> Record:
    return {
        "adressegradering": grading,
        "adresseIdentifikatorFraMatrikkelen": address_id,
        "erGjeldende": True,
        **more,
    }


def person(*numbers: str, homes: list[Record], **more: Any) -> Record:
    listed = [{"foedselsEllerDNummer": number, "status": "iBruk"} for number in numbers]
    return {"identifikasjonsnummer": listed, "status": "bosatt", "bostedsadresse": homes, **more}


def land(desk: Desk, at: str, *people: Record) -> Any:
    return desk.land(FREG, people, period=at[:10], at=at, kind="delta")


def homes(desk: Desk) -> list[str]:
    return sorted(row["address_id"] for row in desk.rows(HOMES))


@pytest.mark.parametrize("grading", ["fortrolig", "strengtFortrolig"])
def test_nothing_of_a_person_with_a_current_protected_address_is_stored(desk: Desk, grading: str) -> None:
    hidden = person(FNR, homes=[address(SECRET, grading), address("399500778", erGjeldende=False)])
    folder = land(desk, FEBRUARY, hidden, person(OTHER, homes=[address("399500001")]))
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "protected": 1}
    assert homes(desk) == ["399500001"]
    everything = desk.bytes_everywhere()
    for value in (SECRET, "399500778", FNR):
        assert value.encode() not in everything


def test_a_protected_person_with_a_broken_record_is_not_even_in_quarantine(desk: Desk) -> None:
    broken = person("12858831082", homes=[address(SECRET, "fortrolig")], status="ukjent kode")
    folder = land(desk, FEBRUARY, broken)
    desk.take()
    assert desk.counts(folder) == {"in": 1, "protected": 1}
    assert desk.rows(QUARANTINE.name) == []
    assert SECRET.encode() not in desk.bytes_everywhere()


def test_an_earlier_protected_address_is_left_out_and_counted(desk: Desk) -> None:
    folder = land(
        desk,
        FEBRUARY,
        person(FNR, homes=[address("399500001"), address(SECRET, "strengtFortrolig", erGjeldende=False)]),
    )
    outcome = desk.take().outcomes[0]
    assert desk.counts(folder) == {"in": 1, "accepted": 1}
    assert outcome.protected_rows == 1
    assert homes(desk) == ["399500001"]
    assert SECRET.encode() not in desk.bytes_everywhere()


def test_a_later_protection_removes_the_addresses_stored_before(desk: Desk) -> None:
    first = land(
        desk, FEBRUARY, person(FNR, homes=[address(SECRET)]), person(OTHER, homes=[address("399500001")])
    )
    desk.take()
    assert homes(desk) == ["399500001", SECRET]
    second = land(desk, MARCH, person(FNR, homes=[address(SECRET, "fortrolig")]))
    desk.take()
    assert homes(desk) == ["399500001"]
    assert SECRET.encode() not in desk.bytes_everywhere()
    assert desk.counts(first) == {"in": 2, "accepted": 2}, "the person's other facts stay"
    assert len(desk.rows(PERSONS)) == 2
    assert desk.counts(second) == {"in": 1, "protected": 1}


def test_the_order_of_arrival_does_not_matter(desk: Desk) -> None:
    land(desk, MARCH, person(FNR, homes=[address(SECRET, "fortrolig")]))
    desk.take()
    late = land(
        desk, FEBRUARY, person(FNR, homes=[address(SECRET)]), person(OTHER, homes=[address("399500001")])
    )
    desk.take()
    assert homes(desk) == ["399500001"]
    assert desk.counts(late) == {"in": 2, "accepted": 2}
    assert SECRET.encode() not in desk.bytes_everywhere()


def test_protection_follows_a_person_from_d_number_to_identity_number(desk: Desk) -> None:
    land(desk, FEBRUARY, person(D_NUMBER, homes=[address(SECRET)]))
    land(desk, MARCH, person(FNR, D_NUMBER, homes=[address(SECRET, "fortrolig")]))
    desk.take()
    assert homes(desk) == []
    assert SECRET.encode() not in desk.bytes_everywhere()


def test_when_protection_has_ended_a_later_delivery_counts_again(desk: Desk) -> None:
    land(desk, FEBRUARY, person(FNR, homes=[address(SECRET, "fortrolig")]))
    land(
        desk,
        MARCH,
        person(FNR, homes=[address("399500002"), address(SECRET, "fortrolig", erGjeldende=False)]),
    )
    desk.take()
    assert homes(desk) == ["399500002"]
    assert SECRET.encode() not in desk.bytes_everywhere()


def test_protection_does_not_wait_for_a_human(desk: Desk) -> None:
    land(desk, FEBRUARY, person(FNR, homes=[address(SECRET)]))
    desk.take()
    bad = [person("12858831082", homes=[]) for _ in range(199)]
    land(desk, MARCH, person(FNR, homes=[address(SECRET, "fortrolig")]), *bad)
    assert [o.status for o in desk.take().outcomes] == ["held"]
    assert homes(desk) == []


def test_the_d_number_and_the_identity_number_of_a_person_are_linked_by_position(desk: Desk) -> None:
    land(desk, FEBRUARY, person(FNR, D_NUMBER, homes=[]))
    desk.take()
    rows = desk.rows("raw_folkeregisteret_bosted__identifiers")
    assert [(row["position"], row["identifier_fnr"]) for row in rows] == [(0, FNR), (1, D_NUMBER)]
    assert {row["person_token"] for row in rows} == {rows[0]["identifier_token"]}


def test_a_person_without_any_number_is_set_aside(desk: Desk) -> None:
    folder = land(desk, FEBRUARY, person(homes=[address("399500001")]))
    desk.take()
    assert desk.counts(folder) == {"in": 1, "quarantined": 1}
    assert [code for code, _ in desk.faults()] == ["missing_required"]


def test_residence_and_stay_are_told_apart(desk: Desk) -> None:
    stay = {
        "adressegradering": "ugradert",
        "oppholdsadressedato": "2025-09-03",
        "oppholdAnnetSted": "pendler",
    }
    land(
        desk,
        FEBRUARY,
        person(FNR, homes=[address("399500001", flyttedato="2021-04-01")], oppholdsadresse=[stay]),
    )
    desk.take()
    home, other = desk.rows(HOMES)
    assert (home["residence_kind"], str(home["moved_on"]), home["stay_from_on"]) == (
        "bostedsadresse",
        "2021-04-01",
        None,
    )
    assert (other["residence_kind"], other["moved_on"], str(other["stay_from_on"])) == (
        "oppholdsadresse",
        None,
        "2025-09-03",
    )


HOUSING = "innkvartering_meldinger"
JANUARY, MAY = "2026-01-20T04:00:00+00:00", "2026-05-02T04:00:00+00:00"


def notices(desk: Desk, at: str) -> Any:
    notice = {
        "melding_id": f"I-{at[5:7]}",
        "meldt_dato": "2026-01-20",
        "meldt_av": "tilsyn",
        "bekreftet": True,
        "type": "bolig",
        "adresseId": "399500000",
        "fra": "2025-09-01",
        "tillatelse": {"finnes": "ukjent"},
        "beboere": [{"fnr": number, "fra": "2025-09-03"} for number in (FNR, OTHER)],
    }
    return desk.land(HOUSING, [notice], period=at[:7], at=at)


@pytest.mark.parametrize("order", ["notices first", "protection first", "together"])
def test_a_notice_loses_a_protected_resident_whenever_it_was_delivered(desk: Desk, order: str) -> None:
    """The source of notices does not know of gradings, so that none of its rows may stay, early or late."""
    steps: list[Callable[[], list[Any]]] = [
        lambda: [notices(desk, JANUARY), notices(desk, MAY)],
        lambda: [land(desk, FEBRUARY, person(FNR, homes=[address(SECRET, "strengtFortrolig")]))],
    ]
    folders = []
    for step in steps if order != "protection first" else steps[::-1]:
        folders += step()
        if order != "together":
            desk.take()
    desk.take()
    residents = desk.rows(f"raw_{HOUSING}__residents")
    assert [row["resident_fnr"] for row in residents] == [OTHER, OTHER]
    assert [row["item_no"] for row in residents] == [1, 1], "the others keep their places"
    assert len(desk.rows(f"raw_{HOUSING}__notices")) == 2, "the notice itself stays"
    assert FNR.encode() not in desk.bytes_everywhere()
    told = [f for f in folders if HOUSING in f.parts]
    assert [desk.counts(folder) for folder in told] == [{"in": 1, "accepted": 1}] * 2
