"""From raw rows to current rows: delivery, latest version of a key, references, declared shape."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - the name everyone uses

from expectations.dataset import Dataset, spark_type

REFS_AT_MOST = 50
"""Raw references per row; an aggregate over more cites the first of them in order."""
RECORD = ("delivery_id", "file_name", "record_no")
"""Columns that name the delivered record a raw row was cut out of."""


def delivered(raw: DataFrame, dataset: Dataset, deliveries: DataFrame) -> DataFrame:
    """Raw rows of the visible deliveries, with their delivery's place in time and a reference to the row.

    Args:
        raw: Rows of one raw table.
        dataset: Its declaration.
        deliveries: `jobs.core.visible.DELIVERY` rows.
    """
    reference = F.concat_ws("|", F.lit(dataset.name), "delivery_id", "file_name", "record_no", "item_no")
    return raw.join(F.broadcast(deliveries), "delivery_id").withColumn("raw_ref", reference)


def latest(rows: DataFrame, *key: str) -> DataFrame:
    """The last version of each key; a later row about an older period never wins over a newer one.

    Args:
        rows: Rows with delivery, from `delivered`.
        key: Columns of the business key.
    """
    last_first = [F.desc(c) for c in ("order_no", "file_name", "record_no", "item_no")]
    window = Window.partitionBy(*key).orderBy(*last_first)
    return (
        rows.withColumn("version_rank", F.row_number().over(window))
        .where("version_rank = 1")
        .drop("version_rank")
    )


def current(rows: DataFrame, *key: str) -> DataFrame:
    """The last version of each key that the register still holds.

    Args:
        rows: Rows with delivery, from `delivered`.
        key: Columns of the business key.
    """
    return latest(rows, *key).where(F.col("gone_on").isNull())


def refs(column: str = "raw_ref") -> Column:
    """Aggregate: references of a group, sorted, the first fifty.

    Args:
        column: Column with one reference per row.
    """
    # Twice as fast as collect_set, which compares every row with the set.
    return F.slice(F.array_sort(F.array_distinct(F.collect_list(column))), 1, REFS_AT_MOST)


def merged_refs(column: str = "raw_refs") -> Column:
    """Aggregate: union of lists of references, sorted, the first fifty.

    Args:
        column: Column with lists of references.
    """
    return F.slice(F.array_sort(F.array_distinct(F.flatten(F.collect_list(column)))), 1, REFS_AT_MOST)


def joined_refs(*columns: str | Column) -> Column:
    """References of several lists in one row, sorted, the first fifty; a missing list adds none.

    Args:
        columns: Columns with lists of references.
    """
    none = F.array().cast("array<string>")
    lists = [F.coalesce(F.col(c) if isinstance(c, str) else c, none) for c in columns]
    return F.slice(F.array_sort(F.array_distinct(F.concat(*lists))), 1, REFS_AT_MOST)


def share(part: str, whole: str) -> Column:
    """A part of a whole, rounded half up to six decimals; missing when the whole is missing or not positive.

    Engines give a decimal quotient different scales, so it is reckoned in whole millionths.

    Args:
        part: SQL expression of a whole number, at most 4.6e12.
        whole: The same.
    """
    millionths = F.expr(
        f"CASE WHEN ({whole}) > 0 THEN (2 * ({part}) * 1000000 + ({whole})) div (2 * ({whole})) END"
    )
    return (millionths.cast("decimal(18,0)") * F.lit("0.000001").cast("decimal(7,6)")).cast("decimal(9,6)")


def shaped(rows: DataFrame, dataset: Dataset, month: str | None) -> DataFrame:
    """The declared columns in declared order and type, with the month.

    Args:
        rows: Rows that hold every declared column, except perhaps the month.
        dataset: Declaration of the table.
        month: Month that the rows describe; None means that they say so themselves.
    """
    if month is not None:
        rows = rows.withColumn("month", F.lit(month))
    return rows.select(*(F.col(c.name).cast(spark_type(c.type)).alias(c.name) for c in dataset.columns))


def union_all(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of frames with the same columns.

    Args:
        frames: At least one.
    """
    result = frames[0]
    for frame in frames[1:]:
        result = result.unionByName(frame)
    return result
