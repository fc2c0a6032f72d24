"""Withholding scopes: an organisation that owes tax withheld from pay or employer contribution."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import CONTRIBUTION_TERMS, WITHHOLDING_MONTHS
from expectations.tables_core_work import STANDING
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "withholding"
LEAST_ORE = 2_500_000
"""NOK 25,000 in all months together: half of what the indicator asks for."""
LEAST_MONTHS = 2
"""Months of pay with something unpaid; those of a single month are of one term."""


def elements(
    *,
    withholding_months: DataFrame,
    contribution_terms: DataFrame,
    standing: DataFrame,
    settle: Settle = unsettled,
    month: str,
) -> DataFrame:
    """Elements of one scope per organisation that owes enough on the pay of several months.

    Args:
        withholding_months: `core_tax__withholding_months`.
        contribution_terms: `core_tax__contribution_terms`.
        standing: `core_tax__standing`.
        settle: Computes candidates once before they are built on.
        month: Month evaluated; the tables hold no other.
    """
    owed = F.col("overdue_withholding_ore") + F.col("overdue_contribution_ore")
    found = settle(
        withholding_months.where(owed > 0)
        .groupBy("orgnr")
        .agg(F.sum(owed).alias("owed_ore"), F.count("*").alias("months_n"))
        .where((F.col("owed_ore") >= LEAST_ORE) & (F.col("months_n") >= LEAST_MONTHS))
        .select(F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id"), "orgnr")
    )
    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            edge_elements(
                found.join(withholding_months, "orgnr"), KIND, EdgeKind.TAX_DUE, WITHHOLDING_MONTHS, 0
            ),
            edge_elements(
                found.join(contribution_terms, "orgnr"), KIND, EdgeKind.PAYROLL_TERM, CONTRIBUTION_TERMS, 1
            ),
            edge_elements(found.join(standing, "orgnr"), KIND, EdgeKind.TAX_STANDING, STANDING, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "withholding_months": WITHHOLDING_MONTHS,
        "contribution_terms": CONTRIBUTION_TERMS,
        "standing": STANDING,
    },
)
