"""Units that people can live in, or that have residents."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import DWELLINGS
from jobs.core.hubs import COUNTED
from jobs.core.rows import current, joined_refs, merged_refs, shaped

LIVABLE = ("B", "I", "F")
"""Dwelling, dwelling that is not approved, holiday home."""


def transform(
    *,
    units: DataFrame,
    buildings: DataFrame,
    residences: DataFrame,
    hubs: DataFrame,
    month: str,
) -> DataFrame:
    """One row per dwelling; zero rooms, baths or area mean unknown in the register, so they are missing here.

    A unit that has residents but is not in the cadastre has a row with its id only.

    Args:
        units: Raw units of the cadastre with delivery.
        buildings: `core_home__buildings`.
        residences: `core_home__residences`.
        hubs: `core_org__hubs`.
        month: Month evaluated.
    """
    lived_in = (
        residences.where(F.col("place_id").startswith("dwelling:"))
        .groupBy(F.expr("substring(place_id, 10)").alias("dwelling_id"))
        .agg(merged_refs().alias("residence_refs"))
    )
    # A split or merged unit has a new id under the same number; the one that stays comes first.
    staying = Window.partitionBy("dwelling_id").orderBy(
        F.coalesce("is_expiring", F.lit(False)), F.desc("order_no"), "unit_uuid"
    )
    registered = (
        current(units, "unit_uuid")
        .where(F.col("address_id").isNotNull() & F.col("unit_no").isNotNull())
        .withColumn("dwelling_id", F.concat_ws(":", "address_id", "unit_no"))
        .withColumn("n", F.row_number().over(staying))
        .where("n = 1")
        .select(
            "dwelling_id",
            "unit_uuid",
            "building_no",
            "cadastre_municipality_no",
            "unit_kind",
            _known("rooms").alias("rooms_n"),
            _known("bathrooms").alias("bathrooms_n"),
            _known("area_m2").alias("area_m2"),
            "cadastre_key",
            "raw_ref",
        )
    )
    of_building = buildings.select("building_no", "building_kind", "building_group", "municipality_no")
    declared = (
        hubs.where(F.col("hub_id").startswith("address:") & ~F.col("kind").isin(*COUNTED))
        .groupBy(F.substring_index("hub_id", ":", -1).alias("address_id"))
        .agg(F.min("kind").alias("hub_kind"))
    )
    rows = (
        registered.join(lived_in, "dwelling_id", "full")
        .where(F.col("unit_kind").isin(*LIVABLE) | F.col("residence_refs").isNotNull())
        .withColumn("address_id", F.substring_index("dwelling_id", ":", 1))
        .withColumn("unit_no", F.substring_index("dwelling_id", ":", -1))
        .join(of_building, "building_no", "left")
        .join(declared, "address_id", "left")
        .withColumn("municipality_no", F.coalesce("cadastre_municipality_no", "municipality_no"))
        .withColumn(
            "raw_refs",
            # Who lives there is told by the residences; they are cited only when nothing else makes the row.
            F.when(F.col("raw_ref").isNotNull(), F.array("raw_ref")).otherwise(joined_refs("residence_refs")),
        )
    )
    return shaped(rows, DWELLINGS, month)


def _known(column: str) -> Column:
    return F.when(F.col(column) > 0, F.col(column))
