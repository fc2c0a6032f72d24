"""Where people live and firms sit: counties and municipalities, their size, rough position and postal codes.

Numbers and names of municipalities are those of the project's code list. Populations are rounded from
Statistics Norway's table 07459 (1 January 2025): counties to thousands, the largest municipalities to
thousands; the other municipalities of a county share the rest evenly. Positions are EPSG:25833: about the
middle of the county, and for a municipality somewhere within it. The postal codes of three municipalities are
real; all others are made up within the first two digits that their county really has, with the municipality's
name as postal place.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from random import Random

from expectations.errors import UsageError
from jobs.months import last_day
from jobs.synth.model import Municipality

EVERYWHERE = "norge"
COUNTIES_SINCE = "2024-01"
"""First month of the counties below."""
DEMO_WEIGHTS = {"3403": ("HAMAR", 0.45), "3411": ("RINGSAKER", 0.32), "3420": ("ELVERUM", 0.23)}
REAL_PLACES = {
    "3403": ((("2315", "HAMAR"), ("2317", "HAMAR"), ("2321", "HAMAR")), 6745000.0, 286000.0),
    "3411": ((("2380", "BRUMUNDDAL"), ("2390", "MOELV")), 6757000.0, 278000.0),
    "3420": ((("2406", "ELVERUM"), ("2407", "ELVERUM")), 6755000.0, 313000.0),
}
"""Postal places and position of the municipalities of the demonstration."""
PEOPLE_PER_POSTCODE = 12_000
MOST_POSTCODES = 12


@dataclass(frozen=True, slots=True)
class County:
    """A county.

    Attributes:
        number: Two digits.
        name: Its name; empty where the municipality is the county authority as well.
        people: Inhabitants.
        north: Northing of its middle, metres.
        east: Easting of its middle, metres.
        reach: How far from the middle its municipalities lie, metres.
        postal: First two digits of its postal codes.
    """

    number: str
    name: str
    people: int
    north: float
    east: float
    reach: float
    postal: tuple[str, ...]


def _postal(*spans: tuple[int, int]) -> tuple[str, ...]:
    return tuple(f"{n:02d}" for first, last in spans for n in range(first, last + 1))


def _thousands(text: str) -> dict[str, int]:
    words = text.split()
    return {number: 1000 * int(people) for number, people in zip(words[::2], words[1::2], strict=True)}


COUNTIES = (
    County("03", "", 724_000, 6650000.0, 262000.0, 5000.0, _postal((1, 12))),
    County("11", "ROGALAND", 505_000, 6569000.0, -11000.0, 45000.0, _postal((40, 43), (55, 55))),
    County("15", "MØRE OG ROMSDAL", 272_000, 6965000.0, 100000.0, 60000.0, _postal((60, 66))),
    County("18", "NORDLAND", 243_000, 7431000.0, 483000.0, 130000.0, _postal((80, 89))),
    County("31", "ØSTFOLD", 315_000, 6590000.0, 290000.0, 25000.0, _postal((15, 18))),
    County("32", "AKERSHUS", 740_000, 6652000.0, 282000.0, 35000.0, _postal((13, 14), (19, 21))),
    County("33", "BUSKERUD", 272_000, 6687000.0, 190000.0, 50000.0, _postal((30, 30), (33, 35))),
    # The demonstration's county bears an invented name.
    County("34", "ØSTDALEN", 377_000, 6771000.0, 262000.0, 75000.0, _postal((22, 29))),
    County("39", "VESTFOLD", 259_000, 6578000.0, 226000.0, 20000.0, _postal((31, 32))),
    County("40", "TELEMARK", 178_000, 6601000.0, 148000.0, 50000.0, _postal((36, 39))),
    County("42", "AGDER", 323_000, 6507000.0, 81000.0, 55000.0, _postal((44, 49))),
    County("46", "VESTLAND", 656_000, 6753000.0, 3000.0, 60000.0, _postal((50, 54), (56, 59), (67, 69))),
    County("50", "TRØNDELAG", 489_000, 7059000.0, 302000.0, 90000.0, _postal((70, 79))),
    County("55", "TROMS", 171_000, 7682000.0, 658000.0, 60000.0, _postal((90, 94))),
    County("56", "FINNMARK", 75_000, 7797000.0, 880000.0, 90000.0, _postal((95, 99))),
)  # fmt: skip
BY_NUMBER = {county.number: county for county in COUNTIES}
LARGEST = _thousands("""
    0301 724  1103 150  1106 39  1108 85  1119 20  1120 21  1121 20  1124 29  1149 43  1505 24  1506 33
    1508 59  1804 54  1806 21  1833 26  3101 32  3103 53  3105 60  3107 86  3118 48  3201 131  3203 100
    3205 95  3207 64  3209 44  3222 50  3232 26  3240 29  3301 105  3303 29  3305 32  3312 29  3403 33
    3405 29  3407 31  3411 36  3413 22  3420 22  3901 28  3903 27  3905 60  3907 67  3909 49  3911 28
    4001 38  4003 57  4202 26  4203 46  4204 118  4601 295  4624 27  4626 40  4627 31  4631 30
    5001 217  5006 24  5035 25  5037 20  5501 79  5503 25  5601 22  5605 10
""")
"""Inhabitants of the largest municipalities."""


def canonical(region: str) -> str:
    """A region in one spelling: sorted numbers, `norge`, or nothing for the demonstration's municipalities.

    Args:
        region: County numbers of two digits and municipality numbers of four, with commas; or `norge`.

    Raises:
        UsageError: Something else.
    """
    text = region.strip().lower()
    if text in ("", EVERYWHERE):
        return text
    parts = sorted({part.strip() for part in text.split(",")})
    wrong = [p for p in parts if not re.fullmatch("[0-9]{2}|[0-9]{4}", p)]
    if wrong:
        raise UsageError(
            f"region {', '.join(map(repr, wrong))}: give county numbers (34), municipality numbers (3403), "
            f"several with commas, or {EVERYWHERE}"
        )
    return ",".join(parts)


def municipalities(region: str, month: str) -> list[Municipality]:
    """The municipalities of a region by number, their weights adding up to one.

    Args:
        region: As `canonical` gives it.
        month: Month on whose last day they exist.

    Raises:
        UsageError: No such county or municipality then.
    """
    if not region:
        return [Municipality(n, name, *REAL_PLACES[n], weight) for n, (name, weight) in DEMO_WEIGHTS.items()]
    if month < COUNTIES_SINCE:
        raise UsageError(f"region {region}: counties are known from {COUNTIES_SINCE}, not for {month}")
    listed = _listed(last_day(month))
    chosen = list(listed)
    if region != EVERYWHERE:
        wanted = region.split(",")
        unknown = [w for w in wanted if not any(number.startswith(w) for number in listed)]
        if unknown:
            raise UsageError(f"region {', '.join(unknown)}: no such county or municipality in {month}")
        chosen = [number for number in listed if number in wanted or number[:2] in wanted]
    people = _people(listed)
    total = sum(people[number] for number in chosen)
    return [_municipality(number, people[number] / total, people[number], listed) for number in chosen]


def largest(found: Sequence[Municipality], count: int) -> list[Municipality]:
    """The largest of some municipalities, in their order, their weights adding up to one.

    Args:
        found: Municipalities.
        count: How many to keep at most.
    """
    if len(found) <= count:
        return list(found)
    kept = sorted(found, key=lambda m: (-m.weight, m.number))[:count]
    total = sum(m.weight for m in kept)
    return sorted((replace(m, weight=m.weight / total) for m in kept), key=lambda m: m.number)


@cache
def _listed(day: date) -> dict[str, str]:
    """Names by number of the municipalities that exist on a day."""
    text = (resources.files("expectations") / "contract" / "kodelister" / "kommuner.csv").read_text("utf-8")
    found = {
        row["kommunenummer"]: row["navn"]
        for row in csv.DictReader(text.splitlines(), delimiter=";")
        if row["gyldig_fra"] <= day.isoformat()
        and (not row["gyldig_til"] or row["gyldig_til"] >= day.isoformat())
        and row["kommunenummer"][:2] in BY_NUMBER
    }
    return dict(sorted(found.items()))


def _people(listed: Iterable[str]) -> dict[str, int]:
    """Inhabitants by municipality; those without a figure share what is left of their county."""
    people = {number: LARGEST.get(number, 0) for number in listed}
    for county in COUNTIES:
        inside = [number for number in people if number[:2] == county.number]
        unknown = [number for number in inside if not people[number]]
        rest = county.people - sum(people[number] for number in inside)
        for number in unknown:
            people[number] = max(rest // len(unknown), 1000)
    return people


def _municipality(number: str, weight: float, people: int, listed: Mapping[str, str]) -> Municipality:
    name = _short_name(listed[number])
    if number in REAL_PLACES:
        return Municipality(number, name, *REAL_PLACES[number], weight)
    county = BY_NUMBER[number[:2]]
    # A stream of its own for each: which others are chosen does not move it.
    rng = Random(f"municipality {number}")
    return Municipality(
        number,
        name,
        _postcodes(number, name, people, listed),
        round(county.north + rng.uniform(-county.reach, county.reach), -1),
        round(county.east + rng.uniform(-county.reach, county.reach), -1),
        weight,
    )


def _short_name(name: str) -> str:
    """The first of several names, without what tells it from a namesake, as registers print it."""
    return re.sub(r" \(.*\)", "", name.split(" - ")[0]).upper()


@cache
def _codes(county: str, inside: tuple[str, ...]) -> dict[str, list[str]]:
    """Invented codes of a county by municipality: everyone takes turns through them."""
    real = {code for places, _, _ in REAL_PLACES.values() for code, _ in places}
    codes = [f"{lead}{n:02d}" for n in range(1, 100) for lead in BY_NUMBER[county].postal]
    free = [code for code in codes if code not in real]
    return {number: free[i :: len(inside)] for i, number in enumerate(inside)}


def _postcodes(number: str, name: str, people: int, listed: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    mine = _codes(number[:2], tuple(n for n in listed if n[:2] == number[:2]))[number]
    wanted = min(max(people // PEOPLE_PER_POSTCODE, 1), MOST_POSTCODES, len(mine))
    return tuple((code, name) for code in sorted(mine[:wanted]))
