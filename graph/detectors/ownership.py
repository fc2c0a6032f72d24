"""Who belongs together by ownership: companies under one owner, whatever the number of links between them."""

from collections.abc import Iterable
from decimal import Decimal

import networkx as nx

from graph.detectors.citing import Citations, both
from graph.detectors.reading import company, known, path, plain
from graph.model import Edge, EdgeKind, Network


def owner_graph(network: Network, min_share: Decimal) -> nx.Graph:
    """Companies and owners, joined where one owns the other by at least a share.

    A joint owner on both sides joins too, so that companies under one owner are connected. A sole
    proprietor owns the proprietorship through the role INNH.

    Args:
        network: Network with ownership edges and `owner_root` of companies.
        min_share: Least share that joins, 0 to 1.

    Returns:
        Undirected graph over node ids; edge data `edge` is the ownership edge, missing where the tie is
        `owner_root`.
    """
    graph = nx.Graph()
    for node in network.nodes("org"):
        root = known(node, "owner_root", str)
        if root and root != node.node_id:
            graph.add_edge(node.node_id, root)
    for edge in network.edges(EdgeKind.OWNS_SHARE, EdgeKind.HOLDS_ROLE):
        if (
            edge.source != edge.target
            and _owns(edge, min_share)
            and not graph.has_edge(edge.source, edge.target)
        ):
            graph.add_edge(edge.source, edge.target, edge=edge)
    return graph


def _owns(edge: Edge, min_share: Decimal) -> bool:
    if edge.kind is EdgeKind.HOLDS_ROLE:
        return known(edge, "role", str) == "INNH"
    return edge.share is not None and edge.share >= min_share


def is_known(network: Network, org: str) -> bool:
    """Whether anything is known about who owns a company; a company that ends a chain of ownership is known.

    Args:
        network: Network.
        org: Node id.
    """
    if known(network.node(org), "owner_root", str):
        return True
    if any(known(node, "owner_root", str) == org for node in network.nodes("org")):
        return True
    return any(
        edge.target == org and (edge.kind is EdgeKind.OWNS_SHARE or known(edge, "role", str) == "INNH")
        for edge in network.edges(EdgeKind.OWNS_SHARE, EdgeKind.HOLDS_ROLE)
    )


def together(graph: nx.Graph, nodes: Iterable[str]) -> list[frozenset[str]]:
    """The nodes in groups under one owner, in order of their first member.

    Args:
        graph: `owner_graph`.
        nodes: Node ids; one that the graph does not know stands alone.
    """
    wanted = set(nodes)
    whole = nx.Graph(graph)
    whole.add_nodes_from(sorted(wanted))
    parts = (frozenset(part & wanted) for part in nx.connected_components(whole))
    return sorted((part for part in parts if part), key=min)


def cite_owners(citations: Citations, network: Network, orgs: Iterable[str], min_share: Decimal) -> None:
    """Cite what is known about who owns each company, no more than it takes.

    Args:
        citations: Where to cite.
        network: Network.
        orgs: Node ids.
        min_share: Share from which an owner is cited; of a company with smaller owners only the largest is.
    """
    for org in sorted(orgs):
        name = company(network, org)
        citations.node(org, both("{org} i Enhetsregisteret.", "{org} in the register of entities.", org=name))
        citations.attribute(
            org, "owner_root", both("Øverste eier av {org}.", "Ultimate owner of {org}.", org=name)
        )
        owning = [e for e in network.edges(EdgeKind.OWNS_SHARE, EdgeKind.HOLDS_ROLE) if e.target == org]
        large = [e for e in owning if _owns(e, min_share)]
        small = [e for e in owning if e.kind is EdgeKind.OWNS_SHARE and e not in large]
        rest = [] if large else sorted(small, key=lambda e: (-(e.share or 0), e.edge_id))[:1]
        for edge in large + rest:
            cite_owner(citations, network, edge)
        if not owning and not known(network.node(org), "owner_root", str):
            for owned in [n.node_id for n in network.nodes("org") if known(n, "owner_root", str) == org][:1]:
                citations.attribute(
                    owned,
                    "owner_root",
                    both("{org} er øverste eier.", "{org} is an ultimate owner.", org=name),
                )


def cite_owner(citations: Citations, network: Network, edge: Edge) -> None:
    """Cite one edge that shows who owns a company.

    Args:
        citations: Where to cite.
        network: Network.
        edge: Share or role.
    """
    name = company(network, edge.target)
    if edge.kind is EdgeKind.HOLDS_ROLE:
        citations.edge(edge, both("Innehaver av {org}.", "Proprietor of {org}.", org=name))
        return
    percent = "?" if edge.share is None else plain((edge.share * 100).quantize(Decimal("0.1")))
    citations.edge(
        edge,
        both(
            "En eier har {part} % av aksjene i {org}.",
            "An owner has {part}% of the shares in {org}.",
            part={"nb": percent.replace(".", ","), "en": percent},
            org=name,
        ),
    )


def cite_tie(citations: Citations, network: Network, graph: nx.Graph, source: str, target: str) -> None:
    """Cite the ownership links that connect two nodes.

    Args:
        citations: Where to cite.
        network: Network.
        graph: `owner_graph`, in which they are connected.
        source: Node id.
        target: Node id.
    """
    for ends in path(graph, source, target):
        edge = graph.edges[ends].get("edge")
        if edge is not None:
            cite_owner(citations, network, edge)
            continue
        for org in ends:
            if org.startswith("org:"):
                name = company(network, org)
                citations.node(org, both("{org} i Enhetsregisteret.", "{org} in the register.", org=name))
                citations.attribute(
                    org, "owner_root", both("Øverste eier av {org}.", "Ultimate owner of {org}.", org=name)
                )
