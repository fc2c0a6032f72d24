"""Scopes: one small network per candidate, cut to a size that a detector can look at."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_net import SCOPES
from jobs.core.rows import shaped, union_all
from jobs.network import scope_dwelling, scope_flow, scope_project, scope_succession
from jobs.network.scope_parts import Settle, unsettled

ELEMENTS_AT_MOST = 2000


def transform(
    *,
    edges: DataFrame,
    projects: DataFrame,
    contracts: DataFrame,
    payments: DataFrame,
    organisations: DataFrame,
    roles: DataFrame,
    ownerships: DataFrame,
    owner_roots: DataFrame,
    hubs: DataFrame,
    events: DataFrame,
    establishments: DataFrame,
    spells: DataFrame,
    worker_flows: DataFrame,
    employments: DataFrame,
    residences: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    persons: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """One row per scope and element, nodes and edges; the ends of an edge are always in the scope with it.

    A scope with more than 2,000 elements keeps those nearest the candidate and says so.

    Args:
        edges: `net_graph__edges`.
        projects: `core_chain__projects`.
        contracts: `core_chain__contracts`.
        payments: `core_chain__payments`.
        organisations: `core_org__organisations`.
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
        owner_roots: `core_org__owner_roots`.
        hubs: `core_org__hubs`.
        events: `core_org__events`.
        establishments: `core_org__establishments`.
        spells: `core_work__spells`.
        worker_flows: `core_work__worker_flows`.
        employments: `core_work__employments` of the month.
        residences: `core_home__residences`.
        holders: `core_home__holders`.
        families: `core_link__families`.
        persons: `core_link__persons`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    found = [
        scope_project.elements(projects=projects, contracts=contracts),
        scope_flow.elements(
            payments=payments,
            contracts=contracts,
            ownerships=ownerships,
            owner_roots=owner_roots,
            roles=roles,
            month=month,
            settle=settle,
        ),
        scope_succession.elements(
            organisations=organisations,
            roles=roles,
            hubs=hubs,
            contracts=contracts,
            worker_flows=worker_flows,
            spells=spells,
            events=events,
            establishments=establishments,
            month=month,
            settle=settle,
        ),
        scope_dwelling.elements(
            residences=residences,
            persons=persons,
            employments=employments,
            spells=spells,
            holders=holders,
            families=families,
            roles=roles,
            ownerships=ownerships,
            contracts=contracts,
            month=month,
            settle=settle,
        ),
    ]
    return shaped(cut(_with_ends(union_all(found), edges)), SCOPES, month)


def cut(elements: DataFrame, at_most: int = ELEMENTS_AT_MOST) -> DataFrame:
    """Elements without repetition, the nearest first, as many as a scope may hold.

    Args:
        elements: `scope_id`, `scope_kind`, `element`, `near`.
        at_most: Elements per scope.
    """
    whole = Window.partitionBy("scope_id")
    ranked = (
        elements.groupBy("scope_id", "scope_kind", "element")
        .agg(F.min("near").alias("near"))
        .withColumn("place", F.row_number().over(whole.orderBy("near", "element")))
        .withColumn("elements_n", F.count("*").over(whole))
    )
    is_cut = F.col("elements_n") > at_most
    rule = F.concat(F.lit(f"nearest {at_most} of "), F.col("elements_n").cast("string"), F.lit(" elements"))
    return (
        ranked.where(F.col("place") <= at_most)
        .withColumn("is_truncated", is_cut)
        .withColumn("truncation_rule", F.when(is_cut, rule))
    )


def _with_ends(elements: DataFrame, edges: DataFrame) -> DataFrame:
    ends = edges.select(
        _element("edge", F.col("edge_id")).alias("element"),
        F.array(_element("node", F.col("source_id")), _element("node", F.col("target_id"))).alias("ends"),
    )
    # An edge that the network does not have (an end is unknown) is not an element of any scope.
    own = F.when(
        F.col("ends").isNotNull() | F.col("element").startswith("node:"), F.array("element")
    ).otherwise(F.array().cast("array<string>"))
    others = F.coalesce("ends", F.array().cast("array<string>"))
    return elements.join(ends, "element", "left").select(
        "scope_id", "scope_kind", F.explode(F.concat(own, others)).alias("element"), "near"
    )


def _element(kind: str, identifier: Column) -> Column:
    return F.concat(F.lit(f"{kind}:"), identifier)
