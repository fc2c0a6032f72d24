"""Registration scopes: an organisation at work whose approval was missing at some look at the register."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_register import APPROVALS, REGISTRATION_DUTIES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, last_day, shift
from jobs.network.edges_register import seen_without
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "registration"
WORK_MONTHS = 3
"""Months up to the evaluated one in which the contract was in force."""


def elements(
    *,
    registration_duties: DataFrame,
    approvals: DataFrame,
    contracts: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per organisation that supplies something and was seen without approval.

    A contract whose start or end is unknown may have been in force.

    Args:
        registration_duties: `core_org__registration_duties`.
        approvals: `core_org__approvals`.
        contracts: `core_chain__contracts`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    first, last = F.lit(first_day(shift(month, 1 - WORK_MONTHS))), F.lit(last_day(month))
    started = F.coalesce("started_on", "signed_on")
    recent = (
        contracts.where(F.col("is_labour_bearing"))
        .where(F.coalesce(started, last) <= last)
        .where(F.coalesce("ended_on", last) >= first)
    ).withColumnRenamed("supplier_orgnr", "orgnr")
    found = settle(
        seen_without(registration_duties, approvals)
        .join(recent, "orgnr", "left_semi")
        .withColumn("scope_id", F.concat(F.lit(f"{KIND}:"), "orgnr"))
    )
    at_work = found.select("scope_id", "orgnr").distinct()
    key = ["orgnr", "register"]
    return union_all(
        [
            node_elements(at_work, KIND, org("orgnr"), 0),
            edge_elements(
                found.join(registration_duties, key), KIND, EdgeKind.REGISTRATION_DUTY, REGISTRATION_DUTIES, 0
            ),
            edge_elements(found.join(approvals, key), KIND, EdgeKind.APPROVAL, APPROVALS, 0),
            edge_elements(at_work.join(recent, "orgnr"), KIND, EdgeKind.CONTRACT, CONTRACTS, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={"registration_duties": REGISTRATION_DUTIES, "approvals": APPROVALS, "contracts": CONTRACTS},
)
