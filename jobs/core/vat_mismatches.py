"""What the tax authority found when it laid the VAT of a buyer and a seller beside each other."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import VAT_MISMATCHES
from jobs.core.rows import current, joined_refs, shaped
from jobs.core.tax_answers import last_answers

YEARLY = "aarlig"


def transform(*, vat_mismatches: DataFrame, vat_filing_answers: DataFrame, month: str) -> DataFrame:
    """One row per buyer, seller and first term that were compared.

    Args:
        vat_mismatches: Raw comparisons with delivery.
        vat_filing_answers: Raw answers about VAT filing, with delivery.
        month: Month evaluated.
    """
    compared = current(vat_mismatches, "buyer_orgnr", "seller_orgnr", "from_term").where(
        F.col("from_term_year").isNotNull()
        & F.col("from_term_no").isNotNull()
        & F.col("to_term_year").isNotNull()
        & F.col("to_term_no").isNotNull()
    )
    sellers = last_answers(vat_filing_answers, "orgnr").select(
        F.col("orgnr").alias("seller_orgnr"), (F.col("term_kind") == YEARLY).alias("yearly"), "answer_ref"
    )
    rows = compared.join(sellers, "seller_orgnr", "left").select(
        "buyer_orgnr",
        "seller_orgnr",
        F.col("from_term_year").alias("from_year"),
        "from_term_no",
        F.col("to_term_year").alias("to_year"),
        "to_term_no",
        "is_mismatch",
        "is_seller_registered",
        F.col("yearly").alias("is_seller_yearly"),
        joined_refs(F.array_compact(F.array("raw_ref", "answer_ref"))).alias("raw_refs"),
    )
    return shaped(rows, VAT_MISMATCHES, month)
