"""Reports that were due, VAT terms, and pairs whose VAT was compared."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from expectations.tables_core_tax import FILING_DUTIES, VAT_MISMATCHES, VAT_TERMS
from expectations.tables_raw_amelding import REPORTS
from expectations.tables_raw_brreg import UNITS
from expectations.tables_raw_tax_answers import FILING_DUTIES as RAW_DUTIES
from expectations.tables_raw_tax_answers import VAT_FILING_ANSWERS, VAT_FILINGS
from expectations.tables_raw_tax_answers import VAT_MISMATCHES as RAW_MISMATCHES

M = "2026-01"
ORG, OTHER = "310000205", "310000302"
ANSWERED = datetime(2026, 1, 12, 5, tzinfo=UTC)


def duty(kind: str = "mvamelding", period: str = "2025-T5", **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"orgnr": ORG, "answer_status": "data", "answered_at": ANSWERED}
    row |= {"duty_kind": kind, "filing_period": period, "filing_period_year": int(period[:4])}
    if "T" in period:
        row["filing_period_term_no"] = int(period[-1])
    elif len(period) == 7:
        row["filing_period_month_no"] = int(period[-2:])
    return row | {"deadline_on": date(2025, 12, 10), "filing_status": "ikke_levert"} | values


def term(status: str, **values: Any) -> dict[str, Any]:
    row = {"record_no": 1, "orgnr": ORG, "term": "sep-okt", "term_year": 2025, "term_no": 5}
    return row | {"filing_status": status, "is_set_by_authority": None} | values


def vat_answer(**values: Any) -> dict[str, Any]:
    row = {"record_no": 1, "orgnr": ORG, "answer_status": "data"}
    return row | {"answered_at": datetime(2026, 2, 12, 5, tzinfo=UTC)} | values


@pytest.fixture
def duties(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.filing_duties import transform

    def make(*listed: Any, vat: Any = (), answers: Any = (), reports: Any = (), units: Any = ()) -> Any:
        frames = {
            "filing_duties": raw(RAW_DUTIES, M, sent("D1", M, list(listed))),
            "vat_filing_answers": raw(VAT_FILING_ANSWERS, M, sent("D1", M, list(answers))),
            "vat_terms": table(VAT_TERMS, *vat),
            "reports": raw(REPORTS, M, sent("R1", M, list(reports))),
            "units": raw(UNITS, M, sent("U1", M, list(units))),
        }
        return rows(transform(**frames, month=M), FILING_DUTIES)

    return make


@pytest.mark.parametrize(
    ("kind", "period", "first", "last"),
    [
        ("amelding", "2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("mvamelding", "2025-T1", date(2025, 1, 1), date(2025, 2, 28)),
        ("aarsregnskap", "2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_period_of_a_duty(duties: Any, kind: str, period: str, first: date, last: date) -> None:
    (row,) = duties(duty(kind, period))
    assert (row["period_from"], row["period_to"], row["is_missing"]) == (first, last, True)


@pytest.mark.parametrize("status", ["levert", "forsent", "fritatt", "ikke_forfalt"])
def test_only_what_did_not_come_is_missing(duties: Any, status: str) -> None:
    (row,) = duties(duty(filing_status=status))
    assert (row["filing_status"], row["is_missing"]) == (status, False)


def test_report_of_the_employer_itself_shows_that_it_came(duties: Any) -> None:
    report = {"calendar_month": "2025-12", "message_id": "m", "employer_orgnr": ORG}
    found = duties(duty("amelding", "2025-12"), duty("amelding", "2025-11"), reports=[report])
    assert [(r["filing_period"], r["is_missing"]) for r in found] == [("2025-11", True), ("2025-12", False)]


@pytest.mark.parametrize(
    ("values", "is_missing"),
    [
        ({"filing_status": "fastsatt"}, False),
        ({"filing_status": "fastsatt", "is_set_by_authority": True}, True),
        ({"filing_status": "meldingIkkeLevert"}, True),
        ({"filing_status": "fastsatt", "answered_on": date(2026, 1, 12)}, True),
    ],
)
def test_later_answer_about_vat_shows_that_a_return_came(
    duties: Any, values: dict[str, Any], is_missing: bool
) -> None:
    told = {"orgnr": ORG, "year": 2025, "term_no": 5, "answered_on": date(2026, 2, 12)} | values
    (row,) = duties(duty(), vat=[told])
    assert row["is_missing"] is is_missing


@pytest.mark.parametrize(("year", "is_missing"), [("2023", True), ("2024", False), (None, True)])
def test_accounts_in_the_register_of_entities_were_filed(
    duties: Any, year: str | None, is_missing: bool
) -> None:
    unit = {"orgnr": ORG, "name": "X", "form_code": "AS", "last_accounts_year": year}
    (row,) = duties(duty("aarsregnskap", "2024"), units=[unit])
    assert row["is_missing"] is is_missing


def test_joint_registration_names_who_files_vat_and_nothing_else(duties: Any) -> None:
    found = duties(duty(), duty("amelding", "2025-12"), answers=[vat_answer(responsible_orgnr=OTHER)])
    assert [r["responsible_orgnr"] for r in found] == [None, OTHER]
    (own,) = duties(duty(), answers=[vat_answer(responsible_orgnr=ORG)])
    assert own["responsible_orgnr"] is None


def test_refused_answer_is_no_duty(duties: Any) -> None:
    assert duties(duty(answer_status="avslag")) == []


def test_last_answer_about_a_vat_term_stands(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.vat_terms import transform

    frames = {
        "vat_filing_answers": raw(
            VAT_FILING_ANSWERS, M, sent("D1", "2025-11", [vat_answer()]), sent("D2", M, [vat_answer()])
        ),
        "vat_filings": raw(
            VAT_FILINGS,
            M,
            sent("D1", "2025-11", [term("meldingIkkeLevert"), term("fastsatt", term_no=4, item_no=1)]),
            sent("D2", M, [term("fastsatt", vat_base_ore=500), term("fastsatt", term_no=None, item_no=1)]),
        ),
    }
    found = rows(transform(**frames, month=M), VAT_TERMS)
    assert [(r["term_no"], r["filing_status"], r["vat_base_ore"]) for r in found] == [
        (4, "fastsatt", None),
        (5, "fastsatt", 500),
    ]


def test_pairs_know_whether_the_seller_reports_yearly(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.vat_mismatches import transform

    def pair(buyer: str, seller: str, **values: Any) -> dict[str, Any]:
        row: dict[str, Any] = {"buyer_orgnr": buyer, "seller_orgnr": seller}
        row |= {"from_term": "2025-T4", "to_term": "2025-T5"}
        row |= {"from_term_year": 2025, "from_term_no": 4, "to_term_year": 2025, "to_term_no": 5}
        return row | {"is_mismatch": True} | values

    frames = {
        "vat_mismatches": raw(
            RAW_MISMATCHES,
            M,
            sent("D1", "2025-11", [pair(ORG, OTHER, is_mismatch=False)]),
            sent(
                "D2",
                M,
                [pair(ORG, OTHER), pair(OTHER, ORG), pair(OTHER, ORG, from_term_no=None, from_term="2025")],
            ),
        ),
        "vat_filing_answers": raw(VAT_FILING_ANSWERS, M, sent("D1", M, [vat_answer(term_kind="aarlig")])),
    }
    found = rows(transform(**frames, month=M), VAT_MISMATCHES)
    assert [(r["seller_orgnr"], r["is_mismatch"], r["is_seller_yearly"]) for r in found] == [
        (OTHER, True, None),
        (ORG, True, True),
    ]
