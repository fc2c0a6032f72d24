"""Thin suppliers, and who buys work from several of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_capacity import CAPACITY
from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from expectations.tables_core_org import ORGANISATIONS, ROLES
from expectations.tables_core_supply import SUPPLIES, THIN_SUPPLIERS
from expectations.tables_core_tax import FILING_DUTIES
from expectations.tables_core_work import EMPLOYMENTS
from expectations.tables_raw_assignments import WORKERS
from expectations.tables_raw_tax_answers import VAT_FILING_ANSWERS

M = "2026-01"
MAIN, A, B, C = "310000108", "310000205", "310000302", "310000418"


def invoice(number: int, seller: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"invoice_id": f"F{number}", "issuer_orgnr": seller, "payer_orgnr": MAIN}
    row |= {"kind": "faktura", "issued_on": date(2025, 6, 1), "amount_ore": 900, "is_labour": True}
    return row | {"source": "x", "is_text_general": True, "has_contact": True} | values


def contract(number: int, seller: str = A, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"contract_id": f"K{number}", "client_orgnr": MAIN, "supplier_orgnr": seller}
    row |= {"kind": "underentreprise", "is_labour_bearing": True, "started_on": date(2025, 5, 1)}
    return row | {"declaration": "verifisert", "state": "aktiv"} | values


def job(orgnr: str = A, person: str = "anna", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"month": M, "orgnr": orgnr, "person_id": person, "position_pct": Decimal(100)}
    return row | {"relations_n": 1, "is_paid": True, "is_active": True, "is_late": False} | values


def role(code: str, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": A, "role": code, "holder_id": "person:p", "holder_kind": "person"}
    row |= {"is_control": True, "match": "fnr", "valid_from": date(2025, 4, 1), "is_start_exact": True}
    return row | values


def duty(kind: str = "aarsregnskap", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": A, "duty_kind": kind, "filing_period": "2024", "is_missing": True}
    row |= {"period_from": date(2024, 1, 1), "period_to": date(2024, 12, 31), "known_on": date(2025, 9, 10)}
    return row | {"deadline_on": date(2025, 7, 31), "filing_status": "ikke_levert"} | values


def vat(**values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": A, "answer_status": "data", "term_kind": "toMaaneder"}
    return row | {"answered_at": datetime(2026, 1, 12, tzinfo=UTC)} | values


OTHERS = [job(MAIN, "zoe")]
"""Somebody is reported somewhere."""


@pytest.fixture
def thin(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.thin_suppliers import transform

    def make(
        *,
        payments: Any = (),
        contracts: Any = (),
        is_vat: bool | None = False,
        roles: Any = (),
        jobs: Any = OTHERS,
        year: Any = (),
        duties: Any = (),
        vat_answers: Any = (),
        assigned: Any = (),
    ) -> Any:
        frame = transform(
            payments=table(PAYMENTS, *payments),
            contracts=table(CONTRACTS, *contracts),
            organisations=table(ORGANISATIONS, {"orgnr": A, "is_vat_registered": is_vat}),
            roles=table(ROLES, *roles),
            employments=table(EMPLOYMENTS, *jobs),
            capacity=table(CAPACITY, *year),
            filing_duties=table(FILING_DUTIES, *duties),
            vat_filing_answers=raw(VAT_FILING_ANSWERS, M, sent("V1", M, list(vat_answers))),
            assignment_workers=raw(WORKERS, M, sent("W1", M, list(assigned))),
            month=M,
        )
        return rows(frame, THIN_SUPPLIERS)

    return make


def test_row_tells_what_a_supplier_has_and_files(thin: Any) -> None:
    year = {"orgnr": A, "labour_sold_ore": 9, "labour_bought_ore": 0, "invoices_n": 1}
    (row,) = thin(
        payments=[invoice(1), invoice(2, kind="kreditnota", amount_ore=-200), invoice(3, C)],
        roles=[role("DAGL"), role("REGN", valid_to=date(2025, 12, 31))],
        year=[year | {"workers_n": 3, "workers_now_n": 0}],
        duties=[duty(), duty("skattemelding", is_missing=False), duty("mvamelding")],
        vat_answers=[vat(term_kind="aarlig")],
    )
    assert (row["orgnr"], row["sold_ore"], row["workers_now_n"], row["workers_year_n"]) == (A, 700, 0, 3)
    assert (row["has_adviser"], row["has_liable_owner"]) == (False, False)
    assert (row["is_vat_yearly"], row["is_vat_by_another"]) == (True, False)
    assert (row["filings_due_n"], row["filings_missing_n"]) == (2, 1)
    assert row["raw_refs"]


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({}, True),
        ({"is_vat": True}, False),
        ({"is_vat": None}, False),
        ({"is_vat": True, "vat_answers": [vat(term_kind="aarlig")]}, True),
        ({"is_vat": True, "vat_answers": [vat()]}, False),
        ({"is_vat": True, "duties": [duty()]}, True),
        ({"is_vat": True, "duties": [duty(deadline_on=date(2026, 1, 1))]}, True),
        ({"is_vat": True, "duties": [duty(deadline_on=date(2026, 1, 2))]}, False),
        ({"is_vat": True, "duties": [duty(is_missing=False)]}, False),
        ({"is_vat": True, "duties": [duty(filing_status="fritatt")]}, False),
        ({"is_vat": True, "roles": [role("DAGL")]}, True),
        ({"is_vat": True, "roles": [role("REVI")]}, False),
        ({"is_vat": True, "payments": [invoice(1)]}, True),
        ({"is_vat": True, "payments": [invoice(1, is_text_general=False)]}, False),
        ({"is_vat": True, "payments": [invoice(1, is_text_general=None, has_contact=False)]}, True),
        ({"jobs": [job()]}, False),
        ({"jobs": [job(ended_on=date(2025, 12, 31))]}, True),
        ({"jobs": []}, False),
    ],
)
def test_supplier_with_two_signs_is_thin(thin: Any, values: dict[str, Any], is_there: bool) -> None:
    assert bool(thin(**{"contracts": [contract(1)], **values})) is is_there


def test_people_on_assignments_are_declared(thin: Any) -> None:
    sent_here = {"line_id": "L1", "employer_orgnr": A, "started_on": date(2025, 9, 1)}
    assert len(thin(contracts=[contract(1)])) == 1
    assert thin(contracts=[contract(1)], assigned=[sent_here]) == []


def test_what_nobody_reported_is_unknown(thin: Any) -> None:
    (row,) = thin(contracts=[contract(1)], jobs=[], roles=[role("INNH")])
    assert (row["workers_now_n"], row["workers_year_n"], row["sold_ore"]) == (None, None, None)
    assert (row["is_vat_yearly"], row["is_vat_by_another"]) == (None, None)
    assert (row["has_adviser"], row["has_liable_owner"]) == (False, True)


def test_vat_that_another_reports_is_told(thin: Any) -> None:
    answers = [vat(responsible_orgnr=B)]
    (row,) = thin(contracts=[contract(1)], vat_answers=answers)
    assert (row["is_vat_yearly"], row["is_vat_by_another"]) == (False, True)


@pytest.fixture
def pairs(rows: Any, table: Any) -> Any:
    from jobs.core.supplies import transform

    def make(payments: Any = (), contracts: Any = (), suppliers: Any = (A, B)) -> Any:
        known = [{"orgnr": o, "filings_due_n": 0, "filings_missing_n": 0} for o in suppliers]
        frame = transform(
            payments=table(PAYMENTS, *payments),
            contracts=table(CONTRACTS, *contracts),
            thin_suppliers=table(THIN_SUPPLIERS, *known),
            month=M,
        )
        return rows(frame, SUPPLIES)

    return make


def test_buyer_of_two_has_a_row_for_each(pairs: Any) -> None:
    found = pairs(
        [
            invoice(1),
            invoice(2, is_text_general=None, has_contact=None),
            invoice(3, is_text_general=False),
            invoice(4, is_text_general=False, has_contact=False),
            invoice(5, kind="kreditnota", amount_ore=-100),
            invoice(6, C),
            invoice(7, payer_orgnr=C),
        ],
        [contract(1), contract(2, B)],
    )
    names = (
        "buyer_orgnr",
        "supplier_orgnr",
        "contracts_n",
        "invoices_n",
        "told_n",
        "vague_n",
        "invoiced_ore",
    )
    assert [tuple(row[n] for n in names) for row in found] == [
        (MAIN, A, 1, 4, 3, 2, 3500),
        (MAIN, B, 1, 0, 0, 0, None),
    ]
    assert all(row["raw_refs"] for row in found)


@pytest.mark.parametrize(
    ("second", "is_there"),
    [
        ({}, True),
        ({"issued_on": date(2025, 2, 1)}, True),
        ({"issued_on": date(2025, 1, 31)}, False),
        ({"is_labour": False}, False),
        ({"issuer_orgnr": C}, False),
        ({"payer_orgnr": B}, False),
    ],
)
def test_invoice_for_work_of_the_year_makes_a_pair(
    pairs: Any, second: dict[str, Any], is_there: bool
) -> None:
    assert bool(pairs([invoice(1), invoice(2) | {"issuer_orgnr": B} | second])) is is_there


@pytest.mark.parametrize(
    ("second", "is_there"),
    [
        ({}, True),
        ({"started_on": None, "signed_on": date(2025, 3, 1)}, True),
        ({"started_on": None}, False),
        ({"started_on": date(2026, 2, 1)}, False),
        ({"ended_on": date(2025, 2, 1), "started_on": date(2024, 1, 1)}, True),
        ({"ended_on": date(2025, 1, 31), "started_on": date(2024, 1, 1)}, False),
        ({"state": "hevet"}, False),
        ({"state": "planlagt"}, False),
        ({"state": None}, True),
        ({"is_labour_bearing": False}, False),
    ],
)
def test_contract_for_work_in_force_makes_a_pair(pairs: Any, second: dict[str, Any], is_there: bool) -> None:
    assert bool(pairs([], [contract(1), contract(2, B, **second)])) is is_there
