"""The register of beneficial owners: who owns more than a quarter, directly or through other companies."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson

from jobs.months import last_day
from jobs.synth.model import Firm, Person
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.registration import owners_on
from jobs.synth.world import World, instant

Json = dict[str, Any]

OBLIGED_FORMS = ("AS", "DA", "NUF")
UNREGISTERED_SHARE = 0.2
"""Part of those who must register and have not; no registration is not the same as no owner."""
LATE_SHARE = 0.08
"""Part of changes of owners that are registered a quarter late."""
FEWEST_PERCENT = 25.0
EVERY_MONTHS = 3
MOST_TIERS = 6
IDENTIFIED, NOT_IDENTIFIED, NOBODY = "arid", "irki", "rkuv"
"""All identified; none can be identified; nobody holds so much."""


class OwnerRegister:
    """The whole register every quarter."""

    def __init__(self, world: World) -> None:
        """Decide who has registered, and when.

        Args:
            world: The finished world.
        """
        rng = world.rng("beneficial owners")
        self._world = world
        self._since: dict[Firm, date] = {}
        self._ids: dict[Firm, str] = {}
        self._late: dict[Firm, bool] = {}
        self._made: dict[Firm, tuple[tuple[object, ...], bytes]] = {}
        for firm in world.firms:
            if firm.form not in OBLIGED_FORMS or firm.public_kind:
                continue
            waits, registration = rng.randrange(5, 160), UUID(int=rng.getrandbits(128), version=4)
            self._late[firm] = rng.random() < LATE_SHARE * world.parameters.noise
            is_registered = rng.random() >= UNREGISTERED_SHARE * world.parameters.noise
            sales = world.entries.sales.get(firm)
            if sales and sales[-1].is_reported:
                is_registered, self._late[firm] = True, False
            if is_registered:
                self._since[firm] = max(firm.registered, date(2024, 10, 1)) + timedelta(days=waits)
                self._ids[firm] = str(registration)

    def deliveries(self) -> Iterator[Outgoing]:
        """One full list before the window, and one every third month."""
        world = self._world
        days = [world.opening - timedelta(days=1)]
        days += [last_day(m) for m in world.months[EVERY_MONTHS - 1 :: EVERY_MONTHS]]
        firms = sorted(self._since, key=lambda f: f.orgnr)
        for day in days:
            rows = [
                self._row(firm, day)
                for firm in firms
                if self._since[firm] <= day and (firm.deleted is None or firm.deleted > day)
            ]
            if rows:
                file = Rows("rrh_totalbestand.json.gz", rows, framing="json-array")
                at = instant(day + timedelta(days=1), 5)
                yield Outgoing("brreg_reelle_rettighetshavere", day.isoformat(), "snapshot", at, [file])

    def _row(self, firm: Firm, day: date) -> bytes:
        seen = day - timedelta(days=92) if self._late[firm] else day
        holders = beneficial_owners(self._world, firm, max(seen, firm.registered))
        # Numbers may change, so that the holders alone do not tell whether a row is the same as before.
        key = tuple((h.person, h.percent, h.is_direct, h.through, h.person.number_on(day)) for h in holders)
        made = self._made.get(firm)
        if made is None or made[0] != key:
            made = self._made[firm] = key, orjson.dumps(self._record(firm, day, holders))
        return made[1]

    def _record(self, firm: Firm, day: date, holders: list["Holder"]) -> Json:
        since = self._since[firm]
        changed = max((s.on for s in self._world.entries.sales.get(firm, ()) if s.on <= day), default=since)
        status = IDENTIFIED if holders else NOBODY if _is_private(firm) else NOT_IDENTIFIED
        return {
            "registreringId": self._ids[firm],
            "registreringStatus": {"kode": "registreringstatus.regi"},
            "registrertDato": _instant(since),
            "reelleRettighetshavereStatus": {"kode": f"reellerettighetshaverestatus.{status}"},
            "registreringspliktigVirksomhet": {"organisasjonsnummer": firm.orgnr},
            "reelleRettighetshavere": [
                _person(holder, day)
                | {
                    "posisjoner": [_position(holder)],
                    "foerstRegistrertDato": _instant(max(since, changed)),
                    "endretDato": _instant(max(since, changed)),
                }
                for holder in holders
            ],
        }


class Holder:
    """A person who owns more than a quarter of a firm.

    Attributes:
        person: Who.
        percent: Of the shares, all ways added up.
        is_direct: Whether some of it is held without a company in between.
        through: Companies in between.
    """

    __slots__ = ("is_direct", "percent", "person", "through")

    def __init__(self, person: Person) -> None:
        self.person = person
        self.percent = 0.0
        self.is_direct = False
        self.through: tuple[Firm, ...] = ()


def beneficial_owners(world: World, firm: Firm, day: date) -> list[Holder]:
    """Persons with more than a quarter of a firm on a day, in the order they are met; partners share alike.

    Args:
        world: The world.
        firm: The firm.
        day: The day.
    """
    found: dict[Person, Holder] = {}
    if firm.form == "DA":
        partners = [r.holder for r in firm.roles if r.code == "DTPR" and isinstance(r.holder, Person)]
        for partner in partners:
            holder = found.setdefault(partner, Holder(partner))
            holder.percent, holder.is_direct = 100 / len(partners), True
    else:
        _climb(world, firm, day, 1.0, (), found)
    return [holder for holder in found.values() if holder.percent > FEWEST_PERCENT]


def _climb(
    world: World, firm: Firm, day: date, part: float, path: tuple[Firm, ...], found: dict[Person, Holder]
) -> None:
    for owner, percent in owners_on(world, firm, day):
        if isinstance(owner, Person):
            holder = found.setdefault(owner, Holder(owner))
            holder.percent += part * percent
            holder.is_direct = holder.is_direct or not path
            holder.through += tuple(f for f in path if f not in holder.through)
        elif owner not in path and len(path) < MOST_TIERS:
            _climb(world, owner, day, part * percent / 100, (*path, owner), found)


def _is_private(firm: Firm) -> bool:
    return all(isinstance(owner, Person) for owner, _ in firm.owners)


def _person(holder: Holder, day: date) -> Json:
    person = holder.person
    if person.grading != "ugradert":
        # For readers without a right to see them, a protected person is stripped.
        return {"erUnntattFraInnsyn": True}
    return {
        "folkeregistrertPerson": {
            "foedselsEllerDNummer": person.number_on(day),
            "foedselsdato": person.born.isoformat(),
            "foedselsaar": str(person.born.year),
            "navn": {"fornavn": person.first, "etternavn": person.last},
            "erDoed": False,
        },
        "erUnntattFraInnsyn": False,
    }


def _position(holder: Holder) -> Json:
    percent = holder.percent
    band = "int3" if percent >= 75 else "int2" if percent >= 50 else "int1"
    grounds = [{"kode": "grunnlagtype.dire"}] if holder.is_direct else []
    if holder.through:
        grounds.append({"kode": "grunnlagtype.indi"})
    return {
        "type": {"kode": "posisjontype.eier"},
        "stoerrelseIntervall": {"kode": f"stoerrelseintervall.{band}"},
        "grunnlag": grounds,
        "mellomliggendeVirksomheter": [
            {"virksomhet": {"organisasjonsnummer": firm.orgnr}} for firm in holder.through
        ],
    }


def _instant(day: date) -> str:
    return f"{day.isoformat()}T09:15:00Z"
