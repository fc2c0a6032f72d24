"""What organisations invoice for labour, beside the people they declare."""

from expectations import tables_core_capacity as core_capacity
from expectations import tables_core_chain as core_chain
from expectations import tables_core_commitment as core_commitment
from expectations import tables_core_labour as core_labour
from expectations import tables_core_org as core_org
from expectations import tables_core_payroll as core_payroll
from expectations import tables_core_supply as core_supply
from expectations import tables_core_tax as core_tax
from expectations import tables_core_work as core_work
from expectations import tables_raw_assignments as raw_assignments
from expectations import tables_raw_codes as raw_codes
from expectations import tables_raw_tax_answers as raw_answers
from jobs.core import (
    capacity,
    declared_months,
    payrolls,
    project_labour,
    promises,
    supplies,
    thin_suppliers,
)
from jobs.plan.step import Step, now, reported
from jobs.plan.tax import ANSWER_MONTHS

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
        dataset=core_labour.PROJECT_LABOUR,
        transform=project_labour.transform,
        raw={
            "labour_norms": now(raw_codes.LABOUR_SHARES),
            "assignment_workers": now(raw_assignments.WORKERS),
        },
        tables={
            "projects": core_chain.PROJECTS,
            "contracts": core_chain.CONTRACTS,
            "pay": core_work.PAY,
        },
        window=frozenset({"pay"}),
    ),
    Step(
        dataset=core_payroll.PAYROLLS,
        transform=payrolls.transform,
        tables={"pay": core_work.PAY, "payments": core_chain.PAYMENTS},
        window=frozenset({"pay"}),
    ),
    Step(
        dataset=core_supply.THIN_SUPPLIERS,
        transform=thin_suppliers.transform,
        raw={
            "vat_filing_answers": reported(raw_answers.VAT_FILING_ANSWERS, ANSWER_MONTHS),
            "assignment_workers": now(raw_assignments.WORKERS),
        },
        tables={
            "payments": core_chain.PAYMENTS,
            "contracts": core_chain.CONTRACTS,
            "organisations": core_org.ORGANISATIONS,
            "roles": core_org.ROLES,
            "employments": core_work.EMPLOYMENTS,
            "capacity": core_capacity.CAPACITY,
            "filing_duties": core_tax.FILING_DUTIES,
        },
    ),
    Step(
        dataset=core_supply.SUPPLIES,
        transform=supplies.transform,
        tables={
            "payments": core_chain.PAYMENTS,
            "contracts": core_chain.CONTRACTS,
            "thin_suppliers": core_supply.THIN_SUPPLIERS,
        },
    ),
    Step(
        dataset=core_commitment.PROMISES,
        transform=promises.transform,
        tables={"contracts": core_chain.CONTRACTS, "projects": core_chain.PROJECTS},
    ),
    Step(
        dataset=core_commitment.DECLARED_MONTHS,
        transform=declared_months.transform,
        raw={
            "labour_norms": now(raw_codes.LABOUR_SHARES),
            "assignment_workers": now(raw_assignments.WORKERS),
        },
        tables={
            "promises": core_commitment.PROMISES,
            "employments": core_work.EMPLOYMENTS,
            "pay": core_work.PAY,
            "payments": core_chain.PAYMENTS,
            "organisations": core_org.ORGANISATIONS,
            "roles": core_org.ROLES,
        },
        window=frozenset({"employments", "pay"}),
    ),
)
