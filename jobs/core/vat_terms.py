"""VAT of organisations by two-month term, as last told."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import VAT_TERMS
from jobs.core.rows import RECORD, joined_refs, latest, shaped


def transform(*, vat_filing_answers: DataFrame, vat_filings: DataFrame, month: str) -> DataFrame:
    """One row per organisation and term that an answer told of.

    An answer tells of the last three terms only; what an earlier one told of an older term stands.

    Args:
        vat_filing_answers: Raw answers about VAT filing, with delivery.
        vat_filings: Raw terms of those answers, with delivery.
        month: Month evaluated.
    """
    heads = vat_filing_answers.select(
        *RECORD, F.to_date("answered_at").alias("answered_on"), F.col("raw_ref").alias("answer_ref")
    )
    told = latest(
        vat_filings.where(F.col("term_year").isNotNull() & F.col("term_no").isNotNull()),
        "orgnr",
        "term_year",
        "term_no",
    )
    rows = told.join(heads, list(RECORD)).select(
        "orgnr",
        F.col("term_year").alias("year"),
        "term_no",
        "filing_status",
        "is_set_by_authority",
        F.col("vat_sum_ore").alias("vat_ore"),
        "vat_base_ore",
        "answered_on",
        joined_refs(F.array("raw_ref"), F.array("answer_ref")).alias("raw_refs"),
    )
    return shaped(rows, VAT_TERMS, month)
