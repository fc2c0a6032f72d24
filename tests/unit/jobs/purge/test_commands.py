"""`kjede purge` and `kjede retain`, as an operator types them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from expectations.errors import KjedeError
from jobs.cli import app
from tests.unit.jobs.ingest.desk import RING
from tests.unit.jobs.purge.conftest import APRIL, GONE, MARCH, House, delete


def kjede(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    problem = done.exception
    found = problem.exit_code if isinstance(problem, KjedeError) else done.exit_code
    assert found == code, f"{done.output}\n{problem!r}"
    return done.stdout


@pytest.fixture
def purged(two_months: House) -> House:
    """Two deletions taken in, and the runs of three months put off."""
    for at, month in ((MARCH, "2026-01"), (APRIL, "2026-02")):
        delete(
            two_months.desk,
            at,
            {"opplysningspliktig.norskIdentifikator": GONE, "kalendermaaned": month},
        )
    two_months.desk.take()
    two_months.lake.bind_key(RING.key_id)
    two_months.sweep(defer=True)
    return two_months


def test_status_lists_what_is_done_and_what_is_left(purged: House) -> None:
    found: list[dict[str, Any]] = json.loads(
        kjede("purge", "status", "--lake", purged.lake.storage.uri, "--json")
    )
    assert [row["runs_left"] for row in found if "runs_left" in row] == [3]
    assert [row["runs"] for row in found if "runs" in row] == [3]
    assert GONE not in json.dumps(found)
    assert "kjede purge finish" in kjede("purge", "status", "--lake", purged.lake.storage.uri)


def test_finish_makes_the_runs_again(purged: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def run_job(job: str, month: str, as_of: str, *_: Any) -> None:
        asked.append((job, month))
        if job == "flag":
            purged.run(month, datetime.fromisoformat(as_of))

    monkeypatch.setattr("jobs.pipeline.run_job", run_job)
    uri = purged.lake.storage.uri
    (report,) = json.loads(kjede("purge", "finish", "--lake", uri, "--json"))
    assert report["state"] == "done"
    assert asked == [
        (job, month) for month in ("2026-01", "2026-02", "2026-03") for job in ("join", "feedback", "flag")
    ]
    kjede("verify", "--lake", uri)
    assert "nothing" in kjede("purge", "finish", "--lake", uri)


def test_verify_ends_with_3_while_a_purge_is_not_finished(purged: House) -> None:
    assert "purge finish" in kjede("verify", "--lake", purged.lake.storage.uri, code=3)


def test_finish_without_the_key_of_the_lake_is_not_permitted(
    two_months: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KJEDE_KEY_FILE", str(tmp_path / "none.json"))
    two_months.lake.bind_key("k1-another")
    kjede("purge", "finish", "--lake", two_months.lake.storage.uri, code=4)


def test_retain_says_what_would_go_at_an_instant_and_changes_nothing(two_months: House) -> None:
    uri, before = two_months.lake.storage.uri, two_months.desk.bytes_everywhere()
    assert json.loads(kjede("retain", "--lake", uri, "--dry-run", "--json")) == []
    assert json.loads(kjede("retain", "--lake", uri, "--month", "2026-01", "--json")) == []
    assert two_months.desk.bytes_everywhere() == before
    late = datetime.now(UTC).replace(year=2090).isoformat()
    assert "lies in the future" in str(
        CliRunner().invoke(app, ["retain", "--lake", uri, "--as-of", late]).exception
    )
