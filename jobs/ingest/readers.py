"""Reads the records of one stored file, one after the other, in every framing of the input contract.

Memory does not grow with the file, except for the small framing `json`. Whatever makes a file unreadable as a
whole refuses the delivery.
"""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import orjson
from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

from expectations import contract
from expectations.contract import FileSpec
from expectations.errors import DataRefused

MOST_BYTES = 4 * 1024**3
"""Largest file after decompression."""

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BLANKS = re.compile(r"[ \t\r\n]*")
_WINDOW = 1 << 20
_LARGEST_ITEM = 1 << 26

LENGTH_MARK = "\0cells"
"""Key under which a CSV row says that it has another number of cells than the header."""


class Broken(Exception):
    """A file that cannot be read as a whole."""


def records(source: str, spec: FileSpec, path: Path) -> Iterator[Any]:
    """The records of a file in order.

    Args:
        source: Source of the file, or `deletion`.
        spec: Kind of file.
        path: The stored file.

    Raises:
        DataRefused: The file cannot be read as a whole (`delivery_corrupt`).
    """
    try:
        with _opened(path, spec.is_gzip) as stream:
            if spec.framing == "jsonl":
                yield from _json_lines(stream)
            elif spec.framing == "json-array":
                yield from _json_array(stream)
            elif spec.framing == "json":
                yield from _json_document(stream, spec.list_path)
            elif spec.framing == "csv":
                yield from _csv_rows(stream, source, spec.record)
            else:
                yield from _xml_elements(stream, spec.element)
    except Broken as problem:
        raise DataRefused("delivery_corrupt", f"{path.name}: {problem}") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise DataRefused("delivery_corrupt", f"{path.name}: gzip: {problem}") from None
    except UnicodeDecodeError:
        raise DataRefused("delivery_corrupt", f"{path.name}: not UTF-8") from None


class _Counted(io.RawIOBase):
    """Passes bytes on and refuses more than a file may hold."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise Broken(f"more than {MOST_BYTES} bytes after decompression")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _opened(path: Path, is_gzip: bool) -> Iterator[io.BufferedReader]:
    with path.open("rb") as stored:
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=stored)) if is_gzip else stored
        with io.BufferedReader(_Counted(stream), 1 << 18) as buffered:
            yield cast(io.BufferedReader, buffered)


def _json_lines(stream: io.BufferedReader) -> Iterator[Any]:
    for number, line in enumerate(stream, start=1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            raise Broken(f"line {number} is not JSON") from None


def _not_a_number(word: str) -> None:
    raise Broken(f"{word} is not JSON")


_DECODER = json.JSONDecoder(strict=False, parse_constant=_not_a_number)
"""Owners leave control characters raw inside JSON text, so the strict reading is not asked for."""


def _json_array(stream: io.BufferedReader) -> Iterator[Any]:
    """The items of one JSON array, decoded one by one out of a window on the text."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig")
    window, at, opened = text.read(_WINDOW).lstrip(), 1, True
    if not window.startswith("["):
        raise Broken("not a list of records")
    while True:
        at = _past_blanks(window, at)
        try:
            if opened and window.startswith("]", at):
                break
            item, end = _DECODER.raw_decode(window, at)
            end = _past_blanks(window, end)
            mark = window[end : end + 1]
            if not mark:
                raise ValueError("the window ends here")
        except ValueError:
            if len(window) - at > _LARGEST_ITEM:
                raise Broken("not JSON, or a record larger than any that can be right") from None
            more = text.read(max(_WINDOW, len(window) - at))
            if not more:
                raise Broken("not JSON, or cut off") from None
            window, at = window[at:] + more, 0
            continue
        yield item
        opened = False
        if mark == "]":
            at = end
            break
        if mark != ",":
            raise Broken("not JSON: items without a comma")
        at = end + 1
    if window[at + 1 :].strip() or text.read(_WINDOW).strip():
        raise Broken("more text after the list")


def _past_blanks(window: str, at: int) -> int:
    found = _BLANKS.match(window, at)
    return found.end() if found else at


def _json_document(stream: io.BufferedReader, list_path: str) -> Iterator[Any]:
    """The items of a list inside one JSON document; such documents are pages, so they are read whole."""
    try:
        node = json.loads(stream.read().decode("utf-8-sig"), strict=False, parse_constant=_not_a_number)
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise Broken("not JSON") from None
    for name in list_path.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    if not isinstance(node, list):
        raise Broken(f"no list at {list_path}")
    yield from node


def _csv_rows(stream: io.BufferedReader, source: str, record: str) -> Iterator[dict[str, Any]]:
    resource = contract.csv_resource(source, record)
    if resource is None:
        raise ValueError(f"{source} {record} has no table description")
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    required = {name for name, field in fields.items() if field.get("constraints", {}).get("required")}
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(text, delimiter=resource["dialect"]["delimiter"], strict=True)
        header = [name.strip() for name in next(reader, [])]
        if missing := sorted(required - set(header)):
            raise Broken(f"missing columns {missing}")
        if len(set(header)) != len(header):
            raise Broken("a column comes twice")
        kinds = [fields.get(name, {}).get("type", "string") for name in header]
        for cells in reader:
            if not cells:
                continue
            row = {n: _typed(k, cell) for n, k, cell in zip(header, kinds, cells, strict=False) if cell != ""}
            if len(cells) != len(header):
                row[LENGTH_MARK] = len(cells)
            yield row
    except csv.Error as problem:
        raise Broken(f"CSV: {problem}") from None


def _typed(kind: str, cell: str) -> Any:
    """A cell as its column's type; what is not of the type stays text, which validation refuses."""
    if kind == "integer":
        return int(cell) if _INTEGER.fullmatch(cell) else cell
    if kind == "number":
        return float(cell) if _NUMBER.fullmatch(cell) else cell
    if kind == "boolean":
        return {"true": True, "false": False}.get(cell, cell)
    return cell


def _xml_elements(stream: io.BufferedReader, element: str) -> Iterator[dict[str, Any]]:
    try:
        root = None
        for event, node in SafeTree.iterparse(stream, events=("start", "end"), forbid_dtd=True):
            root = node if root is None else root
            if event == "end" and _local(node.tag) == element:
                yield _xml_record(node)
                root.clear()
    except DefusedXmlException:
        raise Broken("DTD and entities are refused") from None
    except SafeTree.ParseError as problem:
        raise Broken(f"XML: {problem}") from None


_XML_LISTS = frozenset({"Avdeling"})
"""Elements that repeat: one of them is still a list."""


def _xml_record(node: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in node:
        name = _local(child.tag)
        value = _xml_record(child) if len(child) else (child.text or "").strip()
        if name in _XML_LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
