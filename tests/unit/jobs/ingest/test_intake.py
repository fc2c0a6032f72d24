import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest import intake
from jobs.ingest.delivery import UNFINISHED_AFTER_SECONDS, each_source
from jobs.ingest.intake import ingest, pending
from jobs.ingest.landing import open_landing
from jobs.keys import KeyRing
from jobs.lake.delivery_writer import json_lines
from jobs.lake.lake import Lake
from tests.unit.jobs.ingest.desk import RING, Desk, Record

Example = Callable[[str, str], list[Record]]
AMELDING = "skatteetaten_amelding"
ENHETER = "brreg_enheter"
JANUARY, FEBRUARY, MARCH = (f"2026-0{month}-10T04:15:00+00:00" for month in (1, 2, 3))


@pytest.fixture
def reports(example: Example) -> list[Record]:
    return example(AMELDING, "amelding_*.jsonl.gz")


@pytest.fixture
def units(example: Example) -> list[Record]:
    return example(ENHETER, "enheter_alle.json.gz")


def land_units(desk: Desk, units: list[Record], at: str, **more: Any) -> Path:
    return desk.land(ENHETER, units, period=at[:10], at=at, kind="snapshot", **more)


def test_pending_is_ordered_by_what_became_known_first(
    desk: Desk, reports: list[Record], units: list[Record]
) -> None:
    desk.land(AMELDING, reports, period="2026-01", at=MARCH)
    land_units(desk, units, FEBRUARY)
    desk.land(AMELDING, reports, period="2026-01", at=JANUARY)
    found = pending(desk.landing, desk.lake)
    assert [(d.source, d.delivery_id[:6]) for d in found] == [
        (AMELDING, "202601"),
        (ENHETER, "202602"),
        (AMELDING, "202603"),
    ]
    assert [(name, len(own)) for name, own in each_source(found)] == [(ENHETER, 1), (AMELDING, 2)]


def test_pending_can_be_narrowed(desk: Desk, reports: list[Record], units: list[Record]) -> None:
    desk.land(AMELDING, reports, period="2026-01", at=FEBRUARY)
    land_units(desk, units, MARCH)
    assert [d.source for d in pending(desk.landing, desk.lake, source=ENHETER)] == [ENHETER]
    assert [d.source for d in pending(desk.landing, desk.lake, month="2026-01")] == [AMELDING]
    edge = datetime.fromisoformat(MARCH)
    assert len(pending(desk.landing, desk.lake, as_of=edge)) == 2
    assert len(pending(desk.landing, desk.lake, as_of=edge.replace(minute=14))) == 1
    with pytest.raises(UsageError, match="no source nonsense"):
        pending(desk.landing, desk.lake, source="nonsense")
    with pytest.raises(UsageError, match="no landing folder"):
        pending(desk.landing / "elsewhere", desk.lake)


def test_a_delivery_of_any_source_of_the_contract_is_picked_up(desk: Desk) -> None:
    desk.land("doffin_kunngjoringer", [], period="2025-10", at=JANUARY, file="underleverandorer.jsonl.gz")
    assert [delivery.source for delivery in pending(desk.landing, desk.lake)] == ["doffin_kunngjoringer"]


def test_only_the_deliveries_named_are_taken_in(
    desk: Desk, reports: list[Record], units: list[Record]
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=FEBRUARY)
    other = land_units(desk, units, FEBRUARY)
    assert other.name == "20260210T041500Z-0002"
    named = {(AMELDING, folder.name), (AMELDING, other.name), (ENHETER, "20260210T041500Z-0009")}
    assert [(d.source, d.delivery_id) for d in pending(desk.landing, desk.lake, only=named)] == [
        (AMELDING, folder.name)
    ]
    assert [o.source for o in desk.take(only=named).outcomes] == [AMELDING]
    assert desk.take(only=named).outcomes == []
    assert desk.take(only=[]).outcomes == []
    assert [o.source for o in desk.take().outcomes] == [ENHETER]


def test_a_delivery_that_changes_while_it_is_read_stays_pending(
    desk: Desk, units: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    land_units(desk, units, FEBRUARY)

    def changed(*_: object) -> None:
        raise DataRefused("delivery_changed", "a file is no longer what the landing zone showed")

    with monkeypatch.context() as patch:
        patch.setattr("jobs.ingest.landing.LocalLanding.local", changed)
        assert [o.status for o in desk.take().refused] == ["changed"]
    assert desk.lake.deliveries.receipts(status=None) == []
    assert [o.status for o in desk.take().outcomes] == ["accepted"]


def test_after_a_deletion_an_open_register_needs_the_key_to_be_taken_in(
    desk: Desk, units: list[Record]
) -> None:
    row = {
        "fil": "enheter_alle.json.gz",
        "noekkel": {"organisasjonsnummer": "310000302"},
        "grunn": "feilsendt",
    }
    files = [json_lines("slettinger.jsonl", "application/jsonl", [json.dumps(row).encode()])]
    desk.land(ENHETER, [], period="2026-02-03", at=FEBRUARY, kind="deletion", files=files)
    desk.take()
    land_units(desk, units, JANUARY, legal_basis="LB-OPEN-01")
    assert [o.status for o in ingest(desk.landing, desk.lake, workers=1).outcomes] == ["accepted"]
    numbers = {row["orgnr"] for row in desk.rows("raw_brreg_enheter__units")}
    assert numbers
    assert "310000302" not in numbers


@pytest.mark.parametrize(
    ("age", "told"),
    [
        pytest.param(UNFINISHED_AFTER_SECONDS, 0, id="a day old"),
        pytest.param(UNFINISHED_AFTER_SECONDS + 1, 1, id="a second more"),
    ],
)
def test_half_a_delivery_is_ignored_and_named_only_after_a_day(tmp_path: Path, age: int, told: int) -> None:
    folder = tmp_path / AMELDING / "2026-01" / "20260210T041500Z-0001"
    folder.mkdir(parents=True)
    old, new = folder / "older.gz", folder / "newest.gz"
    for path, written in ((old, 1_000), (new, 500_000)):
        path.write_bytes(b"x")
        os.utime(path, (written, written))
    found, warnings = open_landing(tmp_path).find(500_000 + age)
    assert found == []
    assert [w.split(":")[0] for w in warnings] == ["delivery_unfinished"] * told


def test_a_folder_of_no_source_is_named_and_the_landing_zone_s_own_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "lost").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "README").write_text("x")
    found, warnings = open_landing(tmp_path).find(0)
    assert found == []
    assert warnings == ["unknown_source: lost is not in the input contract"]


def test_one_refused_delivery_does_not_hold_up_the_others(
    desk: Desk, reports: list[Record], units: list[Record]
) -> None:
    bad = desk.land(AMELDING, reports, period="2026-01", at=JANUARY)
    next(bad.glob("*.gz")).write_bytes(b"")
    desk.land(AMELDING, reports, period="2026-01", at=FEBRUARY)
    land_units(desk, units, FEBRUARY)
    report = desk.take()
    assert [o.status for o in report.outcomes] == ["rejected", "accepted", "accepted"]
    told = report.as_dict()
    assert told["deliveries"] == {"rejected": 1, "accepted": 2}
    assert told["dispositions"]["in"] == told["dispositions"]["accepted"] == 9
    assert [entry["delivery"] for entry in told["refused"]] == [f"{AMELDING}/{bad.name}"]
    json.dumps(told)


@pytest.mark.integration
def test_beside_each_other_or_one_by_one_gives_the_same_lake(
    tmp_path: Path, reports: list[Record], units: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "landing").mkdir()
    desk = Desk(tmp_path / "landing", Lake.open(tmp_path / "one"))
    for at in (JANUARY, FEBRUARY, MARCH):
        desk.land(AMELDING, reports, period="2026-01", at=at)
        land_units(desk, units, at)
    desk.take()
    threads, processes = Lake.open(tmp_path / "threads"), Lake.open(tmp_path / "processes")
    first = ingest(desk.landing, threads, ring=RING, workers=3)
    monkeypatch.setattr(intake, "PROCESSES_FROM_BYTES", 0)
    second = ingest(desk.landing, processes, ring=RING, workers=2)
    assert first.as_dict() == second.as_dict()

    def stored(name: str) -> dict[str, bytes]:
        root = tmp_path / name
        files = [path for top in ("raw", "deliveries") for path in (root / top).rglob("*") if path.is_file()]
        return {str(path.relative_to(root)): path.read_bytes() for path in files}

    assert stored("one") == stored("threads") == stored("processes")


def test_real_persons_need_a_key_and_open_registers_do_not(
    desk: Desk, reports: list[Record], units: list[Record]
) -> None:
    land_units(desk, units, JANUARY, legal_basis="LB-OPEN-01")
    none = {"ring": None, "workers": 1}
    assert [o.status for o in ingest(desk.landing, desk.lake, **none).outcomes] == ["accepted"]  # type: ignore[arg-type]
    assert desk.lake.key_id is None
    desk.land(AMELDING, reports, period="2026-01", at=FEBRUARY, legal_basis="LB-SKATT-01")
    with pytest.raises(NotPermitted, match="key"):
        ingest(desk.landing, desk.lake, workers=1)
    assert desk.rows("raw_skatteetaten_amelding__reports") == []


def test_synthetic_persons_get_the_published_key(
    desk: Desk, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KJEDE_KEY_FILE", str(desk.landing / "no-such-key.json"))
    from jobs.settings import settings

    settings.cache_clear()
    try:
        desk.land(AMELDING, reports, period="2026-01", at=FEBRUARY)
        assert ingest(desk.landing, desk.lake, workers=1).refused == []
        assert desk.lake.key_id == KeyRing.demonstration().key_id
    finally:
        settings.cache_clear()


def test_progress_is_told_after_each_delivery(desk: Desk, units: list[Record]) -> None:
    for at in (JANUARY, FEBRUARY):
        land_units(desk, units, at)
    seen: list[str] = []
    desk.take(progress=lambda outcome: seen.append(outcome.delivery_id[:6]))
    assert seen == ["202601", "202602"]
