"""Core tables about the lowest lawful pay and those who were reported with less."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, person, text, whole
from expectations.dataset import HOURS, Column, Dataset, PersonalData

MINIMUM_RATES = Dataset(
    name="core_work__minimum_rates",
    description="One row per trade with a general minimum rate and month, of the six up to the month.",
    owner="Arbeidstilsynet",
    key=("sector", "work_month"),
    columns=(
        MONTH,
        text("sector", "Trade of the agreement, as the code list names it.", required=True),
        text("work_month", "Month of the work, `YYYY-MM`.", required=True),
        whole(
            "rate_ore",
            "Lowest rate per hour for adults in force on a day of the month; missing when the list lacks one "
            "for any of its days.",
        ),
        whole(
            "recent_rate_ore",
            "Lowest rate per hour for adults on a day of the month or the three before; missing when "
            "the list lacks one for any of those days.",
        ),
        text(
            "certainty",
            "How sure the list is; the least sure of the rates used.",
            codes=("bekreftet", "sekundaer"),
        ),
        RAW_REFS,
    ),
)

LOW_PAY = Dataset(
    name="core_work__low_pay",
    description="One row per worker, employer and month of the six up to the month with less ordinary pay "
    "per hour than the lowest generally applicable rate for adults in the trade, or with hours nobody "
    "reported; only employers with at least two such workers.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen) and Folkeregisteret",
    key=("orgnr", "person_id", "work_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Employer."),
        person("person_id", "Worker; those under 18 and relations other than ordinary ones are left out."),
        text("work_month", "Month of the work and the pay, `YYYY-MM`.", required=True),
        text("sector", "Trade, by the activity code of the establishment.", required=True),
        whole("ordinary_pay_ore", "Ordinary cash pay of that month.", minimum=None),
        Column(
            name="paid_hours_h",
            type=HOURS,
            personal_data=PersonalData.SPECIAL,
            description="Hours behind pay by the hour; missing when none is reported.",
        ),
        Column(
            name="position_pct",
            type=HOURS,
            personal_data=PersonalData.PERSONAL,
            description="Position as reported less leave, in per cent; missing when not given.",
        ),
        Column(
            name="full_week_h",
            type=HOURS,
            description="Hours a week of a full position; missing when not given.",
        ),
        text(
            "occupation_group",
            "First digit of the occupation (STYRK-98); missing when not given.",
            personal_data=PersonalData.PERSONAL,
        ),
        text(
            "age_group",
            "`young` is 18 to 26 in that month, `adult` older; missing when the person is not in the "
            "population register.",
            codes=("young", "adult"),
            personal_data=PersonalData.PERSONAL,
        ),
        whole("rate_ore", "Lowest rate of the month, see `core_work__minimum_rates`.", required=True),
        whole("recent_rate_ore", "Lowest rate of the month and the three before."),
        text("certainty", "How sure the rates are.", required=True, codes=("bekreftet", "sekundaer")),
        whole("rated_months_n", "Months of the six whose rate is listed and confirmed.", required=True),
        whole(
            "later_pay_ore",
            "Pay for this month and those around it that came in a later month.",
            minimum=None,
        ),
        day("later_from_on", "First day of the time that later pay was for."),
        day("later_to_on", "Last day of that time."),
        day("later_paid_on", "Last day of the month in which the last of it was paid."),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (MINIMUM_RATES, LOW_PAY)
