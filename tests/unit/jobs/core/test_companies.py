"""Establishments, events, hubs and tax standing."""

from datetime import date
from typing import Any

import pytest

from expectations.tables_core_org import ESTABLISHMENTS, EVENTS, HUBS, ORGANISATIONS, ROLES
from expectations.tables_core_work import PERSON_LINKS, STANDING
from expectations.tables_raw_brreg import ESTABLISHMENTS as RAW_ESTABLISHMENTS
from expectations.tables_raw_codes import HUBS as RAW_HUBS
from expectations.tables_raw_inspection import EVENTS as RAW_EVENTS
from expectations.tables_raw_tax import ARREARS

M = "2026-01"
PERSON = "p1_" + "a" * 26


def establishment(**values: object) -> dict[str, object]:
    return {"orgnr": "210000208", "name": "X", "form_code": "BEDR", "parent_orgnr": "310000205"} | values


@pytest.fixture
def establishments(raw: Any, rows: Any) -> Any:
    from jobs.core.establishments import transform

    def make(*deliveries: Any) -> Any:
        frame = raw(RAW_ESTABLISHMENTS, M, *deliveries, history_months=24)
        return rows(transform(establishments=frame, month=M), ESTABLISHMENTS)

    return make


def test_transferred_establishment_names_its_employer_before(establishments: Any, sent: Any) -> None:
    found = establishments(
        sent("D1", "2025-10-01", [establishment()], kind="snapshot"),
        sent(
            "D2",
            "2025-12-01",
            [establishment(parent_orgnr="310000302", transferred_on=date(2025, 11, 30))],
            kind="delta",
        ),
        sent("D3", "2026-01-15", [establishment(parent_orgnr="310000302", employees=7)], kind="delta"),
    )
    assert [(r["orgnr"], r["previous_orgnr"], r["employees_n"]) for r in found] == [
        ("310000302", "310000205", 7)
    ]
    assert len(found[0]["raw_refs"]) == 2


def test_closed_establishment_keeps_its_employer(establishments: Any, sent: Any) -> None:
    found = establishments(
        sent("D1", "2025-10-01", [establishment()], kind="snapshot"),
        sent(
            "D2", "2026-01-10", [establishment(parent_orgnr=None, closed_on=date(2026, 1, 9))], kind="delta"
        ),
    )
    assert [(r["orgnr"], r["previous_orgnr"], r["closed_on"]) for r in found] == [
        ("310000205", None, date(2026, 1, 9))
    ]


def event(event_id: str = "E1", **values: object) -> dict[str, object]:
    row = {
        "event_id": event_id,
        "event_kind": "konkursaapning",
        "event_on": date(2026, 1, 31),
        "orgnr": "310000205",
    }
    return row | {"seen_through": "konkursregister"} | values


def test_last_version_of_each_event_up_to_the_months_end(raw: Any, rows: Any, table: Any, sent: Any) -> None:
    from jobs.core.events import transform

    deliveries = [
        sent("D1", "2026-01", [event(), event("E2", event_on=date(2026, 2, 1))], at="2026-02-05T00:00:00"),
        sent(
            "D2", "2026-01", [event(event_on=date(2026, 1, 20))], kind="replacement", at="2026-02-06T00:00:00"
        ),
    ]
    frame = transform(events=raw(RAW_EVENTS, M, *deliveries), person_links=table(PERSON_LINKS), month=M)
    assert [(r["event_id"], r["happened_on"]) for r in rows(frame, EVENTS)] == [("E1", date(2026, 1, 20))]


@pytest.fixture
def hubs(raw: Any, rows: Any, table: Any) -> Any:
    from jobs.core.hubs import transform

    def make(declared: Any = (), organisations: Any = (), roles: Any = ()) -> Any:
        frame = transform(
            declared_hubs=raw(RAW_HUBS, M, *declared),
            organisations=table(ORGANISATIONS, *organisations),
            roles=table(ROLES, *roles),
            month=M,
        )
        return {(r["hub_id"], r["kind"]): r["linked_n"] for r in rows(frame, HUBS)}

    return make


@pytest.mark.parametrize(
    ("tenants", "found"),
    [
        pytest.param(10, {}, id="ten organisations"),
        pytest.param(11, {("place:storgata 1", "many_tenants"): 11}, id="more than ten"),
    ],
)
def test_place_with_many_organisations(hubs: Any, tenants: Any, found: Any) -> None:
    gone = {"orgnr": "999", "address_key": "storgata 1", "deleted_on": date(2025, 1, 1)}
    there = [{"orgnr": str(n), "address_key": "storgata 1"} for n in range(tenants)]
    assert hubs(organisations=[*there, gone]) == found


@pytest.mark.parametrize(
    ("clients", "found"),
    [
        pytest.param(10, {}, id="ten clients"),
        pytest.param(11, {("org:310000604", "many_clients"): 11}, id="more than ten"),
    ],
)
def test_accountant_with_many_clients(hubs: Any, clients: Any, found: Any) -> None:
    role = {
        "role": "REGN",
        "holder_id": "org:310000604",
        "holder_kind": "org",
        "valid_from": date(2020, 1, 1),
    }
    served = [role | {"orgnr": str(n)} for n in range(clients)]
    left = role | {"orgnr": "99", "valid_to": date(2026, 1, 30)}
    assert hubs(roles=[*served, left]) == found


@pytest.mark.parametrize(
    ("valid_to", "count"),
    [
        pytest.param(None, 1, id="open"),
        pytest.param(date(2026, 1, 31), 1, id="last day"),
        pytest.param(date(2026, 1, 30), 0, id="ended the day before"),
    ],
)
def test_declared_hub_holds_at_the_months_end(hubs: Any, sent: Any, valid_to: Any, count: Any) -> None:
    row = {
        "hub_kind": "studentbolig",
        "address_id": "399500001",
        "valid_from_on": date(2024, 1, 1),
        "valid_to_on": valid_to,
        "origin": "test",
    }
    found = hubs(declared=[sent("D1", "2026-01-01", [row], kind="snapshot")])
    assert list(found) == [("address:399500001", "studentbolig")] * count


def arrears(**values: object) -> dict[str, object]:
    from datetime import UTC, datetime

    answered = {"answer_status": "data", "answered_at": datetime(2026, 2, 1, tzinfo=UTC)}
    return {"orgnr": "310000205"} | answered | values


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param({"vat_overdue_ore": 5, "withholding_overdue_ore": 7}, ("data", 12), id="sum of kinds"),
        pytest.param({"vat_overdue_ore": 0}, ("data", 0), id="zero is an answer"),
        pytest.param({}, ("data", None), id="answer without amounts"),
        pytest.param({"answer_status": "ingenData"}, ("ingenData", None), id="nothing known"),
        pytest.param({"answer_status": "avslag", "vat_overdue_ore": 3}, ("avslag", None), id="refused"),
    ],
)
def test_standing(raw: Any, rows: Any, sent: Any, row: Any, expected: Any) -> None:
    from jobs.core.standing import transform

    frame = raw(ARREARS, M, sent("D1", M, [arrears(**row)]))
    found = rows(transform(arrears=frame, month=M), STANDING)
    assert [(r["answer"], r["arrears_ore"]) for r in found] == [expected]


def test_latest_answer_up_to_the_month_is_the_standing(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.standing import transform

    frame = raw(
        ARREARS,
        M,
        sent("D1", "2025-12", [arrears(vat_overdue_ore=100)], at="2026-02-10T00:00:00"),
        sent("D2", M, [arrears(answer_status="ingenData")], at="2026-02-09T00:00:00"),
        sent("D3", "2026-02", [arrears(vat_overdue_ore=900)], at="2026-02-11T00:00:00"),
    )
    found = rows(transform(arrears=frame, month=M), STANDING)
    assert [(r["answer_month"], r["answer"], r["arrears_ore"]) for r in found] == [(M, "ingenData", None)]
