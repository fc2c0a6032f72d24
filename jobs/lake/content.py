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

    def hexdigest(self) -> str:
        """The digest of all bytes so far."""


def content_hash(table: pa.Table) -> str:
    """Digest of names, types and values of a table that is sorted by a unique key.

    Sorting makes it free of the order in which rows arrived; nulls, chunks and unused memory leave no trace.

    Args:
        table: Conformed and sorted rows.
    """
    whole = hashlib.sha256(f"rows {table.num_rows}\n".encode())
    for field, column in zip(table.schema, table.columns, strict=True):
        whole.update(f"{field.name} {spark_type(field.type)}\n".encode())
        for part in _parts(field.type, column):
            whole.update(part)
    return whole.hexdigest()


def _parts(kind: pa.DataType, column: pa.ChunkedArray) -> Iterator[bytes]:
    """Digests of one column: which values are null, how long each is where that varies, the values."""
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    yield _digest(chunk.is_null() for chunk in chunks)
    if pa.types.is_struct(kind):
        for index, field in enumerate(kind):
            yield from _parts(field.type, _chunked([_child(chunk, index) for chunk in chunks], field.type))
    elif pa.types.is_list(kind) or pa.types.is_map(kind):
        yield _digest(pc.fill_null(_lengths(chunk), 0) for chunk in chunks)
        item = pa.struct([kind.key_field, kind.item_field]) if pa.types.is_map(kind) else kind.value_type
        yield from _parts(item, _chunked([_items(chunk) for chunk in chunks], item))
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        filled = [pc.fill_null(chunk, "" if pa.types.is_string(kind) else b"") for chunk in chunks]
        yield _digest(pc.binary_length(chunk) for chunk in filled)
        values = hashlib.sha256()
        for chunk in filled:
            _, offsets, data = chunk.buffers()
            if data is None:
                continue
            bounds = np.frombuffer(offsets, dtype=np.int32)
            values.update(memoryview(data)[bounds[chunk.offset] : bounds[chunk.offset + len(chunk)]])
        yield values.digest()
    else:
        yield _digest(chunks)


def _digest(arrays: Any) -> bytes:
    """Digest of arrays of fixed width, null as zero."""
    values = hashlib.sha256()
    for array in arrays:
        if pa.types.is_null(array.type):
            continue
        if pa.types.is_boolean(array.type):
            array = array.cast(pa.uint8())
        if array.null_count:
            array = pc.fill_null(array, pa.scalar(0, type=array.type))
        width = array.type.bit_width // 8
        _, data = array.buffers()
        values.update(memoryview(data)[array.offset * width : (array.offset + len(array)) * width])
    return values.digest()


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


def _chunked(arrays: list[pa.Array], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array(arrays, type=kind) if arrays else pa.chunked_array([], type=kind)
