"""Edges of what suppliers reported as pay while they worked on a project."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_labour import PROJECT_LABOUR
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, project_labour: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        project_labour: `core_chain__project_labour`.
        month: Month evaluated.
    """
    return [
        edges(
            project_labour,
            EdgeKind.PROJECT_LABOUR,
            PROJECT_LABOUR,
            month=month,
            source=org("supplier_id"),
            target=F.concat(F.lit("project:"), "project_id"),
            valid_from="started_on",
            valid_to="ended_on",
            amount="cash_ore",
            known=attributes(
                assigned_n="assigned_n",
                min_labour_share="min_labour_share",
                months_n="months_n",
                reported_months_n="reported_months_n",
                workers_n="workers_n",
            ),
        )
    ]


SOURCE = EdgeSource(build=build, tables={"project_labour": PROJECT_LABOUR})
