"""How much of each project's chain is known."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import COVERAGE
from jobs.core.rows import current, joined_refs, merged_refs, shaped, share

MAIN = "hovedkontrakt"
VERIFIED = "verifisert"
ORE_PER_KRONE = 100


def transform(*, projects: DataFrame, contracts: DataFrame, payments: DataFrame, month: str) -> DataFrame:
    """One row per project with the parts of its coverage; a part that cannot be computed is missing.

    A contract's place is known when its parent is a known contract of the project, or when it has none and
    is the main contract or was given by the project's client. Invoices outside declared contracts count in a
    project when both parties take part in it. Value is reckoned in whole kroner.

    Args:
        projects: Raw projects with delivery.
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        month: Month evaluated.
    """
    known = current(projects, "project_id").select(
        "project_id",
        F.col("client_orgnr").alias("project_client"),
        F.col("is_chain_complete").alias("is_declared_complete"),
        F.array("raw_ref").alias("project_refs"),
    )
    of_project = contracts.where(F.col("project_id").isNotNull())
    parents = of_project.select(
        "project_id", F.col("contract_id").alias("parent_contract_id"), F.lit(True).alias("has_parent")
    )
    is_top = F.col("parent_contract_id").isNull() & (
        (F.col("kind") == MAIN) | (F.col("client_orgnr") == F.col("project_client"))
    )
    declared = (
        of_project.where("is_labour_bearing")
        .join(known.select("project_id", "project_client"), "project_id")
        .join(parents, ["project_id", "parent_contract_id"], "left")
        .groupBy("project_id")
        .agg(
            F.count("*").alias("contracts_n"),
            F.count_if(F.col("declaration") == VERIFIED).alias("verified_n"),
            F.count_if(F.coalesce("has_parent", F.lit(False)) | is_top).alias("placed_n"),
            merged_refs().alias("contract_refs"),
        )
    )
    rows = (
        known.join(declared, "project_id", "left")
        .join(_invoiced(of_project, payments), "project_id", "left")
        .withColumn("contracts_n", F.coalesce("contracts_n", F.lit(0)))
        .withColumn("verified_share", share("verified_n", "contracts_n"))
        .withColumn("parent_known_share", share("placed_n", "contracts_n"))
        .withColumn(
            "invoice_covered_share", share("greatest(least(covered_nok, labour_nok), 0)", "labour_nok")
        )
        .withColumn(
            "coverage_share", F.least("verified_share", "parent_known_share", "invoice_covered_share")
        )
        .withColumn("raw_refs", joined_refs("project_refs", "contract_refs"))
    )
    return shaped(rows, COVERAGE, month)


def _invoiced(contracts: DataFrame, payments: DataFrame) -> DataFrame:
    labour = payments.where("is_labour")
    parties = (
        contracts.select("project_id", F.col("client_orgnr").alias("party"))
        .unionByName(contracts.select("project_id", F.col("supplier_orgnr").alias("party")))
        .where(F.col("party").isNotNull())
        .distinct()
    )
    outside = (
        labour.where(F.col("contract_id").isNull())
        .select("issuer_orgnr", "payer_orgnr", "amount_ore")
        .join(parties.withColumnRenamed("party", "issuer_orgnr"), "issuer_orgnr")
        .join(parties.withColumnRenamed("party", "payer_orgnr"), ["project_id", "payer_orgnr"])
        .select("project_id", "amount_ore", F.lit(0).cast("bigint").alias("covered_ore"))
    )
    inside = labour.where(F.col("project_id").isNotNull()).select(
        "project_id", "amount_ore", F.col("amount_ore").alias("covered_ore")
    )
    return (
        inside.unionByName(outside)
        .groupBy("project_id")
        .agg(
            F.expr(f"sum(amount_ore) div {ORE_PER_KRONE}").alias("labour_nok"),
            F.expr(f"sum(covered_ore) div {ORE_PER_KRONE}").alias("covered_nok"),
        )
    )
