from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from expectations.dataset import Dataset
from expectations.errors import UsageError
from expectations.tables_quarantine import QUARANTINE
from jobs.lake import overview
from jobs.lake.lake import Lake
from jobs.lake.runs import Run

RUN = Run.of("2026-01")


def fault(number: int, reason: str) -> dict[str, Any]:
    return {
        "source": "test",
        "delivery_id": "d1",
        "file_name": "a.jsonl",
        "record_no": number,
        "fault_no": 0,
        "known_at": datetime(2026, 2, 10, tzinfo=UTC),
        "period": "2026-01",
        "reason_code": reason,
        "json_path": "$.orgnr",
        "message": "expected nine digits, found text of length 4",
        "excerpt": None,
        "record_key": "p1_" + "a" * 26,
    }


def quarantined(lake: Lake, receipt: Any, status: str) -> None:
    rows = pa.Table.from_pylist(
        [fault(1, "bad_check_digit"), fault(2, "bad_check_digit"), fault(3, "wrong_type")],
        schema=QUARANTINE.arrow_schema,
    )
    ref = lake.publish_raw(QUARANTINE, rows, source="test", delivery_id="d1")
    lake.deliveries.write(receipt("d1", ref, quarantined=3, status=status))


def test_tables_say_what_readers_see(
    lake: Lake, things: Dataset, raw_things: Dataset, rows: Any, raw_rows: Any, receipt: Any
) -> None:
    raw = lake.publish_raw(raw_things, raw_rows("d1", "x", "y"), source="test", delivery_id="d1")
    lake.deliveries.write(receipt("d1", raw))
    refs = [lake.publish(things, rows(*range(n)), partition=m) for n, m in ((1, "2025-12"), (3, "2026-01"))]
    lake.publish(things, rows(9), partition="2026-01", parameters={"not": "published"})
    lake.runs.publish(RUN, tables=refs, deliveries=lake.deliveries.raw(raw_things.name))
    first, second = overview.tables(lake)
    assert (first["table"], first["newest"], first["rows"], first["partitions"]) == (
        "raw_test__things",
        "d1",
        2,
        1,
    )
    assert second == {
        "table": "core_test__things",
        "newest": "2026-01",
        "rows": 3,
        "partitions": 2,
        "versions": 3,
        "as_of": RUN.as_of,
        "stale": False,
    }
    more = lake.publish_raw(raw_things, raw_rows("d2", "x"), source="test", delivery_id="d2")
    lake.deliveries.write(receipt("d2", more, delivered_at="2026-02-20T00:00:00Z"))
    assert overview.tables(lake)[1]["stale"] is True
    assert [month["month"] for month in overview.stale_months(lake)] == ["2026-01"]


def test_versions_say_which_one_is_seen(lake: Lake, things: Dataset, rows: Any) -> None:
    for numbers in ((1,), (1, 2)):
        ref = lake.publish(things, rows(*numbers), partition="2026-01", parameters={"n": str(numbers)})
        lake.runs.publish(RUN, tables=[ref])
    assert [(v["rows"], v["is_current"]) for v in overview.versions(lake, things.name)] == [
        (1, False),
        (2, True),
    ]


def test_a_dictionary_tells_each_column() -> None:
    columns = {row["column"]: row for row in overview.dictionary("core_org__organisations")}
    assert columns["orgnr"]["key"] is True
    assert columns["orgnr"]["required"] is True
    assert columns["name"]["required"] is False
    with pytest.raises(UsageError):
        overview.dictionary("core_org__nothing")


@pytest.mark.parametrize("status", ["accepted", "held"])
def test_quarantine_says_why_and_never_who(lake: Lake, receipt: Any, status: str) -> None:
    quarantined(lake, receipt, status)
    (row,) = overview.quarantine(lake)
    assert row["reasons"] == ["bad_check_digit 2", "wrong_type 1"]
    assert (row["status"], row["records"], row["quarantined"], row["is_released"]) == (status, 4, 3, False)
    faults = overview.faults(lake, "test", "d1")
    assert [(f["record_no"], f["reason_code"], f["json_path"]) for f in faults] == [
        (1, "bad_check_digit", "$.orgnr"),
        (2, "bad_check_digit", "$.orgnr"),
        (3, "wrong_type", "$.orgnr"),
    ]
    assert "record_key" not in faults[0]


def test_a_held_delivery_that_came_in_is_listed_once(lake: Lake, receipt: Any) -> None:
    quarantined(lake, receipt, "held")
    lake.deliveries.accept("test", "d1", "checked", "kari")
    assert overview.quarantine(lake)[0]["is_released"] is True
    quarantined(lake, receipt, "accepted")
    assert [row["status"] for row in overview.quarantine(lake)] == ["accepted"]


def test_what_came_in_whole_is_not_listed(lake: Lake, receipt: Any) -> None:
    lake.deliveries.write(receipt("d1"))
    rejected = receipt("d2", status="rejected")
    rejected["warnings"] = [{"code": "delivery_corrupt", "message": "sha256 differs"}]
    lake.deliveries.write(rejected)
    assert [(row["delivery_id"], row["reasons"]) for row in overview.quarantine(lake)] == [
        ("d2", ["delivery_corrupt"])
    ]
    assert overview.quarantine(lake, source="other") == []
