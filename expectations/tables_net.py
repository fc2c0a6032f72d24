"""Network tables: nodes, edges and scopes of one month."""

from expectations.columns import MONTH, VALID_FROM, VALID_TO, text, whole
from expectations.dataset import PAIRS, SHARE, YES_NO, Column, Dataset, PersonalData

PERSONAL = PersonalData.PERSONAL
NODE_KINDS = (
    "org",
    "person",
    "project",
    "dwelling",
    "address",
    "building",
    "place",
    "period",
    "authority",
    "identifier",
    "register",
)
EDGE_KINDS = (
    "contract",
    "payment",
    "employed_by",
    "holds_role",
    "owns_share",
    "resides_in",
    "holds_dwelling",
    "family",
    "located_at",
    "worker_flow",
    "transfer",
    "tax_due",
    "payroll_term",
    "tax_standing",
    "filing_duty",
    "vat_mismatch",
    "arrears_term",
    "worker_exit",
    "uses_identifier",
    "filed_by",
    "registration_duty",
    "approval",
    "capacity",
    "statement",
    "quarantine",
    "notice",
    "turnover_term",
    "beneficial_owner",
    "role_load",
    "work_month",
    "low_pay",
    "payroll",
    "project_labour",
    "reporting_duty",
    "supplies",
    "supplier_means",
    "promise",
    "declared_month",
    "seated_in",
    "stay",
)
SCOPE_KINDS = (
    "project",
    "flow",
    "succession",
    "dwelling",
    "withholding",
    "filing",
    "vatpair",
    "exit",
    "identifier",
    "registration",
    "shell",
    "hands",
    "swap",
    "building",
    "names",
    "load",
    "pay",
    "pass",
    "labour",
    "reporting",
    "supply",
    "promise",
    "address",
    "churn",
)

ROW_TABLE = text("row_table", "Core table of the row behind it.")
ROW_MONTH = text("row_month", "Month partition of that row.")
ROW_KEY = text("row_key", "Key of that row, `column=value` joined by `|`.", personal_data=PERSONAL)
ATTRIBUTES = Column(
    name="attributes",
    type=PAIRS,
    required=True,
    personal_data=PersonalData.SPECIAL,
    description="Attributes as text, only those that are known; names and types in graph.model.",
)

NODES = Dataset(
    name="net_graph__nodes",
    description="One row per node of the month's network.",
    owner="Arbeidstilsynet",
    key=("node_id",),
    columns=(
        MONTH,
        text("node_id", "`<kind>:<identifier>`.", personal_data=PERSONAL),
        text("kind", "Kind of node.", required=True, codes=NODE_KINDS),
        ATTRIBUTES,
        ROW_TABLE,
        ROW_MONTH,
        ROW_KEY,
    ),
)

EDGES = Dataset(
    name="net_graph__edges",
    description="One row per edge of the month's network.",
    owner="Arbeidstilsynet",
    key=("edge_id",),
    columns=(
        MONTH,
        text("edge_id", "`<kind>|<row key>`, unique.", personal_data=PERSONAL),
        text("kind", "Kind of edge.", required=True, codes=EDGE_KINDS),
        text("source_id", "Node it starts in.", required=True, personal_data=PERSONAL),
        text("target_id", "Node it ends in.", required=True, personal_data=PERSONAL),
        VALID_FROM,
        VALID_TO,
        whole("amount_ore", "Value in øre where the kind has one.", minimum=None),
        Column(name="share", type=SHARE, description="Part of a whole, 0 to 1, where the kind has one."),
        ATTRIBUTES,
        text("row_table", "Core table of the row behind it.", required=True),
        text("row_month", "Month partition of that row.", required=True),
        text("row_key", "Key of that row.", required=True, personal_data=PERSONAL),
    ),
)

SCOPES = Dataset(
    name="net_graph__scopes",
    description="One row per scope and element (node or edge) in it.",
    owner="Arbeidstilsynet",
    key=("scope_id", "element"),
    columns=(
        MONTH,
        text("scope_id", "`<scope kind>:<identifier of the candidate>`.", personal_data=PERSONAL),
        text("scope_kind", "Kind of scope.", required=True, codes=SCOPE_KINDS),
        text("element", "`edge:<edge id>` or `node:<node id>`.", personal_data=PERSONAL),
        Column(name="is_truncated", type=YES_NO, required=True, description="The scope was cut for size."),
        text("truncation_rule", "Rule by which it was cut."),
    ),
)

DATASETS = (NODES, EDGES, SCOPES)
