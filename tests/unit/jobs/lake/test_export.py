from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.dataset import Dataset
from expectations.errors import NotPermitted, UsageError
from jobs.lake.export import export
from jobs.lake.lake import Lake
from jobs.lake.runs import Run

JANUARY = Run.of("2026-01")
DECEMBER = Run.of("2025-12")
LATER = Run.of("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
TABLE = "core_test__things"


@pytest.fixture
def publish(things: Dataset, rows: Any) -> Callable[..., None]:
    def run(lake: Lake, run: Run, **months: tuple[Any, ...]) -> None:
        refs = [
            lake.publish(
                things,
                rows(*numbers),
                partition=month.strip("_").replace("_", "-"),
                parameters={"as_of": run.as_of_key},
            )
            for month, numbers in months.items()
        ]
        lake.runs.publish(run, tables=refs)

    return run


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_equal_lakes_give_equal_bytes(
    tmp_path: Path, open_lake: Callable[..., Lake], publish: Any, name: str
) -> None:
    contents = []
    for folder, months in (
        ("a", {"_2025_12": (1, 2), "_2026_01": (3,)}),
        ("b", {"_2026_01": (3,), "_2025_12": (2, 1)}),
    ):
        lake = open_lake(tmp_path / folder)
        publish(lake, JANUARY, **months)
        assert export(lake, TABLE, "2025-12", tmp_path / folder / name, through="2026-01") == 3
        contents.append((tmp_path / folder / name).read_bytes())
    assert contents[0] == contents[1]


def test_csv_is_written_as_the_input_contract_writes(
    tmp_path: Path, lake: Lake, publish: Any, row: Any
) -> None:
    empty = dict.fromkeys(("tags", "wage_ore", "share", "is_big", "seen_at", "more"))
    publish(lake, JANUARY, _2026_01=(row(1), row(2, **empty)))
    export(lake, TABLE, "2026-01", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "month,tags,thing_id,seen_on,wage_ore,share,kind,is_big,seen_at,more",
        '2026-01,"[""red""]",001,2026-01-01,1,0.500000,a,false,2026-01-01T12:00:00Z,"[[""k"",""v""]]"',
        "2026-01,,002,2026-01-01,,,a,,,",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_a_spreadsheet_runs_no_formula(
    tmp_path: Path, lake: Lake, publish: Any, row: Any, start: str
) -> None:
    publish(lake, JANUARY, _2026_01=(row(1, more=[("k", "v")], wage_ore=5),))
    ref = lake.runs.resolve("2026-01").ref(TABLE)
    table = lake.read(ref)
    from jobs.lake.export import _texts

    hostile = table.set_column(table.column_names.index("kind"), "kind", [[f"{start}1+1"]])
    (plain,), (safe,) = list(_texts(hostile, False)), list(_texts(hostile, True))
    at = hostile.column_names.index("kind")
    assert plain[at] == f"{start}1+1"
    assert safe[at] == f"'{start}1+1"
    assert safe[hostile.column_names.index("wage_ore")] == "5"


def test_a_negative_number_is_no_formula() -> None:
    import pyarrow as pa

    from jobs.lake.export import _texts

    assert list(_texts(pa.table({"n": [-5]}), True)) == [["-5"]]


def test_parquet_keeps_types_and_names_the_month(tmp_path: Path, lake: Lake, publish: Any) -> None:
    publish(lake, JANUARY, _2025_12=(1,), _2026_01=(2,))
    export(lake, TABLE, "2025-12", tmp_path / "new" / "out.parquet", through="2026-01")
    table = pq.read_table(tmp_path / "new" / "out.parquet")
    assert table["month"].to_pylist() == ["2025-12", "2026-01"]
    assert str(table.schema.field("share").type) == "decimal128(9, 6)"


def test_a_month_with_a_run_of_its_own_is_taken_from_it(tmp_path: Path, lake: Lake, publish: Any) -> None:
    publish(lake, DECEMBER, _2025_12=(1,))
    publish(lake, JANUARY, _2025_12=(1, 2), _2026_01=(3,))
    assert export(lake, TABLE, "2025-12", tmp_path / "out.csv") == 1
    assert export(lake, TABLE, "2025-12", tmp_path / "out.csv", through="2026-01") == 2


def test_an_earlier_as_of_still_gives_its_bytes(tmp_path: Path, lake: Lake, publish: Any) -> None:
    publish(lake, JANUARY, _2026_01=(1,))
    export(lake, TABLE, "2026-01", tmp_path / "before.csv")
    publish(lake, LATER, _2026_01=(1, 2))
    assert export(lake, TABLE, "2026-01", tmp_path / "now.csv") == 2
    export(lake, TABLE, "2026-01", tmp_path / "then.csv", as_of=JANUARY.as_of)
    assert (tmp_path / "then.csv").read_bytes() == (tmp_path / "before.csv").read_bytes()


def test_what_cannot_be_exported_is_said(tmp_path: Path, lake: Lake, publish: Any) -> None:
    publish(lake, JANUARY, _2026_01=(1,))
    with pytest.raises(NotPermitted, match="raw_test__things is raw"):
        export(lake, "raw_test__things", "2026-01", tmp_path / "out.csv")
    with pytest.raises(UsageError, match=r"ending must be"):
        export(lake, TABLE, "2026-01", tmp_path / "out.xlsx")
    with pytest.raises(UsageError, match="no published run holds core_test__things of 2025-11"):
        export(lake, TABLE, "2025-11", tmp_path / "out.csv")
    with pytest.raises(UsageError, match="belongs to one month"):
        export(lake, TABLE, "2025-12", tmp_path / "out.csv", through="2026-01", as_of=JANUARY.as_of)
    assert not list(tmp_path.glob("out*"))
