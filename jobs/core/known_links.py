"""Which tokens stand for one person by what registers state, or by a name and birth date only one has."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_link import KNOWN_LINKS
from jobs.core.person_links import linked
from jobs.core.rows import joined_refs, refs, shaped

NAME_MATCH_PRECISION = "0.950000"
"""Our assumption for a name with birth date that belongs to one number in all deliveries; to be measured."""
HOPS = 3
"""A number may have been replaced more than once."""


def transform(*, identifiers: DataFrame, recipients: DataFrame, roles: DataFrame, month: str) -> DataFrame:
    """One row per token that stands for a person under another number or name.

    Args:
        identifiers: Raw numbers of persons in the population register, with delivery.
        recipients: Raw income recipients, which have both number and name.
        roles: Raw roles; restricted deliveries have both number and name.
        month: Month evaluated.
    """
    numbers = _numbers(identifiers)
    names = _names(recipients, roles, numbers)
    return shaped(numbers.unionByName(names), KNOWN_LINKS, month)


def _numbers(identifiers: DataFrame) -> DataFrame:
    """Links between numbers, by the last record that names the number."""
    last_first = Window.partitionBy("identifier_token").orderBy(
        F.desc("order_no"), F.desc("file_name"), F.desc("record_no"), "item_no"
    )
    newest = (
        identifiers.where(F.col("identifier_token").isNotNull())
        .withColumn("n", F.row_number().over(last_first))
        .where("n = 1")
        .where(F.col("identifier_token") != F.col("person_token"))
        .select(
            F.col("identifier_token").alias("token"),
            F.col("person_token").alias("person_id"),
            F.when(F.col("identifier_kind") == "dNummer", "d_number_to_fnr")
            .otherwise("earlier_number")
            .alias("rule"),
            F.lit("1.000000").cast("decimal(9,6)").alias("match_probability"),
            F.array("raw_ref").alias("raw_refs"),
        )
    )
    links = newest
    for _ in range(HOPS - 1):
        further = newest.select(
            F.col("token").alias("person_id"),
            F.col("person_id").alias("next_id"),
            F.col("raw_refs").alias("next_refs"),
        )
        links = (
            links.join(further, "person_id", "left")
            .withColumn("person_id", F.coalesce("next_id", "person_id"))
            .withColumn("raw_refs", joined_refs("raw_refs", "next_refs"))
            .drop("next_id", "next_refs")
        )
    return links.where(F.col("token") != F.col("person_id"))


def _names(recipients: DataFrame, roles: DataFrame, numbers: DataFrame) -> DataFrame:
    """Names with birth date that stand somewhere without a number, and that only one person has."""
    named = recipients.select("name_token", F.col("worker_token").alias("person"), "raw_ref").unionByName(
        roles.select("name_token", F.col("person_token").alias("person"), "raw_ref")
    )
    unnumbered = named.where(F.col("person").isNull()).select("name_token").distinct()
    seen = (
        named.where(F.col("person").isNotNull())
        .join(unnumbered, "name_token", "left_semi")
        .groupBy("name_token", "person")
        .agg(F.min("raw_ref").alias("raw_ref"))
    )
    return (
        linked(seen, numbers, "person")
        .groupBy("name_token")
        .agg(
            F.countDistinct("person").alias("persons_n"),
            F.min("person").alias("person_id"),
            refs().alias("raw_refs"),
        )
        .where("persons_n = 1")
        .select(
            F.col("name_token").alias("token"),
            "person_id",
            F.lit("name_birth_date_unique").alias("rule"),
            F.lit(NAME_MATCH_PRECISION).cast("decimal(9,6)").alias("match_probability"),
            "raw_refs",
        )
    )
