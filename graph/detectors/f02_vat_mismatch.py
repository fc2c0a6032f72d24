"""F02: VAT that a buyer deducts and the seller never declares.

A buyer deducts input VAT on invoices of a supplier that declares no output VAT: the treasury pays back what
it never got, and the invoices may be without real work behind them.

Formula: the tax authority lays the buyer's deductions on purchases from the seller beside what the seller
declared, and flags the terms in which the difference is at least NOK 50 000 and 20 per cent. Only the flag
and the terms leave the authority. It triggers when the flag covers at least 2 two-month terms of the last
12 months, or at least 1 when the seller is not registered for VAT.

A seller that reports VAT once a year has declared nothing yet while the year runs: it is compared three
months after the year's end, when its return has been due. Until then a flag is held back, and without a flag
the pair is not evaluated.

Innocent explanations: an invoice declared in the next term, reverse charge, accounting by payment, a seller
in a joint registration. One term is therefore not enough.

Source: beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; the cut-offs are own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from graph.detectors.citing import Citations, both, period
from graph.detectors.reading import company, known, months_ending, orgnrs
from graph.detectors.tax import Term, before, term_of
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of F02; the size of the difference is the authority's."""

    min_terms: int = 2
    """Two-month terms with a mismatch (own)."""
    min_terms_unregistered: int = 1
    """The same when the seller is not registered for VAT (own)."""
    window_months: int = 12
    """Months up to the evaluated month in which a compared term ended (own)."""
    yearly_wait_months: int = 3
    """Months after the year's end before a seller that reports yearly is compared (own)."""


def compared(network: Network, limits: Thresholds) -> list[Edge]:
    """What the authority told of the pair, about terms of the window, in order of time.

    Args:
        network: Scope of kind `vatpair`.
        limits: Limits.
    """
    buyer, seller = _pair(network)
    first, last = months_ending(network.month, limits.window_months)
    rows = [
        e
        for e in network.edges(EdgeKind.VAT_MISMATCH)
        if (e.source, e.target) == (buyer, seller)
        and e.valid_from is not None
        and e.valid_to is not None
        and first <= e.valid_to <= last
    ]
    return sorted(rows, key=lambda e: (e.valid_from or date.min, e.edge_id))


def terms_of(edges: list[Edge]) -> set[Term]:
    """The two-month terms that rows are about.

    Args:
        edges: From `compared`.
    """
    found: set[Term] = set()
    for edge in edges:
        if edge.valid_from is not None and edge.valid_to is not None:
            term, last = term_of(edge.valid_from), term_of(edge.valid_to)
            while term <= last:
                found.add(term)
                term = before(term, -1)
    return found


def is_waiting(edges: list[Edge], month: date, wait_months: int) -> bool:
    """Whether a seller that reports yearly cannot have declared the last compared term yet.

    Args:
        edges: From `compared`.
        month: Last day of the evaluated month.
        wait_months: Months after the year's end.
    """
    if not any(known(e, "is_seller_yearly", bool) is True for e in edges):
        return False
    year = max((e.valid_to.year for e in edges if e.valid_to is not None), default=month.year)
    return (month.year - year - 1) * 12 + month.month < wait_months


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the pair of the scope.

    Args:
        network: Scope of kind `vatpair`.
        thresholds: Limits.
    """
    buyer, seller = _pair(network)
    rows = compared(network, thresholds)
    off = [e for e in rows if known(e, "is_mismatch", bool) is True]
    is_unregistered = any(known(e, "is_seller_registered", bool) is False for e in off)
    needed = thresholds.min_terms_unregistered if is_unregistered else thresholds.min_terms
    count = len(terms_of(off))
    waiting = is_waiting(rows, network.month, thresholds.yearly_wait_months) and not is_unregistered
    is_yearly_known = any(known(e, "is_seller_yearly", bool) is not None for e in rows)
    quality = {
        "yearly_return_not_due": waiting,
        "seller_terms_unknown": not is_yearly_known and not is_unregistered,
        "registration_unknown": bool(off)
        and all(known(e, "is_seller_registered", bool) is None for e in off),
        "one_term": count == 1 < needed,
        "nothing_compared": not rows,
        "scope_truncated": bool(network.truncated),
    }
    status, reason = Status.NOT_TRIGGERED, ""
    if count >= needed:
        reason = "yearly_terms" if waiting else ""
        status = Status.SUPPRESSED if waiting else Status.TRIGGERED
    elif waiting or not rows or network.truncated:
        status = Status.NOT_EVALUABLE
    citations = Citations(network)
    for edge in rows:
        _cite(citations, network, edge)
    yearly = "not_ruled_out" if waiting else "unknown" if quality["seller_terms_unknown"] else "ruled_out"
    yield Finding(
        indicator_id="F02",
        indicator_version=INDICATOR.version,
        subject_id=f"pair:{buyer.removeprefix('org:')}:{seller.removeprefix('org:')}",
        scope_id=network.scope_id,
        companies=orgnrs([buyer, seller]),
        status=status,
        value=Decimal(count),
        threshold=Decimal(needed),
        evidence=citations.evidence(),
        guards=(
            f"yearly_terms={yearly}",
            f"timing={'ruled_out' if count > 1 else 'not_ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "terms_n": str(count),
            "is_seller_registered": "no" if is_unregistered else "yes_or_unknown",
            "window_months": str(thresholds.window_months),
        },
    )


def _pair(network: Network) -> tuple[str, str]:
    _, buyer, seller = network.scope_id.split(":")
    return f"org:{buyer}", f"org:{seller}"


def _cite(citations: Citations, network: Network, edge: Edge) -> None:
    is_off = known(edge, "is_mismatch", bool) is True
    registered = known(edge, "is_seller_registered", bool)
    told = {
        True: ("registrert for mva", "registered for VAT"),
        False: ("ikke registrert for mva", "not registered for VAT"),
        None: ("registrering ikke opplyst", "registration not told"),
    }[registered]
    citations.edge(
        edge,
        both(
            "{days}: fradraget til {buyer} og oppgaven til {seller} {agree}; selger {told}.",
            "{days}: the deduction of {buyer} and the return of {seller} {agree}; seller {told}.",
            days=period(edge),
            buyer=company(network, edge.source),
            seller=company(network, edge.target),
            agree={
                "nb": "stemmer ikke" if is_off else "stemmer",
                "en": "do not agree" if is_off else "agree",
            },
            told={"nb": told[0], "en": told[1]},
        ),
    )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="F02",
    version="1.0",
    name=both("Mva som ikke stemmer mellom kjøper og selger", "VAT mismatch along an edge"),
    rationale=both(
        "Kjøperen trekker fra inngående mva på kjøp fra en leverandør som ikke oppgir utgående mva.",
        "The buyer deducts input VAT on purchases from a supplier that declares no output VAT."),
    formula=both(
        "Skatteetaten har flagget at kjøperens fradrag og selgerens oppgave ikke stemmer, for minst 2 "
        "terminer de siste 12 månedene, eller minst 1 når selgeren ikke er registrert for mva. Størrelsen "
        "vurderes av Skatteetaten (minst 50 000 kr og 20 prosent).",
        "Skatteetaten has flagged that the buyer's deduction and the seller's return do not agree, for at "
        "least 2 terms of the last 12 months, or at least 1 when the seller is not registered for VAT. The "
        "size is judged by Skatteetaten (at least NOK 50 000 and 20 per cent)."),
    subject_type="pair",
    scope_kind="vatpair",
    unit=both("terminer med avvik", "terms with a mismatch"),
    edge_kinds=(EdgeKind.VAT_MISMATCH,),
    data_owners=("Skatteetaten",),
    thresholds=(
        Threshold(name="min_terms", basis=ThresholdBasis.OWN, wording=both(
            "Tomånedersterminer med avvik.", "Two-month terms with a mismatch.")),
        Threshold(name="min_terms_unregistered", basis=ThresholdBasis.OWN, wording=both(
            "Terminer med avvik når selgeren ikke er registrert for mva.",
            "Terms with a mismatch when the seller is not registered for VAT.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til vurdert måned der terminen sluttet.",
            "Months up to the evaluated month in which the term ended.")),
        Threshold(name="yearly_wait_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder etter årets slutt før en selger med årstermin sammenlignes.",
            "Months after the year's end before a seller that reports yearly is compared.")),
    ),
    guards={
        "yearly_terms": both("Selgeren leverer én gang i året, og årets oppgave har ikke forfalt.",
                             "The seller reports once a year, and the return of the year is not due yet."),
        "timing": both("Avviket gjelder bare én termin og kan skyldes periodisering.",
                       "The mismatch is in one term only and may be a matter of timing."),
    },
    innocent=(
        both("Fakturaen kan være oppgitt i neste termin.", "The invoice may be declared in the next term."),
        both("Kjøpet kan være omfattet av omvendt avgiftsplikt.",
             "The purchase may be subject to reverse charge."),
        both("Selgeren kan føre regnskap etter kontantprinsippet.",
             "The seller may account by payment."),
        both("Selgeren kan inngå i en fellesregistrering.", "The seller may be in a joint registration."),
    ),
    next_steps=(
        both("Be Skatteetaten om å vurdere avviket; beløpene finnes bare der.",
             "Ask Skatteetaten to assess the mismatch; only they have the amounts."),
        both("Kontroller om det finnes kontrakt og fakturaer mellom partene.",
             "Check whether there are contracts and invoices between the parties."),
        both("Be kjøperen i brev om grunnlaget for fradraget.",
             "Ask the buyer by letter for the basis of the deduction."),
        both("Vurder felles kontroll med Skatteetaten.", "Consider a joint control with Skatteetaten."),
    ),
    missing={
        "yearly_return_not_due": both("Selgeren leverer årlig, og oppgaven for året har ikke forfalt.",
                                      "The seller reports yearly and the return of the year is not due yet."),
        "seller_terms_unknown": both("Det er ukjent hvor ofte selgeren leverer.",
                                     "It is unknown how often the seller reports."),
        "registration_unknown": both("Det er ikke opplyst om selgeren er registrert for mva.",
                                     "It is not told whether the seller is registered for VAT."),
        "one_term": both("Avviket gjelder én termin; regelen krever flere.",
                         "The mismatch is in one term; the rule asks for more."),
        "nothing_compared": both("Ingen termin i vinduet er sammenlignet.",
                                 "No term of the window was compared."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Skatteetaten har ikke flagget noe avvik for virksomheten. De fleste kjøp blir aldri sammenlignet, "
        "så et flagg som mangler, er ikke et klarsignal.",
        "Skatteetaten has flagged no mismatch of the company. Most purchases are never compared, so a "
        "missing flag is no clearance."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="",
    source="beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; grensene er egne",
    prior=Decimal("0.60"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("sell_without_vat",),
    look_alikes=("both_sides_agree", "difference_in_one_term_only", "supplier_reports_once_a_year"),
)
# fmt: on
