import gzip
import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from expectations.errors import DataRefused, UsageError
from jobs.ingest.fetch import fetch_brreg
from tests.unit.jobs.ingest.desk import Desk, Record

Example = Callable[[str, str], list[Record]]
NOW = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        ("brreg_enheter", "enheter_alle.json.gz"),
        ("brreg_underenheter", "underenheter_alle.json.gz"),
        ("brreg_roller", "roller_totalbestand.json.gz"),
    ],
)
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_bulk_file_lands_as_what_its_records_are_and_goes_in(
    desk: Desk, tmp_path: Path, example: Example, source: str, pattern: str, is_packed: bool
) -> None:
    records = example(source, pattern)
    content = json.dumps(records, ensure_ascii=False).encode()
    file = tmp_path / "nedlastet"
    file.write_bytes(gzip.compress(content) if is_packed else content)
    folder, name, count = fetch_brreg(file, desk.landing, NOW, "2026-02-01")
    assert (name, count, folder.parent.name) == (source, len(records), "2026-02-01")
    envelope = json.loads((folder / "delivery.json").read_text())
    stored = (folder / pattern).read_bytes()
    assert gzip.decompress(stored) == content
    assert not is_packed or stored == file.read_bytes()
    assert envelope["files"][0]["sha256"] == hashlib.sha256(stored).hexdigest()
    assert (envelope["kind"], envelope["complete"], envelope["legal_basis"]) == (
        "snapshot",
        True,
        "LB-OPEN-01",
    )
    desk.take()
    assert desk.counts(folder) == {"in": count, "accepted": count}


def test_the_day_of_the_file_is_the_register_date_unless_told(
    desk: Desk, tmp_path: Path, example: Example
) -> None:
    file = tmp_path / "enheter.json"
    file.write_text(json.dumps(example("brreg_enheter", "enheter_alle.json.gz")))
    day = datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp()
    os.utime(file, (day, day))
    first, _, _ = fetch_brreg(file, desk.landing, NOW)
    second, _, _ = fetch_brreg(file, desk.landing, NOW)
    assert first.parent.name == "2026-01-31"
    assert [first.name, second.name] == ["20260210T041500Z-0001", "20260210T041500Z-0002"]
    assert (first / "enheter_alle.json.gz").read_bytes() == (second / "enheter_alle.json.gz").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "[]",
        '[{"a": 1}]',
        '[{"organisasjonsnummer": "310000205"}]',
        "no json",
        '[{"organisasjonsnummer"',
    ],
)
def test_what_is_no_bulk_file_is_refused_and_nothing_lands(desk: Desk, tmp_path: Path, content: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(content)
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        fetch_brreg(file, desk.landing, NOW)
    assert list(desk.landing.iterdir()) == []


def test_a_file_that_is_not_there_is_a_usage_error(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        fetch_brreg(tmp_path / "none", desk.landing, NOW)


@pytest.fixture
def run() -> Callable[..., Any]:
    import typer

    from jobs.ingest.commands import register

    app = typer.Typer()
    register(app)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_commands_land_and_take_in(
    desk: Desk, tmp_path: Path, example: Example, run: Callable[..., Any]
) -> None:
    file = tmp_path / "enheter.json"
    file.write_text(json.dumps(example("brreg_enheter", "enheter_alle.json.gz")))
    landed = run(
        "fetch", "brreg", "--from-file", file, "--landing", desk.landing, "--period", "2026-02-01", "--json"
    )
    assert landed.exit_code == 0, landed.output
    assert json.loads(landed.stdout)[0]["records"] == 6
    place = ("--landing", desk.landing, "--lake", desk.lake.storage.uri)
    taken = run("ingest", *place, "--json")
    assert taken.exit_code == 0, taken.output
    row = json.loads(taken.stdout)[0]
    assert (row["source"], row["deliveries"], row["in"], row["accepted"]) == ("brreg_enheter", 1, 6, 6)
    again = run("ingest", *place)
    assert again.exit_code == 0
    assert "Nothing new" in again.stdout
    assert json.loads(run("ingest", *place, "--json").stdout) == []


def test_a_refused_delivery_ends_the_command_with_its_reason(
    desk: Desk, example: Example, run: Callable[..., Any]
) -> None:
    units = example("brreg_enheter", "enheter_alle.json.gz")
    folder = desk.land(
        "brreg_enheter", units, period="2026-02-01", at="2026-02-01T04:00:00+00:00", kind="snapshot"
    )
    (folder / "enheter_alle.json.gz").write_bytes(b"")
    found = run("ingest", "--landing", desk.landing, "--lake", desk.lake.storage.uri, "--all")
    assert isinstance(found.exception, DataRefused)
    assert found.exception.exit_code == 3
    assert "delivery_corrupt" in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "--all", "--month", "2026-01"),
        ("ingest", "--source", "nonsense"),
        ("ingest", "--month", "2026-13"),
        ("fetch", "nav", "--from-file", "x"),
    ],
)
def test_what_cannot_be_combined_is_a_usage_error(
    desk: Desk, run: Callable[..., Any], arguments: tuple[str, ...]
) -> None:
    place = ("--landing", desk.landing) + (
        ("--lake", desk.lake.storage.uri) if arguments[0] == "ingest" else ()
    )
    found = run(*arguments, *place)
    assert isinstance(found.exception, UsageError)
