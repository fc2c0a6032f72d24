"""What the registers of approvals showed, from daily snapshots to runs of looks."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_register import APPROVALS
from jobs.core.rows import REFS_AT_MOST, latest, shaped, union_all

MONTHS = 6
"""Months of looks that are read; three of work, and as many before to know what went ahead of it."""
APPROVED, PENDING, REFUSED, UNKNOWN = "approved", "pending", "refused", "unknown"
NOT_LISTED, ESTABLISHMENT = "not_listed", "establishment_refused"
CAR_CARE_APPROVED, CAR_CARE_PENDING, CAR_CARE_REFUSED = (3, 4, 6), (1, 2), (5,)


def transform(
    *,
    cleaning: DataFrame,
    staffing: DataFrame,
    staffing_establishments: DataFrame,
    car_care: DataFrame,
    car_care_establishments: DataFrame,
    registration_duties: DataFrame,
    month: str,
) -> DataFrame:
    """One row per organisation, register and unbroken run of looks with the same state.

    Args:
        cleaning: Raw register of cleaning companies with delivery.
        staffing: Raw register of staffing companies.
        staffing_establishments: Raw establishments of it.
        car_care: Raw register of car care companies.
        car_care_establishments: Raw establishments of it.
        registration_duties: `core_org__registration_duties`.
        month: Month evaluated.
    """
    listed = union_all(
        [
            _looked(cleaning, "renhold", _cleaning_state()),
            _with_establishments(staffing, staffing_establishments, "bemanning", _staffing_state()),
            _with_establishments(car_care, car_care_establishments, "bilpleie", _car_care_state()),
        ]
    )
    looks = listed.groupBy("register", "look_on").agg(F.min("ref").alias("look_ref"))
    subjects = (
        listed.select("orgnr", "register")
        .unionByName(registration_duties.select("orgnr", "register"))
        .distinct()
    )
    # Every organisation has every look, so that not being listed is a state like the others.
    seen = (
        subjects.join(F.broadcast(looks), "register")
        .join(listed, ["orgnr", "register", "look_on"], "left")
        .select(
            "orgnr",
            "register",
            "look_on",
            F.coalesce("state", F.lit(NOT_LISTED)).alias("state"),
            F.coalesce("ref", "look_ref").alias("ref"),
        )
    )
    return shaped(_runs(seen), APPROVALS, month)


def _looked(rows: DataFrame, register: str, state: Column) -> DataFrame:
    return latest(rows, "orgnr", "version_on").select(
        "orgnr",
        F.lit(register).alias("register"),
        F.col("version_on").alias("look_on"),
        state.alias("state"),
        F.col("raw_ref").alias("ref"),
    )


def _with_establishments(
    companies: DataFrame, establishments: DataFrame, register: str, state: Column
) -> DataFrame:
    """A company is approved only when one of its listed establishments is; without any, its own state counts.

    An establishment whose state is not given has the company's.
    """
    own = F.when(F.col("approval_code").isNull(), F.lit(APPROVED)).otherwise(state)
    lacking = (
        latest(establishments, "orgnr", "establishment_orgnr", "version_on")
        .groupBy("orgnr", F.col("version_on").alias("look_on"))
        .agg(
            F.max(F.when(own.isin(REFUSED, PENDING), 0).otherwise(1)).alias("usable"),
            F.max(F.when(own == REFUSED, 1).otherwise(0)).alias("refused"),
            F.min("raw_ref").alias("branch_ref"),
        )
        .where("usable = 0 AND refused = 1")
        .select("orgnr", "look_on", "branch_ref")
    )
    is_lacking = (F.col("state") == APPROVED) & F.col("branch_ref").isNotNull()
    return (
        _looked(companies, register, state)
        .join(lacking, ["orgnr", "look_on"], "left")
        .select(
            "orgnr",
            "register",
            "look_on",
            F.when(is_lacking, F.lit(ESTABLISHMENT)).otherwise(F.col("state")).alias("state"),
            F.when(is_lacking, F.col("branch_ref")).otherwise(F.col("ref")).alias("ref"),
        )
    )


def _runs(seen: DataFrame) -> DataFrame:
    in_time = Window.partitionBy("orgnr", "register").orderBy("look_on")
    before = F.lag("state").over(in_time)
    return (
        seen.withColumn("is_new", F.when(before == F.col("state"), 0).otherwise(1))
        .withColumn("following", F.lead("look_on").over(in_time))
        .withColumn("run", F.sum("is_new").over(in_time))
        .groupBy("orgnr", "register", "state", "run")
        .agg(
            F.min("look_on").alias("first_look_on"),
            F.max("look_on").alias("last_look_on"),
            F.max_by("following", "look_on").alias("next_look_on"),
            F.count("*").alias("looks_n"),
            F.slice(F.array_sort(F.array_distinct(F.collect_list("ref"))), 1, REFS_AT_MOST).alias("raw_refs"),
        )
    )


def _cleaning_state() -> Column:
    text = F.lower(F.trim("approval_text"))
    return (
        F.when(text.startswith("ikke godkjent"), REFUSED)
        .when(text.startswith("godkjent"), APPROVED)
        .when(text.contains("behandling") | text.contains("hms-kortbestilling"), PENDING)
        .otherwise(UNKNOWN)
    )


def _staffing_state() -> Column:
    """Not approved covers refused and under treatment; the text tells them apart."""
    code, text = F.col("approval_code"), F.lower(F.col("approval_text"))
    return (
        F.when(code == 1, APPROVED)
        .when((code == 2) & F.coalesce(text.contains("behandling"), F.lit(False)), PENDING)
        .when(code == 2, REFUSED)
        .otherwise(UNKNOWN)
    )


def _car_care_state() -> Column:
    code = F.col("approval_code")
    return (
        F.when(code.isin(*CAR_CARE_APPROVED), APPROVED)
        .when(code.isin(*CAR_CARE_PENDING), PENDING)
        .when(code.isin(*CAR_CARE_REFUSED), REFUSED)
        .otherwise(UNKNOWN)
    )
