"""What people decide is kept with its reasons, seen from its instant on, and replaced by a later decision."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import UsageError
from jobs.lake.lake import Lake
from jobs.link.judgements import Judgement, known_at, record, table

A, B = "p1_" + "a" * 26, "p1_" + "b" * 26
MADE = Judgement(
    token=A,
    person_id=B,
    verdict="different",
    reason="Two sisters, both heard in person.",
    evidence="Case 2026/114, documents 3 and 4",
    decided_by="inspector",
    decided_at="2026-02-01T10:00:00+00:00",
    review_by="2027-02-01",
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(str(tmp_path / "L"))


def test_a_decision_is_seen_from_its_instant_on(lake: Lake) -> None:
    made = record(lake, MADE)
    assert record(lake, MADE) == made
    assert known_at(lake, datetime(2026, 2, 1, 9, 59, tzinfo=UTC)) == []
    assert known_at(lake, datetime(2026, 2, 1, 10, 0, tzinfo=UTC)) == [MADE]
    (row,) = table([MADE]).to_pylist()
    assert (row["token"], row["verdict"], row["judgement_id"]) == (A, "different", made)


def test_a_later_decision_about_the_pair_replaces_it_whatever_the_order(lake: Lake) -> None:
    later = replace(MADE, token=B, person_id=A, verdict="same", decided_at="2026-03-01T10:00:00+00:00")
    for judgement in (later, MADE):
        record(lake, judgement)
    assert known_at(lake, datetime(2026, 2, 15, tzinfo=UTC)) == [MADE]
    assert known_at(lake, datetime(2026, 4, 1, tzinfo=UTC)) == [later]


@pytest.mark.parametrize(
    "change",
    [
        {"token": "somebody"},
        {"token": B},
        {"reason": "ok"},
        {"evidence": " "},
        {"decided_by": ""},
        {"review_by": "2026-02-01"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_cannot_be_stood_for_later_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        replace(MADE, **change)
