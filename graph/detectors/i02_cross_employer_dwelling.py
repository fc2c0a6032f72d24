"""I02: workers of different employers in one chain share a dwelling that someone in or near the chain holds.

When nominally different employers lodge their workers together, and the dwelling belongs to the chain they
work in, the employers may in fact be one.

Formula, for dwelling d, Q its adult residents who work, E(Q) their employers in the month: |Q| >= 4; E(Q)
counts at least 2 owners (no common ownership); all of E(Q) are in one chain K; and whoever owns, rents or
provides d is within 2 steps of K. K is a connected part of the labour-bearing contracts of the last 12
months, in which a client joins suppliers only where it is a supplier in the project itself: two main
suppliers of one client are two chains. A step is a control role, a share of at least 10 % (or being the
ultimate owner), or a labour-bearing contract; a step through a declared hub (accountant, office hotel,
large landlord) does not count.

What is unknown stays unknown: where the owners of the employers, or all holders of the dwelling, are
unknown and that decides, the finding is not evaluable. Contracts are known only as far as they are
declared; an employer without any known contract is not in the chain, and the finding says so.

Innocent explanations: permitted barracks at a project, housing arranged by a staffing agency, workers who
share a flat of their own choice. Guards: permitted barracks, declared student housing and a single family
are held back; agency housing is told beside the finding.

Source: own heuristic; arbeidsplassforskriften chapter 3A for the duty of whoever provides lodging.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import networkx as nx

from graph.detectors.chain import carries_labour, companies_in_chain, in_force
from graph.detectors.citing import Citations, both, period
from graph.detectors.lodging import (
    MISSING,
    Lodging,
    cite_dwelling,
    cite_holders,
    cite_residents,
    dwelling_key,
    lodgings,
)
from graph.detectors.ownership import cite_owner, cite_owners, cite_tie, is_known, owner_graph, together
from graph.detectors.reading import all_true, company, known, months_ending, orgnrs, path, pseudonyms
from graph.detectors.succession import is_control
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

STAFFING = "78.2"
"""NACE group of temporary employment agencies, the same in SN2007 and SN2025."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of I02."""

    min_workers: int = 4
    """Adult residents who work (own)."""
    min_owners: int = 2
    """Owners among the employers that have nothing in common (own)."""
    max_hops: int = 2
    """Steps between whoever holds the dwelling and the chain (own)."""
    look_back_months: int = 12
    """Months up to the evaluated month in which a contract must have been in force (own)."""
    group_share: Decimal = Decimal("0.5")
    """Share of ownership, 0 to 1, from which two employers have a common owner (own)."""
    step_share: Decimal = Decimal("0.1")
    """Share of ownership, 0 to 1, that counts as a step (own)."""


@dataclass(frozen=True, slots=True)
class Tie:
    """The shortest way from a holder of the dwelling to the chain."""

    hops: int
    holder: str
    member: str


@dataclass(frozen=True)
class Setting:
    """A dwelling with the chain its residents work in.

    Attributes:
        lodging: The dwelling.
        limits: Thresholds.
        owners: Ownership that gives a common owner.
        chain: Companies joined by contracts.
        steps: Everything that counts as a step.
        hubs: Hubs that no step goes through.
    """

    lodging: Lodging
    limits: Thresholds
    owners: nx.Graph
    chain: nx.Graph
    steps: nx.Graph
    hubs: tuple[str, ...]

    @property
    def owner_groups(self) -> list[frozenset[str]]:
        """Employers by common owner."""
        return together(self.owners, self.lodging.all_employers)

    @property
    def separate(self) -> bool | None:
        """Whether enough owners have nothing in common; None when owners that are unknown decide."""
        network, groups = self.lodging.network, self.owner_groups
        alone = [group for group in groups if len(group) == 1]
        unknown = sum(not is_known(network, org) for group in alone for org in group)
        fewest = max(len(groups) - unknown, min(len(groups), 1))
        if fewest >= self.limits.min_owners:
            return True
        return None if len(groups) >= self.limits.min_owners else False

    @property
    def members(self) -> frozenset[str]:
        """Companies of the chain that holds all employers; empty when no chain holds them all."""
        first, *others = self.lodging.all_employers or ("",)
        if first not in self.chain:
            return frozenset()
        found = frozenset(nx.node_connected_component(self.chain, first))
        return found if found.issuperset(others) else frozenset()

    @property
    def tie(self) -> Tie | None:
        """The shortest way from a holder to the chain, if it is short enough."""
        found = [
            Tie(hops, holder, member)
            for holder in self.lodging.holders
            if holder in self.steps
            for member, hops in nx.single_source_shortest_path_length(
                self.steps, holder, cutoff=self.limits.max_hops
            ).items()
            if member in self.members
        ]
        return min(found, key=lambda t: (t.hops, t.holder, t.member), default=None)


def setting(lodging: Lodging, limits: Thresholds) -> Setting:
    """A dwelling with the chain its residents work in.

    Args:
        lodging: The dwelling.
        limits: Thresholds.
    """
    network = lodging.network
    contracts = network.edges(EdgeKind.CONTRACT)
    window = months_ending(network.month, limits.look_back_months)
    chain = companies_in_chain(contracts, window)
    steps = owner_graph(network, limits.step_share)
    month = months_ending(network.month, 1)
    for edge in contracts + network.edges(EdgeKind.HOLDS_ROLE):
        if edge.kind is EdgeKind.CONTRACT:
            counts = carries_labour(edge) and in_force(edge, window)
        else:
            counts = is_control(network, edge) and edge.overlaps(*month)
        if counts and not steps.has_edge(edge.source, edge.target):
            steps.add_edge(edge.source, edge.target, edge=edge)
    steps.add_nodes_from(chain)
    hubs = [n for n in steps if n not in chain and known(network.node(n), "hub_kind", str) is not None]
    steps.remove_nodes_from(hubs)
    return Setting(
        lodging, limits, owner_graph(network, limits.group_share), chain, steps, tuple(sorted(hubs))
    )


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per dwelling.

    Args:
        network: Scope of kind `dwelling`.
        thresholds: Limits.
    """
    for lodging in lodgings(network):
        yield _evaluate(setting(lodging, thresholds))


def _evaluate(found: Setting) -> Finding:
    lodging, limits = found.lodging, found.limits
    network = lodging.network
    tie = found.tie
    tied = True if tie else None if not lodging.holdings else False
    rule = all_true(len(lodging.workers) >= limits.min_workers, found.separate, bool(found.members), tied)
    status = {True: Status.TRIGGERED, False: Status.NOT_TRIGGERED, None: Status.NOT_EVALUABLE}[rule]
    reason = ""
    if status is Status.TRIGGERED:
        reason = "one_family" if lodging.unrelated < 2 else ""
        reason = "student_housing" if lodging.is_student_housing else reason
        reason = "permitted_barracks" if lodging.is_permitted_barracks else reason
    elif status is Status.NOT_TRIGGERED and network.truncated:
        status = Status.NOT_EVALUABLE
    status = Status.SUPPRESSED if reason else status
    told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    quality = set(lodging.codes)
    tests = {
        "owner_unknown": not all(is_known(network, org) for org in lodging.all_employers),
        "chain_unknown": any(org not in found.chain for org in lodging.all_employers),
        "holder_unconfirmed": tie is not None and not _confirmed(lodging, tie.holder),
    }
    quality |= {code for code, holds in tests.items() if holds}
    holders = [tie.holder] if tie else []
    return Finding(
        indicator_id="I02",
        indicator_version=INDICATOR.version,
        subject_id=lodging.dwelling.node_id,
        scope_id=network.scope_id,
        companies=orgnrs([*lodging.all_employers, *holders]),
        dwellings=(dwelling_key(lodging),),
        persons=pseudonyms(lodging.workers) if told else (),
        status=status,
        value=Decimal(len(lodging.workers)),
        threshold=Decimal(limits.min_workers),
        evidence=_cited(found).evidence(),
        guards=_guards(found),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(quality)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(found),
    )


def _confirmed(lodging: Lodging, holder: str) -> bool:
    return any(known(e, "is_confirmed", bool) for e in lodging.holdings if e.source == holder)


def _guards(found: Setting) -> tuple[str, ...]:
    lodging, tie = found.lodging, found.tie
    words = {True: "not_ruled_out", False: "ruled_out", None: "unknown"}
    letting = [h for h in lodging.holders if h in lodging.all_employers]
    agencies = [(known(lodging.network.node(h), "nace", str) or "").startswith(STAFFING) for h in letting]
    separate = found.separate
    outcomes = {
        "permitted_barracks": lodging.is_permitted_barracks,
        "student_housing": lodging.is_student_housing,
        "one_family": lodging.unrelated < 2,
        "common_owner": None if separate is None else not separate,
        "agency_housing": any(agencies),
        "flat_share": None if tie is None else tie.holder in lodging.residents,
    }
    return tuple(f"{guard}={words[holds]}" for guard, holds in outcomes.items())


def _cited(found: Setting) -> Citations:
    lodging = found.lodging
    network = lodging.network
    citations = Citations(network)
    cite_dwelling(citations, lodging, "Boligen i matrikkelen.", "The dwelling in the cadastre.")
    households = [f for f in lodging.families if not f.isdisjoint(lodging.employers)]
    cite_residents(citations, lodging, (person for family in households for person in family))
    cite_holders(citations, lodging)
    for hub in found.hubs:
        name = company(network, hub)
        citations.node(hub, both("{org} er knyttet til mange.", "{org} is linked to many.", org=name))
    cite_owners(citations, network, lodging.all_employers, found.limits.group_share)
    for group in found.owner_groups:
        first, *others = sorted(group)
        for other in others:
            cite_tie(citations, network, found.owners, first, other)
    tie = found.tie
    if found.members:
        first, *others = lodging.all_employers
        for other in [*others, *([tie.member] if tie else [])]:
            for ends in path(found.chain, first, other):
                for edge in found.chain.edges[ends]["contracts"]:
                    _cite_contract(citations, network, edge)
    if tie:
        for ends in path(found.steps, tie.holder, tie.member):
            _cite_step(citations, network, found.steps, ends)
    return citations


def _cite_contract(citations: Citations, network: Network, edge: Edge) -> None:
    citations.edge(
        edge,
        both(
            "{supplier} arbeider for {client} ({period}).",
            "{supplier} works for {client} ({period}).",
            supplier=company(network, edge.target),
            client=company(network, edge.source),
            period=period(edge),
        ),
    )


def _cite_step(citations: Citations, network: Network, steps: nx.Graph, ends: tuple[str, str]) -> None:
    edge = steps.edges[ends].get("edge")
    if edge is None:
        cite_tie(citations, network, steps, *ends)
    elif edge.kind is EdgeKind.CONTRACT:
        _cite_contract(citations, network, edge)
    elif edge.kind is EdgeKind.OWNS_SHARE:
        cite_owner(citations, network, edge)
    else:
        citations.edge(
            edge,
            both(
                "Rollen {role} i {org} ({period}).",
                "The role {role} in {org} ({period}).",
                role=known(edge, "role", str) or "-",
                org=company(network, edge.target),
                period=period(edge),
            ),
        )


def _facts(found: Setting) -> dict[str, str]:
    lodging, tie = found.lodging, found.tie
    facts = {
        "chain_companies_n": str(len(found.members)),
        "employers_n": str(len(lodging.all_employers)),
        "owner_groups_n": str(len(found.owner_groups)),
        "residents_n": str(len(lodging.residents)),
        "workers_n": str(len(lodging.workers)),
    }
    if tie:
        facts["tie_steps"] = str(tie.hops)
        facts["tie_holder"] = "org" if tie.holder.startswith("org:") else "person"
        facts["tie_kinds"] = ", ".join(
            sorted({str(known(e, "holder_kind", str)) for e in lodging.holdings if e.source == tie.holder})
        )
    return facts


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="I02",
    version="1.0",
    name=both("Ansatte hos flere i kjeden deler kjedens bolig", "Cross-employer dwelling tied to the chain"),
    rationale=both(
        "Når arbeidstakere fra ulike arbeidsgivere bor sammen i en bolig som noen i samme kjede rår over, "
        "kan arbeidsgiverne i realiteten være én.",
        "When workers of different employers share a dwelling that someone in the same chain holds, the "
        "employers may in fact be one."),
    formula=both(
        "Minst 4 voksne som arbeider bor i boligen, arbeidsgiverne har minst 2 eiere uten noe felles, alle "
        "arbeidsgiverne er i samme kjede av arbeidsbærende kontrakter, og den som eier, leier eller "
        "stiller boligen til rådighet, er høyst 2 steg fra kjeden gjennom rolle, eierskap eller kontrakt.",
        "At least 4 adults who work live in the dwelling, their employers have at least 2 owners with "
        "nothing in common, all employers are in one chain of labour-bearing contracts, and whoever owns, "
        "rents or provides the dwelling is at most 2 steps from the chain by role, ownership or contract."),
    subject_type="dwelling",
    scope_kind="dwelling",
    unit=both("voksne beboere som arbeider", "adult residents who work"),
    edge_kinds=(EdgeKind.RESIDES_IN, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY, EdgeKind.HOLDS_DWELLING,
                EdgeKind.HOLDS_ROLE, EdgeKind.OWNS_SHARE, EdgeKind.CONTRACT),
    data_owners=("Kartverket", "Skatteetaten (Folkeregisteret)", "Skatteetaten", "Arbeidstilsynet",
                 "contracting authorities", "Brønnøysundregistrene"),
    thresholds=(
        Threshold(name="min_workers", basis=ThresholdBasis.OWN, wording=both(
            "Færrest voksne beboere som arbeider.",
            "Fewest adult residents who work.")),
        Threshold(name="min_owners", basis=ThresholdBasis.OWN, wording=both(
            "Færrest eiere uten noe felles blant arbeidsgiverne.",
            "Fewest owners with nothing in common among the employers.")),
        Threshold(name="max_hops", basis=ThresholdBasis.OWN, wording=both(
            "Flest steg mellom den som rår over boligen, og kjeden.",
            "Most steps between whoever holds the dwelling and the chain.")),
        Threshold(name="look_back_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder tilbake der en kontrakt må ha løpt.",
            "Months back in which a contract must have been in force.")),
        Threshold(name="group_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel (0 til 1) som gjør at to arbeidsgivere har felles eier.",
            "Share of ownership (0 to 1) from which two employers have a common owner.")),
        Threshold(name="step_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel (0 til 1) som teller som et steg.",
            "Share of ownership (0 to 1) that counts as a step.")),
    ),
    guards={
        "permitted_barracks": both("Boligen er en brakkerigg med tillatelse.",
                                   "The dwelling is a barracks with a permit."),
        "student_housing": both("Boligen er oppført som studentbolig.",
                                "The dwelling is listed as student housing."),
        "one_family": both("De som arbeider, er én familie.", "Those who work are one family."),
        "common_owner": both("Arbeidsgiverne har felles eier.", "The employers have a common owner."),
        "agency_housing": both("Et bemanningsforetak huser egne ansatte.",
                               "A staffing agency houses its own workers."),
        "flat_share": both("Beboerne har selv leid eller eier boligen sammen.",
                           "The residents rent or own the dwelling themselves."),
    },
    innocent=(
        both("En godkjent brakkerigg på et prosjekt huser ofte folk fra flere underleverandører.",
             "A permitted barracks at a project often houses people of several subcontractors."),
        both("Et bemanningsforetak kan ha ordnet bolig for dem det leier ut.",
             "A staffing agency may have arranged housing for those it hires out."),
        both("Folk som arbeider på samme byggeplass, kan ha valgt å bo sammen.",
             "People who work on the same site may have chosen to live together."),
        both("Utleieren kan leie ut på vanlige vilkår uten noe med arbeidet å gjøre.",
             "The landlord may let on ordinary terms without anything to do with the work."),
    ),
    next_steps=(
        both("Kontroller eierskap, leieforhold og ansettelser i registrene på nytt.",
             "Check ownership, tenancy and employment in the registers again."),
        both("Spør arbeidsgiverne i brev om hvem som ordner og betaler boligen.",
             "Ask the employers by letter who arranges and pays for the dwelling."),
        both("Be om leieavtaler, arbeidsavtaler og trekk i lønn.",
             "Request tenancy agreements, employment contracts and deductions from pay."),
        both("Vurder felles tilsyn, med tolk og trygg kontakt for beboerne.",
             "Consider a joint inspection, with an interpreter and safe contact for the residents."),
    ),
    missing={
        "owner_unknown": both("Eieren av minst én arbeidsgiver er ukjent.",
                              "The owner of at least one employer is unknown."),
        "chain_unknown": both(
            "Minst én arbeidsgiver har ingen kjent kontrakt; det betyr ikke at den ikke har noen.",
            "At least one employer has no known contract; that does not mean it has none."),
        "holder_unknown": both("Det er ukjent hvem som eier, leier eller stiller boligen til rådighet.",
                               "It is unknown who owns, rents or provides the dwelling."),
        "holder_unconfirmed": both("Tilknytningen hviler på en melding som ikke er bekreftet.",
                                   "The tie rests on a notice that is not confirmed."),
        **MISSING,
    },
    not_candidate=both(
        "Færre enn tre voksne som arbeider, er kjent bosatt i boligen. Registrerte beboere er et minstetall.",
        "Fewer than three adults who work are known to live in the dwelling. Registered residents are a "
        "lower bound."),
    follow_up_owner=both("Arbeidstilsynet; Skatteetaten (leieinntekter)",
                         "Arbeidstilsynet; Skatteetaten (rental income)"),
    legal_basis="",
    source="Egen regel; arbeidsplassforskriften kapittel 3A for plikten til den som stiller innkvartering",
    prior=Decimal("0.60"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("shared_house",),
    look_alikes=("permitted_barracks", "flat_share_with_private_owner", "employers_of_one_group",
                 "employers_in_different_chains"),
)
# fmt: on
