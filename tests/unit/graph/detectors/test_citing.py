"""What a finding cites."""

from datetime import date

import pytest

from graph.detectors.citing import Citations, both, day_of, period, sum_of
from graph.model import Network, Node, RowRef, network
from tests.golden.loader import AS_OF, edge

MONTH = date(2026, 1, 31)
SHOWN = both("Vist.", "Shown.")
DWELLING = "dwelling:a1:H0101"


def scope(*nodes: Node) -> Network:
    edges = [edge("K1", {"contract": "200000001 > 200000002"})]
    return network("project:p1", nodes, edges, month=MONTH, as_of=AS_OF)


def test_node_that_only_edges_know_has_no_row_to_cite() -> None:
    citations = Citations(scope())
    citations.node("org:200000001", SHOWN)
    citations.node("org:299999999", SHOWN)
    assert citations.evidence() == ()


def test_node_without_a_row_of_its_own_is_cited_in_the_network_table() -> None:
    citations = Citations(scope(Node("place:storgata 1", {"tenants_n": 2})))
    citations.node("place:storgata 1", SHOWN)
    (found,) = citations.evidence()
    assert found.row == RowRef("net_graph__nodes", "2026-01", "node_id=place:storgata 1")


def test_each_row_is_cited_once_in_the_order_told() -> None:
    found = scope(Node("org:200000001", {}, RowRef("core_org__organisations", "2026-01", "orgnr=200000001")))
    citations = Citations(found)
    (contract,) = found.edges(*{e["edge"].kind for _, _, e in found.graph.edges(data=True)})
    citations.edge(contract, SHOWN)
    citations.node("org:200000001", SHOWN)
    citations.edge(contract, both("Igjen.", "Again."))
    assert [(e.element, e.shows_nb, e.shows_en) for e in citations.evidence()] == [
        ("edge:contract|K1", "Vist.", "Shown."),
        ("node:org:200000001", "Vist.", "Shown."),
    ]


@pytest.mark.parametrize(
    ("node", "name", "row"),
    [
        ("org:200000001", "owner_root", RowRef("core_org__owner_roots", "2026-01", "orgnr=200000001")),
        ("org:200000001", "arrears_ore", RowRef("core_tax__standing", "2026-01", "orgnr=200000001")),
        (DWELLING, "showers_n", RowRef("core_home__housing", "2026-01", f"place_id={DWELLING}")),
    ],
)
def test_attribute_from_another_row_is_cited_there_if_it_is_known(node: str, name: str, row: RowRef) -> None:
    value = "person:p" if name == "owner_root" else 1
    known, unknown = Citations(scope(Node(node, {name: value}))), Citations(scope(Node(node)))
    for citations in (known, unknown):
        citations.attribute(node, name, SHOWN)
    assert [(e.element, e.row) for e in known.evidence()] == [(f"node:{node}", row)]
    assert unknown.evidence() == ()


def test_words_for_days_and_sums() -> None:
    open_ended = edge("K1", {"contract": "a > b", "days": "2025-06-01.."})
    undated = edge("K1", {"contract": "a > b", "days": "..2025-06-30"})
    assert period(open_ended)["nb"] == "01.06.2025 - løpende"
    assert period(undated)["en"].startswith("start unknown - 30")
    assert day_of(None) == {"nb": "ukjent dato", "en": "date unknown"}
    assert day_of(date(2025, 6, 1))["nb"] == "01.06.2025"
    assert sum_of(None) == {"nb": "ukjent beløp", "en": "amount unknown"}
    assert sum_of(12_345_600)["nb"].replace("\N{NO-BREAK SPACE}", " ") == "123 456 kr"
