"""Arrears by term, and where the workers of those who have them went."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from expectations.tables_core_org import ORGANISATIONS
from expectations.tables_core_tax import ARREARS_TERMS, VAT_TERMS, WORKER_EXITS
from expectations.tables_core_work import SPELLS
from expectations.tables_raw_tax import ARREARS

M = "2026-01"
ORG, NEXT, OTHER = "310000205", "310000302", "310000418"
TERM_ENDS = ("2025-06", "2025-08", "2025-10", "2025-12")


def answer(ore: int | None, **values: Any) -> dict[str, Any]:
    row = {"orgnr": ORG, "answer_status": "data", "answered_at": datetime(2026, 1, 12, tzinfo=UTC)}
    return row | {"vat_overdue_ore": ore} | values


def vat(year: int, term_no: int, ore: int | None = 100) -> dict[str, Any]:
    row = {"orgnr": ORG, "year": year, "term_no": term_no, "filing_status": "fastsatt"}
    return row | {"vat_base_ore": ore, "answered_on": date(2026, 2, 12)}


WHOLE_YEAR = [vat(2024, 6), *(vat(2025, n) for n in range(1, 7))]


@pytest.fixture
def terms(raw: Any, rows: Any, sent: Any, table: Any) -> Any:
    from jobs.core.arrears_terms import transform

    def make(answers: dict[str, list[Any]], vat_terms: Any = WHOLE_YEAR) -> Any:
        deliveries = [sent(f"D{period}", period, listed) for period, listed in answers.items()]
        frames = {"arrears": raw(ARREARS, M, *deliveries), "vat_terms": table(VAT_TERMS, *vat_terms)}
        return rows(transform(**frames, month=M), ARREARS_TERMS)

    return make


def series(*amounts: int | None) -> dict[str, list[Any]]:
    return {period: [answer(ore)] for period, ore in zip(TERM_ENDS, amounts, strict=True)}


def test_arrears_at_the_end_of_each_term_beside_turnover_before_it(terms: Any) -> None:
    found = terms(series(1, 2, 3, 4) | {"2025-11": [answer(99)], "2026-01": [answer(99)]})
    assert [(r["year"], r["term_no"], r["arrears_ore"], r["turnover_ore"]) for r in found] == [
        (2025, n, n - 2, 300) for n in (3, 4, 5, 6)
    ]


def test_turnover_is_that_of_the_last_terms_set(terms: Any) -> None:
    known = [v for v in WHOLE_YEAR if v["term_no"] != 5] + [vat(2025, 5, None)]
    found = terms(
        series(1, 2, 3, 4), [v | {"vat_base_ore": v["term_no"]} if v["vat_base_ore"] else v for v in known]
    )
    assert [(r["turnover_ore"], r["is_turnover_older"]) for r in found] == [
        (6 + 1 + 2, False),
        (1 + 2 + 3, False),
        (2 + 3 + 4, False),
        (2 + 3 + 4, True),
    ]


def test_turnover_of_too_few_terms_is_missing_not_zero(terms: Any) -> None:
    found = terms(series(1, 2, 3, 4), [vat(2025, 1), vat(2025, 2)])
    assert [r["turnover_ore"] for r in found] == [None] * 4
    assert all(r["turnover_ore"] is None for r in terms(series(1, 2, 3, 4), []))


@pytest.mark.parametrize("amounts", [(1, 0, 3, 4), (1, 2, None, 4), (5, 5, 5, 0)])
def test_arrears_that_come_and_go_are_left_out(terms: Any, amounts: Any) -> None:
    assert terms(series(*amounts)) == []


def test_first_of_four_terms_may_be_without(terms: Any) -> None:
    assert [r["arrears_ore"] for r in terms(series(0, 2, 3, 4))] == [0, 2, 3, 4]


def test_refused_answer_tells_nothing(terms: Any) -> None:
    answers = series(1, 2, 3, 4) | {"2025-06": [answer(1, answer_status="avslag")]}
    assert [r["term_no"] for r in terms(answers)] == [4, 5, 6]


def person(n: int) -> str:
    return "p1_" + "abcdefghijklmnop"[n] * 26


def spell(n: int, org: str, start: date, end: date | None = None, **values: Any) -> dict[str, Any]:
    row = {"orgnr": org, "person_id": person(n), "first_month": "2025-01", "last_month": "2026-01"}
    return row | {"valid_from": start, "valid_to": end, "months_n": 9, "paid_months_n": 9} | values


@pytest.fixture
def exits(rows: Any, table: Any) -> Any:
    from jobs.core.worker_exits import transform

    def make(*spells: Any, owing: str = ORG) -> Any:
        frames = {
            "arrears_terms": table(
                ARREARS_TERMS, *({"orgnr": owing, "year": 2025, "term_no": n} for n in (5, 6))
            ),
            "organisations": table(
                ORGANISATIONS,
                *({"orgnr": o, "nace": "41.200", "municipality_no": "0301"} for o in (ORG, NEXT, OTHER)),
            ),
            "spells": table(SPELLS, *spells),
        }
        return rows(transform(**frames, month=M), WORKER_EXITS)

    return make


OLD, LEFT, BEGAN = date(2024, 1, 1), date(2025, 10, 31), date(2025, 11, 3)


def movers(count: int, **values: Any) -> list[dict[str, Any]]:
    return [s for n in range(count) for s in (spell(n, ORG, OLD, LEFT, **values), spell(n, NEXT, BEGAN))]


def test_workers_who_left_and_began_elsewhere_are_counted(exits: Any) -> None:
    stayed, gone = spell(8, ORG, OLD), spell(9, ORG, OLD, LEFT)
    (row,) = exits(*movers(3), stayed, gone)
    assert (row["from_orgnr"], row["to_orgnr"]) == (ORG, NEXT)
    assert (row["moved_n"], row["left_n"], row["from_n"]) == (3, 4, 5)
    assert (row["first_left_on"], row["last_left_on"]) == (LEFT, LEFT)
    assert row["chance_share"] is None


@pytest.mark.parametrize(
    ("spells", "found"),
    [
        pytest.param(movers(2), 1, id="two of two"),
        pytest.param(movers(1), 0, id="one"),
        pytest.param([*movers(2), *(spell(n, ORG, OLD) for n in range(2, 10))], 1, id="a fifth"),
        pytest.param([*movers(2), *(spell(n, ORG, OLD) for n in range(2, 11))], 0, id="less than a fifth"),
        pytest.param(movers(3, end_reason="endringIOrganisasjonsstruktur"), 0, id="moved on paper"),
        pytest.param(movers(3, paid_months_n=0), 0, id="never paid"),
        pytest.param(movers(3, valid_to=date(2025, 8, 3)), 0, id="too long ago"),
    ],
)  # fmt: skip
def test_what_is_a_flow(exits: Any, spells: Any, found: int) -> None:
    assert len(exits(*spells)) == found


def test_those_without_arrears_are_not_looked_at(exits: Any) -> None:
    assert exits(*movers(3), owing=OTHER) == []


def test_chance_is_that_of_other_organisations_in_the_trade(exits: Any) -> None:
    crowd = []
    for n in range(21):
        other = {"person_id": "p1_" + "abcdefghijklmnopqrstu"[n] + "z" * 25}
        crowd.append(spell(0, OTHER, OLD, LEFT) | other)
        if n < 7:
            crowd.append(spell(0, NEXT, BEGAN) | other)
    (row,) = exits(*movers(3), *crowd)
    assert (row["stratum"], row["chance_share"]) == ("41:0301", Decimal("0.333333"))
