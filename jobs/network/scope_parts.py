"""Parts that the scopes of all kinds are put together from."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.dataset import Dataset
from expectations.tables_core_org import OWNERSHIPS, ROLES
from graph.model import EdgeKind
from jobs.network.elements import edge_id, org

Settle = Callable[[DataFrame], DataFrame]
"""Gives the rows of a small frame computed once; without it, what uses a frame twice computes it twice."""

OWNER_SHARE_AT_LEAST = "0.100000"
"""Smaller owners do not tie companies together."""
PROPRIETOR = "INNH"


def unsettled(frame: DataFrame) -> DataFrame:
    """The frame as it is.

    Args:
        frame: Any.
    """
    return frame


def edge_elements(rows: DataFrame, scope_kind: str, kind: EdgeKind, dataset: Dataset, near: int) -> DataFrame:
    """Elements of scopes out of rows of a core table that belong to them.

    Args:
        rows: `scope_id` and the key columns of the table.
        scope_kind: Kind of scope.
        kind: Kind of edge the rows give.
        dataset: Declaration of the table.
        near: Distance from the candidate, 0 is the candidate itself.
    """
    return _elements(rows, scope_kind, F.concat(F.lit("edge:"), edge_id(kind, dataset)), near)


def node_elements(rows: DataFrame, scope_kind: str, node: Column, near: int) -> DataFrame:
    """Elements of scopes that are nodes.

    Args:
        rows: `scope_id` and what the node's id is made of.
        scope_kind: Kind of scope.
        node: Id of the node.
        near: Distance from the candidate.
    """
    return _elements(rows, scope_kind, F.concat(F.lit("node:"), node), near)


def owners_of(
    orgs: DataFrame, scope_kind: str, ownerships: DataFrame, roles: DataFrame, near: int
) -> DataFrame:
    """Who owns the organisations of scopes: shareholders of a tenth or more, and sole proprietors.

    Args:
        orgs: `scope_id` and `orgnr`.
        scope_kind: Kind of scope.
        ownerships: `core_org__ownerships`.
        roles: `core_org__roles`.
        near: Distance from the candidate.
    """
    large = ownerships.where(F.col("share") >= F.lit(OWNER_SHARE_AT_LEAST).cast("decimal(9,6)"))
    proprietors = roles.where(F.col("role") == PROPRIETOR)
    return edge_elements(
        orgs.join(large, "orgnr"), scope_kind, EdgeKind.OWNS_SHARE, OWNERSHIPS, near
    ).unionByName(
        edge_elements(orgs.join(proprietors, "orgnr"), scope_kind, EdgeKind.HOLDS_ROLE, ROLES, near)
    )


def ties(roles: DataFrame, ownerships: DataFrame) -> DataFrame:
    """Control roles and ownerships as links between nodes, in both directions: `element`, `a`, `b`.

    Args:
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
    """
    large = ownerships.where(
        (F.col("share") >= F.lit(OWNER_SHARE_AT_LEAST).cast("decimal(9,6)"))
        & F.col("holder_kind").isin("person", "org")
    )
    found = (
        roles.where("is_control")
        .select(
            F.concat(F.lit("edge:"), edge_id(EdgeKind.HOLDS_ROLE, ROLES)).alias("element"),
            "holder_id",
            "orgnr",
        )
        .unionByName(
            large.select(
                F.concat(F.lit("edge:"), edge_id(EdgeKind.OWNS_SHARE, OWNERSHIPS)).alias("element"),
                "holder_id",
                "orgnr",
            )
        )
        .select("element", F.col("holder_id").alias("a"), org("orgnr").alias("b"))
    )
    return found.unionByName(found.select("element", F.col("b").alias("a"), F.col("a").alias("b")))


def _elements(rows: DataFrame, scope_kind: str, element: Column, near: int) -> DataFrame:
    return rows.select(
        "scope_id", F.lit(scope_kind).alias("scope_kind"), element.alias("element"), F.lit(near).alias("near")
    )
