"""What the suppliers of labour on a finished project reported as pay while they worked there."""

from datetime import timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_labour import PROJECT_LABOUR
from jobs.core.rows import current, joined_refs, merged_refs, refs, shaped
from jobs.months import WINDOW_MONTHS, first_day, last_day, shift

WORK_KIND = "arbeidstype"
DAYS_AFTER = 90
"""Pay and final accounts of a project come in until then."""
OFF = ("planlagt", "hevet")
PART = ("project_id", "supplier_id")
REFS = ("project_refs", "contract_refs", "norm_refs", "assigned_refs", "pay_refs")


def transform(
    *,
    projects: DataFrame,
    contracts: DataFrame,
    pay: DataFrame,
    labour_norms: DataFrame,
    assignment_workers: DataFrame,
    month: str,
) -> DataFrame:
    """One row per project and supplier of labour; all its pay counts, wherever it was earned.

    Args:
        projects: `core_chain__projects`.
        contracts: `core_chain__contracts`.
        pay: `core_work__pay` of the months of the window.
        labour_norms: Raw code list of labour shares, with delivery.
        assignment_workers: Raw workers on reported assignments, with delivery.
        month: Month evaluated, the last of the window.
    """
    over = projects.where(
        (F.col("started_on") >= F.lit(first_day(shift(month, -WINDOW_MONTHS))))
        & (F.col("ended_on") <= F.lit(last_day(month) - timedelta(days=DAYS_AFTER)))
    ).select(
        "project_id",
        "work_kind",
        F.col("started_on").alias("project_start"),
        F.col("ended_on").alias("project_end"),
        F.col("raw_refs").alias("project_refs"),
    )
    parts = (
        contracts.where(F.col("is_labour_bearing") & ~F.coalesce("state", F.lit("")).isin(*OFF))
        .withColumn("supplier_id", F.coalesce("supplier_orgnr", "supplier_foreign_id"))
        .where(F.col("supplier_id").isNotNull())
        .join(over, "project_id")
        .groupBy(*PART, "supplier_orgnr", "work_kind")
        .agg(
            F.min(F.greatest(F.coalesce("started_on", "project_start"), "project_start")).alias("started_on"),
            F.max(F.least(F.coalesce("ended_on", "project_end"), "project_end")).alias("ended_on"),
            merged_refs().alias("contract_refs"),
            F.max("project_refs").alias("project_refs"),
        )
        .where(F.col("started_on") <= F.col("ended_on"))
        .withColumn("first_month", F.date_format("started_on", "yyyy-MM"))
        .withColumn("last_month", F.date_format("ended_on", "yyyy-MM"))
    )
    reported = pay.where(F.col("cash_ore").isNotNull()).select(
        F.col("orgnr").alias("supplier_orgnr"), "month", "person_id", "cash_ore", "raw_refs"
    )
    inside = (F.col("month") >= F.col("first_month")) & (F.col("month") <= F.col("last_month"))
    paid = (
        parts.join(reported, "supplier_orgnr")
        .where(inside)
        .groupBy(*PART)
        .agg(
            F.sum("cash_ore").alias("cash_ore"),
            F.countDistinct("person_id").alias("workers_n"),
            merged_refs().alias("pay_refs"),
        )
    )
    delivered = F.broadcast(reported.select("month").distinct())
    covered = parts.join(delivered, inside).groupBy(*PART).agg(F.count("*").alias("reported_months_n"))
    lines = current(assignment_workers, "line_id").select(
        F.col("employer_orgnr").alias("supplier_orgnr"),
        F.col("started_on").alias("came_on"),
        F.col("ended_on").alias("left_on"),
        "raw_ref",
    )
    assigned = (
        parts.join(lines, "supplier_orgnr")
        .where(
            (F.col("came_on") <= F.col("ended_on"))
            & (F.coalesce("left_on", "ended_on") >= F.col("started_on"))
        )
        .groupBy(*PART)
        .agg(F.count("*").alias("assigned_n"), refs().alias("assigned_refs"))
    )
    nothing, is_norwegian = F.lit(0).cast("bigint"), F.col("supplier_orgnr").isNotNull()
    rows = (
        parts.join(paid, list(PART), "left")
        .join(covered, list(PART), "left")
        .join(assigned, list(PART), "left")
        .join(_norms(labour_norms, month), "work_kind", "left")
        .withColumn("months_n", (_number("last_month") - _number("first_month") + 1))
        .withColumn("reported_months_n", F.coalesce("reported_months_n", nothing))
        .withColumn("assigned_n", F.coalesce("assigned_n", nothing))
        .withColumn("cash_ore", F.when(is_norwegian, F.coalesce("cash_ore", nothing)))
        .withColumn("workers_n", F.when(is_norwegian, F.coalesce("workers_n", nothing)))
        .withColumn("raw_refs", joined_refs(*REFS))
    )
    return shaped(rows, PROJECT_LABOUR, month)


def _number(name: str) -> Column:
    return F.substring(name, 1, 4).cast("int") * 12 + F.substring(name, 6, 2).cast("int")


def _norms(labour_norms: DataFrame, month: str) -> DataFrame:
    """Least share by kind of work at the month's end."""
    end = F.lit(last_day(month))
    newest = Window.partitionBy("key_value").orderBy(F.desc("valid_from_on"))
    return (
        current(labour_norms, "key_kind", "key_value", "valid_from_on")
        .where((F.col("key_kind") == WORK_KIND) & (F.col("valid_from_on") <= end))
        .where(F.coalesce("valid_to_on", end) >= end)
        .withColumn("rank", F.row_number().over(newest))
        .where("rank = 1")
        .select(
            F.col("key_value").alias("work_kind"),
            F.col("min_share").alias("min_labour_share"),
            F.col("certainty").alias("norm_certainty"),
            F.array("raw_ref").alias("norm_refs"),
        )
    )
