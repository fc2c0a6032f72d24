"""What housing notices in force say of a dwelling."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import HOUSING
from jobs.core.notices import in_force
from jobs.core.rows import REFS_AT_MOST, shaped
from jobs.months import last_day


def transform(*, notices: DataFrame, month: str) -> DataFrame:
    """One row per place; the latest sure notice speaks, else the latest. A permit that has run out is none.

    Args:
        notices: Raw housing notices with delivery.
        month: Month evaluated.
    """
    best_first = Window.partitionBy("place_id").orderBy(
        F.desc("is_sure"), F.desc("noticed_on"), F.desc("notice_id")
    )
    every_one = Window.partitionBy("place_id")
    # Dates of permits are delivered as text, which sorts like the dates it names.
    has_run_out = (F.col("permit_exists") == "ja") & (F.col("permit_valid_to") < F.lit(str(last_day(month))))
    rows = (
        in_force(notices, month)
        .where(F.col("place_id").isNotNull())
        .withColumn("n", F.row_number().over(best_first))
        .withColumn("notices_n", F.count("*").over(every_one))
        .withColumn(
            "raw_refs", F.slice(F.array_sort(F.collect_set("raw_ref").over(every_one)), 1, REFS_AT_MOST)
        )
        .where("n = 1")
        .select(
            "place_id",
            F.col("housing_kind").alias("kind"),
            F.col("is_sure").alias("is_confirmed"),
            F.col("capacity").alias("capacity_n"),
            F.col("bedrooms").alias("bedrooms_n"),
            F.col("showers").alias("showers_n"),
            F.col("toilets").alias("toilets_n"),
            F.col("area_m2").alias("living_area_m2"),
            F.when(has_run_out, "nei").otherwise(F.col("permit_exists")).alias("permit"),
            "notices_n",
            "raw_refs",
        )
    )
    return shaped(rows, HOUSING, month)
