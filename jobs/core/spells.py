"""Unbroken spells of reported employment inside the window."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import SPELLS
from jobs.core.rows import merged_refs, shaped

PAIR = ("orgnr", "person_id")


def transform(*, employments: DataFrame, month: str) -> DataFrame:
    """One row per spell; months without pay after the last paid month do not prolong it.

    Many relations stay open in the reports long after the work has ended. A spell without any paid month is
    kept whole and shows it by `paid_months_n` 0.

    Args:
        employments: `core_work__employments` of the months of the window.
        month: Month evaluated, the last of the window.
    """
    number = F.substring("month", 1, 4).cast("int") * 12 + F.substring("month", 6, 2).cast("int")
    reported = employments.withColumn("month_no", number).where(
        F.col("ended_on").isNull() | (F.col("ended_on") >= _first_of("month"))
    )
    in_order = Window.partitionBy(*PAIR).orderBy("month_no")
    islands = reported.withColumn("island", F.col("month_no") - F.row_number().over(in_order))
    whole = Window.partitionBy(*PAIR, "island")
    last_paid = F.max(F.when(F.col("is_active"), F.col("month_no"))).over(whole)
    trimmed = islands.withColumn("last_paid_no", last_paid).where(
        F.col("month_no") <= F.coalesce("last_paid_no", "month_no")
    )
    spells = trimmed.groupBy(*PAIR, "island").agg(
        F.min("month").alias("first_month"),
        F.max("month").alias("last_month"),
        F.min_by("started_on", "month_no").alias("started_on"),
        F.max_by("ended_on", "month_no").alias("ended_on"),
        F.max_by("end_reason", "month_no").alias("end_reason"),
        F.count("*").alias("months_n"),
        F.count_if("is_active").alias("paid_months_n"),
        merged_refs().alias("raw_refs"),
    )
    starts_inside = F.substring(F.col("started_on").cast("string"), 1, 7) == F.col("first_month")
    last_day = F.last_day(_first_of("last_month"))
    ends_inside = F.col("ended_on") <= last_day
    rows = spells.withColumn(
        "valid_from", F.when(starts_inside, F.col("started_on")).otherwise(_first_of("first_month"))
    ).withColumn(
        "valid_to",
        F.when(ends_inside, F.col("ended_on")).when(F.col("last_month") < F.lit(month), last_day),
    )
    return shaped(rows, SPELLS, month)


def _first_of(column: str) -> Column:
    return F.to_date(F.concat(column, F.lit("-01")))
