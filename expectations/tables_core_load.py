"""Core table about how much work employers together reported for one person."""

from expectations.columns import MONTH, RAW_REFS, orgnr, person, text, whole
from expectations.dataset import HOURS, Column, Dataset, PersonalData

WORK_MONTHS = Dataset(
    name="core_work__work_months",
    description="One row per person, employer and month of paid work in the six months up to the month, of "
    "persons for whom several employers reported 150 % or more together in at least three of them.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("orgnr", "person_id", "work_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Employer."),
        person("person_id", "Worker."),
        text("work_month", "Month of the work, `YYYY-MM`.", required=True),
        text("employment_kind", "Kind of the largest position.", personal_data=PersonalData.PERSONAL),
        Column(
            name="position_pct",
            type=HOURS,
            personal_data=PersonalData.PERSONAL,
            description="Position as reported, in per cent; missing when not given.",
        ),
        Column(
            name="leave_pct",
            type=HOURS,
            personal_data=PersonalData.PERSONAL,
            description="Leave and lay-off in per cent; missing when none is reported.",
        ),
        Column(
            name="full_week_h",
            type=HOURS,
            description="Hours a week of a full position; missing when not given.",
        ),
        Column(
            name="paid_hours_h",
            type=HOURS,
            personal_data=PersonalData.SPECIAL,
            description="Hours behind pay by the hour; missing when none is reported.",
        ),
        whole("fixed_pay_ore", "Fixed monthly pay.", minimum=None),
        whole("staff_n", "Persons whom the employer paid in that month.", required=True),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (WORK_MONTHS,)
