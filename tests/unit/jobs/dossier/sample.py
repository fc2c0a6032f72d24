"""A published run made by hand: three cases over five indicators, and the month before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.catalogue import dataset
from expectations.errors import UsageError
from graph.explain import headline
from graph.model import EdgeKind, Finding, Network, Role, Status, ThresholdBasis, network
from tests.unit.jobs.dossier.declarations import INDICATORS
from tests.unit.jobs.dossier.scopes import (
    AS_OF,
    BEFORE,
    LAST_DAY,
    MONTH,
    Scope,
    chain_scope,
    circle_scope,
    shared_dwelling_scope,
    succession_scope,
)

SOURCE_OF = {
    "core_chain": ("kontraktskjede", "byggherrer og hovedleverandører"),
    "core_work": ("skatteetaten_amelding", "Skatteetaten"),
    "core_org": ("brreg_enheter", "Brønnøysundregistrene"),
    "core_home": ("folkeregisteret_bosted", "Folkeregisteret"),
    "core_tax": ("skatteetaten_seriositet", "Skatteetaten"),
}


@dataclass(frozen=True, slots=True)
class Record:
    """Provenance for tests."""

    source: str
    owner: str
    delivery_id: str
    file_name: str
    record_no: int
    known_at: datetime


class SampleReader:
    """A published run out of rows in memory."""

    def __init__(
        self, tables: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]], scopes: Sequence[Scope]
    ) -> None:
        self.tables = {
            key: pa.Table.from_pylist([dict(r) for r in rows], schema=dataset(key[0]).arrow_schema)
            for key, rows in tables.items()
        }
        self.as_of = AS_OF
        self.scopes = {scope.scope_id: scope for scope in scopes}
        self.run: Mapping[str, Any] = {
            "month": MONTH,
            "as_of": AS_OF.isoformat(),
            "run_id": "4b1f0c2d9a7e6f35",
            "code_version": "0.1.0",
        }

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        filter: pc.Expression | None = None,
        month: str | None = None,
    ) -> pa.Table:
        """Rows of a table."""
        key = (name, month or MONTH)
        if key not in self.tables:
            if month and month != MONTH:
                raise UsageError(f"no {name} of {month}")
            self.tables[key] = dataset(name).arrow_schema.empty_table()
        found = self.tables[key] if filter is None else self.tables[key].filter(filter)
        return found if columns is None else found.select(list(columns))

    def provenance(self, table: str, month: str, key: str) -> list[Record]:
        """Two records behind every row."""
        source, owner = SOURCE_OF[table.split("__")[0]]
        n = sum(key.encode()) % 900 + 1
        return [
            Record(
                source,
                owner,
                f"2026021{k}T040000Z-0001",
                f"{source}.jsonl.gz",
                n + k,
                datetime(2026, 2, 10 + k, 4, tzinfo=UTC),
            )
            for k in range(2)
        ]

    def scope(self, scope_id: str) -> Network:
        """A scope."""
        found = self.scopes[scope_id]
        return network(scope_id, found.nodes.values(), found.edges.values(), month=LAST_DAY, as_of=AS_OF)


def finding_row(finding_id: str, f: Finding, month: str) -> dict[str, Any]:
    """A finding as published."""
    return {
        "finding_id": finding_id,
        "indicator_id": f.indicator_id,
        "indicator_version": f.indicator_version,
        "role": f.role.value,
        "subject_type": f.subject_type,
        "subject_id": f.subject_id,
        "scope_id": f.scope_id,
        "companies": list(f.companies),
        "dwellings": list(f.dwellings),
        "persons": list(f.persons),
        "month": month,
        "as_of": AS_OF,
        "status": f.status.value,
        "value": f.value,
        "threshold": f.threshold,
        "margin": f.margin,
        "guards_applied": list(f.guards),
        "suppressed_reason": f.suppressed_reason or None,
        "truncated": f.truncated or None,
        "data_quality": list(f.data_quality),
        "threshold_basis": f.threshold_basis.value,
        "legal_basis_ref": f.legal_basis_ref or None,
        "facts": list(f.facts.items()),
    }


def evidence_rows(finding_id: str, f: Finding, month: str) -> list[dict[str, Any]]:
    """Its evidence as published."""
    return [
        {
            "month": month,
            "finding_id": finding_id,
            "n": n,
            "element": e.element,
            "table": e.row.table,
            "row_month": e.row.month,
            "version": "0f1e2d3c4b5a6978",
            "key": e.row.key,
            "row_hash": f"{n:032x}",
            "shows_nb": e.shows_nb,
            "shows_en": e.shows_en,
        }
        for n, e in enumerate(f.evidence, 1)
    ]


def case_row(
    case_id: str, rank: int, band: str, ids: Mapping[str, Finding], change: str, month: str
) -> dict[str, Any]:
    """A case as published."""
    found = list(ids.values())
    return {
        "case_id": case_id,
        "month": month,
        "as_of": AS_OF,
        "rank": rank,
        "score": Decimal("0.9") - rank * Decimal("0.15"),
        "band": band,
        "indicators": sorted({f.indicator_id for f in found if f.role is Role.TRIGGER}),
        "context_indicators": sorted({f.indicator_id for f in found if f.role is Role.CONTEXT}),
        "groups": sorted({f.indicator_id[0] for f in found}),
        "findings": list(ids),
        "companies": sorted({c for f in found for c in f.companies}),
        "dwellings": sorted({d for f in found for d in f.dwellings}),
        "persons_n": len({p for f in found for p in f.persons}),
        "first_seen_month": BEFORE if change != "new" else month,
        "state": "new",
        "change": change,
        "disputed": False,
        "evidence_fingerprint": "ab" * 16,
        "headline_nb": headline(found, INDICATORS, "nb"),
        "headline_en": headline(found, INDICATORS, "en"),
    }


def reader() -> SampleReader:
    """The run: four cases, evaluations beside them, and the month before."""
    chain, a01 = chain_scope()
    home, i02, i01 = shared_dwelling_scope()
    succession, b01 = succession_scope()
    circle, a02 = circle_scope()
    second, b01_b = succession_scope("313000042", "313000050")
    context = Finding(
        indicator_id="A01",
        indicator_version="1.0",
        subject_id="project:P-2002",
        scope_id="project:P-2002",
        status=Status.TRIGGERED,
        role=Role.CONTEXT,
        threshold_basis=ThresholdBasis.OWN,
        companies=("313000042",),
        value=Decimal(3),
        threshold=Decimal(2),
        evidence=(),
        guards=("goods=ruled_out",),
    )
    private = Scope("project:P-2002")
    private.edge(
        EdgeKind.CONTRACT,
        private.org("313000034", "Bolig og Bygg Oslo AS"),
        private.org("313000042", "Rask II AS"),
    )
    beside = Finding(
        indicator_id="A02",
        indicator_version="1.0",
        subject_id="cluster:1",
        scope_id="flow:x",
        companies=("311000030",),
        status=Status.NOT_EVALUABLE,
        threshold_basis=ThresholdBasis.OWN,
        data_quality=("coverage_low",),
    )
    held = Finding(
        indicator_id="B01",
        indicator_version="1.0",
        subject_id="pair:311000049:311000057",
        scope_id="succession:y",
        status=Status.SUPPRESSED,
        threshold_basis=ThresholdBasis.OWN,
        companies=("311000049", "311000057"),
        suppressed_reason="estate_sale",
        value=Decimal("0.6"),
        threshold=Decimal("0.4"),
    )
    cases = {
        "K2601-5A11E0": ("A", "new", {"f-01": a01, "f-02": i02, "f-03": i01}),
        "K2512-77B2C4": ("A", "changed", {"f-04": b01, "f-05": a02}),
        "K2512-0C93D1": ("B", "unchanged", {"f-06": b01_b, "f-07": context}),
    }
    found = {i: f for _, _, ids in cases.values() for i, f in ids.items()}
    older = {
        "f-14": Finding(**{**_fields(b01), "value": Decimal("0.5")}),
        "f-16": b01_b,
        "f-17": Finding(**{**_fields(i01), "subject_id": "dwelling:9:H0101", "scope_id": "dwelling:9:H0101"}),
    }
    coverage = [
        {
            "month": MONTH,
            "as_of": AS_OF,
            "indicator_id": i,
            "subject_type": t,
            "status": status,
            "reason": reason,
            "subjects_n": n,
        }
        for i in INDICATORS
        for t, status, reason, n in (
            ("project", "triggered", "evaluated", 3),
            ("project", "not_triggered", "evaluated", 41),
            ("project", "not_evaluable", "coverage_low", 17),
            ("org", "not_triggered", "none", 1204),
        )
    ]
    orgs = {
        n.node_id[4:]: n
        for s in (chain, home, succession, circle, second, private)
        for n in s.nodes.values()
        if n.kind == "org"
    }
    return SampleReader(
        {
            ("out_flag__cases", MONTH): [
                case_row(i, n, band, ids, change, MONTH)
                for n, (i, (band, change, ids)) in enumerate(cases.items(), 1)
            ],
            ("out_flag__cases", BEFORE): [
                case_row("K2512-77B2C4", 1, "B", {i: older[i] for i in ("f-14", "f-17")}, "new", BEFORE),
                case_row("K2512-0C93D1", 2, "B", {"f-16": b01_b}, "new", BEFORE),
            ],
            ("out_flag__findings", MONTH): [
                finding_row(i, f, MONTH) for i, f in {**found, "f-08": beside, "f-09": held}.items()
            ],
            ("out_flag__findings", BEFORE): [finding_row(i, f, BEFORE) for i, f in older.items()],
            ("out_flag__evidence", MONTH): [r for i, f in found.items() for r in evidence_rows(i, f, MONTH)],
            ("out_flag__evidence", BEFORE): [
                r for i, f in older.items() for r in evidence_rows(i, f, BEFORE)
            ],
            ("out_flag__coverage", MONTH): coverage,
            ("core_org__organisations", MONTH): [
                {
                    "month": MONTH,
                    "orgnr": o,
                    "name": n.attributes.get("name"),
                    "org_form": n.attributes.get("org_form"),
                    "is_person": n.attributes.get("org_form") == "ENK",
                    "raw_refs": [],
                }
                for o, n in orgs.items()
            ],
            ("core_chain__projects", MONTH): [
                {
                    "month": MONTH,
                    "project_id": "P-1001",
                    "name": "Solvik skole, nybygg",
                    "client_kind": "kommune",
                    "work_kind": "bygg",
                    "tier_limit_basis": "rule",
                    "dispensations": [],
                    "raw_refs": [],
                }
            ],
        },
        [chain, home, succession, circle, second, private],
    )


def _fields(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Finding.__dataclass_fields__}


def contract_text(name: str) -> str:
    """A file of the input contract."""
    return files("expectations").joinpath("contract", name).read_text(encoding="utf-8")
