"""How many people live in each dwelling, and for whom they work."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import OCCUPANCY
from jobs.core.rows import merged_refs, shaped, share


def transform(*, residences: DataFrame, persons: DataFrame, employments: DataFrame, month: str) -> DataFrame:
    """One row per place with residents; a person of unknown age who works counts as an adult worker.

    Args:
        residences: `core_home__residences`.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
        month: Month evaluated.
    """
    ages = persons.select("person_id", "is_adult")
    work = employments.where("is_active").groupBy("person_id").agg(F.collect_list("orgnr").alias("employers"))
    people = (
        residences.groupBy("place_id", "person_id")
        .agg(
            F.bool_or(F.col("source") != "innkvartering").alias("is_registered"), merged_refs().alias("refs")
        )
        .join(ages, "person_id", "left")
        .join(work, "person_id", "left")
        .withColumn("employers", F.when(F.coalesce("is_adult", F.lit(True)), F.col("employers")))
    )
    rows = (
        people.groupBy("place_id")
        .agg(
            F.count("*").alias("residents_n"),
            F.count_if("is_adult").alias("adults_n"),
            F.count("employers").alias("workers_n"),
            F.size(F.array_distinct(F.flatten(F.collect_list("employers")))).alias("employers_n"),
            F.count_if("is_registered").alias("registered_n"),
            merged_refs("refs").alias("raw_refs"),
        )
        .withColumn("is_unit_known", F.col("place_id").startswith("dwelling:"))
        .withColumn("registered_share", share("registered_n", "residents_n"))
    )
    return shaped(rows, OCCUPANCY, month)
