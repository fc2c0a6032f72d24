"""Labour that organisations invoiced in twelve months, beside the full-time years they declared."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_capacity import CAPACITY, FULL_YEAR_POINTS
from jobs.core.rows import current, joined_refs, merged_refs, refs, shaped
from jobs.months import first_day, last_day, shift

MONTHS = 12
"""Months up to the evaluated one, the same for invoices and for people."""
REDUCING = ("kreditnota", "motregning")
TRADE = "nace"
YEAR_DAYS = 365


def transform(
    *,
    payments: DataFrame,
    employments: DataFrame,
    organisations: DataFrame,
    labour_norms: DataFrame,
    assignment_workers: DataFrame,
    month: str,
) -> DataFrame:
    """One row per organisation whose invoices for labour come to more than nothing.

    People reported on assignments in Norway are declared too: they are not to be in the employer's report.
    One who stands in both counts twice, in favour of the organisation.

    A month in which nobody at all reported employment was not delivered, so what was declared is unknown.

    Args:
        payments: `core_chain__payments`.
        employments: `core_work__employments` of the months of the window.
        organisations: `core_org__organisations`.
        labour_norms: Raw code list of labour shares, with delivery.
        assignment_workers: Raw workers on reported assignments, with delivery.
        month: Month evaluated.
    """
    first = shift(month, 1 - MONTHS)
    labour = payments.where(
        F.col("is_labour")
        & (F.col("issued_on") >= F.lit(first_day(first)))
        & (F.col("issued_on") <= F.lit(last_day(month)))
        & (F.col("issuer_orgnr") != F.col("payer_orgnr"))
    ).withColumn(
        "signed_ore",
        F.when(F.col("kind").isin(*REDUCING), -F.abs("amount_ore")).otherwise(F.col("amount_ore")),
    )
    sold = (
        labour.groupBy(F.col("issuer_orgnr").alias("orgnr"))
        .agg(
            F.sum("signed_ore").alias("labour_sold_ore"),
            F.count("*").alias("invoices_n"),
            merged_refs().alias("sold_refs"),
        )
        .where((F.col("labour_sold_ore") > 0) & F.col("orgnr").isNotNull())
    )
    bought = labour.groupBy(F.col("payer_orgnr").alias("orgnr")).agg(
        F.sum("signed_ore").alias("labour_bought_ore")
    )
    reported = employments.where((F.col("month") >= F.lit(first)) & (F.col("month") <= F.lit(month)))
    delivered = reported.agg(F.countDistinct("month").alias("delivered_n"))
    in_force = reported.where(
        F.col("ended_on").isNull() | (F.col("ended_on") >= F.to_date(F.concat("month", F.lit("-01"))))
    ).join(sold.select("orgnr"), "orgnr", "left_semi")
    full = F.lit(100)
    declared = in_force.groupBy("orgnr").agg(
        F.countDistinct("person_id").alias("workers_n"),
        F.countDistinct(F.when(F.col("month") == F.lit(month), F.col("person_id"))).alias("workers_now_n"),
        F.sum((F.least(F.coalesce("position_pct", full), full) * 100).cast("bigint")).alias("points"),
        merged_refs().alias("declared_refs"),
    )
    whole = F.col("delivered_n") == MONTHS
    rows = (
        sold.join(bought, "orgnr", "left")
        .join(declared, "orgnr", "left")
        .join(on_assignments(assignment_workers, first, month), "orgnr", "left")
        .join(norms(organisations.join(sold.select("orgnr"), "orgnr", "left_semi"), labour_norms, month),
              "orgnr", "left")
        .crossJoin(F.broadcast(delivered))
        .select(
            "orgnr",
            "labour_sold_ore",
            _or_nothing("labour_bought_ore").alias("labour_bought_ore"),
            "invoices_n",
            F.when(whole, _or_nothing("workers_n") + _or_nothing("sent_n")).alias("workers_n"),
            (_or_nothing("workers_now_n") + _or_nothing("sent_now_n")).alias("workers_now_n"),
            F.when(whole, _or_nothing("points") + _or_nothing("sent_points")).alias("position_points"),
            "norm_key",
            "min_labour_share",
            "yearly_cost_ore",
            "norm_certainty",
            joined_refs("norm_refs", "declared_refs", "sent_refs", "sold_refs").alias("raw_refs"),
        )
    )  # fmt: skip
    return shaped(rows, CAPACITY, month)


def on_assignments(assignment_workers: DataFrame, first: str, month: str) -> DataFrame:
    """People of organisations on reported assignments; a line without an end lasts.

    Args:
        assignment_workers: Raw workers on reported assignments, with delivery.
        first: First month of the window.
        month: Month evaluated.

    Returns:
        `orgnr`, `sent_n`, `sent_now_n`, `sent_points`, `sent_refs`.
    """
    start, end = F.lit(first_day(first)), F.lit(last_day(month))
    lines = (
        current(assignment_workers, "line_id")
        .where(F.col("employer_orgnr").isNotNull())
        .where((F.col("started_on") <= end) & (F.coalesce("ended_on", end) >= start))
        .withColumn(
            "days_n",
            F.datediff(F.least(F.coalesce("ended_on", end), end), F.greatest("started_on", start)) + 1,
        )
    )
    return lines.groupBy(F.col("employer_orgnr").alias("orgnr")).agg(
        F.count("*").alias("sent_n"),
        F.count_if(F.coalesce("ended_on", end) >= end).alias("sent_now_n"),
        F.expr(f"sum(days_n) * {FULL_YEAR_POINTS} div {YEAR_DAYS}").alias("sent_points"),
        refs().alias("sent_refs"),
    )


def _or_nothing(name: str) -> Column:
    """No row was counted: none of them is known."""
    return F.coalesce(name, F.lit(0).cast("bigint"))


def norms(organisations: DataFrame, labour_norms: DataFrame, month: str) -> DataFrame:
    """The norm in force at the month's end with the longest prefix of the activity code.

    Args:
        organisations: `core_org__organisations`, those that are asked about.
        labour_norms: Raw code list of labour shares, with delivery.
        month: Month evaluated.

    Returns:
        `orgnr`, `norm_key`, `min_labour_share`, `hourly_cost_ore`, `yearly_cost_ore`, `norm_certainty`,
        `norm_refs`.
    """
    end = F.lit(last_day(month))
    listed = (
        current(labour_norms, "key_kind", "key_value", "valid_from_on")
        .where(F.col("key_kind") == TRADE)
        .where((F.col("valid_from_on") <= end) & (F.coalesce("valid_to_on", end) >= end))
        .select(
            F.col("key_value").alias("norm_key"),
            F.col("min_share").alias("min_labour_share"),
            "hourly_cost_ore",
            "yearly_cost_ore",
            F.col("certainty").alias("norm_certainty"),
            "valid_from_on",
            "raw_ref",
        )
    )
    longest = Window.partitionBy("orgnr").orderBy(F.desc(F.length("norm_key")), F.desc("valid_from_on"))
    return (
        organisations.select("orgnr", "nace")
        .join(F.broadcast(listed), F.col("nace").startswith(F.col("norm_key")))
        .withColumn("place", F.row_number().over(longest))
        .where("place = 1")
        .select(
            "orgnr",
            "norm_key",
            "min_labour_share",
            "hourly_cost_ore",
            "yearly_cost_ore",
            "norm_certainty",
            F.array("raw_ref").alias("norm_refs"),
        )
    )
