"""What each organisation that was asked about has due and unpaid, by its latest answer."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import STANDING
from jobs.core.rows import current, shaped

KINDS = ("residual_tax", "withholding", "vat", "employer_contribution", "fee", "advance_tax")


def transform(*, arrears: DataFrame, month: str) -> DataFrame:
    """One row per organisation; not asked means no row, and only an answer with data has amounts.

    Args:
        arrears: Raw answers with delivery.
        month: Month evaluated.
    """
    has_data = F.col("answer_status") == "data"
    any_given = F.coalesce(*(F.col(f"{kind}_overdue_ore") for kind in KINDS)).isNotNull()
    total = sum((F.coalesce(f"{kind}_overdue_ore", F.lit(0)) for kind in KINDS), F.lit(0).cast("bigint"))

    def given(amount: Column) -> Column:
        return F.when(has_data, amount)

    rows = current(arrears, "orgnr").select(
        "orgnr",
        F.col("period").alias("answer_month"),
        F.col("answer_status").alias("answer"),
        given(F.when(any_given, total)).alias("arrears_ore"),
        given(F.col("withholding_overdue_ore")).alias("withholding_arrears_ore"),
        given(F.col("vat_overdue_ore")).alias("vat_arrears_ore"),
        given(F.col("employer_contribution_overdue_ore")).alias("contribution_arrears_ore"),
        F.col("has_payment_plan").alias("has_instalment_plan"),
        F.array("raw_ref").alias("raw_refs"),
    )
    return shaped(rows, STANDING, month)
