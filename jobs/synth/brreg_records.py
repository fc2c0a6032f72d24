"""Records of the register of entities as they read on a day: entities, establishments, roles."""

import csv
from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from jobs.synth.entries import Entry, Removal
from jobs.synth.model import Building, Firm, Person, RoleSpell
from jobs.synth.registration import address_on, entry_of
from jobs.synth.trades import SWITCHED_ON
from jobs.synth.world import World, month_after

Json = dict[str, Any]

FORM_TEXTS = {
    "AS": "Aksjeselskap", "ENK": "Enkeltpersonforetak", "NUF": "Norskregistrert utenlandsk foretak",
    "DA": "Selskap med delt ansvar", "KOMM": "Kommune", "FYLK": "Fylkeskommune", "STAT": "Staten",
    "KBO": "Konkursbo", "ORGL": "Organisasjonsledd",
}  # fmt: skip
GROUP_OF = {
    "LEDE": "STYR", "MEDL": "STYR", "VARA": "STYR", "DAGL": "DAGL", "REGN": "REGN", "REVI": "REVI",
    "INNH": "INNH", "KONT": "KONT", "DTPR": "DELT", "BOBE": "BOBE",
}  # fmt: skip
SECTORS = {"KOMM": "6500", "FYLK": "6500", "STAT": "6100", "ENK": "8200"}
"""Institutional sector by legal form; 2100 for the others."""
FEWEST_SHOWN = 5
"""The register leaves out smaller counts; missing is not zero."""
OPEN_ROLE_SHARE = 0.12
"""Part of persons for whom only the open variant without identity number is delivered."""
LINGERING_SHARE = 0.15
"""Part of ended roles that are still shown for a while, marked as resigned."""
LINGERING_DAYS = 45
ACCOUNTS_MONTH = 7
"""Accounts of the last year are there after this month."""
Stage = tuple[int, int, bool]
"""How many of a firm's dated changes have happened, its newest accounts, and the standard of its code."""
STAFF_FOR_BUSINESS_REGISTER = 6
"""Sole proprietors with so many employees must be in the register of business enterprises."""


class Records:
    """Prints the records of firms; remembers how each address is spelled and who is shown without number."""

    def __init__(self, world: World, rng: Random, staff: Callable[[Firm], int]) -> None:
        """Spell the addresses of all firms.

        Args:
            world: The finished world.
            rng: The stream of the register.
            staff: The number of employees that the register knows of a firm.
        """
        self._world = world
        self._rng = rng
        self._staff = staff
        self._spelling = {firm: _spelled(rng, firm, firm.address) for firm in world.firms}
        self._open_only: dict[Person, bool] = {}
        self._lingers: dict[RoleSpell, bool] = {}
        self._dates: dict[Firm, list[date]] = {}

    def stage(self, firm: Firm, day: date) -> Stage:
        """What the records of a firm depend on beside its staff: they read the same on days of one stage."""
        if firm not in self._dates:
            self._dates[firm] = self._change_days(firm)
        return bisect_right(self._dates[firm], day), _newest_accounts(day), day >= SWITCHED_ON

    def _change_days(self, firm: Firm) -> list[date]:
        entry = entry_of(self._world, firm)
        lingering = timedelta(days=LINGERING_DAYS + 1)
        days = [
            firm.bankrupt, firm.winding_up, firm.deleted, firm.branch_transferred, entry.presumed_wrong,
            entry.vat_on, entry.waived_on, entry.branch_closed, entry.wrong,
            entry.wrong and month_after(f"{entry.wrong:%Y-%m}", 1),
            entry.moved and entry.moved[1], firm.earlier_name and firm.earlier_name[1],
        ]  # fmt: skip
        for role in firm.roles:
            days += [role.since, role.until, role.until and role.until + lingering]
        return sorted(day for day in days if day is not None)

    # ---- entities --------------------------------------------------------------------------------
    def entity(self, firm: Firm, day: date) -> Json:
        """The full record of an entity that is in the register."""
        entry = entry_of(self._world, firm)
        name = firm.name
        if firm.earlier_name is not None and day < firm.earlier_name[1]:
            name = firm.earlier_name[0]
        registered = firm.registered.isoformat()
        has_vat = entry.vat_on is not None and entry.vat_on <= day and firm.form != "KBO"
        in_business_register = firm.form in ("AS", "NUF", "DA") or (
            firm.form == "ENK" and firm.target_staff >= STAFF_FOR_BUSINESS_REGISTER
        )
        record: Json = {
            "organisasjonsnummer": firm.orgnr,
            "navn": name,
            "organisasjonsform": _form(firm.form),
            "registreringsdatoEnhetsregisteret": registered,
            "registrertIMvaregisteret": has_vat,
            "forretningsadresse": self._address(firm, entry, day),
            "registrertIForetaksregisteret": in_business_register,
            "konkurs": firm.bankrupt is not None and firm.bankrupt <= day,
            "underAvvikling": False,
            "underTvangsavviklingEllerTvangsopplosning": False,
            "institusjonellSektorkode": {"kode": SECTORS.get(firm.form, "2100")},
            "maalform": "Bokmål",
            "paategninger": _remarks(entry, day),
            "respons_klasse": "Enhet",
        }
        if has_vat and entry.vat_on is not None:
            record["registreringsdatoMerverdiavgiftsregisteret"] = entry.vat_on.isoformat()
        if in_business_register:
            record["registreringsdatoForetaksregisteret"] = registered
        if firm.founded is not None:
            record["stiftelsesdato"] = firm.founded.isoformat()
        if firm.bankrupt is not None and firm.bankrupt <= day:
            record["konkursdato"] = firm.bankrupt.isoformat()
        elif firm.winding_up is not None and firm.winding_up <= day:
            record["underAvvikling"] = True
            record["underAvviklingDato"] = firm.winding_up.isoformat()
        if firm.earlier_name is not None and day >= firm.earlier_name[1]:
            old, changed = firm.earlier_name
            record["historiskeNavn"] = [{"navn": old, "fraDato": registered, "tilDato": changed.isoformat()}]
        if firm.trade.sn2007:
            record["naeringskode1"] = _code(firm, day)
        if firm.form == "AS":
            _company(record, firm, entry, day)
        _contacts(record, firm, entry)
        count = self._staff(firm)
        record["harRegistrertAntallAnsatte"] = count > 0
        if count >= FEWEST_SHOWN:
            record["antallAnsatte"] = count
        return record

    def deleted(self, firm: Firm) -> Json:
        """What is left of an entity that was deleted."""
        return {
            "organisasjonsnummer": firm.orgnr,
            "navn": firm.name,
            "organisasjonsform": _form(firm.form),
            "slettedato": firm.deleted.isoformat() if firm.deleted else None,
            "respons_klasse": "SlettetEnhet",
        }

    # ---- establishments --------------------------------------------------------------------------
    def branch(self, firm: Firm, day: date, closed: date | None) -> Json:
        """The record of a firm's establishment.

        Args:
            firm: The firm.
            day: The day.
            closed: Since when it no longer exists; None while it does.
        """
        staff = self._staff(firm)
        entry = entry_of(self._world, firm)
        record: Json = {
            "organisasjonsnummer": firm.branch_orgnr,
            "navn": firm.name,
            "organisasjonsform": {
                "kode": "BEDR", "beskrivelse": "Underenhet til næringsdrivende og offentlig forvaltning",
            },
            "overordnetEnhet": firm.orgnr,
            "registreringsdatoEnhetsregisteret": firm.registered.isoformat(),
            "oppstartsdato": firm.registered.isoformat(),
            "naeringskode1": _code(firm, day),
            "beliggenhetsadresse": self._address(firm, entry, day),
            "harRegistrertAntallAnsatte": staff > 0,
        }  # fmt: skip
        if staff >= FEWEST_SHOWN:
            record["antallAnsatte"] = staff
        transferred = firm.branch_transferred
        if transferred is not None and transferred <= day and firm.branch_owner is not None:
            record["overordnetEnhet"] = firm.branch_owner.orgnr
            record["datoEierskifte"] = transferred.isoformat()
        elif closed is not None:
            record["nedleggelsesdato"] = record["slettedato"] = closed.isoformat()
        return record

    def _address(self, firm: Firm, entry: Entry, day: date) -> Json:
        place = address_on(self._world, firm, day)
        line = self._spelling[firm] if place is firm.address else place.address_text
        if entry.wrong is not None and (entry.wrong.year, entry.wrong.month) == (day.year, day.month):
            line = f"{place.street} {place.house_no + 10}"
        return _postal(place, [entry.care_of, line] if entry.care_of else [line])

    # ---- roles -----------------------------------------------------------------------------------
    def roles(self, firm: Firm, day: date) -> Json:
        """All role groups of an entity."""
        groups: dict[str, list[RoleSpell]] = {}
        changed: dict[str, date] = {}
        for role in firm.roles:
            if role.since > day:
                continue
            group = GROUP_OF[role.code]
            changed[group] = max(changed.get(group, role.since), role.since)
            if role.until is None or role.until > day:
                groups.setdefault(group, []).append(role)
                continue
            changed[group] = max(changed[group], role.until)
            if self._lingers_on(role, day):
                groups.setdefault(group, []).append(role)
        return {
            "organisasjonsnummer": firm.orgnr,
            "rollegrupper": [
                {
                    "type": {"kode": group},
                    "sistEndret": changed[group].isoformat(),
                    "roller": [self._role(role, i, day) for i, role in enumerate(roles)],
                }
                for group, roles in sorted(groups.items())
            ],
        }

    def removed_roles(self, removal: Removal) -> Json:
        """The roles of the unit that is removed for good: its owner."""
        return {
            "organisasjonsnummer": removal.orgnr,
            "rollegrupper": [
                {
                    "type": {"kode": "INNH"},
                    "sistEndret": removal.registered.isoformat(),
                    "roller": [
                        self._role(
                            RoleSpell("INNH", removal.owner, removal.registered), 0, removal.registered
                        )
                    ],
                }
            ],
        }

    def removed_entity(self, removal: Removal, day: date) -> Json:
        """The unit that is removed for good, while it is still there."""
        standard = "62.200" if day >= SWITCHED_ON else "62.020"
        return {
            "organisasjonsnummer": removal.orgnr,
            "navn": removal.name,
            "organisasjonsform": _form("ENK"),
            "registreringsdatoEnhetsregisteret": removal.registered.isoformat(),
            "registrertIMvaregisteret": False,
            "forretningsadresse": _postal(removal.address, [removal.address.address_text]),
            "registrertIForetaksregisteret": False,
            "konkurs": False,
            "underAvvikling": False,
            "underTvangsavviklingEllerTvangsopplosning": False,
            "institusjonellSektorkode": {"kode": SECTORS["ENK"]},
            "maalform": "Bokmål",
            "paategninger": [],
            "respons_klasse": "Enhet",
            "naeringskode1": {"kode": standard},
            "harRegistrertAntallAnsatte": False,
        }

    def _lingers_on(self, role: RoleSpell, day: date) -> bool:
        if role.until is None or role.until + timedelta(days=LINGERING_DAYS) < day:
            return False
        if role not in self._lingers:
            noise = self._world.parameters.noise
            self._lingers[role] = self._rng.random() < LINGERING_SHARE * noise
        return self._lingers[role]

    def _role(self, role: RoleSpell, order: int, day: date) -> Json:
        record: Json = {"type": {"kode": role.code}}
        holder = role.holder
        if isinstance(holder, Firm):
            record["enhet"] = {
                "organisasjonsnummer": holder.orgnr,
                "organisasjonsform": _form(holder.form),
                "navn": [holder.name],
                "erSlettet": False,
            }
        else:
            person: Json = {
                "fodselsdato": holder.born.isoformat(),
                "navn": {"fornavn": holder.first, "etternavn": holder.last},
                "erDoed": False,
            }
            if holder not in self._open_only:
                self._open_only[holder] = self._rng.random() < OPEN_ROLE_SHARE
            if not self._open_only[holder]:
                person["fodselsnummer"] = holder.number
            record["person"] = person
        has_resigned = role.until is not None and role.until <= day
        return record | {"fratraadt": has_resigned, "avregistrert": False, "rekkefolge": order}


def _company(record: Json, firm: Firm, entry: Entry, day: date) -> None:
    """What only limited companies have: capital, group, accounts, audit."""
    record["kapital"] = {
        "belop": 30000.0,
        "antallAksjer": 100,
        "type": "Aksjekapital",
        "valuta": "NOK",
        "innfortDato": firm.registered.isoformat(),
    }
    record["erIKonsern"] = firm.is_group
    filed = _newest_accounts(day) - entry.years_behind
    if not entry.never_files and firm.registered.year <= filed:
        record["sisteInnsendteAarsregnskap"] = str(filed)
    if entry.waived_on is not None and entry.waived_on <= day:
        record["fravalgRevisjonDato"] = entry.waived_on.isoformat()
        decided = entry.waived_on - timedelta(days=9)
        record["fravalgRevisjonBeslutningsDato"] = decided.isoformat()


def _newest_accounts(day: date) -> int:
    """The year of the newest accounts that everybody must have sent by a day."""
    return day.year - (1 if day.month > ACCOUNTS_MONTH else 2)


def _contacts(record: Json, firm: Firm, entry: Entry) -> None:
    if entry.phone:
        record["mobil" if firm.form == "ENK" else "telefon"] = entry.phone
    if entry.email:
        record["epostadresse"] = entry.email
    if entry.website:
        record["hjemmeside"] = entry.website
    if entry.postal:
        record["postadresse"] = _postal(firm.address, [entry.postal])


def _remarks(entry: Entry, day: date) -> list[Json]:
    if entry.presumed_wrong is None or entry.presumed_wrong > day:
        return []
    return [
        {
            "infotype": "FADR",
            "tekst": "Forretningsadressen antas å være feil",
            "innfoertDato": entry.presumed_wrong.isoformat(),
        }
    ]


def _postal(place: Building, lines: list[str]) -> Json:
    return {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": place.postcode,
        "poststed": place.place,
        "adresse": lines,
        "kommune": place.municipality.name,
        "kommunenummer": place.municipality.number,
    }


@cache
def _form(code: str) -> Json:
    return {"kode": code, "beskrivelse": FORM_TEXTS[code]}


def _code(firm: Firm, day: date) -> Json:
    standard, code = ("sn2025", firm.trade.sn2025) if day >= SWITCHED_ON else ("sn2007", firm.trade.sn2007)
    text = _code_texts().get((standard, code))
    return {"kode": code, "beskrivelse": text} if text else {"kode": code}


@cache
def _code_texts() -> dict[tuple[str, str], str]:
    """Names of the codes in both standards, out of the project's own code lists."""
    texts: dict[tuple[str, str], str] = {}
    folder = resources.files("expectations") / "contract" / "kodelister"
    for name in ("naering_sn2007_sn2025.csv", "naering_bransjer.csv"):
        for row in csv.DictReader((folder / name).read_text("utf-8").splitlines(), delimiter=";"):
            texts["sn2007", row["sn2007"]] = row["sn2007_navn"]
            # A code that was not renumbered keeps its name.
            texts["sn2025", row["sn2025"]] = row["sn2025_navn"] or row["sn2007_navn"]
    return texts


def _spelled(rng: Random, firm: Firm, place: Building) -> str:
    """The business address as somebody once typed it."""
    text = place.address_text
    draw = rng.random()
    if draw < 0.06:
        text = text.upper()
    elif draw < 0.10:
        text = text.replace("vegen ", "veien ")
    elif draw < 0.13:
        text = text.replace("gata ", "gt. ")
    elif draw < 0.16 and place.letter:
        text = f"{place.street} {place.house_no} {place.letter.lower()}"
    return text + (f" {firm.unit}" if firm.unit else "")
