"""G03: one account, telephone or e-mail address for many workers of different employers.

Somebody who receives the pay of several workers, or answers for them, may control them. The finding is about
the identifier and those who run it; the workers may be the ones who need help.

Formula: in each month, count the workers who had given the identifier and were employed and paid, those of
one household once; the month counts when they have at least 2 employers. It triggers when at least 4 such
workers share it in at least 2 months in a row, within the last 12.

Household: registered family relations, and the owner's own test of those who share. Both only ever hold a
finding back, and neither leaves the owner's agency.

A payroll bureau may leave its own contact data for all workers of its clients, which says nothing of them:
when one agent with at least 10 clients files the reports of all employers, and at least half of the staff of
each gave it, a shared telephone or e-mail address is context only. An account is not explained by that.

Innocent explanations: families, payroll cards of one employer, a helper in the community, a contact at a
trade organisation, a number that was typed for somebody else.

Source: ILO indicators of forced labour (withheld wages, abuse of vulnerability); strategy against
labour-market crime 2021, ch. 2; the cut-offs are own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import networkx as nx

from graph.detectors.citing import Citations, both, period
from graph.detectors.reading import (
    Interval,
    company,
    digest,
    each_month,
    known,
    months_ending,
    orgnrs,
    pseudonyms,
    share,
)
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Role, Status, ThresholdBasis

CONTACTS = frozenset({"telefon", "epost"})
"""Kinds of identifier that a payroll bureau may leave for others."""
KINDS = {
    "konto": ("Utbetalingskontoen", "The pay-out account"),
    "telefon": ("Telefonnummeret", "The telephone number"),
    "epost": ("E-postadressen", "The e-mail address"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of G03."""

    min_workers: int = 4
    """Workers who share the identifier, those of one household once (own)."""
    min_employers: int = 2
    """Employers of those workers in the same month (own)."""
    min_months: int = 2
    """Months in a row (own)."""
    window_months: int = 12
    """Months up to the evaluated month that are looked at (own)."""
    min_bureau_clients: int = 10
    """Clients from which on an agent is a payroll bureau (own)."""
    min_bureau_share: Decimal = Decimal("0.5")
    """Share of each employer's staff, 0 to 1, that a bureau's own contact stands for (own)."""


@dataclass(frozen=True)
class Shared:
    """An identifier with those who gave it and whom they worked for."""

    network: Network
    limits: Thresholds

    @cached_property
    def months(self) -> list[Interval]:
        """The months that are looked at, in order."""
        return each_month(self.network.month, self.limits.window_months)

    @cached_property
    def uses(self) -> list[Edge]:
        """Who gave the identifier in these months."""
        window = months_ending(self.network.month, self.limits.window_months)
        rows = self.network.edges(EdgeKind.USES_IDENTIFIER)
        return [
            e
            for e in rows
            if e.target == self.network.scope_id and e.valid_from is not None and e.overlaps(*window)
        ]

    @cached_property
    def people(self) -> set[str]:
        """Those who gave it."""
        return {e.source for e in self.uses}

    @cached_property
    def spells(self) -> list[Edge]:
        """Their paid employments in these months."""
        window = months_ending(self.network.month, self.limits.window_months)
        return [
            e
            for e in self.network.edges(EdgeKind.EMPLOYED_BY)
            if e.source in self.people
            and known(e, "is_paid", bool) is True
            and e.valid_from is not None
            and e.overlaps(*window)
        ]

    @cached_property
    def relations(self) -> list[Edge]:
        """Registered family relations among them."""
        rows = self.network.edges(EdgeKind.FAMILY)
        return [e for e in rows if e.source in self.people and e.target in self.people]

    @cached_property
    def household_of(self) -> Mapping[str, str]:
        """Household of each person, named after one of its members."""
        tested = sorted(e.source for e in self.uses if known(e, "is_household", bool) is True)
        homes = nx.Graph()
        homes.add_nodes_from(self.people)
        homes.add_edges_from((e.source, e.target) for e in self.relations)
        homes.add_edges_from((tested[0], other) for other in tested[1:])
        return {p: min(home) for home in nx.connected_components(homes) for p in home}

    def employers(self, month: Interval) -> dict[str, set[str]]:
        """Employers in a month of each worker who had given the identifier by then."""
        sharing = {e.source for e in self.uses if e.overlaps(*month)}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for edge in self.spells:
            if edge.source in sharing and edge.overlaps(*month):
                found[edge.source].add(edge.target)
        return found

    def count(self, month: Interval, *, by_household: bool) -> int:
        """Workers in a month, or households; 0 when they have too few employers."""
        workers = self.employers(month)
        if len({org for orgs in workers.values() for org in orgs}) < self.limits.min_employers:
            return 0
        return len({self.household_of[p] for p in workers}) if by_household else len(workers)

    def lasting(self, counts: list[int]) -> int:
        """The most that enough months in a row have."""
        span = self.limits.min_months
        return max((min(counts[n : n + span]) for n in range(len(counts) - span + 1)), default=0)

    @cached_property
    def workers_n(self) -> int:
        """Workers who share it for long enough."""
        return self.lasting([self.count(m, by_household=False) for m in self.months])

    @cached_property
    def unrelated_n(self) -> int:
        """The same, those of one household once."""
        return self.lasting([self.count(m, by_household=True) for m in self.months])

    @cached_property
    def sharing_n(self) -> int:
        """Households that share it for long enough, whether or not their work is known."""
        homes = self.household_of
        counts = [len({homes[e.source] for e in self.uses if e.overlaps(*m)}) for m in self.months]
        return self.lasting(counts)

    @cached_property
    def working(self) -> set[str]:
        """Households with paid work in some month in which they shared it."""
        return {self.household_of[p] for m in self.months for p in self.employers(m)}

    @cached_property
    def companies(self) -> list[str]:
        """Employers of those who share it, in the months that they shared it."""
        return sorted({org for m in self.months for orgs in self.employers(m).values() for org in orgs})

    @cached_property
    def agents(self) -> list[Edge]:
        """Who files the reports of the employers."""
        rows = self.network.edges(EdgeKind.FILED_BY)
        return [e for e in rows if e.source in self.companies]

    @cached_property
    def kind(self) -> str:
        """Kind of identifier."""
        return max((known(e, "identifier_kind", str) or "" for e in self.uses), default="")

    def is_whole_staff(self, agent: Edge) -> bool:
        """Whether most of an employer's staff gave the identifier: a bureau leaves its contact for all."""
        staff = known(agent, "staff_n", int) or 0
        giving = {e.source for e in self.spells if e.target == agent.source}
        return staff > 0 and share(len(giving), staff) >= self.limits.min_bureau_share

    @cached_property
    def is_of_bureau(self) -> bool:
        """Whether one payroll bureau files for all employers, and the identifier is its contact."""
        clients: defaultdict[str, set[str]] = defaultdict(set)
        for edge in self.agents:
            is_bureau = (known(edge, "clients_n", int) or 0) >= self.limits.min_bureau_clients
            if is_bureau and self.is_whole_staff(edge):
                clients[edge.target].add(edge.source)
        everybody = set(self.companies)
        return self.kind in CONTACTS and any(orgs >= everybody for orgs in clients.values())


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for the identifier of the scope.

    Args:
        network: Scope of kind `identifier`.
        thresholds: Limits.
    """
    shared = Shared(network, thresholds)
    is_tested = all(known(e, "is_household", bool) is not None for e in shared.uses)
    status, reason = Status.NOT_TRIGGERED, ""
    if shared.unrelated_n >= thresholds.min_workers:
        status = Status.TRIGGERED
    elif shared.workers_n >= thresholds.min_workers:
        status, reason = Status.SUPPRESSED, "household"
    elif network.truncated or shared.sharing_n >= thresholds.min_workers > len(shared.working):
        status = Status.NOT_EVALUABLE
    is_told = status in (Status.TRIGGERED, Status.SUPPRESSED)
    quality = {
        "employer_unknown": shared.sharing_n >= thresholds.min_workers > len(shared.working),
        "household_untested": not is_tested,
        "bureau_files_for_all": shared.is_of_bureau,
        "scope_truncated": bool(network.truncated),
    }
    citations = Citations(network)
    _cite(citations, shared)
    related = shared.workers_n > shared.unrelated_n
    yield Finding(
        indicator_id="G03",
        indicator_version=INDICATOR.version,
        role=Role.CONTEXT if shared.is_of_bureau else Role.TRIGGER,
        subject_id=f"cluster:{digest([network.scope_id])}",
        scope_id=network.scope_id,
        companies=orgnrs(shared.companies),
        persons=pseudonyms(shared.people) if is_told else (),
        status=status,
        value=Decimal(shared.unrelated_n),
        threshold=Decimal(thresholds.min_workers),
        evidence=citations.evidence(),
        guards=(
            f"household={'not_ruled_out' if related else 'ruled_out' if is_tested else 'unknown'}",
            f"payroll_bureau={'not_ruled_out' if shared.is_of_bureau else 'ruled_out'}",
            f"one_employer={'ruled_out' if shared.workers_n else 'not_ruled_out'}",
        ),
        suppressed_reason=reason,
        truncated=network.truncated,
        data_quality=tuple(sorted(code for code, holds in quality.items() if holds)),
        threshold_basis=ThresholdBasis.OWN,
        facts={
            "kind": shared.kind,
            "workers_n": str(shared.workers_n),
            "households_n": str(shared.unrelated_n),
            "employers_n": str(len(shared.companies)),
        },
    )


def _cite(citations: Citations, shared: Shared) -> None:
    network = shared.network
    for edge in shared.uses:
        nb, en = KINDS.get(known(edge, "identifier_kind", str) or "", ("Opplysningen", "The identifier"))
        citations.edge(
            edge,
            both(
                "{kind} er oppgitt av en person ({days}).",
                "{kind} was given by a person ({days}).",
                kind={"nb": nb, "en": en},
                days=period(edge),
            ),
        )
    for edge in shared.spells:
        citations.edge(
            edge,
            both(
                "En person som deler den, var ansatt i {org} ({days}).",
                "A person who shares it was employed by {org} ({days}).",
                org=company(network, edge.target),
                days=period(edge),
            ),
        )
    for edge in shared.relations:
        citations.edge(edge, both("To som deler den, er i familie.", "Two who share it are family."))
    for edge in shared.agents:
        citations.edge(
            edge,
            both(
                "{agent} leverer a-melding for {org} ({staff} ansatte) og for {n} virksomheter i alt.",
                "{agent} files employer reports for {org} (staff {staff}) and for {n} organisations in all.",
                staff=str(known(edge, "staff_n", int) or "?"),
                agent=company(network, edge.target),
                org=company(network, edge.source),
                n=str(known(edge, "clients_n", int) or "?"),
            ),
        )


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="G03",
    version="1.0",
    name=both("Samme konto eller kontakt for mange", "Identifier reuse"),
    rationale=both(
        "Den som mottar lønna til flere arbeidstakere eller svarer for dem, kan ha kontroll over dem. "
        "Arbeidstakerne kan være de som trenger hjelp.",
        "Somebody who receives the pay of several workers, or answers for them, may control them. The "
        "workers may be the ones who need help."),
    formula=both(
        "Samme konto, telefon eller e-post er oppgitt av minst 4 arbeidstakere i ulike husholdninger og hos "
        "minst 2 arbeidsgivere, i minst 2 måneder på rad de siste 12 månedene.",
        "The same account, telephone or e-mail was given by at least 4 workers of different households and "
        "of at least 2 employers, in at least 2 months in a row of the last 12."),
    subject_type="cluster",
    scope_kind="identifier",
    unit=both("arbeidstakere i ulike husholdninger", "workers of different households"),
    edge_kinds=(EdgeKind.USES_IDENTIFIER, EdgeKind.EMPLOYED_BY, EdgeKind.FAMILY, EdgeKind.FILED_BY),
    data_owners=("Skatteetaten", "NAV", "Folkeregisteret"),
    thresholds=(
        Threshold(name="min_workers", basis=ThresholdBasis.OWN, wording=both(
            "Arbeidstakere som deler den; de i samme husholdning telles én gang.",
            "Workers who share it, those of one household once.")),
        Threshold(name="min_employers", basis=ThresholdBasis.OWN, wording=both(
            "Arbeidsgivere i samme måned.", "Employers in the same month.")),
        Threshold(name="min_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder på rad.", "Months in a row.")),
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til vurdert måned som ses på.",
            "Months up to the evaluated month that are looked at.")),
        Threshold(name="min_bureau_clients", basis=ThresholdBasis.OWN, wording=both(
            "Kunder som gjør en innsender til lønnsbyrå.",
            "Clients from which on an agent is a payroll bureau.")),
        Threshold(name="min_bureau_share", basis=ThresholdBasis.OWN, wording=both(
            "Andel av staben hos hver arbeidsgiver (0 til 1) som har et byrås kontakt.",
            "Share of each employer's staff (0 to 1) that a bureau's own contact stands for.")),
    ),
    guards={
        "household": both("De som deler den, er familie eller bor i samme husholdning.",
                          "Those who share it are family or of one household."),
        "payroll_bureau": both("Et lønnsbyrå leverer for alle arbeidsgiverne og kan ha oppgitt sin kontakt.",
                               "A payroll bureau files for all employers and may have left its own contact."),
        "one_employer": both("Bare én arbeidsgiver; lønnskort og felleskonto forekommer.",
                             "One employer only; payroll cards and joint accounts occur."),
    },
    innocent=(
        both("Familier og par kan dele konto uten at slektskapet er registrert i Norge.",
             "Families and couples may share an account without their relation being registered in Norway."),
        both("En tillitsperson kan hjelpe flere med konto eller telefon.",
             "A trusted person may help several with an account or telephone."),
        both("Arbeidsgivere kan bruke lønnskort med felles underkonto.",
             "Employers may use payroll cards with a joint account."),
        both("Opplysningen kan være skrevet inn feil.", "The entry may have been mistyped."),
    ),
    next_steps=(
        both("La et menneske vurdere funnet før noe deles; se etter tegn på tvang mot arbeidstakerne.",
             "Have a person assess the finding before anything is shared; look for signs of coercion."),
        both("Be eieren av opplysningen kontrollere husholdning og kontohaver.",
             "Ask the owner of the data to check household and account holder."),
        both("Tilby arbeidstakerne veiledning med ord de forstår.",
             "Offer the workers guidance in words they understand."),
        both("Vurder felles oppfølging med NAV og politiet.",
             "Consider a joint follow-up with NAV and the police."),
    ),
    missing={
        "employer_unknown": both("Færre enn de som deler den, har kjent betalt arbeid i perioden.",
                                 "Too few of those who share it have known paid work in the period."),
        "household_untested": both("Eieren har ikke prøvd husholdning for alle som deler den.",
                                   "The owner did not test the household of all who share it."),
        "bureau_files_for_all": both("Ett lønnsbyrå leverer for alle arbeidsgiverne; funnet er bakgrunn.",
                                     "One payroll bureau files for all employers; the finding is context."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Færre enn fire personer har oppgitt samme konto eller kontakt. Bare det eieren har delt, er kjent.",
        "Fewer than four persons gave the same account or contact. Only what the owner shared is known."),
    follow_up_owner=both("NAV, Skatteetaten og politiet", "NAV, Skatteetaten and the police"),
    legal_basis="",
    source="ILOs indikatorer på tvangsarbeid; Strategi mot arbeidslivskriminalitet 2021; grensene er egne",
    prior=Decimal("0.40"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("share_account",),
    look_alikes=("family_account", "payroll_card_of_one_employer", "three_friends",
                 "telephone_of_a_payroll_bureau"),
)
# fmt: on
