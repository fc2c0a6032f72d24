"""Edges of what organisations in chains pay their people."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_payroll import PAYROLLS
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource


def build(*, payrolls: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        payrolls: `core_work__payrolls`.
        month: Month evaluated.
    """
    first = F.to_date(F.concat("pay_month", F.lit("-01")))
    return [
        edges(
            payrolls,
            EdgeKind.PAYROLL,
            PAYROLLS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("period:"), "pay_month"),
            valid_from=first,
            valid_to=F.last_day(first),
            amount="cash_ore",
            known=attributes(invoiced_ore="invoiced_ore", workers_n="workers_n"),
        )
    ]


SOURCE = EdgeSource(build=build, tables={"payrolls": PAYROLLS})
