from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.dataset import Dataset
from expectations.errors import DataRefused, UsageError
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, TableRef
from jobs.lake.runs import Run

MONTH = "2026-01"
RUN = Run.of(MONTH)
LATER = Run.of(MONTH, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def table(lake: Lake, things: Dataset, rows: Callable[..., pa.Table]) -> Callable[..., TableRef]:
    def publish(*numbers: int, month: str = MONTH) -> TableRef:
        return lake.publish(things, rows(*numbers), partition=month, parameters={"n": str(numbers)})

    return publish


def test_the_default_as_of_is_the_fifteenth_in_oslo() -> None:
    assert RUN.as_of_key == "20260214T230000Z"
    assert Run.of("2026-06").as_of_key == "20260714T220000Z"


def test_an_instant_in_any_zone_is_the_same_run() -> None:
    there = datetime(2026, 3, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert Run(MONTH, there) == LATER
    with pytest.raises(UsageError, match="no time zone"):
        Run(MONTH, datetime(2026, 3, 1))  # noqa: DTZ001
    with pytest.raises(UsageError):
        Run("2026-13", there)


def test_a_draft_tells_the_next_job(lake: Lake, table: Any) -> None:
    january, december = table(1), table(2, month="2025-12")
    lake.runs.record_draft(RUN, "join", [january, december])
    draft = lake.runs.draft(RUN, "join")
    assert draft.refs("core_test__things") == [december, january]
    assert draft.ref("core_test__things") == january
    assert draft.ref("core_test__things", "2025-12") == december
    with pytest.raises(UsageError, match="has no core_test__things of 2025-11"):
        draft.ref("core_test__things", "2025-11")
    with pytest.raises(UsageError, match="flag has not run for 2026-01 as of 20260214T230000Z"):
        lake.runs.draft(RUN, "flag")
    with pytest.raises(UsageError, match="join has not run"):
        lake.runs.draft(LATER, "join")


def test_a_job_that_runs_again_replaces_its_draft(lake: Lake, table: Any) -> None:
    lake.runs.record_draft(RUN, "join", [table(1)])
    lake.runs.record_draft(RUN, "join", [table(2)])
    assert lake.runs.draft(RUN, "join").tables == (table(2),)


def test_nothing_is_visible_before_the_run_is_published(lake: Lake, table: Any) -> None:
    lake.runs.record_draft(RUN, "join", [table(1)])
    assert lake.runs.latest(MONTH) is None
    assert lake.runs.all() == []
    with pytest.raises(UsageError, match="no run of 2026-01 is published"):
        lake.runs.resolve(MONTH)


def test_a_published_run_names_every_version(
    lake: Lake, table: Any, raw_things: Dataset, raw_rows: Any, receipt: Any
) -> None:
    raw_ref = lake.publish_raw(raw_things, raw_rows("d1", "x"), source="test", delivery_id="d1")
    lake.deliveries.write(receipt("d1", raw_ref))
    deliveries = lake.deliveries.raw(raw_things.name)
    published = lake.runs.publish(RUN, tables=[table(1)], deliveries=deliveries, parameters={"k": "v"})
    again = lake.runs.resolve(MONTH)
    assert again == published
    assert again.tables == (table(1),)
    assert again.deliveries == tuple(deliveries)
    assert (again.run, again.code_version, again.parameters) == (RUN, "code-1", {"k": "v"})


def test_the_same_run_is_the_same_bytes(
    tmp_path: Path, open_lake: Callable[..., Lake], things: Dataset, rows: Any
) -> None:
    contents = []
    for name in "ab":
        lake = open_lake(tmp_path / name)
        ref = lake.publish(things, rows(1), partition=MONTH)
        published = lake.runs.publish(RUN, tables=[ref, ref])
        pointer = lake.storage.read(f"runs/{MONTH}/_latest.json")
        assert lake.runs.publish(RUN, tables=[ref]) == published
        assert lake.storage.read(f"runs/{MONTH}/_latest.json") == pointer
        contents.append((lake.storage.read(published.key), pointer))
    assert contents[0] == contents[1]


def test_a_later_as_of_moves_the_pointer_and_keeps_the_earlier(lake: Lake, table: Any) -> None:
    first = lake.runs.publish(RUN, tables=[table(1)])
    second = lake.runs.publish(LATER, tables=[table(2)])
    assert lake.runs.resolve(MONTH) == second
    assert lake.runs.resolve(MONTH, RUN.as_of) == first
    assert lake.runs.resolve(MONTH, LATER.as_of) == second
    assert lake.runs.all(MONTH) == [first, second]


def test_an_earlier_as_of_never_moves_the_pointer_back(lake: Lake, table: Any) -> None:
    second = lake.runs.publish(LATER, tables=[table(2)])
    first = lake.runs.publish(RUN, tables=[table(1)])
    assert lake.runs.resolve(MONTH) == second
    assert lake.runs.resolve(MONTH, RUN.as_of) == first


def test_other_content_of_the_same_as_of_lies_beside(lake: Lake, table: Any) -> None:
    first = lake.runs.publish(RUN, tables=[table(1)])
    second = lake.runs.publish(RUN, tables=[table(2)])
    assert lake.runs.resolve(MONTH, RUN.as_of) == second
    assert lake.runs.resolve(MONTH, run_id=first.run_id) == first
    third = lake.runs.publish(RUN, tables=[table(1)])
    assert third == first
    assert lake.runs.resolve(MONTH) == first


def test_a_run_that_is_not_there_is_named(lake: Lake, table: Any) -> None:
    lake.runs.publish(RUN, tables=[table(1)])
    with pytest.raises(
        UsageError, match=r"no run of 2026-01 as of 20260301T000000Z .* published are 20260214T230000Z"
    ):
        lake.runs.resolve(MONTH, LATER.as_of)
    with pytest.raises(UsageError, match="with id zzz"):
        lake.runs.resolve(MONTH, run_id="zzz")


def test_a_run_names_each_month_of_a_table_once(lake: Lake, table: Any) -> None:
    with pytest.raises(DataRefused, match="run_ambiguous"):
        lake.runs.publish(RUN, tables=[table(1), table(2)])
    with pytest.raises(DataRefused, match="run_empty"):
        lake.runs.publish(RUN, tables=[])
    assert lake.runs.latest(MONTH) is None


def test_a_run_whose_version_is_gone_is_not_published(lake: Lake, table: Any) -> None:
    ref = table(1)
    lake.storage.delete(f"{ref.folder}/{MANIFEST}")
    with pytest.raises(DataRefused, match=f"version_missing: .*{ref.id} is gone"):
        lake.runs.publish(RUN, tables=[ref])
    assert lake.runs.latest(MONTH) is None


def test_rollback_shows_the_run_before_and_holds(lake: Lake, table: Any) -> None:
    first = lake.runs.publish(RUN, tables=[table(1)])
    second = lake.runs.publish(LATER, tables=[table(2)])
    assert lake.runs.rollback(MONTH) == first
    assert lake.runs.resolve(MONTH) == first
    # The scheduler runs the same thing again: what a person took back stays taken back.
    lake.runs.publish(LATER, tables=[table(2)])
    assert lake.runs.resolve(MONTH) == first
    with pytest.raises(UsageError):
        lake.runs.resolve(MONTH, LATER.as_of)
    assert lake.runs.resolve(MONTH, run_id=second.run_id) == second
    # A corrected run of the later instant is shown.
    third = lake.runs.publish(LATER, tables=[table(3)])
    assert lake.runs.resolve(MONTH) == third


@pytest.mark.parametrize("by", ["run_id", "as_of_key"])
def test_rollback_can_be_taken_back(lake: Lake, table: Any, by: str) -> None:
    lake.runs.publish(RUN, tables=[table(1)])
    second = lake.runs.publish(LATER, tables=[table(2)])
    lake.runs.rollback(MONTH)
    named = second.run_id if by == "run_id" else second.run.as_of_key
    assert lake.runs.rollback(MONTH, named) == second
    assert lake.runs.resolve(MONTH) == second


def test_there_must_be_something_to_go_back_to(lake: Lake, table: Any) -> None:
    with pytest.raises(UsageError, match="no run of 2026-01 is published"):
        lake.runs.rollback(MONTH)
    only = lake.runs.publish(RUN, tables=[table(1)])
    with pytest.raises(UsageError, match="no earlier run"):
        lake.runs.rollback(MONTH)
    with pytest.raises(UsageError, match="no other run"):
        lake.runs.rollback(MONTH, only.run_id)
