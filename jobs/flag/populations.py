"""Counts the part of the population that no scope was cut for, so that rates hold for the whole of it."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graph.indicator import Indicator
from jobs.flag import populations_capacity, populations_control, populations_register, populations_tax

Read = Callable[[str, Sequence[str]], pa.Table]
"""Table and columns -> rows of the evaluated month."""

Population = Callable[[Read, set[str]], Mapping[tuple[str, str, str], int]]
"""Reader and subjects of the scopes -> (subject type, status, reason) -> count, for those not evaluated."""


def _projects(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    projects = read("core_chain__projects", ["project_id"])["project_id"].to_pylist()
    rest = sum(f"project:{p}" not in evaluated for p in projects)
    return {("project", "not_evaluable", "no_subcontract_known"): rest}


def _payers(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    payments = read("core_chain__payments", ["issuer_orgnr", "payer_orgnr"])
    trading = set(payments["issuer_orgnr"].to_pylist()) | set(payments["payer_orgnr"].to_pylist())
    members = {orgnr for scope in evaluated for orgnr in scope.removeprefix("flow:").split("+")}
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "in_no_candidate_cycle"): len(trading - members),
        ("org", "not_evaluable", "no_invoice_known"): len(organisations - trading),
    }


def _failed(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    organisations = read("core_org__organisations", ["orgnr", "bankrupt_on", "dissolved_on", "deleted_on"])
    failed = pc.or_(pc.is_valid(organisations["bankrupt_on"]), pc.is_valid(organisations["dissolved_on"]))
    orgnrs = organisations.filter(failed)["orgnr"].to_pylist()
    with_candidate = {scope.split(":")[1] for scope in evaluated}
    return {("org", "not_triggered", "failed_without_successor_candidate"): len(set(orgnrs) - with_candidate)}


def _dwellings(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    occupancy = read("core_home__occupancy", ["place_id", "is_unit_known"])
    known = occupancy.filter(occupancy["is_unit_known"])["place_id"].to_pylist()
    return {
        ("dwelling", "not_triggered", "fewer_than_three_working_adults"): len(set(known) - evaluated),
        ("address", "not_evaluable", "unit_unknown"): len(occupancy) - len(known),
    }


def _buildings(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    buildings = read("core_home__buildings", ["building_no"])["building_no"].to_pylist()
    rest = sum(f"building:{number}" not in evaluated for number in buildings)
    is_unit_known = read("core_home__occupancy", ["is_unit_known"])["is_unit_known"].to_pylist()
    return {
        ("building", "not_triggered", "fewer_than_two_workers_outside_homes"): rest,
        ("address", "not_evaluable", "unit_unknown"): is_unit_known.count(False),
    }


def _moves(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    moved = set(read("core_home__stays", ["dwelling_id"])["dwelling_id"].to_pylist())
    dwellings = set(read("core_home__dwellings", ["dwelling_id"])["dwelling_id"].to_pylist())
    done = {scope.removeprefix("churn:") for scope in evaluated}
    return {
        ("dwelling", "not_triggered", "moves_not_near_hires_or_exits"): len(moved - done),
        ("dwelling", "not_evaluable", "fewer_than_four_moves_known"): len(dwellings - moved - done),
    }


def _seats(read: Read, evaluated: set[str]) -> dict[tuple[str, str, str], int]:
    seats = read("core_home__seats", ["orgnr", "address_id", "unit_no"])
    known = seats.filter(pc.is_valid(seats["unit_no"]))
    addresses = {f"address:{address}" for address in known["address_id"].to_pylist()}
    organisations = read("core_org__organisations", ["orgnr", "deleted_on"])
    living = organisations.filter(pc.is_null(organisations["deleted_on"]))["orgnr"].to_pylist()
    return {
        ("address", "not_triggered", "fewer_than_four_working_residents"): len(addresses - evaluated),
        ("org", "not_evaluable", "no_unit_in_business_address"): len(
            set(living) - set(known["orgnr"].to_pylist())
        ),
    }


POPULATIONS: Mapping[str, Population] = {
    "project": _projects,
    "flow": _payers,
    "succession": _failed,
    "dwelling": _dwellings,
    "building": _buildings,
    "address": _seats,
    "churn": _moves,
    **populations_capacity.POPULATIONS,
    **populations_control.POPULATIONS,
    **populations_register.POPULATIONS,
    **populations_tax.POPULATIONS,
}
"""How the rest of the population is counted, by kind of scope; an indicator's id goes before its kind."""


def population_of(indicator: Indicator) -> Population:
    """What counts those whom an indicator was not evaluated for.

    Args:
        indicator: Its declaration.
    """
    return POPULATIONS[indicator.id if indicator.id in POPULATIONS else indicator.scope_kind]
