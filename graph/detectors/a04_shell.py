"""A04: more labour invoiced than the declared people can have done, by a company with little else to it.

Turnover that cannot have come from the declared workforce may have been made by people nobody declared, or
not at all. Each sign alone is common among lawful companies; together, beside missing people, they are not.

Formula: expected full-time years = labour invoiced in 12 months * lowest plausible share of labour in the
trade / cost of a full-time year. capacity = declared full-time years / expected ones. It triggers when the
labour is worth at least NOK 1 million, capacity <= 0.25 and at least 3 of these signs hold: registered less
than 18 months ago; nobody employed; at least two VAT returns missing, or not registered for VAT; neither
accountant nor auditor; its only known address is an office hotel; no fixed assets; one person holds all
controlling roles; a company under the same control invoices as much labour with as few people.

Share and cost are those of the dated code list for the company's trade. Legal form and origin are no signs.

People reported on assignments in Norway are declared as much as those in the employer's report.

Innocent explanations: companies that have just begun, companies for one project or one asset, owners who do
the work themselves, seasons, and suppliers that let others do the work. Guards: personally liable owners
count as one full-time year each; labour that was bought in is taken off what was sold. What is not known
(accounts come up to eighteen months late) is no sign; where it could decide, the outcome is unknown.

Source: beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?» for the signs; the count and the
limits are own, the norms are assumptions until calibrated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from graph.detectors.capacity import capacity_of, ratio, roles_of, years_of
from graph.detectors.citing import Citations, both, day_of, sum_of
from graph.detectors.reading import any_true, company, known, months_ending, orgnrs, plain
from graph.detectors.tax import own, subject
from graph.indicator import Indicator, Threshold, Wording
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

VAT_RETURN = "mvamelding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A04."""

    min_labour_ore: int = 100_000_000
    """Labour invoiced in 12 months, in øre (own)."""
    max_capacity: Decimal = Decimal("0.25")
    """Declared full-time years divided by expected ones (own)."""
    min_signs: int = 3
    """Signs that hold (own)."""
    young_months: int = 18
    """Months since registration below which a company is young (own)."""
    vat_returns: int = 2
    """Missing VAT returns (published sign, own count)."""
    owner_years: Decimal = Decimal(1)
    """Full-time years that a liable owner counts as (own)."""


def is_low(edge: Edge, limits: Thresholds, *, owners: int = 0, net: bool = False) -> bool | None:
    """Whether enough labour was invoiced with too few people; None when that is unknown.

    Args:
        edge: Edge of kind `capacity`.
        limits: Limits.
        owners: Liable owners who may have done the work.
        net: Take off the labour that was bought in.
    """
    labour = edge.amount_ore
    if labour is None:
        return None
    if net:
        labour -= max(known(edge, "bought_ore", int) or 0, 0)
    if labour < limits.min_labour_ore:
        return False
    found = ratio(edge, labour, limits.owner_years * owners)
    return None if found is None else found <= limits.max_capacity


def siblings(network: Network, org: str, limits: Thresholds) -> list[tuple[Edge, Edge, Edge]]:
    """Companies under the same control with as much labour and as few people.

    Args:
        network: Scope of kind `shell`.
        org: The company.
        limits: Limits.

    Returns:
        Per company the controlling role here, the one there, and what it invoiced and declared.
    """
    here = {e.source: e for e in roles_of(network, org).control}
    found: dict[str, tuple[Edge, Edge, Edge]] = {}
    for edge in network.edges(EdgeKind.CAPACITY):
        other = edge.source
        if other == org or edge.valid_to != network.month or not is_low(edge, limits):
            continue
        shared = [e for e in roles_of(network, other).control if e.source in here]
        if shared:
            found[other] = (here[shared[0].source], shared[0], edge)
    return [found[other] for other in sorted(found)]


def signs(network: Network, org: str, limits: Thresholds) -> dict[str, bool | None]:
    """What holds of the company by name of the sign; None where it is unknown.

    Args:
        network: Scope of kind `shell`.
        org: The company.
        limits: Limits.
    """
    node, held, edge = network.node(org), roles_of(network, org), capacity_of(network, org)
    registered = known(node, "registered_on", date)
    workers = None if edge is None else known(edge, "workers_now_n", int)
    statement = _last_statement(network)
    assets = None if statement is None else known(statement, "fixed_assets_ore", int)
    is_vat = known(node, "is_vat_registered", bool)
    first = months_ending(network.month, limits.young_months)[0]
    hubs = [known(network.node(e.target), "hub_kind", str) for e in own(network, EdgeKind.LOCATED_AT)]
    controllers = {e.source for e in held.control}
    return {
        "young": None if registered is None else registered >= first,
        "no_employees": None if workers is None else workers == 0,
        "no_vat_return": any_true(
            len(_missing_returns(network)) >= limits.vat_returns, None if is_vat is None else not is_vat
        ),
        "no_adviser": not held.advisers if held.edges else None,
        "office_hotel": all(hub is not None for hub in hubs) if hubs else None,
        "no_fixed_assets": None if assets is None else assets <= 0,
        "one_controller": len(controllers) == 1 if controllers else None,
        "sibling": bool(siblings(network, org, limits)),
    }


def _missing_returns(network: Network) -> list[Edge]:
    return [e for e in own(network, EdgeKind.FILING_DUTY) if known(e, "duty_kind", str) == VAT_RETURN]


def _last_statement(network: Network) -> Edge | None:
    found = [e for e in own(network, EdgeKind.STATEMENT) if (e.valid_to or date.max) <= network.month]
    return found[-1] if found else None


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the company of the scope.

    Args:
        network: Scope of kind `shell`.
        thresholds: Limits.
    """
    org = subject(network)
    edge = capacity_of(network, org)
    told = signs(network, org, thresholds)
    held = sorted(name for name, holds in told.items() if holds)
    unknown = sorted(name for name, holds in told.items() if holds is None)
    owners = len(roles_of(network, org).owners)
    low = None if edge is None else is_low(edge, thresholds)
    with_owners = None if edge is None else is_low(edge, thresholds, owners=owners)
    net = None if edge is None else is_low(edge, thresholds, owners=owners, net=True)
    status, reason = Status.NOT_TRIGGERED, ""
    perhaps = len(held) + len(unknown) >= thresholds.min_signs or network.truncated
    if low is True and len(held) >= thresholds.min_signs:
        reason = "owner_labour" if not with_owners else "bought_in_labour" if not net else ""
        status = Status.SUPPRESSED if reason else Status.TRIGGERED
    elif perhaps and (low is None or net is True):
        status = Status.NOT_EVALUABLE
    quality = {
        "capacity_unknown": low is None,
        "signs_unknown": bool(unknown),
        "accounts_unknown": "no_fixed_assets" in unknown,
        "roles_unknown": "no_adviser" in unknown,
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, network, org, thresholds)
    spoken = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    yield Finding(
        indicator_id="A04",
        indicator_version=INDICATOR.version,
        subject_id=org,
        scope_id=network.scope_id,
        companies=orgnrs([org]),
        status=status,
        value=Decimal(len(held)) if low is not None else None,
        threshold=Decimal(thresholds.min_signs),
        evidence=citations.evidence(),
        guards=(
            f"owner_labour={spoken[None if low is None else bool(low and not with_owners)]}",
            f"bought_in_labour={spoken[None if low is None else bool(with_owners and not net)]}",
            f"late_accounts={'unknown' if 'no_fixed_assets' in unknown else 'ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(edge, held, unknown, owners),
    )


def _facts(edge: Edge | None, held: list[str], unknown: list[str], owners: int) -> dict[str, str]:
    facts = {
        "signs": ", ".join(held),
        "signs_n": str(len(held)),
        "unknown_n": str(len(unknown)),
        "owners_n": str(owners),
    }
    if edge is not None and edge.amount_ore is not None:
        facts["labour_nok"] = plain(Decimal(edge.amount_ore) / 100)
        if (found := ratio(edge, edge.amount_ore)) is not None:
            facts["capacity"] = plain(found)
            facts["declared_years"] = plain(years_of(edge) or Decimal(0))
    return facts


def _cite(citations: Citations, network: Network, org: str, limits: Thresholds) -> None:
    name = company(network, org)
    citations.node(org, both(
        "{org} ble registrert {day}.", "{org} was registered {day}.",
        org=name, day=day_of(known(network.node(org), "registered_on", date)),
    ))  # fmt: skip
    if (edge := capacity_of(network, org)) is not None:
        citations.edge(edge, _labour(network, edge))
    for role in roles_of(network, org).edges:
        if role in roles_of(network, org).advisers:
            citations.edge(role, both("{org} har regnskapsfører eller revisor.",
                                      "{org} has an accountant or auditor.", org=name))  # fmt: skip
        else:
            citations.edge(role, both("En rolle i {org} er registrert.",
                                      "A role in {org} is registered.", org=name))  # fmt: skip
    for duty in _missing_returns(network):
        citations.edge(duty, both(
            "Mva-melding med frist {day} er ikke registrert levert.",
            "A VAT return due {day} is not registered as filed.",
            day=day_of(known(duty, "deadline_on", date)),
        ))  # fmt: skip
    for located in own(network, EdgeKind.LOCATED_AT):
        place = both("Forretningsadressen til {org}.", "The business address of {org}.", org=name)
        citations.edge(located, place)
        citations.node(located.target, both("Adressen er delt av mange, som et kontorhotell.",
                                            "The address is shared by many, like an office hotel.")
                       if known(network.node(located.target), "hub_kind", str) else place)  # fmt: skip
    if (statement := _last_statement(network)) is not None:
        citations.edge(statement, both(
            "Næringsspesifikasjonen viser anleggsmidler: {amount}.",
            "The statement of accounts shows fixed assets: {amount}.",
            amount=sum_of(known(statement, "fixed_assets_ore", int)),
        ))  # fmt: skip
    for _, there, other in siblings(network, org, limits):
        citations.edge(there, both("Samme person eller virksomhet har kontroll i {org}.",
                                   "The same person or company has control of {org}.",
                                   org=company(network, there.target)))  # fmt: skip
        citations.edge(other, _labour(network, other))


def _labour(network: Network, edge: Edge) -> Wording:
    years = years_of(edge)
    return both(
        "{org} fakturerte arbeid for {amount} på 12 måneder; meldte årsverk: {years}.",
        "{org} invoiced labour of {amount} in 12 months; declared full-time years: {years}.",
        org=company(network, edge.source),
        amount=sum_of(edge.amount_ore),
        years={"nb": "ukjent", "en": "unknown"} if years is None else plain(years),
    )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A04",
    version="1.0",
    name=both("Underleverandør uten kapasitet", "Shell subcontractor"),
    rationale=both(
        "En virksomhet som fakturerer mer arbeid enn de meldte ansatte kan ha utført, kan dekke over arbeid "
        "som ikke er meldt.",
        "A company that invoices more labour than its declared people can have done may hide work that "
        "nobody declared."),
    formula=both(
        "Fakturert arbeid på 12 måneder er minst 1 mill. kr, meldte årsverk er høyst 0,25 av de årsverkene "
        "som bransjens laveste arbeidsandel tilsier, og minst 3 av 8 kjennetegn foreligger.",
        "Labour invoiced in 12 months is at least NOK 1 million, declared full-time years are at most 0.25 "
        "of what the lowest labour share of the trade implies, and at least 3 of 8 signs hold."),
    subject_type="org",
    scope_kind="shell",
    unit=both("kjennetegn", "signs"),
    edge_kinds=(EdgeKind.CAPACITY, EdgeKind.HOLDS_ROLE, EdgeKind.FILING_DUTY, EdgeKind.LOCATED_AT,
                EdgeKind.STATEMENT),
    data_owners=("Skatteetaten", "Brønnøysundregistrene", "contracting authorities"),
    thresholds=(
        Threshold(name="min_labour_ore", basis=ThresholdBasis.OWN, wording=both(
            "Fakturert arbeid på 12 måneder, i øre.", "Labour invoiced in 12 months, in øre.")),
        Threshold(name="max_capacity", basis=ThresholdBasis.OWN, wording=both(
            "Meldte årsverk delt på forventede.", "Declared full-time years divided by expected ones.")),
        Threshold(name="min_signs", basis=ThresholdBasis.OWN, wording=both(
            "Kjennetegn som må foreligge.", "Signs that must hold.")),
        Threshold(name="young_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder siden registrering som gjør en virksomhet ung.",
            "Months since registration within which a company is young.")),
        Threshold(name="vat_returns", basis=ThresholdBasis.OWN, wording=both(
            "Mva-meldinger som mangler.", "VAT returns that are missing.")),
        Threshold(name="owner_years", basis=ThresholdBasis.OWN, wording=both(
            "Årsverk som en personlig ansvarlig eier regnes som.",
            "Full-time years that a liable owner counts as.")),
    ),
    guards={
        "owner_labour": both("Personlig ansvarlige eiere kan ha gjort arbeidet selv.",
                             "Liable owners may have done the work themselves."),
        "bought_in_labour": both("Arbeidet er kjøpt inn fra andre.", "The labour was bought in from others."),
        "late_accounts": both("Regnskapet kan være inntil 18 måneder forsinket.",
                              "Accounts may come up to 18 months late."),
    },
    innocent=(
        both("Virksomheten kan være nystartet og under oppbygging.",
             "The company may have just begun and be growing."),
        both("Eieren kan arbeide uten lønn fra virksomheten.",
             "The owner may work without pay from the company."),
        both("Fakturaene kan gjelde mer materiell enn bransjen ellers bruker.",
             "The invoices may cover more material than the trade otherwise uses."),
        both("Innleide eller underleverandører som ikke er kjent, kan ha gjort arbeidet.",
             "Hired-in people or subcontractors that are not known may have done the work."),
    ),
    next_steps=(
        both("Kontroller roller, adresse og meldte ansatte mot ferske registerdata.",
             "Check roles, address and declared people against fresh register data."),
        both("Be oppdragsgiveren om oversikt over hvem som utførte arbeidet.",
             "Ask the client for a list of those who did the work."),
        both("Be virksomheten i brev om kontrakter, timelister og innleie.",
             "Ask the company by letter for contracts, time sheets and hire-in."),
        both("Vurder felles kontroll med Skatteetaten.", "Consider a joint control with Skatteetaten."),
    ),
    missing={
        "capacity_unknown": both("Normen for bransjen eller meldte årsverk er ukjent.",
                                 "The norm of the trade or the declared full-time years are unknown."),
        "signs_unknown": both("Ett eller flere kjennetegn er ukjent og regnes ikke med.",
                              "One or more signs are unknown and do not count."),
        "accounts_unknown": both("Anleggsmidler er ikke kjent; regnskap kommer inntil 18 måneder senere.",
                                 "Fixed assets are not known; accounts come up to 18 months late."),
        "roles_unknown": both("Ingen roller er kjent for virksomheten.",
                              "No roles of the company are known."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten har fakturert lite arbeid, eller har meldt folk nok til arbeidet. Er ingen faktura "
        "eller norm kjent, er utfallet ukjent.",
        "The company invoiced little labour, or declared people enough for it. Where no invoice or no norm "
        "is known, the outcome is unknown."),
    follow_up_owner=both("Skatteetaten; Arbeidstilsynet hvis arbeidere er sett på plassen",
                         "Skatteetaten; Arbeidstilsynet if workers were seen on the site"),
    legal_basis="",
    source="beta.skatteetaten.no «Hvordan kan du forhindre fiktiv fakturering?»; antall og grenser er egne",
    prior=Decimal("0.5"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("shell",),
    look_alikes=("start_up_paid_as_owner", "property_company_for_one_project",
                 "sole_proprietor_who_works_himself", "young_and_accounts_not_out"),
)
# fmt: on
