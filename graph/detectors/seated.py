"""A unit that is somebody's business address: who is seated there, who lives there, what it comes to."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Protocol

import networkx as nx

from graph.detectors.chain import companies_in_chain
from graph.detectors.lodging import Lodging, lodging
from graph.detectors.reading import all_true, any_true, known, months_ending
from graph.detectors.succession import is_control
from graph.model import Edge, EdgeKind, Network, Status

PROPRIETOR = "INNH"


class Limits(Protocol):
    """What is needed of the thresholds of I06."""

    @property
    def min_workers(self) -> int:
        """Unrelated adult residents who work."""

    @property
    def min_companies(self) -> int:
        """Companies that count even if none is an employer."""

    @property
    def min_employed(self) -> int:
        """Unrelated residents who work for a company seated there or for its chain."""

    @property
    def look_back_months(self) -> int:
        """Months in which contracts count."""

    @property
    def owner_share(self) -> Decimal:
        """Share from which an owner is at home."""


@dataclass(frozen=True)
class Unit:
    """A unit that is somebody's business address.

    Attributes:
        lodging: Who lives in it.
        limits: Thresholds.
        seats: Edges from the organisations seated in it.
        chain: Companies joined by contracts.
        loose: Residents of the address who work and whose unit is unknown, by their employers.
    """

    lodging: Lodging
    limits: Limits
    seats: tuple[Edge, ...]
    chain: nx.Graph
    loose: dict[str, frozenset[str]]

    @property
    def network(self) -> Network:
        """The scope."""
        return self.lodging.network

    @cached_property
    def tenants(self) -> tuple[str, ...]:
        """Organisations seated in the unit, sorted."""
        return tuple(sorted({edge.source for edge in self.seats}))

    @cached_property
    def employing(self) -> bool | None:
        """Whether one of them is an employer, by reported pay or by the register of entities."""
        return any_true(*(_employs(self.network, edge) for edge in self.seats))

    @property
    def is_seat(self) -> bool | None:
        """Whether enough is seated there."""
        return any_true(self.employing, len(self.tenants) >= self.limits.min_companies)

    @cached_property
    def leading(self) -> tuple[Edge, ...]:
        """Roles and shares that make persons leaders or owners of the organisations in the month."""
        month = months_ending(self.network.month, 1)
        return tuple(
            e
            for e in self.network.edges(EdgeKind.HOLDS_ROLE, EdgeKind.OWNS_SHARE)
            if e.target in self.tenants
            and e.source.startswith("person:")
            and e.overlaps(*month)
            and (
                (e.share is not None and e.share >= self.limits.owner_share)
                if e.kind is EdgeKind.OWNS_SHARE
                else known(e, "role", str) == PROPRIETOR or is_control(self.network, e)
            )
        )

    @cached_property
    def households(self) -> tuple[frozenset[str], ...]:
        """Families in which somebody works and nobody leads or owns a company seated there."""
        at_home = {edge.source for edge in self.leading}
        return tuple(
            family
            for family in self.lodging.families
            if not family.isdisjoint(self.lodging.employers) and family.isdisjoint(at_home)
        )

    @cached_property
    def led_unknown(self) -> int:
        """Companies with their people in the unit of which no leader is known by number."""
        by_number = {
            e.target
            for e in self.leading
            if e.kind is EdgeKind.HOLDS_ROLE and known(e, "match", str) == "fnr"
        }
        staffed = {org for orgs in self.lodging.employers.values() for org in orgs}
        return sum(org in staffed and org not in by_number for org in self.tenants)

    @cached_property
    def tying(self) -> frozenset[str]:
        """Employers of residents, loose ones included, that are seated there or in the chain of who is."""
        found = {org for org in self._employers if org in self.tenants}
        for tenant in self.tenants:
            if tenant in self.chain:
                found |= self._employers & nx.node_connected_component(self.chain, tenant)
        return frozenset(found)

    @property
    def _employers(self) -> set[str]:
        return {*self.lodging.all_employers, *(org for orgs in self.loose.values() for org in orgs)}

    @cached_property
    def tied(self) -> tuple[frozenset[str], ...]:
        """Households in which somebody works for one of those."""
        return tuple(family for family in self.households if self._is_tied(family))

    def _is_tied(self, family: frozenset[str]) -> bool:
        return any(not self.tying.isdisjoint(self.lodging.employers.get(person, ())) for person in family)

    def rule(self, workers: int, employed: int) -> bool | None:
        """Whether the rule holds for some number of unrelated workers, of whom some are tied."""
        return all_true(
            self.is_seat, workers >= self.limits.min_workers, employed >= self.limits.min_employed
        )

    @cached_property
    def outcome(self) -> tuple[Status, str]:
        """What the unit comes to, and why it is held back."""
        workers, employed = len(self.households), len(self.tied)
        sure = self.rule(workers - self.led_unknown, employed - self.led_unknown)
        held = "student_housing" if self.lodging.is_student_housing else ""
        held = "permitted_barracks" if self.lodging.is_permitted_barracks else held
        if sure:
            return (Status.SUPPRESSED, held) if held else (Status.TRIGGERED, "")
        loose_tied = sum(not self.tying.isdisjoint(orgs) for orgs in self.loose.values())
        possible = self.rule(workers + len(self.loose), employed + loose_tied) is not False
        if (possible or self.network.truncated) and not held:
            return Status.NOT_EVALUABLE, ""
        if self.rule(self.lodging.unrelated, len(self.tied_of_all)):
            return Status.SUPPRESSED, "owner_home"
        if self.rule(len(self.lodging.workers), len(self.tied_of_all)):
            return Status.SUPPRESSED, "family"
        return Status.NOT_TRIGGERED, ""

    @cached_property
    def tied_of_all(self) -> tuple[frozenset[str], ...]:
        """Families, those of leaders and owners included, in which somebody is tied."""
        return tuple(family for family in self.lodging.families if self._is_tied(family))


def _employs(network: Network, seat: Edge) -> bool | None:
    staff = known(seat, "staff_n", int)
    registered = known(network.node(seat.source), "has_employees", bool)
    if staff or registered:
        return True
    return False if staff is not None else registered


def units(network: Network, limits: Limits) -> list[Unit]:
    """The units of an address that are somebody's business address.

    Args:
        network: Scope of kind `address`.
        limits: Thresholds.
    """
    seats: dict[str, list[Edge]] = {}
    for edge in network.edges(EdgeKind.SEATED_IN):
        seats.setdefault(edge.target, []).append(edge)
    window = months_ending(network.month, limits.look_back_months)
    chain = companies_in_chain(network.edges(EdgeKind.CONTRACT), window)
    # An address is lived in like a dwelling: by those whose unit is unknown.
    at_address = lodging(network, network.node(network.scope_id))
    found = []
    for target in sorted(seats):
        if not target.startswith("dwelling:"):
            continue
        inside = lodging(network, network.node(target))
        loose = {
            person: frozenset(orgs)
            for person, orgs in at_address.employers.items()
            if person not in inside.residents
        }
        found.append(Unit(inside, limits, tuple(seats[target]), chain, loose))
    return found
