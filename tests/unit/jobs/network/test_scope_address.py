"""Scopes of addresses: which seats become candidates, and what the scope holds."""

from datetime import date
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_people, scope_address

M = "2026-01"
ORG, OVER = "310000205", "310000302"
UNITS = ("7:H0101", "7:H0102")


def person(letter: str) -> str:
    return "p1_" + letter * 26


def lives(letter: str, place: str = f"dwelling:{UNITS[0]}", **values: Any) -> dict[str, Any]:
    row = {"person_id": person(letter), "place_id": place, "source": "bostedsadresse"}
    return row | {"certainty": "registered", "valid_from": date(2025, 3, 1)} | values


def works(letter: str, orgnr: str = OVER, **values: Any) -> dict[str, Any]:
    return {"person_id": person(letter), "orgnr": orgnr, "is_active": True, "month": M} | values


def seat(unit: str | None = "H0101", orgnr: str = ORG) -> dict[str, Any]:
    place = f"dwelling:7:{unit}" if unit else "address:7"
    return {"orgnr": orgnr, "address_id": "7", "unit_no": unit, "place_id": place, "staff_n": 3}


FOUR = [lives(letter) for letter in "abcd"]
AT_WORK = [works(letter) for letter in "abcd"]


def test_seat_is_an_edge_to_its_unit(edges_of: Any) -> None:
    (edge,) = edges_of(edges_people.SOURCE, seats=[seat()])
    assert (edge["kind"], edge["source_id"], edge["target_id"]) == (
        "seated_in",
        f"org:{ORG}",
        f"dwelling:{UNITS[0]}",
    )
    assert {name for name, _ in edge["attributes"]} == set(EDGE_ATTRIBUTES[EdgeKind.SEATED_IN])


@pytest.mark.parametrize(
    ("given", "is_candidate"),
    [
        pytest.param({"residences": FOUR}, True, id="four"),
        pytest.param({"residences": FOUR[:3]}, False, id="three"),
        pytest.param({"residences": [*FOUR[:3], lives("d", "address:7")]}, True, id="one without unit"),
        pytest.param({"residences": [*FOUR[:3], lives("d", f"dwelling:{UNITS[1]}")]}, False, id="next door"),
        pytest.param({"residences": FOUR, "employments": AT_WORK[:3]}, False, id="three work"),
        pytest.param(
            {"residences": FOUR, "persons": [{"person_id": person("d"), "is_adult": False}]},
            False,
            id="a minor",
        ),
        pytest.param({"residences": FOUR, "seats": [seat("H0102")]}, False, id="seat next door"),
        pytest.param({"residences": FOUR, "seats": [seat(None)]}, False, id="no unit, nobody's employer"),
        pytest.param({"residences": FOUR, "seats": [seat(None, OVER)]}, True, id="no unit, the employer"),
        pytest.param({"residences": FOUR[:3], "seats": [seat(None, OVER)]}, False, id="no unit, three"),
        pytest.param(
            {
                "residences": [lives(letter, employer_orgnr=OVER) for letter in "abcd"],
                "employments": [],
            },
            True,
            id="by notice",
        ),
    ],
)
def test_candidates_are_seats_where_four_who_work_live(
    elements_of: Any, given: dict[str, Any], is_candidate: bool
) -> None:
    found = elements_of(scope_address.SOURCE, **{"seats": [seat()], "employments": AT_WORK} | given)
    assert list(found) == ["address:7"] * is_candidate


def test_seat_without_unit_brings_nothing_but_itself(elements_of: Any) -> None:
    found = elements_of(
        scope_address.SOURCE, parts=1, seats=[seat(None, OVER)], residences=FOUR, employments=AT_WORK
    )
    assert found == {"address:7": ["edge:seated_in", f"node:org:{OVER}"]}


def test_scope_holds_who_lives_there_who_leads_and_the_shared_chain(elements_of: Any) -> None:
    def contract(number: str, project: str, client: str, supplier: str) -> dict[str, Any]:
        row = {"contract_id": number, "project_id": project, "client_orgnr": client}
        return row | {"supplier_orgnr": supplier, "is_labour_bearing": True, "ended_on": None}

    def role(orgnr: str, *, is_control: bool = True) -> dict[str, Any]:
        return {"orgnr": orgnr, "holder_id": f"person:{person('z')}", "is_control": is_control}

    found = elements_of(
        scope_address.SOURCE,
        parts=2,
        seats=[seat()],
        residences=[*FOUR, lives("e", "address:7"), lives("f", f"dwelling:{UNITS[1]}")],
        employments=[*AT_WORK, works("e"), works("f")],
        spells=[
            {"person_id": person(letter), "orgnr": OVER, "valid_from": date(2025, 3, 1)} for letter in "abf"
        ],
        roles=[role(ORG), role(ORG, is_control=False) | {"role": "REVI"}, role(OVER)],
        contracts=[
            contract("K1", "p1", "310000418", OVER),
            contract("K2", "p1", OVER, ORG),
            contract("K3", "p2", "310000418", ORG),
            contract("K4", "p3", "310000418", OVER),
        ],
    )
    (elements,) = found.values()
    kinds = [element.split("|")[0] for element in elements]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "edge:contract": 2,
        "edge:employed_by": 2,
        "edge:holds_role": 1,
        "edge:resides_in": 5,
        "edge:seated_in": 1,
        f"node:org:{ORG}": 1,
        f"node:org:{OVER}": 1,
    }
    assert "edge:contract|contract_id=K1" in elements
    assert "edge:contract|contract_id=K2" in elements
