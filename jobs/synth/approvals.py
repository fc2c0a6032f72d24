"""Public approvals of cleaning, staffing and car-care firms: applied for, granted, lapsed, withdrawn."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from jobs.synth.model import Firm
from jobs.synth.trades import BY_KEY, CLEANING, STAFFING
from jobs.synth.world import World, some_day

REGISTER_OF = {CLEANING: "renhold", STAFFING: "bemanning", BY_KEY["garage"]: "bilpleie"}
SINCE = {"renhold": date(2012, 9, 1), "bemanning": date(2024, 1, 1), "bilpleie": date(2025, 1, 1)}
"""First day on which each trade needs its approval."""
IDLE_UNAPPLIED_SHARE = 0.35
"""Part of firms without people or contracts that never applied."""
CAR_CARE_SHARE = 0.6
"""Part of garages that wash or change wheels at all; the others need no approval."""
LAPSE_SHARE = 0.04
APPLIED, CARDS, APPROVED, ALONE, REFUSED, GONE = (
    "applied", "cards", "approved", "alone", "refused", "gone",
)  # fmt: skip


@dataclass(slots=True, eq=False, repr=False)
class Approval:
    """What one register says about a firm, from day to day.

    Attributes:
        firm: Who.
        register: `renhold`, `bemanning` or `bilpleie`.
        spells: First day and state; `gone` is no longer listed.
        branch_state: State of its establishment where that differs.
    """

    firm: Firm
    register: str
    spells: list[tuple[date, str]] = field(default_factory=list)
    branch_state: str = ""

    def on(self, day: date) -> str:
        """State on a day; empty before it ever applied."""
        found = ""
        for since, state in self.spells:
            if since > day:
                break
            found = state
        return found


def approve(
    world: World,
    firm: Firm,
    register: str,
    applied: date,
    *,
    granted: date | None = None,
    then: tuple[tuple[date, str], ...] = (),
) -> Approval:
    """Let a firm apply, and be approved.

    Args:
        world: The world.
        firm: Who applies.
        register: Which register.
        applied: Day of the application.
        granted: Day of the approval; None while it is under treatment.
        then: What becomes of it, as days and states.
    """
    made = Approval(firm, register, [(applied, APPLIED)])
    if granted is not None:
        if (granted - applied).days > 12:
            made.spells.append((granted - timedelta(days=9), CARDS))
        made.spells.append((granted, APPROVED))
    made.spells += then
    world.approvals.append(made)
    return made


def approval_background(world: World) -> None:
    """Approvals of the firms of these trades: most have one, idle ones may never have applied.

    Args:
        world: The world; what was planted has its approvals already.
    """
    rng = world.rng("approvals")
    known = {(a.firm, a.register) for a in world.approvals}
    at_work = {c.supplier for p in world.projects for c in p.contracts}
    at_work.update(c.supplier for c in world.standing)
    for firm in world.firms:
        register = REGISTER_OF.get(firm.trade, "")
        if not register or (firm, register) in known:
            continue
        is_idle = not firm.jobs and firm not in at_work
        if is_idle and rng.random() < IDLE_UNAPPLIED_SHARE:
            continue
        if register == "bilpleie" and rng.random() > CAR_CARE_SHARE:
            continue
        _ordinary(world, rng, firm, register)


def _ordinary(world: World, rng: Random, firm: Firm, register: str) -> None:
    begins = SINCE[register]
    applied = max(firm.registered + timedelta(days=rng.randrange(6)), begins - timedelta(days=60))
    # Those who were there before the rule came applied in its first weeks.
    if applied < begins:
        applied = some_day(rng, applied, begins)
    granted = applied + timedelta(days=rng.randrange(8, 55))
    then: list[tuple[date, str]] = []
    ended = min((d for d in (firm.bankrupt, firm.deleted) if d is not None), default=None)
    if ended is not None:
        then.append((max(ended, granted) + timedelta(days=rng.randrange(10, 50)), GONE))
    elif rng.random() < LAPSE_SHARE * world.parameters.noise and granted < world.opening:
        # A yearly report that came too late: back within days.
        lapsed = some_day(rng, world.opening, world.closing)
        then += [(lapsed, REFUSED), (lapsed + timedelta(days=rng.randrange(3, 13)), APPROVED)]
    made = approve(world, firm, register, applied, granted=granted, then=tuple(then))
    if not firm.jobs:
        made.spells = [(d, ALONE if state == APPROVED else state) for d, state in made.spells]
