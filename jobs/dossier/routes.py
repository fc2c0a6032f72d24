"""Routes the lines of a swim-lane picture: curves between columns, gutters beside the boxes for the lanes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.layout import Item, Layout, Link

Point = tuple[float, float]
Cubic = tuple[Point, Point, Point, Point]
MAIN = ("project", "chain", "home")
TRACK = 8
"""Room between two lines in a gutter."""


@dataclass(frozen=True, slots=True)
class Route:
    """One line as it is drawn: cubic curves end to end, and where its label may stand."""

    link: Link
    curves: tuple[Cubic, ...]
    anchors: tuple[Point, ...]

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        start = self.curves[0][0]
        parts = [f"M{_n(start[0])} {_n(start[1])}"]
        for _, a, b, end in self.curves:
            parts.append("C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in (a, b, end)))
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class _End:
    """Where a line leaves or reaches a box: the side, and what orders the lines of that side."""

    item: Item
    side: str
    order: tuple[float, int]


def routes(layout: Layout) -> list[Route]:
    """The route of every line, in the order of the layout's links."""
    items = {item.item_id: item for item in layout.items}
    topmost, lowest = _extremes(layout)
    plans: list[tuple[Link, _End, _End, str]] = []
    for n, link in enumerate(layout.links):
        plans.append((link, *_sides(items[link.source], items[link.target], n, topmost, lowest)))
    ports = _ports([end for plan in plans for end in plan[1:3]], layout)
    tracks = _tracks(plans, ports, layout)
    found = []
    for n, (link, a, b, way) in enumerate(plans):
        start, end = ports[a], ports[b]
        draw = DRAWERS[way]
        found.append(draw(link, start, end, (a, b), tracks.get(n, 0.0), layout))
    return found


def _extremes(layout: Layout) -> tuple[set[str], set[str]]:
    """The topmost and the lowest box of each column."""
    columns: dict[int, list[Item]] = defaultdict(list)
    for item in layout.items:
        if item.lane in MAIN:
            columns[item.column].append(item)
    return (
        {min(members, key=lambda i: i.y).item_id for members in columns.values()},
        {max(members, key=lambda i: i.y).item_id for members in columns.values()},
    )


def _sides(a: Item, b: Item, n: int, topmost: set[str], lowest: set[str]) -> tuple[_End, _End, str]:
    """The sides by which a line leaves one box and reaches the other, and how it goes."""
    if a.lane in MAIN and b.lane in MAIN:
        if "project" in (a.lane, b.lane):
            out, into = ("bottom", "top") if a.y < b.y else ("top", "bottom")
            return _End(a, out, (b.x, n)), _End(b, into, (a.x, n)), "drop"
        if a.column == b.column:
            return _End(a, "right", (b.y, n)), _End(b, "right", (a.y, n)), "bracket"
        out, into = ("right", "left") if a.column < b.column else ("left", "right")
        return _End(a, out, (b.y, n)), _End(b, into, (a.y, n)), "across"
    if a.lane == b.lane:
        side = "bottom" if a.lane == "person" else "top"
        return _End(a, side, (b.x, n)), _End(b, side, (a.x, n)), "arc"
    ends = []
    ways = []
    for own, other in ((a, b), (b, a)):
        if own.lane == "person":
            ends.append(_End(own, "bottom", (other.x, n)))
        elif own.lane == "former":
            ends.append(_End(own, "top", (other.x, n)))
        elif own.item_id in (topmost if other.lane == "person" else lowest):
            ends.append(_End(own, "top" if other.lane == "person" else "bottom", (other.x, n)))
            ways.append("drop")
        else:
            ends.append(_End(own, "left" if other.x <= own.x else "right", (other.y, n)))
            ways.append("gutter")
    return ends[0], ends[1], ways[0] if ways else "through"


def _ports(ends: Sequence[_End], layout: Layout) -> dict[_End, Point]:
    """The point of every end: the ends of one side are spread evenly in the order of where they lead."""
    by_side: dict[tuple[str, str], list[_End]] = defaultdict(list)
    for end in ends:
        by_side[end.item.item_id, end.side].append(end)
    width, height = layout.sizes.box_width, layout.sizes.box_height
    ports: dict[_End, Point] = {}
    for (_, side), members in by_side.items():
        members.sort(key=lambda e: e.order)
        for k, end in enumerate(members, 1):
            part = k / (len(members) + 1)
            x, y = float(end.item.x), float(end.item.y)
            ports[end] = {
                "left": (x, y + height * part),
                "right": (x + width, y + height * part),
                "top": (x + width * part, y),
                "bottom": (x + width * part, y + height),
            }[side]
    return ports


def _tracks(
    plans: Sequence[tuple[Link, _End, _End, str]], ports: Mapping[_End, Point], layout: Layout
) -> dict[int, float]:
    """The x of every line that runs down a gutter; lines that share one run side by side."""
    shared: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for n, (_, a, b, way) in enumerate(plans):
        if way in ("gutter", "bracket"):
            own = a if a.side in ("left", "right") else b
            gap = layout.sizes.column_gap / 2
            middle = own.item.x - gap if own.side == "left" else own.item.x + layout.sizes.box_width + gap
            shared[round(middle)].append((ports[a if own is b else b][0], n))
        elif way == "through":
            target = ports[b][0]
            pitch = layout.sizes.box_width + layout.sizes.column_gap
            first = layout.sizes.margin - layout.sizes.column_gap / 2
            column = round((target - first) / pitch)
            shared[round(first + column * pitch)].append((ports[a][0], n))
    return {
        n: middle + (k - (len(members) - 1) / 2) * TRACK
        for middle, members in shared.items()
        for k, (_, n) in enumerate(sorted(members))
    }


def _across(
    link: Link, start: Point, end: Point, _ends: tuple[_End, _End], _track: float, layout: Layout
) -> Route:
    """From column to column, straight through the room left for it in the columns between."""
    half = layout.sizes.box_width / 2 * (1 if start[0] < end[0] else -1)
    points = [start]
    for x, y in link.bends:
        points += [(x - half, y), (x + half, y)]
    points.append(end)
    curves = []
    anchors = []
    for n, (a, b) in enumerate(pairwise(points)):
        middle = (a[0] + b[0]) / 2
        curves.append((a, (middle, a[1]), (middle, b[1]), b))
        if n % 2 == 0:
            anchors += [_at(curves[-1], t) for t in (0.5, 0.4, 0.6, 0.3, 0.7)]
    return Route(link, tuple(curves), tuple(anchors))


def _bracket(
    link: Link, start: Point, end: Point, _ends: tuple[_End, _End], track: float, _layout: Layout
) -> Route:
    """Between two boxes of one column, around their right side."""
    curve = (start, (track + 14, start[1]), (track + 14, end[1]), end)
    return Route(link, (curve,), tuple(_at(curve, t) for t in (0.5, 0.35, 0.65, 0.25, 0.75)))


def _arc(
    link: Link, start: Point, end: Point, ends: tuple[_End, _End], _track: float, layout: Layout
) -> Route:
    """Between two boxes of one lane, over or under them."""
    depth = layout.sizes.lane_gap * 0.8 * (1 if ends[0].side == "bottom" else -1)
    curve = (start, (start[0], start[1] + depth), (end[0], end[1] + depth), end)
    return Route(link, (curve,), tuple(_at(curve, t) for t in (0.5, 0.4, 0.6)))


def _drop(
    link: Link, start: Point, end: Point, _ends: tuple[_End, _End], _track: float, _layout: Layout
) -> Route:
    """From a lane straight to the nearest box of a column."""
    middle = (start[1] + end[1]) / 2
    curve = (start, (start[0], middle), (end[0], middle), end)
    return Route(link, (curve,), tuple(_at(curve, t) for t in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)))


def _gutter(
    link: Link, start: Point, end: Point, ends: tuple[_End, _End], track: float, layout: Layout
) -> Route:
    """From a lane down the gutter beside a column and into the side of a box."""
    from_lane = ends[0].side in ("top", "bottom")
    lane, box = (start, end) if from_lane else (end, start)
    down = 1 if (ends[0] if from_lane else ends[1]).side == "bottom" else -1
    knee = lane[1] + down * (layout.sizes.lane_gap * 0.9 + (layout.sizes.heading if down > 0 else 0))
    turn = box[1] - down * 18
    if (turn - knee) * down < 0:
        knee = turn
    middle = (lane[1] + knee) / 2
    curves: list[Cubic] = [
        (lane, (lane[0], middle), (track, middle), (track, knee)),
        ((track, knee), (track, knee), (track, turn), (track, turn)),
        ((track, turn), (track, box[1]), (track, box[1]), box),
    ]
    anchors = [_at(curves[0], t) for t in (0.5, 0.35, 0.65, 0.25, 0.8)]
    if not from_lane:
        curves = [(d, c, b, a) for a, b, c, d in reversed(curves)]
    return Route(link, tuple(curves), tuple(anchors))


def _through(
    link: Link, start: Point, end: Point, ends: tuple[_End, _End], track: float, layout: Layout
) -> Route:
    """From the lane above to the lane below, through the nearest gutter."""
    down = 1 if ends[0].side == "bottom" else -1
    room = layout.sizes.lane_gap * 0.9
    knee = start[1] + down * (room + (layout.sizes.heading if down > 0 else 0))
    turn = end[1] - down * room
    curves: list[Cubic] = [
        (start, (start[0], (start[1] + knee) / 2), (track, (start[1] + knee) / 2), (track, knee)),
        ((track, knee), (track, knee), (track, turn), (track, turn)),
        ((track, turn), (track, (turn + end[1]) / 2), (end[0], (turn + end[1]) / 2), end),
    ]
    anchors = [_at(curves[0], t) for t in (0.5, 0.35, 0.65)] + [_at(curves[2], t) for t in (0.5, 0.65)]
    return Route(link, tuple(curves), tuple(anchors))


Drawer = Callable[[Link, Point, Point, tuple[_End, _End], float, Layout], Route]
DRAWERS: dict[str, Drawer] = {
    "across": _across,
    "bracket": _bracket,
    "arc": _arc,
    "drop": _drop,
    "gutter": _gutter,
    "through": _through,
}


def _at(curve: Cubic, t: float) -> Point:
    a, b, c, d = curve
    u = 1 - t
    x, y = (u**3 * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t**3 * d[k] for k in (0, 1))
    return x, y


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
