"""Projects, contracts and payments."""

from expectations import tables_core_chain as core_chain
from expectations import tables_raw_chain as raw_chain
from expectations import tables_raw_codes as raw_codes
from jobs.core import contracts, coverage, payments, projects
from jobs.plan.step import Step, now

STEPS = (
    Step(
        dataset=core_chain.CONTRACTS,
        transform=contracts.transform,
        raw={"contracts": now(raw_chain.CONTRACTS)},
    ),
    Step(
        dataset=core_chain.PAYMENTS,
        transform=payments.transform,
        raw={"invoices": now(raw_chain.INVOICES)},
        tables={"contracts": core_chain.CONTRACTS},
    ),
    Step(
        dataset=core_chain.COVERAGE,
        transform=coverage.transform,
        raw={"projects": now(raw_chain.PROJECTS)},
        tables={"contracts": core_chain.CONTRACTS, "payments": core_chain.PAYMENTS},
    ),
    Step(
        dataset=core_chain.PROJECTS,
        transform=projects.transform,
        raw={
            "projects": now(raw_chain.PROJECTS),
            "dispensations": now(raw_chain.DISPENSATIONS),
            "tier_rules": now(raw_codes.TIER_RULES),
        },
        tables={"contracts": core_chain.CONTRACTS, "coverage": core_chain.COVERAGE},
    ),
)
