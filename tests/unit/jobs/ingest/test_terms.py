import pytest

from jobs.ingest.terms import TaxPeriod, tax_period

TERM_3 = ("mai-jun", "mai-juni", "Mai - Juni", "MAI/JUNI", "mai–juni", "mai.-jun.")


@pytest.mark.parametrize("label", TERM_3)
def test_a_term_is_the_same_however_a_service_spells_it(label: str) -> None:
    assert tax_period(label, "2025") == TaxPeriod(2025, term=3)


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("jan-feb", 1),
        ("januar-februar", 1),
        ("mar-apr", 2),
        ("mars-april", 2),
        ("jul-aug", 4),
        ("juli-august", 4),
        ("sep-okt", 5),
        ("sept-okt", 5),
        ("september-oktober", 5),
        ("nov-des", 6),
        ("november-desember", 6),
        ("T6", 6),
        ("t1", 1),
    ],
)
def test_all_six_terms(label: str, term: int) -> None:
    assert tax_period(label, "2025") == TaxPeriod(2025, term=term)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("2025-T5", TaxPeriod(2025, term=5)),
        ("2026-01", TaxPeriod(2026, month=1)),
        ("2025/09", TaxPeriod(2025, month=9)),
        ("2025/12", TaxPeriod(2025, month=12)),
        ("2025", TaxPeriod(2025)),
    ],
)
def test_labels_that_hold_their_year(label: str, expected: TaxPeriod) -> None:
    assert tax_period(label) == expected


@pytest.mark.parametrize(
    "label",
    [
        "feb-mar",
        "jan-mar",
        "des-jan",
        "jun-mai",
        "januar-desember",
        "mai",
        "ju-au",
        "j-f",
        "aarlig",
        "T0",
        "T7",
        "2025-T0",
        "2025-T7",
        "2025-00",
        "2025-13",
        "25-T1",
        "5",
        "",
    ],
)
def test_what_is_no_term_is_not_guessed(label: str) -> None:
    assert tax_period(label) == TaxPeriod()
    assert tax_period(label, "2025") == TaxPeriod(2025)


def test_a_missing_label_or_year_stays_missing() -> None:
    assert tax_period(None) == TaxPeriod()
    assert tax_period(None, "2025") == TaxPeriod(2025)
    assert tax_period("mai-jun") == TaxPeriod(term=3)
    assert tax_period("mai-jun", "25") == TaxPeriod(term=3)


def test_years_that_contradict_each_other_are_no_year() -> None:
    assert tax_period("2025-T5", "2025") == TaxPeriod(2025, term=5)
    assert tax_period("2025-T5", "2024") == TaxPeriod(None, term=5)
