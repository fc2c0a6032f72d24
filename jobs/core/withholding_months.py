"""What employers reported as withheld and owed on pay, and what of it is due and unpaid, by month of pay."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import WITHHOLDING_MONTHS
from jobs.core.reports import current_reports
from jobs.core.rows import RECORD, joined_refs, merged_refs, shaped
from jobs.core.tax_answers import items_of, last_answers, month_text

WITHHELD, CONTRIBUTION = "FORSKUDDSTREKK", "ARBEIDSGIVERAVGIFT"
"""Kinds of claim, as the service spells them."""
MONTHS = 10
"""Months of reports that are read: three terms, what has not fallen due, and reports that come late."""
KEY = ("orgnr", "pay_month")
OWED = ("overdue_withholding_ore", "overdue_contribution_ore", "suspended_ore")


def transform(
    *, claim_answers: DataFrame, claims: DataFrame, claim_dues: DataFrame, reports: DataFrame, month: str
) -> DataFrame:
    """One row per organisation with such a claim overdue, and month of pay with a report or a claim.

    A claim that had not fallen due when the answer was given is not unpaid.

    Args:
        claim_answers: Raw answers about open claims, with delivery.
        claims: Raw open claims with delivery.
        claim_dues: Raw due dates of open claims with delivery.
        reports: Raw employer reports of the last months, with delivery.
        month: Month evaluated.
    """
    answers = last_answers(claim_answers, "orgnr")
    of_pay = (
        items_of(
            claims, answers, "claim_no", "claim_kind", "claim_period_year", "claim_period_month_no", "raw_ref"
        )
        .withColumn("kind", F.upper("claim_kind"))
        .where(F.col("kind").isin(WITHHELD, CONTRIBUTION))
        .withColumn("pay_month", month_text("claim_period_year", "claim_period_month_no"))
        .where(F.col("pay_month").isNotNull())
        .withColumnRenamed("raw_ref", "claim_ref")
    )
    dues = claim_dues.select(
        *RECORD, "claim_no", "due_on", "remaining_ore", "is_suspended", F.col("raw_ref").alias("due_ref")
    )
    unpaid = of_pay.join(dues, [*RECORD, "claim_no"]).where(
        (F.col("due_on") < F.col("answered_on")) & (F.col("remaining_ore") > 0)
    )

    def owed(condition: Column) -> Column:
        return F.sum(F.when(condition, F.col("remaining_ore")).otherwise(0))

    overdue = (
        unpaid.withColumn("claim_refs", F.array("claim_ref", "due_ref"))
        .groupBy(*KEY)
        .agg(
            owed(F.col("kind") == WITHHELD).alias("overdue_withholding_ore"),
            owed(F.col("kind") == CONTRIBUTION).alias("overdue_contribution_ore"),
            owed(F.col("is_suspended")).alias("suspended_ore"),
            F.max("due_on").alias("due_on"),
            merged_refs("claim_refs").alias("claim_refs"),
        )
    )
    owing = unpaid.select("orgnr", "answered_on").distinct()
    theirs = reports.join(owing.select(F.col("orgnr").alias("employer_orgnr")), "employer_orgnr", "left_semi")
    reported = (
        theirs.join(current_reports(theirs).select(*RECORD), list(RECORD), "left_semi")
        .where(F.col("calendar_month") <= F.lit(month))
        .select(
            F.col("employer_orgnr").alias("orgnr"),
            F.col("calendar_month").alias("pay_month"),
            F.abs("withholding_sum_ore").alias("expected_withholding_ore"),
            F.abs("employer_contribution_sum_ore").alias("expected_contribution_ore"),
            F.array("raw_ref").alias("report_refs"),
        )
    )
    rows = (
        overdue.join(reported, list(KEY), "full")
        .join(owing, "orgnr")
        .withColumn("raw_refs", joined_refs("claim_refs", "report_refs"))
    )
    for name in OWED:
        rows = rows.withColumn(name, F.coalesce(name, F.lit(0)))
    return shaped(rows, WITHHOLDING_MONTHS, month)
