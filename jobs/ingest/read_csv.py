"""Reads CSV by the names in its header."""

import csv
import io
import re
import unicodedata
from functools import cache
from typing import Any

import numpy as np

from expectations import contract
from jobs.ingest.read_json import bounded, tamed
from jobs.ingest.unpack import Broken

LENGTH_MARK = "\0cells"
"""Key under which a CSV row says that it has another number of cells than the header."""

_INTEGER = re.compile(r"-?[1-9][0-9]{0,99}|0")
_NUMBER = re.compile(r"-?(?:[1-9][0-9]{0,99}|0(?=\.[0-9]*[1-9]))(?:\.[0-9]{1,99})?|0(?:\.0{1,99})?")
_QUOTE, _LINE_END, _RETURN = 34, 10, 13
_NOT_CONTROLS = bytes(byte for byte in range(256) if (byte >= 32 or byte in b"\t\n\r") and byte != 127)


@cache
def _layout(source: str, record: str) -> tuple[str, dict[str, str], frozenset[str]]:
    """Delimiter, types by column, and required columns of a record type."""
    resource = contract.csv_resource(source, record)
    if resource is None:
        raise ValueError(f"{source} {record} has no table description")
    fields = resource["schema"]["fields"]
    required = frozenset(f["name"] for f in fields if f.get("constraints", {}).get("required"))
    return resource["dialect"]["delimiter"], {f["name"]: f["type"] for f in fields}, required


def header(content: bytes, source: str, record: str) -> tuple[tuple[str, ...], bytes]:
    """The columns of a file, in its order, and what follows the header.

    Args:
        content: Begin of the file, whole rows.
        source: Source.
        record: Record type.

    Raises:
        Broken: A required column is missing, or a column comes twice.
    """
    delimiter, _, required = _layout(source, record)
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    try:
        names = tuple(tamed(unicodedata.normalize("NFC", name.strip())) for name in next(reader, []))
    except csv.Error as problem:
        raise Broken(f"CSV: header: {problem}") from None
    if missing := sorted(required - set(names)):
        raise Broken(f"missing columns {missing}")
    if len(set(names)) != len(names):
        raise Broken("a column comes twice")
    at = 0
    for _ in range(reader.line_num):
        at = content.find(b"\n", at) + 1 or len(content)
    return names, content[at:]


def row_records(
    content: bytes, columns: tuple[str, ...], first: int, source: str, record: str
) -> list[dict[str, Any]]:
    """The rows of a part of a file; empty cells are left out, as are empty lines.

    A row with another number of cells than the header has `LENGTH_MARK`.

    Args:
        content: Whole rows, without the header.
        columns: Columns in the order of the file.
        first: Number of the first row.
        source: Source.
        record: Record type.

    Raises:
        Broken: The quotes are not those of CSV.
    """
    delimiter, kinds, _ = _layout(source, record)
    _refuse_stray_quotes(content, ord(delimiter), first)
    typed = [(name, kinds[name]) for name in columns if kinds.get(name) in _TYPED]
    found: list[dict[str, Any]] = []
    width = len(columns)
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if not cells:
                continue
            row: dict[str, Any] = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
            for name, kind in typed:
                if name in row:
                    row[name] = _value(kind, row[name])
            if len(cells) != width:
                row[LENGTH_MARK] = len(cells)
            found.append(row)
    except csv.Error as problem:
        raise Broken(f"CSV: after record {first + len(found) - 1}: {problem}") from None
    if content.translate(None, _NOT_CONTROLS):
        found = [{name: tamed(value) for name, value in row.items()} for row in found]
    return found


def _lines(content: bytes) -> io.StringIO:
    # Only a line feed ends a line, so that the rows are those that the file was cut into.
    return io.StringIO(content.decode("utf-8"), newline="\n")


def _refuse_stray_quotes(content: bytes, delimiter: int, first: int) -> None:
    """Refuse a quote inside a field that does not begin with one: readers disagree on what it means."""
    if b'"' not in content:
        return
    codes = np.frombuffer(content, np.uint8)
    opening = np.flatnonzero(codes == _QUOTE)[0::2]
    before = codes[opening - 1]
    # A doubled quote inside a quoted field closes and opens it again.
    right = (before == delimiter) | (before == _LINE_END) | (before == _RETURN) | (before == _QUOTE)
    if opening[0] == 0:
        right[0] = True
    if not right.all():
        at = int(opening[np.flatnonzero(~right)[0]])
        number = first + content.count(b"\n", 0, at)
        raise Broken(f"CSV: about record {number}: a quote inside a field that is not quoted")


_TYPED = frozenset({"integer", "number", "boolean"})


def _value(kind: str, cell: str) -> Any:
    """A cell as its column's type; what is not of the type stays text, which validation refuses."""
    if kind == "integer":
        return bounded(int(cell)) if _INTEGER.fullmatch(cell) else cell
    if kind == "number":
        return float(cell) if _NUMBER.fullmatch(cell) else cell
    return {"true": True, "false": False}.get(cell, cell)
