"""Business addresses in the cadastre: how they are written, what is ambiguous, and who is left out."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_home import SEATS
from expectations.tables_core_work import EMPLOYMENTS
from expectations.tables_raw_brreg import UNITS
from expectations.tables_raw_cadastre import ADDRESSES

M = "2026-01"
ORG = "310000205"
HERE = {"street": "Storgata", "house_no": "4", "house_letter": "B", "postcode": "0155"}


def seat(*lines: str, **values: Any) -> dict[str, Any]:
    row = {"orgnr": ORG, "name": "Alfa", "form_code": "AS", "business_postcode": "0155"}
    return row | {"business_address_lines": list(lines)} | values


def listed(address_id: str = "7", unit_no: str | None = "H0101", **values: Any) -> dict[str, Any]:
    row = {"address_id": address_id, "unit_no": unit_no, "local_id": f"{address_id}-{unit_no}"}
    return row | {"municipality_no": "0301", "address_kind": "vegadresse"} | HERE | values


def job(orgnr: str = ORG, letter: str = "a", **values: Any) -> dict[str, Any]:
    return {"orgnr": orgnr, "person_id": "p1_" + letter * 26, "is_active": True, "month": M} | values


ONE_ADDRESS, ONE_JOB = [listed()], [job()]


@pytest.fixture
def found(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.seats import transform

    def make(units: Any, addresses: Any = ONE_ADDRESS, jobs: Any = ONE_JOB) -> Any:
        frame = transform(
            units=raw(UNITS, M, sent("U1", "2026-01-01", list(units), kind="snapshot")),
            addresses=raw(ADDRESSES, M, sent("A1", "2026-01-01", list(addresses), kind="snapshot")),
            employments=table(EMPLOYMENTS, *jobs),
            month=M,
        )
        return rows(frame, SEATS)

    return make


def test_seat_has_its_unit_and_how_many_were_paid(found: Any) -> None:
    jobs = [job(), job(letter="b"), job(letter="c", is_active=False), job("310000302")]
    (row,) = found([seat("Storgata 4B H0101")], jobs=jobs)
    assert (row["orgnr"], row["address_id"], row["unit_no"]) == (ORG, "7", "H0101")
    assert (row["place_id"], row["staff_n"]) == ("dwelling:7:H0101", 2)
    assert [ref.split("|")[0] for ref in row["raw_refs"]] == [UNITS.name, ADDRESSES.name]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["STORGATA 4B H0101"], "dwelling:7:H0101"),
        (["Storgt. 4 b, h0101"], "dwelling:7:H0101"),
        (["Storgaten 4B", "H0101"], "dwelling:7:H0101"),
        (["c/o Ola Nordmann", "Storgata 4B H0101"], "dwelling:7:H0101"),
        (["Bakgården", "Storgata 4B H0101"], "dwelling:7:H0101"),
        (["Storgata 4B"], "address:7"),
        (["Storgata 4B H0101", "Storgata 4B H0102"], "address:7"),
        (["Storgata 4B H0309"], "dwelling:7:H0309"),
        (["Storgata 4 H0101"], None),
        (["Lilletorget 4B H0101"], None),
        (["c/o Storgata 4B H0101"], None),
        (["H0101"], None),
    ],
)
def test_ways_of_writing(found: Any, lines: list[str], place: str | None) -> None:
    assert [row["place_id"] for row in found([seat(*lines)])] == ([place] if place else [])


@pytest.mark.parametrize(
    ("written", "street"),
    [("Lia veien 2 H0101", "Lia vegen"), ("Åsvei 2 H0101", "Åsveg"), ("ÅSVEIEN 2 H0101", "Åsvegen")],
)
def test_roads_are_spelled_in_two_ways(found: Any, written: str, street: str) -> None:
    addresses = [listed(street=street, house_no="2", house_letter=None)]
    assert [row["place_id"] for row in found([seat(written)], addresses)] == ["dwelling:7:H0101"]


@pytest.mark.parametrize(
    ("addresses", "places"),
    [
        pytest.param([listed(), listed("8")], [], id="the unit is in both"),
        pytest.param([listed(), listed("8", "H0201")], ["dwelling:7:H0101"], id="the unit is in one"),
        pytest.param([listed("7", None), listed("8", None)], [], id="in none"),
        pytest.param([listed(), listed("7", "H0201")], ["dwelling:7:H0101"], id="two units of one"),
        pytest.param([listed(), listed("8", postcode="0157")], ["dwelling:7:H0101"], id="another place"),
    ],
)
def test_text_must_lead_to_one_address(found: Any, addresses: list[Any], places: list[str]) -> None:
    assert [row["place_id"] for row in found([seat("Storgata 4B H0101")], addresses)] == places


@pytest.mark.parametrize(
    ("values", "jobs", "is_there"),
    [
        ({}, [], True),
        ({"form_code": "ENK"}, [], False),
        ({"form_code": "ENK"}, [job()], True),
        ({"deleted_on": date(2025, 12, 1)}, [job()], False),
        ({"business_postcode": None}, [job()], False),
        ({"business_address_lines": ["Storgata 4B"]}, [], False),
        ({"business_address_lines": []}, [job()], False),
    ],
)
def test_who_is_left_out(found: Any, values: dict[str, Any], jobs: list[Any], is_there: bool) -> None:
    assert bool(found([seat("Storgata 4B H0101") | values], jobs=jobs)) is is_there


def test_plots_without_a_street_go_by_their_text(found: Any) -> None:
    plot = listed(street=None, house_no=None, house_letter=None, address_text="115/1", unit_no="H0101")
    assert [row["place_id"] for row in found([seat("115/1 H0101")], [plot])] == ["dwelling:7:H0101"]
