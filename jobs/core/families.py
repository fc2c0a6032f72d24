"""Registered family relations; used only to leave families out of housing indicators."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import FAMILIES
from jobs.core.person_links import linked
from jobs.core.persons import current_records
from jobs.core.rows import RECORD, refs, shaped


def transform(*, persons: DataFrame, relations: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per person and relative, from the person's current record.

    Args:
        persons: Raw persons with delivery.
        relations: Raw family relations with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    stated = (
        relations.where(F.col("related_token").isNotNull() & F.col("relation_kind").isNotNull())
        .join(current_records(persons, person_links), list(RECORD))
        .withColumn("related_person_id", F.col("related_token"))
    )
    rows = (
        linked(stated, person_links, "related_person_id")
        .where(F.col("person_id") != F.col("related_person_id"))
        .groupBy("person_id", "related_person_id")
        .agg(F.min("relation_kind").alias("relation"), refs().alias("raw_refs"))
    )
    return shaped(rows, FAMILIES, month)
