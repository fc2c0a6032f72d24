"""Core table about what those who worked on a project reported as pay."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text, whole
from expectations.dataset import SHARE, Column, Dataset

PROJECT_LABOUR = Dataset(
    name="core_chain__project_labour",
    description="One row per supplier of labour on a project that ended at least 90 days before the month's "
    "end and began within the twelve months before the month or in it.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen) and contracting authorities",
    key=("project_id", "supplier_id"),
    columns=(
        MONTH,
        text("project_id", "Project.", required=True),
        text("supplier_id", "Organisation number, else the foreign id of the supplier.", required=True),
        orgnr("supplier_orgnr", "Supplier, where it has a Norwegian number."),
        day("started_on", "First day of its contracts on the project.", required=True),
        day("ended_on", "Last day of them, at most the end of the project.", required=True),
        whole("months_n", "Months that those days lie in.", required=True),
        whole("reported_months_n", "Those of them that anybody at all reported pay for.", required=True),
        whole(
            "cash_ore",
            "All cash pay the supplier reported for those months, for whatever work; missing for a supplier "
            "without a Norwegian number.",
            minimum=None,
        ),
        whole("workers_n", "Persons with cash pay in those months; missing as above."),
        whole(
            "assigned_n",
            "People reported on its assignments in those days; their pay need not be reported here.",
            required=True,
        ),
        Column(
            name="min_labour_share",
            type=SHARE,
            description="Least share of labour in the value by the kind of work; missing without a norm.",
        ),
        text("norm_certainty", "How sure the norm is."),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (PROJECT_LABOUR,)
