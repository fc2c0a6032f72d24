"""The bytes of a stored file, unpacked piece by piece within limits, and hashed as they are read."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 4 * 1024**3
"""Largest file after decompression, as the input contract says."""
MOST_RATIO = 200
"""Bytes out of one stored byte; registers as JSON and XML shrink to a tenth or a fortieth."""
RATIO_FROM_BYTES = 64 * 1024**2
"""Unpacked bytes up to which the ratio says nothing: a short file of equal rows may be right."""
MOST_MEMBERS = 1 << 17
"""Gzip members of one file; writers that work in parallel make one for each 64 KiB or more."""
PIECE_BYTES = 1 << 18

_STORED_BYTES = 1 << 16
_GZIP = b"\x1f\x8b"
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\x1f\x8b", "gzip once more"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"Rar!", "a rar archive"),
    (b"PAR1", "Parquet"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\xff\xfe", "UTF-16 or UTF-32, not UTF-8"),
    (b"\xfe\xff", "UTF-16, not UTF-8"),
    (b"\x00\x00\xfe\xff", "UTF-32, not UTF-8"),
)
_TAR_AT, _TAR = 257, b"ustar"


class Broken(Exception):
    """A file that cannot be read as a whole; the message never quotes what it holds."""


def kind_by_magic(head: bytes) -> str:
    """What a file is by its first bytes; empty when they are of no known kind.

    Args:
        head: First bytes.
    """
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "a tar archive"
    return next((kind for magic, kind in _ARCHIVES if head.startswith(magic)), "")


def pieces(path: Path, is_gzip: bool, sha256: str = "") -> Iterator[bytes]:
    """The content of a stored file in pieces, never empty ones.

    What is wrong at the end of the file shows only when the last piece has been taken.

    Args:
        path: The stored file.
        is_gzip: Whether it is stored compressed.
        sha256: Digest that the stored bytes must have; empty when nobody knows.

    Raises:
        Broken: The file is not gzip, is cut off or damaged, unpacks to more than it may, or has another
            digest.
    """
    digest = hashlib.sha256() if sha256 else None
    total = 0
    unpacked = _unpacked(_stored(path, digest)) if is_gzip else _stored(path, digest, PIECE_BYTES)
    for piece in unpacked:
        total += len(piece)
        if total > MOST_BYTES:
            raise Broken(f"more than {MOST_BYTES} bytes after decompression")
        yield piece
    if digest is not None and digest.hexdigest() != sha256:
        raise Broken(
            f"sha256: {sha256} expected, {digest.hexdigest()} found: the file changed while it was read"
        )


def _stored(path: Path, digest: "hashlib._Hash | None", size: int = _STORED_BYTES) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while stored := file.read(size):
            if digest is not None:
                digest.update(stored)
            yield stored


def _unpacked(stored: Iterator[bytes]) -> Iterator[bytes]:
    """Gzip members one after the other; sizes in headers and trailers are never believed."""
    packed = next(stored, b"")
    if not packed:
        raise Broken("gzip: the file is empty")
    if not packed.startswith(_GZIP[: len(packed)]):
        raise Broken(f"gzip: not a gzip file but {kind_by_magic(packed) or 'something else'}")
    read, written, members = len(packed), 0, 1
    member = zlib.decompressobj(wbits=31)
    try:
        while True:
            while packed and not member.eof:
                piece = member.decompress(packed, PIECE_BYTES)
                packed = member.unconsumed_tail
                written += len(piece)
                if written > RATIO_FROM_BYTES and written > MOST_RATIO * read:
                    raise Broken(f"gzip: more than {MOST_RATIO} bytes out of each stored one")
                if piece:
                    yield piece
            if member.eof:
                packed = member.unused_data
            if not packed:
                packed = next(stored, b"")
                read += len(packed)
                if not packed:
                    break
            if member.eof:
                if not packed.startswith(_GZIP[: len(packed)]):
                    raise Broken("gzip: more bytes after the end")
                members += 1
                if members > MOST_MEMBERS:
                    raise Broken(f"gzip: more than {MOST_MEMBERS} members")
                member = zlib.decompressobj(wbits=31)
    except zlib.error as problem:
        raise Broken(f"gzip: damaged ({_what(problem)})") from None
    # The last piece may have filled exactly what was asked for.
    while not member.eof and (piece := member.decompress(b"", PIECE_BYTES)):
        yield piece
    if not member.eof:
        raise Broken("gzip: cut off")


def _what(problem: zlib.error) -> str:
    return str(problem).rpartition(": ")[2]
