"""Scopes of churn: which dwellings become candidates, and what the scope holds."""

from datetime import date
from typing import Any

import pytest

from jobs.network import edges_people, scope_churn

ORG, OTHER = "310000205", "310000302"
CAME, WENT = date(2025, 5, 10), date(2025, 9, 10)


def person(letter: str) -> str:
    return "p1_" + letter * 26


def stay(letter: str, dwelling: str = "7:H0101", **values: Any) -> dict[str, Any]:
    row = {"person_id": person(letter), "dwelling_id": dwelling, "source": "bostedsadresse"}
    return row | {"valid_from": CAME, "valid_to": WENT} | values


def spell(letter: str, orgnr: str = ORG, **values: Any) -> dict[str, Any]:
    row = {"person_id": person(letter), "orgnr": orgnr, "first_month": "2025-05", "paid_months_n": 4}
    return row | {"valid_from": CAME, "valid_to": WENT} | values


def test_stay_is_an_edge_with_its_days(edges_of: Any) -> None:
    (edge,) = edges_of(edges_people.SOURCE, stays=[stay("a")])
    assert (edge["kind"], edge["target_id"]) == ("stay", "dwelling:7:H0101")
    assert (edge["valid_from"], edge["valid_to"]) == (CAME, WENT)
    assert edge["attributes"] == [("source", "bostedsadresse")]


@pytest.mark.parametrize(
    ("spells", "is_candidate"),
    [
        pytest.param([spell("a")], True, id="in and out"),
        pytest.param([spell("a", valid_to=None)], False, id="in alone"),
        pytest.param([spell("a", valid_to=None), spell("b", valid_to=None)], True, id="in, two"),
        pytest.param(
            [spell("a", valid_to=None), spell("b", OTHER, valid_to=None)], False, id="two employers"
        ),
        pytest.param([spell("a", valid_from=date(2025, 4, 26))], True, id="fourteen days"),
        pytest.param([spell("a", valid_from=date(2025, 4, 25))], False, id="fifteen days"),
        pytest.param([spell("a", paid_months_n=0)], False, id="never paid"),
        pytest.param([spell("z")], False, id="lives elsewhere"),
    ],
)
def test_candidates_have_two_moves_near_hires_or_exits(
    elements_of: Any, spells: list[Any], is_candidate: bool
) -> None:
    found = elements_of(scope_churn.SOURCE, stays=[stay("a"), stay("b")], spells=spells)
    assert list(found) == ["churn:7:H0101"] * is_candidate


def test_scope_holds_all_stays_and_the_work_for_those_employers(elements_of: Any) -> None:
    kin = {"person_id": person("a"), "related_person_id": person("b"), "relation": "soesken"}
    found = elements_of(
        scope_churn.SOURCE,
        parts=1,
        stays=[stay("a"), stay("b"), stay("c", "8:H0101")],
        spells=[spell("a"), spell("b", OTHER, valid_from=date(2024, 1, 1)), spell("b", valid_to=None)],
        families=[kin, kin | {"related_person_id": person("c")}],
    )
    assert found == {
        "churn:7:H0101": [
            "edge:employed_by",
            "edge:employed_by",
            "edge:family",
            "edge:stay",
            "edge:stay",
            f"node:org:{ORG}",
        ]
    }
