"""Organisations at a month's end, as the register of entities showed them."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import ORGANISATIONS
from jobs.core.rows import RECORD, joined_refs, latest, shaped

SOLE_PROPRIETORSHIP = "ENK"
WRONG_ADDRESS = "FADR"
REDUCED = (
    "registered_on",
    "founded_on",
    "nace",
    "nace_standard",
    "municipality_no",
    "address_key",
    "employees_n",
    "has_employees_registered",
    "is_vat_registered",
    "is_in_group",
    "bankrupt_on",
    "winding_up_on",
    "dissolved_on",
    "parent_orgnr",
)
"""What the register leaves out once a unit is deleted; taken from the version before."""


def transform(*, units: DataFrame, remarks: DataFrame, month: str) -> DataFrame:
    """One row per organisation, deleted ones included.

    A unit that a later full register no longer holds is deleted on the day of that register at the latest.

    Args:
        units: Raw units with delivery.
        remarks: Raw remarks with delivery.
        month: Month evaluated.
    """
    versions = units.select(
        *RECORD,
        "item_no",
        "order_no",
        "gone_on",
        "orgnr",
        "name",
        F.col("form_code").alias("org_form"),
        (F.col("form_code") == SOLE_PROPRIETORSHIP).alias("is_person"),
        "registered_on",
        "founded_on",
        F.col("industry_1_code").alias("nace"),
        F.when(F.col("industry_1_code").isNotNull(), F.col("industry_standard")).alias("nace_standard"),
        F.col("business_municipality_no").alias("municipality_no"),
        address_key("business_address_lines", "business_postcode", "business_place").alias("address_key"),
        F.col("employees").alias("employees_n"),
        F.col("has_employees_count").alias("has_employees_registered"),
        "is_vat_registered",
        "is_in_group",
        "bankrupt_on",
        "winding_up_on",
        F.least(
            "wound_up_for_missing_deletion_on",
            "dissolved_for_board_on",
            "dissolved_for_manager_on",
            "dissolved_for_accounts_on",
            "dissolved_for_auditor_on",
        ).alias("dissolved_on"),
        "deleted_on",
        "parent_orgnr",
        "raw_ref",
    )
    before = Window.partitionBy("orgnr").orderBy("order_no", "file_name", "record_no")
    living = F.col("deleted_on").isNull()
    filled = versions.withColumn(
        "last_living", F.last(F.when(living, F.struct(*REDUCED, "raw_ref")), ignorenulls=True).over(before)
    )
    newest = latest(filled, "orgnr")
    remarked = (
        remarks.where(F.col("remark_code") == WRONG_ADDRESS)
        .groupBy(*RECORD)
        .agg(F.max("remark_code").alias("address_remark"), F.min("raw_ref").alias("remark_ref"))
    )
    rows = newest.join(remarked, list(RECORD), "left")
    for name in REDUCED:
        rows = rows.withColumn(
            name, F.when(living, F.col(name)).otherwise(F.coalesce(name, f"last_living.{name}"))
        )
    rows = rows.withColumn(
        "raw_refs",
        joined_refs(
            F.array_compact(F.array("raw_ref", "remark_ref", F.when(~living, F.col("last_living.raw_ref"))))
        ),
    ).withColumn("deleted_on", F.coalesce("deleted_on", "gone_on"))
    return shaped(rows, ORGANISATIONS, month)


def address_key(lines: str, postcode: str, place: str) -> Column:
    """Normalised address text, equal for equal places however they are written; missing when nothing is left.

    `c/o` lines name a person, not a place, and are left out.

    Args:
        lines: Column with the free-text lines.
        postcode: Column with the postcode; absent abroad.
        place: Column with the postal place, used where there is no postcode.
    """
    kept = F.filter(lines, lambda line: ~F.lower(F.trim(line)).startswith("c/o"))
    street = _words(F.array_join(kept, " "))
    where = _words(F.coalesce(F.col(postcode), F.col(place), F.lit("")))
    return F.when(street != "", F.trim(F.concat_ws(" ", street, where)))


def _words(text: Column) -> Column:
    return F.trim(F.regexp_replace(F.lower(text), r"[^\p{L}\p{N}]+", " "))
