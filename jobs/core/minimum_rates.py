"""The lowest lawful pay by trade and month, from the code list of generally applicable rates."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_pay import MINIMUM_RATES
from jobs.core.rows import current, joined_refs, refs, shaped
from jobs.months import first_day, last_day, shift

MONTHS = 6
"""Months up to the evaluated one."""
MONTHS_BEFORE = 3
"""Months in which a settlement may be carried out later, with effect from its day."""
CONFIRMED = "bekreftet"


@dataclass(frozen=True, slots=True)
class Sector:
    """A trade with a generally applicable agreement.

    Attributes:
        category: The lowest category of adults in the code list, where no training or practice is shown.
        prefixes: Activity codes whose workers the agreement is taken to cover, the same in SN2007 and SN2025.
    """

    category: str
    prefixes: tuple[str, ...]


SECTORS: Mapping[str, Sector] = {
    # Civil engineering (42, 43.12, 43.13) and plumbing (43.22) are left out: not all of it is covered.
    "bygg": Sector("ufaglaert_uten_erfaring", ("41.", "43.11", "43.3", "43.4", "43.9")),
    "elektro": Sector("oevrige", ("43.21",)),
    "renhold": Sector("over_18", ("81.2",)),
    "skips_og_verft": Sector("hjelpearbeider", ("30.1", "33.15")),
    "overnatting_servering_catering": Sector("over_20_eller_4mnd_praksis_over_18", ("55.", "56.")),
    "jordbruk_gartneri": Sector(
        "ferie_innhoesting_over18_inntil12uker", ("01.1", "01.2", "01.3", "01.4", "01.5", "01.6")
    ),
    "fiskeindustri": Sector("produksjonsarbeider", ("10.2",)),
    "godstransport_vei": Sector("sjaafoer_over_3500kg", ("49.41",)),
    "persontransport_turbil": Sector("sjaafoer", ("49.39",)),
}
"""By the name in the code list. The activity code stands in for the work done; the mapping is own."""


def sector_of(nace: str | None) -> str | None:
    """Trade of an activity code, or None when no agreement is taken to cover it.

    Args:
        nace: Activity code `NN.NNN`.
    """
    found = (key for key, sector in SECTORS.items() if nace and nace.startswith(sector.prefixes))
    return next(found, None)


def sector_column(nace: Column) -> Column:
    """The same for a column.

    Args:
        nace: Activity codes.
    """
    found = F.lit(None).cast("string")
    for key, sector in SECTORS.items():
        for prefix in sector.prefixes:
            found = F.when(nace.startswith(prefix), F.lit(key)).otherwise(found)
    return found


def transform(*, minimum_wages: DataFrame, month: str) -> DataFrame:
    """One row per trade and month; a month that the list does not wholly cover has no rate.

    Args:
        minimum_wages: Raw code list of generally applicable rates, with delivery.
        month: Month evaluated, the last of them.
    """
    lowest = F.lit(None).cast("string")
    for key, sector in SECTORS.items():
        lowest = F.when(F.col("sector") == key, F.lit(sector.category)).otherwise(lowest)
    listed = current(minimum_wages, "sector", "category", "valid_from_on").where(F.col("category") == lowest)
    wanted = [
        F.struct(
            F.lit(key).alias("sector"),
            F.lit(at).alias("work_month"),
            F.lit(first_day(at)).alias("begins"),
            F.lit(first_day(shift(at, -MONTHS_BEFORE))).alias("recently"),
            F.lit(last_day(at)).alias("ends"),
        )
        for key in SECTORS
        for at in (shift(month, -back) for back in range(MONTHS))
    ]
    spans = minimum_wages.sparkSession.range(1).select(F.explode(F.array(*wanted)).alias("w")).select("w.*")
    rows = spans
    for name, begin in (("rate_ore", "begins"), ("recent_rate_ore", "recently")):
        rows = rows.join(_lowest(spans, listed, begin, name), ["sector", "work_month"], "left")
    rows = rows.withColumn("certainty", F.greatest("rate_ore_certainty", "recent_rate_ore_certainty"))
    refs_of = joined_refs("rate_ore_refs", "recent_rate_ore_refs")
    return shaped(rows.withColumn("raw_refs", refs_of), MINIMUM_RATES, month)


def _lowest(spans: DataFrame, listed: DataFrame, begin: str, name: str) -> DataFrame:
    """Lowest rate of a span of days, where the list has one for each of them."""
    starts = F.greatest("valid_from_on", begin)
    ends = F.least(F.coalesce("valid_to_on", "ends"), "ends")
    return (
        spans.join(listed, "sector")
        .withColumn("days_n", F.datediff(ends, starts) + 1)
        .where(F.col("days_n") > 0)
        .groupBy("sector", "work_month", (F.datediff("ends", begin) + 1).alias("span_n"))
        .agg(
            F.sum("days_n").alias("listed_n"),
            F.min("hourly_rate_ore").alias(name),
            # `sekundaer` sorts after `bekreftet`: the least sure of them.
            F.max("certainty").alias(f"{name}_certainty"),
            refs().alias(f"{name}_refs"),
        )
        .where(F.col("listed_n") >= F.col("span_n"))
        .drop("listed_n", "span_n")
    )
