"""HSE cards: who gets one, who orders it, and what becomes of it when the holder leaves."""

from datetime import date, timedelta
from random import Random

from jobs.synth.model import Firm, Job, Person
from jobs.synth.sitebook import KEPT, NO_CARD, Card, Orderer
from jobs.synth.trades import BY_KEY, CLEANING
from jobs.synth.world import World

VALID_DAYS = 730
LOOK_BACK_DAYS = 900
"""Cards of jobs that ended longer before the window are in no register any more."""
CARD_SHARE = 0.99
OFFICE_SHARE = 0.6
"""Part of directors on the payroll who have a card."""
OWNER_SHARE = 0.75
GARAGE_SHARE = 0.7
KEPT_SHARE = 0.035
"""Part of cards that nobody hands back or blocks after the holder has left."""
BLOCKED_SHARE = 0.2
LOST_SHARE = 0.008
NEW_FIRM_DAYS, EXCEPTION_SHARE = 45, 0.3
"""Firms that no register of employers knows yet get cards by way of exception."""
LATE_RENEWAL_SHARE = 0.06
EARLY_DAYS, LATEST_DAYS = 6, 24
ACCOUNTANT_SHARE = 0.25
UNKNOWN_ORDERER_SHARE = 0.1
CLERK_SHARE = 0.06
"""Part of firms where somebody in the office orders the cards."""


def trade_of(firm: Firm) -> str:
    """What a firm's people need a card for; empty when they need none."""
    if firm.trade.is_site:
        return "bygg"
    return {CLEANING: "renhold", BY_KEY["garage"]: "bilpleie"}.get(firm.trade, "")


def order_card(
    world: World,
    rng: Random,
    person: Person,
    employer: Firm,
    ordered: date,
    *,
    ground: str = "ansatt",
    orderer: Orderer | None = None,
) -> Card:
    """One card, issued some days after the order.

    Args:
        world: The world.
        rng: The caller's stream.
        person: Holder.
        employer: Whom it is issued for.
        ordered: Day of the order.
        ground: Why it can be issued.
        orderer: Who orders it; whoever does it for the firm unless given.
    """
    who = orderer or world.site.orderers.get(employer) or Orderer(director_on(employer, ordered))
    issued = ordered + timedelta(days=rng.randrange(3, 15))
    card = Card(
        world.numbers.code(rng, "C", 9), person, employer, trade_of(employer) or "bygg", ground, ordered,
        issued, issued + timedelta(days=VALID_DAYS), who.person, who.firm,
    )  # fmt: skip
    world.site.cards.append(card)
    world.site.held.setdefault((person, employer), []).append(card)
    return card


def director_on(firm: Firm, day: date) -> Person | None:
    """Who leads a firm on a day; the one who led it last when nobody does.

    Args:
        firm: The firm.
        day: The day.
    """
    found = None
    for role in firm.roles:
        if role.code in ("DAGL", "INNH", "LEDE") and isinstance(role.holder, Person):
            if role.since <= day and (role.until is None or day < role.until):
                return role.holder
            found = found or role.holder
    return found


def card_background(world: World) -> None:
    """Cards of everybody who needs one; what was planted has its unusual ones already.

    Args:
        world: The world; all jobs, foreign contractors and failures are there.
    """
    rng = world.rng("cards")
    oldest = world.opening - timedelta(days=LOOK_BACK_DAYS)
    fates, held = world.site.fates, world.site.held
    for firm in world.firms:
        if not trade_of(firm):
            continue
        share = CARD_SHARE if firm.trade.key != "garage" or rng.random() < GARAGE_SHARE else 0.0
        orderer = world.site.orderers.get(firm) or _orderer(rng, firm)
        director = firm.director
        for job in firm.jobs:
            if (job.end is not None and job.end < oldest) or (job.person, firm) in held:
                continue
            fate = fates.get(job, "")
            likely = OFFICE_SHARE if job.person is director else share
            if rng.random() < likely and fate != NO_CARD and job.is_declared:
                _series(world, rng, job, orderer, fate)
        if firm.form in ("ENK", "DA"):
            for role in firm.roles:
                owner = role.holder
                if (
                    role.code not in ("INNH", "DTPR")
                    or not isinstance(owner, Person)
                    or (owner, firm) in held
                ):
                    continue
                if rng.random() < OWNER_SHARE:
                    own = Job(owner, firm, role.since, _ended(firm))
                    _series(world, rng, own, Orderer(owner), "", "eier")
    _posted(world, rng)


def _ended(firm: Firm) -> date | None:
    return min((d for d in (firm.bankrupt, firm.deleted) if d is not None), default=None)


def _orderer(rng: Random, firm: Firm) -> Orderer | None:
    """Who orders for a firm: its accountant, somebody in its office, or whoever leads it (None)."""
    draw = rng.random()
    if draw < UNKNOWN_ORDERER_SHARE:
        return Orderer(None)
    if draw < UNKNOWN_ORDERER_SHARE + ACCOUNTANT_SHARE:
        for role in firm.roles:
            if role.code == "REGN" and isinstance(role.holder, Firm):
                bureau = role.holder
                clerks = [j.person for j in bureau.jobs if j.end is None]
                return Orderer(rng.choice(clerks) if clerks else bureau.director, bureau)
    elif draw > 1 - CLERK_SHARE and len(firm.jobs) > 3:
        return Orderer(firm.jobs[rng.randrange(len(firm.jobs))].person)
    return None


def _series(
    world: World, rng: Random, job: Job, orderer: Orderer | None, fate: str, ground: str = "ansatt"
) -> None:
    """The cards of one person for one employer: the one in use when the window begins, and later ones."""
    ordered = job.start - timedelta(days=rng.randrange(-LATEST_DAYS // 2, EARLY_DAYS))
    is_new_firm = ground == "ansatt" and (ordered - job.firm.registered).days < NEW_FIRM_DAYS
    if is_new_firm and rng.random() < EXCEPTION_SHARE:
        ground = "unntak"
    behind = (world.opening - ordered).days
    if behind > VALID_DAYS + 40:
        ordered += timedelta(days=(behind - 40) // VALID_DAYS * VALID_DAYS - rng.randrange(20))
        ordered = max(ordered, job.start)
    while True:
        card = order_card(world, rng, job.person, job.firm, ordered, ground=ground, orderer=orderer)
        left = job.end
        if left is not None and left <= card.valid_to:
            _hand_back(world, rng, card, max(left, card.issued), fate)
            return
        if rng.random() < LOST_SHARE:
            lost = card.issued + timedelta(days=rng.randrange(20, VALID_DAYS - 30))
            if lost < world.closing:
                card.changes.append((lost, "tapt"))
                ordered = lost + timedelta(days=rng.randrange(1, 6))
                continue
        if card.valid_to > world.closing:
            return
        is_late = rng.random() < LATE_RENEWAL_SHARE * world.parameters.noise
        ordered = card.valid_to + timedelta(days=rng.randrange(0, 12) if is_late else -rng.randrange(16, 40))


def _hand_back(world: World, rng: Random, card: Card, left: date, fate: str) -> None:
    """After the holder has left a card is returned, blocked some weeks later, or kept."""
    draw = rng.random()
    if fate == KEPT or draw < KEPT_SHARE * world.parameters.noise:
        return
    if draw > 1 - BLOCKED_SHARE:
        card.changes.append((left + timedelta(days=rng.randrange(4, 45)), "sperret"))
    else:
        card.changes.append((left + timedelta(days=rng.randrange(1, 27)), "returnert"))


def _posted(world: World, rng: Random) -> None:
    """Posted workers of contractors with an organisation number have cards on the ground of the report."""
    for contractor in world.foreign:
        if contractor.representative is None:
            continue
        for posting in contractor.postings:
            known = (posting.person, contractor.representative) in world.site.held
            if posting.is_listed and not known and rng.random() < CARD_SHARE:
                ordered = posting.start - timedelta(days=rng.randrange(0, 12))
                card = order_card(
                    world, rng, posting.person, contractor.representative, ordered, ground="oar"
                )
                if posting.end is not None:
                    _hand_back(world, rng, card, max(posting.end, card.issued), "")
