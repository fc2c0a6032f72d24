"""Raw tables of employer-provided housing: notices and residents."""

from expectations.dataset import AREA, Dataset
from expectations.raw_columns import (
    PERSONAL,
    SPECIAL,
    day,
    money,
    number,
    org,
    person,
    raw_table,
    text,
    whole,
    yes_no,
)

SOURCE = "innkvartering_meldinger"
OWNER = "Arbeidstilsynet"
UNIT_NO = "[HKLU][0-9]{4}"


NOTICES = raw_table(
    "notices",
    "One notice of employer-provided or arranged housing.",
    SOURCE,
    "innkvartering",
    text("notice_id", "melding_id", "The notice.", PERSONAL, required=True),
    day("noticed_on", "meldt_dato", "Day of the notice.", required=True),
    text(
        "noticed_by",
        "meldt_av",
        "Who gave notice; tips is never enough alone.",
        SPECIAL,
        required=True,
        codes=("arbeidsgiver", "utleier", "kommune", "brannvesen", "tilsyn", "tips"),
    ),
    yes_no("is_confirmed", "bekreftet", "Seen by an inspector or documented.", required=True),
    text(
        "housing_kind",
        "type",
        "Kind of housing.",
        required=True,
        codes=("bolig", "brakkerigg", "overnattingssted", "campingvogn", "annet"),
    ),
    text("address_id", "adresseId", "Address of the cadastre.", PERSONAL),
    text("unit_no", "bruksenhetsnummer", "Dwelling unit number.", PERSONAL, pattern=UNIT_NO),
    text("building_no", "bygningsnummer", "The building.", PERSONAL),
    text("address_text", "adressetekst", "Address as text.", PERSONAL),
    text("municipality_no", "kommunenummer", "Municipality number.", PERSONAL),
    org("provider_orgnr", "tilbyder_orgnr", "Who provides it, where an organisation."),
    person("provider", "tilbyder_fnr", "who provides it"),
    org("tenant_orgnr", "leietaker_orgnr", "Tenant towards the owner."),
    org("owner_orgnr", "eier_orgnr", "Owner as stated; the land register is the authority."),
    whole("capacity", "kapasitet_personer", "Capacity in persons, as the provider says."),
    whole("bedrooms", "antall_soverom", "Bedrooms."),
    whole("showers", "antall_dusj", "Showers."),
    whole("toilets", "antall_wc", "Toilets."),
    number("area_m2", "boareal", "Living area.", AREA),
    day("from_on", "fra", "First day.", required=True),
    day("to_on", "til", "Last day."),
    text("permit_exists", "tillatelse.finnes", "Whether there is a permit.", codes=("ja", "nei", "ukjent")),
    text("permit_reference", "tillatelse.referanse", "Reference of the permit."),
    text("permit_valid_to", "tillatelse.gyldig_til", "Last day of the permit, as given."),
    owner=OWNER,
)

RESIDENTS = raw_table(
    "residents",
    "One resident of one notice.",
    SOURCE,
    "innkvartering",
    text("notice_id", "melding_id", "The notice.", PERSONAL, required=True),
    person("resident", "beboere[].fnr", "the resident"),
    text("resident_foreign_id", "beboere[].utenlandsk_id", "Foreign identifier of the resident.", SPECIAL),
    org("employer_orgnr", "beboere[].arbeidsgiver_orgnr", "Employer of the resident.", PERSONAL),
    text(
        "employer_foreign_id",
        "beboere[].arbeidsgiver_utenlandsk_id",
        "Foreign employer of the resident.",
        PERSONAL,
    ),
    day("from_on", "beboere[].fra", "First day.", PERSONAL, required=True),
    day("to_on", "beboere[].til", "Last day.", PERSONAL),
    money("rent_per_month_ore", "beboere[].leie_per_maaned", "Rent a month.", SPECIAL),
    text(
        "is_deducted_from_pay",
        "beboere[].trekkes_i_loenn",
        "Deducted from pay.",
        SPECIAL,
        codes=("ja", "nei", "ukjent"),
    ),
    text(
        "has_written_agreement",
        "beboere[].skriftlig_avtale",
        "Written agreement on the deduction.",
        SPECIAL,
        codes=("ja", "nei", "ukjent"),
    ),
    rows="beboere[]",
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    NOTICES,
    RESIDENTS,
)
