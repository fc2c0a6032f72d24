"""Firms: founding, owners, boards, accountants, growth targets, failures and new registrations."""

import math
from datetime import date, timedelta
from random import Random

from jobs.synth.frame import BUILDER_NAME, INSPECTORATE_NAME
from jobs.synth.geography import BY_NUMBER
from jobs.synth.model import Building, Event, Firm, Municipality, Person, RoleSpell, Trade
from jobs.synth.names import FIRM_WORDS
from jobs.synth.people import new_person
from jobs.synth.places import Builder
from jobs.synth.trades import (
    ACCOUNTANT,
    ALL_TRADES,
    AUDITOR,
    ESTATE,
    GENERAL,
    HOLDING,
    PROPERTY,
    PUBLIC,
    SITE_TRADES,
    STAFFING,
)
from jobs.synth.world import World, some_day

FORMS = (("AS", 0.80), ("ENK", 0.14), ("NUF", 0.03), ("DA", 0.03))
YEARLY_FAILURES = 0.03
YEARLY_FAILURES_ON_SITE = 0.015
"""Of firms that work on sites; those of rings and look-alikes, mostly of such trades, come on top."""
YEARLY_CLOSURES = 0.02
YEARLY_FOUNDINGS = 0.05
GROUP_SHARE = 0.03
SHARES = 100
COUNTRYWIDE_SHARE = 0.25
"""Part of clients of accountants, auditors and office hotels whose hub has clients in the whole country."""
LEADER_SHARE = 0.5
"""Part of board members and deputies who lead a firm of their own in the municipality."""
AUDITED_STAFF, AUDITED_SHARE = 8, 0.85
"""Staff from which on a firm has an auditor, and part of such firms that have."""


class Founder:
    """Founds firms; knows the shared resources they use: accountants, auditors, office hotels, premises."""

    def __init__(self, world: World, builder: Builder) -> None:
        self._world = world
        self._builder = builder
        self._names: set[str] = set()
        self.accountants: list[Firm] = []
        self.auditors: list[Firm] = []
        self._premises: dict[str, list[Building]] = {}
        self._leaders: dict[str, list[Person]] = {}
        self.hotels = {m.number: self._make_hotel(m) for m in world.municipalities}

    def _make_hotel(self, municipality: Municipality) -> Building:
        return self._builder.building(self._world.rng("firms"), municipality, "311")

    def found(
        self,
        rng: Random,
        trade: Trade,
        *,
        registered: date,
        form: str = "AS",
        municipality: Municipality | None = None,
        staff: int = 0,
        director: Person | None = None,
        owners: list[tuple[Person | Firm, int]] | None = None,
        address: Building | None = None,
        is_planted: bool = False,
    ) -> Firm:
        """Found a firm with name, address, establishment, director, board, owners and accountant.

        Args:
            rng: The caller's stream.
            trade: What it does.
            registered: Day of registration.
            form: Legal form.
            municipality: Where; drawn by size unless given.
            staff: How many it wants to employ.
            director: Who leads it; somebody new unless given.
            owners: Who owns it; the director unless given.
            address: Business address; premises of its own or an office hotel unless given.
            is_planted: Belongs to a ring or a look-alike.
        """
        world = self._world
        place = world.home(municipality, rng)
        firm = Firm(
            orgnr=world.numbers.orgnr(rng),
            name="",
            form=form,
            trade=trade,
            municipality=place,
            address=address or self._address(rng, place),
            registered=registered,
            founded=registered - timedelta(days=rng.randrange(2, 40)),
            target_staff=staff,
            rank=_rank(rng, trade),
            is_planted=is_planted,
        )
        if staff or (trade is not HOLDING and rng.random() < 0.8):
            firm.branch_orgnr = world.numbers.orgnr(rng, "2")
            firm.branch_owner = firm
        leader = director or new_person(world, rng, municipality=place, ages=(24, 66), is_planted=is_planted)
        firm.name = self.name_of(rng, firm, leader)
        self._lead(rng, firm, leader, owners)
        return firm

    def adopt(self, rng: Random, firm: Firm) -> None:
        """Give a firm of the frame that is at home here a director, board and owners.

        Args:
            rng: The caller's stream.
            firm: Has a number, name and address already.
        """
        leader = new_person(self._world, rng, municipality=firm.municipality, ages=(35, 66))
        self._lead(rng, firm, leader, None)

    def _lead(
        self, rng: Random, firm: Firm, leader: Person, owners: list[tuple[Person | Firm, int]] | None
    ) -> None:
        self._appoint(rng, firm, leader)
        if firm.form == "AS":
            firm.owners = owners if owners is not None else self._owners(rng, firm, leader)
        self._world.firms.append(firm)

    def _address(self, rng: Random, municipality: Municipality) -> Building:
        if rng.random() < 0.06:
            if self._world.frame.hotels and rng.random() < COUNTRYWIDE_SHARE:
                return rng.choice(self._world.frame.hotels)
            return self.hotels[municipality.number]
        shared = self._premises.setdefault(municipality.number, [])
        if shared and rng.random() < 0.25:
            return rng.choice(shared)
        shared.append(self._builder.premises(rng, municipality))
        return shared[-1]

    def name_of(self, rng: Random, firm: Firm, leader: Person) -> str:
        """A name that no other firm has; a sole proprietor's holds the owner's."""
        if firm.form == "ENK":
            return f"{firm.trade.word} {leader.first} {leader.last}"
        for _ in range(50):
            parts = [rng.choice(FIRM_WORDS), firm.trade.word]
            if not self._world.district.is_alone and rng.random() < 0.7:
                parts.insert(1, rng.choice(FIRM_WORDS))
            if rng.random() < 0.3:
                parts.insert(rng.randrange(2), firm.municipality.name)
            name = " ".join([*parts, firm.form])
            if name not in self._names:
                break
        else:
            name = f"{rng.choice(FIRM_WORDS)} {rng.choice(FIRM_WORDS)} {firm.trade.word} {firm.form}"
        self._names.add(name)
        return name

    def _appoint(self, rng: Random, firm: Firm, leader: Person) -> None:
        world, since = self._world, firm.registered
        if firm.form == "ENK":
            firm.roles.append(RoleSpell("INNH", leader, since))
        elif firm.form == "NUF":
            firm.roles += [RoleSpell("DAGL", leader, since), RoleSpell("KONT", leader, since)]
        elif firm.form == "DA":
            partner = new_person(world, rng, municipality=firm.municipality, ages=(24, 66))
            firm.roles += [RoleSpell("DTPR", leader, since), RoleSpell("DTPR", partner, since)]
            firm.roles.append(RoleSpell("DAGL", leader, since))
        else:
            firm.roles += [RoleSpell("DAGL", leader, since), RoleSpell("LEDE", leader, since)]
            for code, chance in (("MEDL", 0.35), ("MEDL", 0.15), ("VARA", 0.3)):
                if rng.random() < chance:
                    firm.roles.append(RoleSpell(code, self._member(rng, firm), since))
            if not (firm.is_planted or firm.trade in (HOLDING, ACCOUNTANT, AUDITOR)):
                self._leaders.setdefault(firm.municipality.number, []).append(leader)
        frame = world.frame
        if self.accountants and rng.random() < 0.8:
            hub = _by_size(rng, _local_or_not(rng, self.accountants, frame.accountants))
            firm.roles.append(RoleSpell("REGN", hub, max(since, hub.registered)))
        if firm.target_staff >= AUDITED_STAFF:
            self.audit(rng, firm)

    def _member(self, rng: Random, firm: Firm) -> Person:
        """Somebody for the board, as often as not the leader of another firm of the municipality."""
        leaders = self._leaders.get(firm.municipality.number)
        if leaders and rng.random() < LEADER_SHARE:
            person = rng.choice(leaders)
            if all(role.holder is not person for role in firm.roles):
                return person
        return new_person(self._world, rng, municipality=firm.municipality, ages=(24, 70))

    def audit(self, rng: Random, firm: Firm) -> None:
        """Give a firm an auditor; some have none.

        Args:
            rng: The caller's stream.
            firm: A firm.
        """
        if self.auditors and rng.random() < AUDITED_SHARE:
            hub = _by_size(rng, _local_or_not(rng, self.auditors, self._world.frame.auditors))
            firm.roles.append(RoleSpell("REVI", hub, max(firm.registered, hub.registered)))

    def _owners(self, rng: Random, firm: Firm, leader: Person) -> list[tuple[Person | Firm, int]]:
        if rng.random() < 0.7:
            return [(leader, SHARES)]
        others = [r.holder for r in firm.roles if r.code == "MEDL"]
        other = others[0] if others else new_person(self._world, rng, municipality=firm.municipality)
        part = rng.choice((20, 34, 40, 49, 50))
        return [(leader, SHARES - part), (other, part)]


def _rank(rng: Random, trade: Trade) -> float:
    """Where a firm stands in the flow of work: contracts only go from lower to higher rank, never round."""
    if trade in (GENERAL, PUBLIC, PROPERTY):
        return rng.random() * 0.4
    if trade.is_site and trade is not STAFFING:
        return 0.3 + rng.random() * 0.7
    return 1.0 + rng.random()


def _local_or_not(rng: Random, local: list[Firm], countrywide: list[Firm]) -> list[Firm]:
    return countrywide if countrywide and rng.random() < COUNTRYWIDE_SHARE else local


def _by_size(rng: Random, hubs: list[Firm]) -> Firm:
    """Early hubs get most clients, as with real accountants."""
    return hubs[min(int(rng.expovariate(1.0) * len(hubs) / 4), len(hubs) - 1)]


def found_background(world: World, founder: Founder, count: int) -> None:
    """The lawful economy: public bodies, hubs, groups and firms of all trades and ages.

    Args:
        world: The world.
        founder: Founds them.
        count: How many firms in all.
    """
    rng = world.rng("firms")
    long_ago = world.opening - timedelta(days=9000)
    if world.district.is_alone:
        _public_bodies(world, founder, rng)
    for firm in world.frame.at_home:
        founder.adopt(rng, firm)
        if firm.public_kind:
            firm.roles = [r for r in firm.roles if r.code == "DAGL"]
    for trade, hubs, number in (
        (ACCOUNTANT, founder.accountants, max(2, count // 130)),
        (AUDITOR, founder.auditors, max(1, count // 350)),
    ):
        for _ in range(number):
            registered = some_day(rng, long_ago, world.opening - timedelta(days=700))
            hubs.append(founder.found(rng, trade, registered=registered, staff=rng.randrange(3, 12)))
    trades = [t for t in ALL_TRADES if t not in (ACCOUNTANT, AUDITOR, HOLDING)]
    weights = [t.weight for t in trades]
    window_years = world.parameters.months / 12
    new_share = YEARLY_FOUNDINGS * window_years / (1 + YEARLY_FOUNDINGS * window_years)
    while len(world.firms) < count:
        trade = rng.choices(trades, weights)[0]
        if rng.random() < GROUP_SHARE / 4:
            _group(world, founder, rng, trade)
            continue
        if rng.random() < new_share:
            registered = some_day(rng, world.opening, world.closing - timedelta(days=15))
        else:
            age = min(int(rng.expovariate(1 / 3000)) + 20, 15000)
            registered = world.opening - timedelta(days=age)
        form = rng.choices([f for f, _ in FORMS], [w for _, w in FORMS])[0]
        founder.found(rng, trade, registered=registered, form=form, staff=staff_size(rng, trade, form))


def staff_size(rng: Random, trade: Trade, form: str) -> int:
    """How many a firm wants to employ: log-normal around the trade's median, none for many small ones.

    Args:
        rng: The caller's stream.
        trade: The trade.
        form: Legal form.
    """
    if trade.median_staff == 0 or (form == "ENK" and rng.random() < 0.8):
        return 0
    if rng.random() < (0.65 if trade is PROPERTY else 0.16):
        return 0
    return min(int(trade.median_staff * math.exp(rng.gauss(0.12, 1.0)) + 0.5), 160)


def _public_bodies(world: World, founder: Founder, rng: Random) -> None:
    """Those of a country of one district: it has no frame."""
    counties: dict[str, Municipality] = {}
    for place in world.municipalities:
        _public_body(world, founder, rng, "kommune", f"{place.name} KOMMUNE", place)
        counties.setdefault(place.number[:2], place)
    for number, place in counties.items():
        if name := BY_NUMBER[number].name:
            _public_body(world, founder, rng, "fylkeskommune", f"{name} FYLKESKOMMUNE", place)
    for name in (BUILDER_NAME, INSPECTORATE_NAME):
        _public_body(world, founder, rng, "stat", name, world.municipalities[0])


def _public_body(
    world: World, founder: Founder, rng: Random, kind: str, name: str, municipality: Municipality
) -> None:
    form = {"kommune": "KOMM", "fylkeskommune": "FYLK", "stat": "STAT"}[kind]
    firm = founder.found(rng, PUBLIC, registered=date(1995, 2, 19), form=form, municipality=municipality)
    firm.name = name
    firm.public_kind = kind
    firm.roles = [r for r in firm.roles if r.code == "DAGL"]
    firm.branch_orgnr = ""
    firm.branch_owner = None


def _group(world: World, founder: Founder, rng: Random, trade: Trade) -> None:
    """A holding company with two to four operating companies under the same leader."""
    registered = world.opening - timedelta(days=rng.randrange(1200, 9000))
    leader = new_person(world, rng, ages=(30, 66))
    holding = founder.found(rng, HOLDING, registered=registered, director=leader)
    holding.is_group = True
    for _ in range(rng.randrange(2, 5)):
        daughter = founder.found(
            rng,
            rng.choice(SITE_TRADES) if trade.is_site else trade,
            registered=registered + timedelta(days=rng.randrange(10, 900)),
            municipality=holding.municipality,
            staff=max(2, staff_size(rng, trade, "AS")),
            director=leader,
            owners=[(holding, SHARES)],
        )
        daughter.is_group = True


def age_background(world: World, founder: Founder) -> None:
    """Failures, closures, and changes of director, owner and name during the window."""
    rng = world.rng("ageing")
    years = world.parameters.months / 12
    last = world.closing - timedelta(days=10)
    known = set(world.frame.at_home)
    for firm in list(world.firms):
        if firm in known or firm.public_kind or firm.trade in (HOLDING, ACCOUNTANT, AUDITOR) or firm.is_group:
            continue
        draw = rng.random()
        failures = YEARLY_FAILURES_ON_SITE if firm.trade.is_site else YEARLY_FAILURES
        early = max(world.opening, firm.registered + timedelta(days=120))
        if firm.form != "ENK" and draw < failures * years and early < last:
            claims = int(rng.lognormvariate(11.2, 1.1))
            fail(world, founder, rng, firm, some_day(rng, early, last), claims)
        elif YEARLY_FAILURES * years <= draw < (YEARLY_FAILURES + YEARLY_CLOSURES) * years and early < last:
            firm.deleted = some_day(rng, early, last)
            firm.target_staff = 0
        elif draw > 0.96:
            _change_director(world, rng, firm)
        elif draw > 0.945 and firm.form == "AS":
            firm.earlier_name = (firm.name, some_day(rng, world.opening, world.closing))
            firm.name = founder.name_of(rng, firm, firm.director or world.persons[0])


def _change_director(world: World, rng: Random, firm: Firm) -> None:
    change = some_day(rng, world.opening, world.closing)
    if firm.form != "AS" or firm.registered >= change:
        return
    successor = new_person(world, rng, municipality=firm.municipality, ages=(28, 64))
    for role in firm.roles:
        if role.code == "DAGL":
            role.until = change
    firm.roles.append(RoleSpell("DAGL", successor, change))


def fail(
    world: World, founder: Founder, rng: Random, firm: Firm, on: date, claims: int, *, has_estate: bool = True
) -> None:
    """Open bankruptcy: the public claims stay, an estate with a trustee is registered.

    Args:
        world: The world.
        founder: Registers the estate.
        rng: The caller's stream.
        firm: Who fails.
        on: Opening of bankruptcy.
        claims: Unpaid public claims at that day, in kroner.
        has_estate: Whether an estate is registered as a unit of its own.
    """
    firm.bankrupt = on
    firm.target_staff = 0
    world.events.append(Event(world.numbers.code(rng, "H-", 7), "konkursaapning", on, firm))
    if rng.random() < 0.5:
        petition = on - timedelta(days=rng.randrange(12, 45))
        world.events.append(Event(world.numbers.code(rng, "H-", 7), "konkursbegjaering", petition, firm))
    owe(world, firm, on, claims)
    if has_estate:
        trustee = _trustee(world)
        estate = Firm(
            orgnr=world.numbers.orgnr(rng),
            name=f"{firm.name} KONKURSBO",
            form="KBO",
            trade=ESTATE,
            municipality=firm.municipality,
            address=founder.hotels[firm.municipality.number],
            registered=on + timedelta(days=rng.randrange(1, 6)),
        )
        estate.roles.append(RoleSpell("BOBE", trustee, estate.registered))
        world.firms.append(estate)


def owe(world: World, firm: Firm, by: date, claims: int) -> None:
    """Let unpaid public claims grow over half a year up to their level, and stay there.

    Args:
        world: The world.
        firm: Who owes.
        by: When the full amount is reached.
        claims: Full amount in kroner.
    """
    for _, start, end in world.month_ends():
        months_to_go = (by.year - end.year) * 12 + by.month - end.month
        if months_to_go <= 6:
            firm.arrears[f"{start:%Y-%m}"] = int(claims * (1 - max(months_to_go, 0) / 7))


def _trustee(world: World) -> Person:
    """One of few lawyers who administer every estate: a hub that says nothing about the firms."""
    rng = world.rng("trustees")
    if not world.trustees:
        world.trustees += [new_person(world, rng, ages=(38, 62)) for _ in range(2)]
    return rng.choice(world.trustees)
