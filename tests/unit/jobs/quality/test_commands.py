import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from expectations.errors import DataRefused, KjedeError, UsageError
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.quality import commands, quarantine_commands
from jobs.quality.store import write_intake_report, write_quality_report

Call = Callable[..., Result]


@pytest.fixture
def call(lake: Lake) -> Call:
    app = typer.Typer()
    commands.register(app)
    quarantine_commands.register(app)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, [*words, "--lake", lake.storage.uri])
        if result.exception and not isinstance(result.exception, KjedeError | SystemExit):
            raise result.exception
        return result

    return run


def listed(result: Result) -> Any:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


@pytest.fixture
def month(lake: Lake, run: Run, publish: Any, deliver: Any) -> Run:
    deliver("kontraktskjede", "2026-01", "2026-02-05T07:00:00Z", counts={"accepted": 2, "quarantined": 1})
    deliver(
        "brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="snapshot", status="rejected",
        refusal={"code": "delivery_corrupt", "message": "brreg_enheter/x: sha256 differs"},
    )  # fmt: skip
    lake.runs.publish(run, tables=[publish("core_org__organisations", {"orgnr": "200000004"})])
    return run


def test_intake_of_a_month(call: Call, month: Run, tmp_path: Path) -> None:
    rows = listed(call("report", "intake", "--month", "2026-01", "--json"))
    assert [(r["source"], r["status"]) for r in rows] == [
        ("brreg_enheter", "rejected"),
        ("kontraktskjede", "accepted"),
    ]
    assert isinstance(rows[0]["drift"], list)
    out = tmp_path / "pages" / "intake.html"
    shown = call("report", "intake", "--month", "2026-01", "--out", str(out))
    assert "delivery_corrupt" in shown.stdout
    assert "<h1>Mottaksrapport 2026-01</h1>" in out.read_text(encoding="utf-8")
    assert listed(call("report", "intake", "--month", "2025-06", "--json")) == []


def test_intake_of_one_delivery(call: Call, month: Run) -> None:
    name = "kontraktskjede/20260205T070000Z-0001"
    assert [r["delivery_id"] for r in listed(call("report", "intake", "--delivery", name, "--json"))] == [
        "20260205T070000Z-0001"
    ]
    assert isinstance(call("report", "intake", "--delivery", "kontraktskjede/none").exception, UsageError)
    assert isinstance(call("report", "intake", "--delivery", "none").exception, UsageError)


def test_intake_names_what_lies_unfinished(call: Call, month: Run, tmp_path: Path) -> None:
    (tmp_path / "landing" / "strange_source").mkdir(parents=True)
    shown = call("report", "intake", "--month", "2026-01", "--landing", str(tmp_path / "landing"))
    assert "unknown_source" in shown.output


def test_quality_of_a_month(call: Call, month: Run, tmp_path: Path) -> None:
    rows = listed(call("report", "quality", "--month", "2026-01", "--json"))
    assert (rows[0]["section"], rows[0]["verdict"]) == ("verdict", "unchecked")
    out = tmp_path / "quality.html"
    assert "unchecked" in call("report", "quality", "--month", "2026-01", "--out", str(out)).stdout
    assert "<h1>Kvalitetsrapport 2026-01</h1>" in out.read_text(encoding="utf-8")
    assert isinstance(call("report", "quality", "--month", "2026-01", "--out", "x.pdf").exception, UsageError)
    assert isinstance(call("report", "quality", "--month", "2025-01").exception, UsageError)


def test_a_refused_month_ends_with_three(call: Call, lake: Lake, run: Run) -> None:
    from jobs.lake.manifest import sealed

    document = {"counts": [], "gx": {"by_rows": []}, "sources": []}
    lake.storage.put_if_absent(f"quality/2026-01/{run.as_of_key}/refused.json", sealed(document))
    result = call("report", "quality", "--month", "2026-01", "--json")
    assert isinstance(result.exception, DataRefused)
    assert result.exception.exit_code == 3
    assert json.loads(result.stdout)[0]["verdict"] == "refused"


def test_reports_lie_beside_the_data(lake: Lake, month: Run) -> None:
    published = lake.runs.resolve("2026-01")
    key = write_quality_report(lake, published)
    assert key == f"reports/2026-01/{published.run_id}/quality.html"
    assert b"Kvalitetsrapport" in lake.storage.read(key)
    assert write_intake_report(lake, "2026-01", ["delivery_unfinished: a"]) == "reports/2026-01/intake.html"
    assert b"delivery_unfinished: a" in lake.storage.read("reports/2026-01/intake.html")
    assert write_intake_report(lake, "2026-01") == "reports/2026-01/intake.html"
    assert b"delivery_unfinished" not in lake.storage.read("reports/2026-01/intake.html")
    assert write_intake_report(lake) == "reports/intake.html"


def test_a_report_names_what_lies_unfinished(lake: Lake, month: Run, tmp_path: Path) -> None:
    (tmp_path / "landing" / "strange_source").mkdir(parents=True)
    key = write_intake_report(lake, "2026-01", landing=str(tmp_path / "landing"))
    assert b"unknown_source: strange_source" in lake.storage.read(key)


def test_a_held_delivery_is_accepted_by_name(call: Call, lake: Lake, deliver: Any) -> None:
    held = deliver("kontraktskjede", "2026-01", "2026-02-05T07:00:00Z", status="held")["delivery_id"]
    assert listed(call("quarantine", "list", "--json"))[0]["status"] == "held"
    assert listed(call("quarantine", "show", f"kontraktskjede/{held}", "--json")) == []
    call("quarantine", "accept", held, "--reason", "checked with the owner", "--by", "kari")
    assert lake.deliveries.acceptance("kontraktskjede", held) == {
        "source": "kontraktskjede",
        "delivery_id": held,
        "reason": "checked with the owner",
        "by": "kari",
    }
    assert listed(call("quarantine", "retry", held, "--later", "--json"))[0]["was"] == ["held"]
    assert isinstance(call("quarantine", "show", held).exception, UsageError)


def test_an_id_of_two_sources_must_name_one(call: Call, lake: Lake, deliver: Any) -> None:
    for source in ("kontraktskjede", "tilsyn_utfall"):
        held = deliver(source, "2026-01", "2026-02-05T07:00:00Z", status="held")["delivery_id"]
    result = call("quarantine", "accept", held, "--reason", "r")
    assert "several sources have it: kontraktskjede, tilsyn_utfall" in str(result.exception)
    assert call("quarantine", "accept", f"tilsyn_utfall/{held}", "--reason", "r").exit_code == 0
    assert lake.deliveries.acceptance("kontraktskjede", held) is None


def test_what_came_in_cannot_be_left_for_later(call: Call, deliver: Any) -> None:
    came = deliver("kontraktskjede", "2026-01", "2026-02-05T07:00:00Z")["delivery_id"]
    assert isinstance(call("quarantine", "retry", came, "--later").exception, UsageError)
