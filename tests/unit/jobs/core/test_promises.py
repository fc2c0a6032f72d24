"""Work that suppliers promised late or deep in a chain, and the hours that they declared."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_chain import CONTRACTS, PAYMENTS, PROJECTS
from expectations.tables_core_commitment import DECLARED_MONTHS, PROMISES
from expectations.tables_core_org import ORGANISATIONS, ROLES
from expectations.tables_core_work import EMPLOYMENTS, PAY
from expectations.tables_raw_assignments import WORKERS
from expectations.tables_raw_codes import LABOUR_SHARES

M = "2026-01"
WINDOW = ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12", M)
CLIENT, A, B, C = "310000108", "310000205", "310000302", "310000418"


def contract(contract_id: str, supplier: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": contract_id, "client_orgnr": CLIENT, "supplier_orgnr": supplier}
    row |= {"kind": "underentreprise", "is_labour_bearing": True, "project_id": "P", "state": "aktiv"}
    row |= {"started_on": date(2025, 8, 1), "ended_on": date(2026, 1, 31), "declaration": "verifisert"}
    return row | {"value_ore": 900, "labour_value_ore": 700} | values


def project(start: date | None = date(2025, 1, 1), end: date | None = date(2026, 1, 31)) -> dict[str, Any]:
    row: dict[str, Any] = {"project_id": "P", "client_kind": "privat", "work_kind": "nybygg_naering"}
    row |= {"started_on": start, "ended_on": end, "tier_limit_basis": "none_private", "dispensations": []}
    return row


@pytest.fixture
def promised(rows: Any, table: Any) -> Any:
    from jobs.core.promises import transform

    def make(*contracts: Any, projects: Any = None) -> Any:
        of = [project()] if projects is None else projects
        frame = transform(contracts=table(CONTRACTS, *contracts), projects=table(PROJECTS, *of), month=M)
        return rows(frame, PROMISES)

    return make


def test_late_contract_is_there_with_its_place(promised: Any) -> None:
    (row,) = promised(contract("K"))
    assert (row["client_orgnr"], row["supplier_orgnr"], row["labour_ore"], row["value_ore"]) == (
        CLIENT,
        A,
        700,
        900,
    )
    assert (row["begins_on"], row["ends_on"], row["tier_no"]) == (date(2025, 8, 1), date(2026, 1, 31), 0)
    assert (row["project_from"], row["project_to"]) == (date(2025, 1, 1), date(2026, 1, 31))
    assert row["raw_refs"]


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({"started_on": date(2025, 7, 17)}, False),
        ({"started_on": date(2025, 7, 18)}, True),
        ({"started_on": None, "signed_on": date(2025, 8, 1)}, True),
        ({"started_on": None}, True),
        ({"project_id": None}, False),
        ({"project_id": "Q"}, True),
        ({"started_on": date(2025, 1, 1), "parent_contract_id": "gone"}, True),
        ({"ended_on": date(2025, 8, 1)}, True),
        ({"ended_on": date(2025, 7, 31)}, False),
        ({"started_on": date(2026, 2, 1)}, False),
        ({"is_labour_bearing": False}, False),
        ({"state": "hevet"}, False),
        ({"supplier_orgnr": None, "supplier_foreign_id": "x"}, False),
    ],
)
def test_candidates_came_in_after_the_middle_or_nobody_knows(
    promised: Any, values: dict[str, Any], is_there: bool
) -> None:
    assert bool(promised(contract("K", **values))) is is_there


def test_depth_is_counted_to_two(promised: Any) -> None:
    early: dict[str, Any] = {"started_on": date(2025, 1, 10)}
    found = promised(
        contract("K1", C, **early),
        contract("K2", B, parent_contract_id="K1", **early),
        contract("K3", A, parent_contract_id="K2", **early),
        contract("K4", "310000515", client_orgnr=A, parent_contract_id="K3", **early),
    )
    assert [(row["contract_id"], row["tier_no"]) for row in found] == [("K3", 2), ("K4", 2)]


def test_other_contracts_of_the_supplier_and_those_below_come_along(promised: Any) -> None:
    early: dict[str, Any] = {"started_on": date(2025, 1, 10)}
    found = promised(
        contract("K1"),
        contract("K2", **early),
        contract("K3", B, client_orgnr=A, **early),
        contract("K4", C, **early),
    )
    assert [row["contract_id"] for row in found] == ["K1", "K2", "K3"]


def test_contract_without_an_end_ends_with_its_project(promised: Any) -> None:
    (row,) = promised(contract("K", ended_on=None))
    assert row["ends_on"] == date(2026, 1, 31)
    (row,) = promised(contract("K", ended_on=None), projects=[])
    assert row["ends_on"] is None


def promise(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": "K", "project_id": "P", "client_orgnr": CLIENT, "supplier_orgnr": A}
    row |= {"kind": "underentreprise", "labour_ore": 84_000_000, "value_ore": 99_000_000, "tier_no": 2}
    return row | {"begins_on": date(2025, 8, 1), "ends_on": date(2026, 1, 31)} | values


def job(month: str, person: str = "anna", orgnr: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"month": month, "orgnr": orgnr, "person_id": person, "is_paid": True}
    row |= {"is_active": True, "relations_n": 1, "is_late": False, "position_pct": Decimal(100)}
    return row | values


def norm(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"key_kind": "nace", "key_value": "43", "min_share": Decimal("0.2")}
    row |= {"hourly_cost_ore": 42_000, "yearly_cost_ore": 70_000_000, "valid_from_on": date(2025, 1, 1)}
    return row | {"certainty": "egen_antakelse", "origin": "x"} | values


@pytest.fixture
def declared(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.declared_months import transform

    def make(
        *,
        promises: Any = None,
        jobs: Any = (),
        pay: Any = (),
        payments: Any = (),
        roles: Any = (),
        norms: Any = None,
        assigned: Any = (),
    ) -> Any:
        others = [job(month, "zoe", C) for month in WINDOW]
        frame = transform(
            promises=table(PROMISES, *([promise()] if promises is None else promises)),
            employments=table(EMPLOYMENTS, *others, *jobs),
            pay=table(PAY, *pay),
            payments=table(PAYMENTS, *payments),
            organisations=table(ORGANISATIONS, {"orgnr": A, "nace": "43.310"}),
            roles=table(ROLES, *roles),
            labour_norms=raw(LABOUR_SHARES, M, sent("C1", M, [norm()] if norms is None else norms)),
            assignment_workers=raw(WORKERS, M, sent("W1", M, list(assigned))),
            month=M,
        )
        return {row["work_month"]: row for row in rows(frame, DECLARED_MONTHS)}

    return make


def test_hours_are_paid_ones_or_those_of_the_position(declared: Any) -> None:
    jobs = [
        job(M),
        job(M, "bo", position_pct=None),
        job(M, "cid", position_pct=Decimal(40), full_week_h=Decimal("35.5")),
        job(M, "dag", is_active=False),
    ]
    paid = [{"month": M, "orgnr": A, "person_id": "anna", "paid_hours_h": Decimal("120.25")}]
    found = declared(jobs=jobs, pay=paid)
    assert sorted(found) == list(WINDOW)
    assert (found[M]["workers_n"], found[M]["declared_h"]) == (3, Decimal("344.28"))
    assert (found["2025-12"]["workers_n"], found["2025-12"]["declared_h"]) == (0, 0)
    assert {row["hourly_cost_ore"] for row in found.values()} == {42_000}


def test_month_that_nobody_reported_has_no_row(declared: Any) -> None:
    assert sorted(declared(jobs=[job("2025-07")])) == list(WINDOW)


def test_people_on_assignments_owners_and_work_bought_outside_are_told(declared: Any) -> None:
    line = {"line_id": "L", "employer_orgnr": A, "started_on": date(2025, 9, 15)}
    invoice = {"issuer_orgnr": B, "payer_orgnr": A, "is_labour": True, "source": "x", "amount_ore": 500}
    credit = invoice | {"invoice_id": "F2", "kind": "kreditnota", "amount_ore": -100}
    credit |= {"issued_on": date(2025, 10, 1)}
    owner: dict[str, Any] = {
        "orgnr": A,
        "role": "INNH",
        "holder_id": "person:p",
        "holder_kind": "person",
        "match": "fnr",
    }
    owner |= {"is_control": True, "is_start_exact": True, "valid_from": date(2020, 1, 1)}
    gone = owner | {"holder_id": "person:q", "valid_to": date(2025, 1, 1)}
    found = declared(
        assigned=[line | {"ended_on": date(2025, 11, 1)}, line | {"line_id": "L2", "employer_orgnr": C}],
        payments=[
            invoice | {"invoice_id": "F1", "kind": "faktura", "issued_on": date(2025, 10, 31)},
            credit,
            invoice
            | {"invoice_id": "F3", "kind": "faktura", "issued_on": date(2025, 10, 1), "contract_id": "K"},
        ],
        roles=[owner, owner | {"role": "DAGL"}, gone],
    )
    assert [found[m]["sent_n"] for m in WINDOW] == [0, 1, 1, 1, 0, 0]
    assert [found[m]["bought_ore"] for m in WINDOW] == [0, 0, 400, 0, 0, 0]
    assert {row["owners_n"] for row in found.values()} == {1}


@pytest.mark.parametrize(
    ("values", "workers", "is_there"),
    [
        ({}, 1, True),
        ({}, 2, True),
        ({}, 3, False),
        ({"labour_ore": None, "value_ore": 180_000_000}, 3, True),
        ({"labour_ore": None, "value_ore": None}, 9, True),
        ({"ends_on": None}, 9, True),
        ({"tier_no": 1, "project_from": date(2025, 7, 1), "project_to": date(2026, 1, 31)}, 0, False),
    ],
)
def test_candidates_promised_as_much_as_they_declared(
    declared: Any, values: dict[str, Any], workers: int, is_there: bool
) -> None:
    jobs = [job(month, f"w{n}") for month in WINDOW for n in range(workers)]
    assert bool(declared(promises=[promise(**values)], jobs=jobs)) is is_there


def test_weakest_month_decides(declared: Any) -> None:
    jobs = [job(month, f"w{n}") for month in WINDOW for n in range(3)]
    assert declared(jobs=jobs) == {}
    assert declared(jobs=[row for row in jobs if row["month"] != "2025-10"])


def test_trade_without_a_norm_stays_with_cost_unknown(declared: Any) -> None:
    assert {row["hourly_cost_ore"] for row in declared(norms=[norm(key_value="81")]).values()} == {None}
