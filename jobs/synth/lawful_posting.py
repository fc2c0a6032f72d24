"""Lawful firms that look like letterboxes, chains with too little labour, and dark or endless postings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from jobs.synth.foreign import DAYS_TO_REPORT, Foreign
from jobs.synth.model import Contract, Planted
from jobs.synth.plant import CREW_TRADES, Planter
from jobs.synth.staging import (
    HOUR_COST,
    HOURS_PER_MONTH,
    assignment_on,
    job_on,
    labour_cost,
    later,
    lend,
    set_labour,
    sole_customer,
)
from jobs.synth.trades import BY_KEY, GOODS, PROPERTY
from jobs.synth.typologies import LookAlike, resembling


# ---- A09: a name without substance ---------------------------------------------------------------
def _provider(
    planter: Planter,
    kind: str,
    *,
    registered: date,
    staff: int = 5,
    share: float = 1.0,
    in_hotel: bool = False,
) -> Planted:
    """A small firm that works for one customer on one site, with the same people all the time."""
    world = planter.world
    buyer = planter.firm()
    planter.crew(buyer, 5)
    home = buyer.municipality
    own = planter.builder.premises(planter.rng, home)
    address = planter.founder.hotels[home.number] if in_hotel else own
    firm = planter.firm(municipality=home, registered=registered, address=address)
    starts = max(later(planter, 11, 5), registered + timedelta(days=6))
    planter.crew(firm, staff, start=starts)
    _, (above, contract) = job_on(
        planter, [buyer, firm], starts - timedelta(days=70), world.closing + timedelta(days=120),
        begins=starts, value=40_000_000,
    )  # fmt: skip
    set_labour(above, 12 * HOURS_PER_MONTH * HOUR_COST, 0.7)
    set_labour(contract, staff * HOURS_PER_MONTH * HOUR_COST, 0.8)
    sole_customer(planter, contract, share, 13)
    made = resembling(kind, "A09", [firm, buyer], [f"org:{firm.orgnr}"])
    made.key_edges = [contract.contract_id]
    return made


def _entrant(planter: Planter) -> Planted:
    return _provider(planter, "new_market_entrant", registered=later(planter, 8, 3))


def _family_firm(planter: Planter) -> Planted:
    """A director and two grown-up children, for years with the same builder."""
    return _provider(planter, "small_family_firm", registered=planter.past(1500, 4000), staff=3)


def _hotel_tenant(planter: Planter) -> Planted:
    return _provider(
        planter, "tenant_of_an_office_hotel", registered=planter.past(800, 3000), share=0.45, in_hotel=True
    )


def _property_companies(planter: Planter) -> Planted:
    """One owner keeps each building in a company of its own; none of them has people or turnover."""
    first = planter.firm(PROPERTY)
    firms = [first]
    firms += [
        planter.firm(
            PROPERTY, municipality=first.municipality, director=first.director, address=first.address
        )
        for _ in range(4)
    ]
    return resembling(
        "property_companies_of_one_owner", "A09", firms, [f"org:{firm.orgnr}" for firm in firms]
    )


def _seasonal_posting(planter: Planter) -> Planted:
    """A contractor from abroad comes for a season; nobody here knows what it does at home."""
    world, rng = planter.world, planter.rng
    foreign = Foreign(world, planter.founder, planter.chains)
    address = planter.builder.premises(rng, world.municipality(rng))
    maker = foreign.contractor(
        rng, rng.choice(CREW_TRADES), has_branch=True, registered=planter.past(60, 200), address=address,
        is_planted=True,
    )  # fmt: skip
    starts = later(planter, 6, 4)
    made = assignment_on(
        planter, maker, _builder(planter, starts, 60), 900_000, starts, starts + timedelta(days=90)
    )
    foreign.report(rng, made, starts + timedelta(days=4))
    for _ in range(4):
        foreign.post(rng, made, starts + timedelta(days=rng.randrange(4)), starts + timedelta(days=88))
    sole_customer(planter, made.contract, 1.0, 13)
    branch = maker.party
    found = resembling("seasonal_posting_firm", "A09", [branch], [f"org:{branch.orgnr}"], "not_evaluable")
    found.key_edges = [made.contract.contract_id]
    return found


def _builder(planter: Planter, starts: date, days_on: int) -> Contract:
    """A builder's contract at the first tier of a project that goes on after the window."""
    firm = planter.firm(BY_KEY["general"], registered=planter.past(1200, 3000))
    planter.crew(firm, 6)
    ends = planter.world.closing + timedelta(days=days_on)
    _, (contract,) = job_on(planter, [firm], starts - timedelta(days=60), ends, begins=starts)
    return contract


# ---- D01: too little labour for the work ---------------------------------------------------------
def _congruent(
    planter: Planter,
    kind: str,
    *,
    expected: str = "silent",
    share: float = 0.3,
    labour_share: float = 0.7,
    is_over: bool = True,
    hidden: float = 0.0,
    has_modules: bool = False,
    lent: int = 0,
    form: str = "AS",
) -> Planted:
    """A chain open to its client whose reported labour is small beside the value, for a lawful reason."""
    world, rng = planter.world, planter.rng
    place = world.municipality(rng)
    firms = [planter.firm(BY_KEY["general"], municipality=place)]
    firms += [
        planter.founder.found(
            rng, rng.choice(CREW_TRADES), registered=planter.past(), form=form, municipality=place,
            staff=1, is_planted=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    ends = later(planter, 3, 20) - timedelta(days=rng.randrange(5, 12))
    starts = max(world.opening + timedelta(days=12), ends - timedelta(days=330))
    if not is_over:
        ends = world.closing + timedelta(days=50)
    for firm in firms:
        if form == "AS" or firm is firms[0]:
            planter.crew(firm, 1, start=starts)
    declared = labour_cost(world, firms, starts, min(ends, world.closing))
    value = max(int(declared / share), 2_000_000)
    project = planter.chains.project(
        rng, planter.client("privat"), firms[0], work="rehab_bolig", value=value, start=starts, end=ends,
        is_planted=True,
    )  # fmt: skip
    main = project.contracts[0]
    main.labour_share = labour_share
    for firm in firms[1:]:
        made = planter.chains.contract(
            rng, project, main, firm, "underentreprise", int(value * 0.25), starts, ends
        )
        made.labour_share = labour_share
    if has_modules:
        supplier = planter.firm(GOODS, municipality=place)
        firms.append(supplier)
        planter.chains.contract(
            rng, project, main, supplier, "vareleveranse", int(value * 0.6), starts, ends, is_labour=False
        )
    if lent:
        firms.append(lend(planter, main, lent))
    for contract in project.contracts:
        contract.shows_value = contract.shows_labour = True
        contract.declared_on = contract.signed
        if hidden and contract is not main:
            contract.is_declared = False
        else:
            planter.chains.verify(rng, contract)
    project.is_verified, project.is_complete = True, not hidden
    found = resembling(kind, "D01", firms, [f"project:{project.project_id}"], expected)
    found.key_edges = [c.contract_id for c in project.contracts]
    return found


def _modules(planter: Planter) -> Planted:
    return _congruent(planter, "prefabricated_modules", share=0.12, labour_share=0.16, has_modules=True)


def _owners_work(planter: Planter) -> Planted:
    """Two sole proprietors do most of it themselves; nobody reports an owner's hours as pay."""
    return _congruent(planter, "owners_do_the_work", share=0.15, form="ENK")


def _half_hidden(planter: Planter) -> Planted:
    return _congruent(planter, "chain_hardly_known", expected="not_evaluable", share=0.12, hidden=1.0)


def _not_over(planter: Planter) -> Planted:
    return _congruent(planter, "not_over_yet", expected="not_evaluable", share=0.12, is_over=False)


def _lent(planter: Planter) -> Planted:
    return _congruent(planter, "declared_hire_in", share=0.13, lent=6)


# ---- H01: an assignment nobody hears of ----------------------------------------------------------
def _assignment(
    planter: Planter,
    kind: str,
    *,
    expected: str = "silent",
    value: int = 800_000,
    reported_after: int | None = 6,
    reporter: str = "",
    contract_kind: str = "underentreprise",
    exemption: str = "",
    is_value_known: bool = True,
    is_slow: bool = False,
) -> Planted:
    """An assignment with a foreign contractor that is in order, or need not be reported."""
    world, rng = planter.world, planter.rng
    foreign = Foreign(world, planter.founder, planter.chains)
    is_labour = contract_kind == "underentreprise"
    maker = foreign.contractor(rng, rng.choice(CREW_TRADES) if is_labour else GOODS, is_planted=True)
    starts = later(planter, 4, 6)
    above = _builder(planter, starts - timedelta(days=50), 60)
    last = min(starts + timedelta(days=4 if value < 20_000 else 110), above.end)
    made = assignment_on(planter, maker, above, value, starts, last, kind=contract_kind, is_labour=is_labour)
    made.exemption = exemption
    made.contract.shows_value = is_value_known
    if reported_after is not None:
        report = foreign.report(rng, made, starts + timedelta(days=reported_after), reporter)
        made.reports = [replace(report, is_slow=is_slow)]
    if is_labour:
        for _ in range(1 if value < 20_000 else 4):
            foreign.post(rng, made, starts + timedelta(days=rng.randrange(3)), last)
    branch = [maker.party] if maker.party.orgnr else []
    found = resembling(
        kind, "H01", [above.supplier, *branch], [f"contract:{made.contract.contract_id}"], expected
    )
    found.key_edges = [maker.foreign_id, *(r.report_id for r in made.reports)]
    return found


def _first_timer(planter: Planter) -> Planted:
    """The first foreign contractor a builder ever took: it reports everything, some days too late."""
    return _assignment(
        planter, "late_report_by_an_honest_first_timer", expected="context",
        reported_after=DAYS_TO_REPORT + planter.rng.randrange(2, 6), reporter="oppdragsgiver",
    )  # fmt: skip


def _other_party(planter: Planter) -> Planted:
    return _assignment(planter, "reported_by_the_other_party", reporter="oppdragstaker")


def _below_limit(planter: Planter) -> Planted:
    return _assignment(planter, "value_below_the_reporting_limit", value=17_500, reported_after=None)


def _goods_abroad(planter: Planter) -> Planted:
    return _assignment(planter, "goods_bought_abroad", contract_kind="vareleveranse", reported_after=None)


def _exempt(planter: Planter) -> Planted:
    return _assignment(
        planter, "exempt_assignment", expected="suppressed", exemption="kabotasje",
        reported_after=DAYS_TO_REPORT + 20,
    )  # fmt: skip


def _value_unknown(planter: Planter) -> Planted:
    return _assignment(
        planter, "value_unknown", expected="not_evaluable", value=16_000, reported_after=None,
        is_value_known=False,
    )  # fmt: skip


def _handed_on_late(planter: Planter) -> Planted:
    return _assignment(planter, "reported_in_time_and_handed_on_late", reported_after=9, is_slow=True)


# ---- H02: a post that never ends -----------------------------------------------------------------
def _posts(
    planter: Planter,
    kind: str,
    *,
    stays: Sequence[int],
    gap: int,
    expected: str = "silent",
    other_work: bool = False,
    is_extended: bool = False,
    shows_occupation: bool = True,
    certificate: str = "ja",
) -> Planted:
    """Posted workers on one site, one after the other, for a lawful reason."""
    world, rng = planter.world, planter.rng
    foreign = Foreign(world, planter.founder, planter.chains)
    maker = foreign.contractor(rng, rng.choice(CREW_TRADES), is_planted=True)
    days = sum(stays) + gap * (len(stays) - 1)
    starts = world.closing - timedelta(days=days + rng.randrange(8, 20))
    above = _builder(planter, starts, 120)
    project = above.project
    made = assignment_on(planter, maker, above, 1_700_000, starts, above.end - timedelta(days=20))
    made.shows_occupation = shows_occupation
    if is_extended and project is not None:
        made.contract.planned_end, project.end = made.contract.end, project.end + timedelta(days=150)
        made.contract.end = project.end - timedelta(days=30)
    foreign.report(rng, made, starts + timedelta(days=rng.randrange(1, 9)))
    first = starts
    for number, stay in enumerate(stays):
        last = first + timedelta(days=stay)
        occupation = CREW_TRADES[(number * 2) % len(CREW_TRADES)].occupation if other_work else ""
        posting = foreign.post(rng, made, first, last, occupation=occupation, certificate=certificate)
        posting.shows_end, posting.is_extended = True, is_extended
        first = last + timedelta(days=gap)
    branch = [maker.party] if maker.party.orgnr else []
    found = resembling(
        kind, "H02", [above.supplier, *branch], [f"site:{project.project_id}"] if project else [], expected
    )
    found.key_edges = [made.contract.contract_id, *(p.line_id for p in made.postings)]
    return found


def _extension(planter: Planter) -> Planted:
    """The project took longer, and notice of up to eighteen months was given."""
    return _posts(planter, "project_extended_with_notice", stays=(230, 210), gap=8, is_extended=True)


def _other_tasks(planter: Planter) -> Planted:
    return _posts(planter, "one_task_after_the_other", stays=(150, 160, 140), gap=5, other_work=True)


def _seasons(planter: Planter) -> Planted:
    return _posts(planter, "seasons_with_long_breaks", stays=(150, 150, 120), gap=75)


def _occupation_unknown(planter: Planter) -> Planted:
    return _posts(
        planter, "occupation_not_stated", stays=(150, 160, 140), gap=6, expected="not_evaluable",
        shows_occupation=False,
    )  # fmt: skip


def _certificate_pending(planter: Planter) -> Planted:
    return _posts(planter, "certificate_applied_for", stays=(32,), gap=0, certificate="nei")


LETTERBOX = (
    LookAlike("new_market_entrant", _entrant, 9),
    LookAlike("small_family_firm", _family_firm, 9),
    LookAlike("tenant_of_an_office_hotel", _hotel_tenant, 9),
    LookAlike("property_companies_of_one_owner", _property_companies),
    LookAlike("seasonal_posting_firm", _seasonal_posting, 7),
)
CONGRUENCE = (
    LookAlike("prefabricated_modules", _modules, 8),
    LookAlike("owners_do_the_work", _owners_work, 8),
    LookAlike("chain_hardly_known", _half_hidden, 8),
    LookAlike("not_over_yet", _not_over, 3),
    LookAlike("declared_hire_in", _lent, 8),
)
REPORTING = (
    LookAlike("late_report_by_an_honest_first_timer", _first_timer, 3),
    LookAlike("reported_by_the_other_party", _other_party, 3),
    LookAlike("value_below_the_reporting_limit", _below_limit, 3),
    LookAlike("goods_bought_abroad", _goods_abroad, 3),
    LookAlike("exempt_assignment", _exempt, 3),
    LookAlike("value_unknown", _value_unknown, 3),
    LookAlike("reported_in_time_and_handed_on_late", _handed_on_late, 3),
)
ROTATION = (
    LookAlike("project_extended_with_notice", _extension, 2),
    LookAlike("one_task_after_the_other", _other_tasks, 2),
    LookAlike("seasons_with_long_breaks", _seasons, 2),
    LookAlike("occupation_not_stated", _occupation_unknown, 2),
    LookAlike("certificate_applied_for", _certificate_pending),
)
