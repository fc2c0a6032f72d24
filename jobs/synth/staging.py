"""Scenes that acts and their look-alikes share: contracts with a known amount of labour, passing money."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from jobs.synth.approvals import SINCE, approve
from jobs.synth.chains import known_on
from jobs.synth.foreign import Assignment, Foreign, ForeignFirm
from jobs.synth.model import Contract, Firm, Invoice, Person, Project
from jobs.synth.money import send_invoice
from jobs.synth.pay import payroll
from jobs.synth.plant import Planter
from jobs.synth.trades import STAFFING
from jobs.synth.typologies import Outfit
from jobs.synth.world import World

HOURS_PER_MONTH = 158.0
HOUR_COST = 420.0
"""What an hour of a tradesman costs his firm, in kroner."""
EMPLOYER_SHARE = 1.141
"""Pay with employer's contribution, as a multiple of pay."""


def later(planter: Planter, months_ago: int, day: int = 10) -> date:
    """A day some months before the last one of the window, never before its first month.

    Args:
        planter: Knows the window.
        months_ago: 0 for the last month.
        day: Day of the month.
    """
    return planter.month_day(max(len(planter.world.months) - 1 - months_ago, 0), day)


def partner(outfit: Outfit, by: date) -> Firm:
    """A company of the ring that was registered by a day and is still there; a new one if none was.

    Args:
        outfit: The ring.
        by: When it must have been there.
    """
    planter, lead = outfit.planter, outfit.lead()
    found = [f for f in outfit.firms if f.registered <= by and f.is_alive(planter.world.closing)]
    if found:
        return found[0]
    firm = planter.firm(municipality=lead.municipality)
    planter.crew(firm, planter.rng.randrange(5, 9))
    outfit.firms.append(firm)
    return firm


def set_labour(contract: Contract, monthly: float, share: float) -> None:
    """Give a contract the value that makes its labour worth so much a month, and let the client know it.

    Args:
        contract: The contract.
        monthly: Labour per month, in kroner.
        share: Part of the value that is labour.
    """
    months = max((contract.end - contract.start).days / 30.4, 1.0)
    contract.labour_share = share
    contract.value = int(monthly * months / share)
    contract.shows_value = contract.shows_labour = True


def job_on(
    planter: Planter,
    path: Sequence[Firm],
    start: date,
    end: date,
    *,
    client: str = "privat",
    value: int = 12_000_000,
    work: str = "nybygg_naering",
    kinds: Sequence[tuple[str, bool]] = (),
    begins: date | None = None,
    parallel: int = 2,
) -> tuple[Project, list[Contract]]:
    """A project of somebody else in which each firm of the path works for the one before.

    Args:
        planter: Carries it out.
        path: Firms below the main supplier.
        start: First day of the project.
        end: Last day of it.
        client: Kind of client.
        value: Value of the project, in kroner.
        work: Kind of work.
        kinds: Kind of contract and whether it is labour-bearing, per link.
        begins: First day of the path's contracts; soon after the project's unless given.
        parallel: Other subcontractors at the first tier.
    """
    project, links = planter.chain(
        path, client=planter.client(client), value=value, start=start, end=end, work=work, kinds=kinds,
        parallel=parallel,
    )  # fmt: skip
    for link in links:
        link.shows_value = link.shows_labour = True
        if begins is not None:
            link.start = begins
            link.signed = begins - timedelta(days=planter.rng.randrange(4, 12))
            link.declared_on = link.signed + timedelta(days=planter.rng.randrange(0, 9))
            planter.chains.verify(planter.rng, link)
    return project, links


def pay(
    planter: Planter, contract: Contract, on: date, amount: float, after: int, *, is_labour: bool = True
) -> Invoice:
    """One invoice along a contract, paid so many days later.

    Args:
        planter: Carries it out.
        contract: Its supplier is paid.
        on: Date of the invoice.
        amount: In kroner.
        after: Days until it is paid.
        is_labour: Whether hours are billed.
    """
    made = send_invoice(
        planter.world, planter.rng, contract.supplier, contract.client, min(on, planter.world.closing),
        int(amount), contract=contract, is_labour=is_labour,
    )  # fmt: skip
    made.paid = made.issued + timedelta(days=after)
    return made


def hide(planter: Planter, firm: Firm, count: int, start: date) -> list[Person]:
    """Workers whom their employer never reports.

    Args:
        planter: Carries it out.
        firm: Who they work for.
        count: How many.
        start: First day.
    """
    people = planter.crew(firm, count, start=start, temporary_share=0.4)
    for person in people:
        person.jobs[-1].is_declared = False
    return people


def move(rng: Random, person: Person, source: Firm, left: date) -> None:
    """End the job that somebody has in a firm.

    Args:
        rng: The caller's stream.
        person: Worker.
        source: Employer that he leaves.
        left: Last day.
    """
    for job in person.jobs:
        if job.firm is source and job.end is None:
            job.end = max(left, job.start)
            job.is_unclosed = rng.random() < 0.1
            job.end_reason = "" if job.is_unclosed else "arbeidstakerHarSagtOppSelv"


def labour_cost(world: World, firms: Sequence[Firm], first: date, last: date) -> float:
    """What firms report as pay in the months between two days, with employer's contribution, in kroner.

    Args:
        world: The world.
        firms: Employers.
        first: A day in the first month.
        last: A day in the last month.
    """
    wanted = [m for m in world.months if f"{first:%Y-%m}" <= m <= f"{last:%Y-%m}"]
    return EMPLOYER_SHARE * sum(payroll(firm, month).amount for firm in firms for month in wanted)


def seen(world: World, contracts: Sequence[Contract], *days: date) -> date:
    """When the last of several contracts is known and the last of several days has come.

    Args:
        world: The world.
        contracts: Declared contracts.
        days: What else must have happened.
    """
    # What only the last day shows is for the month after.
    last = world.closing - timedelta(days=1)
    return min(max([*(known_on(world, c) for c in contracts), *days]), last)


def sole_customer(planter: Planter, contract: Contract, share: float, months: int) -> list[Invoice]:
    """Monthly invoices along a contract up to the last month; the rest of the turnover comes from others.

    Args:
        planter: Carries it out.
        contract: With the customer.
        share: Part of the turnover that this customer pays.
        months: How many months.
    """
    rng, sent = planter.rng, []
    monthly = max(contract.value / max((contract.end - contract.start).days / 30.4, 1), 60_000)
    other = None
    for index in range(max(len(planter.world.months) - months, 0), len(planter.world.months)):
        day = planter.month_day(index, rng.randrange(4, 20))
        if not contract.start <= day <= contract.end or not contract.supplier.is_alive(day):
            continue
        amount = monthly * rng.uniform(0.9, 1.1)
        sent.append(pay(planter, contract, day, amount, rng.randrange(8, 25)))
        if share < 1:
            if other is None:
                other = planter.chains.contract(
                    rng, None, None, contract.supplier, "rammeavtale",
                    int(contract.value * (1 - share) / share), contract.start, contract.end,
                    client=planter.client("privat"),
                )  # fmt: skip
            sent.append(pay(planter, other, day, amount * (1 - share) / share, rng.randrange(8, 25)))
    return sent


def agreement(
    planter: Planter,
    firm: Firm,
    client: Firm,
    monthly: int,
    start: date,
    end: date,
    *,
    is_billed: bool = True,
) -> Contract:
    """A standing agreement outside any project, mostly labour, with monthly invoices.

    Args:
        planter: Carries it out.
        firm: Supplier.
        client: Buyer.
        monthly: Value per month, in kroner.
        start: First day.
        end: Last day.
        is_billed: Whether somebody saw its invoices.
    """
    rng, world = planter.rng, planter.world
    made = planter.chains.contract(rng, None, None, firm, "rammeavtale", monthly, start, end, client=client)
    set_labour(made, monthly * 0.9, 0.9)
    made.declared_on = made.signed + timedelta(days=rng.randrange(0, 9))
    planter.chains.verify(rng, made)
    if is_billed:
        planter.bill(made, start, world.closing)
    return made


def assignment_on(
    planter: Planter,
    contractor: ForeignFirm,
    above: Contract,
    value: int,
    first: date,
    last: date,
    *,
    kind: str = "underentreprise",
    is_labour: bool = True,
) -> Assignment:
    """An assignment below a contract that the client knows in full; nobody has reported it yet.

    Args:
        planter: Carries it out.
        contractor: Who does the work.
        above: The contract above.
        value: In kroner.
        first: First day.
        last: Last day.
        kind: Kind of contract.
        is_labour: Whether it is labour-bearing.
    """
    rng = planter.rng
    foreign = Foreign(planter.world, planter.founder, planter.chains)
    made = foreign.assign(
        rng, contractor, above.project, above, value, first, last, kind=kind, is_labour=is_labour
    )
    made.shows_occupation = made.contract.shows_value = True
    made.contract.declared_on = made.contract.signed
    planter.chains.verify(rng, made.contract)
    return made


def staffing_approval(planter: Planter, firm: Firm) -> None:
    """Approve a firm that hires out, at the latest some weeks before the window.

    Args:
        planter: Carries it out.
        firm: Who hires out.
    """
    first = max(SINCE["bemanning"], firm.registered)
    granted = max(first + timedelta(days=30), planter.past(40, 360))
    approve(planter.world, firm, "bemanning", granted - timedelta(days=40), granted=granted)


def lend(planter: Planter, above: Contract, heads: int) -> Firm:
    """An approved agency lends people out below a contract, for as long as it runs.

    Args:
        planter: Carries it out.
        above: Its supplier hires in.
        heads: How many people.
    """
    rng, world = planter.rng, planter.world
    lender = planter.firm(STAFFING, municipality=above.supplier.municipality)
    planter.crew(lender, heads)
    staffing_approval(planter, lender)
    hired = planter.chains.contract(rng, above.project, above, lender, "innleie", 1, above.start, above.end)
    set_labour(hired, heads * HOURS_PER_MONTH * HOUR_COST, 0.95)
    hired.declared_on = hired.signed
    planter.chains.verify(rng, hired)
    planter.bill(hired, above.start, world.closing)
    return lender
