"""Payroll of organisations by two-month term, as the tax authority sets the base of their contribution."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import CONTRIBUTION_TERMS
from jobs.core.rows import refs, shaped
from jobs.core.tax_answers import items_of, last_answers


def transform(*, contribution_answers: DataFrame, contribution_terms: DataFrame, month: str) -> DataFrame:
    """One row per organisation and term of its latest answer.

    Args:
        contribution_answers: Raw answers about employer contribution, with delivery.
        contribution_terms: Raw terms of those answers, with delivery.
        month: Month evaluated.
    """
    answers = last_answers(contribution_answers, "orgnr")
    rows = (
        items_of(contribution_terms, answers, "term_year", "term_no", "base_ore", "raw_ref")
        .where(F.col("term_year").isNotNull() & F.col("term_no").isNotNull())
        .groupBy("orgnr", F.col("term_year").alias("year"), "term_no", "answered_on")
        .agg(F.sum("base_ore").alias("base_ore"), refs().alias("raw_refs"))
    )
    return shaped(rows, CONTRIBUTION_TERMS, month)
