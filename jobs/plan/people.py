"""Who is one person, and persons."""

from expectations import tables_core_work as core_work
from expectations import tables_raw_amelding as raw_reports
from expectations import tables_raw_brreg as raw_brreg
from expectations import tables_raw_residence as raw_residence
from jobs.core import families, person_links, persons
from jobs.core.roles import HISTORY_MONTHS
from jobs.months import WINDOW_MONTHS
from jobs.plan.step import LINKS, PEOPLE, Step, now, reported, since

STEPS = (
    Step(
        dataset=core_work.PERSON_LINKS,
        transform=person_links.transform,
        raw={
            "identifiers": now(raw_residence.IDENTIFIERS),
            "recipients": reported(raw_reports.RECIPIENTS, WINDOW_MONTHS + 1),
            "roles": since(raw_brreg.ROLES, HISTORY_MONTHS),
        },
    ),
    Step(dataset=core_work.PERSONS, transform=persons.transform, raw=PEOPLE, tables=LINKS),
    Step(
        dataset=core_work.FAMILIES,
        transform=families.transform,
        raw={**PEOPLE, "relations": now(raw_residence.RELATIONS)},
        tables=LINKS,
    ),
)
