"""Core tables about work that suppliers promised, beside the hours they declared."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text, whole
from expectations.dataset import HOURS, Column, Dataset

PROMISES = Dataset(
    name="core_chain__promises",
    description="One row per contract for work that was in force in the six months up to the month, where "
    "the supplier, or the client as a supplier itself, has one that began late in its project or deep in its "
    "chain, or for which that is unknown.",
    owner="Arbeidstilsynet, from contracting authorities and main suppliers",
    key=("contract_id",),
    columns=(
        MONTH,
        text("contract_id", "Contract."),
        text("project_id", "Project; missing for standing agreements."),
        orgnr("client_orgnr", "Client."),
        orgnr("supplier_orgnr", "Supplier.", required=True),
        text("kind", "Kind of contract.", required=True),
        whole("labour_ore", "Labour-only part of the value; missing when unknown."),
        whole("value_ore", "Value; missing when unknown."),
        day("begins_on", "Work starts, else signed."),
        day("ends_on", "Work ends, else the project."),
        whole("tier_no", "Contracts above it, 0 to 2, where 2 means two or more; missing when unknown."),
        day("project_from", "Project starts."),
        day("project_to", "Project ends, actual else planned."),
        RAW_REFS,
    ),
)

DECLARED_MONTHS = Dataset(
    name="core_work__declared_months",
    description="One row per supplier that promised late or deep in a chain at least as much work as it "
    "declared in some month, and month of the six up to the month for which anybody reported.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen)",
    key=("orgnr", "work_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Supplier."),
        text("work_month", "Month of the work, `YYYY-MM`.", required=True),
        whole("workers_n", "People paid for work in the month.", required=True),
        Column(
            name="declared_h",
            type=HOURS,
            required=True,
            description="Paid hours, else those of the position; one that is not given is taken as full.",
        ),
        whole("sent_n", "People on reported assignments in the month.", required=True),
        whole("owners_n", "Owners who are liable and may work without pay.", required=True),
        whole(
            "bought_ore",
            "Work invoiced to it in the month outside known contracts, less credit notes.",
            required=True,
            minimum=None,
        ),
        whole("hourly_cost_ore", "Cost of an hour in its trade, from the code list; missing without a norm."),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (PROMISES, DECLARED_MONTHS)
