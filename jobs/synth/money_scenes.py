"""Scenes that the acts about money and their lawful look-alikes share."""

from datetime import date, timedelta

from jobs.synth.ledger import TaxFile
from jobs.synth.model import Firm, RoleSpell
from jobs.synth.plant import CREW_TRADES, Planter
from jobs.synth.registration import entry_of
from jobs.synth.world import World


def plain_file(world: World, firm: Firm, *, bought: float | None, is_plain: bool) -> TaxFile:
    """Set what the accounts of a firm show.

    Args:
        world: The world.
        firm: The firm.
        bought: Part of the turnover that is bought in; drawn when None.
        is_plain: Nothing on the balance sheet.
    """
    own = world.tax.file(firm)
    own.bought, own.plain = bought, is_plain
    return own


def set_vat(world: World, firm: Firm, *, is_vat: bool) -> TaxFile:
    """Register a firm for VAT from its first day, or not at all, in every register.

    Args:
        world: The world.
        firm: The firm.
        is_vat: Whether it is registered.
    """
    own = world.tax.file(firm)
    own.is_vat, own.is_yearly, own.vat_by, own.vat_from = is_vat, False, None, firm.registered
    firm.is_vat_registered = is_vat
    entry_of(world, firm).vat_on = firm.registered if is_vat else None
    return own


def thin_supplier(
    planter: Planter,
    near: Firm,
    *,
    registered: date,
    is_vat: bool,
    has_accountant: bool,
    in_hotel: bool,
    staff: int,
) -> Firm:
    """A company led by one person, with as little as is asked for.

    Args:
        planter: Carries it out.
        near: A firm of the same municipality.
        registered: Day of registration.
        is_vat: Whether it is registered for VAT.
        has_accountant: Whether it keeps the accountant that it may have.
        in_hotel: Its address is an office hotel.
        staff: People it employs.
    """
    world = planter.world
    address = planter.founder.hotels[near.municipality.number] if in_hotel else None
    firm = planter.firm(
        planter.rng.choice(CREW_TRADES),
        municipality=near.municipality,
        registered=registered,
        address=address,
    )
    alone = ("DAGL", "LEDE", "INNH") + (("REGN",) if has_accountant else ())
    firm.roles = [r for r in firm.roles if r.code in alone]
    if staff:
        planter.crew(firm, staff, start=registered + timedelta(days=6))
    set_vat(world, firm, is_vat=is_vat)
    plain_file(world, firm, bought=0.05, is_plain=True)
    return firm


def sells(planter: Planter, firm: Firm, monthly: int, since: date) -> None:
    """Let a firm turn over so much a month from a day on.

    Args:
        planter: Carries it out.
        firm: The firm.
        monthly: In kroner.
        since: First day.
    """
    own = planter.world.tax.file(firm)
    for month in planter.world.months:
        if month >= f"{since:%Y-%m}":
            own.turnover[month] = monthly


def auditor_changes(planter: Planter, firm: Firm, count: int) -> None:
    """Let a firm change its auditor within the window.

    Args:
        planter: Carries it out.
        firm: The firm.
        count: How often.
    """
    auditors = planter.founder.auditors
    if not auditors:
        return
    firm.roles = [r for r in firm.roles if r.code != "REVI"]
    months = len(planter.world.months)
    days = [planter.month_day(months * (n + 1) // (count + 2), 12) for n in range(count)]
    first = planter.rng.randrange(len(auditors))
    since = firm.registered
    for number, day in enumerate([*days, None]):
        holder = auditors[(first + number) % len(auditors)]
        firm.roles.append(RoleSpell("REVI", holder, since, day))
        since = day or since
