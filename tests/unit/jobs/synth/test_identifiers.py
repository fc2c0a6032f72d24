from datetime import date
from random import Random

import pytest

from expectations.identifiers import is_d_number, is_fnr, is_orgnr, is_synthetic_fnr, is_synthetic_orgnr
from jobs.synth.identifiers import Numbers


@pytest.mark.parametrize("lead", ["2", "3"])
def test_organisation_numbers_are_valid_synthetic_and_used_once(lead: str) -> None:
    numbers, rng = Numbers(), Random(1)
    made = [numbers.orgnr(rng, lead) for _ in range(500)]
    assert len(set(made)) == 500
    assert all(is_orgnr(n) and is_synthetic_orgnr(n) and n[0] == lead for n in made)


@pytest.mark.parametrize("born", [date(1940, 1, 1), date(1999, 12, 31), date(2000, 2, 29), date(2024, 7, 4)])
@pytest.mark.parametrize("is_d", [False, True])
def test_identity_numbers_are_valid_synthetic_and_used_once(born: date, is_d: bool) -> None:
    numbers, rng = Numbers(), Random(2)
    made = [numbers.fnr(rng, born, is_d_number=is_d) for _ in range(50)]
    assert len(set(made)) == 50
    assert all(is_fnr(n) and is_synthetic_fnr(n) and is_d_number(n) is is_d for n in made)


def test_codes_are_used_once() -> None:
    numbers, rng = Numbers(), Random(3)
    assert len({numbers.code(rng, "K-", 3) for _ in range(1000)}) == 1000
