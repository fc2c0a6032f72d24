"""Tax periods however a service spells them: year, two-month term 1-6, month."""

import re
from dataclasses import dataclass

_MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
_FEWEST_LETTERS = 3

_YEAR = re.compile("[0-9]{4}")
_TERM = re.compile(r"(?:([0-9]{4})[-/ ]?)?T([1-6])", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})[-/](0[1-9]|1[0-2])")
_PAIR = re.compile(r"([a-z]+)\.?\s*[-\u2010-\u2014/]\s*([a-z]+)\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TaxPeriod:
    """What a label says.

    Attributes:
        year: Year; None where neither the label nor the field beside it tells.
        term: Two-month term, 1-6; None where it is not one.
        month: Month, 1-12; None where it is not one.
    """

    year: int | None = None
    term: int | None = None
    month: int | None = None


def tax_period(label: str | None, year: str | None = None) -> TaxPeriod:
    """Read a label such as `mai-jun`, `mai-juni`, `mars-april`, `2025-T5`, `2026-01`, `2025/09` or `2025`.

    What is not one of these is no period: it is never guessed. Where the label and the field beside it tell
    different years, there is no year.

    Args:
        label: The label as the service spells it.
        year: The year, where the service has it in a field of its own.
    """
    label = (label or "").strip()
    beside = _as_year(year)
    if found := _TERM.fullmatch(label):
        return TaxPeriod(_agreed(_as_year(found.group(1)), beside), term=int(found.group(2)))
    if found := _MONTH.fullmatch(label):
        return TaxPeriod(_agreed(int(found.group(1)), beside), month=int(found.group(2)))
    if _YEAR.fullmatch(label):
        return TaxPeriod(_agreed(int(label), beside))
    return TaxPeriod(beside, term=_pair(label))


def _as_year(text: str | None) -> int | None:
    return int(text) if text and _YEAR.fullmatch(text.strip()) else None


def _agreed(one: int | None, other: int | None) -> int | None:
    if one is not None and other is not None and one != other:
        return None
    return other if one is None else one


def _pair(label: str) -> int | None:
    """The term that two names of months in a row are."""
    found = _PAIR.fullmatch(label)
    if not found:
        return None
    first, second = (_month(name) for name in found.groups())
    if first is None or second != first + 1 or first % 2 == 0:
        return None
    return second // 2


def _month(name: str) -> int | None:
    name = name.casefold()
    fitting = [number for number, whole in enumerate(_MONTHS, start=1) if whole.startswith(name)]
    return fitting[0] if len(name) >= _FEWEST_LETTERS and len(fitting) == 1 else None
