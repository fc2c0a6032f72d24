"""Core tables about homes."""

from expectations.columns import MONTH, RAW_REFS, VALID_FROM, VALID_TO, day, orgnr, person, text, whole
from expectations.dataset import AREA, SHARE, YES_NO, Column, Dataset, PersonalData

OWNER = "Arbeidstilsynet, from Kartverket and Folkeregisteret"
PERSONAL = PersonalData.PERSONAL

BUILDINGS = Dataset(
    name="core_home__buildings",
    description="One row per building.",
    owner=OWNER,
    key=("building_no",),
    columns=(
        MONTH,
        text("building_no", "Building number."),
        text("municipality_no", "Municipality."),
        text("building_kind", "Building type code, NS 3457."),
        text("building_group", "Group of the type in the code list `bygningstype`."),
        day("kind_changed_on", "Day the type last changed; missing when it never did or is unknown."),
        text("status", "Building status code."),
        day("status_on", "Day of the status; missing when unknown."),
        Column(
            name="is_in_use",
            type=YES_NO,
            description="By the code list `bygningsstatus`; missing when the code is unknown.",
        ),
        whole("dwellings_n", "Dwellings that the building is registered with."),
        RAW_REFS,
    ),
)

DWELLINGS = Dataset(
    name="core_home__dwellings",
    description="One row per unit that people can live in or that has residents.",
    owner=OWNER,
    key=("dwelling_id",),
    columns=(
        MONTH,
        text("dwelling_id", "`adresseId:bruksenhetsnummer`.", personal_data=PERSONAL),
        text("unit_uuid", "Id of the unit in Matrikkelen."),
        text("address_id", "Address.", personal_data=PERSONAL),
        text("unit_no", "Unit number, for example H0101.", personal_data=PERSONAL),
        text("building_no", "Building.", personal_data=PERSONAL),
        text("building_kind", "Building type code."),
        text("building_group", "Group of the building type."),
        text("municipality_no", "Municipality."),
        text("unit_kind", "Unit type.", codes=("B", "I", "F", "A", "U")),
        whole("rooms_n", "Rooms except kitchen and bath; missing when unknown (0 in the register)."),
        whole("bathrooms_n", "Bathrooms; missing when unknown."),
        Column(name="area_m2", type=AREA, description="Usable area; missing when unknown."),
        text("cadastre_key", "`kommune-gnr-bnr-fnr-snr`.", personal_data=PERSONAL),
        text("hub_kind", "Declared innocent concentration, for example `studentbolig`."),
        RAW_REFS,
    ),
)

PROPERTY_HOLDERS = Dataset(
    name="core_home__holders",
    description="One row per party that holds a dwelling in the month: owner, lessee, tenant or "
    "housing provider.",
    owner=OWNER,
    key=("dwelling_id", "holder_id", "holder_kind", "valid_from"),
    columns=(
        MONTH,
        text("dwelling_id", "Dwelling.", personal_data=PERSONAL),
        text("holder_id", "`org:<orgnr>` or `person:<pseudonym>`.", personal_data=PERSONAL),
        text(
            "holder_kind",
            "In what way.",
            required=True,
            codes=(
                "hjemmelshaver",
                "fester",
                "borettshaver",
                "leier",
                "tilbyder",
                "leietaker",
                "eier_oppgitt",
            ),
        ),
        Column(
            name="is_confirmed",
            type=YES_NO,
            required=True,
            description="Land register or seen by an inspector; false for a notice that is not confirmed.",
        ),
        text("source", "Where it is known from.", required=True, codes=("grunnbok", "innkvartering")),
        VALID_FROM,
        VALID_TO,
        RAW_REFS,
    ),
)

RESIDENCES = Dataset(
    name="core_home__residences",
    description="One row per person and place of living in force at the month's end.",
    owner=OWNER,
    key=("person_id", "place_id", "source"),
    columns=(
        MONTH,
        person("person_id", "Resident."),
        text(
            "place_id",
            "`dwelling:<adresseId>:<unit>`, or `address:<adresseId>` when the unit is unknown.",
            personal_data=PERSONAL,
        ),
        text(
            "source",
            "Where it is known from.",
            required=True,
            codes=("bostedsadresse", "oppholdsadresse", "innkvartering"),
        ),
        text(
            "certainty",
            "How sure the place is.",
            required=True,
            codes=("registered", "confirmed", "reported", "tip_only"),
        ),
        orgnr("employer_orgnr", "Employer that the housing notice names."),
        whole("rent_ore", "Rent per month that the notice names."),
        text(
            "is_rent_deducted",
            "Whether rent is deducted from pay.",
            codes=("ja", "nei", "ukjent"),
            personal_data=PersonalData.SPECIAL,
        ),
        VALID_FROM,
        VALID_TO,
        RAW_REFS,
    ),
)

HOUSING = Dataset(
    name="core_home__housing",
    description="One row per dwelling with a housing notice in force at the month's end; "
    "the latest confirmed notice first.",
    owner="Arbeidstilsynet, municipality and fire service",
    key=("place_id",),
    columns=(
        MONTH,
        text("place_id", "`dwelling:…` or `address:…`.", personal_data=PERSONAL),
        text(
            "kind",
            "Kind of housing.",
            required=True,
            codes=("bolig", "brakkerigg", "overnattingssted", "campingvogn", "annet"),
        ),
        Column(
            name="is_confirmed", type=YES_NO, required=True, description="Seen by an inspector or documented."
        ),
        whole("capacity_n", "Capacity that the provider states."),
        whole("bedrooms_n", "Bedrooms."),
        whole("showers_n", "Showers."),
        whole("toilets_n", "Toilets."),
        Column(name="living_area_m2", type=AREA, description="Living area stated in the notice."),
        text(
            "permit",
            "Whether a permit is in force; one that has run out counts as `nei`.",
            codes=("ja", "nei", "ukjent"),
        ),
        whole("notices_n", "Notices in force.", required=True),
        RAW_REFS,
    ),
)

OCCUPANCY = Dataset(
    name="core_home__occupancy",
    description="One row per dwelling or address with residents at the month's end.",
    owner=OWNER,
    key=("place_id",),
    columns=(
        MONTH,
        text("place_id", "`dwelling:…` or `address:…`.", personal_data=PERSONAL),
        whole("residents_n", "Persons living there, each counted once.", required=True),
        whole("adults_n", "Known adults.", required=True),
        whole(
            "workers_n",
            "Residents with active employment in the month, known minors left out.",
            required=True,
        ),
        whole("employers_n", "Different employers of those workers.", required=True),
        Column(
            name="is_unit_known",
            type=YES_NO,
            required=True,
            description="False: the unit within the address is unknown.",
        ),
        Column(
            name="registered_share",
            type=SHARE,
            required=True,
            description="Part of residents known from the population register.",
        ),
        RAW_REFS,
    ),
)

SEATS = Dataset(
    name="core_home__seats",
    description="One row per organisation whose business address leads to one address of the cadastre: those "
    "whose text ends with a unit, and employers without. Sole proprietors who employ nobody are left out: "
    "their seat is where they live.",
    owner="Arbeidstilsynet, from Brønnøysundregistrene and Kartverket",
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        text("address_id", "Address of the cadastre.", required=True, personal_data=PERSONAL),
        text("unit_no", "Unit that the text ends with; missing when there is none.", personal_data=PERSONAL),
        text(
            "place_id",
            "`dwelling:<adresseId>:<unit>`, or `address:<adresseId>` when the unit is unknown.",
            required=True,
            personal_data=PERSONAL,
        ),
        whole("staff_n", "Persons whom it paid in the month.", required=True),
        RAW_REFS,
    ),
)

STAYS = Dataset(
    name="core_home__stays",
    description="One row per person, dwelling, source and first day, of stays that began or ended in the "
    "last twelve months, in dwellings with at least four such moves.",
    owner=OWNER,
    key=("person_id", "dwelling_id", "source", "valid_from"),
    columns=(
        MONTH,
        person("person_id", "Who lived there."),
        text("dwelling_id", "Dwelling, `adresseId:bruksenhet`.", personal_data=PERSONAL),
        text(
            "source",
            "Where it is known from.",
            required=True,
            codes=("bostedsadresse", "oppholdsadresse", "innkvartering"),
        ),
        VALID_FROM,
        VALID_TO,
        RAW_REFS,
    ),
)

DATASETS = (BUILDINGS, DWELLINGS, PROPERTY_HOLDERS, RESIDENCES, HOUSING, OCCUPANCY, SEATS, STAYS)
