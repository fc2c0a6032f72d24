"""Paths in source records, in the notation of the input contract, and the lists that give rows.

`a.b` is a field of an object, `a[].b` a field of the items of a list, `a[0].b` of its first item, `{a,b}.c`
of whichever is present.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Get = Callable[[dict[str, Any]], Any]

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_SEGMENT = re.compile(r"(\{[^}]*\}|[^.\[\]{}]+)(\[\]|\[[0-9]+\])?(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path.

    Attributes:
        names: Field names, of which one is taken.
        is_list: The step goes into every item of a list.
        index: Position of the one item it goes into; None is no list.
    """

    names: tuple[str, ...]
    is_list: bool = False
    index: int | None = None


def parse(path: str) -> tuple[Segment, ...]:
    """The steps of a path.

    Args:
        path: Path in the notation of the contract.

    Raises:
        ValueError: The path cannot be read.
    """
    segments: list[Segment] = []
    at = 0
    while at < len(path):
        found = _SEGMENT.match(path, at)
        if not found:
            raise ValueError(f"path {path!r} cannot be read from character {at}")
        names, brackets = found.groups()
        alternatives = tuple(names[1:-1].split(",")) if names.startswith("{") else (names,)
        index = int(brackets[1:-1]) if brackets and brackets != "[]" else None
        segments.append(Segment(alternatives, brackets == "[]", index))
        at = found.end()
    return tuple(segments)


def levels(segments: tuple[Segment, ...]) -> list[tuple[Segment, ...]]:
    """A path cut after each of its lists; the last part has none and may be empty.

    Args:
        segments: Steps of the path.
    """
    parts: list[list[Segment]] = [[]]
    for segment in segments:
        parts[-1].append(segment)
        if segment.is_list:
            parts.append([])
    return [tuple(part) for part in parts]


def getter(segments: tuple[Segment, ...]) -> Get:
    """A function from an object to the value at a path; None where a part is missing.

    A list on the way gives the list of its items' values.

    Args:
        segments: Steps, at least one.
    """
    first, rest = segments[0], segments[1:]
    take = _taker(first)
    if first.is_list:
        if not rest:
            return take
        inner = getter(rest)
        return lambda node: None if (items := take(node)) is None else [inner(item) for item in items]
    if not rest:
        return take
    follow = getter(rest)
    return lambda node: None if (child := take(node)) is None else follow(child)


def _taker(segment: Segment) -> Get:
    if len(segment.names) == 1:
        name = segment.names[0]
        if segment.index is None:
            return lambda node: node.get(name)
        index = segment.index
        return lambda node: items[index] if len(items := node.get(name) or ()) > index else None
    names = segment.names
    return lambda node: next((value for name in names if (value := node.get(name)) is not None), None)


def step(name: str) -> str:
    """A name as a step of a JSON path; one that is not a plain word is quoted.

    Args:
        name: Field name.
    """
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"['{name}']"


def occurrences(node: Any, segments: tuple[Segment, ...], path: str = "$") -> Iterator[tuple[str, Any]]:
    """All values at a path with their exact JSON paths.

    Args:
        node: Object to look in.
        segments: Steps.
        path: JSON path of the object.
    """
    if not segments:
        yield path, node
        return
    segment = segments[0]
    for name in segment.names:
        value = node.get(name) if isinstance(node, dict) else None
        if value is None:
            continue
        here = f"{path}{step(name)}"
        if segment.is_list or segment.index is not None:
            for i, item in enumerate(value if isinstance(value, list) else ()):
                if segment.index in (None, i):
                    yield from occurrences(item, segments[1:], f"{here}[{i}]")
        else:
            yield from occurrences(value, segments[1:], here)
