"""Those whom indicators about capacity were not evaluated for are counted, and for a reason."""

from collections.abc import Sequence

import pyarrow as pa

from jobs.flag.populations_capacity import FLOOR_ORE, POPULATIONS
from jobs.network.edges_capacity import SOLD_AT_LEAST_ORE

TABLES = {
    "core_org__organisations": {"orgnr": ["1", "2", "3", "4", "5", "6"]},
    "core_work__employments": {
        "orgnr": ["1", "2", "2", "3"],
        "is_active": [True, True, False, False],
    },
    "core_work__capacity": {
        "orgnr": ["1", "2", "3", "4"],
        "labour_sold_ore": [FLOOR_ORE, FLOOR_ORE, FLOOR_ORE, FLOOR_ORE - 1],
        "norm_key": ["43", "43", None, None],
    },
}


def read(name: str, columns: Sequence[str]) -> pa.Table:
    return pa.table(TABLES[name]).select(list(columns))


def test_people_enough_is_told_apart_from_what_nobody_could_say() -> None:
    assert FLOOR_ORE == SOLD_AT_LEAST_ORE
    assert POPULATIONS["shell"](read, {"shell:1"}) == {
        ("org", "not_triggered", "people_for_the_labour_or_little_labour"): 2,
        ("org", "not_evaluable", "no_norm_for_trade"): 1,
        ("org", "not_evaluable", "no_labour_invoice_known"): 2,
    }


def test_employers_without_such_persons_are_told_apart_from_those_who_paid_nobody() -> None:
    assert POPULATIONS["load"](read, {"load:1"}) == {
        ("org", "not_triggered", "fewer_than_two_persons_with_much_work"): 1,
        ("org", "not_evaluable", "no_paid_work_reported"): 4,
    }
