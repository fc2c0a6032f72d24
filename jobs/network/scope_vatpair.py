"""VAT pair scopes: a buyer and a seller whose VAT does not agree, or cannot agree yet."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import VAT_MISMATCHES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "vatpair"


def elements(*, vat_mismatches: DataFrame, month: str, settle: Settle = unsettled) -> DataFrame:
    """Elements of one scope per pair with a mismatch, or with a seller that reports once a year.

    Args:
        vat_mismatches: `core_tax__vat_mismatches`.
        month: Month evaluated; the table holds no other.
        settle: Computes candidates once before they are built on.
    """
    pair = ("buyer_orgnr", "seller_orgnr")
    is_candidate = F.col("is_mismatch") | F.coalesce("is_seller_yearly", F.lit(False))
    found = settle(
        vat_mismatches.where(is_candidate)
        .select(F.concat_ws(":", F.lit(KIND), *pair).alias("scope_id"), *pair)
        .distinct()
    )
    return union_all(
        [
            node_elements(found, KIND, org("buyer_orgnr"), 0),
            node_elements(found, KIND, org("seller_orgnr"), 0),
            edge_elements(
                found.join(vat_mismatches, list(pair)), KIND, EdgeKind.VAT_MISMATCH, VAT_MISMATCHES, 0
            ),
        ]
    )


SOURCE = ScopeSource(kind=KIND, elements=elements, tables={"vat_mismatches": VAT_MISMATCHES})
