import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

import jobs
from expectations.errors import UsageError
from jobs.doctor import machine
from jobs.doctor.examination import Patient, Row, Status, examine, some
from jobs.keys import KeyRing
from jobs.lake.lake import Lake
from jobs.settings import Settings

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    settings = Settings(home=tmp_path / "home")
    return Patient(settings, str(tmp_path / "L"), str(tmp_path / "landing"), now=1e9)


def statuses(rows: list[Row]) -> list[str]:
    return [row.status.value for row in rows]


def test_a_check_that_fails_is_a_row_and_holds_up_no_other(patient: Patient) -> None:
    def broken(_: Patient) -> list[Row]:
        raise UsageError("no such place")

    rows = examine(patient, [broken, machine.python])
    assert rows[0] == Row("broken", Status.ERROR, "no such place", "correct the address")
    assert [row.check for row in rows] == ["broken", "python"]


def test_only_a_few_of_many_are_named() -> None:
    assert some(["a", "b", "c"]) == "a, b, c"
    assert some(["a", "b", "c", "d"]) == "a, b, c and 1 more"


@pytest.mark.parametrize(("version", "status"), [((3, 11, 7), "ok"), ((3, 12, 0), "error")])
def test_python(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], status: str
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert statuses(list(machine.python(patient))) == [status]


@pytest.mark.parametrize(
    ("engine", "told", "status"),
    [
        ("spark", 'openjdk version "17.0.15"', "ok"),
        ("spark", 'openjdk version "21.0.1"', "ok"),
        ("spark", 'openjdk version "11.0.2"', "error"),
        ("spark", "what is this", "error"),
        ("spark", None, "error"),
        ("sail", 'openjdk version "11.0.2"', "ok"),
        ("sail", None, "ok"),
    ],
)
def test_java_is_needed_by_one_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, told: str | None, status: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if told is None else "/bin/java")
    done = subprocess.CompletedProcess([], 0, "", told or "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    patient = Patient(Settings(home=tmp_path, engine=engine), "L", "landing")
    assert statuses(list(machine.java(patient))) == [status]


@pytest.mark.parametrize(
    ("free", "status"),
    [
        (machine.SCARCE_BYTES - 1, "error"),
        (machine.SCARCE_BYTES, "warning"),
        (machine.TIGHT_BYTES - 1, "warning"),
        (machine.TIGHT_BYTES, "ok"),
    ],
)
def test_case_4_room_on_the_disk(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 50, 0, free))
    rows = list(machine.disk(patient))
    assert statuses(rows) == [status] * 3
    assert [row.what.split(":")[0] for row in rows] == ["home", "scratch", "lake"]
    in_bucket = Patient(patient.settings, "s3://b/L", patient.landing_uri)
    assert len(list(machine.disk(in_bucket))) == 2


def key_row(patient: Patient) -> Row:
    (row,) = machine.key(patient)
    return row


def test_case_55_the_key_file_and_the_lake_s_key(patient: Patient, tmp_path: Path) -> None:
    def looked() -> Row:
        return key_row(Patient(patient.settings, patient.lake_uri, patient.landing_uri))

    assert looked().status == Status.WARNING  # none, and no lake either
    lake = Lake.open(patient.lake_uri)
    path = patient.settings.key_path
    ring = KeyRing.create(path)
    assert looked().status == Status.OK
    lake.bind_key(ring.key_id)
    assert looked().what == f"key {ring.key_id}, readable by its owner only"
    path.chmod(0o640)
    assert (looked().status, "chmod 600" in looked().advice) == (Status.ERROR, True)
    path.chmod(0o600)
    path.rename(tmp_path / "kept")
    assert looked().what == f"the lake is of key {ring.key_id}; no key file {path}"
    other = KeyRing.create(path)
    assert looked().what == f"the lake is of key {ring.key_id}, {path} holds {other.key_id}"
    assert looked().status == Status.ERROR
    assert ring.core.hex() not in looked().what


def test_a_lake_of_the_demonstration_key(patient: Patient) -> None:
    Lake.open(patient.lake_uri).bind_key(KeyRing.demonstration().key_id)
    assert key_row(patient).status == Status.OK
    KeyRing.create(patient.settings.key_path)
    assert key_row(patient).status == Status.WARNING


def test_versions_against_a_lock_file(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = metadata.version("pyarrow")
    lock = tmp_path / "requirements.lock"
    monkeypatch.setattr(jobs, "__path__", [str(tmp_path / "jobs")])
    lock.write_text(f"pyarrow=={here} \\\n    --hash=sha256:00\nnot-installed==1.0\n")
    assert [row.status for row in machine.versions(patient)] == [Status.OK]
    lock.write_text("pyarrow==0.1 \\\n    --hash=sha256:00\nuvicorn[standard]==0.0.1\n")
    (row,) = machine.versions(patient)
    assert row.status == Status.WARNING
    assert row.what.startswith(f"2 packages differ from requirements.lock: pyarrow {here} (locked: 0.1), ")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (["pyarrow>=1", 'unknown>=1; extra == "dev"'], "ok"),
        (["pyarrow<1"], "error"),
        (["no-such-package>=1"], "error"),
    ],
)
def test_versions_without_a_lock_file(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str], status: str
) -> None:
    monkeypatch.setattr(jobs, "__path__", [str(tmp_path / "jobs")])
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    assert statuses(list(machine.versions(patient))) == [status]


def test_an_engine_elsewhere_answers_or_not(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        setting = f"sc://127.0.0.1:{server.getsockname()[1]}"
        patient = Patient(Settings(home=tmp_path, engine=f"{setting}/;token=secret"), "L", "landing")
        (row,) = machine.engine(patient)
        assert (row.status, "secret" in row.what) == (Status.OK, False)
    (row,) = machine.engine(patient)
    assert (row.status, "secret" in row.what) == (Status.ERROR, False)


@pytest.mark.parametrize(("is_there", "status"), [(True, "ok"), (False, "error")])
def test_an_engine_of_this_process_is_installed(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, is_there: bool, status: str
) -> None:
    monkeypatch.setattr(machine, "find_spec", lambda name: object() if is_there else None)
    assert statuses(list(machine.engine(patient))) == [status]


def test_what_dead_processes_left(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    (scratch / f"kjede-{os.getpid()}-abc").mkdir()
    (scratch / "kjede-airflow-abc").mkdir()
    assert statuses(list(machine.leftovers(patient))) == ["ok"]
    gone = subprocess.Popen(["true"])
    gone.wait()
    (scratch / f"kjede-{gone.pid}-abc").mkdir()
    (row,) = machine.leftovers(patient)
    assert (row.status, f"kjede-{gone.pid}-abc" in row.what) == (Status.WARNING, True)


@pytest.mark.parametrize(
    ("age", "found"), [(machine.LEFT_AFTER_SECONDS, 0), (machine.LEFT_AFTER_SECONDS + 1, 1)]
)
def test_what_was_never_published(patient: Patient, age: int, found: int) -> None:
    Lake.open(patient.lake_uri)
    path = Path(patient.lake_uri, "_staging", "x")
    path.write_bytes(b"x")
    os.utime(path, (patient.now - age,) * 2)
    rows = [row for row in machine.leftovers(patient) if "unpublished" in row.what]
    assert [row.advice for row in rows] == ["kjede gc"] * found
