"""Buildings, dwellings, holders, residences, housing and occupancy."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_home import (
    BUILDINGS,
    DWELLINGS,
    HOUSING,
    OCCUPANCY,
    PROPERTY_HOLDERS,
    RESIDENCES,
)
from expectations.tables_core_org import HUBS
from expectations.tables_core_work import EMPLOYMENTS, PERSON_LINKS, PERSONS
from expectations.tables_raw_cadastre import BUILDINGS as RAW_BUILDINGS
from expectations.tables_raw_cadastre import OWNERSHIPS, UNITS
from expectations.tables_raw_codes import BUILDING_STATUSES, BUILDING_TYPES
from expectations.tables_raw_housing import NOTICES, RESIDENTS
from expectations.tables_raw_residence import PERSONS as RAW_PERSONS
from expectations.tables_raw_residence import RESIDENCES as RAW_RESIDENCES

M = "2026-01"
ADDRESS, UNIT = "399500000", "H0101"
DWELLING = f"dwelling:{ADDRESS}:{UNIT}"


def token(letter: str) -> str:
    return "p1_" + letter * 26


def test_building_kind_and_use_by_code_list(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.buildings import transform

    def building(no: str, status: str, part: int | None = 0) -> dict[str, object]:
        return {
            "building_no": no,
            "municipality_no": "3420",
            "building_type": "111",
            "building_status": status,
            "building_part_no": part,
            "building_type_changed_on": date(2025, 12, 1) if no == "1" else None,
            "building_status_on": date(2024, 5, 1),
        }

    built = [building("1", "3"), building("1", "9", part=1), building("2", "9"), building("3", "77", None)]
    frame = transform(
        buildings=raw(RAW_BUILDINGS, M, sent("D1", "2026-01-01", built, kind="snapshot")),
        building_types=raw(
            BUILDING_TYPES,
            M,
            sent(
                "C1",
                "2026-01-01",
                [{"building_type": "111", "name": "Enebolig", "building_group": "bolig"}],
                kind="snapshot",
            ),
        ),
        building_statuses=raw(
            BUILDING_STATUSES,
            M,
            sent(
                "C1",
                "2026-01-01",
                [
                    {"building_status": "3", "name": "x", "in_use": "ja"},
                    {"building_status": "9", "name": "y", "in_use": "nei"},
                ],
                kind="snapshot",
            ),
        ),
        month=M,
    )
    found = [
        (r["building_no"], r["status"], r["building_group"], r["is_in_use"]) for r in rows(frame, BUILDINGS)
    ]
    assert found == [("1", "3", "bolig", True), ("2", "9", "bolig", False), ("3", "77", "bolig", None)]
    assert [(r["kind_changed_on"], r["status_on"]) for r in rows(frame, BUILDINGS)] == [
        (date(2025, 12, 1), date(2024, 5, 1)),
        (None, date(2024, 5, 1)),
        (None, date(2024, 5, 1)),
    ]


def unit(uuid: str = "u1", **values: object) -> dict[str, object]:
    row = {"unit_uuid": uuid, "building_no": "1", "address_id": ADDRESS, "unit_no": UNIT, "unit_kind": "B"}
    return row | {"cadastre_key": "3420-1-2-0-0"} | values


@pytest.fixture
def dwellings(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.dwellings import transform

    def make(*units: Any, residences: Any = (), hubs: Any = ()) -> Any:
        frame = transform(
            units=raw(UNITS, M, sent("D1", "2026-01-01", list(units), kind="snapshot")),
            buildings=table(
                BUILDINGS,
                {
                    "building_no": "1",
                    "building_kind": "141",
                    "building_group": "bolig",
                    "municipality_no": "3420",
                },
            ),
            residences=table(RESIDENCES, *residences),
            hubs=table(HUBS, *hubs),
            month=M,
        )
        return rows(frame, DWELLINGS)

    return make


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0, None, id="zero is unknown"),
        pytest.param(None, None, id="missing"),
        pytest.param(1, 1, id="one"),
    ],
)
def test_zero_in_the_cadastre_is_missing(dwellings: Any, value: Any, expected: Any) -> None:
    area = None if value is None else Decimal(value)
    (row,) = dwellings(unit(rooms=value, bathrooms=value, area_m2=area))
    assert (row["rooms_n"], row["bathrooms_n"], row["area_m2"]) == (expected, expected, expected)


def test_expiring_unit_gives_way_to_the_one_that_stays(dwellings: Any) -> None:
    (row,) = dwellings(unit("a", rooms=2, is_expiring=True), unit("b", rooms=4))
    assert (row["unit_uuid"], row["rooms_n"]) == ("b", 4)


def lives(
    place: str, letter: str = "a", source: str = "bostedsadresse", **values: object
) -> dict[str, object]:
    return {
        "person_id": token(letter),
        "place_id": place,
        "source": source,
        "certainty": "registered",
    } | values


def test_office_counts_only_when_somebody_lives_there(dwellings: Any) -> None:
    office = unit(unit_kind="A")
    assert dwellings(office) == []
    assert [r["unit_kind"] for r in dwellings(office, residences=[lives(DWELLING)])] == ["A"]


def test_unit_that_only_residents_know_has_its_id(dwellings: Any) -> None:
    (row,) = dwellings(residences=[lives(DWELLING), lives(f"address:{ADDRESS}", "b")])
    assert (row["dwelling_id"], row["address_id"], row["unit_no"], row["unit_kind"]) == (
        f"{ADDRESS}:{UNIT}",
        ADDRESS,
        UNIT,
        None,
    )


def test_declared_hub_marks_the_dwelling_but_a_counted_one_does_not(dwellings: Any) -> None:
    hub = {"hub_id": f"address:{ADDRESS}", "kind": "studentbolig"}
    assert dwellings(unit(), hubs=[hub])[0]["hub_kind"] == "studentbolig"
    assert dwellings(unit(), hubs=[hub | {"kind": "many_tenants"}])[0]["hub_kind"] is None


def notice(**values: object) -> dict[str, object]:
    row = {"notice_id": "N1", "noticed_on": date(2026, 1, 5), "noticed_by": "kommune", "is_confirmed": True}
    row |= {"housing_kind": "bolig", "address_id": ADDRESS, "unit_no": UNIT, "from_on": date(2025, 6, 1)}
    return row | values


@pytest.fixture
def holders(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.holders import transform

    def make(ownerships: Any = (), notices: Any = (), links: Any = ()) -> Any:
        frame = transform(
            units=raw(UNITS, M, sent("D1", "2026-01-01", [unit()], kind="snapshot")),
            ownerships=raw(OWNERSHIPS, M, sent("D1", "2026-01-01", list(ownerships), kind="snapshot")),
            notices=raw(NOTICES, M, sent("N1", M, list(notices))),
            person_links=table(PERSON_LINKS, *links),
            month=M,
        )
        return [
            (r["holder_id"], r["holder_kind"], r["is_confirmed"], r["source"])
            for r in rows(frame, PROPERTY_HOLDERS)
        ]

    return make


def right(**values: object) -> dict[str, object]:
    row = {"ownership_id": "R1", "cadastre_key": "3420-1-2-0-0", "right_kind": "hjemmelshaver"}
    return row | {"owner_orgnr": "310000205", "from_on": date(2020, 1, 1)} | values


@pytest.mark.parametrize(
    ("values", "count"),
    [
        pytest.param({}, 1, id="open"),
        pytest.param({"to_on": date(2026, 1, 1)}, 1, id="ended on the first day"),
        pytest.param({"to_on": date(2025, 12, 31)}, 0, id="ended before the month"),
        pytest.param({"from_on": date(2026, 2, 1)}, 0, id="begins after it"),
        pytest.param({"cadastre_key": "3420-1-2-0-1"}, 0, id="another section"),
    ],
)
def test_right_in_force(holders: Any, values: Any, count: Any) -> None:
    assert holders([right(**values)]) == [("org:310000205", "hjemmelshaver", True, "grunnbok")] * count


def test_owner_by_d_number_is_the_person(holders: Any) -> None:
    link = {"token": token("d"), "person_id": token("f"), "rule": "d_number_to_fnr"}
    found = holders([right(owner_orgnr=None, owner_token=token("d"))], links=[link])
    assert [holder for holder, *_ in found] == [f"person:{token('f')}"]


@pytest.mark.parametrize(
    ("values", "is_confirmed"),
    [
        pytest.param({}, True, id="confirmed"),
        pytest.param({"is_confirmed": False}, False, id="not confirmed"),
        pytest.param({"noticed_by": "tips"}, False, id="a tip is never enough"),
    ],
)
def test_provider_and_tenant_of_a_notice(holders: Any, values: Any, is_confirmed: Any) -> None:
    found = holders(notices=[notice(provider_orgnr="310000302", tenant_orgnr="310000418", **values)])
    assert found == [
        ("org:310000302", "tilbyder", is_confirmed, "innkvartering"),
        ("org:310000418", "leietaker", is_confirmed, "innkvartering"),
    ]


def test_notice_about_an_address_without_unit_holds_no_dwelling(holders: Any) -> None:
    assert holders(notices=[notice(provider_orgnr="310000302", unit_no=None)]) == []


@pytest.fixture
def residences(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.residences import transform

    def make(
        addresses: Any = (),
        status: Any = "bosatt",
        notices: Any = (),
        residents: Any = (),
        links: Any = (),
        persons: Any = ("a",),
    ) -> Any:
        people = [{"person_token": token(p), "person_status": status} for p in persons]
        lived = [
            {"person_token": token("a"), "record_no": 1, "item_no": n, **a} for n, a in enumerate(addresses)
        ]
        lodged = [{"notice_id": "N1", "record_no": 1, "item_no": n, **r} for n, r in enumerate(residents)]
        frame = transform(
            persons=raw(RAW_PERSONS, M, sent("D1", "2026-01-01", people, kind="snapshot")),
            residences=raw(RAW_RESIDENCES, M, sent("D1", "2026-01-01", lived, kind="snapshot")),
            notices=raw(NOTICES, M, sent("N1", M, list(notices))),
            residents=raw(RESIDENTS, M, sent("N1", M, lodged)),
            person_links=table(PERSON_LINKS, *links),
            month=M,
        )
        return rows(frame, RESIDENCES)

    return make


def address(**values: object) -> dict[str, object]:
    row = {
        "residence_kind": "bostedsadresse",
        "address_grading": "ugradert",
        "address_id": ADDRESS,
        "unit_no": UNIT,
    }
    return row | {"is_current": True, "moved_on": date(2025, 8, 1)} | values


def midnight(day: date) -> datetime:
    """Midnight in Oslo in winter."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("values", "places"),
    [
        pytest.param({}, [DWELLING], id="dwelling"),
        pytest.param({"unit_no": None}, [f"address:{ADDRESS}"], id="unit unknown"),
        pytest.param({"address_id": None}, [], id="address unknown"),
        pytest.param({"address_grading": "klientadresse"}, [], id="client address"),
        pytest.param({"care_of": "SNILL TRAKT", "address_id": None}, [], id="care of is no dwelling"),
        pytest.param({"moved_on": date(2026, 1, 31)}, [DWELLING], id="moved in on the last day"),
        pytest.param({"moved_on": date(2026, 2, 1)}, [], id="moves in after the month"),
        pytest.param({"is_current": False}, [], id="not current, end unknown"),
        pytest.param(
            {"is_current": False, "valid_to_at": midnight(date(2026, 2, 1))},
            [DWELLING],
            id="left the day after",
        ),
        pytest.param(
            {"is_current": False, "valid_to_at": midnight(date(2026, 1, 31))}, [], id="left on the last day"
        ),
    ],
)
def test_registered_place_at_the_months_end(residences: Any, values: Any, places: Any) -> None:
    assert [r["place_id"] for r in residences([address(**values)])] == places


def test_last_move_decides(residences: Any) -> None:
    later = address(address_id="399500001", moved_on=date(2025, 12, 1))
    assert [r["place_id"] for r in residences([address(), later])] == [f"dwelling:399500001:{UNIT}"]


def test_move_to_a_client_address_leaves_the_dwelling(residences: Any) -> None:
    assert residences([address(), address(address_grading="klientadresse", moved_on=date(2025, 12, 1))]) == []


def test_registered_and_staying_are_two_places(residences: Any) -> None:
    stay = address(
        residence_kind="oppholdsadresse", address_id="399500001", moved_on=None, stay_from_on=date(2026, 1, 2)
    )
    found = [(r["place_id"], r["source"]) for r in residences([address(), stay])]
    assert found == [(DWELLING, "bostedsadresse"), (f"dwelling:399500001:{UNIT}", "oppholdsadresse")]


@pytest.mark.parametrize("status", ["doed", "utflyttet"])
def test_the_dead_and_the_departed_live_nowhere(residences: Any, status: Any) -> None:
    assert residences([address()], status=status) == []


def lodger(letter: str = "a", **values: object) -> dict[str, object]:
    return {
        "resident_token": token(letter),
        "employer_orgnr": "310000205",
        "from_on": date(2025, 6, 1),
        "rent_per_month_ore": 500_000,
        "is_deducted_from_pay": "ja",
    } | values


@pytest.mark.parametrize(
    ("values", "certainty"),
    [
        pytest.param({}, "confirmed", id="confirmed"),
        pytest.param({"is_confirmed": False}, "reported", id="reported"),
        pytest.param({"noticed_by": "tips"}, "tip_only", id="a tip is a tip even when marked confirmed"),
    ],
)
def test_lodger(residences: Any, values: Any, certainty: Any) -> None:
    (row,) = residences(notices=[notice(**values)], residents=[lodger()])
    assert (
        row["place_id"],
        row["source"],
        row["certainty"],
        row["employer_orgnr"],
        row["is_rent_deducted"],
    ) == (
        DWELLING,
        "innkvartering",
        certainty,
        "310000205",
        "ja",
    )


@pytest.mark.parametrize(
    ("of_notice", "of_lodger", "count"),
    [
        pytest.param({}, {"to_on": date(2026, 1, 31)}, 1, id="until the last day"),
        pytest.param({}, {"to_on": date(2026, 1, 30)}, 0, id="left the day before"),
        pytest.param({"to_on": date(2026, 1, 30)}, {}, 0, id="notice ended"),
        pytest.param({}, {"from_on": date(2026, 2, 1)}, 0, id="comes later"),
        pytest.param({}, {"resident_token": None}, 0, id="nobody we can tell from others"),
    ],
)
def test_lodger_at_the_months_end(residences: Any, of_notice: Any, of_lodger: Any, count: Any) -> None:
    assert len(residences(notices=[notice(**of_notice)], residents=[lodger(**of_lodger)])) == count


def test_lodger_by_d_number_is_the_registered_person(residences: Any) -> None:
    link = {"token": token("d"), "person_id": token("a"), "rule": "d_number_to_fnr"}
    found = residences([address()], notices=[notice()], residents=[lodger("d")], links=[link])
    assert {(r["person_id"], r["source"]) for r in found} == {
        (token("a"), "bostedsadresse"),
        (token("a"), "innkvartering"),
    }


def test_latest_confirmed_notice_speaks_for_the_housing(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.housing import transform

    notices = [
        notice(notice_id="N1", showers=2, noticed_on=date(2025, 7, 1)),
        notice(notice_id="N2", showers=1, noticed_on=date(2025, 9, 1), permit_exists="ja"),
        notice(notice_id="N3", showers=9, noticed_on=date(2026, 1, 1), is_confirmed=False),
        notice(notice_id="N4", showers=8, noticed_on=date(2026, 1, 2), noticed_by="tips"),
        notice(notice_id="N5", showers=7, to_on=date(2026, 1, 30)),
    ]
    frame = transform(notices=raw(NOTICES, M, sent("N1", M, notices)), month=M)
    (row,) = rows(frame, HOUSING)
    assert (row["showers_n"], row["is_confirmed"], row["permit"], row["notices_n"]) == (1, True, "ja", 4)


@pytest.mark.parametrize(
    ("valid_to", "permit"),
    [
        pytest.param(None, "ja", id="no end"),
        pytest.param("2026-01-31", "ja", id="until the last day"),
        pytest.param("2026-01-30", "nei", id="run out the day before"),
    ],
)
def test_permit_in_force(raw: Any, rows: Any, sent: Any, valid_to: Any, permit: Any) -> None:
    from jobs.core.housing import transform

    noticed = [notice(permit_exists="ja", permit_valid_to=valid_to)]
    frame = transform(notices=raw(NOTICES, M, sent("N1", M, noticed)), month=M)
    assert [r["permit"] for r in rows(frame, HOUSING)] == [permit]


def test_occupancy_counts_people_once_and_workers_by_active_employment(rows: Any, table: Any) -> None:
    from jobs.core.occupancy import transform

    def works(letter: str, orgnr: str, is_active: bool = True) -> dict[str, object]:
        return {
            "orgnr": orgnr,
            "person_id": token(letter),
            "is_active": is_active,
            "is_paid": True,
            "relations_n": 1,
            "is_late": False,
        }

    frame = transform(
        residences=table(
            RESIDENCES,
            lives(DWELLING, "a"),
            lives(DWELLING, "a", "innkvartering"),
            lives(DWELLING, "b", "innkvartering"),
            lives(DWELLING, "c"),
            lives(DWELLING, "d"),
            lives(f"address:{ADDRESS}", "e"),
        ),
        persons=table(
            PERSONS, {"person_id": token("a"), "is_adult": True}, {"person_id": token("c"), "is_adult": False}
        ),
        employments=table(
            EMPLOYMENTS,
            works("a", "1"),
            works("a", "2"),
            works("b", "2"),
            works("c", "3"),
            works("d", "4", is_active=False),
        ),
        month=M,
    )
    found = {r["place_id"]: r for r in rows(frame, OCCUPANCY)}
    counts = {n: v for n, v in found[DWELLING].items() if n.endswith(("_n", "_share", "_known"))}
    assert counts == {
        "residents_n": 4,
        "adults_n": 1,
        "workers_n": 2,
        "employers_n": 2,
        "is_unit_known": True,
        "registered_share": Decimal("0.750000"),
    }
    assert found[f"address:{ADDRESS}"]["is_unit_known"] is False
