"""What detectors about capacity share: roles held in a company, labour it invoiced, people it declared."""

from dataclasses import dataclass
from decimal import Decimal

from expectations.tables_core_capacity import FULL_YEAR_POINTS
from graph.detectors.reading import SIX_PLACES, known, share
from graph.model import Edge, EdgeKind, Network

ADVISERS = frozenset({"REGN", "REVI"})
OWNERS_AT_WORK = frozenset({"INNH", "DTPR", "DTSO"})
"""Roles of those who are liable themselves and need no pay from the company to work for it."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles held in a company on the last day of the month."""

    edges: tuple[Edge, ...]

    @property
    def advisers(self) -> list[Edge]:
        """Accountants and auditors."""
        return [e for e in self.edges if known(e, "role", str) in ADVISERS]

    @property
    def control(self) -> list[Edge]:
        """Roles that give control."""
        return [e for e in self.edges if known(e, "is_control", bool) is True]

    @property
    def owners(self) -> set[str]:
        """People who are liable themselves."""
        return {e.source for e in self.edges if known(e, "role", str) in OWNERS_AT_WORK}


def roles_of(network: Network, org: str) -> Roles:
    """Roles in a company on the last day of the month.

    Args:
        network: Scope.
        org: The company.
    """
    day = network.month
    return Roles(
        tuple(e for e in network.edges(EdgeKind.HOLDS_ROLE) if e.target == org and e.overlaps(day, day))
    )


def capacity_of(network: Network, org: str) -> Edge | None:
    """What a company invoiced and declared in the months up to the evaluated one; None when not known.

    Args:
        network: Scope.
        org: The company.
    """
    found = [e for e in network.edges(EdgeKind.CAPACITY) if e.source == org and e.valid_to == network.month]
    return found[0] if found else None


def years_of(edge: Edge) -> Decimal | None:
    """Full-time years declared; None when unknown.

    Args:
        edge: Edge of kind `capacity`.
    """
    points = known(edge, "position_points", int)
    return None if points is None else share(points, FULL_YEAR_POINTS)


def ratio(edge: Edge, labour_ore: int, more_years: Decimal = Decimal(0)) -> Decimal | None:
    """Declared full-time years divided by those that labour of some worth takes; None when unknown.

    Args:
        edge: Edge of kind `capacity`.
        labour_ore: Worth of the labour, positive.
        more_years: Full-time years beside the declared ones.
    """
    least, cost = known(edge, "min_labour_share", Decimal), known(edge, "yearly_cost_ore", int)
    years = years_of(edge)
    if least is None or not cost or years is None or least <= 0 or labour_ore <= 0:
        return None
    return ((years + more_years) * cost / (labour_ore * least)).quantize(SIX_PLACES)
