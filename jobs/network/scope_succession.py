"""Succession scopes: a failed organisation and one that may carry on what it did."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_chain import CONTRACTS
from expectations.tables_core_org import ESTABLISHMENTS, EVENTS, HUBS, ORGANISATIONS, ROLES
from expectations.tables_core_work import SPELLS, WORKER_FLOWS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.core.worker_flows import AROUND_DAYS, failures, is_of_age
from jobs.months import last_day
from jobs.network.edges_company import TRANSFERS
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "succession"
LINKED_AT_MOST = 50
"""A person, place or client with more organisations than this ties no pair by itself."""


def elements(
    *,
    organisations: DataFrame,
    roles: DataFrame,
    hubs: DataFrame,
    contracts: DataFrame,
    worker_flows: DataFrame,
    spells: DataFrame,
    events: DataFrame,
    establishments: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per pair of a failed and a younger organisation with something in common.

    Args:
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        hubs: `core_org__hubs`.
        contracts: `core_chain__contracts`.
        worker_flows: `core_work__worker_flows`.
        spells: `core_work__spells`.
        events: `core_org__events`.
        establishments: `core_org__establishments`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    control = roles.where("is_control").join(
        hubs.select(F.col("hub_id").alias("holder_id")), "holder_id", "left_anti"
    )
    pairs = settle(candidates(organisations, control, hubs, contracts, worker_flows, month))
    both = pairs.select("scope_id", "failed_on", F.explode(F.array("from_orgnr", "to_orgnr")).alias("orgnr"))
    transferred = events.where(F.col("kind").isin(*TRANSFERS)).select(
        "event_id", F.col("orgnr").alias("giver"), F.col("counterparty_orgnr").alias("taker")
    )
    moved = establishments.select(
        "establishment_orgnr", F.col("previous_orgnr").alias("giver"), F.col("orgnr").alias("taker")
    )
    between = (F.col("giver") == F.col("from_orgnr")) | (F.col("taker") == F.col("to_orgnr"))
    return union_all(
        [
            node_elements(both, KIND, org("orgnr"), 0),
            edge_elements(
                pairs.select("scope_id", "from_orgnr", "to_orgnr").join(
                    worker_flows.select("from_orgnr", "to_orgnr"), ["from_orgnr", "to_orgnr"]
                ),
                KIND,
                EdgeKind.WORKER_FLOW,
                WORKER_FLOWS,
                0,
            ),
            edge_elements(both.join(roles.where("is_control"), "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 1),
            edge_elements(both, KIND, EdgeKind.LOCATED_AT, ORGANISATIONS, 1),
            edge_elements(pairs.join(transferred, between), KIND, EdgeKind.TRANSFER, EVENTS, 1),
            edge_elements(pairs.join(moved, between), KIND, EdgeKind.TRANSFER, ESTABLISHMENTS, 1),
            edge_elements(_shared_contracts(both, contracts), KIND, EdgeKind.CONTRACT, CONTRACTS, 2),
            edge_elements(_common_workers(both, spells, month), KIND, EdgeKind.EMPLOYED_BY, SPELLS, 3),
            edge_elements(_earlier(both, organisations, control), KIND, EdgeKind.HOLDS_ROLE, ROLES, 2),
        ]
    )


def candidates(
    organisations: DataFrame,
    control: DataFrame,
    hubs: DataFrame,
    contracts: DataFrame,
    worker_flows: DataFrame,
    month: str,
) -> DataFrame:
    """Pairs to look at: `from_orgnr`, `to_orgnr`, `failed_on`, `scope_id`.

    Args:
        organisations: `core_org__organisations`.
        control: Control roles of holders who are not hubs.
        hubs: `core_org__hubs`.
        contracts: `core_chain__contracts`.
        worker_flows: `core_work__worker_flows`.
        month: Month evaluated.
    """
    failed = failures(organisations, F.lit(last_day(month))).select("from_orgnr", "failed_on")
    young = organisations.where(F.col("registered_on").isNotNull()).select(
        F.col("orgnr").alias("to_orgnr"), "registered_on"
    )
    common = control.select("orgnr", F.col("holder_id").alias("shared")).unionByName(
        organisations.where(F.col("address_key").isNotNull()).select(
            "orgnr", F.concat(F.lit("place:"), "address_key").alias("shared")
        )
    )
    common = common.join(hubs.select(F.col("hub_id").alias("shared")), "shared", "left_anti").unionByName(
        contracts.where(F.col("supplier_orgnr").isNotNull()).select(
            F.col("supplier_orgnr").alias("orgnr"), F.concat(F.lit("client:"), "client_orgnr").alias("shared")
        )
    )
    common = common.distinct()
    few = common.groupBy("shared").agg(F.count("*").alias("n")).where(F.col("n").between(2, LINKED_AT_MOST))
    tied = common.join(few.select("shared"), "shared", "left_semi")
    sharing = (
        tied.withColumnRenamed("orgnr", "from_orgnr")
        .join(failed, "from_orgnr")
        .join(tied.withColumnRenamed("orgnr", "to_orgnr"), "shared")
        .join(young, "to_orgnr")
        .where(is_of_age("registered_on", "failed_on") & (F.col("from_orgnr") != F.col("to_orgnr")))
        .select("from_orgnr", "to_orgnr", "failed_on")
    )
    flowing = worker_flows.where("moved_n >= 1").select("from_orgnr", "to_orgnr", "failed_on")
    return (
        sharing.unionByName(flowing)
        .distinct()
        .withColumn("scope_id", F.concat_ws(":", F.lit(KIND), "from_orgnr", "to_orgnr"))
    )


def _shared_contracts(both: DataFrame, contracts: DataFrame) -> DataFrame:
    """Contracts of the pair as suppliers for a client, or in a project, that both have worked for."""
    supplied = both.join(contracts.withColumnRenamed("supplier_orgnr", "orgnr"), "orgnr")

    def shared(column: str) -> DataFrame:
        return (
            supplied.where(F.col(column).isNotNull())
            .groupBy("scope_id", column)
            .agg(F.countDistinct("orgnr").alias("n"))
            .where("n = 2")
            .select("scope_id", column)
        )

    by_client = supplied.join(shared("client_orgnr"), ["scope_id", "client_orgnr"], "left_semi")
    by_project = supplied.join(shared("project_id"), ["scope_id", "project_id"], "left_semi")
    return by_client.select("scope_id", "contract_id").unionByName(
        by_project.select("scope_id", "contract_id")
    )


def _common_workers(both: DataFrame, spells: DataFrame, month: str) -> DataFrame:
    """Spells of the people who worked for both around the failure."""
    around = (F.coalesce("valid_to", F.lit(last_day(month))) >= F.date_sub("failed_on", AROUND_DAYS)) & (
        F.col("valid_from") <= F.date_add("failed_on", AROUND_DAYS)
    )
    worked = both.join(spells.where("paid_months_n > 0"), "orgnr").where(around)
    in_both = (
        worked.groupBy("scope_id", "person_id")
        .agg(F.countDistinct("orgnr").alias("n"))
        .where("n = 2")
        .select("scope_id", "person_id")
    )
    return worked.join(in_both, ["scope_id", "person_id"], "left_semi")


def _earlier(both: DataFrame, organisations: DataFrame, control: DataFrame) -> DataFrame:
    """Roles in organisations that failed before, of people who control one of the pair."""
    in_charge = (
        both.join(control.select("orgnr", "holder_id"), "orgnr")
        .select("scope_id", "failed_on", "holder_id")
        .distinct()
    )
    gone = organisations.select(
        "orgnr", F.least("bankrupt_on", "dissolved_on", "deleted_on").alias("gone_on")
    ).where(F.col("gone_on").isNotNull())
    return (
        in_charge.join(control.join(gone, "orgnr"), "holder_id")
        .where(F.col("gone_on") < F.col("failed_on"))
        .select("scope_id", *ROLES.key)
        .distinct()
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "organisations": ORGANISATIONS,
        "roles": ROLES,
        "hubs": HUBS,
        "contracts": CONTRACTS,
        "worker_flows": WORKER_FLOWS,
        "spells": SPELLS,
        "events": EVENTS,
        "establishments": ESTABLISHMENTS,
    },
)
