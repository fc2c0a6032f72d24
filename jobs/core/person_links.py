"""Which tokens stand for one person, and the replacement of tokens by persons in other tables."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import PERSON_LINKS
from jobs.core.rows import shaped, union_all


def transform(
    *, known_links: DataFrame, candidates: DataFrame, judgements: DataFrame, month: str
) -> DataFrame:
    """One row per token that stands for a person under another number or name.

    What a register states goes before what people have decided, and that before what names say.

    Args:
        known_links: `core_link__known_links`.
        candidates: `core_link__candidates`.
        judgements: `jobs.link.judgements.JUDGED` rows in force.
        month: Month evaluated.
    """
    numbered = known_links.select("token")
    same = judgements.where(F.col("verdict") == "same").join(numbered, "token", "left_anti")
    different = either_way(judgements.where(F.col("verdict") == "different")).select("token", "person_id")
    found = (
        candidates.where(F.col("decision") == "linked")
        .join(numbered, "token", "left_anti")
        .join(same.select("token"), "token", "left_anti")
        .join(different, ["token", "person_id"], "left_anti")
    )
    by_name = found.select(
        "token",
        "person_id",
        F.lit("name_probability").alias("rule"),
        "match_probability",
        "raw_refs",
    )
    by_people = same.select(
        "token",
        "person_id",
        F.lit("judged_same").alias("rule"),
        F.lit("1.000000").cast("decimal(9,6)").alias("match_probability"),
        F.array(F.concat(F.lit("judgement|"), "judgement_id")).alias("raw_refs"),
    )
    stated = known_links.select("token", "person_id", "rule", "match_probability", "raw_refs")
    return shaped(union_all([stated, by_people, by_name]), PERSON_LINKS, month)


def either_way(judgements: DataFrame) -> DataFrame:
    """Decisions with the two pseudonyms in either order.

    Args:
        judgements: `jobs.link.judgements.JUDGED` rows.
    """
    turned = judgements.select(
        F.col("person_id").alias("token"),
        F.col("token").alias("person_id"),
        *(name for name in judgements.columns if name not in ("token", "person_id")),
    )
    return judgements.unionByName(turned)


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
