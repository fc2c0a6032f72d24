"""Those whom indicators about tax were not evaluated for are counted, and for a reason."""

from collections.abc import Sequence

import pyarrow as pa

from jobs.flag.populations_tax import POPULATIONS

TABLES = {
    "core_org__organisations": {"orgnr": ["1", "2", "3", "4"]},
    "core_tax__standing": {"orgnr": ["1", "2", "3"], "answer": ["data", "data", "ingenData"]},
    "core_tax__filing_duties": {"orgnr": ["1", "1", "2"]},
    "core_tax__identifiers": {"identifier_id": ["konto-1", "konto-1", "konto-2", "konto-2"]},
    "core_tax__vat_mismatches": {"buyer_orgnr": ["1", "1", "2"], "seller_orgnr": ["2", "2", "3"]},
}


def read(name: str, columns: Sequence[str]) -> pa.Table:
    return pa.table(TABLES[name]).select(list(columns))


def test_owing_nothing_is_told_apart_from_not_asked_about() -> None:
    assert POPULATIONS["withholding"](read, {"withholding:1"}) == {
        ("org", "not_triggered", "no_withholding_overdue_for_months"): 1,
        ("org", "not_evaluable", "answer_without_data"): 1,
        ("org", "not_evaluable", "not_asked_about"): 1,
    }


def test_filing_is_known_only_of_those_that_were_told_about() -> None:
    assert POPULATIONS["filing"](read, {"filing:1"}) == {
        ("org", "not_triggered", "fewer_than_two_reports_missing"): 1,
        ("org", "not_evaluable", "filing_not_told"): 2,
    }


def test_pairs_are_counted_once_and_companies_never_compared_are_not_clean() -> None:
    assert POPULATIONS["vatpair"](read, {"vatpair:1:2"}) == {
        ("pair", "not_triggered", "both_sides_agree"): 1,
        ("org", "not_evaluable", "never_compared"): 1,
    }


def test_arrears_are_known_only_of_those_with_an_answer() -> None:
    assert POPULATIONS["exit"](read, {"exit:1:4"}) == {
        ("org", "not_triggered", "no_lasting_arrears_or_common_goal"): 1,
        ("org", "not_evaluable", "arrears_not_told"): 2,
    }


def test_identifiers_of_few_are_counted() -> None:
    assert POPULATIONS["identifier"](read, {"identifier:konto-1"}) == {
        ("cluster", "not_triggered", "identifier_of_two_or_three"): 1
    }
