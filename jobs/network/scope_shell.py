"""Shell scopes: an organisation that invoiced much labour beside few people, with what is known of it."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_capacity import CAPACITY
from expectations.tables_core_org import ORGANISATIONS, ROLES
from expectations.tables_core_tax import ACCOUNTS, FILING_DUTIES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import last_day
from jobs.network.edges_capacity import thin
from jobs.network.edges_tax import several_missing
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "shell"
VAT_RETURN = "mvamelding"


def elements(
    *,
    capacity: DataFrame,
    accounts: DataFrame,
    filing_duties: DataFrame,
    organisations: DataFrame,
    roles: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per organisation, and of the others among them under the same control.

    Args:
        capacity: `core_work__capacity`.
        accounts: `core_tax__accounts`.
        filing_duties: `core_tax__filing_duties`.
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    found = settle(thin(capacity).select(F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id"), "orgnr"))
    held = settle(
        roles.where(F.coalesce("valid_to", F.lit(last_day(month))) >= F.lit(last_day(month)))
        .join(found, "orgnr")
        .select("scope_id", *ROLES.key, "is_control")
    )
    control = held.where("is_control").select("scope_id", "orgnr", "holder_id")
    theirs = held.where("is_control").drop("scope_id")
    siblings = settle(
        theirs.join(control.withColumnRenamed("orgnr", "subject"), "holder_id").where(
            F.col("orgnr") != F.col("subject")
        )
    )
    missing = several_missing(filing_duties).where(F.col("duty_kind") == VAT_RETURN)
    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            edge_elements(found, KIND, EdgeKind.CAPACITY, CAPACITY, 0),
            edge_elements(held, KIND, EdgeKind.HOLDS_ROLE, ROLES, 0),
            edge_elements(found.join(missing, "orgnr"), KIND, EdgeKind.FILING_DUTY, FILING_DUTIES, 1),
            edge_elements(
                found.join(organisations.where(F.col("address_key").isNotNull()), "orgnr"),
                KIND, EdgeKind.LOCATED_AT, ORGANISATIONS, 1,
            ),
            edge_elements(found.join(accounts, "orgnr"), KIND, EdgeKind.STATEMENT, ACCOUNTS, 1),
            edge_elements(siblings, KIND, EdgeKind.HOLDS_ROLE, ROLES, 2),
            edge_elements(siblings, KIND, EdgeKind.CAPACITY, CAPACITY, 2),
        ]
    )  # fmt: skip


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "capacity": CAPACITY,
        "accounts": ACCOUNTS,
        "filing_duties": FILING_DUTIES,
        "organisations": ORGANISATIONS,
        "roles": ROLES,
    },
)
