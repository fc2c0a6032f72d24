"""Those whom indicators about capacity were not evaluated for are counted, and for a reason."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from jobs.flag.populations_capacity import FLOOR_ORE, POPULATIONS
from jobs.network.edges_capacity import SOLD_AT_LEAST_ORE

TABLES = {
    "core_org__organisations": {
        "orgnr": ["1", "2", "3", "4", "5", "6"],
        "nace": ["43.310", "43.310", "62.010", "56.101", None, "10.200"],
    },
    "core_work__minimum_rates": {
        "sector": ["bygg", "overnatting_servering_catering", "fiskeindustri"],
        "rate_ore": [23961, 19079, None],
        "certainty": ["bekreftet", "sekundaer", None],
    },
    "core_work__employments": {
        "orgnr": ["1", "2", "2", "3"],
        "is_active": [True, True, False, False],
    },
    "core_chain__reporting_duties": {"contract_id": ["K1", "K2", "K3"]},
    "core_chain__projects": {"project_id": ["p1", "p2", "p3", "p4", "p5"]},
    "core_chain__project_labour": {
        "project_id": ["p1", "p2", "p2", "p3"],
        "min_labour_share": [0.22, 0.22, 0.22, None],
    },
    "core_chain__contracts": {
        "client_orgnr": ["1", "2", "3", "8"],
        "supplier_orgnr": ["2", "3", "4", "1"],
        "is_labour_bearing": [True, True, False, False],
    },
    "core_chain__payments": {
        "payer_orgnr": ["2", "4", "9", "5"],
        "issuer_orgnr": ["1", "2", "8", "7"],
        "is_labour": [True, True, True, False],
    },
    "core_work__capacity": {
        "orgnr": ["1", "2", "3", "4"],
        "labour_sold_ore": [FLOOR_ORE, FLOOR_ORE, FLOOR_ORE, FLOOR_ORE - 1],
        "norm_key": ["43", "43", None, None],
    },
}


def read(name: str, columns: Sequence[str]) -> pa.Table:
    return pa.table(TABLES[name]).select(list(columns))


def test_people_enough_is_told_apart_from_what_nobody_could_say() -> None:
    assert FLOOR_ORE == SOLD_AT_LEAST_ORE
    assert POPULATIONS["shell"](read, {"shell:1"}) == {
        ("org", "not_triggered", "people_for_the_labour_or_little_labour"): 2,
        ("org", "not_evaluable", "no_norm_for_trade"): 1,
        ("org", "not_evaluable", "no_labour_invoice_known"): 2,
    }


def test_employers_without_such_persons_are_told_apart_from_those_who_paid_nobody() -> None:
    assert POPULATIONS["load"](read, {"load:1"}) == {
        ("org", "not_triggered", "fewer_than_two_persons_with_much_work"): 1,
        ("org", "not_evaluable", "no_paid_work_reported"): 4,
    }


@pytest.mark.parametrize(
    ("paying", "counted"),
    [
        ("1", ("not_triggered", "fewer_than_two_below_the_rate")),
        ("3", ("not_triggered", "no_general_rate_in_trade")),
        ("4", ("not_evaluable", "no_confirmed_rate_of_trade")),
        ("6", ("not_evaluable", "no_confirmed_rate_of_trade")),
        ("5", ("not_evaluable", "trade_unknown")),
    ],
)
def test_employers_without_candidates_are_counted_by_their_rate(
    monkeypatch: pytest.MonkeyPatch, paying: str, counted: tuple[str, str]
) -> None:
    work = {"orgnr": [paying, "2"], "is_active": [True, True]}
    monkeypatch.setitem(TABLES, "core_work__employments", work)
    found = POPULATIONS["pay"](read, {"pay:2"})
    assert found["org", "not_evaluable", "no_paid_work_reported"] == 4
    rest = {key[1:]: n for key, n in found.items() if n and key[2] != "no_paid_work_reported"}
    assert rest == {counted: 1}


def test_links_that_pass_little_on_are_told_apart_from_those_without_invoices() -> None:
    assert POPULATIONS["pass"](read, {"pass:1:p1"}) == {
        ("org", "not_triggered", "hands_no_work_on"): 1,
        ("org", "not_triggered", "passes_on_less_than_three_quarters"): 1,
        ("org", "not_evaluable", "no_invoices_known_both_ways"): 1,
    }


def test_buyers_of_work_are_told_apart_from_those_with_no_known_supplier() -> None:
    assert POPULATIONS["supply"](read, {"supply:1"}) == {
        ("org", "not_triggered", "fewer_than_two_thin_suppliers"): 2,
        ("org", "not_evaluable", "no_supplier_of_work_known"): 3,
    }


def test_projects_with_pay_enough_are_told_apart_from_those_nobody_can_judge() -> None:
    assert POPULATIONS["labour"](read, {"labour:p1"}) == {
        ("project", "not_triggered", "pay_enough_for_the_value"): 1,
        ("project", "not_evaluable", "no_norm_for_the_work"): 1,
        ("project", "not_evaluable", "not_over_or_begun_too_early"): 2,
    }


def test_suppliers_are_told_apart_from_those_with_no_known_contract() -> None:
    assert POPULATIONS["promise"](read, {"promise:2"}) == {
        ("org", "not_triggered", "neither_late_nor_deep_or_people_enough"): 1,
        ("org", "not_evaluable", "no_contract_for_work_known"): 4,
    }


def test_contracts_reported_in_time_are_counted() -> None:
    found = POPULATIONS["reporting"](read, {"reporting:K1"})
    assert found == {("contract", "not_triggered", "reported_in_time_or_not_due"): 2}
