import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.flag.run_reader import RunReader
from jobs.lake.lake import Lake
from jobs.release import commands, job
from jobs.release.ledger import LEDGER
from tests.unit.jobs.release.sample_run import AS_OF, MONTH, SampleRun, real_record

SYNTHETIC = [SimpleNamespace(source="brreg_enheter", legal_basis="LB-EKSEMPEL")]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake whose published run is the sample run."""

    def opened(opened_lake: Lake, month: str, as_of: Any = None) -> SampleRun:
        run = SampleRun(month=month)
        run.published = SimpleNamespace(deliveries=SYNTHETIC)  # type: ignore[attr-defined]
        return run

    monkeypatch.setattr(RunReader, "open", opened)
    monkeypatch.setattr(job, "settings", lambda: SimpleNamespace(key_path=tmp_path / "no-keys.json"))
    Lake.open(tmp_path / "lake", create=True)
    return tmp_path / "lake"


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, [str(a) for a in arguments])


def refused(result: Result, error: type[Exception]) -> str:
    assert isinstance(result.exception, error), result.output
    return str(result.exception)


def release(lake: Path, *more: str | Path) -> Result:
    return run("release", "--lake", lake, "--month", MONTH, "--to", "skatteetaten", *more)


def test_a_dry_run_tells_and_writes_nothing(lake: Path) -> None:
    before = sorted(lake.rglob("*"))
    result = release(lake, "--dry-run")
    assert result.exit_code == 0
    assert result.output.startswith("# Utlevering til Skatteetaten, 2026-01")
    told = json.loads(release(lake, "--dry-run", "--json").output)[0]
    assert told["rows"]["out_share__cases"] == 2
    assert {"dataset", "what", "rows", "reason_nb", "reason_en"} == set(told["omissions"][0])
    assert "# Release to" in release(lake, "--dry-run", "--language", "en").output
    assert [p for p in sorted(lake.rglob("*")) if "releases" in p.parts or "approvals" in p.parts] == []
    assert set(before) <= set(lake.rglob("*"))


def test_an_unknown_recipient_is_not_permitted(lake: Path) -> None:
    result = run("release", "--lake", lake, "--month", MONTH, "--to", "udi", "--dry-run")
    assert "no recipient udi" in refused(result, NotPermitted)
    assert NotPermitted.exit_code == 4


def test_without_a_record_nothing_is_released(lake: Path) -> None:
    assert "no record of necessity" in refused(release(lake, "--approved-by", "approver"), NotPermitted)


def test_without_an_approver_nothing_is_released(lake: Path) -> None:
    assert "nobody approved" in refused(release(lake, "--example-record"), NotPermitted)


def test_the_way_through_and_again(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_bytes(real_record().to_json())
    given = ("--record", tmp_path / "record.json", "--approved-by", "approver", "--json")
    first = json.loads(release(lake, *given).output)[0]
    assert (first["status"], first["out_share__findings"]) == ("released", 3)
    assert (Path(first["folder"]) / "README.md").is_file()
    assert json.loads(release(lake, *given).output)[0]["status"] == "already released"
    assert json.loads(release(lake, "--json").output)[0]["status"] == "already released"
    entries = json.loads(run("audit", "--lake", lake, "--json").output)
    assert [(e["prepared_by"], e["approved_by"]) for e in entries] == [("kari", "approver")]


def test_a_record_that_cannot_be_read_is_a_usage_error(lake: Path, tmp_path: Path) -> None:
    given = ("--approved-by", "approver", "--record")
    refused(release(lake, *given, tmp_path / "none.json"), UsageError)
    (tmp_path / "record.json").write_text("{}", encoding="utf-8")
    assert "missing or unknown fields" in refused(release(lake, *given, tmp_path / "record.json"), UsageError)
    refused(release(lake, "--dry-run", "--language", "se"), UsageError)


def test_audit_of_a_tampered_ledger_is_refused(lake: Path) -> None:
    assert json.loads(run("audit", "--lake", lake, "--json").output) == []
    release(lake, "--example-record", "--approved-by", "approver")
    ledger = lake / LEDGER
    ledger.write_text(ledger.read_text("utf-8").replace("approver", "somebody"), encoding="utf-8")
    result = run("audit", "--lake", lake, "--json")
    assert "ledger_broken" in refused(result, DataRefused)
    assert json.loads(result.output)[0]["code"] == "altered"


def test_airflow_publishes_on_the_example_record_for_synthetic_data(lake: Path) -> None:
    opened = Lake.open(lake)
    made, _ = job.plan(opened, MONTH, AS_OF, "skatteetaten")
    assert job.report(made)["summary"].startswith("# Utlevering til")
    done = job.publish(opened, MONTH, AS_OF, "skatteetaten", approved_by="approver", prepared_by="operator")
    assert done.created
    with pytest.raises(NotPermitted, match="nobody approves what they prepared"):
        job.publish(opened, MONTH, AS_OF, "skatteetaten", approved_by="operator", prepared_by="operator")


def test_airflow_uses_the_one_record_of_the_month_and_asks_which_of_several(lake: Path) -> None:
    opened = Lake.open(lake)
    made, _ = job.plan(opened, MONTH, AS_OF, "skatteetaten")
    assert job.the_record(opened, made).synthetic
    job_records = [
        real_record(),
        real_record(record_id="2026-2"),
        real_record(record_id="2025-9", month="2025-12"),
    ]
    for n, record in enumerate(job_records):
        opened.storage.put_if_absent(f"approvals/skatteetaten/{record.record_id}.json", record.to_json())
        if n == 0:
            assert job.the_record(opened, made) == record
    with pytest.raises(NotPermitted, match="several necessity records"):
        job.the_record(opened, made)


def test_contracts_are_built_and_checked(tmp_path: Path) -> None:
    docs = tmp_path / "contracts"
    refused(run("contracts", "check", "--docs", docs), UsageError)
    assert run("contracts", "build", "--docs", docs).exit_code == 0
    assert json.loads(run("contracts", "check", "--docs", docs, "--json").output) == []
    (docs / "README.md").unlink()
    assert "contract_drift" in refused(run("contracts", "check", "--docs", docs), DataRefused)
