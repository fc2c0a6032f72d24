"""Contracts of contractor chains, current version of each."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS
from jobs.core.rows import current, shaped


def transform(*, contracts: DataFrame, month: str) -> DataFrame:
    """One row per contract; goods and equipment hire are kept and flagged.

    Args:
        contracts: Raw contracts with delivery.
        month: Month evaluated.
    """
    rows = current(contracts, "contract_id").select(
        "contract_id",
        "project_id",
        "parent_contract_id",
        F.col("buyer_orgnr").alias("client_orgnr"),
        "supplier_orgnr",
        "supplier_foreign_id",
        F.col("contract_kind").alias("kind"),
        "is_labour_bearing",
        "value_ore",
        "labour_value_ore",
        "signed_on",
        "started_on",
        "ended_on",
        "declared_on",
        F.col("contract_status").alias("state"),
        F.col("declaration_status").alias("declaration"),
        F.array("raw_ref").alias("raw_refs"),
    )
    return shaped(rows, CONTRACTS, month)
