"""What each worker was paid by each employer in each month, as last reported."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import PAY
from jobs.core.employments import CASH, KEY
from jobs.core.reports import attributed, current_reports, employers
from jobs.core.rows import joined_refs, refs, shaped

HOURLY = "timeloenn"
FIXED = "fastloenn"
NOT_ORDINARY = ("overtidsgodtgjoerelse", "feriepenger", "trekkILoennForFerie", "sluttvederlag")
"""Cash pay that is not for ordinary hours of the month."""
IN_KIND = "naturalytelse"
HOUSING_BENEFITS = ("bolig", "losji", "arbeidsoppholdLosji")
HOUSING_DEDUCTIONS = ("brakkeleie", "brakkeleieSvalbard")


def transform(
    *,
    reports: DataFrame,
    recipients: DataFrame,
    incomes: DataFrame,
    deductions: DataFrame,
    establishments: DataFrame,
    person_links: DataFrame,
    months: Sequence[str],
) -> DataFrame:
    """One row per month, employer and worker with an income or deduction line; no line means missing.

    Args:
        reports: Raw reports with delivery.
        recipients: Raw income recipients with delivery.
        incomes: Raw income lines with delivery.
        deductions: Raw deductions with delivery.
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
    is_cash = F.col("benefit_kind") == CASH
    is_hourly = is_cash & (F.col("wage_code") == HOURLY)
    is_housing = (F.col("benefit_kind") == IN_KIND) & F.col("wage_code").isin(*HOUSING_BENEFITS)

    is_ordinary = is_cash & ~F.coalesce(F.col("wage_code").isin(*NOT_ORDINARY), F.lit(False))
    # Pay in arrears comes with its hours; a line without hours about an earlier time is a difference.
    is_earlier = (
        is_ordinary
        & F.col("quantity").isNull()
        & F.coalesce(F.col("earned_to_on") < F.to_date(F.concat("month", F.lit("-01"))), F.lit(False))
    )

    def amount(condition: Column) -> Column:
        return F.sum(F.when(condition, F.col("amount_ore")))

    has_own = F.col("own_pay_ore").isNotNull()
    paid = (
        attributed(incomes, **around)
        .groupBy(*KEY)
        .agg(
            amount(is_cash).alias("cash_ore"),
            amount(is_hourly).alias("hourly_pay_ore"),
            F.sum(F.when(is_hourly, F.col("quantity"))).alias("paid_hours_h"),
            amount(is_cash & (F.col("wage_code") == FIXED)).alias("fixed_pay_ore"),
            amount(is_ordinary & ~is_earlier).alias("own_pay_ore"),
            amount(is_earlier).alias("difference_ore"),
            F.min(F.when(is_earlier, F.coalesce("earned_from_on", "earned_to_on"))).alias("earlier_from_on"),
            F.max(F.when(is_earlier, F.col("earned_to_on"))).alias("earlier_to_on"),
            amount(is_housing).alias("housing_benefit_ore"),
            refs().alias("income_refs"),
        )
        # Where nothing else is paid, a salary is simply paid the month after.
        .withColumn("ordinary_pay_ore", F.coalesce("own_pay_ore", "difference_ore"))
        .withColumn("earlier_pay_ore", F.when(has_own, F.col("difference_ore")))
        .withColumn("earlier_from_on", F.when(has_own, F.col("earlier_from_on")))
        .withColumn("earlier_to_on", F.when(has_own, F.col("earlier_to_on")))
    )
    deducted = (
        attributed(deductions.where(F.col("deduction_code").isin(*HOUSING_DEDUCTIONS)), **around)
        .groupBy(*KEY)
        # Some payroll systems report deductions as negative amounts.
        .agg(F.sum(F.abs("amount_ore")).alias("housing_deduction_ore"), refs().alias("deduction_refs"))
    )
    rows = paid.join(deducted, list(KEY), "full").withColumn(
        "raw_refs", joined_refs("income_refs", "deduction_refs")
    )
    return shaped(rows, PAY, None)
