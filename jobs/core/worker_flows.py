"""Workers that a failed organisation and a younger one share, and what chance alone would give."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_work import WORKER_FLOWS
from jobs.core.rows import joined_refs, refs, shaped, share
from jobs.months import last_day

FAILED_WITHIN_DAYS = 365
AROUND_DAYS = 180
REGISTERED_BEFORE_DAYS = 365
REGISTERED_AFTER_DAYS = 180
LEAVERS_OF_ONE_AT_LEAST = 3
"""The largest share of one or two leavers says nothing."""
LEAVERS_OF_STRATUM_AT_LEAST = 20
NATIONAL = "national"
NOT_A_MOVE = ("endringiorganisasjonsstruktur", "byttetloen", "arbeidsforholdetskullealdri")
"""Starts of end reasons that are organisation changes, new payroll systems and corrections, in lower case."""


def transform(*, organisations: DataFrame, spells: DataFrame, contracts: DataFrame, month: str) -> DataFrame:
    """One row per failed organisation and organisation of the right age that shares a worker with it.

    Args:
        organisations: `core_org__organisations`.
        spells: `core_work__spells`.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
    """
    end = F.lit(last_day(month))
    failed = failures(organisations, end)
    paid = spells.where("paid_months_n > 0").select(
        "orgnr",
        "person_id",
        "valid_from",
        F.coalesce("valid_to", end).alias("last_on"),
        F.col("valid_to").isNotNull().alias("is_left"),
        is_move("end_reason").alias("is_move"),
        F.element_at("raw_refs", 1).alias("ref"),
    )
    around = (F.col("last_on") >= F.date_sub("failed_on", AROUND_DAYS)) & (
        F.col("valid_from") <= F.date_add("failed_on", AROUND_DAYS)
    )
    left = paid.join(
        failed.select(F.col("from_orgnr").alias("orgnr"), "failed_on", "from_refs"), "orgnr"
    ).where(around)
    from_n = left.groupBy(F.col("orgnr").alias("from_orgnr")).agg(
        F.countDistinct("person_id").alias("from_n")
    )
    movers = left.where("is_move").select(
        F.col("orgnr").alias("from_orgnr"),
        "failed_on",
        "from_refs",
        "person_id",
        F.col("ref").alias("from_ref"),
    )
    moved = (
        movers.join(paid.withColumnRenamed("orgnr", "to_orgnr"), "person_id")
        .where(around & (F.col("to_orgnr") != F.col("from_orgnr")))
        .join(_newcomers(organisations), "to_orgnr")
        .where(is_of_age("registered_on", "failed_on"))
        .withColumn("ref", F.explode(F.array("from_ref", "ref")))
        .groupBy("from_orgnr", "to_orgnr", "failed_on", "from_refs", "to_refs")
        .agg(F.countDistinct("person_id").alias("moved_n"), refs("ref").alias("person_refs"))
    )
    to_n = (
        moved.select("from_orgnr", "to_orgnr", "failed_on")
        .join(paid.withColumnRenamed("orgnr", "to_orgnr"), "to_orgnr")
        .where(around)
        .groupBy("from_orgnr", "to_orgnr")
        .agg(F.countDistinct("person_id").alias("to_n"))
    )
    strata = strata_of(organisations)
    chance = chance_shares(
        paid, strata.join(failed, strata["orgnr"] == failed["from_orgnr"], "left_anti"), end
    )
    local = chance.where(F.col("stratum") != NATIONAL).select(
        "stratum", F.col("chance_share").alias("local_share")
    )
    national = chance.where(F.col("stratum") == NATIONAL).select(
        F.col("chance_share").alias("national_share")
    )
    rows = (
        moved.join(from_n, "from_orgnr")
        .join(to_n, ["from_orgnr", "to_orgnr"])
        .join(strata.withColumnRenamed("orgnr", "from_orgnr"), "from_orgnr", "left")
        .join(local, "stratum", "left")
        .join(national, F.lit(True), "left")
        .withColumn("stratum", F.when(F.col("local_share").isNotNull(), F.col("stratum")).otherwise(NATIONAL))
        .withColumn("chance_share", F.coalesce("local_share", "national_share"))
        .join(_shared_clients(contracts), ["from_orgnr", "to_orgnr"], "left")
        .withColumn("shared_clients_n", F.coalesce("shared_clients_n", F.lit(0)))
        .withColumn("raw_refs", joined_refs("from_refs", "to_refs", "person_refs"))
    )
    return shaped(rows, WORKER_FLOWS, month)


def failures(organisations: DataFrame, end: Column) -> DataFrame:
    """Organisations that failed in the year up to a day: `from_orgnr`, `failed_on`, `from_refs`.

    Args:
        organisations: `core_org__organisations`.
        end: Last day.
    """
    return (
        organisations.withColumn("failed_on", F.least("bankrupt_on", "dissolved_on", "deleted_on"))
        .where((F.col("failed_on") > F.date_sub(end, FAILED_WITHIN_DAYS)) & (F.col("failed_on") <= end))
        .select(F.col("orgnr").alias("from_orgnr"), "failed_on", F.col("raw_refs").alias("from_refs"))
    )


def is_of_age(registered_on: str, failed_on: str) -> Column:
    """Whether an organisation was registered in the time in which a successor would be.

    Args:
        registered_on: Column with its registration day.
        failed_on: Column with the day of the failure.
    """
    return F.col(registered_on).between(
        F.date_sub(failed_on, REGISTERED_BEFORE_DAYS), F.date_add(failed_on, REGISTERED_AFTER_DAYS)
    )


def is_move(column: str) -> Column:
    """Whether the end of a spell is more than a change of organisation or payroll system, or a correction.

    Args:
        column: Column with the reason.
    """
    reason = F.lower(F.coalesce(column, F.lit("")))
    is_other = F.lit(False)
    for start in NOT_A_MOVE:
        is_other = is_other | reason.startswith(start)
    return ~is_other


def _newcomers(organisations: DataFrame) -> DataFrame:
    return organisations.where(F.col("registered_on").isNotNull()).select(
        F.col("orgnr").alias("to_orgnr"), "registered_on", F.col("raw_refs").alias("to_refs")
    )


def strata_of(organisations: DataFrame) -> DataFrame:
    """NACE division and municipality of each organisation: `orgnr`, `stratum`.

    Args:
        organisations: `core_org__organisations`.
    """
    return organisations.select(
        "orgnr", F.concat(F.substring("nace", 1, 2), F.lit(":"), F.col("municipality_no")).alias("stratum")
    )


def chance_shares(paid: DataFrame, strata: DataFrame, end: Column) -> DataFrame:
    """Median over organisations of the largest share of leavers landing at one new employer.

    Args:
        paid: Spells with pay: `orgnr`, `person_id`, `valid_from`, `last_on`, `is_left`, `is_move`.
        strata: From `strata_of`.
        end: Last day.

    Returns:
        `stratum` and `chance_share`, the country as stratum `national`.
    """
    leavers = paid.where(
        F.col("is_left") & F.col("is_move") & (F.col("last_on") > F.date_sub(end, FAILED_WITHIN_DAYS))
    ).join(strata, "orgnr")
    landings = (
        leavers.select("orgnr", "person_id", F.col("last_on").alias("left_on"))
        .join(
            paid.select(
                F.col("orgnr").alias("new_orgnr"), "person_id", F.col("valid_from").alias("began_on")
            ),
            "person_id",
        )
        .where(F.col("new_orgnr") != F.col("orgnr"))
        .where(
            F.col("began_on").between(F.date_sub("left_on", AROUND_DAYS), F.date_add("left_on", AROUND_DAYS))
        )
        .groupBy("orgnr", "new_orgnr")
        .agg(F.countDistinct("person_id").alias("n"))
        .groupBy("orgnr")
        .agg(F.max("n").alias("largest_n"))
    )
    each = (
        leavers.groupBy("orgnr", "stratum")
        .agg(F.countDistinct("person_id").alias("leavers_n"))
        .join(landings, "orgnr", "left")
        .withColumn("largest_n", F.coalesce("largest_n", F.lit(0)))
        .withColumn("one_share", share("largest_n", "leavers_n"))
    )
    both = each.where(F.col("stratum").isNotNull()).unionByName(each.withColumn("stratum", F.lit(NATIONAL)))
    of_stratum = Window.partitionBy("stratum")
    enough = both.withColumn("stratum_leavers_n", F.sum("leavers_n").over(of_stratum)).where(
        (F.col("stratum_leavers_n") >= LEAVERS_OF_STRATUM_AT_LEAST)
        & (F.col("leavers_n") >= LEAVERS_OF_ONE_AT_LEAST)
    )
    return (
        enough.withColumn("place", F.row_number().over(of_stratum.orderBy("one_share", "orgnr")))
        .withColumn("places", F.count("*").over(of_stratum))
        # The lower of the two middle ones when their number is even: no division, the same on every engine.
        .where("place = (places + 1) div 2")
        .select("stratum", F.col("one_share").alias("chance_share"))
    )


def _shared_clients(contracts: DataFrame) -> DataFrame:
    supplied = (
        contracts.where(F.col("supplier_orgnr").isNotNull())
        .select("client_orgnr", "supplier_orgnr")
        .distinct()
    )
    return (
        supplied.withColumnRenamed("supplier_orgnr", "from_orgnr")
        .join(supplied.withColumnRenamed("supplier_orgnr", "to_orgnr"), "client_orgnr")
        .where(F.col("from_orgnr") != F.col("to_orgnr"))
        .groupBy("from_orgnr", "to_orgnr")
        .agg(F.count("*").alias("shared_clients_n"))
    )
