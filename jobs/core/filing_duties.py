"""What organisations had to file, and whether it came."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import FILING_DUTIES
from jobs.core.rows import current, joined_refs, latest, shaped
from jobs.core.tax_answers import last_answers

MISSING = "ikke_levert"
REPORT, VAT_RETURN, ACCOUNTS = "amelding", "mvamelding", "aarsregnskap"
NOT_FILED = "meldingIkkeLevert"
MONTHS = 13
"""Months of answers that are read: deadlines of a year, and those of its first month answered late."""


def transform(
    *,
    filing_duties: DataFrame,
    vat_filing_answers: DataFrame,
    vat_terms: DataFrame,
    reports: DataFrame,
    units: DataFrame,
    month: str,
) -> DataFrame:
    """One row per duty that an answer told of.

    The authority answers about a duty when its deadline has passed, and not again. So what is missing by its
    answer is looked for elsewhere: among the employer's reports, in later answers about VAT, and in the year
    of the accounts that the register of entities holds.

    Args:
        filing_duties: Raw duties with delivery.
        vat_filing_answers: Raw answers about VAT filing, with delivery.
        vat_terms: `core_tax__vat_terms`.
        reports: Raw employer reports with delivery.
        units: Raw units of the register of entities, with delivery.
        month: Month evaluated.
    """
    duties = (
        last_answers(filing_duties, "orgnr", "duty_kind", "filing_period")
        .withColumn("first_on", _first_day())
        .where(F.col("first_on").isNotNull())
    )
    missing = F.col("filing_status") == MISSING
    reported = reports.select(
        F.col("employer_orgnr").alias("orgnr"),
        F.col("calendar_month").alias("filing_period"),
        F.lit(REPORT).alias("duty_kind"),
        "raw_ref",
    )
    returned = vat_terms.where(
        (F.col("filing_status") != NOT_FILED) & ~F.coalesce("is_set_by_authority", F.lit(False))
    ).select(
        "orgnr",
        F.concat_ws("-T", F.col("year").cast("string"), F.col("term_no").cast("string")).alias(
            "filing_period"
        ),
        F.lit(VAT_RETURN).alias("duty_kind"),
        F.element_at("raw_refs", 1).alias("raw_ref"),
        F.col("answered_on").alias("told_on"),
    )
    # The register of entities is large: only those whose accounts are missing are looked up in it.
    without_accounts = duties.where(missing & (F.col("duty_kind") == ACCOUNTS)).select("orgnr")
    published = current(units.join(without_accounts, "orgnr", "left_semi"), "orgnr").select(
        "orgnr",
        F.col("last_accounts_year").alias("accounts_year"),
        F.lit(ACCOUNTS).alias("duty_kind"),
        F.col("raw_ref").alias("accounts_ref"),
    )
    key = ["orgnr", "duty_kind", "filing_period"]
    open_duties = duties.where(missing).select(*key, "answered_on")
    signs = (
        open_duties.join(reported, key)
        .select(*key, "raw_ref")
        .unionByName(
            open_duties.join(returned, key)
            .where(F.col("told_on") > F.col("answered_on"))
            .select(*key, "raw_ref")
        )
        .unionByName(
            open_duties.join(published, ["orgnr", "duty_kind"])
            .where(F.col("accounts_year") >= F.col("filing_period"))
            .select(*key, F.col("accounts_ref").alias("raw_ref"))
        )
        .groupBy(*key)
        .agg(F.min("raw_ref").alias("sign_ref"))
    )
    others = (
        latest(vat_filing_answers, "orgnr")
        .where(F.col("responsible_orgnr") != F.col("orgnr"))
        .select(
            "orgnr",
            "responsible_orgnr",
            F.lit(VAT_RETURN).alias("duty_kind"),
            F.col("raw_ref").alias("vat_ref"),
        )
    )
    rows = (
        duties.join(signs, key, "left")
        .join(others, ["orgnr", "duty_kind"], "left")
        .select(
            *key,
            F.col("first_on").alias("period_from"),
            _last_day().alias("period_to"),
            "deadline_on",
            "filing_status",
            (missing & F.col("sign_ref").isNull()).alias("is_missing"),
            F.col("answered_on").alias("known_on"),
            "filed_on",
            "filed_by_orgnr",
            "responsible_orgnr",
            joined_refs(F.array("answer_ref"), F.array_compact(F.array("sign_ref", "vat_ref"))).alias(
                "raw_refs"
            ),
        )
    )
    return shaped(rows, FILING_DUTIES, month)


def _first_day() -> Column:
    """First day of a month, a two-month term, or a year; missing for anything else."""
    term_month = (F.col("filing_period_term_no") * 2 - 1).cast("bigint")
    number = F.coalesce("filing_period_month_no", term_month, F.lit(1))
    year = F.col("filing_period_year").cast("string")
    text = F.concat(year, F.lit("-"), F.lpad(number.cast("string"), 2, "0"), F.lit("-01"))
    return F.to_date(text)


def _last_day() -> Column:
    months = (
        F.when(F.col("filing_period_month_no").isNotNull(), 0)
        .when(F.col("filing_period_term_no").isNotNull(), 1)
        .otherwise(11)
    )
    return F.last_day(F.add_months("first_on", months))
