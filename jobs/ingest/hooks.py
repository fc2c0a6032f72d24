"""What intake works out per source beyond the declared fields."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from expectations.identifiers import is_orgnr, normalise_address_text, normalise_name
from jobs.ingest.extract import Context, Hook, Record
from jobs.ingest.paths import getter, parse
from jobs.ingest.terms import TaxPeriod, tax_period
from jobs.ingest.values import canonical

SN2025_FROM = date(2025, 9, 1)
"""Register date from which Enhetsregisteret gives industry codes of SN2025."""

_INDUSTRY_FIELDS = ("naeringskode1", "naeringskode2", "naeringskode3", "hjelpeenhetskode")


def industry_standard(unit: Record, context: Context) -> str | None:
    """Which standard the unit's industry codes follow.

    Args:
        unit: Unit or establishment.
        context: Its delivery; the period is the register date.
    """
    if not any(unit.get(field) for field in _INDUSTRY_FIELDS):
        return None
    day = context.register_date
    return "SN2025" if day is not None and day >= SN2025_FROM else "SN2007"


def address_key(field: str) -> Hook:
    """Works out the normalised text of an address.

    Args:
        field: Field of the address in the unit.
    """

    def work_out(unit: Record, _: Context) -> str | None:
        address = unit.get(field) or {}
        if address.get("landkode") not in (None, "NO"):
            return None
        return normalise_address_text(address.get("adresse") or (), address.get("postnummer")) or None

    return work_out


def person_key(name: str | None, born_on: str | None) -> str | None:
    """Name and birth date as one text to make a token of; sources differ in word order, so it does not count.

    Args:
        name: Full name.
        born_on: `YYYY-MM-DD`.
    """
    words = sorted(normalise_name(name or "").split())
    return f"{' '.join(words)}|{born_on}" if words and born_on else None


def role_person(role: Record, _: Context) -> str | None:
    """Name and birth date of the person who holds a role.

    Args:
        role: Role.
    """
    holder = role.get("person") or {}
    name = holder.get("navn") or {}
    parts = (name.get(part) for part in ("fornavn", "mellomnavn", "etternavn"))
    return person_key(" ".join(part for part in parts if part), holder.get("fodselsdato"))


def recipient_person(recipient: Record, _: Context) -> str | None:
    """Name and birth date of an income recipient.

    Args:
        recipient: Income recipient.
    """
    told = recipient.get("identifiserendeInformasjon") or {}
    return person_key(told.get("navn"), told.get("foedselsdato"))


def owner_person(owner: Record, _: Context) -> str | None:
    """Name and birth date of a beneficial owner; one outside the population register is never matched.

    Args:
        owner: Beneficial owner.
    """
    told = owner.get("folkeregistrertPerson") or {}
    name = told.get("navn") or {}
    parts = (name.get(part) for part in ("fornavn", "mellomnavn", "etternavn"))
    return person_key(" ".join(part for part in parts if part), told.get("foedselsdato"))


def present_person(line: Record, _: Context) -> str | None:
    """Name and birth date of a person on a site.

    Args:
        line: Line of a site list.
    """
    return person_key(line.get("person_navn"), line.get("fodselsdato"))


def card_key(field: str) -> Hook:
    """Works out the number of an HSE card as it is compared: blanks and case do not count.

    Args:
        field: Field of the number.
    """

    def work_out(item: Record, _: Context) -> str | None:
        return unicodedata.normalize("NFC", "".join((item.get(field) or "").split())).upper() or None

    return work_out


def size_class(position: Record, _: Context) -> str | None:
    """Interval of a position in a company; both spellings of the register end alike.

    Args:
        position: Position of a beneficial owner.
    """
    interval = (position.get("stoerrelseIntervall") or {}).get("kode")
    return interval.rsplit(".", 1)[-1] if interval else None


def spaceless_orgnr(party: Record, _: Context) -> str | None:
    """Organisation number of a party without its spaces; None where it is a foreign one.

    Args:
        party: Buyer or winner.
    """
    number = (party.get("organizationId") or "").replace(" ", "")
    return number if is_orgnr(number) else None


def change_value(change: Record, _: Context) -> str | None:
    """New value of a changed field as JSON, so that the text "1" and the number 1 stay apart.

    Args:
        change: Change in a notice.
    """
    value = change.get("value")
    if value is None:
        return None
    return unicodedata.normalize("NFC", canonical(value).decode())


def tax_term(prefix: str, label: str, year: str = "") -> dict[str, Hook]:
    """Works out year and number of a two-month term.

    Args:
        prefix: First part of the column names.
        label: Path of the label in the item.
        year: Path of the year in the item; empty where the label has it.
    """
    period = _tax_period(label, year)
    return {
        f"{prefix}_year": lambda item, _: period(item).year,
        f"{prefix}_no": lambda item, _: period(item).term,
    }


def tax_month(prefix: str, label: str) -> dict[str, Hook]:
    """Works out year and month of a period.

    Args:
        prefix: First part of the column names.
        label: Path of the label in the item.
    """
    period = _tax_period(label, "")
    return {
        f"{prefix}_year": lambda item, _: period(item).year,
        f"{prefix}_month_no": lambda item, _: period(item).month,
    }


def _tax_period(label: str, year: str) -> Callable[[Record], TaxPeriod]:
    take_label = getter(parse(label))
    take_year = getter(parse(year)) if year else lambda _: None
    return lambda item: tax_period(take_label(item), take_year(item))


_HOLDER = "Fødselsår/orgnr"


def holder_birth_year(row: Record, _: Context) -> str | None:
    """Birth year out of the field that holds a birth year or an organisation number.

    Args:
        row: Row of the shareholder register.
    """
    value = row.get(_HOLDER)
    return value if value and len(value) == 4 else None


def holder_key(row: Record, context: Context) -> str | None:
    """Name, birth year and place of a holder that is no registered organisation.

    Args:
        row: Row of the shareholder register.
        context: Its delivery.
    """
    if len(row.get(_HOLDER) or "") == 9:
        return None
    parts = (row["Navn aksjonær"], holder_birth_year(row, context) or "", row.get("Postnr/sted") or "")
    return "|".join(normalise_name(part) for part in parts)


def cadastre_key(
    municipality: str, farm: str, holding: str, lease: str, section: str | None, within: str = ""
) -> Hook:
    """Works out the key of a cadastre unit: `3420-19/1/0/0`; null without municipality, farm or holding.

    Args:
        municipality: Field of the municipality number.
        farm: Field of the farm number.
        holding: Field of the holding number.
        lease: Field of the leasehold number.
        section: Field of the section number; None where the source has none.
        within: Path of the object that holds them.
    """

    def work_out(item: Record, _: Context) -> str | None:
        unit: Any = item
        for name in filter(None, within.split(".")):
            unit = (unit or {}).get(name)
        unit = unit or {}
        needed = [unit.get(name) for name in (municipality, farm, holding)]
        if not all(needed):
            return None
        rest = [unit.get(lease), unit.get(section) if section else None]
        numbers = [str(part or "0").lstrip("0") or "0" for part in [*needed[1:], *rest]]
        return f"{needed[0]}-{'/'.join(numbers)}"

    return work_out


_VAT_DUTY = "mvaAlminneligNaering.skattemeldingsplikt"
_CADASTRE = ("kommunenummer", "gardsnummer", "bruksnummer", "festenummer", "seksjonsnummer")

HOOKS: Mapping[str, Mapping[str, Hook]] = {
    "raw_brreg_enheter__units": {
        "industry_standard": industry_standard,
        "business_address_key": address_key("forretningsadresse"),
        "postal_address_key": address_key("postadresse"),
    },
    "raw_brreg_underenheter__establishments": {
        "industry_standard": industry_standard,
        "location_address_key": address_key("beliggenhetsadresse"),
        "postal_address_key": address_key("postadresse"),
    },
    "raw_brreg_roller__roles": {"name_token": role_person},
    "raw_brreg_oppdateringer__unit_changes": {"value_json": change_value},
    "raw_brreg_oppdateringer__establishment_changes": {"value_json": change_value},
    "raw_brreg_reelle_rettighetshavere__owners": {"name_token": owner_person},
    "raw_brreg_reelle_rettighetshavere__positions": {"size_class": size_class},
    "raw_byggeplass_oversiktslister__presences": {
        "name_token": present_person,
        "card_token": card_key("hmskort_nummer"),
    },
    "raw_hmskort_register__cards": {"card_token": card_key("kortnummer")},
    "raw_doffin_kunngjoringer__buyers": {"buyer_orgnr": spaceless_orgnr},
    "raw_doffin_kunngjoringer__winners": {"winner_orgnr": spaceless_orgnr},
    "raw_skatteetaten_seriositet__claims": tax_month("claim_period", "kravperiode"),
    "raw_skatteetaten_seriositet__vat_filing_answers": {
        **tax_term("first_term", f"{_VAT_DUTY}.foersteTermin.termin", f"{_VAT_DUTY}.foersteTermin.aar"),
        **tax_term("last_term", f"{_VAT_DUTY}.sisteTermin.termin", f"{_VAT_DUTY}.sisteTermin.aar"),
    },
    "raw_skatteetaten_seriositet__vat_filings": tax_term("term", "gjelderTermin.termin", "gjelderTermin.aar"),
    "raw_skatteetaten_seriositet__vat_returns": tax_term(
        "term", "skattleggingsperiode.periode", "skattleggingsperiode.aar"
    ),
    "raw_skatteetaten_seriositet__contribution_terms": tax_term(
        "term", "arbeidsgiveravgift.termin", "arbeidsgiveravgift.aar"
    ),
    "raw_skatteetaten_seriositet__filing_duties": {
        **tax_month("filing_period", "periode"),
        "filing_period_term_no": tax_term("filing_period", "periode")["filing_period_no"],
    },
    "raw_skatteetaten_seriositet__vat_mismatches": {
        **tax_term("from_term", "fra_termin"),
        **tax_term("to_term", "til_termin"),
    },
    "raw_skatteetaten_aksjonaerer__shareholdings": {
        "holder_birth_year": holder_birth_year,
        "holder_token": holder_key,
    },
    "raw_skatteetaten_amelding__recipients": {"name_token": recipient_person},
    "raw_kartverket_matrikkel__addresses": {"cadastre_key": cadastre_key(*_CADASTRE)},
    "raw_kartverket_matrikkel__units": {"cadastre_key": cadastre_key(*_CADASTRE, within="matrikkelenhet")},
    "raw_kartverket_matrikkel__ownerships": {
        "cadastre_key": cadastre_key(*_CADASTRE, within="matrikkelenhet")
    },
    "raw_folkeregisteret_bosted__residences": {
        "cadastre_key": cadastre_key(
            "kommunenummer",
            "gaardsnummer",
            "bruksnummer",
            "festenummer",
            None,
            within="matrikkeladresse.matrikkelnummer",
        )
    },
}
"""Worked-out columns by table."""

_PROTECTED = frozenset({"fortrolig", "strengtfortrolig"})
_LETTERS = re.compile(r"[^a-zæøå]")
ADDRESS_LISTS = ("bostedsadresse", "oppholdsadresse")


def is_graded(address: Any) -> bool:
    """Whether an address may not be stored, however its grading is spelled and wherever in it it stands.

    Args:
        address: Anything that came where an address was expected.
    """
    if isinstance(address, dict):
        return any(
            (name == "adressegradering" and _LETTERS.sub("", str(value).casefold()) in _PROTECTED)
            or is_graded(value)
            for name, value in address.items()
        )
    return isinstance(address, list) and any(map(is_graded, address))


def ungraded(person: Record) -> tuple[Record | None, bool]:
    """A person without protected addresses, before anything of the record is looked at further.

    A current protected address hides the whole person: nothing of the record is kept. Where only an earlier
    address is protected, that address is left out.

    Args:
        person: Record as read, unchecked.

    Returns:
        The record, or None when nothing of it may be kept; and whether it held a protected address.
    """
    if not is_graded(person):
        return person, False
    kept: Record = {}
    for name, value in person.items():
        if name not in ADDRESS_LISTS or not isinstance(value, list):
            if is_graded(value):
                return None, True
            kept[name] = value
            continue
        for address in value:
            if is_graded(address) and not (isinstance(address, dict) and address.get("erGjeldende") is False):
                return None, True
        kept[name] = [address for address in value if not is_graded(address)]
    return kept, True


REMOVING = frozenset({("brreg_oppdateringer", "oppdatering")})
"""Record types of which a record may say that something must be purged."""

GRADED = frozenset({("folkeregisteret_bosted", "person")})
"""Record types whose addresses are graded."""


def person_numbers(person: Any) -> list[str]:
    """All numbers of a person, as far as they can be read.

    Args:
        person: Record as read, unchecked.
    """
    listed = person.get("identifikasjonsnummer") if isinstance(person, dict) else None
    numbers = [item.get("foedselsEllerDNummer") for item in listed or () if isinstance(item, dict)]
    return [number for number in numbers if isinstance(number, str)]
