"""Which tokens stand for one person, and the replacement of tokens by persons in other tables."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import PERSON_LINKS
from jobs.core.rows import shaped


def transform(*, known_links: DataFrame, candidates: DataFrame, month: str) -> DataFrame:
    """One row per token that stands for a person under another number or name.

    What a register states goes before what a comparison of names finds.

    Args:
        known_links: `core_link__known_links`.
        candidates: `core_link__candidates`.
        month: Month evaluated.
    """
    found = candidates.where(F.col("decision") == "linked").join(
        known_links.select("token"), "token", "left_anti"
    )
    by_name = found.select(
        "token",
        "person_id",
        F.lit("name_probability").alias("rule"),
        "match_probability",
        "raw_refs",
    )
    stated = known_links.select("token", "person_id", "rule", "match_probability", "raw_refs")
    return shaped(stated.unionByName(by_name), PERSON_LINKS, month)


def linked(rows: DataFrame, links: DataFrame, *columns: str) -> DataFrame:
    """Rows in which tokens are replaced by persons; a token without a link stands for itself.

    Args:
        rows: Rows with tokens.
        links: `core_link__person_links`.
        columns: Columns with tokens.
    """
    for column in columns:
        one = links.select(F.col("token").alias(column), F.col("person_id").alias("linked_person"))
        rows = (
            rows.join(one, column, "left")
            .withColumn(column, F.coalesce("linked_person", column))
            .drop("linked_person")
        )
    return rows
