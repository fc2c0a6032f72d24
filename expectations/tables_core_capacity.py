"""Core table about capacity: labour that organisations invoiced, beside the people they declared."""

from expectations.columns import MONTH, RAW_REFS, orgnr, text, whole
from expectations.dataset import SHARE, Column, Dataset

FULL_YEAR_POINTS = 120_000
"""A full-time year in hundredths of a percent and months, as `position_points` counts."""

CAPACITY = Dataset(
    name="core_work__capacity",
    description="One row per organisation that invoiced labour in the 12 months up to the month: what it "
    "invoiced and bought in, the full-time years it declared in the same months, and the norm of its trade.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen) and contracting authorities",
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation that invoiced."),
        whole("labour_sold_ore", "Invoices for labour less credit notes and set-offs.", required=True),
        whole(
            "labour_bought_ore",
            "Invoices for labour from others, less credit notes and set-offs; 0 when none is known.",
            required=True,
            minimum=None,
        ),
        whole("invoices_n", "Invoices, credit notes and set-offs behind the sum sold.", required=True),
        whole("workers_n", "People declared in the 12 months; missing when a month has no reports."),
        whole("workers_now_n", "People declared in the month itself.", required=True),
        whole(
            "position_points",
            "Positions declared in the 12 months, summed over people and months in hundredths of a percent, "
            "so that 120,000 are one full-time year; a missing one is taken as full, and so are people on "
            "reported assignments. Missing when a month has no reports at all.",
        ),
        text("norm_key", "Industry prefix of the norm; missing when the trade has none in force."),
        Column(
            name="min_labour_share",
            type=SHARE,
            description="Lowest plausible share of labour, from the code list `arbeidsandel`.",
        ),
        whole("yearly_cost_ore", "Cost of a full-time year, from the code list."),
        text("norm_certainty", "How sure the code list is of the norm."),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (CAPACITY,)
