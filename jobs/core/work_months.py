"""Months in which several employers together reported much work for one person."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_load import WORK_MONTHS
from jobs.core.rows import joined_refs, shaped
from jobs.months import shift

MONTHS = 6
"""Months up to the evaluated one."""
TOGETHER_PCT = 150
"""Positions together from which a month is looked at; less than any limit, so that both sides are seen."""
MONTHS_AT_LEAST = 3
FULL_WEEK_H = 37.5
"""Where the hours of a full position are not given: those most agreements have."""
WEEKS_OF_MONTH = 52 / 12


def transform(*, employments: DataFrame, pay: DataFrame, month: str) -> DataFrame:
    """One row per person, employer and month, of persons with much work in at least three of the months.

    Args:
        employments: `core_work__employments` of the months of the window.
        pay: `core_work__pay` of the months of the window.
        month: Month evaluated, the last of the window.
    """
    recent = employments.where(F.col("is_active") & (F.col("month") > F.lit(shift(month, -MONTHS))))
    several = (
        recent.groupBy("person_id", "month")
        .agg(F.count("*").alias("employers_n"))
        .where(F.col("employers_n") >= 2)
        .select("person_id", "month")
    )
    paid = pay.select(
        "month", "orgnr", "person_id", "paid_hours_h", "fixed_pay_ore", F.col("raw_refs").alias("pay_refs")
    )
    work = recent.join(several, ["person_id", "month"], "left_semi").join(
        paid, ["month", "orgnr", "person_id"], "left"
    )
    full_month = F.coalesce(F.col("full_week_h").cast("double"), F.lit(FULL_WEEK_H)) * WEEKS_OF_MONTH
    by_hours = F.col("paid_hours_h").cast("double") / full_month * 100
    busy = (
        work.withColumn("pct", F.coalesce(F.col("position_pct").cast("double"), by_hours, F.lit(0.0)))
        .groupBy("person_id", "month")
        .agg(F.sum("pct").alias("together_pct"))
        .where(F.col("together_pct") >= TOGETHER_PCT)
        .groupBy("person_id")
        .agg(F.count("*").alias("months_n"))
        .where(F.col("months_n") >= MONTHS_AT_LEAST)
    )
    found = work.join(busy, "person_id", "left_semi")
    staff = (
        recent.join(found.select("orgnr").distinct(), "orgnr", "left_semi")
        .groupBy("orgnr", "month")
        .agg(F.count("*").alias("staff_n"))
    )
    rows = (
        found.join(staff, ["orgnr", "month"])
        .withColumn("work_month", F.col("month"))
        .withColumn("raw_refs", joined_refs("raw_refs", "pay_refs"))
    )
    return shaped(rows, WORK_MONTHS, month)
