"""What an indicator declares about itself, once; run, register, dossier and tests read it here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graph.model import EdgeKind, Finding, Network, ThresholdBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One text in both languages."""

    nb: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What the register says of one field of an indicator's `Thresholds`.

    Attributes:
        name: Field name in `Thresholds`.
        wording: What it means, with its unit.
        basis: Where the number comes from.
        source: Law, norm or paper it is taken from; empty when own.
    """

    name: str
    wording: Wording
    basis: ThresholdBasis
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """Declaration of one indicator.

    Attributes:
        id: For example `A01`.
        version: `major.minor`; raised when definition or thresholds change.
        name: Short name.
        rationale: Why it matters, one or two sentences.
        formula: The exact rule in words.
        subject_type: Kind of subject its findings have.
        scope_kind: Kind of scope it is evaluated in.
        unit: Unit of value and threshold.
        edge_kinds: Edge kinds it reads.
        data_owners: Owners of the data it cites; two cases' findings need different ones.
        thresholds: One entry per field of `Thresholds`.
        guards: Guard id -> what it rules out.
        innocent: Lawful explanations a reviewer must consider.
        next_steps: What to do next, least intrusive first.
        missing: Data-quality code -> what it means for the reader.
        not_candidate: Why most of the population is no candidate (used where nothing was evaluated).
        follow_up_owner: Agency that naturally leads.
        legal_basis: Paragraph, rule or norm; empty when the rule is own.
        source: Where the definition comes from.
        prior: Starting weight in the score, 0 to 1.
        planted: What the synthetic country makes people do that this indicator ought to see, by name.
        look_alikes: Lawful kinds of the synthetic country that resemble it and must not trigger it.
        statutory_hard_evidence: A single finding may make a case.
        names_leaders: The persons of its findings lead the company; what they lead makes one case.
        counts_beside: Ids of indicators, or their groups, one of which must have triggered for the same
            company; empty when the indicator counts by itself. What stands alone is suppressed, see
            `graph.companions`.
        detect: The detector, called with one network and the thresholds.
        default_thresholds: Thresholds in force.
    """

    id: str
    version: str
    name: Wording
    rationale: Wording
    formula: Wording
    subject_type: str
    scope_kind: str
    unit: Wording
    edge_kinds: tuple[EdgeKind, ...]
    data_owners: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    guards: dict[str, Wording]
    innocent: tuple[Wording, ...]
    next_steps: tuple[Wording, ...]
    missing: dict[str, Wording]
    not_candidate: Wording
    follow_up_owner: Wording
    legal_basis: str
    source: str
    prior: Decimal
    detect: Callable[[Network, Any], Iterator[Finding]]
    default_thresholds: Any
    planted: tuple[str, ...]
    look_alikes: tuple[str, ...]
    statutory_hard_evidence: bool = False
    names_leaders: bool = False
    counts_beside: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """Letter of the group: A chains, B phoenix, I accommodation."""
        return self.id[0]
