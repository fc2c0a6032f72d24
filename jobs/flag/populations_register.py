"""Counts, for indicators about approvals, the part of the population that no scope was cut for."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

Read = Callable[[str, Sequence[str]], pa.Table]
Counts = Mapping[tuple[str, str, str], int]


def _registration(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    duties = read("core_org__registration_duties", ["orgnr", "register"])
    pairs = set(zip(duties["orgnr"].to_pylist(), duties["register"].to_pylist(), strict=True))
    looks = read("core_org__approvals", ["orgnr", "register", "state"])
    seen = set(zip(looks["orgnr"].to_pylist(), looks["register"].to_pylist(), strict=True))
    lacking = set(looks.filter(pc.not_equal(looks["state"], "approved"))["orgnr"].to_pylist())
    bound = {orgnr for orgnr, _ in pairs} - done
    looked = {orgnr for orgnr, _ in pairs & seen} - done
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "approved_at_every_look"): len(looked - lacking),
        ("org", "not_evaluable", "no_work_known"): len(looked & lacking),
        ("org", "not_evaluable", "register_not_seen"): len(bound - looked),
        ("org", "not_evaluable", "duty_not_known"): len(organisations - bound - done),
    }


POPULATIONS: Mapping[str, Callable[[Read, set[str]], Counts]] = {"registration": _registration}
"""By kind of scope."""
