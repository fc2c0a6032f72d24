"""What each core and network table is made of, in the order in which they are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame

from expectations import tables_core_chain as core_chain
from expectations import tables_core_home as core_home
from expectations import tables_core_org as core_org
from expectations import tables_core_work as core_work
from expectations import tables_net as net
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_cadastre as raw_cadastre
from expectations import tables_raw_chain as raw_chain
from expectations import tables_raw_codes as raw_codes
from expectations import tables_raw_housing as raw_housing
from expectations import tables_raw_inspection as raw_inspection
from expectations import tables_raw_residence as raw_residence
from expectations import tables_raw_tax as raw_tax
from expectations.dataset import Dataset
from jobs.core import (
    buildings,
    contracts,
    coverage,
    dwellings,
    employments,
    establishments,
    events,
    families,
    holders,
    housing,
    hubs,
    occupancy,
    organisations,
    owner_roots,
    ownerships,
    pay,
    payments,
    person_links,
    persons,
    projects,
    residences,
    roles,
    spells,
    standing,
    worker_flows,
)
from jobs.core.roles import HISTORY_MONTHS
from jobs.core.visible import RawInput
from jobs.months import WINDOW_MONTHS
from jobs.network import edges, nodes, scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One table of the month.

    Attributes:
        dataset: The table.
        transform: Pure function from frames and the month to its rows; its arguments are named below.
        raw: Raw tables it reads, by argument.
        tables: Tables of the month it reads, by argument; made by earlier steps.
        window: Which of `tables` are read for all months of the window rather than the evaluated one.
        by_month: Made for every month of the window; `transform` takes `months` and may make several at once.
        settles: `transform` takes `settle`, to compute candidates once before it builds on them.
    """

    dataset: Dataset
    transform: Callable[..., DataFrame]
    raw: Mapping[str, RawInput] = field(default_factory=dict)
    tables: Mapping[str, Dataset] = field(default_factory=dict)
    window: frozenset[str] = frozenset()
    by_month: bool = False
    settles: bool = False


def _now(dataset: Dataset) -> RawInput:
    return RawInput(dataset=dataset)


def _since(dataset: Dataset, months: int | None) -> RawInput:
    return RawInput(dataset=dataset, history_months=months)


def _reported(dataset: Dataset, months: int = 1) -> RawInput:
    return RawInput(dataset=dataset, last_months=months)


LINKS = {"person_links": core_work.PERSON_LINKS}
PEOPLE = {"persons": _now(raw_residence.PERSONS)}
REPORTED = {
    "reports": _reported(raw_reports.REPORTS),
    "recipients": _reported(raw_reports.RECIPIENTS),
    "incomes": _reported(raw_reports.INCOMES),
    "establishments": _now(raw_brreg.ESTABLISHMENTS),
}
NOTICES = {"notices": _now(raw_housing.NOTICES)}

PERSON_STEPS = (
    Step(
        dataset=core_work.PERSON_LINKS,
        transform=person_links.transform,
        raw={
            "identifiers": _now(raw_residence.IDENTIFIERS),
            "recipients": _reported(raw_reports.RECIPIENTS, WINDOW_MONTHS + 1),
            "roles": _since(raw_brreg.ROLES, HISTORY_MONTHS),
        },
    ),
    Step(dataset=core_work.PERSONS, transform=persons.transform, raw=PEOPLE, tables=LINKS),
    Step(
        dataset=core_work.FAMILIES,
        transform=families.transform,
        raw=PEOPLE | {"relations": _now(raw_residence.RELATIONS)},
        tables=LINKS,
    ),
)
COMPANY_STEPS = (
    Step(
        dataset=core_org.ORGANISATIONS,
        transform=organisations.transform,
        raw={
            "units": _since(raw_brreg.UNITS, HISTORY_MONTHS),
            "remarks": _since(raw_brreg.UNIT_REMARKS, HISTORY_MONTHS),
        },
    ),
    Step(
        dataset=core_org.ESTABLISHMENTS,
        transform=establishments.transform,
        raw={"establishments": _since(raw_brreg.ESTABLISHMENTS, HISTORY_MONTHS)},
    ),
    Step(
        dataset=core_org.ROLES,
        transform=roles.transform,
        raw={
            "role_units": _since(raw_brreg.ROLE_UNITS, HISTORY_MONTHS),
            "roles": _since(raw_brreg.ROLES, HISTORY_MONTHS),
        },
        tables=LINKS,
    ),
    Step(
        dataset=core_org.OWNERSHIPS,
        transform=ownerships.transform,
        raw={"shareholdings": RawInput(dataset=raw_tax.SHAREHOLDINGS, holds_at_end=True)},
    ),
    Step(
        dataset=core_org.OWNER_ROOTS,
        transform=owner_roots.transform,
        tables={"ownerships": core_org.OWNERSHIPS},
    ),
    Step(
        dataset=core_org.EVENTS,
        transform=events.transform,
        raw={"events": _now(raw_inspection.EVENTS)},
        tables=LINKS,
    ),
    Step(
        dataset=core_org.HUBS,
        transform=hubs.transform,
        raw={"declared_hubs": _now(raw_codes.HUBS)},
        tables={"organisations": core_org.ORGANISATIONS, "roles": core_org.ROLES},
    ),
    Step(dataset=core_work.STANDING, transform=standing.transform, raw={"arrears": _now(raw_tax.ARREARS)}),
)
CHAIN_STEPS = (
    Step(
        dataset=core_chain.CONTRACTS,
        transform=contracts.transform,
        raw={"contracts": _now(raw_chain.CONTRACTS)},
    ),
    Step(
        dataset=core_chain.PAYMENTS,
        transform=payments.transform,
        raw={"invoices": _now(raw_chain.INVOICES)},
        tables={"contracts": core_chain.CONTRACTS},
    ),
    Step(
        dataset=core_chain.COVERAGE,
        transform=coverage.transform,
        raw={"projects": _now(raw_chain.PROJECTS)},
        tables={"contracts": core_chain.CONTRACTS, "payments": core_chain.PAYMENTS},
    ),
    Step(
        dataset=core_chain.PROJECTS,
        transform=projects.transform,
        raw={
            "projects": _now(raw_chain.PROJECTS),
            "dispensations": _now(raw_chain.DISPENSATIONS),
            "tier_rules": _now(raw_codes.TIER_RULES),
        },
        tables={"contracts": core_chain.CONTRACTS, "coverage": core_chain.COVERAGE},
    ),
)
WORK_STEPS = (
    Step(
        dataset=core_work.EMPLOYMENTS,
        transform=employments.transform,
        raw=REPORTED | {"relations": _reported(raw_reports.EMPLOYMENTS)},
        tables=LINKS,
        by_month=True,
    ),
    Step(
        dataset=core_work.PAY,
        transform=pay.transform,
        raw=REPORTED | {"deductions": _reported(raw_reports.DEDUCTIONS)},
        tables=LINKS,
        by_month=True,
    ),
    Step(
        dataset=core_work.SPELLS,
        transform=spells.transform,
        tables={"employments": core_work.EMPLOYMENTS},
        window=frozenset({"employments"}),
    ),
    Step(
        dataset=core_work.WORKER_FLOWS,
        transform=worker_flows.transform,
        tables={
            "organisations": core_org.ORGANISATIONS,
            "spells": core_work.SPELLS,
            "contracts": core_chain.CONTRACTS,
        },
    ),
)
HOME_STEPS = (
    Step(
        dataset=core_home.BUILDINGS,
        transform=buildings.transform,
        raw={
            "buildings": _now(raw_cadastre.BUILDINGS),
            "building_types": _now(raw_codes.BUILDING_TYPES),
            "building_statuses": _now(raw_codes.BUILDING_STATUSES),
        },
    ),
    Step(
        dataset=core_home.RESIDENCES,
        transform=residences.transform,
        raw=PEOPLE
        | NOTICES
        | {
            "residences": _now(raw_residence.RESIDENCES),
            "residents": _now(raw_housing.RESIDENTS),
        },
        tables=LINKS,
    ),
    Step(
        dataset=core_home.DWELLINGS,
        transform=dwellings.transform,
        raw={"units": _now(raw_cadastre.UNITS)},
        tables={
            "buildings": core_home.BUILDINGS,
            "residences": core_home.RESIDENCES,
            "hubs": core_org.HUBS,
        },
    ),
    Step(
        dataset=core_home.PROPERTY_HOLDERS,
        transform=holders.transform,
        raw=NOTICES | {"units": _now(raw_cadastre.UNITS), "ownerships": _now(raw_cadastre.OWNERSHIPS)},
        tables=LINKS,
    ),
    Step(dataset=core_home.HOUSING, transform=housing.transform, raw=NOTICES),
    Step(
        dataset=core_home.OCCUPANCY,
        transform=occupancy.transform,
        tables={
            "residences": core_home.RESIDENCES,
            "persons": core_work.PERSONS,
            "employments": core_work.EMPLOYMENTS,
        },
    ),
)
NETWORK_STEPS = (
    Step(
        dataset=net.EDGES,
        transform=edges.transform,
        tables={
            "contracts": core_chain.CONTRACTS,
            "payments": core_chain.PAYMENTS,
            "spells": core_work.SPELLS,
            "roles": core_org.ROLES,
            "ownerships": core_org.OWNERSHIPS,
            "residences": core_home.RESIDENCES,
            "holders": core_home.PROPERTY_HOLDERS,
            "families": core_work.FAMILIES,
            "organisations": core_org.ORGANISATIONS,
            "worker_flows": core_work.WORKER_FLOWS,
            "events": core_org.EVENTS,
            "establishments": core_org.ESTABLISHMENTS,
        },
    ),
    Step(
        dataset=net.NODES,
        transform=nodes.transform,
        tables={
            "edges": net.EDGES,
            "organisations": core_org.ORGANISATIONS,
            "standing": core_work.STANDING,
            "owner_roots": core_org.OWNER_ROOTS,
            "hubs": core_org.HUBS,
            "projects": core_chain.PROJECTS,
            "persons": core_work.PERSONS,
            "dwellings": core_home.DWELLINGS,
            "buildings": core_home.BUILDINGS,
            "housing": core_home.HOUSING,
        },
    ),
    Step(
        dataset=net.SCOPES,
        transform=scopes.transform,
        settles=True,
        tables={
            "edges": net.EDGES,
            "projects": core_chain.PROJECTS,
            "contracts": core_chain.CONTRACTS,
            "payments": core_chain.PAYMENTS,
            "organisations": core_org.ORGANISATIONS,
            "roles": core_org.ROLES,
            "ownerships": core_org.OWNERSHIPS,
            "owner_roots": core_org.OWNER_ROOTS,
            "hubs": core_org.HUBS,
            "events": core_org.EVENTS,
            "establishments": core_org.ESTABLISHMENTS,
            "spells": core_work.SPELLS,
            "worker_flows": core_work.WORKER_FLOWS,
            "employments": core_work.EMPLOYMENTS,
            "residences": core_home.RESIDENCES,
            "holders": core_home.PROPERTY_HOLDERS,
            "families": core_work.FAMILIES,
            "persons": core_work.PERSONS,
        },
    ),
)
STEPS = (*PERSON_STEPS, *COMPANY_STEPS, *CHAIN_STEPS, *WORK_STEPS, *HOME_STEPS, *NETWORK_STEPS)
