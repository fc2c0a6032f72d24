"""Who worked for whom in each month, as last reported."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import EMPLOYMENTS
from jobs.core.reports import attributed, current_reports, employers
from jobs.core.rows import joined_refs, refs, shaped

NO_EMPLOYMENT = "pensjonOgAndreTyperYtelserUtenAnsettelsesforhold"
CASH = "kontantytelse"
KEY = ("month", "orgnr", "person_id")


def transform(
    *,
    reports: DataFrame,
    recipients: DataFrame,
    relations: DataFrame,
    leaves: DataFrame,
    incomes: DataFrame,
    establishments: DataFrame,
    person_links: DataFrame,
    months: Sequence[str],
) -> DataFrame:
    """One row per month, employer and worker with a reported employment relation.

    A relation that is open but without pay is not work: about a quarter of registered relations are like
    that.

    Args:
        reports: Raw reports with delivery.
        recipients: Raw income recipients with delivery.
        relations: Raw employment relations with delivery.
        leaves: Raw leaves and lay-offs with delivery.
        incomes: Raw income lines with delivery.
        establishments: Raw establishments with delivery, all versions of the history.
        person_links: `core_link__person_links`.
        months: Months to make; the raw rows are of these months.
    """
    around = {
        "reports": current_reports(reports),
        "recipients": recipients,
        "employer_of": employers(establishments, months),
        "person_links": person_links,
    }
    pay = (
        attributed(incomes.where(F.col("benefit_kind") == CASH), **around)
        .groupBy(*KEY)
        .agg(F.sum("amount_ore").alias("cash_ore"), refs().alias("pay_refs"))
    )
    first_on = F.to_date(F.concat("month", F.lit("-01")))
    left = (
        attributed(leaves, **around)
        .where(
            (F.coalesce("started_on", first_on) <= F.last_day(first_on))
            & (F.coalesce("ended_on", first_on) >= first_on)
        )
        .groupBy(*KEY)
        .agg(F.sum("leave_pct").alias("leave_pct"), refs().alias("leave_refs"))
    )
    is_over = F.col("ended_on") < first_on
    lasting = attributed(relations.where(F.col("employment_kind") != NO_EMPLOYMENT), **around).withColumn(
        "is_over", F.coalesce(is_over, F.lit(False))
    )
    # Largest position first, then the smallest number: the order of the file must not decide.
    largest = F.struct(
        F.coalesce(F.when(F.col("is_over"), F.lit(-1)).otherwise(F.col("position_pct")), F.lit(0))
        .cast("decimal(9,4)")
        .alias("pct"),
        F.coalesce(-F.col("establishment_orgnr").cast("bigint"), F.lit(0)).alias("n"),
    )
    rows = (
        lasting.groupBy(*KEY)
        .agg(
            F.max_by("establishment_orgnr", largest).alias("establishment_orgnr"),
            F.max_by("full_time_hours_per_week", largest).alias("full_week_h"),
            F.max_by("employment_kind", largest).alias("employment_kind"),
            F.max_by("occupation_code", largest).alias("occupation_code"),
            F.min("started_on").alias("started_on"),
            F.bool_and(F.col("ended_on").isNotNull()).alias("all_ended"),
            F.max("ended_on").alias("last_end"),
            F.max_by("end_reason", F.struct("ended_on", F.coalesce("end_reason", F.lit("")))).alias(
                "last_reason"
            ),
            F.sum(F.when(~F.col("is_over"), F.col("position_pct"))).alias("position_pct"),
            F.bool_and("is_over").alias("is_over"),
            F.count("*").alias("relations_n"),
            F.bool_or("is_late").alias("is_late"),
            refs().alias("relation_refs"),
        )
        .join(pay, list(KEY), "left")
        .join(left, list(KEY), "left")
        .withColumn("is_paid", F.coalesce(F.col("cash_ore") > 0, F.lit(False)))
        .withColumn("is_active", F.col("is_paid") & ~F.col("is_over"))
        .withColumn("ended_on", F.when(F.col("all_ended"), F.col("last_end")))
        .withColumn("end_reason", F.when(F.col("all_ended"), F.col("last_reason")))
        .withColumn("raw_refs", joined_refs("relation_refs", "pay_refs", "leave_refs"))
    )
    return shaped(rows, EMPLOYMENTS, None)
