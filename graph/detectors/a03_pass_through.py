"""A03: a link in a chain that is paid, pays nearly all of it on within days, and has few people of its own.

A company between client and those who do the work may add capacity, order or guarantees. One that adds
neither people nor time may be there to hide who works for whom, or to carry the liability away.

Formula, for a company and a project on which it stands below the main supplier: passed on = invoices from
those below it for labour / invoices it issued under its own contracts there, both in the 12 months up to the
evaluated month, less credit notes; own = its pay / all invoices it issued, over the months from the first of
those invoices; days = median, weighted by kroner, from being paid to paying on, where the money first
received is taken as first paid on. It triggers when passed on >= 0.90, own <= 0.05 and days <= 30. Receipts
below NOK 500 000 or within one month say too little.

Innocent explanations: management of a project without work of its own, a holder of a framework agreement, a
group's treasury, an owner who works without pay, hired-in people that no contract shows. Guards: the main
supplier (tier 0) is never looked at; where a contract is for project management, the finding is held back.

Limits of the data: invoices are known by legal basis only, and pay cannot be put on one project, so it is
taken to follow what is invoiced: all pay beside all invoices. Unknown invoices of other projects make the
company's own part look larger, never smaller. Pay of a month that nobody reported is unknown.

Source: NRK 2019-10 and Skatteetaten on fictitious invoicing, for the pattern; the cut-offs are own.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from graph.detectors.chain import NOT_IN_FORCE, contract_id
from graph.detectors.citing import Citations, both, count_of, day_of, sum_of
from graph.detectors.reading import all_true, company, known, months_ending, orgnrs, plain, share
from graph.detectors.tax import month_words
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

MANAGEMENT = "prosjektledelse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A03."""

    min_passed_share: Decimal = Decimal("0.9")
    """Invoices from below divided by own invoices, from 0 (own)."""
    max_own_share: Decimal = Decimal("0.05")
    """Pay divided by own invoices, from 0 (own)."""
    max_days: int = 30
    """Median days from being paid to paying on (own)."""
    min_received_ore: int = 50_000_000
    """Own invoices on the project below which nothing is said, in øre (own)."""
    min_months: int = 2
    """Months with such invoices below which nothing is said (own)."""
    window_months: int = 12
    """Months up to the evaluated month whose invoices are added up (own)."""


@dataclass(frozen=True)
class Link:
    """A company on a project: what it was paid for, and whom it paid for it."""

    network: Network
    limits: Thresholds

    @cached_property
    def org(self) -> str:
        """Node of the company."""
        return f"org:{self.network.scope_id.split(':', 2)[1]}"

    @cached_property
    def project(self) -> str:
        """Node of the project."""
        return f"project:{self.network.scope_id.split(':', 2)[2]}"

    @cached_property
    def held(self) -> list[Edge]:
        """Contracts under which it works on the project, below the main supplier."""
        top = known(self.network.node(self.project), "client_orgnr", str)
        return [
            e
            for e in self._contracts
            if e.target == self.org
            and (
                known(e, "parent_contract_id", str) is not None
                or (top is not None and e.source != f"org:{top}")
            )
        ]

    @cached_property
    def handed(self) -> list[Edge]:
        """Contracts for labour that it gave to others there."""
        return [
            e for e in self._contracts if e.source == self.org and known(e, "is_labour_bearing", bool) is True
        ]

    @cached_property
    def _contracts(self) -> list[Edge]:
        project = self.project.removeprefix("project:")
        found = [e for e in self.network.edges(EdgeKind.CONTRACT) if known(e, "project_id", str) == project]
        return sorted((e for e in found if known(e, "state", str) not in NOT_IN_FORCE), key=contract_id)

    def _invoices(self, contracts: list[Edge]) -> list[Edge]:
        ends = {contract_id(e): (e.source, e.target) for e in contracts}
        first, last = months_ending(self.network.month, self.limits.window_months)
        found = [
            e
            for e in self.network.edges(EdgeKind.PAYMENT)
            if ends.get(known(e, "contract_id", str) or "") == (e.source, e.target)
            and e.valid_from is not None
            and first <= e.valid_from <= last
        ]
        return sorted(found, key=lambda e: (e.valid_from or date.min, e.edge_id))

    @cached_property
    def received(self) -> list[Edge]:
        """Invoices it issued, in order of time."""
        return self._invoices(self.held)

    @cached_property
    def passed(self) -> list[Edge]:
        """Invoices from those below, in order of time."""
        return self._invoices(self.handed)

    @cached_property
    def received_ore(self) -> int:
        """Sum of what it invoiced."""
        return sum(e.amount_ore or 0 for e in self.received)

    @cached_property
    def passed_ore(self) -> int:
        """Sum of what those below invoiced."""
        return sum(e.amount_ore or 0 for e in self.passed)

    @cached_property
    def passed_share(self) -> Decimal | None:
        """What was passed on of what was received; None where nothing was."""
        return share(self.passed_ore, self.received_ore) if self.received_ore > 0 else None

    @cached_property
    def months(self) -> set[tuple[int, int]]:
        """Months with own invoices."""
        return {(e.valid_from.year, e.valid_from.month) for e in self.received if e.valid_from}

    @cached_property
    def payroll(self) -> list[Edge]:
        """Months of pay from that of the first own invoice, in order."""
        if not self.months:
            return []
        first = date(*min(self.months), 1)
        found = [
            e
            for e in self.network.edges(EdgeKind.PAYROLL)
            if e.source == self.org and e.valid_from and first <= e.valid_from <= self.network.month
        ]
        return sorted(found, key=lambda e: e.valid_from or date.min)

    @cached_property
    def own_share(self) -> Decimal | None:
        """Pay of what was invoiced; None where pay of a month is unknown."""
        invoiced = sum(known(e, "invoiced_ore", int) or 0 for e in self.payroll)
        covered = {(e.valid_from.year, e.valid_from.month) for e in self.payroll if e.valid_from}
        if invoiced <= 0 or not self.months <= covered or any(e.amount_ore is None for e in self.payroll):
            return None
        return share(sum(e.amount_ore or 0 for e in self.payroll), invoiced)

    @cached_property
    def days(self) -> int | None:
        """Median days from being paid to paying on; None when less than half can be followed."""
        if self.passed_ore <= 0:
            return None
        sources = deque(_paid(self.received))
        chunks: list[tuple[int, int]] = []
        due = 0
        for paid, amount in _paid(self.passed):
            # A krone passed on stands for the part of the receipts that it was passed on from.
            left = amount * self.received_ore // self.passed_ore
            due += left
            while left > 0 and sources:
                came, rest = sources.popleft()
                used = min(left, rest)
                chunks.append(((paid - came).days, used))
                left -= used
                if rest > used:
                    sources.appendleft((came, rest - used))
        followed = sum(used for _, used in chunks)
        if due <= 0 or followed * 2 < due:
            return None
        half = 0
        for days, used in sorted(chunks):
            half += used
            if half * 2 >= followed:
                return days
        return None


def _paid(invoices: list[Edge]) -> list[tuple[date, int]]:
    """Day and sum of what was paid, in order."""
    found = [(known(e, "paid_on", date), e.amount_ore or 0) for e in invoices]
    return sorted((day, amount) for day, amount in found if day is not None and amount > 0)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company on the project that the scope names.

    Args:
        network: Scope of kind `pass`.
        thresholds: Limits.
    """
    link = Link(network, thresholds)
    passed, own_part, days = link.passed_share, link.own_share, link.days
    is_enough = link.received_ore >= thresholds.min_received_ore and len(link.months) >= thresholds.min_months
    outcome = all_true(
        None if passed is None else passed >= thresholds.min_passed_share,
        None if own_part is None else own_part <= thresholds.max_own_share,
        # One who pays on before being paid has money of its own at risk.
        None if days is None else 0 <= days <= thresholds.max_days,
        True if is_enough else None,
    )
    is_management = any(known(e, "contract_kind", str) == MANAGEMENT for e in link.held)
    quality = {
        "too_little_seen": not is_enough,
        "pay_unknown": own_part is None,
        "days_unknown": days is None,
        "scope_truncated": bool(network.truncated),
    }
    status, reason = Status.NOT_TRIGGERED, ""
    # Parts of sums tell nothing of their ratio, whichever way it points.
    if network.truncated or outcome is None:
        status = Status.NOT_EVALUABLE
    elif outcome and is_management:
        status, reason = Status.SUPPRESSED, "project_management"
    elif outcome:
        status = Status.TRIGGERED
    citations = Citations(network)
    _cite(citations, link)
    yield Finding(
        indicator_id="A03",
        indicator_version=INDICATOR.version,
        subject_id=link.org,
        scope_id=network.scope_id,
        companies=orgnrs([link.org]),
        status=status,
        value=passed,
        threshold=thresholds.min_passed_share,
        evidence=citations.evidence(),
        guards=(
            "main_supplier=ruled_out",
            f"project_management={'not_ruled_out' if is_management else 'ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "project": link.project.removeprefix("project:"),
            "received_nok": str(link.received_ore // 100),
            "passed_on_nok": str(link.passed_ore // 100),
            "own_share": "-" if own_part is None else plain(own_part),
            "days": "-" if days is None else str(days),
            "months_n": str(len(link.months)),
            "receivers_n": str(len({e.target for e in link.passed})),
        },
    )


def _cite(citations: Citations, link: Link) -> None:
    network = link.network
    citations.node(
        link.org,
        both("{org} står i Enhetsregisteret.", "{org} is in the register.", org=company(network, link.org)),
    )
    citations.node(link.project, both("Prosjektet med byggherren.", "The project with its client."))
    for edge in [*link.held, *link.handed]:
        citations.edge(
            edge,
            both(
                "Kontrakt {kind} på prosjektet: {client} engasjerte {supplier}.",
                "Contract {kind} on the project: {client} engaged {supplier}.",
                kind=known(edge, "contract_kind", str) or "-",
                client=company(network, edge.source),
                supplier=company(network, edge.target),
            ),
        )
    for edge in [*link.received, *link.passed]:
        citations.edge(
            edge,
            both(
                "{issuer} fakturerte {payer} {amount} den {day}, betalt {paid}.",
                "{issuer} invoiced {payer} {amount} on {day}, paid {paid}.",
                issuer=company(network, edge.target),
                payer=company(network, edge.source),
                amount=sum_of(edge.amount_ore),
                day=day_of(edge.valid_from),
                paid=day_of(known(edge, "paid_on", date)),
            ),
        )
    for edge in link.payroll:
        citations.edge(
            edge,
            both(
                "{org} meldte {pay} i lønn til {workers} personer i {month} og fakturerte {invoiced}.",
                "{org} reported {pay} in pay to {workers} persons in {month} and invoiced {invoiced}.",
                org=company(network, link.org),
                pay=sum_of(edge.amount_ore),
                workers=count_of(known(edge, "workers_n", int)),
                month=month_words(edge.valid_from),
                invoiced=sum_of(known(edge, "invoiced_ore", int)),
            ),
        )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A03",
    version="1.0",
    name=both("Gjennomstrømningsledd", "Pass-through intermediary"),
    rationale=both(
        "Et ledd som verken tilfører folk eller tid, kan skjule hvem som arbeider for hvem, eller føre "
        "ansvaret bort.",
        "A link that adds neither people nor time may hide who works for whom, or carry liability away."),
    formula=both(
        "Under hovedleverandøren på et prosjekt: minst 90 % av det virksomheten fakturerer, går videre til "
        "leddene under, lønnen er høyst 5 % av det den fakturerer, og mediantiden fra betaling inn til "
        "betaling ut er høyst 30 dager, siste 12 måneder.",
        "Below the main supplier of a project: at least 90% of what the company invoices goes on to those "
        "below, its pay is at most 5% of what it invoices, and the median time from payment in to payment "
        "out is at most 30 days, over 12 months."),
    subject_type="org",
    scope_kind="pass",
    unit=both("andel", "share"),
    edge_kinds=(EdgeKind.CONTRACT, EdgeKind.PAYMENT, EdgeKind.PAYROLL),
    data_owners=("contracting authorities", "Skatteetaten"),
    thresholds=(
        Threshold(name="min_passed_share", basis=ThresholdBasis.OWN, wording=both(
            "Fakturaer fra leddene under delt på egne fakturaer.",
            "Invoices from below divided by own invoices.")),
        Threshold(name="max_own_share", basis=ThresholdBasis.OWN, wording=both(
            "Lønn delt på egne fakturaer.", "Pay divided by own invoices.")),
        Threshold(name="max_days", basis=ThresholdBasis.OWN, wording=both(
            "Mediandager fra betaling inn til betaling ut.", "Median days from payment in to payment out.")),
        Threshold(name="min_received_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste egne fakturaer på prosjektet, i øre.", "Least own invoices on the project, in øre.")),
        Threshold(name="min_months", basis=ThresholdBasis.OWN, wording=both(
            "Færreste måneder med slike fakturaer.", "Fewest months with such invoices.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til den vurderte.", "Months up to the evaluated one.")),
    ),
    guards={
        "main_supplier": both("Hovedleverandøren (ledd 0) er ikke vurdert.",
                              "The main supplier (tier 0) is not looked at."),
        "project_management": both("Kontrakten gjelder prosjektledelse.",
                                   "The contract is for project management."),
    },
    innocent=(
        both("Leddet kan styre, sikre eller finansiere arbeidet uten å utføre det selv.",
             "The link may manage, guarantee or finance the work without doing it."),
        both("Eieren kan arbeide uten lønn fra virksomheten.",
             "The owner may work without pay from the company."),
        both("Innleide folk som ingen kontrakt viser, kan ha gjort en del av arbeidet.",
             "Hired-in people that no contract shows may have done part of the work."),
        both("Konsern kan samle fakturering i ett selskap.",
             "A group may gather its invoicing in one company."),
    ),
    next_steps=(
        both("Kontroller roller, ansatte og næring mot ferske registerdata.",
             "Check roles, staff and trade against fresh register data."),
        both("Spør oppdragsgiveren i brev hva leddet bidro med, og om ledd over og under var kjent.",
             "Ask the client by letter what the link contributed, and whether all the others were known."),
        both("Be om kontrakter, timelister og bankutskrifter for prosjektet fra begge sider.",
             "Ask both sides for contracts, time sheets and bank statements of the project."),
        both("Vurder felles kontroll med Skatteetaten hos leddene under.",
             "Consider a joint control with Skatteetaten of those below."),
    ),
    missing={
        "too_little_seen": both("For små beløp eller for få måneder er kjent.",
                                "Too small sums or too few months are known."),
        "pay_unknown": both("Lønn er ikke levert for alle månedene.",
                            "Pay was not delivered for all of the months."),
        "days_unknown": both("For få fakturaer har kjent betalingsdag.",
                             "Too few invoices have a known day of payment."),
        "scope_truncated": both("Utsnittet er avkortet; forholdet mellom summene er ukjent.",
                                "The scope was cut; the ratio of the sums is unknown."),
    },
    not_candidate=both(
        "Virksomheten er ikke under hovedleverandøren på et prosjekt med kjente fakturaer begge veier, eller "
        "betaler videre under tre firedeler av det den får.",
        "The company is not below the main supplier of a project with known invoices both ways, or passes on "
        "less than three quarters of what it gets."),
    follow_up_owner=both("Skatteetaten og oppdragsgiveren", "Skatteetaten and the contracting authority"),
    legal_basis="",
    source="NRK 2019-10; Skatteetaten om fiktiv fakturering; grensene er egne",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("pass_through",),
    look_alikes=("construction_manager", "lawful_staffing_agency", "three_trades_under_one",
                 "pays_its_suppliers_late", "one_small_month_seen", "framework_agreement_holder"),
)
# fmt: on
