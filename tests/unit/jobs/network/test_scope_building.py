"""Scopes of buildings: which units are doubtful, how many workers make a candidate, what the scope holds."""

from datetime import date
from typing import Any

import pytest

from jobs.network import scope_building

M = "2026-01"
ORG = "310000205"
UNITS = ("7:H0101", "7:H0102")


def person(letter: str) -> str:
    return "p1_" + letter * 26


def lives(letter: str, unit: str = UNITS[0], **values: Any) -> dict[str, Any]:
    row = {"person_id": person(letter), "place_id": f"dwelling:{unit}", "source": "bostedsadresse"}
    return row | {"certainty": "registered", "valid_from": date(2025, 3, 1)} | values


def works(letter: str, **values: Any) -> dict[str, Any]:
    return {"person_id": person(letter), "orgnr": ORG, "is_active": True, "month": M} | values


def unit(dwelling_id: str = UNITS[0], **values: Any) -> dict[str, Any]:
    return {"dwelling_id": dwelling_id, "building_no": "1", "unit_kind": "A"} | values


def building(**values: Any) -> dict[str, Any]:
    return {"building_no": "1", "building_group": "ikke_bolig", "is_in_use": True} | values


def two_at_work() -> dict[str, Any]:
    return {"residences": [lives("a"), lives("b")], "employments": [works("a"), works("b")]}


@pytest.mark.parametrize(
    ("of_unit", "of_building", "is_doubtful"),
    [
        ({}, {}, True),
        ({"unit_kind": "U"}, {}, True),
        ({"unit_kind": None}, {}, True),
        ({"unit_kind": "B"}, {}, False),
        ({"unit_kind": "F"}, {}, False),
        ({"unit_kind": "B"}, {"is_in_use": False}, True),
        ({"unit_kind": "B"}, {"is_in_use": None}, True),
        ({}, {"building_group": "overnatting"}, False),
        ({}, {"building_group": "uthus"}, True),
        ({}, {"building_group": "ukjent"}, True),
        ({}, {"building_group": None}, True),
        ({"unit_kind": "I"}, {"building_group": "bolig"}, True),
        ({"building_no": None}, {}, False),
    ],
)
def test_units_that_are_no_known_lawful_homes_are_doubtful(
    elements_of: Any, of_unit: dict[str, Any], of_building: dict[str, Any], is_doubtful: bool
) -> None:
    found = elements_of(
        scope_building.SOURCE,
        dwellings=[unit(**of_unit)],
        buildings=[building(**of_building)],
        **two_at_work(),
    )
    assert list(found) == ["building:1"] * is_doubtful


@pytest.mark.parametrize(
    ("given", "is_candidate"),
    [
        pytest.param(two_at_work(), True, id="two"),
        pytest.param(two_at_work() | {"employments": [works("a")]}, False, id="one works"),
        pytest.param(
            two_at_work() | {"residences": [lives("a"), lives("b", UNITS[1])]}, True, id="in two units"
        ),
        pytest.param(
            two_at_work() | {"residences": [lives("a"), lives("a", UNITS[1])]}, False, id="one person twice"
        ),
        pytest.param(
            two_at_work() | {"persons": [{"person_id": person("b"), "is_adult": False}]}, False, id="a minor"
        ),
        pytest.param(
            {"residences": [lives("a", employer_orgnr=ORG), lives("b", employer_orgnr=ORG)]},
            True,
            id="by notice",
        ),
        pytest.param(
            two_at_work() | {"residences": [lives("a"), lives("b", place_id="address:7")]},
            False,
            id="no unit",
        ),
    ],
)
def test_candidates_have_two_workers(elements_of: Any, given: dict[str, Any], is_candidate: bool) -> None:
    found = elements_of(
        scope_building.SOURCE, dwellings=[unit(), unit(UNITS[1])], buildings=[building()], **given
    )
    assert bool(found) is is_candidate


def test_scope_holds_who_lives_there_their_work_and_who_holds_it(elements_of: Any) -> None:
    kin = {"person_id": person("a"), "related_person_id": person("b"), "relation": "soesken"}
    found = elements_of(
        scope_building.SOURCE,
        parts=1,
        dwellings=[unit(), unit(UNITS[1], unit_kind="B")],
        buildings=[building()],
        residences=[lives("a"), lives("b"), lives("c", UNITS[1])],
        employments=[works("a"), works("b"), works("c")],
        spells=[
            {"person_id": person(letter), "orgnr": ORG, "valid_from": date(2025, 3, 1), "paid_months_n": 9}
            for letter in "abc"
        ],
        families=[kin, kin | {"related_person_id": person("c")}],
        holders=[
            {"dwelling_id": dwelling, "holder_id": f"org:{ORG}", "holder_kind": "hjemmelshaver"}
            for dwelling in UNITS
        ],
    )
    assert found == {
        "building:1": [
            "edge:employed_by",
            "edge:employed_by",
            "edge:family",
            "edge:holds_dwelling",
            "edge:resides_in",
            "edge:resides_in",
            "node:building:1",
            f"node:org:{ORG}",
        ]
    }
