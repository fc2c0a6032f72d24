"""Months in which workers were paid less per hour than the lowest generally applicable rate for adults."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_pay import LOW_PAY
from jobs.core.minimum_rates import CONFIRMED, MONTHS, sector_column
from jobs.core.person_links import linked
from jobs.core.rows import current, joined_refs, merged_refs, shaped
from jobs.months import shift

ORDINARY = "ordinaertArbeidsforhold"
WORKERS_AT_LEAST = 2
MINOR_MONTHS, YOUNG_MONTHS = 18 * 12, 27 * 12
"""An apprenticeship that begins at 22 and takes four years ends before 27."""
WORKER = ("orgnr", "person_id")


def transform(
    *,
    employments: DataFrame,
    pay: DataFrame,
    minimum_rates: DataFrame,
    organisations: DataFrame,
    establishments: DataFrame,
    persons: DataFrame,
    person_links: DataFrame,
    month: str,
) -> DataFrame:
    """One row per worker, employer and month below the rate; pay and hours of the same month, never averaged.

    Pay for a fixed position is compared only in months that the relation lasted from first to last day.

    Args:
        employments: `core_work__employments` of the months of the window.
        pay: `core_work__pay` of the months of the window.
        minimum_rates: `core_work__minimum_rates`.
        organisations: `core_org__organisations`.
        establishments: `core_org__establishments`.
        persons: Raw persons with delivery; only the age is read.
        person_links: `core_link__person_links`.
        month: Month evaluated, the last of the window.
    """
    rates = minimum_rates.where(F.col("rate_ore").isNotNull()).select(
        "sector",
        "work_month",
        "rate_ore",
        "recent_rate_ore",
        "certainty",
        F.col("raw_refs").alias("rate_refs"),
    )
    rated = (
        rates.where(F.col("certainty") == CONFIRMED)
        .groupBy("sector")
        .agg(F.count("*").alias("rated_months_n"))
    )
    recent = F.col("month") > F.lit(shift(month, -MONTHS))
    first = F.to_date(F.concat("month", F.lit("-01")))
    work = (
        employments.where(recent & F.col("is_active") & (F.col("employment_kind") == ORDINARY))
        .join(_trades(organisations, "orgnr", "main_sector"), "orgnr", "left")
        .join(_trades(establishments, "establishment_orgnr", "sector"), "establishment_orgnr", "left")
        .withColumn("sector", F.coalesce("sector", "main_sector"))
        .select(
            *WORKER,
            F.col("month").alias("work_month"),
            "sector",
            (F.col("position_pct") - F.coalesce("leave_pct", F.lit(0))).alias("position_pct"),
            "full_week_h",
            F.substring("occupation_code", 1, 1).alias("occupation_group"),
            (
                (F.col("started_on") <= first)
                & (F.coalesce("ended_on", F.last_day(first)) >= F.last_day(first))
            ).alias("is_whole"),
            "raw_refs",
        )
    )  # fmt: skip
    paid = pay.where(recent).select(
        *WORKER,
        F.col("month").alias("work_month"),
        "ordinary_pay_ore",
        "paid_hours_h",
        F.col("raw_refs").alias("pay_refs"),
    )
    cents = {name: F.col(name) * 100 for name in ("position_pct", "full_week_h", "paid_hours_h")}
    whole = {name: cent.cast("bigint") for name, cent in cents.items()}
    # In whole numbers, so that no engine rounds: a full month is 52 / 12 weeks.
    by_hours = F.col("ordinary_pay_ore") * 100 < F.col("rate_ore") * whole["paid_hours_h"]
    by_position = (
        F.col("ordinary_pay_ore") * 12_000_000
        < F.col("rate_ore") * whole["position_pct"] * whole["full_week_h"] * 52
    )
    has_hours = F.coalesce(F.col("paid_hours_h") > 0, F.lit(False))
    low = (
        work.join(rates, ["sector", "work_month"])
        .join(paid, [*WORKER, "work_month"])
        .where(F.col("ordinary_pay_ore") > 0)
        .where(
            F.when(has_hours, by_hours).otherwise(F.col("is_whole") & F.coalesce(by_position, F.lit(True)))
        )
    )
    aged = _of_age(low, persons, person_links)
    several = (
        aged.groupBy("orgnr")
        .agg(F.countDistinct("person_id").alias("workers_n"))
        .where(F.col("workers_n") >= WORKERS_AT_LEAST)
    )
    found = aged.join(several.select("orgnr"), "orgnr", "left_semi")
    rows = (
        found.join(rated, "sector", "left")
        .withColumn("rated_months_n", F.coalesce("rated_months_n", F.lit(0)))
        .join(_later(found, pay.where(recent)), [*WORKER, "work_month"], "left")
        .withColumn("raw_refs", joined_refs("pay_refs", "later_refs", "raw_refs", "rate_refs"))
    )
    return shaped(rows, LOW_PAY, month)


def _trades(units: DataFrame, key: str, name: str) -> DataFrame:
    """Trade by unit; empty text where the activity is known and no agreement is taken to cover it."""
    nace = F.col("nace")
    return units.where(nace.isNotNull()).select(key, F.coalesce(sector_column(nace), F.lit("")).alias(name))


def _of_age(rows: DataFrame, persons: DataFrame, person_links: DataFrame) -> DataFrame:
    """Rows with the group of age in the month; minors have rates of their own and are left out."""
    numbered = persons.where(F.col("person_token").isNotNull()).withColumn("person_id", F.col("person_token"))
    births = current(linked(numbered, person_links, "person_id"), "person_id").select("person_id", "born_on")
    ends = F.last_day(F.to_date(F.concat("work_month", F.lit("-01"))))
    is_minor = F.add_months("born_on", MINOR_MONTHS) > ends
    is_young = F.add_months("born_on", YOUNG_MONTHS) > ends
    return (
        rows.join(births, "person_id", "left")
        .where(~F.coalesce(is_minor, F.lit(False)))
        .withColumn("age_group", F.when(is_young, F.lit("young")).when(~is_young, F.lit("adult")))
    )


def _later(rows: DataFrame, pay: DataFrame) -> DataFrame:
    """What a later month paid for the month of each row."""
    late = pay.where(F.col("earlier_pay_ore").isNotNull()).select(
        *WORKER,
        F.col("month").alias("paid_month"),
        "earlier_pay_ore",
        "earlier_from_on",
        "earlier_to_on",
        F.col("raw_refs").alias("later_refs"),
    )
    begins = F.to_date(F.concat("work_month", F.lit("-01")))
    return (
        rows.select(*WORKER, "work_month")
        .join(late, list(WORKER))
        .where(F.col("work_month") < F.col("paid_month"))
        .where((F.col("earlier_from_on") <= F.last_day(begins)) & (F.col("earlier_to_on") >= begins))
        .groupBy(*WORKER, "work_month")
        .agg(
            F.sum("earlier_pay_ore").alias("later_pay_ore"),
            F.min("earlier_from_on").alias("later_from_on"),
            F.max("earlier_to_on").alias("later_to_on"),
            F.last_day(F.to_date(F.concat(F.max("paid_month"), F.lit("-01")))).alias("later_paid_on"),
            merged_refs("later_refs").alias("later_refs"),
        )
    )
