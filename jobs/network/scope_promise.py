"""Promise scopes: a supplier that promised as much as it declared, its contracts and what it buys in."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_commitment import DECLARED_MONTHS, PROMISES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.edges_commitment import of_candidates
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "promise"


def elements(
    *, promises: DataFrame, declared_months: DataFrame, month: str, settle: Settle = unsettled
) -> DataFrame:
    """Elements of one scope per supplier.

    Args:
        promises: `core_chain__promises`.
        declared_months: `core_work__declared_months`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    scope_id = F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id")
    found = settle(declared_months.select(scope_id, *DECLARED_MONTHS.key))
    contracts = of_candidates(promises, declared_months).select(scope_id, *PROMISES.key)
    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            edge_elements(found, KIND, EdgeKind.DECLARED_MONTH, DECLARED_MONTHS, 0),
            edge_elements(contracts, KIND, EdgeKind.PROMISE, PROMISES, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND, elements=elements, tables={"promises": PROMISES, "declared_months": DECLARED_MONTHS}
)
