from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from expectations.columns import text, whole
from expectations.dataset import Column, Dataset
from expectations.errors import DataRefused
from jobs.release.compatibility import check_version, contract_change, contract_columns, data_change

TABLE = Dataset(
    name="out_share__x",
    description="One row.",
    owner="o",
    key=("ref",),
    version="1.2.3",
    columns=(text("ref", "r"), text("band", "b", required=True, codes=("A", "B")), whole("n", "n")),
)


def manifest(table: Dataset = TABLE) -> dict[str, Any]:
    return {"contract_version": table.version, "key": list(table.key), "columns": contract_columns(table)}


def columns(**more: Column) -> tuple[Column, ...]:
    return tuple(more.get(c.name, c) for c in TABLE.columns)


NEW_COLUMN = (*TABLE.columns, text("extra", "e"))
CHANGES = [
    pytest.param({"columns": TABLE.columns[:2]}, "major", id="removed"),
    pytest.param({"columns": columns(n=text("n", "n"))}, "major", id="retyped"),
    pytest.param(
        {"columns": columns(band=text("band", "b", codes=("A", "B")))}, "major", id="no longer required"
    ),
    pytest.param({"key": ("ref", "band")}, "major", id="key"),
    pytest.param({"columns": NEW_COLUMN}, "minor", id="added"),
    pytest.param(
        {"columns": columns(band=text("band", "b", required=True, codes=("A", "B", "C")))}, "minor", id="code"
    ),
    pytest.param({"columns": columns(n=whole("n", "other words"))}, "none", id="words"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_how_far_a_contract_moved(change: dict[str, Any], expected: str) -> None:
    assert contract_change(manifest(), replace(TABLE, **change))[0] == expected


@pytest.mark.parametrize(("change", "expected"), CHANGES)
@pytest.mark.parametrize("version", ["1.2.3", "1.2.4", "1.3.0", "2.0.0", "1.1.9"])
def test_the_version_must_say_how_far(change: dict[str, Any], expected: str, version: str) -> None:
    enough = {"major": ("2.0.0",), "minor": ("1.3.0", "2.0.0"), "none": ("1.2.3", "1.2.4", "1.3.0", "2.0.0")}
    now = replace(TABLE, version=version, **change)
    if version in enough[expected]:
        assert check_version(manifest(), now)[0] == expected
    else:
        with pytest.raises(DataRefused, match="contract_breach"):
            check_version(manifest(), now)


def test_rows_are_compared_by_key_without_what_always_differs() -> None:
    before = pa.table({"ref": ["a", "b", "c"], "month": ["1"] * 3, "rank": [1, 2, 3], "n": [1, 2, 3]})
    now = pa.table(
        {"ref": ["b", "c", "d"], "month": ["2"] * 3, "rank": [3, 1, 2], "n": [2, 9, 4], "new": ["x"] * 3}
    )
    assert data_change(before, now, ("ref",)) == {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}
    assert data_change(before, before, ("ref",)) == {"added": 0, "removed": 0, "changed": 0, "unchanged": 3}
