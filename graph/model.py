"""The network that detectors read, and the findings they give.

A `Network` is one scope: a small NetworkX multigraph around a candidate, as known at one instant. Nodes and
edges carry their attributes in plain Python types and a reference to the published row they come from, so
that a finding can cite exactly what it rests on and be evaluated again from that alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import networkx as nx

from graph.kinds import EDGE_ATTRIBUTES as EDGE_ATTRIBUTES
from graph.kinds import NODE_ATTRIBUTES as NODE_ATTRIBUTES
from graph.kinds import NODE_KINDS as NODE_KINDS
from graph.kinds import EdgeKind as EdgeKind
from graph.kinds import Value as Value


class Status(StrEnum):
    """What an evaluation came to. `not_evaluable` is never read as clean."""

    TRIGGERED = "triggered"
    NOT_TRIGGERED = "not_triggered"
    NOT_EVALUABLE = "not_evaluable"
    SUPPRESSED = "suppressed"


class ThresholdBasis(StrEnum):
    """Where the weakest threshold that binds comes from."""

    STATUTE = "statute"
    DIRECTIVE = "directive"
    PUBLISHED = "published"
    STATISTICAL = "statistical"
    OWN = "own"


class Role(StrEnum):
    """Whether a triggered finding may help make a case or only support one."""

    TRIGGER = "trigger"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True, order=True)
class RowRef:
    """One published row.

    Attributes:
        table: Table name.
        month: Month partition, `YYYY-MM`.
        key: Key columns and values, `column=value` joined by `|` in the order of the table's key.
    """

    table: str
    month: str
    key: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge, as read from the network table or declared by an analyst.

    Attributes:
        edge_id: Stable id, unique in the network; the multigraph key.
        source: Node id.
        target: Node id.
        kind: What the edge says.
        valid_from: First day it holds; None means unknown.
        valid_to: Last day it holds; None means still open.
        amount_ore: Value in øre where the kind has one.
        share: Part of a whole, 0 to 1, where the kind has one.
        attributes: Further attributes of the kind, see `EDGE_ATTRIBUTES`.
        row: The published row it comes from.
    """

    edge_id: str
    source: str
    target: str
    kind: EdgeKind
    row: RowRef
    valid_from: date | None = None
    valid_to: date | None = None
    amount_ore: int | None = None
    share: Decimal | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)

    def overlaps(self, start: date, end: date) -> bool:
        """Whether the edge holds on some day of the closed interval; an unknown end counts as open."""
        return (self.valid_from is None or self.valid_from <= end) and (
            self.valid_to is None or self.valid_to >= start
        )


@dataclass(frozen=True, slots=True)
class Node:
    """One node.

    Attributes:
        node_id: `<kind>:<identifier>`.
        attributes: See `NODE_ATTRIBUTES`; absent means unknown.
        row: The published row its attributes come from; None for a node known only through its edges.
    """

    node_id: str
    attributes: Mapping[str, Value] = field(default_factory=dict)
    row: RowRef | None = None

    @property
    def kind(self) -> str:
        """The kind of node, the part before the first colon."""
        return self.node_id.split(":", 1)[0]


@dataclass(frozen=True, slots=True)
class Network:
    """One scope cut out of the country.

    Attributes:
        scope_id: `<scope kind>:<identifier of the candidate>`.
        month: Last day of the month evaluated.
        as_of: Nothing learned after this instant is in the graph.
        graph: Multigraph; node data `node: Node`, edge data `edge: Edge`, edge key the edge id.
        truncated: The rule by which the scope was cut for size; empty when it is whole.
    """

    scope_id: str
    month: date
    as_of: datetime
    graph: nx.MultiDiGraph
    truncated: str = ""

    @property
    def scope_kind(self) -> str:
        """The kind of scope: project, flow, succession, dwelling."""
        return self.scope_id.split(":", 1)[0]

    def node(self, node_id: str) -> Node:
        """The node with this id; one without attributes if only edges know it."""
        data = self.graph.nodes.get(node_id, {})
        found: Node = data.get("node", Node(node_id))
        return found

    def nodes(self, kind: str) -> list[Node]:
        """All nodes of one kind, in order of id."""
        prefix = f"{kind}:"
        return [self.node(n) for n in sorted(self.graph.nodes) if n.startswith(prefix)]

    def edges(self, *kinds: EdgeKind) -> list[Edge]:
        """All edges of these kinds, in order of id."""
        found: Iterator[Edge] = (data["edge"] for _, _, data in self.graph.edges(data=True))
        return sorted((e for e in found if e.kind in kinds), key=lambda e: e.edge_id)


def network(
    scope_id: str,
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    *,
    month: date,
    as_of: datetime,
    truncated: str = "",
) -> Network:
    """A network out of nodes and edges, independent of their order.

    Args:
        scope_id: Id of the scope.
        nodes: Nodes with attributes; nodes that only edges name are added without.
        edges: Edges.
        month: Last day of the month evaluated.
        as_of: Instant up to which things were known.
        truncated: Rule by which the scope was cut; empty when whole.
    """
    graph = nx.MultiDiGraph()
    for node in sorted(nodes, key=lambda n: n.node_id):
        graph.add_node(node.node_id, node=node)
    for edge in sorted(edges, key=lambda e: e.edge_id):
        graph.add_edge(edge.source, edge.target, key=edge.edge_id, edge=edge)
    return Network(scope_id, month, as_of, graph, truncated)


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One thing a finding rests on.

    Attributes:
        element: `edge:<edge id>` or `node:<node id>` in the network.
        row: The published row behind it.
        shows_nb: What it shows, in Norwegian, one short sentence.
        shows_en: The same in English.
    """

    element: str
    row: RowRef
    shows_nb: str
    shows_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one indicator found about one subject in one month.

    Attributes:
        indicator_id: For example `A03`.
        indicator_version: Version of the definition, `major.minor`.
        role: Trigger or context.
        subject_id: See DESIGN, for example `dwelling:<adresseId>:<bruksenhet>`.
        scope_id: The scope it was evaluated in.
        companies: Organisation numbers involved, sorted.
        dwellings: `adresseId:bruksenhet`, sorted.
        persons: Pseudonyms, sorted.
        status: What the evaluation came to.
        value: Measured value in the unit the indicator declares; None when it cannot be measured.
        threshold: Value it is compared with; None when there is none.
        margin: value - threshold (positive means beyond); None when either is missing.
        evidence: What it rests on, in the order it is told.
        guards: Guards that were checked, as `guard=outcome`, in declared order.
        suppressed_reason: Why a triggered rule is held back; empty otherwise.
        truncated: Rule by which the scope was cut; empty when whole.
        data_quality: Codes of what is missing or weak, sorted.
        threshold_basis: Weakest basis that binds.
        legal_basis_ref: Paragraph or norm the threshold rests on; empty when own.
        facts: Named figures for the wording of the explanation, in plain text.
    """

    indicator_id: str
    indicator_version: str
    subject_id: str
    scope_id: str
    status: Status
    threshold_basis: ThresholdBasis
    role: Role = Role.TRIGGER
    companies: tuple[str, ...] = ()
    dwellings: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    value: Decimal | None = None
    threshold: Decimal | None = None
    evidence: tuple[Evidence, ...] = ()
    guards: tuple[str, ...] = ()
    suppressed_reason: str = ""
    truncated: str = ""
    data_quality: tuple[str, ...] = ()
    legal_basis_ref: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def margin(self) -> Decimal | None:
        """How far the value lies beyond the threshold."""
        if self.value is None or self.threshold is None:
            return None
        return self.value - self.threshold

    @property
    def subject_type(self) -> str:
        """The part of the subject id before the first colon."""
        return self.subject_id.split(":", 1)[0]
