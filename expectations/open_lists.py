"""Lists of codes that a source may add to: a code that is not known is let in, and counted."""

from decimal import Decimal

from expectations.rules import OneOf, Rule, Severity

WAGE_CODES = (
    "timeloenn",
    "fastloenn",
    "fastTillegg",
    "overtidsgodtgjoerelse",
    "feriepenger",
    "honorarAkkordProsentProvisjon",
    "uregelmessigeTilleggKnyttetTilArbeidetTid",
    "smusstillegg",
    "tips",
    "trekkILoennForFerie",
    "bolig",
    "losji",
    "kostDoegn",
    "kostDager",
    "arbeidsoppholdLosji",
    "arbeidsoppholdKost",
    "losjiEgenBrakkeCampingvogn",
    "reiseLosji",
    "skattefrieUtbetalinger",
)
"""Kinds of wage that the specification of the a-melding lists; the owner has more, and adds to them."""

OPEN_LISTS: tuple[Rule, ...] = (
    Rule(
        id="raw_skatteetaten_amelding__incomes:wage_code_known",
        table="raw_skatteetaten_amelding__incomes",
        holds=OneOf("wage_code", WAGE_CODES),
        description="wage_code is one that the specification lists; others are counted.",
        description_nb="wage_code er en som spesifikasjonen lister; andre telles.",
        severity=Severity.WARNING,
        tolerated=Decimal("0.2"),
        from_rows=100,
        basis="the list of the specification is not whole; own judgement, before any national delivery",
        year=2026,
    ),
)
