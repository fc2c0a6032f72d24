"""Raw tables of the approval registers: cleaning, staffing and car care."""

from expectations.dataset import Column, Dataset
from expectations.raw_columns import (
    day,
    org,
    raw_table,
    text,
    texts,
    whole,
)

SOURCE = "arbeidstilsynet_registre"
OWNER = "Arbeidstilsynet"

CLEANING = raw_table(
    "cleaning",
    "One cleaning company and its approval.",
    SOURCE,
    "renhold",
    org("orgnr", "Organisasjonsnummer", "The company.", required=True),
    text("name", "Navn", "Name; personal for sole proprietors.", required=True),
    text("street_address", "Adresse.Gateadresse", "Street address."),
    text("postcode", "Adresse.Postnummer", "Postcode."),
    text("place", "Adresse.Poststed", "Postal place."),
    text("municipality_no", "Adresse.Kommunenummer", "Municipality number."),
    text("municipality", "Adresse.Kommune", "Municipality."),
    text("county_no", "Adresse.Fylkesnummer", "County number."),
    text("county", "Adresse.Fylke", "County."),
    text("approval_text", "Status", "Approval, text only; two states have two spellings.", required=True),
    owner=OWNER,
)

CLEANING_ESTABLISHMENTS = raw_table(
    "cleaning_establishments",
    "One establishment of a cleaning company.",
    SOURCE,
    "renhold",
    org("orgnr", "Organisasjonsnummer", "The company.", required=True),
    org("establishment_orgnr", "Underavdelinger.Avdeling[].Organisasjonsnummer", "The establishment."),
    text("establishment_name", "Underavdelinger.Avdeling[].Navn", "Its name."),
    rows="Underavdelinger.Avdeling[]",
    owner=OWNER,
)


def _approval() -> tuple[Column, ...]:
    return (
        org("orgnr", "organisasjonsnummer", "The company.", required=True),
        org("parent_orgnr", "overordnetEnhet", "Parent unit."),
        text("name", "navn", "Name; personal for sole proprietors.", required=True),
        whole("approval_code", "registerstatus", "Approval as the code of this register.", required=True),
        text("approval_text", "registerstatusTekst", "Approval as text.", required=True),
        text("stated_approval", "godkjenningsstatus", "Can contradict the approval; the code wins."),
        text("form_code", "organisasjonsform.kode", "Copy of the organisation form."),
        text("form_text", "organisasjonsform.beskrivelse", "Text of the organisation form."),
        texts("industry_codes", "naeringskoder[].kode", "Copy of the industry codes, standard unknown."),
        texts("industry_texts", "naeringskoder[].beskrivelse", "Texts of the industry codes."),
        whole("employees", "antallAnsatte", "Copy of the number of employees."),
        texts("address_lines", "forretningsadresse.gateadresse", "Lines of the business address."),
        text("postcode", "forretningsadresse.postnummer", "Postcode."),
        text("place", "forretningsadresse.poststed", "Postal place."),
        text("municipality", "forretningsadresse.kommune", "Municipality."),
        text("municipality_no", "forretningsadresse.kommunenummer", "Municipality number."),
        text("county", "forretningsadresse.fylke", "County."),
        text("county_no", "forretningsadresse.fylkesnummer", "County number."),
        text("country", "forretningsadresse.land", "Country."),
        text("country_code", "forretningsadresse.landkode", "Country code."),
        day(
            "registered_on", "registreringsdatoEnhetsregisteret", "Day of registration in the unit register."
        ),
    )


def _establishments() -> tuple[Column, ...]:
    path = "underenheter[]"
    return (
        org("orgnr", "organisasjonsnummer", "The company.", required=True),
        org("establishment_orgnr", f"{path}.organisasjonsnummer", "The establishment.", required=True),
        whole("approval_code", f"{path}.registerstatus", "Approval; may differ from the company's."),
        text("approval_text", f"{path}.registerstatusTekst", "Approval as text."),
        text("stated_approval", f"{path}.godkjenningsstatus", "Can contradict the approval; the code wins."),
        text("establishment_name", f"{path}.navn", "Its name."),
        text("parent_orgnr", f"{path}.overordnetEnhet", "Its parent unit."),
    )


def _register(name: str, what: str, pattern: str) -> tuple[Dataset, Dataset]:
    return (
        raw_table(
            name,
            f"One {what} company and its approval.",
            SOURCE,
            f"virksomhet:{pattern}",
            _approval(),
            owner=OWNER,
        ),
        raw_table(
            f"{name}_establishments",
            f"One establishment of a {what} company.",
            SOURCE,
            f"virksomhet:{pattern}",
            _establishments(),
            rows="underenheter[]",
            owner=OWNER,
        ),
    )


DATASETS: tuple[Dataset, ...] = (
    CLEANING,
    CLEANING_ESTABLISHMENTS,
    *_register("staffing", "staffing", "bemanning.json.gz"),
    *_register("car_care", "car care", "bilpleie.json.gz"),
)
