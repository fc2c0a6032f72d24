"""Lawful people with many roles, and lawful changes of those who lead a company."""

from collections.abc import Sequence
from datetime import timedelta

from jobs.synth.firms import fail
from jobs.synth.inspections import announce
from jobs.synth.model import Firm, Person, Planted
from jobs.synth.org_scenes import appoint, borrow, close_jobs, failing, spread_days, stranger, swap
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.registration import sell
from jobs.synth.trades import BY_KEY, HOLDING
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ

BOARDS = 10


# ---- C01: many roles -----------------------------------------------------------------------------
def _many(kind: str, firm: Firm, around: Sequence[Firm] = (), expected: str = "silent") -> Planted:
    return resembling(kind, "C01", [firm, *around], [f"org:{firm.orgnr}"], expected)


def _sit_on_boards(planter: Planter, person: Person, code: str, count: int = BOARDS) -> None:
    for firm in borrow(planter, count):
        appoint(firm, code, person, planter.past(200, 1800))


def _professional_board_member(planter: Planter) -> Planted:
    """Somebody sits on a dozen boards for a living; this one pays for it, and nothing is wrong there."""
    firm = planter.firm()
    planter.crew(firm, 6)
    person = stranger(planter, firm, (42, 68))
    appoint(firm, "LEDE", person, firm.registered)
    employ(planter.rng, person, firm, firm.registered, percent=10.0)
    _sit_on_boards(planter, person, "MEDL")
    return _many("professional_board_member", firm)


def _lawyer(planter: Planter) -> Planted:
    """A lawyer with a practice chairs boards for clients; one of the clients owes some tax."""
    practice = planter.firm(BY_KEY["accountant"])
    planter.crew(practice, 3)
    firm = planter.firm(municipality=practice.municipality)
    planter.crew(firm, 5)
    planter.owe(firm, planter.month_day(-2), planter.rng.randrange(60_000, 140_000))
    if practice.director is not None:
        appoint(firm, "LEDE", practice.director, firm.registered)
        _sit_on_boards(planter, practice.director, "LEDE")
    return _many("authorised_professional", firm, [practice], "suppressed")


def _group_leader(planter: Planter) -> Planted:
    """One leader for nine companies of one group, all owned by one holding."""
    holding = planter.firm(HOLDING)
    holding.is_group = True
    daughters = [
        planter.firm(municipality=holding.municipality, director=holding.director,
                     owners=sole_owner(holding), address=holding.address)
        for _ in range(9)
    ]  # fmt: skip
    for firm in daughters:
        firm.is_group = True
    for firm in daughters[:3]:
        planter.crew(firm, 4)
    return _many("group_companies_of_one_owner", daughters[0], [holding, *daughters[1:]])


def _administrator(planter: Planter) -> Planted:
    """An administrator is entered for many estates; her own firm is in order."""
    firm = planter.firm(BY_KEY["software"])
    planter.crew(firm, 2)
    failed = [failing(planter, on, 90_000, crew=1) for on in spread_days(planter.world, 2, 2, -3)]
    if firm.director is not None:
        for estate in [f for f in planter.world.firms if f.form == "KBO"][-9:]:
            for role in estate.roles:
                role.holder = firm.director
    return _many("estate_administrator_of_many", firm, failed)


def _owner_of_many(planter: Planter) -> Planted:
    """Somebody with roles in many companies owns a part of each of them, and all of this one."""
    firm = planter.firm()
    planter.crew(firm, 5)
    person = firm.director
    if person is not None:
        for other in borrow(planter, BOARDS):
            appoint(other, "MEDL", person, planter.past(200, 900))
            sell(planter.world, other, planter.past(200, 900), [*_less(other, 10), (person, 10)])
    return _many("owns_a_part_of_each", firm)


def _less(firm: Firm, part: int) -> list[tuple[Person | Firm, int]]:
    """The owners after a part of a hundred was given up by the largest."""
    owners = sorted(firm.owners, key=lambda own: -own[1])
    if not owners or owners[0][1] <= part:
        return owners
    (first, shares), *rest = owners
    return [(first, shares - part), *rest]


NOMINEES = (
    LookAlike("professional_board_member", _professional_board_member),
    LookAlike("authorised_professional", _lawyer),
    LookAlike("group_companies_of_one_owner", _group_leader),
    LookAlike("estate_administrator_of_many", _administrator, 6),
    LookAlike("owns_a_part_of_each", _owner_of_many),
)


# ---- C02: another leader -------------------------------------------------------------------------
def _swapped(kind: str, firm: Firm, expected: str = "silent") -> Planted:
    return resembling(kind, "C02", [firm], [f"org:{firm.orgnr}"], expected)


def _crewed(planter: Planter, count: int = 6, **how: object) -> Firm:
    firm = planter.firm(**how)  # type: ignore[arg-type]
    planter.crew(firm, count)
    return firm


def _retirement(planter: Planter) -> Planted:
    """The director retires; a foreman of many years takes over, and a visit is announced the month after."""
    place = planter.world.municipality(planter.rng)
    holder = planter.firm(municipality=place)
    old = stranger(planter, holder, (64, 69))
    firm = _crewed(planter, municipality=place, director=old)
    on = planter.month_day(-4, 4)
    swap(firm, firm.jobs[0].person, on, ["DAGL"])
    announce(planter.world, planter.rng, "tilsynsvarsel", on + timedelta(days=38), firm, "arbeidstilsynet")
    return _swapped("retirement_foreman_takes_over", firm)


def _sale(planter: Planter) -> Planted:
    """The company is sold and both lists of owners show it; the buyer is new in the trade."""
    firm = _crewed(planter)
    on = planter.month_day(-4, 6)
    buyer = stranger(planter, firm, (30, 58))
    swap(firm, buyer, on, ["DAGL", "LEDE"])
    sell(planter.world, firm, on, sole_owner(buyer))
    announce(planter.world, planter.rng, "bokettersynsvarsel", on + timedelta(days=40), firm, "skatteetaten")
    return _swapped("sold_with_share_transfer", firm, "suppressed")


def _crisis_manager(planter: Planter) -> Planted:
    """The board brings in somebody with years in the trade while orders fall away; it fails all the same."""
    firm = _crewed(planter, 8)
    world, on = planter.world, planter.month_day(-5, 5)
    manager = stranger(planter, firm, (40, 62))
    other = planter.firm(firm.trade, municipality=firm.municipality)
    appoint(other, "DAGL", manager, other.registered, on - timedelta(days=60))
    for job in firm.jobs[::2]:
        job.end = max(on - timedelta(days=planter.rng.randrange(60, 150)), job.start)
    swap(firm, manager, on, ["DAGL"])
    collapse = on + timedelta(days=65)
    announce(world, planter.rng, "konkursbegjaering", collapse - timedelta(days=16), firm, "konkursregister")
    close_jobs(planter, firm, collapse)
    fail(world, planter.founder, planter.rng, firm, collapse, planter.rng.randrange(60_000, 300_000))
    return _swapped("crisis_manager", firm, "suppressed")


def _no_event(planter: Planter) -> Planted:
    """A newcomer takes over and nothing happens afterwards that anybody has a date for."""
    firm = _crewed(planter)
    swap(firm, stranger(planter, firm), planter.month_day(-4, 12), ["DAGL", "LEDE"])
    return _swapped("swap_without_any_event", firm, "not_evaluable")


def _illness(planter: Planter) -> Planted:
    """Illness: somebody of the family takes over early in the window; a visit comes many months later."""
    firm = _crewed(planter)
    on = planter.month_day(1, 8)
    swap(firm, stranger(planter, firm), on, ["DAGL"])
    later = min(on + timedelta(days=190), planter.world.closing - timedelta(days=10))
    announce(planter.world, planter.rng, "tilsynsvarsel", later, firm, "arbeidstilsynet")
    return _swapped("illness_long_before_a_visit", firm)


SWAPS = (
    LookAlike("retirement_foreman_takes_over", _retirement, 5),
    LookAlike("sold_with_share_transfer", _sale, 5),
    LookAlike("crisis_manager", _crisis_manager, 7),
    LookAlike("swap_without_any_event", _no_event, 5),
    LookAlike("illness_long_before_a_visit", _illness, 6),
)
