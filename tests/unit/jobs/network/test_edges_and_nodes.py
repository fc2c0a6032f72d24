from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import jobs.network
from expectations.tables_core_chain import PROJECTS
from expectations.tables_core_home import BUILDINGS, DWELLINGS, HOUSING
from expectations.tables_core_org import (
    HUBS,
    ORGANISATIONS,
    OWNER_ROOTS,
)
from expectations.tables_core_work import PERSONS, STANDING
from expectations.tables_net import EDGES, NODES
from graph.model import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, EdgeKind
from jobs.network.edges import SOURCES
from jobs.network.source import tables_of

M = "2026-01"
P = "p1_" + "a" * 26
Q = "p1_" + "b" * 26

EDGE_INPUTS = tables_of(SOURCES)
NODE_INPUTS = {
    "edges": EDGES,
    "organisations": ORGANISATIONS,
    "standing": STANDING,
    "owner_roots": OWNER_ROOTS,
    "hubs": HUBS,
    "projects": PROJECTS,
    "persons": PERSONS,
    "dwellings": DWELLINGS,
    "buildings": BUILDINGS,
    "housing": HOUSING,
}


@pytest.fixture
def edges(table: Any, rows: Any) -> Any:
    from jobs.network.edges import transform

    def make(**given: Any) -> Any:
        frames = {name: table(dataset, *given.get(name, ())) for name, dataset in EDGE_INPUTS.items()}
        return rows(transform(**frames, month=M), EDGES)

    return make


@pytest.fixture
def nodes(table: Any, rows: Any) -> Any:
    from jobs.network.nodes import transform

    def make(**given: Any) -> Any:
        frames = {name: table(dataset, *given.get(name, ())) for name, dataset in NODE_INPUTS.items()}
        return {r["node_id"]: r for r in rows(transform(**frames, month=M), NODES)}

    return make


def shown(edge: Any) -> Any:
    return (
        edge["source_id"],
        edge["target_id"],
        edge["valid_from"],
        edge["valid_to"],
        dict(edge["attributes"]),
    )


def contract(**values: object) -> dict[str, object]:
    row = {
        "contract_id": "K1",
        "project_id": "P1",
        "client_orgnr": "1",
        "supplier_orgnr": "2",
        "kind": "innleie",
    }
    return row | {"is_labour_bearing": True, "declaration": "erklaert", "value_ore": 700} | values


def test_contract_edge_names_its_row_and_only_what_is_known(edges: Any) -> None:
    (edge,) = edges(contracts=[contract(signed_on=date(2025, 10, 1), ended_on=date(2026, 6, 30))])
    assert shown(edge) == (
        "org:1",
        "org:2",
        date(2025, 10, 1),
        date(2026, 6, 30),
        {
            "contract_id": "K1",
            "project_id": "P1",
            "contract_kind": "innleie",
            "is_labour_bearing": "true",
            "declaration": "erklaert",
            "signed_on": "2025-10-01",
        },
    )
    assert (edge["edge_id"], edge["amount_ore"]) == ("contract|contract_id=K1", 700)
    assert (edge["row_table"], edge["row_month"], edge["row_key"]) == (
        "core_chain__contracts",
        M,
        "contract_id=K1",
    )


def test_start_of_work_comes_before_the_signature(edges: Any) -> None:
    (edge,) = edges(contracts=[contract(signed_on=date(2025, 10, 1), started_on=date(2025, 11, 1))])
    assert edge["valid_from"] == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("values", "targets"),
    [
        pytest.param(
            {"supplier_orgnr": None, "supplier_foreign_id": "X9"}, ["org:X9"], id="foreign supplier"
        ),
        pytest.param({"supplier_orgnr": None}, [], id="supplier unknown"),
    ],
)
def test_supplier_without_norwegian_number(edges: Any, values: Any, targets: Any) -> None:
    assert [e["target_id"] for e in edges(contracts=[contract(**values)])] == targets


@pytest.mark.parametrize(
    ("issued_on", "count"),
    [
        pytest.param(date(2025, 2, 1), 1, id="twelve months"),
        pytest.param(date(2025, 1, 31), 0, id="a day too old"),
    ],
)
def test_payments_of_twelve_months(edges: Any, issued_on: Any, count: Any) -> None:
    payment = {
        "invoice_id": "F1",
        "issuer_orgnr": "2",
        "payer_orgnr": "1",
        "kind": "faktura",
        "issued_on": issued_on,
        "amount_ore": -5,
        "is_labour": True,
        "source": "tilsyn",
    }
    found = edges(payments=[payment])
    assert len(found) == count
    assert all(
        shown(e)[:4] == ("org:1", "org:2", issued_on, issued_on) and e["amount_ore"] == -5 for e in found
    )


def test_edges_of_companies(edges: Any) -> None:
    found = edges(
        roles=[
            {
                "orgnr": "2",
                "role": "DAGL",
                "holder_id": f"person:{P}",
                "holder_kind": "person",
                "is_control": True,
                "match": "fnr",
                "valid_from": date(2020, 1, 1),
                "is_start_exact": False,
            }
        ],
        ownerships=[
            {
                "orgnr": "2",
                "holder_id": "org:1",
                "holder_kind": "org",
                "match": "orgnr",
                "share": Decimal("0.5"),
                "year": "2024",
            },
            {
                "orgnr": "2",
                "holder_id": f"other:{Q}",
                "holder_kind": "other",
                "match": "name_place",
                "share": Decimal("0.5"),
                "year": "2024",
            },
        ],
        organisations=[
            {"orgnr": "2", "address_key": "gata 1 0155", "deleted_on": date(2026, 1, 1)},
            {"orgnr": "3"},
        ],
        events=[
            {
                "event_id": "E1",
                "kind": "salg_fra_bo",
                "happened_on": date(2026, 1, 2),
                "orgnr": "1",
                "counterparty_orgnr": "2",
                "source": "bostyrer",
            },
            {
                "event_id": "E2",
                "kind": "konkursaapning",
                "happened_on": date(2026, 1, 2),
                "orgnr": "1",
                "counterparty_orgnr": "2",
                "source": "bostyrer",
            },
            {
                "event_id": "E3",
                "kind": "salg_fra_bo",
                "happened_on": date(2026, 1, 2),
                "orgnr": "1",
                "source": "bostyrer",
            },
        ],
        establishments=[
            {
                "establishment_orgnr": "9",
                "orgnr": "2",
                "previous_orgnr": "1",
                "owner_changed_on": date(2026, 1, 3),
            },
            {"establishment_orgnr": "8", "orgnr": "2", "owner_changed_on": date(2026, 1, 3)},
        ],
    )
    assert [(e["edge_id"], *shown(e)[:2]) for e in found] == [
        (f"holds_role|orgnr=2|role=DAGL|holder_id=person:{P}|valid_from=2020-01-01", f"person:{P}", "org:2"),
        ("located_at|orgnr=2", "org:2", "place:gata 1 0155"),
        ("owns_share|orgnr=2|holder_id=org:1", "org:1", "org:2"),
        ("transfer|establishment_orgnr=9", "org:1", "org:2"),
        ("transfer|event_id=E1", "org:1", "org:2"),
    ]
    owned = found[2]
    assert (owned["share"], owned["valid_from"]) == (Decimal("0.500000"), date(2024, 12, 31))
    assert [dict(e["attributes"]).get("event_kind") for e in found[3:]] == ["eierskifte", "salg_fra_bo"]


def test_edges_of_people(edges: Any) -> None:
    home = {
        "dwelling_id": "7:H0101",
        "holder_id": "org:1",
        "holder_kind": "tilbyder",
        "is_confirmed": True,
        "source": "innkvartering",
        "valid_from": date(2025, 1, 1),
    }
    lives = {"place_id": "dwelling:7:H0101", "source": "innkvartering", "certainty": "confirmed"}
    found = edges(
        spells=[
            {
                "orgnr": "2",
                "person_id": P,
                "first_month": "2025-05",
                "last_month": M,
                "months_n": 9,
                "valid_from": date(2025, 5, 1),
                "paid_months_n": 0,
                "end_reason": "x",
            }
        ],
        residences=[
            lives | {"person_id": P, "employer_orgnr": "2", "is_rent_deducted": "nei"},
            lives | {"person_id": Q, "is_rent_deducted": "ja"},
        ],
        holders=[home, home | {"holder_kind": "hjemmelshaver", "source": "grunnbok"}],
        families=[{"person_id": P, "related_person_id": Q, "relation": "soesken"}],
        worker_flows=[
            {
                "from_orgnr": "1",
                "to_orgnr": "2",
                "failed_on": date(2025, 10, 1),
                "moved_n": 4,
                "from_n": 6,
                "to_n": 5,
                "stratum": "national",
                "shared_clients_n": 0,
                "chance_share": Decimal("0.1"),
            }
        ],
    )
    told = {e["edge_id"].split("|")[0] + ":" + e["source_id"][-1]: dict(e["attributes"]) for e in found}
    assert told["employed_by:a"] == {"is_paid": "false", "end_reason": "x"}
    assert told["resides_in:a"] == {
        "source": "innkvartering",
        "certainty": "confirmed",
        "employer_orgnr": "2",
        "rent_deducted": "nei",
    }
    held = {
        dict(e["attributes"])["holder_kind"]: dict(e["attributes"])
        for e in found
        if e["kind"] == "holds_dwelling"
    }
    # Of several answers the most telling one; the land register knows of no rent.
    assert held["tilbyder"]["rent_deducted"] == "ja"
    assert "rent_deducted" not in held["hjemmelshaver"]
    assert told["family:a"] == {"relation": "soesken"}
    assert told["worker_flow:1"] == {
        "moved_n": "4",
        "from_n": "6",
        "to_n": "5",
        "chance_share": "0.100000",
        "stratum": "national",
    }


def test_node_of_an_organisation(nodes: Any) -> None:
    found = nodes(
        organisations=[
            {"orgnr": "1", "name": "A AS", "org_form": "AS", "registered_on": date(2020, 1, 1)},
            {"orgnr": "2"},
        ],
        standing=[
            {"orgnr": "1", "answer_month": M, "answer": "data", "arrears_ore": 0},
            {"orgnr": "2", "answer_month": "2025-12", "answer": "ingenData"},
        ],
        owner_roots=[{"orgnr": "1", "owner_root": f"person:{P}", "steps_n": 1, "path": [f"person:{P}"]}],
        hubs=[{"hub_id": "org:1", "kind": "many_clients"}, {"hub_id": "org:1", "kind": "regnskapsforetak"}],
    )
    assert dict(found["org:1"]["attributes"]) == {
        "name": "A AS",
        "org_form": "AS",
        "registered_on": "2020-01-01",
        "arrears_ore": "0",
        "arrears_month": M,
        "arrears_status": "data",
        "owner_root": f"person:{P}",
        "hub_kind": "regnskapsforetak",
    }
    # Asked, and nothing known: no amount, not zero.
    assert dict(found["org:2"]["attributes"]) == {"arrears_month": "2025-12", "arrears_status": "ingenData"}
    assert (found["org:1"]["row_table"], found["org:1"]["row_key"]) == ("core_org__organisations", "orgnr=1")


def test_node_of_a_project(nodes: Any) -> None:
    project = {
        "project_id": "P1",
        "client_kind": "stat",
        "work_kind": "anlegg",
        "tier_limit": 2,
        "tier_limit_basis": "rule",
        "cpv": ["45000000", "45200000"],
        "coverage_share": Decimal("0.7"),
        "dispensations": ["K1=1@2025-01-01", "K2=1@"],
        "is_declared_complete": False,
    }
    told = dict(nodes(projects=[project])["project:P1"]["attributes"])
    assert told == {
        "client_kind": "stat",
        "work_kind": "anlegg",
        "tier_limit": "2",
        "tier_limit_basis": "rule",
        "cpv": "45000000,45200000",
        "coverage_share": "0.700000",
        "is_declared_complete": "false",
        "dispensations": "K1=1@2025-01-01|K2=1@",
    }


def edge(source: str, target: str) -> dict[str, object]:
    return {
        "edge_id": f"x|{source}|{target}",
        "kind": "resides_in",
        "source_id": source,
        "target_id": target,
        "attributes": [],
        "row_table": "t",
        "row_month": M,
        "row_key": "k",
    }


def test_people_and_homes_are_nodes_only_when_an_edge_touches_them(nodes: Any) -> None:
    dwelling = {"unit_kind": "B", "rooms_n": 3, "area_m2": Decimal("60"), "building_no": "77"}
    found = nodes(
        edges=[edge(f"person:{P}", "dwelling:7:H0101"), edge(f"person:{Q}", "address:8")],
        persons=[{"person_id": P, "is_adult": True}, {"person_id": "p1_" + "c" * 26}],
        dwellings=[
            dwelling | {"dwelling_id": "7:H0101"},
            dwelling | {"dwelling_id": "7:H0102", "building_no": "78"},
        ],
        buildings=[{"building_no": "77", "building_kind": "141"}, {"building_no": "78"}],
        housing=[
            {
                "place_id": "dwelling:7:H0101",
                "kind": "bolig",
                "is_confirmed": True,
                "showers_n": 1,
                "notices_n": 1,
            }
        ],
        hubs=[{"hub_id": "address:8", "kind": "studentbolig"}],
    )
    assert sorted(found) == ["address:8", "building:77", "dwelling:7:H0101", f"person:{P}", f"person:{Q}"]
    assert dict(found["dwelling:7:H0101"]["attributes"]) == {
        "unit_kind": "B",
        "rooms_n": "3",
        "area_m2": "60.0",
        "building_no": "77",
        "showers_n": "1",
        "housing_kind": "bolig",
    }
    assert dict(found["address:8"]["attributes"]) == {"hub_kind": "studentbolig"}
    # Known through an edge alone: nothing is known of it, and no row is its own.
    assert (dict(found[f"person:{Q}"]["attributes"]), found[f"person:{Q}"]["row_table"]) == ({}, None)


def test_place_counts_living_organisations(nodes: Any) -> None:
    there = [{"orgnr": str(n), "address_key": "gata 1"} for n in range(3)]
    gone = {"orgnr": "9", "address_key": "gata 1", "deleted_on": date(2025, 1, 1)}
    found = nodes(organisations=[*there, gone], edges=[edge("org:1", "place:gata 1")])
    assert dict(found["place:gata 1"]["attributes"]) == {"tenants_n": "3"}


def test_attributes_are_those_that_the_graph_declares(edges: Any, nodes: Any) -> None:
    modules = Path(jobs.network.__file__).parent.glob("*.py")
    written = "".join(module.read_text(encoding="utf-8") for module in modules)
    declared = {name for kind in (*NODE_ATTRIBUTES.values(), *EDGE_ATTRIBUTES.values()) for name in kind}
    unfilled = {"establishment_orgnr", "position_pct"}
    assert {name for name in declared - unfilled if name not in written} == set()
    assert set(EDGE_ATTRIBUTES) == set(EdgeKind)
