"""Raw tables of the cadastre and land register: addresses, buildings, units and ownerships."""

from expectations.dataset import AREA, TEXT, Column, Dataset
from expectations.raw_columns import (
    METRES,
    PERSONAL,
    day,
    instant,
    number,
    org,
    person,
    raw_table,
    text,
    whole,
    worked_out,
    yes_no,
)

SOURCE = "kartverket_matrikkel"
OWNER = "Kartverket"


UNIT_NO = "[HKLU][0-9]{4}"


def _cadastre_unit(prefix: str) -> tuple[Column, ...]:
    path = f"{prefix}." if prefix else ""
    return (
        text("cadastre_municipality_no", f"{path}kommunenummer", "Municipality number of the cadastre unit."),
        text("farm_no", f"{path}gardsnummer", "Farm number."),
        text("holding_no", f"{path}bruksnummer", "Holding number."),
        text("lease_no", f"{path}festenummer", "Leasehold number."),
        text("section_no", f"{path}seksjonsnummer", "Section number."),
        worked_out(
            "cadastre_key", TEXT, "Cadastre unit as municipality-farm/holding/lease/section, 0 where without."
        ),
    )


ADDRESSES = raw_table(
    "addresses",
    "One address and dwelling unit; one row with null unit where units have no number.",
    SOURCE,
    "adresse",
    text("address_id", "adresseId", "Address of the cadastre; the join key.", required=True),
    text("unit_no", "bruksenhet", "Dwelling unit number.", pattern=UNIT_NO),
    text("local_id", "lokalid", "Local id of the extract.", required=True),
    text("municipality_no", "kommunenummer", "Municipality number.", required=True),
    text("municipality", "kommunenavn", "Municipality."),
    text(
        "address_kind",
        "adressetype",
        "Street or cadastre address.",
        required=True,
        codes=("vegadresse", "matrikkeladresse"),
    ),
    text("additional_name", "adressetilleggsnavn", "Additional name of the address."),
    text("street_code", "adressekode", "Street code."),
    text("street", "adressenavn", "Street."),
    text("house_no", "nummer", "House number."),
    text("house_letter", "bokstav", "House letter."),
    text("farm_no", "gardsnummer", "Farm number."),
    text("holding_no", "bruksnummer", "Holding number."),
    text("lease_no", "festenummer", "Leasehold number."),
    text("section_no", "seksjonsnummer", "Section number; dwelling-level file only."),
    text("sub_no", "undernummer", "Sub-number."),
    worked_out(
        "cadastre_key", TEXT, "Cadastre unit as municipality-farm/holding/lease/section, 0 where without."
    ),
    text("address_text", "adresseTekst", "Address as text."),
    text("epsg_code", "EPSG-kode", "Coordinate system."),
    number("north_m", "Nord", "North.", METRES),
    number("east_m", "Øst", "East.", METRES),
    text("postcode", "postnummer", "Postcode."),
    text("place", "poststed", "Postal place."),
    text("statistical_area_no", "grunnkretsnummer", "Basic statistical unit."),
    text("statistical_area", "grunnkretsnavn", "Name of the basic statistical unit."),
    text(
        "parish_orgnr", "organisasjonsnummer", "Organisation number of the parish, not of a resident company."
    ),
    instant("updated_at", "oppdateringsdato", "When the address was updated."),
    instant("extracted_at", "datauttaksdato", "When the extract was made."),
    text("address_uuid", "uuidAdresse", "UUID of the address."),
    owner=OWNER,
)

BUILDINGS = raw_table(
    "buildings",
    "One building.",
    SOURCE,
    "bygning",
    text("building_no", "bygningsnummer", "The building.", required=True),
    whole("building_part_no", "lopenummer", "0 is the main building, else an extension."),
    text("municipality_no", "kommunenummer", "Municipality number.", required=True),
    text("building_type", "bygningstype", "Building type, NS 3457.", required=True),
    day("building_type_changed_on", "bygningstype_endret_dato", "Day the type last changed."),
    text("building_status", "bygningsstatus", "Building status.", required=True),
    day("building_status_on", "bygningsstatus_dato", "Day of the status."),
    number("footprint_m2", "bebygdAreal", "Built-up area.", AREA),
    whole("dwellings", "etasjedata.antallBoenheter", "Number of dwellings."),
    number("dwelling_area_m2", "etasjedata.bruksarealTilBolig", "Usable area for dwelling.", AREA),
    number("other_area_m2", "etasjedata.bruksarealTilAnnet", "Usable area for other use.", AREA),
    number("total_area_m2", "etasjedata.bruksarealTotalt", "Usable area in all.", AREA),
    number("north_m", "representasjonspunkt.nord", "North, EPSG 25833.", METRES),
    number("east_m", "representasjonspunkt.oest", "East, EPSG 25833.", METRES),
    text("building_uuid", "uuid", "UUID of the building."),
    owner=OWNER,
)

UNITS = raw_table(
    "units",
    "One dwelling unit or other unit of a building.",
    SOURCE,
    "bruksenhet",
    text("unit_uuid", "uuid", "The unit; new after a split or merger.", required=True),
    text("building_no", "bygningsnummer", "Its building.", required=True),
    text("address_id", "adresseId", "Its address."),
    text("unit_no", "bruksenhetsnummer", "Unit number, such as H0101.", pattern=UNIT_NO),
    text(
        "unit_kind",
        "bruksenhetstype",
        "B dwelling, I unapproved dwelling, F leisure, A other, U unnumbered.",
        required=True,
        codes=("B", "I", "F", "A", "U"),
    ),
    whole("rooms", "antallRom", "Rooms; 0 or null is unknown on old units."),
    whole("bathrooms", "antallBad", "Bathrooms; 0 or null is unknown on old units."),
    whole("toilets", "antallWC", "Toilets; 0 or null is unknown on old units."),
    number("area_m2", "bruksareal", "Usable area; 0 or null is unknown on old units.", AREA),
    text("kitchen_access", "kjokkentilgang", "Access to a kitchen."),
    _cadastre_unit("matrikkelenhet"),
    yes_no("is_expiring", "skalUtga", "The unit is to go out."),
    owner=OWNER,
)

OWNERSHIPS = raw_table(
    "ownerships",
    "One right of one holder in one cadastre unit.",
    SOURCE,
    "eierforhold",
    text("ownership_id", "eierforhold_id", "The right.", PERSONAL, required=True),
    _cadastre_unit("matrikkelenhet"),
    text(
        "right_kind",
        "rolle",
        "Title holder, leaseholder, cooperative holder or tenant.",
        PERSONAL,
        required=True,
        codes=("hjemmelshaver", "fester", "borettshaver", "leier"),
    ),
    org("owner_orgnr", "eier_orgnr", "Holder, where an organisation."),
    person("owner", "eier_fnr", "the holder"),
    text("share_text", "andel", "Share as text, such as 1/2.", PERSONAL),
    day("from_on", "fra_dato", "Day of registration.", PERSONAL, required=True),
    day("to_on", "til_dato", "Last day.", PERSONAL),
    owner=OWNER,
)

DATASETS: tuple[Dataset, ...] = (
    ADDRESSES,
    BUILDINGS,
    UNITS,
    OWNERSHIPS,
)
