"""Projects with the limit on tiers that applies to each."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import PROJECTS
from jobs.core.rows import RECORD, current, joined_refs, shaped

PRIVATE = "privat"
ONLY_BY_CONTRACT = "kommune:oslo"
"""A rule for this client applies only through the limit that the contract itself states."""


def transform(
    *,
    projects: DataFrame,
    dispensations: DataFrame,
    tier_rules: DataFrame,
    contracts: DataFrame,
    coverage: DataFrame,
    month: str,
) -> DataFrame:
    """One row per project.

    The limit stated in the contract comes first. Else the rule of the code list that held on the day the main
    contract was signed, for the client's kind, the work and the procurement code, at or above the rule's
    value. What is needed to choose a rule and is missing makes the limit unknown; it is never taken to be
    none.

    Args:
        projects: Raw projects with delivery.
        dispensations: Raw dispensations with delivery.
        tier_rules: Raw code list of limits with delivery.
        contracts: `core_chain__contracts`.
        coverage: `core_chain__coverage`.
        month: Month evaluated.
    """
    signed = (
        contracts.where(F.col("project_id").isNotNull() & F.col("parent_contract_id").isNull())
        .groupBy("project_id")
        .agg(F.min("signed_on").alias("signed_on"))
    )
    granted = (
        # One without a number of tiers grants nothing that could be applied.
        dispensations.where(F.col("contract_id").isNotNull() & F.col("extra_tiers").isNotNull())
        .groupBy(*RECORD)
        .agg(F.array_sort(F.collect_set(_dispensation())).alias("dispensations"))
    )
    known = (
        current(projects, "project_id")
        .withColumnRenamed("tier_limit", "stated_limit")
        .join(signed, "project_id", "left")
        .join(granted, list(RECORD), "left")
        .join(coverage.select("project_id", "coverage_share"), "project_id", "left")
    )
    rows = (
        known.join(_rule_of(known, tier_rules), "project_id", "left")
        .withColumn("basis", _basis())
        .select(
            "project_id",
            "name",
            "client_orgnr",
            "client_kind",
            "work_kind",
            F.col("cpv_codes").alias("cpv"),
            "value_ore",
            "address_id",
            "municipality_no",
            "started_on",
            F.coalesce("ended_on", "planned_end_on").alias("ended_on"),
            "signed_on",
            F.when(F.col("basis") == "contract", F.col("stated_limit"))
            .when(F.col("basis") == "rule", F.col("max_tiers"))
            .alias("tier_limit"),
            F.col("basis").alias("tier_limit_basis"),
            F.when(F.col("basis") != "contract", F.col("rule_id")).alias("tier_limit_rule"),
            F.when(F.col("basis") != "contract", F.col("certainty")).alias("tier_limit_certainty"),
            F.coalesce("dispensations", F.array().cast("array<string>")).alias("dispensations"),
            F.col("is_chain_complete").alias("is_declared_complete"),
            F.col("declaration_status").alias("declaration"),
            "coverage_share",
            joined_refs(F.array("raw_ref"), "rule_refs").alias("raw_refs"),
        )
    )
    return shaped(rows, PROJECTS, month)


def _dispensation() -> Column:
    granted_on = F.coalesce(F.col("granted_on").cast("string"), F.lit(""))
    return F.concat("contract_id", F.lit("="), F.col("extra_tiers").cast("string"), F.lit("@"), granted_on)


def _basis() -> Column:
    below = F.col("value_ore") < F.col("min_value_ore")
    # A rule without a least value binds every contract; with one, the value must be known.
    binds = F.col("max_tiers").isNotNull() & (
        F.col("min_value_ore").isNull() | F.col("value_ore").isNotNull()
    )
    return (
        F.when(F.col("stated_limit").isNotNull(), "contract")
        .when(F.col("client_kind") == PRIVATE, "none_private")
        .when(F.col("rule_id").isNull(), "unknown")
        .when(below, "none_below_value")
        .when(binds, "rule")
        .otherwise("unknown")
    )


def _rule_of(projects: DataFrame, tier_rules: DataFrame) -> DataFrame:
    """The rule for each project that has one; the strictest when several do."""
    rules = (
        current(tier_rules, "rule_id")
        .where(F.col("client_kinds") != ONLY_BY_CONTRACT)
        .select(
            "rule_id",
            F.split("client_kinds", ",").alias("client_kinds"),
            F.split("work_kinds", ",").alias("work_kinds"),
            # A procurement code covers the codes below it: its trailing zeros are wildcards.
            F.regexp_replace("cpv", "0+$", "").alias("rule_cpv"),
            "min_value_ore",
            "max_tiers",
            "valid_from_on",
            "valid_to_on",
            "certainty",
            F.array("raw_ref").alias("rule_refs"),
        )
    )
    held = F.coalesce(
        (F.col("valid_from_on").isNull() | (F.col("valid_from_on") <= F.col("signed_on")))
        & (F.col("valid_to_on").isNull() | (F.col("valid_to_on") >= F.col("signed_on"))),
        F.lit(False),
    )
    for_work = F.col("work_kinds").isNull() | F.array_contains("work_kinds", F.col("work_kind"))
    for_goods = F.col("rule_cpv").isNull() | F.exists(
        "cpv_codes", lambda code: code.startswith(F.col("rule_cpv"))
    )
    is_private = F.array_contains("client_kinds", F.lit(PRIVATE))
    matched = (
        projects.select("project_id", "client_kind", "work_kind", "cpv_codes", "signed_on")
        .join(F.broadcast(rules), F.array_contains(F.col("client_kinds"), F.col("client_kind")))
        .where(for_work & for_goods & (held | is_private))
    )
    strictest = Window.partitionBy("project_id").orderBy(F.asc_nulls_last("max_tiers"), "rule_id")
    return (
        matched.withColumn("n", F.row_number().over(strictest))
        .where("n = 1")
        .select("project_id", "rule_id", "min_value_ore", "max_tiers", "certainty", "rule_refs")
    )
