"""What ties a failed company to a possible successor: people, hands, place, customers and claims left behind.

Answers are True, False or None, where None means that what would decide is not known.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import networkx as nx

from graph.detectors.citing import Citations, both, period, role_words
from graph.detectors.reading import Interval, all_true, any_true, company, known, places_of, share
from graph.model import Edge, EdgeKind, Network, Node

if TYPE_CHECKING:
    from graph.detectors.b01_phoenix import Thresholds

ORGANISATION_CHANGE = ("endringiorganisasjonsstruktur", "byttetloen")
"""Beginnings, in lower case, of end reasons that only move a job to another unit or payroll system."""


def failed_on(node: Node) -> date | None:
    """First of bankruptcy, compulsory dissolution and deletion."""
    days = (known(node, name, date) for name in ("bankrupt_on", "dissolved_on", "deleted_on"))
    return min((day for day in days if day), default=None)


def is_control(network: Network, edge: Edge) -> bool:
    """Whether a role gives control; roles held by declared hubs, such as offices, do not count."""
    return known(edge, "is_control", bool) is True and not known(network.node(edge.source), "hub_kind", str)


def _ends(edge: Edge) -> tuple[date, str]:
    return edge.valid_to or date.max, edge.edge_id


def _one_project(a: Edge, b: Edge) -> bool:
    project = known(a, "project_id", str)
    return project is not None and project == known(b, "project_id", str)


@dataclass(frozen=True)
class Pair:
    """A failed company and a possible successor, with everything that may tie them."""

    network: Network
    failed: str
    successor: str
    on: date
    thresholds: "Thresholds"

    @cached_property
    def window(self) -> Interval:
        """From the first day a control role in F counts to the end of the evaluated month."""
        return self.on - timedelta(days=self.thresholds.role_days), self.network.month

    @cached_property
    def flow(self) -> Edge | None:
        """How many worked for both."""
        flows = self.network.edges(EdgeKind.WORKER_FLOW)
        return next((e for e in flows if (e.source, e.target) == (self.failed, self.successor)), None)

    @cached_property
    def counts(self) -> tuple[int, int, int]:
        """Persons in both, in F and in S; zeros where no person was in both."""
        if self.flow is None:
            return 0, 0, 0
        moved, before, after = (known(self.flow, name, int) or 0 for name in ("moved_n", "from_n", "to_n"))
        return moved, before, after

    @cached_property
    def worker_share(self) -> Decimal:
        """Share of the smaller workforce that worked for both."""
        moved, before, after = self.counts
        return share(moved, min(before, after)) if min(before, after) else Decimal(0)

    @cached_property
    def chance_share(self) -> Decimal | None:
        """Share that chance gives."""
        return None if self.flow is None else known(self.flow, "chance_share", Decimal)

    @cached_property
    def excess_share(self) -> Decimal:
        """How far the share exceeds what chance gives, as far as that is known."""
        return self.worker_share - (self.chance_share or 0)

    @cached_property
    def workers(self) -> bool:
        """Whether the shared workforce is large enough and more than chance."""
        limits = self.thresholds
        beyond_chance = self.chance_share is None or self.excess_share >= limits.min_excess_share
        enough = self.counts[0] >= limits.min_moved and self.worker_share >= limits.min_worker_share
        return enough and beyond_chance

    @cached_property
    def moves(self) -> list[tuple[str, Edge, list[Edge]]]:
        """Persons in both with their last spell in F and their spells in S."""
        spells = self.network.edges(EdgeKind.EMPLOYED_BY)
        there = {e.source: e for e in sorted(spells, key=_ends) if e.target == self.failed}
        return [
            (person, there[person], here)
            for person in sorted(there)
            if (here := [e for e in spells if e.target == self.successor and e.source == person])
        ]

    @cached_property
    def control(self) -> dict[str, list[Edge]]:
        """Control roles that count, by company: in F up to the failure, in S up to the end of the month."""
        until = {self.failed: self.on, self.successor: self.window[1]}
        found: dict[str, list[Edge]] = {self.failed: [], self.successor: []}
        for edge in self.network.edges(EdgeKind.HOLDS_ROLE):
            counts = edge.target in until and is_control(self.network, edge)
            if counts and edge.overlaps(self.window[0], until[edge.target]):
                found[edge.target].append(edge)
        return found

    @cached_property
    def shared_holders(self) -> list[str]:
        """Holders with a control role in both."""
        before, after = ({e.source for e in edges} for edges in self.control.values())
        return sorted(before & after)

    @cached_property
    def roles(self) -> bool | None:
        """Whether a control role-holder is shared; unknown when either side has no known one."""
        return bool(self.shared_holders) if all(self.control.values()) else None

    @cached_property
    def places(self) -> dict[str, dict[str, Edge]]:
        """Addresses by company and place."""
        return places_of(self.network, self.failed, self.successor)

    @cached_property
    def shared_places(self) -> list[str]:
        """Addresses of both."""
        before, after = self.places.values()
        return sorted(before.keys() & after.keys())

    @cached_property
    def address(self) -> bool | None:
        """Whether an address is shared that few others use; unknown when it or its use is unknown."""
        if not all(self.places.values()):
            return None
        return any_true(*(self._few_tenants(place) for place in self.shared_places))

    def _few_tenants(self, place: str) -> bool | None:
        node = self.network.node(place)
        tenants = known(node, "tenants_n", int)
        if known(node, "hub_kind", str):
            return False
        return None if tenants is None else tenants <= self.thresholds.max_tenants

    @cached_property
    def shared_work(self) -> list[tuple[Edge, Edge]]:
        """Contracts of both with one client or on one project, F's first."""
        contracts = [e for e in self.network.edges(EdgeKind.CONTRACT) if e.overlaps(*self.window)]
        begun = [e for e in contracts if known(e, "state", str) != "planlagt"]
        before = [e for e in begun if e.target == self.failed and e.source != self.successor]
        after = [e for e in begun if e.target == self.successor and e.source != self.failed]
        return [(a, b) for a in before for b in after if a.source == b.source or _one_project(a, b)]

    @cached_property
    def claims_ore(self) -> int | None:
        """Public claims left in F."""
        return known(self.network.node(self.failed), "arrears_ore", int)

    @cached_property
    def claims(self) -> bool | None:
        """Whether the public claims are large; unknown without an answer that has data."""
        return None if self.claims_ore is None else self.claims_ore >= self.thresholds.min_claims_ore

    @cached_property
    def earlier_failures(self) -> list[tuple[Edge, Edge]]:
        """Companies that failed before F under a role-holder of F or S: the holder's role there and here.

        Found as neighbours at distance two in the graph of companies and their control role-holders.
        """
        hands = nx.Graph()
        roles = [e for e in self.network.edges(EdgeKind.HOLDS_ROLE) if is_control(self.network, e)]
        for edge in roles:
            if not hands.has_edge(edge.source, edge.target):
                hands.add_edge(edge.source, edge.target, edge=edge)
        found: dict[str, tuple[Edge, Edge]] = {}
        for company_, edges in self.control.items():
            for here in edges:
                for other in sorted(hands[here.source]):
                    there = hands.edges[here.source, other]["edge"]
                    if other not in (company_, self.failed, self.successor) and self._failed_earlier(there):
                        found.setdefault(other, (there, here))
        return [found[other] for other in sorted(found)]

    def _failed_earlier(self, role: Edge) -> bool:
        node = self.network.node(role.target)
        days = [day for day in (known(node, n, date) for n in ("bankrupt_on", "dissolved_on")) if day]
        if not days:
            return False
        day = min(days)
        if not self.on - timedelta(days=self.thresholds.failures_look_back_days) <= day < self.on:
            return False
        return role.overlaps(day - timedelta(days=self.thresholds.role_days), day)

    @cached_property
    def debt(self) -> bool | None:
        """Public claims left behind, or a second failure."""
        return any_true(self.claims, bool(self.earlier_failures))

    @cached_property
    def linked(self) -> bool | None:
        """People and hands went on: workers with any other tie, or a role-holder with a client or site."""
        return any_true(
            all_true(self.workers, any_true(self.roles, self.address, bool(self.shared_work))),
            all_true(self.roles, bool(self.shared_work)),
        )

    @cached_property
    def transfers(self) -> list[Edge]:
        """Recorded sale or transfer of the business from F to S."""
        edges = self.network.edges(EdgeKind.TRANSFER)
        between = [e for e in edges if (e.source, e.target) == (self.failed, self.successor)]
        return [e for e in between if e.valid_from is None or e.valid_from <= self.network.month]

    @cached_property
    def reorganised(self) -> bool:
        """Whether a change of organisation explains the move of the workers."""
        reasons = [(known(spell, "end_reason", str) or "").lower() for _, spell, _ in self.moves]
        moved = [reason.startswith(ORGANISATION_CHANGE) for reason in reasons]
        return bool(moved) and share(sum(moved), len(moved)) >= self.thresholds.max_reorganised_share


def cite_ties(pair: Pair, citations: Citations, *, told: bool) -> None:
    """Cite what ties the two, or what shows that nothing does.

    Args:
        pair: The pair.
        citations: Where to cite.
        told: The finding rests on all of it; otherwise the least that settles the outcome is cited.
    """
    network = pair.network
    for edges in pair.control.values():
        shared = [e for e in edges if e.source in pair.shared_holders]
        for edge in shared or edges[:1]:
            citations.edge(edge, role_words(network, edge))
    for places in pair.places.values():
        for place in pair.shared_places or sorted(places)[:1]:
            edge = places[place]
            org = company(network, edge.source)
            citations.edge(
                edge, both("Forretningsadressen til {org}.", "Business address of {org}.", org=org)
            )
            tenants = known(network.node(place), "tenants_n", int)
            citations.node(
                place,
                both(
                    "Adressen brukes av {n} virksomheter.",
                    "The address is used by {n} organisations.",
                    n={
                        "nb": "et ukjent antall" if tenants is None else str(tenants),
                        "en": "an unknown number of" if tenants is None else str(tenants),
                    },
                ),
            )
    for pairs in pair.shared_work[:1] if not told else pair.shared_work:
        for edge in pairs:
            citations.edge(
                edge,
                both(
                    "{supplier} har hatt oppdrag for {client} ({period}).",
                    "{supplier} worked for {client} ({period}).",
                    supplier=company(network, edge.target),
                    client=company(network, edge.source),
                    period=period(edge),
                ),
            )
    for there, here in pair.earlier_failures:
        org = company(network, there.target)
        citations.node(there.target, both("{org} opphørte tidligere.", "{org} failed earlier.", org=org))
        citations.edge(there, role_words(network, there))
        citations.edge(here, role_words(network, here))
    for edge in pair.transfers:
        citations.edge(
            edge,
            both(
                "Registrert overdragelse fra {a} til {b}.",
                "Recorded transfer from {a} to {b}.",
                a=company(network, edge.source),
                b=company(network, edge.target),
            ),
        )
    if told:
        for _, before, after in pair.moves:
            for edge in (before, *after):
                citations.edge(
                    edge,
                    both(
                        "En person var ansatt i {org} ({period}).",
                        "A person was employed by {org} ({period}).",
                        org=company(network, edge.target),
                        period=period(edge),
                    ),
                )
