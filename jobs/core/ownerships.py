"""Who owns shares in which company at the last year end known."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_org import OWNERSHIPS
from jobs.core.person_links import linked
from jobs.core.rows import refs, shaped, share


def transform(*, shareholdings: DataFrame, person_links: DataFrame, month: str) -> DataFrame:
    """One row per shareholder and company; a later list of a company replaces the whole earlier one.

    The number of shares of a company stands on each row either for the company or for the class. It is for
    the class when the holdings known exceed it.

    Args:
        shareholdings: Raw shareholdings with delivery, of year ends up to the month's end.
        person_links: `core_link__person_links`; a shareholder has no number, a comparison may have found one.
        month: Month evaluated.
    """
    newest = Window.partitionBy("company_orgnr")
    # A row repeated in the file counts once; the last one stands. The same person under two spellings is two
    # rows.
    last_row = Window.partitionBy(
        "company_orgnr", "share_class", F.coalesce("holder_orgnr", "holder_token")
    ).orderBy(F.desc("file_name"), F.desc("record_no"))
    delivered = (
        shareholdings.withColumn("last_no", F.max("order_no").over(newest))
        .where(F.col("order_no") == F.col("last_no"))
        .where(F.col("gone_on").isNull())
        .withColumn("n", F.row_number().over(last_row))
        .where("n = 1")
    )
    current = linked(delivered, person_links, "holder_token").withColumn(
        "holder_id",
        F.when(F.col("holder_orgnr").isNotNull(), F.concat(F.lit("org:"), "holder_orgnr"))
        .when(F.col("holder_birth_year").isNotNull(), F.concat(F.lit("person:"), "holder_token"))
        .otherwise(F.concat(F.lit("other:"), "holder_token")),
    )
    totals = (
        current.groupBy("company_orgnr", "share_class")
        .agg(F.max("company_shares").alias("class_total"), F.sum("shares").alias("class_held"))
        .groupBy("company_orgnr")
        .agg(
            F.max("class_total").alias("largest"),
            F.sum("class_total").alias("all_classes"),
            F.sum("class_held").alias("held"),
        )
        .select(
            "company_orgnr",
            F.expr("CASE WHEN held > largest THEN all_classes ELSE largest END").alias("total"),
        )
    )
    rows = (
        current.where(F.col("holder_id").isNotNull())
        .groupBy("company_orgnr", "holder_id")
        .agg(
            F.sum("shares").alias("held"),
            F.max("period").alias("year"),
            F.max("holder_birth_year").alias("birth_year"),
            refs().alias("raw_refs"),
        )
        .join(totals, "company_orgnr")
        .where("total > 0 AND held > 0")
        .withColumn("share", share("least(held, total)", "total"))
        .withColumn("holder_kind", F.substring_index("holder_id", ":", 1))
        .withColumn(
            "match",
            F.when(F.col("holder_kind") == "org", "orgnr")
            .when(F.col("holder_kind") == "person", "name_birth_year_place")
            .otherwise("name_place"),
        )
        .withColumnRenamed("company_orgnr", "orgnr")
    )
    return shaped(rows, OWNERSHIPS, month)
