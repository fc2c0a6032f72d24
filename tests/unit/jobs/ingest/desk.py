"""A landing zone that tests write deliveries into, and a lake that takes them in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from expectations.contract import source
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.intake import IngestReport, ingest
from jobs.keys import KeyRing
from jobs.lake.delivery_writer import DataFile, json_array, json_lines, write_delivery
from jobs.lake.lake import Lake
from jobs.lake.storage import LOCKS

Record = dict[str, Any]

RING = KeyRing.demonstration()


@dataclass
class Desk:
    """Lands deliveries and takes them in."""

    landing: Path
    lake: Lake
    serials: dict[str, int] = field(default_factory=dict)

    def land(
        self,
        source_name: str,
        records: Iterable[Any],
        *,
        period: str,
        at: str,
        kind: str = "ordinary",
        file: str = "",
        files: list[DataFile] | None = None,
        legal_basis: str = "LB-EKSEMPEL",
        **more: Any,
    ) -> Path:
        """Write one delivery with one file (the source's first unless named) or with given files."""
        serial = self.serials[at] = self.serials.get(at, 0) + 1
        if files is None:
            name = file or source(source_name).files[0].pattern.replace("*", "1")
            rows = [json.dumps(record, ensure_ascii=False).encode() for record in records]
            make = json_array if name.endswith(".json.gz") else json_lines
            files = [make(name, "application/x", rows)]
        delivered_at = datetime.fromisoformat(at)
        return write_delivery(
            self.landing, source_name, period, kind, delivered_at, serial, files, legal_basis, **more
        )

    def take(self, **more: Any) -> IngestReport:
        """Take in everything that is new."""
        return ingest(self.landing, self.lake, ring=RING, workers=1, **more)

    def rows(self, table: str) -> list[Record]:
        """All visible rows of a raw table."""
        refs = [ref for ref in self.lake.deliveries.raw(table) if ref.ref.rows]
        found: list[Record] = self.lake.read(refs).to_pylist() if refs else []
        return found

    def faults(self) -> list[tuple[str, str]]:
        """Reason code and JSON path of everything in quarantine."""
        return [(row["reason_code"], row["json_path"]) for row in self.rows(QUARANTINE.name)]

    def counts(self, folder: Path) -> dict[str, int]:
        """Fates of an accepted delivery's records, zeros left out."""
        receipt = self.lake.deliveries.receipt(folder.parts[-3], folder.name)
        assert receipt is not None, f"{folder.name} was not accepted"
        return {fate: count for fate, count in receipt["dispositions"].items() if count}

    def bytes_everywhere(self) -> bytes:
        """Every byte in the lake but those of locks, Parquet decoded."""
        root = Path(self.lake.storage.uri)
        parts = []
        for path in sorted(root.rglob("*")):
            if path.suffix == ".parquet":
                parts.append(json.dumps(pq.read_table(path).to_pylist(), default=str).encode())
            elif path.is_file() and path.parent.name != LOCKS:
                parts.append(path.read_bytes())
        return b"\n".join(parts)
