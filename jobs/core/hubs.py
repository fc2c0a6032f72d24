"""Units and addresses that many share for innocent reasons."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import HUBS
from jobs.core.rows import current, merged_refs, shaped
from jobs.months import last_day

CLIENT_ROLES = ("REGN", "REVI")
"""Accountant and auditor."""
TENANTS_ABOVE = 10
"""A place with more organisations than this is an office hotel or the like; our own cut-off."""
COUNTED = ("many_clients", "many_tenants")
"""Kinds of hub that are counted here rather than declared."""
CLIENTS_ABOVE = 10
"""An accountant or auditor of more organisations than this; our own cut-off."""


def transform(
    *, declared_hubs: DataFrame, organisations: DataFrame, roles: DataFrame, month: str
) -> DataFrame:
    """One row per hub and reason: declared in the code list, or counted.

    Args:
        declared_hubs: Raw code list of hubs with delivery.
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        month: Month evaluated.
    """
    end = F.lit(last_day(month))
    rows = (
        _declared(declared_hubs, end)
        .unionByName(_shared_places(organisations))
        .unionByName(_agents(roles, end))
    )
    return shaped(rows, HUBS, month)


def _declared(hubs: DataFrame, end: Column) -> DataFrame:
    hub_id = F.coalesce(F.concat(F.lit("org:"), "orgnr"), F.concat(F.lit("address:"), "address_id"))
    in_force = (F.col("valid_from_on") <= end) & (
        F.col("valid_to_on").isNull() | (F.col("valid_to_on") >= end)
    )
    return (
        current(hubs.withColumn("hub_id", hub_id), "hub_id", "hub_kind", "valid_from_on")
        .where(in_force & F.col("hub_id").isNotNull())
        .groupBy("hub_id", F.col("hub_kind").alias("kind"))
        .agg(
            F.lit(None).cast("bigint").alias("linked_n"),
            F.max("valid_from_on").alias("valid_from"),
            F.max_by("valid_to_on", "valid_from_on").alias("valid_to"),
            F.array_sort(F.collect_set("raw_ref")).alias("raw_refs"),
        )
    )


def _shared_places(organisations: DataFrame) -> DataFrame:
    return (
        organisations.where(F.col("address_key").isNotNull() & F.col("deleted_on").isNull())
        .groupBy(F.concat(F.lit("place:"), "address_key").alias("hub_id"))
        .agg(F.count("*").alias("linked_n"), merged_refs().alias("raw_refs"))
        .where(F.col("linked_n") > TENANTS_ABOVE)
        .select("hub_id", F.lit("many_tenants").alias("kind"), "linked_n", *_always(), "raw_refs")
    )


def _agents(roles: DataFrame, end: Column) -> DataFrame:
    return (
        roles.where(F.col("role").isin(*CLIENT_ROLES) & (F.col("holder_kind") == "org"))
        .where(F.col("valid_to").isNull() | (F.col("valid_to") >= end))
        .groupBy(F.col("holder_id").alias("hub_id"))
        .agg(F.countDistinct("orgnr").alias("linked_n"), merged_refs().alias("raw_refs"))
        .where(F.col("linked_n") > CLIENTS_ABOVE)
        .select("hub_id", F.lit("many_clients").alias("kind"), "linked_n", *_always(), "raw_refs")
    )


def _always() -> tuple[Column, Column]:
    return F.lit(None).cast("date").alias("valid_from"), F.lit(None).cast("date").alias("valid_to")
