"""Contracts that must be reported to the assignment register, with what was reported."""

from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_reporting import REPORTING_DUTIES
from jobs.core.rows import current, joined_refs, refs, shaped
from jobs.months import first_day, last_day, shift

MONTHS = 12
"""Months up to the evaluated one in which the work began."""
SITE_MONTHS = 3
"""Months of site lists."""
LIST_DAYS = 14
"""Days from the first day on site within which a worker must be on the list."""
BRANCH = "NUF"
CANCELLED = "annullert"
AT_WORK = ("arbeider", "byggeplassleder")
OFF = ("planlagt",)
DAYS_AROUND = 31
"""Days that a report's first day may lie after the end or before the start of the contract."""


def transform(
    *,
    contracts: DataFrame,
    organisations: DataFrame,
    assignments: DataFrame,
    assignment_workers: DataFrame,
    presences: DataFrame,
    month: str,
) -> DataFrame:
    """One row per contract with a contractor whose seat is abroad.

    A report belongs to a contract when client and contractor are the same, no other project is named and the
    times meet; either party may have made it. Reports that were cancelled do not count.

    Args:
        contracts: `core_chain__contracts`.
        organisations: `core_org__organisations`.
        assignments: Raw assignments with delivery.
        assignment_workers: Raw workers on reported assignments, with delivery.
        presences: Raw presences on sites of the last months, with delivery.
        month: Month evaluated.
    """
    end = F.lit(last_day(month))
    branches = organisations.where(F.col("org_form") == BRANCH).select(
        F.col("orgnr").alias("supplier_orgnr"), F.lit(True).alias("is_branch")
    )
    duties = (
        contracts.where(F.col("is_labour_bearing") & ~F.coalesce("state", F.lit("")).isin(*OFF))
        .withColumn("work_from_on", F.coalesce("started_on", "signed_on"))
        .where(F.col("work_from_on") >= F.lit(first_day(shift(month, 1 - MONTHS))))
        .where((F.col("work_from_on") <= end) & F.col("client_orgnr").isNotNull())
        .join(F.broadcast(branches), "supplier_orgnr", "left")
        .where(
            F.coalesce("is_branch", F.lit(False))
            | (F.col("supplier_orgnr").isNull() & F.col("supplier_foreign_id").isNotNull())
        )
        .select(
            "contract_id",
            "client_orgnr",
            F.coalesce("supplier_orgnr", "supplier_foreign_id").alias("contractor_id"),
            F.col("supplier_orgnr").isNotNull().alias("is_registered_here"),
            "project_id",
            "work_from_on",
            F.coalesce("ended_on", end).alias("work_to_on"),
            "value_ore",
            F.col("raw_refs").alias("contract_refs"),
        )
    )
    reports = (
        current(assignments, "assignment_id")
        .where(F.col("assignment_status") != CANCELLED)
        .where(F.col("reported_on") <= end)
        .select(
            "assignment_id",
            "client_orgnr",
            F.coalesce("contractor_orgnr", "contractor_foreign_id").alias("reported_contractor"),
            F.col("project_id").alias("reported_project"),
            "reported_on",
            F.col("started_on").alias("reported_from"),
            F.coalesce("ended_on", "expected_end_on", end).alias("reported_to"),
            "exemption",
            "raw_ref",
        )
    )
    met = duties.join(reports, "client_orgnr").where(
        (F.col("reported_from") <= F.date_add("work_to_on", DAYS_AROUND))
        & (F.col("reported_to") >= F.date_sub("work_from_on", DAYS_AROUND))
        & F.coalesce(F.col("reported_project") == F.col("project_id"), F.lit(True))
    )
    is_same = F.col("reported_contractor") == F.col("contractor_id")
    own = met.where(is_same)
    known = duties.select("client_orgnr", F.col("contractor_id").alias("reported_contractor")).distinct()
    reported = own.groupBy("contract_id").agg(
        F.min("reported_on").alias("reported_on"),
        F.max("exemption").alias("exemption"),
        refs().alias("report_refs"),
    )
    still_open = (
        met.join(known, ["client_orgnr", "reported_contractor"], "left_anti")
        .groupBy("contract_id")
        .agg(F.countDistinct("assignment_id").alias("open_reports_n"))
    )
    listed = (
        own.select("contract_id", "assignment_id")
        .join(
            current(assignment_workers, "line_id").select("assignment_id", "line_id", "raw_ref"),
            "assignment_id",
            "left",
        )
        .groupBy("contract_id")
        .agg(F.countDistinct("line_id").alias("listed_n"), refs().alias("line_refs"))
    )
    nothing = F.lit(0).cast("bigint")
    rows = (
        duties.join(reported, "contract_id", "left")
        .join(still_open, "contract_id", "left")
        .join(listed, "contract_id", "left")
        .join(_present(duties, presences, month), "contract_id", "left")
        .withColumn("open_reports_n", F.coalesce("open_reports_n", nothing))
        .withColumn("raw_refs", joined_refs("contract_refs", "report_refs", "line_refs", "present_refs"))
    )
    return shaped(rows, REPORTING_DUTIES, month)


def _present(duties: DataFrame, presences: DataFrame, month: str) -> DataFrame:
    """Most people of the contractor at work on the site on one day; nobody needs to know who they are.

    A site of which no list came says nothing, and is left out.
    """
    last = F.lit(last_day(month) - timedelta(days=LIST_DAYS))
    who = F.coalesce("person_token", "name_token", "person_name")
    seen = current(presences, "line_id").where(F.col("present_on") <= last)
    days = (
        seen.where(F.col("site_role").isin(*AT_WORK) & who.isNotNull())
        .withColumn("contractor_id", F.coalesce("employer_orgnr", "employer_foreign_id"))
        .join(duties, ["project_id", "contractor_id"])
        .where(F.col("present_on") >= F.col("work_from_on"))
        .groupBy("contract_id", "present_on")
        .agg(F.countDistinct(who).alias("present_n"), refs().alias("present_refs"))
    )
    most = days.groupBy("contract_id").agg(
        F.max("present_n").alias("present_n"),
        F.max_by("present_refs", F.struct("present_n", "present_on")).alias("present_refs"),
    )
    return (
        duties.join(seen.select("project_id").distinct(), "project_id", "left_semi")
        .select("contract_id")
        .join(most, "contract_id", "left")
        .withColumn("present_n", F.coalesce("present_n", F.lit(0).cast("bigint")))
    )
