from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.catalogue import datasets
from jobs.lake.deliveries import FATES
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Run

RUN = Run.of("2026-01")
Publish = Callable[..., TableRef]
Deliver = Callable[..., dict[str, Any]]


@pytest.fixture
def run() -> Run:
    return RUN


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


@pytest.fixture
def publish(lake: Lake) -> Publish:
    """Publishes rows of a table of the catalogue; what is required and not given is made up."""

    def make(name: str, *rows: Mapping[str, Any], month: str = "2026-01", audit: bool = True) -> TableRef:
        declared = datasets()[name]
        filled = [
            {
                c.name: row.get(c.name, _made_up(c.type, month, c.name, c.codes))
                if c.required or c.name in declared.key
                else row.get(c.name)
                for c in declared.columns
            }
            for row in rows
        ]
        table = pa.Table.from_pylist(filled, schema=declared.arrow_schema)
        return lake.publish(declared, table, partition=month, parameters={"n": str(len(rows))}, audit=audit)

    return make


def _made_up(kind: pa.DataType, month: str, name: str, codes: tuple[str, ...]) -> Any:
    if codes and pa.types.is_string(kind):
        return codes[0]
    if pa.types.is_list(kind):
        return []
    if pa.types.is_map(kind):
        return []
    if pa.types.is_string(kind):
        return month if "month" in name else "x"
    if pa.types.is_integer(kind):
        return 1
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_decimal(kind):
        return Decimal(0)
    if pa.types.is_date(kind):
        return date(2026, 1, 1)
    return datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def deliver(lake: Lake) -> Deliver:
    """Writes the receipt of a delivery whose tables have so many rows; none of them is stored."""

    def make(
        source: str,
        period: str,
        at: str,
        *,
        kind: str = "ordinary",
        rows: Mapping[str, int] | None = None,
        basis: str = "LB-EKSEMPEL",
        status: str = "accepted",
        counts: Mapping[str, int] | None = None,
        envelope: Mapping[str, Any] | None = None,
        tables: list[TableRef] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        fates = {fate: (counts or {}).get(fate, 0) for fate in FATES}
        delivery_id = f"{at.replace('-', '').replace(':', '')}-0001"
        made = [
            TableRef(n, delivery_id, "0" * 16, count, "0" * 64, "0" * 64) for n, count in (rows or {}).items()
        ]
        receipt = {
            "source": source,
            "delivery_id": delivery_id,
            "status": status,
            "envelope": {"period": period, "kind": kind, "delivered_at": at, "legal_basis": basis}
            | dict(envelope or {}),
            "dispositions": {"in": sum(fates.values())} | fates,
            "files": [],
            "tables": [ref.to_dict() for ref in [*made, *(tables or [])]],
            "warnings": [],
            **more,
        }
        lake.deliveries.write(receipt)
        return receipt

    return make
