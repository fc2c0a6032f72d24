"""Where in the cadastre the business addresses of organisations are, down to the unit where one is stated."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_home import SEATS
from jobs.core.notices import place
from jobs.core.organisations import SOLE_PROPRIETORSHIP
from jobs.core.rows import current, joined_refs, shaped

UNIT = r"(^|[\s,]+)([hkluHKLU][0-9]{4})[\s.]*$"
"""A unit number at the end of a line, or alone on it."""
SPELLINGS = (
    (r"([0-9]+) ([a-zæøå])$", "$1$2"),
    (r"(veien|vn)( |$)", "vegen$2"),
    (r"(vei|vg)( |$)", "veg$2"),
    (r"(gaten|gata|gate)( |$)", "gt$2"),
)
"""Ways of writing the same street and number, after all but letters and digits has become a space."""


def transform(*, units: DataFrame, addresses: DataFrame, employments: DataFrame, month: str) -> DataFrame:
    """One row per organisation whose business address leads to one address of the cadastre.

    Street, number and postcode must lead to one address; where they lead to several, the one that has the
    stated unit counts, if it is alone. A unit that is not stated is never guessed, not even in a house with
    one unit.

    Args:
        units: Raw units of the register of entities with delivery.
        addresses: Raw addresses of the cadastre with delivery.
        employments: `core_work__employments` of the month.
        month: Month evaluated.
    """
    staff = employments.where("is_active").groupBy("orgnr").agg(F.countDistinct("person_id").alias("staff_n"))
    living = (
        current(units, "orgnr")
        .where(F.col("deleted_on").isNull() & F.col("business_postcode").isNotNull())
        .join(staff, "orgnr", "left")
        .withColumn("staff_n", F.coalesce("staff_n", F.lit(0).cast("bigint")))
        .where((F.col("form_code") != SOLE_PROPRIETORSHIP) | (F.col("staff_n") > 0))
    )
    lines = living.select(
        "orgnr",
        "staff_n",
        F.col("raw_ref").alias("unit_ref"),
        F.col("business_postcode").alias("postcode"),
        F.explode("business_address_lines").alias("line"),
    ).where(~F.lower(F.trim("line")).startswith("c/o"))
    written = lines.withColumn("stated", F.upper(F.regexp_extract("line", UNIT, 2))).select(
        "orgnr",
        "staff_n",
        "unit_ref",
        "postcode",
        F.when(F.col("stated") != "", F.col("stated")).alias("stated"),
        _street(F.regexp_replace("line", UNIT, "")).alias("street_key"),
    )
    # Two different units in one address say nothing.
    stated = written.groupBy("orgnr").agg(
        F.when(F.countDistinct("stated") == 1, F.min("stated")).alias("unit_no")
    )
    sought = (
        written.drop("stated")
        .where(F.col("street_key") != "")
        .join(stated, "orgnr")
        .where(F.col("unit_no").isNotNull() | (F.col("staff_n") > 0))
    )
    typed = F.concat_ws(" ", "street", F.concat("house_no", F.coalesce("house_letter", F.lit(""))))
    listed = current(addresses, "address_id", "unit_no").select(
        "address_id",
        F.col("unit_no").alias("listed_unit"),
        "postcode",
        _street(F.when(F.col("street").isNotNull(), typed).otherwise(F.col("address_text"))).alias(
            "street_key"
        ),
        F.col("raw_ref").alias("address_ref"),
    )
    met = (
        sought.join(listed, ["postcode", "street_key"])
        .withColumn("is_unit", F.coalesce(F.col("listed_unit") == F.col("unit_no"), F.lit(False)))
        .groupBy("orgnr", "unit_no", "staff_n", "unit_ref", "address_id")
        .agg(F.bool_or("is_unit").alias("has_unit"), _shown_by().alias("address_ref"))
    )
    found = met.groupBy("orgnr", "unit_no", "staff_n", "unit_ref").agg(
        F.count("*").alias("n"),
        F.count_if("has_unit").alias("with_unit_n"),
        F.max_by(F.struct("address_id", "address_ref"), F.struct("has_unit", "address_id")).alias("best"),
    )
    rows = (
        found.where((F.col("with_unit_n") == 1) | (F.col("n") == 1))
        .select("orgnr", "unit_no", "staff_n", "unit_ref", "best.address_id", "best.address_ref")
        .withColumn("place_id", place("address_id", "unit_no"))
        .withColumn("raw_refs", joined_refs(F.array("unit_ref", "address_ref")))
    )
    return shaped(rows, SEATS, month)


def _shown_by() -> Column:
    """The row of the address that has the stated unit, else the first of them."""
    return F.min_by("address_ref", F.struct(~F.col("is_unit"), "address_ref"))


def _street(text: Column) -> Column:
    """Street, number and letter in one spelling."""
    found = F.trim(F.regexp_replace(F.lower(text), r"[^\p{L}\p{N}]+", " "))
    for written, same in SPELLINGS:
        found = F.regexp_replace(found, written, same)
    return found
