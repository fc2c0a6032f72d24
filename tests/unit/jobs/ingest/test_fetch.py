import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from expectations.errors import DataRefused, UsageError
from jobs.ingest.fetch import fetch_file
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FETCHERS
from jobs.ingest.landing import LocalLanding
from jobs.settings import settings
from tests.replay.brreg import routes
from tests.replay.server import Replay
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
    landed = fetch_file(file, LocalLanding(desk.landing), NOW, "2026-02-01")
    folder, count = Path(landed.place), landed.records
    assert (landed.source, count, landed.period) == (source, len(records), "2026-02-01")
    assert folder == desk.landing / source / "2026-02-01" / landed.delivery_id
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
    zone = LocalLanding(desk.landing)
    first = fetch_file(file, zone, NOW)
    assert (first.period, first.delivery_id) == ("2026-01-31", "20260210T041500Z-0001")
    assert fetch_file(file, zone, NOW) == first
    assert len(list(desk.landing.rglob("delivery.json"))) == 1


def test_another_file_at_the_same_instant_gets_the_next_serial(
    desk: Desk, tmp_path: Path, example: Example
) -> None:
    units = example("brreg_enheter", "enheter_alle.json.gz")
    ids = []
    for number in (1, 2):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(units[:number]))
        landed = fetch_file(file, LocalLanding(desk.landing), NOW, "2026-02-01")
        ids.append((landed.delivery_id, landed.records))
    assert ids == [("20260210T041500Z-0001", 1), ("20260210T041500Z-0002", 2)]


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
        fetch_file(file, LocalLanding(desk.landing), NOW)
    assert list(desk.landing.iterdir()) == []


def test_a_file_that_is_not_there_is_a_usage_error(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file"):
        fetch_file(tmp_path / "none", LocalLanding(desk.landing), NOW)


@pytest.fixture
def run() -> Callable[..., Any]:
    import typer

    from jobs.ingest import commands, fetch_commands

    app = typer.Typer()
    commands.register(app)
    fetch_commands.register(app)
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
        ("fetch", "nav"),
        ("fetch",),
        ("fetch", "klass", "--from-file", "x"),
        ("fetch", "brreg", "--period", "2026-02-01"),
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


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, replay: Replay, tmp_path: Path) -> Iterator[None]:
    """Settings of an installation that has the replay server for Brønnøysund."""
    monkeypatch.setenv("KJEDE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KJEDE_BRREG_URL", replay.url)
    monkeypatch.setenv("KJEDE_FETCH_PER_SECOND", "1000")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_fetch_lands_what_is_new_and_lists_what_it_remembers(
    desk: Desk, run: Callable[..., Any], replay: Replay, installed: None
) -> None:
    register = routes(replay)
    register.notice("enheter", "310000302")
    place = ("--landing", desk.landing, "--lake", desk.lake.storage.uri)
    first = run("fetch", "brreg", *place, "--json")
    assert first.exit_code == 0, first.output
    rows = json.loads(first.stdout)
    assert [(row["source"], row["records"]) for row in rows] == [
        ("brreg_enheter", 6),
        ("brreg_underenheter", 3),
        ("brreg_roller", 3),
    ]
    assert all((Path(row["place"]) / "delivery.json").is_file() for row in rows)
    assert "Nothing new" in run("fetch", "brreg", *place).stdout
    assert json.loads(run("fetch", "brreg", *place, "--json").stdout) == []
    listed = run("fetch", "--list", "--lake", desk.lake.storage.uri, "--json")
    told = {row["name"]: row for row in json.loads(listed.stdout)}
    assert list(told) == list(FETCHERS)
    assert told["brreg"]["state"]["brreg_enheter"]["records"] == 6
    assert told["brreg"]["last_landed"] is not None
    assert (told["klass"]["state"], told["klass"]["last_landed"]) == ({}, None)


def test_the_list_tells_how_many_records_are_owed_and_not_which(desk: Desk, run: Callable[..., Any]) -> None:
    state = FetchState.load(desk.lake, "brreg_oppdateringer")
    state.values["owed"] = {"enheter": ["310000302", "310000701"], "roller": ["310000302"]}
    state.save(desk.lake)
    place = ("--lake", desk.lake.storage.uri)
    found = run("fetch", "--list", *place, "--json")
    assert [row["owed"] for row in json.loads(found.stdout)] == [0, 3, 0, 0, 0, 0]
    assert "310000302" not in found.stdout
    table = run("fetch", "--list", *place)
    assert table.exit_code == 0, table.output
    assert all(name in table.stdout for name in FETCHERS)


def test_the_list_needs_no_lake(tmp_path: Path, run: Callable[..., Any]) -> None:
    found = run("fetch", "--list", "--lake", tmp_path / "none", "--json")
    assert [row["name"] for row in json.loads(found.stdout)] == list(FETCHERS)
    assert not (tmp_path / "none").exists()
