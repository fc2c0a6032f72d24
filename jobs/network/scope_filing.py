"""Filing scopes: an organisation that misses several reports, with what shows that it is at work."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from expectations.tables_core_tax import FILING_DUTIES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, shift
from jobs.network.edges_chain import PAYMENT_MONTHS
from jobs.network.edges_tax import several_missing
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "filing"


def elements(
    *,
    filing_duties: DataFrame,
    contracts: DataFrame,
    payments: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per organisation that misses at least two reports.

    Args:
        filing_duties: `core_tax__filing_duties`.
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    missing = settle(several_missing(filing_duties).select(*FILING_DUTIES.key))
    duties = missing.withColumn("scope_id", F.concat(F.lit(f"{KIND}:"), "orgnr"))
    found = settle(duties.select("scope_id", "orgnr").distinct())
    recent = payments.where(F.col("issued_on") >= F.lit(first_day(shift(month, 1 - PAYMENT_MONTHS))))
    supplied = found.join(contracts.withColumnRenamed("supplier_orgnr", "orgnr"), "orgnr")
    billed = found.join(recent.withColumnRenamed("issuer_orgnr", "orgnr"), "orgnr")
    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            edge_elements(duties, KIND, EdgeKind.FILING_DUTY, FILING_DUTIES, 0),
            edge_elements(supplied, KIND, EdgeKind.CONTRACT, CONTRACTS, 1),
            edge_elements(billed, KIND, EdgeKind.PAYMENT, PAYMENTS, 2),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={"filing_duties": FILING_DUTIES, "contracts": CONTRACTS, "payments": PAYMENTS},
)
