"""Hands scopes: a living company and what those who lead it led before it."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import EVENTS, ORGANISATIONS, ROLES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, last_day
from jobs.network.edges_control import QUARANTINE
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "hands"
FAILURES = 2
"""Bankruptcies, whatever their debt, after which the companies somebody leads are looked at."""
LOOK_BACK_DAYS = 1826
"""Days up to the end of the month in which a bankruptcy was opened."""
ROLE_DAYS = 366
"""Days before a bankruptcy in which a role counts; one more than the rule, so that both sides are seen."""


def elements(
    *,
    roles: DataFrame,
    organisations: DataFrame,
    events: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per living company led by somebody with two bankruptcies, or in quarantine.

    Args:
        roles: `core_org__roles`.
        organisations: `core_org__organisations`.
        events: `core_org__events`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    first, last = F.lit(first_day(month)), F.lit(last_day(month))
    led = roles.where(F.col("is_control") & (F.col("holder_kind") == "person"))
    failed = organisations.where(F.col("bankrupt_on").between(F.date_sub(last, LOOK_BACK_DAYS), last)).select(
        "orgnr", "bankrupt_on"
    )
    counted = (
        led.join(failed, "orgnr")
        .where(_in_force(F.date_sub("bankrupt_on", ROLE_DAYS), F.col("bankrupt_on")))
        .groupBy("holder_id")
        .agg(F.countDistinct("orgnr").alias("failures_n"))
        .where(F.col("failures_n") >= FAILURES)
        .select("holder_id")
    )
    barred = events.where(
        (F.col("kind") == QUARANTINE)
        & F.col("person_id").isNotNull()
        & (F.coalesce("ends_on", last) >= first)
    ).select(F.concat(F.lit("person:"), "person_id").alias("holder_id"), "event_id")
    holders = counted.unionByName(barred.select("holder_id")).distinct()
    living = organisations.where(
        F.col("bankrupt_on").isNull() & F.col("dissolved_on").isNull() & F.col("deleted_on").isNull()
    ).select("orgnr")
    found = settle(
        led.where(_in_force(first, last))
        .join(holders, "holder_id")
        .join(living, "orgnr", "left_semi")
        .select(F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id"), "orgnr", "holder_id")
        .distinct()
    )
    companies = found.select("scope_id", "orgnr").distinct()
    hands = found.select("scope_id", "holder_id").distinct()
    return union_all(
        [
            node_elements(companies, KIND, org("orgnr"), 0),
            edge_elements(
                companies.join(roles.where("is_control"), "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 0
            ),
            edge_elements(hands.join(barred, "holder_id"), KIND, EdgeKind.QUARANTINE, EVENTS, 0),
            edge_elements(hands.join(led, "holder_id"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 1),
        ]
    )


def _in_force(first: Column, last: Column) -> Column:
    """Whether a role was held on some day between; without a start or an end it may have been."""
    return (F.coalesce("valid_from", first) <= last) & (F.coalesce("valid_to", last) >= first)


SOURCE = ScopeSource(
    kind=KIND, elements=elements, tables={"roles": ROLES, "organisations": ORGANISATIONS, "events": EVENTS}
)
