"""Evaluates a finding again from the cited evidence alone: what it says must follow from what it shows."""

from collections.abc import Iterable

from expectations.errors import KjedeError
from graph.companions import STANDS_ALONE, held
from graph.indicator import Indicator
from graph.model import Edge, Finding, Network, Node, network


def cited(scope: Network, finding: Finding) -> Network:
    """The part of a scope that a finding cites, with nothing else in it.

    Args:
        scope: Network that holds at least the cited elements.
        finding: Finding made in that scope.

    Raises:
        KjedeError: An element that the finding cites is not in the network.
    """
    by_id: dict[str, Edge] = {
        edge_id: data["edge"] for _, _, edge_id, data in scope.graph.edges(keys=True, data=True)
    }
    nodes: list[Node] = []
    edges: list[Edge] = []
    for element in sorted({evidence.element for evidence in finding.evidence}):
        kind, _, name = element.partition(":")
        if kind == "edge" and name in by_id:
            edges.append(by_id[name])
        elif kind == "node" and name in scope.graph:
            nodes.append(scope.node(name))
        else:
            raise KjedeError(
                f"{finding.indicator_id} {finding.scope_id}: a cited element is not in the network"
            )
    return network(
        finding.scope_id, nodes, edges, month=scope.month, as_of=scope.as_of, truncated=finding.truncated
    )


def without(scope: Network, elements: Iterable[str]) -> Network:
    """A network that lacks some elements.

    Args:
        scope: Network.
        elements: `edge:<edge id>`, or `node:<node id>`: what is known of the node goes, its edges stay.
    """
    gone = set(elements)
    nodes = [
        data["node"]
        for node_id, data in scope.graph.nodes(data=True)
        if "node" in data and f"node:{node_id}" not in gone
    ]
    edges = [
        data["edge"]
        for _, _, edge_id, data in scope.graph.edges(keys=True, data=True)
        if f"edge:{edge_id}" not in gone
    ]
    return network(
        scope.scope_id, nodes, edges, month=scope.month, as_of=scope.as_of, truncated=scope.truncated
    )


def replay(scope: Network, finding: Finding, indicator: Indicator) -> Finding:
    """The finding that the cited evidence alone gives for the same subject.

    Whether something else was found about the company is no part of the evidence; a finding that was held
    back because it stood alone is held back again.

    Args:
        scope: Network that holds at least the cited elements.
        finding: Finding to evaluate again.
        indicator: Its declaration, with the thresholds in force.

    Raises:
        KjedeError: The evidence gives no finding for the subject.
    """
    for again in indicator.detect(cited(scope, finding), indicator.default_thresholds):
        if again.subject_id == finding.subject_id:
            return held(again) if finding.suppressed_reason == STANDS_ALONE else again
    raise KjedeError(
        f"{finding.indicator_id} {finding.scope_id}: the cited evidence gives no finding for the subject"
    )
