"""What people have decided about two pseudonyms, with reason, evidence and a day to look again.

Each decision is a file of its own that is never changed; a later one about the same pair replaces it. A run
sees those that were made up to its as_of. Where registers or the comparison speak strongly against one,
the pair comes up as a task.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pyarrow as pa

from expectations.errors import UsageError
from jobs.lake.lake import Lake
from jobs.lake.manifest import sealed, unsealed

FOLDER = "link/judgements"
PSEUDONYM = re.compile(r"p1_[a-z2-7]{26}")
LEAST_REASON = 10
"""Characters; `ok` is no reason."""

JUDGED = pa.schema(
    [
        ("token", pa.string()),
        ("person_id", pa.string()),
        ("verdict", pa.string()),
        ("judgement_id", pa.string()),
        ("review_by", pa.date32()),
    ]
)
"""What a month needs of a decision."""


class Verdict(StrEnum):
    """What was decided."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One decision.

    Attributes:
        token: Pseudonym that stands, or does not stand, for the person.
        person_id: The person's pseudonym.
        verdict: Same or different.
        reason: Why, in words.
        evidence: What it rests on: documents, case numbers, registers looked at.
        decided_by: Who decided.
        decided_at: When, RFC 3339.
        review_by: Day by which it must be looked at again, ISO date.
    """

    token: str
    person_id: str
    verdict: str
    reason: str
    evidence: str
    decided_by: str
    decided_at: str
    review_by: str

    def __post_init__(self) -> None:
        """Refuse what cannot be stood for later.

        Raises:
            UsageError: No pseudonym, one and the same, no reason or evidence, or a review before it.
        """
        for pseudonym in (self.token, self.person_id):
            if not PSEUDONYM.fullmatch(pseudonym):
                raise UsageError(f"{pseudonym} is no pseudonym")
        if self.token == self.person_id:
            raise UsageError("the two are one pseudonym already")
        if (
            len(self.reason.strip()) < LEAST_REASON
            or not self.evidence.strip()
            or not self.decided_by.strip()
        ):
            raise UsageError("a judgement needs a reason in words, its evidence, and who decides")
        if date.fromisoformat(self.review_by) <= datetime.fromisoformat(self.decided_at).date():
            raise UsageError("the review must come after the decision")

    @property
    def judgement_id(self) -> str:
        """`j-` and twelve hex digits of its content."""
        return "j-" + hashlib.sha256(sealed(asdict(self))).hexdigest()[:12]

    @property
    def pair(self) -> frozenset[str]:
        """The two, in no order."""
        return frozenset({self.token, self.person_id})


def record(lake: Lake, judgement: Judgement) -> str:
    """Stores a decision; the same one twice is one.

    Args:
        lake: Lake.
        judgement: Decision.

    Returns:
        Its id.
    """
    lake.storage.put_if_absent(f"{FOLDER}/{judgement.judgement_id}.json", sealed(asdict(judgement)))
    return judgement.judgement_id


def known_at(lake: Lake, as_of: datetime) -> list[Judgement]:
    """The decisions in force at an instant: of each pair the last one, in order of pair.

    Args:
        lake: Lake.
        as_of: Instant.
    """
    entries = [
        Judgement(**unsealed(lake.storage.read(entry.key), entry.key)) for entry in lake.storage.walk(FOLDER)
    ]
    made = [own for own in entries if datetime.fromisoformat(own.decided_at) <= as_of]
    last = {own.pair: own for own in sorted(made, key=lambda own: (own.decided_at, own.judgement_id))}
    return sorted(last.values(), key=lambda own: (own.token, own.person_id))


def table(judgements: Sequence[Judgement]) -> pa.Table:
    """`JUDGED` rows.

    Args:
        judgements: Decisions in force.
    """
    rows = [
        {
            "token": own.token,
            "person_id": own.person_id,
            "verdict": own.verdict,
            "judgement_id": own.judgement_id,
            "review_by": date.fromisoformat(own.review_by),
        }
        for own in judgements
    ]
    return pa.Table.from_pylist(rows, schema=JUDGED)


def now() -> str:
    """This instant as a decision holds it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
