"""Raw tables of the Brønnøysund registers: units, establishments and roles."""

import pyarrow as pa

from expectations.dataset import TEXT, Column, Dataset
from expectations.raw_columns import (
    PERSONAL,
    day,
    number,
    org,
    person,
    raw_table,
    text,
    texts,
    whole,
    worked_out,
    yes_no,
)

OWNER = "Brønnøysundregistrene"

CAPITAL = pa.decimal128(20, 2)


def _address(prefix: str, path: str, what: str) -> tuple[Column, ...]:
    return (
        texts(f"{prefix}_address_lines", f"{path}.adresse", f"Lines of the {what}, free text."),
        text(f"{prefix}_postcode", f"{path}.postnummer", f"Postcode of the {what}; absent abroad."),
        text(f"{prefix}_place", f"{path}.poststed", f"Postal place of the {what}."),
        text(f"{prefix}_municipality", f"{path}.kommune", f"Name of the municipality of the {what}."),
        text(f"{prefix}_municipality_no", f"{path}.kommunenummer", f"Municipality number of the {what}."),
        text(f"{prefix}_country", f"{path}.land", f"Country of the {what}."),
        text(f"{prefix}_country_code", f"{path}.landkode", f"ISO-2 country code of the {what}."),
        worked_out(
            f"{prefix}_address_key", TEXT, f"Normalised text of the {what}; null without text or abroad."
        ),
    )


def _industries() -> tuple[Column, ...]:
    columns = [
        worked_out(
            "industry_standard",
            TEXT,
            "Standard that the industry codes follow, from the register date.",
            codes=("SN2007", "SN2025"),
        )
    ]
    for field, name in (
        ("naeringskode1", "industry_1"),
        ("naeringskode2", "industry_2"),
        ("naeringskode3", "industry_3"),
        ("hjelpeenhetskode", "auxiliary_industry"),
    ):
        columns += [
            text(f"{name}_code", f"{field}.kode", "Industry code in its standard."),
            text(f"{name}_text", f"{field}.beskrivelse", "Text of the industry code."),
        ]
    return tuple(columns)


def _employee_counts() -> tuple[Column, ...]:
    return (
        whole("employees", "antallAnsatte", "Employees; omitted below five, and missing is not zero."),
        yes_no(
            "has_employees_count", "harRegistrertAntallAnsatte", "A count is registered; alone it means 1-4."
        ),
        day(
            "employees_registered_on",
            "registreringsdatoAntallAnsatteEnhetsregisteret",
            "Day the count was registered.",
        ),
        day(
            "employees_reported_on",
            "registreringsdatoAntallAnsatteNAVAaregisteret",
            "Day the count was taken from the employment register.",
        ),
    )


def _contact() -> tuple[Column, ...]:
    return (
        text("website", "hjemmeside", "Website."),
        text("email", "epostadresse", "E-mail address."),
        text("phone", "telefon", "Telephone."),
        text("mobile", "mobil", "Mobile telephone."),
    )


def _former_names(source: str, record: str) -> Dataset:
    return raw_table(
        "former_names",
        "One earlier name of a unit.",
        source,
        record,
        org("orgnr", "organisasjonsnummer", "The unit.", required=True),
        text("name", "historiskeNavn[].navn", "Earlier name."),
        day("from_on", "historiskeNavn[].fraDato", "First day of the name."),
        day("to_on", "historiskeNavn[].tilDato", "Last day of the name."),
        rows="historiskeNavn[]",
        owner=OWNER,
    )


UNITS = raw_table(
    "units",
    "One legal entity as the register showed it.",
    "brreg_enheter",
    "enhet",
    org("orgnr", "organisasjonsnummer", "The unit.", required=True),
    text("name", "navn", "Name; personal for sole proprietors.", required=True),
    text("form_code", "organisasjonsform.kode", "Organisation form.", required=True),
    text("form_text", "organisasjonsform.beskrivelse", "Text of the organisation form."),
    text(
        "form_expired", "organisasjonsform.utgaatt", "When the organisation form went out of use, as given."
    ),
    day(
        "registered_on", "registreringsdatoEnhetsregisteret", "Day of registration; absent on deleted units."
    ),
    day("founded_on", "stiftelsesdato", "Day of foundation; may precede the register."),
    day("articles_on", "vedtektsdato", "Day of the articles of association."),
    _industries(),
    text("sector_code", "institusjonellSektorkode.kode", "Institutional sector."),
    text("sector_text", "institusjonellSektorkode.beskrivelse", "Text of the institutional sector."),
    _employee_counts(),
    _address("business", "forretningsadresse", "business address"),
    _address("postal", "postadresse", "postal address"),
    yes_no("is_vat_registered", "registrertIMvaregisteret", "In the VAT register."),
    day("vat_registered_on", "registreringsdatoMerverdiavgiftsregisteret", "Day of VAT registration."),
    day(
        "vat_entered_on",
        "registreringsdatoMerverdiavgiftsregisteretEnhetsregisteret",
        "Day the VAT registration was entered in the unit register.",
    ),
    day(
        "vat_voluntary_on",
        "registreringsdatoFrivilligMerverdiavgiftsregisteret",
        "Day of voluntary VAT registration.",
    ),
    texts(
        "vat_voluntary_texts", "frivilligMvaRegistrertBeskrivelser", "Grounds of voluntary VAT registration."
    ),
    yes_no("is_in_enterprise_register", "registrertIForetaksregisteret", "In the register of enterprises."),
    yes_no("is_in_foundation_register", "registrertIStiftelsesregisteret", "In the register of foundations."),
    yes_no("is_in_voluntary_register", "registrertIFrivillighetsregisteret", "In the voluntary register."),
    yes_no("is_in_party_register", "registrertIPartiregisteret", "In the register of political parties."),
    day(
        "enterprise_registered_on",
        "registreringsdatoForetaksregisteret",
        "Day in the register of enterprises.",
    ),
    day(
        "voluntary_registered_on",
        "registreringsdatoFrivillighetsregisteret",
        "Day in the voluntary register.",
    ),
    yes_no("is_bankrupt", "konkurs", "Bankruptcy opened."),
    yes_no("is_winding_up", "underAvvikling", "Winding up decided."),
    yes_no(
        "is_compulsory_winding_up",
        "underTvangsavviklingEllerTvangsopplosning",
        "Compulsory winding up or dissolution.",
    ),
    day("bankrupt_on", "konkursdato", "Day bankruptcy was opened."),
    day("winding_up_on", "underAvviklingDato", "Day winding up was decided."),
    day("reconstruction_on", "underRekonstruksjonsforhandlingDato", "Day reconstruction talks began."),
    day("foreign_insolvency_on", "underUtenlandskInsolvensbehandlingDato", "Day foreign insolvency began."),
    day(
        "wound_up_for_missing_deletion_on",
        "tvangsavvikletPgaManglendeSlettingDato",
        "Day of compulsory winding up for missing deletion.",
    ),
    day(
        "dissolved_for_board_on",
        "tvangsopplostPgaMangelfulltStyreDato",
        "Day of compulsory dissolution for a defective board.",
    ),
    day(
        "dissolved_for_manager_on",
        "tvangsopplostPgaManglendeDagligLederDato",
        "Day of compulsory dissolution for a missing general manager.",
    ),
    day(
        "dissolved_for_accounts_on",
        "tvangsopplostPgaManglendeRegnskapDato",
        "Day of compulsory dissolution for missing accounts.",
    ),
    day(
        "dissolved_for_auditor_on",
        "tvangsopplostPgaManglendeRevisorDato",
        "Day of compulsory dissolution for a missing auditor.",
    ),
    day("deleted_on", "slettedato", "Day of deletion; the unit is kept in history with fewer fields."),
    number("capital", "kapital.belop", "Share capital in its own currency.", CAPITAL),
    number("capital_shares", "kapital.antallAksjer", "Number of shares.", CAPITAL),
    text("capital_kind", "kapital.type", "Kind of capital."),
    text("capital_currency", "kapital.valuta", "Currency of the capital."),
    day("capital_entered_on", "kapital.innfortDato", "Day the capital was entered."),
    day("audit_waived_on", "fravalgRevisjonDato", "Day the waiver of audit took effect."),
    day("audit_waiver_decided_on", "fravalgRevisjonBeslutningsDato", "Day audit was waived."),
    text("last_accounts_year", "sisteInnsendteAarsregnskap", "Year of the last annual accounts filed."),
    yes_no("is_in_group", "erIKonsern", "Part of a group."),
    org("parent_orgnr", "overordnetEnhet", "Parent unit of an organisational part."),
    texts("activity", "aktivitet", "Activity as registered."),
    texts("purpose", "vedtektsfestetFormaal", "Purpose in the articles of association."),
    _contact(),
    text(
        "home_registration_no", "registreringsnummerIHjemlandet", "Registration number of a foreign parent."
    ),
    text("home_law", "underlagtLovgivningLand", "Country whose law a foreign enterprise is under."),
    text("home_law_code", "underlagtLovgivningLandKode", "Code of that country; decides duties only."),
    text("home_register", "utenlandskRegisterNavn", "Foreign register."),
    text("home_form_code", "foretaksformIHjemlandet.kode", "Form of the foreign enterprise."),
    text("home_form_text", "foretaksformIHjemlandet.beskrivelse", "Text of that form."),
    owner=OWNER,
)

UNIT_REMARKS = raw_table(
    "remarks",
    "One remark of the register on a unit.",
    "brreg_enheter",
    "enhet",
    org("orgnr", "organisasjonsnummer", "The unit.", required=True),
    text("remark_code", "paategninger[].infotype", "Kind of remark; FADR is a presumed wrong address."),
    text("remark_text", "paategninger[].tekst", "Text of the remark."),
    day("entered_on", "paategninger[].innfoertDato", "Day the remark was entered."),
    rows="paategninger[]",
    owner=OWNER,
)

ESTABLISHMENTS = raw_table(
    "establishments",
    "One establishment as the register showed it.",
    "brreg_underenheter",
    "underenhet",
    org("orgnr", "organisasjonsnummer", "The establishment.", required=True),
    text("name", "navn", "Name; personal for sole proprietors.", required=True),
    text("form_code", "organisasjonsform.kode", "Organisation form.", required=True),
    text("form_text", "organisasjonsform.beskrivelse", "Text of the organisation form."),
    org("parent_orgnr", "overordnetEnhet", "The employer; absent on some deleted ones."),
    day("registered_on", "registreringsdatoEnhetsregisteret", "Day of registration."),
    day("started_on", "oppstartsdato", "Day of start."),
    day("closed_on", "nedleggelsesdato", "Day of closure."),
    day("deleted_on", "slettedato", "Day of deletion."),
    day("transferred_on", "datoEierskifte", "Day of a recorded business transfer."),
    _industries(),
    _employee_counts(),
    yes_no("is_vat_registered", "registrertIMvaregisteret", "In the VAT register."),
    _address("location", "beliggenhetsadresse", "location address"),
    _address("postal", "postadresse", "postal address"),
    _contact(),
    owner=OWNER,
)

ROLE_UNITS = raw_table(
    "units",
    "One delivered unit, with or without roles, so that an emptied unit closes its roles.",
    "brreg_roller",
    "enhetsroller",
    org("orgnr", "organisasjonsnummer", "The unit that has the roles.", required=True),
    owner=OWNER,
)

_ROLE = "rollegrupper[].roller[]"

ROLES = raw_table(
    "roles",
    "One role in one unit, held by a person or a unit.",
    "brreg_roller",
    "enhetsroller",
    org("orgnr", "organisasjonsnummer", "The unit that has the roles.", required=True),
    whole("group_no", "rollegrupper[]", "Number of the role group in the record."),
    text("group_code", "rollegrupper[].type.kode", "Role group.", required=True),
    text("group_text", "rollegrupper[].type.beskrivelse", "Text of the role group."),
    day("group_changed_on", "rollegrupper[].sistEndret", "Last change of the group, not of one role."),
    text("role_code", f"{_ROLE}.type.kode", "Role.", required=True),
    text("role_text", f"{_ROLE}.type.beskrivelse", "Text of the role."),
    day("person_born_on", f"{_ROLE}.person.fodselsdato", "Birth date of the person.", PERSONAL),
    text("person_first_name", f"{_ROLE}.person.navn.fornavn", "First name.", PERSONAL),
    text("person_middle_name", f"{_ROLE}.person.navn.mellomnavn", "Middle name.", PERSONAL),
    text("person_last_name", f"{_ROLE}.person.navn.etternavn", "Last name.", PERSONAL),
    yes_no("person_is_dead", f"{_ROLE}.person.erDoed", "The person is dead.", PERSONAL),
    person("person", f"{_ROLE}.person.fodselsnummer", "the person, restricted deliveries only"),
    worked_out("name_token", TEXT, "Keyed token of normalised name and birth date.", PERSONAL),
    org("holder_orgnr", f"{_ROLE}.enhet.organisasjonsnummer", "Unit that holds the role."),
    text("holder_form_code", f"{_ROLE}.enhet.organisasjonsform.kode", "Organisation form of that unit."),
    text("holder_form_text", f"{_ROLE}.enhet.organisasjonsform.beskrivelse", "Text of that form."),
    texts("holder_name_lines", f"{_ROLE}.enhet.navn", "Name lines of that unit."),
    yes_no("holder_is_deleted", f"{_ROLE}.enhet.erSlettet", "That unit is deleted."),
    yes_no("is_resigned", f"{_ROLE}.fratraadt", "Resigned, still shown.", PERSONAL),
    yes_no("is_deregistered", f"{_ROLE}.avregistrert", "Deregistered."),
    whole("role_order", f"{_ROLE}.rekkefolge", "Order within the group."),
    text("elected_by_code", f"{_ROLE}.valgtAv.kode", "Who elected; AREP is an employee representative."),
    text("elected_by_text", f"{_ROLE}.valgtAv.beskrivelse", "Text of who elected."),
    text("liability_share", f"{_ROLE}.ansvarsandel", "Share of liability as text, such as 50%.", PERSONAL),
    rows=_ROLE,
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    UNITS,
    _former_names("brreg_enheter", "enhet"),
    UNIT_REMARKS,
    ESTABLISHMENTS,
    _former_names("brreg_underenheter", "underenhet"),
    ROLE_UNITS,
    ROLES,
)
