"""What firms do with money and duties: keep what they withhold, sell without VAT, invoice work nobody did."""

from datetime import timedelta

from jobs.synth.lawful_money import (
    ARREARS_EXIT,
    COMPARED,
    DUTIES,
    IDENTIFIERS,
    INVOICING,
    SHELLS,
    WITHHOLDING,
)
from jobs.synth.ledger import Account, Mismatch, months_of, owe_withheld, term_due, terms
from jobs.synth.model import Firm, Person
from jobs.synth.money_scenes import auditor_changes, plain_file, sells, set_vat, thin_supplier
from jobs.synth.staging import agreement, later, move, partner
from jobs.synth.trades import BY_KEY, GENERAL
from jobs.synth.typologies import HELD_OUT, Outfit, Typology
from jobs.synth.work import employ
from jobs.synth.world import some_day


def keep_withheld(outfit: Outfit) -> None:
    """An employer goes on paying wages and keeps the tax withheld and its contributions.

    The held-out guise pays its contributions and keeps only what was withheld. The adaptive one pays over
    just more than half.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    firm = partner(outfit, planter.month_day(0))
    first = world.months[max(len(world.months) - (8, 7, 6, 7)[variant], 0)]
    kept = 0.45 if outfit.is_adaptive else (0.95, 0.8, 0.62, 0.9)[variant]
    owe_withheld(
        world, firm, first, withheld=kept, contributions=0.1 if variant == HELD_OUT else kept
    )  # fmt: skip
    world.tax.file(firm).has_plan = False
    begun = planter.month_day(world.months.index(first), 15) + timedelta(days=31)
    outfit.note(
        "F01", [f"org:{firm.orgnr}"], [firm], unlawful=begun,
        observable=min(begun + timedelta(days=150), world.closing),
        edges=[f"{c.kind}:{c.month}" for c in world.tax.file(firm).claims], act="keep_withheld",
    )  # fmt: skip


def sell_without_vat(outfit: Outfit) -> None:
    """A supplier charges VAT that it never declares; its buyer deducts it.

    The held-out supplier is not registered at all. The adaptive one declares most of it, so that what is
    missing stays below what is followed up.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    buyer = partner(outfit, planter.month_day(0))
    seller = planter.firm(municipality=buyer.municipality)
    planter.crew(seller, 2)
    begins = planter.month_day(max(len(world.months) - 9, 0), 4)
    monthly = (480_000, 260_000, 120_000, 300_000)[variant]
    deal = agreement(planter, seller, buyer, monthly, begins, world.closing + timedelta(days=60))
    own = set_vat(world, seller, is_vat=variant != HELD_OUT)
    due = [t for t in terms(world) if months_of(t)[0] >= f"{begins:%Y-%m}"][-(4, 3, 2, 3)[variant] :]
    if due:
        own.late.difference_update(due)
        is_off = not outfit.is_adaptive
        found = Mismatch(buyer, seller, due[0], due[-1], is_off, own.is_vat)
        world.tax.mismatches.append(found)
        if variant != HELD_OUT:
            part = 0.85 if outfit.is_adaptive else (0.0, 0.1, 0.3)[variant]
            for month in (m for t in due for m in months_of(t)):
                own.turnover[month] = int(monthly * part)
    seen = term_due(due[-1]) if due else world.closing
    outfit.note(
        "F02", [f"org:{seller.orgnr}"], [seller, buyer], unlawful=begins,
        observable=min(seen, world.closing), edges=[f"org:{buyer.orgnr}", deal.contract_id],
        act="sell_without_vat",
    )  # fmt: skip


def stop_filing(outfit: Outfit) -> None:
    """A firm goes on working on site and stops sending what it has to report.

    Guises differ in which reports: two VAT terms, a term and the accounts, two terms of one year; the
    held-out one stops reporting its workers. The adaptive one leaves out one report only.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    firm = partner(outfit, planter.month_day(0))
    own = set_vat(world, firm, is_vat=True)
    begins = planter.month_day(max(len(world.months) - 8, 0), 4)
    deal = agreement(
        planter, firm, planter.client("privat"), 210_000, begins, world.closing + timedelta(days=60)
    )
    due = terms(world)
    year = str(world.closing.year - 1 if world.closing.month >= 8 else world.closing.year - 2)
    if outfit.is_adaptive:
        own.unfiled.update(due[-1:])
    elif variant == HELD_OUT:
        own.unfiled.update(world.months[-3:-1])
    elif variant == 1:
        own.unfiled.update([*due[-1:], year])
    else:
        own.unfiled.update(due[-2:] if variant == 2 else due[-4:])
    missing = [term_due(t) for t in due if t in own.unfiled]
    first = min(missing, default=later(planter, 2, 5))
    last = max(missing, default=later(planter, 0, 5))
    outfit.note(
        "F03", [f"org:{firm.orgnr}"], [firm], unlawful=first + timedelta(days=1),
        observable=min(last + timedelta(days=30), world.closing), edges=[deal.contract_id], act="stop_filing",
    )  # fmt: skip


def leave_debt_behind(outfit: Outfit) -> None:
    """Debt rises term by term while the people go over to a firm that is tied to the first one.

    The tie is a director, an address or a contract; in the held-out guise an owner. The adaptive one lets
    fewer people go at a time.
    """
    planter, variant = outfit.planter, outfit.variant
    world, rng = planter.world, planter.rng
    months = world.months
    first = max(len(months) - 8, 0)
    source = planter.firm(registered=planter.past(500, 2500))
    # Twelve workers turn over more than a company that reports VAT once a year may.
    set_vat(world, source, is_vat=True)
    crew = planter.crew(source, 12)
    target = planter.firm(
        source.trade, municipality=source.municipality, registered=planter.past(30, 300),
        director=source.director if variant == 0 else None,
        address=source.address if variant == 1 else None,
        owners=list(source.owners) if variant == HELD_OUT else None,
    )  # fmt: skip
    planter.crew(target, 2)
    edges: list[str] = []
    if variant == 2:
        deal = agreement(
            planter, target, source, 150_000, planter.month_day(first, 3), world.closing + timedelta(days=60)
        )
        edges.append(deal.contract_id)
    moved = crew[: 3 if outfit.is_adaptive else (8, 6, 4, 6)[variant]]
    begins = planter.month_day(min(first + 3, len(months) - 1), 2)
    for person in moved:
        left = some_day(rng, begins, min(begins + timedelta(days=100), world.closing - timedelta(days=6)))
        move(rng, person, source, left)
        employ(rng, person, target, left + timedelta(days=1), percent=100.0)
    step = (260_000, 180_000, 90_000, 150_000)[variant]
    for number, month in enumerate(months[first:], 1):
        source.arrears[month] = step * number
    outfit.firms += [source, target]
    outfit.note(
        "F04", [f"org:{source.orgnr}"], [source, target], unlawful=planter.month_day(first, 15),
        observable=min(begins + timedelta(days=130), world.closing), edges=edges, persons=moved,
        act="leave_debt_behind",
    )  # fmt: skip


def share_account(outfit: Outfit) -> None:
    """The pay of several workers of different employers goes to one account.

    The held-out guise shares a telephone number instead. The adaptive one spreads them over several accounts.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    wanted = (8, 6, 4, 5)[variant]
    firms = outfit.living(3 if variant == 0 else 2)
    since = planter.month_day(max(len(world.months) - 6, 0), 9)
    kind = "telefon" if variant == HELD_OUT else "konto"
    people: list[Person] = []
    for index in range(wanted):
        firm = firms[index % len(firms)]
        people += planter.crew(firm, 1, start=min(since, world.closing - timedelta(days=70)))
    per_value = 3 if outfit.is_adaptive else wanted
    values = [f"{kind}/{world.numbers.code(planter.rng, 'A', 8)}" for _ in range(-(-wanted // per_value))]
    for index, person in enumerate(people):
        value = values[index // per_value]
        world.tax.accounts.append(Account(person, kind, value, since, None, False))
    outfit.note(
        "G03", [f"org:{f.orgnr}" for f in firms], firms, unlawful=since,
        observable=min(since + timedelta(days=62), world.closing), persons=people, act="share_account",
    )  # fmt: skip


def shell(outfit: Outfit) -> None:
    """A young company without people or means sends large invoices for labour.

    Guises have fewer and fewer of the signs; the held-out one has its invoices paid by another company than
    it works for. The adaptive one lists workers and hires an accountant.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    client = partner(outfit, planter.month_day(0))
    begins = planter.month_day(max(len(world.months) - 8, 0), 4)
    firm = thin_supplier(
        planter, client, registered=begins - timedelta(days=(60, 150, 300, 90)[variant]),
        is_vat=variant == 2 or outfit.is_adaptive, has_accountant=outfit.is_adaptive,
        in_hotel=variant != 2, staff=3 if outfit.is_adaptive else 0,
    )  # fmt: skip
    monthly = (700_000, 420_000, 260_000, 380_000)[variant]
    payer = planter.firm(GENERAL, municipality=client.municipality) if variant == HELD_OUT else client
    deals = [agreement(planter, firm, payer, monthly, begins, world.closing + timedelta(days=60))]
    sells(planter, firm, monthly, begins)
    outfit.firms.append(firm)
    outfit.note(
        "A04", [f"org:{firm.orgnr}"], [firm, payer], unlawful=begins,
        observable=min(begins + timedelta(days=150), world.closing), edges=[d.contract_id for d in deals],
        act="shell",
    )  # fmt: skip


def invoice_nothing(outfit: Outfit) -> None:
    """A respectable company with little pay buys in most of its work from several companies without means.

    Guises differ in how many such suppliers there are and how thin they are; the held-out one puts a cleaning
    company on top. The adaptive one keeps its auditor, and its suppliers hand in VAT returns.
    """
    planter, variant = outfit.planter, outfit.variant
    world = planter.world
    trade = BY_KEY["cleaning"] if variant == HELD_OUT else GENERAL
    main = planter.firm(trade, registered=planter.past(900, 4000))
    planter.crew(main, 3)
    begins = planter.month_day(max(len(world.months) - 9, 0), 4)
    ends = world.closing + timedelta(days=60)
    monthly = (900_000, 700_000, 450_000, 500_000)[variant]
    plain_file(
        world, main, bought=0.5 if outfit.is_adaptive else (0.8, 0.72, 0.63, 0.7)[variant], is_plain=False
    )
    for month in world.months:
        world.tax.file(main).turnover[month] = int(monthly * 1.4)
    if not outfit.is_adaptive:
        auditor_changes(planter, main, 2)
    subs: list[Firm] = []
    edges: list[str] = []
    for number in range((4, 3, 2, 3)[variant]):
        sub = thin_supplier(
            planter, main, registered=begins - timedelta(days=80 + 40 * number), is_vat=outfit.is_adaptive,
            has_accountant=False, in_hotel=True, staff=0,
        )  # fmt: skip
        deal = agreement(planter, sub, main, monthly // 3, begins, ends)
        sells(planter, sub, monthly // 3, begins)
        for invoice in (i for i in world.invoices if i.contract is deal):
            invoice.text = "Tjenester"
        subs.append(sub)
        edges.append(deal.contract_id)
    outfit.note(
        "A07", [f"org:{main.orgnr}"], [main, *subs], unlawful=begins,
        observable=min(begins + timedelta(days=150), world.closing), edges=edges, act="invoice_nothing",
    )  # fmt: skip


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("F01", "keep_withheld", keep_withheld, WITHHOLDING, 8),
    Typology("A04", "shell", shell, SHELLS, 8),
    Typology("F03", "stop_filing", stop_filing, DUTIES, 8),
    Typology("G03", "share_account", share_account, IDENTIFIERS, 4),
    Typology("F04", "leave_debt_behind", leave_debt_behind, ARREARS_EXIT, 8),
    Typology("F02", "sell_without_vat", sell_without_vat, COMPARED, 8),
    Typology("A07", "invoice_nothing", invoice_nothing, INVOICING, 8),
)
