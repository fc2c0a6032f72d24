"""What the lowest lawful pay is: rates of agreements that were made general, by trade, skill and day.

The rates are facts about wages, taken from the code lists of the contract. Where a list has a gap or ends, an
honest employer pays the last known rate with the growth of pay since.
"""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib import resources

from jobs.months import first_day, last_day
from jobs.synth.matched import WAGE_GROWTH
from jobs.synth.trades import SITE_TRADES

SETTLED_ON = (6, 15)
"""Month and day from which a year's rates are in force."""
LEVEL_OF = 2025
"""Pay in `Trade.hourly` is at the level of this year's settlement."""
SKILLS = ("skilled", "experienced", "unskilled", "young")
_BUILDING = {
    "skilled": "fagarbeider",
    "experienced": "ufaglaert_min_1aar",
    "unskilled": "ufaglaert_uten_erfaring",
    "young": "under_18",
}
_ELECTRIC = {"skilled": "fagarbeider", "experienced": "oevrige", "unskilled": "oevrige"}
_HOSPITALITY = {skill: "over_20_eller_4mnd_praksis_over_18" for skill in SKILLS[:3]} | {"young": "alder_17"}
_HARVEST = "ferie_innhoesting_over18_12_24uker"
_FARM = {"skilled": "fast_ufaglaert", "experienced": "fast_ufaglaert", "unskilled": _HARVEST}
_SECTORS: dict[str, tuple[str, Mapping[str, str]]] = {
    **{trade.key: ("bygg", _BUILDING) for trade in SITE_TRADES},
    "staffing": ("bygg", _BUILDING),
    "electric": ("elektro", _ELECTRIC),
    "cleaning": ("renhold", {s: "over_18" for s in SKILLS[:3]} | {"young": "under_18"}),
    **{key: ("overnatting_servering_catering", _HOSPITALITY) for key in ("restaurant", "bar", "hotel")},
    "haulage": ("godstransport_vei", {s: "sjaafoer_over_3500kg" for s in SKILLS[:3]}),
    "farm": ("jordbruk_gartneri", _FARM),
    "fish": ("fiskeindustri", {"skilled": "fagarbeider", "experienced": "fagarbeider"}),
}  # fmt: skip
LOWER = 0.94
"""What a rate that no list has is taken as, beside the one above it."""


def has_minimum(trade: str) -> bool:
    """Whether there is a lowest lawful pay in a trade.

    Args:
        trade: Key of the trade.
    """
    return trade in _SECTORS


@cache
def lowest(trade: str, skill: str, month: str) -> float:
    """Lowest lawful pay per hour in a month, in kroner, by the days each rate was in force; 0 where none is.

    Args:
        trade: Key of the trade.
        skill: One of `SKILLS`; another one counts as unskilled.
        month: `YYYY-MM`.
    """
    return _over_month(month, lambda day: _rate_on(trade, skill, day))


@cache
def level(month: str) -> float:
    """Pay in a month beside that of the settlement of `LEVEL_OF`.

    Args:
        month: `YYYY-MM`.
    """
    return _over_month(month, lambda day: _grown(_settled(day) - LEVEL_OF))


def _over_month(month: str, value: Callable[[date], float]) -> float:
    first, last = first_day(month), last_day(month)
    if first.month != SETTLED_ON[0]:
        return value(last)
    before = SETTLED_ON[1] - 1
    return (value(first) * before + value(last) * (last.day - before)) / last.day


def _grown(years: int) -> float:
    return float((1 + WAGE_GROWTH) ** years)


def _settled(day: date) -> int:
    """Year of the settlement that is in force on a day."""
    return day.year if (day.month, day.day) >= SETTLED_ON else day.year - 1


def _rate_on(trade: str, skill: str, day: date) -> float:
    if trade not in _SECTORS:
        return 0.0
    sector, categories = _SECTORS[trade]
    if skill not in categories:
        return round(_rate_on(trade, "experienced", day) * LOWER, 2)
    listed = _listed(sector, categories[skill])
    known = [(begins, ends, rate) for begins, ends, rate in listed if begins <= day] or listed[:1]
    _, ends, rate = known[-1]
    years = _settled(day) - _settled(ends) if day > ends else 0
    if day < listed[0][0]:
        years = _settled(day) - _settled(listed[0][0])
    return round(rate * _grown(years), 2)


@cache
def _listed(sector: str, category: str) -> list[tuple[date, date, float]]:
    file = resources.files("expectations") / "contract" / "kodelister" / "minstelonn.csv"
    return sorted(
        (
            date.fromisoformat(row["gyldig_fra"]),
            date.fromisoformat(row["gyldig_til"]),
            float(row["kr_per_time"]),
        )
        for row in csv.DictReader(file.read_text("utf-8").splitlines(), delimiter=";")
        if (row["sektor"], row["kategori"]) == (sector, category)
    )
