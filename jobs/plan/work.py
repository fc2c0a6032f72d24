"""Employment and pay."""

from expectations import tables_core_chain as core_chain
from expectations import tables_core_load as core_load
from expectations import tables_core_org as core_org
from expectations import tables_core_work as core_work
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from jobs.core import employments, pay, spells, work_months, worker_flows
from jobs.plan.step import LINKS, Step, now, reported

REPORTED = {
    "reports": reported(raw_reports.REPORTS),
    "recipients": reported(raw_reports.RECIPIENTS),
    "incomes": reported(raw_reports.INCOMES),
    "establishments": now(raw_brreg.ESTABLISHMENTS),
}

STEPS = (
    Step(
        dataset=core_work.EMPLOYMENTS,
        transform=employments.transform,
        raw={
            **REPORTED,
            "relations": reported(raw_reports.EMPLOYMENTS),
            "leaves": reported(raw_reports.LEAVES),
        },
        tables=LINKS,
        by_month=True,
    ),
    Step(
        dataset=core_work.PAY,
        transform=pay.transform,
        raw={**REPORTED, "deductions": reported(raw_reports.DEDUCTIONS)},
        tables=LINKS,
        by_month=True,
    ),
    Step(
        dataset=core_work.SPELLS,
        transform=spells.transform,
        tables={"employments": core_work.EMPLOYMENTS},
        window=frozenset({"employments"}),
    ),
    Step(
        dataset=core_load.WORK_MONTHS,
        transform=work_months.transform,
        tables={"employments": core_work.EMPLOYMENTS, "pay": core_work.PAY},
        window=frozenset({"employments", "pay"}),
    ),
    Step(
        dataset=core_work.WORKER_FLOWS,
        transform=worker_flows.transform,
        tables={
            "organisations": core_org.ORGANISATIONS,
            "spells": core_work.SPELLS,
            "contracts": core_chain.CONTRACTS,
        },
    ),
)
