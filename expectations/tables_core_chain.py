"""Core tables about contractor chains."""

from expectations.columns import MONTH, RAW_REFS, day, orgnr, text, whole
from expectations.dataset import SHARE, TEXTS, YES_NO, Column, Dataset, PersonalData

OWNER = "Arbeidstilsynet, from contracting authorities and main suppliers"

PROJECTS = Dataset(
    name="core_chain__projects",
    description="One row per project with the limit on tiers that applies to it.",
    owner=OWNER,
    key=("project_id",),
    columns=(
        MONTH,
        text("project_id", "Id given by the source."),
        text("name", "Name."),
        orgnr("client_orgnr", "Client (byggherre)."),
        text(
            "client_kind",
            "Kind of client.",
            required=True,
            codes=("stat", "fylkeskommune", "kommune", "annet_offentlig", "privat"),
        ),
        text("work_kind", "Kind of work.", required=True),
        Column(name="cpv", type=TEXTS, description="Procurement codes."),
        whole("value_ore", "Contract value towards the client."),
        text("address_id", "Address of the site."),
        text("municipality_no", "Municipality of the site."),
        day("started_on", "Start."),
        day("ended_on", "End, actual else planned."),
        day("signed_on", "Signature of the main contract: the earliest contract without a parent."),
        whole("tier_limit", "Most links below the main supplier; missing when no limit is known to apply."),
        text(
            "tier_limit_basis",
            "Where the limit comes from.",
            required=True,
            codes=("contract", "rule", "none_private", "none_below_value", "unknown"),
        ),
        text("tier_limit_rule", "Rule id in the code list `ledd_regler`."),
        text("tier_limit_certainty", "Certainty that the code list gives the rule."),
        Column(
            name="dispensations",
            type=TEXTS,
            required=True,
            description="Granted exemptions, each `contract_id=extra_tiers@granted_on`, sorted.",
        ),
        Column(
            name="is_declared_complete",
            type=YES_NO,
            description="The client confirms the whole chain is declared.",
        ),
        text("declaration", "Whether the chain is declared or verified.", codes=("erklaert", "verifisert")),
        Column(
            name="coverage_share",
            type=SHARE,
            description="Chain coverage, 0 to 1, see `core_chain__coverage`; missing "
            "when it cannot be computed.",
        ),
        RAW_REFS,
    ),
)

COVERAGE = Dataset(
    name="core_chain__coverage",
    description="One row per project: how much of its chain is known, with its parts.",
    owner=OWNER,
    key=("project_id",),
    columns=(
        MONTH,
        text("project_id", "Project."),
        Column(
            name="coverage_share",
            type=SHARE,
            description="Lowest of the parts that are known; missing when none is.",
        ),
        Column(
            name="verified_share",
            type=SHARE,
            description="Part of labour-bearing contracts that are verified rather than only declared.",
        ),
        Column(
            name="parent_known_share",
            type=SHARE,
            description="Part of labour-bearing contracts whose place in the chain is known.",
        ),
        Column(
            name="invoice_covered_share",
            type=SHARE,
            description="Part of labour invoice value within the project that belongs "
            "to a declared contract.",
        ),
        Column(name="is_declared_complete", type=YES_NO, description="The client confirms completeness."),
        whole("contracts_n", "Labour-bearing contracts known.", required=True),
        RAW_REFS,
    ),
)

CONTRACTS = Dataset(
    name="core_chain__contracts",
    description="One row per contract, current version; goods and equipment hire are kept and flagged.",
    owner=OWNER,
    key=("contract_id",),
    columns=(
        MONTH,
        text("contract_id", "Id given by the source."),
        text("project_id", "Project; missing for standing agreements."),
        text("parent_contract_id", "Contract above it in the chain; missing for the main contract."),
        orgnr("client_orgnr", "Client."),
        orgnr("supplier_orgnr", "Supplier, where it has a Norwegian number."),
        text("supplier_foreign_id", "Supplier without a Norwegian number."),
        text("kind", "Kind of contract.", required=True),
        Column(
            name="is_labour_bearing", type=YES_NO, required=True, description="Counts as depth in the chain."
        ),
        whole("value_ore", "Value."),
        whole("labour_value_ore", "Labour-only part; missing means the material share is unknown."),
        day("signed_on", "Signed."),
        day("started_on", "Work starts."),
        day("ended_on", "Work ends."),
        day("declared_on", "Declared to the client."),
        text("state", "State.", codes=("planlagt", "aktiv", "avsluttet", "hevet")),
        text("declaration", "Declared or verified.", required=True, codes=("erklaert", "verifisert")),
        RAW_REFS,
    ),
)

PAYMENTS = Dataset(
    name="core_chain__payments",
    description="One row per invoice known by legal basis; absence of an invoice is not evidence.",
    owner=OWNER,
    key=("invoice_id",),
    columns=(
        MONTH,
        text("invoice_id", "Id given by the source.", personal_data=PersonalData.SPECIAL),
        text("contract_id", "Contract; missing when seen outside a declared contract."),
        text("project_id", "Project of the contract."),
        orgnr("issuer_orgnr", "Who is paid."),
        orgnr("payer_orgnr", "Who pays."),
        text("kind", "Kind.", required=True, codes=("faktura", "kreditnota", "motregning")),
        day("issued_on", "Invoice date.", required=True),
        day("paid_on", "Paid; missing means unpaid or unknown."),
        whole("amount_ore", "Amount without VAT; credit notes negative.", required=True, minimum=None),
        Column(
            name="is_labour",
            type=YES_NO,
            required=True,
            description="Labour service: its contract is labour-bearing, or it has "
            "hours; goods-only otherwise.",
        ),
        text("source", "How it became known.", required=True),
        Column(
            name="is_text_general",
            type=YES_NO,
            personal_data=PersonalData.SPECIAL,
            description="The text has no other words than such as fit any work; missing when there is none.",
        ),
        Column(
            name="has_contact",
            type=YES_NO,
            personal_data=PersonalData.SPECIAL,
            description="Shows how to reach who issued it; missing when not told.",
        ),
        RAW_REFS,
    ),
)

DATASETS = (PROJECTS, COVERAGE, CONTRACTS, PAYMENTS)
