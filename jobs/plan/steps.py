"""All tables of the month, in the order in which they are made."""

from jobs.plan import capacity, chain, companies, homes, network, people, register, reporting, tax, work
from jobs.plan.step import Step

STEPS: tuple[Step, ...] = (
    *people.STEPS,
    *companies.STEPS,
    *chain.STEPS,
    *work.STEPS,
    *homes.STEPS,
    *tax.STEPS,
    *register.STEPS,
    *capacity.STEPS,
    *reporting.STEPS,
    *network.STEPS,
)
