"""Contracts, payments, coverage and the limit on tiers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_chain import CONTRACTS, COVERAGE, PAYMENTS, PROJECTS
from expectations.tables_raw_chain import CONTRACTS as RAW_CONTRACTS
from expectations.tables_raw_chain import DISPENSATIONS, INVOICES
from expectations.tables_raw_chain import PROJECTS as RAW_PROJECTS
from expectations.tables_raw_codes import TIER_RULES

M = "2026-01"
CLIENT = "310000108"


def contract(contract_id: str, parent: str | None = None, **values: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "contract_id": contract_id,
        "project_id": "P",
        "parent_contract_id": parent,
        "client_orgnr": CLIENT,
    }
    row |= {"supplier_orgnr": f"S{contract_id}", "kind": "underentreprise", "is_labour_bearing": True}
    return row | {"declaration": "verifisert", "signed_on": date(2025, 10, 1)} | values


def test_current_version_of_a_contract(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.contracts import transform

    def declared(state: str) -> dict[str, object]:
        return {
            "contract_id": "K",
            "buyer_orgnr": CLIENT,
            "contract_kind": "innleie",
            "is_labour_bearing": True,
            "contract_status": state,
            "declaration_status": "erklaert",
        }

    frame = raw(
        RAW_CONTRACTS,
        M,
        sent("D1", "2025-12", [declared("aktiv")], at="2026-01-05T00:00:00"),
        sent("D3", "2025-11", [declared("planlagt")], kind="late", at="2026-02-05T00:00:00"),
        sent("D2", M, [declared("hevet")], at="2026-02-01T00:00:00"),
    )
    assert [r["state"] for r in rows(transform(contracts=frame, month=M), CONTRACTS)] == ["hevet"]


def invoice(invoice_id: str, **values: object) -> dict[str, object]:
    row = {"invoice_id": invoice_id, "issuer_orgnr": "A", "receiver_orgnr": "B", "invoice_kind": "faktura"}
    return row | {"invoiced_on": date(2026, 1, 10), "amount_ore": 100, "seen_through": "tilsyn"} | values


@pytest.mark.parametrize(
    ("values", "is_labour", "amount"),
    [
        pytest.param({"contract_id": "1"}, True, 100, id="contract for labour"),
        pytest.param({"contract_id": "2"}, False, 100, id="contract for goods"),
        pytest.param({"contract_id": "2", "billed_hours_h": Decimal("1")}, True, 100, id="hours billed"),
        pytest.param({"billed_hours_h": Decimal("0")}, False, 100, id="no contract and no hours"),
        pytest.param({"invoice_kind": "kreditnota"}, False, -100, id="credit note written positive"),
        pytest.param({"invoice_kind": "kreditnota", "amount_ore": -100}, False, -100, id="credit note"),
    ],
)
def test_payment(
    raw: Any, rows: Any, table: Any, sent: Any, values: Any, is_labour: Any, amount: Any
) -> None:
    from jobs.core.payments import transform

    contracts = table(CONTRACTS, contract("1"), contract("2", is_labour_bearing=False))
    invoices = [invoice("F1", **values), invoice("F2", invoiced_on=date(2026, 2, 1))]
    found = rows(
        transform(invoices=raw(INVOICES, M, sent("D1", M, invoices)), contracts=contracts, month=M), PAYMENTS
    )
    assert [(r["invoice_id"], r["is_labour"], r["amount_ore"]) for r in found] == [("F1", is_labour, amount)]
    assert found[0]["project_id"] == ("P" if "contract_id" in values else None)


@pytest.mark.parametrize(
    ("text", "is_general"),
    [
        (None, None),
        (" ", None),
        ("Tjenester", True),
        ("Utført arbeid 04/2025", True),
        ("DIV. ARBEID", True),
        ("12345", True),
        ("Arbeid etter avtale", False),
        ("Utført malerarbeid", False),
        ("Arbeid på Storgata 5", False),
    ],
)
def test_text_with_general_words_alone_tells_nothing(
    raw: Any, rows: Any, table: Any, sent: Any, text: str | None, is_general: bool | None
) -> None:
    from jobs.core.payments import transform

    listed = [invoice("F1", invoice_text=text, has_contact_details=False)]
    (row,) = rows(
        transform(invoices=raw(INVOICES, M, sent("D1", M, listed)), contracts=table(CONTRACTS), month=M),
        PAYMENTS,
    )
    assert (row["is_text_general"], row["has_contact"]) == (is_general, False)


def declared_project(**values: object) -> dict[str, object]:
    row = {"project_id": "P", "client_orgnr": CLIENT, "client_kind": "kommune", "work_kind": "nybygg_naering"}
    return (
        row
        | {"municipality_no": "3420", "declaration_status": "erklaert", "value_ore": 4_000_000_00}
        | values
    )


@pytest.fixture
def coverage(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.coverage import transform

    def make(contracts: Any = (), payments: Any = ()) -> Any:
        frame = transform(
            projects=raw(RAW_PROJECTS, M, sent("D1", M, [declared_project(is_chain_complete=True)])),
            contracts=table(CONTRACTS, *contracts),
            payments=table(PAYMENTS, *payments),
            month=M,
        )
        (row,) = rows(frame, COVERAGE)
        return row

    return make


def parts(row: Any) -> Any:
    names = ("verified_share", "parent_known_share", "invoice_covered_share", "coverage_share")
    return tuple(None if row[n] is None else str(row[n]) for n in names)


def test_coverage_without_contracts_is_unknown_not_zero(coverage: Any) -> None:
    row = coverage()
    assert (parts(row), row["contracts_n"], row["is_declared_complete"]) == ((None,) * 4, 0, True)


def test_coverage_is_the_lowest_known_part(coverage: Any) -> None:
    contracts = [
        contract("1", kind="hovedkontrakt", client_orgnr="X"),
        contract("2", parent="1", client_orgnr="S1", declaration="erklaert"),
        contract("3", parent="gone", client_orgnr="S1"),
        contract("4", client_orgnr="S1"),
        contract("5"),
        contract("6", is_labour_bearing=False, declaration="erklaert"),
    ]
    row = coverage(contracts)
    # 4 of 5 verified; main, with parent and given by the client are placed, the other two are not.
    assert (parts(row), row["contracts_n"]) == (("0.800000", "0.600000", None, "0.600000"), 5)


def paid(invoice_id: str, ore: int, **values: object) -> dict[str, object]:
    row = {"invoice_id": invoice_id, "issuer_orgnr": "S1", "payer_orgnr": CLIENT, "kind": "faktura"}
    return (
        row
        | {"issued_on": date(2026, 1, 1), "amount_ore": ore, "is_labour": True, "source": "tilsyn"}
        | values
    )


def test_invoices_outside_contracts_between_parties_lower_coverage(coverage: Any) -> None:
    inside = paid("1", 600_00, contract_id="1", project_id="P")
    credit = paid("2", -100_00, contract_id="1", project_id="P", kind="kreditnota")
    outside = paid("3", 500_00)
    goods = paid("4", 900_00, is_labour=False)
    stranger = paid("5", 900_00, issuer_orgnr="Z")
    row = coverage([contract("1", kind="hovedkontrakt")], [inside, credit, outside, goods, stranger])
    assert parts(row) == ("1.000000", "1.000000", "0.500000", "0.500000")


RULES: list[dict[str, Any]] = [
    {
        "rule_id": "OFF-BA",
        "client_kinds": "kommune,fylkeskommune",
        "work_kinds": "nybygg_naering,anlegg",
        "min_value_ore": 2_050_000_00,
        "max_tiers": 2,
        "valid_from_on": date(2017, 1, 1),
    },
    {
        "rule_id": "OFF-RENHOLD",
        "client_kinds": "kommune",
        "work_kinds": "renhold",
        "cpv": "90910000",
        "min_value_ore": 2_050_000_00,
        "max_tiers": 2,
        "valid_from_on": date(2017, 1, 1),
        "valid_to_on": date(2026, 1, 1),
    },
    {
        "rule_id": "OSLO-RISIKO",
        "client_kinds": "kommune:oslo",
        "work_kinds": "nybygg_naering",
        "max_tiers": 1,
    },
    {"rule_id": "PRIVAT", "client_kinds": "privat"},
]


@pytest.fixture
def project(raw: Any, rows: Any, table: Any, sent: Any) -> Any:
    from jobs.core.projects import transform

    def make(
        values: Any = (), signed_on: Any = date(2025, 10, 1), dispensations: Any = (), rules: Any = RULES
    ) -> Any:
        given = [r | {"certainty": "dato_uavklart", "origin": "test"} for r in rules]
        contracts = [
            contract("1", signed_on=signed_on),
            contract("2", parent="1", signed_on=date(2010, 1, 1)),
        ]
        granted = [
            {"project_id": "P", "record_no": 1, "item_no": n, **d} for n, d in enumerate(dispensations)
        ]
        frame = transform(
            projects=raw(RAW_PROJECTS, M, sent("D1", M, [declared_project(**dict(values))])),
            dispensations=raw(DISPENSATIONS, M, sent("D1", M, granted)),
            tier_rules=raw(TIER_RULES, M, sent("C1", "2026-01-01", given, kind="snapshot")),
            contracts=table(CONTRACTS, *contracts),
            coverage=table(COVERAGE, {"project_id": "P", "contracts_n": 1, "coverage_share": Decimal("0.7")}),
            month=M,
        )
        (row,) = rows(frame, PROJECTS)
        return row

    return make


CLEANING = {"work_kind": "renhold"}


@pytest.mark.parametrize(
    ("values", "signed_on", "expected"),
    [
        pytest.param({}, date(2025, 10, 1), ("rule", 2, "OFF-BA"), id="rule"),
        pytest.param(
            {"value_ore": 2_050_000_00}, date(2025, 10, 1), ("rule", 2, "OFF-BA"), id="at the value"
        ),
        pytest.param(
            {"value_ore": 2_049_999_99}, date(2025, 10, 1), ("none_below_value", None, "OFF-BA"), id="below"
        ),
        pytest.param({"value_ore": None}, date(2025, 10, 1), ("unknown", None, "OFF-BA"), id="value missing"),
        pytest.param({}, date(2017, 1, 1), ("rule", 2, "OFF-BA"), id="signed on the first day"),
        pytest.param({}, date(2016, 12, 31), ("unknown", None, None), id="signed the day before"),
        pytest.param({}, None, ("unknown", None, None), id="signature missing"),
        pytest.param({"tier_limit": 1}, None, ("contract", 1, None), id="limit in the contract"),
        pytest.param(
            {"tier_limit": 0, "client_kind": "privat"}, None, ("contract", 0, None), id="private, own limit"
        ),
        pytest.param({"client_kind": "privat"}, None, ("none_private", None, "PRIVAT"), id="private"),
        pytest.param(
            {"client_kind": "stat"}, date(2025, 10, 1), ("unknown", None, None), id="no rule for the kind"
        ),
        pytest.param(
            {"work_kind": "skipsverft"}, date(2025, 10, 1), ("unknown", None, None), id="no rule for the work"
        ),
        pytest.param(
            CLEANING | {"cpv_codes": ["90910000-9"]}, date(2025, 10, 1), ("rule", 2, "OFF-RENHOLD"), id="code"
        ),
        pytest.param(
            CLEANING | {"cpv_codes": ["90911200"]},
            date(2025, 10, 1),
            ("rule", 2, "OFF-RENHOLD"),
            id="below it",
        ),
        pytest.param(
            CLEANING | {"cpv_codes": ["90500000"]},
            date(2025, 10, 1),
            ("unknown", None, None),
            id="other code",
        ),
        pytest.param(CLEANING, date(2025, 10, 1), ("unknown", None, None), id="code missing"),
        pytest.param(
            CLEANING | {"cpv_codes": ["90910000"]},
            date(2026, 1, 1),
            ("rule", 2, "OFF-RENHOLD"),
            id="last day",
        ),
        pytest.param(
            CLEANING | {"cpv_codes": ["90910000"]}, date(2026, 1, 2), ("unknown", None, None), id="rule ended"
        ),
    ],
)
def test_tier_limit(project: Any, values: Any, signed_on: Any, expected: Any) -> None:
    row = project(values, signed_on)
    assert (row["tier_limit_basis"], row["tier_limit"], row["tier_limit_rule"]) == expected
    assert row["signed_on"] == signed_on
    assert row["tier_limit_certainty"] == ("dato_uavklart" if expected[2] else None)


def test_strictest_of_several_rules(project: Any) -> None:
    stricter = dict(RULES[0], rule_id="B", max_tiers=1)
    assert project(rules=[*RULES, stricter])["tier_limit_rule"] == "B"


def test_without_the_code_list_only_private_is_known(project: Any) -> None:
    assert project(rules=[])["tier_limit_basis"] == "unknown"
    assert project({"client_kind": "privat"}, rules=[])["tier_limit_basis"] == "none_private"


def test_dispensations_as_text(project: Any) -> None:
    granted = [
        {"contract_id": "K2", "extra_tiers": 1, "granted_on": date(2025, 12, 1)},
        {"contract_id": "K1", "extra_tiers": 2},
        {"contract_id": "K3"},
    ]
    assert project(dispensations=granted)["dispensations"] == ["K1=2@", "K2=1@2025-12-01"]
    assert project()["dispensations"] == []
