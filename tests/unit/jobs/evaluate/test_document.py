"""The document as a whole, and the table that is printed of it."""

import json
from typing import Any

from jobs.evaluate.commands import table
from jobs.evaluate.document import Evaluation, build, to_bytes
from jobs.evaluate.rates import rate
from tests.unit.jobs.evaluate.small_world import INDICATORS, matches, snapshot, truth

KEYS = [
    "made_from",
    "pooled",
    "groups",
    "indicators",
    "rings",
    "look_alikes",
    "stability",
    "faithfulness",
    "suppression",
    "burden",
    "fairness",
    "baselines",
    "leakage",
    "realism",
    "cannot_show",
]


def document(**changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"truth": truth(), "snapshots": [snapshot()], "indicators": INDICATORS}
    return build(Evaluation(**given | changed))


def rates(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if {"value", "n", "hits"} <= value.keys() else []
        return own + [found for inner in value.values() for found in rates(inner)]
    return [found for inner in value for found in rates(inner)] if isinstance(value, list) else []


def test_has_every_part_in_order() -> None:
    assert list(document()) == KEYS


def test_capacity_is_one_case_per_ring_to_be_found_unless_given() -> None:
    assert document()["made_from"]["capacity"] == 3
    assert document(capacity=2)["pooled"]["live"]["precision_at"]["2"] == rate(1, 2)
    assert document(capacity=2)["made_from"]["capacities"] == [2, 50, 100]


def test_what_does_not_run_is_counted_and_not_rated() -> None:
    made = document()
    absent = [row for row in made["indicators"] if row["status"] == "not_live"]
    assert absent == [
        {"id": "F01", "group": "F", "status": "not_live", "planted": 1, "observable": 1},
        {"id": "I03", "group": "I", "status": "not_live", "planted": 1, "observable": 0},
    ]
    assert made["pooled"]["live"]["ring_recall_at"]["3"] == rate(2, 3)
    # Of all that is planted R1, R4 and R5 can be seen whole.
    assert made["pooled"]["all"]["ring_recall_at"]["3"] == rate(1, 3)
    assert any("F01, I03" in sentence for sentence in made["cannot_show"])


def test_groups_hold_their_indicators() -> None:
    assert [(g["group"], g["indicators"], g["planted"]) for g in document()["groups"]] == [
        ("A", ["A01", "A02"], 2),
        ("B", ["B01"], 2),
        ("I", ["I01"], 2),
    ]


def test_every_rate_has_its_counts_and_interval() -> None:
    found = rates(document())
    assert len(found) > 100
    for own in found:
        assert own == rate(own["hits"], own["n"])


def test_the_same_gives_the_same_bytes() -> None:
    assert to_bytes(document()) == to_bytes(document())
    assert json.loads(to_bytes(document()))["made_from"]["month"] == "2026-01"


def test_what_is_made_elsewhere_is_handed_through() -> None:
    given = Evaluation(truth=truth(), snapshots=[snapshot()], indicators=INDICATORS)
    made = build(given, baselines=[{"method": "random"}], leakage=[{"gate": "order"}], realism={"rows": []})
    assert (made["baselines"], made["leakage"]) == ([{"method": "random"}], [{"gate": "order"}])
    assert made["realism"] == {"rows": []}


def test_what_cannot_be_shown_follows_from_what_is_there() -> None:
    one_month = document()["cannot_show"]
    assert any("one month" in sentence for sentence in one_month)
    assert any("sealed" in sentence.lower() and "no sealed" in sentence for sentence in one_month)
    several = document(
        snapshots=[snapshot(month="2025-12"), snapshot()],
        truth=truth(sealed={"1": {"region": "34", "size_band": "0", "group": "A"}}),
    )["cannot_show"]
    assert not any("Only one month" in sentence or "no sealed" in sentence for sentence in several)


def test_table_has_all_groups_and_indicators() -> None:
    rows = {row["what"]: row for row in table(document())}
    assert list(rows) == ["all", "group A", "group B", "group I", "A01", "A02", "B01", "I01", "F01", "I03"]
    assert rows["all"]["recall"] == "0.80 (4/5)"
    assert rows["all"]["precision"] == "0.67 (2/3)"
    assert rows["I01"]["not_evaluable"] == "0.01"
    assert rows["B01"]["held_out"] == ""
    assert rows["F01"] == {"what": "F01", "planted": 1, "recall": "not live"}


def test_small_world_is_what_it_says() -> None:
    assert {row["finding_id"] for row in matches().snapshot.flagged()} == {
        "f1",
        "f2",
        "f3",
        "f4",
        "f5",
        "f6",
        "f11",
    }
