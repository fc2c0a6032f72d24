"""Reads the record elements of an XML document without document types, entities or foreign encodings."""

import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

from jobs.ingest.cutting import MOST_RECORD_BYTES
from jobs.ingest.unpack import Broken

MOST_DEPTH = 50
"""Elements inside each other."""

_LISTS = frozenset({"Avdeling"})
"""Elements that repeat: one of them is still a list."""
_ENCODING = re.compile(rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]*)[\"']")
_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})


def elements(pieces: Iterator[bytes], element: str) -> Iterator[dict[str, Any]]:
    """The record elements as objects: each child a name, text without blanks around it.

    A child that comes twice and is no list of the specification becomes one, which validation refuses.

    Args:
        pieces: Content.
        element: Name of the record element.

    Raises:
        Broken: The document is not well formed, is not UTF-8, has a document type or entities, or is nested
            or large beyond reason.
    """
    source = _Source(pieces)
    depth, root = 0, None
    try:
        events = SafeTree.iterparse(source, events=("start", "end"), forbid_dtd=True, parser=None)
        for event, node in cast(Iterator[tuple[str, Element]], events):
            if event == "start":
                depth += 1
                root = node if root is None else root
                if depth > MOST_DEPTH:
                    raise Broken("XML: nested too deeply")
                continue
            depth -= 1
            if root is not None and local(node.tag) == element:
                yield _record(node)
                root.clear()
                source.since_record = 0
    except DefusedXmlException:
        raise Broken("XML: DTD and entities are refused") from None
    except SafeTree.ParseError as problem:
        line, column = problem.position
        raise Broken(f"XML: line {line}, column {column}: not well formed") from None
    except (LookupError, ValueError, UnicodeError):
        raise Broken("XML: an encoding that is not UTF-8") from None


class _Source:
    """A file to read from, which refuses foreign encodings and an endless record."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._is_begun = False
        self.since_record = 0

    def read(self, _: int = -1) -> bytes:
        """The next bytes; how many, the pieces say."""
        piece = next(self._pieces, b"")
        if not self._is_begun:
            self._is_begun = True
            _refuse_encodings(piece)
        self.since_record += len(piece)
        if self.since_record > MOST_RECORD_BYTES:
            raise Broken("XML: a record is larger than any that can be right")
        return piece


def _refuse_encodings(head: bytes) -> None:
    found = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    if (found and found[1].lower() not in _UTF8) or b"\0" in head[:4]:
        raise Broken("XML: an encoding that is not UTF-8")


def _record(node: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    repeated: set[str] = set()
    for child in node:
        name = local(child.tag)
        value = _record(child) if len(child) else (child.text or "").strip()
        if name in _LISTS:
            found.setdefault(name, []).append(value)
        elif name in repeated:
            found[name].append(value)
        elif name in found:
            found[name] = [found[name], value]
            repeated.add(name)
        else:
            found[name] = value
    return found


def local(tag: str) -> str:
    """A name without its namespace.

    Args:
        tag: Name as the parser gives it.
    """
    return tag.rsplit("}", 1)[-1]
