"""Raw tables of the tax administration: shareholders at year end and arrears."""

from expectations.dataset import TEXT, Column, Dataset
from expectations.raw_columns import (
    PERSONAL,
    SPECIAL,
    instant,
    money,
    org,
    raw_table,
    text,
    whole,
    worked_out,
    yes_no,
)

OWNER = "Skatteetaten"

_CLAIMS = (
    ("residual_tax", "restskatt", "residual tax"),
    ("withholding", "forskuddstrekk", "tax withheld from pay"),
    ("vat", "merverdiavgift", "value added tax"),
    ("employer_contribution", "arbeidsgiveravgift", "employer contribution"),
    ("fee", "gebyr", "fees"),
    ("advance_tax", "forskuddsskatt", "advance tax"),
)


def _overdue() -> tuple[Column, ...]:
    columns = []
    for name, field, what in _CLAIMS:
        for part, path, words in (
            ("overdue", "forfaltOgUbetalt", "Due and unpaid"),
            ("overdue_principal", "forfaltOgUbetaltKrav", "Principal due and unpaid"),
            ("overdue_interest", "forfaltOgUbetaltRenter", "Interest due and unpaid"),
        ):
            columns.append(
                money(
                    f"{name}_{part}_ore",
                    f"restanser.{field}.{path}",
                    f"{words}, {what}; null is not zero.",
                    SPECIAL,
                )
            )
    return tuple(columns)


SHAREHOLDINGS = raw_table(
    "shareholdings",
    "One shareholder and share class of one company at 31 December of the period.",
    "skatteetaten_aksjonaerer",
    "aksjeeier",
    org("company_orgnr", "Orgnr", "The company owned.", required=True),
    text("company_name", "Selskap", "Name of the company.", required=True),
    text("share_class", "Aksjeklasse", "Share class, free text.", required=True),
    text("holder_name", "Navn aksjonær", "Name of the shareholder.", PERSONAL, required=True),
    org("holder_orgnr", "Fødselsår/orgnr", "Organisation number of a holding company.", PERSONAL),
    Column(
        name="holder_birth_year",
        type=TEXT,
        description="Birth year of a holding person.",
        personal_data=PERSONAL,
        pattern="[0-9]{4}",
        source_field="Fødselsår/orgnr",
    ),
    text("holder_place", "Postnr/sted", "Postcode and place of the holder.", PERSONAL),
    worked_out(
        "holder_token",
        TEXT,
        "Keyed token of normalised name, birth year and place of a holder without organisation number.",
        PERSONAL,
    ),
    whole("shares", "Antall aksjer", "Shares held in the class.", PERSONAL, required=True),
    whole(
        "company_shares", "Antall aksjer selskap", "All shares of the company in the class.", required=True
    ),
    owner=OWNER,
)

ARREARS = raw_table(
    "arrears",
    "One answer about what one organisation has due and unpaid.",
    "skatteetaten_seriositet",
    "restanser",
    org("orgnr", "forespurteOrganisasjon", "The organisation asked about.", required=True),
    text(
        "answer_status",
        "svarstatus",
        "Whether data came, none was known, or the answer was refused.",
        required=True,
        codes=("data", "ingenData", "avslag"),
    ),
    instant("answered_at", "levert", "Time of the answer.", required=True),
    _overdue(),
    yes_no("has_payment_plan", "betalingsordning", "Instalment plan in force.", SPECIAL),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (SHAREHOLDINGS, ARREARS)
