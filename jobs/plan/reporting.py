"""Contracts that must be reported, and what was."""

from expectations import tables_core_chain as core_chain
from expectations import tables_core_org as core_org
from expectations import tables_core_reporting as core_reporting
from expectations import tables_raw_assignments as raw_assignments
from expectations import tables_raw_sites as raw_site
from jobs.core import reporting_duties
from jobs.core.reporting_duties import SITE_MONTHS
from jobs.plan.step import Step, now, reported

STEPS = (
    Step(
        dataset=core_reporting.REPORTING_DUTIES,
        transform=reporting_duties.transform,
        raw={
            "assignments": now(raw_assignments.ASSIGNMENTS),
            "assignment_workers": now(raw_assignments.WORKERS),
            "presences": reported(raw_site.PRESENCES, SITE_MONTHS),
        },
        tables={"contracts": core_chain.CONTRACTS, "organisations": core_org.ORGANISATIONS},
    ),
)
