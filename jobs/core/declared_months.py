"""Hours that suppliers declared month by month, of those that promised as much or more."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_commitment import DECLARED_MONTHS
from jobs.core.capacity import REDUCING, norms
from jobs.core.promises import MONTHS, may_be_late_or_deep
from jobs.core.rows import current, joined_refs, merged_refs, refs, shaped
from jobs.core.thin_suppliers import LIABLE
from jobs.core.work_months import FULL_WEEK_H, WEEKS_OF_MONTH
from jobs.months import first_day, last_day, shift

MONTH_DAYS = 30.4
KEY = ("orgnr", "work_month")


def transform(
    *,
    promises: DataFrame,
    employments: DataFrame,
    pay: DataFrame,
    payments: DataFrame,
    organisations: DataFrame,
    roles: DataFrame,
    labour_norms: DataFrame,
    assignment_workers: DataFrame,
    month: str,
) -> DataFrame:
    """One row per supplier and month that anybody reported for.

    The candidates promised, with all labour unknown taken as the whole value, at least what they declared
    in their weakest month; a promise whose value or days are unknown may be any.

    Args:
        promises: `core_chain__promises`.
        employments: `core_work__employments` of the months of the window.
        pay: `core_work__pay` of the months of the window.
        payments: `core_chain__payments`.
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        labour_norms: Raw code list of labour shares, with delivery.
        assignment_workers: Raw workers on reported assignments, with delivery.
        month: Month evaluated, the last of the window.
    """
    placed = promises.where(may_be_late_or_deep()).select(F.col("supplier_orgnr").alias("orgnr")).distinct()
    asked = organisations.join(placed, "orgnr", "left_semi").select("orgnr", "nace")
    costs = norms(asked, labour_norms, month).select("orgnr", "hourly_cost_ore", "norm_refs")
    recent = employments.where(F.col("month") > F.lit(shift(month, -MONTHS)))
    months = recent.select(F.col("month").alias("work_month")).distinct()
    declared = _declared(recent.join(placed, "orgnr", "left_semi"), pay)
    grid = (
        asked.select("orgnr")
        .join(costs, "orgnr", "left")
        .crossJoin(F.broadcast(months))
        .join(declared, list(KEY), "left")
        .withColumn("hundredths_n", F.coalesce("hundredths_n", F.lit(0).cast("bigint")))
    )
    weakest = grid.groupBy("orgnr").agg(
        F.min("hundredths_n").alias("least_n"), F.min("hourly_cost_ore").alias("cost_ore")
    )
    found = (
        _peaks(promises)
        .join(weakest, "orgnr")
        .where(
            F.col("is_unknown")
            | F.col("cost_ore").isNull()
            | (F.col("monthly_ore") * 100 >= F.col("least_n") * F.col("cost_ore"))
        )
        .select("orgnr")
    )
    zero = F.lit(0).cast("bigint")
    rows = (
        grid.join(found, "orgnr", "left_semi")
        .join(_on_assignments(assignment_workers, month), list(KEY), "left")
        .join(_bought(payments), list(KEY), "left")
        .join(_owners(roles, month), "orgnr", "left")
        .select(
            *KEY,
            F.coalesce("workers_n", zero).alias("workers_n"),
            (F.col("hundredths_n").cast("decimal(18,0)") * F.lit("0.01").cast("decimal(3,2)")).alias(
                "declared_h"
            ),
            F.coalesce("sent_n", zero).alias("sent_n"),
            F.coalesce("owners_n", zero).alias("owners_n"),
            F.coalesce("bought_ore", zero).alias("bought_ore"),
            "hourly_cost_ore",
            joined_refs("norm_refs", "owner_refs", "sent_refs", "bought_refs", "work_refs").alias("raw_refs"),
        )
    )
    return shaped(rows, DECLARED_MONTHS, month)


def _declared(employments: DataFrame, pay: DataFrame) -> DataFrame:
    """Paid hours of each worker, else those of the position, in hundredths so that the sum is exact."""
    paid = pay.select("month", "orgnr", "person_id", "paid_hours_h", F.col("raw_refs").alias("pay_refs"))
    full_month = F.coalesce(F.col("full_week_h").cast("double"), F.lit(FULL_WEEK_H)) * WEEKS_OF_MONTH
    by_position = F.coalesce(F.col("position_pct").cast("double"), F.lit(100.0)) / 100 * full_month
    hours = F.when(F.col("paid_hours_h") > 0, F.col("paid_hours_h").cast("double")).otherwise(by_position)
    return (
        employments.where("is_active")
        .join(paid, ["month", "orgnr", "person_id"], "left")
        .withColumn("hundredths", F.round(hours * 100).cast("bigint"))
        .withColumn("work_refs", joined_refs("raw_refs", "pay_refs"))
        .groupBy("orgnr", F.col("month").alias("work_month"))
        .agg(
            F.count("*").alias("workers_n"),
            F.sum("hundredths").alias("hundredths_n"),
            merged_refs("work_refs").alias("work_refs"),
        )
    )


def _peaks(promises: DataFrame) -> DataFrame:
    """More than was promised in any month: all contracts together, each spread over its own months."""
    days = F.datediff("ends_on", "begins_on") + 1
    most = F.coalesce("labour_ore", "value_ore")
    monthly = most / F.greatest(days / F.lit(MONTH_DAYS), F.lit(1.0))
    return promises.groupBy(F.col("supplier_orgnr").alias("orgnr")).agg(
        # Rounded up and with a little more, so that no month of 31 days is missed.
        F.sum(F.ceil(monthly * 1.05).cast("bigint")).alias("monthly_ore"),
        F.bool_or(F.coalesce(days <= 0, F.lit(True)) | most.isNull()).alias("is_unknown"),
    )


def _on_assignments(assignment_workers: DataFrame, month: str) -> DataFrame:
    """People of each employer on reported assignments in each month; a line without an end lasts."""
    months = [shift(month, -n) for n in range(MONTHS)]
    in_month = [
        F.when(
            (F.col("started_on") <= F.lit(last_day(m)))
            & (F.coalesce("ended_on", F.lit(last_day(m))) >= F.lit(first_day(m))),
            F.lit(m),
        )
        for m in months
    ]
    return (
        current(assignment_workers, "line_id")
        .where(F.col("employer_orgnr").isNotNull())
        .withColumn("work_month", F.explode(F.array_compact(F.array(*in_month))))
        .groupBy(F.col("employer_orgnr").alias("orgnr"), "work_month")
        .agg(F.count("*").alias("sent_n"), refs().alias("sent_refs"))
    )


def _bought(payments: DataFrame) -> DataFrame:
    """Work that others invoiced outside known contracts."""
    signed = F.when(F.col("kind").isin(*REDUCING), -F.abs("amount_ore")).otherwise(F.col("amount_ore"))
    return (
        payments.where(F.col("is_labour") & F.col("contract_id").isNull())
        .where(F.col("issuer_orgnr") != F.col("payer_orgnr"))
        .groupBy(
            F.col("payer_orgnr").alias("orgnr"),
            F.substring(F.col("issued_on").cast("string"), 1, 7).alias("work_month"),
        )
        .agg(F.sum(signed).alias("bought_ore"), merged_refs().alias("bought_refs"))
    )


def _owners(roles: DataFrame, month: str) -> DataFrame:
    end = F.lit(last_day(month))
    held = roles.where(F.col("role").isin(*LIABLE) & (F.coalesce("valid_to", end) >= end))
    return held.groupBy("orgnr").agg(
        F.countDistinct("holder_id").alias("owners_n"), merged_refs().alias("owner_refs")
    )
