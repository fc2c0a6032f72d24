"""What organisations that invoice pay their people, month by month."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_payroll import PAYROLLS
from jobs.core.rows import joined_refs, merged_refs, shaped
from jobs.months import first_day, last_day, shift

MONTHS = 12
"""Months up to the evaluated one."""


def transform(*, pay: DataFrame, payments: DataFrame, month: str) -> DataFrame:
    """One row per organisation and month with pay or invoices, of those that issued an invoice at all.

    A month in which nobody at all reported pay was not delivered, so what was paid is unknown.

    Args:
        pay: `core_work__pay` of the months of the window.
        payments: `core_chain__payments`.
        month: Month evaluated, the last of the window.
    """
    first = shift(month, 1 - MONTHS)
    invoiced = (
        payments.where(
            F.col("issuer_orgnr").isNotNull()
            & (F.col("issued_on") >= F.lit(first_day(first)))
            & (F.col("issued_on") <= F.lit(last_day(month)))
        )
        .groupBy(
            F.col("issuer_orgnr").alias("orgnr"), F.date_format("issued_on", "yyyy-MM").alias("pay_month")
        )
        .agg(F.sum("amount_ore").alias("invoiced_ore"), merged_refs().alias("invoice_refs"))
    )
    reported = pay.where((F.col("month") >= F.lit(first)) & (F.col("month") <= F.lit(month)))
    delivered = reported.select(
        F.col("month").alias("pay_month"), F.lit(True).alias("is_delivered")
    ).distinct()
    paid = (
        reported.where(F.col("cash_ore").isNotNull())
        .join(invoiced.select("orgnr").distinct(), "orgnr", "left_semi")
        .groupBy("orgnr", F.col("month").alias("pay_month"))
        .agg(
            F.sum("cash_ore").alias("cash_ore"),
            F.countDistinct("person_id").alias("workers_n"),
            merged_refs().alias("pay_refs"),
        )
    )
    nothing = F.lit(0).cast("bigint")
    rows = (
        invoiced.join(paid, ["orgnr", "pay_month"], "full")
        .join(F.broadcast(delivered), "pay_month", "left")
        .withColumn("invoiced_ore", F.coalesce("invoiced_ore", nothing))
        .withColumn("cash_ore", F.when(F.col("is_delivered"), F.coalesce("cash_ore", nothing)))
        .withColumn("workers_n", F.when(F.col("is_delivered"), F.coalesce("workers_n", nothing)))
        .withColumn("raw_refs", joined_refs("invoice_refs", "pay_refs"))
    )
    return shaped(rows, PAYROLLS, month)
