"""Companies, who runs and owns them."""

from expectations import tables_core_org as core_org
from expectations import tables_core_work as core_work
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_codes as raw_codes
from expectations import tables_raw_inspection as raw_inspection
from expectations import tables_raw_owners as raw_owners
from expectations import tables_raw_tax as raw_tax
from jobs.core import (
    beneficial_owners,
    establishments,
    events,
    hubs,
    organisations,
    owner_roots,
    ownerships,
    role_loads,
    roles,
    standing,
)
from jobs.core.roles import HISTORY_MONTHS
from jobs.core.visible import RawInput
from jobs.plan.step import LINKS, Step, now, since

STEPS = (
    Step(
        dataset=core_org.ORGANISATIONS,
        transform=organisations.transform,
        raw={
            "units": since(raw_brreg.UNITS, HISTORY_MONTHS),
            "remarks": since(raw_brreg.UNIT_REMARKS, HISTORY_MONTHS),
        },
    ),
    Step(
        dataset=core_org.ESTABLISHMENTS,
        transform=establishments.transform,
        raw={"establishments": since(raw_brreg.ESTABLISHMENTS, HISTORY_MONTHS)},
    ),
    Step(
        dataset=core_org.ROLES,
        transform=roles.transform,
        raw={
            "role_units": since(raw_brreg.ROLE_UNITS, HISTORY_MONTHS),
            "roles": since(raw_brreg.ROLES, HISTORY_MONTHS),
        },
        tables=LINKS,
    ),
    Step(
        dataset=core_org.OWNERSHIPS,
        transform=ownerships.transform,
        raw={"shareholdings": RawInput(dataset=raw_tax.SHAREHOLDINGS, holds_at_end=True)},
        tables=LINKS,
    ),
    Step(
        dataset=core_org.OWNER_ROOTS,
        transform=owner_roots.transform,
        tables={"ownerships": core_org.OWNERSHIPS},
    ),
    Step(
        dataset=core_org.ROLE_LOADS,
        transform=role_loads.transform,
        tables={
            "roles": core_org.ROLES,
            "organisations": core_org.ORGANISATIONS,
            "owner_roots": core_org.OWNER_ROOTS,
        },
    ),
    Step(
        dataset=core_org.EVENTS,
        transform=events.transform,
        raw={"events": now(raw_inspection.EVENTS)},
        tables=LINKS,
    ),
    Step(
        dataset=core_org.BENEFICIAL_OWNERS,
        transform=beneficial_owners.transform,
        raw={"owners": now(raw_owners.OWNERS)},
        tables=LINKS,
    ),
    Step(
        dataset=core_org.HUBS,
        transform=hubs.transform,
        raw={"declared_hubs": now(raw_codes.HUBS)},
        tables={"organisations": core_org.ORGANISATIONS, "roles": core_org.ROLES},
    ),
    Step(dataset=core_work.STANDING, transform=standing.transform, raw={"arrears": now(raw_tax.ARREARS)}),
)
