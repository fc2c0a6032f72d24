"""Flow scopes: companies among which payment for labour can run in a circle."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from expectations.tables_core_org import OWNER_ROOTS, OWNERSHIPS, ROLES
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, shift
from jobs.network.edges_chain import PAYMENT_MONTHS
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, owners_of, unsettled
from jobs.network.source import ScopeSource

KIND = "flow"
LONGEST = 5
LEAST_ORE = 10_000_000
"""NOK 100,000 from one company to another in twelve months, credit notes deducted."""
PRUNINGS = 3
"""Rounds in which companies that only pay or only are paid are taken away before circles are looked for."""


def elements(
    *,
    payments: DataFrame,
    contracts: DataFrame,
    ownerships: DataFrame,
    owner_roots: DataFrame,
    roles: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per set of two to five companies on one circle of labour payments.

    Args:
        payments: `core_chain__payments`.
        contracts: `core_chain__contracts`.
        ownerships: `core_org__ownerships`.
        owner_roots: `core_org__owner_roots`.
        roles: `core_org__roles`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    recent = payments.where(F.col("issued_on") >= F.lit(first_day(shift(month, 1 - PAYMENT_MONTHS))))
    circles = settle(member_sets(recent, settle))
    members = circles.select(
        F.concat(F.lit("flow:"), F.array_join("members", "+")).alias("scope_id"),
        F.explode("members").alias("orgnr"),
    )
    payer = members.withColumnRenamed("orgnr", "payer_orgnr")
    issuer = members.withColumnRenamed("orgnr", "issuer_orgnr")
    paid = recent.join(payer, "payer_orgnr").join(issuer, ["scope_id", "issuer_orgnr"])
    client = members.withColumnRenamed("orgnr", "client_orgnr")
    supplier = members.withColumnRenamed("orgnr", "supplier_orgnr")
    agreed = contracts.join(client, "client_orgnr").join(supplier, ["scope_id", "supplier_orgnr"])
    above = (
        members.join(owner_roots, "orgnr")
        .select("scope_id", F.explode("path").alias("holder_id"))
        .where(F.col("holder_id").startswith("org:"))
        .select("scope_id", F.substring_index("holder_id", ":", -1).alias("orgnr"))
    )
    owned = members.unionByName(above).distinct()
    return union_all(
        [
            node_elements(members, KIND, org("orgnr"), 0),
            edge_elements(paid, KIND, EdgeKind.PAYMENT, PAYMENTS, 1),
            edge_elements(agreed, KIND, EdgeKind.CONTRACT, CONTRACTS, 2),
            owners_of(owned, KIND, ownerships, roles, 3),
        ]
    )


def member_sets(payments: DataFrame, settle: Settle = unsettled) -> DataFrame:
    """Sets of companies on a circle of labour payments, sorted and each once, as `members`.

    Paths start at the smallest number of their circle, so that each circle is found once.

    Args:
        payments: `core_chain__payments` of the window.
        settle: Computes the flows once before they are built on.
    """
    flows = settle(
        payments.where(F.col("is_labour") & (F.col("payer_orgnr") != F.col("issuer_orgnr")))
        .groupBy(F.col("payer_orgnr").alias("a"), F.col("issuer_orgnr").alias("b"))
        .agg(F.sum("amount_ore").alias("sum_ore"))
        .where(F.col("sum_ore") >= LEAST_ORE)
        .select("a", "b")
    )
    for _ in range(PRUNINGS):
        paying = flows.select(F.col("a").alias("b")).distinct()
        paid = flows.select(F.col("b").alias("a")).distinct()
        flows = settle(flows.join(paying, "b", "left_semi").join(paid, "a", "left_semi").select("a", "b"))
    step = flows.select(F.col("a").alias("last"), F.col("b").alias("next"))
    paths = flows.where("a < b").select(F.array("a", "b").alias("members"), "a", F.col("b").alias("last"))
    circles = []
    for length in range(2, LONGEST + 1):
        further = paths.join(step, "last")
        circles.append(further.where("next = a").select(F.array_sort("members").alias("members")))
        if length < LONGEST:
            paths = further.where(
                (F.col("next") > F.col("a")) & ~F.array_contains("members", F.col("next"))
            ).select(F.concat("members", F.array("next")).alias("members"), "a", F.col("next").alias("last"))
    return union_all(circles).distinct()


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "payments": PAYMENTS,
        "contracts": CONTRACTS,
        "ownerships": OWNERSHIPS,
        "owner_roots": OWNER_ROOTS,
        "roles": ROLES,
    },
)
