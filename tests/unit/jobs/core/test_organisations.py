from datetime import date
from typing import Any

import pytest

from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_raw_brreg import UNIT_REMARKS, UNITS

M = "2026-01"


def unit(orgnr: str = "310000205", **values: object) -> dict[str, object]:
    return {"orgnr": orgnr, "name": "HOVEDLAG AS", "form_code": "AS"} | values


def made(raw: Any, rows: Any, *deliveries: Any, remarks: Any = ()) -> Any:
    from jobs.core.organisations import transform

    units = raw(UNITS, M, *deliveries, history_months=24)
    return rows(transform(units=units, remarks=raw(UNIT_REMARKS, M, *remarks), month=M), ORGANISATIONS)


def test_latest_version_wins_and_a_late_older_period_never_overwrites_it(
    raw: Any, rows: Any, sent: Any
) -> None:
    found = made(
        raw,
        rows,
        sent("D2", "2026-01-20", [unit(name="NEW AS")], kind="delta", at="2026-01-21T04:00:00"),
        sent("D3", "2026-01-05", [unit(name="LATE AND OLD AS")], kind="delta", at="2026-02-10T04:00:00"),
        sent("D1", "2026-01-01", [unit(name="OLD AS")], kind="snapshot", at="2026-01-02T04:00:00"),
    )
    assert [row["name"] for row in found] == ["NEW AS"]


def test_delivery_about_a_later_month_is_not_this_months_state(raw: Any, rows: Any, sent: Any) -> None:
    found = made(
        raw,
        rows,
        sent("D1", "2026-01-31", [unit(name="JANUARY AS")], kind="snapshot"),
        sent("D2", "2026-02-01", [unit(name="FEBRUARY AS")], kind="delta"),
    )
    assert [row["name"] for row in found] == ["JANUARY AS"]


@pytest.mark.parametrize(
    ("complete", "deleted_on"),
    [pytest.param(True, date(2026, 1, 31), id="full register"), pytest.param(False, None, id="partial list")],
)
def test_absence_from_a_register_deletes_only_when_it_is_full(
    raw: Any, rows: Any, sent: Any, complete: Any, deleted_on: Any
) -> None:
    found = made(
        raw,
        rows,
        sent("D1", "2025-12-31", [unit(), unit("310000302")], kind="snapshot", at="2026-01-01T04:00:00"),
        sent("D2", "2026-01-31", [unit("310000302")], kind="snapshot", complete=complete),
    )
    assert {row["orgnr"]: row["deleted_on"] for row in found} == {"310000205": deleted_on, "310000302": None}


def test_snapshot_without_the_file_closes_nothing(raw: Any, rows: Any, sent: Any) -> None:
    found = made(
        raw,
        rows,
        sent("D1", "2025-12-31", [unit()], kind="snapshot", at="2026-01-01T04:00:00"),
        sent("D2", "2026-01-31", [], kind="snapshot"),
    )
    assert found[0]["deleted_on"] is None


def test_deleted_unit_keeps_what_the_register_knew_before(raw: Any, rows: Any, sent: Any) -> None:
    known = unit(
        registered_on=date(2020, 1, 1),
        bankrupt_on=date(2025, 10, 1),
        industry_1_code="43.310",
        industry_standard="SN2025",
        business_address_lines=["Storgata 1"],
        business_postcode="0155",
    )
    found = made(
        raw,
        rows,
        sent("D1", "2025-11-30", [known], kind="snapshot", at="2025-12-01T04:00:00"),
        sent("D2", "2026-01-10", [unit(deleted_on=date(2026, 1, 9))], kind="delta"),
    )
    assert found[0] | {"raw_refs": None} == found[0] | {
        "raw_refs": None,
        "deleted_on": date(2026, 1, 9),
        "bankrupt_on": date(2025, 10, 1),
        "registered_on": date(2020, 1, 1),
        "nace": "43.310",
        "address_key": "storgata 1 0155",
    }
    assert len(found[0]["raw_refs"]) == 2


@pytest.mark.parametrize(
    ("lines", "postcode", "key"),
    [
        pytest.param(["STORGATA 1 B"], "0155", "storgata 1 b 0155", id="case"),
        pytest.param(["Storgata 1-B "], "0155", "storgata 1 b 0155", id="punctuation"),
        pytest.param(["c/o Snill Trakt", "Ålgata 2"], "0155", "ålgata 2 0155", id="care of is a person"),
        pytest.param(["c/o Snill Trakt"], "0155", None, id="nothing left"),
        pytest.param([], "0155", None, id="no lines"),
        pytest.param(None, None, None, id="no address"),
    ],
)
def test_address_key(raw: Any, rows: Any, sent: Any, lines: Any, postcode: Any, key: Any) -> None:
    row = unit(business_address_lines=lines, business_postcode=postcode)
    assert made(raw, rows, sent("D1", "2026-01-31", [row], kind="snapshot"))[0]["address_key"] == key


def test_remark_of_the_current_version_only(raw: Any, rows: Any, sent: Any) -> None:
    remark = {"orgnr": "310000205", "remark_code": "FADR"}
    old = sent("D1", "2026-01-01", [remark], kind="snapshot", at="2026-01-02T04:00:00")
    versions = [
        sent("D1", "2026-01-01", [unit()], kind="snapshot", at="2026-01-02T04:00:00"),
        sent("D2", "2026-01-20", [unit()], kind="delta"),
    ]
    gone = sent("D2", "2026-01-20", [], kind="delta")
    assert made(raw, rows, versions[0], remarks=[old])[0]["address_remark"] == "FADR"
    assert made(raw, rows, *versions, remarks=[old, gone])[0]["address_remark"] is None


def test_sole_proprietorship_is_a_person(raw: Any, rows: Any, sent: Any) -> None:
    found = made(
        raw, rows, sent("D1", "2026-01-31", [unit(form_code="ENK"), unit("310000302")], kind="snapshot")
    )
    assert [row["is_person"] for row in found] == [True, False]


def test_no_delivery_gives_an_empty_table(raw: Any, rows: Any) -> None:
    assert made(raw, rows) == []
