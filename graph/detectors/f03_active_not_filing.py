"""F03: a company that works and does not send the reports it owes.

Contracts and invoices show that a company is at work; missing reports of the same time hide what it pays and
owes. One missing report is common; several while work goes on are not.

Formula: count the reports (a-melding, VAT return, annual accounts) whose deadline lay in the 12 months up to
the evaluated month, that had not come 30 days after the deadline, and during whose period, from its first
day until the deadline, the company had a contract as supplier in force or sent an invoice. It triggers at 2.

Deadlines are those the authority gives for each report. A report that came late is no missing report. The
authority answers about a report once, when its deadline has passed; so a later sign that it came (the
employer's report itself, a return that was set, newer accounts) takes it off already in the core table.

Innocent explanations: a dormant company, one that is leaving the register, one whose returns another company
files for it, a report that is under way. Guards: without work in the period a report does not count; a
company that is being wound up is held back, and so is one whose missing returns are another's to file. When
nothing at all is known of its contracts and invoices, dormant and at work cannot be told apart.

Source: beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; the count is own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from graph.detectors.citing import Citations, both, day_of, period, sum_of
from graph.detectors.reading import company, known, months_ending, orgnrs
from graph.detectors.tax import own, subject
from graph.explain import LANGUAGES, short_day
from graph.indicator import Indicator, Threshold, Wording
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

COUNTED = frozenset({"amelding", "mvamelding", "aarsregnskap"})
"""Reports that count; the tax return itself says little about work."""
LEAVING = ("winding_up_on", "bankrupt_on", "dissolved_on", "deleted_on")
REPORTS = {
    "amelding": ("a-melding", "employer report (a-melding)"),
    "mvamelding": ("mva-melding", "VAT return"),
    "aarsregnskap": ("årsregnskap", "annual accounts"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of F03."""

    min_missing: int = 2
    """Missing reports of periods with work (own)."""
    grace_days: int = 30
    """Days after the deadline (own)."""
    window_months: int = 12
    """Months up to the evaluated month in which the deadline lay (own)."""


def overdue(network: Network, limits: Thresholds) -> list[Edge]:
    """Missing reports of the company whose deadline is long enough past, in order of deadline.

    Args:
        network: Scope of kind `filing`.
        limits: Limits.
    """
    first = months_ending(network.month, limits.window_months)[0]
    last = network.as_of.date() - timedelta(days=limits.grace_days)
    found = [
        e
        for e in own(network, EdgeKind.FILING_DUTY)
        if known(e, "duty_kind", str) in COUNTED and first <= _deadline(e) <= last
    ]
    return sorted(found, key=lambda e: (_deadline(e), e.edge_id))


def work(network: Network) -> list[Edge]:
    """Contracts that the company supplies and invoices that it sent, in order of id.

    Args:
        network: Scope of kind `filing`.
    """
    org = subject(network)
    return [e for e in network.edges(EdgeKind.CONTRACT, EdgeKind.PAYMENT) if e.target == org]


def at_work(duty: Edge, edges: list[Edge]) -> list[Edge]:
    """What shows work between the first day of a report's period and its deadline.

    A contract whose start is unknown shows nothing.

    Args:
        duty: Missing report.
        edges: From `work`.
    """
    if duty.valid_from is None:
        return []
    until = _deadline(duty)
    return [e for e in edges if e.valid_from is not None and e.overlaps(duty.valid_from, until)]


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company of the scope.

    Args:
        network: Scope of kind `filing`.
        thresholds: Limits.
    """
    org = subject(network)
    missing = overdue(network, thresholds)
    shown = work(network)
    of_work = [duty for duty in missing if at_work(duty, shown)]
    theirs = [duty for duty in of_work if known(duty, "is_own_duty", bool) is not False]
    node = network.node(org)
    is_leaving = any((known(node, name, date) or date.max) <= network.as_of.date() for name in LEAVING)
    quality = {
        "work_unknown": not shown,
        "company_unknown": node.row is None,
        "owner_of_duty_unknown": any(known(e, "is_own_duty", bool) is None for e in of_work),
        "one_missing": len(theirs) == 1 < thresholds.min_missing,
        "scope_truncated": bool(network.truncated),
    }
    status, reason = Status.NOT_TRIGGERED, ""
    if len(theirs) >= thresholds.min_missing:
        reason = "deregistration" if is_leaving else ""
        status = Status.SUPPRESSED if is_leaving else Status.TRIGGERED
        if not is_leaving and quality["company_unknown"]:
            status = Status.NOT_EVALUABLE
    elif len(of_work) >= thresholds.min_missing:
        status, reason = Status.SUPPRESSED, "reported_by_another"
    elif len(missing) >= thresholds.min_missing and (not shown or network.truncated):
        status = Status.NOT_EVALUABLE
    citations = Citations(network)
    _cite(citations, network, missing, shown)
    left_out = len(of_work) > len(theirs)
    leaving = "unknown" if quality["company_unknown"] else "not_ruled_out" if is_leaving else "ruled_out"
    dormant = "ruled_out" if of_work else "unknown" if not shown else "not_ruled_out"
    yield Finding(
        indicator_id="F03",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        status=status,
        value=Decimal(len(theirs)),
        threshold=Decimal(thresholds.min_missing),
        evidence=citations.evidence(),
        guards=(
            f"dormant={dormant}",
            f"deregistration={leaving}",
            f"reported_by_another={'not_ruled_out' if left_out else 'ruled_out'}",
            "filed_late=ruled_out",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "missing_n": str(len(missing)),
            "missing_at_work_n": str(len(theirs)),
            "filed_by_another_n": str(len(of_work) - len(theirs)),
            "grace_days": str(thresholds.grace_days),
            **({"first_deadline": _deadline(theirs[0]).isoformat()} if theirs else {}),
        },
    )


def _deadline(duty: Edge) -> date:
    """The deadline; one that is unknown is taken never to have come."""
    return known(duty, "deadline_on", date) or date.max


def _cite(citations: Citations, network: Network, missing: list[Edge], shown: list[Edge]) -> None:
    org = subject(network)
    if network.node(org).row is not None:
        citations.node(org, _of_register(network, org))
    for duty in missing:
        nb, en = REPORTS[known(duty, "duty_kind", str) or ""]
        citations.edge(
            duty,
            both(
                "{report} for {period} hadde frist {deadline} og er ikke registrert levert.",
                "{report} for {period}, due {deadline}, is not registered as filed.",
                report={"nb": nb[0].upper() + nb[1:], "en": en[0].upper() + en[1:]},
                period=period(duty),
                deadline=day_of(known(duty, "deadline_on", date)),
            ),
        )
    # Work outside the periods says at least that the company's work is known at all: one such row is enough.
    told = [edge for duty in missing for edge in at_work(duty, shown)] or shown[:1]
    for edge in told:
        is_contract = edge.kind == EdgeKind.CONTRACT
        citations.edge(
            edge,
            both(
                "Kontrakt med {client}: {days}." if is_contract else "Faktura {days} til {client}, {amount}.",
                "Contract with {client}: {days}." if is_contract else "Invoice {days} to {client}, {amount}.",
                client=company(network, edge.source),
                days=period(edge) if is_contract else day_of(edge.valid_from),
                amount=sum_of(edge.amount_ore),
            ),
        )


def _of_register(network: Network, org: str) -> Wording:
    node = network.node(org)
    ends = [day for name in LEAVING if (day := known(node, name, date)) is not None]
    if not ends:
        return both("{org} er registrert uten avvikling eller konkurs.",
                    "{org} is registered without winding up or bankruptcy.",
                    org=company(network, org))  # fmt: skip
    first = min(ends)
    return both(
        "{org} er registrert under avvikling eller slettet fra {day}.",
        "{org} is registered as winding up or deleted from {day}.",
        org=company(network, org),
        day={lang: short_day(first, lang) for lang in LANGUAGES},
    )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="F03",
    version="1.0",
    name=both("I drift uten å levere", "Active but not filing"),
    rationale=both(
        "En virksomhet som har oppdrag, men ikke leverer pliktige meldinger, unndrar seg innsyn i lønn og "
        "avgifter.",
        "A company that works and does not file what it must keeps its pay and taxes out of sight."),
    formula=both(
        "Minst 2 pliktige meldinger (a-melding, mva-melding, årsregnskap) med frist de siste 12 månedene er "
        "ikke levert 30 dager etter fristen, mens virksomheten hadde kontrakt eller sendte faktura i samme "
        "periode.",
        "At least 2 required reports (a-melding, VAT return, annual accounts) due in the last 12 months had "
        "not come 30 days after the deadline, while the company had a contract or sent invoices in the same "
        "period."),
    subject_type="org",
    scope_kind="filing",
    unit=both("manglende meldinger", "missing reports"),
    edge_kinds=(EdgeKind.FILING_DUTY, EdgeKind.CONTRACT, EdgeKind.PAYMENT),
    data_owners=("Skatteetaten", "contracting authorities"),
    thresholds=(
        Threshold(name="min_missing", basis=ThresholdBasis.OWN, wording=both(
            "Manglende meldinger for perioder med oppdrag.", "Missing reports of periods with work.")),
        Threshold(name="grace_days", basis=ThresholdBasis.OWN, wording=both(
            "Dager etter fristen, regnet til kunnskapsdagen.",
            "Days after the deadline, up to the day of knowledge.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til vurdert måned der fristen lå.",
            "Months up to the evaluated month in which the deadline lay.")),
    ),
    guards={
        "dormant": both("Virksomheten er i dvale; uten oppdrag i perioden teller ikke meldingen.",
                        "The company is dormant; without work in the period a report does not count."),
        "deregistration": both("Virksomheten er under avvikling, konkurs eller slettet.",
                               "The company is winding up, bankrupt or deleted."),
        "reported_by_another": both("En annen virksomhet leverer for den (fellesregistrering).",
                                    "Another company files for it (joint registration)."),
        "filed_late": both("Meldingen kom for sent; den regnes som levert.",
                           "The report came late; it counts as filed."),
    },
    innocent=(
        both("Meldingen kan være sendt i feil virksomhets navn.",
             "The report may have been sent in the name of another company."),
        both("Oppdraget kan være satt på vent uten at kontrakten er endret.",
             "The job may be on hold without a change of the contract."),
        both("Regnskapsføreren kan ha falt bort, og en ny er i gang.",
             "The accountant may have dropped out and a new one be at work."),
        both("En søknad om utsettelse eller fritak kan være under behandling.",
             "A request for delay or exemption may be pending."),
    ),
    next_steps=(
        both("Kontroller leveringsplikt og fellesregistrering i Skatteetatens registre.",
             "Check filing duties and joint registration in the registers of Skatteetaten."),
        both("Be virksomheten i brev om å levere eller gjøre rede for hvorfor ikke.",
             "Ask the company by letter to file or to account for why not."),
        both("Be byggherren om oversikt over hvem som arbeider på plassen.",
             "Ask the client for a list of those who work on the site."),
        both("Vurder felles kontroll med Skatteetaten.", "Consider a joint control with Skatteetaten."),
    ),
    missing={
        "work_unknown": both(
            "Verken kontrakter eller fakturaer er kjent; dvale kan ikke skilles fra drift.",
            "Neither contracts nor invoices are known; dormant and at work cannot be told apart."),
        "company_unknown": both("Virksomheten finnes ikke i Enhetsregisteret; avvikling kan ikke utelukkes.",
                                "The company is not in the register; winding up is not ruled out."),
        "owner_of_duty_unknown": both("Det er ukjent hvem som skal levere for virksomheten.",
                                      "It is unknown who is to file for the company."),
        "one_missing": both("Bare én melding mangler; regelen krever flere.",
                            "Only one report is missing; the rule asks for more."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten mangler færre enn to meldinger etter siste svar. Er det ikke spurt om virksomheten, er "
        "utfallet ukjent.",
        "The company misses fewer than two reports by the last answer. Where nobody asked about the company, "
        "the outcome is unknown."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="",
    source="beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; antallet er eget",
    prior=Decimal("0.55"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("stop_filing",),
    look_alikes=("dormant_unit", "reported_by_another_unit", "late_but_filed", "deregistration_in_process"),
)
# fmt: on
