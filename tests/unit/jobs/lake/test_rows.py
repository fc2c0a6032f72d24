from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.dataset import Dataset
from expectations.errors import DataRefused
from jobs.lake import rows as lake_rows
from jobs.lake.rows import conform, read_back, sort_by_key, write_parquet

Rows = Callable[..., pa.Table]


def test_columns_are_put_in_order_and_cast(things: Dataset, rows: Rows) -> None:
    given = rows(1)
    turned = given.select(list(reversed(given.column_names)))
    turned = turned.set_column(
        turned.column_names.index("wage_ore"), "wage_ore", given["wage_ore"].cast(pa.int32())
    )
    assert conform(things, turned, "here").schema.equals(things.arrow_schema)


def test_batches_are_taken_and_none_is_an_empty_table(things: Dataset, rows: Rows) -> None:
    assert conform(things, iter(rows(1, 2).to_batches()), "here").num_rows == 2
    assert conform(things, iter([]), "here").schema.equals(things.arrow_schema)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda t: t.drop_columns(["kind"]), r"here: missing columns \['kind'\]", id="missing"),
        pytest.param(
            lambda t: t.append_column("x", t["kind"]), r"undeclared columns \['x'\]", id="undeclared"
        ),
        pytest.param(lambda t: t.append_column("kind", t["kind"]), "contract_breach", id="twice"),
    ],
)
def test_other_columns_are_refused(things: Dataset, rows: Rows, change: Any, message: str) -> None:
    with pytest.raises(DataRefused, match=message):
        conform(things, change(rows(1)), "here")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        pytest.param("wage_ore", pa.array([1.5]), id="half an øre"),
        pytest.param("share", pa.array([Decimal("0.1234567")]), id="seventh decimal"),
        pytest.param("wage_ore", pa.array(["12345678901x"]), id="text"),
        pytest.param("seen_at", pa.array([1], pa.timestamp("ns", tz="UTC")), id="nanosecond"),
    ],
)
def test_a_value_that_does_not_fit_names_the_column_only(
    things: Dataset, rows: Rows, name: str, values: pa.Array
) -> None:
    given = rows(1)
    with pytest.raises(DataRefused, match=f"here: column {name} of type") as refused:
        conform(things, given.set_column(given.column_names.index(name), name, values), "here")
    assert "12345678901" not in str(refused.value)


@pytest.mark.parametrize("name", ["kind", "thing_id"])
def test_a_missing_required_value_is_refused(things: Dataset, rows: Rows, row: Any, name: str) -> None:
    with pytest.raises(DataRefused, match=f"column {name} is required and missing in 1 of 2 rows"):
        conform(things, rows(1, row(2, **{name: None})), "here")


def test_rows_are_sorted_by_the_whole_key(things: Dataset, rows: Rows) -> None:
    table = sort_by_key(things, conform(things, rows(3, 1, 2), "here"), "here")
    assert table["thing_id"].to_pylist() == ["001", "002", "003"]


def test_a_repeated_key_is_refused_and_counted(things: Dataset, rows: Rows, row: Any) -> None:
    table = conform(things, rows(1, 2, row(2, kind="b"), 3), "here")
    with pytest.raises(DataRefused, match="1 of 4 rows repeat another's key thing_id, seen_on"):
        sort_by_key(things, table, "here")


def test_parquet_is_laid_out_for_its_readers(things: Dataset, rows: Rows, tmp_path: Path) -> None:
    table = sort_by_key(things, conform(things, rows(2, 1), "here"), "here")
    (file,) = write_parquet(things, table, tmp_path)
    metadata = pq.read_metadata(file.path)
    group = metadata.row_group(0)
    assert file.path.name.startswith("part-00000-")
    assert file.sha256.startswith(file.path.stem.removeprefix("part-00000-"))
    assert group.column(0).compression == "ZSTD"
    assert group.column(0).has_offset_index
    # The list before the key columns is one leaf, so they are leaves 1 and 2.
    assert [metadata.schema.column(s.column_index).path for s in group.sorting_columns] == [
        "thing_id",
        "seen_on",
    ]
    schema = pq.read_schema(file.path)
    assert schema.metadata[b"contract"] == b"core_test__things"
    assert schema.metadata[b"contract_version"] == b"1.0.0"
    assert schema.field("kind").metadata[b"description"] == b"The kind."


def test_sorting_columns_count_leaves_of_nested_columns() -> None:
    nested = pa.schema(
        [
            ("m", pa.map_(pa.string(), pa.string())),
            ("s", pa.struct([("a", pa.int64()), ("b", pa.int64())])),
            ("k", pa.string()),
        ]
    )
    assert lake_rows._leaf_index(nested, "k") == 4


def test_the_same_rows_are_the_same_bytes(things: Dataset, rows: Rows, tmp_path: Path) -> None:
    written = []
    for number, given in enumerate([rows(1, 2, 3), pa.concat_tables([rows(3), rows(2, 1)])]):
        folder = tmp_path / str(number)
        folder.mkdir()
        table = sort_by_key(things, conform(things, given, "here"), "here")
        written.append(write_parquet(things, table, folder)[0].path.read_bytes())
    assert written[0] == written[1]


def test_large_tables_become_several_files(
    things: Dataset, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_rows, "FILE_ROWS", 2)
    table = sort_by_key(things, conform(things, rows(1, 2, 3), "here"), "here")
    files = write_parquet(things, table, tmp_path)
    assert [file.rows for file in files] == [2, 1]
    assert [file.path.name[:10] for file in files] == ["part-00000", "part-00001"]
    assert read_back(things, [file.path for file in files], "here").equals(table)


def test_a_damaged_file_is_not_read_back(things: Dataset, rows: Rows, tmp_path: Path) -> None:
    (file,) = write_parquet(things, sort_by_key(things, conform(things, rows(1), "here"), "here"), tmp_path)
    column = pq.read_metadata(file.path).row_group(0).column(1)
    content = bytearray(file.path.read_bytes())
    content[
        column.data_page_offset + column.total_compressed_size - 1 - column.total_compressed_size // 4
    ] ^= 0xFF
    file.path.write_bytes(content)
    with pytest.raises(DataRefused, match="staged_corrupt"):
        read_back(things, [file.path], "here")
