"""Raw tables of the code lists that are delivered with the project, one per list."""

from expectations.dataset import SHARE, Dataset
from expectations.raw_columns import (
    day,
    money,
    number,
    org,
    raw_table,
    text,
    whole,
)

SOURCE = "kodelister"
OWNER = "the project"

_FROM = day("valid_from_on", "gyldig_fra", "First day; null is since ever.")
_FROM_REQUIRED = day("valid_from_on", "gyldig_fra", "First day.", required=True)
_TO = day("valid_to_on", "gyldig_til", "Last day; null is still.")
_CERTAINTY = text("certainty", "sikkerhet", "How sure the row is.", required=True)
_ORIGIN = text("origin", "kilde", "Where the row comes from.", required=True)

INDUSTRY_CODES = raw_table(
    "industry_codes",
    "One correspondence between an SN2007 and an SN2025 code.",
    SOURCE,
    "naering",
    text("sn2007_code", "sn2007", "Code in SN2007.", required=True),
    text("sn2007_text", "sn2007_navn", "Its text."),
    text("sn2025_code", "sn2025", "Code in SN2025.", required=True),
    text("sn2025_text", "sn2025_navn", "Its text."),
    text("successors", "antall_etterfoelgere", "Number of successors of the SN2007 code."),
    owner=OWNER,
)

TRADES = raw_table(
    "trades",
    "One trade in scope in both standards.",
    SOURCE,
    "bransje",
    text("sn2007_code", "sn2007", "Code in SN2007.", required=True),
    text("sn2007_text", "sn2007_navn", "Its text."),
    text("sn2025_code", "sn2025", "Code in SN2025.", required=True),
    text("sn2025_text", "sn2025_navn", "Its text."),
    text("correspondence", "status", "How the codes correspond."),
    owner=OWNER,
)

MUNICIPALITIES = raw_table(
    "municipalities",
    "One municipality number in one period.",
    SOURCE,
    "kommune",
    text("municipality_no", "kommunenummer", "The number.", required=True),
    text("name", "navn", "Name.", required=True),
    _FROM,
    _TO,
    text("next_no", "neste", "Number after; never chained over a split."),
    text("previous_no", "forrige", "Number before."),
    owner=OWNER,
)

COUNTRIES = raw_table(
    "countries",
    "One country in the code systems of the sources.",
    SOURCE,
    "land",
    text("iso2_code", "iso2", "ISO-2 code.", required=True),
    text("name", "navn", "Name."),
    text("iso3_code", "iso3", "ISO-3 code."),
    text("numeric_code", "numerisk", "Numeric code."),
    text("tax_code", "skatteetaten", "Code of the tax administration."),
    text("is_eea", "eoes", "In the EEA, as given."),
    text("code_status", "status", "State of the code."),
    owner=OWNER,
)

ACCOUNTS = raw_table(
    "accounts",
    "One account of the income statement or balance sheet.",
    SOURCE,
    "konto",
    text("list_name", "liste", "List of the account.", required=True),
    text("account", "konto", "The account.", required=True),
    text("name", "navn", "Name.", required=True),
    owner=OWNER,
)

BUILDING_TYPES = raw_table(
    "building_types",
    "One building type.",
    SOURCE,
    "bygningstype",
    text("building_type", "kode", "Code, NS 3457.", required=True),
    text("name", "navn", "Name.", required=True),
    text("cadastre_id", "kartverket_id", "Id in the cadastre."),
    text(
        "building_group",
        "gruppe",
        "The project's own grouping.",
        required=True,
        codes=(
            "bolig",
            "bofellesskap",
            "fritid",
            "uthus",
            "brakke",
            "overnatting",
            "institusjon",
            "ikke_bolig",
            "ukjent",
        ),
    ),
    owner=OWNER,
)

BUILDING_STATUSES = raw_table(
    "building_statuses",
    "One building status.",
    SOURCE,
    "bygningsstatus",
    text("building_status", "kode", "Code.", required=True),
    text("name", "navn", "Name.", required=True),
    text(
        "in_use",
        "i_bruk",
        "Whether a building in it is in use; own reading.",
        required=True,
        codes=("ja", "nei"),
    ),
    owner=OWNER,
)

MINIMUM_WAGES = raw_table(
    "minimum_wages",
    "One generally applied minimum rate.",
    SOURCE,
    "minstelonn",
    text("sector", "sektor", "Sector.", required=True),
    text("category", "kategori", "Category of worker.", required=True),
    _FROM_REQUIRED,
    _TO,
    money("hourly_rate_ore", "kr_per_time", "Rate an hour.", required=True),
    _CERTAINTY,
    _ORIGIN,
    owner=OWNER,
)

TIER_RULES = raw_table(
    "tier_rules",
    "One limit on the number of tiers.",
    SOURCE,
    "ledd_regel",
    text("rule_id", "regel_id", "The rule.", required=True),
    text("client_kinds", "oppdragsgivertype", "Kinds of client, comma list.", required=True),
    text("work_kinds", "arbeidstype", "Kinds of work, comma list."),
    text("cpv", "cpv", "CPV codes, comma list."),
    money("min_value_ore", "min_verdi", "Lowest value the rule applies to."),
    whole("max_tiers", "maks_ledd", "Limit; null is no limit."),
    _FROM,
    _TO,
    _CERTAINTY,
    _ORIGIN,
    owner=OWNER,
)

LABOUR_SHARES = raw_table(
    "labour_shares",
    "One lowest plausible share of labour in a value.",
    SOURCE,
    "arbeidsandel",
    text("key_kind", "noekkel_type", "What the key is.", required=True, codes=("nace", "arbeidstype")),
    text("key_value", "noekkel", "Industry prefix in SN2025, or kind of work.", required=True),
    number("min_share", "min_andel", "Lowest share.", SHARE, required=True),
    money("hourly_cost_ore", "timekost_nok", "Cost of an hour."),
    money("yearly_cost_ore", "aarskost_fte_nok", "Cost of a full-time year."),
    _FROM_REQUIRED,
    _TO,
    _CERTAINTY,
    _ORIGIN,
    owner=OWNER,
)

HIRING_BANS = raw_table(
    "hiring_bans",
    "One area with a ban on hiring from staffing firms.",
    SOURCE,
    "innleieforbud",
    text(
        "municipality_prefix", "kommunenummer_prefiks", "Prefix of the municipality numbers.", required=True
    ),
    text("area", "omraade", "Area.", required=True),
    _FROM_REQUIRED,
    _TO,
    _CERTAINTY,
    _ORIGIN,
    owner=OWNER,
)

REGISTRATION_DUTIES = raw_table(
    "registration_duties",
    "One duty to register.",
    SOURCE,
    "registerplikt",
    text("rule_id", "regel_id", "The rule.", required=True),
    text("register", "register", "Register.", required=True),
    text("work", "arbeid", "Kind of work.", required=True),
    text("condition", "vilkaar", "Condition.", required=True),
    whole("grace_days", "frist_dager", "Days of grace.", required=True),
    _FROM,
    _TO,
    _CERTAINTY,
    _ORIGIN,
    owner=OWNER,
)

HUBS = raw_table(
    "hubs",
    "One party or address that many share lawfully.",
    SOURCE,
    "knutepunkt",
    text(
        "hub_kind",
        "type",
        "Why many share it.",
        required=True,
        codes=(
            "kontorhotell",
            "regnskapsforetak",
            "revisjonsforetak",
            "advokatforetak",
            "bostyrer",
            "utleier",
            "bemanning",
            "studentbolig",
        ),
    ),
    org("orgnr", "orgnr", "The party."),
    text("address_id", "adresseId", "The address."),
    text("note", "tekst", "Note."),
    _FROM_REQUIRED,
    _TO,
    _ORIGIN,
    owner=OWNER,
)

RENT_REFERENCES = raw_table(
    "rent_references",
    "One reference rent.",
    SOURCE,
    "husleie",
    text("municipality_no", "kommunenummer", "Municipality number.", required=True),
    text("zone", "sone", "Zone in the municipality."),
    whole("rooms", "antall_rom", "Rooms.", required=True),
    money("rent_per_month_ore", "leie_per_maaned_nok", "Rent a month.", required=True),
    _FROM_REQUIRED,
    _TO,
    _ORIGIN,
    owner=OWNER,
)

HOUSING_AREAS = raw_table(
    "housing_areas",
    "One municipality in one housing market area.",
    SOURCE,
    "boligmarked",
    text("municipality_no", "kommunenummer", "Municipality number.", required=True),
    text("area_id", "omraade_id", "The area.", required=True),
    text("area", "omraade_navn", "Its name."),
    _FROM_REQUIRED,
    _TO,
    _ORIGIN,
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    INDUSTRY_CODES,
    TRADES,
    MUNICIPALITIES,
    COUNTRIES,
    ACCOUNTS,
    BUILDING_TYPES,
    BUILDING_STATUSES,
    MINIMUM_WAGES,
    TIER_RULES,
    LABOUR_SHARES,
    HIRING_BANS,
    REGISTRATION_DUTIES,
    HUBS,
    RENT_REFERENCES,
    HOUSING_AREAS,
)
