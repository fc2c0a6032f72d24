"""What organisations owe, pay and file."""

from expectations import tables_core_org as core_org
from expectations import tables_core_tax as core_tax
from expectations import tables_core_work as core_work
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_tax as raw_tax
from expectations import tables_raw_tax_answers as raw_answers
from jobs.core import (
    accounts,
    arrears_terms,
    contribution_terms,
    filing_duties,
    shared_identifiers,
    vat_mismatches,
    vat_terms,
    withholding_months,
    worker_exits,
)
from jobs.plan.step import LINKS, Step, now, reported

ANSWER_MONTHS = 3
"""An older answer does not tell the present state; terms are answered every other month."""
ACCOUNT_MONTHS = 25
"""Answers about accounts come once a year; the one before is kept for those whose new ones are not out."""

STEPS = (
    Step(
        dataset=core_tax.WITHHOLDING_MONTHS,
        transform=withholding_months.transform,
        raw={
            "claim_answers": reported(raw_answers.CLAIM_ANSWERS, ANSWER_MONTHS),
            "claims": reported(raw_answers.CLAIMS, ANSWER_MONTHS),
            "claim_dues": reported(raw_answers.CLAIM_DUES, ANSWER_MONTHS),
            "reports": reported(raw_reports.REPORTS, withholding_months.MONTHS),
        },
    ),
    Step(
        dataset=core_tax.CONTRIBUTION_TERMS,
        transform=contribution_terms.transform,
        raw={
            "contribution_answers": reported(raw_answers.CONTRIBUTION_ANSWERS, ANSWER_MONTHS),
            "contribution_terms": reported(raw_answers.CONTRIBUTION_TERMS, ANSWER_MONTHS),
        },
    ),
    Step(
        dataset=core_tax.VAT_TERMS,
        transform=vat_terms.transform,
        raw={
            "vat_filing_answers": reported(raw_answers.VAT_FILING_ANSWERS, filing_duties.MONTHS),
            "vat_filings": reported(raw_answers.VAT_FILINGS, filing_duties.MONTHS),
        },
    ),
    Step(
        dataset=core_tax.FILING_DUTIES,
        transform=filing_duties.transform,
        raw={
            "filing_duties": reported(raw_answers.FILING_DUTIES, filing_duties.MONTHS),
            "vat_filing_answers": reported(raw_answers.VAT_FILING_ANSWERS, ANSWER_MONTHS),
            "reports": reported(raw_reports.REPORTS, filing_duties.MONTHS),
            "units": now(raw_brreg.UNITS),
        },
        tables={"vat_terms": core_tax.VAT_TERMS},
    ),
    Step(
        dataset=core_tax.VAT_MISMATCHES,
        transform=vat_mismatches.transform,
        raw={
            "vat_mismatches": reported(raw_answers.VAT_MISMATCHES, filing_duties.MONTHS),
            "vat_filing_answers": reported(raw_answers.VAT_FILING_ANSWERS, ANSWER_MONTHS),
        },
    ),
    Step(
        dataset=core_tax.ARREARS_TERMS,
        transform=arrears_terms.transform,
        raw={"arrears": reported(raw_tax.ARREARS, arrears_terms.MONTHS)},
        tables={"vat_terms": core_tax.VAT_TERMS},
    ),
    Step(
        dataset=core_tax.WORKER_EXITS,
        transform=worker_exits.transform,
        tables={
            "arrears_terms": core_tax.ARREARS_TERMS,
            "organisations": core_org.ORGANISATIONS,
            "spells": core_work.SPELLS,
        },
    ),
    Step(
        dataset=core_tax.SHARED_IDENTIFIERS,
        transform=shared_identifiers.transform,
        raw={"identifiers": now(raw_answers.IDENTIFIERS)},
        tables=LINKS,
    ),
    Step(
        dataset=core_tax.ACCOUNTS,
        transform=accounts.transform,
        raw={
            "account_answers": reported(raw_answers.ACCOUNT_ANSWERS, ACCOUNT_MONTHS),
            "account_incomes": reported(raw_answers.ACCOUNT_INCOMES, ACCOUNT_MONTHS),
            "account_costs": reported(raw_answers.ACCOUNT_COSTS, ACCOUNT_MONTHS),
            "account_assets": reported(raw_answers.ACCOUNT_ASSETS, ACCOUNT_MONTHS),
        },
    ),
)
