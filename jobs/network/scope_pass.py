"""Pass scopes: a company below the main supplier of a project that pays most of its receipts on."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS, PROJECTS
from expectations.tables_core_payroll import PAYROLLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, shift
from jobs.network.edges_chain import PAYMENT_MONTHS
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "pass"
LEAST_ORE = 10_000_000
"""NOK 100,000 received on the project; less than any limit, so that both sides are seen."""
PASSED_PERCENT = 75
LINK = ("project_id", "orgnr")


def elements(
    *,
    projects: DataFrame,
    contracts: DataFrame,
    payments: DataFrame,
    payrolls: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per company and project of which three quarters of the receipts were passed on.

    Args:
        projects: `core_chain__projects`.
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        payrolls: `core_work__payrolls`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    recent = payments.where(F.col("issued_on") >= F.lit(first_day(shift(month, 1 - PAYMENT_MONTHS))))
    on_project = contracts.where(F.col("project_id").isNotNull())
    held = below_top(on_project, projects).withColumn("orgnr", F.col("supplier_orgnr"))
    handed = on_project.where("is_labour_bearing").withColumn("orgnr", F.col("client_orgnr"))
    received = _along(recent, held, "issuer_orgnr")
    passed = _along(
        recent, handed.join(held.select(*LINK).distinct(), list(LINK), "left_semi"), "payer_orgnr"
    )
    found = settle(
        received.groupBy(*LINK)
        .agg(F.sum("amount_ore").alias("received_ore"))
        .where(F.col("received_ore") >= LEAST_ORE)
        .join(passed.groupBy(*LINK).agg(F.sum("amount_ore").alias("passed_ore")), list(LINK))
        .where(F.col("passed_ore") * 100 >= F.col("received_ore") * PASSED_PERCENT)
        .select(*LINK, F.concat(F.lit(f"{KIND}:"), "orgnr", F.lit(":"), "project_id").alias("scope_id"))
    )

    def of(rows: DataFrame) -> DataFrame:
        return rows.join(found, list(LINK))

    return union_all(
        [
            node_elements(found, KIND, org("orgnr"), 0),
            node_elements(found, KIND, F.concat(F.lit("project:"), "project_id"), 0),
            edge_elements(of(held), KIND, EdgeKind.CONTRACT, CONTRACTS, 0),
            edge_elements(found.join(payrolls, "orgnr"), KIND, EdgeKind.PAYROLL, PAYROLLS, 0),
            edge_elements(of(received), KIND, EdgeKind.PAYMENT, PAYMENTS, 1),
            edge_elements(of(handed), KIND, EdgeKind.CONTRACT, CONTRACTS, 1),
            edge_elements(of(passed), KIND, EdgeKind.PAYMENT, PAYMENTS, 2),
        ]
    )


def below_top(contracts: DataFrame, projects: DataFrame) -> DataFrame:
    """Contracts below the main supplier: under another one, or with a client that is not the project's.

    Args:
        contracts: `core_chain__contracts` of projects.
        projects: `core_chain__projects`.
    """
    client = projects.where(F.col("client_orgnr").isNotNull()).select(
        "project_id", F.col("client_orgnr").alias("top_orgnr")
    )
    is_below = F.col("parent_contract_id").isNotNull() | (F.col("client_orgnr") != F.col("top_orgnr"))
    return contracts.join(client, "project_id", "left").where(is_below).drop("top_orgnr")


def _along(payments: DataFrame, contracts: DataFrame, end: str) -> DataFrame:
    """Payments under contracts, where the named end is the company that holds them."""
    terms = contracts.select("contract_id", "orgnr", F.col("project_id").alias("of_project"))
    return (
        payments.join(terms, "contract_id")
        .where(F.col(end) == F.col("orgnr"))
        .withColumn("project_id", F.col("of_project"))
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "projects": PROJECTS,
        "contracts": CONTRACTS,
        "payments": PAYMENTS,
        "payrolls": PAYROLLS,
    },
)
