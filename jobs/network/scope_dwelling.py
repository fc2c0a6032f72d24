"""Dwelling scopes: one dwelling with its residents, their employers, its holders and what ties them."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_home import PROPERTY_HOLDERS, RESIDENCES
from expectations.tables_core_org import OWNERSHIPS, ROLES
from expectations.tables_core_work import EMPLOYMENTS, FAMILIES, PERSONS, SPELLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, shift
from jobs.network.elements import org
from jobs.network.lodgers import at_work, holdings, lodgers
from jobs.network.scope_parts import Settle, edge_elements, node_elements, owners_of, ties, unsettled
from jobs.network.source import ScopeSource

KIND = "dwelling"
WORKERS_AT_LEAST = 3
CHAIN_MONTHS = 12
"""Contracts in force in these months up to the evaluated one make employers parts of a chain."""
LINKED_AT_MOST = 50
"""A party with more control and ownership links than this is not gone through on the way to another."""


def elements(
    *,
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
    """Elements of one scope per dwelling with at least three working residents not known to be minors.

    Args:
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
    workers = settle(crowded(residences, persons, employments))
    candidates = settle(workers.select("scope_id").distinct())
    places = candidates.withColumn("place_id", F.col("scope_id"))
    employers = settle(workers.select("scope_id", F.col("employer").alias("orgnr")).distinct())
    held = settle(holdings(places, holders))
    chain = settle(chain_of(employers, contracts, month))
    chained = (
        chain.where("is_labour_bearing")
        .select("scope_id", F.explode(F.array("client_orgnr", "supplier_orgnr")).alias("orgnr"))
        .where(F.col("orgnr").isNotNull())
        .distinct()
    )
    near_holders = _near_holders(held, employers, chained, roles, ownerships)
    return union_all(
        [
            node_elements(candidates, KIND, F.col("scope_id"), 0),
            *lodgers(
                KIND,
                places,
                employers,
                held,
                residences=residences,
                spells=spells,
                families=families,
                month=month,
                settle=settle,
            ),
            near_holders,
            owners_of(employers, KIND, ownerships, roles, 3),
            edge_elements(chain.where("employers_n > 1"), KIND, EdgeKind.CONTRACT, CONTRACTS, 3),
            edge_elements(chain.where("employers_n = 1"), KIND, EdgeKind.CONTRACT, CONTRACTS, 4),
        ]
    )


def crowded(residences: DataFrame, persons: DataFrame, employments: DataFrame) -> DataFrame:
    """Working residents of dwellings with enough of them: `scope_id`, `person_id`, `employer`.

    Args:
        residences: `core_home__residences`.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
    """
    of_dwelling = Window.partitionBy("scope_id")
    return (
        at_work(residences, persons, employments)
        .withColumnRenamed("place_id", "scope_id")
        .withColumn("workers_n", F.size(F.collect_set("person_id").over(of_dwelling)))
        .where(F.col("workers_n") >= WORKERS_AT_LEAST)
        .drop("workers_n")
    )


def chain_of(employers: DataFrame, contracts: DataFrame, month: str) -> DataFrame:
    """Contracts of the projects that employers of scopes work in, with how many of them do.

    Args:
        employers: `scope_id` and `orgnr`, each pair once.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
    """
    since = F.lit(first_day(shift(month, 1 - CHAIN_MONTHS)))
    in_force = (
        F.col("is_labour_bearing")
        & F.col("project_id").isNotNull()
        & (F.col("ended_on").isNull() | (F.col("ended_on") >= since))
    )
    worked_in = (
        employers.join(
            contracts.where(in_force).select(F.col("supplier_orgnr").alias("orgnr"), "project_id"), "orgnr"
        )
        .groupBy("scope_id", "project_id")
        .agg(F.countDistinct("orgnr").alias("employers_n"))
    )
    return worked_in.join(contracts, "project_id").select(
        "scope_id", "contract_id", "client_orgnr", "supplier_orgnr", "is_labour_bearing", "employers_n"
    )


def _near_holders(
    held: DataFrame, employers: DataFrame, chained: DataFrame, roles: DataFrame, ownerships: DataFrame
) -> DataFrame:
    """Control roles and ownerships on ways of one or two steps from a holder to an employer or its chain."""
    links = ties(roles, ownerships)
    hubs = links.groupBy("a").agg(F.countDistinct("element").alias("n")).where(F.col("n") > LINKED_AT_MOST)
    start = held.select("scope_id", F.col("holder_id").alias("a")).distinct()
    goals = employers.unionByName(chained).select("scope_id", org("orgnr").alias("goal")).distinct()
    one = start.join(links, "a").select("scope_id", "a", "b", F.col("element").alias("first"))
    direct = one.join(goals.withColumnRenamed("goal", "b"), ["scope_id", "b"], "left_semi").select(
        "scope_id", F.col("first").alias("element")
    )
    onward = links.select(F.col("a").alias("b"), F.col("b").alias("goal"), F.col("element").alias("second"))
    two = (
        one.join(hubs.select(F.col("a").alias("b")), "b", "left_anti")
        .join(onward, "b")
        .where((F.col("goal") != F.col("a")) & (F.col("first") != F.col("second")))
        .join(goals, ["scope_id", "goal"], "left_semi")
        .select("scope_id", F.explode(F.array("first", "second")).alias("element"))
    )
    return (
        direct.unionByName(two)
        .distinct()
        .select("scope_id", F.lit(KIND).alias("scope_kind"), "element", F.lit(2).alias("near"))
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
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
