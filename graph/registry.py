"""The indicators in force, in one list; what the public may know of each stands in `register_rows`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from expectations.errors import UsageError
from graph.detectors import (
    a01_chain_depth,
    a02_circular_flow,
    a03_pass_through,
    a04_shell,
    a05_overcommitted,
    a06_missing_registration,
    a07_invoicing,
    b01_phoenix,
    b03_serial_failures,
    c01_nominee_overload,
    c02_role_swap,
    d01_labour_gap,
    e01_low_pay,
    f01_withholding_gap,
    f02_vat_mismatch,
    f03_active_not_filing,
    f04_arrears_then_exit,
    g01_double_load,
    g03_identifier_reuse,
    h01_unreported,
    i01_crowded_dwelling,
    i02_cross_employer_dwelling,
    i04_no_home,
    i05_churn,
    i06_seat_dwelling,
)
from graph.indicator import Indicator, Wording

INDICATORS: tuple[Indicator, ...] = (
    a01_chain_depth.INDICATOR,
    a02_circular_flow.INDICATOR,
    a03_pass_through.INDICATOR,
    a04_shell.INDICATOR,
    a05_overcommitted.INDICATOR,
    a06_missing_registration.INDICATOR,
    a07_invoicing.INDICATOR,
    b01_phoenix.INDICATOR,
    b03_serial_failures.INDICATOR,
    c01_nominee_overload.INDICATOR,
    c02_role_swap.INDICATOR,
    d01_labour_gap.INDICATOR,
    e01_low_pay.INDICATOR,
    f01_withholding_gap.INDICATOR,
    f02_vat_mismatch.INDICATOR,
    f03_active_not_filing.INDICATOR,
    f04_arrears_then_exit.INDICATOR,
    g01_double_load.INDICATOR,
    g03_identifier_reuse.INDICATOR,
    h01_unreported.INDICATOR,
    i01_crowded_dwelling.INDICATOR,
    i02_cross_employer_dwelling.INDICATOR,
    i04_no_home.INDICATOR,
    i05_churn.INDICATOR,
    i06_seat_dwelling.INDICATOR,
)
"""All indicators, in order of id."""

_BY_ID: Mapping[str, Indicator] = {declared.id: declared for declared in INDICATORS}


def indicator(indicator_id: str) -> Indicator:
    """The declaration of one indicator.

    Args:
        indicator_id: For example `A01`.

    Raises:
        UsageError: There is no such indicator.
    """
    try:
        return _BY_ID[indicator_id]
    except KeyError:
        raise UsageError(f"no indicator {indicator_id}; there are {', '.join(_BY_ID)}") from None


def register_rows() -> list[dict[str, Any]]:
    """The public register: one row per indicator in plain types, ready for JSON."""
    return [_row(declared) for declared in INDICATORS]


def _row(declared: Indicator) -> dict[str, Any]:
    limits = declared.default_thresholds
    return {
        "id": declared.id,
        "version": declared.version,
        "group": declared.group,
        **_texts("name", declared.name),
        **_texts("rationale", declared.rationale),
        **_texts("formula", declared.formula),
        "subject_type": declared.subject_type,
        "scope_kind": declared.scope_kind,
        **_texts("unit", declared.unit),
        "data_owners": list(declared.data_owners),
        "edge_kinds": [kind.value for kind in declared.edge_kinds],
        "thresholds": [
            {
                "name": threshold.name,
                "value": _plain(getattr(limits, threshold.name)),
                **_texts("meaning", threshold.wording),
                "basis": threshold.basis.value,
                "source": threshold.source,
            }
            for threshold in declared.thresholds
        ],
        "guards": [{"id": guard, **_texts("rules_out", text)} for guard, text in declared.guards.items()],
        "innocent": [_texts("text", text) for text in declared.innocent],
        "next_steps": [_texts("text", text) for text in declared.next_steps],
        "data_quality": [
            {"code": code, **_texts("meaning", text)} for code, text in declared.missing.items()
        ],
        **_texts("not_candidate", declared.not_candidate),
        **_texts("follow_up_owner", declared.follow_up_owner),
        "legal_basis": declared.legal_basis,
        "source": declared.source,
        "prior": _plain(declared.prior),
        "planted": list(declared.planted),
        "look_alikes": list(declared.look_alikes),
        "statutory_hard_evidence": declared.statutory_hard_evidence,
        "counts_beside": list(declared.counts_beside),
    }


def _texts(name: str, wording: Wording) -> dict[str, str]:
    return {f"{name}_nb": wording.nb, f"{name}_en": wording.en}


def _plain(value: object) -> int | str:
    return value if isinstance(value, int) else str(value) if isinstance(value, Decimal) else repr(value)
