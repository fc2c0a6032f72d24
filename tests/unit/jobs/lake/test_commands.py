import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from expectations.dataset import Dataset
from expectations.errors import DataRefused, KjedeError, UsageError
from jobs.lake.commands import register
from jobs.lake.lake import Lake
from jobs.lake.runs import Run

RUN = Run.of("2026-01")
LATER = Run.of("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
Call = Callable[..., Result]


@pytest.fixture
def call(lake: Lake) -> Call:
    app = typer.Typer()
    register(app)

    def run(*words: str, where: str = "") -> Result:
        at = [] if words[0] == "keys" else ["--lake", where or lake.storage.uri]
        result = CliRunner().invoke(app, [*words, *at])
        if result.exception and not isinstance(result.exception, KjedeError | SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def runs(lake: Lake, things: Dataset, rows: Any, row: Any) -> list[str]:
    ids = []
    for run, numbers in ((RUN, (1, 2)), (LATER, (row(1, kind="b"), 3))):
        ref = lake.publish(things, rows(*numbers), partition="2026-01", parameters={"as_of": run.as_of_key})
        ids.append(lake.runs.publish(run, tables=[ref]).run_id)
    return ids


def listed(result: Result) -> Any:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def test_tables_are_listed(call: Call, runs: list[str]) -> None:
    (row,) = listed(call("tables", "--json"))
    assert (row["table"], row["rows"], row["as_of"]) == ("core_test__things", 2, "2026-03-01T00:00:00Z")
    assert "core_test__things" in call("tables").stdout
    assert len(listed(call("tables", "core_test__things", "--versions", "--json"))) == 2
    assert {"column", "description_nb"} <= listed(call("tables", "core_org__roles", "--json"))[0].keys()


def test_a_lake_that_is_not_there_is_usage(call: Call, tmp_path: Path) -> None:
    result = call("tables", where=str(tmp_path / "none"))
    assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "none").exists()


def test_diff_is_from_the_run_before(call: Call, runs: list[str]) -> None:
    (change,) = listed(call("diff", "--month", "2026-01", "--json"))
    assert (change["state"], change["added"], change["removed"], change["changed"]) == ("changed", 1, 1, 1)
    assert change["columns"] == {"kind": 1}
    assert change["samples"]["changed"] == [{"thing_id": "001", "seen_on": "2026-01-01"}]
    back = listed(call("diff", "--month", "2026-01", "--run", runs[1], "--other-run", runs[0], "--json"))
    assert (back[0]["added"], back[0]["removed"]) == (1, 1)
    text = call("diff", "--month", "2026-01").stdout
    assert f"{RUN.as_of_key} {runs[0]} → {LATER.as_of_key} {runs[1]}" in text


def test_diff_of_two_lakes_says_identical(
    call: Call,
    runs: list[str],
    tmp_path: Path,
    open_lake: Callable[..., Lake],
    things: Dataset,
    rows: Any,
    row: Any,
) -> None:
    other = open_lake(tmp_path / "other")
    ref = other.publish(
        things, rows(3, row(1, kind="b")), partition="2026-01", parameters={"as_of": LATER.as_of_key}
    )
    other.runs.publish(LATER, tables=[ref])
    result = call("diff", "--month", "2026-01", "--other", other.storage.uri)
    assert result.stdout.startswith("identical: 1 tables and months")


def test_rollback_and_back(call: Call, lake: Lake, runs: list[str]) -> None:
    assert listed(call("rollback", "--month", "2026-01", "--json"))[0]["run_id"] == runs[0]
    assert lake.runs.resolve("2026-01").run_id == runs[0]
    assert listed(call("rollback", "--month", "2026-01", "--to", runs[1], "--json"))[0]["run_id"] == runs[1]
    assert isinstance(call("rollback", "--month", "2026-01", "--to", "nothing").exception, UsageError)


def test_export_of_an_as_of(call: Call, runs: list[str], tmp_path: Path) -> None:
    words = ("export", "core_test__things", "--month", "2026-01", "--json", "--to")
    assert listed(call(*words, str(tmp_path / "a.csv")))[0]["rows"] == 2
    call(*words, str(tmp_path / "b.csv"), "--as-of", "2026-02-14T23:00:00Z")
    kinds = [(tmp_path / name).read_text().splitlines()[1].split(",")[-5] for name in ("a.csv", "b.csv")]
    assert kinds == ["b", "a"]


def test_verify_ends_with_three_when_a_byte_is_flipped(call: Call, lake: Lake, runs: list[str]) -> None:
    assert "whole" in call("verify").stdout
    assert listed(call("verify", "--json")) == []
    (key,) = [f for f in lake.files(lake.runs.resolve("2026-01").tables)]
    content = bytearray(Path(key).read_bytes())
    content[10] ^= 1
    Path(key).write_bytes(content)
    result = call("verify", "--json")
    assert isinstance(result.exception, DataRefused)
    assert result.exception.exit_code == 3
    assert Path(key).name in str(result.exception)
    assert [fault["reason"] for fault in json.loads(result.stdout)] == ["altered"]


def test_gc_says_what_would_go(call: Call, lake: Lake, things: Dataset, rows: Any, runs: list[str]) -> None:
    orphan = lake.publish(things, rows(7), partition="2026-01", parameters={"n": "orphan"})
    assert listed(call("gc", "--json")) == []
    gone = listed(call("gc", "--grace", "0", "--dry-run", "--json"))
    assert {orphan.folder} == {Path(row["file"]).parent.as_posix() for row in gone}
    assert lake.read(orphan).num_rows == 1
    assert listed(call("gc", "--grace", "0", "--json")) == gone
    assert listed(call("gc", "--grace", "0", "--json")) == []


def test_keys_are_made_once(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = listed(call("keys", "init", "--key-file", str(path), "--json"))
    assert made[0]["key_id"].startswith("k1-")
    assert path.stat().st_mode & 0o777 == 0o600
    result = call("keys", "init", "--key-file", str(path))
    assert isinstance(result.exception, KjedeError)
    assert result.exception.exit_code == 4
