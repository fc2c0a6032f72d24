"""Pay scopes: an employer and those of its people who were paid less than the lowest rate of the trade."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_pay import LOW_PAY
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "pay"


def elements(*, low_pay: DataFrame, month: str, settle: Settle = unsettled) -> DataFrame:
    """Elements of one scope per employer in the table; it holds only those with at least two such people.

    Args:
        low_pay: `core_work__low_pay`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    rows = low_pay.withColumn("scope_id", F.concat(F.lit(f"{KIND}:"), "orgnr"))
    return union_all(
        [
            node_elements(rows.select("scope_id", "orgnr").distinct(), KIND, org("orgnr"), 0),
            edge_elements(rows, KIND, EdgeKind.LOW_PAY, LOW_PAY, 0),
        ]
    )


SOURCE = ScopeSource(kind=KIND, elements=elements, tables={"low_pay": LOW_PAY})
