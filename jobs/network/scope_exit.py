"""Exit scopes: an organisation with lasting arrears and one that many of its workers went to."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from expectations.tables_core_org import EVENTS, ORGANISATIONS, OWNER_ROOTS, OWNERSHIPS, ROLES
from expectations.tables_core_tax import ARREARS_TERMS, WORKER_EXITS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, shift
from jobs.network.edges_chain import PAYMENT_MONTHS
from jobs.network.edges_company import TRANSFERS
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, owners_of, unsettled
from jobs.network.source import ScopeSource

KIND = "exit"


def elements(
    *,
    worker_exits: DataFrame,
    arrears_terms: DataFrame,
    roles: DataFrame,
    ownerships: DataFrame,
    owner_roots: DataFrame,
    contracts: DataFrame,
    payments: DataFrame,
    events: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per pair of organisations with such a flow of workers.

    Args:
        worker_exits: `core_work__worker_exits`.
        arrears_terms: `core_tax__arrears_terms`.
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
        owner_roots: `core_org__owner_roots`.
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        events: `core_org__events`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    ends = ("from_orgnr", "to_orgnr")
    pairs = settle(worker_exits.select(F.concat_ws(":", F.lit(KIND), *ends).alias("scope_id"), *ends))
    both = pairs.select("scope_id", F.explode(F.array(*ends)).alias("orgnr"))
    above = (
        both.join(owner_roots, "orgnr")
        .select("scope_id", F.explode("path").alias("holder_id"))
        .where(F.col("holder_id").startswith("org:"))
        .select("scope_id", F.substring_index("holder_id", ":", -1).alias("orgnr"))
    )
    owned = both.unionByName(above).distinct()
    recent = payments.where(F.col("issued_on") >= F.lit(first_day(shift(month, 1 - PAYMENT_MONTHS))))
    transferred = events.where(F.col("kind").isin(*TRANSFERS))

    def between(rows: DataFrame, one: str, other: str) -> DataFrame:
        """Rows whose two organisations are those of a pair, either way round."""
        ways = pairs.select("scope_id", F.col(ends[0]).alias(one), F.col(ends[1]).alias(other)).unionByName(
            pairs.select("scope_id", F.col(ends[1]).alias(one), F.col(ends[0]).alias(other))
        )
        return rows.join(ways, [one, other])

    return union_all(
        [
            node_elements(both, KIND, org("orgnr"), 0),
            edge_elements(pairs, KIND, EdgeKind.WORKER_EXIT, WORKER_EXITS, 0),
            edge_elements(
                pairs.join(arrears_terms, pairs["from_orgnr"] == arrears_terms["orgnr"]),
                KIND,
                EdgeKind.ARREARS_TERM,
                ARREARS_TERMS,
                0,
            ),
            edge_elements(both.join(roles.where("is_control"), "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 1),
            edge_elements(both, KIND, EdgeKind.LOCATED_AT, ORGANISATIONS, 1),
            edge_elements(
                between(contracts, "client_orgnr", "supplier_orgnr"), KIND, EdgeKind.CONTRACT, CONTRACTS, 1
            ),
            edge_elements(
                between(recent, "payer_orgnr", "issuer_orgnr"), KIND, EdgeKind.PAYMENT, PAYMENTS, 2
            ),
            edge_elements(
                between(transferred, "orgnr", "counterparty_orgnr"), KIND, EdgeKind.TRANSFER, EVENTS, 1
            ),
            owners_of(owned, KIND, ownerships, roles, 2),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "worker_exits": WORKER_EXITS,
        "arrears_terms": ARREARS_TERMS,
        "roles": ROLES,
        "ownerships": OWNERSHIPS,
        "owner_roots": OWNER_ROOTS,
        "contracts": CONTRACTS,
        "payments": PAYMENTS,
        "events": EVENTS,
    },
)
