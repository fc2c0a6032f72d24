"""Counts, for indicators about capacity, the part of the population that no scope was cut for."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

Read = Callable[[str, Sequence[str]], pa.Table]
Counts = Mapping[tuple[str, str, str], int]

FLOOR_ORE = 50_000_000
"""As in `jobs.network.edges_capacity`; below it nothing is asked of norms."""


def _shell(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    rows = read("core_work__capacity", ["orgnr", "labour_sold_ore", "norm_key"])
    known = set(rows["orgnr"].to_pylist())
    large = pc.greater_equal(rows["labour_sold_ore"], FLOOR_ORE)
    without = set(rows.filter(pc.and_(large, pc.is_null(rows["norm_key"])))["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "people_for_the_labour_or_little_labour"): len(known - without - done),
        ("org", "not_evaluable", "no_norm_for_trade"): len(without - done),
        ("org", "not_evaluable", "no_labour_invoice_known"): len(organisations - known - done),
    }


def _load(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    rows = read("core_work__employments", ["orgnr", "is_active"])
    paying = set(rows.filter(rows["is_active"])["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "fewer_than_two_persons_with_much_work"): len(paying - done),
        ("org", "not_evaluable", "no_paid_work_reported"): len(organisations - paying - done),
    }


POPULATIONS: Mapping[str, Callable[[Read, set[str]], Counts]] = {"shell": _shell, "load": _load}
"""By kind of scope."""
