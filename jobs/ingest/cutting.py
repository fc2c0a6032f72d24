"""Cuts the bytes of a file where records end, without parsing them.

A cut is exact for a file that is what it claims to be. For any other, no harm is done: the blocks of a list
are lists again only if the whole was one, so whoever parses them finds out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from jobs.ingest.unpack import Broken

MOST_RECORD_BYTES = 64 * 1024**2
"""Largest record; anything longer is no record but a missing line end or an unclosed quote."""

JSON_BLANKS = b" \t\r\n"

_QUOTE, _COMMA, _LINE_END, _RETURN, _BLANK, _BACKSLASH = b'",\n\r \\'
_IS_JSON_MARK = bytes(byte in b'"[]{},' for byte in range(256))
_IS_CSV_MARK = bytes(byte in b'"\n' for byte in range(256))
_STEP = np.zeros(256, np.int8)
_STEP[[ord("["), ord("{")]] = 1
_STEP[[ord("]"), ord("}")]] = -1

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Cut:
    """Whole records as they stand in the file.

    Attributes:
        first: Number of the first of them, from 1.
        count: How many.
        content: Their bytes.
    """

    first: int
    count: int
    content: bytes


@dataclass(slots=True)
class _Growing:
    """The block that is being filled."""

    size: int
    first: int = 1
    count: int = 0
    parts: list[bytes] = field(default_factory=list)
    held: int = 0
    open: int = 0
    """Bytes since the last end of a record."""

    def add(self, part: bytes, end: int = -1) -> None:
        """Take a part; `end` is the place in it after which no record has ended, none in all of it."""
        self.open = self.open + len(part) if end < 0 else len(part) - end
        if self.open > MOST_RECORD_BYTES:
            raise Broken(
                f"a record after number {self.first + self.count - 1} is larger than any that can be right"
            )
        if part:
            self.parts.append(part)
            self.held += len(part)

    def is_due(self, more: int) -> bool:
        """Whether the block is full once so many bytes have come."""
        return self.held + more >= self.size

    def cut(self, last: bytes, count: int) -> Cut:
        """The block with its last bytes; a new one is begun."""
        made = Cut(self.first, count, b"".join((*self.parts, last)))
        self.first += count
        self.count, self.parts, self.held, self.open = 0, [], 0, 0
        return made


def lines(pieces: Iterator[bytes], size: int) -> Iterator[Cut]:
    """Blocks of lines; empty ones hold no record.

    Args:
        pieces: Content.
        size: Bytes from which on a block is cut.

    Raises:
        Broken: A line is larger than any that can be right.
    """
    growing = _Growing(size)
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if not end:
            growing.add(piece)
            continue
        if not growing.is_due(len(piece)):
            growing.add(piece, end)
            continue
        made = growing.cut(piece[:end], 0)
        growing.add(piece[end:])
        yield from _counted(made, growing)
    yield from _counted(growing.cut(b"", 0), growing)


def _counted(made: Cut, growing: _Growing) -> Iterator[Cut]:
    content = made.content
    count = content.count(b"\n") + (not content.endswith(b"\n"))
    if b"\n\n" in content or b"\n\r\n" in content or content[:1] in b"\r\n":
        count = sum(1 for line in content.split(b"\n") if line.strip(b"\r"))
    growing.first = made.first + count
    if count:
        yield Cut(made.first, count, content)


class JsonScan:
    """Where items of the outermost list end, piece by piece.

    Attributes:
        depth: Brackets open at the end of what was seen.
        quoted: Whether it ends inside a text.
        escaped: Whether it ends with a backslash that makes the next byte part of the text.
    """

    __slots__ = ("depth", "escaped", "quoted")

    def __init__(self) -> None:
        """Begin before the first bracket."""
        self.depth = 0
        self.quoted = False
        self.escaped = False

    def ends(self, piece: bytes) -> tuple[Places, int]:
        """Places of the commas between items, and of the closing bracket; -1 when it does not come here.

        Args:
            piece: The next bytes, at least one.
        """
        plain = self._without_escapes(piece)
        # One look-up for each byte; all that follows is done for the few that matter.
        places = np.flatnonzero(np.frombuffer(plain.translate(_IS_JSON_MARK), np.bool_))
        marks = np.frombuffer(plain, np.uint8)[places]
        quotes = marks == _QUOTE
        inside = np.cumsum(quotes, dtype=np.uint8)
        inside += self.quoted
        self.quoted = bool(inside[-1] & 1) if len(inside) else self.quoted
        outside = ((inside & 1) == 0) & ~quotes
        places, marks = places[outside], marks[outside]
        if not len(places):
            return places, -1
        depth = np.cumsum(_STEP[marks], dtype=np.int32)
        depth += self.depth
        self.depth = int(depth[-1])
        between = (marks == _COMMA) & (depth == 1)
        closed = np.flatnonzero(depth <= 0)
        if not len(closed):
            return places[between], -1
        end = int(places[closed[0]])
        found = places[between]
        return found[found < end], end

    def _without_escapes(self, piece: bytes) -> bytes:
        """The piece with blanks for everything that a backslash escapes."""
        if b"\\" not in piece and not self.escaped:
            return piece
        codes = np.frombuffer(piece, np.uint8).copy()
        if self.escaped:
            codes[0] = _BLANK
        slashes = np.flatnonzero(codes == _BACKSLASH)
        # Of each run of backslashes the first, third … escape what follows them.
        numbers = np.arange(len(slashes))
        begins = np.diff(slashes, prepend=-2) != 1
        in_run = numbers - np.maximum.accumulate(np.where(begins, numbers, 0))
        escaped = slashes[in_run % 2 == 0] + 1
        self.escaped = bool(len(escaped)) and int(escaped[-1]) == len(piece)
        codes[escaped[: len(escaped) - self.escaped]] = _BLANK
        return codes.tobytes()


def items(pieces: Iterator[bytes], size: int) -> Iterator[Cut]:
    """Blocks of items of one JSON list, without its brackets and the commas between the blocks.

    Args:
        pieces: Content, beginning with the opening bracket.
        size: Bytes from which on a block is cut.

    Raises:
        Broken: The list does not close, its last item is missing, there is more after it, or an item is
            larger than any that can be right.
    """
    scan, growing, is_begun = JsonScan(), _Growing(size), False
    for piece in pieces:
        commas, end = scan.ends(piece)
        start, is_begun = 0 if is_begun else 1, True
        if end >= 0:
            made = growing.cut(piece[start:end], growing.count + len(commas) + 1)
            if made.content.strip(JSON_BLANKS):
                yield made
            elif made.first > 1:
                raise Broken(f"not JSON: no item after the comma that follows record {made.first - 1}")
            _refuse_more(piece[end + 1 :], pieces)
            return
        if len(commas) and growing.is_due(len(piece)):
            last = int(commas[-1])
            yield growing.cut(piece[start:last], growing.count + len(commas))
            growing.add(piece[last + 1 :])
        else:
            growing.count += len(commas)
            growing.add(piece[start:], int(commas[-1]) - start if len(commas) else -1)
    raise Broken("not JSON, or cut off: the list does not close")


def _refuse_more(rest: bytes, pieces: Iterator[bytes]) -> None:
    while not rest.strip(JSON_BLANKS):
        more = next(pieces, None)
        if more is None:
            return
        rest = more
    raise Broken("more text after the list")


def rows(pieces: Iterator[bytes], size: int) -> Iterator[Cut]:
    """Blocks of CSV rows, cut at line ends outside quotes; empty lines are no rows, the header is one.

    Args:
        pieces: Content.
        size: Bytes from which on a block is cut.

    Raises:
        Broken: A quote is not closed, or a row is larger than any that can be right.
    """
    growing = _Growing(size)
    quoted, seen, before, last_end = False, 0, 0, -1
    for piece in pieces:
        places = np.flatnonzero(np.frombuffer(piece.translate(_IS_CSV_MARK), np.bool_))
        content = np.frombuffer(piece, np.uint8)
        quotes = content[places] == _QUOTE
        inside = np.cumsum(quotes, dtype=np.uint8)
        inside += quoted
        quoted = bool(inside[-1] & 1) if len(inside) else quoted
        ends = places[((inside & 1) == 0) & ~quotes]
        if not len(ends):
            growing.add(piece)
        else:
            gaps = np.diff(ends + seen, prepend=last_end)
            returns = content[ends - 1] == _RETURN
            if ends[0] == 0:
                returns[0] = before == _RETURN
            count = growing.count + len(ends) - int(np.count_nonzero((gaps == 1) | ((gaps == 2) & returns)))
            last_end = int(ends[-1]) + seen
            if count and growing.is_due(len(piece)):
                end = int(ends[-1]) + 1
                yield growing.cut(piece[:end], count)
                growing.add(piece[end:])
            else:
                growing.count = count
                growing.add(piece, int(ends[-1]) + 1)
        before = piece[-1]
        seen += len(piece)
    if quoted:
        raise Broken("CSV: a quote is not closed")
    rest = growing.cut(b"", growing.count)
    begun = rest.content[rest.content.rfind(b"\n") + 1 :] if last_end + 1 < seen else b""
    if begun.strip(b"\r"):
        rest = Cut(rest.first, rest.count + 1, rest.content)
    if rest.count:
        yield rest
