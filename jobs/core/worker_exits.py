"""Where the workers of organisations with lasting arrears went, and what chance alone would give."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import WORKER_EXITS
from jobs.core.rows import refs, shaped
from jobs.core.worker_flows import NATIONAL, chance_shares, is_move, strata_of
from jobs.months import last_day

WITHIN_DAYS = 180
MOVED_AT_LEAST = 2
ONE_IN = 5
"""One in so many of the workers at least went to the same organisation."""


def transform(
    *, arrears_terms: DataFrame, organisations: DataFrame, spells: DataFrame, month: str
) -> DataFrame:
    """One row per organisation with lasting arrears and one that enough of its workers went to.

    Args:
        arrears_terms: `core_tax__arrears_terms`.
        organisations: `core_org__organisations`.
        spells: `core_work__spells`.
        month: Month evaluated.
    """
    end = F.lit(last_day(month))
    start = F.date_sub(end, WITHIN_DAYS)
    owing = arrears_terms.select("orgnr").distinct()
    paid = spells.where("paid_months_n > 0").select(
        "orgnr",
        "person_id",
        "valid_from",
        F.coalesce("valid_to", end).alias("last_on"),
        F.col("valid_to").isNotNull().alias("is_left"),
        is_move("end_reason").alias("is_move"),
        F.element_at("raw_refs", 1).alias("ref"),
    )
    theirs = paid.join(owing, "orgnr", "left_semi").where(
        (F.col("last_on") >= start) & (F.col("valid_from") <= end)
    )
    from_n = theirs.groupBy(F.col("orgnr").alias("from_orgnr")).agg(
        F.countDistinct("person_id").alias("from_n")
    )
    left = theirs.where(F.col("is_left") & F.col("is_move") & (F.col("last_on") < end)).select(
        F.col("orgnr").alias("from_orgnr"),
        "person_id",
        F.col("last_on").alias("left_on"),
        F.col("ref").alias("from_ref"),
    )
    left_n = left.groupBy("from_orgnr").agg(F.countDistinct("person_id").alias("left_n"))
    began = paid.select(
        F.col("orgnr").alias("to_orgnr"), "person_id", F.col("valid_from").alias("began_on"), "ref"
    )
    moved = (
        left.join(began, "person_id")
        .where(F.col("to_orgnr") != F.col("from_orgnr"))
        .where(
            F.col("began_on").between(F.date_sub("left_on", WITHIN_DAYS), F.date_add("left_on", WITHIN_DAYS))
        )
        .withColumn("ref", F.explode(F.array("from_ref", "ref")))
        .groupBy("from_orgnr", "to_orgnr")
        .agg(
            F.countDistinct("person_id").alias("moved_n"),
            F.min("left_on").alias("first_left_on"),
            F.max("left_on").alias("last_left_on"),
            refs("ref").alias("raw_refs"),
        )
        .where(F.col("moved_n") >= MOVED_AT_LEAST)
        .join(from_n, "from_orgnr")
        .where(F.col("moved_n") * ONE_IN >= F.col("from_n"))
    )
    strata = strata_of(organisations)
    chance = chance_shares(paid, strata.join(owing, "orgnr", "left_anti"), end)
    local = chance.where(F.col("stratum") != NATIONAL).withColumnRenamed("chance_share", "local_share")
    national = chance.where(F.col("stratum") == NATIONAL).select(
        F.col("chance_share").alias("national_share")
    )
    rows = (
        moved.join(left_n, "from_orgnr")
        .join(strata.withColumnRenamed("orgnr", "from_orgnr"), "from_orgnr", "left")
        .join(local, "stratum", "left")
        .join(national, F.lit(True), "left")
        .withColumn("stratum", F.when(F.col("local_share").isNotNull(), F.col("stratum")).otherwise(NATIONAL))
        .withColumn("chance_share", F.coalesce("local_share", "national_share"))
    )
    return shaped(rows, WORKER_EXITS, month)
