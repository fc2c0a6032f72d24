"""Lawful companies near decided cases, and lawful clusters with many ties and a flag here and there."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from jobs.synth.model import Firm, Planted, cluster_subject
from jobs.synth.org_scenes import (
    appoint,
    common_bureau,
    common_contact,
    confirmed,
    go_over,
    stranger,
    swap,
)
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.registration import entry_of, sell
from jobs.synth.staging import agreement, later
from jobs.synth.trades import GENERAL, HOLDING, PROPERTY
from jobs.synth.typologies import LookAlike, resembling

EXPIRED_DAYS = 1500
"""So long ago a decision says nothing any more."""


# ---- J01: near a decided case --------------------------------------------------------------------
def _decided(planter: Planter, **how: object) -> Firm:
    """A company with a serious decision that became final around the start of the window."""
    firm = planter.firm(**how)  # type: ignore[arg-type]
    planter.crew(firm, 5)
    visited = planter.world.opening - timedelta(days=planter.rng.randrange(60, 200))
    finding = planter.rng.choice(("stop", "fine"))
    confirmed(planter, firm, visited, visited + timedelta(days=planter.rng.randrange(45, 90)), finding)
    return firm


def _near(kind: str, firm: Firm, around: Sequence[Firm], expected: str = "silent") -> Planted:
    return resembling(kind, "J01", [firm, *around], [f"org:{firm.orgnr}"], expected)


def _clean(planter: Planter, **how: object) -> Firm:
    firm = planter.firm(**how)  # type: ignore[arg-type]
    planter.crew(firm, planter.rng.randrange(4, 7))
    return firm


def _same_accountant(planter: Planter) -> Planted:
    """It has the accountant of a decided case, as hundreds of others have."""
    decided = _decided(planter)
    firm = _clean(planter, municipality=decided.municipality)
    if planter.founder.accountants:
        common_bureau([decided, firm], planter.founder.accountants[0])
    return _near("shared_accountant_with_decided", firm, [decided])


def _same_landlord(planter: Planter) -> Planted:
    """It rents in a building with many tenants, one of them a decided case."""
    landlord = planter.firm(PROPERTY)
    planter.crew(landlord, 1)
    decided = _decided(planter, municipality=landlord.municipality, address=landlord.address)
    firm = _clean(planter, municipality=landlord.municipality, address=landlord.address)
    others = [planter.firm(municipality=landlord.municipality, address=landlord.address) for _ in range(4)]
    return _near("shared_landlord_with_decided", firm, [decided, landlord, *others])


def _honest_workers(planter: Planter) -> Planted:
    """Two people who left a decided case for good reasons work here now."""
    decided = _decided(planter)
    firm = _clean(planter, municipality=decided.municipality)
    go_over(planter, decided, firm, 2, planter.month_day(min(3, len(planter.world.months) - 2), 6))
    return _near("former_workers_of_decided", firm, [decided], "context")


def _reform(planter: Planter) -> Planted:
    """A company with a decision of its own has new owners, a new leader and new premises since."""
    decided = _decided(planter)
    on = planter.month_day(min(2, len(planter.world.months) - 2), 8)
    leader = stranger(planter, decided, (34, 58))
    swap(decided, leader, on, ["DAGL", "LEDE"])
    sell(planter.world, decided, on, sole_owner(leader))
    entry_of(planter.world, decided).moved = (decided.address, on + timedelta(days=15))
    decided.address = planter.builder.premises(planter.rng, decided.municipality)
    other = _clean(planter, municipality=decided.municipality, director=leader, owners=sole_owner(leader))
    return _near("reform_after_sanction", other, [decided], "context")


def _reversed(planter: Planter) -> Planted:
    """It shares its director with a company whose decision was reversed on appeal."""
    decided = planter.firm()
    planter.crew(decided, 5)
    visited = planter.world.opening - timedelta(days=planter.rng.randrange(150, 260))
    made = confirmed(planter, decided, visited, visited + timedelta(days=60), "fine")
    made.reversed_on = planter.month_day(1, 9)
    firm = _clean(planter, municipality=decided.municipality, director=decided.director,
                  address=decided.address)  # fmt: skip
    return _near("decision_was_reversed", firm, [decided])


def _long_ago(planter: Planter) -> Planted:
    """It shares director and premises with a company whose decision is more than four years old."""
    decided = planter.firm(registered=planter.past(EXPIRED_DAYS + 200, 3600))
    planter.crew(decided, 5)
    visited = planter.world.opening - timedelta(days=EXPIRED_DAYS)
    confirmed(planter, decided, visited, visited + timedelta(days=70), "stop")
    firm = _clean(planter, municipality=decided.municipality, director=decided.director,
                  address=decided.address)  # fmt: skip
    return _near("decision_long_ago", firm, [decided])


NEIGHBOURS = (
    LookAlike("shared_accountant_with_decided", _same_accountant),
    LookAlike("shared_landlord_with_decided", _same_landlord),
    LookAlike("former_workers_of_decided", _honest_workers, 5),
    LookAlike("reform_after_sanction", _reform, 5),
    LookAlike("decision_was_reversed", _reversed, 3),
    LookAlike("decision_long_ago", _long_ago),
)


# ---- J02: tight and lawful -----------------------------------------------------------------------
def _cluster(kind: str, firms: Sequence[Firm], expected: str = "silent") -> Planted:
    return resembling(kind, "J02", firms, [cluster_subject([f.orgnr for f in firms])], expected)


def _big_group(planter: Planter) -> Planted:
    """A large group with one board, invoices within it, and small arrears in two daughters."""
    holding = planter.firm(HOLDING)
    holding.is_group = True
    daughters = [
        planter.firm(GENERAL if i == 0 else None, municipality=holding.municipality,
                     director=holding.director, owners=sole_owner(holding), address=holding.address)
        for i in range(6)
    ]  # fmt: skip
    for firm in daughters:
        firm.is_group = True
        planter.crew(firm, 5)
    common_contact(planter, [holding, *daughters])
    for client, supplier in pairwise(daughters):
        agreement(planter, supplier, client, 120_000, later(planter, 8, 3), planter.world.closing)
    for firm in daughters[-2:]:
        planter.owe(firm, planter.month_day(-2), planter.rng.randrange(9_000, 30_000))
    return _cluster("big_legitimate_group", [holding, *daughters])


def _family(planter: Planter) -> Planted:
    """Three firms of one family: leaders sit on each other's boards, work for each other, share premises."""
    first = planter.firm()
    firms = [first, *(planter.firm(municipality=first.municipality, address=first.address) for _ in range(2))]
    for firm in firms:
        planter.crew(firm, 5)
        for other in firms:
            if other is not firm and other.director is not None:
                appoint(firm, "MEDL", other.director, firm.registered)
    agreement(planter, firms[1], first, 90_000, later(planter, 9, 4), planter.world.closing)
    agreement(planter, firms[2], first, 70_000, later(planter, 9, 6), planter.world.closing)
    return _cluster("family_firms", firms)


def _partners(planter: Planter) -> Planted:
    """Regular partners on the same projects for years; one has changed its director, one owes a little."""
    lead = planter.firm(GENERAL)
    partners = [planter.firm(municipality=lead.municipality) for _ in range(3)]
    for firm in (lead, *partners):
        planter.crew(firm, 6)
    for firm in partners:
        agreement(planter, firm, lead, 140_000, later(planter, 10, 5), planter.world.closing)
    swap(partners[0], partners[0].jobs[0].person, planter.month_day(-5, 7), ["DAGL"])
    planter.owe(partners[1], planter.month_day(-3), planter.rng.randrange(8_000, 26_000))
    go_over(planter, partners[2], lead, 1, planter.month_day(-4, 7))
    return _cluster("partners_of_many_years", [lead, *partners])


def _investment_family(planter: Planter) -> Planted:
    """A fund owns a third of each of four companies and chairs their boards; each has one small thing."""
    fund = planter.firm(HOLDING)
    chair = fund.director
    firms = [planter.firm(municipality=fund.municipality) for _ in range(4)]
    for firm in firms:
        planter.crew(firm, 5)
        (owner, shares), *rest = firm.owners
        firm.owners = [(owner, max(shares - 34, 1)), *rest, (fund, min(34, shares - 1))]
        if chair is not None:
            appoint(firm, "LEDE", chair, firm.registered)
    planter.owe(firms[0], planter.month_day(-2), planter.rng.randrange(10_000, 35_000))
    swap(firms[1], stranger(planter, firms[1]), planter.month_day(-4, 5), ["DAGL"])
    return _cluster("companies_of_one_fund", [fund, *firms])


CLUSTERS = (
    LookAlike("big_legitimate_group", _big_group),
    LookAlike("family_firms", _family),
    LookAlike("partners_of_many_years", _partners, 4),
    LookAlike("companies_of_one_fund", _investment_family, 5),
)
