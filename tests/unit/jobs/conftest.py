"""Small inline frames: raw rows with their deliveries, rows of core tables, and results as plain rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from expectations.dataset import Dataset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from jobs.engine import Engine
    from jobs.lake.deliveries import RawRef

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """One delivery of one raw table in a test."""

    delivery_id: str
    period: str
    rows: list[Row] = field(default_factory=list)
    kind: str = "ordinary"
    at: str = "2026-02-01T04:00:00"
    complete: bool = True
    supersedes: str = ""
    tell_rows: int | None = None

    def ref(self, dataset: Dataset) -> "RawRef":
        from jobs.lake.deliveries import RawRef
        from jobs.lake.manifest import TableRef

        count = len(self.rows) if self.tell_rows is None else self.tell_rows
        return RawRef(
            ref=TableRef(dataset.name, self.delivery_id, self.delivery_id, count, "0" * 16, "0" * 64),
            source=dataset.source,
            delivery_id=self.delivery_id,
            period=self.period,
            kind=self.kind,
            delivered_at=datetime.fromisoformat(self.at).replace(tzinfo=UTC),
            complete=self.complete,
            supersedes=self.supersedes,
            legal_basis="LB-EKSEMPEL",
        )


@pytest.fixture
def sent() -> type[Sent]:
    """The class of test deliveries."""
    return Sent


@pytest.fixture
def raw(engine: "Engine") -> Callable[..., "DataFrame"]:
    """Raw rows as a transform gets them: `raw(DATASET, month, *deliveries, **how the table is used)`."""
    from jobs.core.rows import delivered
    from jobs.core.visible import RawInput, delivery_table, usable

    def make(dataset: Dataset, month: str, *deliveries: Sent, **use: Any) -> "DataFrame":
        refs = usable([d.ref(dataset) for d in deliveries], RawInput(dataset=dataset, **use), month)
        rows = [
            {
                "delivery_id": d.delivery_id,
                "file_name": "f.jsonl",
                "record_no": number,
                "item_no": 0,
                "known_at": datetime.fromisoformat(d.at).replace(tzinfo=UTC),
                "period": d.period,
                **row,
            }
            for d in deliveries
            for number, row in enumerate(d.rows, start=1)
        ]
        return delivered(engine.frame(_table(dataset, rows)), dataset, engine.frame(delivery_table(refs)))

    return make


@pytest.fixture
def table(engine: "Engine") -> Callable[..., "DataFrame"]:
    """Rows of a core table; what a row leaves out is missing, references are made up."""

    def make(dataset: Dataset, *rows: Row) -> "DataFrame":
        filled = [
            {"month": "2026-01", **({"raw_refs": [f"raw|{n}"]} if "raw_refs" in dataset.names else {}), **row}
            for n, row in enumerate(rows, start=1)
        ]
        return engine.frame(_table(dataset, filled))

    return make


@pytest.fixture
def rows() -> Callable[..., list[dict[str, Any]]]:
    """A result as plain rows in the order of the key; refuses one that does not fit its declaration."""

    def read(frame: "DataFrame", dataset: Dataset) -> list[dict[str, Any]]:
        from jobs.lake.rows import conform, sort_by_key

        found = sort_by_key(dataset, conform(dataset, frame.toArrow(), dataset.name), dataset.name)
        plain: list[dict[str, Any]] = found.to_pylist()
        return plain

    return read


def _table(dataset: Dataset, rows: Iterable[Row]) -> pa.Table:
    schema = pa.schema([pa.field(f.name, f.type) for f in dataset.arrow_schema])
    known = list(rows)
    undeclared = {name for row in known for name in row} - set(dataset.names)
    assert not undeclared, f"{dataset.name} has no columns {undeclared}"
    return pa.Table.from_pylist(known, schema=schema)
