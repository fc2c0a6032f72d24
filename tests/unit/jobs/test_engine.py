from typing import Any

import pyarrow as pa
import pytest

from expectations.errors import KjedeError, UsageError
from expectations.tables_core_org import OWNER_ROOTS
from jobs.engine import open_engine


def test_engine_of_a_process_is_kept(engine: Any) -> None:
    with open_engine("sail") as again:
        assert again is engine


def test_second_engine_in_one_process_is_refused(engine: Any) -> None:
    with pytest.raises(UsageError, match="already runs the engine sail; spark"), open_engine("spark"):
        pass


def test_unknown_setting_is_refused_before_anything_starts(monkeypatch: Any) -> None:
    monkeypatch.setattr("jobs.engine._running", [])
    with pytest.raises(UsageError, match="engine 'duckdb' is unknown"), open_engine("duckdb"):
        pass


def test_silent_server_is_named_at_once(monkeypatch: Any) -> None:
    monkeypatch.setattr("jobs.engine._running", [])
    message = "no Spark Connect server answers at sc://127"
    with pytest.raises(KjedeError, match=message), open_engine("sc://127.0.0.1:1"):
        pass


def test_missing_java_is_explained(monkeypatch: Any) -> None:
    class Builder:
        def remote(self, url: Any) -> Any:
            return self

        def config(self, name: Any, value: Any) -> Any:
            return self

        def getOrCreate(self) -> None:  # noqa: N802
            raise RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited")

    monkeypatch.setattr("jobs.engine._running", [])
    monkeypatch.setattr("jobs.engine.SparkSession", type("Session", (), {"builder": Builder()}))
    with pytest.raises(UsageError, match="needs a Java runtime"), open_engine("spark"):
        pass


def test_session_settings_are_the_same_everywhere(engine: Any) -> None:
    assert engine.spark.conf.get("spark.sql.session.timeZone") == "UTC"
    assert engine.spark.conf.get("spark.sql.ansi.enabled") == "true"


@pytest.mark.parametrize("count", [0, 2])
def test_frame_keeps_types_with_and_without_rows(engine: Any, count: Any) -> None:
    rows = [
        {"orgnr": str(n), "owner_root": "x", "steps_n": n, "path": ["a"], "raw_refs": [], "month": "2026-01"}
        for n in range(count)
    ]
    table = pa.Table.from_pylist(rows, schema=OWNER_ROOTS.arrow_schema)
    found = engine.frame(table).toArrow()
    assert found.cast(table.schema).to_pylist() == rows


def test_table_without_files_has_its_schema(engine: Any) -> None:
    found = engine.read(OWNER_ROOTS, []).toArrow()
    assert (found.column_names, len(found)) == (OWNER_ROOTS.names, 0)


def test_files_are_read_by_the_declared_schema(engine: Any, tmp_path: Any) -> None:
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"undeclared": [1], "orgnr": ["1"]}), tmp_path / "old.parquet")
    (row,) = engine.read(OWNER_ROOTS, [str(tmp_path / "old.parquet")]).toArrow().to_pylist()
    assert row == dict.fromkeys(OWNER_ROOTS.names) | {"orgnr": "1"}
