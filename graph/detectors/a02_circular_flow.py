"""A02: payment for labour that goes round in a circle of companies and comes back.

Money or work that returns to where it started creates invoices without real work behind them. Loops of
invoices are over-represented around confirmed cases in published research on tax data.

Formula: add up the invoices for labour from each company to each other in the 12 months up to the evaluated
month, take off credit notes and set-offs, and look for simple circles of 2 to 5 companies. retention = the
smallest leg divided by the largest. It triggers when retention >= 0.6, the smallest leg >= NOK 100 000, the
circle was gone round at least twice in order of time (one invoice per leg, each dated on or after the one
before, the second round after the first), and no common owner explains it.

A set-off settles a claim without money moving, so it reduces the leg whatever its sign, as a credit note
does. A circle gone round once only stays below the rule and is told as such.

Innocent explanations: trades that complement each other and use each other, groups and joint ventures,
netting, credit notes for work that was never done. Guard: companies tied by ownership (a share of half or
more, or the same ultimate owner) are held back. Where an owner is unknown the tie cannot be ruled out, and
the finding says so.

Source: Zumaya et al. 2021 (arXiv 2104.13353) for the pattern; the cut-offs are own.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import networkx as nx

from graph.detectors.citing import Citations, both, day_of, sum_of
from graph.detectors.ownership import cite_owners, cite_tie, is_known, owner_graph, together
from graph.detectors.reading import (
    Interval,
    company,
    digest,
    identifier,
    known,
    months_ending,
    orgnrs,
    plain,
    share,
)
from graph.indicator import Indicator, Threshold
from graph.model import Edge, EdgeKind, Finding, Network, Status, ThresholdBasis

REDUCING = frozenset({"kreditnota", "motregning"})
"""Kinds of invoice that take something off a leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Limits of A02."""

    window_months: int = 12
    """Months up to the evaluated month whose invoices are added up (published pattern, own length)."""
    max_length: int = 5
    """Most companies in a circle (own)."""
    min_retention: Decimal = Decimal("0.6")
    """Smallest leg divided by the largest, 0 to 1 (own)."""
    min_leg_ore: int = 10_000_000
    """Smallest leg in øre after credit notes and set-offs (own)."""
    min_rounds: int = 2
    """Times the circle was gone round in order of time (own)."""
    group_share: Decimal = Decimal("0.5")
    """Share of ownership, 0 to 1, from which two companies are taken to belong together (own)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """All labour invoices from one company to another in the window."""

    invoices: tuple[Edge, ...]

    @property
    def net_ore(self) -> int:
        """Sum after credit notes and set-offs."""
        return sum(_signed(edge) for edge in self.invoices)

    @property
    def dates(self) -> list[date]:
        """Days of the invoices that add to it, in order."""
        return sorted(e.valid_from for e in self.invoices if e.valid_from and _signed(e) > 0)


@dataclass(frozen=True, slots=True)
class Circle:
    """One simple circle of companies, beginning at the smallest id."""

    members: tuple[str, ...]
    legs: tuple[Leg, ...]

    @property
    def smallest_ore(self) -> int:
        """Net sum of the smallest leg."""
        return min(leg.net_ore for leg in self.legs)

    @property
    def largest_ore(self) -> int:
        """Net sum of the largest leg."""
        return max(leg.net_ore for leg in self.legs)

    @property
    def retention(self) -> Decimal:
        """Smallest leg divided by the largest."""
        return share(self.smallest_ore, self.largest_ore)

    @property
    def rounds(self) -> int:
        """Times it was gone round in order of time, from the start that gives most."""
        dates = [leg.dates for leg in self.legs]
        return max(rounds(dates[n:] + dates[:n]) for n in range(len(dates)))

    def reaches(self, thresholds: Thresholds) -> bool:
        """Whether amounts and repeats are beyond the limits."""
        return (
            self.retention >= thresholds.min_retention
            and self.smallest_ore >= thresholds.min_leg_ore
            and self.rounds >= thresholds.min_rounds
        )


def _signed(edge: Edge) -> int:
    amount = edge.amount_ore or 0
    return -abs(amount) if known(edge, "invoice_kind", str) in REDUCING else amount


def rounds(legs: list[list[date]]) -> int:
    """How often one can go through the legs in order with dates that never go back, using each invoice once.

    Args:
        legs: Dates of each leg in order.
    """
    used = [0] * len(legs)
    day = date.min
    count = 0
    while True:
        for n, dates in enumerate(legs):
            at = max(used[n], bisect_left(dates, day))
            if at == len(dates):
                return count
            day, used[n] = dates[at], at + 1
        count += 1


def legs(payments: Iterable[Edge], window: Interval) -> dict[tuple[str, str], Leg]:
    """The invoices of the window by payer and payee.

    Args:
        payments: Payment edges that count as labour.
        window: First and last day.
    """
    found: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in payments:
        if edge.source != edge.target and edge.valid_from and window[0] <= edge.valid_from <= window[1]:
            found[edge.source, edge.target].append(edge)
    return {ends: Leg(tuple(invoices)) for ends, invoices in sorted(found.items())}


def circles(flows: Mapping[tuple[str, str], Leg], least_ore: int, max_length: int) -> list[Circle]:
    """Simple circles of 2 to `max_length` companies over legs of at least a sum, in order of members.

    Args:
        flows: Legs by payer and payee.
        least_ore: Least net sum of a leg.
        max_length: Most companies.
    """
    graph = nx.DiGraph(ends for ends, leg in flows.items() if leg.net_ore >= least_ore)
    found = []
    for part in nx.strongly_connected_components(graph):
        for nodes in nx.simple_cycles(graph.subgraph(part), length_bound=max_length):
            start = nodes.index(min(nodes))
            members = (*nodes[start:], *nodes[:start])
            ends = zip(members, (*members[1:], members[0]), strict=True)
            found.append(Circle(members, tuple(flows[end] for end in ends)))
    return sorted(found, key=lambda circle: circle.members)


def detect(network: Network, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding per set of companies.

    Args:
        network: Scope of kind `flow`. A scope whose id names companies is evaluated for exactly those; one
            that names
            none is searched whole.
        thresholds: Limits.
    """
    window = months_ending(network.month, thresholds.window_months)
    payments = network.edges(EdgeKind.PAYMENT)
    sure = legs([e for e in payments if known(e, "is_labour", bool) is True], window)
    perhaps = legs([e for e in payments if known(e, "is_labour", bool) is not False], window)
    parts = network.scope_id.partition(":")[2].split("+")
    if all(len(part) == 9 and part.isdigit() for part in parts):
        named = frozenset(f"org:{part}" for part in parts)
        sure, perhaps = ({k: v for k, v in flows.items() if named.issuperset(k)} for flows in (sure, perhaps))
        sets, least = [named], 1
    else:
        least = thresholds.min_leg_ore
        sets = sorted(
            {frozenset(c.members) for c in circles(perhaps, least, thresholds.max_length)},
            key=lambda s: sorted(s),
        )
    found, possible = (circles(flows, least, thresholds.max_length) for flows in (sure, perhaps))
    for members in sets:
        yield _evaluate(
            network,
            members,
            [c for c in found if members == set(c.members)],
            [c for c in possible if members == set(c.members)],
            thresholds,
        )


def _evaluate(
    network: Network,
    members: frozenset[str],
    found: list[Circle],
    possible: list[Circle],
    thresholds: Thresholds,
) -> Finding:
    best = _best(found, thresholds)
    perhaps = _best(possible, thresholds)
    owners = owner_graph(network, thresholds.group_share)
    groups = together(owners, members)
    same_owner = len(groups) == 1
    quality = _quality(network, members, best, groups, thresholds)
    reached = best is not None and best.reaches(thresholds)
    status = Status.NOT_TRIGGERED
    if reached:
        status = Status.SUPPRESSED if same_owner else Status.TRIGGERED
    elif perhaps is not None and perhaps.reaches(thresholds) and not same_owner:
        status = Status.NOT_EVALUABLE
        quality.add("labour_unknown")
    elif network.truncated:
        status = Status.NOT_EVALUABLE
    told = perhaps if "labour_unknown" in quality else best
    citations = Citations(network)
    for circle in (best, told):
        if circle is not None:
            _cite_invoices(citations, network, circle)
    cite_owners(citations, network, members, thresholds.group_share)
    if same_owner:
        first, *others = sorted(members)
        for other in others:
            cite_tie(citations, network, owners, first, other)
    owner = "not_ruled_out" if same_owner else "unknown" if "owner_unknown" in quality else "ruled_out"
    repeats = "ruled_out" if told is not None and told.rounds >= thresholds.min_rounds else "not_ruled_out"
    return Finding(
        indicator_id="A02",
        indicator_version=INDICATOR.version,
        subject_id=f"cluster:{digest(sorted(identifier(m) for m in members))}",
        scope_id=network.scope_id,
        companies=orgnrs(members),
        status=status,
        value=best.retention if best is not None else None,
        threshold=thresholds.min_retention,
        evidence=citations.evidence(),
        guards=(f"same_owner={owner}", f"single_deal={repeats}", "netting=ruled_out"),
        suppressed_reason="same_owner" if status is Status.SUPPRESSED else "",
        truncated=network.truncated,
        data_quality=tuple(sorted(quality)),
        threshold_basis=ThresholdBasis.OWN,
        facts=_facts(network, told, thresholds),
    )


def _best(found: list[Circle], thresholds: Thresholds) -> Circle | None:
    return min(found, key=lambda c: (not c.reaches(thresholds), -c.retention, c.members), default=None)


def _quality(
    network: Network,
    members: frozenset[str],
    best: Circle | None,
    groups: list[frozenset[str]],
    thresholds: Thresholds,
) -> set[str]:
    tests = {
        "owner_unknown": not all(is_known(network, member) for member in members),
        "partly_one_owner": 1 < len(groups) < len(members),
        "single_round": best is not None and best.rounds == 1 < thresholds.min_rounds,
        "scope_truncated": bool(network.truncated),
    }
    return {code for code, holds in tests.items() if holds}


def _cite_invoices(citations: Citations, network: Network, circle: Circle) -> None:
    for leg in circle.legs:
        for edge in sorted(leg.invoices, key=lambda e: (e.valid_from or date.min, e.edge_id)):
            reducing = known(edge, "invoice_kind", str) in REDUCING
            citations.edge(
                edge,
                both(
                    "{kind} {day}: {payer} til {payee}, {amount}.",
                    "{kind} {day}: {payer} to {payee}, {amount}.",
                    kind={
                        "nb": "Kreditert eller motregnet" if reducing else "Faktura for arbeid",
                        "en": "Credited or set off" if reducing else "Invoice for labour",
                    },
                    day=day_of(edge.valid_from),
                    payer=company(network, edge.source),
                    payee=company(network, edge.target),
                    amount=sum_of(edge.amount_ore),
                ),
            )


def _facts(network: Network, circle: Circle | None, thresholds: Thresholds) -> dict[str, str]:
    if circle is None:
        return {"rounds": "0", "window_months": str(thresholds.window_months)}
    return {
        "circle": " > ".join(company(network, m)["nb"] for m in (*circle.members, circle.members[0])),
        "companies_n": str(len(circle.members)),
        "invoices_n": str(sum(len(leg.invoices) for leg in circle.legs)),
        "largest_leg_nok": plain(Decimal(circle.largest_ore) / 100),
        "retention": plain(circle.retention),
        "rounds": str(circle.rounds),
        "smallest_leg_nok": plain(Decimal(circle.smallest_ore) / 100),
        "window_months": str(thresholds.window_months),
        "without_contract_n": str(
            sum(known(e, "contract_id", str) is None for leg in circle.legs for e in leg.invoices)
        ),
    }


# Two lines per text, one per language, read better than the four of the formatter.
# fmt: off
INDICATOR = Indicator(
    id="A02",
    version="1.0",
    name=both("Fakturering i ring", "Circular contracting or invoicing"),
    rationale=both(
        "Penger som går i ring mellom virksomheter og kommer tilbake, kan gi fakturaer uten reelt arbeid "
        "bak.",
        "Money that goes round between companies and comes back may give invoices without real work behind "
        "them."),
    formula=both(
        "Fakturaer for arbeid de siste 12 månedene, fratrukket kreditnotaer og motregninger, går i ring "
        "mellom 2 til 5 virksomheter minst to ganger i tidsrekkefølge. Minste strekning er minst 100 000 "
        "kr og minst 0,6 av den største, og ingen felles eier forklarer det.",
        "Invoices for labour in the last 12 months, less credit notes and set-offs, go round 2 to 5 "
        "companies at least twice in order of time. The smallest leg is at least NOK 100 000 and at least "
        "0.6 of the largest, and no common owner explains it."),
    subject_type="cluster",
    scope_kind="flow",
    unit=both("minste strekning delt på største", "smallest leg divided by largest"),
    edge_kinds=(EdgeKind.PAYMENT, EdgeKind.OWNS_SHARE, EdgeKind.HOLDS_ROLE),
    data_owners=("contracting authorities", "Skatteetaten"),
    thresholds=(
        Threshold(name="window_months", basis=ThresholdBasis.OWN, wording=both(
            "Måneder fram til vurdert måned der fakturaene legges sammen.",
            "Months up to the evaluated month whose invoices are added up.")),
        Threshold(name="max_length", basis=ThresholdBasis.OWN, wording=both("Flest virksomheter i ringen.",
                                                                            "Most companies in the circle.")),
        Threshold(name="min_retention", basis=ThresholdBasis.OWN, wording=both(
            "Minste strekning delt på største (0 til 1).",
            "Smallest leg divided by largest (0 to 1).")),
        Threshold(name="min_leg_ore", basis=ThresholdBasis.OWN, wording=both(
            "Minste sum på en strekning, i øre, etter kreditnotaer og motregninger.",
            "Least sum of a leg, in øre, after credit notes and set-offs.")),
        Threshold(name="min_rounds", basis=ThresholdBasis.OWN, wording=both(
            "Ganger ringen må være gjennomløpt i tidsrekkefølge.",
            "Times the circle must have been gone round in order of time.")),
        Threshold(name="group_share", basis=ThresholdBasis.OWN, wording=both(
            "Eierandel (0 til 1) som gjør at to virksomheter regnes som knyttet sammen.",
            "Share of ownership (0 to 1) from which two companies are taken to belong together.")),
    ),
    guards={
        "same_owner": both("Virksomhetene har samme eier eller er et konsern eller fellesforetak.",
                           "The companies have one owner or are a group or a joint venture."),
        "single_deal": both("Ringen er gjennomløpt bare én gang.", "The circle was gone round only once."),
        "netting": both("Kreditnotaer og motregninger forklarer strekningen; de er trukket fra.",
                        "Credit notes and set-offs explain the leg; they are taken off."),
    },
    innocent=(
        both("Fag som utfyller hverandre, kan leie hverandre inn på hver sine oppdrag.",
             "Trades that complement each other may use each other on their own jobs."),
        both(
            "Konsern og fellesforetak kan ha fakturering begge veier som ikke er registrert som eierskap "
            "ennå.",
            "Groups and joint ventures may invoice both ways before the ownership is registered."),
        both("Viderefakturering av felles utgifter kan se ut som en ring.",
             "Recharging of shared costs may look like a circle."),
        both("En faktura kan være kreditert senere.", "An invoice may have been credited later."),
    ),
    next_steps=(
        both("Kontroller eierskap, konsernforhold og kontraktene bak fakturaene i registrene.",
             "Check ownership, group relations and the contracts behind the invoices in the registers."),
        both("Be virksomhetene i brev om å gjøre rede for leveransene.",
             "Ask the companies by letter to account for the deliveries."),
        both("Be om fakturaer, timelister og betalingsbilag.",
             "Request invoices, time sheets and payment vouchers."),
        both("Vurder felles kontroll med Skatteetaten.", "Consider a joint control with Skatteetaten."),
    ),
    missing={
        "owner_unknown": both(
            "Eieren av minst én virksomhet er ukjent; felles eier kan ikke utelukkes.",
            "The owner of at least one company is unknown; a common owner is not ruled out."),
        "partly_one_owner": both("Noen, men ikke alle, av virksomhetene har samme eier.",
                                 "Some but not all of the companies have one owner."),
        "single_round": both("Ringen er gjennomløpt én gang i tidsrekkefølge; regelen krever gjentakelse.",
                             "The circle was gone round once in order of time; the rule asks for a repeat."),
        "labour_unknown": both("Det er ukjent om fakturaer som ville avgjort utfallet, gjelder arbeid.",
                               "It is unknown whether invoices that would decide the outcome cover labour."),
        "scope_truncated": both("Utsnittet er avkortet; det som mangler, kan endre utfallet.",
                                "The scope was cut; what is missing may change the outcome."),
    },
    not_candidate=both(
        "Virksomheten inngår ikke i noen ring av kjente fakturaer for arbeid. Norge har ikke noe samlet "
        "fakturaregister, så en faktura som ikke er kjent, er ikke fraværende.",
        "The company is in no circle of known invoices for labour. Norway has no universal invoice "
        "register, so an invoice that is not known is not absent."),
    follow_up_owner=both("Skatteetaten", "Skatteetaten"),
    legal_basis="",
    source="Zumaya mfl. 2021 (arXiv 2104.13353) for mønsteret; grensene er egne",
    prior=Decimal("0.50"),
    detect=detect,
    default_thresholds=Thresholds(),
    planted=("circular_invoicing",),
    look_alikes=("corporate_group", "cancelled_by_credit_notes", "reciprocal_trade_once",
                 "most_of_the_money_stays", "small_sums"),
)
# fmt: on
