"""Address scopes: units that are somebody's business address and where several people who work live."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_home import PROPERTY_HOLDERS, RESIDENCES, SEATS
from expectations.tables_core_org import OWNERSHIPS, ROLES
from expectations.tables_core_work import EMPLOYMENTS, FAMILIES, PERSONS, SPELLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.lodgers import holdings, lodgers, working
from jobs.network.scope_dwelling import chain_of
from jobs.network.scope_parts import Settle, edge_elements, node_elements, owners_of, unsettled
from jobs.network.source import ScopeSource

KIND = "address"
WORKERS_AT_LEAST = 4


def elements(
    *,
    seats: DataFrame,
    residences: DataFrame,
    persons: DataFrame,
    employments: DataFrame,
    spells: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    roles: DataFrame,
    ownerships: DataFrame,
    contracts: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per address with a seat and four working residents in its unit.

    Who lives at the address without a known unit may live in the unit and counts towards the four. A seat
    without a unit makes a scope where four who work live at the address and one of them for that company.

    Args:
        seats: `core_home__seats`.
        residences: `core_home__residences`.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
        spells: `core_work__spells`.
        holders: `core_home__holders`.
        families: `core_link__families`.
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    seated = seats.select(
        F.concat(F.lit(f"{KIND}:"), "address_id").alias("scope_id"), "place_id", "orgnr", "unit_no"
    )
    workers = settle(_workers(seated, residences, persons, employments))
    units = settle(_crowded_units(seated, workers))
    without = settle(_without_unit(seated, workers))
    kept = seated.join(units, ["scope_id", "place_id"], "left_semi").unionByName(without)
    # People without a known unit belong to the scope as far as a unit does.
    places = settle(
        units.unionByName(units.select("scope_id", F.col("scope_id").alias("place_id"))).distinct()
    )
    tenants = settle(kept.select("scope_id", "orgnr").distinct())
    of_units = tenants.join(units.select("scope_id").distinct(), "scope_id", "left_semi")
    here = workers.join(places, ["scope_id", "place_id"], "left_semi")
    employers = settle(here.select("scope_id", F.col("employer").alias("orgnr")).distinct())
    return union_all(
        [
            edge_elements(kept, KIND, EdgeKind.SEATED_IN, SEATS, 0),
            node_elements(tenants, KIND, org("orgnr"), 0),
            *lodgers(
                KIND,
                places,
                employers,
                holdings(places, holders),
                residences=residences,
                spells=spells,
                families=families,
                month=month,
                settle=settle,
            ),
            edge_elements(
                of_units.join(roles.where("is_control"), "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 2
            ),
            owners_of(of_units, KIND, ownerships, roles, 2),
            edge_elements(
                _shared_chain(of_units, employers, contracts, month, settle),
                KIND,
                EdgeKind.CONTRACT,
                CONTRACTS,
                3,
            ),
        ]
    )


def _workers(
    seated: DataFrame, residences: DataFrame, persons: DataFrame, employments: DataFrame
) -> DataFrame:
    """Residents of addresses with a seat who work: `scope_id`, `place_id`, `person_id`, `employer`."""
    address = F.concat(F.lit(f"{KIND}:"), F.split("place_id", ":").getItem(1))
    return (
        working(residences.where(F.col("place_id").isNotNull()), persons, employments)
        .withColumn("scope_id", address)
        .join(seated.select("scope_id").distinct(), "scope_id", "left_semi")
    )


def _crowded_units(seated: DataFrame, workers: DataFrame) -> DataFrame:
    """Units with a seat and enough who work: `scope_id`, `place_id`."""
    loose = (
        workers.where(F.col("place_id") == F.col("scope_id"))
        .groupBy("scope_id")
        .agg(F.countDistinct("person_id").alias("loose_n"))
    )
    return (
        workers.join(
            seated.where(F.col("unit_no").isNotNull()).select("scope_id", "place_id").distinct(),
            ["scope_id", "place_id"],
        )
        .groupBy("scope_id", "place_id")
        .agg(F.countDistinct("person_id").alias("workers_n"))
        .join(loose, "scope_id", "left")
        .where(F.col("workers_n") + F.coalesce("loose_n", F.lit(0)) >= WORKERS_AT_LEAST)
        .select("scope_id", "place_id")
    )


def _without_unit(seated: DataFrame, workers: DataFrame) -> DataFrame:
    """Seats without a unit whose people live at the address, among enough who work; rows as `seated`."""
    enough = (
        workers.groupBy("scope_id")
        .agg(F.countDistinct("person_id").alias("workers_n"))
        .where(F.col("workers_n") >= WORKERS_AT_LEAST)
        .select("scope_id")
    )
    own = workers.select("scope_id", F.col("employer").alias("orgnr")).distinct()
    return (
        seated.where(F.col("unit_no").isNull())
        .join(enough, "scope_id", "left_semi")
        .join(own, ["scope_id", "orgnr"], "left_semi")
    )


def _shared_chain(
    tenants: DataFrame, employers: DataFrame, contracts: DataFrame, month: str, settle: Settle
) -> DataFrame:
    """Contracts of the projects in which both a company seated there and an employer of residents works."""
    theirs = settle(chain_of(tenants, contracts, month))
    others = employers.join(tenants, ["scope_id", "orgnr"], "left_anti")
    both = chain_of(others, contracts, month).select("scope_id", "contract_id")
    return theirs.join(both, ["scope_id", "contract_id"], "left_semi")


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "seats": SEATS,
        "residences": RESIDENCES,
        "persons": PERSONS,
        "employments": EMPLOYMENTS,
        "spells": SPELLS,
        "holders": PROPERTY_HOLDERS,
        "families": FAMILIES,
        "roles": ROLES,
        "ownerships": OWNERSHIPS,
        "contracts": CONTRACTS,
    },
)
