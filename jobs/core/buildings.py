"""Buildings, with what the code lists say of their kind and status."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import BUILDINGS
from jobs.core.rows import current, shaped


def transform(
    *, buildings: DataFrame, building_types: DataFrame, building_statuses: DataFrame, month: str
) -> DataFrame:
    """One row per building; extensions add nothing to the main building they share a number with.

    Args:
        buildings: Raw buildings with delivery.
        building_types: Raw code list of building types with delivery.
        building_statuses: Raw code list of building statuses with delivery.
        month: Month evaluated.
    """
    kinds = current(building_types, "building_type").select("building_type", "building_group")
    in_use = current(building_statuses, "building_status").select(
        "building_status", (F.col("in_use") == "ja").alias("is_in_use")
    )
    main = buildings.where(F.coalesce("building_part_no", F.lit(0)) == 0)
    rows = (
        current(main, "building_no")
        .join(kinds, "building_type", "left")
        .join(in_use, "building_status", "left")
        .select(
            "building_no",
            "municipality_no",
            F.col("building_type").alias("building_kind"),
            "building_group",
            F.col("building_type_changed_on").alias("kind_changed_on"),
            F.col("building_status").alias("status"),
            F.col("building_status_on").alias("status_on"),
            "is_in_use",
            F.col("dwellings").alias("dwellings_n"),
            F.array("raw_ref").alias("raw_refs"),
        )
    )
    return shaped(rows, BUILDINGS, month)
