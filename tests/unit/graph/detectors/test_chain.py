"""Contracts as chains."""

from datetime import date
from typing import Any

import pytest

from graph.detectors.chain import (
    Dispensation,
    breadth,
    carries_labour,
    chains,
    companies_in_chain,
    dispensations,
    extra_tiers,
    in_force,
    links,
)
from graph.model import Edge
from tests.golden.loader import edge, orgnr

YEAR = (date(2025, 2, 1), date(2026, 1, 31))


def contract(name: str, ends: str, **more: Any) -> Edge:
    return edge(name, {"contract": ends, **more})


def test_chain_is_told_from_the_top_with_the_days_all_are_in_force() -> None:
    found = chains(
        [
            contract("K1", "client > a", days="2025-01-01..2025-12-31"),
            contract("K2", "a > b", under="K1", days="2025-06-01.."),
        ],
        YEAR,
    )
    assert [(c.ids, c.depth, c.start, c.end) for c in found] == [
        (("K1", "K2"), 1, date(2025, 6, 1), date(2025, 12, 31)),
        (("K1",), 0, date(2025, 2, 1), date(2025, 12, 31)),
    ]


def test_no_contract_gives_no_chain() -> None:
    assert chains([], YEAR) == []
    assert breadth([]) == 0


def test_what_hangs_under_a_contract_that_is_not_in_force_is_left_out() -> None:
    found = chains(
        [
            contract("K1", "client > a", days="2024-01-01..2024-12-31"),
            contract("K2", "a > b", under="K1", days="2025-06-01.."),
        ],
        YEAR,
    )
    assert found == []


def test_contract_that_is_its_own_parent_has_no_depth() -> None:
    assert [c.ids for c in chains([contract("K1", "a > a", under="K1")], YEAR)] == [("K1",)]


def test_circle_of_parents_is_cut_and_what_hangs_below_is_kept() -> None:
    graph = links(
        [
            contract("K1", "b > a", under="K2"),
            contract("K2", "a > b", under="K1"),
            contract("K3", "b > c", under="K2"),
        ]
    )
    assert sorted(graph.edges) == [("K2", "K3")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", [], id="none"),
        pytest.param("K1=1@2025-05-01", [Dispensation("K1", 1, date(2025, 5, 1))], id="one"),
        pytest.param(
            "K1=1@2025-05-01|K=2=2@2025-06-01",
            [Dispensation("K1", 1, date(2025, 5, 1)), Dispensation("K=2", 2, date(2025, 6, 1))],
            id="two, one with an awkward id",
        ),
        pytest.param("K1=1@", [Dispensation("K1", 1, None)], id="empty date"),
        pytest.param("K1=1", [Dispensation("K1", 1, None)], id="no date"),
    ],
)
def test_dispensations_are_read(text: str, wanted: list[Dispensation]) -> None:
    assert dispensations(text) == wanted


def test_dispensations_add_up_over_contracts_and_the_largest_counts_for_one() -> None:
    (chain, *_) = chains(
        [
            contract("K1", "client > a", days="2025-03-01.."),
            contract("K2", "a > b", under="K1", days="2025-03-01.."),
        ],
        YEAR,
    )
    granted = dispensations("K1=1@2025-01-01|K2=1@2025-01-01|K2=2@2025-02-01|K2=9@2025-03-02|K9=5@2025-01-01")
    assert extra_tiers(chain, granted) == 3


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        pytest.param({}, True, id="ordinary"),
        pytest.param({"state": "avsluttet"}, True, id="ended"),
        pytest.param({"state": None}, True, id="state unknown"),
        pytest.param({"state": "hevet"}, False, id="terminated"),
        pytest.param({"state": "planlagt"}, False, id="planned"),
        pytest.param({"is_labour_bearing": False}, False, id="goods"),
        pytest.param({"is_labour_bearing": None}, False, id="labour unknown"),
    ],
)
def test_which_contracts_count(more: dict[str, Any], counts: bool) -> None:
    assert carries_labour(contract("K1", "a > b", **more)) is counts


@pytest.mark.parametrize(
    ("days", "holds"),
    [
        pytest.param("2024-01-01..2025-01-31", False, id="ended the day before"),
        pytest.param("2024-01-01..2025-02-01", True, id="ended on the first day"),
        pytest.param("2026-01-31..", True, id="began on the last day"),
        pytest.param("2026-02-01..", False, id="begins the day after"),
        pytest.param("..2025-06-01", False, id="start unknown"),
    ],
)
def test_in_force(days: str, holds: bool) -> None:
    assert in_force(contract("K1", "a > b", days=days), YEAR) is holds


def test_two_main_suppliers_of_one_client_are_two_chains() -> None:
    found = companies_in_chain([contract("K1", "client > a"), contract("K2", "client > b")], YEAR)
    assert sorted(found.nodes) == sorted(f"org:{orgnr(w)}" for w in ("a", "b"))
    assert not found.edges


def test_client_that_supplies_in_the_project_joins_even_without_parent() -> None:
    found = companies_in_chain([contract("K1", "client > a"), contract("K2", "a > b")], YEAR)
    ((_, _, shown),) = found.edges(data="contracts")
    assert [e.edge_id for e in shown] == ["contract|K2", "contract|K1"]


def test_client_that_supplies_in_another_project_joins_nobody() -> None:
    found = companies_in_chain([contract("K1", "client > a", project_id="p2"), contract("K2", "a > b")], YEAR)
    assert not found.edges
