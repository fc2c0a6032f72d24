"""Edges of the month's network, each out of one row of a core table."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS, PAYMENTS
from expectations.tables_core_home import PROPERTY_HOLDERS, RESIDENCES
from expectations.tables_core_org import ESTABLISHMENTS, EVENTS, ORGANISATIONS, OWNERSHIPS, ROLES
from expectations.tables_core_work import FAMILIES, SPELLS, WORKER_FLOWS
from expectations.tables_net import EDGES
from graph.model import EdgeKind
from jobs.core.rows import shaped, union_all
from jobs.months import first_day, shift
from jobs.network.elements import attributes, edges, org, person

PAYMENT_MONTHS = 12
"""Months up to the evaluated one whose payments are in the network."""
TRANSFERS = ("salg_fra_bo", "virksomhetsoverdragelse")


def transform(
    *,
    contracts: DataFrame,
    payments: DataFrame,
    spells: DataFrame,
    roles: DataFrame,
    ownerships: DataFrame,
    residences: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    organisations: DataFrame,
    worker_flows: DataFrame,
    events: DataFrame,
    establishments: DataFrame,
    month: str,
) -> DataFrame:
    """One row per edge.

    Args:
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        spells: `core_work__spells`.
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
        residences: `core_home__residences`.
        holders: `core_home__holders`.
        families: `core_link__families`.
        organisations: `core_org__organisations`.
        worker_flows: `core_work__worker_flows`.
        events: `core_org__events`.
        establishments: `core_org__establishments`.
        month: Month evaluated.
    """
    found = [
        *_chain_edges(contracts, payments, month),
        *_company_edges(roles, ownerships, organisations, events, establishments, month),
        *_people_edges(spells, residences, holders, families, worker_flows, month),
    ]
    return shaped(union_all(found), EDGES, month)


def _chain_edges(contracts: DataFrame, payments: DataFrame, month: str) -> list[DataFrame]:
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
                invoice_id="invoice_id", contract_id="contract_id", invoice_kind="kind", is_labour="is_labour"
            ),
        ),
    ]


def _company_edges(
    roles: DataFrame,
    ownerships: DataFrame,
    organisations: DataFrame,
    events: DataFrame,
    establishments: DataFrame,
    month: str,
) -> list[DataFrame]:
    transferred = events.where(F.col("kind").isin(*TRANSFERS))
    moved = establishments.where(F.col("previous_orgnr").isNotNull())
    return [
        edges(
            roles,
            EdgeKind.HOLDS_ROLE,
            ROLES,
            month=month,
            source=F.col("holder_id"),
            target=org("orgnr"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(role="role", is_control="is_control", match="match"),
        ),
        edges(
            # A holder without any number is not a node; the company's root still names it.
            ownerships.where(F.col("holder_kind").isin("person", "org")),
            EdgeKind.OWNS_SHARE,
            OWNERSHIPS,
            month=month,
            source=F.col("holder_id"),
            target=org("orgnr"),
            valid_from=F.to_date(F.concat("year", F.lit("-12-31"))),
            share="share",
            known=attributes(match="match"),
        ),
        edges(
            # Deleted ones too: a successor may sit where the failed one sat.
            organisations,
            EdgeKind.LOCATED_AT,
            ORGANISATIONS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("place:"), "address_key"),
            known=attributes(),
        ),
        edges(
            transferred,
            EdgeKind.TRANSFER,
            EVENTS,
            month=month,
            source=org("orgnr"),
            target=org("counterparty_orgnr"),
            valid_from="happened_on",
            valid_to="happened_on",
            known=attributes(event_kind="kind"),
        ),
        edges(
            moved,
            EdgeKind.TRANSFER,
            ESTABLISHMENTS,
            month=month,
            source=org("previous_orgnr"),
            target=org("orgnr"),
            valid_from="owner_changed_on",
            known=attributes(event_kind=F.lit("eierskifte")),
        ),
    ]


def _people_edges(
    spells: DataFrame,
    residences: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    worker_flows: DataFrame,
    month: str,
) -> list[DataFrame]:
    # The most telling of the residents' answers: ja before ukjent before nei.
    deducted = (
        residences.where(F.col("place_id").startswith("dwelling:") & F.col("is_rent_deducted").isNotNull())
        .groupBy(F.expr("substring(place_id, 10)").alias("dwelling_id"))
        .agg(
            F.max(
                F.expr(
                    "CASE is_rent_deducted WHEN 'ja' THEN '3:ja' WHEN 'nei' THEN '1:nei' ELSE '2:ukjent' END"
                )
            ).alias("answer")
        )
        .select("dwelling_id", F.substring_index("answer", ":", -1).alias("rent_deducted"))
    )
    held = holders.join(deducted, "dwelling_id", "left")
    return [
        edges(
            spells,
            EdgeKind.EMPLOYED_BY,
            SPELLS,
            month=month,
            source=person("person_id"),
            target=org("orgnr"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(is_paid=F.col("paid_months_n") > 0, end_reason="end_reason"),
        ),
        edges(
            residences,
            EdgeKind.RESIDES_IN,
            RESIDENCES,
            month=month,
            source=person("person_id"),
            target=F.col("place_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(
                source="source",
                certainty="certainty",
                employer_orgnr="employer_orgnr",
                rent_deducted="is_rent_deducted",
            ),
        ),
        edges(
            held,
            EdgeKind.HOLDS_DWELLING,
            PROPERTY_HOLDERS,
            month=month,
            source=F.col("holder_id"),
            target=F.concat(F.lit("dwelling:"), "dwelling_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(
                holder_kind="holder_kind",
                is_confirmed="is_confirmed",
                rent_deducted=F.when(F.col("source") == "innkvartering", F.col("rent_deducted")),
            ),
        ),
        edges(
            families,
            EdgeKind.FAMILY,
            FAMILIES,
            month=month,
            source=person("person_id"),
            target=person("related_person_id"),
            known=attributes(relation="relation"),
        ),
        edges(
            worker_flows,
            EdgeKind.WORKER_FLOW,
            WORKER_FLOWS,
            month=month,
            source=org("from_orgnr"),
            target=org("to_orgnr"),
            valid_from="failed_on",
            known=attributes(
                moved_n="moved_n",
                from_n="from_n",
                to_n="to_n",
                chance_share="chance_share",
                stratum="stratum",
            ),
        ),
    ]
