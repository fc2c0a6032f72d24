"""Kinds of node and edge of the network, and the attributes each may carry."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

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
"""The kinds of node; a node id is `<kind>:<identifier>`."""

Value = str | int | bool | date | Decimal

NODE_ATTRIBUTES: Mapping[str, Mapping[str, type]] = {
    "org": {
        "name": str,
        "org_form": str,
        "nace": str,
        "municipality_no": str,
        "registered_on": date,
        "bankrupt_on": date,
        "winding_up_on": date,
        "dissolved_on": date,
        "deleted_on": date,
        "employees_n": int,
        "has_employees": bool,
        "arrears_ore": int,
        "arrears_month": str,
        "arrears_status": str,
        "hub_kind": str,
        "owner_root": str,
        "is_vat_registered": bool,
    },
    "person": {"is_adult": bool},
    "project": {
        "client_orgnr": str,
        "client_kind": str,
        "work_kind": str,
        "cpv": str,
        "value_ore": int,
        "municipality_no": str,
        "started_on": date,
        "ended_on": date,
        "tier_limit": int,
        "tier_limit_basis": str,
        "tier_limit_rule": str,
        "tier_limit_certainty": str,
        "is_declared_complete": bool,
        "coverage_share": Decimal,
        "dispensations": str,
    },
    "dwelling": {
        "unit_kind": str,
        "rooms_n": int,
        "area_m2": Decimal,
        "bathrooms_n": int,
        "building_no": str,
        "building_kind": str,
        "municipality_no": str,
        "showers_n": int,
        "permit": str,
        "housing_kind": str,
        "hub_kind": str,
    },
    "address": {"municipality_no": str, "hub_kind": str},
    "building": {
        "building_kind": str,
        "building_group": str,
        "kind_changed_on": date,
        "is_in_use": bool,
        "status_on": date,
        "municipality_no": str,
    },
    "place": {"tenants_n": int, "hub_kind": str},
    "period": {},
    "authority": {},
    "identifier": {},
    "register": {},
}
"""Attributes a node may carry and their types; an attribute that is absent is unknown, never zero."""


class EdgeKind(StrEnum):
    """What an edge says, read from source to target."""

    CONTRACT = "contract"
    """Client org -> supplier org: one contract; amount is its value."""
    PAYMENT = "payment"
    """Paying org -> paid org: one invoice; amount excludes VAT, credit notes are negative."""
    EMPLOYED_BY = "employed_by"
    """Person -> org: one unbroken spell of reported employment."""
    HOLDS_ROLE = "holds_role"
    """Person or org -> org: one registered role."""
    OWNS_SHARE = "owns_share"
    """Person or org -> org: share of all shares at the last year end."""
    RESIDES_IN = "resides_in"
    """Person -> dwelling or address."""
    STAY = "stay"
    """Person -> dwelling: a stay, earlier or present, that began or ended in the last twelve months."""
    HOLDS_DWELLING = "holds_dwelling"
    """Org or person -> dwelling: registered owner or tenant, or provider or tenant by a housing notice."""
    FAMILY = "family"
    """Person -> person: registered family relation; used only to leave families out."""
    LOCATED_AT = "located_at"
    """Org -> place: registered business address as normalised text."""
    SEATED_IN = "seated_in"
    """Org -> dwelling or address: unit of its business address, or the address where no unit is stated."""
    WORKER_FLOW = "worker_flow"
    """Failed org -> successor org: how many people worked for both, against what chance would give."""
    TRANSFER = "transfer"
    """Org -> org: recorded estate sale or business transfer."""
    TAX_DUE = "tax_due"
    """Org -> period: one month of pay; amount is withheld tax and employer contribution due and unpaid."""
    PAYROLL_TERM = "payroll_term"
    """Org -> period: one two-month term; amount is the base of the employer contribution."""
    TAX_STANDING = "tax_standing"
    """Org -> authority: its latest answer on arrears."""
    VAT_MISMATCH = "vat_mismatch"
    """Buying org -> selling org: terms whose VAT was laid beside each other."""
    ARREARS_TERM = "arrears_term"
    """Org -> period: what it had due and unpaid at the end of one two-month term."""
    WORKER_EXIT = "worker_exit"
    """Org with lasting arrears -> org: how many of its workers went there."""
    USES_IDENTIFIER = "uses_identifier"
    """Person -> identifier: a pay-out account or contact that the person gave."""
    FILED_BY = "filed_by"
    """Org -> org that files its employer reports."""
    FILING_DUTY = "filing_duty"
    """Org -> period: one report that was due for it and did not come."""
    REGISTRATION_DUTY = "registration_duty"
    """Org -> register: an approval that its trade needs."""
    APPROVAL = "approval"
    """Org -> register: an unbroken run of looks at the register that showed the same state."""
    QUARANTINE = "quarantine"
    """Person -> register: a court's quarantine after a bankruptcy, from its first to its last day."""
    NOTICE = "notice"
    """Org -> authority: a petition for bankruptcy, or a notice of an inspection or audit, on a day."""
    TURNOVER_TERM = "turnover_term"
    """Org -> period: one two-month term; amount is the base of its VAT."""
    BENEFICIAL_OWNER = "beneficial_owner"
    """Person -> org: beneficial owner by the last registration, from the day first registered."""
    ROLE_LOAD = "role_load"
    """Person -> register: one type of role that the person holds in many living companies."""
    WORK_MONTH = "work_month"
    """Person -> org: paid work in one month beside work for others; amount is fixed monthly pay."""
    LOW_PAY = "low_pay"
    """Person -> org: one month below the lowest rate of the trade; amount is ordinary pay."""
    PAYROLL = "payroll"
    """Org -> period: one month of its pay, beside what it invoiced; amount is all cash pay."""
    SUPPLIES = "supplies"
    """Supplier org -> buying org: work of twelve months; amount is what was invoiced."""
    SUPPLIER_MEANS = "supplier_means"
    """Org -> period: what a supplier has and files; amount is the work it invoiced in twelve months."""
    PROJECT_LABOUR = "project_labour"
    """Org -> project: days of its labour there; amount is all cash pay it reported for their months."""
    PROMISE = "promise"
    """Client org -> supplier org: work promised by one contract; amount is its labour alone."""
    DECLARED_MONTH = "declared_month"
    """Org -> period: hours that a supplier declared for one month."""
    REPORTING_DUTY = "reporting_duty"
    """Client org -> contractor org: a contract that must be reported; amount is its value."""
    CAPACITY = "capacity"
    """Org -> period: labour invoiced in twelve months, beside the people declared; amount is the labour."""
    STATEMENT = "statement"
    """Org -> period: its accounts of one income year; amount is its turnover."""


EDGE_ATTRIBUTES: Mapping[str, Mapping[str, type]] = {
    EdgeKind.CONTRACT: {
        "contract_id": str,
        "project_id": str,
        "parent_contract_id": str,
        "contract_kind": str,
        "is_labour_bearing": bool,
        "signed_on": date,
        "declared_on": date,
        "declaration": str,
        "state": str,
    },
    EdgeKind.PAYMENT: {
        "invoice_id": str,
        "contract_id": str,
        "invoice_kind": str,
        "is_labour": bool,
        "paid_on": date,
    },
    EdgeKind.EMPLOYED_BY: {
        "establishment_orgnr": str,
        "position_pct": Decimal,
        "is_paid": bool,
        "end_reason": str,
    },
    EdgeKind.HOLDS_ROLE: {"role": str, "is_control": bool, "match": str},
    EdgeKind.OWNS_SHARE: {"match": str},
    EdgeKind.RESIDES_IN: {"source": str, "certainty": str, "employer_orgnr": str, "rent_deducted": str},
    EdgeKind.STAY: {"source": str},
    EdgeKind.HOLDS_DWELLING: {"holder_kind": str, "is_confirmed": bool, "rent_deducted": str},
    EdgeKind.FAMILY: {"relation": str},
    EdgeKind.LOCATED_AT: {},
    EdgeKind.SEATED_IN: {"staff_n": int},
    EdgeKind.WORKER_FLOW: {
        "moved_n": int,
        "from_n": int,
        "to_n": int,
        "chance_share": Decimal,
        "stratum": str,
    },
    EdgeKind.TRANSFER: {"event_kind": str},
    EdgeKind.TAX_DUE: {"answered_on": date, "due_on": date, "expected_ore": int, "suspended_ore": int},
    EdgeKind.PAYROLL_TERM: {},
    EdgeKind.FILING_DUTY: {"deadline_on": date, "duty_kind": str, "is_own_duty": bool, "known_on": date},
    EdgeKind.VAT_MISMATCH: {
        "is_mismatch": bool,
        "is_seller_registered": bool,
        "is_seller_yearly": bool,
    },
    EdgeKind.ARREARS_TERM: {"turnover_ore": int, "is_turnover_older": bool},
    EdgeKind.WORKER_EXIT: {
        "moved_n": int,
        "left_n": int,
        "from_n": int,
        "chance_share": Decimal,
        "stratum": str,
    },
    EdgeKind.USES_IDENTIFIER: {"identifier_kind": str, "is_household": bool},
    EdgeKind.FILED_BY: {"clients_n": int, "staff_n": int},
    EdgeKind.REGISTRATION_DUTY: {"rule_id": str, "grace_days": int, "certainty": str},
    EdgeKind.APPROVAL: {"state": str, "looks_n": int, "next_look_on": date},
    EdgeKind.CAPACITY: {
        "bought_ore": int,
        "invoices_n": int,
        "min_labour_share": Decimal,
        "position_points": int,
        "workers_now_n": int,
        "yearly_cost_ore": int,
    },
    EdgeKind.STATEMENT: {
        "bought_services_ore": int,
        "costs_ore": int,
        "fixed_assets_ore": int,
        "pay_ore": int,
    },
    EdgeKind.SUPPLIES: {"contracts_n": int, "invoices_n": int, "told_n": int, "vague_n": int},
    EdgeKind.SUPPLIER_MEANS: {
        "filings_due_n": int,
        "filings_missing_n": int,
        "has_adviser": bool,
        "has_liable_owner": bool,
        "is_vat_by_another": bool,
        "is_vat_yearly": bool,
        "workers_now_n": int,
        "workers_year_n": int,
    },
    EdgeKind.PROMISE: {
        "contract_id": str,
        "contract_kind": str,
        "project_from": date,
        "project_id": str,
        "project_to": date,
        "tier_no": int,
        "value_ore": int,
    },
    EdgeKind.DECLARED_MONTH: {
        "bought_ore": int,
        "declared_h": Decimal,
        "hourly_cost_ore": int,
        "owners_n": int,
        "sent_n": int,
        "workers_n": int,
    },
    EdgeKind.QUARANTINE: {},
    EdgeKind.WORK_MONTH: {
        "employment_kind": str,
        "full_week_h": Decimal,
        "leave_pct": Decimal,
        "paid_hours_h": Decimal,
        "position_pct": Decimal,
        "staff_n": int,
    },
    EdgeKind.PAYROLL: {"invoiced_ore": int, "workers_n": int},
    EdgeKind.PROJECT_LABOUR: {
        "assigned_n": int,
        "min_labour_share": Decimal,
        "months_n": int,
        "reported_months_n": int,
        "workers_n": int,
    },
    EdgeKind.REPORTING_DUTY: {
        "contract_id": str,
        "exemption": str,
        "is_registered_here": bool,
        "listed_n": int,
        "open_reports_n": int,
        "present_n": int,
        "reported_on": date,
    },
    EdgeKind.LOW_PAY: {
        "age_group": str,
        "certainty": str,
        "full_week_h": Decimal,
        "later_from_on": date,
        "later_paid_on": date,
        "later_pay_ore": int,
        "later_to_on": date,
        "occupation_group": str,
        "paid_hours_h": Decimal,
        "position_pct": Decimal,
        "rate_ore": int,
        "rated_months_n": int,
        "recent_rate_ore": int,
        "sector": str,
    },
    EdgeKind.ROLE_LOAD: {"role": str, "groups_n": int, "groups_p995": int},
    EdgeKind.NOTICE: {"event_kind": str},
    EdgeKind.TURNOVER_TERM: {},
    EdgeKind.BENEFICIAL_OWNER: {},
    EdgeKind.TAX_STANDING: {"answer": str, "has_instalment_plan": bool, "pay_arrears_ore": int},
}
"""Attributes an edge may carry beside the common ones, by kind."""
