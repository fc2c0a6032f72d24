"""Employer reports: which one stands for an employer and month, and whom its lines belong to."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from jobs.core.person_links import linked
from jobs.core.rows import RECORD, latest
from jobs.months import last_day

LATE_KINDS = ("late", "replacement")
RECIPIENT = (*RECORD, "establishment_no", "recipient_no")


def current_reports(reports: DataFrame) -> DataFrame:
    """The last report of each employer for each month: it replaces the whole earlier one.

    Args:
        reports: Raw reports with delivery.

    Returns:
        `RECORD`, `month`, `is_late`.
    """
    employers = reports.withColumn("employer", F.coalesce("employer_orgnr", "employer_token"))
    return latest(employers, "employer", "calendar_month").select(
        *RECORD,
        F.col("calendar_month").alias("month"),
        F.col("delivery_kind").isin(*LATE_KINDS).alias("is_late"),
    )


def employers(establishments: DataFrame, months: Sequence[str]) -> DataFrame:
    """The superior unit of each establishment at the end of each month, as the register showed it then.

    An establishment that moves keeps its number, so its employer must be asked for by month.

    Args:
        establishments: Raw establishments with delivery, all versions of the history.
        months: Months asked for.

    Returns:
        `establishment_orgnr`, `month`, `parent_orgnr`.
    """
    of_unit = Window.partitionBy("orgnr").orderBy("order_no")
    versions = (
        latest(establishments, "orgnr", "version_on")
        .withColumn("next_on", F.coalesce(F.lead("version_on").over(of_unit), "gone_on"))
        .where(F.col("parent_orgnr").isNotNull())
    )
    ends = F.array(*(F.struct(F.lit(m).alias("month"), F.lit(last_day(m)).alias("end_on")) for m in months))
    return (
        versions.select("orgnr", "parent_orgnr", "version_on", "next_on", F.explode(ends).alias("m"))
        .where(F.col("version_on") <= F.col("m.end_on"))
        .where(F.col("next_on").isNull() | (F.col("next_on") > F.col("m.end_on")))
        .select(F.col("orgnr").alias("establishment_orgnr"), F.col("m.month").alias("month"), "parent_orgnr")
    )


def attributed(
    lines: DataFrame,
    *,
    reports: DataFrame,
    recipients: DataFrame,
    employer_of: DataFrame,
    person_links: DataFrame,
) -> DataFrame:
    """Lines of the current reports with `month`, employer `orgnr`, `person_id` and `is_late`.

    Lines of private employers and of workers who have neither a number nor a name with birth date are left
    out: there is no organisation, or nobody to count.

    Args:
        lines: Raw lines of reports, one worker each.
        reports: From `current_reports`.
        recipients: Raw income recipients.
        employer_of: From `employers`.
        person_links: `core_link__person_links`.
    """
    pending = recipients.where(F.col("worker_token").isNull() & F.col("name_token").isNotNull()).select(
        *RECIPIENT, "name_token"
    )
    known = (
        lines.join(reports, list(RECORD))
        .join(pending, list(RECIPIENT), "left")
        .withColumn("person_id", F.coalesce("worker_token", "name_token"))
        .join(employer_of, ["establishment_orgnr", "month"], "left")
        .withColumn("orgnr", F.coalesce("parent_orgnr", "employer_orgnr"))
        .where(F.col("orgnr").isNotNull() & F.col("person_id").isNotNull())
    )
    return linked(known, person_links, "person_id")
