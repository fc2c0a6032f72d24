from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from expectations.errors import UsageError
from jobs.evaluate.features import (
    READS,
    Features,
    check_names,
    features,
    industry_of,
    refused,
    size_class,
)
from tests.unit.jobs.evaluate.planted import Tables, company


def rows() -> dict[str, list[dict[str, Any]]]:
    jobs = [
        {"orgnr": "A", "person_id": f"p{n}", "is_paid": True, "is_active": n < 3, "relations_n": 1,
         "is_late": n == 0, "position_pct": Decimal(50 + 10 * n)}
        for n in range(4)
    ]  # fmt: skip
    return {
        "core_org__organisations": [
            company("A", address_key="x 1"),
            company("B", address_key="x 1", nace="81.210", bankrupt_on=date(2025, 12, 1)),
            company("C", deleted_on=date(2024, 1, 1)),
        ],
        "core_org__roles": [
            {"orgnr": o, "role": "LEDE", "holder_id": "person:q", "holder_kind": "person", "is_control": True,
             "match": "fnr", "valid_from": date(2025, 9, 1), "is_start_exact": True}
            for o in ("A", "B")
        ],
        "core_work__employments": jobs,
        "core_home__residences": [
            {"person_id": f"p{n}", "place_id": "dwelling:1:H0101", "source": "bostedsadresse",
             "certainty": "registered"} for n in range(2)
        ],
        "core_home__occupancy": [
            {"place_id": "dwelling:1:H0101", "residents_n": 6, "adults_n": 6,
             "workers_n": 5, "employers_n": 2, "is_unit_known": True, "registered_share": Decimal(1)}
        ],
        "core_chain__contracts": [
            {"contract_id": "K1", "client_orgnr": "B", "supplier_orgnr": "A", "kind": "x",
             "is_labour_bearing": True, "declaration": "erklaert"},
            {"contract_id": "K2", "parent_contract_id": "K1", "client_orgnr": "A", "supplier_orgnr": "B",
             "kind": "x", "is_labour_bearing": False, "declaration": "erklaert"},
        ],
        "core_chain__payments": [
            {"invoice_id": "F1", "issuer_orgnr": "A", "payer_orgnr": "B", "kind": "faktura",
             "issued_on": date(2026, 1, 1), "amount_ore": 100, "is_labour": True, "source": "x"},
            {"invoice_id": "F2", "issuer_orgnr": "B", "payer_orgnr": "A", "kind": "faktura",
             "issued_on": date(2026, 1, 1), "amount_ore": 40, "is_labour": True, "source": "x"},
        ],
        "out_flag__findings": [
            {"finding_id": "1", "indicator_id": "A01", "status": "triggered", "companies": ["A", "B"]},
            {"finding_id": "2", "indicator_id": "I01", "status": "triggered", "companies": ["A"]},
            {"finding_id": "3", "indicator_id": "A02", "status": "suppressed", "companies": ["A"]},
        ],
    }  # fmt: skip


@pytest.fixture
def known() -> Features:
    return features(Tables(rows()))


def test_figures_are_those_of_the_tables(known: Features) -> None:
    own = known.values.loc["A"]
    expected = {
        "employed_n": 3, "position_pct": 60, "late_share": 0.25, "at_address_n": 2, "controllers_n": 1,
        "new_controllers_n": 1, "controlled_together_n": 2, "failed_together_n": 1, "contracts_in_n": 1,
        "contracts_out_n": 1, "links_above_n": 0, "labour_share": 1, "paid_in_ore": 100, "paid_out_ore": 40,
        "passed_on_share": 0.4, "most_residents_n": 6, "most_colleagues_n": 2, "most_employers_n": 2,
        "rule_A01": 1, "rule_I01": 1, "rule_A02": 0, "rules_triggered_n": 2, "industry_construction": 1,
    }  # fmt: skip
    assert {name: own[name] for name in expected} == pytest.approx(expected)
    assert known.values.loc["B", "is_bankrupt"] == 1
    assert known.values.loc["B", "links_above_n"] == 1
    assert known.stratum == ["construction:1", "cleaning:0"]


def test_a_company_that_ended_long_ago_is_no_subject(known: Features) -> None:
    assert known.orgnrs == ["A", "B"]


def test_order_of_rows_changes_nothing(known: Features) -> None:
    turned = features(Tables({name: listed[::-1] for name, listed in rows().items()}))
    assert np.array_equal(known.matrix(), turned.matrix(), equal_nan=True)
    assert list(known.values) == list(turned.values)


def test_a_company_without_any_row_gets_zero_counts_and_missing_figures() -> None:
    alone = features(Tables({"core_org__organisations": [company("A")]})).values.loc["A"]
    assert alone["contracts_in_n"] == 0
    assert np.isnan(alone["arrears_ore"])


@pytest.mark.parametrize(
    "name",
    [
        "d_number_share", "share_of_dnr", "nationality_n", "foreign_bank_share", "workers_country_n",
        "org_form",
        "is_nuf", "postcode", "municipality_0301", "region_34", "is_person", "phone_prefix", "surname_kind",
        "spraak_n", "language_n", "birth_country_share",
    ],
)  # fmt: skip
def test_an_excluded_attribute_or_a_proxy_of_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="excluded attribute"):
        check_names(["employed_n", name])


def test_no_figure_and_no_column_read_is_excluded(known: Features) -> None:
    assert refused(known.values.columns) == []
    assert [c for listed in READS.values() for c in listed if refused([c]) and c != "person_id"] == []
    assert "org_form" not in READS["core_org__organisations"]


def test_legal_form_weighs_nothing() -> None:
    other = rows()
    for row in other["core_org__organisations"]:
        row |= {"org_form": "NUF", "is_person": True, "municipality_no": "0301", "name": "X"}
    assert np.array_equal(features(Tables(rows())).matrix(), features(Tables(other)).matrix(), equal_nan=True)


@pytest.mark.parametrize(
    ("nace", "industry"),
    [("41.200", "construction"), ("78.200", "staffing"), (None, "other"), ("99.000", "other")],
)
def test_industry(nace: str | None, industry: str) -> None:
    assert industry_of(nace) == industry


@pytest.mark.parametrize(("employed", "lower"), [(0, 0), (4, 1), (5, 5), (99, 50), (100, 100)])
def test_size_class(employed: int, lower: int) -> None:
    assert size_class(employed) == lower
