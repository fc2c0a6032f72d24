"""Contracts as chains: which count, how they hang together, how deep they go and which companies they tie."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import networkx as nx

from graph.detectors.reading import Interval, known
from graph.model import Edge

NOT_IN_FORCE = frozenset({"hevet", "planlagt"})
"""States of contracts that were terminated or never begun."""


def carries_labour(edge: Edge) -> bool:
    """Whether a contract counts as a link: it bears labour, has begun and was not terminated."""
    return known(edge, "is_labour_bearing", bool) is True and known(edge, "state", str) not in NOT_IN_FORCE


@dataclass(frozen=True, slots=True)
class Chain:
    """One path from a top contract downwards, with the days all its contracts are in force together."""

    contracts: tuple[Edge, ...]
    start: date
    end: date

    @property
    def depth(self) -> int:
        """Links below the top contract."""
        return len(self.contracts) - 1

    @property
    def ids(self) -> tuple[str, ...]:
        """Contract ids from the top."""
        return tuple(contract_id(edge) for edge in self.contracts)


@dataclass(frozen=True, slots=True)
class Dispensation:
    """Extra tiers granted for paths through one contract; without a date it cannot be applied."""

    contract_id: str
    extra_tiers: int
    granted_on: date | None


def contract_id(edge: Edge) -> str:
    """Id of a contract."""
    return known(edge, "contract_id", str) or edge.edge_id


def begins_on(edge: Edge) -> date | None:
    """First day of a contract: the start of work, else the signature."""
    return edge.valid_from or known(edge, "signed_on", date)


def dispensations(text: str) -> list[Dispensation]:
    """Granted exemptions out of `contract_id=extra_tiers@granted_on`, joined by `|`.

    Args:
        text: Attribute of the project; empty means none.
    """
    found = []
    for item in filter(None, text.split("|")):
        rest, _, granted = item.rpartition("@")
        contract, _, extra = (rest or granted).rpartition("=")
        day = date.fromisoformat(granted) if rest and granted else None
        found.append(Dispensation(contract, int(extra), day))
    return found


def links(contracts: Iterable[Edge]) -> nx.DiGraph:
    """Contracts joined parent to child where both the parent id and the company in between agree.

    Args:
        contracts: Contract edges; each has at most one parent, so with circles cut it is a forest.
    """
    graph = nx.DiGraph()
    for edge in contracts:
        graph.add_node(contract_id(edge), edge=edge)
    for child, data in list(graph.nodes(data=True)):
        parent = known(data["edge"], "parent_contract_id", str)
        if parent in graph and graph.nodes[parent]["edge"].target == data["edge"].source:
            graph.add_edge(parent, child)
    circles = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
    circles += [{node} for node in nx.nodes_with_selfloops(graph)]
    for part in circles:
        graph.remove_edges_from([(a, b) for a, b in graph.edges(part) if a in part and b in part])
    return graph


def chains(contracts: Iterable[Edge], window: Interval, *, undated: bool = False) -> list[Chain]:
    """Every path from a top contract whose contracts are in force together on some day of the window.

    Args:
        contracts: Contract edges that count.
        window: First and last day.
        undated: Treat contracts without a known first day as begun long ago, to see what they could mean;
            otherwise they are left out.

    Returns:
        One chain per contract that such a path ends in, deepest first, ties by contract ids.
    """
    counted = [edge for edge in contracts if undated or begins_on(edge)]
    graph = links(counted)
    found: dict[str, Chain] = {}
    for node in nx.lexicographical_topological_sort(graph):
        edge: Edge = graph.nodes[node]["edge"]
        parents = list(graph.predecessors(node))
        above = found.get(parents[0]) if parents else Chain((), *window)
        if above is None:
            continue
        start = max(above.start, begins_on(edge) or date.min)
        end = min(above.end, edge.valid_to or date.max)
        if start <= end:
            found[node] = Chain((*above.contracts, edge), start, end)
    return sorted(found.values(), key=lambda chain: (-chain.depth, chain.ids))


def extra_tiers(chain: Chain, granted: Iterable[Dispensation]) -> int:
    """Tiers that dispensations granted in time add for a path."""
    best: dict[str, int] = {}
    begun = {contract_id(edge): begins_on(edge) for edge in chain.contracts}
    for one in granted:
        start = begun.get(one.contract_id)
        if start is not None and one.granted_on is not None and one.granted_on <= start:
            best[one.contract_id] = max(best.get(one.contract_id, 0), one.extra_tiers)
    return sum(best.values())


def breadth(found: Iterable[Chain]) -> int:
    """Most contracts side by side at one level."""
    levels: dict[int, int] = {}
    for chain in found:
        levels[chain.depth] = levels.get(chain.depth, 0) + 1
    return max(levels.values(), default=0)


def companies_in_chain(contracts: Iterable[Edge], window: Interval) -> nx.Graph:
    """Companies joined where one works for the other in a chain.

    A client that supplies nothing in the project itself is the one who has the work built and joins nobody:
    two main suppliers of one client are two chains.

    Args:
        contracts: Contract edges.
        window: First and last day; contracts outside it are left out.

    Returns:
        Undirected graph over companies; edge data `contracts` are the contracts that show the link, first
        the one that shows it best: a contract with a parent alone, else with one that makes its client a
        supplier.
    """
    counted = [e for e in contracts if carries_labour(e) and in_force(e, window)]
    supplying: dict[tuple[str, str | None], Edge] = {}
    for edge in counted:
        supplying.setdefault((edge.target, known(edge, "project_id", str)), edge)
    graph = nx.Graph()
    for edge in counted:
        graph.add_node(edge.target)
        above = supplying.get((edge.source, known(edge, "project_id", str)))
        shown_by = (edge,) if known(edge, "parent_contract_id", str) else (edge, above)
        if None in shown_by or edge.source == edge.target:
            continue
        held = graph.get_edge_data(edge.source, edge.target, {}).get("contracts")
        if held is None or len(shown_by) < len(held):
            graph.add_edge(edge.source, edge.target, contracts=shown_by)
    return graph


def in_force(edge: Edge, window: Interval) -> bool:
    """Whether a contract is known to be in force on some day of a window."""
    start = begins_on(edge)
    return start is not None and start <= window[1] and (edge.valid_to is None or edge.valid_to >= window[0])
