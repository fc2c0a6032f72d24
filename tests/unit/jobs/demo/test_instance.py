"""The folder and the processes of a local Airflow, without Airflow."""

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.errors import KjedeError
from jobs.demo import instance
from jobs.demo.instance import Airflow, shipped


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Airflow:
    monkeypatch.setattr(Airflow, "_run", lambda self, *arguments: None)
    return Airflow(tmp_path / "airflow", {"KJEDE_LAKE": "somewhere"}, port=18123)


def configuration(airflow: Airflow) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None)
    read.read(airflow.home / "airflow.cfg")
    return read


def test_configuration_is_the_shipped_one_with_what_is_local(airflow: Airflow) -> None:
    airflow.prepare()
    made = configuration(airflow)
    ours = configparser.ConfigParser(interpolation=None)
    ours.read(shipped("airflow", "airflow.cfg"))
    for section in ours.sections():
        assert ours.items(section) == [(key, made[section][key]) for key in ours.options(section)]
    assert made["api"]["port"] == "18123"
    assert made["api"]["base_url"] == "http://127.0.0.1:18123"
    assert Path(made["core"]["dags_folder"], "kjede_ingest.py").exists()
    assert "simple_auth_manager_all_admins" not in made["core"]


def test_secrets_are_private_and_kept(airflow: Airflow) -> None:
    airflow.prepare()
    secrets = {
        key: configuration(airflow)[key[0]][key[1]]
        for key in (("api", "secret_key"), ("api_auth", "jwt_secret"))
    }
    passwords = airflow.passwords_file.read_text()
    for path in (airflow.passwords_file, airflow.home / "airflow.cfg"):
        assert path.stat().st_mode & 0o777 == 0o600
    airflow.prepare()
    assert {key: configuration(airflow)[key[0]][key[1]] for key in secrets} == secrets
    assert airflow.passwords_file.read_text() == passwords
    assert len(secrets["api_auth", "jwt_secret"]) >= 64
    assert airflow.password("operator") != airflow.password("approver")


def test_leftovers_of_a_killed_start_are_ended_but_nobody_else(airflow: Airflow, tmp_path: Path) -> None:
    airflow.home.mkdir()
    script = tmp_path / "airflow_scheduler.py"
    code = "import time; print('up', flush=True); time.sleep(60)"
    script.write_text(code)
    ours, other = (
        subprocess.Popen([sys.executable, *arguments], start_new_session=True, stdout=subprocess.PIPE)
        for arguments in ([str(script)], ["-c", code])
    )
    try:
        # Until a process is up its command line can still be empty, and it would pass for somebody else's.
        assert ours.stdout
        assert other.stdout
        assert ours.stdout.readline() == other.stdout.readline() == b"up\n"
        groups = [ours.pid, other.pid]
        (airflow.home / "running.json").write_text(json.dumps({"port": 18123, "groups": groups}))
        airflow._stop_leftovers()
        assert ours.wait(timeout=10) != 0
        assert other.poll() is None
        assert not (airflow.home / "running.json").exists()
    finally:
        for process in (ours, other):
            process.kill()
            process.communicate()


def test_stop_ends_the_whole_group(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    monkeypatch.setattr(Airflow, "_command", lambda self, *arguments: [sys.executable, "-c", code])
    monkeypatch.setattr(instance, "COMPONENTS", {"only": ()})
    with airflow.stopped_afterwards():
        airflow.start()
        group = json.loads((airflow.home / "running.json").read_text())["groups"][0]
        os.killpg(group, 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert not (airflow.home / "running.json").exists()


def test_a_component_that_ends_is_named(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Airflow, "_command", lambda self, *arguments: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    monkeypatch.setattr(instance, "COMPONENTS", {"scheduler": ()})
    with airflow.stopped_afterwards():
        airflow.start()
        with pytest.raises(KjedeError, match=r"scheduler ended with 3; see .*scheduler\.log"):
            for _ in airflow.wait_until_healthy():
                pass
