"""What the authorities have confirmed: the only labels that a method may learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from expectations.identifiers import is_orgnr
from jobs.evaluate.features import Run

SERIOUS_FINDINGS = frozenset({"stop", "fine", "police_report", "tax_assessment"})
"""Tiers of an inspection that count: some breach is found in three of four inspections anyway."""
SERIOUS_OUTCOME = "confirmed_serious"
CLEARED_FINDINGS = frozenset({"none", "guidance"})
CLEARED_OUTCOMES = frozenset({"lawful_explanation", "data_error"})


@dataclass(frozen=True, slots=True)
class Labels:
    """Final decisions known by the run's as_of.

    Attributes:
        confirmed: Companies with a serious outcome.
        cleared: Companies that were looked at and had none.
    """

    confirmed: frozenset[str]
    cleared: frozenset[str]


def labels(run: Run) -> Labels:
    """Final outcomes of inspections and reviews by company.

    Args:
        run: The tables.
    """
    confirmed, cleared = set(), set()
    for row in run.table("core_outcome__inspections").to_pylist():
        if row["decision_state"] == "endelig" and row["orgnr"]:
            if row["finding_level"] in SERIOUS_FINDINGS:
                confirmed.add(row["orgnr"])
            elif row["finding_level"] in CLEARED_FINDINGS:
                cleared.add(row["orgnr"])
    for row in run.table("core_outcome__reviews").to_pylist():
        orgnr = _company(row)
        if row["is_final"] == "yes" and orgnr:
            if row["outcome"] == SERIOUS_OUTCOME:
                confirmed.add(orgnr)
            elif row["outcome"] in CLEARED_OUTCOMES:
                cleared.add(orgnr)
    return Labels(frozenset(confirmed), frozenset(cleared - confirmed))


def _company(row: Mapping[str, Any]) -> str:
    """The company that a review names, if its subject is one."""
    subject = (row["subject_id"] or "").removeprefix("org:")
    return subject if is_orgnr(subject) else ""
