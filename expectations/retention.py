"""How long deliveries and what is made of them are kept, and on what ground; a job destroys what is older.

The general limit is that of the a-krim information regulation: no longer than necessary, as a rule deleted
within three years. It is shorter where rows follow persons day by day or are tax answers, and longer only for
what is open and about no person. What an operator's own rules ask for differently is changed here.
"""

from dataclasses import dataclass

YEAR = 365


@dataclass(frozen=True, slots=True)
class Retention:
    """How long something is kept.

    Attributes:
        days: Days after the last day that it is about.
        basis: Why this long, and no longer.
        is_register: It is a state that holds until a newer one: the newest full register that is older than
            the limit, and what came after it, is still in force and stays.
    """

    days: int
    basis: str
    is_register: bool = False


_RULE = "a-kriminformasjonsforskriften: no longer than necessary, as a rule deleted within three years"
_OPEN = "open register (NLOD), with persons in it; indicators look back two years, with one for late rows"
_PRESENCE = "presence of persons day by day; indicators look back twelve months, with four for late rows"
_SECRET = "tax answers under statutory secrecy; indicators look back twelve months, with a year for late rows"

THREE_YEARS = 3 * YEAR + 1

RETENTION: dict[str, Retention] = {
    "brreg_enheter": Retention(THREE_YEARS, _OPEN, is_register=True),
    "brreg_underenheter": Retention(THREE_YEARS, _OPEN, is_register=True),
    "brreg_roller": Retention(THREE_YEARS, _OPEN, is_register=True),
    "brreg_oppdateringer": Retention(YEAR, "notices; the state they led to is in the registers themselves"),
    "brreg_reelle_rettighetshavere": Retention(THREE_YEARS, _RULE, is_register=True),
    "skatteetaten_aksjonaerer": Retention(THREE_YEARS, _RULE, is_register=True),
    "skatteetaten_amelding": Retention(THREE_YEARS, _RULE),
    "skatteetaten_seriositet": Retention(2 * YEAR + 1, _SECRET),
    "skatteetaten_oppdrag": Retention(THREE_YEARS, _RULE),
    "kontraktskjede": Retention(THREE_YEARS, _RULE),
    "byggeplass_oversiktslister": Retention(YEAR + 120, _PRESENCE),
    "hmskort_register": Retention(THREE_YEARS, _RULE, is_register=True),
    "arbeidstilsynet_registre": Retention(THREE_YEARS, _RULE, is_register=True),
    "kartverket_matrikkel": Retention(THREE_YEARS, _RULE, is_register=True),
    "folkeregisteret_bosted": Retention(THREE_YEARS, _RULE, is_register=True),
    "doffin_kunngjoringer": Retention(6 * YEAR + 2, "open notices (NLOD); contracts run for years"),
    "innkvartering_meldinger": Retention(THREE_YEARS, _RULE),
    "tilsyn_utfall": Retention(THREE_YEARS, _RULE + "; seeds of confirmed cases expire after 36 months"),
    "kodelister": Retention(
        10 * YEAR + 3, "code lists and rules; needed to read what is kept", is_register=True
    ),
}
"""By source; counted from the end of the period that a delivery is about."""

RUNS = Retention(THREE_YEARS, _RULE + "; counted from the end of the month")
"""Runs, with the tables that no younger run needs."""
