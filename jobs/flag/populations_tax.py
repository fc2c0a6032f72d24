"""Counts, for indicators about tax, the part of the population that no scope was cut for."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

Read = Callable[[str, Sequence[str]], pa.Table]
Counts = Mapping[tuple[str, str, str], int]


def _without_gap(read: Read, evaluated: set[str]) -> Counts:
    answers = read("core_tax__standing", ["orgnr", "answer"])
    answered = set(answers.filter(pc.equal(answers["answer"], "data"))["orgnr"].to_pylist())
    asked = set(answers["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    done = _orgnrs(evaluated)
    return {
        ("org", "not_triggered", "no_withholding_overdue_for_months"): len(answered - done),
        ("org", "not_evaluable", "answer_without_data"): len(asked - answered - done),
        ("org", "not_evaluable", "not_asked_about"): len(organisations - asked - done),
    }


def _filing(read: Read, evaluated: set[str]) -> Counts:
    told = set(read("core_tax__filing_duties", ["orgnr"])["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    done = _orgnrs(evaluated)
    return {
        ("org", "not_triggered", "fewer_than_two_reports_missing"): len(told - done),
        ("org", "not_evaluable", "filing_not_told"): len(organisations - told - done),
    }


def _compared(read: Read, evaluated: set[str]) -> Counts:
    rows = read("core_tax__vat_mismatches", ["buyer_orgnr", "seller_orgnr"])
    pairs = set(zip(rows["buyer_orgnr"].to_pylist(), rows["seller_orgnr"].to_pylist(), strict=True))
    done = {tuple(scope.split(":")[1:]) for scope in evaluated}
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    compared = {orgnr for pair in pairs for orgnr in pair}
    return {
        ("pair", "not_triggered", "both_sides_agree"): len(pairs - done),
        ("org", "not_evaluable", "never_compared"): len(organisations - compared),
    }


def _leaving(read: Read, evaluated: set[str]) -> Counts:
    answers = read("core_tax__standing", ["orgnr", "answer"])
    answered = set(answers.filter(pc.equal(answers["answer"], "data"))["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    done = _orgnrs(evaluated)
    return {
        ("org", "not_triggered", "no_lasting_arrears_or_common_goal"): len(answered - done),
        ("org", "not_evaluable", "arrears_not_told"): len(organisations - answered - done),
    }


def _identifiers(read: Read, evaluated: set[str]) -> Counts:
    rows = read("core_tax__identifiers", ["identifier_id"])
    shared = {f"identifier:{name}" for name in rows["identifier_id"].to_pylist()}
    return {("cluster", "not_triggered", "identifier_of_two_or_three"): len(shared - evaluated)}


def _orgnrs(scopes: set[str]) -> set[str]:
    return {scope.split(":")[1] for scope in scopes}


POPULATIONS: Mapping[str, Callable[[Read, set[str]], Counts]] = {
    "exit": _leaving,
    "filing": _filing,
    "identifier": _identifiers,
    "vatpair": _compared,
    "withholding": _without_gap,
}
"""By kind of scope."""
