from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_chain import PAYMENTS
from expectations.tables_net import SCOPES
from jobs.network import edges, scope_dwelling, scope_flow, scope_succession
from jobs.network import scopes as scopes_module
from jobs.network.source import tables_of

M = "2026-01"

INPUTS = {**tables_of(edges.SOURCES), **tables_of(scopes_module.SOURCES)}


@pytest.fixture
def scopes(engine: Any, table: Any, rows: Any) -> Any:
    """Scopes of a small world: elements by scope id, all edges of the world being in the network."""

    def make(**given: Any) -> Any:
        frames = {name: table(dataset, *given.get(name, ())) for name, dataset in INPUTS.items()}
        of_edges = {name: frames[name] for name in tables_of(edges.SOURCES)}
        network = engine.settled(edges.transform(**of_edges, month=M))
        of_scopes = {name: frames[name] for name in tables_of(scopes_module.SOURCES)}
        made = scopes_module.transform(edges=network, **of_scopes, month=M, settle=engine.settled)
        found: dict[str, set[str]] = {}
        for row in rows(made, SCOPES):
            found.setdefault(row["scope_id"], set()).add(row["element"])
        return found

    return make


@pytest.fixture
def candidates(engine: Any, table: Any) -> Any:
    """Ids of the scopes of one kind in a small world, without the rest of the network."""
    import inspect

    def make(scope_module: Any, **given: Any) -> list[str]:
        needed = inspect.signature(scope_module.elements).parameters
        frames = {name: table(INPUTS[name], *given.get(name, ())) for name in needed if name in INPUTS}
        more = {name: value for name, value in (("month", M), ("settle", engine.settled)) if name in needed}
        found = scope_module.elements(**frames, **more).select("scope_id").distinct().toArrow()
        return sorted(found["scope_id"].to_pylist())

    return make


def person(letter: str) -> str:
    return "p1_" + letter * 26


def kinds(elements: Any, prefix: Any = "edge:") -> Any:
    return sorted({e.removeprefix(prefix).split("|")[0] for e in elements if e.startswith(prefix)})


def nodes(elements: Any) -> Any:
    return sorted(e.removeprefix("node:") for e in elements if e.startswith("node:"))


def contract(
    contract_id: str, client: str, supplier: str, parent: str | None = None, **values: object
) -> Any:
    row = {
        "contract_id": contract_id,
        "project_id": "P1",
        "parent_contract_id": parent,
        "client_orgnr": client,
    }
    return (
        row
        | {
            "supplier_orgnr": supplier,
            "kind": "underentreprise",
            "is_labour_bearing": True,
            "declaration": "erklaert",
        }
        | values
    )


PROJECT = {
    "project_id": "P1",
    "client_kind": "stat",
    "work_kind": "anlegg",
    "tier_limit_basis": "rule",
    "dispensations": [],
}
CHAIN = [contract("K1", "10", "11"), contract("K2", "11", "12", "K1")]


def test_project_with_tiers(scopes: Any) -> None:
    goods = contract("K3", "12", "13", "K2", is_labour_bearing=False)
    other = contract("K9", "20", "21", project_id=None)
    found = scopes(projects=[PROJECT], contracts=[*CHAIN, goods, other])
    assert found == {
        "project:P1": {
            "node:project:P1",
            *(f"node:org:{n}" for n in (10, 11, 12, 13)),
            *(f"edge:contract|contract_id=K{n}" for n in (1, 2, 3)),
        }
    }


@pytest.mark.parametrize(
    ("projects", "contracts"),
    [
        pytest.param([PROJECT], CHAIN[:1], id="no contract below another"),
        pytest.param([PROJECT], [dict(c, is_labour_bearing=False) for c in CHAIN], id="no labour"),
        pytest.param([], CHAIN, id="project unknown"),
    ],
)
def test_no_project_scope(scopes: Any, projects: Any, contracts: Any) -> None:
    assert scopes(projects=projects, contracts=contracts) == {}


def payment(n: int, payer: str, issuer: str, ore: int = 10_000_000, **values: object) -> Any:
    row = {
        "invoice_id": f"F{n}",
        "payer_orgnr": payer,
        "issuer_orgnr": issuer,
        "kind": "faktura",
        "amount_ore": ore,
    }
    return row | {"issued_on": date(2025, 6, 1), "is_labour": True, "source": "tilsyn"} | values


def circle(*orgs: str, **values: Any) -> Any:
    return [
        payment(n, a, b, **values) for n, (a, b) in enumerate(zip(orgs, (*orgs[1:], orgs[0]), strict=True))
    ]


@pytest.mark.parametrize(
    ("payments", "scope_ids"),
    [
        pytest.param(circle("2", "1"), ["flow:1+2"], id="two"),
        pytest.param(circle("3", "1", "2"), ["flow:1+2+3"], id="three"),
        pytest.param(circle("5", "3", "1", "2", "4"), ["flow:1+2+3+4+5"], id="five"),
        pytest.param(circle("1", "2", "3", "4", "5", "6"), [], id="six"),
        pytest.param(circle("1", "2", "3")[:2], [], id="open"),
        pytest.param(circle("1"), [], id="to itself"),
        pytest.param(circle("1", "2", ore=9_999_999), [], id="one øre too little"),
        pytest.param([*circle("1", "2"), payment(9, "1", "2", -1, kind="kreditnota")], [], id="credited"),
        pytest.param(
            [
                *circle("1", "2", ore=5_000_000),
                *(payment(n + 8, a, b, 5_000_000) for n, (a, b) in enumerate([("1", "2"), ("2", "1")])),
            ],
            ["flow:1+2"],
            id="in parts",
        ),
        pytest.param(circle("1", "2", is_labour=False), [], id="goods"),
        pytest.param(circle("1", "2", issued_on=date(2025, 2, 1)), ["flow:1+2"], id="twelve months"),
        pytest.param(circle("1", "2", issued_on=date(2025, 1, 31)), [], id="longer ago"),
        pytest.param(
            [*circle("1", "2", "3"), payment(9, "2", "1")], ["flow:1+2", "flow:1+2+3"], id="one in another"
        ),
        pytest.param(
            [*circle("1", "2", "3"), *circle("1", "3", "2")],
            ["flow:1+2", "flow:1+2+3", "flow:1+3", "flow:2+3"],
            id="both ways round",
        ),
    ],
)
def test_circles(candidates: Any, payments: Any, scope_ids: Any) -> None:
    numbered = [dict(p, invoice_id=f"F{n}") for n, p in enumerate(payments)]
    assert candidates(scope_flow, payments=numbered) == scope_ids


def test_circles_are_those_that_networkx_finds(engine: Any, table: Any) -> None:
    import networkx as nx
    import numpy as np

    from jobs.network.scope_flow import member_sets

    random = np.random.default_rng(5)
    pairs = {(f"{a:02d}", f"{b:02d}") for a, b in random.integers(0, 14, (45, 2)).tolist() if a != b}
    payments = [payment(n, a, b) for n, (a, b) in enumerate(sorted(pairs))]
    found = member_sets(table(PAYMENTS, *payments), engine.settled).toArrow()["members"].to_pylist()
    expected = {tuple(sorted(c)) for c in nx.simple_cycles(nx.DiGraph(sorted(pairs)), length_bound=5)}
    assert sorted(map(tuple, found)) == sorted(expected)
    assert len(expected) > 10


def test_flow_scope_holds_what_may_explain_it(scopes: Any) -> None:
    own = {"holder_kind": "org", "match": "orgnr", "year": "2024"}
    found = scopes(
        payments=[*circle("1", "2"), payment(8, "1", "2", 5, is_labour=False), payment(9, "1", "7")],
        contracts=[contract("K1", "1", "2"), contract("K2", "1", "7")],
        ownerships=[
            {"orgnr": "1", "holder_id": "org:8", "share": Decimal("0.9"), **own},
            {
                "orgnr": "8",
                "holder_id": f"person:{person('a')}",
                "share": Decimal("1"),
                **own,
                "holder_kind": "person",
            },
            {"orgnr": "2", "holder_id": "org:9", "share": Decimal("0.099999"), **own},
        ],
        owner_roots=[
            {
                "orgnr": "1",
                "owner_root": f"person:{person('a')}",
                "steps_n": 2,
                "path": ["org:8", f"person:{person('a')}"],
            }
        ],
        roles=[
            {
                "orgnr": "2",
                "role": role,
                "holder_id": f"person:{person('b')}",
                "holder_kind": "person",
                "is_control": True,
                "match": "fnr",
                "valid_from": date(2020, 1, 1),
                "is_start_exact": False,
            }
            for role in ("INNH", "DAGL")
        ],
    )
    elements = found["flow:1+2"]
    assert nodes(elements) == ["org:1", "org:2", "org:8", f"person:{person('a')}", f"person:{person('b')}"]
    assert sorted(e for e in elements if e.startswith("edge:payment")) == [
        f"edge:payment|invoice_id=F{n}" for n in (0, 1, 8)
    ]
    assert [e for e in elements if e.startswith("edge:contract")] == ["edge:contract|contract_id=K1"]
    # A holder of less than a tenth ties nobody; the proprietor does, the manager is not an owner.
    assert sum(e.startswith("edge:owns_share") for e in elements) == 2
    assert [e for e in elements if "role=" in e and "INNH" not in e] == []


FAILED = {"orgnr": "1", "bankrupt_on": date(2025, 10, 1), "registered_on": date(2015, 1, 1)}
YOUNG = {"orgnr": "2", "registered_on": date(2025, 9, 1)}


def role(orgnr: str, letter: str = "a", **values: object) -> Any:
    row = {"orgnr": orgnr, "role": "DAGL", "holder_id": f"person:{person(letter)}", "holder_kind": "person"}
    return (
        row
        | {"is_control": True, "match": "fnr", "valid_from": date(2020, 1, 1), "is_start_exact": False}
        | values
    )


PAIR = "succession:1:2"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"roles": [role("1"), role("2")]}, id="one manager"),
        pytest.param(
            {"organisations": [FAILED | {"address_key": "g"}, YOUNG | {"address_key": "g"}]}, id="one place"
        ),
        pytest.param({"contracts": [contract("K1", "10", "1"), contract("K2", "10", "2")]}, id="one client"),
        pytest.param(
            {
                "worker_flows": [
                    {
                        "from_orgnr": "1",
                        "to_orgnr": "2",
                        "failed_on": date(2025, 10, 1),
                        "moved_n": 1,
                        "from_n": 1,
                        "to_n": 1,
                        "shared_clients_n": 0,
                    }
                ]
            },
            id="one worker",
        ),
    ],
)
def test_pairs_with_something_in_common(candidates: Any, given: Any) -> None:
    assert PAIR in candidates(scope_succession, **({"organisations": [FAILED, YOUNG]} | given))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="nothing in common"),
        pytest.param({"roles": [role("1"), role("2", "b")]}, id="two managers"),
        pytest.param({"roles": [role("1", is_control=False), role("2")]}, id="no control"),
        pytest.param(
            {"roles": [role("1"), role("2")], "hubs": [{"hub_id": f"person:{person('a')}", "kind": "x"}]},
            id="the holder is a hub",
        ),
        pytest.param(
            {
                "organisations": [FAILED | {"address_key": "g"}, YOUNG | {"address_key": "g"}],
                "hubs": [{"hub_id": "place:g", "kind": "many_tenants"}],
            },
            id="the place is a hub",
        ),
        pytest.param(
            {
                "organisations": [FAILED, YOUNG | {"registered_on": date(2024, 9, 30)}],
                "roles": [role("1"), role("2")],
            },
            id="the other is too old",
        ),
        pytest.param(
            {
                "organisations": [FAILED | {"bankrupt_on": date(2025, 1, 31)}, YOUNG],
                "roles": [role("1"), role("2")],
            },
            id="failed too long ago",
        ),
        pytest.param(
            {"contracts": [contract(f"K{n}", "10", str(n)) for n in range(1, 52)]}, id="client of many"
        ),
    ],
)
def test_pairs_without(candidates: Any, given: Any) -> None:
    assert PAIR not in candidates(scope_succession, **({"organisations": [FAILED, YOUNG]} | given))


def spell(orgnr: str, letter: str, **values: object) -> Any:
    row = {"orgnr": orgnr, "person_id": person(letter), "first_month": "2025-08", "last_month": "2025-11"}
    return row | {"valid_from": date(2025, 8, 1), "months_n": 4, "paid_months_n": 4} | values


def test_succession_scope_holds_what_a_successor_would_share(scopes: Any) -> None:
    earlier = {"orgnr": "5", "dissolved_on": date(2023, 1, 1), "registered_on": date(2019, 1, 1)}
    later = {"orgnr": "6", "dissolved_on": date(2025, 10, 1)}
    found = scopes(
        organisations=[FAILED | {"address_key": "g"}, YOUNG | {"address_key": "h"}, earlier, later],
        roles=[role("1"), role("2"), role("5"), role("6"), role("2", "b", role="VARA", is_control=False)],
        contracts=[
            contract("K1", "10", "1"),
            contract("K2", "10", "2", project_id="P2"),
            contract("K3", "11", "2", project_id="P3"),
            contract("K4", "12", "1", project_id="P4"),
            contract("K5", "13", "2", project_id="P4"),
        ],
        spells=[spell("1", "c"), spell("2", "c"), spell("1", "d"), spell("2", "e")],
        events=[
            {
                "event_id": "E1",
                "kind": "salg_fra_bo",
                "happened_on": date(2025, 11, 1),
                "orgnr": "1",
                "counterparty_orgnr": "7",
                "source": "bostyrer",
            }
        ],
        establishments=[{"establishment_orgnr": "90", "orgnr": "2", "previous_orgnr": "8"}],
    )
    elements = found[PAIR]
    assert nodes(elements) == sorted(
        [
            "org:1",
            "org:2",
            "org:5",
            "org:7",
            "org:8",
            "org:10",
            "org:12",
            "org:13",
            "place:g",
            "place:h",
            f"person:{person('a')}",
            f"person:{person('c')}",
        ]
    )
    assert kinds(elements) == ["contract", "employed_by", "holds_role", "located_at", "transfer"]
    assert sorted(e[-2:] for e in elements if e.startswith("edge:contract")) == ["K1", "K2", "K4", "K5"]


def lives(letter: str, **values: object) -> Any:
    row = {"person_id": person(letter), "place_id": "dwelling:7:H0101", "source": "bostedsadresse"}
    return row | {"certainty": "registered"} | values


def works(letter: str, orgnr: str = "11", **values: object) -> Any:
    row = {"person_id": person(letter), "orgnr": orgnr, "is_active": True, "is_paid": True, "relations_n": 1}
    return row | {"is_late": False} | values


THREE = {"residences": [lives(p) for p in "abc"], "employments": [works(p) for p in "abc"]}


@pytest.mark.parametrize(
    ("given", "count"),
    [
        pytest.param(THREE, 1, id="three workers"),
        pytest.param(
            THREE | {"employments": [works("a"), works("b"), works("b", "12")]}, 0, id="two workers"
        ),
        pytest.param(
            THREE | {"employments": [works("a"), works("b"), works("c", is_active=False)]}, 0, id="not active"
        ),
        pytest.param(
            THREE | {"persons": [{"person_id": person("c"), "is_adult": False}]}, 0, id="one is a minor"
        ),
        pytest.param(
            THREE | {"persons": [{"person_id": person("c"), "is_adult": None}]}, 1, id="age unknown"
        ),
        pytest.param(
            {"residences": [lives(p, employer_orgnr="11", source="innkvartering") for p in "abc"]},
            1,
            id="employer by notice",
        ),
        pytest.param(
            {
                "residences": [lives(p, place_id="address:7") for p in "abc"],
                "employments": THREE["employments"],
            },
            0,
            id="unit unknown",
        ),
        pytest.param(
            {
                "residences": [lives("a"), lives("a", source="innkvartering"), lives("b")],
                "employments": THREE["employments"],
            },
            0,
            id="one person twice",
        ),
    ],
)
def test_crowded_dwelling(candidates: Any, given: Any, count: Any) -> None:
    assert candidates(scope_dwelling, **given) == ["dwelling:7:H0101"] * count


def test_dwelling_scope_reaches_holder_and_chain(scopes: Any) -> None:
    held = {
        "dwelling_id": "7:H0101",
        "holder_kind": "hjemmelshaver",
        "is_confirmed": True,
        "source": "grunnbok",
        "valid_from": date(2020, 1, 1),
    }
    found = scopes(
        **THREE,
        families=[
            {"person_id": person(a), "related_person_id": person(b), "relation": "soesken"}
            for a, b in (("a", "b"), ("a", "z"))
        ],
        spells=[
            spell("11", "a", last_month=M),
            spell("12", "b", valid_to=date(2025, 12, 31)),
            spell("13", "c", valid_to=date(2026, 1, 1)),
        ],
        holders=[held | {"holder_id": "org:30"}],
        contracts=[
            *CHAIN,
            contract("K5", "40", "41", project_id="P5"),
            contract("K6", "42", "11", project_id="P6", ended_on=date(2025, 1, 31)),
            contract("K7", "43", "11", project_id="P7", ended_on=date(2025, 2, 1)),
        ],
        # The holder's manager is on the board of a company of the chain; another sits where nothing leads on.
        roles=[
            role("30", "m"),
            role("12", "m", role="MEDL"),
            role("30", "n"),
            role("50", "n"),
            role("60", "q"),
        ],
        ownerships=[
            {
                "orgnr": "11",
                "holder_id": f"person:{person('o')}",
                "holder_kind": "person",
                "match": "fnr",
                "share": Decimal("1"),
                "year": "2024",
            }
        ],
    )
    elements = found["dwelling:7:H0101"]
    people = [f"person:{person(p)}" for p in "abcmo"]
    assert nodes(elements) == sorted(
        ["dwelling:7:H0101", "org:30", "org:10", "org:11", "org:12", "org:13", "org:43", *people]
    )
    assert kinds(elements) == [
        "contract",
        "employed_by",
        "family",
        "holds_dwelling",
        "holds_role",
        "owns_share",
        "resides_in",
    ]
    assert sum(e.startswith("edge:family") for e in elements) == 1
    assert sorted(e[-2:] for e in elements if e.startswith("edge:contract")) == ["K1", "K2", "K7"]


@pytest.mark.parametrize(
    ("at_most", "kept", "rule"),
    [
        pytest.param(3, ["a", "b", "c"], None, id="as many as may be"),
        pytest.param(2, ["a", "b"], "nearest 2 of 3 elements", id="one too many"),
    ],
)
def test_scope_is_cut_to_the_nearest_and_says_so(engine: Any, at_most: Any, kept: Any, rule: Any) -> None:
    import pyarrow as pa

    from jobs.network.scopes import cut

    elements = pa.table(
        {
            "scope_id": ["s"] * 4,
            "scope_kind": ["flow"] * 4,
            "element": ["c", "b", "a", "a"],
            "near": [2, 1, 3, 0],
        }
    )
    found = cut(engine.frame(elements), at_most).toArrow().sort_by("element").to_pylist()
    assert [row["element"] for row in found] == kept
    assert {(row["is_truncated"], row["truncation_rule"]) for row in found} == {(rule is not None, rule)}
