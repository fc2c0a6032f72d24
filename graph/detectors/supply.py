"""What is known of a supplier that may have nothing but invoices: the signs that hold of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from graph.detectors.reading import all_true, known, months_ending, share
from graph.model import Edge, Network

ACCOUNTS_TOLD_FROM = 9
"""Month of the year from which it is told whether the accounts of the year before came."""


@dataclass(frozen=True)
class Supplier:
    """A supplier of the main company.

    Attributes:
        network: Scope of kind `supply`.
        sold: What it sold to the main company.
        means: What it has and files.
        new_months: Months up to the evaluated one; one registered in them has just begun.
        vat_floor_ore: Sales in twelve months from which a seller must be registered for VAT.
        min_vague_share: Part of the invoices that do not tell the work.
    """

    network: Network
    sold: Edge
    means: Edge
    new_months: int
    vat_floor_ore: int
    min_vague_share: Decimal

    @property
    def org(self) -> str:
        """Its node."""
        return self.sold.source

    @property
    def registered_on(self) -> date | None:
        """Day of its registration."""
        return known(self.network.node(self.org), "registered_on", date)

    @property
    def has_owner_at_work(self) -> bool | None:
        """Whether an owner is liable, and may do the work without pay."""
        return known(self.means, "has_liable_owner", bool)

    @property
    def is_new(self) -> bool:
        """Whether it has just begun."""
        first = months_ending(self.network.month, self.new_months)[0]
        return self.registered_on is not None and self.registered_on >= first

    @cached_property
    def signs(self) -> dict[str, bool | None]:
        """What holds of it by name of the sign; None where it is unknown."""
        now, year = known(self.means, "workers_now_n", int), known(self.means, "workers_year_n", int)
        nobody = False if year else None if now is None else now == 0
        owner = self.has_owner_at_work
        adviser = known(self.means, "has_adviser", bool)
        return {
            "nobody_at_work": all_true(nobody, None if owner is None else not owner),
            "no_vat_terms": self._no_vat_terms(),
            "not_filed": self._not_filed(),
            "no_adviser": None if adviser is None else not adviser,
            "vague_invoices": self._vague(),
        }

    def _no_vat_terms(self) -> bool | None:
        if known(self.means, "is_vat_by_another", bool):
            return False
        is_registered = known(self.network.node(self.org), "is_vat_registered", bool)
        if is_registered:
            return known(self.means, "is_vat_yearly", bool)
        if self.means.amount_ore is None or is_registered is None:
            return None
        return self.means.amount_ore >= self.vat_floor_ore

    def _not_filed(self) -> bool | None:
        if known(self.means, "filings_missing_n", int):
            return True
        month = self.network.month
        last_year = month.year - (1 if month.month >= ACCOUNTS_TOLD_FROM else 2)
        is_too_young = self.registered_on is not None and self.registered_on.year > last_year
        is_told = bool(known(self.means, "filings_due_n", int))
        return False if is_too_young or is_told else None

    def _vague(self) -> bool | None:
        told, vague = known(self.sold, "told_n", int), known(self.sold, "vague_n", int)
        return None if not told or vague is None else share(vague, told) >= self.min_vague_share

    def count(self, *, unknown: bool = False) -> int:
        """Signs that hold.

        Args:
            unknown: Count those that are unknown too.
        """
        return sum(holds is True or (unknown and holds is None) for holds in self.signs.values())
