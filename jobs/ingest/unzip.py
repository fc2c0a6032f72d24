"""Reads one member of a zip archive as a stream, without believing anything the archive says of itself."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from expectations.errors import DataRefused

_BUFFER = 1 << 18
_ENCRYPTED = 0x1
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnzipLimits:
    """What unpacking may cost.

    Attributes:
        members: Most entries in the archive.
        unpacked_bytes: Largest member after unpacking; the input contract's limit for a file.
        ratio: Most unpacked bytes per stored byte. Address text gives about 15, deflate at most 1,032.
        ratio_from: Unpacked bytes below which the ratio is not looked at, for small files may be repetitive.
    """

    members: int = 64
    unpacked_bytes: int = 4 * 1024**3
    ratio: float = 200.0
    ratio_from: int = 64 * 1024**2


@contextmanager
def only_member(path: Path, suffix: str, limits: UnzipLimits = UnzipLimits()) -> Iterator[IO[bytes]]:
    """The one member whose name ends with a suffix, as a stream.

    Names of members choose, and are never used as paths. The sizes in the archive's directory are not
    believed: what comes out is counted. Archives inside the archive are not opened.

    Args:
        path: The archive.
        suffix: Ending of the name, in any case.
        limits: What unpacking may cost.

    Raises:
        DataRefused: `fetch_refused`: no archive, damaged, encrypted, unknown compression, none or several
            such members, or more content than the limits allow. While reading, too.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            member = _choose(archive, path.name, suffix, limits)
            with archive.open(member) as packed:
                counted = _Counted(packed, path.name, member.compress_size, limits)
                with io.BufferedReader(counted, _BUFFER) as stream:
                    yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError) as problem:
        raise _refused(path.name, f"damaged or no zip archive ({problem})") from None


def _choose(archive: zipfile.ZipFile, name: str, suffix: str, limits: UnzipLimits) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > limits.members:
        raise _refused(name, f"{len(members)} members, at most {limits.members} expected")
    fitting = [m for m in members if m.filename.lower().endswith(suffix.lower()) and not m.is_dir()]
    if len(fitting) != 1:
        raise _refused(name, f"one member *{suffix} expected, {len(fitting)} found")
    member = fitting[0]
    if member.flag_bits & _ENCRYPTED:
        raise _refused(name, f"the member *{suffix} is encrypted; an open download never is")
    if member.compress_type not in _COMPRESSIONS:
        raise _refused(name, f"the member *{suffix} has compression method {member.compress_type}, unknown")
    return member


class _Counted(io.RawIOBase):
    """Passes bytes on and counts what really comes out."""

    def __init__(self, packed: IO[bytes], name: str, packed_bytes: int, limits: UnzipLimits) -> None:
        self._packed = packed
        self._name = name
        self._packed_bytes = max(packed_bytes, 1)
        self._limits = limits
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._packed.read(len(buffer))
        self._out += len(data)
        if self._out > self._limits.unpacked_bytes:
            raise _refused(self._name, f"more than {self._limits.unpacked_bytes} bytes after unpacking")
        if self._out > self._limits.ratio_from and self._out > self._limits.ratio * self._packed_bytes:
            raise _refused(
                self._name, f"unpacks to more than {self._limits.ratio:g} times its size, like a zip bomb"
            )
        buffer[: len(data)] = data
        return len(data)


def _refused(name: str, what: str) -> DataRefused:
    return DataRefused("fetch_refused", f"{name}: {what}")
