"""Names scopes: a company led by somebody who leads many that others own, and what else that person does."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import (
    BENEFICIAL_OWNERS,
    ORGANISATIONS,
    OWNER_ROOTS,
    OWNERSHIPS,
    ROLE_LOADS,
    ROLES,
)
from expectations.tables_core_work import SPELLS
from graph.model import EdgeKind
from jobs.core.role_loads import COMPANIES_AT_LEAST, led_now
from jobs.core.rows import union_all
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements, owners_of, unsettled
from jobs.network.source import ScopeSource

KIND = "names"


def elements(
    *,
    role_loads: DataFrame,
    roles: DataFrame,
    organisations: DataFrame,
    ownerships: DataFrame,
    owner_roots: DataFrame,
    spells: DataFrame,
    beneficial_owners: DataFrame,
    month: str,
    settle: Settle = unsettled,
) -> DataFrame:
    """Elements of one scope per living company whose leader leads seven or more that others own.

    Args:
        role_loads: `core_org__role_loads`.
        roles: `core_org__roles`.
        organisations: `core_org__organisations`.
        ownerships: `core_org__ownerships`.
        owner_roots: `core_org__owner_roots`.
        spells: `core_work__spells`.
        beneficial_owners: `core_org__beneficial_owners`.
        month: Month evaluated.
        settle: Computes candidates once before they are built on.
    """
    holders = role_loads.select("holder_id").distinct()
    led = settle(led_now(roles.join(holders, "holder_id", "left_semi"), organisations, month))
    companies = settle(led.select("holder_id", "orgnr").distinct())
    of_others = (
        companies.join(ownerships, ["holder_id", "orgnr"], "left_anti")
        .join(owner_roots.select("orgnr", "owner_root"), "orgnr", "left")
        .where(F.coalesce(F.col("owner_root") != F.col("holder_id"), F.lit(True)))
    )
    many = (
        of_others.groupBy("holder_id")
        .agg(F.countDistinct(F.coalesce("owner_root", F.concat(F.lit("org:"), "orgnr"))).alias("groups_n"))
        .where(F.col("groups_n") >= COMPANIES_AT_LEAST)
    )
    found = settle(
        of_others.join(many, "holder_id", "left_semi").select(
            F.concat(F.lit(f"{KIND}:"), "orgnr").alias("scope_id"), "orgnr", "holder_id"
        )
    )
    subjects = found.select("scope_id", "orgnr").distinct()
    people = found.select("scope_id", "holder_id").distinct()
    theirs = settle(people.join(companies, "holder_id").select("scope_id", "orgnr").distinct())
    worked = people.withColumn("person_id", F.substring_index("holder_id", ":", -1))
    # Roles in a practice that is no company of theirs show what they do for a living.
    held = roles.join(holders, "holder_id", "left_semi").where("is_control")
    return union_all(
        [
            node_elements(subjects, KIND, org("orgnr"), 0),
            edge_elements(
                subjects.join(roles.where("is_control"), "orgnr"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 0
            ),
            edge_elements(people.join(role_loads, "holder_id"), KIND, EdgeKind.ROLE_LOAD, ROLE_LOADS, 0),
            edge_elements(people.join(held, "holder_id"), KIND, EdgeKind.HOLDS_ROLE, ROLES, 1),
            edge_elements(people.join(ownerships, "holder_id"), KIND, EdgeKind.OWNS_SHARE, OWNERSHIPS, 1),
            edge_elements(worked.join(spells, "person_id"), KIND, EdgeKind.EMPLOYED_BY, SPELLS, 1),
            edge_elements(
                theirs.join(beneficial_owners, "orgnr"),
                KIND,
                EdgeKind.BENEFICIAL_OWNER,
                BENEFICIAL_OWNERS,
                2,
            ),
            owners_of(theirs, KIND, ownerships, roles, 2),
        ]
    )


SOURCE = ScopeSource(
    kind=KIND,
    elements=elements,
    tables={
        "role_loads": ROLE_LOADS,
        "roles": ROLES,
        "organisations": ORGANISATIONS,
        "ownerships": OWNERSHIPS,
        "owner_roots": OWNER_ROOTS,
        "spells": SPELLS,
        "beneficial_owners": BENEFICIAL_OWNERS,
    },
)
