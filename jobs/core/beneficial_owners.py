"""Beneficial owners of companies by their last registration."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import BENEFICIAL_OWNERS
from jobs.core.person_links import linked
from jobs.core.rows import refs, shaped


def transform(*, owners: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per person and company; a registration replaces the one before.

    Args:
        owners: Raw beneficial owners with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    last = F.max("order_no").over(Window.partitionBy("orgnr"))
    rows = (
        owners.withColumn("last_no", last)
        .where((F.col("order_no") == F.col("last_no")) & F.col("gone_on").isNull())
        .withColumn("person_id", F.coalesce("owner_token", "name_token"))
        .where(F.col("person_id").isNotNull())
    )
    found = (
        linked(rows, person_links, "person_id")
        .groupBy("orgnr", "person_id")
        .agg(F.min(F.to_date("first_registered_at")).alias("registered_on"), refs().alias("raw_refs"))
    )
    return shaped(found, BENEFICIAL_OWNERS, month)
