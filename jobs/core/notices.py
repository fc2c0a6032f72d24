"""Housing notices in force, and how sure what they say is."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from jobs.core.rows import current
from jobs.months import first_day, last_day

TIP = "tips"


def in_force(notices: DataFrame, month: str) -> DataFrame:
    """The last version of each notice that is in force at the month's end, with `place_id` and `is_sure`.

    A later notice about the same dwelling does not end an earlier one. A tip is never sure, whatever it says.

    Args:
        notices: Raw notices with delivery.
        month: Month evaluated.
    """
    return (
        current(notices, "notice_id")
        .where(holds("from_on", "to_on", month))
        .withColumn("place_id", place("address_id", "unit_no"))
        .withColumn("is_sure", F.col("is_confirmed") & (F.col("noticed_by") != TIP))
    )


def holds(start: str, end: str, month: str) -> Column:
    """Whether an interval of two columns covers the month's last day.

    Args:
        start: Column with the first day.
        end: Column with the last day; missing means still open.
        month: Month evaluated.
    """
    day = F.lit(last_day(month))
    return (F.col(start) <= day) & (F.col(end).isNull() | (F.col(end) >= day))


def touches(start: str, end: str, month: str) -> Column:
    """Whether an interval of two columns covers some day of the month.

    Args:
        start: Column with the first day.
        end: Column with the last day; missing means still open.
        month: Month evaluated.
    """
    return (F.col(start) <= F.lit(last_day(month))) & (
        F.col(end).isNull() | (F.col(end) >= F.lit(first_day(month)))
    )


def place(address_id: str, unit_no: str) -> Column:
    """`dwelling:<adresseId>:<unit>`, or `address:<adresseId>` when the unit is unknown; else missing.

    Args:
        address_id: Column with the address.
        unit_no: Column with the unit number.
    """
    return F.when(
        F.col(unit_no).isNotNull() & F.col(address_id).isNotNull(),
        F.concat(F.lit("dwelling:"), address_id, F.lit(":"), unit_no),
    ).when(F.col(address_id).isNotNull(), F.concat(F.lit("address:"), address_id))
