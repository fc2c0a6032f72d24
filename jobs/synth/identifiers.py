"""Synthetic identifiers with valid check digits; none can belong to a real person or organisation."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

_ORGNR_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6)
"""Of the six digits of a date; those of the individual number stand where it is drawn."""
_TRIES = 12
"""Random draws among the individual numbers of a day before those that are left are looked for."""


class Numbers:
    """Hands out identifiers, each once.

    They are drawn at random rather than counted, so that neither order nor size of a number tells who was
    made when: a planted ring must not stand out by its ids. Several makers that know nothing of each other
    draw from residue classes of their own, each spread over the whole space.
    """

    def __init__(self, maker: int = 0, makers: int = 1) -> None:
        """Start with nothing handed out.

        Args:
            maker: Index of this maker.
            makers: How many there are.
        """
        self._maker = maker
        self._makers = makers
        self._used: set[str] = set()
        self._handed_out: dict[tuple[str, int], int] = {}

    def orgnr(self, rng: Random, lead: str = "3") -> str:
        """An organisation number; legal entities start with 3, establishments with 2.

        Args:
            rng: The caller's stream.
            lead: First digit, `2` or `3`.
        """
        while True:
            body = f"{lead}{self._draw(rng, 10**7):07d}"
            check = 11 - sum(int(d) * w for d, w in zip(body, _ORGNR_WEIGHTS, strict=True)) % 11
            if check != 10 and self._claim(number := f"{body}{check % 11}"):
                return number

    def fnr(self, rng: Random, born: date, *, is_d_number: bool = False) -> str:
        """A national identity number with month + 80; a D-number has day + 40 as well.

        Args:
            rng: The caller's stream.
            born: Date of birth, 1900 to 2039.
            is_d_number: Make a D-number.

        Raises:
            LookupError: This maker has none left for that day.
        """
        day = born.day + (40 if is_d_number else 0)
        stem = f"{day:02d}{born.month + 80:02d}{born.year % 100:02d}"
        digits = [int(d) for d in stem]
        one_of_stem = sum(d * w for d, w in zip(digits, _FIRST_WEIGHTS, strict=True))
        two_of_stem = sum(d * w for d, w in zip(digits, _SECOND_WEIGHTS, strict=True))
        # The class moves on from day to day, or some makers would always have one number more.
        low = (500 if born.year >= 2000 else 0) + (self._maker + born.toordinal()) % self._makers
        for individual in _order(rng, range(low, 1000 if born.year >= 2000 else 500, self._makers)):
            a, b, c = individual // 100, individual // 10 % 10, individual % 10
            one = -(one_of_stem + 4 * a + 5 * b + 2 * c) % 11
            two = -(two_of_stem + 5 * a + 4 * b + 3 * c + 2 * one) % 11
            if 10 not in (one, two) and self._claim(number := f"{stem}{a}{b}{c}{one}{two}"):
                return number
        raise LookupError(f"no identity number left for {born}")

    def birth(self, rng: Random, born: date, *, is_d_number: bool = False) -> tuple[str, date]:
        """A number and its date of birth: the day given, or the last one before it that has a number left.

        Args:
            rng: The caller's stream.
            born: Wanted date of birth.
            is_d_number: Make a D-number.
        """
        while True:
            try:
                return self.fnr(rng, born, is_d_number=is_d_number), born
            except LookupError:
                born -= timedelta(days=1)

    def code(self, rng: Random, lead: str, digits: int) -> str:
        """Another unique id: a lead and random digits.

        Args:
            rng: The caller's stream.
            lead: What it starts with.
            digits: How many digits follow.

        Raises:
            LookupError: The digits are too few for all that are wanted.
        """
        key = (lead, digits)
        count = self._handed_out[key] = self._handed_out.get(key, 0) + 1
        if count > 10**digits // self._makers:
            raise LookupError(f"{lead} and {digits} digits: only {count - 1} ids for one of {self._makers}")
        while True:
            if self._claim(number := f"{lead}{self._draw(rng, 10**digits):0{digits}d}"):
                return number

    def _draw(self, rng: Random, space: int) -> int:
        return rng.randrange(space // self._makers) * self._makers + self._maker

    def _claim(self, number: str) -> bool:
        if number in self._used:
            return False
        self._used.add(number)
        return True


def _order(rng: Random, individuals: range) -> Iterator[int]:
    for _ in range(min(_TRIES, 2 * len(individuals))):
        yield individuals[rng.randrange(len(individuals))]
    yield from individuals
