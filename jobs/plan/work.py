"""Employment and pay."""

from expectations import tables_core_chain as core_chain
from expectations import tables_core_load as core_load
from expectations import tables_core_org as core_org
from expectations import tables_core_pay as core_pay
from expectations import tables_core_work as core_work
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_codes as raw_codes
from jobs.core import employments, low_pay, minimum_rates, pay, spells, work_months, worker_flows
from jobs.plan.step import LINKS, PEOPLE, Step, now, reported

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
        dataset=core_pay.MINIMUM_RATES,
        transform=minimum_rates.transform,
        raw={"minimum_wages": now(raw_codes.MINIMUM_WAGES)},
    ),
    Step(
        dataset=core_pay.LOW_PAY,
        transform=low_pay.transform,
        raw=PEOPLE,
        tables={
            **LINKS,
            "employments": core_work.EMPLOYMENTS,
            "pay": core_work.PAY,
            "minimum_rates": core_pay.MINIMUM_RATES,
            "organisations": core_org.ORGANISATIONS,
            "establishments": core_org.ESTABLISHMENTS,
        },
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
