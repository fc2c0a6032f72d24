import subprocess
import sys
from pathlib import Path

import pytest

from expectations.errors import UsageError
from jobs.settings import Settings, read_settings


def test_everything_lies_under_home_unless_told_otherwise() -> None:
    found = read_settings({"KJEDE_HOME": "/var/kjede", "KJEDE_LAKE": "s3://bucket/lake", "PATH": "/bin"})
    assert found.home == Path("/var/kjede")
    assert found.lake == "s3://bucket/lake"
    assert found.landing == "/var/kjede/landing"
    assert found.key_path == Path("/var/kjede/keys.json")


def test_defaults_stand_without_an_environment() -> None:
    assert read_settings({}) == Settings()
    assert Settings().engine == "sail"


def test_values_have_their_types() -> None:
    assert read_settings({"KJEDE_WORKERS": "4"}).workers == 4
    with pytest.raises(UsageError, match="KJEDE_WORKERS is 'four'; expected a whole number"):
        read_settings({"KJEDE_WORKERS": "four"})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("KJEDE_ENGINE", "duckdb", "expected sail, spark or sc://"),
        ("KJEDE_LOG_FORMAT", "xml", "expected text or json"),
        ("KJEDE_WORKERS", "-1", "expected 0 or more"),
        ("KJEDE_FETCH_PER_SECOND", "0", "expected 1 or more"),
        ("KJEDE_LAKES", "x", "not a setting; did you mean KJEDE_LAKE"),
        ("KJEDE_QQQQQQQQQQQQQQQQ", "x", "not a setting; known: KJEDE_ALERT_WEBHOOK"),
    ],
)
def test_what_cannot_be_meant_is_refused(variable: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_settings({variable: value})


@pytest.mark.parametrize("engine", ["sail", "spark", "sc://host:15002"])
def test_engines(engine: str) -> None:
    assert read_settings({"KJEDE_ENGINE": engine}).engine == engine


def test_settings_load_nothing_heavy() -> None:
    heavy = {"pydantic", "pyarrow", "typer", "rich"}
    code = f"import sys, jobs.settings; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_processes_are_as_set_or_one_per_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert read_settings({}).processes == 3
    assert read_settings({"KJEDE_WORKERS": "1"}).processes == 1
