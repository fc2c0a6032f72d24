"""Edges and scopes of tax: who becomes a candidate, and what its network holds."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from graph.model import EDGE_ATTRIBUTES, EdgeKind
from jobs.network import (
    edges_tax,
    scope_exit,
    scope_filing,
    scope_identifier,
    scope_vatpair,
    scope_withholding,
)
from jobs.network.source import ScopeSource

M = "2026-01"
A, B = "310000205", "310000302"


def month_due(month: str, ore: int, org: str = A, **values: Any) -> dict[str, Any]:
    row = {"orgnr": org, "pay_month": month, "answered_on": date(2026, 2, 12)}
    row |= {"overdue_withholding_ore": ore, "overdue_contribution_ore": 1, "suspended_ore": 0}
    return row | values


def duty(period: str, org: str = A, **values: Any) -> dict[str, Any]:
    row = {"orgnr": org, "duty_kind": "mvamelding", "filing_period": period, "is_missing": True}
    row |= {
        "period_from": date(2025, 9, 1),
        "period_to": date(2025, 10, 31),
        "deadline_on": date(2025, 12, 10),
    }
    return row | {"filing_status": "ikke_levert", "known_on": date(2026, 1, 12)} | values


def pair(buyer: str, seller: str, **values: Any) -> dict[str, Any]:
    row = {"buyer_orgnr": buyer, "seller_orgnr": seller, "from_year": 2025, "from_term_no": 4}
    return row | {"to_year": 2025, "to_term_no": 5, "is_mismatch": True} | values


@pytest.fixture
def edges(edges_of: Any) -> Any:
    return partial(edges_of, edges_tax.SOURCE)


@pytest.fixture
def scopes(elements_of: Any) -> Any:
    def make(source: ScopeSource, **given: Any) -> dict[str, set[str]]:
        return {scope: set(cut) for scope, cut in elements_of(source, parts=1, **given).items()}

    return make


def test_month_of_pay_is_an_edge_with_both_sides(edges: Any) -> None:
    (edge,) = edges(
        withholding_months=[
            month_due("2025-11", 99, expected_withholding_ore=300, expected_contribution_ore=200)
        ]
    )
    assert (edge["source_id"], edge["target_id"]) == (f"org:{A}", "period:2025-11")
    assert (edge["valid_from"], edge["valid_to"], edge["amount_ore"]) == (
        date(2025, 11, 1),
        date(2025, 11, 30),
        100,
    )
    assert dict(edge["attributes"])["expected_ore"] == "500"


def test_expected_sum_with_an_unknown_part_is_unknown(edges: Any) -> None:
    (edge,) = edges(withholding_months=[month_due("2025-11", 99, expected_withholding_ore=300)])
    assert "expected_ore" not in dict(edge["attributes"])


def test_payroll_and_standing_are_edges_only_of_those_who_owe(edges: Any) -> None:
    found = edges(
        withholding_months=[month_due("2025-11", 99)],
        contribution_terms=[
            {"orgnr": org, "year": 2025, "term_no": 6, "base_ore": 7, "answered_on": date(2026, 2, 12)}
            for org in (A, B)
        ],
        standing=[
            {"orgnr": org, "answer_month": M, "answer": "data", "has_instalment_plan": False,
             "withholding_arrears_ore": 3, "contribution_arrears_ore": 4}
            for org in (A, B)
        ],
    )  # fmt: skip
    told = {e["kind"]: e for e in found}
    assert len(found) == 3
    assert (told["payroll_term"]["target_id"], told["payroll_term"]["valid_to"]) == (
        "period:2025-T6",
        date(2025, 12, 31),
    )
    assert dict(told["tax_standing"]["attributes"]) == {
        "answer": "data",
        "has_instalment_plan": "false",
        "pay_arrears_ore": "7",
    }


def test_missing_reports_are_edges_of_those_who_miss_several(edges: Any) -> None:
    found = edges(
        filing_duties=[
            duty("2025-T4"),
            duty("2025-T5", responsible_orgnr=B),
            duty("2025-T3", is_missing=False),
            duty("2025-T5", B),
        ]
    )
    assert [(e["target_id"], dict(e["attributes"])["is_own_duty"]) for e in found] == [
        ("period:2025-T4", "true"),
        ("period:2025-T5", "false"),
    ]


def test_compared_terms_are_an_edge_over_their_days(edges: Any) -> None:
    (edge,) = edges(vat_mismatches=[pair(A, B, is_seller_registered=False)])
    assert (edge["source_id"], edge["target_id"]) == (f"org:{A}", f"org:{B}")
    assert (edge["valid_from"], edge["valid_to"]) == (date(2025, 7, 1), date(2025, 10, 31))
    assert dict(edge["attributes"]) == {"is_mismatch": "true", "is_seller_registered": "false"}


def test_edges_carry_only_declared_attributes(edges: Any) -> None:
    found = edges(
        withholding_months=[month_due("2025-11", 99, due_on=date(2025, 12, 15))],
        filing_duties=[duty("2025-T4"), duty("2025-T5")],
        vat_mismatches=[pair(A, B)],
    )
    for edge in found:
        assert set(dict(edge["attributes"])) <= set(EDGE_ATTRIBUTES[EdgeKind(edge["kind"])])


@pytest.mark.parametrize(
    ("months", "is_candidate"),
    [
        ([("2025-10", 1_300_000), ("2025-11", 1_300_000)], True),
        ([("2025-10", 1_200_000), ("2025-11", 1_200_000)], False),
        ([("2025-11", 9_000_000)], False),
    ],
)
def test_candidate_owes_enough_for_several_months(scopes: Any, months: Any, is_candidate: bool) -> None:
    rows = [month_due(month, ore) for month, ore in months]
    found = scopes(scope_withholding.SOURCE, withholding_months=rows)
    assert list(found) == ([f"withholding:{A}"] if is_candidate else [])


def test_withholding_scope_holds_months_payroll_and_standing(scopes: Any) -> None:
    found = scopes(
        scope_withholding.SOURCE,
        withholding_months=[
            month_due("2025-10", 5_000_000),
            month_due("2025-11", 5_000_000),
            month_due("2025-12", -1),
        ],
        contribution_terms=[
            {"orgnr": A, "year": 2025, "term_no": 6, "base_ore": 7, "answered_on": date(2026, 2, 12)}
        ],
        standing=[{"orgnr": A, "answer_month": M, "answer": "data"}],
    )
    assert found == {
        f"withholding:{A}": {f"node:org:{A}", "edge:tax_due", "edge:payroll_term", "edge:tax_standing"}
    }


def test_filing_scope_holds_missing_reports_and_work_as_supplier(scopes: Any) -> None:
    deal = {"contract_id": "K1", "client_orgnr": B, "supplier_orgnr": A, "kind": "underentreprise"}
    deal |= {"declaration": "erklaert"}
    sent = {"invoice_id": "F1", "issuer_orgnr": A, "payer_orgnr": B, "kind": "faktura", "amount_ore": 5}
    found = scopes(
        scope_filing.SOURCE,
        filing_duties=[duty("2025-T4"), duty("2025-T5"), duty("2025-T5", B)],
        contracts=[deal],
        payments=[sent | {"issued_on": date(2025, 9, 9)}],
    )
    assert found == {f"filing:{A}": {f"node:org:{A}", "edge:filing_duty", "edge:contract", "edge:payment"}}


@pytest.mark.parametrize(
    ("values", "is_candidate"),
    [
        ({}, True),
        ({"is_mismatch": False}, False),
        ({"is_mismatch": False, "is_seller_yearly": True}, True),
        ({"is_mismatch": False, "is_seller_yearly": False}, False),
    ],
)
def test_pair_is_a_candidate_when_off_or_not_comparable_yet(
    scopes: Any, values: dict[str, Any], is_candidate: bool
) -> None:
    found = scopes(scope_vatpair.SOURCE, vat_mismatches=[pair(A, B, **values)])
    assert list(found) == ([f"vatpair:{A}:{B}"] if is_candidate else [])


def worker(letter: str) -> str:
    return "p1_" + letter * 26


EXIT = {"from_orgnr": A, "to_orgnr": B, "moved_n": 6, "left_n": 7, "from_n": 12} | {
    "first_left_on": date(2025, 9, 5),
    "last_left_on": date(2025, 12, 10),
}
OWED = {"orgnr": A, "year": 2025, "term_no": 6, "arrears_ore": 5, "turnover_ore": 50}


def test_arrears_are_edges_only_of_those_whose_workers_went_somewhere(edges: Any) -> None:
    found = edges(worker_exits=[EXIT], arrears_terms=[OWED, OWED | {"orgnr": B}])
    told = {e["kind"]: e for e in found}
    assert len(found) == 2
    assert (told["arrears_term"]["target_id"], told["arrears_term"]["amount_ore"]) == ("period:2025-T6", 5)
    assert (told["worker_exit"]["source_id"], told["worker_exit"]["target_id"]) == (f"org:{A}", f"org:{B}")
    assert dict(told["worker_exit"]["attributes"]) == {"moved_n": "6", "left_n": "7", "from_n": "12"}


def test_exit_scope_holds_both_companies_and_what_ties_them(scopes: Any) -> None:
    role = {"orgnr": A, "role": "DAGL", "holder_id": f"person:{worker('a')}", "valid_from": date(2024, 1, 1)}
    deal = {"contract_id": "K1", "client_orgnr": A, "supplier_orgnr": B, "kind": "underentreprise"}
    sent = {"invoice_id": "F1", "issuer_orgnr": A, "payer_orgnr": B, "kind": "faktura", "amount_ore": 5}
    move = {"event_id": "E1", "kind": "virksomhetsoverdragelse", "orgnr": A, "counterparty_orgnr": B}
    found = scopes(
        scope_exit.SOURCE,
        worker_exits=[EXIT],
        arrears_terms=[OWED, OWED | {"orgnr": B}],
        roles=[
            role | {"holder_kind": "person", "is_control": True},
            role | {"role": "REVI", "is_control": False},
        ],
        contracts=[
            deal | {"declaration": "erklaert"},
            deal | {"contract_id": "K2", "client_orgnr": "310000418"},
        ],
        payments=[
            sent | {"issued_on": date(2025, 9, 9)},
            sent | {"invoice_id": "F2", "issued_on": date(2024, 9, 9)},
        ],
        events=[move | {"happened_on": date(2025, 9, 1)}],
    )
    assert found == {
        f"exit:{A}:{B}": {
            f"node:org:{A}", f"node:org:{B}", "edge:worker_exit", "edge:arrears_term", "edge:holds_role",
            "edge:located_at", "edge:contract", "edge:payment", "edge:transfer",
        }
    }  # fmt: skip


def gave(letter: str, identifier: str = "konto-1") -> dict[str, Any]:
    row = {"identifier_id": identifier, "person_id": worker(letter), "valid_from": date(2025, 8, 9)}
    return row | {"identifier_kind": "konto", "is_household": False}


def test_identifier_of_four_is_a_candidate_and_of_three_is_not(edges: Any, scopes: Any) -> None:
    given = [*map(gave, "abcd"), *(gave(letter, "konto-2") for letter in "abc")]
    found = edges(shared_identifiers=given)
    assert {(e["source_id"], e["target_id"]) for e in found} == {
        (f"person:{worker(letter)}", "identifier:konto-1") for letter in "abcd"
    }
    assert list(scopes(scope_identifier.SOURCE, shared_identifiers=given)) == ["identifier:konto-1"]


def filed(org: str, period: str = "2025-12", by: str = B, kind: str = "amelding") -> dict[str, Any]:
    return duty(period, org, duty_kind=kind, filed_by_orgnr=by, is_missing=False, filing_status="levert")


def job(letter: str, org: str = A, **values: Any) -> dict[str, Any]:
    row = {"orgnr": org, "person_id": worker(letter), "first_month": "2025-01", "last_month": "2026-01"}
    return row | {"valid_from": date(2025, 1, 1), "months_n": 9, "paid_months_n": 9} | values


def test_agent_is_who_filed_the_last_report_with_its_clients_and_the_staff(edges: Any) -> None:
    found = edges(
        shared_identifiers=[*map(gave, "abcd")],
        spells=[job("a"), job("y"), job("z", valid_to=date(2025, 12, 31)), job("b", B)],
        filing_duties=[
            filed(A),
            filed(A, "2025-11", "310000418"),
            filed("310000523", kind="mvamelding"),
            filed(B, by=B),
        ],
    )
    (edge,) = [e for e in found if e["kind"] == "filed_by"]
    assert (edge["source_id"], edge["target_id"]) == (f"org:{A}", f"org:{B}")
    assert dict(edge["attributes"]) == {"clients_n": "2", "staff_n": "2"}


def test_identifier_scope_holds_people_their_work_family_and_agents(scopes: Any) -> None:
    kin = {"person_id": worker("a"), "relation": "ektefelleEllerPartner"}
    found = scopes(
        scope_identifier.SOURCE,
        shared_identifiers=[*map(gave, "abcd")],
        spells=[*map(job, "abx")],
        families=[kin | {"related_person_id": worker("b")}, kin | {"related_person_id": worker("x")}],
        filing_duties=[filed(A)],
    )
    assert found == {
        "identifier:konto-1": {
            "node:identifier:konto-1", "edge:uses_identifier", "edge:employed_by", "edge:family",
            "edge:filed_by",
        }
    }  # fmt: skip


def test_employments_long_over_are_left_out_of_an_identifier_scope(scopes: Any) -> None:
    spell = job("a", valid_to=date(2025, 1, 31))
    found = scopes(scope_identifier.SOURCE, shared_identifiers=[*map(gave, "abcd")], spells=[spell])
    assert "edge:employed_by" not in found["identifier:konto-1"]
