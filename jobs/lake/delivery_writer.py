"""Writes a delivery into a landing zone: data files first, `delivery.json` last.

Whoever lands data (the clients of open registers, the synthetic county) goes through here, so that there is
one place that knows the layout, the hashes and the order of writing.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from expectations.errors import DataRefused, UsageError

Chunk = tuple[bytes, int]
"""A piece of a file and how many records end in it."""

_BATCH_BYTES = 1 << 18
_COPY_BYTES = 1 << 20
_ENVELOPE = "delivery.json"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a delivery.

    Attributes:
        name: File name as the source's specification says; no folders.
        media_type: Media type as the specification says.
        chunks: The content before compression, in order.
        is_stored_form: The chunks are already what shall be stored, so that nothing is compressed here.
    """

    name: str
    media_type: str
    chunks: Iterable[Chunk]
    is_stored_form: bool = False


def json_lines(name: str, media_type: str, rows: Iterable[bytes]) -> DataFile:
    """A JSON Lines file, one encoded object per row."""
    return DataFile(name, media_type, _batched((row + b"\n", 1) for row in rows))


def json_array(name: str, media_type: str, rows: Iterable[bytes]) -> DataFile:
    """A file with one JSON array, one encoded object per row."""
    return DataFile(name, media_type, _batched(_array(rows)))


def csv_lines(name: str, media_type: str, header: bytes, rows: Iterable[bytes], newline: bytes) -> DataFile:
    """A CSV file; the header is not a record.

    Args:
        name: File name.
        media_type: Media type.
        header: First line, with a byte order mark where the source has one.
        rows: Lines without their ending.
        newline: What ends every line.
    """

    def pieces() -> Iterator[Chunk]:
        yield header + newline, 0
        for row in rows:
            yield row + newline, 1

    return DataFile(name, media_type, _batched(pieces()))


def stored_file(name: str, media_type: str, path: Path, records: int) -> DataFile:
    """A file that lies ready on disk and is copied byte for byte.

    Args:
        name: File name in the delivery.
        media_type: Media type.
        path: Where it lies.
        records: Records in it after decoding.
    """

    def pieces() -> Iterator[Chunk]:
        with path.open("rb") as file:
            while block := file.read(_COPY_BYTES):
                yield block, 0
        yield b"", records

    return DataFile(name, media_type, pieces(), is_stored_form=True)


def delivery_id(delivered_at: datetime, serial: int) -> str:
    """The id of a delivery: the second it was made, and a serial within that second.

    Args:
        delivered_at: Instant with a zone.
        serial: 1 to 9999.
    """
    if delivered_at.tzinfo is None or not 1 <= serial <= 9999:
        raise UsageError(
            f"delivered_at {delivered_at.isoformat()} needs a zone and serial {serial} be 1-9999"
        )
    return f"{delivered_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{serial:04d}"


def write_delivery(
    landing: Path,
    source: str,
    period: str,
    kind: str,
    delivered_at: datetime,
    serial: int,
    files: Sequence[DataFile],
    legal_basis: str,
    *,
    format_version: str = "1.0",
    supersedes: str | None = None,
    complete: bool | None = None,
) -> Path:
    """Write one delivery; it exists from the moment its envelope is renamed into place.

    Args:
        landing: Root of the landing zone.
        source: Source name.
        period: What the rows are about, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
        kind: Kind of delivery.
        delivered_at: When its rows became known; with a zone, whole seconds.
        serial: Number within the second.
        files: At least one; streamed to disk one after the other.
        legal_basis: Id in the register of legal bases.
        format_version: Version of the input contract.
        supersedes: Id of the delivery that this one replaces as a whole.
        complete: For snapshots, whether absence of a key means that it is not in the register.

    Returns:
        The delivery's folder.

    Raises:
        DataRefused: A delivery with this id is there already; landed files are never changed.
        UsageError: No files, or an id that cannot be made.
    """
    identifier = delivery_id(delivered_at, serial)
    if not files:
        raise UsageError(f"{source} {period} {identifier}: a delivery needs at least one file")
    folder = landing / source / period / identifier
    if (folder / _ENVELOPE).exists():
        raise DataRefused("delivery_conflict", f"{source} {period} {identifier} has landed already")
    folder.mkdir(parents=True, exist_ok=True)
    envelope: dict[str, object] = {
        "source": source,
        "format_version": format_version,
        "period": period,
        "delivery_id": identifier,
        "kind": kind,
        "delivered_at": f"{delivered_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "legal_basis": legal_basis,
    }
    if supersedes is not None:
        envelope["supersedes"] = supersedes
    if complete is not None:
        envelope["complete"] = complete
    envelope["files"] = [_write_file(folder, file) for file in files]
    draft = folder / f".{_ENVELOPE}.part"
    with draft.open("wb") as out:
        out.write(json.dumps(envelope, ensure_ascii=False, indent=1).encode() + b"\n")
        _to_disk(out)
    try:
        # Unlike a rename, a link never takes the place of another writer's envelope.
        (folder / _ENVELOPE).hardlink_to(draft)
    except FileExistsError:
        raise DataRefused("delivery_conflict", f"{source} {period} {identifier} has landed already") from None
    finally:
        draft.unlink()
    return folder


class _HashingSink:
    """Counts and hashes what is really stored."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.sha256.update(data)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()


def _write_file(folder: Path, file: DataFile) -> dict[str, object]:
    records = 0
    with (folder / file.name).open("wb") as out:
        sink = _HashingSink(out)
        if file.name.endswith(".gz") and not file.is_stored_form:
            # No name and no time in the header: the same rows give the same bytes.
            with gzip.GzipFile(filename="", mode="wb", compresslevel=3, fileobj=sink, mtime=0) as packed:
                for data, count in file.chunks:
                    packed.write(data)
                    records += count
        else:
            for data, count in file.chunks:
                sink.write(data)
                records += count
        _to_disk(out)
    return {
        "name": file.name,
        "media_type": file.media_type,
        "bytes": sink.size,
        "sha256": sink.sha256.hexdigest(),
        "records": records,
    }


def _to_disk(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


def _array(rows: Iterable[bytes]) -> Iterator[Chunk]:
    lead = b"[\n"
    for row in rows:
        yield lead + row, 1
        lead = b",\n"
    yield (b"\n]\n" if lead != b"[\n" else b"[]\n"), 0


def _batched(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The same content in larger pieces: compressing row by row costs more than the compression."""
    pending: list[bytes] = []
    size = records = 0
    for data, count in chunks:
        pending.append(data)
        size += len(data)
        records += count
        if size >= _BATCH_BYTES:
            yield b"".join(pending), records
            pending, size, records = [], 0, 0
    if pending:
        yield b"".join(pending), records
