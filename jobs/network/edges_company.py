"""Edges between companies, and of those who run and own them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ESTABLISHMENTS, EVENTS, ORGANISATIONS, OWNERSHIPS, ROLES
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org
from jobs.network.source import EdgeSource

TRANSFERS = ("salg_fra_bo", "virksomhetsoverdragelse")


def build(
    *,
    roles: DataFrame,
    ownerships: DataFrame,
    organisations: DataFrame,
    events: DataFrame,
    establishments: DataFrame,
    month: str,
) -> list[DataFrame]:
    """Frames of edges.

    Args:
        roles: `core_org__roles`.
        ownerships: `core_org__ownerships`.
        organisations: `core_org__organisations`.
        events: `core_org__events`.
        establishments: `core_org__establishments`.
        month: Month evaluated.
    """
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


SOURCE = EdgeSource(
    build=build,
    tables={
        "roles": ROLES,
        "ownerships": OWNERSHIPS,
        "organisations": ORGANISATIONS,
        "events": EVENTS,
        "establishments": ESTABLISHMENTS,
    },
)
