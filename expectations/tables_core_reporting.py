"""Core table about contracts that a party must report to the assignment register."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text, whole
from expectations.dataset import YES_NO, Column, Dataset

REPORTING_DUTIES = Dataset(
    name="core_chain__reporting_duties",
    description="One row per contract for labour whose work began in the twelve months up to the month and "
    "whose contractor has its seat abroad, by its number or its form of organisation.",
    owner="Arbeidstilsynet, from Skatteetaten (Oppdrags- og arbeidsforholdregisteret) and clients",
    key=("contract_id",),
    columns=(
        MONTH,
        text("contract_id", "The contract.", required=True),
        orgnr("client_orgnr", "Client.", required=True),
        text("contractor_id", "Organisation number of the contractor, else its other id.", required=True),
        Column(
            name="is_registered_here",
            type=YES_NO,
            required=True,
            description="The contractor has a Norwegian number, as a branch; its seat for tax may be here.",
        ),
        day("work_from_on", "First day of the work.", required=True),
        whole("value_ore", "Value of the contract; missing when not known."),
        day("reported_on", "Day of the first report by either party; missing when there is none."),
        whole(
            "open_reports_n",
            "Reports by the client in those days about a contractor of no contract known; one of them may be "
            "about this contract.",
            required=True,
        ),
        text("exemption", "Exemption from the duty that a report states."),
        whole(
            "present_n",
            "Most people of the contractor at work on the site on one day of the last three months, up to 14 "
            "days before the month's end; missing where no list of the site came.",
        ),
        whole(
            "listed_n",
            "People on the list of workers for assignments of the same parties; missing without a report.",
        ),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (REPORTING_DUTIES,)
