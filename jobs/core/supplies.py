"""Who bought work from whom in twelve months, and how well the invoices tell it."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_supply import SUPPLIES
from jobs.core.capacity import MONTHS, REDUCING
from jobs.core.rows import joined_refs, merged_refs, shaped
from jobs.months import first_day, last_day, shift

INVOICE = "faktura"
NOT_IN_FORCE = ("planlagt", "hevet")
SUPPLIERS_AT_LEAST = 2
PAIR = ("buyer_orgnr", "supplier_orgnr")


def transform(
    *, payments: DataFrame, contracts: DataFrame, thin_suppliers: DataFrame, month: str
) -> DataFrame:
    """One row per buyer of work from several thin suppliers, and supplier.

    Args:
        payments: `core_chain__payments`.
        contracts: `core_chain__contracts`.
        thin_suppliers: `core_tax__thin_suppliers`.
        month: Month evaluated.
    """
    thin = thin_suppliers.select(F.col("orgnr").alias("supplier_orgnr"))
    invoiced = (
        invoices(payments, month)
        .join(thin, "supplier_orgnr", "left_semi")
        .groupBy(*PAIR)
        .agg(
            F.count_if("is_invoice").alias("invoices_n"),
            F.count_if("is_told").alias("told_n"),
            F.count_if("is_vague").alias("vague_n"),
            F.sum("signed_ore").alias("invoiced_ore"),
            merged_refs().alias("invoice_refs"),
        )
    )
    agreed = (
        agreements(contracts, month)
        .join(thin, "supplier_orgnr", "left_semi")
        .groupBy(*PAIR)
        .agg(F.count("*").alias("contracts_n"), merged_refs().alias("contract_refs"))
    )
    pairs = invoiced.join(agreed, list(PAIR), "full")
    several = pairs.groupBy("buyer_orgnr").agg(F.count("*").alias("suppliers_n"))
    none = F.lit(0).cast("bigint")
    rows = pairs.join(
        several.where(F.col("suppliers_n") >= SUPPLIERS_AT_LEAST), "buyer_orgnr", "left_semi"
    ).select(
        *PAIR,
        *(F.coalesce(n, none).alias(n) for n in ("contracts_n", "invoices_n", "told_n", "vague_n")),
        "invoiced_ore",
        joined_refs("contract_refs", "invoice_refs").alias("raw_refs"),
    )
    return shaped(rows, SUPPLIES, month)


def invoices(payments: DataFrame, month: str) -> DataFrame:
    """Invoices, credit notes and set-offs for work between two in the twelve months up to the month.

    Args:
        payments: `core_chain__payments`.
        month: Month evaluated.

    Returns:
        `buyer_orgnr`, `supplier_orgnr`, `signed_ore`, `is_invoice`, `is_told`, `is_vague`, `raw_refs`.
    """
    is_invoice = F.col("kind") == INVOICE
    told = F.col("is_text_general").isNotNull() | F.col("has_contact").isNotNull()
    vague = F.coalesce("is_text_general", F.lit(False)) | ~F.coalesce("has_contact", F.lit(True))
    return payments.where(
        F.col("is_labour")
        & F.col("issued_on").between(F.lit(first_day(shift(month, 1 - MONTHS))), F.lit(last_day(month)))
        & (F.col("issuer_orgnr") != F.col("payer_orgnr"))
    ).select(
        F.col("payer_orgnr").alias("buyer_orgnr"),
        F.col("issuer_orgnr").alias("supplier_orgnr"),
        F.when(F.col("kind").isin(*REDUCING), -F.abs("amount_ore"))
        .otherwise(F.col("amount_ore"))
        .alias("signed_ore"),
        is_invoice.alias("is_invoice"),
        (is_invoice & told).alias("is_told"),
        (is_invoice & vague).alias("is_vague"),
        "raw_refs",
    )


def agreements(contracts: DataFrame, month: str) -> DataFrame:
    """Contracts for work that were in force on some day of the twelve months up to the month.

    Args:
        contracts: `core_chain__contracts`.
        month: Month evaluated.

    Returns:
        `buyer_orgnr`, `supplier_orgnr`, `raw_refs`.
    """
    start, end = F.lit(first_day(shift(month, 1 - MONTHS))), F.lit(last_day(month))
    return (
        contracts.where("is_labour_bearing")
        .where(~F.coalesce("state", F.lit("")).isin(*NOT_IN_FORCE))
        .where((F.coalesce("started_on", "signed_on") <= end) & (F.coalesce("ended_on", end) >= start))
        .where(F.col("supplier_orgnr").isNotNull() & (F.col("client_orgnr") != F.col("supplier_orgnr")))
        .select(F.col("client_orgnr").alias("buyer_orgnr"), "supplier_orgnr", "raw_refs")
    )
