"""Roles as intervals, built from successive versions of each unit's roles."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ROLES
from jobs.core.person_links import linked
from jobs.core.rows import RECORD, latest, refs, shaped
from jobs.months import first_day, shift

CONTROL_ROLES = ("DAGL", "LEDE", "NEST", "MEDL", "INNH", "KOMP", "DTPR", "DTSO", "BEST", "REPR", "KONT")
EMPLOYEE_ELECTED = "AREP"
HISTORY_MONTHS = 24
HOLDER = ("orgnr", "role", "holder_id", "is_control")


def transform(*, role_units: DataFrame, roles: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per interval in which a holder had a role, from 24 months before the month on.

    A version of a unit is every delivery that has the unit; it replaces all its roles. The register gives no
    start of a role, only the last change of its group: that is the start when it falls after the version
    before, else the version's own day is the upper bound. A role ends the day before the first version
    without it.

    Args:
        role_units: Raw delivered units with delivery.
        roles: Raw roles with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    of_unit = Window.partitionBy("orgnr").orderBy("order_no")
    versions = (
        # Two deliveries about one day: the later known replaces the earlier.
        latest(role_units, "orgnr", "version_on")
        .withColumn("version_no", F.row_number().over(of_unit))
        .withColumn("previous_on", F.lag("version_on").over(of_unit))
        .withColumn("next_on", F.coalesce(F.lead("version_on").over(of_unit), "gone_on"))
        .select(*RECORD, "orgnr", "version_no", "version_on", "previous_on", "next_on")
    )
    held = (
        _holders(roles, person_links)
        .join(versions, [*RECORD, "orgnr"])
        .groupBy(*HOLDER, "version_no", "version_on", "previous_on", "next_on")
        .agg(
            F.max("group_changed_on").alias("group_changed_on"),
            F.min("match").alias("match"),
            F.min("raw_ref").alias("raw_ref"),
        )
    )
    by_version = Window.partitionBy(*HOLDER).orderBy("version_no")
    spells = held.withColumn("island", F.col("version_no") - F.row_number().over(by_version))
    intervals = (
        spells.groupBy(*HOLDER, "island")
        .agg(
            F.min_by(F.struct("version_on", "previous_on", "group_changed_on"), "version_no").alias("first"),
            F.max_by("next_on", "version_no").alias("next_on"),
            F.max_by("match", "version_no").alias("match"),
            refs().alias("raw_refs"),
        )
        .withColumn("estimate", F.least("first.group_changed_on", "first.version_on"))
        .withColumn(
            "is_start_exact", F.coalesce(F.col("estimate") > F.col("first.previous_on"), F.lit(False))
        )
        .withColumn(
            "valid_from",
            # Without an earlier version the role is at least as old as the group's last change.
            F.when(
                F.col("is_start_exact") | F.col("first.previous_on").isNull(),
                F.coalesce("estimate", "first.version_on"),
            ).otherwise(F.col("first.version_on")),
        )
        .withColumn("valid_to", F.date_add("next_on", -1))
        .withColumn("holder_kind", F.substring_index("holder_id", ":", 1))
    )
    horizon = F.lit(first_day(shift(month, -HISTORY_MONTHS)))
    kept = intervals.where(F.col("valid_to").isNull() | (F.col("valid_to") >= horizon))
    return shaped(kept, ROLES, month)


def _holders(roles: DataFrame, person_links: DataFrame) -> DataFrame:
    known = roles.where(~F.coalesce("is_deregistered", F.lit(False)))
    known = linked(
        known.withColumn("person", F.coalesce("person_token", "name_token")), person_links, "person"
    )
    is_control = (
        F.col("role_code").isin(*CONTROL_ROLES)
        & ~F.coalesce("is_resigned", F.lit(False))
        & (F.coalesce("elected_by_code", F.lit("")) != EMPLOYEE_ELECTED)
    )
    return known.select(
        *RECORD,
        "orgnr",
        F.col("role_code").alias("role"),
        F.coalesce(F.concat(F.lit("org:"), "holder_orgnr"), F.concat(F.lit("person:"), "person")).alias(
            "holder_id"
        ),
        is_control.alias("is_control"),
        F.when(F.col("holder_orgnr").isNotNull(), "orgnr")
        .when(F.col("person_token").isNotNull(), "fnr")
        .otherwise("name_birth_date")
        .alias("match"),
        "group_changed_on",
        "raw_ref",
    ).where(F.col("holder_id").isNotNull())
