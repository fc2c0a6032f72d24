"""Runs the detectors on scopes given as Arrow rows, alike in a process pool and on Spark workers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from expectations.dataset import DECIMAL, PAIRS, SHARE, TEXTS, spark_type
from graph.indicator import Indicator
from graph.model import (
    EDGE_ATTRIBUTES,
    NODE_ATTRIBUTES,
    Edge,
    EdgeKind,
    Evidence,
    Finding,
    Network,
    Node,
    Role,
    RowRef,
    Status,
    ThresholdBasis,
    Value,
    network,
)

SCOPE_ROW = pa.schema(
    [
        ("scope_id", pa.string()),
        ("truncation_rule", pa.string()),
        ("element", pa.string()),
        ("kind", pa.string()),
        ("source_id", pa.string()),
        ("target_id", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("amount_ore", pa.int64()),
        ("share", SHARE),
        ("attributes", PAIRS),
        ("row_table", pa.string()),
        ("row_month", pa.string()),
        ("row_key", pa.string()),
    ]
)
"""One row per scope and element in it; `element` is `node:<id>` or `edge:<id>`."""

CITED = pa.struct(
    [
        ("element", pa.string()),
        ("row_table", pa.string()),
        ("row_month", pa.string()),
        ("row_key", pa.string()),
        ("shows_nb", pa.string()),
        ("shows_en", pa.string()),
    ]
)

FOUND = pa.schema(
    [
        ("indicator_id", pa.string()),
        ("indicator_version", pa.string()),
        ("role", pa.string()),
        ("subject_type", pa.string()),
        ("subject_id", pa.string()),
        ("scope_id", pa.string()),
        ("companies", TEXTS),
        ("dwellings", TEXTS),
        ("persons", TEXTS),
        ("status", pa.string()),
        ("value", DECIMAL),
        ("threshold", DECIMAL),
        ("margin", DECIMAL),
        ("guards_applied", TEXTS),
        ("suppressed_reason", pa.string()),
        ("truncated", pa.string()),
        ("data_quality", TEXTS),
        ("threshold_basis", pa.string()),
        ("legal_basis_ref", pa.string()),
        ("facts", PAIRS),
        ("evidence", pa.list_(CITED)),
    ]
)
"""One row per finding, with its evidence."""

FOUND_DDL = ", ".join(f"`{field.name}` {spark_type(field.type)}" for field in FOUND)
SIX_PLACES = Decimal("0.000001")

Parser = Callable[[str], Value]
PARSERS: Mapping[type, Parser] = {
    str: str,
    int: int,
    bool: lambda text: text == "true",
    date: date.fromisoformat,
    Decimal: Decimal,
}


def attributes_of(
    pairs: Iterable[tuple[str, str | None]] | None, types: Mapping[str, type]
) -> dict[str, Value]:
    """Typed attributes out of their text form; unknown names and missing values are left out.

    Args:
        pairs: Name and text.
        types: Type of each declared name.
    """
    return {
        name: PARSERS[types[name]](text) for name, text in pairs or () if text is not None and name in types
    }


def node_of(row: Mapping[str, Any]) -> Node:
    """A node out of its row."""
    node_id = row["element"].removeprefix("node:")
    ref = RowRef(row["row_table"], row["row_month"], row["row_key"]) if row["row_table"] else None
    return Node(
        node_id, attributes_of(row["attributes"], NODE_ATTRIBUTES.get(node_id.split(":", 1)[0], {})), ref
    )


def edge_of(row: Mapping[str, Any]) -> Edge:
    """An edge out of its row."""
    kind = EdgeKind(row["kind"])
    return Edge(
        edge_id=row["element"].removeprefix("edge:"),
        source=row["source_id"],
        target=row["target_id"],
        kind=kind,
        row=RowRef(row["row_table"], row["row_month"], row["row_key"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        amount_ore=row["amount_ore"],
        share=row["share"],
        attributes=attributes_of(row["attributes"], EDGE_ATTRIBUTES[kind]),
    )


def network_of(scope_id: str, rows: Sequence[Mapping[str, Any]], month: date, as_of: datetime) -> Network:
    """The network of one scope out of its rows.

    Args:
        scope_id: Scope.
        rows: Rows of `SCOPE_ROW` that belong to it, in any order.
        month: Last day of the month evaluated.
        as_of: Instant up to which things were known.
    """
    return network(
        scope_id,
        [node_of(row) for row in rows if row["element"].startswith("node:")],
        [edge_of(row) for row in rows if row["element"].startswith("edge:")],
        month=month,
        as_of=as_of,
        truncated=max((row["truncation_rule"] or "" for row in rows), default=""),
    )


def networks(rows: pa.Table, month: date, as_of: datetime) -> Iterator[Network]:
    """The networks of all scopes in a table of `SCOPE_ROW`, in order of scope id."""
    ordered = rows.sort_by([("scope_id", "ascending"), ("element", "ascending")])
    by_scope: dict[str, list[dict[str, Any]]] = {}
    for row in ordered.to_pylist():
        by_scope.setdefault(row["scope_id"], []).append(row)
    for scope_id, members in by_scope.items():
        yield network_of(scope_id, members, month, as_of)


def evaluate(scope: Network, indicators: Iterable[Indicator]) -> Iterator[Finding]:
    """Findings of all indicators that read this kind of scope."""
    for indicator in indicators:
        if indicator.scope_kind == scope.scope_kind:
            yield from indicator.detect(scope, indicator.default_thresholds)


def detect(rows: pa.Table, indicator_ids: Sequence[str], month: date, as_of: datetime) -> pa.Table:
    """Findings of a table of scopes.

    Args:
        rows: `SCOPE_ROW` rows; all rows of a scope must be in the same table.
        indicator_ids: Indicators to run.
        month: Last day of the month evaluated.
        as_of: Instant up to which things were known.

    Returns:
        `FOUND` rows in order of scope, indicator and subject.
    """
    from graph.registry import indicator  # networkx loads in the worker, not while a job is planned

    chosen = [indicator(i) for i in indicator_ids]
    found = [finding for scope in networks(rows, month, as_of) for finding in evaluate(scope, chosen)]
    found.sort(key=lambda f: (f.scope_id, f.indicator_id, f.subject_id))
    return pa.Table.from_pylist([row_of(finding) for finding in found], schema=FOUND)


def _places(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(SIX_PLACES)


def row_of(finding: Finding) -> dict[str, Any]:
    """A finding as a row of `FOUND`."""
    return {
        "indicator_id": finding.indicator_id,
        "indicator_version": finding.indicator_version,
        "role": finding.role.value,
        "subject_type": finding.subject_type,
        "subject_id": finding.subject_id,
        "scope_id": finding.scope_id,
        "companies": list(finding.companies),
        "dwellings": list(finding.dwellings),
        "persons": list(finding.persons),
        "status": finding.status.value,
        "value": _places(finding.value),
        "threshold": _places(finding.threshold),
        "margin": _places(finding.margin),
        "guards_applied": list(finding.guards),
        "suppressed_reason": finding.suppressed_reason or None,
        "truncated": finding.truncated or None,
        "data_quality": sorted(finding.data_quality),
        "threshold_basis": finding.threshold_basis.value,
        "legal_basis_ref": finding.legal_basis_ref or None,
        "facts": sorted(finding.facts.items()),
        "evidence": [
            {
                "element": e.element,
                "row_table": e.row.table,
                "row_month": e.row.month,
                "row_key": e.row.key,
                "shows_nb": e.shows_nb,
                "shows_en": e.shows_en,
            }
            for e in finding.evidence
        ],
    }


def finding_of(row: Mapping[str, Any], evidence: Iterable[Mapping[str, Any]]) -> Finding:
    """A finding out of its published row and the rows of its evidence."""
    return Finding(
        indicator_id=row["indicator_id"],
        indicator_version=row["indicator_version"],
        role=Role(row["role"]),
        subject_id=row["subject_id"],
        scope_id=row["scope_id"],
        companies=tuple(row["companies"]),
        dwellings=tuple(row["dwellings"]),
        persons=tuple(row["persons"]),
        status=Status(row["status"]),
        value=row["value"],
        threshold=row["threshold"],
        evidence=tuple(
            Evidence(e["element"], RowRef(e["table"], e["row_month"], e["key"]), e["shows_nb"], e["shows_en"])
            for e in evidence
        ),
        guards=tuple(row["guards_applied"]),
        suppressed_reason=row["suppressed_reason"] or "",
        truncated=row["truncated"] or "",
        data_quality=tuple(row["data_quality"]),
        threshold_basis=ThresholdBasis(row["threshold_basis"]),
        legal_basis_ref=row["legal_basis_ref"] or "",
        facts=dict(row["facts"]),
    )
