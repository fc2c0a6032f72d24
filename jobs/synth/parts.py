"""Deliveries in parts: every district writes its part of each file, and one process puts them together.

A file of several parts is what one writer would have made: gzip allows members one after the other, a JSON
array gets its brackets and commas between the parts, a CSV file its header once. No register lists its units
by the place they lie in, and a list that did would show who was planted together: the districts take turns.
"""

import fnmatch
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import orjson

from expectations.errors import UsageError
from jobs.lake.delivery_writer import Chunk, DataFile, delivery_id, write_delivery
from jobs.synth.outgoing import SERIAL, Framing, Outgoing

MOST_BYTES = 4 * 1024**3 - 1024**2
"""Of a file before compression: the input contract's limit, less what stands around the records."""
TURNS = 16
"""Pieces that a district's part is cut into, one for each round through the districts."""
_PACKING = 3
_COPY_BYTES = 1 << 20


class Place(NamedTuple):
    """Where the records of a district's part of a file stand in the end."""

    delivery_id: str
    file: str
    shifts: tuple[tuple[int, int], ...]
    """For each of its pieces: records before it in the part, and in the file."""

    def record_no(self, made_as: int) -> int:
        """Number of a record in the file, counted from 1.

        Args:
            made_as: Its number in the part, counted from 1.
        """
        own, before = max(shift for shift in self.shifts if shift[0] < made_as)
        return made_as - own + before


Moved = dict[tuple[str, str, str, int], Place]
"""By source, delivery id and file as the district wrote them, and the district."""


class Piece(NamedTuple):
    """Records that stay together when a file is put together: how many, and where they are stored."""

    records: int
    offset: int
    stored: int


@dataclass(frozen=True, slots=True)
class Part:
    """One district's records of one file of a delivery.

    Attributes:
        key: Source, period, kind and instant of the delivery.
        legal_basis: Legal basis of the delivery.
        name: File name.
        media_type: Media type.
        frame: What stands around the records.
        path: Where they are stored, compressed if the file is.
        size: Bytes before compression.
        pieces: Its records in order; none where it has no record.
    """

    key: tuple[str, str, str, datetime]
    legal_basis: str
    name: str
    media_type: str
    frame: Framing
    path: Path
    size: int
    pieces: tuple[Piece, ...]


@dataclass(slots=True)
class Landed:
    """What was put together.

    Attributes:
        deliveries: Deliveries written.
        stored_bytes: Their size, envelopes included.
        unpacked_bytes: Size of their files before compression.
        records: Records per source.
        moved: Where the records of each district stand.
    """

    deliveries: int = 0
    stored_bytes: int = 0
    unpacked_bytes: int = 0
    records: dict[str, int] = field(default_factory=dict)
    moved: Moved = field(default_factory=dict)


@dataclass(slots=True)
class _Volume:
    """Parts that become one file."""

    name: str
    parts: list[tuple[int, Part]] = field(default_factory=list)
    size: int = 0

    def in_turn(self) -> list[tuple[int, Part, Piece]]:
        """The pieces of its parts as they follow each other: a district's are spread evenly over the file."""
        placed = [
            ((turn + 0.5) / len(part.pieces), district, part, piece)
            for district, part in self.parts
            for turn, piece in enumerate(part.pieces)
        ]
        return [entry[1:] for entry in sorted(placed, key=lambda entry: entry[:2])]


def write_parts(delivery: Outgoing, folder: Path, turns: int = TURNS) -> Iterator[Part]:
    """Store a district's records of each file of a delivery.

    Args:
        delivery: The delivery.
        folder: Where; one file is added for each of the delivery's.
        turns: Most pieces to cut the records into; 1 for a country of one district.
    """
    where = f"{delivery.source}-{delivery.period}-{delivery.kind}-{delivery.delivery_id}"
    for file in delivery.files:
        path = folder / f"{where}-{file.name}"
        frame = file.frame()
        pieces: list[Piece] = []
        size = 0
        with path.open("xb") as out:
            for begin, end in _turns(len(file.rows), turns):
                body = file.body(begin, end)
                size += len(body) + len(frame.between)
                offset = out.tell()
                out.write(_packed(body) if file.name.endswith(".gz") else body)
                pieces.append(Piece(end - begin, offset, out.tell() - offset))
        yield Part(
            (delivery.source, delivery.period, delivery.kind, delivery.delivered_at),
            delivery.legal_basis,
            file.name,
            file.media_type,
            frame,
            path,
            size,
            tuple(pieces),
        )


def _turns(records: int, turns: int) -> Iterator[tuple[int, int]]:
    """Where the pieces begin and end; as equal as can be, and none empty."""
    count = min(turns, records)
    for turn in range(count):
        yield records * turn // count, records * (turn + 1) // count


def put_together(
    districts: Sequence[Sequence[Part]],
    landing: Path,
    tell: Callable[[int, int], None] = lambda done, total: None,
    most_bytes: int = MOST_BYTES,
) -> Landed:
    """Write the deliveries of the country; the parts are removed one by one.

    A file that would get too large becomes several: numbered ones where its source allows a pattern of names,
    else files of further deliveries that became known in the same second.

    Args:
        districts: Parts of each district, in order.
        landing: Root of the landing zone.
        tell: Told how many deliveries are written, and how many there are.
        most_bytes: Largest file before compression.

    Raises:
        UsageError: A snapshot does not fit into one delivery; cut in two it would close what it leaves out.
    """
    landed = Landed()
    deliveries: dict[tuple[str, str, str, datetime], dict[str, list[tuple[int, Part]]]] = {}
    for district, parts in enumerate(districts):
        for part in parts:
            files = deliveries.setdefault(part.key, {})
            files.setdefault(part.name, []).append((district, part))
    for done, ((source, period, kind, at), files) in enumerate(deliveries.items()):
        for number, volumes in enumerate(_shared_out(source, kind, files, most_bytes)):
            folder = write_delivery(
                landing,
                source,
                period,
                kind,
                at,
                SERIAL + number,
                [_as_file(volume) for volume in volumes],
                volumes[0].parts[0][1].legal_basis,
            )
            landed.deliveries += 1
            landed.stored_bytes += sum(p.stat().st_size for p in folder.iterdir())
            _note(landed, volumes, delivery_id(at, SERIAL), delivery_id(at, SERIAL + number))
        tell(done + 1, len(deliveries))
    landed.records = dict(sorted(landed.records.items()))
    return landed


def _note(landed: Landed, volumes: Sequence[_Volume], made_as: str, landed_as: str) -> None:
    for volume in volumes:
        shifts: dict[int, list[tuple[int, int]]] = {}
        before = 0
        for district, part, piece in volume.in_turn():
            own = sum(p.records for p in part.pieces if p.offset < piece.offset)
            shifts.setdefault(district, []).append((own, before))
            before += piece.records
        for district, part in volume.parts:
            place = Place(landed_as, volume.name, tuple(shifts.get(district, ())))
            landed.moved[part.key[0], made_as, part.name, district] = place
            part.path.unlink()
        source = volume.parts[0][1].key[0]
        landed.records[source] = landed.records.get(source, 0) + before
        landed.unpacked_bytes += volume.size


def _shared_out(
    source: str, kind: str, files: dict[str, list[tuple[int, Part]]], most_bytes: int
) -> list[list[_Volume]]:
    """The files of a delivery, and those of further ones where a file is too large for one."""
    deliveries: list[list[_Volume]] = [[]]
    for name, parts in files.items():
        volumes = [_Volume(name)]
        for district, part in parts:
            if volumes[-1].parts and volumes[-1].size + part.size > most_bytes:
                volumes.append(_Volume(name))
            volumes[-1].parts.append((district, part))
            volumes[-1].size += part.size
        for number, volume in enumerate(volumes):
            if number == 0 or _may_be_numbered(source, name):
                stem, dot, ending = name.partition(".")
                volume.name = f"{stem}_{number + 1:02d}{dot}{ending}" if number else name
                deliveries[0].append(volume)
                continue
            if kind == "snapshot" and _closes_by_absence(source):
                raise UsageError(
                    f"{source} {name}: more than {most_bytes} bytes, and a snapshot cannot be cut; "
                    "make a smaller country"
                )
            if number == len(deliveries):
                deliveries.append([])
            deliveries[number].append(volume)
    return deliveries


def _as_file(volume: _Volume) -> DataFile:
    return DataFile(volume.name, volume.parts[0][1].media_type, _pieces(volume), is_stored_form=True)


def _pieces(volume: _Volume) -> Iterator[Chunk]:
    """The stored bytes of a file: head, pieces with what stands between them, tail."""
    frame = volume.parts[0][1].frame
    framed: Callable[[bytes], bytes] = _packed if volume.name.endswith(".gz") else bytes
    if frame.head:
        yield framed(frame.head), 0
    for number, (_, part, piece) in enumerate(volume.in_turn()):
        if frame.between and number:
            yield framed(frame.between), 0
        with part.path.open("rb") as stored:
            stored.seek(piece.offset)
            left = piece.stored
            while left:
                data = stored.read(min(left, _COPY_BYTES))
                left -= len(data)
                yield data, 0
        yield b"", piece.records
    if frame.tail:
        yield framed(frame.tail), 0


def _packed(data: bytes) -> bytes:
    """One gzip member without name and time: the same rows give the same bytes."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=_PACKING, fileobj=out, mtime=0) as packed:
        packed.write(data)
    return out.getvalue()


@cache
def _sources() -> dict[str, dict[str, object]]:
    path = resources.files("expectations") / "contract" / "sources.json"
    return {source["source"]: source for source in orjson.loads(path.read_bytes())["sources"]}


def _may_be_numbered(source: str, name: str) -> bool:
    files = _sources()[source]["files"]
    assert isinstance(files, list)
    patterns = [file["pattern"] for file in files if fnmatch.fnmatchcase(name, file["pattern"])]
    return any("*" in pattern for pattern in patterns)


def _closes_by_absence(source: str) -> bool:
    return _sources()[source]["update"] == "snapshot"
