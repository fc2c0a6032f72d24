"""Churn scopes: dwellings whose moves lie near hires and exits of one employer of those who move."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import STAYS
from expectations.tables_core_work import FAMILIES, SPELLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "churn"
WITHIN_DAYS = 14
NEAR_AT_LEAST = 2
"""Moves near a hire or an exit; less than any limit, so that both sides are seen."""


def elements(
    *, stays: DataFrame, spells: DataFrame, families: DataFrame, month: str, settle: Settle = unsettled
) -> DataFrame:
    """Elements of one scope per dwelling with at least two moves near hires or exits at one employer.

    Args:
        stays: `core_home__stays`.
        spells: `core_work__spells`.
        families: `core_link__families`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    paid = spells.where("paid_months_n > 0").select(
        "person_id",
        "orgnr",
        F.col("valid_from").alias("hired_on"),
        F.col("valid_to").alias("left_on"),
    )
    came = F.abs(F.datediff("valid_from", "hired_on")) <= WITHIN_DAYS
    went = F.abs(F.datediff("valid_to", "left_on")) <= WITHIN_DAYS
    near = (
        stays.select("dwelling_id", "person_id", "valid_from", "valid_to")
        .join(paid, "person_id")
        .withColumn("n", came.cast("int") + F.coalesce(went, F.lit(False)).cast("int"))
        .groupBy("dwelling_id", "orgnr")
        .agg(F.sum("n").alias("near_n"))
        .where(F.col("near_n") >= NEAR_AT_LEAST)
    )
    employers = settle(
        near.select(F.concat(F.lit(f"{KIND}:"), "dwelling_id").alias("scope_id"), "dwelling_id", "orgnr")
    )
    candidates = employers.select("scope_id", "dwelling_id").distinct()
    stayed = settle(stays.join(candidates, "dwelling_id").select("scope_id", *STAYS.key))
    people = stayed.select("scope_id", "person_id").distinct()
    worked = people.join(spells, "person_id").join(
        employers.select("scope_id", "orgnr"), ["scope_id", "orgnr"], "left_semi"
    )
    related = people.join(families, "person_id").join(
        people.withColumnRenamed("person_id", "related_person_id"),
        ["scope_id", "related_person_id"],
        "left_semi",
    )
    return union_all(
        [
            edge_elements(stayed, KIND, EdgeKind.STAY, STAYS, 0),
            node_elements(employers, KIND, org("orgnr"), 0),
            edge_elements(worked, KIND, EdgeKind.EMPLOYED_BY, SPELLS, 0),
            edge_elements(related, KIND, EdgeKind.FAMILY, FAMILIES, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND, elements=elements, tables={"stays": STAYS, "spells": SPELLS, "families": FAMILIES}
)
