"""What organisations invoice for labour, beside the people they declare."""

from expectations import tables_core_capacity as core_capacity
from expectations import tables_core_chain as core_chain
from expectations import tables_core_org as core_org
from expectations import tables_core_payroll as core_payroll
from expectations import tables_core_work as core_work
from expectations import tables_raw_assignments as raw_assignments
from expectations import tables_raw_codes as raw_codes
from jobs.core import capacity, payrolls
from jobs.plan.step import Step, now

STEPS = (
    Step(
        dataset=core_capacity.CAPACITY,
        transform=capacity.transform,
        raw={
            "labour_norms": now(raw_codes.LABOUR_SHARES),
            "assignment_workers": now(raw_assignments.WORKERS),
        },
        tables={
            "payments": core_chain.PAYMENTS,
            "employments": core_work.EMPLOYMENTS,
            "organisations": core_org.ORGANISATIONS,
        },
        window=frozenset({"employments"}),
    ),
    Step(
        dataset=core_payroll.PAYROLLS,
        transform=payrolls.transform,
        tables={"pay": core_work.PAY, "payments": core_chain.PAYMENTS},
        window=frozenset({"pay"}),
    ),
)
