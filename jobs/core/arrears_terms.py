"""Arrears of organisations at the end of each two-month term, beside their turnover."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import ARREARS_TERMS
from jobs.core.rows import joined_refs, latest, merged_refs, shaped
from jobs.core.standing import KINDS
from jobs.core.tax_answers import DATA

MONTHS = 8
"""Months of answers that are read: four terms."""
TERMS = 4
OWING_TERMS = 3
"""Terms at the end of which something is due; three rises in a row leave none of them without."""
TURNOVER_TERMS = 3
"""Terms before whose turnover is added up: half a year, and always due when the term itself has ended."""
TURNOVER_WITHIN = 6
"""Terms before among which they are looked for: who stops filing keeps the turnover that was last known."""


def transform(*, arrears: DataFrame, vat_terms: DataFrame, month: str) -> DataFrame:
    """One row per organisation with lasting arrears and each of the last four ended terms answered about.

    Args:
        arrears: Raw answers about arrears of the last months, with delivery.
        vat_terms: `core_tax__vat_terms`.
        month: Month evaluated.
    """
    last = int(month[:4]) * 6 + int(month[5:]) // 2 - 1
    given = [F.col(f"{kind}_overdue_ore") for kind in KINDS]
    total = sum((F.coalesce(amount, F.lit(0)) for amount in given), F.lit(0).cast("bigint"))
    month_no = F.substring("period", 6, 2).cast("int")
    answered = (
        latest(arrears, "orgnr", "period")
        .where((F.col("answer_status") == DATA) & (month_no % 2 == 0) & F.coalesce(*given).isNotNull())
        .withColumn(
            "number",
            _number(
                F.substring("period", 1, 4).cast("int"), F.expr("cast(substring(period, 6, 2) as int) div 2")
            ),
        )
        .where(F.col("number").between(last - TERMS + 1, last))
        .select("orgnr", "number", total.alias("arrears_ore"), "raw_ref")
    )
    lasting = (
        answered.where((F.col("number") > last - OWING_TERMS) & (F.col("arrears_ore") > 0))
        .groupBy("orgnr")
        .agg(F.count("*").alias("n"))
        .where(F.col("n") == OWING_TERMS)
        .select("orgnr")
    )
    owed = answered.join(lasting, "orgnr", "left_semi")
    set_terms = (
        vat_terms.join(lasting, "orgnr", "left_semi")
        .where(F.col("vat_base_ore").isNotNull())
        .select(
            "orgnr",
            _number(F.col("year"), F.col("term_no")).alias("set_number"),
            "vat_base_ore",
            F.col("raw_refs").alias("vat_refs"),
        )
    )
    newest_first = Window.partitionBy("orgnr", "number").orderBy(F.desc("set_number"))
    turnover = (
        owed.select("orgnr", "number")
        .join(set_terms, "orgnr")
        .where(F.col("set_number").between(F.col("number") - TURNOVER_WITHIN, F.col("number") - 1))
        .withColumn("place", F.row_number().over(newest_first))
        .where(F.col("place") <= TURNOVER_TERMS)
        .groupBy("orgnr", "number")
        .agg(
            F.sum("vat_base_ore").alias("turnover_ore"),
            F.count("*").alias("set_n"),
            F.min("set_number").alias("oldest"),
            merged_refs("vat_refs").alias("vat_refs"),
        )
        .where(F.col("set_n") == TURNOVER_TERMS)
        .withColumn("is_turnover_older", F.col("oldest") < F.col("number") - TURNOVER_TERMS)
    )
    rows = (
        owed.join(turnover, ["orgnr", "number"], "left")
        .withColumn("year", F.expr("number div 6"))
        .withColumn("term_no", F.expr("number % 6 + 1"))
        .withColumn("raw_refs", joined_refs(F.array("raw_ref"), "vat_refs"))
    )
    return shaped(rows, ARREARS_TERMS, month)


def _number(year: Column, term_no: Column) -> Column:
    """Terms since year 0: the first of 2025 is 12150."""
    return (year * 6 + term_no - 1).cast("int")
