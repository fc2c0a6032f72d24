"""Who lives where at a month's end: registered, staying, or lodged by an employer."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import RESIDENCES
from jobs.core.notices import TIP, holds, in_force, place
from jobs.core.person_links import linked
from jobs.core.persons import current_records
from jobs.core.rows import RECORD, shaped
from jobs.months import last_day

CLIENT_ADDRESS = "klientadresse"
"""An address for contact with a helper; nobody lives there by it."""
GONE = ("doed", "utflyttet")
PLACE = ("person_id", "place_id", "source")


def transform(
    *,
    persons: DataFrame,
    residences: DataFrame,
    notices: DataFrame,
    residents: DataFrame,
    person_links: DataFrame,
    month: str,
) -> DataFrame:
    """One row per person, place and source in force on the month's last day.

    Protected addresses never reach this far. A c/o line is not a dwelling: only the address itself is read.
    A unit that is not stated is not guessed: the person lives at the address.

    Args:
        persons: Raw persons with delivery.
        residences: Raw addresses of persons with delivery.
        notices: Raw housing notices with delivery.
        residents: Raw residents of housing notices with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    rows = _registered(persons, residences, person_links, month).unionByName(
        _lodged(notices, residents, person_links, month)
    )
    return shaped(rows, RESIDENCES, month)


def _registered(persons: DataFrame, residences: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    people = current_records(persons, person_links).where(~F.col("person_status").isin(*GONE))
    end = F.lit(last_day(month))
    dated = (
        residences.join(people, list(RECORD))
        .withColumn("from_on", F.coalesce("moved_on", "stay_from_on", _oslo_day("valid_from_at")))
        .withColumn("end_on", _oslo_day("valid_to_at"))
        .where(F.col("from_on").isNull() | (F.col("from_on") <= end))
        # The day it ceased is the first day it no longer holds.
        .where(F.col("end_on").isNull() | (F.col("end_on") > end))
        .where(F.col("end_on").isNotNull() | F.coalesce("is_current", F.lit(True)))
    )
    last_moved = Window.partitionBy("person_id", "residence_kind").orderBy(
        F.desc_nulls_last("from_on"), "item_no"
    )
    nothing = F.lit(None)
    return (
        dated.withColumn("n", F.row_number().over(last_moved))
        .where("n = 1")
        # Only now: a client address that replaced a dwelling means that the dwelling was left.
        .where(F.col("address_grading") != CLIENT_ADDRESS)
        .withColumn("place_id", place("address_id", "unit_no"))
        .where(F.col("place_id").isNotNull())
        .select(
            "person_id",
            "place_id",
            F.col("residence_kind").alias("source"),
            F.lit("registered").alias("certainty"),
            nothing.cast("string").alias("employer_orgnr"),
            nothing.cast("bigint").alias("rent_ore"),
            nothing.cast("string").alias("is_rent_deducted"),
            F.col("from_on").alias("valid_from"),
            F.date_add("end_on", -1).alias("valid_to"),
            F.array("raw_ref").alias("raw_refs"),
        )
    )


def _lodged(notices: DataFrame, residents: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    noticed = in_force(notices, month).select(
        *RECORD, "place_id", "noticed_by", "is_sure", "noticed_on", "notice_id"
    )
    certainty = (
        F.when(F.col("is_sure"), "1confirmed")
        .when(F.col("noticed_by") == TIP, "3tip_only")
        .otherwise("2reported")
    )
    lodged = (
        residents.where(F.col("resident_token").isNotNull())
        .where(holds("from_on", "to_on", month))
        .drop("notice_id")
        .join(noticed, list(RECORD))
        .where(F.col("place_id").isNotNull())
        .withColumn("person_id", F.col("resident_token"))
        .withColumn("certainty", certainty)
        .withColumn("source", F.lit("innkvartering"))
    )
    best_first = Window.partitionBy(*PLACE).orderBy("certainty", F.desc("noticed_on"), "notice_id", "item_no")
    every_one = Window.partitionBy(*PLACE)
    return (
        linked(lodged, person_links, "person_id")
        .withColumn("n", F.row_number().over(best_first))
        .withColumn("raw_refs", F.array_sort(F.collect_set("raw_ref").over(every_one)))
        .where("n = 1")
        .select(
            *PLACE[:2],
            "source",
            F.substring("certainty", 2, 20).alias("certainty"),
            "employer_orgnr",
            F.col("rent_per_month_ore").alias("rent_ore"),
            F.col("is_deducted_from_pay").alias("is_rent_deducted"),
            F.col("from_on").alias("valid_from"),
            F.col("to_on").alias("valid_to"),
            "raw_refs",
        )
    )


def _oslo_day(column: str) -> Column:
    return F.to_date(F.from_utc_timestamp(column, "Europe/Oslo"))
