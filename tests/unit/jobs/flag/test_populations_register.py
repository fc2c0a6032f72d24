"""Those whom indicators about approvals were not evaluated for are counted, and for a reason."""

from collections.abc import Sequence

import pyarrow as pa

from jobs.flag.populations_register import POPULATIONS

TABLES = {
    "core_org__organisations": {"orgnr": ["1", "2", "3", "4", "5", "6"]},
    "core_org__registration_duties": {"orgnr": ["1", "2", "3", "4"], "register": ["renhold"] * 4},
    "core_org__approvals": {
        "orgnr": ["1", "2", "3", "3", "5"],
        "register": ["renhold"] * 4 + ["bilpleie"],
        "state": ["refused", "approved", "approved", "refused", "refused"],
    },
}


def read(name: str, columns: Sequence[str]) -> pa.Table:
    return pa.table(TABLES[name]).select(list(columns))


def test_approved_is_told_apart_from_what_nobody_could_see() -> None:
    assert POPULATIONS["registration"](read, {"registration:1"}) == {
        ("org", "not_triggered", "approved_at_every_look"): 1,
        ("org", "not_evaluable", "no_work_known"): 1,
        ("org", "not_evaluable", "register_not_seen"): 1,
        ("org", "not_evaluable", "duty_not_known"): 2,
    }
