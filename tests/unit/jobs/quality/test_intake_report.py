from typing import Any

import pyarrow as pa
import pytest

from expectations.catalogue import datasets
from expectations.tables_quarantine import QUARANTINE
from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.quality.drift import filled
from jobs.quality.intake_report import intake_report, place_of

UNITS = "raw_brreg_enheter__units"


def faults(
    lake: Lake, delivery_id: str, *found: tuple[int, str, str], source: str = "brreg_enheter"
) -> TableRef:
    rows = [
        {
            "source": source,
            "delivery_id": delivery_id,
            "file_name": "a.json.gz",
            "record_no": record_no,
            "fault_no": number,
            "known_at": 0,
            "period": "2026-01-31",
            "reason_code": code,
            "json_path": path,
            "message": "m",
            "excerpt": "an open value",
            "record_key": None,
        }
        for number, (record_no, code, path) in enumerate(found)
    ]
    table = pa.Table.from_pylist(rows, schema=QUARANTINE.arrow_schema)
    return lake.publish_raw(QUARANTINE, table, source=source, delivery_id=delivery_id)


def units(lake: Lake, delivery_id: str, count: int, **columns: Any) -> TableRef:
    declared = datasets()[UNITS]
    rows = [
        {
            "delivery_id": delivery_id,
            "file_name": "a.json.gz",
            "record_no": n + 1,
            "item_no": 0,
            "known_at": 0,
            "period": "2026-01-31",
            "orgnr": "200000004",
            "name": "x",
            "form_code": "AS",
            **{name: value(n) for name, value in columns.items()},
        }
        for n in range(count)
    ]
    table = pa.Table.from_pylist(rows, schema=declared.arrow_schema)
    return lake.publish_raw(declared, table, source="brreg_enheter", delivery_id=delivery_id)


def test_reasons_are_counted_by_record_and_place(lake: Lake, deliver: Any) -> None:
    ref = faults(
        lake, "20260201T040000Z-0001",
        (1, "bad_check_digit", "$.a[0].x"), (1, "bad_check_digit", "$.a[3].x"),
        (2, "bad_check_digit", "$.a[1].x"),
        (2, "missing_required", "$.navn"),
    )  # fmt: skip
    deliver(
        "brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="snapshot", tables=[ref],
        counts={"accepted": 7, "quarantined": 2, "duplicate": 1},
    )  # fmt: skip
    report = intake_report(lake, "2026-01")
    (row,) = report.deliveries
    assert (row["records"], row["accepted"], row["quarantined"], row["duplicate"]) == (10, 7, 2, 1)
    assert row["reasons"] == [
        {"reason_code": "bad_check_digit", "path": "$.a[].x", "records": 2},
        {"reason_code": "missing_required", "path": "$.navn", "records": 1},
    ]
    assert report.verdict == "some_out"
    assert report.reasons()[0] | {"deliveries": 1} == {
        "source": "brreg_enheter", "reason_code": "bad_check_digit", "path": "$.a[].x", "records": 2,
        "deliveries": 1,
    }  # fmt: skip
    assert "an open value" not in str(report)


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        pytest.param("2026-01-14T23:00:00Z", False, id="known for the month before"),
        pytest.param("2026-01-14T23:00:01Z", True, id="first second after it"),
        pytest.param("2026-02-14T23:00:00Z", True, id="as_of itself"),
        pytest.param("2026-02-14T23:00:01Z", False, id="after it"),
        pytest.param("1970-01-01T00:00:00Z", True, id="nobody knows when"),
    ],
)
def test_a_month_has_what_became_known_for_it(lake: Lake, deliver: Any, at: str, is_in: bool) -> None:
    deliver("kontraktskjede", "2025-12", at)
    assert bool(intake_report(lake, "2026-01").deliveries) is is_in
    assert len(intake_report(lake).deliveries) == 1


@pytest.mark.parametrize(
    ("at", "kind", "late"),
    [
        pytest.param("2026-02-10T22:59:59Z", "ordinary", 0, id="the last second of the tenth in Oslo"),
        pytest.param("2026-02-10T23:00:00Z", "ordinary", 1, id="the eleventh in Oslo"),
        pytest.param("2026-02-14T12:00:00Z", "ordinary", 4, id="four days late"),
        pytest.param("2026-02-14T12:00:00Z", "late", None, id="a late delivery is not due"),
    ],
)
def test_lateness(lake: Lake, deliver: Any, at: str, kind: str, late: int | None) -> None:
    deliver("skatteetaten_amelding", "2026-01", at, kind=kind)
    (row,) = intake_report(lake, "2026-01").deliveries
    assert row["late_days"] == late
    assert row["due_on"] == (None if late is None else "2026-02-10")


def test_what_has_no_cadence_is_never_late(lake: Lake, deliver: Any) -> None:
    deliver("kodelister", "2020-01-01", "2026-02-01T00:00:00Z", kind="snapshot")
    assert intake_report(lake).deliveries[0]["late_days"] is None


def test_a_refused_delivery_says_why_until_it_comes_in(lake: Lake, deliver: Any) -> None:
    refusal = {"code": "delivery_corrupt", "message": "brreg_enheter/x: sha256 differs"}
    deliver(
        "brreg_enheter",
        "2026-01-31",
        "2026-02-01T04:00:00Z",
        kind="snapshot",
        status="rejected",
        refusal=refusal,
    )
    report = intake_report(lake, "2026-01")
    (row,) = report.deliveries
    assert (row["status"], row["refusal"], report.verdict) == ("rejected", "delivery_corrupt", "some_refused")
    deliver("brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="snapshot")
    report = intake_report(lake, "2026-01")
    assert [r["status"] for r in report.deliveries] == ["accepted"]
    assert report.verdict == "all_in"


def test_nothing_came(lake: Lake) -> None:
    assert intake_report(lake, "2026-01").verdict == "nothing_came"


def test_sums_by_source(lake: Lake, deliver: Any) -> None:
    deliver("kontraktskjede", "2025-12", "2026-02-01T00:00:00Z", counts={"accepted": 3, "protected": 1})
    deliver(
        "kontraktskjede",
        "2026-01",
        "2026-02-02T00:00:00Z",
        counts={"purged": 2, "superseded": 1},
        status="held",
    )
    (row,) = intake_report(lake, "2026-01").by_source()
    assert (row["deliveries"], row["refused"], row["late"], row["records"]) == (2, 1, 1, 7)
    assert (row["accepted"], row["protected"], row["purged"], row["superseded"]) == (3, 1, 2, 1)


def pair(lake: Lake, deliver: Any, was: Any, now: Any, rows: int = 100) -> list[dict[str, Any]]:
    for period, at, columns in (
        ("2025-12-31", "2026-01-01T04:00:00Z", was),
        ("2026-01-31", "2026-02-01T04:00:00Z", now),
    ):
        delivery_id = f"{at.replace('-', '').replace(':', '')}-0001"
        ref = units(lake, delivery_id, rows, **columns)
        deliver("brreg_enheter", period, at, kind="snapshot", tables=[ref])
    found: list[dict[str, Any]] = intake_report(lake, "2026-01").deliveries[-1]["drift"]
    return found


def share(percent: int) -> Any:
    return {"website": lambda n: "w" if n % 100 < percent else None}


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        pytest.param(50, 50, None, id="the same"),
        pytest.param(50, 41, None, id="nine points less"),
        pytest.param(50, 40, "fill_shift", id="ten points less"),
        pytest.param(40, 50, "fill_shift", id="ten points more"),
        pytest.param(50, 0, "column_vanished", id="gone"),
        pytest.param(0, 50, "column_appeared", id="new"),
        pytest.param(2, 0, None, id="rare and gone"),
        pytest.param(3, 0, "column_vanished", id="less rare and gone"),
    ],
)
def test_fill_rates_drift(lake: Lake, deliver: Any, was: int, now: int, what: str | None) -> None:
    found = pair(lake, deliver, share(was), share(now))
    expected = [{"what": what, "table": UNITS, "field": "website", "was": was, "is": now}] if what else []
    assert found == expected


def test_few_rows_do_not_drift(lake: Lake, deliver: Any) -> None:
    assert pair(lake, deliver, share(100), share(0), rows=99) == []


def test_the_first_delivery_does_not_drift(lake: Lake, deliver: Any) -> None:
    pair(lake, deliver, share(100), share(0))
    assert intake_report(lake).deliveries[0]["drift"] == []


def test_unknown_fields_and_codes_that_are_new(lake: Lake, deliver: Any) -> None:
    for period, at, unknown, found in (
        ("2025-12-31", "2026-01-01T04:00:00Z", {"$.old": 3}, ["$.a"]),
        ("2026-01-31", "2026-02-01T04:00:00Z", {"$.old": 5, "$.new": 7}, ["$.a", "$.b"]),
    ):
        delivery_id = f"{at.replace('-', '').replace(':', '')}-0001"
        ref = faults(lake, delivery_id, *((n, "unknown_code", path) for n, path in enumerate(found, 1)))
        deliver("brreg_enheter", period, at, kind="snapshot", tables=[ref], unknown_fields=unknown)
    drift = intake_report(lake, "2026-01").deliveries[0]["drift"]
    assert [(d["what"], d["field"], d["is"]) for d in drift] == [
        ("unknown_new", "$.new", 7),
        ("code_new", "$.b", None),
    ]


def test_a_table_that_did_not_come(lake: Lake, deliver: Any) -> None:
    deliver("brreg_enheter", "2025-12-31", "2026-01-01T04:00:00Z", kind="snapshot", rows={UNITS: 100})
    deliver("brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="snapshot")
    drift = intake_report(lake, "2026-01").deliveries[0]["drift"]
    assert [(d["what"], d["table"], d["was"], d["is"]) for d in drift] == [("table_vanished", UNITS, 100, 0)]


def test_another_kind_is_no_forerunner(lake: Lake, deliver: Any) -> None:
    deliver("brreg_enheter", "2025-12-31", "2026-01-01T04:00:00Z", kind="snapshot", rows={UNITS: 100})
    deliver("brreg_enheter", "2026-01-31", "2026-02-01T04:00:00Z", kind="delta")
    assert intake_report(lake, "2026-01").deliveries[0]["drift"] == []


def test_fill_rates_are_read_from_statistics(lake: Lake) -> None:
    found = filled(lake, units(lake, "20260201T040000Z-0001", 10, **share(4)))
    assert found["orgnr"] == (10, 10)
    assert found["website"] == (10, 4)
    assert found["deleted_on"] == (10, 0)
    assert "file_name" not in found
    assert not any(name.startswith("business_address_lines") for name in found)


def test_numbers_of_list_items_are_left_out_of_a_place() -> None:
    assert place_of("$.a[3].b[12]") == "$.a[].b[]"
    assert place_of("$['a']") == "$['a']"
