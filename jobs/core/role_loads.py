"""How many companies the same persons lead, and what is usual."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ROLE_LOADS
from jobs.core.rows import merged_refs, shaped
from jobs.months import last_day

COMPANIES_AT_LEAST = 7
"""Living companies from which a person has rows; one fewer than any limit, so that both sides are seen."""
PERMILLE = 995


def transform(*, roles: DataFrame, organisations: DataFrame, owner_roots: DataFrame, month: str) -> DataFrame:
    """One row per person and type of role, of persons who lead many living companies.

    What is usual is counted over everybody who holds that type of role, and exactly.

    Args:
        roles: `core_org__roles`.
        organisations: `core_org__organisations`.
        owner_roots: `core_org__owner_roots`.
        month: Month evaluated.
    """
    led = (
        led_now(roles, organisations, month)
        .join(owner_roots.select("orgnr", "owner_root"), "orgnr", "left")
        .withColumn("owner", F.coalesce("owner_root", F.concat(F.lit("org:"), "orgnr")))
    )
    loads = led.groupBy("holder_id", "role").agg(
        F.countDistinct("orgnr").alias("orgs_n"),
        F.countDistinct("owner").alias("groups_n"),
        merged_refs().alias("raw_refs"),
    )
    of_role = Window.partitionBy("role")
    usual = (
        loads.groupBy("role", "groups_n")
        .agg(F.count("*").alias("n"))
        .withColumn("holders_n", F.sum("n").over(of_role))
        .withColumn("within_n", F.sum("n").over(of_role.orderBy("groups_n")))
        .where(F.col("within_n") * 1000 >= F.col("holders_n") * PERMILLE)
        .groupBy("role", "holders_n")
        .agg(F.min("groups_n").alias("groups_p995"))
    )
    many = (
        led.groupBy("holder_id")
        .agg(F.countDistinct("orgnr").alias("all_n"))
        .where(F.col("all_n") >= COMPANIES_AT_LEAST)
    )
    return shaped(loads.join(many, "holder_id", "left_semi").join(usual, "role"), ROLE_LOADS, month)


def led_now(roles: DataFrame, organisations: DataFrame, month: str) -> DataFrame:
    """Roles by which persons lead living companies on the last day of a month.

    Args:
        roles: `core_org__roles`.
        organisations: `core_org__organisations`.
        month: Month evaluated.
    """
    last = F.lit(last_day(month))
    living = organisations.where(
        F.col("bankrupt_on").isNull() & F.col("dissolved_on").isNull() & F.col("deleted_on").isNull()
    )
    return roles.where(
        F.col("is_control")
        & (F.col("holder_kind") == "person")
        & (F.coalesce("valid_from", last) <= last)
        & (F.coalesce("valid_to", last) >= last)
    ).join(living.select("orgnr"), "orgnr", "left_semi")
