"""The Fellegi-Sunter model of person linkage, frozen: what is compared, and how much each outcome says.

Each comparison has levels from the most to the least alike. `m` is how often records of one person fall on a
level, `u` how often those of two persons do; the weight of a level is log2(m / u), and weights add up. Names
and places that many have say less: their level takes the frequency in the data compared in place of `u`.

The numbers are set by hand after the error rates that record linkage commonly finds in registers, not
learned from the data they are used on, so that the same pair has the same weight everywhere.
bench/RESULTS.md tells what they reach on labelled data. Change a number, and `VERSION` changes.

Source: Fellegi and Sunter 1969 (A theory for record linkage); Winkler 2000 for frequencies of values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graph.indicator import Wording

VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One outcome of a comparison.

    Attributes:
        id: Stable word for it.
        says: What it means, for a reader.
        when: SQL condition on `<column>_l` and `<column>_r`; empty for all that is left.
        m: Share of pairs of one person that fall here, 0 to 1.
        u: Share of pairs of two persons that do.
        by_frequency: Column whose frequency in the data takes the place of `u`; empty for none.
    """

    id: str
    says: Wording
    when: str
    m: str
    u: str
    by_frequency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One thing that is compared.

    Attributes:
        id: Stable word for it.
        name: What is compared, for a reader.
        unknown: SQL condition under which it says nothing.
        levels: From the most to the least alike.
    """

    id: str
    name: Wording
    unknown: str
    levels: tuple[Level, ...]


UNKNOWN = Wording(nb="ukjent hos minst én", en="unknown for at least one")
_OTHER = Wording(nb="forskjellig", en="different")


def _either_null(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        id="given",
        name=Wording(nb="fornavn", en="given name"),
        unknown=_either_null("given"),
        levels=(
            Level(
                id="same",
                says=Wording(nb="samme", en="same"),
                when="given_l = given_r",
                m="0.82",
                u="0.01",
                by_frequency="given",
            ),
            Level(
                id="exchanged",
                says=Wording(nb="for- og etternavn er byttet om", en="given and family name are exchanged"),
                when="given_l = family_r AND family_l = given_r",
                m="0.02",
                u="0.00001",
            ),
            Level(
                id="alike",
                says=Wording(nb="nesten likt skrevet", en="spelled almost alike"),
                when="jaro_winkler_similarity(given_l, given_r) >= 0.88",
                m="0.06",
                u="0.01",
            ),
            Level(
                id="among",
                says=Wording(nb="et av fornavnene er felles", en="one of the given names in common"),
                when="len(list_intersect(given_names_l, given_names_r)) >= 1",
                m="0.05",
                u="0.01",
            ),
            Level(id="other", says=_OTHER, when="", m="0.05", u="0.96999"),
        ),
    ),
    Comparison(
        id="family",
        name=Wording(nb="etternavn", en="family name"),
        unknown=_either_null("family"),
        levels=(
            Level(
                id="same",
                says=Wording(nb="samme", en="same"),
                when="family_l = family_r",
                m="0.87",
                u="0.003",
                by_frequency="family",
            ),
            Level(
                id="alike",
                says=Wording(nb="nesten likt skrevet", en="spelled almost alike"),
                when="jaro_winkler_similarity(family_l, family_r) >= 0.88",
                m="0.09",
                u="0.006",
            ),
            Level(id="other", says=_OTHER, when="", m="0.04", u="0.991"),
        ),
    ),
    Comparison(
        id="birth",
        name=Wording(nb="fødselsdato", en="date of birth"),
        unknown=_either_null("birth_year"),
        levels=(
            Level(
                id="same_date",
                says=Wording(nb="samme dato", en="same date"),
                when="born_l = born_r",
                m="0.90",
                u="0.00005",
            ),
            Level(
                id="same_year",
                says=Wording(
                    nb="samme år, dato ukjent hos minst én", en="same year, date unknown for at least one"
                ),
                when="(born_l IS NULL OR born_r IS NULL) AND birth_year_l = birth_year_r",
                m="0.97",
                u="0.015",
            ),
            Level(
                id="one_digit",
                says=Wording(nb="ett siffer skiller", en="one digit differs"),
                when="born_l IS NOT NULL AND born_r IS NOT NULL AND damerau_levenshtein(born_l, born_r) <= 1",
                m="0.06",
                u="0.002",
            ),
            Level(
                id="other_day",
                says=Wording(nb="samme år, annen dag", en="same year, other day"),
                when="birth_year_l = birth_year_r",
                m="0.02",
                u="0.015",
            ),
            Level(id="other", says=_OTHER, when="", m="0.02", u="0.98"),
        ),
    ),
    Comparison(
        id="place",
        name=Wording(nb="bosted (postnummer)", en="home (postcode)"),
        unknown=_either_null("place"),
        levels=(
            Level(
                id="same",
                says=Wording(nb="samme", en="same"),
                when="place_l = place_r",
                m="0.80",
                u="0.002",
                by_frequency="place",
            ),
            Level(
                id="near",
                says=Wording(nb="samme landsdel", en="same part of the country"),
                when="substr(place_l, 1, 2) = substr(place_r, 1, 2)",
                m="0.08",
                u="0.02",
            ),
            Level(id="other", says=_OTHER, when="", m="0.12", u="0.978"),
        ),
    ),
    Comparison(
        id="ties",
        name=Wording(nb="virksomheter personen er knyttet til", en="companies the person is tied to"),
        unknown="len(ties_l) = 0 OR len(ties_r) = 0",
        levels=(
            Level(
                id="shared",
                says=Wording(nb="minst én felles", en="at least one in common"),
                when="len(list_intersect(ties_l, ties_r)) >= 1",
                m="0.80",
                u="0.00002",
            ),
            Level(
                id="none",
                says=Wording(nb="ingen felles", en="none in common"),
                when="",
                m="0.20",
                u="0.99998",
            ),
        ),
    ),
)

BLOCKING: tuple[tuple[str, str], ...] = (
    ("l.family = r.family AND left(l.given, 1) = left(r.given, 1) AND l.birth_year = r.birth_year", ""),
    ("l.given = r.given AND l.birth_year = r.birth_year AND left(l.place, 2) = left(r.place, 2)", ""),
    ("l.born = r.born AND left(l.family, 1) = left(r.family, 1)", ""),
    ("l.given = r.given AND l.family = r.family AND l.place = r.place", ""),
    ("l.given = r.given AND l.family = r.family AND (l.birth_year IS NULL OR r.birth_year IS NULL)", ""),
    ("l.close_ties = r.close_ties", "close_ties"),
)
"""Pairs that are compared at all: SQL rule, and the list column it goes through. No rule rests on one name
alone: the commonest names would meet millions of times."""

LINK_AT = Decimal("0.95")
"""Least match probability of a link."""
RELATIVES: Mapping[str, frozenset[str]] = {
    "given": frozenset({"other"}),
    "birth": frozenset({"same_year", "other_day"}),
}
"""A pair on these levels of all these comparisons is never a link: spouses and siblings share family name,
home and company, often the year of birth, so that those agreements are not independent, as the model takes
them to be."""
AHEAD_BITS = Decimal("5")
"""A link's weight must exceed that of the next person by this much: 32 times as likely."""
SHOWN_AT = Decimal("0.05")
"""Candidates less likely than this are not kept."""


def settings(prior: float) -> dict[str, Any]:
    """The model as Splink reads it, with all parameters fixed.

    Args:
        prior: Probability that two records drawn at random are one person.
    """
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "retain_matching_columns": True,  # else Splink does not tell which level a pair fell on
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule} | ({"arrays_to_explode": [column]} if column else {})
            for rule, column in BLOCKING
        ],
        "comparisons": [
            {
                "output_column_name": comparison.id,
                "comparison_levels": [
                    {
                        "sql_condition": comparison.unknown,
                        "label_for_charts": "unknown",
                        "is_null_level": True,
                    },
                    *(_level(level) for level in comparison.levels),
                ],
            }
            for comparison in COMPARISONS
        ],
    }


def _level(level: Level) -> dict[str, Any]:
    adjusted = {"tf_adjustment_column": level.by_frequency, "tf_adjustment_weight": 1.0}
    return {
        "sql_condition": level.when or "ELSE",
        "label_for_charts": level.id,
        "m_probability": float(level.m),
        "u_probability": float(level.u),
        "fix_m_probability": True,
        "fix_u_probability": True,
        **(adjusted if level.by_frequency else {}),
    }


def level_ids(comparison: Comparison) -> Mapping[int, str]:
    """Names of the levels of a comparison by Splink's number for them: -1 is unknown, 0 the least alike.

    Args:
        comparison: One of `COMPARISONS`.
    """
    names: Sequence[Level] = comparison.levels
    return {-1: "unknown"} | {len(names) - 1 - n: level.id for n, level in enumerate(names)}
