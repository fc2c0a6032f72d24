"""Building scopes: units that are not for living, or not yet, with those who live in them and work."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import BUILDINGS, DWELLINGS, PROPERTY_HOLDERS, RESIDENCES
from expectations.tables_core_work import EMPLOYMENTS, FAMILIES, PERSONS, SPELLS
from graph.detectors.lodging import FOR_LIVING, HOME, NOT_APPROVED
from jobs.core.rows import union_all
from jobs.network.lodgers import at_work, holdings, lodgers
from jobs.network.scope_parts import Settle, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "building"
WORKERS_AT_LEAST = 2


def elements(
    *,
    residences: DataFrame,
    persons: DataFrame,
    employments: DataFrame,
    spells: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    dwellings: DataFrame,
    buildings: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per building with two working residents in units not known to be for living.

    Args:
        residences: `core_home__residences`.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
        spells: `core_work__spells`.
        holders: `core_home__holders`.
        families: `core_link__families`.
        dwellings: `core_home__dwellings`.
        buildings: `core_home__buildings`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    doubtful = settle(doubtful_units(dwellings, buildings))
    workers = at_work(residences, persons, employments).join(doubtful, "place_id")
    enough = (
        workers.groupBy("scope_id")
        .agg(F.countDistinct("person_id").alias("workers_n"))
        .where(F.col("workers_n") >= WORKERS_AT_LEAST)
        .select("scope_id")
    )
    candidates = settle(enough)
    places = settle(doubtful.join(candidates, "scope_id", "left_semi"))
    employers = workers.join(candidates, "scope_id", "left_semi").select(
        "scope_id", F.col("employer").alias("orgnr")
    )
    return union_all(
        [
            node_elements(candidates, KIND, F.col("scope_id"), 0),
            *lodgers(
                KIND,
                places,
                employers.distinct(),
                holdings(places, holders),
                residences=residences,
                spells=spells,
                families=families,
                month=month,
                settle=settle,
            ),
        ]
    )


def doubtful_units(dwellings: DataFrame, buildings: DataFrame) -> DataFrame:
    """Units with residents that are not known to be lawful homes: `scope_id` of the building, `place_id`.

    Args:
        dwellings: `core_home__dwellings`.
        buildings: `core_home__buildings`.
    """
    is_home = F.coalesce(F.col("unit_kind").isin(*HOME), F.lit(False))
    is_for_living = F.coalesce(F.col("building_group").isin(*FOR_LIVING), F.lit(False))
    is_approved = F.coalesce(F.col("unit_kind") != NOT_APPROVED, F.lit(True)) & F.coalesce(
        F.col("is_in_use"), F.lit(False)
    )
    return (
        dwellings.select("dwelling_id", "building_no", "unit_kind")
        .join(buildings.select("building_no", "building_group", "is_in_use"), "building_no")
        .where(~((is_home | is_for_living) & is_approved))
        .select(
            F.concat(F.lit("building:"), "building_no").alias("scope_id"),
            F.concat(F.lit("dwelling:"), "dwelling_id").alias("place_id"),
        )
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
        "dwellings": DWELLINGS,
        "buildings": BUILDINGS,
    },
)
