"""Edges of work that several employers together reported for one person."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_load import WORK_MONTHS
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org, person
from jobs.network.source import EdgeSource


def build(*, work_months: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        work_months: `core_work__work_months`.
        month: Month evaluated.
    """
    first = F.to_date(F.concat("work_month", F.lit("-01")))
    return [
        edges(
            work_months,
            EdgeKind.WORK_MONTH,
            WORK_MONTHS,
            month=month,
            source=person("person_id"),
            target=org("orgnr"),
            valid_from=first,
            valid_to=F.last_day(first),
            amount="fixed_pay_ore",
            known=attributes(
                employment_kind="employment_kind",
                full_week_h="full_week_h",
                leave_pct="leave_pct",
                paid_hours_h="paid_hours_h",
                position_pct="position_pct",
                staff_n="staff_n",
            ),
        )
    ]


SOURCE = EdgeSource(build=build, tables={"work_months": WORK_MONTHS})
