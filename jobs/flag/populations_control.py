"""Counts, for indicators about who leads companies, the part of the population that no scope was cut for."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

NOTICES = ("konkursbegjaering", "tilsynsvarsel", "bokettersynsvarsel")

Read = Callable[[str, Sequence[str]], pa.Table]
Counts = Mapping[tuple[str, str, str], int]


def _hands(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    living, led, ended_n = _living_and_led(read)
    return {
        ("org", "not_triggered", "led_by_nobody_with_two_bankruptcies"): len(led - done),
        ("org", "not_evaluable", "leader_not_known"): len(living - led - done),
        ("org", "not_evaluable", "company_has_ended"): ended_n,
    }


def _living_and_led(read: Read) -> tuple[set[str], set[str], int]:
    """Living organisations, those of them that a person leads, and how many have ended."""
    organisations = read("core_org__organisations", ["orgnr", "bankrupt_on", "dissolved_on", "deleted_on"])
    ended = pc.or_(
        pc.or_(pc.is_valid(organisations["bankrupt_on"]), pc.is_valid(organisations["dissolved_on"])),
        pc.is_valid(organisations["deleted_on"]),
    )
    living = set(organisations.filter(pc.invert(ended))["orgnr"].to_pylist())
    roles = read("core_org__roles", ["orgnr", "is_control", "holder_kind", "valid_to"])
    held = pc.and_(
        pc.and_(roles["is_control"], pc.equal(roles["holder_kind"], "person")), pc.is_null(roles["valid_to"])
    )
    led = set(roles.filter(held)["orgnr"].to_pylist()) & living
    return living, led, len(organisations) - len(living)


def _names(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    living, led, ended_n = _living_and_led(read)
    return {
        ("org", "not_triggered", "led_by_nobody_with_many_companies_of_others"): len(led - done),
        ("org", "not_evaluable", "leader_not_known"): len(living - led - done),
        ("org", "not_evaluable", "company_has_ended"): ended_n,
    }


def _swap(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    events = read("core_org__events", ["orgnr", "kind"])
    noticed = set(events.filter(pc.is_in(events["kind"], pa.array(NOTICES)))["orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "no_new_leader_before_a_late_notice"): len(organisations & noticed - done),
        ("org", "not_evaluable", "no_event_known"): len(organisations - noticed - done),
    }


POPULATIONS: Mapping[str, Callable[[Read, set[str]], Counts]] = {
    "hands": _hands,
    "names": _names,
    "swap": _swap,
}
"""By kind of scope."""
