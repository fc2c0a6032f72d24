"""Core tables about suppliers without means, and who buys their work."""

from expectations.columns import MONTH, RAW_REFS, orgnr, whole
from expectations.dataset import YES_NO, Column, Dataset, PersonalData

THIN_SUPPLIERS = Dataset(
    name="core_tax__thin_suppliers",
    description="One row per organisation that supplied work in the 12 months up to the month and shows two "
    "or more of these: nobody declared, not registered for VAT or yearly terms, accounts or tax return "
    "missing, neither accountant nor auditor, invoices that do not tell the work or how to reach it.",
    owner="Skatteetaten",
    key=("orgnr",),
    columns=(
        MONTH,
        orgnr("orgnr", "Supplier."),
        whole("sold_ore", "Work invoiced in the 12 months to anyone; missing when no invoice is known."),
        whole(
            "workers_now_n",
            "People declared in the month; missing when no employer reported anything.",
        ),
        whole("workers_year_n", "People declared in the 12 months; missing when unknown."),
        Column(
            name="has_adviser",
            type=YES_NO,
            description="Has an accountant or an auditor; missing when no role is known.",
        ),
        Column(
            name="has_liable_owner",
            type=YES_NO,
            description="Has an owner who is liable and may work without pay; missing when no role is known.",
        ),
        Column(
            name="is_vat_yearly",
            type=YES_NO,
            personal_data=PersonalData.SPECIAL,
            description="Reports VAT once a year; missing when the authority did not answer.",
        ),
        Column(
            name="is_vat_by_another",
            type=YES_NO,
            personal_data=PersonalData.SPECIAL,
            description="Another organisation reports its VAT; missing when the authority did not answer.",
        ),
        whole("filings_due_n", "Accounts and tax returns that were due and told of.", required=True),
        whole("filings_missing_n", "Those of them that had not come 30 days later.", required=True),
        RAW_REFS,
    ),
)

SUPPLIES = Dataset(
    name="core_chain__supplies",
    description="One row per buyer of work from two or more thin suppliers in the 12 months up to the month, "
    "and such a supplier.",
    owner="Arbeidstilsynet, from contracting authorities and main suppliers",
    key=("buyer_orgnr", "supplier_orgnr"),
    columns=(
        MONTH,
        orgnr("buyer_orgnr", "Who bought."),
        orgnr("supplier_orgnr", "Who sold."),
        whole("contracts_n", "Contracts for work in force in the 12 months.", required=True),
        whole("invoices_n", "Invoices for work in the 12 months.", required=True),
        whole("told_n", "Those of them whose text or contact details are known.", required=True),
        whole(
            "vague_n",
            "Those of these that do not tell the work or show no contact details.",
            required=True,
        ),
        whole(
            "invoiced_ore",
            "Invoices less credit notes and set-offs; missing when no invoice is known.",
            minimum=None,
        ),
        RAW_REFS,
    ),
)

DATASETS: tuple[Dataset, ...] = (THIN_SUPPLIERS, SUPPLIES)
