"""Lawful firms in chains that look like those who pass money on, promise too much or hide employment."""

from datetime import timedelta

from jobs.synth.approvals import APPROVED, REFUSED, approve
from jobs.synth.model import Contract, Firm, Planted
from jobs.synth.plant import CREW_TRADES, Planter
from jobs.synth.staging import (
    HOUR_COST,
    HOURS_PER_MONTH,
    agreement,
    job_on,
    later,
    lend,
    move,
    pay,
    set_labour,
    sole_customer,
    staffing_approval,
)
from jobs.synth.trades import BY_KEY, CLEANING, GENERAL, STAFFING
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ
from jobs.synth.world import month_after


# ---- A03: money passes through -------------------------------------------------------------------
def _passing(
    planter: Planter,
    kind: str,
    *,
    expected: str = "silent",
    contract_kind: tuple[str, bool] = ("underentreprise", True),
    passed_on: float = 0.94,
    lag: int = 9,
    staff: int = 0,
    helpers: int = 2,
    monthly: int = 700_000,
    months: int = 7,
    below_kind: str = "underentreprise",
    trade: str = "general",
) -> Planted:
    """A link that is paid monthly and pays others for their part."""
    world, rng = planter.world, planter.rng
    first = max(len(world.months) - months, 0)
    begins = planter.month_day(first, 1)
    firm = planter.firm(BY_KEY[trade], registered=planter.past(400, 3000))
    planter.crew(firm, staff)
    if trade == "staffing":
        staffing_approval(planter, firm)
    below_trade = STAFFING if trade == "staffing" else None
    others = [planter.firm(below_trade, municipality=firm.municipality) for _ in range(helpers)]
    for other in others:
        planter.crew(other, rng.randrange(3, 6))
    project, (link,) = job_on(
        planter, [firm], begins - timedelta(days=20), world.closing + timedelta(days=90), value=30_000_000,
        kinds=[contract_kind], begins=begins,
    )  # fmt: skip
    set_labour(link, monthly * 0.7, 0.7)
    link.is_labour = contract_kind[1]
    below = []
    for other in others:
        worth = int(link.value * passed_on / helpers)
        below.append(planter.chains.contract(rng, project, link, other, below_kind, worth, begins, link.end))
        planter.chains.verify(rng, below[-1])
    for index in range(first, len(world.months)):
        day, amount = planter.month_day(index, rng.randrange(2, 5)), monthly * rng.uniform(0.95, 1.05)
        pay(planter, link, day, amount, 2)
        for contract in below:
            pay(planter, contract, day + timedelta(days=2), amount * passed_on / helpers, lag)
    made = resembling(kind, "A03", [firm, *others], [f"org:{firm.orgnr}"], expected)
    made.key_edges = [project.project_id, link.contract_id, *(c.contract_id for c in below)]
    return made


def _construction_manager(planter: Planter) -> Planted:
    return _passing(
        planter, "construction_manager", expected="suppressed", contract_kind=("prosjektledelse", False)
    )


def _staffing_agency(planter: Planter) -> Planted:
    return _passing(
        planter, "lawful_staffing_agency", contract_kind=("innleie", True), passed_on=0.3, staff=9,
        helpers=1, trade="staffing", below_kind="innleie",
    )  # fmt: skip


def _three_trades(planter: Planter) -> Planted:
    return _passing(planter, "three_trades_under_one", passed_on=0.72, staff=4, helpers=3)


def _long_credit(planter: Planter) -> Planted:
    return _passing(planter, "pays_its_suppliers_late", lag=52)


def _too_little_seen(planter: Planter) -> Planted:
    return _passing(planter, "one_small_month_seen", expected="not_evaluable", monthly=260_000, months=1)


def _framework_holder(planter: Planter) -> Planted:
    """A holder of a framework agreement calls off from others: it is the buyer's main supplier, tier 0."""
    world, rng = planter.world, planter.rng
    firm = planter.firm(GENERAL)
    starts, ends = later(planter, 9, 2), world.closing + timedelta(days=200)
    client = planter.client("kommune")
    top = agreement(planter, firm, client, 800_000, starts, ends, is_billed=False)
    helpers = [planter.firm(municipality=firm.municipality) for _ in range(2)]
    below = []
    for helper in helpers:
        planter.crew(helper, 4)
        below.append(
            planter.chains.contract(
                rng, None, top, helper, "underentreprise", int(top.value * 0.47), starts, ends
            )
        )
    for index in range(max(len(world.months) - 9, 0), len(world.months)):
        day = planter.month_day(index, 4)
        pay(planter, top, day, 800_000, 3)
        for contract in below:
            pay(planter, contract, day + timedelta(days=3), 800_000 * 0.47, 9)
    made = resembling("framework_agreement_holder", "A03", [firm, *helpers], [f"org:{firm.orgnr}"])
    made.key_edges = [top.contract_id, *(c.contract_id for c in below)]
    return made


# ---- A05: more work than people ------------------------------------------------------------------
def _capacity(
    planter: Planter,
    kind: str,
    *,
    expected: str = "silent",
    times: float = 4.0,
    is_late: bool = True,
    share: float = 0.8,
    hired_after: int | None = None,
    is_share_known: bool = True,
    agency: bool = False,
) -> Planted:
    """A small firm with a large contract that it can do all the same."""
    world, staff = planter.world, 3
    firm = planter.firm()
    planter.crew(firm, staff)
    starts, ends = later(planter, 5, 3), world.closing + timedelta(days=40)
    _, (link,) = job_on(
        planter, [firm], starts - timedelta(days=430 if is_late else 12), ends + timedelta(days=25),
        value=40_000_000, begins=starts,
    )  # fmt: skip
    link.end = ends
    value = times * staff * HOURS_PER_MONTH * HOUR_COST
    set_labour(link, value, 0.8)
    if share < 0.5:
        # The same money, most of it for what others have built in a factory.
        link.labour_share = share
    link.shows_labour = is_share_known
    planter.bill(link, starts, world.closing)
    firms = [firm]
    if hired_after is not None:
        planter.crew(firm, round((times - 1) * staff), start=starts + timedelta(days=hired_after))
    if agency:
        firms.append(lend(planter, link, round((times - 1) * staff)))
    made = resembling(kind, "A05", firms, [f"org:{firm.orgnr}"], expected)
    made.key_edges = [link.contract_id]
    return made


def _ramp_up(planter: Planter) -> Planted:
    return _capacity(planter, "ramp_up_before_hiring_is_reported", times=3.0, hired_after=18)


def _prefabricated(planter: Planter) -> Planted:
    return _capacity(planter, "prefabricated_or_material_heavy", times=5.0, share=0.12)


def _share_unknown(planter: Planter) -> Planted:
    return _capacity(planter, "material_share_unknown", expected="not_evaluable", is_share_known=False)


def _agency_helps(planter: Planter) -> Planted:
    return _capacity(planter, "hired_in_from_an_approved_agency", times=3.0, agency=True)


def _from_the_start(planter: Planter) -> Planted:
    return _capacity(planter, "there_from_the_first_week", times=3.0, is_late=False, hired_after=70)


# ---- A06: at work without the approval -----------------------------------------------------------
def _cleaner(
    planter: Planter, registered: int, begins_day: int, months_ago: int, *, is_billed: bool = True
) -> tuple[Firm, Contract]:
    """A cleaning firm, registered so many days before its agreement begins."""
    starts = later(planter, months_ago, begins_day)
    firm = planter.firm(CLEANING, registered=starts - timedelta(days=registered))
    planter.crew(firm, planter.rng.randrange(3, 7), start=max(firm.registered, starts - timedelta(days=30)))
    ends = planter.world.closing + timedelta(days=60)
    client = planter.client("kommune")
    return firm, agreement(planter, firm, client, 110_000, starts, ends, is_billed=is_billed)


def _a06(kind: str, firm: Firm, contract: Contract, expected: str = "silent") -> Planted:
    made = resembling(kind, "A06", [firm], [f"org:{firm.orgnr}"], expected)
    made.key_edges = [contract.contract_id]
    return made


def _pending(planter: Planter) -> Planted:
    """The authority takes its time: applied well before the work, granted long after it began."""
    firm, contract = _cleaner(planter, 60, 8, 2)
    approve(planter.world, firm, "renhold", contract.start - timedelta(days=45))
    return _a06("application_pending", firm, contract, "suppressed")


def _new_within_grace(planter: Planter) -> Planted:
    firm, contract = _cleaner(planter, 4, 24, 0)
    approve(planter.world, firm, "renhold", contract.start - timedelta(days=1))
    return _a06("newly_founded", firm, contract)


def _renewed(planter: Planter) -> Planted:
    firm, contract = _cleaner(planter, 900, 4, 8)
    granted = firm.registered + timedelta(days=50)
    last = month_after(planter.world.months[-min(2, len(planter.world.months))], 1) - timedelta(days=1)
    lapsed = last - timedelta(days=3)
    approve(
        planter.world, firm, "renhold", firm.registered + timedelta(days=3), granted=granted,
        then=((lapsed, REFUSED), (lapsed + timedelta(days=8), APPROVED)),
    )  # fmt: skip
    return _a06("approval_renewed_within_days", firm, contract)


def _below_vat(planter: Planter) -> Planted:
    """A firm so small that it need not register for VAT; its approval is in order."""
    firm, contract = _cleaner(planter, 300, 4, 4, is_billed=False)
    firm.is_vat_registered = False
    set_labour(contract, 3_000, 0.9)
    pay(planter, contract, later(planter, 3, 9), 9_000, 14)
    pay(planter, contract, later(planter, 1, 9), 8_000, 14)
    approve(
        planter.world, firm, "renhold", firm.registered + timedelta(days=3),
        granted=firm.registered + timedelta(days=40),
    )  # fmt: skip
    return _a06("turnover_below_the_vat_limit", firm, contract)


def _between_snapshots(planter: Planter) -> Planted:
    """Approved in the days between two looks at the register; the work lay in between as well."""
    starts = later(planter, 1, 9)
    firm = planter.firm(CLEANING, registered=starts - timedelta(days=5))
    planter.crew(firm, 3, start=starts)
    contract = agreement(
        planter, firm, planter.client("kommune"), 90_000, starts, starts + timedelta(days=12)
    )
    approve(
        planter.world, firm, "renhold", firm.registered + timedelta(days=1),
        granted=starts + timedelta(days=10),
    )  # fmt: skip
    return _a06("worked_between_two_looks_at_the_register", firm, contract, "not_evaluable")


# ---- A08: employment behind a contract -----------------------------------------------------------
def _dependency(
    planter: Planter,
    kind: str,
    *,
    expected: str = "silent",
    movers: int = 5,
    share: float = 1.0,
    age: int = 900,
    is_agency: bool = False,
    has_notice: bool = False,
) -> Planted:
    """A supplier with one large customer, some of whose people it took over."""
    world, rng = planter.world, planter.rng
    buyer = planter.firm(rng.choice(CREW_TRADES))
    people = planter.crew(buyer, max(movers, 3) + 4)
    starts = later(planter, 11 if age >= 400 else 8, 6)
    registered = world.closing - timedelta(days=age)
    supplier = planter.firm(
        STAFFING if is_agency else buyer.trade, municipality=buyer.municipality,
        registered=min(registered, starts - timedelta(days=8)),
    )  # fmt: skip
    planter.crew(supplier, 8 - movers)
    if is_agency:
        staffing_approval(planter, supplier)
    _, (above, contract) = job_on(
        planter, [buyer, supplier], starts - timedelta(days=60), world.closing + timedelta(days=200),
        kinds=[("underentreprise", True), ("innleie" if is_agency else "underentreprise", True)],
        value=45_000_000, begins=starts,
    )  # fmt: skip
    for person in people[:movers]:
        left = starts + timedelta(days=rng.randrange(2, 30))
        move(rng, person, buyer, left)
        employ(rng, person, supplier, left + timedelta(days=rng.randrange(1, 12)), percent=100.0)
    set_labour(contract, 8 * HOURS_PER_MONTH * HOUR_COST, 0.95 if is_agency else 0.7)
    set_labour(above, 16 * HOURS_PER_MONTH * HOUR_COST, 0.7)
    sole_customer(planter, contract, share, 12)
    if has_notice:
        planter.event(
            "virksomhetsoverdragelse", starts + timedelta(days=3), buyer, supplier, "arbeidstilsynet"
        )
    made = resembling(kind, "A08", [supplier, buyer], [f"org:{supplier.orgnr}"], expected)
    made.key_edges = [f"org:{buyer.orgnr}", contract.contract_id]
    return made


def _spin_off(planter: Planter) -> Planted:
    return _dependency(
        planter, "spin_off_with_transfer_notice", expected="suppressed", age=460, has_notice=True
    )


def _young(planter: Planter) -> Planted:
    return _dependency(planter, "firm_in_its_first_year", expected="suppressed", age=290)


def _agency_one_customer(planter: Planter) -> Planted:
    return _dependency(planter, "approved_agency_with_one_customer", movers=0, is_agency=True)


def _outsourced(planter: Planter) -> Planted:
    return _dependency(planter, "outsourced_with_other_customers", share=0.5)


def _only_buyer(planter: Planter) -> Planted:
    return _dependency(planter, "only_buyer_in_town", movers=0)


PASSING = (
    LookAlike("construction_manager", _construction_manager, 3),
    LookAlike("lawful_staffing_agency", _staffing_agency, 3),
    LookAlike("three_trades_under_one", _three_trades, 3),
    LookAlike("framework_agreement_holder", _framework_holder, 3),
    LookAlike("pays_its_suppliers_late", _long_credit, 3),
    LookAlike("one_small_month_seen", _too_little_seen),
)
CAPACITY = (
    LookAlike("ramp_up_before_hiring_is_reported", _ramp_up, 3),
    LookAlike("prefabricated_or_material_heavy", _prefabricated, 3),
    LookAlike("material_share_unknown", _share_unknown, 3),
    LookAlike("hired_in_from_an_approved_agency", _agency_helps, 3),
    LookAlike("there_from_the_first_week", _from_the_start, 3),
)
REGISTRATION = (
    LookAlike("application_pending", _pending, 3),
    LookAlike("newly_founded", _new_within_grace),
    LookAlike("approval_renewed_within_days", _renewed, 3),
    LookAlike("turnover_below_the_vat_limit", _below_vat, 3),
    LookAlike("worked_between_two_looks_at_the_register", _between_snapshots, 3),
)
DEPENDENCY = (
    LookAlike("spin_off_with_transfer_notice", _spin_off, 10),
    LookAlike("firm_in_its_first_year", _young, 10),
    LookAlike("approved_agency_with_one_customer", _agency_one_customer, 10),
    LookAlike("outsourced_with_other_customers", _outsourced, 10),
    LookAlike("only_buyer_in_town", _only_buyer, 10),
)
