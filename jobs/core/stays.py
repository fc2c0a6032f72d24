"""Stays in dwellings into and out of which several moves were made in the last twelve months."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import STAYS
from jobs.core.notices import TIP, place
from jobs.core.person_links import linked
from jobs.core.persons import current_records
from jobs.core.residences import CLIENT_ADDRESS
from jobs.core.rows import RECORD, current, refs, shaped
from jobs.months import first_day, last_day, shift

MONTHS = 12
MOVES_AT_LEAST = 4
"""Fewer moves than this are no candidate; less than any limit, so that both sides are seen."""
STAY = ("person_id", "dwelling_id", "source", "valid_from")


def transform(
    *,
    persons: DataFrame,
    residences: DataFrame,
    notices: DataFrame,
    residents: DataFrame,
    person_links: DataFrame,
    month: str,
) -> DataFrame:
    """One row per person, dwelling, source and first day, of stays that began or ended in the window.

    Protected addresses never reach this far, and tips are left out. A stay that the population register
    knows is not taken from a notice as well; one without a known first day or unit, or that ended before it
    began, is no stay here.

    Args:
        persons: Raw persons with delivery.
        residences: Raw addresses of persons with delivery.
        notices: Raw housing notices with delivery.
        residents: Raw residents of housing notices with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    first, last = (F.lit(day) for day in (first_day(shift(month, 1 - MONTHS)), last_day(month)))
    registered = _registered(persons, residences, person_links)
    noted = _noted(notices, residents, person_links).join(
        registered.select("person_id", "place_id").distinct(), ["person_id", "place_id"], "left_anti"
    )
    is_in, is_out = F.col("valid_from").between(first, last), F.col("valid_to").between(first, last)
    found = (
        registered.unionByName(noted)
        .where(F.col("place_id").startswith("dwelling:") & F.col("valid_from").isNotNull())
        # What happens after the month is not known yet.
        .where(F.col("valid_from") <= last)
        # Registered and taken back on the same day, or ended before it began: nobody lived there.
        .where(F.coalesce(F.col("valid_to") >= F.col("valid_from"), F.lit(True)))
        .withColumn("valid_to", F.when(F.col("valid_to") <= last, F.col("valid_to")))
        .withColumn("dwelling_id", F.expr("substring(place_id, 10)"))
        .withColumn("moves_n", is_in.cast("int") + F.coalesce(is_out, F.lit(False)).cast("int"))
        .where(F.col("moves_n") > 0)
        .groupBy(*STAY)
        .agg(
            F.max("valid_to").alias("valid_to"),
            F.max("moves_n").alias("moves_n"),
            refs().alias("raw_refs"),
        )
    )
    of_dwelling = Window.partitionBy("dwelling_id")
    many = found.withColumn("all_n", F.sum("moves_n").over(of_dwelling)).where(
        F.col("all_n") >= MOVES_AT_LEAST
    )
    return shaped(many, STAYS, month)


def _registered(persons: DataFrame, residences: DataFrame, person_links: DataFrame) -> DataFrame:
    """Stays of the population register, earlier ones included."""
    ceased = _oslo_day("valid_to_at")
    return (
        residences.join(current_records(persons, person_links), list(RECORD))
        .where(F.col("address_grading") != CLIENT_ADDRESS)
        .where(ceased.isNotNull() | F.coalesce("is_current", F.lit(True)))
        .select(
            "person_id",
            place("address_id", "unit_no").alias("place_id"),
            F.col("residence_kind").alias("source"),
            F.coalesce("moved_on", "stay_from_on", _oslo_day("valid_from_at")).alias("valid_from"),
            # The day it ceased is the first day it no longer holds.
            F.date_add(ceased, -1).alias("valid_to"),
            "raw_ref",
        )
    )


def _noted(notices: DataFrame, residents: DataFrame, person_links: DataFrame) -> DataFrame:
    """Stays that notices of lodgings name, by the last version of each notice."""
    known = (
        current(notices, "notice_id")
        .where(F.col("noticed_by") != TIP)
        .select(*RECORD, place("address_id", "unit_no").alias("place_id"))
    )
    lodged = residents.where(F.col("resident_token").isNotNull()).withColumn(
        "person_id", F.col("resident_token")
    )
    return linked(lodged.join(known, list(RECORD)), person_links, "person_id").select(
        "person_id",
        "place_id",
        F.lit("innkvartering").alias("source"),
        F.col("from_on").alias("valid_from"),
        F.col("to_on").alias("valid_to"),
        "raw_ref",
    )


def _oslo_day(column: str) -> Column:
    return F.to_date(F.from_utc_timestamp(column, "Europe/Oslo"))
