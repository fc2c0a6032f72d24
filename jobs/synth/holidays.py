"""Days on which building sites rest."""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (5, 1), (5, 17), (12, 24), (12, 25), (12, 26), (12, 31))
_AFTER_EASTER = (-3, -2, 1, 39, 50)
"""Maundy Thursday, Good Friday, Easter Monday, Ascension Day and Whit Monday, in days from Easter Sunday."""
_SUMMER = (28, 30)
"""Weeks of the year in which the building trades are on holiday."""


def is_closed(day: date) -> bool:
    """Whether it is a weekend or a public holiday.

    Args:
        day: The day.
    """
    return day.weekday() >= 5 or day in _holidays(day.year)


def is_summer(day: date) -> bool:
    """Whether most of the building trades are on holiday.

    Args:
        day: The day.
    """
    return day.month == 7 and _SUMMER[0] <= day.isocalendar().week <= _SUMMER[1]


@cache
def _holidays(year: int) -> frozenset[date]:
    easter = _easter(year)
    moving = [easter + timedelta(days=d) for d in _AFTER_EASTER]
    return frozenset([*(date(year, m, d) for m, d in _FIXED), *moving])


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
