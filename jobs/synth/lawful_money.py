"""Lawful firms whose money looks like that of those who keep it: plans, disputes, start-ups, families."""

from datetime import timedelta

from jobs.synth.ledger import Account, Mismatch, owe_withheld, terms
from jobs.synth.model import Firm, Planted
from jobs.synth.money_scenes import plain_file, sells, set_vat, thin_supplier
from jobs.synth.people import new_person, relate_family
from jobs.synth.plant import Planter
from jobs.synth.staging import agreement, move
from jobs.synth.trades import BY_KEY, GENERAL, PROPERTY
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ
from jobs.synth.world import some_day

BUREAU_CLIENTS = 60
"""Lawful firms, at most, for which a payroll bureau files beside those whose workers it speaks for."""


def _employer(planter: Planter, staff: int = 7) -> Firm:
    firm = planter.firm()
    planter.crew(firm, staff)
    return firm


def _org(kind: str, indicator: str, firms: list[Firm], expected: str = "silent") -> Planted:
    return resembling(kind, indicator, firms, [f"org:{firms[0].orgnr}"], expected)


def _first(planter: Planter, months: int) -> str:
    world = planter.world
    return world.months[max(len(world.months) - months, 0)]


def _standing(planter: Planter, firm: Firm, client: Firm, monthly: int, months: int = 9) -> str:
    begins = planter.month_day(max(len(planter.world.months) - months, 0), 4)
    ends = planter.world.closing + timedelta(days=60)
    return agreement(planter, firm, client, monthly, begins, ends).contract_id


# ---- F01: unpaid withholding ---------------------------------------------------------------------
def _plan(planter: Planter) -> Planted:
    firm = _employer(planter)
    owe_withheld(planter.world, firm, _first(planter, 8), withheld=0.8, contributions=0.8)
    planter.world.tax.file(firm).has_plan = True
    return _org("instalment_plan", "F01", [firm], "suppressed")


def _disputed(planter: Planter) -> Planted:
    firm = _employer(planter)
    owe_withheld(planter.world, firm, _first(planter, 7), withheld=0.7, contributions=0.7, disputed=True)
    return _org("disputed_claim", "F01", [firm], "suppressed")


def _one_slip(planter: Planter) -> Planted:
    firm = _employer(planter)
    owe_withheld(planter.world, firm, planter.world.months[-2], withheld=1.0, contributions=1.0)
    return _org("one_month_late_with_payment", "F01", [firm])


def _small_part(planter: Planter) -> Planted:
    firm = _employer(planter)
    owe_withheld(planter.world, firm, _first(planter, 8), withheld=0.1, contributions=0.12)
    return _org("small_part_unpaid", "F01", [firm])


# ---- F02: sales laid beside each other -----------------------------------------------------------
def _compared(
    planter: Planter, kind: str, expected: str, *, is_off: bool, is_yearly: bool, count: int
) -> Planted:
    buyer, seller = _employer(planter, 4), _employer(planter, 3)
    edge = _standing(planter, seller, buyer, 210_000)
    own = set_vat(planter.world, seller, is_vat=True)
    own.is_yearly = is_yearly
    due = terms(planter.world)[-count:]
    if due:
        planter.world.tax.mismatches.append(Mismatch(buyer, seller, due[0], due[-1], is_off, True))
    made = resembling(kind, "F02", [seller, buyer], [f"org:{seller.orgnr}"], expected)
    made.key_edges = [f"org:{buyer.orgnr}", edge]
    return made


def _agrees(planter: Planter) -> Planted:
    return _compared(planter, "both_sides_agree", "silent", is_off=False, is_yearly=False, count=3)


def _one_term(planter: Planter) -> Planted:
    return _compared(planter, "difference_in_one_term_only", "silent", is_off=True, is_yearly=False, count=1)


def _annual_term(planter: Planter) -> Planted:
    return _compared(
        planter, "supplier_reports_once_a_year", "not_evaluable", is_off=False, is_yearly=True, count=2
    )


# ---- F03: reports that are missing ---------------------------------------------------------------
def _dormant(planter: Planter) -> Planted:
    firm = planter.firm()
    own = set_vat(planter.world, firm, is_vat=True)
    own.unfiled.update(terms(planter.world)[-3:])
    sells(planter, firm, 0, planter.world.opening)
    return _org("dormant_unit", "F03", [firm])


def _reported_by_another(planter: Planter) -> Planted:
    parent, firm = _employer(planter), _employer(planter)
    set_vat(planter.world, parent, is_vat=True)
    own = set_vat(planter.world, firm, is_vat=True)
    own.vat_by, own.exempt = parent, set(terms(planter.world))
    edge = _standing(planter, firm, planter.client("privat"), 180_000)
    made = _org("reported_by_another_unit", "F03", [firm, parent])
    made.key_edges = [edge]
    return made


def _late_but_there(planter: Planter) -> Planted:
    firm = _employer(planter)
    own = set_vat(planter.world, firm, is_vat=True)
    own.late.update(terms(planter.world)[-4:-1])
    _standing(planter, firm, planter.client("privat"), 190_000)
    return _org("late_but_filed", "F03", [firm])


def _leaving_the_register(planter: Planter) -> Planted:
    firm = _employer(planter, 3)
    own = set_vat(planter.world, firm, is_vat=True)
    due = terms(planter.world)
    own.unfiled.update(due[-2:])
    for job in firm.jobs:
        job.end = min(job.end or planter.month_day(-6), planter.month_day(-6))
    firm.winding_up = planter.month_day(-6, 20)
    return _org("deregistration_in_process", "F03", [firm])


# ---- F04: debt and people that leave -------------------------------------------------------------
def _debt(planter: Planter, firm: Firm, steps: list[float]) -> None:
    months = planter.world.months
    for month, level in zip(months[-len(steps) :], steps, strict=False):
        firm.arrears[month] = int(150_000 * level)


def _decline(planter: Planter) -> Planted:
    firm, rng = _employer(planter, 12), planter.rng
    _debt(planter, firm, [1, 2, 3, 4, 5, 6, 7, 8])
    others = [f for f in planter.world.firms if f.trade.is_site and not f.is_planted and f.target_staff > 3]
    for job in list(firm.jobs)[:8]:
        left = some_day(rng, planter.month_day(-6, 1), planter.month_day(-2, 20))
        move(rng, job.person, firm, left)
        new = rng.choice(others) if others else _employer(planter, 1)
        if new.is_alive(left + timedelta(days=9)):
            employ(rng, job.person, new, left + timedelta(days=9), percent=100.0)
    return _org("ordinary_decline", "F04", [firm])


def _poached(planter: Planter) -> Planted:
    firm, rng = _employer(planter, 12), planter.rng
    rival = planter.firm(firm.trade, municipality=firm.municipality)
    _debt(planter, firm, [1, 2, 3, 4, 5, 6, 7, 8])
    for job in list(firm.jobs)[:6]:
        left = some_day(rng, planter.month_day(-6, 1), planter.month_day(-4, 20))
        move(rng, job.person, firm, left)
        employ(rng, job.person, rival, left + timedelta(days=1), percent=100.0)
    return _org("poached_by_a_competitor", "F04", [firm, rival])


def _paying_back(planter: Planter) -> Planted:
    firm, rng = _employer(planter, 11), planter.rng
    sister = planter.firm(firm.trade, municipality=firm.municipality, director=firm.director)
    _debt(planter, firm, [8, 7, 6, 5, 4, 3, 2, 1])
    for job in list(firm.jobs)[:5]:
        left = some_day(rng, planter.month_day(-6, 1), planter.month_day(-4, 20))
        move(rng, job.person, firm, left)
        employ(rng, job.person, sister, left + timedelta(days=1), percent=100.0)
    return _org("debt_is_being_paid_back", "F04", [firm, sister])


# ---- G03: one account, several people ------------------------------------------------------------
def _accounts(
    planter: Planter, kind: str, expected: str, *, people: int, firms: int, household: bool
) -> Planted:
    world, rng = planter.world, planter.rng
    employers = [_employer(planter, 2) for _ in range(firms)]
    since = planter.month_day(-6, 8)
    value = f"konto/{world.numbers.code(rng, 'A', 8)}"
    workers = []
    if household:
        parents = [
            new_person(world, rng, municipality=employers[0].municipality, ages=(42, 50), is_planted=True)
            for _ in range(2)
        ]
        grown = [
            new_person(
                world, rng, municipality=employers[0].municipality, ages=(18, 21), last=parents[1].last,
                is_planted=True,
            )
            for _ in range(people - 2)
        ]  # fmt: skip
        relate_family(parents, grown, is_married=True)
        workers = [*parents, *grown]
        for index, person in enumerate(workers):
            employ(rng, person, employers[index % firms], since, percent=100.0)
    else:
        for index in range(people):
            workers += planter.crew(employers[index % firms], 1, start=since)
    for person in workers:
        world.tax.accounts.append(Account(person, "konto", value, since, None, household))
    made = _org(kind, "G03", employers, expected)
    made.persons += workers
    return made


def _family(planter: Planter) -> Planted:
    return _accounts(planter, "family_account", "suppressed", people=4, firms=2, household=True)


def _payroll_card(planter: Planter) -> Planted:
    return _accounts(planter, "payroll_card_of_one_employer", "silent", people=6, firms=1, household=False)


def _bureau(planter: Planter) -> Planted:
    """A payroll bureau files for many firms and leaves its own telephone for workers of several of them."""
    world, rng = planter.world, planter.rng
    employers = [_employer(planter, 2) for _ in range(3)]
    bureau = planter.firm(BY_KEY["accountant"], municipality=employers[0].municipality)
    planter.crew(bureau, 4)
    others = [f for f in world.firms if f.trade.is_site and not f.is_planted and f.jobs]
    for client in (*employers, *rng.sample(others, min(BUREAU_CLIENTS, len(others) // 3))):
        world.tax.file(client).filed_by = bureau
    value, since = f"telefon/{world.numbers.code(rng, 'A', 8)}", planter.month_day(-6, 6)
    workers = [job.person for employer in employers for job in employer.jobs]
    for person in workers:
        world.tax.accounts.append(Account(person, "telefon", value, since, None, False))
    made = _org("telephone_of_a_payroll_bureau", "G03", [*employers, bureau], "context")
    made.persons += workers
    return made


def _few(planter: Planter) -> Planted:
    return _accounts(planter, "three_friends", "silent", people=3, firms=2, household=False)


# ---- A04: companies with little about them -------------------------------------------------------
def _start_up(planter: Planter) -> Planted:
    client = _employer(planter)
    firm = thin_supplier(
        planter, client, registered=planter.month_day(-8, 3), is_vat=True, has_accountant=True, in_hotel=True,
        staff=0,
    )  # fmt: skip
    sells(planter, firm, 55_000, firm.registered)
    employ(planter.rng, firm.roles[0].holder, firm, firm.registered, percent=100.0)  # type: ignore[arg-type]
    return _org("start_up_paid_as_owner", "A04", [firm, client])


def _project_company(planter: Planter) -> Planted:
    firm = planter.firm(PROPERTY, registered=planter.month_day(-9, 5))
    firm.roles = [r for r in firm.roles if r.code in ("DAGL", "LEDE")]
    sells(planter, firm, 160_000, firm.registered)
    return _org("property_company_for_one_project", "A04", [firm])


def _own_hands(planter: Planter) -> Planted:
    client = _employer(planter)
    firm = planter.founder.found(
        planter.rng, BY_KEY["joinery"], registered=planter.month_day(-10, 2), form="ENK",
        municipality=client.municipality, is_planted=True,
    )  # fmt: skip
    edge = _standing(planter, firm, client, 88_000, months=7)
    made = _org("sole_proprietor_who_works_himself", "A04", [firm, client])
    made.key_edges = [edge]
    return made


def _accounts_not_out(planter: Planter) -> Planted:
    client = _employer(planter)
    firm = thin_supplier(
        planter, client, registered=planter.month_day(-11, 6), is_vat=True, has_accountant=False,
        in_hotel=False, staff=1,
    )  # fmt: skip
    planter.world.tax.file(firm).accounts_late = True
    edge = _standing(planter, firm, client, 110_000)
    made = _org("young_and_accounts_not_out", "A04", [firm, client], "not_evaluable")
    made.key_edges = [edge]
    return made


# ---- A07: little pay, much bought in -------------------------------------------------------------
def _integrator(planter: Planter) -> Planted:
    main = planter.firm(GENERAL, registered=planter.past(900, 4000))
    planter.crew(main, 3)
    plain_file(planter.world, main, bought=0.75, is_plain=False)
    subs = [_employer(planter, 6) for _ in range(3)]
    edges = [_standing(planter, sub, main, 300_000) for sub in subs]
    for month in planter.world.months:
        planter.world.tax.file(main).turnover[month] = 1_250_000
    made = _org("labour_light_integrator", "A07", [main, *subs])
    made.key_edges = edges
    return made


def _one_thin(planter: Planter) -> Planted:
    main = _employer(planter, 4)
    plain_file(planter.world, main, bought=0.62, is_plain=False)
    solid = _employer(planter, 5)
    thin = thin_supplier(
        planter, main, registered=planter.month_day(-10, 3), is_vat=False, has_accountant=False,
        in_hotel=True, staff=0,
    )  # fmt: skip
    edges = [_standing(planter, solid, main, 240_000), _standing(planter, thin, main, 45_000)]
    made = _org("one_thin_supplier", "A07", [main, solid, thin])
    made.key_edges = edges
    return made


def _franchise(planter: Planter) -> Planted:
    brand = _employer(planter, 9)
    owners = []
    for _ in range(3):
        firm = planter.firm(BY_KEY["restaurant"], municipality=brand.municipality)
        planter.crew(firm, 3)
        plain_file(planter.world, firm, bought=0.6, is_plain=False)
        owners.append(firm)
    made = _org("franchise_owners", "A07", [owners[0], brand, *owners[1:]])
    made.key_edges = [_standing(planter, brand, firm, 120_000) for firm in owners]
    return made


WITHHOLDING = (
    LookAlike("instalment_plan", _plan, 8),
    LookAlike("disputed_claim", _disputed, 8),
    LookAlike("one_month_late_with_payment", _one_slip, 3),
    LookAlike("small_part_unpaid", _small_part, 8),
)
COMPARED = (
    LookAlike("both_sides_agree", _agrees, 4),
    LookAlike("difference_in_one_term_only", _one_term, 4),
    LookAlike("supplier_reports_once_a_year", _annual_term, 4),
)
DUTIES = (
    LookAlike("dormant_unit", _dormant, 4),
    LookAlike("reported_by_another_unit", _reported_by_another, 4),
    LookAlike("late_but_filed", _late_but_there, 4),
    LookAlike("deregistration_in_process", _leaving_the_register, 8),
)
ARREARS_EXIT = (
    LookAlike("ordinary_decline", _decline, 8),
    LookAlike("poached_by_a_competitor", _poached, 8),
    LookAlike("debt_is_being_paid_back", _paying_back, 8),
)
IDENTIFIERS = (
    LookAlike("family_account", _family, 7),
    LookAlike("payroll_card_of_one_employer", _payroll_card, 7),
    LookAlike("three_friends", _few, 7),
    LookAlike("telephone_of_a_payroll_bureau", _bureau, 7),
)
SHELLS = (
    LookAlike("start_up_paid_as_owner", _start_up, 9),
    LookAlike("property_company_for_one_project", _project_company, 10),
    LookAlike("sole_proprietor_who_works_himself", _own_hands, 11),
    LookAlike("young_and_accounts_not_out", _accounts_not_out, 12),
)
INVOICING = (
    LookAlike("labour_light_integrator", _integrator, 8),
    LookAlike("one_thin_supplier", _one_thin, 11),
    LookAlike("franchise_owners", _franchise, 8),
)
