"""Edges of people: where they work and live, what they hold, and who has its seat there."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import PROPERTY_HOLDERS, RESIDENCES, SEATS, STAYS
from expectations.tables_core_work import FAMILIES, SPELLS, WORKER_FLOWS
from graph.model import EdgeKind
from jobs.network.elements import attributes, edges, org, person
from jobs.network.source import EdgeSource


def build(
    *,
    spells: DataFrame,
    residences: DataFrame,
    holders: DataFrame,
    families: DataFrame,
    worker_flows: DataFrame,
    seats: DataFrame,
    stays: DataFrame,
    month: str,
) -> list[DataFrame]:
    """Frames of edges.

    Args:
        spells: `core_work__spells`.
        residences: `core_home__residences`.
        holders: `core_home__holders`.
        families: `core_link__families`.
        worker_flows: `core_work__worker_flows`.
        seats: `core_home__seats`.
        stays: `core_home__stays`.
        month: Month evaluated.
    """
    # The most telling of the residents' answers: ja before ukjent before nei.
    deducted = (
        residences.where(F.col("place_id").startswith("dwelling:") & F.col("is_rent_deducted").isNotNull())
        .groupBy(F.expr("substring(place_id, 10)").alias("dwelling_id"))
        .agg(
            F.max(
                F.expr(
                    "CASE is_rent_deducted WHEN 'ja' THEN '3:ja' WHEN 'nei' THEN '1:nei' ELSE '2:ukjent' END"
                )
            ).alias("answer")
        )
        .select("dwelling_id", F.substring_index("answer", ":", -1).alias("rent_deducted"))
    )
    held = holders.join(deducted, "dwelling_id", "left")
    return [
        edges(
            spells,
            EdgeKind.EMPLOYED_BY,
            SPELLS,
            month=month,
            source=person("person_id"),
            target=org("orgnr"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(is_paid=F.col("paid_months_n") > 0, end_reason="end_reason"),
        ),
        edges(
            residences,
            EdgeKind.RESIDES_IN,
            RESIDENCES,
            month=month,
            source=person("person_id"),
            target=F.col("place_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(
                source="source",
                certainty="certainty",
                employer_orgnr="employer_orgnr",
                rent_deducted="is_rent_deducted",
            ),
        ),
        edges(
            held,
            EdgeKind.HOLDS_DWELLING,
            PROPERTY_HOLDERS,
            month=month,
            source=F.col("holder_id"),
            target=F.concat(F.lit("dwelling:"), "dwelling_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(
                holder_kind="holder_kind",
                is_confirmed="is_confirmed",
                rent_deducted=F.when(F.col("source") == "innkvartering", F.col("rent_deducted")),
            ),
        ),
        edges(
            families,
            EdgeKind.FAMILY,
            FAMILIES,
            month=month,
            source=person("person_id"),
            target=person("related_person_id"),
            known=attributes(relation="relation"),
        ),
        edges(
            worker_flows,
            EdgeKind.WORKER_FLOW,
            WORKER_FLOWS,
            month=month,
            source=org("from_orgnr"),
            target=org("to_orgnr"),
            valid_from="failed_on",
            known=attributes(
                moved_n="moved_n",
                from_n="from_n",
                to_n="to_n",
                chance_share="chance_share",
                stratum="stratum",
            ),
        ),
        edges(
            seats,
            EdgeKind.SEATED_IN,
            SEATS,
            month=month,
            source=org("orgnr"),
            target=F.col("place_id"),
            known=attributes(staff_n="staff_n"),
        ),
        edges(
            stays,
            EdgeKind.STAY,
            STAYS,
            month=month,
            source=person("person_id"),
            target=F.concat(F.lit("dwelling:"), "dwelling_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(source="source"),
        ),
    ]


SOURCE = EdgeSource(
    build=build,
    tables={
        "spells": SPELLS,
        "residences": RESIDENCES,
        "holders": PROPERTY_HOLDERS,
        "families": FAMILIES,
        "worker_flows": WORKER_FLOWS,
        "seats": SEATS,
        "stays": STAYS,
    },
)
