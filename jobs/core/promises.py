"""Contracts of suppliers that came in late or deep: what they promised, and what others promised them."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_commitment import PROMISES
from jobs.core.rows import joined_refs, shaped
from jobs.core.supplies import NOT_IN_FORCE
from jobs.months import first_day, last_day, shift

MONTHS = 6
"""Months up to the evaluated one."""
DEEP = 2


def transform(*, contracts: DataFrame, projects: DataFrame, month: str) -> DataFrame:
    """One row per contract of such a supplier, as supplier or as client.

    Args:
        contracts: `core_chain__contracts`.
        projects: `core_chain__projects`.
        month: Month evaluated.
    """
    start, end = F.lit(first_day(shift(month, 1 - MONTHS))), F.lit(last_day(month))
    above = contracts.select(
        F.col("contract_id").alias("parent_contract_id"),
        F.col("parent_contract_id").isNotNull().alias("has_grandparent"),
    )
    of_project = projects.select(
        "project_id",
        F.col("started_on").alias("project_from"),
        F.col("ended_on").alias("project_to"),
        F.col("raw_refs").alias("project_refs"),
    )
    rows = (
        contracts.where(F.col("is_labour_bearing") & F.col("supplier_orgnr").isNotNull())
        .where(~F.coalesce("state", F.lit("")).isin(*NOT_IN_FORCE))
        .join(of_project, "project_id", "left")
        .withColumn("begins_on", F.coalesce("started_on", "signed_on"))
        .withColumn("ends_on", F.coalesce("ended_on", "project_to"))
        .where((F.coalesce("begins_on", end) <= end) & (F.coalesce("ends_on", end) >= start))
        .join(above, "parent_contract_id", "left")
        .withColumn(
            "tier_no",
            F.when(F.col("parent_contract_id").isNull(), 0)
            .when(F.col("has_grandparent"), DEEP)
            .when(~F.col("has_grandparent"), 1),
        )
        .withColumn("labour_ore", F.col("labour_value_ore"))
        .withColumn("raw_refs", joined_refs("raw_refs", "project_refs"))
    )
    suppliers = rows.where(may_be_late_or_deep()).select(F.col("supplier_orgnr").alias("orgnr")).distinct()
    own = suppliers.withColumnRenamed("orgnr", "supplier_orgnr")
    bought = suppliers.withColumnRenamed("orgnr", "client_orgnr")
    found = (
        rows.join(own, "supplier_orgnr", "left_semi")
        .select("contract_id")
        .unionByName(rows.join(bought, "client_orgnr", "left_semi").select("contract_id"))
        .distinct()
    )
    return shaped(rows.join(found, "contract_id", "left_semi"), PROMISES, month)


def may_be_late_or_deep() -> Column:
    """Whether a contract began after the middle of its project, or has two above it, or that is unknown."""
    is_known = (
        F.col("begins_on").isNotNull() & F.col("project_from").isNotNull() & F.col("project_to").isNotNull()
    )
    is_late = F.datediff("begins_on", "project_from") * 2 > F.datediff("project_to", "project_from")
    late = F.when(F.col("project_id").isNull(), F.lit(False)).when(is_known, is_late)
    return F.coalesce(late, F.lit(True)) | F.coalesce(F.col("tier_no") >= DEEP, F.lit(True))
