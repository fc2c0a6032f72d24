"""Reads nodes and edges for the detectors: typed attributes, windows of time, ids, names of companies."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import networkx as nx

from graph.explain import Language
from graph.model import Edge, EdgeKind, Network, Node

SIX_PLACES = Decimal("0.000001")

T = TypeVar("T", str, int, bool, date, Decimal)


def known(item: Node | Edge, name: str, kind: type[T]) -> T | None:
    """An attribute, or None when it is unknown.

    Args:
        item: Node or edge.
        name: Attribute declared in `graph.model`.
        kind: Its type.

    Raises:
        TypeError: The network holds another type than declared.
    """
    value = item.attributes.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise TypeError(f"{name} is {type(value).__name__}, not {kind.__name__}")


Interval = tuple[date, date]
"""First and last day."""


def months_ending(month: date, count: int) -> Interval:
    """First and last day of a window of whole months.

    Args:
        month: Last day of the last month.
        count: Months in the window, at least 1.
    """
    first = month.year * 12 + month.month - count
    return date(first // 12, first % 12 + 1, 1), month


def each_month(month: date, count: int) -> list[Interval]:
    """First and last day of each month of a window of whole months, in order.

    Args:
        month: Last day of the last month.
        count: Months in the window, at least 1.
    """
    found: list[Interval] = []
    for _ in range(count):
        found.append((month.replace(day=1), month))
        month = month.replace(day=1) - timedelta(days=1)
    return found[::-1]


def days_around(day: date, before: int, after: int) -> Interval:
    """A closed interval of days around a day."""
    return day - timedelta(days=before), day + timedelta(days=after)


def share(part: int, whole: int) -> Decimal:
    """A part of a whole with six decimals; what is compared is what is published."""
    return (Decimal(part) / Decimal(whole)).quantize(SIX_PLACES)


def plain(value: Decimal | int) -> str:
    """A number as plain text without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def identifier(node_id: str) -> str:
    """The part of a node id after its kind."""
    return node_id.split(":", 1)[1]


def orgnrs(node_ids: Iterable[str]) -> tuple[str, ...]:
    """Organisation numbers among node ids, sorted; companies known by a foreign id only have none."""
    found = {identifier(n) for n in node_ids if n.startswith("org:")}
    return tuple(sorted(n for n in found if len(n) == 9 and n.isdigit()))


def pseudonyms(node_ids: Iterable[str]) -> tuple[str, ...]:
    """Pseudonyms of the persons among node ids, sorted."""
    return tuple(sorted({identifier(n) for n in node_ids if n.startswith("person:")}))


def digest(parts: Iterable[str]) -> str:
    """Sixteen hex digits that stand for the parts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def company(network: Network, node_id: str) -> dict[Language, str]:
    """What a company is called in the text: its registered name, or its number where the name is a person's.

    Args:
        network: Network that knows it.
        node_id: `org:…`.
    """
    node = network.node(node_id)
    number = identifier(node_id)
    if known(node, "org_form", str) == "ENK":
        return {"nb": f"enkeltpersonforetak {number}", "en": f"sole proprietorship {number}"}
    named = known(node, "name", str)
    return {"nb": named or f"virksomhet {number}", "en": named or f"company {number}"}


def places_of(network: Network, *companies: str) -> dict[str, dict[str, Edge]]:
    """Addresses of companies: the first edge by company and place.

    Args:
        network: Network that has the edges.
        companies: Node ids.
    """
    found: dict[str, dict[str, Edge]] = {org: {} for org in companies}
    for edge in network.edges(EdgeKind.LOCATED_AT):
        if edge.source in found:
            found[edge.source].setdefault(edge.target, edge)
    return found


def path(graph: nx.Graph, source: str, target: str) -> list[tuple[str, str]]:
    """Steps of a shortest path; empty when source and target are one."""
    if source == target:
        return []
    nodes: list[str] = nx.shortest_path(graph, source, target)
    return list(pairwise(nodes))


def any_true(*values: bool | None) -> bool | None:
    """True when one is true, None when one that is unknown could be, else False."""
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


def all_true(*values: bool | None) -> bool | None:
    """False when one is false, None when one is unknown, else True."""
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True
