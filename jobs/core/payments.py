"""Invoices, credit notes and set-offs that are known by a legal basis."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import PAYMENTS
from jobs.core.rows import current, joined_refs, shaped
from jobs.months import last_day

CREDIT = "kreditnota"
GENERAL_WORDS = (
    "arbeid",
    "arbeider",
    "arbeidet",
    "bistand",
    "consulting",
    "div",
    "diverse",
    "faktura",
    "for",
    "honorar",
    "konsulent",
    "konsulentarbeid",
    "konsulentbistand",
    "konsulenttjeneste",
    "konsulenttjenester",
    "leveranse",
    "og",
    "oppdrag",
    "services",
    "tjeneste",
    "tjenester",
    "utført",
    "work",
)
"""Words that fit any work; one that names a trade, a place, a time or an agreement is none of them."""


def transform(*, invoices: DataFrame, contracts: DataFrame, month: str) -> DataFrame:
    """One row per invoice up to the month's end; a credit note is negative however it was written.

    Args:
        invoices: Raw invoices with delivery.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
    """
    of_contract = contracts.select(
        "contract_id",
        "project_id",
        F.col("is_labour_bearing").alias("contract_is_labour"),
        F.col("raw_refs").alias("contract_refs"),
    )
    rows = (
        current(invoices, "invoice_id")
        .where(F.col("invoiced_on") <= F.lit(last_day(month)))
        .join(of_contract, "contract_id", "left")
        .select(
            "invoice_id",
            "contract_id",
            "project_id",
            "issuer_orgnr",
            F.col("receiver_orgnr").alias("payer_orgnr"),
            F.col("invoice_kind").alias("kind"),
            F.col("invoiced_on").alias("issued_on"),
            "paid_on",
            F.when(F.col("invoice_kind") == CREDIT, -F.abs("amount_ore"))
            .otherwise(F.col("amount_ore"))
            .alias("amount_ore"),
            (
                F.coalesce("contract_is_labour", F.lit(False))
                | F.coalesce(F.col("billed_hours_h") > 0, F.lit(False))
            ).alias("is_labour"),
            F.col("seen_through").alias("source"),
            _is_general("invoice_text").alias("is_text_general"),
            F.col("has_contact_details").alias("has_contact"),
            joined_refs(F.array("raw_ref"), "contract_refs").alias("raw_refs"),
        )
    )
    return shaped(rows, PAYMENTS, month)


def _is_general(column: str) -> Column:
    """Whether a text has general words alone; numbers by themselves tell nothing either."""
    told = F.trim(F.regexp_replace(F.lower(column), r"[^\p{L}]+", " "))
    other = F.filter(F.split(told, " "), lambda word: ~word.isin(*GENERAL_WORDS, ""))
    return F.when(F.trim(column) != "", F.size(other) == 0)
