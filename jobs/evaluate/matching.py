"""Which finding is about what was planted, and which case is about which ring: the rules, once.

A finding is about a planted act when its indicator is the act's and its subject is one of the act's. A chain
is planted as its project, since which path of it is named follows from the contracts. A cluster is the act's
too when it holds all the act's companies, and a pair when both its companies took part.

A case is about a ring when it holds a finding about one of its acts (`subject`), or when it names at least
two of its companies and one of its indicators triggered in it (`companies`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from jobs.evaluate.snapshot import TRIGGERED, Snapshot
from jobs.evaluate.truth import Act, LookAlike, Truth

MEMBERS_IN_CASE = 2
"""Companies of a ring that a case must name to be about it, if it holds none of its subjects."""

Row = Mapping[str, Any]
P = TypeVar("P", Act, LookAlike)


def subject_of(finding: Row) -> str:
    """The subject of a finding as the truth names it.

    Args:
        finding: Row of `out_flag__findings`.
    """
    kind, identifier, *_ = finding["subject_id"].split(":")
    return f"project:{identifier}" if kind == "chain" else str(finding["subject_id"])


def is_about(finding: Row, planted: Act | LookAlike) -> bool:
    """Whether a finding is about something planted.

    Args:
        finding: Row of `out_flag__findings`.
        planted: An act of a ring, or a look-alike.
    """
    if finding["indicator_id"] != planted.indicator:
        return False
    if subject_of(finding) in planted.subjects:
        return True
    if not planted.members:
        return False
    kind, *parts = finding["subject_id"].split(":")
    if kind == "cluster":
        return planted.members <= set(finding["companies"])
    return kind == "pair" and set(parts) <= planted.members


class Matches:
    """The findings and cases of one month beside what was planted."""

    def __init__(self, truth: Truth, snapshot: Snapshot) -> None:
        """Lay them beside each other.

        Args:
            truth: What was planted.
            snapshot: The month.
        """
        self.truth = truth
        self.snapshot = snapshot
        self._acts = _Index(truth.acts)
        self._look_alikes = _Index(truth.look_alikes)
        self._by_id = {row["finding_id"]: row for row in snapshot.findings}
        self._of_act: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self._of_look_alike: dict[str, list[Row]] = defaultdict(list)
        for row in snapshot.findings:
            for act in self.acts_of(row):
                self._of_act[act.ring_id, act.indicator].append(row)
            for like in self._look_alikes.of(row):
                self._of_look_alike[like.look_alike_id].append(row)

    def acts_of(self, finding: Row) -> list[Act]:
        """The acts that a finding is about.

        Args:
            finding: Row of `out_flag__findings`.
        """
        return self._acts.of(finding)

    def findings_of(self, planted: Act | LookAlike) -> list[Row]:
        """The findings about something planted, whatever their status.

        Args:
            planted: An act of a ring, or a look-alike.
        """
        if isinstance(planted, Act):
            return self._of_act.get((planted.ring_id, planted.indicator), [])
        return self._of_look_alike.get(planted.look_alike_id, [])

    def status_of(self, planted: Act | LookAlike) -> str:
        """What the pipeline made of something planted: the strongest status of the findings about it.

        Args:
            planted: An act of a ring, or a look-alike.

        Returns:
            `triggered`, `context` (triggered, but makes no case), `suppressed`, `not_evaluable`,
            `not_triggered`, or `none` where there is no finding about it.
        """
        found = {
            "context" if row["status"] == TRIGGERED and row["role"] == "context" else row["status"]
            for row in self.findings_of(planted)
        }
        order = (TRIGGERED, "context", "suppressed", "not_evaluable", "not_triggered")
        return next((status for status in order if status in found), "none")

    def is_found(self, act: Act) -> bool:
        """Whether an act is flagged.

        Args:
            act: Act of a ring.
        """
        return self.status_of(act) == TRIGGERED

    def kind_of(self, finding: Row) -> str:
        """Whom a triggered finding is about.

        Args:
            finding: Row of `out_flag__findings`.

        Returns:
            `planted`; `look_alike`; `same_ring` when all its companies are of one ring, though the subject
            was not planted; else `other`.
        """
        if self._acts.of(finding):
            return "planted"
        if self._look_alikes.of(finding):
            return "look_alike"
        companies = set(finding["companies"])
        if companies and any(companies <= ring.companies for ring in self.truth.rings):
            return "same_ring"
        return "other"

    def findings_in(self, case: Row) -> list[Row]:
        """The findings of a case.

        Args:
            case: Row of `out_flag__cases`.
        """
        return [self._by_id[own] for own in case["findings"]]

    def rings_of(self, case: Row, indicators: frozenset[str] | None = None) -> dict[str, str]:
        """The rings that a case is about, each with the rule by which it is.

        Args:
            case: Row of `out_flag__cases`.
            indicators: Only their findings and acts count; None means all.
        """
        found: dict[str, str] = {}
        triggered = set(case["indicators"])
        if indicators is not None:
            triggered &= indicators
        for row in self.findings_in(case):
            if row["role"] == "trigger" and row["indicator_id"] in triggered:
                found |= {act.ring_id: "subject" for act in self._acts.of(row)}
        companies = set(case["companies"])
        for ring in self.truth.rings:
            its_own = {act.indicator for act in ring.acts}
            if (
                ring.ring_id not in found
                and len(companies & ring.companies) >= MEMBERS_IN_CASE
                and triggered & its_own
            ):
                found[ring.ring_id] = "companies"
        return found


class _Index(Generic[P]):
    """Looks up what a finding is about."""

    def __init__(self, planted: Iterable[P]) -> None:
        self._by_subject: dict[tuple[str, str], list[P]] = defaultdict(list)
        self._with_members: dict[str, list[P]] = defaultdict(list)
        for own in planted:
            for subject in own.subjects:
                self._by_subject[own.indicator, subject].append(own)
            if own.members:
                self._with_members[own.indicator].append(own)

    def of(self, finding: Row) -> list[P]:
        """What a finding is about, in the order of the truth."""
        indicator = finding["indicator_id"]
        named = self._by_subject.get((indicator, subject_of(finding)), [])
        if not finding["subject_id"].startswith(("cluster:", "pair:")):
            return named
        by_members = [p for p in self._with_members.get(indicator, ()) if is_about(finding, p)]
        return by_members or named
