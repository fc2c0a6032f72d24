"""Supply scopes: a buyer of work from several thin suppliers, with its accounts and auditors, and they."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ROLES
from expectations.tables_core_supply import SUPPLIES, THIN_SUPPLIERS
from expectations.tables_core_tax import ACCOUNTS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "supply"
AUDITOR = "REVI"


def elements(
    *,
    supplies: DataFrame,
    accounts: DataFrame,
    roles: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per buyer.

    Args:
        supplies: `core_chain__supplies`.
        accounts: `core_tax__accounts`.
        roles: `core_org__roles`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    found = settle(
        supplies.select(
            F.concat(F.lit(f"{KIND}:"), "buyer_orgnr").alias("scope_id"),
            *SUPPLIES.key,
            F.col("supplier_orgnr").alias("orgnr"),
        )
    )
    buyers = found.select("scope_id", F.col("buyer_orgnr").alias("orgnr")).distinct()
    auditors = roles.where(F.col("role") == AUDITOR)
    return union_all(
        [
            node_elements(buyers, KIND, org("orgnr"), 0),
            edge_elements(buyers.join(accounts, "orgnr"), KIND, EdgeKind.STATEMENT, ACCOUNTS, 0),
            edge_elements(buyers.join(auditors, "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 0),
            edge_elements(found, KIND, EdgeKind.SUPPLIES, SUPPLIES, 1),
            edge_elements(found, KIND, EdgeKind.SUPPLIER_MEANS, THIN_SUPPLIERS, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={"supplies": SUPPLIES, "accounts": ACCOUNTS, "roles": ROLES},
)
