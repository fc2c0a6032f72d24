"""Edges and scopes about those who lead companies: who becomes a candidate, and what its network holds."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import edges_control, scope_hands, scope_names, scope_swap

M = "2026-01"
A, B, C, D = "310000205", "310000302", "310000418", "310000523"
ANNA, DORA = "person:anna", "person:dora"


def role(orgnr: str, holder: str = ANNA, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "role": "DAGL", "holder_id": holder, "holder_kind": "person"}
    row |= {"is_control": True, "match": "fnr", "is_start_exact": True, "valid_from": date(2024, 1, 1)}
    return row | values


def bankrupt(orgnr: str, on: date | None = date(2025, 6, 10), **values: Any) -> dict[str, Any]:
    return {"orgnr": orgnr, "bankrupt_on": on, **values}


def quarantine(person: str | None = "anna", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"event_id": "Q1", "kind": "konkurskarantene", "happened_on": date(2025, 7, 1)}
    row |= {"ends_on": date(2027, 7, 1), "orgnr": B, "person_id": person, "source": "konkursregister"}
    return row | values


@pytest.fixture
def edges(edges_of: Any) -> Any:
    return partial(edges_of, edges_control.SOURCE)


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    return partial(elements_of, scope_hands.SOURCE)


@pytest.fixture
def swaps(elements_of: Any) -> Any:
    return partial(elements_of, scope_swap.SOURCE)


def notice(orgnr: str = A, on: date = date(2025, 10, 9), **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"event_id": "N1", "kind": "tilsynsvarsel", "happened_on": on, "orgnr": orgnr}
    return row | {"source": "arbeidstilsynet"} | values


def vat(orgnr: str = A, term_no: int = 3, base: int | None = 900) -> dict[str, Any]:
    return {"orgnr": orgnr, "year": 2025, "term_no": term_no, "vat_base_ore": base}


def owner(orgnr: str = A, person: str = "anna") -> dict[str, Any]:
    return {"orgnr": orgnr, "person_id": person, "registered_on": date(2025, 8, 26)}


def spell(orgnr: str, person: str = "anna") -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": orgnr, "person_id": person, "valid_from": date(2025, 1, 1)}
    row |= {"first_month": "2025-01", "last_month": "2025-08", "months_n": 8, "paid_months_n": 8}
    return row


NEW = date(2025, 8, 26)


def test_quarantine_is_an_edge_from_the_person(edges: Any) -> None:
    rows = [quarantine(), quarantine(None, event_id="Q2"), quarantine(event_id="E", kind="salg_fra_bo")]
    (edge,) = edges(events=rows)
    assert (edge["kind"], edge["source_id"]) == ("quarantine", ANNA)
    assert edge["target_id"] == "register:konkurskarantene"
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 7, 1), date(2027, 7, 1))
    assert edge["row_key"] == "event_id=Q1"


def test_scope_holds_all_that_the_leader_leads_or_led(scopes: Any) -> None:
    found = scopes(
        roles=[role(A), role(B), role(C), role(D), role(A, DORA), role(D, DORA)],
        organisations=[bankrupt(A, None), bankrupt(B), bankrupt(C), bankrupt(D, None)],
    )
    assert set(found) == {f"hands:{A}", f"hands:{D}"}
    parts = found[f"hands:{A}"]
    assert f"node:org:{A}" in parts
    of_anna = [part for part in parts if ANNA in part]
    of_dora = [part for part in parts if DORA in part]
    assert (len(of_anna), len(of_dora)) == (4, 1)


@pytest.mark.parametrize(
    ("change", "is_candidate"),
    [
        ({}, True),
        ({"second": {"valid_to": date(2024, 6, 8)}}, False),
        ({"second": {"valid_to": date(2024, 6, 9)}}, True),
        ({"second": {"valid_from": date(2025, 6, 11)}}, False),
        ({"second": {"is_control": False}}, False),
        ({"second": {"valid_from": None}}, True),
        ({"failed_on": date(2021, 1, 30)}, False),
        ({"failed_on": None}, False),
        ({"here": {"valid_to": date(2025, 12, 31)}}, False),
        ({"here": {"valid_to": date(2026, 1, 1)}}, True),
        ({"here": {"is_control": False}}, False),
        ({"company": {"deleted_on": date(2025, 12, 1)}}, False),
        ({"company": {"dissolved_on": date(2025, 12, 1)}}, False),
    ],
)
def test_candidates_are_living_companies_led_by_one_with_two_bankruptcies(
    scopes: Any, change: dict[str, Any], is_candidate: bool
) -> None:
    found = scopes(
        roles=[role(A, **change.get("here", {})), role(B), role(C, **change.get("second", {}))],
        organisations=[
            {"orgnr": A, **change.get("company", {})},
            bankrupt(B),
            bankrupt(C, change.get("failed_on", date(2025, 6, 10))),
        ],
    )
    assert (f"hands:{A}" in found) is is_candidate


@pytest.mark.parametrize(
    ("values", "is_candidate"),
    [
        ({}, True),
        ({"ends_on": date(2025, 12, 31)}, False),
        ({"ends_on": date(2026, 1, 1)}, True),
        ({"ends_on": None}, True),
        ({"person_id": None}, False),
        ({"person_id": "dora"}, False),
        ({"kind": "tilsynsvarsel"}, False),
    ],
)
def test_quarantine_makes_a_candidate(scopes: Any, values: dict[str, Any], is_candidate: bool) -> None:
    found = scopes(roles=[role(A)], organisations=[{"orgnr": A}], events=[quarantine(**values)])
    assert bool(found) is is_candidate


def test_edges_of_a_company_with_a_new_leader_before_a_notice(edges: Any) -> None:
    found = edges(
        events=[notice()],
        roles=[role(A, valid_from=NEW)],
        vat_terms=[vat(), vat(B), vat(term_no=2, base=None), vat(term_no=6)],
        beneficial_owners=[owner(), owner(B)],
    )
    assert [(e["kind"], e["source_id"], e["target_id"]) for e in found] == [
        ("notice", f"org:{A}", "authority:arbeidstilsynet"),
        ("turnover_term", f"org:{A}", "period:2025-T3"),
        ("turnover_term", f"org:{A}", "period:2025-T6"),
        ("beneficial_owner", ANNA, f"org:{A}"),
    ]
    assert dict(found[0]["attributes"]) == {"event_kind": "tilsynsvarsel"}
    assert (found[1]["valid_from"], found[1]["valid_to"]) == (date(2025, 5, 1), date(2025, 6, 30))
    assert (found[2]["valid_from"], found[2]["valid_to"]) == (date(2025, 11, 1), date(2025, 12, 31))
    assert found[1]["amount_ore"] == 900
    assert found[3]["valid_from"] == NEW
    for edge in found:
        assert set(dict(edge["attributes"])) <= set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


def test_swap_scope_holds_the_newcomers_past(swaps: Any) -> None:
    found = swaps(
        events=[notice(), notice(event_id="S", kind="salg_fra_bo")],
        roles=[role(A, DORA), role(A, valid_from=NEW), role(B), role(B, DORA), role(A, DORA, role="MEDL")],
        spells=[spell(C), spell(D, "dora")],
        vat_terms=[vat()],
        beneficial_owners=[owner()],
    )
    (parts,) = found.values()
    assert [part.split("|")[0] for part in parts] == [
        "edge:beneficial_owner",
        "edge:employed_by",
        "edge:holds_role",
        "edge:holds_role",
        "edge:holds_role",
        "edge:notice",
        "edge:turnover_term",
        f"node:org:{A}",
    ]


@pytest.mark.parametrize(
    ("on", "values", "is_candidate"),
    [
        (date(2025, 10, 9), {}, True),
        (date(2025, 8, 25), {}, False),
        (date(2025, 8, 26), {}, True),
        (date(2025, 11, 25), {}, True),
        (date(2025, 11, 26), {}, False),
        (date(2026, 2, 1), {"valid_from": date(2026, 1, 20)}, False),
        (date(2025, 8, 3), {"valid_from": date(2025, 8, 1)}, True),
        (date(2025, 8, 2), {"valid_from": date(2025, 8, 1)}, False),
        (date(2025, 10, 9), {"role": "LEDE"}, True),
        (date(2025, 10, 9), {"role": "MEDL"}, False),
        (date(2025, 10, 9), {"holder_kind": "org"}, False),
        (date(2025, 10, 9), {"valid_from": None}, False),
    ],
)
def test_candidates_have_a_new_leader_before_a_notice(
    swaps: Any, on: date, values: dict[str, Any], is_candidate: bool
) -> None:
    found = swaps(events=[notice(on=on)], roles=[role(A, **{"valid_from": NEW, **values})])
    assert bool(found) is is_candidate


def load(holder: str = ANNA, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"holder_id": holder, "role": "DAGL", "orgs_n": 7, "groups_n": 7}
    return row | {"groups_p995": 3, "holders_n": 900} | values


MANY = [f"31000{n:04d}" for n in range(7)]


@pytest.fixture
def names(elements_of: Any) -> Any:
    def make(**given: Any) -> Any:
        usual: dict[str, Any] = {
            "role_loads": [load()],
            "roles": [role(orgnr) for orgnr in MANY],
            "organisations": [{"orgnr": orgnr} for orgnr in MANY],
        }
        return elements_of(scope_names.SOURCE, **usual | given)

    return make


def test_load_of_roles_is_an_edge_to_the_register(edges: Any) -> None:
    found = edges(role_loads=[load()], roles=[role(A)], beneficial_owners=[owner(A), owner(B)])
    by_kind = {edge["kind"]: edge for edge in found}
    assert (by_kind["role_load"]["source_id"], by_kind["role_load"]["target_id"]) == (
        ANNA,
        "register:enhetsregisteret",
    )
    assert dict(by_kind["role_load"]["attributes"]) == {"groups_n": "7", "groups_p995": "3", "role": "DAGL"}
    assert [edge["target_id"] for edge in found if edge["kind"] == "beneficial_owner"] == [f"org:{A}"]


def test_every_company_of_somebody_with_many_has_a_scope(names: Any) -> None:
    found = names(
        beneficial_owners=[owner(MANY[0], "dora")],
        spells=[spell(B), spell(C, "dora")],
        roles=[*(role(orgnr) for orgnr in MANY), role(MANY[0], DORA), role(D, is_control=False)],
    )
    assert set(found) == {f"names:{orgnr}" for orgnr in MANY}
    parts = found[f"names:{MANY[1]}"]
    assert len([p for p in parts if p.startswith("edge:holds_role|")]) == 7
    assert len([p for p in parts if p.startswith("edge:beneficial_owner|")]) == 1
    assert [p for p in parts if p.startswith("edge:employed_by|")] == [
        p for p in parts if "employed_by" in p and B in p
    ]
    assert any(DORA in part for part in found[f"names:{MANY[0]}"])


@pytest.mark.parametrize(
    "given",
    [
        {"ownerships": [{"orgnr": MANY[0], "holder_id": ANNA, "holder_kind": "person", "match": "fnr"}]},
        {"owner_roots": [{"orgnr": MANY[0], "owner_root": ANNA, "steps_n": 1, "path": [ANNA]}]},
        {
            "owner_roots": [
                {"orgnr": MANY[n], "owner_root": "org:1", "steps_n": 1, "path": ["org:1"]} for n in (0, 1)
            ]
        },
        {"organisations": [{"orgnr": o, "deleted_on": date(2025, 1, 1)} for o in MANY[:1]]},
        {"roles": [role(orgnr) for orgnr in MANY[:6]]},
        {"role_loads": []},
    ],
)
def test_fewer_than_seven_owners_make_no_candidate(names: Any, given: dict[str, Any]) -> None:
    for row in given.get("ownerships", ()):
        row |= {"share": Decimal("0.01"), "year": "2024"}
    assert names(**given) == {}
