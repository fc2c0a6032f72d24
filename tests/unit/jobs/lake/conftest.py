from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.dataset import (
    DAY,
    INSTANT,
    PAIRS,
    SHARE,
    TEXT,
    TEXTS,
    WHOLE,
    YES_NO,
    Column,
    Dataset,
    Partition,
)
from jobs.lake.lake import Lake
from jobs.lake.storage_local import LocalStorage

Rows = Callable[..., pa.Table]


def column(name: str, kind: pa.DataType, **rest: Any) -> Column:
    return Column(name=name, type=kind, description=f"The {name}.", **rest)


THINGS = Dataset(
    name="core_test__things",
    description="One row per thing and day.",
    owner="tests",
    key=("thing_id", "seen_on"),
    ceiling=50,
    columns=(
        column("tags", TEXTS, codes=("red", "blue")),
        column("thing_id", TEXT, pattern=r"\d+"),
        column("seen_on", DAY),
        column("wage_ore", WHOLE, minimum=0, maximum=1000),
        column("share", SHARE),
        column("kind", TEXT, required=True, codes=("a", "b")),
        column("is_big", YES_NO),
        column("seen_at", INSTANT),
        column("more", PAIRS),
    ),
)

RAW_THINGS = Dataset(
    name="raw_test__things",
    description="One row per thing as delivered.",
    owner="tests",
    key=("delivery_id", "record_no"),
    partition=Partition.DELIVERY,
    source="test",
    columns=(
        column("delivery_id", TEXT),
        column("record_no", WHOLE, minimum=1),
        column("thing_id", TEXT, required=True),
    ),
)


def thing(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "tags": ["red"],
        "thing_id": f"{number:03d}",
        "seen_on": date(2026, 1, 1),
        "wage_ore": number,
        "share": Decimal("0.500000"),
        "kind": "a",
        "is_big": number > 5,
        "seen_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
        "more": [("k", "v")],
    } | changes


@pytest.fixture
def things() -> Dataset:
    return THINGS


@pytest.fixture
def raw_things() -> Dataset:
    return RAW_THINGS


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return thing


@pytest.fixture
def rows() -> Rows:
    def build(*listed: dict[str, Any] | int) -> pa.Table:
        return pa.Table.from_pylist(
            [item if isinstance(item, dict) else thing(item) for item in listed],
            # Nullable, so that a test can break a rule that the stored schema forbids.
            schema=pa.schema([pa.field(f.name, f.type) for f in THINGS.arrow_schema]),
        )

    return build


@pytest.fixture
def raw_rows() -> Rows:
    def build(delivery_id: str, *things: str) -> pa.Table:
        listed = [
            {"delivery_id": delivery_id, "record_no": n, "thing_id": t} for n, t in enumerate(things, start=1)
        ]
        return pa.Table.from_pylist(listed, schema=RAW_THINGS.arrow_schema)

    return build


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return opened(tmp_path / "lake")


@pytest.fixture
def open_lake() -> Callable[..., Lake]:
    return opened


def opened(path: Path, code: str = "code-1") -> Lake:
    Lake.open(path)
    return Lake(LocalStorage(path), code)


@pytest.fixture
def receipt() -> Callable[..., dict[str, Any]]:
    def build(
        delivery_id: str,
        *refs: Any,
        accepted: int = 1,
        quarantined: int = 0,
        status: str = "accepted",
        delivered_at: str = "2026-02-10T04:15:00Z",
        period: str = "2026-01",
        source: str = "test",
    ) -> dict[str, Any]:
        counts = {
            "in": accepted + quarantined,
            "accepted": accepted,
            "quarantined": quarantined,
            "duplicate": 0,
            "superseded": 0,
            "protected": 0,
            "purged": 0,
        }
        return {
            "source": source,
            "delivery_id": delivery_id,
            "status": status,
            "envelope": {
                "period": period,
                "kind": "ordinary",
                "delivered_at": delivered_at,
                "legal_basis": "LB-EKSEMPEL",
            },
            "dispositions": counts,
            "files": [{"name": "a.jsonl", "sha256": "0" * 64, "dispositions": dict(counts)}],
            "tables": [ref.to_dict() for ref in refs],
            "warnings": [],
        }

    return build
