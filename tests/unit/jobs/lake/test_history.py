import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.dataset import Dataset
from expectations.errors import DataRefused
from jobs.lake import history
from jobs.lake.history import DOOMED, gc, named_versions, stale
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef, canonical
from jobs.lake.runs import Run
from jobs.lake.verify import verify

NOW = timedelta(0)
RUN = Run.of("2026-01")


@pytest.fixture
def table(lake: Lake, things: Dataset, rows: Any) -> Callable[..., TableRef]:
    def publish(*numbers: int, month: str = "2026-01", inputs: list[str] | None = None) -> TableRef:
        parameters = {"n": str(numbers)}
        return lake.publish(
            things, rows(*numbers), partition=month, inputs=inputs or [], parameters=parameters
        )

    return publish


@pytest.fixture
def deliver(lake: Lake, raw_things: Dataset, raw_rows: Any, receipt: Any) -> Callable[..., None]:
    def arrive(delivery_id: str, *things: str, **rest: Any) -> None:
        ref = lake.publish_raw(
            raw_things, raw_rows(delivery_id, *things), source="test", delivery_id=delivery_id
        )
        lake.deliveries.write(receipt(delivery_id, ref, **rest))

    return arrive


def exists(lake: Lake, ref: TableRef) -> bool:
    return lake.storage.exists(f"{ref.folder}/{MANIFEST}")


def test_only_what_nobody_names_goes(lake: Lake, table: Any, deliver: Any, raw_things: Dataset) -> None:
    deliver("d1", "x")
    published, drafted, released, orphan = table(1), table(2), table(3), table(4)
    lake.runs.publish(RUN, tables=[published])
    lake.runs.record_draft(RUN, "join", [drafted])
    lake.storage.put_if_absent(
        "releases/tax/cases/r1/_manifest.json", canonical({"inputs": [released.id], "files": []})
    )
    assert {e.key.rsplit("/", 1)[0] for e in gc(lake, NOW, dry_run=True)} == {orphan.folder}
    assert exists(lake, orphan)
    assert {e.key.rsplit("/", 1)[0] for e in gc(lake, NOW)} == {orphan.folder}
    assert [exists(lake, ref) for ref in (published, drafted, released, orphan)] == [True, True, True, False]
    assert lake.read(lake.deliveries.raw(raw_things.name)).num_rows == 1
    assert verify(lake) == []
    assert gc(lake, NOW) == []


def test_runs_that_were_rolled_back_from_are_kept(lake: Lake, table: Any) -> None:
    first, second = table(1), table(2)
    lake.runs.publish(RUN, tables=[first])
    lake.runs.publish(RUN, tables=[second])
    lake.runs.rollback("2026-01")
    assert gc(lake, NOW) == []
    assert exists(lake, second)


def test_what_is_young_is_left_alone(lake: Lake, table: Any) -> None:
    orphan = table(1)
    assert gc(lake, timedelta(hours=1)) == []
    long_ago = time.time() - 7200
    for path in Path(lake.storage.locate(orphan.folder)).iterdir():
        os.utime(path, (long_ago, long_ago))
    assert len(gc(lake, timedelta(hours=1))) == 2


def test_what_dead_writers_left_goes(lake: Lake, table: Any) -> None:
    ref = table(1)
    lake.runs.publish(RUN, tables=[ref])
    left = [
        "_staging/tmp1/part",
        "_staging/tmp2",
        f"{ref.folder}/part-00000-other.parquet",
        "tables/core_x__y/month=2026-01/v/part",
    ]
    for key in left:
        lake.storage.put_if_absent(key, b"x")
    assert sorted(e.key for e in gc(lake, NOW)) == sorted(left)
    assert lake.read(ref).num_rows == 1


def test_a_version_that_is_named_while_it_goes_is_given_back(
    lake: Lake, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = table(1)
    look = named_versions

    def look_and_then_someone_publishes(lake: Lake) -> set[str]:
        found = look(lake)
        lake.runs.record_draft(RUN, "join", [ref])
        return found

    monkeypatch.setattr(history, "named_versions", look_and_then_someone_publishes)
    assert gc(lake, NOW) == []
    assert lake.read(ref).num_rows == 1
    assert not lake.storage.exists(f"{ref.folder}/{DOOMED}")


def test_a_run_that_names_what_is_going_is_not_published(
    lake: Lake, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = table(1)
    delete, refused = lake.storage.delete, []

    def delete_and_then_someone_publishes(key: str) -> None:
        delete(key)
        if key.endswith(MANIFEST):
            with pytest.raises(DataRefused, match="version_missing"):
                lake.runs.publish(RUN, tables=[ref])
            refused.append(key)

    monkeypatch.setattr(lake.storage, "delete", delete_and_then_someone_publishes)
    gc(lake, NOW)
    assert refused
    assert lake.runs.latest("2026-01") is None
    # The run had been written before it looked, so the version was spared and running again succeeds.
    monkeypatch.undo()
    assert exists(lake, ref)
    assert lake.runs.publish(RUN, tables=[ref]).tables == (ref,)


def test_a_collection_that_died_halfway_is_mended(lake: Lake, table: Any) -> None:
    ref = table(1)
    lake.runs.publish(RUN, tables=[ref])
    content = lake.storage.read(f"{ref.folder}/{MANIFEST}")
    lake.storage.put_if_absent(f"{ref.folder}/{DOOMED}", content)
    lake.storage.delete(f"{ref.folder}/{MANIFEST}")
    assert gc(lake, NOW) == []
    assert lake.storage.read(f"{ref.folder}/{MANIFEST}") == content
    assert verify(lake) == []


def test_a_run_over_all_it_could_know_is_fresh(
    lake: Lake, table: Any, deliver: Any, raw_things: Dataset
) -> None:
    assert stale(lake, "2026-01") == []
    deliver("d1", "x")
    lake.runs.publish(RUN, tables=[table(1)], deliveries=lake.deliveries.raw(raw_things.name))
    assert stale(lake, "2026-01") == []


@pytest.mark.parametrize(
    ("delivery", "reasons"),
    [
        pytest.param(
            {"delivered_at": "2026-02-20T00:00:00Z"},
            ["test d2 arrived (delivered 2026-02-20T00:00:00Z, after the run)"],
            id="later delivery about the month",
        ),
        pytest.param(
            {"delivered_at": "2026-02-11T00:00:00Z"},
            ["test d2 arrived (delivered 2026-02-11T00:00:00Z)"],
            id="taken in late",
        ),
        pytest.param(
            {"delivered_at": "2026-03-10T00:00:00Z", "period": "2026-02"}, [], id="about the next month"
        ),
        pytest.param({"delivered_at": "2026-03-10T00:00:00Z", "period": "2026-02-01"}, [], id="the next day"),
        pytest.param({"delivered_at": "2026-03-10T00:00:00Z", "period": "2026"}, [], id="the year's end"),
        pytest.param(
            {"delivered_at": "2026-03-10T00:00:00Z", "period": "2025"}, [], id="before what was read"
        ),
    ],
)
def test_a_delivery_that_touches_the_month_makes_it_stale(
    lake: Lake, table: Any, deliver: Any, raw_things: Dataset, delivery: dict[str, str], reasons: list[str]
) -> None:
    deliver("d1", "x")
    lake.runs.publish(RUN, tables=[table(1)], deliveries=lake.deliveries.raw(raw_things.name))
    deliver("d2", "y", **delivery)
    assert stale(lake, "2026-01") == reasons


def test_a_delivery_without_rows_of_a_table_touches_nothing(
    lake: Lake, table: Any, deliver: Any, raw_things: Dataset
) -> None:
    deliver("d1", "x")
    lake.runs.publish(RUN, tables=[table(1)], deliveries=lake.deliveries.raw(raw_things.name))
    deliver("d2")
    assert stale(lake, "2026-01") == []


def test_restating_the_month_before_makes_a_month_stale(lake: Lake, table: Any) -> None:
    december = table(1, month="2025-12")
    lake.runs.publish(Run.of("2025-12"), tables=[december])
    lake.runs.publish(RUN, tables=[table(2, inputs=[december.id])])
    assert stale(lake, "2026-01") == []
    later = Run.of("2025-12", datetime(2026, 2, 1, tzinfo=UTC))
    lake.runs.publish(later, tables=[table(3, month="2025-12")])
    assert stale(lake, "2026-01") == ["core_test__things of 2025-12 was restated"]


def test_a_replaced_delivery_touches_nothing(
    lake: Lake, table: Any, raw_things: Dataset, raw_rows: Any, receipt: Any
) -> None:
    refs = {}
    for delivery_id, replaces in (("d1", ""), ("d2", "d1")):
        ref = lake.publish_raw(raw_things, raw_rows(delivery_id, "x"), source="test", delivery_id=delivery_id)
        refs[delivery_id] = receipt(delivery_id, ref)
        refs[delivery_id]["envelope"]["supersedes"] = replaces
        lake.deliveries.write(refs[delivery_id])
    _, second = lake.deliveries.raw(raw_things.name)
    lake.runs.publish(RUN, tables=[table(1)], deliveries=[second])
    assert stale(lake, "2026-01") == []
