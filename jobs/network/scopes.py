"""Scopes: one small network per candidate, cut to a size that a detector can look at."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_net import SCOPES
from jobs.core.rows import shaped, union_all
from jobs.network import (
    scope_address,
    scope_building,
    scope_churn,
    scope_dwelling,
    scope_exit,
    scope_filing,
    scope_flow,
    scope_hands,
    scope_identifier,
    scope_labour,
    scope_load,
    scope_names,
    scope_pass,
    scope_pay,
    scope_project,
    scope_promise,
    scope_registration,
    scope_reporting,
    scope_shell,
    scope_succession,
    scope_supply,
    scope_swap,
    scope_vatpair,
    scope_withholding,
)
from jobs.network.scope_parts import Settle, unsettled

ELEMENTS_AT_MOST = 2000


SOURCES = (
    scope_project.SOURCE,
    scope_flow.SOURCE,
    scope_succession.SOURCE,
    scope_dwelling.SOURCE,
    scope_withholding.SOURCE,
    scope_filing.SOURCE,
    scope_vatpair.SOURCE,
    scope_exit.SOURCE,
    scope_identifier.SOURCE,
    scope_registration.SOURCE,
    scope_shell.SOURCE,
    scope_hands.SOURCE,
    scope_swap.SOURCE,
    scope_building.SOURCE,
    scope_names.SOURCE,
    scope_load.SOURCE,
    scope_address.SOURCE,
    scope_churn.SOURCE,
    scope_pay.SOURCE,
    scope_pass.SOURCE,
    scope_labour.SOURCE,
    scope_reporting.SOURCE,
    scope_supply.SOURCE,
    scope_promise.SOURCE,
)


def transform(*, edges: DataFrame, month: str, settle: Settle = unsettled, **tables: DataFrame) -> DataFrame:
    """One row per scope and element, nodes and edges; the ends of an edge are always in the scope with it.

    A scope with more than 2,000 elements keeps those nearest the candidate and says so.

    Args:
        edges: `net_graph__edges`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
        tables: What the sources read, by argument.
    """
    found = [
        source.elements(**{name: tables[name] for name in source.tables}, month=month, settle=settle)
        for source in SOURCES
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
