"""Project scopes: the contracts of one project."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PROJECTS
from graph.model import EdgeKind
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "project"


def elements(
    *, projects: DataFrame, contracts: DataFrame, month: str, settle: Settle = unsettled
) -> DataFrame:
    """Elements of one scope per project that has a contract for labour and a contract below another.

    Args:
        projects: `core_chain__projects`.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    candidates = settle(
        contracts.where(F.col("project_id").isNotNull())
        .groupBy("project_id")
        .agg(
            F.bool_or("is_labour_bearing").alias("has_labour"),
            F.bool_or(F.col("parent_contract_id").isNotNull()).alias("has_tiers"),
        )
        .where("has_labour AND has_tiers")
        .join(projects.select("project_id"), "project_id", "left_semi")
        .select("project_id", F.concat(F.lit("project:"), "project_id").alias("scope_id"))
    )
    own = candidates.join(contracts, "project_id")
    return (
        node_elements(candidates, KIND, F.col("scope_id"), 0)
        .unionByName(edge_elements(own.where("is_labour_bearing"), KIND, EdgeKind.CONTRACT, CONTRACTS, 1))
        .unionByName(edge_elements(own.where("NOT is_labour_bearing"), KIND, EdgeKind.CONTRACT, CONTRACTS, 2))
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "projects": PROJECTS,
        "contracts": CONTRACTS,
    },
)
