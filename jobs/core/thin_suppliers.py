"""Suppliers of work that show little else: nobody declared, no VAT, no accounts, nobody who keeps books."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_supply import THIN_SUPPLIERS
from jobs.core.capacity import MONTHS, on_assignments
from jobs.core.filing_duties import ACCOUNTS
from jobs.core.rows import joined_refs, merged_refs, shaped
from jobs.core.supplies import agreements, invoices
from jobs.core.tax_answers import last_answers
from jobs.core.vat_mismatches import YEARLY
from jobs.months import first_day, last_day, shift

ADVISERS = ("REGN", "REVI")
LIABLE = ("INNH", "DTPR", "DTSO")
RETURNS = (ACCOUNTS, "skattemelding")
NOT_DUE = ("fritatt", "ikke_forfalt")
GRACE_DAYS = 30
SIGNS_AT_LEAST = 2
"""One less than the indicator asks for, so that what is not known can be told apart."""


def transform(
    *,
    payments: DataFrame,
    contracts: DataFrame,
    organisations: DataFrame,
    roles: DataFrame,
    employments: DataFrame,
    capacity: DataFrame,
    filing_duties: DataFrame,
    vat_filing_answers: DataFrame,
    assignment_workers: DataFrame,
    month: str,
) -> DataFrame:
    """One row per supplier that shows at least two such signs.

    People reported on assignments in Norway are declared too: they are not to be in the employer's report.

    Args:
        payments: `core_chain__payments`.
        contracts: `core_chain__contracts`.
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        employments: `core_work__employments`.
        capacity: `core_work__capacity`.
        filing_duties: `core_tax__filing_duties`.
        vat_filing_answers: Raw answers about VAT filing, with delivery.
        assignment_workers: Raw workers on reported assignments, with delivery.
        month: Month evaluated.
    """
    sold = (
        invoices(payments, month)
        .groupBy(F.col("supplier_orgnr").alias("orgnr"))
        .agg(
            F.greatest(F.sum("signed_ore"), _none()).alias("sold_ore"),
            F.count_if("is_vague").alias("vague_n"),
        )
    )
    agreed = agreements(contracts, month).select(F.col("supplier_orgnr").alias("orgnr")).distinct()
    suppliers = sold.join(agreed, "orgnr", "full").where(F.col("orgnr").isNotNull())
    their = suppliers.select("orgnr")
    rows = (
        suppliers.join(
            organisations.select("orgnr", "is_vat_registered", F.col("raw_refs").alias("org_refs")), "orgnr"
        )
        .join(_advice(roles.join(their, "orgnr", "left_semi"), month), "orgnr", "left")
        .join(_declared(employments.join(their, "orgnr", "left_semi"), month), "orgnr", "left")
        .join(on_assignments(assignment_workers, shift(month, 1 - MONTHS), month), "orgnr", "left")
        .join(capacity.select("orgnr", F.col("workers_n").alias("workers_year_n")), "orgnr", "left")
        .join(_filings(filing_duties, month), "orgnr", "left")
        .join(_vat(vat_filing_answers), "orgnr", "left")
        .crossJoin(F.broadcast(employments.agg((F.count("*") > 0).alias("is_reported"))))
        .withColumn(
            "workers_now_n",
            F.when(
                F.col("is_reported"), F.coalesce("employed_n", _none()) + F.coalesce("sent_now_n", _none())
            ),
        )
        .withColumn("filings_due_n", F.coalesce("filings_due_n", _none()))
        .withColumn("filings_missing_n", F.coalesce("filings_missing_n", _none()))
        .withColumn(
            "raw_refs",
            joined_refs("org_refs", "role_refs", "work_refs", "sent_refs", "filing_refs", "vat_refs"),
        )
    )
    signs = (
        F.col("workers_now_n") == 0,
        ~F.col("is_vat_registered") | F.col("is_vat_yearly"),
        F.col("filings_missing_n") > 0,
        ~F.col("has_adviser"),
        F.col("vague_n") > 0,
    )
    held_n = F.size(F.array_compact(F.array(*(F.when(sign, 1) for sign in signs))))
    return shaped(rows.where(held_n >= SIGNS_AT_LEAST), THIN_SUPPLIERS, month)


def _none() -> Column:
    return F.lit(0).cast("bigint")


def _advice(roles: DataFrame, month: str) -> DataFrame:
    """Who keeps or checks the books, and who is liable, on the last day of the month."""
    end = F.lit(last_day(month))
    held = roles.where(F.coalesce("valid_to", end) >= end)
    return held.groupBy("orgnr").agg(
        F.max(F.col("role").isin(*ADVISERS)).alias("has_adviser"),
        F.max(F.col("role").isin(*LIABLE)).alias("has_liable_owner"),
        merged_refs().alias("role_refs"),
    )


def _declared(employments: DataFrame, month: str) -> DataFrame:
    in_force = employments.where(F.col("ended_on").isNull() | (F.col("ended_on") >= F.lit(first_day(month))))
    return in_force.groupBy("orgnr").agg(
        F.countDistinct("person_id").alias("employed_n"), merged_refs().alias("work_refs")
    )


def _filings(filing_duties: DataFrame, month: str) -> DataFrame:
    due = filing_duties.where(
        F.col("duty_kind").isin(*RETURNS)
        & ~F.col("filing_status").isin(*NOT_DUE)
        & (F.col("deadline_on") <= F.date_sub(F.lit(last_day(month)), GRACE_DAYS))
    )
    return due.groupBy("orgnr").agg(
        F.count("*").alias("filings_due_n"),
        F.count_if("is_missing").alias("filings_missing_n"),
        merged_refs().alias("filing_refs"),
    )


def _vat(vat_filing_answers: DataFrame) -> DataFrame:
    return last_answers(vat_filing_answers, "orgnr").select(
        "orgnr",
        (F.col("term_kind") == YEARLY).alias("is_vat_yearly"),
        F.coalesce(F.col("responsible_orgnr") != F.col("orgnr"), F.lit(False)).alias("is_vat_by_another"),
        F.array("answer_ref").alias("vat_refs"),
    )
