"""Inspections by a biased policy: who is visited, what a visit finds, and what becomes of the decision.

The policy knows size, trade, age, tips and what earlier visits found. It does not know who offends: a visit
finds what is there, or misses it, and tips come somewhat more often about those who have something to hide.
The rates that follow are what the labels of the evaluation are made of; they are not perfect on purpose.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from jobs.synth.model import Contract, Dwelling, Event, Firm, Notice
from jobs.synth.outcomes import SERIOUS, Inspection
from jobs.synth.trades import BY_KEY, CLEANING, STAFFING
from jobs.synth.world import World, some_day

YEARLY_COVERAGE = 0.053
"""Inspections per firm and year: 14,380 of about 270,000 enterprises in 2025."""
HISTORY_MONTHS = 24
"""Inspections of so many months before the window come with its first delivery."""
ARMS = (("plan", 0.54), ("tip", 0.24), ("followup", 0.10), ("random", 0.08), ("score", 0.04))
"""Why a firm is visited; the random arm is drawn evenly among all that can be visited, and logged as such."""
OFFENDER_TIPS = 3.0
"""How much more often tips concern a firm that offends at the time."""
SITE_WEIGHT, OTHER_WEIGHT = 1.0, 0.35

NOTHING_THERE = (
    ("none", 0.275), ("guidance", 0.215), ("order", 0.348), ("stop", 0.099), ("fine", 0.056),
    ("police_report", 0.002), ("tax_assessment", 0.005),
)  # fmt: skip
"""What a visit finds at a firm without a planted offence: 72 % some breach, most of it not serious."""
OFFENCE_THERE = (
    ("none", 0.12), ("guidance", 0.10), ("order", 0.21), ("stop", 0.28), ("fine", 0.21),
    ("police_report", 0.04), ("tax_assessment", 0.04),
)  # fmt: skip
"""The same at a firm with an offence that can be seen on a visit: 43 % of the visits miss it."""
SEEN_ON_A_VISIT = "ADEFGHI"
"""Groups of acts that somebody who comes by can see; who stands behind a company is not to be seen there."""

YEARLY_HOME_VISITS = 0.0016
"""Accommodation inspections per firm and year; those behind a notice of an inspection come on top."""
DECENT_HOME = (("none", 0.76), ("guidance", 0.04), ("order", 0.12), ("stop", 0.05), ("fine", 0.03))
"""Accommodation inspections: a breach in one of four."""
BAD_HOME = (("none", 0.15), ("guidance", 0.05), ("order", 0.35), ("stop", 0.33), ("fine", 0.12))

ANNOUNCED_SHARE = 0.35
YEARLY_AUDITS = 0.006
"""Announced tax audits per company and year."""
LATE_SHARE = 0.06
"""Part of inspections that the case system passes on a fortnight after the others of their month."""
UNDECIDED_SHARE = 0.1
APPEAL_SHARE = 0.09
APPEAL_SUCCESS_SHARE = 0.25
REVERSED_LATER_SHARE = 0.02
"""Part of final decisions that are reversed afterwards."""
LEAST_FOR_SCORE, MOST_FOR_SCORE, YOUNG_DAYS = 2, 25, 1200


class Offences:
    """Who does something unlawful from when on; only what a visit finds may depend on it."""

    def __init__(self, world: World) -> None:
        """Read the rings.

        Args:
            world: The finished world.
        """
        by_number = {f.orgnr: f for ring in world.rings for f in ring.companies}
        self._since: dict[Firm, str] = {}
        self.homes: dict[Dwelling, str] = {}
        for ring in world.rings:
            for indicator, members in ring.members.items():
                month = ring.acts[indicator]["first_unlawful_month"]
                if indicator[0] not in SEEN_ON_A_VISIT:
                    continue
                for firm in (by_number[orgnr] for orgnr in members if orgnr in by_number):
                    self._since[firm] = min(month, self._since.get(firm, month))
            for dwelling in ring.dwellings:
                self.homes[dwelling] = f"{ring.first_unlawful:%Y-%m}"

    def at(self, firm: Firm, day: date) -> bool:
        """Whether a visit that day could see an offence of the firm."""
        return firm in self._since and self._since[firm] <= f"{day:%Y-%m}"

    def in_home(self, dwelling: Dwelling, day: date) -> bool:
        """Whether a visit that day could see that people are housed unlawfully."""
        return dwelling in self.homes and self.homes[dwelling] <= f"{day:%Y-%m}"


def finding_of(rng: Random, outcomes: Sequence[tuple[str, float]]) -> str:
    """The highest level that a visit ends with.

    Args:
        rng: The caller's stream.
        outcomes: Levels with their weights.
    """
    return rng.choices([level for level, _ in outcomes], [weight for _, weight in outcomes])[0]


class Inspectorate:
    """Chooses firms month by month and visits them.

    Attributes:
        firms: Those that can be visited.
    """

    def __init__(self, world: World) -> None:
        """Collect the firms that can be visited.

        Args:
            world: The finished world.
        """
        self._world = world
        self._rng = world.rng("inspections")
        self._offences = Offences(world)
        known = (STAFFING, CLEANING, BY_KEY["restaurant"], BY_KEY["garage"], BY_KEY["hair"], BY_KEY["bar"])
        self.firms = [f for f in world.firms if (f.trade.is_site or f.trade in known) and not f.public_kind]
        self._contracts: dict[Firm, list[Contract]] = {}
        for project in world.projects:
            for contract in project.contracts:
                self._contracts.setdefault(contract.supplier, []).append(contract)
        self._found: list[Firm] = []
        rng = self._rng
        staff = [sum(1 for job in f.jobs if job.is_declared) or f.target_staff for f in self.firms]
        sector = [
            SITE_WEIGHT if f.trade.is_site or f.trade in known[:2] else OTHER_WEIGHT for f in self.firms
        ]
        # How visible a firm is to its neighbours and competitors, whatever it does.
        gossip = [rng.lognormvariate(0, 0.6) for _ in self.firms]
        self._plan = list(accumulate(s * (1 + n**0.7) for s, n in zip(sector, staff, strict=True)))
        self._tips = [s * g * (1 + 0.12 * n) for s, g, n in zip(sector, gossip, staff, strict=True)]
        self._score = list(
            accumulate(
                s * (4.0 if self._is_young(f) and LEAST_FOR_SCORE <= n <= MOST_FOR_SCORE else 0.5)
                for f, s, n in zip(self.firms, sector, staff, strict=True)
            )
        )

    def run(self) -> None:
        """All visits of the history and the window, oldest first."""
        world, rng = self._world, self._rng
        if not self.firms:
            return
        first = world.opening - timedelta(days=int(HISTORY_MONTHS * 30.4))
        years = (world.closing - first).days / 365
        days = sorted(
            some_day(rng, first, world.closing)
            for _ in range(max(4, round(world.parameters.firms * YEARLY_COVERAGE * years)))
        )
        tips, month = self.tips_on(first), ""
        for day in days:
            if f"{day:%Y-%m}" != month:
                month, tips = f"{day:%Y-%m}", self.tips_on(day)
            arm, firm = self.choose(tips)
            if firm.is_alive(day) and self._has_people(firm, day):
                self._visit(firm, day, arm)

    def tips_on(self, day: date) -> list[float]:
        """How often each firm is named in tips on a day, added up over the firms before it."""
        return list(
            accumulate(
                weight * (OFFENDER_TIPS if self._offences.at(firm, day) else 1.0)
                for firm, weight in zip(self.firms, self._tips, strict=True)
            )
        )

    def choose(self, tips: list[float]) -> tuple[str, Firm]:
        """Why somebody is visited, and who.

        Args:
            tips: As of the day.
        """
        rng, firms = self._rng, self.firms
        arm = finding_of(rng, ARMS)
        match arm:
            case "followup" if self._found:
                return arm, rng.choice(self._found)
            case "tip":
                return arm, rng.choices(firms, cum_weights=tips)[0]
            case "random":
                return arm, rng.choice(firms)
            case "score":
                return arm, rng.choices(firms, cum_weights=self._score)[0]
        return "plan", rng.choices(firms, cum_weights=self._plan)[0]

    def _visit(self, firm: Firm, day: date, arm: str) -> None:
        world, rng = self._world, self._rng
        is_there = self._offences.at(firm, day)
        finding = finding_of(rng, OFFENCE_THERE if is_there else NOTHING_THERE)
        contract = next((c for c in self._contracts.get(firm, ()) if c.start <= day <= c.end), None)
        made = Inspection(
            world.numbers.code(rng, "T-", 7), firm, day, arm, finding, None,
            contract.project if contract is not None else None, has_breach_there=is_there,
        )  # fmt: skip
        decide(world, rng, made)
        world.inspections.append(made)
        if finding == "order" or finding in SERIOUS:
            self._found.append(firm)
        if arm == "plan" and rng.random() < ANNOUNCED_SHARE:
            on = day - timedelta(days=rng.randrange(10, 31))
            announce(world, rng, "tilsynsvarsel", max(on, firm.registered), firm, "arbeidstilsynet")

    def _has_people(self, firm: Firm, day: date) -> bool:
        """Nobody is met at a firm without people; a sole proprietor is."""
        if firm.form == "ENK" or day < self._world.opening:
            return True
        return any(j.start <= day and (j.end is None or j.end >= day) for j in firm.jobs)

    def _is_young(self, firm: Firm) -> bool:
        return (self._world.closing - firm.registered).days < YOUNG_DAYS


def inspect(world: World) -> None:
    """Visits to firms and to accommodation, announced ones among them, and tax audits to come.

    Args:
        world: The finished world.
    """
    Inspectorate(world).run()
    inspect_homes(world)
    announce_audits(world)


def decide(world: World, rng: Random, made: Inspection) -> None:
    """Let time pass: when the case is passed on, decided, appealed against, final, or reversed.

    Args:
        world: The world.
        rng: The caller's stream.
        made: The inspection; its dates are set.
    """
    made.reported = made.visited
    if rng.random() < LATE_SHARE * world.parameters.noise:
        made.reported = made.visited + timedelta(days=20)
    waits, draw, later = rng.randrange(25, 130), rng.random(), rng.random()
    if made.finding in ("none", "guidance"):
        made.final_on = made.visited + timedelta(days=10 + waits // 4)
        return
    if draw < UNDECIDED_SHARE and (world.closing - made.visited).days < 400:
        return
    decided = made.visited + timedelta(days=waits)
    if rng.random() < APPEAL_SHARE:
        made.appealed_on = decided + timedelta(days=rng.randrange(8, 22))
        answered = made.appealed_on + timedelta(days=rng.randrange(60, 150))
        if later < APPEAL_SUCCESS_SHARE:
            made.reversed_on = answered
        else:
            made.final_on = answered
        return
    made.final_on = decided + timedelta(days=21)
    if later < REVERSED_LATER_SHARE:
        made.reversed_on = made.final_on + timedelta(days=rng.randrange(60, 300))


def inspect_homes(world: World) -> None:
    """Visits to accommodation: some of those that somebody gave notice of, and all that an inspection noted.

    Args:
        world: The finished world.
    """
    rng, offences = world.rng("home inspections"), Offences(world)
    tied = [(n, firm) for n in world.notices if (firm := _employer(n)) is not None and firm.orgnr]
    noted = [(n, f, n.reported) for n, f in tied if n.reporter == "tilsyn"]
    others = [(n, f) for n, f in tied if n.reporter != "tilsyn"]
    years = world.parameters.months / 12
    for _ in range(max(2, round(world.parameters.firms * YEARLY_HOME_VISITS * years)) if others else 0):
        notice, firm = rng.choice(others)
        first = min(notice.reported + timedelta(days=8), world.closing)
        noted.append((notice, firm, some_day(rng, first, world.closing)))
    for notice, firm, day in noted:
        if not firm.is_alive(day):
            continue
        is_there = offences.in_home(notice.dwelling, day)
        made = Inspection(
            world.numbers.code(rng, "T-", 7), firm, day, rng.choice(("plan", "tip")),
            finding_of(rng, BAD_HOME if is_there else DECENT_HOME), None, dwelling=notice.dwelling,
            has_breach_there=is_there,
        )  # fmt: skip
        decide(world, rng, made)
        world.inspections.append(made)


def _employer(notice: Notice) -> Firm | None:
    """Whom a visit to accommodation concerns: who provides it, else who employs somebody there."""
    if notice.provider is not None or notice.tenant is not None:
        return notice.provider or notice.tenant
    return next((lodger.employer for lodger in notice.residents if lodger.employer is not None), None)


def announce_audits(world: World) -> None:
    """Notices of tax audits, by size; they find nothing here.

    Args:
        world: The finished world.
    """
    rng = world.rng("audits")
    firms = [f for f in world.firms if f.form == "AS" and f.trade.sn2007]
    weights = list(accumulate(1.0 + len(f.jobs) ** 0.6 for f in firms))
    count = round(len(firms) * YEARLY_AUDITS * world.parameters.months / 12)
    for firm in rng.choices(firms, cum_weights=weights, k=count) if firms else ():
        on = some_day(rng, world.opening, world.closing)
        if firm.is_alive(on):
            announce(world, rng, "bokettersynsvarsel", on, firm, "skatteetaten")


def announce(world: World, rng: Random, kind: str, on: date, firm: Firm, origin: str) -> Event:
    """A notice to a firm that somebody will come.

    Args:
        world: The world.
        rng: The caller's stream.
        kind: Kind of event.
        on: When it was sent.
        firm: To whom.
        origin: By whom.
    """
    event = Event(world.numbers.code(rng, "H-", 7), kind, on, firm, None, origin)
    world.events.append(event)
    return event
