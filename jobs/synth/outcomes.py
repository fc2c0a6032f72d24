"""What authorities conclude: inspections and reviews, with all their versions."""

from dataclasses import dataclass
from datetime import date

from jobs.synth.model import Dwelling, Firm, Project

SERIOUS = ("stop", "fine", "police_report", "tax_assessment")
"""Levels of a finding that count as serious."""


@dataclass(slots=True, eq=False)
class Inspection:
    """One inspection: a visit, and a decision that may be appealed against, become final or be reversed.

    Attributes:
        reported: When the case system first passes it on; some come a month late.
        dwelling: What was looked at, when it is a visit to accommodation.
        has_breach_there: There was something serious to be found; known to nobody.
    """

    inspection_id: str
    firm: Firm
    visited: date
    selection: str
    finding: str
    final_on: date | None
    project: Project | None = None
    dwelling: Dwelling | None = None
    reported: date | None = None
    appealed_on: date | None = None
    reversed_on: date | None = None
    has_breach_there: bool = False

    def status_on(self, day: date) -> str:
        """What has become of the decision by the end of a day."""
        if self.reversed_on is not None and self.reversed_on <= day:
            return "omgjort"
        if self.final_on is not None and self.final_on <= day:
            return "endelig"
        if self.appealed_on is not None and self.appealed_on <= day:
            return "paaklaget"
        return "ikke_endelig"

    def is_confirmed(self, day: date) -> bool:
        """Whether it is a serious decision that stands as final on a day."""
        return self.finding in SERIOUS and self.status_on(day) == "endelig"


@dataclass(slots=True, eq=False)
class Review:
    """One review by an investigator of what was shown about a firm, a project or a dwelling.

    Attributes:
        corrected_on: Day on which it is corrected after an appeal, and no longer stands.
        is_appealed: The subject has appealed.
    """

    review_id: str
    case_id: str
    subject_kind: str
    subject: str
    as_of: date
    reviewed: date
    selection: str
    outcome: str
    indicator: str
    verdict: str
    reason: str = ""
    basis: str = "documents"
    tier: str = ""
    minutes: int = 45
    is_appealed: bool = False
    corrected_on: date | None = None
    is_right: bool = True
