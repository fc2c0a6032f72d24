"""Core table about what organisations that invoice pay their people."""

from expectations.columns import MONTH, RAW_REFS, orgnr, text, whole
from expectations.dataset import Dataset

PAYROLLS = Dataset(
    name="core_work__payrolls",
    description="One row per organisation that issued a known invoice in the twelve months up to the month, "
    "and month of them with pay or invoices: what it paid its people beside what it invoiced.",
    owner="Arbeidstilsynet, from Skatteetaten (a-ordningen) and contracting authorities",
    key=("orgnr", "pay_month"),
    columns=(
        MONTH,
        orgnr("orgnr", "Organisation."),
        text("pay_month", "Month, `YYYY-MM`.", required=True),
        whole(
            "cash_ore",
            "All cash pay it reported; 0 when it reported none while others did, missing when nobody at all "
            "reported for the month.",
            minimum=None,
        ),
        whole("workers_n", "Persons with cash pay; missing as above."),
        whole(
            "invoiced_ore", "All invoices it issued that are known, less credit notes.", required=True,
            minimum=None,
        ),
        RAW_REFS,
    ),
)  # fmt: skip

DATASETS: tuple[Dataset, ...] = (PAYROLLS,)
