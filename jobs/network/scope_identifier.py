"""Identifier scopes: one account or contact, the people who gave it, and whom they work for."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import FILING_DUTIES, SHARED_IDENTIFIERS
from expectations.tables_core_work import FAMILIES, SPELLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.months import first_day, last_day, shift
from jobs.network.edges_tax import agents, widely_shared
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "identifier"
MONTHS = 12
"""Months up to the evaluated one whose employments are in the scope."""


def elements(
    *,
    shared_identifiers: DataFrame,
    spells: DataFrame,
    families: DataFrame,
    filing_duties: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per identifier that at least four persons gave.

    Args:
        shared_identifiers: `core_tax__identifiers`.
        spells: `core_work__spells`.
        families: `core_link__families`.
        filing_duties: `core_tax__filing_duties`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    given = settle(
        widely_shared(shared_identifiers).select(
            F.concat(F.lit(f"{KIND}:"), "identifier_id").alias("scope_id"), *SHARED_IDENTIFIERS.key
        )
    )
    people = given.select("scope_id", "person_id").distinct()
    first, last = F.lit(first_day(shift(month, 1 - MONTHS))), F.lit(last_day(month))
    recent = spells.where(
        (F.col("valid_from") <= last) & (F.col("valid_to").isNull() | (F.col("valid_to") >= first))
    )
    working = settle(people.join(recent, "person_id").select("scope_id", *SPELLS.key))
    related = people.join(families, "person_id").join(
        people.withColumnRenamed("person_id", "related_person_id"),
        ["scope_id", "related_person_id"],
        "left_semi",
    )
    employers = working.select("scope_id", "orgnr").distinct()
    return union_all(
        [
            node_elements(given, KIND, F.col("scope_id"), 0),
            edge_elements(given, KIND, EdgeKind.USES_IDENTIFIER, SHARED_IDENTIFIERS, 0),
            edge_elements(working, KIND, EdgeKind.EMPLOYED_BY, SPELLS, 1),
            edge_elements(related, KIND, EdgeKind.FAMILY, FAMILIES, 1),
            edge_elements(
                employers.join(agents(filing_duties, shared_identifiers, spells, month), "orgnr"),
                KIND,
                EdgeKind.FILED_BY,
                FILING_DUTIES,
                2,
            ),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "shared_identifiers": SHARED_IDENTIFIERS,
        "spells": SPELLS,
        "families": FAMILIES,
        "filing_duties": FILING_DUTIES,
    },
)
