"""How good the data of a run is: what the gate found, how fresh the sources are, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from expectations.business_rules import rules_of
from expectations.catalogue import datasets
from expectations.dataset import Dataset
from expectations.rules import Rule
from expectations.run_rules import RUN_RULES
from jobs import checks, months
from jobs.lake.lake import Lake
from jobs.lake.runs import PublishedRun, Run
from jobs.quality.intake_report import not_taken_in
from jobs.quality.words import advice, sort_of

COVERAGE = "out_flag__coverage"
PROBLEMS = ("stale", "broken", "missing")
"""States of a source that need a look."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """How good the data of a run is.

    Attributes:
        month: Month.
        as_of: Instant up to which deliveries were known.
        run_id: The published run; empty when it was refused.
        code_version: Version of the code that made it.
        document: Digest of what the gate found.
        verdict: `passed`, `warned`, `refused`, or `unchecked` when it was published without.
        readers_see: Run that readers see although a newer one was refused; empty otherwise.
        before: Id of the run of the month before; empty when there is none.
        rules: One row per rule, in order.
        tables: One row per table.
        sources: One row per source of the contract.
        refused: Deliveries that became known for the month and did not come in.
        coverage: What each indicator could and could not evaluate.
        changes: What is new since the run of the month before.
        by_rows: Tables that Great Expectations read row by row.
    """

    month: str
    as_of: str
    run_id: str
    code_version: str
    document: str
    verdict: str
    readers_see: str
    before: str
    rules: tuple[Row, ...]
    tables: tuple[Row, ...]
    sources: tuple[Row, ...]
    refused: tuple[Row, ...]
    coverage: tuple[Row, ...]
    changes: Row
    by_rows: tuple[str, ...]

    @property
    def broken(self) -> list[Row]:
        """Rules that are broken: those that stop a run first, and among them what others follow from."""
        found = [rule for rule in self.rules if rule["is_broken"]]
        order = ("volume", "fresh", "made", "exists", "table")
        return sorted(
            found,
            key=lambda r: (r["severity"] != "critical", order.index(sort_of(r["rule_id"])), r["rule_id"]),
        )

    @property
    def to_see(self) -> list[Row]:
        """The broken rules without the warning about a reference that is refused already."""
        refused = {r["rule_id"].removesuffix("_linked") for r in self.broken if r["severity"] == "critical"}
        return [
            r
            for r in self.broken
            if r["severity"] == "critical" or r["rule_id"].removesuffix("_exists") not in refused
        ]

    @property
    def troubled(self) -> list[Row]:
        """Sources that need a look."""
        return [source for source in self.sources if source["state"] in PROBLEMS]

    def to_rows(self) -> list[Row]:
        """Everything as plain rows, each with the section it belongs to."""
        names = ("month", "as_of", "run_id", "code_version", "document", "verdict", "readers_see", "before")
        head = {name: getattr(self, name) for name in names}
        head |= {"rules": len(self.rules), "broken": len(self.broken), "troubled_sources": len(self.troubled)}
        rows = [{"section": "verdict"} | head, {"section": "changes"} | self.changes]
        for section in ("rules", "tables", "sources", "refused", "coverage"):
            rows += [{"section": section} | row for row in getattr(self, section)]
        return rows


def quality_report(
    lake: Lake, month: str, as_of: datetime | None = None, run_id: str | None = None
) -> QualityReport:
    """How good the data of a month's run is.

    Args:
        lake: Lake.
        month: Month.
        as_of: Of this instant; None means the run that readers see.
        run_id: Exactly this run.

    Raises:
        UsageError: The month has neither a published nor a refused run.
    """
    latest = lake.runs.latest(months.checked(month))
    run = Run.of(month, as_of or (latest.run.as_of if latest else None))
    refused = None if run_id else checks.refused_document(lake, run)
    published = None
    if refused is None or latest:
        published = lake.runs.resolve(month, as_of, run_id) if not refused else latest
    document = refused or (checks.document_of(lake, published) if published else None) or {}
    before = lake.runs.latest(months.shift(month, -1))
    then = (checks.document_of(lake, before) if before else None) or {}
    rules = _rules(document, then)
    shown = None if refused else published
    sources, not_in = document.get("sources", ()), not_taken_in(lake, month)
    verdict = "passed"
    if refused:
        verdict = "refused"
    elif not document:
        verdict = "unchecked"
    elif not_in or any(r["is_broken"] for r in rules) or any(s["state"] in PROBLEMS for s in sources):
        verdict = "warned"
    return QualityReport(
        month=month,
        as_of=(published.run if shown and published else run).as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        run_id=shown.run_id if shown else "",
        code_version=shown.code_version if shown else lake.code_version,
        document=shown.parameters.get("expectations", "") if shown else "",
        verdict=verdict,
        readers_see=published.run_id if refused and published else "",
        before=before.run_id if before else "",
        rules=tuple(rules),
        tables=tuple(_tables(shown, before, rules)),
        sources=tuple(sources),
        refused=tuple(not_in),
        coverage=tuple(_coverage(lake, shown)),
        changes=_changes(shown, before, rules),
        by_rows=tuple(document.get("gx", {}).get("by_rows", ())),
    )


def _rules(document: Row, then: Row) -> list[Row]:
    """The counts with what each rule says, and how it fared in the run of the month before."""
    declared = _declared()
    past = {(c["table"], c["rule_id"]): c for c in then.get("counts", ())}
    rows = []
    for count in document.get("counts", ()):
        rule, earlier = declared.get(count["rule_id"]), past.get((count["table"], count["rule_id"]))
        is_broken = count["violated"] > count["allowed"]
        rows.append(
            {
                "table": count["table"],
                "rule_id": count["rule_id"],
                "severity": count["severity"],
                "checked": count["checked"],
                "violated": count["violated"],
                "allowed": count["allowed"],
                "is_broken": is_broken,
                "was_broken": None if earlier is None else earlier["violated"] > earlier["allowed"],
                "trend": _trend(count, earlier),
                "detail": count.get("detail", ""),
                "description": rule.description if rule else "",
                "description_nb": rule.description_nb if rule else "",
                "basis": rule.basis if rule else "",
                "year": (rule.year or None) if rule else None,
                "advice": advice(count["rule_id"], "en") if is_broken else "",
                "advice_nb": advice(count["rule_id"], "nb") if is_broken else "",
            }
        )
    return rows


def _declared() -> Mapping[str, Rule]:
    found = {rule.id: rule for declared in datasets().values() for rule in rules_of(declared)}
    return found | {rule.id: rule for rule in RUN_RULES}


def _trend(count: Row, earlier: Row | None) -> str:
    """`new`, `worse`, `better` or `same` by the share broken; empty when nothing is broken in either."""
    if earlier is None:
        return "new" if count["violated"] else ""
    # Compared as fractions: shares of integers, exactly.
    now, then = count["violated"] * earlier["checked"], earlier["violated"] * count["checked"]
    if not count["violated"] and not earlier["violated"]:
        return ""
    return "same" if now == then else "worse" if now > then else "better"


def _tables(published: PublishedRun | None, before: PublishedRun | None, rules: list[Row]) -> list[Row]:
    if published is None:
        return []
    order = {name: number for number, name in enumerate(datasets())}
    rows_now, rows_then = _rows_of(published), _rows_of(before) if before else {}
    versions = {ref.table: ref for ref in published.tables if ref.partition == published.run.month}
    found = []
    for table in sorted(rows_now, key=lambda n: (_layer_order(n), order.get(n, len(order)), n)):
        own = [rule for rule in rules if rule["table"] == table]
        ref = versions.get(table)
        found.append(
            {
                "table": table,
                "layer": table.split("_", 1)[0],
                "rows": rows_now[table],
                "rows_before": rows_then.get(table),
                "rules": len(own),
                "violated": sum(1 for rule in own if rule["violated"]),
                "broken": sum(1 for rule in own if rule["is_broken"]),
                "version": ref.version if ref else "",
                "content_hash": ref.content_hash if ref else "",
                "description": _described(table, "description"),
                "description_nb": _described(table, "description_nb"),
            }
        )
    return found


def _described(table: str, which: str) -> str:
    declared: Dataset | None = datasets().get(table)
    return getattr(declared, which) or declared.description if declared else ""


def _layer_order(table: str) -> int:
    return ("raw", "core", "net", "out").index(table.split("_", 1)[0])


def _rows_of(published: PublishedRun) -> dict[str, int]:
    """Rows of the month by table; of a raw table, the rows of all deliveries that the run read."""
    rows = {ref.table: ref.rows for ref in published.tables if ref.partition == published.run.month}
    for raw in published.deliveries:
        rows[raw.ref.table] = rows.get(raw.ref.table, 0) + raw.ref.rows
    return rows


def _coverage(lake: Lake, published: PublishedRun | None) -> list[Row]:
    """Subjects by indicator and status; whether something could be evaluated is part of quality."""
    refs = [r for r in published.refs(COVERAGE) if r.partition == published.run.month] if published else []
    if not refs:
        return []
    columns = ["indicator_id", "subject_type", "status", "reason", "subjects_n"]
    rows: list[Row] = lake.read(refs, columns=columns).select(columns).to_pylist()
    return sorted(rows, key=lambda r: tuple(str(r[name]) for name in columns[:4]))


def _changes(published: PublishedRun | None, before: PublishedRun | None, rules: list[Row]) -> Row:
    changes: Row = {
        "new_deliveries": {},
        "gone_deliveries": {},
        "code": "",
        "newly_broken": [],
        "resolved": [],
    }
    if before is None:
        return changes
    changes["newly_broken"] = sorted(r["rule_id"] for r in rules if r["is_broken"] and not r["was_broken"])
    changes["resolved"] = sorted(r["rule_id"] for r in rules if not r["is_broken"] and r["was_broken"])
    if published is None:
        return changes
    changes["code"] = "same" if published.code_version == before.code_version else "changed"
    now, then = _deliveries(published), _deliveries(before)
    changes["new_deliveries"] = _by_source(now - then)
    changes["gone_deliveries"] = _by_source(then - now)
    return changes


def _deliveries(published: PublishedRun) -> set[tuple[str, str]]:
    return {(raw.source, raw.delivery_id) for raw in published.deliveries}


def _by_source(deliveries: set[tuple[str, str]]) -> dict[str, int]:
    return {name: sum(1 for source, _ in deliveries if source == name) for name, _ in sorted(deliveries)}
