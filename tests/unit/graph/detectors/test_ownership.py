"""Who belongs together by ownership."""

from decimal import Decimal
from typing import Any

import pytest

from graph.detectors.citing import Citations
from graph.detectors.ownership import cite_owners, cite_tie, is_known, owner_graph, together
from graph.model import Network
from tests.golden.loader import built, node_id

HALF = Decimal("0.5")


def scope(nodes: dict[str, Any] | None = None, **edges: Any) -> Network:
    return built({"scope": "flow:x", "nodes": nodes or {}, "edges": edges})


def groups(network: Network, *words: str) -> int:
    return len(together(owner_graph(network, HALF), [node_id(w) for w in words]))


@pytest.mark.parametrize(
    ("network", "wanted"),
    [
        pytest.param(scope(), 2, id="nothing known"),
        pytest.param(scope(E={"owns_share": "a > b", "share": "0.5"}), 1, id="one owns half of the other"),
        pytest.param(scope(E={"owns_share": "a > b", "share": "0.49"}), 2, id="less than half"),
        pytest.param(scope(E={"owns_share": "a > b"}), 2, id="share unknown"),
        pytest.param(
            scope(
                E={"owns_share": "person:p > a", "share": "1"},
                F={"owns_share": "person:p > b", "share": "0.6"},
            ),
            1,
            id="one person owns both",
        ),
        pytest.param(
            scope(E={"holds_role": "p > a", "role": "INNH"}, F={"owns_share": "person:p > b", "share": "1"}),
            1,
            id="proprietor",
        ),
        pytest.param(
            scope(E={"holds_role": "p > a"}, F={"owns_share": "person:p > b", "share": "1"}),
            2,
            id="manager only",
        ),
        pytest.param(scope({"org:a": {"owner_root": "org:b"}}), 1, id="one is the root of the other"),
        pytest.param(
            scope({"org:a": {"owner_root": "person:p"}, "org:b": {"owner_root": "person:p"}}),
            1,
            id="one root",
        ),
        pytest.param(
            scope({"org:a": {"owner_root": "person:p"}, "org:b": {"owner_root": "person:q"}}),
            2,
            id="two roots",
        ),
    ],
)
def test_together(network: Network, wanted: int) -> None:
    assert groups(network, "a", "b") == wanted


def test_owner_is_known_by_root_by_share_by_role_or_by_being_one() -> None:
    network = scope(
        {"org:a": {"owner_root": "person:p"}, "org:b": {"name": "B AS"}, "org:c": {"owner_root": "org:d"}},
        E={"owns_share": "person:q > e", "share": "0.01"},
        F={"holds_role": "q > f", "role": "INNH"},
        G={"holds_role": "q > b", "role": "DAGL"},
    )
    assert [w for w in "abcdefg" if is_known(network, node_id(w))] == ["a", "c", "d", "e", "f"]


def test_only_the_largest_of_small_owners_is_cited() -> None:
    network = scope(
        E1={"owns_share": "person:p > a", "share": "0.1"},
        E2={"owns_share": "person:q > a", "share": "0.3"},
        E3={"owns_share": "person:q > b", "share": "0.7"},
        E4={"owns_share": "person:p > b", "share": "0.3"},
    )
    citations = Citations(network)
    cite_owners(citations, network, [node_id("a"), node_id("b")], HALF)
    assert {e.element for e in citations.evidence()} == {"edge:owns_share|E2", "edge:owns_share|E3"}


def test_tie_is_cited_link_by_link() -> None:
    network = scope(
        {"org:b": {"owner_root": "org:h"}, "org:h": {"name": "H AS"}},
        E1={"owns_share": "h > m", "share": "0.9"},
        E2={"owns_share": "m > a", "share": "0.9"},
    )
    citations = Citations(network)
    cite_tie(citations, network, owner_graph(network, HALF), node_id("a"), node_id("b"))
    assert {e.element for e in citations.evidence()} == {
        "edge:owns_share|E1",
        "edge:owns_share|E2",
        f"node:{node_id('b')}",
        f"node:{node_id('h')}",
    }
