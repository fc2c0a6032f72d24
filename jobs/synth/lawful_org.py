"""Lawful companies near failures, founders with bad luck, and companies founded together for good reasons."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.model import Firm, Planted, RoleSpell, cluster_subject
from jobs.synth.org_scenes import (
    appoint,
    borrow,
    common_bureau,
    common_contact,
    failing,
    go_over,
    hand_over,
    spread_days,
    stranger,
)
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.registration import entry_of
from jobs.synth.trades import BY_KEY, HOLDING, PROPERTY, STAFFING
from jobs.synth.typologies import LookAlike, resembling


def _days(planter: Planter, count: int) -> list[date]:
    return spread_days(planter.world, count, len(planter.world.months) // 3, -3)


def _old(planter: Planter, crew: int, **how: object) -> Firm:
    """A living firm of many years, with a crew and premises of its own."""
    firm = planter.firm(registered=planter.past(900), **how)  # type: ignore[arg-type]
    firm.address = planter.builder.premises(planter.rng, firm.municipality)
    planter.crew(firm, crew)
    return firm


# ---- B02: near failing companies -----------------------------------------------------------------
def _hub(kind: str, hub: Firm, around: Sequence[Firm], expected: str = "silent") -> Planted:
    return resembling(kind, "B02", [hub, *around], [f"org:{hub.orgnr}"], expected)


def _office_hotel(planter: Planter) -> Planted:
    """A tenant of an office hotel, with its accountant; two other tenants with both failed."""
    hub = _old(planter, 4)
    hub.address = planter.founder.hotels[hub.municipality.number]
    failed = [
        failing(planter, on, planter.rng.randrange(80_000, 300_000), municipality=hub.municipality,
                address=hub.address)
        for on in _days(planter, 2)
    ]  # fmt: skip
    if planter.founder.accountants:
        common_bureau([hub, *failed], planter.founder.accountants[0])
    return _hub("office_hotel_tenant", hub, failed)


def _staffing_hirer(planter: Planter) -> Planted:
    """A staffing agency takes on people of two firms that failed, and shares nothing else with them."""
    hub = _old(planter, 9, trade=STAFFING)
    failed = []
    for on in _days(planter, 2):
        failed.append(failing(planter, on, planter.rng.randrange(90_000, 400_000), crew=4,
                              municipality=hub.municipality))  # fmt: skip
        go_over(planter, failed[-1], hub, 2, on)
    return _hub("staffing_agency_hires_the_redundant", hub, failed)


def _landlord(planter: Planter) -> Planted:
    """A property company in whose building many small firms sit; two of them failed, the others go on."""
    hub = _old(planter, 1, trade=PROPERTY)
    tenants = [planter.firm(municipality=hub.municipality, address=hub.address) for _ in range(4)]
    failed = [
        failing(planter, on, planter.rng.randrange(80_000, 350_000), crew=2,
                municipality=hub.municipality, address=hub.address)
        for on in _days(planter, 2)
    ]  # fmt: skip
    for tenant in tenants:
        planter.crew(tenant, 1)
    return _hub("big_landlord", hub, [*tenants, *failed])


def _paid_in_full(planter: Planter) -> Planted:
    """Two daughters of a family firm fail, with premises and people in common, but every claim is paid."""
    hub = _old(planter, 6)
    failed = []
    for on in _days(planter, 2):
        failed.append(failing(planter, on, 0, municipality=hub.municipality, address=hub.address,
                              director=hub.director))  # fmt: skip
        go_over(planter, failed[-1], hub, 1, on)
    return _hub("failures_without_debt", hub, failed)


def _rescue(planter: Planter) -> Planted:
    """A firm buys what is left of two failed ones from their estates: people, premises, telephone."""
    hub = _old(planter, 6)
    failed = []
    for on in _days(planter, 2):
        failed.append(failing(planter, on, planter.rng.randrange(150_000, 600_000), crew=4,
                              municipality=hub.municipality))  # fmt: skip
        sold = min(on + timedelta(days=18), planter.world.closing - timedelta(days=8))
        planter.event("salg_fra_bo", sold, failed[-1], hub, "bostyrer")
        go_over(planter, failed[-1], hub, 2, sold)
    entry_of(planter.world, hub).moved = (hub.address, _days(planter, 2)[0] + timedelta(days=20))
    hub.address = failed[0].address
    return _hub("bought_from_two_estates", hub, failed, "suppressed")


HUBS = (
    LookAlike("office_hotel_tenant", _office_hotel, 6),
    LookAlike("staffing_agency_hires_the_redundant", _staffing_hirer, 6),
    LookAlike("big_landlord", _landlord, 6),
    LookAlike("failures_without_debt", _paid_in_full, 6),
    LookAlike("bought_from_two_estates", _rescue, 6),
)


# ---- B03: bad luck, and those who clean up -------------------------------------------------------
def _serial(kind: str, firm: Firm, around: Sequence[Firm], expected: str = "silent") -> Planted:
    return resembling(kind, "B03", [firm, *around], [f"org:{firm.orgnr}"], expected)


def _honest_founder(planter: Planter) -> Planted:
    """Two ventures of a founder failed; taxes were paid until the end, and the third one does well."""
    person = stranger(planter, planter.firm(), (30, 58))
    firm = _old(planter, 5, director=person, owners=sole_owner(person))
    failed = [
        failing(planter, on, planter.rng.randrange(0, 24_000), crew=4, municipality=firm.municipality,
                director=person, owners=sole_owner(person))
        for on in _days(planter, 2)
    ]  # fmt: skip
    return _serial("founder_with_two_honest_failures", firm, failed)


def _estate_administrator(planter: Planter) -> Planted:
    """A lawyer who leads a firm of her own administers the estates of companies that failed in debt."""
    firm = _old(planter, 3, trade=BY_KEY["software"])
    lawyer = firm.director
    failed = [
        failing(planter, on, planter.rng.randrange(150_000, 500_000), municipality=firm.municipality)
        for on in _days(planter, 2)
    ]
    estates = [f for f in planter.world.firms if f.form == "KBO"][-len(failed) :]
    for estate in estates:
        if lawyer is not None:
            estate.roles[:] = [RoleSpell("BOBE", lawyer, estate.registered)]
    return _serial("estate_administrator", firm, failed)


def _investor(planter: Planter) -> Planted:
    """An investor sits on the boards of a dozen companies; two of them failed, the others do well."""
    firm = _old(planter, 4)
    person = stranger(planter, firm, (38, 66))
    appoint(firm, "MEDL", person, firm.registered)
    portfolio = borrow(planter, 10)
    for other in portfolio:
        appoint(other, "MEDL", person, planter.past(300, 1500))
    failed = [
        failing(planter, on, planter.rng.randrange(120_000, 400_000), crew=4,
                municipality=firm.municipality)
        for on in _days(planter, 2)
    ]  # fmt: skip
    for other in failed:
        appoint(other, "MEDL", person, other.registered)
    return _serial("investor_with_many_ventures", firm, failed, "suppressed")


def _bureau_of_the_failed(planter: Planter) -> Planted:
    """The accountant of several failed companies leads nothing but the bureau."""
    failed = [failing(planter, on, planter.rng.randrange(150_000, 500_000)) for on in _days(planter, 3)]
    firm = planter.firm(BY_KEY["accountant"], municipality=failed[0].municipality)
    planter.crew(firm, 3)
    common_bureau(failed, firm)
    return _serial("accountant_of_failed_companies", firm, failed)


def _one_failure(planter: Planter) -> Planted:
    """One failure with debt; its director leads another firm since long before."""
    firm = _old(planter, 5)
    (on,) = _days(planter, 1)
    failed = failing(planter, on, planter.rng.randrange(150_000, 400_000), director=firm.director,
                     municipality=firm.municipality)  # fmt: skip
    return _serial("one_failure_with_debt", firm, [failed])


SERIAL = (
    LookAlike("founder_with_two_honest_failures", _honest_founder, 6),
    LookAlike("estate_administrator", _estate_administrator, 6),
    LookAlike("investor_with_many_ventures", _investor, 6),
    LookAlike("accountant_of_failed_companies", _bureau_of_the_failed, 6),
    LookAlike("one_failure_with_debt", _one_failure, 6),
)


# ---- B04: founded together for good reasons ------------------------------------------------------
def _cohort(
    kind: str, firms: Sequence[Firm], others: Sequence[Firm] = (), expected: str = "silent"
) -> Planted:
    return resembling(kind, "B04", [*firms, *others], [cluster_subject([f.orgnr for f in firms])], expected)


def _founded(planter: Planter, count: int, days: int, **how: object) -> list[Firm]:
    """Companies registered within some days of each other in the first two months."""
    begin = planter.month_day(0, 10)
    return [
        planter.firm(registered=begin + timedelta(days=days * i // max(count - 1, 1)), **how)  # type: ignore[arg-type]
        for i in range(count)
    ]


def _property_spvs(planter: Planter) -> Planted:
    """One company per building project, with one leader, address and telephone; nobody works in them."""
    owner = planter.firm(HOLDING)
    firms = _founded(
        planter, 6, 35, trade=PROPERTY, municipality=owner.municipality, director=owner.director,
        owners=sole_owner(owner), address=owner.address,
    )  # fmt: skip
    common_contact(planter, [owner, *firms])
    return _cohort("property_company_per_project", firms, [owner])


def _franchise(planter: Planter) -> Planted:
    """Five places of a franchise in one building, with one accountant; each keeps its own people."""
    landlord = _old(planter, 1, trade=PROPERTY)
    firms = _founded(
        planter, 5, 45, trade=BY_KEY["restaurant"], municipality=landlord.municipality,
        address=landlord.address,
    )  # fmt: skip
    for firm in firms:
        planter.crew(firm, planter.rng.randrange(3, 6), start=firm.registered + timedelta(days=9))
    if planter.founder.accountants:
        common_bureau(firms, planter.founder.accountants[-1])
    common_contact(planter, firms, phone=False)
    return _cohort("franchise_with_shared_landlord", firms, [landlord])


def _regroup(planter: Planter, kind: str, parent: Firm, count: int) -> Planted:
    """A parent puts its parts into companies of their own; its people go over to them, and on as needed."""
    parent.is_group = True
    people = planter.crew(parent, 3 * count)
    firms = _founded(
        planter, count, 25, municipality=parent.municipality, owners=sole_owner(parent),
        address=parent.address, director=parent.director,
    )  # fmt: skip
    common_contact(planter, [parent, *firms])
    months = len(planter.world.months)
    for number, firm in enumerate(firms):
        firm.is_group = True
        mine = people[3 * number : 3 * number + 3]
        hand_over(planter, mine, parent, firm, firm.registered + timedelta(days=8))
        later = planter.month_day(min(months // 2, months - 2), 5)
        hand_over(planter, mine[:1], firm, firms[(number + 1) % count], later)
    return _cohort(kind, firms, [parent], "suppressed")


def _reorganised(planter: Planter) -> Planted:
    return _regroup(planter, "group_reorganisation", planter.firm(), 5)


def _municipal_split(planter: Planter) -> Planted:
    """A holding of a municipality takes over services that become companies of their own."""
    town = planter.client("kommune")
    holding = planter.firm(HOLDING, owners=sole_owner(town))
    return _regroup(planter, "municipal_split", holding, 5)


def _new_together(planter: Planter) -> Planted:
    """Five founders move into the same new building in one month, each with people of his own."""
    address = planter.builder.premises(planter.rng, planter.world.municipality(planter.rng))
    firms = _founded(planter, 5, 28, municipality=address.municipality, address=address)
    for firm in firms:
        planter.crew(firm, planter.rng.randrange(1, 4), start=firm.registered + timedelta(days=6))
    if planter.founder.accountants:
        common_bureau(firms, planter.founder.accountants[0])
    return _cohort("founders_in_one_new_building", firms)


COHORTS = (
    LookAlike("property_company_per_project", _property_spvs, 4),
    LookAlike("franchise_with_shared_landlord", _franchise, 4),
    LookAlike("group_reorganisation", _reorganised, 6),
    LookAlike("municipal_split", _municipal_split, 6),
    LookAlike("founders_in_one_new_building", _new_together, 4),
)
