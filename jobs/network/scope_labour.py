"""Labour scopes: a finished project on which little pay was reported beside its value."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PROJECTS
from expectations.tables_core_labour import PROJECT_LABOUR
from expectations.tables_core_org import ROLES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "labour"
OWNERS_AT_WORK = ("INNH", "DTPR", "DTSO")


def elements(
    *,
    projects: DataFrame,
    contracts: DataFrame,
    project_labour: DataFrame,
    roles: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per project whose reported pay is less than the norm of its value.

    Contributions and the tolerance come on top, so that both sides of the limit are seen.

    Args:
        projects: `core_chain__projects`.
        contracts: `core_chain__contracts`.
        project_labour: `core_chain__project_labour`.
        roles: `core_org__roles`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    reported = project_labour.groupBy("project_id").agg(
        F.sum("cash_ore").alias("cash_ore"), F.max("min_labour_share").alias("min_labour_share")
    )
    found = settle(
        projects.join(reported, "project_id")
        .where(
            F.coalesce("cash_ore", F.lit(0)).cast("double")
            < F.col("value_ore").cast("double") * F.col("min_labour_share").cast("double")
        )
        .select("project_id", F.concat(F.lit(f"{KIND}:"), "project_id").alias("scope_id"))
    )
    suppliers = project_labour.join(found, "project_id")
    owners = suppliers.select("scope_id", F.col("supplier_orgnr").alias("orgnr")).join(
        roles.where(F.col("role").isin(*OWNERS_AT_WORK)), "orgnr"
    )
    return union_all(
        [
            node_elements(found, KIND, F.concat(F.lit("project:"), "project_id"), 0),
            edge_elements(suppliers, KIND, EdgeKind.PROJECT_LABOUR, PROJECT_LABOUR, 0),
            edge_elements(found.join(contracts, "project_id"), KIND, EdgeKind.CONTRACT, CONTRACTS, 1),
            edge_elements(owners, KIND, EdgeKind.HOLDS_ROLE, ROLES, 2),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "projects": PROJECTS,
        "contracts": CONTRACTS,
        "project_labour": PROJECT_LABOUR,
        "roles": ROLES,
    },
)
