"""Retention: what is over its limit goes with a proof, what is in force stays, and nothing asks a clock."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import sources
from expectations.errors import DataRefused
from expectations.retention import RETENTION, RUNS, Retention
from jobs.core.visible import period_end
from jobs.lake.verify import verify
from jobs.purge import retention
from jobs.purge.proofs import proofs
from jobs.purge.retention import over_limit, retain
from jobs.release import ledger
from jobs.release.recall import notices
from tests.unit.jobs.ingest.desk import RING, Record
from tests.unit.jobs.purge.conftest import AMELDING, FEBRUARY, GONE, JANUARY, MARCH, REPORTS, House, land
from tests.unit.jobs.release.sample_run import published

LIMIT = date(2026, 1, 31) + timedelta(days=RETENTION[AMELDING].days)
RUN_LIMIT = date(2026, 1, 31) + timedelta(days=RUNS.days)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def gone(rows: list[dict[str, Any]], what: str) -> list[str]:
    return [row["name"] for row in rows if (row["what"], row["state"]) == (what, "destroyed")]


def test_every_source_has_a_limit_and_says_why() -> None:
    assert set(RETENTION) == set(sources())
    assert all(rule.days > 0 and rule.basis for rule in (*RETENTION.values(), RUNS))
    window = 13 * 31
    assert all(rule.days >= window for name, rule in RETENTION.items() if name != "brreg_oppdateringer")


def test_a_source_without_a_limit_stops_the_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RETENTION, AMELDING)
    with pytest.raises(DataRefused, match="retention_undeclared"):
        retain(house.lake, noon(LIMIT))


@pytest.mark.parametrize(("day", "goes"), [(LIMIT, False), (LIMIT + timedelta(days=1), True)])
def test_a_delivery_goes_the_day_after_its_last_one(
    house: House, reports: list[Record], day: date, goes: bool
) -> None:
    folder = land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()
    rows = retain(house.lake, noon(day))
    assert gone(rows, "delivery") == ([f"{AMELDING}/{folder.name}"] if goes else [])
    assert house.hits(GONE) == ([] if goes else [GONE])
    assert bool(proofs(house.lake)) is goes


def test_a_proof_says_what_went_and_the_receipt_keeps_its_counts(house: House, reports: list[Record]) -> None:
    folder = land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()
    before = house.lake.deliveries.receipt(AMELDING, folder.name)
    retain(house.lake, noon(LIMIT + timedelta(days=1)))
    (proof,) = proofs(house.lake)
    assert (proof["state"], proof["name"]) == ("destroyed", f"{AMELDING}/{folder.name}")
    assert (proof["days"], proof["until"]) == (RETENTION[AMELDING].days, LIMIT.isoformat())
    assert proof["basis"] == RETENTION[AMELDING].basis
    assert proof["rows"] == sum(entry["rows"] for entry in proof["versions"]) > 0
    assert len(proof["content_digest"]) == 64
    receipt = house.lake.deliveries.receipt(AMELDING, folder.name)
    assert before
    assert receipt
    assert receipt["dispositions"] == before["dispositions"]
    assert receipt["tables"] == []
    assert house.lake.deliveries.raw(REPORTS) == []
    assert verify(house.lake) == []
    house.desk.take()
    assert house.hits(GONE) == [], "a delivery that was kept to its end does not come in again"


def test_a_missing_file_without_a_proof_is_damage(house: House, reports: list[Record]) -> None:
    land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()
    retain(house.lake, noon(LIMIT + timedelta(days=1)))
    (entry,) = house.lake.storage.walk("retention")
    house.lake.storage.delete(entry.key)
    assert [fault.reason for fault in verify(house.lake)] == ["missing"]


def test_a_dry_run_changes_nothing(house: House, reports: list[Record]) -> None:
    land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()
    before = house.desk.bytes_everywhere()
    rows = over_limit(house.lake, noon(LIMIT + timedelta(days=1)))
    assert [row["state"] for row in rows] == ["over"]
    assert house.desk.bytes_everywhere() == before


def test_a_call_that_died_is_finished_by_the_next_one(
    house: House, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "_end_delivery", dies)
        with pytest.raises(KeyboardInterrupt):
            retain(house.lake, noon(LIMIT + timedelta(days=1)))
    assert [proof["state"] for proof in proofs(house.lake)] == ["begun"]
    retain(house.lake, noon(LIMIT + timedelta(days=1)))
    assert [proof["state"] for proof in proofs(house.lake)] == ["destroyed"]
    assert house.hits(GONE) == []
    assert verify(house.lake) == []


def test_a_run_stays_as_long_as_its_own_limit_when_its_deliveries_are_gone(
    house: House, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    land(house.desk, FEBRUARY, reports, "2026-01")
    house.desk.take()
    house.run("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
    monkeypatch.setitem(RETENTION, AMELDING, Retention(30, "tests"))
    rows = retain(house.lake, noon(date(2026, 6, 1)))
    assert gone(rows, "delivery")
    assert not gone(rows, "run")
    assert GONE in house.firms("2026-01")
    assert verify(house.lake) == []
    assert house.sweep().state == "nothing", "what retention took is no purge"

    rows = retain(house.lake, noon(RUN_LIMIT + timedelta(days=1)))
    assert gone(rows, "run")
    assert house.hits(GONE) == []
    with pytest.raises(DataRefused, match="retained"):
        house.latest("2026-01")
    assert verify(house.lake) == []


def test_a_purge_of_a_run_whose_deliveries_are_gone_does_not_make_it_again(
    house: House, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.jobs.purge.conftest import delete

    land(house.desk, JANUARY, reports, "2026-01")
    house.desk.take()
    house.run("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
    land(house.desk, MARCH, reports, "2026-02")
    house.desk.take()
    house.run("2026-02", datetime(2026, 4, 1, tzinfo=UTC))
    house.made.clear()
    monkeypatch.setitem(RETENTION, AMELDING, Retention(30, "tests"))
    retain(house.lake, noon(date(2026, 3, 15)))
    key = {"opplysningspliktig.norskIdentifikator": GONE, "kalendermaaned": "2026-02"}
    delete(house.desk, "2026-04-10T04:15:00+00:00", key)
    house.desk.take()
    house.sweep()
    assert house.made == ["2026-02"]
    assert house.latest("2026-01")


def test_the_newest_full_register_before_the_limit_is_in_force_and_stays(house: House) -> None:
    def register(at: str, kind: str, number: str) -> Path:
        unit = {
            "organisasjonsnummer": number,
            "navn": "ENHET",
            "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
        }
        return house.desk.land("brreg_enheter", [unit], period=at[:10], at=at, kind=kind)

    first = register("2020-01-10T04:00:00+00:00", "snapshot", "310000205")
    change = register("2020-02-10T04:00:00+00:00", "delta", "310000302")
    second = register("2021-01-10T04:00:00+00:00", "snapshot", "310000205")
    later = register("2021-02-10T04:00:00+00:00", "delta", "310000302")
    house.desk.take()
    rows = retain(house.lake, noon(date(2025, 1, 1)))
    names = {row["name"].split("/")[1]: row["state"] for row in rows}
    assert names == {
        first.name: "destroyed",
        change.name: "destroyed",
        second.name: "in force",
        later.name: "in force",
    }
    assert period_end("2020") == date(2020, 12, 31)


def test_a_release_goes_when_its_time_is_over(house: House) -> None:
    storage = house.lake.storage
    house.lake.bind_key(RING.key_id)
    done = published(storage)
    last = date.fromisoformat(json.loads(storage.read(f"{done.folder}/_manifest.json"))["expires_on"])
    assert retain(house.lake, noon(last)) == []
    (row,) = retain(house.lake, noon(last + timedelta(days=1)))
    assert (row["what"], row["state"]) == ("release", "destroyed")
    (told,) = notices(storage)
    assert told["event"] == "expiry"
    assert done.release_id in told["notice_nb"]
    assert ledger.verify(storage, ledger.ledger_key(RING)) == []
    assert retain(house.lake, noon(last + timedelta(days=2))) == []
