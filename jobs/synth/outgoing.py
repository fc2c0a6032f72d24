"""Deliveries on their way out, and the noise that spoils a few records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import orjson

from jobs.lake.delivery_writer import delivery_id

LEGAL_BASIS = "LB-EKSEMPEL"
SERIAL = 1


@dataclass(frozen=True, slots=True)
class Framing:
    """What stands around the records of a file: before the first, between two, after each, after the last."""

    head: bytes = b""
    between: bytes = b""
    after: bytes = b""
    tail: bytes = b""


@dataclass(slots=True)
class Rows:
    """The encoded rows of one file.

    Attributes:
        name: File name.
        rows: One encoded record each, without line ending or separator.
        header: Header line of a CSV file; what stands before the records of a `json` or `xml` document.
        framing: `jsonl`, `json-array`, `csv`, `json` (a list inside a document) or `xml`.
        footer: What stands after the records of a `json` or `xml` document.
    """

    name: str
    rows: list[bytes]
    header: bytes = b""
    framing: str = "jsonl"
    footer: bytes = b""

    @property
    def media_type(self) -> str:
        """Media type as the input contract writes it."""
        kinds = {"csv": "text/csv", "jsonl": "application/jsonl", "xml": "application/xml"}
        return kinds.get(self.framing, "application/json") + ("+gzip" if self.name.endswith(".gz") else "")

    def frame(self) -> Framing:
        """What stands around its records."""
        match self.framing:
            case "jsonl":
                return Framing(after=b"\n")
            case "csv":
                newline = b"\r\n" if self.name.endswith(".gz") else b"\n"
                return Framing(self.header + newline, after=newline)
            case "json-array":
                return Framing(b"[\n", b",\n", tail=b"\n]\n")
            case "json":
                return Framing(self.header, b",\n", tail=self.footer)
            case "xml":
                return Framing(self.header, after=b"\n", tail=self.footer)
        raise ValueError(f"{self.name}: no framing {self.framing}")

    def body(self, begin: int = 0, end: int | None = None) -> bytes:
        """The records with what stands between and after them, without head and tail.

        Args:
            begin: First record, from 0.
            end: The record after the last; None is all that follow.
        """
        frame, rows = self.frame(), self.rows[begin:end]
        if frame.between:
            return frame.between.join(rows)
        return frame.after.join([*rows, b""])


@dataclass(slots=True)
class Outgoing:
    """One delivery before it is written."""

    source: str
    period: str
    kind: str
    delivered_at: datetime
    files: list[Rows]
    legal_basis: str = LEGAL_BASIS

    @property
    def delivery_id(self) -> str:
        """Its id; no source makes two in one second."""
        return delivery_id(self.delivered_at, SERIAL)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One record that was spoiled on purpose; `record_no` counts from 1 as the file stands."""

    source: str
    delivery_id: str
    file: str
    record_no: int
    what: str


@dataclass(slots=True)
class Noise:
    """Puts a handful of unusable or repeated records among the others and remembers where."""

    rng: Random
    spoiled: list[Spoiled] = field(default_factory=list)
    _pending: list[tuple[Outgoing, Rows, bytes, str]] = field(default_factory=list)

    def add_bad(
        self, delivery: Outgoing, file: Rows, change: Callable[[dict[str, object]], None], what: str
    ) -> None:
        """Add a changed copy of a random record, so that no true record is lost.

        Args:
            delivery: The delivery.
            file: One of its JSON files.
            change: Spoils the copy.
            what: What is wrong with it, and at which path.
        """
        if file.rows:
            copy = orjson.loads(self.rng.choice(file.rows))
            change(copy)
            self._pending.append((delivery, file, orjson.dumps(copy), what))

    def repeat(self, delivery: Outgoing, file: Rows) -> None:
        """Add an identical copy of a random record.

        Args:
            delivery: The delivery.
            file: One of its files.
        """
        if file.rows:
            self._pending.append((delivery, file, self.rng.choice(file.rows), "repeated: identical record"))

    def settle(self) -> None:
        """Insert what is pending at random places; call once per delivery, before it is written."""
        placed: list[tuple[Outgoing, Rows, bytes, str]] = self._pending
        for _, file, row, _ in placed:
            file.rows.insert(self.rng.randrange(len(file.rows) + 1), row)
        for delivery, file, row, what in placed:
            position = next(i for i, other in enumerate(file.rows) if other is row)
            if what.startswith("repeated"):
                position = max(i for i, other in enumerate(file.rows) if other == row)
            self.spoiled.append(Spoiled(delivery.source, delivery.delivery_id, file.name, position + 1, what))
        self._pending = []


def spoil_check_digit(number: str) -> str:
    """The same number with a wrong last digit."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
