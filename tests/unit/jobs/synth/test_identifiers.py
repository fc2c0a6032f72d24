from datetime import date, timedelta
from random import Random

import pytest

from expectations.identifiers import is_d_number, is_fnr, is_orgnr, is_synthetic_fnr, is_synthetic_orgnr
from jobs.synth.identifiers import Numbers

MAKERS = 111
"""As many as a whole country has."""


@pytest.mark.parametrize("lead", ["2", "3"])
def test_organisation_numbers_are_valid_synthetic_and_used_once(lead: str) -> None:
    numbers, rng = Numbers(), Random(1)
    made = [numbers.orgnr(rng, lead) for _ in range(500)]
    assert len(set(made)) == 500
    assert all(is_orgnr(n) and is_synthetic_orgnr(n) and n[0] == lead for n in made)


@pytest.mark.parametrize("born", [date(1930, 5, 5), date(1940, 1, 1), date(1999, 12, 31), date(2024, 7, 4)])
@pytest.mark.parametrize("is_d", [False, True])
def test_identity_numbers_are_valid_synthetic_and_used_once(born: date, is_d: bool) -> None:
    numbers, rng = Numbers(), Random(2)
    made = [numbers.fnr(rng, born, is_d_number=is_d) for _ in range(50)]
    assert len(set(made)) == 50
    assert all(is_fnr(n) and is_synthetic_fnr(n) and is_d_number(n) is is_d for n in made)


def test_codes_are_used_once_and_end_when_all_are() -> None:
    numbers, rng = Numbers(), Random(3)
    assert len({numbers.code(rng, "K-", 3) for _ in range(1000)}) == 1000
    with pytest.raises(LookupError, match="only 1000 ids"):
        numbers.code(rng, "K-", 3)


def test_makers_that_know_nothing_of_each_other_never_make_the_same() -> None:
    made: list[str] = []
    for maker in range(MAKERS):
        numbers, rng = Numbers(maker, MAKERS), Random(4)
        made += [numbers.orgnr(rng, lead) for lead in "23" for _ in range(20)]
        made += [numbers.code(rng, "F-", 8) for _ in range(20)]
        made += [numbers.birth(rng, date(1990, 1, 1) + timedelta(days=n))[0] for n in range(60)]
    assert len(made) == len(set(made))


def test_numbers_of_one_maker_are_spread_over_the_whole_space() -> None:
    numbers, rng = Numbers(7, MAKERS), Random(5)
    made = sorted(int(numbers.orgnr(rng)) for _ in range(2000))
    thirds = [
        sum(lowest <= n < lowest + 33_333_333 for n in made)
        for lowest in range(300_000_000, 399_999_999, 33_333_333)
    ]
    assert min(thirds[:3]) > 550


def test_a_day_without_numbers_left_gives_way_to_the_day_before() -> None:
    numbers, rng = Numbers(0, MAKERS), Random(6)
    day = date(1985, 3, 1)
    made = [numbers.birth(rng, day) for _ in range(20)]
    assert all(is_fnr(number) for number, _ in made)
    assert len({number for number, _ in made}) == 20
    days = [born for _, born in made]
    assert days == sorted(days, reverse=True)
    assert days[0] == day
    assert day - timedelta(days=20) < days[-1] < day
    assert all(number.startswith(f"{born:%d}") and number[4:6] == "85" for number, born in made)
    with pytest.raises(LookupError, match="1985-03-01"):
        numbers.fnr(rng, day)


def test_a_district_has_numbers_for_its_part_of_the_country() -> None:
    numbers, rng = Numbers(3, MAKERS), Random(7)
    first = date(1930, 1, 1)
    moved = 0
    for _ in range(50_000):
        wanted = first + timedelta(days=rng.randrange(96 * 365))
        moved += numbers.birth(rng, wanted)[1] != wanted
    assert moved < 10_000
