"""Common owners: the holder at the end of a chain of majority ownership."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import OWNER_ROOTS
from jobs.core.rows import joined_refs, merged_refs, shaped

MAJORITY = "0.500000"
STEPS_AT_MOST = 6
"""Longer chains end at their sixth holder."""


def transform(*, ownerships: DataFrame, month: str) -> DataFrame:
    """One row per company with a majority owner, and one per company that is the root of others.

    Companies that own each other in a ring have the smallest id of the ring as their root.

    Args:
        ownerships: `core_org__ownerships`.
        month: Month evaluated.
    """
    parents = ownerships.where(F.col("share") > F.lit(MAJORITY).cast("decimal(9,6)")).select(
        F.concat(F.lit("org:"), "orgnr").alias("node"), F.col("holder_id").alias("parent"), "raw_refs"
    )
    walk = parents.select(
        "node",
        F.array("parent").alias("path"),
        F.col("parent").alias("last"),
        F.when(F.col("parent") == F.col("node"), F.col("node")).alias("ring_root"),
        "raw_refs",
    )
    above = parents.select(
        F.col("node").alias("last"), F.col("parent").alias("next"), F.col("raw_refs").alias("next_refs")
    )
    for _ in range(STEPS_AT_MOST - 1):
        walk = _one_step_up(walk, above)
    roots = walk.select(
        F.substring_index("node", ":", -1).alias("orgnr"),
        F.coalesce("ring_root", "last").alias("owner_root"),
        F.size("path").alias("steps_n"),
        "path",
        "raw_refs",
    )
    tops = (
        roots.where(F.col("owner_root").startswith("org:"))
        .groupBy("owner_root")
        .agg(merged_refs().alias("raw_refs"))
        .select(
            F.substring_index("owner_root", ":", -1).alias("orgnr"),
            "owner_root",
            F.lit(0).alias("steps_n"),
            F.array().cast("array<string>").alias("path"),
            "raw_refs",
        )
        # The smallest company of a ring is its own root and has its row already.
        .join(roots.select("orgnr"), "orgnr", "left_anti")
    )
    return shaped(roots.unionByName(tops), OWNER_ROOTS, month)


def _one_step_up(walk: DataFrame, above: DataFrame) -> DataFrame:
    stepped = walk.join(above, "last", "left")
    so_far = F.concat(F.array("node"), F.col("path"))
    met_at = F.array_position(so_far, F.col("next")).cast("int")
    is_over = F.col("ring_root").isNotNull() | F.col("next").isNull()
    # The holder met again starts the ring; everything after it on the path belongs to it.
    ring = F.slice(so_far, F.greatest(met_at, F.lit(1)), F.size(so_far))
    closes = ~is_over & (met_at > 0)
    goes_on = ~is_over & (met_at == 0)
    return stepped.select(
        "node",
        F.when(goes_on, F.concat("path", F.array("next"))).otherwise(F.col("path")).alias("path"),
        F.when(goes_on, F.col("next")).otherwise(F.col("last")).alias("last"),
        F.when(closes, F.array_min(ring)).otherwise(F.col("ring_root")).alias("ring_root"),
        F.when(goes_on | closes, joined_refs("raw_refs", "next_refs"))
        .otherwise(F.col("raw_refs"))
        .alias("raw_refs"),
    )
