"""All tables of the month, in the order in which they are made."""

from jobs.plan import chain, companies, homes, network, people, work
from jobs.plan.step import Step

STEPS: tuple[Step, ...] = (
    *people.STEPS,
    *companies.STEPS,
    *chain.STEPS,
    *work.STEPS,
    *homes.STEPS,
    *network.STEPS,
)
