"""Who holds each dwelling: by the land register, or by a housing notice."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import PROPERTY_HOLDERS
from jobs.core.notices import in_force, touches
from jobs.core.person_links import linked
from jobs.core.rows import current, refs, shaped


def transform(
    *,
    units: DataFrame,
    ownerships: DataFrame,
    notices: DataFrame,
    person_links: DataFrame,
    month: str,
) -> DataFrame:
    """One row per dwelling, holder and kind of holding that touches the month.

    Args:
        units: Raw units of the cadastre with delivery.
        ownerships: Raw rights of the land register with delivery.
        notices: Raw housing notices with delivery.
        person_links: `core_link__person_links`.
        month: Month evaluated.
    """
    dwellings = (
        current(units, "unit_uuid")
        .where(
            F.col("address_id").isNotNull() & F.col("unit_no").isNotNull() & F.col("cadastre_key").isNotNull()
        )
        .select(F.concat_ws(":", "address_id", "unit_no").alias("dwelling_id"), "cadastre_key")
        .distinct()
    )
    registered = (
        current(ownerships, "ownership_id")
        .where(touches("from_on", "to_on", month))
        .join(dwellings, "cadastre_key")
        .select(
            "dwelling_id",
            F.col("owner_orgnr").alias("orgnr"),
            F.col("owner_token").alias("person"),
            F.col("right_kind").alias("holder_kind"),
            F.lit(True).alias("is_confirmed"),
            F.lit("grunnbok").alias("source"),
            "from_on",
            "to_on",
            "raw_ref",
        )
    )
    noticed = in_force(notices, month).where(F.col("place_id").startswith("dwelling:"))
    nobody = F.lit(None).cast("string")
    stated = _stated(noticed, "tilbyder", F.col("provider_orgnr"), F.col("provider_token"))
    for kind, orgnr in (("leietaker", "tenant_orgnr"), ("eier_oppgitt", "owner_orgnr")):
        stated = stated.unionByName(_stated(noticed, kind, F.col(orgnr), nobody))
    rows = (
        linked(registered.unionByName(stated), person_links, "person")
        .withColumn(
            "holder_id", F.coalesce(F.concat(F.lit("org:"), "orgnr"), F.concat(F.lit("person:"), "person"))
        )
        .where(F.col("holder_id").isNotNull())
        .groupBy("dwelling_id", "holder_id", "holder_kind", F.col("from_on").alias("valid_from"))
        .agg(
            F.bool_or("is_confirmed").alias("is_confirmed"),
            F.min("source").alias("source"),
            # Open when any of them is open.
            F.when(F.bool_or(F.col("to_on").isNull()), F.lit(None).cast("date"))
            .otherwise(F.max("to_on"))
            .alias("valid_to"),
            refs().alias("raw_refs"),
        )
    )
    return shaped(rows, PROPERTY_HOLDERS, month)


def _stated(notices: DataFrame, kind: str, orgnr: Column, person: Column) -> DataFrame:
    return notices.select(
        F.expr("substring(place_id, 10)").alias("dwelling_id"),
        orgnr.alias("orgnr"),
        person.alias("person"),
        F.lit(kind).alias("holder_kind"),
        F.col("is_sure").alias("is_confirmed"),
        F.lit("innkvartering").alias("source"),
        "from_on",
        "to_on",
        "raw_ref",
    )
