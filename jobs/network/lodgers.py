"""What scopes about homes have in common: who lives there and works, for whom, and who holds the dwelling."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import PROPERTY_HOLDERS, RESIDENCES
from expectations.tables_core_work import FAMILIES, SPELLS
from graph.model import EdgeKind
from jobs.core.notices import touches
from jobs.network.elements import org
from jobs.network.scope_parts import Settle, edge_elements, node_elements


def at_work(residences: DataFrame, persons: DataFrame, employments: DataFrame) -> DataFrame:
    """Residents of dwellings who work, by employer: `place_id`, `person_id`, `employer`.

    Args:
        residences: `core_home__residences`.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
    """
    return working(residences.where(F.col("place_id").startswith("dwelling:")), persons, employments)


def working(residences: DataFrame, persons: DataFrame, employments: DataFrame) -> DataFrame:
    """Residents who work, by employer: `place_id`, `person_id`, `employer`.

    A resident works when an employer paid them in the month, or when a housing notice names their employer. A
    person of unknown age is presumed adult.

    Args:
        residences: Those rows of `core_home__residences` that count.
        persons: `core_link__persons`.
        employments: `core_work__employments` of the month.
    """
    minors = persons.where(~F.coalesce("is_adult", F.lit(True))).select("person_id")
    living = residences.join(minors, "person_id", "left_anti").select(
        "place_id", "person_id", "employer_orgnr"
    )
    paid = employments.where("is_active").select("person_id", F.col("orgnr").alias("paid_by"))
    return (
        living.join(paid, "person_id", "left")
        .withColumn(
            "employer", F.explode(F.array_distinct(F.array_compact(F.array("paid_by", "employer_orgnr"))))
        )
        .select("place_id", "person_id", "employer")
        .distinct()
    )


def holdings(places: DataFrame, holders: DataFrame) -> DataFrame:
    """Keys of who holds dwellings of scopes.

    Args:
        places: `scope_id` and `place_id`.
        holders: `core_home__holders`.
    """
    return (
        holders.withColumn("place_id", F.concat(F.lit("dwelling:"), "dwelling_id"))
        .join(places, "place_id")
        .select("scope_id", *PROPERTY_HOLDERS.key)
    )


def lodgers(
    kind: str,
    places: DataFrame,
    employers: DataFrame,
    held: DataFrame,
    *,
    residences: DataFrame,
    spells: DataFrame,
    families: DataFrame,
    month: str,
    settle: Settle,
) -> list[DataFrame]:
    """Elements of scopes: residents with their work and family ties, employers, and who holds the dwellings.

    Args:
        kind: Kind of scope.
        places: `scope_id` and `place_id` of its dwellings.
        employers: `scope_id` and `orgnr` of those the residents work for.
        held: Result of `holdings`.
        residences: `core_home__residences`.
        spells: `core_work__spells`.
        families: `core_link__families`.
        month: Month evaluated.
        settle: Computes what is used several times once.
    """
    housed = settle(residences.join(places, "place_id").select("scope_id", *RESIDENCES.key))
    people = housed.select("scope_id", "person_id").distinct()
    employed = people.join(spells.where(touches("valid_from", "valid_to", month)), "person_id")
    related = people.join(families, "person_id").join(
        people.withColumnRenamed("person_id", "related_person_id"),
        ["scope_id", "related_person_id"],
        "left_semi",
    )
    return [
        edge_elements(housed, kind, EdgeKind.RESIDES_IN, RESIDENCES, 0),
        edge_elements(held, kind, EdgeKind.HOLDS_DWELLING, PROPERTY_HOLDERS, 0),
        edge_elements(employed, kind, EdgeKind.EMPLOYED_BY, SPELLS, 1),
        node_elements(employers, kind, org("orgnr"), 1),
        edge_elements(related, kind, EdgeKind.FAMILY, FAMILIES, 1),
    ]
