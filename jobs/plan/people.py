"""Who is one person, and persons."""

from expectations import tables_core_link as core_link
from expectations import tables_core_work as core_work
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_owners as raw_owners
from expectations import tables_raw_residence as raw_residence
from expectations import tables_raw_tax as raw_tax
from jobs.core import families, known_links, link_tasks, person_links, persons
from jobs.core.roles import HISTORY_MONTHS
from jobs.core.visible import RawInput
from jobs.link import candidates, fairness
from jobs.months import WINDOW_MONTHS
from jobs.plan.step import LINKS, PEOPLE, Step, now, reported, since

COMPARED_MONTHS = 2
"""Months of reported pay whose workers are persons that a holder without a number may be."""

STEPS = (
    Step(
        dataset=core_link.KNOWN_LINKS,
        transform=known_links.transform,
        raw={
            "identifiers": now(raw_residence.IDENTIFIERS),
            "recipients": reported(raw_reports.RECIPIENTS, WINDOW_MONTHS + 1),
            "roles": since(raw_brreg.ROLES, HISTORY_MONTHS),
        },
    ),
    Step(
        dataset=core_link.CANDIDATES,
        transform=candidates.transform,
        raw={
            "roles": since(raw_brreg.ROLES, HISTORY_MONTHS),
            "owners": now(raw_owners.OWNERS),
            "recipients": reported(raw_reports.RECIPIENTS, COMPARED_MONTHS),
            "residences": now(raw_residence.RESIDENCES),
            "shareholdings": RawInput(dataset=raw_tax.SHAREHOLDINGS, holds_at_end=True),
        },
        tables={"known_links": core_link.KNOWN_LINKS},
    ),
    Step(
        dataset=core_link.FAIRNESS,
        transform=fairness.transform,
        raw={
            "roles": since(raw_brreg.ROLES, HISTORY_MONTHS),
            "owners": now(raw_owners.OWNERS),
            "recipients": reported(raw_reports.RECIPIENTS, COMPARED_MONTHS),
            "residences": now(raw_residence.RESIDENCES),
            "identifiers": now(raw_residence.IDENTIFIERS),
            "units": now(raw_brreg.UNITS),
        },
        tables={"known_links": core_link.KNOWN_LINKS},
    ),
    Step(
        dataset=core_work.PERSON_LINKS,
        transform=person_links.transform,
        tables={"known_links": core_link.KNOWN_LINKS, "candidates": core_link.CANDIDATES},
        judged=True,
    ),
    Step(
        dataset=core_link.LINK_TASKS,
        transform=link_tasks.transform,
        tables={"known_links": core_link.KNOWN_LINKS, "candidates": core_link.CANDIDATES},
        judged=True,
    ),
    Step(dataset=core_work.PERSONS, transform=persons.transform, raw=PEOPLE, tables=LINKS),
    Step(
        dataset=core_work.FAMILIES,
        transform=families.transform,
        raw={**PEOPLE, "relations": now(raw_residence.RELATIONS)},
        tables=LINKS,
    ),
)
