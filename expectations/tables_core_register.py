"""Core tables about approvals: who needs one for its work, and what the registers showed from day to day."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text, whole
from expectations.dataset import Dataset

OWNER = "Arbeidstilsynet"
REGISTERS = ("bemanning", "bilpleie", "renhold")

REGISTRATION_DUTIES = Dataset(
    name="core_org__registration_duties",
    description="One row per organisation and register whose approval its trade needs by the code list of "
    "duties; the trade stands for the kind of work, which the contract does not tell.",
    owner=OWNER,
    key=("orgnr", "register"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation that has the duty."),
        text("register", "Register of approvals.", codes=REGISTERS),
        text("rule_id", "Rule in the code list `registerplikt`.", required=True),
        text("nace", "Activity code that the duty follows from.", required=True),
        whole("grace_days", "Days of grace, from the code list.", required=True),
        day("rule_from", "First day of the rule; missing means since ever."),
        day("rule_to", "Last day of the rule; missing means still."),
        text("certainty", "How sure the code list is of the rule.", required=True),
        RAW_REFS,
    ),
)

APPROVALS = Dataset(
    name="core_org__approvals",
    description="One row per organisation, register and unbroken run of looks at the register that showed "
    "the same state. Between two looks the state is unknown. An organisation that has the duty and is not "
    "listed has rows that say so; they cite a row of the register of each day looked at.",
    owner=OWNER,
    key=("orgnr", "register", "first_look_on"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        text("register", "Register of approvals.", codes=REGISTERS),
        day("first_look_on", "First day looked at that showed the state.", required=True),
        day("last_look_on", "Last day looked at that showed the state.", required=True),
        day("next_look_on", "Next day looked at; missing after the last look."),
        text(
            "state",
            "What the register showed; `establishment_refused` when it is approved itself and none of its "
            "listed establishments is.",
            required=True,
            codes=("approved", "pending", "refused", "establishment_refused", "not_listed", "unknown"),
        ),
        whole("looks_n", "Looks in the run.", required=True, minimum=1),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (REGISTRATION_DUTIES, APPROVALS)
