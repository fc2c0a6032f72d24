from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from expectations.codelists import municipalities, municipality, rows
from expectations.contract import sources
from expectations.errors import UsageError
from expectations.identifiers import (
    birth_dates,
    is_address_id,
    is_d_number,
    is_fnr,
    is_municipality_no,
    is_orgnr,
    is_synthetic_fnr,
    is_synthetic_orgnr,
    is_unit_no,
    normalise_address_text,
    normalise_name,
)

# Skatteetaten's documentation of the rule from 2032 prints three numbers; they stand in two parts here, so
# that no file of the project holds a whole number that is not marked as synthetic.
BORN_2032 = "020132" + "99997"
BORN_1982_FIRST = "301082" + "99920"
BORN_1982_SECOND = "301082" + "99939"


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("123456785", id="Brønnøysundregistrene's own worked example, sum 138, remainder 6"),
        pytest.param("310000205", id="synthetic legal entity"),
        pytest.param("210000305", id="synthetic establishment"),
    ],
)
def test_orgnr_with_right_control_digit(number: str) -> None:
    assert is_orgnr(number)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("123456784", id="wrong control digit"),
        pytest.param("12345678", id="eight digits"),
        pytest.param("1234567850", id="ten digits"),
        pytest.param("123 456 785", id="blanks"),
        pytest.param("12345678A", id="letter"),
        pytest.param("१२३४५६७८५", id="digits of another script"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_orgnr(number: str) -> None:
    assert not is_orgnr(number)


@given(st.integers(min_value=0, max_value=10**8 - 1))
def test_at_most_one_control_digit_fits(body: int) -> None:
    fitting = [digit for digit in range(10) if is_orgnr(f"{body:08d}{digit}")]
    assert len(fitting) <= 1


@given(st.integers(min_value=0, max_value=10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_found_in_an_orgnr(body: int, place: int, by: int) -> None:
    number = next((f"{body:08d}{d}" for d in range(10) if is_orgnr(f"{body:08d}{d}")), None)
    assume(number is not None)
    assert number is not None
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not is_orgnr(wrong)


def test_synthetic_orgnr_starts_with_two_or_three() -> None:
    assert is_synthetic_orgnr("310000205")
    assert not is_synthetic_orgnr("123456785")
    assert not is_synthetic_orgnr("310000204")


@pytest.mark.parametrize(
    ("number", "dates"),
    [
        pytest.param(BORN_2032, [date(2032, 1, 2)], id="Skatteetaten: born 02.01.2032"),
        pytest.param(BORN_1982_FIRST, [date(1982, 10, 30)], id="Skatteetaten: first born 30.10.1982"),
        pytest.param(
            BORN_1982_SECOND,
            [date(1982, 10, 30), date(2082, 10, 30)],
            id="Skatteetaten: second born 30.10.1982, century not told",
        ),
        pytest.param("12858831081", [date(1988, 5, 12)], id="synthetic, month + 80"),
        pytest.param("43869032140", [date(1990, 6, 3), date(2090, 6, 3)], id="synthetic D-number, day + 40"),
    ],
)
def test_valid_person_numbers_and_the_dates_they_allow(number: str, dates: list[date]) -> None:
    assert is_fnr(number)
    assert list(birth_dates(number)) == dates


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(BORN_2032[:-2] + "87", id="Skatteetaten's example with another first control digit"),
        pytest.param(BORN_2032[:-1] + "6", id="Skatteetaten's example with another second control digit"),
        pytest.param("12858831080", id="second control digit wrong"),
        pytest.param("1285883108", id="ten digits"),
        pytest.param("128588310811", id="twelve digits"),
        pytest.param("1285883108a", id="letter"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_person_number(number: str) -> None:
    assert not is_fnr(number)
    assert birth_dates(number) == ()


def controlled(nine: str, remainder: int) -> str | None:
    """The number with these nine digits whose first control sum leaves this remainder."""
    first = (remainder - sum(int(d) * w for d, w in zip(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True))) % 11
    if first == 10:
        return None
    ten = f"{nine}{first}"
    second = -sum(int(d) * w for d, w in zip(ten, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return None if second == 10 else f"{ten}{second}"


NINE = st.builds(
    lambda day, month, year, individual: f"{day:02d}{month + 80:02d}{year:02d}{individual:03d}",
    st.integers(1, 28),
    st.integers(1, 12),
    st.integers(0, 99),
    st.integers(0, 999),
)


@given(NINE, st.integers(0, 10))
def test_remainders_up_to_three_are_accepted_and_no_others(nine: str, remainder: int) -> None:
    number = controlled(nine, remainder)
    assume(number is not None)
    assert number is not None
    year, individual = int(nine[4:6]), int(nine[6:9])
    told = (
        individual <= 499
        or (individual >= 900 and year >= 40)
        or year <= 39
        or (individual <= 749 and year >= 54)
    )
    assert is_fnr(number) == (1 <= remainder <= 3 or (remainder == 0 and told))


@given(NINE)
def test_four_numbers_at_most_share_their_first_nine_digits(nine: str) -> None:
    fitting = [n for r in range(11) if (n := controlled(nine, r)) is not None and is_fnr(n)]
    assert len(fitting) <= 4


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        pytest.param("290200", True, id="29 February 2000"),
        pytest.param("290201", False, id="29 February 2001"),
        pytest.param("310400", False, id="31 April"),
        pytest.param("001200", False, id="day 0"),
        pytest.param("320100", False, id="day 32"),
    ],
)
def test_the_date_must_exist(day: str, valid: bool) -> None:
    synthetic = f"{day[:2]}{int(day[2:4]) + 80}{day[4:]}"
    numbers = [n for i in range(500, 600) if (n := controlled(f"{synthetic}{i}", 0)) is not None]
    assert numbers
    assert {is_fnr(number) for number in numbers} == {valid}


@pytest.mark.parametrize("shift", [80, 65, 40])
def test_each_synthetic_series_is_read(shift: int) -> None:
    numbers = [n for i in range(100) if (n := controlled(f"03{6 + shift}90{i:03d}", 0)) is not None]
    assert numbers
    assert all(is_fnr(n) and is_synthetic_fnr(n) and birth_dates(n) == (date(1990, 6, 3),) for n in numbers)


def test_a_real_number_is_not_synthetic_and_a_d_number_is_told_by_its_day() -> None:
    assert not is_synthetic_fnr(BORN_2032)
    assert is_d_number("43869032140")
    assert not is_d_number("12858831081")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("H0101", True),
        ("K0102", True),
        ("L0201", True),
        ("U0101", True),
        ("A0101", False),
        ("H101", False),
        ("", False),
    ],
)
def test_unit_numbers(text: str, valid: bool) -> None:
    assert is_unit_no(text) is valid


def test_address_ids_are_digits() -> None:
    assert is_address_id("399500000")
    assert not is_address_id("3995x")
    assert not is_address_id("")


@pytest.mark.parametrize(
    ("number", "day", "valid"),
    [
        pytest.param("0101", date(2019, 12, 31), True, id="last day of Halden as 0101"),
        pytest.param("0101", date(2020, 1, 1), False, id="the day after"),
        pytest.param("0301", date(2026, 1, 31), True, id="Oslo"),
        pytest.param("3420", date(2020, 1, 1), True, id="first day of Elverum as 3420"),
        pytest.param("3420", date(2019, 12, 31), False, id="the day before"),
        pytest.param("9998", date(2026, 1, 1), False, id="no such number"),
        pytest.param("101", date(2019, 1, 1), False, id="leading zero lost"),
    ],
)
def test_a_municipality_number_counts_on_its_days(number: str, day: date, valid: bool) -> None:
    assert is_municipality_no(number, day) is valid


def test_municipality_is_found_by_day_and_knows_its_successor() -> None:
    found = municipality("0101", date(2019, 6, 1))
    assert found is not None
    assert (found.name, found.next_number) == ("Halden", "3001")
    assert municipality("0101", date(2024, 6, 1)) is None


def test_every_shipped_list_can_be_read_and_an_unknown_one_is_refused() -> None:
    for file in sources()["kodelister"].files:
        assert isinstance(rows(file.record), tuple)
    assert len(municipalities()) > 800
    with pytest.raises(UsageError, match="no code list nonsense"):
        rows("nonsense")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Snill  Trakt", "SNILL TRAKT"),
        ("Bøtte-Ås, Rask", "BØTTE ÅS RASK"),
        ("O'Stige jr.", "OSTIGE JR"),
        ("José Müller", "JOSE MULLER"),
        ("Öberg Äng", "ØBERG ÆNG"),
        ("A\u030asen", "ÅSEN"),
        ("", ""),
    ],
)
def test_names_as_they_are_compared(text: str, expected: str) -> None:
    assert normalise_name(text) == expected


@given(st.text(max_size=40))
def test_normalising_a_name_twice_is_normalising_once(text: str) -> None:
    once = normalise_name(text)
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("lines", "postcode", "expected"),
    [
        (["Eksempelvegen 1"], "2406", "EKSEMPELVEG 1||2406"),
        (["EKSEMPELVEIEN  1"], "2406", "EKSEMPELVEG 1||2406"),
        (["c/o Rask Bøtte", "Storgt. 12 b"], "0150", "STORGATE 12B||0150"),
        (["Storgata 12B, H0203"], "0150", "STORGATE 12B|H0203|0150"),
        (["Storgata 12 B", "Leilighet H 0203"], "0150", "STORGATE 12B|H0203|0150"),
        (["Kongens gate 3"], "0150", "KONGENS GATE 3||0150"),
        (["Kongens g. 3"], "0150", "KONGENS GATE 3||0150"),
        (["Postboks 55 Sentrum"], "0101", "POSTBOKS 55 SENTRUM||0101"),
        (["Torv 3"], "0150", "TORV 3||0150"),
        (["Storgata 1"], None, "STORGATE 1||"),
        ([], "0150", ""),
        (["  "], "0150", ""),
        (["c/o Rask Bøtte"], "0150", ""),
    ],
)
def test_address_texts_as_they_are_compared(lines: list[str], postcode: str | None, expected: str) -> None:
    assert normalise_address_text(lines, postcode) == expected


def test_different_houses_units_and_postcodes_stay_apart() -> None:
    texts = [
        (["Storgata 1"], "0150"),
        (["Storgata 11"], "0150"),
        (["Storgata 1 H0101"], "0150"),
        (["Storgata 1"], "2406"),
    ]
    assert len({normalise_address_text(lines, postcode) for lines, postcode in texts}) == len(texts)


@given(st.lists(st.text(max_size=30), max_size=4))
def test_normalising_an_address_twice_is_normalising_once(lines: list[str]) -> None:
    street = normalise_address_text(lines, None).split("|")[0]
    # Lines that say nothing together may read as a care-of line once they are one.
    assume(not street.startswith(("CO ", "C O ", "ATT ")))
    assert normalise_address_text([street], None).split("|")[0] == street or "/" in street


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\u202e", "\u00ad", "\u0085", "\u2400", "\U000e0041"])
def test_case_38_what_nobody_sees_makes_no_other_name_or_address(hidden: str) -> None:
    assert normalise_name(f"Br{hidden}øyn & Sønn") == normalise_name("Brøyn & Sønn")
    assert normalise_address_text([f"Eksempel{hidden}vegen 1ø"], "2406") == normalise_address_text(
        ["Eksempelvegen 1ø"], "2406"
    )
