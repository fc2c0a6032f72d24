"""Money that registers see: invoices, and what the tax authority answers about arrears."""

from datetime import date, timedelta
from random import Random

from jobs.months import first_day, last_day
from jobs.synth.model import Contract, Firm, Invoice
from jobs.synth.world import World, some_day

HOURLY_BILLED = 620.0
CREDIT_SHARE = 0.015
OFFSET_SHARE = 0.003
OUTSIDE_SHARE = 0.02
"""Part of invoices seen without the contract they belong to."""


def invoice_background(world: World) -> None:
    """Monthly invoices along contracts, for the projects where somebody had a legal basis to collect them."""
    rng = world.rng("invoices")
    contracts = [c for p in world.projects if not p.is_planted and p.has_invoices for c in p.contracts[1:]]
    contracts += [c for c in world.standing if not c.client.is_planted and rng.random() < 0.3]
    # A supplier without an organisation number is in no project account.
    for contract in [c for c in contracts if c.supplier.orgnr]:
        for month in world.months:
            first = max(first_day(month), contract.start)
            last = min(last_day(month), contract.end)
            if (last - first).days < 5 or rng.random() < 0.15 or not contract.supplier.is_alive(last):
                continue
            _invoice(world, rng, contract, first, last)


def _invoice(world: World, rng: Random, contract: Contract, first: date, last: date) -> None:
    months = max(((contract.end - contract.start).days + 29) // 30, 1)
    amount = max(int(contract.value / months * rng.uniform(0.7, 1.2)), 4_000)
    issued = some_day(rng, first + timedelta(days=3), last)
    sent = send_invoice(
        world,
        rng,
        contract.supplier,
        contract.client,
        issued,
        amount,
        contract=contract if contract.is_declared and rng.random() > OUTSIDE_SHARE else None,
        is_labour=contract.is_labour,
    )
    draw = rng.random()
    if draw < CREDIT_SHARE:
        credit(world, rng, sent, int(amount * rng.uniform(0.05, 0.3)))
    elif draw < CREDIT_SHARE + OFFSET_SHARE:
        sent.kind = "motregning"


def send_invoice(
    world: World,
    rng: Random,
    issuer: Firm,
    recipient: Firm,
    issued: date,
    amount: int,
    *,
    contract: Contract | None = None,
    is_labour: bool = True,
) -> Invoice:
    """One invoice.

    Args:
        world: The world.
        rng: The caller's stream.
        issuer: Who is paid.
        recipient: Who pays.
        issued: Date of the invoice.
        amount: Excluding VAT, in kroner.
        contract: The declared contract it belongs to.
        is_labour: Whether hours are billed.
    """
    share = rng.uniform(0.75, 1.0)
    invoice = Invoice(
        invoice_id=world.numbers.code(rng, "F-", 8),
        contract=contract,
        issuer=issuer,
        recipient=recipient,
        kind="faktura",
        issued=issued,
        amount=amount,
        hours=round(amount * share / HOURLY_BILLED, 1) if is_labour else None,
        paid=issued + timedelta(days=rng.randrange(8, 45)) if rng.random() < 0.85 else None,
        text="Arbeid etter avtale" if is_labour else "Varer og utstyr",
    )
    world.invoices.append(invoice)
    return invoice


def credit(world: World, rng: Random, invoice: Invoice, amount: int) -> Invoice:
    """A credit note against an invoice, a few days later.

    Args:
        world: The world.
        rng: The caller's stream.
        invoice: What is credited.
        amount: How much, in kroner.
    """
    issued = min(invoice.issued + timedelta(days=rng.randrange(2, 9)), world.closing)
    note = Invoice(
        invoice_id=world.numbers.code(rng, "F-", 8),
        contract=invoice.contract,
        issuer=invoice.issuer,
        recipient=invoice.recipient,
        kind="kreditnota",
        issued=issued,
        amount=-amount,
        hours=None,
        text="Kreditering",
    )
    world.invoices.append(note)
    return note


def arrears_background(world: World) -> None:
    """Some living firms owe a little for a while; failing ones got their arrears when they failed."""
    rng = world.rng("arrears")
    for firm in world.firms:
        if firm.arrears or firm.is_planted or firm.public_kind or rng.random() > 0.08:
            continue
        level = int(rng.lognormvariate(9.6, 1.0))
        first = rng.randrange(len(world.months))
        for month in world.months[first : first + rng.randrange(1, 6)]:
            firm.arrears[month] = int(level * rng.uniform(0.4, 1.0))
