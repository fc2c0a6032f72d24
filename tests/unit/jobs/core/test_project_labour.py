"""Pay that suppliers of labour reported for the months of a finished project."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_chain import CONTRACTS, PROJECTS
from expectations.tables_core_labour import PROJECT_LABOUR
from expectations.tables_core_work import PAY
from expectations.tables_raw_assignments import WORKERS
from expectations.tables_raw_codes import LABOUR_SHARES

M = "2026-01"
A, B = "310000205", "310000302"


def project(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"project_id": "p1", "client_kind": "privat", "work_kind": "rehab_bolig"}
    row |= {"started_on": date(2025, 3, 10), "ended_on": date(2025, 5, 20), "tier_limit_basis": "unknown"}
    return row | {"dispensations": []} | values


def contract(key: str, supplier: str | None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": key, "project_id": "p1", "supplier_orgnr": supplier, "kind": "x"}
    return row | {"is_labour_bearing": True, "state": "aktiv", "declaration": "erklaert"} | values


def paid(month: str, ore: int | None = 100, orgnr: str = A, person: str = "a") -> dict[str, Any]:
    return {"month": month, "orgnr": orgnr, "person_id": f"p1_{person * 26}", "cash_ore": ore}


OTHERS = [paid(f"2025-{n:02}", 1, "310000418", "z") for n in range(1, 13)]
"""Somebody reported pay in every month."""
NORM = {"key_kind": "arbeidstype", "key_value": "rehab_bolig", "min_share": Decimal("0.22")} | {
    "valid_from_on": date(2021, 11, 1), "certainty": "fremmed_norm", "origin": "o",
}  # fmt: skip


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.project_labour import transform

    def make(
        contracts: Any, pay: Any = (), *, of: Any = None, others: Any = OTHERS, sent_here: Any = ()
    ) -> Any:
        frame = transform(
            projects=table(PROJECTS, of or project()),
            contracts=table(CONTRACTS, *contracts),
            pay=table(PAY, *others, *pay),
            labour_norms=raw(LABOUR_SHARES, M, sent("C1", M, [NORM])),
            assignment_workers=raw(WORKERS, M, sent("W1", M, list(sent_here))),
            month=M,
        )
        return {row["supplier_id"]: row for row in rows(frame, PROJECT_LABOUR)}

    return make


def test_all_pay_of_the_months_of_the_contract_counts(made: Any) -> None:
    contracts = [
        contract("K1", A, started_on=date(2025, 4, 2), ended_on=date(2025, 4, 9)),
        contract("K2", A, started_on=date(2025, 1, 1), ended_on=date(2025, 12, 31)),
        contract("K3", B, started_on=date(2025, 4, 30), ended_on=date(2025, 5, 1)),
    ]
    pay = [paid(f"2025-{n:02}") for n in range(2, 7)] + [paid("2025-04", 50, person="b")]
    found = made(contracts, [*pay, paid("2025-05", 7, B)])
    row = found[A]
    assert (row["started_on"], row["ended_on"]) == (date(2025, 3, 10), date(2025, 5, 20))
    assert (row["months_n"], row["reported_months_n"], row["cash_ore"], row["workers_n"]) == (3, 3, 350, 2)
    assert (row["min_labour_share"], row["norm_certainty"]) == (Decimal("0.22"), "fremmed_norm")
    assert (found[B]["months_n"], found[B]["cash_ore"], found[B]["workers_n"]) == (2, 7, 1)
    assert row["raw_refs"]


def test_nobody_paid_is_nothing_but_a_month_that_nobody_reported_is_not_counted(made: Any) -> None:
    row = made([contract("K1", A)], others=[paid("2025-03", 1, B), paid("2025-05", 1, B)])[A]
    assert (row["cash_ore"], row["workers_n"], row["months_n"], row["reported_months_n"]) == (0, 0, 3, 2)


def test_pay_of_a_supplier_without_a_number_is_unknown(made: Any) -> None:
    row = made([contract("K1", None, supplier_foreign_id="LT:1")])["LT:1"]
    assert (row["supplier_orgnr"], row["cash_ore"], row["workers_n"]) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({"ended_on": date(2025, 11, 2)}, True),
        ({"ended_on": date(2025, 11, 3)}, False),
        ({"ended_on": None}, False),
        ({"started_on": date(2025, 1, 1)}, True),
        ({"started_on": date(2024, 12, 31)}, False),
        ({"started_on": None}, False),
    ],
)
def test_projects_are_over_for_ninety_days_and_wholly_in_the_window(
    made: Any, values: dict[str, Any], is_there: bool
) -> None:
    assert bool(made([contract("K1", A)], of=project(**values))) is is_there


@pytest.mark.parametrize(
    "values", [{"is_labour_bearing": False}, {"state": "hevet"}, {"state": "planlagt"}, {"project_id": "p2"}]
)
def test_only_contracts_for_labour_that_began_count(made: Any, values: dict[str, Any]) -> None:
    assert made([contract("K1", A, **values)]) == {}


def test_work_without_a_norm_says_so(made: Any) -> None:
    row = made([contract("K1", A)], of=project(work_kind="renhold"))[A]
    assert (row["min_labour_share"], row["norm_certainty"]) == (None, None)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2025, 5, 20), None, 1),
        (date(2025, 5, 21), None, 0),
        (date(2024, 1, 1), date(2025, 3, 10), 1),
        (date(2024, 1, 1), date(2025, 3, 9), 0),
    ],
)
def test_people_on_assignments_in_those_days_are_counted(
    made: Any, first: date, last: date | None, count: int
) -> None:
    line = {"line_id": "L1", "employer_orgnr": A, "started_on": first, "ended_on": last}
    assert made([contract("K1", A)], sent_here=[line])[A]["assigned_n"] == count
