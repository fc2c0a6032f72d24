"""What a supplier promised in a month, and what it could do with the people that it declared or hired."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from graph.detectors.reading import SIX_PLACES, Interval, known
from graph.model import Edge

FULL_MONTH_H = Decimal("162.5")
"""Hours of a full position in a month."""


@dataclass(frozen=True)
class Month:
    """What a supplier promised, and could do, in one month."""

    days: Interval
    promises: tuple[Edge, ...]
    bought: tuple[Edge, ...]
    declared: Edge | None

    @cached_property
    def cost(self) -> int | None:
        """Cost of an hour, in øre."""
        return None if self.declared is None else known(self.declared, "hourly_cost_ore", int) or None

    def hours(self, edge: Edge, ore: int | None) -> Decimal | None:
        """Hours that an amount for all days of a contract stands for in this month; None when unknown.

        Args:
            edge: The contract.
            ore: The amount.
        """
        start, end = edge.valid_from, edge.valid_to
        if ore is None or start is None or end is None or end < start or not self.cost:
            return None
        days = (min(end, self.days[1]) - max(start, self.days[0])).days + 1
        return Decimal(ore * max(days, 0)) / Decimal(((end - start).days + 1) * self.cost)

    @cached_property
    def surely_promised(self) -> Decimal:
        """Hours promised, as far as they are known."""
        return sum((self.hours(e, e.amount_ore) or Decimal(0) for e in self.promises), Decimal(0))

    @cached_property
    def perhaps_promised(self) -> Decimal | None:
        """Hours promised when all of an unknown value is labour; None when they may be any."""
        found = [self.hours(e, most_of(e)) for e in self.promises]
        return None if None in found else sum((hours or Decimal(0) for hours in found), Decimal(0))

    def possible(self, *, owners: bool) -> Decimal | None:
        """Hours that it could do, as far as they are known; None when what it declared is unknown.

        Args:
            owners: Count a full position for each liable owner.
        """
        if self.declared is None or not self.cost:
            return None
        declared = known(self.declared, "declared_h", Decimal)
        if declared is None:
            return None
        people = known(self.declared, "sent_n", int) or 0
        people += (known(self.declared, "owners_n", int) or 0) if owners else 0
        outside = Decimal(max(known(self.declared, "bought_ore", int) or 0, 0)) / self.cost
        by_contract = sum((self.hours(e, most_of(e)) or Decimal(0) for e in self.bought), Decimal(0))
        return declared + people * FULL_MONTH_H + outside + by_contract

    @property
    def is_bought_known(self) -> bool:
        """Whether what it bought by contract is known."""
        return all(self.hours(e, most_of(e)) is not None for e in self.bought)

    def load(self, *, owners: bool = False) -> Decimal | None:
        """Hours promised divided by hours possible, as far as both are known.

        Args:
            owners: Count a full position for each liable owner.
        """
        possible = self.possible(owners=owners)
        return None if possible is None else ratio(self.surely_promised, possible)


def most_of(edge: Edge) -> int | None:
    """Labour of a contract; where it is unknown, all of its value; None when that is unknown too."""
    return known(edge, "value_ore", int) if edge.amount_ore is None else edge.amount_ore


def ratio(promised: Decimal, possible: Decimal) -> Decimal:
    """Hours promised divided by hours possible; nobody at all counts as one hour."""
    return (promised / max(possible, Decimal(1))).quantize(SIX_PLACES)
