"""A07: a company with little pay and much bought-in work, above several suppliers with little to them.

Skatteetaten describes two levels: a company that looks well run and pays few people, and below it suppliers
that send invoices and report nothing. What is invoiced there may never have been done, or may have been done
by people nobody declared.

Formula: signs of the main company are that it sells services and not goods, by its trade; that bought-in
services are at least 60 % of its costs; that pay is at most 10 % of its turnover; and that it changed
auditor at least twice in 24 months. Signs of a supplier are that nobody is declared and no owner is liable;
that it is not registered for VAT though it sold for more than the limit, or reports VAT yearly; that accounts
or a tax return are missing; that it has neither accountant nor auditor; and that at least half of its
invoices to the main company do not tell the work or show no contact details. It triggers when the main
company has 2 signs and 2 suppliers have 3 signs each. A single supplier never does.

Of the published list, legal form and foreign labour are no signs, on purpose.

Innocent explanations: companies that plan and lead and leave the work to others, suppliers that have just
begun, owners who work themselves, buyers within a franchise. Guards: suppliers with a liable owner who may do
the work, and those registered in the last 6 months, do not count; where enough remain only with them the
finding is held back. A supplier whose VAT another reports is no supplier without VAT. People on reported
assignments are declared.

Limits of the data: accounts come up to eighteen months late. Changes of auditor are known from the time the
register was first delivered. A company with very many suppliers has two thin ones more easily than another.

Source: beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?» for the signs; counts and limits
are own, but for the limit for VAT (mval. § 2-1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from graph.detectors.citing import Citations, both, count_of, day_of, role_words, sum_of
from graph.detectors.reading import company, known, months_ending, orgnrs, plain, share
from graph.detectors.supply import Supplier
from graph.detectors.tax import own, subject
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

AUDITOR = "REVI"
GOODS = frozenset(f"{number:02d}" for number in (*range(1, 40), 45, 46, 47))
"""Divisions of trades that bring forth, make or sell goods: sections A to E and G."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A07."""

    min_main_signs: int = 2
    """Signs of the main company (own)."""
    min_suppliers: int = 2
    """Suppliers with enough signs (own)."""
    min_supplier_signs: int = 3
    """Signs of such a supplier (own)."""
    min_bought_share: Decimal = Decimal("0.6")
    """Bought-in services divided by costs, 0 to 1 (published sign, own limit)."""
    max_pay_share: Decimal = Decimal("0.1")
    """Pay divided by turnover, 0 to 1 (published sign, own limit)."""
    min_auditor_changes: int = 2
    """Changes of auditor (published sign, own count)."""
    auditor_months: int = 24
    """Months up to the evaluated one in which they count (own)."""
    new_months: int = 6
    """Months up to the evaluated one; a supplier registered in them has just begun (own)."""
    vat_floor_ore: int = 5_000_000
    """Sales in twelve months from which a seller must be registered for VAT, in øre (statute)."""
    min_vague_share: Decimal = Decimal("0.5")
    """Part of the invoices that do not tell the work, 0 to 1 (own)."""


@dataclass(frozen=True)
class Main:
    """The main company."""

    network: Network
    limits: Thresholds

    @property
    def org(self) -> str:
        """Its node."""
        return subject(self.network)

    @cached_property
    def statement(self) -> Edge | None:
        """Its newest accounts."""
        found = [
            e for e in own(self.network, EdgeKind.STATEMENT) if (e.valid_to or date.max) <= self.network.month
        ]
        return found[-1] if found else None

    @cached_property
    def auditors(self) -> list[Edge]:
        """Its auditors until now, in order."""
        found = [
            e
            for e in self.network.edges(EdgeKind.HOLDS_ROLE)
            if e.target == self.org
            and known(e, "role", str) == AUDITOR
            and e.valid_from is not None
            and e.valid_from <= self.network.month
        ]
        return sorted(found, key=lambda e: (e.valid_from or date.min, e.edge_id))

    @cached_property
    def changes(self) -> int:
        """How often it changed auditor."""
        first = months_ending(self.network.month, self.limits.auditor_months)[0]
        return sum(
            before.source != after.source and (after.valid_from or date.min) >= first
            for before, after in pairwise(self.auditors)
        )

    @property
    def bought_share(self) -> Decimal | None:
        """Bought-in services divided by costs."""
        if self.statement is None:
            return None
        bought = known(self.statement, "bought_services_ore", int)
        costs = known(self.statement, "costs_ore", int)
        return share(bought, costs) if bought is not None and costs is not None and costs > 0 else None

    @property
    def pay_share(self) -> Decimal | None:
        """Pay divided by turnover."""
        if self.statement is None:
            return None
        pay, turnover = known(self.statement, "pay_ore", int), self.statement.amount_ore
        return share(pay, turnover) if pay is not None and turnover is not None and turnover > 0 else None

    @cached_property
    def signs(self) -> dict[str, bool | None]:
        """What holds of it by name of the sign; None where it is unknown."""
        nace = known(self.network.node(self.org), "nace", str)
        bought, pay = self.bought_share, self.pay_share
        return {
            "sells_services": None if not nace else nace[:2] not in GOODS,
            "buys_services": None if bought is None else bought >= self.limits.min_bought_share,
            "little_pay": None if pay is None else pay <= self.limits.max_pay_share,
            "auditor_changes": self.changes >= self.limits.min_auditor_changes,
        }


def suppliers(network: Network, limits: Thresholds) -> list[Supplier]:
    """Suppliers of the main company, in order of node.

    Args:
        network: Scope of kind `supply`.
        limits: Limits.
    """
    org = subject(network)
    means = {e.source: e for e in network.edges(EdgeKind.SUPPLIER_MEANS) if e.valid_to == network.month}
    sold = [
        e
        for e in network.edges(EdgeKind.SUPPLIES)
        if e.target == org and e.source != org and e.valid_to == network.month and e.source in means
    ]
    found = {
        e.source: Supplier(
            network, e, means[e.source], limits.new_months, limits.vat_floor_ore, limits.min_vague_share
        )
        for e in sold
    }
    return [found[node] for node in sorted(found)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the main company of the scope.

    Args:
        network: Scope of kind `supply`.
        thresholds: Limits.
    """
    main = Main(network, thresholds)
    possible = [
        s for s in suppliers(network, thresholds) if s.count(unknown=True) >= thresholds.min_supplier_signs
    ]
    counted = [s for s in possible if s.count() >= thresholds.min_supplier_signs]
    without_owners = [s for s in counted if not s.has_owner_at_work]
    kept = [s for s in without_owners if not s.is_new]
    may_count = [s for s in possible if not s.has_owner_at_work and not s.is_new]
    main_n = sum(holds is True for holds in main.signs.values())
    unknown = [name for name, holds in main.signs.items() if holds is None]
    need = thresholds.min_suppliers
    is_main = main_n >= thresholds.min_main_signs
    status, reason = Status.NOT_TRIGGERED, ""
    if is_main and len(kept) >= need:
        status = Status.TRIGGERED
    elif main_n + len(unknown) >= thresholds.min_main_signs and (
        len(may_count) >= need or bool(network.truncated)
    ):
        status = Status.NOT_EVALUABLE
    elif is_main and len(counted) >= need:
        status = Status.SUPPRESSED
        reason = "owner_labour" if len(without_owners) < need else "new_suppliers"
    quality = {
        "accounts_unknown": main.statement is None,
        "main_signs_unknown": bool(unknown),
        "supplier_signs_unknown": any(None in s.signs.values() for s in possible),
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, main, possible)
    with_owner = len(without_owners) < len(counted)
    with_new = any(s.is_new for s in counted)
    yield Finding(
        indicator_id="A07",
        indicator_version=INDICATOR.version,
        subject_id=main.org,
        scope_id=network.scope_id,
        companies=orgnrs([main.org, *(s.org for s in (kept if status is Status.TRIGGERED else counted))]),
        status=status,
        value=Decimal(len(kept)),
        threshold=Decimal(need),
        evidence=citations.evidence(),
        guards=(
            f"owner_labour={'not_ruled_out' if with_owner else 'ruled_out'}",
            f"new_suppliers={'not_ruled_out' if with_new else 'ruled_out'}",
            f"single_supplier={'not_ruled_out' if len(counted) == 1 else 'ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(main, main_n, kept),
    )


def _facts(main: Main, main_n: int, kept: list[Supplier]) -> dict[str, str]:
    facts = {
        "main_signs": ", ".join(sorted(name for name, holds in main.signs.items() if holds)),
        "main_signs_n": str(main_n),
        "suppliers_n": str(len(kept)),
        "supplier_signs": ", ".join(
            sorted(name for name in (kept[0].signs if kept else ()) if all(s.signs[name] for s in kept))
        ),
        "auditor_changes_n": str(main.changes),
    }
    for name, value in (("bought_share", main.bought_share), ("pay_share", main.pay_share)):
        if value is not None:
            facts[name] = plain(value)
    return facts


def _cite(citations: Citations, main: Main, possible: list[Supplier]) -> None:
    network, name = main.network, company(main.network, main.org)
    citations.node(main.org, both(
        "{org} har næringskode {nace}.", "{org} has activity code {nace}.",
        org=name, nace=known(network.node(main.org), "nace", str) or "-",
    ))  # fmt: skip
    if main.statement is not None:
        citations.edge(main.statement, both(
            "Regnskapet til {org}: omsetning {turnover}, kostnader {costs}, kjøpte tjenester {bought}, "
            "lønn {pay}.",
            "The accounts of {org}: turnover {turnover}, costs {costs}, bought-in services {bought}, "
            "pay {pay}.",
            org=name,
            turnover=sum_of(main.statement.amount_ore),
            costs=sum_of(known(main.statement, "costs_ore", int)),
            bought=sum_of(known(main.statement, "bought_services_ore", int)),
            pay=sum_of(known(main.statement, "pay_ore", int)),
        ))  # fmt: skip
    for role in main.auditors:
        citations.edge(role, role_words(network, role))
    for supplier in possible:
        theirs = company(network, supplier.org)
        citations.edge(supplier.sold, both(
            "{seller} solgte arbeid til {org}: {amount} på 12 måneder; {vague} av {told} kjente fakturaer er "
            "uten beskrivelse av arbeidet eller kontaktopplysninger.",
            "{seller} sold work to {org}: {amount} in 12 months; {vague} of {told} known invoices do not "
            "tell the work or show no contact details.",
            seller=theirs,
            org=name,
            amount=sum_of(supplier.sold.amount_ore),
            vague=str(known(supplier.sold, "vague_n", int) or 0),
            told=str(known(supplier.sold, "told_n", int) or 0),
        ))  # fmt: skip
        citations.edge(supplier.means, both(
            "{seller}: {held} av 5 kjennetegn foreligger; meldte ansatte i måneden: {workers}.",
            "{seller}: {held} of 5 signs hold; people declared in the month: {workers}.",
            seller=theirs,
            held=str(supplier.count()),
            workers=count_of(known(supplier.means, "workers_now_n", int)),
        ))  # fmt: skip
        citations.node(supplier.org, both(
            "{seller} ble registrert {day}.", "{seller} was registered {day}.",
            seller=theirs, day=day_of(supplier.registered_on),
        ))  # fmt: skip


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A07",
    version="1.0",
    name=both("Profil for fiktiv fakturering", "Fictitious-invoicing profile"),
    rationale=both(
        "En virksomhet med lite lønn og mye kjøpt arbeid, over flere leverandører som ikke rapporterer, kan "
        "dekke over arbeid som ikke er utført, eller som er utført av folk ingen har meldt.",
        "A company with little pay and much bought-in work, above several suppliers that report nothing, may "
        "hide work that was not done, or was done by people nobody declared."),
    formula=both(
        "Minst 2 av 4 kjennetegn ved hovedvirksomheten (selger tjenester; kjøpte tjenester er minst 60 % av "
        "kostnadene; lønn er høyst 10 % av omsetningen; minst 2 revisorskifter på 24 måneder), og minst 2 "
        "leverandører med minst 3 av 5 kjennetegn (ingen meldt eller ansvarlig eier; ikke i mva-registeret "
        "eller årstermin; regnskap eller skattemelding mangler; verken regnskapsfører eller revisor; "
        "fakturaer uten beskrivelse eller kontaktopplysninger).",
        "At least 2 of 4 signs of the main company (sells services; bought-in services are at least 60 % of "
        "costs; pay is at most 10 % of turnover; at least 2 changes of auditor in 24 months), and at least 2 "
        "suppliers with at least 3 of 5 signs (nobody declared and no liable owner; not registered for VAT "
        "or yearly terms; accounts or tax return missing; neither accountant nor auditor; invoices without "
        "a description or contact details)."),
    subject_type="org",
    scope_kind="supply",
    unit=both("leverandører", "suppliers"),
    edge_kinds=(EdgeKind.SUPPLIES, EdgeKind.SUPPLIER_MEANS, EdgeKind.STATEMENT, EdgeKind.HOLDS_ROLE),
    data_owners=("Skatteetaten", "Brønnøysundregistrene", "contracting authorities"),
    thresholds=(
        Threshold(name="min_main_signs", basis=ThresholdBasis.OWN, wording=both(
            "Kjennetegn ved hovedvirksomheten.", "Signs of the main company.")),
        Threshold(name="min_suppliers", basis=ThresholdBasis.OWN, wording=both(
            "Leverandører med nok kjennetegn.", "Suppliers with enough signs.")),
        Threshold(name="min_supplier_signs", basis=ThresholdBasis.OWN, wording=both(
            "Kjennetegn ved en slik leverandør.", "Signs of such a supplier.")),
        Threshold(name="min_bought_share", basis=ThresholdBasis.OWN, wording=both(
            "Kjøpte tjenester delt på kostnader, 0 til 1.",
            "Bought-in services divided by costs, 0 to 1.")),
        Threshold(name="max_pay_share", basis=ThresholdBasis.OWN, wording=both(
            "Lønn delt på omsetning, 0 til 1.", "Pay divided by turnover, 0 to 1.")),
        Threshold(name="min_auditor_changes", basis=ThresholdBasis.OWN, wording=both(
            "Revisorskifter.", "Changes of auditor.")),
        Threshold(name="auditor_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder der revisorskifter teller.", "Months in which changes of auditor count.")),
        Threshold(name="new_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder siden registrering der en leverandør regnes som nystartet.",
            "Months since registration within which a supplier has just begun.")),
        Threshold(name="vat_floor_ore", basis=ThresholdBasis.STATUTE, source="mval. § 2-1", wording=both(
            "Salg på 12 måneder som gir plikt til å registrere seg for mva, i øre.",
            "Sales in 12 months from which a seller must register for VAT, in øre.")),
        Threshold(name="min_vague_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av fakturaene uten beskrivelse eller kontaktopplysninger, 0 til 1.",
            "Part of the invoices without a description or contact details, 0 to 1.")),
    ),
    guards={
        "owner_labour": both("Ansvarlige eiere hos leverandørene kan ha gjort arbeidet selv.",
                             "Liable owners of the suppliers may have done the work themselves."),
        "new_suppliers": both("Leverandørene er nystartet og kan ha rapporter som ikke er forfalt.",
                              "The suppliers have just begun and may have reports that are not yet due."),
        "single_supplier": both("Én leverandør alene er aldri nok.", "One supplier alone is never enough."),
    },
    innocent=(
        both("Virksomheten kan planlegge og lede arbeidet og overlate utførelsen til andre.",
             "The company may plan and lead the work and leave the rest to others."),
        both("Leverandørene kan være nystartet.", "The suppliers may have just begun."),
        both("Virksomheten kan kjøpe fra eiere i en franchisekjede som arbeider selv.",
             "The company may buy from owners in a franchise who work themselves."),
        both("Revisorer kan ha blitt slått sammen eller avsluttet virksomheten.",
             "Auditors may have merged or closed down."),
        both("En virksomhet med svært mange leverandører har lettere enn andre to med få midler.",
             "A company with very many suppliers has two with small means more easily than others."),
    ),
    next_steps=(
        both("Kontroller opplysningene mot ferske registerdata.",
             "Check the information against fresh register data."),
        both("Se hva leverandørene fakturerte for, og hvem som var på plassen.",
             "See what the suppliers invoiced for, and who was on site."),
        both("Be hovedvirksomheten i brev om kontrakter, timelister og betalingsbilag.",
             "Ask the main company by letter for contracts, time sheets and proof of payment."),
        both("Vurder bokettersyn hos Skatteetaten.", "Consider an audit by Skatteetaten."),
    ),
    missing={
        "accounts_unknown": both("Regnskapet til hovedvirksomheten er ikke kjent.",
                                 "The accounts of the main company are not known."),
        "main_signs_unknown": both("Ett eller flere kjennetegn ved hovedvirksomheten er ukjent.",
                                   "One or more signs of the main company are unknown."),
        "supplier_signs_unknown": both("Ett eller flere kjennetegn ved leverandørene er ukjent.",
                                       "One or more signs of the suppliers are unknown."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten kjøpte ikke arbeid fra minst to leverandører med to kjennetegn. Er ingen kontrakt "
        "eller faktura kjent, er utfallet ukjent.",
        "The company did not buy work from two or more suppliers with two signs. Where no contract or "
        "invoice is known, the outcome is unknown."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="",
    source="beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; antall og grenser er egne",
    prior=Decimal("0.5"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("invoice_nothing",),
    look_alikes=("labour_light_integrator", "one_thin_supplier", "franchise_owners"),
)
# fmt: on
