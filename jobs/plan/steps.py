"""All tables of the month, in the order in which they are made."""

from jobs.plan import capacity, chain, companies, homes, network, people, register, tax, work
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
    *network.STEPS,
)
