"""Buildings, dwellings and who lives in them."""

from expectations import tables_core_home as core_home
from expectations import tables_core_org as core_org
from expectations import tables_core_work as core_work
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_cadastre as raw_cadastre
from expectations import tables_raw_codes as raw_codes
from expectations import tables_raw_housing as raw_housing
from expectations import tables_raw_residence as raw_residence
from jobs.core import buildings, dwellings, holders, housing, occupancy, residences, seats, stays
from jobs.plan.step import LINKS, PEOPLE, Step, now

NOTICES = {"notices": now(raw_housing.NOTICES)}

STEPS = (
    Step(
        dataset=core_home.BUILDINGS,
        transform=buildings.transform,
        raw={
            "buildings": now(raw_cadastre.BUILDINGS),
            "building_types": now(raw_codes.BUILDING_TYPES),
            "building_statuses": now(raw_codes.BUILDING_STATUSES),
        },
    ),
    Step(
        dataset=core_home.RESIDENCES,
        transform=residences.transform,
        raw={
            **PEOPLE,
            **NOTICES,
            "residences": now(raw_residence.RESIDENCES),
            "residents": now(raw_housing.RESIDENTS),
        },
        tables=LINKS,
    ),
    Step(
        dataset=core_home.DWELLINGS,
        transform=dwellings.transform,
        raw={"units": now(raw_cadastre.UNITS)},
        tables={
            "buildings": core_home.BUILDINGS,
            "residences": core_home.RESIDENCES,
            "hubs": core_org.HUBS,
        },
    ),
    Step(
        dataset=core_home.PROPERTY_HOLDERS,
        transform=holders.transform,
        raw={**NOTICES, "units": now(raw_cadastre.UNITS), "ownerships": now(raw_cadastre.OWNERSHIPS)},
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
    Step(
        dataset=core_home.SEATS,
        transform=seats.transform,
        raw={"units": now(raw_brreg.UNITS), "addresses": now(raw_cadastre.ADDRESSES)},
        tables={"employments": core_work.EMPLOYMENTS},
    ),
    Step(
        dataset=core_home.STAYS,
        transform=stays.transform,
        raw={
            **PEOPLE,
            **NOTICES,
            "residences": now(raw_residence.RESIDENCES),
            "residents": now(raw_housing.RESIDENTS),
        },
        tables=LINKS,
    ),
)
