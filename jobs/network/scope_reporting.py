"""Reporting scopes: a contract that must be reported and was not, was late, or lacks people on its list."""

from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_reporting import REPORTING_DUTIES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import last_day
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "reporting"
DAYS = 14


def elements(*, reporting_duties: DataFrame, month: str, settle: Settle = unsettled) -> DataFrame:
    """Elements of one scope per such contract whose term has passed.

    Args:
        reporting_duties: `core_chain__reporting_duties`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    due = F.date_add("work_from_on", DAYS)
    is_late = F.coalesce(F.col("reported_on") > due, F.lit(True))
    # A site of which no list came may have anybody on it.
    is_short = F.coalesce(F.col("present_n") > F.coalesce("listed_n", F.lit(0)), F.lit(True))
    found = reporting_duties.where(
        F.col("work_from_on") <= F.lit(last_day(month) - timedelta(days=DAYS))
    ).where(is_late | is_short)
    rows = found.withColumn("scope_id", F.concat(F.lit(f"{KIND}:"), "contract_id"))
    return union_all(
        [
            node_elements(rows, KIND, org("client_orgnr"), 0),
            edge_elements(rows, KIND, EdgeKind.REPORTING_DUTY, REPORTING_DUTIES, 0),
        ]
    )


SOURCE = ScopeSource(kind=KIND, elements=elements, tables={"reporting_duties": REPORTING_DUTIES})
