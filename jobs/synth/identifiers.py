"""Synthetic identifiers with valid check digits; none can belong to a real person or organisation."""

from datetime import date
from random import Random

_ORGNR_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


class Numbers:
    """Hands out identifiers, each once.

    They are drawn at random rather than counted, so that neither order nor size of a number tells who was
    made when: a planted ring must not stand out by its ids.
    """

    def __init__(self) -> None:
        self._used: set[str] = set()

    def orgnr(self, rng: Random, lead: str = "3") -> str:
        """An organisation number; legal entities start with 3, establishments with 2.

        Args:
            rng: The caller's stream.
            lead: First digit, `2` or `3`.
        """
        while True:
            body = f"{lead}{rng.randrange(10**7):07d}"
            check = 11 - sum(int(d) * w for d, w in zip(body, _ORGNR_WEIGHTS, strict=True)) % 11
            if check != 10 and self._claim(number := f"{body}{check % 11}"):
                return number

    def fnr(self, rng: Random, born: date, *, is_d_number: bool = False) -> str:
        """A national identity number with month + 80; a D-number has day + 40 as well.

        Args:
            rng: The caller's stream.
            born: Date of birth, 1940 to 2039.
            is_d_number: Make a D-number.
        """
        day = born.day + (40 if is_d_number else 0)
        stem = f"{day:02d}{born.month + 80:02d}{born.year % 100:02d}"
        low, high = (500, 1000) if born.year >= 2000 else (0, 500)
        while True:
            nine = f"{stem}{rng.randrange(low, high):03d}"
            first = -sum(int(d) * w for d, w in zip(nine, _FIRST_WEIGHTS, strict=True)) % 11
            if first == 10:
                continue
            ten = f"{nine}{first}"
            second = -sum(int(d) * w for d, w in zip(ten, _SECOND_WEIGHTS, strict=True)) % 11
            if second != 10 and self._claim(number := f"{ten}{second}"):
                return number

    def code(self, rng: Random, lead: str, digits: int) -> str:
        """Another unique id: a lead and random digits.

        Args:
            rng: The caller's stream.
            lead: What it starts with.
            digits: How many digits follow.
        """
        while True:
            if self._claim(number := f"{lead}{rng.randrange(10**digits):0{digits}d}"):
                return number

    def _claim(self, number: str) -> bool:
        if number in self._used:
            return False
        self._used.add(number)
        return True
