"""The register of entities as it prints itself: entities, establishments, roles."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any

import orjson

from jobs.months import last_day
from jobs.synth.model import Firm, Person, RoleSpell
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.trades import SWITCHED_ON
from jobs.synth.work import staff_on
from jobs.synth.world import World, instant

Json = dict[str, Any]

FORM_TEXTS = {
    "AS": "Aksjeselskap", "ENK": "Enkeltpersonforetak", "NUF": "Norskregistrert utenlandsk foretak",
    "DA": "Selskap med delt ansvar", "KOMM": "Kommune", "FYLK": "Fylkeskommune", "STAT": "Staten",
    "KBO": "Konkursbo",
}  # fmt: skip
GROUP_OF = {
    "LEDE": "STYR", "MEDL": "STYR", "VARA": "STYR", "DAGL": "DAGL", "REGN": "REGN", "REVI": "REVI",
    "INNH": "INNH", "KONT": "KONT", "DTPR": "DELT", "BOBE": "BOBE",
}  # fmt: skip
FEWEST_SHOWN = 5
"""The register leaves out smaller counts; missing is not zero."""
OPEN_ROLE_SHARE = 0.12
"""Part of persons for whom only the open variant without identity number is delivered."""
PUBLIC_STAFF = 900
GONE_AFTER_DAYS = 200
"""How long after its failure a firm is deleted."""


class EntityRegister:
    """Snapshots and monthly changes of the three files."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("brreg")
        self._last: dict[str, dict[str, bytes]] = {"enheter": {}, "underenheter": {}, "roller": {}}
        self._spelling: dict[Firm, str] = {}
        self._open_only: dict[Person, bool] = {}
        self._counts: dict[Firm, int] = {}
        for firm in world.firms:
            # Ring firms stay: a planted pattern must be there to be seen at the last month.
            if firm.bankrupt and not firm.deleted and not firm.is_planted and self._rng.random() < 0.7:
                firm.deleted = firm.bankrupt + timedelta(days=GONE_AFTER_DAYS + self._rng.randrange(90))
            self._spelling[firm] = _spelled(self._rng, firm)

    def deliveries(self) -> Iterator[Outgoing]:
        """All deliveries of the three sources, in the order they were made."""
        world = self._world
        days = [world.opening - timedelta(days=1), *(last_day(m) for m in world.months)]
        middle = last_day(world.months[max(len(world.months) // 2 - 1, 0)])
        snapshots = {days[0], middle, *(d for d in days if d.month == 12)}
        for index, day in enumerate(days):
            yield from self._on(day, index, is_snapshot=day in snapshots)

    def _on(self, day: date, index: int, *, is_snapshot: bool) -> Iterator[Outgoing]:
        entities: list[tuple[str, bytes, bytes]] = []
        branches: list[tuple[str, bytes, bytes]] = []
        roles: list[tuple[str, bytes, bytes]] = []
        for position, firm in enumerate(self._world.firms):
            if firm.registered > day:
                continue
            if index == 0 or position % 3 == index % 3 or firm not in self._counts:
                self._counts[firm] = PUBLIC_STAFF if firm.public_kind else staff_on(firm, day)
            gone = firm.deleted is not None and firm.deleted <= day
            if gone and (is_snapshot or firm.deleted is None or firm.deleted <= day - timedelta(days=31)):
                continue
            record = self._entity(firm, day) if not gone else self._deleted(firm)
            # A change of classification alone is no change notice: the codes come with the next full record.
            compared = {k: v for k, v in record.items() if k != "naeringskode1"}
            entities.append((firm.orgnr, orjson.dumps(record), orjson.dumps(compared)))
            if firm.branch_orgnr and firm.trade.sn2007:
                branch = self._branch(firm, day, gone=gone)
                compared = {k: v for k, v in branch.items() if k != "naeringskode1"}
                branches.append((firm.branch_orgnr, orjson.dumps(branch), orjson.dumps(compared)))
            if not gone:
                row = orjson.dumps(self._roles(firm, day))
                roles.append((firm.orgnr, row, row))
        at = day + timedelta(days=1)
        for source, name, found, minute in (
            ("enheter", "enheter", entities, 0),
            ("underenheter", "underenheter", branches, 10),
            ("roller", "roller", roles, 20),
        ):
            known = self._last[source]
            rows = [(k, row) for k, row, compared in sorted(found) if is_snapshot or known.get(k) != compared]
            self._last[source] = {k: compared for k, _, compared in found}
            if not rows:
                continue
            whole = "totalbestand" if source == "roller" else "alle"
            file = Rows(
                f"{name}_{whole if is_snapshot else 'hentet'}.json.gz",
                [r for _, r in rows],
                framing="json-array",
            )
            yield Outgoing(
                f"brreg_{source}",
                day.isoformat(),
                "snapshot" if is_snapshot else "delta",
                instant(at, 4, minute),
                [file],
            )

    # ---- records ---------------------------------------------------------------------------------
    def _entity(self, firm: Firm, day: date) -> Json:
        name = firm.name
        if firm.earlier_name is not None and day < firm.earlier_name[1]:
            name = firm.earlier_name[0]
        record: Json = {
            "organisasjonsnummer": firm.orgnr,
            "navn": name,
            "organisasjonsform": {"kode": firm.form, "beskrivelse": FORM_TEXTS[firm.form]},
            "registreringsdatoEnhetsregisteret": firm.registered.isoformat(),
            "registrertIMvaregisteret": firm.form != "KBO" and not firm.public_kind,
            "forretningsadresse": self._address(firm),
            "registrertIForetaksregisteret": firm.form in ("AS", "NUF", "DA"),
            "konkurs": firm.bankrupt is not None and firm.bankrupt <= day,
            "underAvvikling": False,
            "underTvangsavviklingEllerTvangsopplosning": False,
            "maalform": "Bokmål",
            "paategninger": [],
            "respons_klasse": "Enhet",
        }
        if firm.founded is not None:
            record["stiftelsesdato"] = firm.founded.isoformat()
        if firm.bankrupt is not None and firm.bankrupt <= day:
            record["konkursdato"] = firm.bankrupt.isoformat()
        if firm.earlier_name is not None and day >= firm.earlier_name[1]:
            old, changed = firm.earlier_name
            record["historiskeNavn"] = [
                {"navn": old, "fraDato": firm.registered.isoformat(), "tilDato": changed.isoformat()}
            ]
        if firm.trade.sn2007:
            record["naeringskode1"] = _code(firm, day)
        if firm.form == "AS":
            record["kapital"] = {
                "belop": 30000.0,
                "antallAksjer": 100,
                "type": "Aksjekapital",
                "valuta": "NOK",
            }
            record["erIKonsern"] = firm.is_group
            if firm.registered.year < day.year - 1:
                record["sisteInnsendteAarsregnskap"] = str(day.year - (1 if day.month > 7 else 2))
        count = self._counts[firm]
        record["harRegistrertAntallAnsatte"] = count > 0
        if count >= FEWEST_SHOWN:
            record["antallAnsatte"] = count
        return record

    def _deleted(self, firm: Firm) -> Json:
        return {
            "organisasjonsnummer": firm.orgnr,
            "navn": firm.name,
            "organisasjonsform": {"kode": firm.form, "beskrivelse": FORM_TEXTS[firm.form]},
            "slettedato": firm.deleted.isoformat() if firm.deleted else None,
            "respons_klasse": "SlettetEnhet",
        }

    def _branch(self, firm: Firm, day: date, *, gone: bool) -> Json:
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
            "beliggenhetsadresse": self._address(firm),
            "harRegistrertAntallAnsatte": self._counts[firm] > 0,
        }  # fmt: skip
        if self._counts[firm] >= FEWEST_SHOWN:
            record["antallAnsatte"] = self._counts[firm]
        if (
            firm.branch_transferred is not None
            and firm.branch_transferred <= day
            and firm.branch_owner is not None
        ):
            record["overordnetEnhet"] = firm.branch_owner.orgnr
            record["datoEierskifte"] = firm.branch_transferred.isoformat()
        elif gone and firm.deleted is not None:
            record["nedleggelsesdato"] = record["slettedato"] = firm.deleted.isoformat()
        return record

    def _address(self, firm: Firm) -> Json:
        place = firm.address
        return {
            "land": "Norge",
            "landkode": "NO",
            "postnummer": place.postcode,
            "poststed": place.place,
            "adresse": [self._spelling[firm]],
            "kommune": place.municipality.name,
            "kommunenummer": place.municipality.number,
        }

    def _roles(self, firm: Firm, day: date) -> Json:
        groups: dict[str, list[RoleSpell]] = {}
        for role in firm.roles:
            if role.since <= day and (role.until is None or role.until > day):
                groups.setdefault(GROUP_OF[role.code], []).append(role)
        return {
            "organisasjonsnummer": firm.orgnr,
            "rollegrupper": [
                {
                    "type": {"kode": group},
                    "sistEndret": max(r.since for r in roles).isoformat(),
                    "roller": [self._role(role, i) for i, role in enumerate(roles)],
                }
                for group, roles in sorted(groups.items())
            ],
        }

    def _role(self, role: RoleSpell, order: int) -> Json:
        record: Json = {"type": {"kode": role.code}}
        holder = role.holder
        if isinstance(holder, Firm):
            record["enhet"] = {
                "organisasjonsnummer": holder.orgnr,
                "organisasjonsform": {"kode": holder.form, "beskrivelse": FORM_TEXTS[holder.form]},
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
        return record | {"fratraadt": False, "avregistrert": False, "rekkefolge": order}


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


def _spelled(rng: Random, firm: Firm) -> str:
    """The business address as somebody once typed it."""
    text = firm.address.address_text
    draw = rng.random()
    if draw < 0.06:
        text = text.upper()
    elif draw < 0.10:
        text = text.replace("vegen ", "veien ")
    elif draw < 0.13:
        text = text.replace("gata ", "gt. ")
    elif draw < 0.16 and firm.address.letter:
        text = f"{firm.address.street} {firm.address.house_no} {firm.address.letter.lower()}"
    return text + (f" {firm.unit}" if firm.unit else "")
