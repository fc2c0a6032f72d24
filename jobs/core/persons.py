"""Persons of the population register: only what guards need."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import PERSONS
from jobs.core.person_links import linked
from jobs.core.rows import current, shaped
from jobs.months import last_day

MONTHS_TO_MAJORITY = 216


def transform(*, persons: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per person; the record under an earlier number gives way to the one under the current number.

    Args:
        persons: Raw persons with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    known = persons.where(F.col("person_token").isNotNull()).withColumn("person_id", F.col("person_token"))
    rows = current(linked(known, person_links, "person_id"), "person_id").select(
        "person_id",
        (F.add_months("born_on", MONTHS_TO_MAJORITY) <= F.lit(last_day(month))).alias("is_adult"),
        F.col("person_status").alias("status"),
        F.array("raw_ref").alias("raw_refs"),
    )
    return shaped(rows, PERSONS, month)


def current_records(persons: DataFrame, person_links: DataFrame) -> DataFrame:
    """The delivered record that stands for each person: `delivery_id`, `file_name`, `record_no`, `person_id`.

    Args:
        persons: Raw persons with delivery.
        person_links: `core_link__person_links`.
    """
    known = persons.where(F.col("person_token").isNotNull()).withColumn("person_id", F.col("person_token"))
    return current(linked(known, person_links, "person_id"), "person_id").select(
        "delivery_id", "file_name", "record_no", "person_id", "person_status"
    )
