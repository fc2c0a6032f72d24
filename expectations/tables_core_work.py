"""Core tables about work, tax and persons."""

from expectations.columns import MONTH, RAW_REFS, VALID_TO, day, orgnr, person, text, whole
from expectations.dataset import DAY, HOURS, SHARE, YES_NO, Column, Dataset, PersonalData

PERSON_LINKS = Dataset(
    name="core_link__person_links",
    description="One row per token that stands for a person under another number or name; "
    "a token not here stands for itself.",
    owner="Arbeidstilsynet",
    key=("token",),
    columns=(
        MONTH,
        person("token", "Token of one identifier: a number, or a name with birth date."),
        person("person_id", "Pseudonym of the person: token of the current number.", required=True),
        text(
            "rule",
            "Why they are one person.",
            required=True,
            codes=(
                "d_number_to_fnr",
                "earlier_number",
                "name_birth_date_unique",
                "name_probability",
                "judged_same",
            ),
        ),
        Column(
            name="match_probability",
            type=SHARE,
            required=True,
            description="1 for links stated by the register; else the stated precision of the rule, or what "
            "the comparison of names gave (`core_link__candidates`).",
        ),
        RAW_REFS,
    ),
)

PERSONS = Dataset(
    name="core_link__persons",
    description="One row per person in the population register: only what guards need.",
    owner="Arbeidstilsynet, from Folkeregisteret",
    key=("person_id",),
    columns=(
        MONTH,
        person("person_id", "Pseudonym."),
        Column(
            name="is_adult",
            type=YES_NO,
            description="Eighteen or older at the month's end; missing means unknown.",
        ),
        text("status", "Status in the population register.", personal_data=PersonalData.PERSONAL),
        RAW_REFS,
    ),
)

FAMILIES = Dataset(
    name="core_link__families",
    description="One row per registered family relation; used only to leave "
    "families out of housing indicators.",
    owner="Arbeidstilsynet, from Folkeregisteret",
    key=("person_id", "related_person_id"),
    columns=(
        MONTH,
        person("person_id", "Pseudonym."),
        person("related_person_id", "Pseudonym of the relative."),
        text("relation", "Role of the relative.", required=True, personal_data=PersonalData.SPECIAL),
        RAW_REFS,
    ),
)

EMPLOYMENTS = Dataset(
    name="core_work__employments",
    description="One row per employer, worker and month: the latest report of the "
    "employer for that month wins.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("orgnr", "person_id"),
    columns=(
        MONTH,
        orgnr("orgnr", "Employer (superior unit of the establishment, else the reporting unit)."),
        person("person_id", "Worker."),
        orgnr("establishment_orgnr", "Establishment of the largest position."),
        day("started_on", "Earliest start date among the relations."),
        day("ended_on", "End date when all relations have ended."),
        text(
            "end_reason",
            "Reason given for the end; organisation changes do not count as worker flow.",
            personal_data=PersonalData.PERSONAL,
        ),
        Column(
            name="position_pct",
            type=HOURS,
            personal_data=PersonalData.PERSONAL,
            description="Sum of position percentages; missing when none is given.",
        ),
        Column(
            name="full_week_h",
            type=HOURS,
            description="Hours a week of a full position, by the largest position; missing when not given.",
        ),
        Column(
            name="leave_pct",
            type=HOURS,
            personal_data=PersonalData.PERSONAL,
            description="Leave and lay-off in per cent, summed, that overlap the month; missing when none is "
            "reported.",
        ),
        text(
            "employment_kind",
            "Kind of the largest position as reported.",
            personal_data=PersonalData.PERSONAL,
        ),
        text(
            "occupation_code",
            "Occupation of the largest position, STYRK-98 with 7 digits.",
            personal_data=PersonalData.PERSONAL,
        ),
        Column(
            name="is_paid",
            type=YES_NO,
            required=True,
            description="Positive cash pay was reported in the month.",
        ),
        Column(
            name="is_active",
            type=YES_NO,
            required=True,
            description="Counts as work: paid in the month and not ended before it.",
        ),
        whole("relations_n", "Employment relations behind the row.", required=True),
        Column(
            name="is_late",
            type=YES_NO,
            required=True,
            description="Reported in a late or replacement delivery.",
        ),
        RAW_REFS,
    ),
)

PAY = Dataset(
    name="core_work__pay",
    description="One row per employer, worker and month with pay, as reported in "
    "that same month; never averaged.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("orgnr", "person_id"),
    columns=(
        MONTH,
        orgnr("orgnr", "Employer."),
        person("person_id", "Worker."),
        whole("cash_ore", "All cash pay.", minimum=None),
        whole("hourly_pay_ore", "Cash pay by the hour.", minimum=None),
        Column(
            name="paid_hours_h",
            type=HOURS,
            personal_data=PersonalData.SPECIAL,
            description="Hours behind the hourly pay.",
        ),
        whole("fixed_pay_ore", "Fixed monthly pay.", minimum=None),
        whole(
            "ordinary_pay_ore",
            "Cash pay but for overtime, holidays and severance, less what was taken back; without pay for "
            "earlier months.",
            minimum=None,
        ),
        whole(
            "earlier_pay_ore",
            "Pay without hours for earlier months, beside that of the month: a difference paid later.",
            minimum=None,
        ),
        day("earlier_from_on", "First day of the time that such pay was for."),
        day("earlier_to_on", "Last day of that time."),
        whole("housing_benefit_ore", "Benefits in kind for housing and lodging.", minimum=None),
        whole("housing_deduction_ore", "Deductions for lodging (brakkeleie)."),
        RAW_REFS,
    ),
)

SPELLS = Dataset(
    name="core_work__spells",
    description="One row per unbroken spell of reported employment of a person with "
    "an employer inside the window; months without pay after the last paid one do not prolong it.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("orgnr", "person_id", "first_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Employer."),
        person("person_id", "Worker."),
        text("first_month", "First month of the spell.", required=True),
        text("last_month", "Last month of the spell.", required=True),
        Column(
            name="valid_from",
            type=DAY,
            required=True,
            description="Start date inside the first month, else its first day.",
        ),
        VALID_TO,
        whole("months_n", "Months in the spell.", required=True),
        whole("paid_months_n", "Months with pay.", required=True),
        text("end_reason", "Reason given for the end.", personal_data=PersonalData.PERSONAL),
        RAW_REFS,
    ),
)

WORKER_FLOWS = Dataset(
    name="core_work__worker_flows",
    description="One row per failed organisation and organisation that shares "
    "workers with it within 180 days.",
    owner="Arbeidstilsynet",
    key=("from_orgnr", "to_orgnr"),
    columns=(
        MONTH,
        orgnr("from_orgnr", "Failed organisation."),
        orgnr("to_orgnr", "Organisation registered 365 days before to 180 days after the failure."),
        day("failed_on", "First of bankruptcy, dissolution and deletion.", required=True),
        whole(
            "moved_n",
            "Persons with active spells in both within 180 days of the failure; those whose spell ended "
            "by an organisation change or a new payroll system are left out.",
            required=True,
        ),
        whole(
            "from_n",
            "Persons with active spells in the failed one, 180 days around the failure.",
            required=True,
        ),
        whole("to_n", "Persons with active spells in the other, 180 days around the failure.", required=True),
        Column(
            name="chance_share",
            type=SHARE,
            description="Largest share of leavers of other organisations in the stratum that "
            "landed at one new employer, "
            "median (of an even number the lower middle) over those of them with at least three leavers; "
            "missing when the stratum has fewer than 20 leavers.",
        ),
        text("stratum", "`<NACE division>:<municipality>` of the null model, or `national`."),
        whole("shared_clients_n", "Clients that both had contracts with.", required=True),
        RAW_REFS,
    ),
)

STANDING = Dataset(
    name="core_tax__standing",
    description="One row per organisation that was asked about, with its latest "
    "answer on arrears up to the month.",
    owner="Arbeidstilsynet, from Skatteetaten",
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        text("answer_month", "Month of the answer.", required=True),
        text(
            "answer",
            "`data`, `ingenData` (asked, nothing known) or `avslag` (asked, refused).",
            required=True,
            codes=("data", "ingenData", "avslag"),
        ),
        whole("arrears_ore", "Sum overdue and unpaid over all kinds; missing unless the answer has data."),
        whole("withholding_arrears_ore", "Overdue withholding tax."),
        whole("vat_arrears_ore", "Overdue VAT."),
        whole("contribution_arrears_ore", "Overdue employer contribution."),
        Column(
            name="has_instalment_plan",
            type=YES_NO,
            personal_data=PersonalData.SPECIAL,
            description="An instalment plan is in force.",
        ),
        RAW_REFS,
    ),
)

DATASETS = (PERSON_LINKS, PERSONS, FAMILIES, EMPLOYMENTS, PAY, SPELLS, WORKER_FLOWS, STANDING)
