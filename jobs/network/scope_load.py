"""Load scopes: an employer and those of its people for whom several employers report much work."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_load import WORK_MONTHS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "load"
PERSONS_AT_LEAST = 2


def elements(*, work_months: DataFrame, month: str, settle: Settle = unsettled) -> DataFrame:
    """Elements of one scope per employer with at least two such persons.

    Args:
        work_months: `core_work__work_months`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    several = (
        work_months.groupBy("orgnr")
        .agg(F.countDistinct("person_id").alias("persons_n"))
        .where(F.col("persons_n") >= PERSONS_AT_LEAST)
    )
    found = settle(
        work_months.join(several, "orgnr", "left_semi")
        .select(F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id"), "orgnr", "person_id")
        .distinct()
    )
    people = found.select("scope_id", "person_id")
    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            edge_elements(people.join(work_months, "person_id"), KIND, EdgeKind.WORK_MONTH, WORK_MONTHS, 0),
        ]
    )


SOURCE = ScopeSource(kind=KIND, elements=elements, tables={"work_months": WORK_MONTHS})
