"""Edges about those who lead companies: quarantines, what was announced, turnover, beneficial owners."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import BENEFICIAL_OWNERS, EVENTS, ROLE_LOADS, ROLES
from expectations.tables_core_tax import VAT_TERMS
from graph.model import EdgeKind
from jobs.months import last_day
from jobs.network.elements import attributes, edges, org, person
from jobs.network.source import EdgeSource

QUARANTINE = "konkurskarantene"
NOTICES = ("konkursbegjaering", "tilsynsvarsel", "bokettersynsvarsel")
LEADERS = ("DAGL", "LEDE")
NOTICE_DAYS = 181
"""Days up to the end of the month in which something was announced; one more than the rule."""
SWAP_DAYS = 91
"""Days before it in which somebody came to lead the company; one more than the rule."""


def build(
    *,
    events: DataFrame,
    roles: DataFrame,
    vat_terms: DataFrame,
    beneficial_owners: DataFrame,
    role_loads: DataFrame,
    month: str,
) -> list[DataFrame]:
    """Frames of edges; turnover only of companies with a new leader before a notice.

    Beneficial owners are those of such companies, and of companies whose leader leads many.

    Args:
        events: `core_org__events`.
        roles: `core_org__roles`.
        vat_terms: `core_tax__vat_terms`.
        beneficial_owners: `core_org__beneficial_owners`.
        role_loads: `core_org__role_loads`.
        month: Month evaluated.
    """
    swapped = newcomers(roles, events, month).select("orgnr").distinct()
    of_many = roles.join(role_loads, ["holder_id", "role"], "left_semi").select("orgnr")
    first_month = F.col("term_no") * 2 - 1
    return [
        edges(
            events.where(F.col("kind") == QUARANTINE),
            EdgeKind.QUARANTINE,
            EVENTS,
            month=month,
            source=person("person_id"),
            target=F.lit(f"register:{QUARANTINE}"),
            valid_from="happened_on",
            valid_to="ends_on",
            known=attributes(),
        ),
        edges(
            events.where(F.col("kind").isin(*NOTICES)),
            EdgeKind.NOTICE,
            EVENTS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("authority:"), "source"),
            valid_from="happened_on",
            valid_to="happened_on",
            known=attributes(event_kind="kind"),
        ),
        edges(
            vat_terms.where(F.col("vat_base_ore").isNotNull()).join(swapped, "orgnr", "left_semi"),
            EdgeKind.TURNOVER_TERM,
            VAT_TERMS,
            month=month,
            source=org("orgnr"),
            target=F.format_string("period:%d-T%d", "year", "term_no"),
            valid_from=F.make_date("year", first_month, F.lit(1)),
            valid_to=F.last_day(F.make_date("year", first_month + 1, F.lit(1))),
            amount="vat_base_ore",
            known=attributes(),
        ),
        edges(
            beneficial_owners.join(swapped.unionByName(of_many), "orgnr", "left_semi"),
            EdgeKind.BENEFICIAL_OWNER,
            BENEFICIAL_OWNERS,
            month=month,
            source=person("person_id"),
            target=org("orgnr"),
            valid_from="registered_on",
            known=attributes(),
        ),
        edges(
            role_loads,
            EdgeKind.ROLE_LOAD,
            ROLE_LOADS,
            month=month,
            source=F.col("holder_id"),
            target=F.lit("register:enhetsregisteret"),
            valid_from=F.lit(last_day(month)),
            valid_to=F.lit(last_day(month)),
            known=attributes(role="role", groups_n="groups_n", groups_p995="groups_p995"),
        ),
    ]


def newcomers(roles: DataFrame, events: DataFrame, month: str) -> DataFrame:
    """Who came to lead a company in the time before a notice: `orgnr` and `holder_id`.

    Args:
        roles: `core_org__roles`.
        events: `core_org__events`.
        month: Month evaluated.
    """
    last = F.lit(last_day(month))
    noticed = (
        events.where(F.col("kind").isin(*NOTICES))
        .where(F.col("happened_on").between(F.date_sub(last, NOTICE_DAYS), last))
        .select("orgnr", "happened_on")
    )
    return (
        roles.where(F.col("role").isin(*LEADERS) & (F.col("holder_kind") == "person"))
        .join(noticed, "orgnr")
        .where(F.col("valid_from").between(F.date_sub("happened_on", SWAP_DAYS), F.col("happened_on")))
        .select("orgnr", "holder_id")
        .distinct()
    )


SOURCE = EdgeSource(
    build=build,
    tables={
        "events": EVENTS,
        "roles": ROLES,
        "vat_terms": VAT_TERMS,
        "beneficial_owners": BENEFICIAL_OWNERS,
        "role_loads": ROLE_LOADS,
    },
)
