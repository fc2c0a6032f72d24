"""Establishments at a month's end, and the employer each belonged to before."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ESTABLISHMENTS
from jobs.core.rows import latest, shaped


def transform(*, establishments: DataFrame, month: str) -> DataFrame:
    """One row per establishment, closed ones included.

    Args:
        establishments: Raw establishments with delivery, all versions of the history.
        month: Month evaluated.
    """
    in_order = Window.partitionBy("orgnr").orderBy("order_no", "file_name", "record_no")
    # A closed establishment is delivered with fewer fields: its employer is the last one seen.
    versions = establishments.withColumn(
        "parent_orgnr", F.last("parent_orgnr", ignorenulls=True).over(in_order)
    )
    newest = latest(versions, "orgnr")
    moved = F.col("earlier_orgnr") != F.col("parent_orgnr")
    earlier = (
        versions.select("orgnr", F.col("parent_orgnr").alias("earlier_orgnr"), "order_no", "raw_ref")
        .join(newest.select("orgnr", "parent_orgnr"), "orgnr")
        .groupBy("orgnr")
        .agg(F.max(F.when(moved, F.struct("order_no", "earlier_orgnr", "raw_ref"))).alias("earlier"))
    )
    rows = newest.join(earlier, "orgnr", "left").select(
        F.col("orgnr").alias("establishment_orgnr"),
        F.col("parent_orgnr").alias("orgnr"),
        F.col("industry_1_code").alias("nace"),
        F.when(F.col("industry_1_code").isNotNull(), F.col("industry_standard")).alias("nace_standard"),
        F.col("location_municipality_no").alias("municipality_no"),
        F.col("employees").alias("employees_n"),
        "started_on",
        F.coalesce(F.least("closed_on", "deleted_on"), "gone_on").alias("closed_on"),
        F.col("transferred_on").alias("owner_changed_on"),
        F.col("earlier.earlier_orgnr").alias("previous_orgnr"),
        F.array_sort(F.array_compact(F.array("raw_ref", "earlier.raw_ref"))).alias("raw_refs"),
    )
    return shaped(rows, ESTABLISHMENTS, month)
