"""Edges of months in which somebody was paid less than the lowest generally applicable rate."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_pay import LOW_PAY
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org, person
from jobs.network.source import EdgeSource


def build(*, low_pay: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        low_pay: `core_work__low_pay`.
        month: Month evaluated.
    """
    first = F.to_date(F.concat("work_month", F.lit("-01")))
    names = (
        "age_group",
        "certainty",
        "full_week_h",
        "later_from_on",
        "later_paid_on",
        "later_pay_ore",
        "later_to_on",
        "occupation_group",
        "paid_hours_h",
        "position_pct",
        "rate_ore",
        "rated_months_n",
        "recent_rate_ore",
        "sector",
    )
    return [
        edges(
            low_pay,
            EdgeKind.LOW_PAY,
            LOW_PAY,
            month=month,
            source=person("person_id"),
            target=org("orgnr"),
            valid_from=first,
            valid_to=F.last_day(first),
            amount="ordinary_pay_ore",
            known=attributes(**{name: name for name in names}),
        )
    ]


SOURCE = EdgeSource(build=build, tables={"low_pay": LOW_PAY})
