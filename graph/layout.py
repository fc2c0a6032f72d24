"""Lays a case out in swim lanes: the chain left to right, persons above it, former companies below.

A column is a tier, counted from the client over contracts; dwellings and places stand to the right. The same
network gives the same picture whatever the order of its nodes and edges, so that two months can be compared
by eye. Persons with the same ties, and bystanders in the same place of the chain, are drawn as one box.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from graph.model import Edge, EdgeKind, Network, Node

Lane = Literal["project", "chain", "home", "person", "former"]
HOME_KINDS = frozenset({"dwelling", "address", "building", "place"})
KIND_ORDER = ("project", "org", "dwelling", "address", "building", "place", "person")
"""What has a box. A term, a duty or a register is a fact about a company: the evidence table tells it."""
NOT_DRAWN = frozenset({EdgeKind.FAMILY})
"""Family ties only serve to leave families out; they are nobody's business here."""
PROJECT_LINK = "project"
"""Kind of the drawn link from a project to its client, which no edge of the network stands for."""
SWEEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Measures of the picture in pixels."""

    box_width: int = 148
    box_height: int = 56
    bend_height: int = 14
    column_gap: int = 84
    row_gap: int = 20
    lane_gap: int = 64
    heading: int = 26
    margin: int = 14
    min_width: int = 820

    @classmethod
    def of(cls, columns: int) -> "Sizes":
        """Measures with which so many columns stay readable on a page 1200 pixels wide."""
        if columns <= 5:
            return cls()
        if columns == 6:
            return cls(box_width=134, column_gap=72)
        return cls(box_width=120, column_gap=56)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One box.

    Attributes:
        item_id: Node id, or `group:<first member>` when it stands for several nodes.
        kind: Kind of its nodes.
        members: Node ids, sorted.
        lane: Where it stands.
        column: Column, 0 is leftmost; -1 outside the columns.
        tier: Links from the client; None when it is no part of a chain.
        is_flagged: A finding rests on it.
        x: Left.
        y: Top.
    """

    item_id: str
    kind: str
    members: tuple[str, ...]
    is_flagged: bool
    lane: Lane = "chain"
    column: int = -1
    tier: int | None = None
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One line: all edges of a kind from one box to another.

    Attributes:
        source: Item id.
        target: Item id.
        kind: Kind of the edges, or `PROJECT_LINK`.
        edge_ids: The edges, sorted.
        is_flagged: A finding rests on one of them.
        bends: Points it passes between the boxes of columns in between, from source to target.
    """

    source: str
    target: str
    kind: str
    edge_ids: tuple[str, ...]
    is_flagged: bool
    bends: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The picture, without any drawing in it."""

    items: tuple[Item, ...]
    links: tuple[Link, ...]
    width: int
    height: int
    sizes: Sizes
    tier_columns: Mapping[int, int] = field(default_factory=dict)
    hidden: Mapping[str, int] = field(default_factory=dict)
    """Nodes that are left out, by kind."""

    @property
    def positions(self) -> dict[str, tuple[int, int]]:
        """Left and top of every item by id."""
        return {item.item_id: (item.x, item.y) for item in self.items}


def layout(
    network: Network, flagged: Collection[str] = (), limit: int = 150, sizes: Sizes | None = None
) -> Layout:
    """The swim-lane picture of a network.

    Args:
        network: One scope, or several put together.
        flagged: Elements that findings rest on, `node:<id>` or `edge:<id>`.
        limit: Most boxes drawn: what is flagged first, then what is nearest to it; persons only when flagged.
        sizes: Measures; None means those that fit the number of columns.
    """
    items, links, hidden = _drawn(network, frozenset(flagged), limit)
    items = _in_lanes(items, links, network)
    sizes = sizes or Sizes.of(max((item.column for item in items.values()), default=0) + 1)
    items, links = _ordered(items, links, sizes)
    return _placed(items, links, hidden, sizes)


def _drawn(
    network: Network, flagged: frozenset[str], limit: int
) -> tuple[dict[str, Item], list[Link], dict[str, int]]:
    """Boxes and lines to draw, nearest to what is flagged first, and what is left out by kind."""
    known = network.edges(*(kind for kind in EdgeKind if kind not in NOT_DRAWN))
    nodes = {n for n in network.graph.nodes if n.partition(":")[0] in KIND_ORDER}
    flagged_edges = {e.edge_id for e in known if f"edge:{e.edge_id}" in flagged}
    flagged_nodes = {n for n in nodes if f"node:{n}" in flagged}
    for edge in known:
        if edge.edge_id in flagged_edges:
            flagged_nodes |= {edge.source, edge.target} & nodes
    edges = [e for e in known if {e.source, e.target} <= nodes]
    item_of, items = _grouped(sorted(nodes), edges, flagged_nodes)

    merged: dict[tuple[str, str, str], list[str]] = {}
    for edge in edges:
        if item_of[edge.source] != item_of[edge.target]:
            key = item_of[edge.source], item_of[edge.target], edge.kind.value
            merged.setdefault(key, []).append(edge.edge_id)
    for node in network.nodes("project"):
        client = f"org:{node.attributes.get('client_orgnr')}"
        if client in item_of:
            merged[item_of[node.node_id], item_of[client], PROJECT_LINK] = []

    if flagged_nodes:  # a person on whom nothing rests is nobody's business
        bystanders = {i for i, item in items.items() if item.kind == "person" and not item.is_flagged}
        merged = {key: ids for key, ids in merged.items() if bystanders.isdisjoint(key)}
    near: dict[str, set[str]] = defaultdict(set)
    for source, target, _ in merged:
        near[source].add(target)
        near[target].add(source)
    seeds = [i for i, item in items.items() if item.is_flagged] or sorted(items)
    far = _distances(seeds, near)
    candidates = [i for i in items if i in far and (near[i] or items[i].is_flagged)]
    candidates.sort(key=lambda i: (far[i], KIND_ORDER.index(items[i].kind), i))
    shown = set(candidates[:limit])
    hidden = Counter(items[i].kind for i in items if i not in shown for _ in items[i].members)
    links = [
        Link(source=s, target=t, kind=kind, edge_ids=tuple(sorted(ids)),
             is_flagged=not flagged_edges.isdisjoint(ids))
        for (s, t, kind), ids in sorted(merged.items())
        if s in shown and t in shown
    ]  # fmt: skip
    return {i: items[i] for i in sorted(shown)}, links, dict(sorted(hidden.items()))


def _grouped(
    node_ids: Sequence[str], edges: Iterable[Edge], flagged: Collection[str]
) -> tuple[dict[str, str], dict[str, Item]]:
    """Item id of every node, and the items: nodes with exactly the same ties are one box."""
    ties: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for edge in edges:
        ties[edge.source].add((edge.kind, "to", edge.target))
        ties[edge.target].add((edge.kind, "from", edge.source))
    alike: dict[tuple[str, bool, object], list[str]] = defaultdict(list)
    for node_id in node_ids:
        kind, is_flagged = node_id.split(":", 1)[0], node_id in flagged
        may_join = ties[node_id] and (kind == "person" or (kind == "org" and not is_flagged))
        own = frozenset(ties[node_id]) if may_join else node_id
        alike[kind, is_flagged, own].append(node_id)
    item_of: dict[str, str] = {}
    items: dict[str, Item] = {}
    for (kind, is_flagged, _), members in alike.items():
        parts = [members] if len(members) >= (2 if kind == "person" else 3) else [[m] for m in members]
        for part in parts:
            item_id = part[0] if len(part) == 1 else f"group:{part[0]}"
            items[item_id] = Item(item_id=item_id, kind=kind, members=tuple(part), is_flagged=is_flagged)
            item_of.update(dict.fromkeys(part, item_id))
    return item_of, items


def _distances(seeds: Iterable[str], near: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Steps from the nearest seed to everything that can be reached."""
    far = dict.fromkeys(sorted(seeds), 0)
    queue = deque(far)
    while queue:
        at = queue.popleft()
        for other in sorted(near.get(at, ())):
            if other not in far:
                far[other] = far[at] + 1
                queue.append(other)
    return far


def _in_lanes(items: dict[str, Item], links: Sequence[Link], network: Network) -> dict[str, Item]:
    """The items with lane, tier and column."""
    tiers = _tiers(items, links)
    last = max(tiers.values(), default=0)
    found = {}
    for item_id, item in items.items():
        lane: Lane = "chain"
        column = -1
        if item.kind == "person":
            lane = "person"
        elif item.kind == "project":
            lane, column = "project", 0
        elif item.kind in HOME_KINDS:
            lane, column = "home", last + 1
        else:
            lane = "former" if all(_is_former(network.node(m), network) for m in item.members) else "chain"
            column = tiers[item_id]
        tier = tiers[item_id] if item_id in _chained(links) else None
        found[item_id] = replace(item, lane=lane, column=column, tier=tier)
    return found


def _is_former(node: Node, network: Network) -> bool:
    ends = (node.attributes.get(name) for name in ("bankrupt_on", "dissolved_on", "deleted_on"))
    return any(end is not None and str(end) <= network.month.isoformat() for end in ends)


def _chained(links: Iterable[Link]) -> set[str]:
    return {end for link in links if link.kind == EdgeKind.CONTRACT for end in (link.source, link.target)}


def _tiers(items: Mapping[str, Item], links: Sequence[Link]) -> dict[str, int]:
    """Tier of every company: steps from a client over contracts, else payments, else as what it is near."""
    orgs = {i for i, item in items.items() if item.kind == "org"}
    clients = {link.target for link in links if link.kind == PROJECT_LINK}
    tiers: dict[str, int] = {}
    for kind in (EdgeKind.CONTRACT, EdgeKind.PAYMENT):
        down: dict[str, set[str]] = defaultdict(set)
        has_client = set()
        for link in links:
            if link.kind == kind and {link.source, link.target} <= orgs:
                down[link.source].add(link.target)
                has_client.add(link.target)
        roots = (clients | (set(down) - has_client)) & set(down) - set(tiers)
        starts = sorted(roots) or sorted(set(down) - set(tiers))[:1]
        while starts:
            free = {source: targets - set(tiers) for source, targets in down.items()}
            tiers |= _distances(starts, free)
            starts = sorted(set(down) - set(tiers))[:1]
    near: dict[str, set[str]] = defaultdict(set)
    for link in links:
        near[link.source].add(link.target)
        near[link.target].add(link.source)
    last = max(tiers.values(), default=0)
    for link in links:
        if link.kind == EdgeKind.HOLDS_DWELLING and link.source in orgs:
            tiers.setdefault(link.source, last)
    for org in sorted(orgs - set(tiers)):
        far = _distances([org], near)
        reached = [(far[other], tier) for other, tier in tiers.items() if other in far]
        tiers[org] = min(reached)[1] if reached else 0
    return tiers


def _ordered(
    items: dict[str, Item], links: Sequence[Link], sizes: Sizes
) -> tuple[dict[str, Item], list[Link]]:
    """Top of every box in the columns, by barycentre, with room for lines that pass a column."""
    columns: dict[int, list[str]] = defaultdict(list)
    heights: dict[str, int] = {}
    for item_id in sorted(items, key=lambda i: (items[i].lane != "project", not items[i].is_flagged, i)):
        if items[item_id].lane in ("project", "chain", "home"):
            columns[items[item_id].column].append(item_id)
            heights[item_id] = sizes.box_height
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    passing: dict[int, list[str]] = {}
    for n, link in enumerate(links):
        if link.source not in heights or link.target not in heights:
            continue
        ends = sorted((link.source, link.target), key=lambda i: items[i].column)
        between = range(items[ends[0]].column + 1, items[ends[1]].column)
        bends = [f"bend:{n:05d}:{column}" for column in between]
        for bend, column in zip(bends, between, strict=True):
            columns[column].append(bend)
            heights[bend] = sizes.bend_height
        path = [ends[0], *bends, ends[1]]
        passing[n] = bends if ends[0] == link.source else bends[::-1]
        if items[ends[0]].column != items[ends[1]].column:
            for a, b in pairwise(path):
                right[a].append(b)
                left[b].append(a)
    order = [columns[column] for column in sorted(columns)]
    rank = {i: n for members in order for n, i in enumerate(members)}
    for sweep in range(SWEEPS):
        near, turn = (left, order) if sweep % 2 == 0 else (right, order[::-1])
        for members in turn:
            old = dict(rank)
            members.sort(key=lambda i: (_mean([old[o] for o in near[i]], old[i]), old[i]))
            rank.update({i: n for n, i in enumerate(members)})
    centre = _centres(order, left, right, heights, sizes)
    middle_x = {
        c: sizes.margin + c * (sizes.box_width + sizes.column_gap) + sizes.box_width // 2 for c in columns
    }
    placed = dict(items)
    for item_id in heights:
        if item_id in items:
            placed[item_id] = replace(items[item_id], y=centre[item_id] - sizes.box_height // 2)
    bent = [
        replace(link, bends=tuple(
            (middle_x[int(bend.rsplit(":", 1)[1])], centre[bend]) for bend in passing.get(n, [])
        ))
        for n, link in enumerate(links)
    ]  # fmt: skip
    return placed, bent


def _centres(
    order: Sequence[Sequence[str]],
    left: Mapping[str, list[str]],
    right: Mapping[str, list[str]],
    heights: Mapping[str, int],
    sizes: Sizes,
) -> dict[str, int]:
    """Middle of every box and bend: as straight as order and room allow, top of all at 0."""
    centre: dict[str, int] = {}
    for members in order:
        wanted = [_mean([centre[o] for o in left[i]], 0) for i in members]
        centre.update(zip(members, spread(wanted, [heights[i] for i in members], sizes.row_gap), strict=True))
    for turn, near in ((order[::-1], right), (order, left), (order[::-1], right), (order, left)):
        for members in turn:
            wanted = [_mean([centre[o] for o in near[i]], centre[i]) for i in members]
            centre.update(
                zip(members, spread(wanted, [heights[i] for i in members], sizes.row_gap), strict=True)
            )
    top = min((centre[i] - heights[i] // 2 for i in centre), default=0)
    return {i: at - top for i, at in centre.items()}


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def spread(wanted: Sequence[float], sizes: Sequence[int], gap: int) -> list[int]:
    """Middles as near to the wanted ones as possible (least squares), in order and without overlap.

    Args:
        wanted: Wanted middle of each.
        sizes: Size of each.
        gap: Least room between two.
    """
    offsets = [0]
    for before, own in pairwise(sizes):
        offsets.append(offsets[-1] + (before + 1) // 2 + gap + (own + 1) // 2)
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=False):
        mean, count = want - offset, 1
        while blocks and blocks[-1][0] >= mean:
            before_mean, before_count = blocks.pop()
            mean = (before_mean * before_count + mean * count) / (before_count + count)
            count += before_count
        blocks.append((mean, count))
    means = [mean for mean, count in blocks for _ in range(count)]
    return [round(mean) + offset for mean, offset in zip(means, offsets, strict=False)]


def _placed(items: dict[str, Item], links: Sequence[Link], hidden: Mapping[str, int], sizes: Sizes) -> Layout:
    """The picture: lanes under each other, persons and former companies near what they are tied to."""
    pitch = sizes.box_width + sizes.column_gap
    columns = max((item.column for item in items.values()), default=0) + 1
    width = max(columns * pitch - sizes.column_gap, sizes.min_width)
    middle = {
        i: sizes.margin + item.column * pitch + sizes.box_width // 2
        for i, item in items.items()
        if item.column >= 0
    }
    near: dict[str, list[str]] = defaultdict(list)
    for link in links:
        near[link.source].append(link.target)
        near[link.target].append(link.source)

    def lane(name: Lane) -> list[str]:
        return [i for i in sorted(items) if items[i].lane == name]

    def rows(members: Sequence[str], wanted: Mapping[str, float], top: int) -> int:
        """Put a lane's boxes into rows from `top`; returns where the lane ends."""
        per_row = max(1, (width + sizes.row_gap) // (sizes.box_width + sizes.row_gap))
        ordered = sorted(members, key=lambda i: (wanted[i], i))
        count = -(-len(ordered) // per_row)
        for row in range(count):
            part = ordered[row::count]
            middles = spread([wanted[i] for i in part], [sizes.box_width] * len(part), sizes.row_gap)
            half = sizes.box_width // 2
            step = sizes.box_width + sizes.row_gap
            lowest, highest = sizes.margin + half, sizes.margin + width - half
            for n, (item_id, at) in enumerate(zip(part, middles, strict=True)):
                at = min(max(at, lowest + n * step), highest - (len(part) - 1 - n) * step)
                y = top + row * (sizes.box_height + sizes.row_gap)
                items[item_id] = replace(items[item_id], x=at - half, y=y)
                middle[item_id] = at
        return top + count * (sizes.box_height + sizes.row_gap) - (sizes.row_gap if count else 0)

    persons, former = lane("person"), lane("former")
    main = [i for i, item in items.items() if item.lane in ("project", "chain", "home")]
    top = sizes.margin
    if persons:
        wanted = {i: _mean([middle[o] for o in near[i] if o in middle], 0.0) for i in persons}
        top = rows(persons, wanted, top + sizes.heading // 2) + sizes.lane_gap
    top += sizes.heading
    for item_id in main:
        item = items[item_id]
        items[item_id] = replace(item, x=middle[item_id] - sizes.box_width // 2, y=item.y + top)
    bends = [replace(link, bends=tuple((x, y + top) for x, y in link.bends)) for link in links]
    low = [items[i].y + sizes.box_height for i in main] + [y for link in bends for _, y in link.bends]
    bottom = max(low, default=top)
    if former:
        aside = pitch / 2  # under its successor a line to the persons above would run through the successor
        wanted = {i: middle[i] - (0 if items[i].tier is not None else aside) for i in former}
        bottom = rows(former, wanted, bottom + sizes.lane_gap)
    right = max((item.x + sizes.box_width for item in items.values()), default=0)
    return Layout(
        items=tuple(items[i] for i in sorted(items)),
        links=tuple(bends),
        width=right + sizes.margin,
        height=bottom + sizes.margin,
        sizes=sizes,
        tier_columns={item.tier: item.column for item in items.values() if item.tier is not None},
        hidden=hidden,
    )
