"""A01: more links below the main supplier than the rule allows.

Each extra link in a chain of subcontractors thins out control and liability. Public buyers must therefore cap
the number of links in construction and cleaning, and must write the cap into the contract.

Formula: let the contracts of the project that are labour-bearing, begun and not terminated be joined where
a contract names another as its parent and its client is that contract's supplier. depth = the most links
below a top contract on a path whose contracts are all in force on one and the same day of the last 12
months. It triggers when depth > tier limit + tiers granted by dispensation for contracts on that path. The
limit is that of the project: the one in its contract, else the rule in force when the main contract was
signed.

What is not counted: deliveries of goods and hire of equipment; parallel subcontractors (breadth is told
beside the depth); contracts without any date; links that are not declared. A contract whose parent is
unknown starts at level 0 and never adds depth: every labour-bearing contract is at level 0 or deeper, so
the depth told is a lower bound.

A dispensation counts when it was granted on or before the day work under its contract began (the signature
where the start is unknown). Dispensations for several contracts of one path add up; of several for one
contract the largest counts: the reading that favours the companies. A path beyond the limit that
dispensations cover is held back.

Where no cap applies (private client, or a value below the threshold) the depth is told as context only,
above an own level that rests on no law. A limit agreed in a private contract is compared with, but stays
context.

Innocent explanations: specialist trades, hired staff, sole traders, exemptions not yet recorded, contracts
kept open after the work was done. A breach is a breach of the procurement contract.

Source: forskrift om offentlige anskaffelser §§ 8-13 and 19-3; code list `ledd_regler` with the certainty of
each rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from graph.detectors.chain import (
    Chain,
    Dispensation,
    begins_on,
    breadth,
    carries_labour,
    chains,
    contract_id,
    dispensations,
    extra_tiers,
    links,
)
from graph.detectors.citing import Citations, both, period
from graph.detectors.reading import company, digest, known, months_ending, orgnrs, plain
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Evidence, Finding, Network, Node, Role, Status, ThresholdBasis

LEGAL_BASIS = "Forskrift om offentlige anskaffelser §§ 8-13 og 19-3"
NO_CAP = frozenset({"none_private", "none_below_value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A01; the tier limit itself comes with each project."""

    min_coverage_share: Decimal = Decimal("0.7")
    """Share of the chain, 0 to 1, that must be known before a depth within the limit means anything (own)."""
    context_depth: int = 2
    """Links below the main supplier beyond which an uncapped chain is context (own; as the public cap)."""
    look_back_months: int = 12
    """Months up to the evaluated month in which the contracts must have been in force together (own)."""


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per project of the network.

    Args:
        network: Scope of kind `project`.
        thresholds: Limits.
    """
    projects = network.nodes("project")
    for project in projects or [network.node(network.scope_id)]:
        yield _evaluate(network, project, thresholds)


def _evaluate(network: Network, project: Node, thresholds: Thresholds) -> Finding:
    project_id = project.node_id.split(":", 1)[1]
    declared = [e for e in network.edges(EdgeKind.CONTRACT) if known(e, "project_id", str) == project_id]
    counted = [e for e in declared if carries_labour(e)]
    window = months_ending(network.month, thresholds.look_back_months)
    limit, role, basis = _limit(project, thresholds)
    agreed = known(project, "tier_limit", int) is not None
    granted = dispensations(known(project, "dispensations", str) or "") if agreed else []

    def allowed(chain: Chain) -> int:
        return (limit or 0) + extra_tiers(chain, granted)

    found = chains(counted, window)
    beyond = [chain for chain in found if limit is not None and chain.depth > allowed(chain)]
    dispensed = [chain for chain in found if limit is not None and not beyond and chain.depth > limit]
    chosen = min(beyond or dispensed or found, key=lambda c: (-c.depth, allowed(c), c.ids), default=None)
    possible = [
        chain
        for chain in chains(counted, window, undated=True)
        if limit is not None and not beyond and chain.depth > allowed(chain)
    ]
    quality = _quality(network, project, declared, counted, thresholds)
    if beyond:
        status = Status.TRIGGERED
    elif dispensed:
        status = Status.SUPPRESSED
    elif limit is None or possible or quality & {"coverage_low", "coverage_unknown", "scope_truncated"}:
        status = Status.NOT_EVALUABLE
    else:
        status = Status.NOT_TRIGGERED
    told = chosen.contracts if chosen else ()
    extra = extra_tiers(chosen, granted) if chosen else 0
    return Finding(
        indicator_id="A01",
        indicator_version=INDICATOR.version,
        role=role,
        subject_id=f"chain:{project_id}:{digest(chosen.ids)}"
        if chosen and (beyond or dispensed)
        else project.node_id,
        scope_id=network.scope_id,
        companies=orgnrs(edge.target for edge in told),
        status=status,
        value=Decimal(chosen.depth if chosen else 0),
        threshold=None if limit is None else Decimal(limit if dispensed else limit + extra),
        evidence=_evidence(network, project, told, possible),
        guards=_guards(told, granted, extra, quality),
        suppressed_reason="dispensation" if status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=tuple(sorted(quality)),
        threshold_basis=basis,
        legal_basis_ref=LEGAL_BASIS if basis is ThresholdBasis.STATUTE else "",
        facts=_facts(network, project, found, beyond, chosen)
        | {"extra_tiers": str(extra)}
        | ({} if limit is None else {"limit": str(limit)}),
    )


def _limit(project: Node, thresholds: Thresholds) -> tuple[int | None, Role, ThresholdBasis]:
    limit = known(project, "tier_limit", int)
    public = known(project, "client_kind", str) not in (None, "privat")
    if limit is not None:
        return (
            (limit, Role.TRIGGER, ThresholdBasis.STATUTE)
            if public
            else (limit, Role.CONTEXT, ThresholdBasis.OWN)
        )
    if known(project, "tier_limit_basis", str) in NO_CAP:
        return thresholds.context_depth, Role.CONTEXT, ThresholdBasis.OWN
    return None, Role.TRIGGER, ThresholdBasis.STATUTE


def _quality(
    network: Network, project: Node, declared: list[Edge], counted: list[Edge], thresholds: Thresholds
) -> set[str]:
    coverage = known(project, "coverage_share", Decimal)
    limit = known(project, "tier_limit", int)
    certainty = known(project, "tier_limit_certainty", str)
    client = known(project, "client_orgnr", str)
    by_id = {contract_id(edge): edge for edge in declared}
    parents = [(edge, known(edge, "parent_contract_id", str)) for edge in counted]
    graph = links(counted)
    tests = {
        "coverage_unknown": coverage is None,
        "coverage_low": coverage is not None and coverage < thresholds.min_coverage_share,
        "tier_limit_unknown": limit is None and known(project, "tier_limit_basis", str) not in NO_CAP,
        "limit_from_contract": limit is not None and known(project, "tier_limit_basis", str) == "contract",
        "rule_date_unclear": certainty == "dato_uavklart",
        "rule_second_hand": certainty == "sekundaer",
        "no_cap": limit is None and known(project, "tier_limit_basis", str) in NO_CAP,
        "dates_unknown": any(begins_on(edge) is None for edge in counted),
        "labour_unknown": any(known(edge, "is_labour_bearing", bool) is None for edge in declared),
        "parent_unknown": any(
            parent not in by_id if parent else client is not None and edge.source != f"org:{client}"
            for edge, parent in parents
        ),
        "parent_mismatch": any(
            parent in graph and not graph.has_edge(parent, contract_id(edge)) for edge, parent in parents
        ),
        "dispensation_undated": any(
            one.granted_on is None for one in dispensations(known(project, "dispensations", str) or "")
        ),
        "scope_truncated": bool(network.truncated),
    }
    return {code for code, found in tests.items() if found}


def _guards(
    told: tuple[Edge, ...], granted: list[Dispensation], extra: int, quality: set[str]
) -> tuple[str, ...]:
    on_path = {contract_id(edge) for edge in told}
    named = [one for one in granted if one.contract_id in on_path]
    dispensation = "ruled_out"
    if extra:
        dispensation = f"not_ruled_out:{extra}"
    elif any(one.granted_on is None for one in named):
        dispensation = "unknown"
    hired = any(known(edge, "contract_kind", str) == "innleie" for edge in told)
    coverage = "unknown" if "coverage_unknown" in quality else "ruled_out"
    return (
        f"dispensation={dispensation}",
        f"hired_staff={'not_ruled_out' if hired else 'ruled_out'}",
        "goods_and_equipment=ruled_out",
        "parallel_suppliers=ruled_out",
        f"unknown_links={'not_ruled_out' if 'coverage_low' in quality else coverage}",
    )


def _evidence(
    network: Network, project: Node, told: tuple[Edge, ...], possible: list[Chain]
) -> tuple[Evidence, ...]:
    citations = Citations(network)
    limit = known(project, "tier_limit", int)
    coverage = known(project, "coverage_share", Decimal)
    percent = None if coverage is None else plain((coverage * 100).quantize(Decimal("0.1")))
    citations.node(
        project.node_id,
        both(
            "Prosjektet: {limit}; {coverage} av kjeden er kjent.",
            "The project: {limit}; {coverage} of the chain is known.",
            limit={
                "nb": "ingen kjent grense"
                if limit is None
                else f"høyst {limit} ledd under hovedleverandøren",
                "en": "no known limit" if limit is None else f"at most {limit} links below the main supplier",
            },
            coverage={
                "nb": "ukjent andel" if percent is None else f"{percent.replace('.', ',')} %",
                "en": "an unknown share" if percent is None else f"{percent}%",
            },
        ),
    )
    for path in (told, possible[0].contracts if possible else ()):
        for level, edge in enumerate(path):
            citations.edge(
                edge,
                both(
                    "Nivå {level}: {client} har satt bort arbeid til {supplier} ({period}).",
                    "Level {level}: {client} has contracted work out to {supplier} ({period}).",
                    level=str(level),
                    client=company(network, edge.source),
                    supplier=company(network, edge.target),
                    period=period(edge),
                ),
            )
    return citations.evidence()


def _facts(
    network: Network, project: Node, found: list[Chain], beyond: list[Chain], chosen: Chain | None
) -> dict[str, str]:
    facts = {
        "depth": str(chosen.depth if chosen else 0),
        "breadth": str(breadth(found)),
        "contracts_n": str(len(found)),
    }
    if chosen:
        facts["path"] = " > ".join(company(network, edge.target)["nb"] for edge in chosen.contracts)
        facts["in_force_together_from"] = chosen.start.isoformat()
        facts["in_force_together_to"] = chosen.end.isoformat()
    if beyond:
        ends = [
            c.ids
            for c in beyond
            if not any(o.ids[: len(c.ids)] == c.ids for o in beyond if o.depth > c.depth)
        ]
        facts["other_paths_n"] = str(len(ends) - 1)
    coverage = known(project, "coverage_share", Decimal)
    if coverage is not None:
        facts["coverage_percent"] = plain((coverage * 100).quantize(Decimal("0.1")))
    for name in ("tier_limit_basis", "tier_limit_rule", "client_orgnr"):
        value = known(project, name, str)
        if value:
            facts[name] = value
    return facts


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A01",
    version="1.0",
    name=both("Flere ledd enn regelen tillater", "Chain deeper than the rule allows"),
    rationale=both(
        "Hvert ekstra ledd gjør kontroll og ansvar svakere. Offentlige oppdragsgivere skal derfor begrense "
        "antall ledd i bygg, anlegg og renhold.",
        "Each extra link weakens control and liability. Public buyers must therefore limit the number of "
        "links in construction and cleaning."),
    formula=both(
        "Flest ledd under hovedleverandøren på en vei der alle de arbeidsbærende kontraktene løper på "
        "samme dag de siste 12 månedene, er flere enn grensen for prosjektet pluss ledd det er gitt "
        "dispensasjon for.",
        "The most links below the main supplier on a path whose labour-bearing contracts are all in force "
        "on the same day in the last 12 months exceed the project's limit plus the links granted by "
        "dispensation."),
    subject_type="project",
    scope_kind="project",
    unit=both("ledd under hovedleverandøren", "links below the main supplier"),
    edge_kinds=(EdgeKind.CONTRACT,),
    data_owners=("contracting authorities",),
    thresholds=(
        Threshold(name="min_coverage_share", basis=ThresholdBasis.OWN, wording=both(
            "Minste kjente andel av kjeden (0 til 1) for at en dybde innenfor grensen skal bety noe.",
            "Least known share of the chain (0 to 1) for a depth within the limit to mean anything.")),
        Threshold(name="context_depth", basis=ThresholdBasis.OWN, wording=both(
            "Ledd som kjeden må overstige for å fortelles som bakgrunn der ingen grense gjelder.",
            "Links that a chain must exceed to be told as context where no limit applies.")),
        Threshold(name="look_back_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder tilbake der kontraktene må ha løpt samtidig.",
            "Months back in which the contracts must have been in force together.")),
    ),
    guards={
        "dispensation": both("Oppdragsgiver har gitt dispensasjon før arbeidet begynte.",
                             "The client granted a dispensation before work began."),
        "hired_staff": both("Et ledd er innleie av arbeidskraft og ikke en underentreprise.",
                            "A link is hired-in staff and not a subcontract."),
        "goods_and_equipment": both(
            "Leddet er vareleveranse eller utstyrsleie; slike kontrakter er ikke regnet med.",
            "The link is a delivery of goods or hire of equipment; such contracts are not counted."),
        "parallel_suppliers": both("Underleverandørene står side om side; bredde er ikke regnet som ledd.",
                                   "The subcontractors stand side by side; breadth is not counted as links."),
        "unknown_links": both("Deler av kjeden er ukjent; ukjente ledd er aldri regnet med.",
                              "Parts of the chain are unknown; unknown links are never counted."),
    },
    innocent=(
        both(
            "Et spesialfag kan kreve et ekstra ledd, og en dispensasjon kan være gitt uten å være "
            "registrert.",
            "A specialist trade may need an extra link, and a dispensation may exist without being "
            "recorded."),
        both("Det nederste leddet kan være innleid arbeidskraft eller en selvstendig som arbeider selv.",
             "The lowest link may be hired-in staff or a self-employed person who does the work."),
        both("En kontrakt kan stå som løpende etter at arbeidet er ferdig.",
             "A contract may be recorded as running after the work is done."),
        both(
            "For mange ledd er et brudd på anskaffelseskontrakten og sier ikke i seg selv noe om "
            "arbeidsforholdene.",
            "Too many links is a breach of the procurement contract and by itself says nothing about "
            "working conditions."),
    ),
    next_steps=(
        both("Kontroller kjeden og dispensasjonene i byggherrens leverandørsystem.",
             "Check the chain and the dispensations in the client's supplier system."),
        both("Spør byggherren i brev om leddene er godkjent, og når.",
             "Ask the client by letter whether the links were approved, and when."),
        both("Be om kontraktene i de ytterste leddene.", "Request the contracts of the lowest links."),
        both("Kontroller påse- og informasjonsplikten i et felles tilsyn på byggeplassen.",
             "Check the duties to inform and to see to it in a joint inspection of the site."),
    ),
    missing={
        "coverage_unknown": both("Hvor stor del av kjeden som er kjent, kan ikke beregnes.",
                                 "How much of the chain is known cannot be computed."),
        "coverage_low": both("For lite av kjeden er kjent til å si at den er innenfor grensen.",
                             "Too little of the chain is known to say that it is within the limit."),
        "tier_limit_unknown": both("Det er ikke kjent hvilken grense som gjelder for prosjektet.",
                                   "It is not known which limit applies to the project."),
        "limit_from_contract": both("Grensen er hentet fra kontrakten for prosjektet.",
                                    "The limit is taken from the project's contract."),
        "no_cap": both("Ingen lovfestet grense gjelder; dybden er bare bakgrunn.",
                       "No statutory limit applies; the depth is context only."),
        "rule_date_unclear": both(
            "Det er ikke avklart fra hvilken dato regelen om ledd gjelder i denne formen.",
            "It is not settled from which date the rule applies in this form."),
        "rule_second_hand": both("Regelen er hentet fra en annenhåndskilde og må kontrolleres.",
                                 "The rule is taken from a second-hand source and must be checked."),
        "dates_unknown": both("Minst én kontrakt mangler både oppstart og signatur og er ikke regnet med.",
                              "At least one contract lacks both start and signature and is not counted."),
        "labour_unknown": both(
            "For minst én kontrakt er det ukjent om den gjelder arbeid; den er ikke regnet med.",
            "For at least one contract it is unknown whether it covers labour; not counted."),
        "parent_unknown": both("Minst én kontrakt har ukjent plass i kjeden; dybden er et minstetall.",
                               "At least one contract has an unknown place in the chain; a lower bound."),
        "parent_mismatch": both(
            "Minst én kontrakt viser til en kontrakt over seg med en annen leverandør; leddet er ikke "
            "regnet med.",
            "At least one contract names a contract above it with another supplier; the link is not "
            "counted."),
        "dispensation_undated": both("En dispensasjon mangler dato og er ikke regnet med.",
                                     "A dispensation lacks a date and is not counted."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Prosjektet har ingen kjent underkontrakt. En kontrakt som ikke er meldt, er ukjent, ikke "
        "fraværende.",
        "The project has no known subcontract. A contract that is not declared is unknown, not absent."),
    follow_up_owner=both(
        "Byggherren først; Arbeidstilsynet for påse- og informasjonsplikten",
        "The contracting authority first; Arbeidstilsynet for the duties to inform and to see to"),
    legal_basis=LEGAL_BASIS,
    source="Forskrift om offentlige anskaffelser §§ 8-13 og 19-3; kodeliste ledd_regler; Oslo kommunes "
    "instruks for anskaffelser punkt 4-6 (annenhåndskilde)",
    prior=Decimal("0.45"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("deep_chain",),
    look_alikes=("exactly_two_links", "deep_through_goods_and_equipment", "dispensation_granted",
                 "links_do_not_overlap_in_time", "broad_not_deep", "deep_private_project",
                 "value_below_the_limit"),
)
# fmt: on
