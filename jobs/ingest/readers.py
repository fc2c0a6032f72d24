"""Reads the records of one stored file in every framing of the input contract.

`blocks` runs in one process and only unpacks and cuts, so that memory does not grow with the file; `decode`
parses a block, in any process. Whatever makes a file unreadable as a whole refuses the delivery.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from expectations.contract import FileSpec
from expectations.errors import DataRefused
from jobs.ingest import cutting, read_csv, read_json, read_xml
from jobs.ingest.cutting import Cut
from jobs.ingest.read_csv import LENGTH_MARK
from jobs.ingest.unpack import Broken, kind_by_magic, pieces

__all__ = ["LENGTH_MARK", "Block", "Broken", "blocks", "decode", "records"]

BLOCK_BYTES = 4 * 1024**2
"""Bytes from which on a block is cut at the next end of a record."""

_XML_RECORDS = 1000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_ERROR_BYTES = 1 << 16
_HEAD_BYTES = 512
_REFUSED = "delivery_corrupt"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file, not yet parsed unless the framing had to be.

    Attributes:
        first: Number of its first record in the file, from 1.
        content: Bytes as the framing has them, or the records themselves.
        framing: Framing of the file.
        count: Records in it; 0 where only parsing tells.
        source: Source of the file.
        record: Record type.
        list_path: Where a JSON document has its list.
        columns: Columns of a CSV file in its order.
        file: Name of the file, for messages.
    """

    first: int
    content: bytes | list[Any]
    framing: str
    count: int = 0
    source: str = ""
    record: str = ""
    list_path: str = ""
    columns: tuple[str, ...] = ()
    file: str = ""


def blocks(source: str, spec: FileSpec, path: Path, sha256: str = "") -> Iterator[Block]:
    """Unpack a file and cut it into blocks.

    Only once the last block has been taken is it sure that the file was whole and the one that was meant.

    Args:
        source: Source of the file, or `deletion`.
        spec: Kind of file.
        path: The stored file.
        sha256: Digest that the stored bytes must have while they are read; empty means that nobody knows.

    Raises:
        DataRefused: The file cannot be read as a whole (`delivery_corrupt`).
    """
    try:
        # No line is how JSON Lines say that there is nothing; a stored file without a byte says nothing.
        content = _begun(pieces(path, spec.is_gzip, sha256), spec.framing == "jsonl" and spec.is_gzip)
        if spec.framing == "json":
            yield _document(source, spec, path, content)
        elif spec.framing == "xml":
            yield from _xml(spec, path, content)
        elif spec.framing == "csv":
            yield from _csv(source, spec, path, content)
        elif spec.framing == "json-array":
            for cut in cutting.items(_opened(content), BLOCK_BYTES):
                yield _block(cut, source, spec, path)
        else:
            yield from _lines(source, spec, path, content)
        # What is wrong at the very end of the stored file must not stay unseen.
        for _ in content:
            raise Broken("more after the end")
    except Broken as problem:
        raise DataRefused(_REFUSED, f"{path.name}: {problem}") from None


def decode(block: Block) -> list[Any]:
    """The records of a block.

    Args:
        block: What `blocks` gave.

    Raises:
        DataRefused: They cannot be read (`delivery_corrupt`); nothing of the file may be kept then.
    """
    if isinstance(block.content, list):
        return block.content
    try:
        if block.framing == "jsonl":
            found = read_json.line_records(block.content, block.first)
        elif block.framing == "json-array":
            found = read_json.list_items(block.content, block.first)
        elif block.framing == "json":
            return read_json.document_list(block.content, block.list_path, block.source)
        else:
            found = read_csv.row_records(
                block.content, block.columns, block.first, block.source, block.record
            )
        if block.count and len(found) != block.count:
            last = block.first + block.count - 1
            raise Broken(f"records {block.first} to {last} do not end where their lines or commas say")
    except Broken as problem:
        raise DataRefused(_REFUSED, f"{block.file}: {problem}") from None
    except UnicodeDecodeError:
        raise DataRefused(_REFUSED, f"{block.file}: after record {block.first - 1}: not UTF-8") from None
    return found


def records(source: str, spec: FileSpec, path: Path) -> Iterator[Any]:
    """The records of a file in order.

    Args:
        source: Source of the file, or `deletion`.
        spec: Kind of file.
        path: The stored file.

    Raises:
        DataRefused: The file cannot be read as a whole (`delivery_corrupt`).
    """
    for block in blocks(source, spec, path):
        yield from decode(block)


def _block(cut: Cut, source: str, spec: FileSpec, path: Path, columns: tuple[str, ...] = ()) -> Block:
    return Block(
        cut.first,
        cut.content,
        spec.framing,
        count=cut.count,
        source=source,
        record=spec.record,
        columns=columns,
        file=path.name,
    )


def _begun(content: Iterator[bytes], may_be_empty: bool) -> Iterator[bytes]:
    """The content from about its first byte that is no blank, once it is clear what it is not."""
    head = next(content, b"")
    is_empty = not head
    while len(head) < _HEAD_BYTES and (more := next(content, b"")):
        head += more
    head = head.removeprefix(_BYTE_ORDER_MARK)
    while not head.strip() and (more := next(content, b"")):
        head = more
    if kind := kind_by_magic(head):
        raise Broken(f"the content is {kind}")
    if _PAGE.match(head):
        raise Broken("the content is a web page, perhaps a log-in or an error message")
    if not head.strip() and not (is_empty and may_be_empty):
        raise Broken("the file holds nothing")
    return chain([head] if head else [], content)


def _opened(content: Iterator[bytes]) -> Iterator[bytes]:
    """The content from the bracket that opens its list."""
    first = next(content).lstrip(cutting.JSON_BLANKS)
    if not first.startswith(b"["):
        answer = ", but what looks like an error message" if _is_error(first) else ""
        raise Broken(f"not a list of records{answer}")
    return chain([first], content)


def _is_error(content: bytes) -> bool:
    if len(content) > _ERROR_BYTES:
        return False
    try:
        return read_json.is_error_answer(read_json.parsed(content))
    except ValueError:
        return False


def _lines(source: str, spec: FileSpec, path: Path, content: Iterator[bytes]) -> Iterator[Block]:
    for cut in cutting.lines(content, BLOCK_BYTES):
        if cut.first == 1 and cut.count == 1 and _is_error(cut.content):
            raise Broken("no records, but what looks like an error message")
        yield _block(cut, source, spec, path)


def _document(source: str, spec: FileSpec, path: Path, content: Iterator[bytes]) -> Block:
    parts, size = [], 0
    for piece in content:
        parts.append(piece)
        size += len(piece)
        if size > read_json.MOST_DOCUMENT_BYTES:
            raise Broken(f"larger than the {read_json.MOST_DOCUMENT_BYTES} bytes that a document may have")
    return Block(
        1,
        b"".join(parts),
        "json",
        source=source,
        record=spec.record,
        list_path=spec.list_path,
        file=path.name,
    )


def _csv(source: str, spec: FileSpec, path: Path, content: Iterator[bytes]) -> Iterator[Block]:
    first = next(content)
    if first.lstrip()[:1] in (b"{", b"[") and _is_error(first):
        raise Broken("no table, but what looks like an error message")
    columns: tuple[str, ...] = ()
    for cut in cutting.rows(chain([first], content), BLOCK_BYTES):
        if cut.first == 1:
            try:
                columns, rest = read_csv.header(cut.content, source, spec.record)
            except UnicodeDecodeError:
                raise Broken("not UTF-8") from None
            made = Cut(1, cut.count - 1, rest)
        else:
            made = Cut(cut.first - 1, cut.count, cut.content)
        if made.count:
            yield _block(made, source, spec, path, columns)


def _xml(spec: FileSpec, path: Path, content: Iterator[bytes]) -> Iterator[Block]:
    found, first = read_xml.elements(content, spec.element), 1
    while some := list(islice(found, _XML_RECORDS)):
        yield Block(first, some, "xml", record=spec.record, file=path.name)
        first += len(some)
