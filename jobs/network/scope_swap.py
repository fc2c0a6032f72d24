"""Swap scopes: a company that somebody new came to lead shortly before something was announced."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import BENEFICIAL_OWNERS, EVENTS, ROLES
from expectations.tables_core_tax import VAT_TERMS
from expectations.tables_core_work import SPELLS
from graph.model import EdgeKind
from jobs.core.rows import union_all
from jobs.network.edges_control import LEADERS, NOTICES, newcomers
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, unsettled
from jobs.network.source import ScopeSource

KIND = "swap"


def elements(
    *,
    roles: DataFrame,
    events: DataFrame,
    spells: DataFrame,
    vat_terms: DataFrame,
    beneficial_owners: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per company with a new leader before a notice.

    Args:
        roles: `core_org__roles`.
        events: `core_org__events`.
        spells: `core_work__spells`.
        vat_terms: `core_tax__vat_terms`.
        beneficial_owners: `core_org__beneficial_owners`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    found = settle(
        newcomers(roles, events, month).withColumn("scope_id", F.concat(F.lit(f"{KIND}:"), "orgnr"))
    )
    companies = found.select("scope_id", "orgnr").distinct()
    people = found.select(
        "scope_id", "holder_id", F.substring_index("holder_id", ":", -1).alias("person_id")
    ).distinct()
    led = roles.where(F.col("role").isin(*LEADERS))
    noticed = events.where(F.col("kind").isin(*NOTICES))
    return union_all(
        [
            node_elements(companies, KIND, org("orgnr"), 0),
            edge_elements(companies.join(noticed, "orgnr"), KIND, EdgeKind.NOTICE, EVENTS, 0),
            edge_elements(companies.join(led, "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 0),
            edge_elements(companies.join(vat_terms, "orgnr"), KIND, EdgeKind.TURNOVER_TERM, VAT_TERMS, 0),
            edge_elements(
                companies.join(beneficial_owners, "orgnr"),
                KIND,
                EdgeKind.BENEFICIAL_OWNER,
                BENEFICIAL_OWNERS,
                1,
            ),
            edge_elements(people.join(roles, "holder_id"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 1),
            edge_elements(people.join(spells, "person_id"), KIND, EdgeKind.EMPLOYED_BY, SPELLS, 1),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "roles": ROLES,
        "events": EVENTS,
        "spells": SPELLS,
        "vat_terms": VAT_TERMS,
        "beneficial_owners": BENEFICIAL_OWNERS,
    },
)
