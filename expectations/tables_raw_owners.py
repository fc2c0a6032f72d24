"""Raw tables of the register of beneficial owners: registrations, owners, positions, companies between."""

from expectations.dataset import TEXT, Dataset
from expectations.raw_columns import (
    PERSONAL,
    SPECIAL,
    day,
    instant,
    org,
    person,
    raw_table,
    text,
    texts,
    whole,
    worked_out,
    yes_no,
)

SOURCE = "brreg_reelle_rettighetshavere"
RECORD = "registrering"
OWNER = "Brønnøysundregistrene"

POSITION_KINDS = ("posisjontype.eier", "posisjontype.kont", "posisjontype.ruas", "posisjontype.anne")

_ORGNR = "registreringspliktigVirksomhet.organisasjonsnummer"
_OWNER = "reelleRettighetshavere[]"
_PERSON = f"{_OWNER}.folkeregistrertPerson"
_ABROAD = f"{_OWNER}.utenlandskPerson"
_POSITION = f"{_OWNER}.posisjoner[]"
_BETWEEN = f"{_POSITION}.mellomliggendeVirksomheter[]"

_COMPANY = org("orgnr", _ORGNR, "The company owned.", required=True)
_NUMBER = whole("owner_no", _OWNER, "Number of the owner in the registration, from 0.")
_PERSON_COLUMNS = person("owner", f"{_PERSON}.foedselsEllerDNummer", "the beneficial owner")
_TOKEN = _PERSON_COLUMNS[1]

REGISTRATIONS = raw_table(
    "registrations",
    "One registration of one company; a company without one is not a company without owners.",
    SOURCE,
    RECORD,
    _COMPANY,
    text("registration_id", "registreringId", "The registration.", required=True),
    text("registration_status", "registreringStatus.kode", "State of the registration."),
    text("registration_status_text", "registreringStatus.kodetekst", "Text of the state."),
    instant("registered_at", "registrertDato", "When it was registered."),
    text(
        "owners_status",
        "reelleRettighetshavereStatus.kode",
        "Whether there are owners and all are identified, as a code.",
        required=True,
    ),
    text("owners_status_text", "reelleRettighetshavereStatus.kodetekst", "Text of that code."),
    owner=OWNER,
)

OWNERS = raw_table(
    "owners",
    "One beneficial owner in one registration.",
    SOURCE,
    RECORD,
    _COMPANY,
    _NUMBER,
    _PERSON_COLUMNS,
    worked_out(
        "name_token",
        TEXT,
        "Keyed token of normalised name and birth date of an owner in the population register.",
        PERSONAL,
    ),
    day("born_on", f"{_PERSON}.foedselsdato", "Birth date.", PERSONAL),
    text("birth_year", f"{_PERSON}.foedselsaar", "Birth year.", PERSONAL, pattern="[0-9]{4}"),
    text("first_name", f"{_PERSON}.navn.fornavn", "First name.", PERSONAL),
    text("middle_name", f"{_PERSON}.navn.mellomnavn", "Middle name.", PERSONAL),
    text("last_name", f"{_PERSON}.navn.etternavn", "Last name.", PERSONAL),
    yes_no("is_dead", f"{_PERSON}.erDoed", "The owner is dead.", PERSONAL),
    text(
        "unregistered_name",
        f"{_ABROAD}.fulltNavn",
        "Name of an owner outside the population register; never matched by itself.",
        PERSONAL,
    ),
    text("unregistered_born", f"{_ABROAD}.foedselsdato", "Birth date of such an owner, as given.", PERSONAL),
    text("unregistered_birth_year", f"{_ABROAD}.foedselsaar", "Birth year of such an owner.", PERSONAL),
    yes_no(
        "is_exempt_from_access",
        f"{_OWNER}.erUnntattFraInnsyn",
        "The person is left out for some readers.",
        SPECIAL,
    ),
    instant("first_registered_at", f"{_OWNER}.foerstRegistrertDato", "When the owner was first registered."),
    instant("changed_at", f"{_OWNER}.endretDato", "When the owner was last changed."),
    rows=_OWNER,
    owner=OWNER,
)

POSITIONS = raw_table(
    "positions",
    "One position through which one beneficial owner owns or controls.",
    SOURCE,
    RECORD,
    _COMPANY,
    _NUMBER,
    _TOKEN,
    whole("position_no", _POSITION, "Number of the position in the registration, from 0."),
    text(
        "position_kind",
        f"{_POSITION}.type.kode",
        "Ownership, control, right to appoint, or other.",
        PERSONAL,
        required=True,
        codes=POSITION_KINDS,
    ),
    text("size_interval", f"{_POSITION}.stoerrelseIntervall.kode", "Interval, as spelled.", PERSONAL),
    worked_out(
        "size_class",
        TEXT,
        "Interval: int1 is 25,01-49,99 per cent, int2 50-74,99, int3 75-100.",
        PERSONAL,
        codes=("int1", "int2", "int3"),
    ),
    texts(
        "ground_codes",
        f"{_POSITION}.grunnlag[].kode",
        "Grounds: direct, indirect, or by agreement.",
        PERSONAL,
    ),
    rows=_POSITION,
    owner=OWNER,
)

INTERMEDIATES = raw_table(
    "intermediates",
    "One company between the company owned and its beneficial owner.",
    SOURCE,
    RECORD,
    _COMPANY,
    _NUMBER,
    _TOKEN,
    whole("position_no", _POSITION, "Number of the position in the registration, from 0."),
    org("intermediate_orgnr", f"{_BETWEEN}.virksomhet.organisasjonsnummer", "Norwegian company between."),
    text(
        "intermediate_home_id",
        f"{_BETWEEN}.utenlandskVirksomhet.registreringsnummerIHjemlandet",
        "Registration number of a foreign company between, in its home state.",
    ),
    text("intermediate_name", f"{_BETWEEN}.utenlandskVirksomhet.navn", "Name of a foreign company between."),
    rows=_BETWEEN,
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (REGISTRATIONS, OWNERS, POSITIONS, INTERMEDIATES)
