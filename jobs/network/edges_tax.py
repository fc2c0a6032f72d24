"""Edges of tax: what organisations owe on pay and did not file, and whose VAT does not agree."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from expectations.tables_core_tax import (
    ARREARS_TERMS,
    CONTRIBUTION_TERMS,
    FILING_DUTIES,
    SHARED_IDENTIFIERS,
    VAT_MISMATCHES,
    WITHHOLDING_MONTHS,
    WORKER_EXITS,
)
from expectations.tables_core_work import SPELLS, STANDING
from graph.model import EdgeKind
from jobs.core.filing_duties import REPORT
from jobs.core.notices import touches
from jobs.network.elements import attributes, edges, org, person
from jobs.network.source import EdgeSource

AUTHORITY = "authority:skatteetaten"
MISSING_AT_LEAST = 2
SHARED_AT_LEAST = 4


def build(
    *,
    withholding_months: DataFrame,
    contribution_terms: DataFrame,
    standing: DataFrame,
    filing_duties: DataFrame,
    vat_mismatches: DataFrame,
    arrears_terms: DataFrame,
    worker_exits: DataFrame,
    shared_identifiers: DataFrame,
    spells: DataFrame,
    month: str,
) -> list[DataFrame]:
    """Frames of edges, only of organisations that owe, miss several reports or were compared.

    Args:
        withholding_months: `core_tax__withholding_months`.
        contribution_terms: `core_tax__contribution_terms`.
        standing: `core_tax__standing`.
        filing_duties: `core_tax__filing_duties`.
        vat_mismatches: `core_tax__vat_mismatches`.
        arrears_terms: `core_tax__arrears_terms`.
        worker_exits: `core_work__worker_exits`.
        shared_identifiers: `core_tax__identifiers`.
        spells: `core_work__spells`.
        month: Month evaluated.
    """
    owing = withholding_months.select("orgnr").distinct()
    first_on = F.to_date(F.concat("pay_month", F.lit("-01")))
    expected = F.col("expected_withholding_ore") + F.col("expected_contribution_ore")
    return [
        edges(
            withholding_months.withColumn(
                "overdue_ore", F.col("overdue_withholding_ore") + F.col("overdue_contribution_ore")
            ),
            EdgeKind.TAX_DUE,
            WITHHOLDING_MONTHS,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("period:"), "pay_month"),
            valid_from=first_on,
            valid_to=F.last_day(first_on),
            amount="overdue_ore",
            known=attributes(
                answered_on="answered_on",
                due_on="due_on",
                expected_ore=expected,
                suspended_ore="suspended_ore",
            ),
        ),
        edges(
            contribution_terms.join(owing, "orgnr", "left_semi"),
            EdgeKind.PAYROLL_TERM,
            CONTRIBUTION_TERMS,
            month=month,
            source=org("orgnr"),
            target=term_node(),
            valid_from=term_start(),
            valid_to=F.last_day(F.add_months(term_start(), 1)),
            amount="base_ore",
            known=attributes(),
        ),
        edges(
            standing.join(owing, "orgnr", "left_semi"),
            EdgeKind.TAX_STANDING,
            STANDING,
            month=month,
            source=org("orgnr"),
            target=F.lit(AUTHORITY),
            known=attributes(
                answer="answer",
                has_instalment_plan="has_instalment_plan",
                pay_arrears_ore=F.col("withholding_arrears_ore") + F.col("contribution_arrears_ore"),
            ),
        ),
        edges(
            several_missing(filing_duties),
            EdgeKind.FILING_DUTY,
            FILING_DUTIES,
            month=month,
            source=org("orgnr"),
            target=F.concat(F.lit("period:"), "filing_period"),
            valid_from="period_from",
            valid_to="period_to",
            known=attributes(
                deadline_on="deadline_on",
                duty_kind="duty_kind",
                is_own_duty=F.col("responsible_orgnr").isNull(),
                known_on="known_on",
            ),
        ),
        edges(
            vat_mismatches,
            EdgeKind.VAT_MISMATCH,
            VAT_MISMATCHES,
            month=month,
            source=org("buyer_orgnr"),
            target=org("seller_orgnr"),
            valid_from=term_start("from_year", "from_term_no"),
            valid_to=F.last_day(F.add_months(term_start("to_year", "to_term_no"), 1)),
            known=attributes(
                is_mismatch="is_mismatch",
                is_seller_registered="is_seller_registered",
                is_seller_yearly="is_seller_yearly",
            ),
        ),
        edges(
            arrears_terms.join(worker_exits.select(F.col("from_orgnr").alias("orgnr")), "orgnr", "left_semi"),
            EdgeKind.ARREARS_TERM,
            ARREARS_TERMS,
            month=month,
            source=org("orgnr"),
            target=term_node(),
            valid_from=term_start(),
            valid_to=F.last_day(F.add_months(term_start(), 1)),
            amount="arrears_ore",
            known=attributes(is_turnover_older="is_turnover_older", turnover_ore="turnover_ore"),
        ),
        edges(
            worker_exits,
            EdgeKind.WORKER_EXIT,
            WORKER_EXITS,
            month=month,
            source=org("from_orgnr"),
            target=org("to_orgnr"),
            valid_from="first_left_on",
            valid_to="last_left_on",
            known=attributes(
                chance_share="chance_share",
                from_n="from_n",
                left_n="left_n",
                moved_n="moved_n",
                stratum="stratum",
            ),
        ),
        edges(
            widely_shared(shared_identifiers),
            EdgeKind.USES_IDENTIFIER,
            SHARED_IDENTIFIERS,
            month=month,
            source=person("person_id"),
            target=F.concat(F.lit("identifier:"), "identifier_id"),
            valid_from="valid_from",
            valid_to="valid_to",
            known=attributes(identifier_kind="identifier_kind", is_household="is_household"),
        ),
        edges(
            agents(filing_duties, shared_identifiers, spells, month),
            EdgeKind.FILED_BY,
            FILING_DUTIES,
            month=month,
            source=org("orgnr"),
            target=org("filed_by_orgnr"),
            valid_from="period_from",
            valid_to="period_to",
            known=attributes(clients_n="clients_n", staff_n="staff_n"),
        ),
    ]


def widely_shared(shared_identifiers: DataFrame) -> DataFrame:
    """Rows of identifiers that at least four persons gave.

    Args:
        shared_identifiers: `core_tax__identifiers`.
    """
    many = (
        shared_identifiers.groupBy("identifier_id")
        .agg(F.countDistinct("person_id").alias("n"))
        .where(F.col("n") >= SHARED_AT_LEAST)
    )
    return shared_identifiers.join(many.select("identifier_id"), "identifier_id", "left_semi")


def agents(
    filing_duties: DataFrame, shared_identifiers: DataFrame, spells: DataFrame, month: str
) -> DataFrame:
    """Who filed the last employer report of each employer of people who share an identifier widely.

    Args:
        filing_duties: `core_tax__filing_duties`.
        shared_identifiers: `core_tax__identifiers`.
        spells: `core_work__spells`.
        month: Month evaluated.

    Returns:
        Rows of `core_tax__filing_duties`, one per employer, with `clients_n`, the organisations that the
        agent filed any report for, and `staff_n`, the persons that the employer pays in the month.
    """
    filed = filing_duties.where(
        F.col("filed_by_orgnr").isNotNull() & (F.col("filed_by_orgnr") != F.col("orgnr"))
    )
    clients = filed.groupBy("filed_by_orgnr").agg(F.countDistinct("orgnr").alias("clients_n"))
    paid = spells.where("paid_months_n > 0")
    people = widely_shared(shared_identifiers).select("person_id").distinct()
    employers = paid.join(people, "person_id", "left_semi").select("orgnr").distinct()
    staff = (
        paid.where(touches("valid_from", "valid_to", month))
        .join(employers, "orgnr", "left_semi")
        .groupBy("orgnr")
        .agg(F.countDistinct("person_id").alias("staff_n"))
    )
    last_first = Window.partitionBy("orgnr").orderBy(F.desc("filing_period"))
    return (
        filed.where(F.col("duty_kind") == REPORT)
        .join(employers, "orgnr", "left_semi")
        .withColumn("place", F.row_number().over(last_first))
        .where("place = 1")
        .drop("place")
        .join(clients, "filed_by_orgnr")
        .join(staff, "orgnr", "left")
    )


def several_missing(filing_duties: DataFrame) -> DataFrame:
    """Missing reports of organisations that miss at least two, whoever files them.

    Args:
        filing_duties: `core_tax__filing_duties`.
    """
    missing = filing_duties.where("is_missing")
    several = missing.groupBy("orgnr").agg(F.count("*").alias("n")).where(F.col("n") >= MISSING_AT_LEAST)
    return missing.join(several.select("orgnr"), "orgnr", "left_semi")


def term_node() -> Column:
    """Node of a two-month term, out of `year` and `term_no`."""
    return F.concat(
        F.lit("period:"), F.col("year").cast("string"), F.lit("-T"), F.col("term_no").cast("string")
    )


def term_start(year: str = "year", term_no: str = "term_no") -> Column:
    """First day of a two-month term.

    Args:
        year: Column with the year.
        term_no: Column with the term, 1-6.
    """
    return F.make_date(F.col(year).cast("int"), (F.col(term_no) * 2 - 1).cast("int"), F.lit(1))


SOURCE = EdgeSource(
    build=build,
    tables={
        "withholding_months": WITHHOLDING_MONTHS,
        "contribution_terms": CONTRIBUTION_TERMS,
        "standing": STANDING,
        "filing_duties": FILING_DUTIES,
        "vat_mismatches": VAT_MISMATCHES,
        "arrears_terms": ARREARS_TERMS,
        "worker_exits": WORKER_EXITS,
        "shared_identifiers": SHARED_IDENTIFIERS,
        "spells": SPELLS,
    },
)
