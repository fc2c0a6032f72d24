"""What firms do inside chains: pass money on, promise too much, work unregistered, hide employment."""

from datetime import date, timedelta

from jobs.synth.acts_posting import POSTING_TYPOLOGIES
from jobs.synth.approvals import REFUSED, Approval, approve
from jobs.synth.lawful_chain import CAPACITY, DEPENDENCY, PASSING, REGISTRATION
from jobs.synth.model import Contract, Firm
from jobs.synth.staging import (
    HOUR_COST,
    HOURS_PER_MONTH,
    agreement,
    hide,
    job_on,
    later,
    move,
    partner,
    pay,
    seen,
    set_labour,
    sole_customer,
)
from jobs.synth.trades import BY_KEY, CLEANING, EQUIPMENT, STAFFING
from jobs.synth.typologies import HELD_OUT, Outfit, Typology
from jobs.synth.work import employ


# ---- A03: money passes through -------------------------------------------------------------------
def pass_through(outfit: Outfit) -> None:
    """A link takes a margin and passes the rest on within days; it has no people on the job.

    The held-out guise puts two such links one after the other. The adaptive one keeps more on paper, part of
    it as hire of equipment from its own director, and lists a worker.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    first = max(len(world.months) - 7, 0)
    begins = planter.month_day(first, 1)
    lead = partner(outfit, begins)
    margin = 0.17 if outfit.is_adaptive else (0.03, 0.05, 0.08, 0.04)[variant]
    monthly = (520_000, 700_000, 1_350_000, 600_000)[variant]
    lag = (5, 12, 22, 8)[variant]
    is_double = variant == HELD_OUT and not outfit.is_adaptive
    between = [
        planter.firm(BY_KEY["joinery"], municipality=lead.municipality, registered=planter.past(400, 1400))
        for _ in range(2 if is_double else 1)
    ]
    if outfit.is_adaptive or variant == 2:
        planter.crew(between[0], 1)
    helpers = [lead]
    if variant in (1, 2):
        helpers.append(planter.firm(municipality=lead.municipality))
        planter.crew(helpers[-1], rng.randrange(3, 6))
    project, chain = job_on(
        planter, between, begins - timedelta(days=20), world.closing + timedelta(days=90),
        value=30_000_000, begins=begins,
    )  # fmt: skip
    for link in chain:
        set_labour(link, monthly * 0.7, 0.7)
    below = [_below(outfit, chain[-1], helper, chain[-1].value // len(helpers)) for helper in helpers]
    rented = _own_equipment(outfit, chain[0]) if outfit.is_adaptive else None
    for index in range(first, len(world.months)):
        day, amount = planter.month_day(index, rng.randrange(2, 5)), monthly * rng.uniform(0.95, 1.05)
        for link in chain:
            pay(planter, link, day, amount, 2)
            amount *= 1 - margin
        if rented is not None:
            pay(planter, rented, day, amount * 0.08, 10, is_labour=False)
        for contract in below:
            pay(planter, contract, day + timedelta(days=2), amount / len(below), lag)
    contracts = [*chain, *below]
    outfit.note(
        "A03", [f"org:{firm.orgnr}" for firm in between], [*between, *helpers], unlawful=begins,
        observable=seen(world, contracts, planter.month_day(min(first + 2, len(world.months) - 1), 28)),
        edges=[project.project_id, *(c.contract_id for c in contracts)], act="pass_through",
    )  # fmt: skip


def _below(outfit: Outfit, above: Contract, firm: Firm, value: int) -> Contract:
    planter = outfit.planter
    made = planter.chains.contract(
        planter.rng, above.project, above, firm, "underentreprise", value, above.start, above.end
    )
    planter.chains.verify(planter.rng, made)
    return made


def _own_equipment(outfit: Outfit, above: Contract) -> Contract:
    """Tools are hired from another firm of the same director."""
    planter, firm = outfit.planter, above.supplier
    owner = planter.firm(EQUIPMENT, municipality=firm.municipality, director=firm.director)
    return planter.chains.contract(
        planter.rng, above.project, above, owner, "utstyrsleie", above.value // 12, above.start, above.end,
        is_labour=False,
    )  # fmt: skip


# ---- A05: more work than people ------------------------------------------------------------------
def overcommit(outfit: Outfit) -> None:
    """A small firm comes in late and promises far more than its people can do; unreported people do it.

    The held-out guise spreads the promises over three projects, none of them large. The adaptive one comes
    in early and promises a little less than twice of what it can do.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    starts, ends = later(planter, 5, 3), world.closing + timedelta(days=40)
    lead = partner(outfit, starts)
    times = 1.75 if outfit.is_adaptive else (6.0, 4.0, 2.6, 4.5)[variant]
    staff = (2, 3, 3, 2)[variant]
    firm = planter.firm(municipality=lead.municipality)
    planter.crew(firm, staff)
    monthly = times * staff * HOURS_PER_MONTH * HOUR_COST
    parts = 3 if variant == HELD_OUT and not outfit.is_adaptive else 1
    contracts: list[Contract] = []
    for _ in range(parts):
        project_start = starts - timedelta(days=20 if outfit.is_adaptive else 430)
        path = [lead, firm] if variant == 1 and not outfit.is_adaptive else [firm]
        _, links = job_on(
            planter, path, project_start, ends + timedelta(days=25), value=40_000_000, begins=starts
        )
        for link in links:
            link.end = ends
        set_labour(links[-1], monthly / parts, 0.8)
        if len(links) > 1:
            set_labour(links[0], monthly * 1.3, 0.7)
        contracts.append(links[-1])
        planter.bill(links[-1], starts, world.closing)
    hide(planter, firm, min(round((times - 1) * staff) + 1, 8), starts)
    outfit.note(
        "A05", [f"org:{firm.orgnr}"], [firm], unlawful=starts,
        observable=seen(world, contracts, starts + timedelta(days=75 + rng.randrange(10))),
        edges=[c.contract_id for c in contracts], act="overcommit",
    )  # fmt: skip


# ---- A06: at work without the approval -----------------------------------------------------------
def unapproved(outfit: Outfit) -> None:
    """A firm works where an approval is needed that it lacks: never applied, refused, or lapsed for good.

    In the held-out guise the company is approved and the establishment that does the work is not. The
    adaptive one applies again whenever its application is closed, and is never done.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    lead = outfit.lead()
    starts = later(planter, 5, 4)
    is_staffing = variant in (1, HELD_OUT) and not outfit.is_adaptive
    firm = planter.firm(STAFFING if is_staffing else CLEANING, municipality=lead.municipality)
    planter.crew(firm, planter.rng.randrange(5, 9))
    register = "bemanning" if is_staffing else "renhold"
    unlawful = starts
    if outfit.is_adaptive:
        approve(world, firm, register, starts - timedelta(days=1))
    elif variant == 0:
        world.approvals.append(Approval(firm, register))
    elif variant == 1:
        refused = starts - timedelta(days=12)
        approve(world, firm, register, refused - timedelta(days=60), then=((refused, REFUSED),))
    elif variant == 2:
        unlawful = max(world.closing - timedelta(days=75), starts)
        granted = planter.past(400, 900)
        approve(world, firm, register, granted - timedelta(days=40), granted=granted,
                then=((unlawful, REFUSED),))  # fmt: skip
    else:
        granted = planter.past(300, 360)
        made = approve(world, firm, register, granted - timedelta(days=40), granted=granted)
        made.branch_state = REFUSED
    ends = world.closing + timedelta(days=80)
    if is_staffing:
        _, (contract,) = job_on(
            planter, [firm], starts - timedelta(days=90), ends, kinds=[("innleie", True)], begins=starts
        )
        set_labour(contract, 5 * HOURS_PER_MONTH * HOUR_COST, 0.95)
        planter.bill(contract, starts, world.closing)
    else:
        contract = agreement(planter, firm, planter.client("kommune"), 160_000, starts, ends)
    outfit.note(
        "A06", [f"org:{firm.orgnr}"], [firm], unlawful=unlawful,
        observable=seen(world, [contract], unlawful + timedelta(days=32)),
        edges=[contract.contract_id], act="unapproved",
    )  # fmt: skip


# ---- A08: employment behind a contract -----------------------------------------------------------
def disguised_employment(outfit: Outfit) -> None:
    """A firm's own people go over to a supplier that works for that firm only, and go on as before.

    In the held-out guise nobody moves: the supplier lends its people out, and is in no staffing register.
    The adaptive one has another small customer, and most people take a detour of half a year.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, lead = planter.rng, outfit.lead()
    crew, movers = ((8, 6), (9, 5), (10, 4), (7, 0))[variant]
    share = 0.84 if outfit.is_adaptive else (1.0, 1.0, 0.93, 1.0)[variant]
    lends = variant == HELD_OUT and not outfit.is_adaptive
    buyer = planter.firm(municipality=lead.municipality)
    people = planter.crew(buyer, max(movers, 4) + 3)
    supplier = planter.firm(buyer.trade, municipality=buyer.municipality, registered=planter.past(420, 1500))
    starts = later(planter, 11, 6)
    _, (above, contract) = job_on(
        planter, [buyer, supplier], starts - timedelta(days=60), world.closing + timedelta(days=200),
        kinds=[("underentreprise", True), ("innleie" if lends else "underentreprise", True)], begins=starts,
        value=45_000_000,
    )  # fmt: skip
    planter.crew(supplier, crew - movers)
    moved = people[: max(movers, 4)] if outfit.is_adaptive else people[:movers]
    last_move = starts
    for position, person in enumerate(moved):
        left = starts + timedelta(days=rng.randrange(2, 30))
        move(rng, person, buyer, left)
        gap = rng.randrange(190, 230) if outfit.is_adaptive and position >= 2 else rng.randrange(1, 12)
        began = left + timedelta(days=gap)
        if began < world.closing - timedelta(days=10):
            employ(rng, person, supplier, began, percent=100.0)
            last_move = max(last_move, began)
    set_labour(contract, crew * HOURS_PER_MONTH * HOUR_COST, 1.0 if lends else 0.9)
    set_labour(above, crew * HOURS_PER_MONTH * HOUR_COST * 2, 0.7)
    sent = sole_customer(planter, contract, share, 12)
    outfit.note(
        "A08", [f"org:{supplier.orgnr}"], [supplier, buyer], unlawful=starts,
        observable=seen(world, [contract], last_move, _half_way(sent[0].issued, world.closing)),
        edges=[f"org:{buyer.orgnr}", contract.contract_id], persons=moved, act="disguised_employment",
    )  # fmt: skip


def _half_way(first: date, last: date) -> date:
    return first + (last - first) / 2


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("A03", "pass_through", pass_through, PASSING, 3),
    POSTING_TYPOLOGIES[0],
    Typology("A05", "overcommit", overcommit, CAPACITY, 3),
    POSTING_TYPOLOGIES[1],
    Typology("A06", "unapproved", unapproved, REGISTRATION, 3),
    POSTING_TYPOLOGIES[2],
    Typology("A08", "disguised_employment", disguised_employment, DEPENDENCY, 10),
    POSTING_TYPOLOGIES[3],
)
"""In turn from inside chains and around them."""
