"""Orders cases: a score out of declared starting weights, and the band a reader sees.

The score only orders cases within a month. It is no probability, and no number of weak indications of one
group can outweigh a second, independent group.

Source: prior weights are Kjede's own starting values (basis own); they are to be updated from reviewed
outcomes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from graph.indicator import Indicator
from graph.model import Finding, Role, Status

SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Lowest score of the two upper bands (own values)."""

    a: Decimal = Decimal("0.70")
    b: Decimal = Decimal("0.50")

    def of(self, score: Decimal) -> str:
        """The band of a score: A, B or C."""
        if score >= self.a:
            return "A"
        return "B" if score >= self.b else "C"


@dataclass(frozen=True, slots=True)
class Part:
    """What one group adds to a score.

    Attributes:
        group: Letter of the group. weight: Weight of the group's strongest indicator, 0 to 1. added: What
        the total rose by when the group was counted, in order of weight; the parts add up to the score.
    """

    group: str
    weight: Decimal
    added: Decimal


def parts(findings: Iterable[Finding], indicators: Mapping[str, Indicator]) -> list[Part]:
    """What each group adds to the score, strongest first; context findings add nothing.

    Args:
        findings: Findings of one case.
        indicators: Declarations by id.

    Returns:
        One part per group with a triggered finding; `added` sums exactly to `score`.
    """
    strongest: dict[str, Decimal] = {}
    for finding in findings:
        if finding.status is Status.TRIGGERED and finding.role is Role.TRIGGER:
            indicator = indicators[finding.indicator_id]
            strongest[indicator.group] = max(strongest.get(indicator.group, Decimal(0)), indicator.prior)
    found: list[Part] = []
    total = Decimal(0)
    for group, weight in sorted(strongest.items(), key=lambda item: (-item[1], item[0])):
        raised = (1 - (1 - total) * (1 - weight)).quantize(SIX_PLACES)
        found.append(Part(group, weight, raised - total))
        total = raised
    return found


def score(findings: Iterable[Finding], indicators: Mapping[str, Indicator]) -> Decimal:
    """The score of a case, 0 to 1 with six decimals: 1 minus the product of (1 - weight) over its groups."""
    return sum((part.added for part in parts(findings, indicators)), Decimal(0))
