"""Announced events of companies."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import EVENTS
from jobs.core.person_links import linked
from jobs.core.rows import current, shaped
from jobs.months import last_day


def transform(*, events: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per event up to the month's end, last version.

    Args:
        events: Raw events with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    rows = current(events, "event_id").where(F.col("event_on") <= F.lit(last_day(month)))
    rows = linked(rows.withColumn("person_id", F.col("person_token")), person_links, "person_id").select(
        "event_id",
        F.col("event_kind").alias("kind"),
        F.col("event_on").alias("happened_on"),
        F.col("to_on").alias("ends_on"),
        "orgnr",
        "counterparty_orgnr",
        "person_id",
        F.col("seen_through").alias("source"),
        F.array("raw_ref").alias("raw_refs"),
    )
    return shaped(rows, EVENTS, month)
