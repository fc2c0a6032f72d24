"""A digest of what a table says, the same whatever engine made the rows and however they lay in memory."""

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dataset import spark_type


class Hasher(Protocol):
    """What hashlib gives."""

    def update(self, data: Any, /) -> None:
        """Take in more bytes.

        Args:
            data: Bytes or a buffer.
        """

    def digest(self) -> bytes:
        """The digest of all bytes so far."""

    def hexdigest(self) -> str:
        """The same as text."""


class ContentHash:
    """The digest of a table whose rows come a few at a time; where they are cut leaves no trace."""

    def __init__(self, schema: pa.Schema) -> None:
        """Begin with no rows.

        Args:
            schema: Names and types of the columns.
        """
        self._schema = schema
        self._columns = [_Column(field.type) for field in schema]
        self._rows = 0

    def update(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Take in more rows, in the order of the key.

        Args:
            rows: Rows of the schema.
        """
        self._rows += rows.num_rows
        for hashed, column in zip(self._columns, rows.columns, strict=True):
            for chunk in column.chunks if isinstance(column, pa.ChunkedArray) else (column,):
                if len(chunk):
                    hashed.update(chunk)

    def hexdigest(self) -> str:
        """The digest of all rows so far."""
        whole = hashlib.sha256(f"rows {self._rows}\n".encode())
        for field, column in zip(self._schema, self._columns, strict=True):
            whole.update(f"{field.name} {spark_type(field.type)}\n".encode())
            for part in column.digests():
                whole.update(part)
        return whole.hexdigest()


def content_hash(table: pa.Table) -> str:
    """Digest of names, types and values of a table that is sorted by a unique key.

    Sorting makes it free of the order in which rows arrived; nulls, chunks and unused memory leave no trace.

    Args:
        table: Conformed and sorted rows.
    """
    whole = ContentHash(table.schema)
    whole.update(table)
    return whole.hexdigest()


class _Column:
    """Digests of one column: which values are null, how long each is where that varies, the values."""

    __slots__ = ("_inner", "_kind", "_lengths", "_nulls", "_values")

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._nulls: Hasher = hashlib.sha256()
        self._lengths: Hasher | None = None
        self._values: Hasher | None = None
        self._inner: list[_Column] = []
        if pa.types.is_struct(kind):
            self._inner = [_Column(field.type) for field in kind]
        elif pa.types.is_list(kind) or pa.types.is_map(kind):
            self._lengths = hashlib.sha256()
            is_map = pa.types.is_map(kind)
            self._inner = [
                _Column(pa.struct([kind.key_field, kind.item_field]) if is_map else kind.value_type)
            ]
        else:
            self._values = hashlib.sha256()
            if pa.types.is_string(kind) or pa.types.is_binary(kind):
                self._lengths = hashlib.sha256()

    def update(self, chunk: pa.Array) -> None:
        """Take in more values, at least one."""
        _feed(self._nulls, chunk.is_null())
        if pa.types.is_struct(self._kind):
            for index, inner in enumerate(self._inner):
                inner.update(_child(chunk, index))
        elif self._lengths is None:
            _feed(self._values, chunk)
        elif self._inner:
            _feed(self._lengths, pc.fill_null(_lengths(chunk), 0))
            items = _items(chunk)
            if len(items):
                self._inner[0].update(items)
        else:
            self._update_texts(chunk)

    def _update_texts(self, chunk: pa.Array) -> None:
        filled = (
            pc.fill_null(chunk, "" if pa.types.is_string(self._kind) else b"") if chunk.null_count else chunk
        )
        _feed(self._lengths, pc.binary_length(filled))
        _, offsets, data = filled.buffers()
        if data is not None and self._values is not None:
            bounds = np.frombuffer(offsets, dtype=np.int32)
            first, last = bounds[filled.offset], bounds[filled.offset + len(filled)]
            self._values.update(memoryview(data)[first:last])

    def digests(self) -> Iterator[bytes]:
        """The digests, those of inner columns last."""
        yield self._nulls.digest()
        if self._lengths is not None:
            yield self._lengths.digest()
        if self._values is not None:
            yield self._values.digest()
        for inner in self._inner:
            yield from inner.digests()


def _feed(hasher: Hasher | None, array: pa.Array) -> None:
    """Hash values of fixed width, null as zero."""
    if hasher is None or pa.types.is_null(array.type):
        return
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    if array.null_count:
        array = pc.fill_null(array, pa.scalar(0, type=array.type))
    width = array.type.bit_width // 8
    _, data = array.buffers()
    hasher.update(memoryview(data)[array.offset * width : (array.offset + len(array)) * width])


def _lengths(chunk: pa.Array) -> pa.Array:
    if pa.types.is_map(chunk.type):
        return pa.array(
            [
                None if not valid else size
                for valid, size in zip(chunk.is_valid().to_pylist(), np.diff(_bounds(chunk)), strict=True)
            ],
            type=pa.int32(),
        )
    return pc.list_value_length(chunk)


def _bounds(chunk: pa.Array) -> Any:
    offsets = np.frombuffer(chunk.buffers()[1], dtype=np.int32)
    return offsets[chunk.offset : chunk.offset + len(chunk) + 1]


def _items(chunk: pa.Array) -> pa.Array:
    """All items of the lists that are not null, one after the other."""
    valid = chunk.drop_null()
    if pa.types.is_map(valid.type):
        bounds = _bounds(valid)
        first, size = int(bounds[0]), int(bounds[-1] - bounds[0])
        return pa.StructArray.from_arrays(
            [valid.keys.slice(first, size), valid.items.slice(first, size)],
            fields=[valid.type.key_field, valid.type.item_field],
        )
    return valid.flatten()


def _child(chunk: pa.StructArray, index: int) -> pa.Array:
    """A struct's field with the struct's nulls on it."""
    return chunk.flatten()[index]
