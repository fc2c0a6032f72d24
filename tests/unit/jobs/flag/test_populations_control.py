"""Companies that indicators about their leaders were not evaluated for are counted, and for a reason."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from jobs.flag.populations_control import POPULATIONS

DAY = date(2025, 6, 10)
NONE = [None] * 5
TABLES = {
    "core_org__organisations": {
        "orgnr": ["1", "2", "3", "4", "5", "6"],
        "bankrupt_on": pa.array([None, None, None, DAY, None, None], pa.date32()),
        "dissolved_on": pa.array([*NONE, None], pa.date32()),
        "deleted_on": pa.array([*NONE, DAY], pa.date32()),
    },
    "core_org__events": {
        "orgnr": ["1", "2", "3"],
        "kind": ["tilsynsvarsel", "bokettersynsvarsel", "salg_fra_bo"],
    },
    "core_org__roles": {
        "orgnr": ["1", "2", "3", "4", "5"],
        "is_control": [True, True, False, True, True],
        "holder_kind": ["person", "person", "person", "person", "org"],
        "valid_to": pa.array([*NONE], pa.date32()),
    },
}


def read(name: str, columns: Sequence[str]) -> pa.Table:
    return pa.table(TABLES[name]).select(list(columns))


def test_unknown_leaders_are_told_apart_from_those_without_failures() -> None:
    assert POPULATIONS["hands"](read, {"hands:1"}) == {
        ("org", "not_triggered", "led_by_nobody_with_two_bankruptcies"): 1,
        ("org", "not_evaluable", "leader_not_known"): 2,
        ("org", "not_evaluable", "company_has_ended"): 2,
    }


def test_without_a_known_event_nothing_is_said() -> None:
    assert POPULATIONS["swap"](read, {"swap:1"}) == {
        ("org", "not_triggered", "no_new_leader_before_a_late_notice"): 1,
        ("org", "not_evaluable", "no_event_known"): 4,
    }


def test_those_who_lead_few_companies_are_told_apart_from_unknown_leaders() -> None:
    assert POPULATIONS["names"](read, {"names:1"}) == {
        ("org", "not_triggered", "led_by_nobody_with_many_companies_of_others"): 1,
        ("org", "not_evaluable", "leader_not_known"): 2,
        ("org", "not_evaluable", "company_has_ended"): 2,
    }
