"""Edges of contracts that must be reported to the assignment register."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_reporting import REPORTING_DUTIES
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, reporting_duties: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        reporting_duties: `core_chain__reporting_duties`.
        month: Month evaluated.
    """
    return [
        edges(
            reporting_duties,
            EdgeKind.REPORTING_DUTY,
            REPORTING_DUTIES,
            month=month,
            source=org("client_orgnr"),
            target=org("contractor_id"),
            valid_from="work_from_on",
            valid_to=F.lit(None).cast("date"),
            amount="value_ore",
            known=attributes(
                contract_id="contract_id",
                exemption="exemption",
                is_registered_here="is_registered_here",
                listed_n="listed_n",
                open_reports_n="open_reports_n",
                present_n="present_n",
                reported_on="reported_on",
            ),
        )
    ]


SOURCE = EdgeSource(build=build, tables={"reporting_duties": REPORTING_DUTIES})
