import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.layout import PROJECT_LINK, Item, Layout, Sizes, layout, spread
from graph.model import Edge, EdgeKind, Network, Node, RowRef, Value, network

AS_OF = datetime(2026, 2, 14, 23, tzinfo=UTC)
KINDS = {
    ("org", "org"): (EdgeKind.CONTRACT, EdgeKind.PAYMENT, EdgeKind.OWNS_SHARE, EdgeKind.TRANSFER),
    ("person", "org"): (EdgeKind.EMPLOYED_BY, EdgeKind.HOLDS_ROLE),
    ("person", "dwelling"): (EdgeKind.RESIDES_IN,),
    ("org", "dwelling"): (EdgeKind.HOLDS_DWELLING,),
    ("person", "person"): (EdgeKind.FAMILY,),
    ("org", "place"): (EdgeKind.LOCATED_AT,),
}


def edge(kind: EdgeKind, source: str, target: str, n: int = 0) -> Edge:
    return Edge(f"{kind}|{source}|{target}|{n}", source, target, kind, RowRef("t", "2026-01", f"{n}"))


def contract(source: str, target: str) -> Edge:
    return edge(EdgeKind.CONTRACT, f"org:{source}", f"org:{target}")


def net(edges: Sequence[Edge], nodes: Sequence[Node] = ()) -> Network:
    return network("project:P", nodes, edges, month=date(2026, 1, 31), as_of=AS_OF)


def node(node_id: str, **attributes: Value) -> Node:
    return Node(node_id, attributes)


def item(found: Layout, item_id: str) -> Item:
    return {i.item_id: i for i in found.items}[item_id]


def overlaps(a: Item, b: Item, sizes: Sizes) -> bool:
    return abs(a.x - b.x) < sizes.box_width and abs(a.y - b.y) < sizes.box_height


CHAIN = [contract("c", "m"), contract("m", "a"), contract("m", "b"), contract("a", "x")]


def test_tiers_count_from_the_client_and_stand_left_to_right() -> None:
    found = layout(net(CHAIN))
    assert [item(found, f"org:{n}").tier for n in "cmabx"] == [0, 1, 2, 2, 3]
    assert [item(found, f"org:{n}").column for n in "cmabx"] == [0, 1, 2, 2, 3]
    xs = [item(found, f"org:{n}").x for n in "cmax"]
    assert xs == sorted(xs)
    assert len(set(xs)) == 4


def test_lanes_persons_above_former_below_homes_right() -> None:
    edges = [
        *CHAIN,
        edge(EdgeKind.EMPLOYED_BY, "person:p", "org:a"),
        edge(EdgeKind.RESIDES_IN, "person:p", "dwelling:1:H0101"),
        edge(EdgeKind.TRANSFER, "org:old", "org:a"),
    ]
    found = layout(net(edges, [node("org:old", bankrupt_on=date(2025, 9, 1))]))
    main = [i for i in found.items if i.lane in ("chain", "home")]
    assert item(found, "person:p").y + found.sizes.box_height < min(i.y for i in main)
    assert item(found, "org:old").lane == "former"
    assert item(found, "org:old").y > max(i.y for i in main) + found.sizes.box_height
    assert item(found, "dwelling:1:H0101").x > max(i.x for i in main if i.lane == "chain")


@pytest.mark.parametrize(
    ("failed_on", "lane"),
    [(date(2026, 1, 31), "former"), (date(2026, 2, 1), "chain")],
    ids=["in month", "later"],
)
def test_a_company_is_former_from_the_day_it_failed(failed_on: date, lane: str) -> None:
    found = layout(net(CHAIN, [node("org:x", deleted_on=failed_on)]))
    assert item(found, "org:x").lane == lane


def test_the_project_stands_with_its_client() -> None:
    found = layout(net(CHAIN, [node("project:P", client_orgnr="c")]))
    assert item(found, "project:P").column == item(found, "org:c").column == 0
    assert [link.kind for link in found.links if link.source == "project:P"] == [PROJECT_LINK]


def test_a_ring_of_payments_without_contracts_has_a_place_for_all() -> None:
    ring = [edge(EdgeKind.PAYMENT, f"org:{a}", f"org:{b}") for a, b in ("ab", "bc", "ca")]
    found = layout(net(ring))
    assert {i.column for i in found.items} == {0, 1, 2}
    assert {i.tier for i in found.items} == {None}
    assert found.tier_columns == {}


def test_persons_with_the_same_ties_are_one_box() -> None:
    edges = [edge(EdgeKind.EMPLOYED_BY, f"person:{n}", "org:a" if n < 5 else "org:b") for n in range(6)]
    found = layout(net([*CHAIN, *edges]))
    group = item(found, "group:person:0")
    assert group.members == tuple(f"person:{n}" for n in range(5))
    assert item(found, "person:5").members == ("person:5",)
    (line,) = [link for link in found.links if link.source == "group:person:0"]
    assert len(line.edge_ids) == 5


def test_bystanders_are_one_box_but_what_is_flagged_never_is() -> None:
    edges = [*CHAIN, *(contract("m", f"z{n}") for n in range(4))]
    assert item(layout(net(edges)), "group:org:b").members == (
        "org:b",
        "org:z0",
        "org:z1",
        "org:z2",
        "org:z3",
    )
    found = layout(net(edges), [f"edge:{edges[-1].edge_id}"])
    assert item(found, "org:z3").is_flagged
    assert item(found, "group:org:b").members == ("org:b", "org:z0", "org:z1", "org:z2")


def test_a_person_on_whom_nothing_rests_is_not_drawn() -> None:
    works = [edge(EdgeKind.EMPLOYED_BY, f"person:{n}", f"org:{n}") for n in "ab"]
    found = layout(net([*CHAIN, *works]), [f"edge:{works[0].edge_id}"])
    assert "person:a" in found.positions
    assert "person:b" not in found.positions
    assert found.hidden == {"person": 1}


def test_family_ties_are_not_drawn() -> None:
    edges = [
        *CHAIN,
        edge(EdgeKind.EMPLOYED_BY, "person:p", "org:a"),
        edge(EdgeKind.FAMILY, "person:p", "person:q"),
    ]
    found = layout(net(edges))
    assert "person:q" not in found.positions
    assert found.hidden == {"person": 1}


def test_facts_without_a_place_are_not_drawn_but_what_they_are_about_is() -> None:
    due = edge(EdgeKind.TAX_DUE, "org:a", "period:2025-11")
    found = layout(net([due, contract("org:b", "org:c")]), {f"edge:{due.edge_id}"})
    assert {i.item_id for i in found.items} == {"org:a"}
    assert found.items[0].is_flagged
    assert found.links == ()


def test_what_is_flagged_is_kept_first_and_the_rest_is_counted() -> None:
    far = [contract(f"n{n:03d}", f"n{n + 1:03d}") for n in range(200)]
    found = layout(net(far), [f"edge:{far[100].edge_id}"], limit=10)
    assert len(found.items) == 10
    assert {"org:n100", "org:n101"} <= {i.item_id for i in found.items if i.is_flagged}
    assert found.hidden == {"org": 191}
    assert {i.item_id for i in found.items} == {f"org:n{n:03d}" for n in range(96, 106)}


def test_the_limit_is_150_boxes() -> None:
    tree = [contract(f"n{n // 2:03d}", f"n{n:03d}") for n in range(1, 400)]
    assert len(layout(net(tree)).items) == 150


def test_long_lines_have_room_in_the_columns_they_pass() -> None:
    edges = [*CHAIN, edge(EdgeKind.HOLDS_DWELLING, "org:m", "dwelling:1:H0101")]
    found = layout(net(edges))
    (line,) = [link for link in found.links if link.kind == EdgeKind.HOLDS_DWELLING]
    assert len(line.bends) == 2
    for x, y in line.bends:
        for box in found.items:
            inside = box.x <= x <= box.x + found.sizes.box_width
            assert not (inside and box.y <= y <= box.y + found.sizes.box_height)


def test_more_columns_have_narrower_boxes_to_stay_readable() -> None:
    deep = layout(net([contract(a, b) for a, b in ("ab", "bc", "cd", "de", "ef", "fg")]))
    assert deep.width <= 1210
    assert deep.sizes.box_width < layout(net(CHAIN)).sizes.box_width


def test_empty_network() -> None:
    found = layout(net([]))
    assert found.items == ()
    assert found.links == ()


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Edge], list[Node], list[str]]:
    """Any mix of nodes and edges, with some former companies and some flags."""
    ids = [
        f"{kind}:{n}"
        for kind in ("org", "person", "dwelling", "place")
        for n in range(draw(st.integers(1, 9)))
    ]
    edges = []
    for n in range(draw(st.integers(0, 40))):
        source, target = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        kinds = KINDS.get((source.split(":")[0], target.split(":")[0]), ())
        if kinds:
            edges.append(edge(draw(st.sampled_from(kinds)), source, target, n))
    former = draw(st.sets(st.sampled_from(ids)))
    nodes = [node(i, deleted_on=date(2025, 1, 1)) if i in former and i[0] == "o" else node(i) for i in ids]
    flagged = [f"edge:{e.edge_id}" for e in edges if draw(st.booleans())]
    return edges, nodes, flagged


@settings(max_examples=80, deadline=None)
@given(networks(), st.integers(1, 40), st.randoms(use_true_random=False))
def test_nothing_overlaps_and_order_changes_nothing(
    drawn: tuple[list[Edge], list[Node], list[str]], limit: int, shuffle: random.Random
) -> None:
    edges, nodes, flagged = drawn
    found = layout(net(edges, nodes), flagged, limit)
    assert not [(a, b) for a, b in combinations(found.items, 2) if overlaps(a, b, found.sizes)]
    for box in found.items:
        assert 0 <= box.x <= found.width - found.sizes.box_width
        assert 0 <= box.y <= found.height - found.sizes.box_height
    shown = sum(len(i.members) for i in found.items)
    assert shown + sum(found.hidden.values()) == len(nodes)
    for mixed in (edges, nodes, flagged):
        shuffle.shuffle(mixed)
    assert layout(net(edges, nodes), flagged, limit) == found


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(1, 80)), min_size=1, max_size=20), st.integers(0, 30)
)
def test_spread_keeps_order_and_room(wanted: list[tuple[float, int]], gap: int) -> None:
    middles = spread([w for w, _ in wanted], [s for _, s in wanted], gap)
    pairs = zip(pairwise(middles), pairwise(size for _, size in wanted), strict=True)
    for (a, b), (own, after) in pairs:
        assert b - a >= gap + (own + after) / 2


def test_spread_moves_nothing_that_has_room() -> None:
    assert spread([0.0, 100.0, 300.0], [50, 50, 50], 10) == [0, 100, 300]
