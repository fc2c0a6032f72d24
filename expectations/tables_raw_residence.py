"""Raw tables of the population register: persons, their numbers, residences and relations."""

from expectations.dataset import TEXT, Column, Dataset
from expectations.raw_columns import (
    PERSONAL,
    SPECIAL,
    day,
    instant,
    person,
    raw_table,
    text,
    whole,
    worked_out,
    yes_no,
)

SOURCE = "folkeregisteret_bosted"
OWNER = "Skatteetaten (Folkeregisteret)"
UNIT_NO = "[HKLU][0-9]{4}"


_NUMBER = "identifikasjonsnummer[]"
_CURRENT = f"{_NUMBER}.foedselsEllerDNummer"

PERSON = Column(
    name="person_token",
    type=TEXT,
    description="Keyed pseudonym of the person's current number.",
    personal_data=PERSONAL,
    required=True,
    source_field="identifikasjonsnummer[0].foedselsEllerDNummer",
)

PERSONS = raw_table(
    "persons",
    "One person with current number.",
    SOURCE,
    "person",
    person("person", "identifikasjonsnummer[0].foedselsEllerDNummer", "the person, the current number"),
    day("born_on", "foedselsdato", "Birth date.", PERSONAL),
    text(
        "person_status",
        "status",
        "Registration status.",
        PERSONAL,
        required=True,
        codes=(
            "bosatt",
            "utflyttet",
            "doed",
            "inaktiv",
            "midlertidig",
            "ikkeBosatt",
            "forsvunnet",
            "foedselsregistrert",
            "opphoert",
        ),
    ),
    owner=OWNER,
)

IDENTIFIERS = raw_table(
    "identifiers",
    "One number of one person, the current one first.",
    SOURCE,
    "person",
    PERSON,
    whole("position", _NUMBER, "Position in the list; 0 is the current number."),
    person("identifier", _CURRENT, "the person, this number"),
    text(
        "identifier_status",
        f"{_NUMBER}.status",
        "In use, or ended.",
        SPECIAL,
        required=True,
        codes=("iBruk", "opphoert"),
    ),
    text(
        "identifier_kind",
        f"{_NUMBER}.identifikatortype",
        "National identity number or D-number, where stated.",
        SPECIAL,
        codes=("foedselsnummer", "dNummer"),
    ),
    rows=_NUMBER,
    owner=OWNER,
)

_HOME = "{bostedsadresse,oppholdsadresse}[]"
_ROAD = f"{_HOME}.vegadresse"
_PLOT = f"{_HOME}.matrikkeladresse"

RESIDENCES = raw_table(
    "residences",
    "One registered or temporary address of one person, current or earlier; protected ones are never here.",
    SOURCE,
    "person",
    PERSON,
    text(
        "residence_kind",
        _HOME.removesuffix("[]"),
        "Registered residence or temporary address.",
        PERSONAL,
        required=True,
        codes=("bostedsadresse", "oppholdsadresse"),
    ),
    yes_no("is_current", f"{_HOME}.erGjeldende", "Current.", PERSONAL),
    instant("valid_from_at", f"{_HOME}.gyldighetstidspunkt", "From when the row is valid.", PERSONAL),
    instant("valid_to_at", f"{_HOME}.opphoerstidspunkt", "When the row ended.", PERSONAL),
    instant("updated_at", f"{_HOME}.ajourholdstidspunkt", "When the register was updated.", PERSONAL),
    text(
        "address_grading",
        f"{_HOME}.adressegradering",
        "Grading; graded rows are dropped at intake.",
        SPECIAL,
        required=True,
        codes=("ugradert", "klientadresse"),
    ),
    day("moved_on", "bostedsadresse[].flyttedato", "Day of moving in.", PERSONAL),
    day("stay_from_on", "oppholdsadresse[].oppholdsadressedato", "First day of the stay.", PERSONAL),
    text("address_id", f"{_HOME}.adresseIdentifikatorFraMatrikkelen", "Address of the cadastre.", PERSONAL),
    text(
        "nearby_address_id",
        "bostedsadresse[].naerAdresseIdentifikatorFraMatrikkelen",
        "Nearby address of the cadastre; not where the person lives.",
        PERSONAL,
    ),
    text(
        "unit_no",
        f"{_HOME}.{{vegadresse,matrikkeladresse}}.bruksenhetsnummer",
        "Dwelling unit number; null is unknown.",
        PERSONAL,
        pattern=UNIT_NO,
    ),
    text(
        "unit_kind",
        f"{_ROAD}.bruksenhetstype",
        "Kind of unit.",
        PERSONAL,
        codes=("bolig", "annetEnnBolig", "fritidsbolig", "ikkeGodkjentBolig", "unummerertBruksenhet"),
    ),
    text("municipality_no", f"{_ROAD}.kommunenummer", "Municipality number of a street address.", PERSONAL),
    text("street", f"{_ROAD}.adressenavn", "Street.", PERSONAL),
    text("street_code", f"{_ROAD}.adressekode", "Street code.", PERSONAL),
    text("additional_name", f"{_ROAD}.adressetilleggsnavn", "Additional name of the address.", PERSONAL),
    text("care_of", f"{_ROAD}.coAdressenavn", "Care-of name; not a dwelling.", PERSONAL),
    text("house_no", f"{_ROAD}.adressenummer.husnummer", "House number.", PERSONAL),
    text("house_letter", f"{_ROAD}.adressenummer.husbokstav", "House letter.", PERSONAL),
    text("place", f"{_ROAD}.poststed.poststedsnavn", "Postal place.", PERSONAL),
    text("postcode", f"{_ROAD}.poststed.postnummer", "Postcode.", PERSONAL),
    text(
        "cadastre_municipality_no",
        f"{_PLOT}.matrikkelnummer.kommunenummer",
        "Municipality number of a cadastre address.",
        PERSONAL,
    ),
    text("farm_no", f"{_PLOT}.matrikkelnummer.gaardsnummer", "Farm number.", PERSONAL),
    text("holding_no", f"{_PLOT}.matrikkelnummer.bruksnummer", "Holding number.", PERSONAL),
    text("lease_no", f"{_PLOT}.matrikkelnummer.festenummer", "Leasehold number.", PERSONAL),
    worked_out(
        "cadastre_key",
        TEXT,
        "Cadastre unit as municipality-farm/holding/lease/section, 0 where without.",
        PERSONAL,
    ),
    text(
        "unknown_municipality_no",
        "bostedsadresse[].ukjentBosted.bostedskommune",
        "Municipality of a person without known address.",
        PERSONAL,
    ),
    yes_no("is_unknown_address", "oppholdsadresse[].adressenErUkjent", "The address is unknown.", PERSONAL),
    text(
        "stay_elsewhere", "oppholdsadresse[].oppholdAnnetSted", "Stay elsewhere, such as pendler.", PERSONAL
    ),
    rows=_HOME,
    owner=OWNER,
)

RELATIONS = raw_table(
    "relations",
    "One family relation; used only to leave families out.",
    SOURCE,
    "person",
    PERSON,
    person("related", "familierelasjon[].relatertPerson", "the related person"),
    text(
        "relation_kind",
        "familierelasjon[].relatertPersonsRolle",
        "What the related person is to the person.",
        SPECIAL,
        codes=("mor", "far", "medmor", "barn", "soesken", "ektefelleEllerPartner", "doedfoedtBarn"),
    ),
    rows="familierelasjon[]",
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    PERSONS,
    IDENTIFIERS,
    RESIDENCES,
    RELATIONS,
)
