"""Pay-out accounts and contact data that several persons gave."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import SHARED_IDENTIFIERS
from jobs.core.person_links import linked
from jobs.core.rows import current, refs, shaped

DIGITS = 20
"""Digits of the owner's hash that an identifier goes by: two of a country's do not meet."""


def transform(*, identifiers: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per identifier, person and first day, only of identifiers that at least two persons gave.

    Args:
        identifiers: Raw identifiers with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    known = current(identifiers, "person_token", "identifier_kind", "value_hash", "from_on").withColumn(
        "identifier_id",
        F.concat("identifier_kind", F.lit("-"), F.substring("value_hash", 1, DIGITS)),
    )
    # Most identifiers are one person's own: what is left is little enough to link.
    several = known.groupBy("identifier_id").agg(F.countDistinct("person_token").alias("n")).where("n > 1")
    given = linked(
        known.join(several.select("identifier_id"), "identifier_id", "left_semi").withColumnRenamed(
            "person_token", "person_id"
        ),
        person_links,
        "person_id",
    )
    rows = given.groupBy(
        "identifier_id", "identifier_kind", "person_id", F.col("from_on").alias("valid_from")
    ).agg(
        # An end that one of a person's numbers does not have leaves it open.
        F.when(F.bool_and(F.col("to_on").isNotNull()), F.max("to_on")).alias("valid_to"),
        F.bool_or("is_household_checked").alias("is_household"),
        refs().alias("raw_refs"),
    )
    return shaped(rows, SHARED_IDENTIFIERS, month)
