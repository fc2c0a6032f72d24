"""What was made of purged rows goes at once, and answers `purged` until it is made again and ever after."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from expectations.errors import DataRefused
from jobs.lake.history import gc
from jobs.lake.runs import Run
from jobs.lake.verify import verify
from jobs.purge import check
from jobs.purge.job import is_pending
from jobs.purge.records import pending, records
from jobs.purge.taint import tainted
from jobs.release import ledger
from jobs.release.recall import notices
from tests.unit.jobs.ingest.desk import RING, Record
from tests.unit.jobs.purge.conftest import (
    APRIL,
    GONE,
    JANUARY,
    KEPT,
    MARCH,
    House,
    delete,
    land,
    notice,
)
from tests.unit.jobs.release.sample_run import SampleRun, planned, published

MONTHS = ("2026-01", "2026-02", "2026-03")


def key(month: str) -> Record:
    return {"opplysningspliktig.norskIdentifikator": GONE, "kalendermaaned": month}


def purge_both(house: House) -> None:
    delete(house.desk, MARCH, key("2026-01"))
    delete(house.desk, APRIL, key("2026-02"))
    house.desk.take()


def whole(house: House) -> list[Any]:
    return [*verify(house.lake), *check.faults(house.lake)]


def test_every_run_that_rests_on_it_is_made_again(two_months: House) -> None:
    house, old = two_months, {month: two_months.latest(month) for month in MONTHS}
    assert house.hits(GONE) == [GONE]
    purge_both(house)
    report = house.sweep()
    assert house.hits(GONE) == []
    assert house.hits(KEPT) == [KEPT]
    assert house.made == list(MONTHS), "the oldest first: a month builds on the one before"
    assert report.state == "done"
    assert len(report.runs) == 3
    assert report.versions >= 5
    for month, run in old.items():
        assert house.latest(month).run == run.run
        assert house.latest(month).run_id != run.run_id
        with pytest.raises(DataRefused, match=r"purged: run .* destroyed") as refused:
            house.lake.runs.resolve(month, run_id=run.run_id)
        assert refused.value.code == "purged"
    assert GONE not in house.firms("2026-01")
    assert KEPT in house.firms("2026-01")
    assert whole(house) == []


def test_what_does_not_rest_on_it_stays(house: House, reports: list[Record]) -> None:
    land(house.desk, JANUARY, reports, "2026-01")
    land(house.desk, JANUARY, [reports[0]], "2026-02")
    house.desk.take()
    house.run("2026-02", datetime(2026, 3, 1, tzinfo=UTC))
    house.run("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
    february = house.latest("2026-02")
    delete(house.desk, MARCH, key("2026-01"))
    house.desk.take()
    house.sweep()
    assert house.latest("2026-02") == february
    assert house.made[-1] == "2026-01"


def test_a_run_that_was_put_off_is_refused_until_it_is_made(two_months: House) -> None:
    house = two_months
    purge_both(house)
    report = house.sweep(defer=True)
    assert report.state == "destroyed"
    assert house.made == []
    assert house.hits(GONE) == []
    for month in MONTHS:
        with pytest.raises(DataRefused, match=r"purged: .*not made again yet"):
            house.latest(month)
        assert house.lake.runs.awaited(month)
        assert house.lake.runs.latest(month) is None
    assert [row["runs_left"] for row in pending(house.lake)] == [3]
    assert {fault.reason for fault in check.faults(house.lake)} == {"purge"}
    assert house.sweep().state == "done"
    assert house.made == list(MONTHS)
    assert pending(house.lake) == []
    assert whole(house) == []


def test_a_run_that_cannot_be_made_again_leaves_no_old_byte(two_months: House) -> None:
    house = two_months
    purge_both(house)
    house.fails = True
    with pytest.raises(RuntimeError):
        house.sweep()
    assert house.hits(GONE) == []
    with pytest.raises(DataRefused, match="purged"):
        house.latest("2026-01")
    house.fails = False
    assert house.sweep().state == "done"


def test_another_run_of_the_month_takes_its_place_while_it_waits(two_months: House) -> None:
    house = two_months
    purge_both(house)
    house.sweep(defer=True)
    house.run("2026-01", datetime(2026, 2, 1, tzinfo=UTC))
    assert house.lake.runs.latest("2026-01") is None, "an older as_of does not move readers back"
    house.run("2026-01", datetime(2026, 4, 15, tzinfo=UTC))
    assert house.latest("2026-01").run.as_of_key == "20260415T000000Z"
    house.sweep()
    assert house.latest("2026-01").run.as_of_key == "20260415T000000Z"
    assert house.lake.runs.resolve("2026-01", datetime(2026, 3, 15, tzinfo=UTC))


def test_a_run_that_was_rolled_back_from_does_not_come_back(two_months: House) -> None:
    house = two_months
    first = house.latest("2026-03")
    house.run("2026-03", datetime(2026, 3, 25, tzinfo=UTC))
    house.lake.runs.rollback("2026-03")
    house.made.clear()
    purge_both(house)
    house.sweep()
    assert house.made == list(MONTHS)
    assert house.latest("2026-03").run == first.run
    with pytest.raises(DataRefused, match="purged"):
        house.lake.runs.resolve("2026-03", datetime(2026, 3, 25, tzinfo=UTC))


def test_nothing_to_purge_does_nothing(two_months: House) -> None:
    before = two_months.desk.bytes_everywhere()
    assert two_months.sweep().state == "nothing"
    assert two_months.desk.bytes_everywhere() == before
    assert two_months.made == []


def test_the_record_holds_no_key_and_no_row(two_months: House) -> None:
    purge_both(two_months)
    two_months.sweep()
    (record,) = records(two_months.lake)
    assert set(record) == {
        "id",
        "state",
        "tombstones",
        "runs",
        "versions",
        "files",
        "bytes",
        "releases",
        "cases",
    }
    assert [stone["purged_at"] for stone in record["tombstones"]] == [
        "2026-03-10T04:15:00Z",
        "2026-04-10T04:15:00Z",
    ]
    assert record["bytes"] > 0
    assert GONE not in json.dumps(record)


def test_a_release_of_a_run_that_went_is_recalled(two_months: House) -> None:
    house, storage = two_months, two_months.lake.storage
    house.lake.bind_key(RING.key_id)
    done = published(storage, planned(storage, SampleRun(run_id=house.latest("2026-01").run_id)))
    purge_both(house)
    report = house.sweep()
    (told,) = notices(storage)
    assert told["release_id"] == done.release_id
    assert told["event"] == "recall"
    assert [one["release_id"] for one in report.releases] == [done.release_id]
    assert [entry.key for entry in storage.walk(done.folder)] == [f"{done.folder}/_recall.json"]
    key_ = ledger.ledger_key(RING)
    assert ledger.verify(storage, key_) == []
    assert [line["event"] for line in ledger.read_ledger(storage)] == ["release", "recall"]
    assert json.loads(storage.read("releases/skatteetaten/_latest.json"))["latest"] is None


def test_a_release_that_was_approved_too_late_is_recalled_too(two_months: House) -> None:
    house, storage = two_months, two_months.lake.storage
    old = house.latest("2026-01").run_id
    house.lake.bind_key(RING.key_id)
    purge_both(house)
    house.sweep()
    done = published(storage, planned(storage, SampleRun(run_id=old)))
    assert [fault.key for fault in check.faults(house.lake)] == [done.folder]
    house.sweep()
    assert [told["release_id"] for told in notices(storage)] == [done.release_id]
    assert check.faults(house.lake) == []


def test_a_job_that_read_the_old_rows_cannot_publish_them(two_months: House) -> None:
    house = two_months
    old = house.latest("2026-01")
    purge_both(house)
    with pytest.raises(DataRefused, match="version_missing"):
        house.lake.runs.publish(
            Run("2026-01", datetime(2026, 4, 1, tzinfo=UTC)), tables=old.tables, deliveries=old.deliveries
        )
    house.sweep()
    assert house.hits(GONE) == []


def test_lost_rows_are_damage_and_no_purge(two_months: House) -> None:
    """Runs are not destroyed because a file of a delivery is missing."""
    house = two_months
    raw = house.latest("2026-01").deliveries[0]
    house.lake.storage.delete(raw.ref.folder)
    assert house.sweep().state == "nothing"
    assert house.lake.runs.latest("2026-01")
    assert "chain" in {fault.reason for fault in verify(house.lake)}


class Killed(BaseException):
    """Ends the process as kill -9 does: nothing catches it."""


STEPS = (
    "redaction.finish",
    "redaction.RowFilter.gone",
    "sweep.apply_all",
    "sweep.tainted",
    "sweep._destroy",
    "sweep.recall",
    "sweep._strays",
    "sweep._make_again",
    "sweep._lost",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_purge_that_died_is_finished_by_the_next_sweep(
    two_months: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    house = two_months
    house.lake.bind_key(RING.key_id)
    published(
        house.lake.storage, planned(house.lake.storage, SampleRun(run_id=house.latest("2026-01").run_id))
    )
    notice(house.desk, MARCH, GONE, "Fjernet")

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(f"jobs.purge.{step}", dies)
        with pytest.raises(Killed):
            house.take_and_sweep()
    assert is_pending(house.lake)
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == []
    assert not is_pending(house.lake)
    assert {month for month in MONTHS if house.latest(month)} == set(MONTHS)
    assert [line["event"] for line in ledger.read_ledger(house.lake.storage)] == ["release", "recall"]
    assert whole(house) == []


@pytest.mark.parametrize("deletes", range(0, 12, 2))
def test_a_purge_that_died_between_two_deletions_is_finished(
    two_months: House, monkeypatch: pytest.MonkeyPatch, deletes: int
) -> None:
    house, kind = two_months, type(two_months.lake.storage)
    delete_for_real, seen = kind.delete, list[str]()

    def counted(self: Any, name: str) -> None:
        if not name.startswith("_staging"):
            seen.append(name)
        if len(seen) > deletes:
            raise Killed
        delete_for_real(self, name)

    purge_both(house) if deletes % 4 == 0 else notice(house.desk, MARCH, GONE, "Fjernet")
    with monkeypatch.context() as patched:
        patched.setattr(kind, "delete", counted)
        with pytest.raises(Killed):
            house.take_and_sweep()
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == []
    assert house.lake.runs.latest("2026-03")
    assert whole(house) == []


def test_a_collection_spares_what_a_purge_that_died_needs(
    two_months: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    house = two_months
    delete(house.desk, MARCH, key("2026-01"))

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("jobs.purge.redaction.finish", dies)
        with pytest.raises(Killed):
            house.desk.take()
    gc(house.lake, timedelta(0))
    house.sweep()
    house.desk.take()
    house.sweep()
    assert house.hits(GONE) == [GONE], "February still names it"
    assert GONE not in house.firms("2026-01")
    assert whole(house) == []


def test_sweep_has_no_state_of_its_own(two_months: House) -> None:
    """What rests on purged rows is found from what versions name, without any record of the purge."""
    purge_both(two_months)
    for entry in list(two_months.lake.storage.walk("purges")):
        two_months.lake.storage.delete(entry.key)
    assert tainted(two_months.lake).runs
    assert two_months.sweep().state == "done"
