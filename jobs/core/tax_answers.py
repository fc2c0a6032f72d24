"""Answers of the tax authority: the latest one about each organisation, and the lists it holds."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from jobs.core.rows import RECORD, latest

DATA = "data"


def last_answers(answers: DataFrame, *key: str) -> DataFrame:
    """The latest answer about each key, if it has data; a later refusal replaces an earlier answer.

    Args:
        answers: Raw answers with delivery.
        key: Columns of the business key.

    Returns:
        `RECORD`, the key, `answered_on`, `answer_ref` and all other columns of the answers.
    """
    return (
        latest(answers, *key)
        .where(F.col("answer_status") == DATA)
        .withColumn("answered_on", F.to_date("answered_at"))
        .withColumnRenamed("raw_ref", "answer_ref")
    )


def items_of(items: DataFrame, answers: DataFrame, *columns: str) -> DataFrame:
    """Items of the lists in some answers: `columns` of the items, with `orgnr` and `answered_on`.

    Args:
        items: Raw items with delivery.
        answers: From `last_answers`.
        columns: Columns of the items that are wanted.
    """
    heads = answers.select(*RECORD, F.col("orgnr").alias("asked_orgnr"), "answered_on")
    return items.select(*RECORD, *columns).join(heads, list(RECORD)).withColumnRenamed("asked_orgnr", "orgnr")


def month_text(year: str, month_no: str) -> Column:
    """`YYYY-MM` out of two numbers; missing where one of them is.

    Args:
        year: Column with the year.
        month_no: Column with the month.
    """
    number = F.lpad(F.col(month_no).cast("string"), 2, "0")
    return F.concat(F.col(year).cast("string"), F.lit("-"), number)
