"""A06: at work in a chain without the approval that the work needs.

The duty to be approved is binary and can be checked; work without the approval is a hard lead that is easy to
explain.

Formula: for each register whose approval the company's trade needs by the code list of duties (cleaning:
all contracts for labour; staffing: contracts that hire people out), and each contract in force in the 3
months up to the evaluated month, count the days of the contract within an unbroken run of looks at the
register that all showed no valid approval. It triggers when the days are more than the days of grace that
the code list gives.

The register shows one day at a time. The state between two looks is taken as known only when both show the
same; days before the first or after the last look of a run are not counted. So a row that is missing from
one look alone never triggers.

Innocent explanations: the authority takes its time, an approval is being renewed, the company is new, the
register missed a row. Guards: looks that show an application under treatment are held back, for the day of
application counts and not only that of approval; grace; a contract that lies between two looks is not
evaluable.

The trade stands for the kind of work, which contracts do not tell, and the code list is not sure of the first
day of its rules; so a finding does not make a case alone, although the duty is statutory. VAT, a-melding, HSE
card, assignments of foreign contractors and car care are not evaluated here: their conditions are not in the
code list as numbers, or no source tells who has the duty.

Source: the regulations on approval of cleaning companies and staffing companies, via the code list
`registerplikt`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from graph.detectors.citing import Citations, both, day_of, period
from graph.detectors.reading import Interval, company, identifier, known, months_ending, orgnrs
from graph.detectors.tax import own, subject
from graph.explain import Language
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

LACKING = frozenset({"refused", "establishment_refused", "not_listed"})
PENDING = "pending"
HIRED_OUT = {"bemanning": "innleie"}
"""Registers that only contracts of one kind need."""
CERTAIN = frozenset({"primaer", "sekundaer"})
REGISTERS = {
    "renhold": ("registeret over renholdsvirksomheter", "the register of cleaning companies"),
    "bemanning": ("registeret over bemanningsforetak", "the register of staffing companies"),
    "bilpleie": ("registeret over bilpleievirksomheter", "the register of car care companies"),
}
STATES = {
    "approved": ("godkjent", "approved"),
    "pending": ("søknad under behandling", "application under treatment"),
    "refused": ("ikke godkjent", "not approved"),
    "establishment_refused": ("ingen av avdelingene godkjent", "none of its establishments approved"),
    "not_listed": ("ikke oppført", "not listed"),
    "unknown": ("ukjent status", "state unknown"),
}
RANK = (Status.TRIGGERED, Status.SUPPRESSED, Status.NOT_EVALUABLE, Status.NOT_TRIGGERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A06; the days of grace come from the code list of duties."""

    window_months: int = 3
    """Months up to the evaluated month in which work was seen (own)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one register comes to.

    Attributes:
        duty: Edge of the duty.
        status: Status.
        days: Most days of work of one contract without approval, applications under treatment left out.
        with_pending: The same, applications under treatment counted.
        looks: Edges of the register, in order of time.
        work: Contracts that count as work, in order of time.
        quality: Codes of what is missing.
    """

    duty: Edge
    status: Status
    days: int | None
    with_pending: int
    looks: list[Edge]
    work: list[Edge]
    quality: frozenset[str]


def runs(looks: list[Edge], states: frozenset[str]) -> list[Interval]:
    """First and last day of each unbroken run of looks that showed one of some states.

    Args:
        looks: Edges of one register in order of time.
        states: States that belong to a run.
    """
    found: list[Interval] = []
    follows = False
    for edge in looks:
        belongs = known(edge, "state", str) in states
        if belongs and edge.valid_from and edge.valid_to:
            first = found.pop()[0] if follows else edge.valid_from
            found.append((first, edge.valid_to))
        follows = belongs
    return found


def at_work(network: Network, register: str, window: Interval) -> list[Edge]:
    """Contracts under which the company does the work that the register is about, in order of time.

    Args:
        network: Scope of kind `registration`.
        register: Register.
        window: First and last day; a contract that may have been in force in it counts.
    """
    kind = HIRED_OUT.get(register)
    found = [
        e
        for e in network.edges(EdgeKind.CONTRACT)
        if e.target == subject(network)
        and known(e, "is_labour_bearing", bool) is not False
        and known(e, "state", str) != "planlagt"
        and (kind is None or known(e, "contract_kind", str) == kind)
        and e.overlaps(*window)
    ]
    return sorted(found, key=lambda e: (e.valid_from or date.min, e.edge_id))


def days_without(work: list[Edge], found: list[Interval], duty: Edge, window: Interval) -> int:
    """Most days of one contract, counted from the first, within one run and under the duty.

    Args:
        work: Contracts; one whose start is unknown counts no days.
        found: Runs of looks.
        duty: Duty with its first and last day.
        window: The days must reach into it.
    """
    most = 0
    for contract in work:
        for first, last in found:
            if contract.valid_from is None:
                continue
            begins = max(contract.valid_from, first, duty.valid_from or date.min)
            ends = min(contract.valid_to or date.max, last, duty.valid_to or date.max)
            if window[0] <= ends:
                most = max(most, (ends - begins).days)
    return most


def is_between(contract: Edge, looks: list[Edge], window: Interval) -> bool:
    """Whether a contract began and ended between two looks, one of which showed no approval.

    Args:
        contract: Contract.
        looks: Edges of one register in order of time.
        window: Contracts are looked at until its last day.
    """
    if contract.valid_from is None:
        return False
    ends = min(contract.valid_to or date.max, window[1])
    for n, edge in enumerate(looks):
        following = known(edge, "next_look_on", date)
        if edge.valid_to is None or following is None:
            continue
        states = {known(e, "state", str) for e in looks[n : n + 2]}
        if edge.valid_to < contract.valid_from and ends < following and states & LACKING:
            return True
    return False


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company of the scope, about the register that weighs most.

    Args:
        network: Scope of kind `registration`.
        thresholds: Limits.
    """
    window = months_ending(network.month, thresholds.window_months)
    outcomes = [_evaluate(network, duty, window) for duty in own(network, EdgeKind.REGISTRATION_DUTY)]
    if not outcomes:
        return
    told = min(outcomes, key=lambda o: (RANK.index(o.status), -(o.days or 0), o.duty.edge_id))
    citations = Citations(network)
    _cite(citations, network, told)
    org, grace = subject(network), known(told.duty, "grace_days", int)
    is_pending = grace is not None and told.with_pending > grace >= (told.days or 0)
    yield Finding(
        indicator_id="A06",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        status=told.status,
        value=None if told.days is None else Decimal(told.days),
        threshold=None if grace is None else Decimal(grace),
        evidence=citations.evidence(),
        guards=(
            f"application_pending={'not_ruled_out' if is_pending else 'ruled_out'}",
            f"grace={'ruled_out' if (told.days or 0) > (grace or 0) else 'not_ruled_out'}",
            "listing_error=ruled_out",
        ),
        suppressed_reason="application_pending" if told.status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=tuple(sorted(told.quality)),
        threshold_basis=ThresholdBasis.STATUTE,
        legal_basis_ref=INDICATOR.legal_basis,
        facts={
            "register": identifier(told.duty.target),
            "rule": known(told.duty, "rule_id", str) or "",
            "contracts_n": str(len(told.work)),
            "days_with_applications": str(told.with_pending),
        },
    )


def _evaluate(network: Network, duty: Edge, window: Interval) -> Outcome:
    register = identifier(duty.target)
    looks = sorted(
        (e for e in own(network, EdgeKind.APPROVAL) if e.target == duty.target),
        # Two looks of one day must not go by their ids, which say nothing.
        key=lambda e: (e.valid_from or date.min, e.valid_to or date.max, known(e, "state", str) or ""),
    )
    work = at_work(network, register, window)
    lacking, grace = runs(looks, LACKING), known(duty, "grace_days", int)
    days = days_without(work, lacking, duty, window)
    with_pending = days_without(work, runs(looks, LACKING | {PENDING}), duty, window)
    quality = {
        "register_not_seen": not looks,
        "work_unknown": not work,
        "grace_unknown": grace is None,
        "rule_uncertain": known(duty, "certainty", str) not in CERTAIN,
        "start_unknown": any(e.valid_from is None for e in work),
        "between_looks": any(is_between(e, looks, window) for e in work),
        "scope_truncated": bool(network.truncated),
    }
    status = Status.NOT_TRIGGERED
    if grace is not None and days > grace:
        status = Status.TRIGGERED
    elif grace is not None and with_pending > grace:
        status = Status.SUPPRESSED
    elif any(holds for code, holds in quality.items() if code != "rule_uncertain"):
        status = Status.NOT_EVALUABLE
    found = frozenset(code for code, holds in quality.items() if holds)
    return Outcome(duty, status, days if looks and work else None, with_pending, looks, work, found)


def _cite(citations: Citations, network: Network, told: Outcome) -> None:
    org = company(network, subject(network))
    nb, en = REGISTERS.get(identifier(told.duty.target), (identifier(told.duty.target),) * 2)
    register: dict[Language, str] = {"nb": nb, "en": en}
    citations.edge(
        told.duty,
        both(
            "Bransjen til {org} krever godkjenning i {register} etter regel {rule}.",
            "The trade of {org} needs an approval in {register} by rule {rule}.",
            org=org,
            register=register,
            rule=known(told.duty, "rule_id", str) or "-",
        ),
    )
    for edge in told.looks:
        state = STATES.get(known(edge, "state", str) or "unknown", STATES["unknown"])
        citations.edge(
            edge,
            both(
                "Oppslag {first} til {last} i {register}: {state}.",
                "Looks {first} to {last} at {register}: {state}.",
                first=day_of(edge.valid_from),
                last=day_of(edge.valid_to),
                register=register,
                state={"nb": state[0], "en": state[1]},
            ),
        )
    for edge in told.work:
        citations.edge(
            edge,
            both(
                "Kontrakt for arbeid for {client}: {days}.",
                "Contract for labour for {client}: {days}.",
                client=company(network, edge.source),
                days=period(edge),
            ),
        )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A06",
    version="1.0",
    name=both("Manglende pliktig registrering i et aktivt ledd",
              "Missing mandatory registration in an active chain position"),
    rationale=both(
        "Plikten til å være godkjent er entydig og kan kontrolleres; arbeid uten godkjenning er et konkret "
        "spor.",
        "The duty to be approved is binary and can be checked; work without it is a concrete lead."),
    formula=both(
        "Dager av en kontrakt i kraft de siste 3 månedene som ligger i en ubrutt rekke oppslag uten gyldig "
        "godkjenning (renhold, bemanning), er flere enn fristen i kodelisten over registerplikter.",
        "Days of a contract in force in the last 3 months within an unbroken run of looks without a valid "
        "approval (cleaning, staffing) are more than the days of grace in the code list of duties."),
    subject_type="org",
    scope_kind="registration",
    unit=both("dager i arbeid uten godkjenning", "days at work without approval"),
    edge_kinds=(EdgeKind.REGISTRATION_DUTY, EdgeKind.APPROVAL, EdgeKind.CONTRACT),
    data_owners=("Arbeidstilsynet", "contracting authorities"),
    thresholds=(
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til vurdert måned der kontrakten var i kraft.",
            "Months up to the evaluated month in which the contract was in force.")),
    ),
    guards={
        "application_pending": both("Søknaden var under behandling da registeret ble lest.",
                                    "The application was under treatment when the register was read."),
        "grace": both("Virksomheten er ny eller fornyer godkjenningen; fristen er ikke ute.",
                      "The company is new or renews its approval; the days of grace are not over."),
        "listing_error": both("En rad som mangler i ett oppslag alene, teller ingen dager.",
                              "A row missing from one look alone counts no days."),
    },
    innocent=(
        both("Søknaden kan være sendt uten å vises i registeret ennå.",
             "The application may have been sent and not show in the register yet."),
        both("Kontrakten kan gjelde annet arbeid enn bransjekoden sier.",
             "The contract may be about other work than the activity code says."),
        both("Godkjenningen kan stå på en annen enhet i samme konsern som utfører arbeidet.",
             "The approval may be held by another unit of the group that does the work."),
        both("Arbeidet kan være utsatt uten at kontrakten er endret.",
             "The work may have been put off without a change of the contract."),
    ),
    next_steps=(
        both("Slå opp virksomheten og avdelingene i godkjenningsregisteret og søknadene.",
             "Look the company and its establishments up in the register and among applications."),
        both("Be virksomheten i brev om å gjøre rede for godkjenning og utført arbeid.",
             "Ask the company by letter to account for its approval and the work done."),
        both("Be kunden om dokumentasjon av kontroll før avtalen.",
             "Ask the client for documents of its check before the agreement."),
        both("Vurder tilsyn på arbeidsstedet.", "Consider an inspection at the place of work."),
    ),
    missing={
        "register_not_seen": both("Registeret er ikke lest i perioden.",
                                  "The register was not read in the period."),
        "work_unknown": both("Ingen kontrakt for arbeid som krever godkjenningen, er kjent i perioden.",
                             "No contract for work that needs the approval is known in the period."),
        "grace_unknown": both("Kodelisten gir ingen frist.", "The code list gives no days of grace."),
        "rule_uncertain": both("Datoen regelen gjelder fra, er ikke avklart i kodelisten.",
                               "The first day of the rule is not settled in the code list."),
        "start_unknown": both("Starten på minst én kontrakt er ukjent; den teller ingen dager.",
                              "The start of at least one contract is unknown; it counts no days."),
        "between_looks": both("Arbeidet lå mellom to oppslag; statusen da er ukjent.",
                              "The work lay between two looks; the state then is unknown."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Bransjen krever ingen godkjenning som vurderes her, eller virksomheten var godkjent ved hvert "
        "oppslag. Uten kjent arbeid er utfallet ukjent.",
        "The trade needs no approval that is evaluated here, or the company was approved at every look. "
        "Without known work the outcome is unknown."),
    follow_up_owner=both("Arbeidstilsynet", "Arbeidstilsynet"),
    legal_basis="forskrift om offentlig godkjenning av renholdsvirksomheter; forskrift om godkjenning av "
    "bemanningsforetak",
    source="kodelisten registerplikt; forskriftene om godkjenning",
    prior=Decimal("0.70"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("unapproved",),
    look_alikes=("application_pending", "newly_founded", "approval_renewed_within_days",
                 "turnover_below_the_vat_limit", "worked_between_two_looks_at_the_register"),
)
# fmt: on
