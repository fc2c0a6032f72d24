"""Rows that come a few at a time: the same bytes, digest and counts as all at once, in constant memory."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.counting import count_rules
from expectations.dataset import TEXT, WHOLE, Column, Dataset, Partition
from expectations.errors import DataRefused
from jobs.lake import rows as lake_rows
from jobs.lake.lake import Lake
from jobs.lake.rows import RowWriter, conform, sort_by_key, write_parquet
from jobs.lake.staging import Staging

Rows = Callable[..., pa.Table]
MANY = Dataset(
    name="raw_test__many",
    description="One row per thing.",
    owner="tests",
    key=("name", "n"),
    partition=Partition.DELIVERY,
    source="test",
    columns=(
        Column(name="name", type=TEXT, description="d"),
        Column(name="n", type=WHOLE, description="d", minimum=0, maximum=99),
        Column(name="kind", type=TEXT, description="d", codes=("a", "b")),
    ),
)


def many(count: int, start: int = 0, name: str = "x", kinds: str = "ab") -> pa.RecordBatch:
    numbers = range(start, start + count)
    columns = {"name": [name] * count, "n": list(numbers), "kind": [kinds[n % 2] for n in numbers]}
    return pa.RecordBatch.from_pydict(columns, schema=MANY.arrow_schema)


def stored(lake: Lake) -> dict[str, bytes]:
    return {e.key: lake.storage.read(e.key) for e in lake.storage.walk("") if e.key.startswith("raw/")}


@pytest.mark.parametrize("sizes", [[23], [5, 5, 5, 5, 3], [1] * 23, [10, 0, 13], [8, 8, 7]])
def test_where_batches_end_leaves_no_trace(
    tmp_path: Path, open_lake: Callable[..., Lake], monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    monkeypatch.setattr(lake_rows, "GROUP_ROWS", 4)
    monkeypatch.setattr(lake_rows, "FILE_ROWS", 8)
    whole, parts = open_lake(tmp_path / "whole"), open_lake(tmp_path / "parts")
    turned = pa.Table.from_batches([many(23)]).take(list(reversed(range(23))))
    one = whole.publish_raw(MANY, turned, source="test", delivery_id="d")
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    batches = (many(size, start) for size, start in zip(sizes, starts, strict=True))
    other = parts.publish_raw(MANY, batches, source="test", delivery_id="d")
    assert one == other
    assert len(whole.files(one)) == 3
    assert stored(whole) == stored(parts)
    assert parts.read(other).equals(pa.Table.from_batches([many(23)]))


@pytest.mark.parametrize(
    ("batches", "row"),
    [
        pytest.param([many(3), many(2, 2)], 3, id="the same key once more"),
        pytest.param([many(3), many(2, 1)], 3, id="an earlier key"),
        pytest.param([many(3, name="y"), many(2, 7, name="x")], 3, id="an earlier first part"),
        pytest.param([pa.concat_batches([many(2), many(1)])], 2, id="within a batch"),
        pytest.param([many(2), many(2, 2), many(1, 3)], 4, id="in a later batch"),
    ],
)
def test_keys_that_do_not_rise_are_refused(lake: Lake, batches: list[pa.RecordBatch], row: int) -> None:
    with pytest.raises(DataRefused, match=f"row {row} does not come after the one before it by name, n"):
        lake.publish_raw(MANY, iter(batches), source="test", delivery_id="d")
    assert stored(lake) == {}
    assert list(lake.storage.walk("_staging")) == []


def test_a_later_first_part_starts_the_second_anew(lake: Lake) -> None:
    batches = iter([many(3, 7, name="x"), many(3, 0, name="y")])
    assert lake.publish_raw(MANY, batches, source="test", delivery_id="d").rows == 6


def test_rules_are_counted_over_all_groups(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_rows, "GROUP_ROWS", 4)
    staging = Staging(MANY, tmp_path, "here")
    rows = [many(6), many(5, 6, kinds="ac"), many(4, 98)]
    for batch in rows:
        staging.add(batch)
    counts = staging.close().audited(audit=False)
    assert counts == count_rules(MANY, pa.Table.from_batches(rows))
    assert {c.rule.id.split(":", 1)[1]: c.violated for c in counts if c.violated} == {
        "kind:codes": 2,
        "n:range": 2,
    }
    with pytest.raises(
        DataRefused, match=r"audit_failed: raw_test__many d with 15 rows: .*n:range broken by 2 of 15"
    ):
        lake.publish_raw(MANY, iter(rows), source="test", delivery_id="d")


def test_no_rows_are_a_version_however_they_come(tmp_path: Path, open_lake: Callable[..., Lake]) -> None:
    ways: list[Any] = [iter([]), MANY.arrow_schema.empty_table(), iter([many(0)])]
    lakes = [open_lake(tmp_path / str(n)) for n in range(3)]
    refs = {
        lake.publish_raw(MANY, w, source="test", delivery_id="d") for lake, w in zip(lakes, ways, strict=True)
    }
    assert [ref.rows for ref in refs] == [0]
    assert stored(lakes[0]) == stored(lakes[1]) == stored(lakes[2])


def test_a_batch_that_does_not_fit_is_refused_and_nothing_is_left(lake: Lake) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield many(3)
        yield many(3, 3).drop_columns(["kind"])

    with pytest.raises(DataRefused, match=r"missing columns \['kind'\]"):
        lake.publish_raw(MANY, batches(), source="test", delivery_id="d")
    assert list(lake.storage.walk("_staging")) == []


def test_rows_are_let_go_once_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_rows, "GROUP_ROWS", 1000)
    most = []
    for count in (20, 80):
        folder = tmp_path / str(count)
        folder.mkdir()
        staging = Staging(MANY, folder, "here")
        before, peak = pa.total_allocated_bytes(), 0
        tracemalloc.start()
        for n in range(count):
            staging.add(many(500, n * 500))
            peak = max(peak, pa.total_allocated_bytes() - before + tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert staging.close().rows == count * 500
        most.append(peak)
    assert most[1] < most[0] * 1.5


def test_one_file_is_the_same_bytes_however_its_rows_lay_in_memory(
    things: Dataset, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_rows, "GROUP_ROWS", 7)
    table = sort_by_key(things, conform(things, rows(*range(30)), "here"), "here")
    written = []
    for size in (30, 1, 4, 11):
        folder = tmp_path / str(size)
        folder.mkdir()
        writer = RowWriter(things, folder)
        for start in range(0, 30, size):
            writer.add(table.slice(start, size))
        written.append([file.path.read_bytes() for file in writer.close()])
    (tmp_path / "whole").mkdir()
    whole = [file.path.read_bytes() for file in write_parquet(things, table, tmp_path / "whole")]
    assert all(one == whole for one in written)
