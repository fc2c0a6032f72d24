"""Edges of the contractor chain: contracts and invoices."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from graph.model import EdgeKind
from jobs.months import first_day, shift
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource

PAYMENT_MONTHS = 12
"""Months up to the evaluated one whose payments are in the network."""


def build(*, contracts: DataFrame, payments: DataFrame, month: str) -> list[DataFrame]:
    """Frames of edges.

    Args:
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        month: Month evaluated.
    """
    recent = F.col("issued_on") >= F.lit(first_day(shift(month, 1 - PAYMENT_MONTHS)))
    return [
        edges(
            contracts,
            EdgeKind.CONTRACT,
            CONTRACTS,
            month=month,
            source=org("client_orgnr"),
            target=F.coalesce(org("supplier_orgnr"), org("supplier_foreign_id")),
            valid_from=F.coalesce("started_on", "signed_on"),
            valid_to="ended_on",
            amount="value_ore",
            known=attributes(
                contract_id="contract_id",
                project_id="project_id",
                parent_contract_id="parent_contract_id",
                contract_kind="kind",
                is_labour_bearing="is_labour_bearing",
                signed_on="signed_on",
                declared_on="declared_on",
                declaration="declaration",
                state="state",
            ),
        ),
        edges(
            payments.where(recent),
            EdgeKind.PAYMENT,
            PAYMENTS,
            month=month,
            source=org("payer_orgnr"),
            target=org("issuer_orgnr"),
            valid_from="issued_on",
            valid_to="issued_on",
            amount="amount_ore",
            known=attributes(
                invoice_id="invoice_id",
                contract_id="contract_id",
                invoice_kind="kind",
                is_labour="is_labour",
                paid_on="paid_on",
            ),
        ),
    ]


SOURCE = EdgeSource(
    build=build,
    tables={
        "contracts": CONTRACTS,
        "payments": PAYMENTS,
    },
)
