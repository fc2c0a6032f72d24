"""Counts, for indicators about capacity, the part of the population that no scope was cut for."""

from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from jobs.core.minimum_rates import CONFIRMED, sector_of

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


def _pay(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    work = read("core_work__employments", ["orgnr", "is_active"])
    paying = set(work.filter(work["is_active"])["orgnr"].to_pylist()) - done
    organisations = read("core_org__organisations", ["orgnr", "nace"]).to_pylist()
    nace_of = {row["orgnr"]: row["nace"] for row in organisations}
    rates = read("core_work__minimum_rates", ["sector", "rate_ore", "certainty"]).to_pylist()
    rated = {r["sector"] for r in rates if r["rate_ore"] is not None and r["certainty"] == CONFIRMED}
    unknown = {orgnr for orgnr in paying if not nace_of.get(orgnr)}
    trades = {orgnr: sector_of(nace_of[orgnr]) for orgnr in paying - unknown}
    return {
        ("org", "not_triggered", "no_general_rate_in_trade"): sum(t is None for t in trades.values()),
        ("org", "not_triggered", "fewer_than_two_below_the_rate"): sum(t in rated for t in trades.values()),
        ("org", "not_evaluable", "no_confirmed_rate_of_trade"): sum(
            t is not None and t not in rated for t in trades.values()
        ),
        ("org", "not_evaluable", "trade_unknown"): len(unknown),
        ("org", "not_evaluable", "no_paid_work_reported"): len(nace_of.keys() - paying - done),
    }


def _pass(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    contracts = read("core_chain__contracts", ["client_orgnr", "supplier_orgnr"])
    suppliers = set(contracts["supplier_orgnr"].to_pylist()) - {None} - done
    between = suppliers & set(contracts["client_orgnr"].to_pylist())
    payments = read("core_chain__payments", ["issuer_orgnr", "payer_orgnr"])
    seen = set(payments["issuer_orgnr"].to_pylist()) & set(payments["payer_orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "hands_no_work_on"): len(suppliers - between),
        ("org", "not_triggered", "passes_on_less_than_three_quarters"): len(between & seen),
        ("org", "not_evaluable", "no_invoices_known_both_ways"): len(between - seen),
    }


def _supply(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    contracts = read("core_chain__contracts", ["client_orgnr", "is_labour_bearing"])
    payments = read("core_chain__payments", ["payer_orgnr", "is_labour"])
    buyers = set(contracts.filter(contracts["is_labour_bearing"])["client_orgnr"].to_pylist())
    buyers |= set(payments.filter(payments["is_labour"])["payer_orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "fewer_than_two_thin_suppliers"): len((buyers & organisations) - done),
        ("org", "not_evaluable", "no_supplier_of_work_known"): len(organisations - buyers - done),
    }


def _labour(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":", 1)[1] for scope in evaluated}
    projects = set(read("core_chain__projects", ["project_id"])["project_id"].to_pylist())
    parts = read("core_chain__project_labour", ["project_id", "min_labour_share"])
    over = set(parts["project_id"].to_pylist())
    normed = set(parts.filter(pc.is_valid(parts["min_labour_share"]))["project_id"].to_pylist())
    return {
        ("project", "not_triggered", "pay_enough_for_the_value"): len(normed - done),
        ("project", "not_evaluable", "no_norm_for_the_work"): len(over - normed - done),
        ("project", "not_evaluable", "not_over_or_begun_too_early"): len(projects - over - done),
    }


def _promise(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":")[1] for scope in evaluated}
    contracts = read("core_chain__contracts", ["supplier_orgnr", "is_labour_bearing"])
    suppliers = set(contracts.filter(contracts["is_labour_bearing"])["supplier_orgnr"].to_pylist())
    organisations = set(read("core_org__organisations", ["orgnr"])["orgnr"].to_pylist())
    return {
        ("org", "not_triggered", "neither_late_nor_deep_or_people_enough"): len(
            (suppliers & organisations) - done
        ),
        ("org", "not_evaluable", "no_contract_for_work_known"): len(organisations - suppliers - done),
    }


def _reporting(read: Read, evaluated: set[str]) -> Counts:
    done = {scope.split(":", 1)[1] for scope in evaluated}
    duties = set(read("core_chain__reporting_duties", ["contract_id"])["contract_id"].to_pylist())
    return {("contract", "not_triggered", "reported_in_time_or_not_due"): len(duties - done)}


POPULATIONS: Mapping[str, Callable[[Read, set[str]], Counts]] = {
    "shell": _shell,
    "load": _load,
    "pay": _pay,
    "pass": _pass,
    "labour": _labour,
    "reporting": _reporting,
    "supply": _supply,
    "promise": _promise,
}
"""By kind of scope."""
