import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from expectations.errors import KjedeError
from jobs.cli import app
from jobs.doctor import holdings
from jobs.doctor.examination import Check, Patient, Row, Status
from jobs.ingest import purge
from jobs.ingest.delivery import UNFINISHED_AFTER_SECONDS
from jobs.lake import overview
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.lake.storage_local import LocalStorage
from jobs.purge import retention
from jobs.settings import Settings

Receipt = Callable[..., dict[str, Any]]


@pytest.fixture
def patient(tmp_path: Path, lake: Lake) -> Patient:
    (tmp_path / "landing").mkdir()
    return Patient(Settings(home=tmp_path), lake.storage.uri, str(tmp_path / "landing"))


def found(check: Check, patient: Patient) -> list[tuple[str, str]]:
    return [(row.status.value, row.what) for row in check(patient)]


def rows_of(check: Check, patient: Patient) -> list[Row]:
    return list(check(patient))


def test_a_lake_can_be_read_and_written(patient: Patient) -> None:
    assert [status for status, _ in found(holdings.lake, patient)] == ["ok", "ok"]
    assert list(LocalStorage(Path(patient.lake_uri)).walk("_staging")) == []


def test_no_lake_yet_is_a_warning_and_nothing_of_it_is_looked_at(patient: Patient, tmp_path: Path) -> None:
    empty = Patient(patient.settings, str(tmp_path / "none"), patient.landing_uri)
    assert [status for status, _ in found(holdings.lake, empty)] == ["warning"]
    for check in (
        holdings.control_files,
        holdings.pointers,
        holdings.purges,
        holdings.waiting,
        holdings.months,
        holdings.retention,
    ):
        assert found(check, empty) == []
    assert not (tmp_path / "none").exists()


def test_a_damaged_marker_is_one_error(patient: Patient) -> None:
    Path(patient.lake_uri, "_lake.json").write_text("{}")
    ((status, what),) = found(holdings.lake, patient)
    assert (status, "lake_not_whole" in what) == ("error", True)
    assert found(holdings.pointers, patient) == []


@pytest.mark.parametrize("kind", ["exclusive", "swap"])
def test_a_store_that_ignores_conditions_is_an_error(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "exclusive":
        monkeypatch.setattr(LocalStorage, "put_if_absent", lambda *_: True)
    else:
        monkeypatch.setattr(LocalStorage, "swap", lambda *_: None)
    status, what = found(holdings.lake, patient)[-1]
    assert (status, what.split(":")[0]) == ("error", "the store ignores the conditions of writes")


def test_case_17_a_lake_that_cannot_be_written_is_an_error(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> bool:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(LocalStorage, "put_if_absent", read_only)
    assert found(holdings.lake, patient)[-1] == ("error", "cannot be written: OSError: Read-only file system")


def published(lake: Lake, things: Any, rows: Any, month: str = "2026-01") -> Path:
    ref = lake.publish(things, rows(1), partition=month)
    lake.runs.publish(Run.of(month), tables=[ref], deliveries=[])
    return Path(lake.storage.uri) / ref.folder


def test_control_files_and_pointers(patient: Patient, lake: Lake, things: Any, rows: Any) -> None:
    folder = published(lake, things, rows)
    assert found(holdings.control_files, patient) == [("ok", "3 control files are as they were written")]
    assert found(holdings.pointers, patient) == [("ok", "1 published months are whole")]
    (folder / "_manifest.json").unlink()
    ((status, what),) = found(holdings.pointers, patient)
    assert (status, "2026-01: version_missing" in what) == ("error", True)
    pointer = Path(patient.lake_uri, "runs/2026-01/_latest.json")
    pointer.write_bytes(pointer.read_bytes().replace(b"2026-01", b"2026-02"))
    ((status, what),) = found(holdings.control_files, patient)
    assert (status, what) == (
        "error",
        "1 of 3 control files are not as they were written: runs/2026-01/_latest.json",
    )
    assert found(holdings.pointers, patient)[0][0] == "error"


def test_unfinished_purges(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(holdings.purges, patient)[0][0] == "ok"
    monkeypatch.setattr(purge, "unfinished", lambda lake, source: ["d1"] if source == "brreg_roller" else [])
    assert found(holdings.purges, patient) == [("error", "1 purges are unfinished: brreg_roller/d1")]


def test_deliveries_that_wait_for_a_decision(patient: Patient, lake: Lake, receipt: Receipt) -> None:
    assert found(holdings.waiting, patient) == [("ok", "no delivery waits for a decision")]
    for delivery_id, status in (("d1", "held"), ("d2", "rejected"), ("d3", "rejected"), ("d4", "conflict")):
        lake.deliveries.write(receipt(delivery_id, status=status))
    assert found(holdings.waiting, patient) == [
        ("warning", "1 held deliveries: test/d1"),
        ("warning", "2 rejected deliveries: test/d2, test/d3"),
        ("warning", "1 conflict deliveries: test/d4"),
    ]


def test_what_is_over_its_time(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(holdings.retention, patient) == [("ok", "nothing is over its time")]
    row = {"what": "delivery", "name": "brreg_enheter/1", "state": "over"}
    monkeypatch.setattr(retention, "over_limit", lambda lake, at: [row])
    told = [("warning", "1 things are over their time: delivery brreg_enheter/1")]
    assert found(holdings.retention, patient) == told


def test_stale_months(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(holdings.months, patient) == [("ok", "no stale month")]
    stale = [{"month": "2026-01", "reasons": ["d2 arrived", "d3 arrived"]}]
    monkeypatch.setattr(overview, "stale_months", lambda lake: stale)
    assert found(holdings.months, patient) == [("warning", "1 stale months; 2026-01: d2 arrived")]


def test_the_landing_zone(patient: Patient) -> None:
    assert found(holdings.landing, patient) == [("ok", f"0 deliveries at {patient.landing_uri}")]
    path = Path(patient.landing_uri, "brreg_roller/2026-01/20260210T041500Z-0001/x")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    os.utime(path, (patient.now - UNFINISHED_AFTER_SECONDS - 1,) * 2)
    rows = rows_of(holdings.landing, patient)
    assert [row.status for row in rows] == [Status.OK, Status.WARNING]
    assert rows[1].what.startswith("delivery_unfinished: brreg_roller/2026-01/")
    assert rows[1].advice == "ask the deliverer to finish it, or remove the folder"


@pytest.mark.integration
def test_the_command_ends_with_1_when_a_check_fails(patient: Patient) -> None:
    words = ["doctor", "--lake", patient.lake_uri, "--landing", patient.landing_uri, "--json"]
    done = CliRunner().invoke(app, words)
    rows = json.loads(done.stdout)
    assert {"python", "disk", "lake", "landing", "leftovers"} <= {row["check"] for row in rows}
    assert all(set(row) == {"check", "status", "what", "advice"} for row in rows)
    assert all(row["advice"] for row in rows if row["status"] != "ok")
    Path(patient.lake_uri, "_lake.json").write_text("{}")
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, KjedeError)
    assert done.exception.exit_code == 1
    assert [row["check"] for row in json.loads(done.stdout) if row["status"] == "error"] == ["lake"]
