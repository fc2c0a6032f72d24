"""Employments, pay and spells."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_work import EMPLOYMENTS, PAY, PERSON_LINKS, SPELLS
from expectations.tables_raw_amelding import DEDUCTIONS, INCOMES, LEAVES, RECIPIENTS, REPORTS
from expectations.tables_raw_amelding import EMPLOYMENTS as RELATIONS
from expectations.tables_raw_brreg import ESTABLISHMENTS

M = "2026-01"
EMPLOYER, ESTABLISHMENT = "310000205", "210000208"


def token(letter: str) -> str:
    return "p1_" + letter * 26


class Report:
    """One report of one employer: who worked for it, what they were paid and what was deducted."""

    def __init__(
        self,
        *,
        month: str = M,
        employer: str = EMPLOYER,
        at: str = "2026-02-10T00:00:00",
        kind: str = "ordinary",
        name: str = "D1",
    ) -> None:
        self.head: dict[str, object] = {
            "calendar_month": month,
            "message_id": name,
            "employer_orgnr": employer,
        }
        self.sent = {"delivery_id": name, "period": month, "at": at, "kind": kind}
        self.relations: list[dict[str, object]] = []
        self.incomes: list[dict[str, object]] = []
        self.deductions: list[dict[str, object]] = []
        self.leaves: list[dict[str, object]] = []
        self.recipients: list[dict[str, object]] = []

    def worker(
        self,
        letter: str,
        *,
        paid: int | None = 3_000_000,
        establishment: str = ESTABLISHMENT,
        **values: object,
    ) -> "Report":
        place = self.head | {
            "establishment_no": 0,
            "recipient_no": ord(letter),
            "record_no": 1,
            "worker_token": token(letter),
            "establishment_orgnr": establishment,
        }
        relation = {"employment_kind": "ordinaertArbeidsforhold", "started_on": date(2025, 1, 1)}
        self.relations.append(place | relation | {"item_no": len(self.relations)} | values)
        self.recipients.append(place | {"item_no": len(self.recipients)})
        if paid is not None:
            self.income(letter, paid, establishment=establishment)
        return self

    def income(
        self,
        letter: str,
        ore: int,
        code: str = "fastloenn",
        kind: str = "kontantytelse",
        establishment: str = ESTABLISHMENT,
        **values: object,
    ) -> "Report":
        row = self.head | {
            "establishment_no": 0,
            "recipient_no": ord(letter),
            "record_no": 1,
            "wage_code": code,
            "worker_token": token(letter),
            "establishment_orgnr": establishment,
            "benefit_kind": kind,
            "amount_ore": ore,
            "item_no": len(self.incomes),
        }
        self.incomes.append(row | values)
        return self

    def leave(self, letter: str, percent: str, start: date | None, end: date | None = None) -> "Report":
        values = {"leave_kind": "permisjon", "started_on": start, "ended_on": end}
        return self._line(self.leaves, letter, **values, leave_pct=Decimal(percent))

    def deduction(self, letter: str, ore: int, code: str) -> "Report":
        return self._line(self.deductions, letter, deduction_code=code, amount_ore=ore)

    def _line(self, lines: list[dict[str, object]], letter: str, **values: object) -> "Report":
        place = {"establishment_no": 0, "recipient_no": ord(letter), "record_no": 1, "item_no": len(lines)}
        worker = {"worker_token": token(letter), "establishment_orgnr": ESTABLISHMENT}
        lines.append(self.head | place | worker | values)
        return self


@pytest.fixture
def frames(raw: Any, table: Any, sent: Any) -> Any:
    def make(*reports: Any, establishments: Any = (), links: Any = (), months: Any = (M,)) -> Any:
        def of(dataset: Any, name: Any) -> Any:
            at_end = max(months)
            deliveries = [sent(rows=list(getattr(r, name)), **r.sent) for r in reports]
            return raw(dataset, at_end, *deliveries, last_months=len(months))

        head = [
            sent(rows=[r.head | {"sent_at": datetime(2026, 2, 1, tzinfo=UTC)}], **r.sent) for r in reports
        ]
        return (
            {
                "reports": raw(REPORTS, max(months), *head, last_months=len(months)),
                "recipients": of(RECIPIENTS, "recipients"),
                "incomes": of(INCOMES, "incomes"),
                "establishments": raw(ESTABLISHMENTS, max(months), *establishments),
                "person_links": table(PERSON_LINKS, *links),
                "months": list(months),
            },
            {"relations": of(RELATIONS, "relations"), "leaves": of(LEAVES, "leaves")},
            of(DEDUCTIONS, "deductions"),
        )

    return make


@pytest.fixture
def employments(frames: Any, rows: Any) -> Any:
    from jobs.core.employments import transform

    def make(*reports: Any, **around: Any) -> Any:
        shared, relations, _ = frames(*reports, **around)
        return rows(transform(**relations, **shared), EMPLOYMENTS)

    return make


@pytest.fixture
def pay(frames: Any, rows: Any) -> Any:
    from jobs.core.pay import transform

    def make(*reports: Any, **around: Any) -> Any:
        shared, _, deductions = frames(*reports, **around)
        return rows(transform(deductions=deductions, **shared), PAY)

    return make


def who(found: Any) -> Any:
    return [(r["orgnr"], r["person_id"][-1]) for r in found]


def test_worker_missing_from_the_replacement_is_withdrawn(employments: Any) -> None:
    first = Report().worker("a").worker("b")
    again = Report(name="D2", kind="replacement", at="2026-02-20T00:00:00").worker("b")
    found = employments(first, again)
    assert who(found) == [(EMPLOYER, "b")]
    assert found[0]["is_late"] is True
    assert all("|D2|" in ref for ref in found[0]["raw_refs"])


def test_emptied_report_withdraws_everyone(employments: Any) -> None:
    assert employments(Report().worker("a"), Report(name="D2", at="2026-02-20T00:00:00")) == []


def test_replacement_of_one_employer_leaves_others(employments: Any) -> None:
    other = Report(name="D2", employer="310000302", at="2026-02-20T00:00:00").worker(
        "b", establishment="210000305"
    )
    assert who(employments(Report().worker("a"), other)) == [(EMPLOYER, "a"), ("310000302", "b")]


def test_d_number_and_birth_number_are_one_person(employments: Any) -> None:
    link = {"token": token("d"), "person_id": token("f"), "rule": "d_number_to_fnr"}
    found = employments(Report().worker("d").worker("f"), links=[link])
    assert who(found) == [(EMPLOYER, "f")]
    assert found[0]["relations_n"] == 2


@pytest.mark.parametrize(
    ("paid", "values", "is_paid", "is_active"),
    [
        pytest.param(1, {}, True, True, id="one øre"),
        pytest.param(0, {}, False, False, id="zero"),
        pytest.param(None, {}, False, False, id="open relation without pay"),
        pytest.param(-500, {}, False, False, id="correction only"),
        pytest.param(1, {"ended_on": date(2026, 1, 1)}, True, True, id="ended in the month"),
        pytest.param(1, {"ended_on": date(2025, 12, 31)}, True, False, id="ended before, paid after"),
    ],
)
def test_what_counts_as_work(employments: Any, paid: Any, values: Any, is_paid: Any, is_active: Any) -> None:
    found = employments(Report().worker("a", paid=paid, **values))
    assert [(r["is_paid"], r["is_active"]) for r in found] == [(is_paid, is_active)]


def test_relations_of_one_worker_are_one_row(employments: Any) -> None:
    report = (
        Report()
        .worker(
            "a", paid=10, position_pct=Decimal("20"), started_on=date(2025, 3, 1), establishment="210000305"
        )
        .worker("a", paid=20, position_pct=Decimal("60"), ended_on=date(2026, 1, 20), end_reason="sluttet")
    )
    row = employments(report)[0]
    assert (row["position_pct"], row["relations_n"], row["establishment_orgnr"]) == (
        Decimal("80.00"),
        2,
        ESTABLISHMENT,
    )
    # One relation is still open, so the employment has not ended.
    assert (row["started_on"], row["ended_on"], row["end_reason"]) == (date(2025, 1, 1), None, None)


def test_ended_when_all_relations_are(employments: Any) -> None:
    report = (
        Report()
        .worker("a", ended_on=date(2026, 1, 10), end_reason="x")
        .worker("a", ended_on=date(2026, 1, 20), end_reason="y")
    )
    row = employments(report)[0]
    assert (row["ended_on"], row["end_reason"]) == (date(2026, 1, 20), "y")


def test_pension_is_no_employment(employments: Any) -> None:
    kind = "pensjonOgAndreTyperYtelserUtenAnsettelsesforhold"
    assert employments(Report().worker("a", employment_kind=kind)) == []


def test_worker_with_pending_number_is_known_by_name(employments: Any) -> None:
    report = Report().worker("a", worker_token=None, paid=None)
    report.recipients[0] |= {"worker_token": None, "name_token": token("n")}
    assert who(employments(report)) == [(EMPLOYER, "n")]


def test_employer_is_the_superior_unit_in_that_month(employments: Any, sent: Any) -> None:
    moved = [
        sent(
            "E1",
            "2025-11-30",
            [{"orgnr": ESTABLISHMENT, "name": "X", "form_code": "BEDR", "parent_orgnr": "310000701"}],
            kind="snapshot",
        ),
        sent(
            "E2",
            "2026-01-10",
            [{"orgnr": ESTABLISHMENT, "name": "X", "form_code": "BEDR", "parent_orgnr": "310000604"}],
            kind="delta",
        ),
    ]
    found = employments(
        Report(month="2025-12", name="D0", at="2026-01-10T00:00:00").worker("a"),
        Report().worker("a"),
        establishments=moved,
        months=("2025-12", M),
    )
    assert [(r["month"], r["orgnr"]) for r in found] == [(M, "310000604"), ("2025-12", "310000701")]


def test_private_employer_is_no_organisation(employments: Any) -> None:
    report = Report(employer="x").worker("a", establishment="")
    for rows in (report.relations, report.incomes, report.recipients):
        rows[0] |= {"employer_orgnr": None, "employer_token": token("e"), "establishment_orgnr": None}
    report.head |= {"employer_orgnr": None, "employer_token": token("e")}
    assert employments(report) == []


def test_pay_is_summed_by_kind_and_never_invented(pay: Any) -> None:
    report = (
        Report()
        .income("a", 200_00, "timeloenn", quantity=Decimal("1.50"))
        .income("a", 100_00, "timeloenn", quantity=Decimal("0.50"))
        .income("a", 50_00, "bolig", "naturalytelse")
        .income("a", 70_00, "kostDoegn", "naturalytelse")
        .deduction("a", -4_200_00, "brakkeleie")
        .deduction("a", 9_00, "premieTilFondOgTrygd")
    )
    row = pay(report)[0]
    assert {name: row[name] for name in row if name.endswith(("_ore", "_h"))} == {
        "cash_ore": 300_00,
        "hourly_pay_ore": 300_00,
        "paid_hours_h": Decimal("2.00"),
        "fixed_pay_ore": None,
        "ordinary_pay_ore": 300_00,
        "earlier_pay_ore": None,
        "housing_benefit_ore": 50_00,
        "housing_deduction_ore": 4_200_00,
    }


def month_row(month: str, *, paid: bool = True, **values: object) -> dict[str, object]:
    row = {"month": month, "orgnr": EMPLOYER, "person_id": token("a"), "is_paid": paid, "is_active": paid}
    return row | {"started_on": date(2024, 5, 20), "relations_n": 1, "is_late": False} | values


@pytest.fixture
def spells(table: Any, rows: Any) -> Any:
    from jobs.core.spells import transform

    def make(*months: Any) -> Any:
        found = rows(transform(employments=table(EMPLOYMENTS, *months), month=M), SPELLS)
        return [
            (r["first_month"], r["last_month"], r["valid_from"], r["valid_to"], r["paid_months_n"])
            for r in found
        ]

    return make


def test_gap_in_reports_makes_two_spells(spells: Any) -> None:
    assert spells(month_row("2025-09"), month_row("2025-10"), month_row("2025-12"), month_row(M)) == [
        ("2025-09", "2025-10", date(2025, 9, 1), date(2025, 10, 31), 2),
        ("2025-12", M, date(2025, 12, 1), None, 2),
    ]


def test_start_and_end_inside_the_months_are_exact(spells: Any) -> None:
    started: dict[str, Any] = {"started_on": date(2025, 11, 10)}
    found = spells(
        month_row("2025-11", **started), month_row("2025-12", ended_on=date(2025, 12, 15), **started)
    )
    assert found == [("2025-11", "2025-12", date(2025, 11, 10), date(2025, 12, 15), 2)]


JANUARY = {"earned_from_on": date(2026, 1, 1), "earned_to_on": date(2026, 1, 31)}
AUTUMN = {"earned_from_on": date(2025, 11, 1), "earned_to_on": date(2025, 12, 31)}


@pytest.mark.parametrize(
    ("lines", "ordinary", "earlier"),
    [
        ([(300, "timeloenn", {}), (40, "bonus", {}), (9, None, {})], 349, None),
        ([(300, "timeloenn", JANUARY), (-50, "timeloenn", JANUARY)], 250, None),
        ([(300, "fastloenn", {}), (90, "overtidsgodtgjoerelse", {}), (80, "feriepenger", {})], 300, None),
        ([(300, "fastloenn", {}), (-200, "trekkILoennForFerie", {}), (70, "sluttvederlag", {})], 300, None),
        ([(300, "timeloenn", JANUARY), (60, "timeloenn", AUTUMN)], 300, 60),
        ([(300, "fastloenn", AUTUMN)], 300, None),
        ([(300, "timeloenn", AUTUMN | {"quantity": Decimal(2)}), (5, "bonus", {})], 305, None),
        ([(90, "overtidsgodtgjoerelse", {})], None, None),
    ],
)
def test_ordinary_pay_is_told_apart_from_pay_for_earlier_months(
    pay: Any, lines: Any, ordinary: int | None, earlier: int | None
) -> None:
    report = Report()
    for ore, code, values in lines:
        report.income("a", ore, code, **values)
    (row,) = pay(report)
    assert (row["ordinary_pay_ore"], row["earlier_pay_ore"]) == (ordinary, earlier)
    days = (row["earlier_from_on"], row["earlier_to_on"])
    assert days == ((None, None) if earlier is None else tuple(AUTUMN.values()))


def test_open_relation_without_pay_does_not_prolong_a_spell(spells: Any) -> None:
    found = spells(month_row("2025-11"), month_row("2025-12", paid=False), month_row(M, paid=False))
    assert found == [("2025-11", "2025-11", date(2025, 11, 1), date(2025, 11, 30), 1)]


def test_unpaid_month_between_paid_ones_belongs_to_the_spell(spells: Any) -> None:
    found = spells(month_row("2025-11"), month_row("2025-12", paid=False), month_row(M))
    assert found == [("2025-11", M, date(2025, 11, 1), None, 2)]


def test_spell_without_any_pay_shows_it(spells: Any) -> None:
    assert spells(month_row("2025-12", paid=False), month_row(M, paid=False)) == [
        ("2025-12", M, date(2025, 12, 1), None, 0)
    ]


def test_month_after_the_end_is_not_of_the_spell(spells: Any) -> None:
    end: dict[str, Any] = {"ended_on": date(2025, 12, 31)}
    assert spells(month_row("2025-12", **end), month_row(M, **end)) == [
        ("2025-12", "2025-12", date(2025, 12, 1), date(2025, 12, 31), 1)
    ]


@pytest.mark.parametrize(
    ("start", "end", "percent"),
    [
        (date(2025, 6, 1), None, Decimal("30.00")),
        (date(2026, 1, 31), None, Decimal("30.00")),
        (date(2025, 6, 1), date(2026, 1, 1), Decimal("30.00")),
        (date(2026, 2, 1), None, None),
        (date(2025, 6, 1), date(2025, 12, 31), None),
        (None, None, Decimal("30.00")),
    ],
)
def test_leave_of_the_month_is_added_up(
    employments: Any, start: date | None, end: date | None, percent: Decimal | None
) -> None:
    report = Report().worker("a", position_pct=Decimal(100)).leave("a", "20", start, end)
    (row,) = employments(report.leave("a", "10", start, end))
    assert row["leave_pct"] == percent


def test_full_week_and_kind_are_those_of_the_largest_position(employments: Any) -> None:
    report = Report().worker("a", position_pct=Decimal(20), full_time_hours_per_week=Decimal("35.5"))
    report.worker(
        "a",
        paid=None,
        position_pct=Decimal(60),
        full_time_hours_per_week=Decimal("37.5"),
        employment_kind="maritimtArbeidsforhold",
        occupation_code="7123103",
    )
    (row,) = employments(report)
    assert row["occupation_code"] == "7123103"
    assert (row["full_week_h"], row["employment_kind"]) == (Decimal("37.50"), "maritimtArbeidsforhold")
