"""A company with lasting arrears and the one that its workers went to: debt, flow and what ties the two.

Answers are True, False or None, where None means that what would decide is not known.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from graph.detectors.citing import Citations, both, day_of, period, role_words, sum_of
from graph.detectors.ownership import cite_owners, cite_tie, owner_graph, together
from graph.detectors.reading import all_true, any_true, company, known, places_of, share
from graph.detectors.succession import failed_on, is_control
from graph.detectors.tax import Term, before, month_words, newest, own, term_of
from graph.model import Edge, EdgeKind, Network

if TYPE_CHECKING:
    from graph.detectors.f04_arrears_then_exit import Thresholds


@dataclass(frozen=True)
class Pair:
    """The company with arrears and the one that its workers went to."""

    network: Network
    source: str
    target: str
    limits: "Thresholds"

    @cached_property
    def terms(self) -> list[Term]:
        """The last ended term and as many before it as the rule compares, in order of time."""
        last = before(term_of(self.network.month + timedelta(days=1)))
        return [before(last, n) for n in range(self.limits.min_rises, -1, -1)]

    @cached_property
    def arrears(self) -> dict[Term, Edge]:
        """Arrears by term."""
        rows = own(self.network, EdgeKind.ARREARS_TERM)
        by_term = {term_of(e.valid_from): e for e in rows if e.valid_from}
        return {term: by_term[term] for term in self.terms if term in by_term}

    def ratio(self, term: Term) -> Decimal | None:
        """Arrears divided by turnover; None when one of them is not known."""
        edge = self.arrears.get(term)
        turnover = None if edge is None else known(edge, "turnover_ore", int)
        if edge is None or edge.amount_ore is None or turnover is None or turnover <= 0:
            return None
        return share(edge.amount_ore, turnover)

    @cached_property
    def is_rising(self) -> bool | None:
        """Whether the ratio rose from each term to the next."""
        ratios = [self.ratio(term) for term in self.terms]
        return all_true(*(None if a is None or b is None else b > a for a, b in pairwise(ratios)))

    @cached_property
    def is_material(self) -> bool | None:
        """Whether the arrears at the end of the last term are large enough."""
        edge = self.arrears.get(self.terms[-1])
        owed = None if edge is None else edge.amount_ore
        return None if owed is None else owed >= self.limits.min_arrears_ore

    @cached_property
    def has_failed(self) -> bool | None:
        """Whether the company failed already; None when the register does not know it."""
        node = self.network.node(self.source)
        day = failed_on(node)
        return None if node.row is None else day is not None and day <= self.network.month

    @cached_property
    def flow(self) -> Edge | None:
        """How many workers went from the one to the other."""
        flows = self.network.edges(EdgeKind.WORKER_EXIT)
        return newest(e for e in flows if (e.source, e.target) == (self.source, self.target))

    def count(self, name: str) -> int:
        """One of the counts of the flow."""
        return 0 if self.flow is None else known(self.flow, name, int) or 0

    @cached_property
    def moved_share(self) -> Decimal:
        """Share of all workers."""
        return share(self.count("moved_n"), self.count("from_n")) if self.count("from_n") else Decimal(0)

    @cached_property
    def is_large(self) -> bool:
        """Whether enough went."""
        return (
            self.moved_share >= self.limits.min_moved_share and self.count("moved_n") >= self.limits.min_moved
        )

    @cached_property
    def is_ordinary(self) -> bool | None:
        """Whether chance gives as much among leavers; None when what is usual is unknown."""
        usual = None if self.flow is None else known(self.flow, "chance_share", Decimal)
        if usual is None or not self.count("left_n"):
            return None
        return share(self.count("moved_n"), self.count("left_n")) - usual < self.limits.min_excess_share

    @cached_property
    def control(self) -> dict[str, list[Edge]]:
        """Control roles of the last year by company."""
        start = self.network.month - timedelta(days=self.limits.link_days)
        found: dict[str, list[Edge]] = {self.source: [], self.target: []}
        for edge in self.network.edges(EdgeKind.HOLDS_ROLE):
            counts = edge.target in found and is_control(self.network, edge)
            if counts and edge.overlaps(start, self.network.month):
                found[edge.target].append(edge)
        return found

    @cached_property
    def holders(self) -> set[str]:
        """Holders of a control role in both."""
        here, there = ({e.source for e in edges} for edges in self.control.values())
        return here & there

    @cached_property
    def places(self) -> dict[str, dict[str, Edge]]:
        """Addresses by company and place."""
        return places_of(self.network, self.source, self.target)

    @cached_property
    def shared_places(self) -> list[str]:
        """Addresses of both."""
        here, there = self.places.values()
        return sorted(here.keys() & there.keys())

    def _few_tenants(self, place: str) -> bool | None:
        node = self.network.node(place)
        tenants = known(node, "tenants_n", int)
        if known(node, "hub_kind", str):
            return False
        return None if tenants is None else tenants <= self.limits.max_tenants

    @cached_property
    def dealings(self) -> list[Edge]:
        """Contracts and invoices between the two in the last year."""
        start = self.network.month - timedelta(days=self.limits.link_days)
        ends = {(self.source, self.target), (self.target, self.source)}
        return [
            e
            for e in self.network.edges(EdgeKind.CONTRACT, EdgeKind.PAYMENT)
            if (e.source, e.target) in ends and e.valid_from and e.overlaps(start, self.network.month)
        ]

    @cached_property
    def ties(self) -> dict[str, bool | None]:
        """What ties the two; a common owner that is unknown leaves the others to decide."""
        here, there = self.control.values()
        owners = owner_graph(self.network, self.limits.group_share)
        return {
            "roles": bool(self.holders) if here and there else None,
            "address": any_true(*(self._few_tenants(place) for place in self.shared_places))
            if all(self.places.values())
            else None,
            "dealings": bool(self.dealings),
            "owner": len(together(owners, {self.source, self.target})) == 1,
        }

    @cached_property
    def transfers(self) -> list[Edge]:
        """Recorded transfers of the business from the one to the other."""
        rows = self.network.edges(EdgeKind.TRANSFER)
        between = [e for e in rows if (e.source, e.target) == (self.source, self.target)]
        return [e for e in between if e.valid_from is None or e.valid_from <= self.network.month]


def cite_pair(citations: Citations, pair: Pair) -> None:
    """Cite all that a finding about the pair rests on.

    Args:
        citations: Where to cite.
        pair: The pair.
    """
    network = pair.network
    day = failed_on(network.node(pair.source))
    org = company(network, pair.source)
    citations.node(
        pair.source,
        both("{org} er registrert uten opphør.", "{org} is registered and has not failed.", org=org)
        if day is None
        else both("{org} opphørte {day}.", "{org} failed on {day}.", org=org, day=day_of(day)),
    )
    for edge in pair.arrears.values():
        citations.edge(
            edge,
            both(
                "Restanse ved utgangen av {month}: {owed}; omsetning i tre terminer før: {turnover}.",
                "Arrears at the end of {month}: {owed}; turnover of three terms before: {turnover}.",
                month=month_words(edge.valid_to),
                owed=sum_of(edge.amount_ore),
                turnover=sum_of(known(edge, "turnover_ore", int)),
            ),
        )
    if pair.flow is not None:
        citations.edge(
            pair.flow,
            both(
                "{moved} av {workers} arbeidstakere gikk til {target} ({first} - {last}).",
                "{moved} of {workers} workers went to {target} ({first} - {last}).",
                moved=str(pair.count("moved_n")),
                workers=str(pair.count("from_n")),
                target=company(network, pair.target),
                first=day_of(pair.flow.valid_from),
                last=day_of(pair.flow.valid_to),
            ),
        )
    for edges in pair.control.values():
        for edge in [e for e in edges if e.source in pair.holders] or edges[:1]:
            citations.edge(edge, role_words(network, edge))
    for places in pair.places.values():
        for place in pair.shared_places or sorted(places)[:1]:
            org = company(network, places[place].source)
            citations.edge(
                places[place], both("Forretningsadressen til {org}.", "Business address of {org}.", org=org)
            )
    for place in pair.shared_places:
        tenants = known(network.node(place), "tenants_n", int)
        told = ("?" if tenants is None else str(tenants),) * 2
        citations.node(
            place,
            both(
                "Adressen brukes av {n} virksomheter.",
                "The address is used by {n} organisations.",
                n={"nb": told[0], "en": told[1]},
            ),
        )
    for edge in (*pair.dealings, *pair.transfers):
        recorded = edge.kind == EdgeKind.TRANSFER
        citations.edge(
            edge,
            both(
                "Registrert overdragelse fra {a} til {b}."
                if recorded
                else "{b} har oppdrag for {a} ({days}).",
                "Recorded transfer from {a} to {b}." if recorded else "{b} works for {a} ({days}).",
                a=company(network, edge.source),
                b=company(network, edge.target),
                days=period(edge),
            ),
        )
    ends = (pair.source, pair.target)
    cite_owners(citations, network, ends, pair.limits.group_share)
    if pair.ties["owner"]:
        cite_tie(citations, network, owner_graph(network, pair.limits.group_share), *ends)
