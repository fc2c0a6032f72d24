"""Deliveries on their way out, and the noise that spoils a few records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

import orjson

from jobs.lake.delivery_writer import DataFile, csv_lines, delivery_id, json_array, json_lines, write_delivery

LEGAL_BASIS = "LB-EKSEMPEL"
SERIAL = 1


@dataclass(slots=True)
class Rows:
    """The encoded rows of one file.

    Attributes:
        name: File name.
        rows: One encoded record each; a CSV line without its ending.
        header: Header line of a CSV file.
        framing: `jsonl`, `json-array` or `csv`.
    """

    name: str
    rows: list[bytes]
    header: bytes = b""
    framing: str = "jsonl"

    def as_file(self) -> DataFile:
        """The file as the delivery writer takes it."""
        packed = "+gzip" if self.name.endswith(".gz") else ""
        if self.framing == "csv":
            return csv_lines(
                self.name, f"text/csv{packed}", self.header, self.rows, b"\r\n" if packed else b"\n"
            )
        if self.framing == "json-array":
            return json_array(self.name, f"application/json{packed}", self.rows)
        return json_lines(self.name, f"application/jsonl{packed}", self.rows)


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

    def write(self, landing: Path) -> Path:
        """Write it.

        Args:
            landing: Root of the landing zone.
        """
        return write_delivery(
            landing,
            self.source,
            self.period,
            self.kind,
            self.delivered_at,
            SERIAL,
            [f.as_file() for f in self.files],
            self.legal_basis,
        )


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
