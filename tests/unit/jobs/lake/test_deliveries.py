from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from expectations.dataset import Dataset
from expectations.errors import DataRefused, UsageError
from jobs.lake.deliveries import FATES, RawRef, instant
from jobs.lake.lake import Lake

Receipt = Callable[..., dict[str, Any]]


def test_every_record_is_accounted_for(lake: Lake, receipt: Receipt) -> None:
    lake.deliveries.write(receipt("d1", accepted=2, quarantined=1))
    found = lake.deliveries.receipt("test", "d1")
    assert found is not None
    assert found["dispositions"]["in"] == 3


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("change", [1, -1])
def test_a_record_lost_or_invented_is_refused(lake: Lake, receipt: Receipt, fate: str, change: int) -> None:
    broken = receipt("d1", accepted=2, quarantined=1)
    for counts in (broken["dispositions"], broken["files"][0]["dispositions"]):
        counts.update({"protected": 1, "purged": 1, "duplicate": 1, "superseded": 1, "in": 7})
        counts[fate] += change
    with pytest.raises(
        DataRefused, match=r"conservation: test/d1: in total 7 records in, [68] accounted for"
    ):
        lake.deliveries.write(broken)
    assert lake.deliveries.receipts(status=None) == []


def test_files_must_add_up_to_the_total(lake: Lake, receipt: Receipt) -> None:
    broken = receipt("d1", accepted=2)
    broken["files"][0]["dispositions"].update({"in": 1, "accepted": 1})
    with pytest.raises(DataRefused, match="conservation: test/d1: files have 1 in, the total says 2"):
        lake.deliveries.write(broken)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.pop("purged"), id="a fate missing"),
        pytest.param(lambda d: d.update(lost=0), id="a fate unknown"),
        pytest.param(lambda d: d.update({"accepted": -1, "in": -1}), id="negative"),
        pytest.param(lambda d: d.update({"accepted": 1.0}), id="not whole"),
    ],
)
def test_counts_have_their_form(lake: Lake, receipt: Receipt, change: Callable[[Any], Any]) -> None:
    broken = receipt("d1")
    change(broken["dispositions"])
    with pytest.raises(DataRefused, match="conservation: test/d1: in total needs a count"):
        lake.deliveries.write(broken)


def test_the_first_receipt_stays(lake: Lake, receipt: Receipt) -> None:
    lake.deliveries.write(receipt("d1"))
    lake.deliveries.write(receipt("d1"))
    with pytest.raises(DataRefused, match="delivery_conflict"):
        lake.deliveries.write(receipt("d1", accepted=5))
    assert [r["dispositions"]["in"] for r in lake.deliveries.receipts()] == [1]


def test_a_held_delivery_is_accepted_by_a_person_and_comes_in(lake: Lake, receipt: Receipt) -> None:
    lake.deliveries.write(receipt("d1", quarantined=9, status="held"))
    assert lake.deliveries.receipts() == []
    assert lake.deliveries.acceptance("test", "d1") is None
    with pytest.raises(UsageError, match="needs a reason"):
        lake.deliveries.accept("test", "d1", " ", "kari")
    lake.deliveries.accept("test", "d1", "confirmed with the owner", "kari")
    assert lake.deliveries.acceptance("test", "d1") == {
        "source": "test",
        "delivery_id": "d1",
        "reason": "confirmed with the owner",
        "by": "kari",
    }
    assert lake.deliveries.receipts() == []
    with pytest.raises(UsageError, match="accepted already"):
        lake.deliveries.accept("test", "d1", "again", "kari")
    lake.deliveries.write(receipt("d1", quarantined=9))
    assert {r["status"] for r in lake.deliveries.receipts(status=None)} == {"accepted", "held"}


def test_only_a_held_delivery_can_be_accepted(lake: Lake, receipt: Receipt) -> None:
    lake.deliveries.write(receipt("d1"))
    with pytest.raises(UsageError, match="test/d1 is not held"):
        lake.deliveries.accept("test", "d1", "why not", "kari")


def test_a_rejected_delivery_can_be_looked_at_again(lake: Lake, receipt: Receipt) -> None:
    lake.deliveries.write(receipt("d1", status="rejected"))
    lake.deliveries.write(receipt("d1", accepted=2, status="rejected"))
    assert lake.deliveries.forget("test", "d1") == ["rejected"]
    with pytest.raises(UsageError, match="neither held nor rejected"):
        lake.deliveries.forget("test", "d1")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a.json", "a.held"])
def test_names_stay_names(lake: Lake, receipt: Receipt, name: str) -> None:
    with pytest.raises(UsageError):
        lake.deliveries.write(receipt(name))


def test_an_unknown_status_is_refused(lake: Lake, receipt: Receipt) -> None:
    with pytest.raises(UsageError, match="'lost' is not one of"):
        lake.deliveries.write(receipt("d1", status="lost"))


def test_order_is_of_delivery_not_of_arrival(
    lake: Lake, receipt: Receipt, raw_things: Dataset, raw_rows: Callable[..., pa.Table]
) -> None:
    def arrive(delivery_id: str, at: str) -> None:
        ref = lake.publish_raw(raw_things, raw_rows(delivery_id, "x"), source="test", delivery_id=delivery_id)
        lake.deliveries.write(receipt(delivery_id, ref, delivered_at=at))

    arrive("d3", "2026-03-01T00:00:00Z")
    arrive("d2", "2026-02-01T00:00:00Z")
    arrive("d1", "2026-02-01T00:00:00Z")
    assert [raw.delivery_id for raw in lake.deliveries.raw(raw_things.name)] == ["d1", "d2", "d3"]
    assert [
        r.delivery_id for r in lake.deliveries.raw(raw_things.name, datetime(2026, 3, 1, tzinfo=UTC))
    ] == [
        "d1",
        "d2",
        "d3",
    ]
    just_before = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    assert [r.delivery_id for r in lake.deliveries.raw(raw_things.name, just_before)] == ["d1", "d2"]
    assert [r["delivery_id"] for r in lake.deliveries.visible(just_before)] == ["d1", "d2"]


def test_a_raw_reference_survives_json(
    lake: Lake, receipt: Receipt, raw_things: Dataset, raw_rows: Any
) -> None:
    ref = lake.publish_raw(raw_things, raw_rows("d1", "x"), source="test", delivery_id="d1")
    lake.deliveries.write(receipt("d1", ref))
    (raw,) = lake.deliveries.raw(raw_things.name)
    assert RawRef.from_dict(raw.to_dict()) == raw


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01", "2026-01-01T00:00:00"])
def test_an_instant_needs_a_zone(text: str) -> None:
    with pytest.raises(UsageError):
        instant(text)


def test_instants_are_utc() -> None:
    assert instant("2026-01-01T01:00:00+01:00") == datetime(2026, 1, 1, tzinfo=UTC)
