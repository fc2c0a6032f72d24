"""What the tax authority knows of a firm beside its payroll: turnover, VAT, duties, claims, accounts.

Facts that follow from what a firm does (turnover from invoices and staff, contributions from payroll) are
computed; a `TaxFile` holds only what somebody decided: to file late or not at all, to pay or not.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from jobs.months import first_day, last_day, shift
from jobs.synth.model import Firm, Person
from jobs.synth.pay import payroll
from jobs.synth.trades import CLEANING, GOODS, PROPERTY, STAFFING

if TYPE_CHECKING:
    from jobs.synth.world import World

VAT_LIMIT = 50_000
"""Yearly turnover in kroner from which on a firm has to register for VAT (merverdiavgiftsloven § 2-1)."""
YEARLY_SHARE = 0.12
"""Part of small firms that report VAT once a year."""
LATE_SHARE, MISSING_SHARE = 0.04, 0.008
KINDS = ("merverdiavgift", "forskuddstrekk", "arbeidsgiveravgift")
ORDINARY_SPLIT = (0.55, 0.25, 0.20)
MARGIN_OF = {"goods": 5.0, "grocery": 6.0, "clothes": 4.0, "software": 1.6, "staffing": 1.35}
"""Turnover per krone of pay, where it is far from that of other trades."""
ORDINARY_MARGIN = 2.3


@dataclass(frozen=True, slots=True)
class Claim:
    """One open claim.

    Attributes:
        kind: `FORSKUDDSTREKK`, `ARBEIDSGIVERAVGIFT` or `MERVERDIAVGIFT`.
        month: Month that it is about, `YYYY-MM`.
        due: When it should have been paid.
        amount: In kroner.
        is_disputed: Collection is suspended while an objection is decided.
    """

    kind: str
    month: str
    due: date
    amount: int
    is_disputed: bool = False


@dataclass(slots=True)
class TaxFile:
    """What was decided about a firm's duties.

    Attributes:
        is_vat: Registered for VAT.
        vat_from: First day of that registration.
        is_yearly: Reports VAT once a year.
        vat_by: Another firm that reports its VAT.
        unfiled: Terms (`2025-T3`), months (`2025-07`) and years (`2024`) of reports that never came.
        late: Likewise, of reports that came late.
        exempt: Likewise, of reports that need not come.
        split: Parts of arrears that are VAT, withheld tax and contributions.
        claims: Open claims that were singled out; others follow from the arrears.
        has_plan: An instalment plan is in force.
        plain: No assets, no accountant's figures beyond turnover: nothing on the balance sheet.
        turnover: Turnover of a month where it does not follow from staff and invoices.
        bought: Part of the turnover that is bought-in services; drawn unless set.
        accounts_late: Accounts for the last year are not out yet.
        filed_by: Firm that files its reports.
    """

    is_vat: bool
    vat_from: date
    is_yearly: bool = False
    vat_by: Firm | None = None
    unfiled: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    exempt: set[str] = field(default_factory=set)
    split: tuple[float, float, float] = ORDINARY_SPLIT
    claims: list[Claim] = field(default_factory=list)
    has_plan: bool = False
    plain: bool = False
    turnover: dict[str, int] = field(default_factory=dict)
    bought: float | None = None
    accounts_late: bool = False
    filed_by: Firm | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A pay-out account or a telephone number that a person gave, as the owner hashes it."""

    person: Person
    kind: str
    value: str
    since: date
    until: date | None = None
    is_household: bool | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What the authority found when it laid both sides of a sale beside each other."""

    buyer: Firm
    seller: Firm
    first_term: str
    last_term: str
    is_off: bool
    is_seller_registered: bool | None = None


class TaxBooks:
    """The tax files of a world, the accounts of its workers and the sales that were looked at."""

    def __init__(self) -> None:
        self.files: dict[Firm, TaxFile] = {}
        self.accounts: list[Account] = []
        self.mismatches: list[Mismatch] = []
        self._sold: dict[Firm, dict[str, int]] = {}
        self._bought: dict[Firm, dict[str, int]] = {}

    def file(self, firm: Firm) -> TaxFile:
        """The file of a firm; made when somebody first asks, from nothing but the firm."""
        known = self.files.get(firm)
        if known is None:
            draw = _draw(firm, "vat")
            is_vat = firm.is_vat_registered and bool(firm.trade.sn2007) and firm.trade is not PROPERTY
            is_small = firm.target_staff <= 2
            known = self.files[firm] = TaxFile(
                is_vat=is_vat and not firm.public_kind and (draw < 0.97 or not is_small),
                vat_from=firm.registered + timedelta(days=int(draw * 50)),
                is_yearly=is_small and _draw(firm, "yearly") < YEARLY_SHARE,
                has_plan=_draw(firm, "plan") < 0.1,
            )
        return known

    def count(self, world: "World") -> None:
        """Add up invoices; call once, when all are made."""
        self._sold, self._bought = (
            defaultdict(lambda: defaultdict(int)),
            defaultdict(lambda: defaultdict(int)),
        )
        for invoice in world.invoices:
            month = f"{invoice.issued:%Y-%m}"
            self._sold[invoice.issuer][month] += invoice.amount
            self._bought[invoice.recipient][month] += invoice.amount

    def sales(self, firm: Firm, month: str) -> int:
        """Turnover of a month in kroner: what was invoiced, or what its staff brings in if that is more."""
        told = self.files[firm].turnover.get(month) if firm in self.files else None
        if told is not None:
            return told
        margin = MARGIN_OF.get(firm.trade.key, ORDINARY_MARGIN) * (0.8 + 0.4 * _draw(firm, "margin"))
        if firm.form == "ENK":
            margin += 1.0
        earned = int(payroll(firm, month).amount * margin)
        invoiced = self._sold[firm][month] if firm in self._sold else 0
        owner = 45_000 if firm.form == "ENK" and firm.is_alive(last_day(month)) else 0
        return max(earned, invoiced, owner)

    def purchases(self, firm: Firm, month: str) -> int:
        """Services bought in a month, in kroner."""
        own = self.files.get(firm)
        share = (
            own.bought if own is not None and own.bought is not None else 0.12 + 0.2 * _draw(firm, "bought")
        )
        seen = self._bought[firm][month] if firm in self._bought else 0
        return max(seen, int(self.sales(firm, month) * share))


def _draw(firm: Firm, what: str) -> float:
    """A number in [0, 1) that belongs to a firm: who else is asked about does not move it."""
    return zlib.crc32(f"{what}/{firm.orgnr}".encode()) / 2**32


def term_of(month: str) -> str:
    """The two-month term of a month, such as `2025-T3` for May and June."""
    return f"{month[:4]}-T{(int(month[5:]) + 1) // 2}"


@cache
def months_of(term: str) -> tuple[str, str]:
    """The two months of a term."""
    second = int(term[-1]) * 2
    return f"{term[:4]}-{second - 1:02d}", f"{term[:4]}-{second:02d}"


@cache
def term_due(term: str) -> date:
    """When the VAT return of a term is due: the 10th of the second month after, 31 August for the third."""
    if term.endswith("T3"):
        return date(int(term[:4]), 8, 31)
    return first_day(shift(months_of(term)[1], 2)).replace(day=10)


def terms_due(day: date, count: int) -> list[str]:
    """The last terms whose return was due by a day, oldest first.

    Args:
        day: Day.
        count: How many.
    """
    term = term_of(f"{day:%Y-%m}")
    found: list[str] = []
    while len(found) < count:
        if term_due(term) <= day:
            found.append(term)
        term = term_of(shift(months_of(term)[0], -1))
    return found[::-1]


def terms(world: "World") -> list[str]:
    """The terms of the window whose return was due before its end, oldest first."""
    all_terms = list(dict.fromkeys(term_of(m) for m in world.months))
    return [t for t in all_terms if months_of(t)[0] in world.months and term_due(t) <= world.closing]


def tax_background(world: "World") -> None:
    """What ordinary firms forget, and the accounts of ordinary workers.

    Args:
        world: The finished world, invoices included.
    """
    rng, books = world.rng("tax"), world.tax
    books.count(world)
    noise = world.parameters.noise
    due = terms(world)
    for firm in world.firms:
        if not firm.trade.sn2007 or firm.public_kind:
            continue
        own = books.file(firm)
        firm.is_vat_registered = own.is_vat
        draw = rng.random()
        if due and draw < (LATE_SHARE + MISSING_SHARE) * noise:
            (own.unfiled if draw < MISSING_SHARE * noise else own.late).add(rng.choice(due))
    _accounts(world)
    _compared(world)


def _accounts(world: "World") -> None:
    """One account per worker of the trades that are looked at; spouses sometimes share theirs."""
    rng, books = world.rng("accounts"), world.tax
    given = {a.person for a in books.accounts}
    for firm in world.firms:
        if not in_scope(firm):
            continue
        for job in firm.jobs:
            person = job.person
            if person in given or not job.is_declared:
                continue
            given.add(person)
            value = f"konto/{person.number}"
            spouse = next((p for p, kind in person.relations if kind == "ektefelleEllerPartner"), None)
            shared = spouse is not None and rng.random() < 0.12
            if spouse is not None and shared:
                value = f"konto/{min(person.number, spouse.number)}"
            books.accounts.append(
                Account(person, "konto", value, max(job.start, world.opening), None, True if shared else None)
            )


def _compared(world: "World") -> None:
    """Some sales are looked at and found to agree."""
    rng = world.rng("compared")
    due = terms(world)
    if not due:
        return
    pairs = list(dict.fromkeys((i.recipient, i.issuer) for i in world.invoices))
    for buyer, seller in rng.sample(pairs, len(pairs) // 25):
        if world.tax.file(seller).is_vat:
            term = rng.choice(due)
            world.tax.mismatches.append(Mismatch(buyer, seller, term, term, rng.random() < 0.02, True))


def in_scope(firm: Firm) -> bool:
    """Whether the authority is asked about a firm of this trade as a matter of course."""
    return firm.trade.is_site or firm.trade in (CLEANING, STAFFING, GOODS)


def claims_of(world: "World", firm: Firm, month: str) -> Iterator[Claim]:
    """The open claims behind a firm's arrears at the end of a month.

    Args:
        world: The world.
        firm: The firm.
        month: `YYYY-MM`.
    """
    own, end = world.tax.file(firm), last_day(month)
    singled = [c for c in own.claims if c.due <= end]
    yield from singled
    rest = firm.arrears.get(month, 0) - sum(c.amount for c in singled)
    if rest <= 0:
        return
    owing = [m for m in world.months if m <= month and firm.arrears.get(m, 0) > 0]
    # A run of months that owe ends at the asked one: the oldest of it is when the claim fell due.
    first = owing[-1]
    for earlier in reversed(owing):
        if shift(earlier, 1) < first:
            break
        first = earlier
    for kind, share in zip(KINDS, own.split, strict=True):
        if amount := int(rest * share):
            yield Claim(kind.upper(), shift(first, -1), first_day(first) + timedelta(days=14), amount)


def owe_withheld(
    world: "World", firm: Firm, first: str, *, withheld: float, contributions: float, disputed: bool = False
) -> None:
    """Let a firm not pay over part of what it withholds and owes on pay, from a month on.

    Args:
        world: The world.
        firm: The employer.
        first: First month whose amounts stay unpaid.
        withheld: Part of the tax withheld that is not paid over.
        contributions: Part of the employer's contributions that is not paid.
        disputed: The claims are under objection.
    """
    own = world.tax.file(firm)
    total = taxes = 0
    for month in world.months:
        if month < first:
            continue
        pay = payroll(firm, month)
        due = first_day(shift(month, 1)).replace(day=15)
        for kind, amount in (
            ("FORSKUDDSTREKK", int(pay.tax * withheld)),
            ("ARBEIDSGIVERAVGIFT", int(pay.amount * 0.141 * contributions)),
        ):
            if amount:
                own.claims.append(Claim(kind, month, due, amount, disputed))
                total += amount
                taxes += amount if kind == "FORSKUDDSTREKK" else 0
        if due <= world.closing:
            firm.arrears[f"{due:%Y-%m}"] = total
    if total:
        own.split = (0.0, taxes / total, 1 - taxes / total)


def late_day(firm: Firm, due: date) -> date:
    """The day on which a firm's late report came: some weeks after it was due."""
    return due + timedelta(days=5 + int(55 * _draw(firm, due.isoformat())))
