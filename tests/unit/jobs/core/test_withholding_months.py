"""What is reported as due on pay, and what of it is unpaid."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from expectations.tables_core_tax import CONTRIBUTION_TERMS, WITHHOLDING_MONTHS
from expectations.tables_raw_amelding import REPORTS
from expectations.tables_raw_tax_answers import CLAIM_ANSWERS, CLAIM_DUES, CLAIMS
from expectations.tables_raw_tax_answers import CONTRIBUTION_ANSWERS as RAW_ANSWERS
from expectations.tables_raw_tax_answers import CONTRIBUTION_TERMS as RAW_TERMS

M = "2026-01"
ORG, OTHER = "310000205", "310000302"
ANSWERED = datetime(2026, 2, 12, 5, tzinfo=UTC)
DUE = date(2025, 12, 15)


def answer(record: int = 1, org: str = ORG, status: str = "data", at: datetime = ANSWERED) -> dict[str, Any]:
    return {"record_no": record, "orgnr": org, "answer_status": status, "answered_at": at}


def claim(no: int = 0, kind: str = "FORSKUDDSTREKK", month: int | None = 11, **values: Any) -> dict[str, Any]:
    row = {"record_no": 1, "item_no": no, "orgnr": ORG, "claim_no": no, "claim_kind": kind}
    return row | {"claim_period_year": 2025, "claim_period_month_no": month} | values


def due(no: int = 0, ore: int = 100, on: date = DUE, **values: Any) -> dict[str, Any]:
    row = {"record_no": 1, "item_no": no, "orgnr": ORG, "claim_no": no}
    return row | {"due_on": on, "remaining_ore": ore, "is_suspended": False} | values


def report(month: str = "2025-11", org: str = ORG, **values: Any) -> dict[str, Any]:
    row = {"calendar_month": month, "message_id": "m", "employer_orgnr": org}
    return row | {"withholding_sum_ore": 300, "employer_contribution_sum_ore": 200} | values


@pytest.fixture
def made(raw: Any, rows: Any, sent: Any) -> Any:
    from jobs.core.withholding_months import transform

    def make(answers: Any = None, claims: Any = (), dues: Any = (), reports: Any = (), more: Any = ()) -> Any:
        heads = [answer()] if answers is None else answers
        frames = {
            "claim_answers": raw(CLAIM_ANSWERS, M, sent("D1", M, heads), *more),
            "claims": raw(CLAIMS, M, sent("D1", M, list(claims))),
            "claim_dues": raw(CLAIM_DUES, M, sent("D1", M, list(dues))),
            "reports": raw(REPORTS, M, *(sent(f"R{n}", M, [r]) for n, r in enumerate(reports))),
        }
        return rows(transform(**frames, month=M), WITHHOLDING_MONTHS)

    return make


def shown(row: Any) -> Any:
    return (
        row["pay_month"],
        row["overdue_withholding_ore"],
        row["overdue_contribution_ore"],
        row["expected_withholding_ore"],
        row["expected_contribution_ore"],
    )


def test_claims_stand_beside_what_was_reported_for_the_month(made: Any) -> None:
    (row,) = made(
        claims=[claim(), claim(1, "arbeidsgiveravgift"), claim(2, "MERVERDIAVGIFT")],
        dues=[due(), due(1, 40), due(2, 900)],
        reports=[report(withholding_sum_ore=-300)],
    )
    assert shown(row) == ("2025-11", 100, 40, 300, 200)
    assert (row["due_on"], row["answered_on"], row["suspended_ore"]) == (DUE, date(2026, 2, 12), 0)
    assert len(row["raw_refs"]) == 5


def test_what_had_not_fallen_due_or_is_paid_is_not_unpaid(made: Any) -> None:
    found = made(
        claims=[claim(), claim(1), claim(2, month=12)],
        dues=[due(0, 70), due(1, 0), due(2, 50, date(2026, 2, 12))],
        reports=[report(), report("2025-12")],
    )
    assert [shown(r)[:3] for r in found] == [("2025-11", 70, 0), ("2025-12", 0, 0)]
    assert found[1]["due_on"] is None


def test_disputed_part_and_latest_due_date_are_told(made: Any) -> None:
    (row,) = made(
        claims=[claim()],
        dues=[due(0, 70, is_suspended=True), due(0, 30, date(2026, 1, 15), item_no=1, is_suspended=None)],
    )
    assert shown(row) == ("2025-11", 100, 0, None, None)
    assert (row["suspended_ore"], row["due_on"]) == (70, date(2026, 1, 15))


def test_claim_without_a_month_belongs_to_no_month(made: Any) -> None:
    assert made(claims=[claim(month=None)], dues=[due()], reports=[report()]) == []


def test_reports_of_others_and_replaced_reports_are_left_out(made: Any) -> None:
    (row,) = made(
        claims=[claim()],
        dues=[due()],
        reports=[report(withholding_sum_ore=1), report(withholding_sum_ore=2), report(org=OTHER)],
    )
    assert row["expected_withholding_ore"] == 2


@pytest.mark.parametrize("status", ["ingenData", "avslag"])
def test_later_answer_without_data_takes_the_claims_away(made: Any, sent: Any, status: str) -> None:
    later = sent("D2", M, [answer(status=status)], at="2026-02-13T00:00:00")
    assert made(claims=[claim()], dues=[due()], more=[later]) == []


def test_terms_of_the_latest_answer(raw: Any, rows: Any, sent: Any) -> None:
    from jobs.core.contribution_terms import transform

    def term(record: int, no: int | None, ore: int) -> dict[str, Any]:
        return {"record_no": record, "orgnr": ORG, "term_year": 2025, "term_no": no, "base_ore": ore}

    frames = {
        "contribution_answers": raw(
            RAW_ANSWERS, M, sent("D1", "2025-11", [answer()]), sent("D2", M, [answer()])
        ),
        "contribution_terms": raw(
            RAW_TERMS,
            M,
            sent("D1", "2025-11", [term(1, 4, 1)]),
            sent(
                "D2", M, [term(1, 5, 2), {**term(1, 6, 3), "item_no": 1}, {**term(1, None, 4), "item_no": 2}]
            ),
        ),
    }
    found = rows(transform(**frames, month=M), CONTRIBUTION_TERMS)
    assert [(r["term_no"], r["base_ore"]) for r in found] == [(5, 2), (6, 3)]
