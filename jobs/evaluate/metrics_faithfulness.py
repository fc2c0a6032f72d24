"""Whether an explanation is what the finding rests on: enough, needed, about the right ones, nothing more.

Sufficiency: a triggered finding is evaluated again from what it cites alone. Necessity: each cited element is
taken away in turn; the finding must be gone, another, or weaker, or the element only tells the reader more.
Localisation: the companies and records that are cited beside those that were planted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from expectations.errors import KjedeError
from graph.feature_lint import is_forbidden, is_proxy, lint_indicators
from graph.indicator import Indicator
from graph.model import Finding, Network
from graph.replay import cited, replay, without
from jobs.evaluate.matching import Matches
from jobs.evaluate.rates import overlap, rate, rate_of, summary
from jobs.evaluate.rerun import differing, scopes
from jobs.evaluate.snapshot import TRIGGERED
from jobs.evaluate.truth import Act
from jobs.flag.detect import finding_of
from jobs.flag.run_reader import RunReader

CHANGES, WEAKENS, TELLS = "status_changes", "margin_falls", "neither"
EDGE, NODE, KIND = "edge", "node", "kind"
RECORD_COLUMNS = ("contract_id", "invoice_id", "notice_id", "inspection_id")
"""Columns of a cited key whose value the truth may name."""

Row = Mapping[str, Any]
Figures = dict[str, Any]


def faithfulness(reader: RunReader, matches: Matches, indicators: Sequence[Indicator]) -> Figures:
    """Examines every triggered finding of a run.

    Args:
        reader: The run.
        matches: The same month beside what was planted.
        indicators: Indicators that run.

    Returns:
        `findings` examined; `sufficient`; `necessary`, the share of cited edges, of cited nodes and of
        kinds of them without which the finding is gone or weaker, with `by_indicator`; `localisation`;
        `excluded`, names of excluded attributes among what findings state (must be empty);
        `same_again`, the share of all findings that come out alike when the scopes are evaluated anew.
    """
    declared = {own.id: own for own in indicators}
    triggered = [row for row in matches.snapshot.findings if row["status"] == TRIGGERED]
    rows = [row for row in triggered if row["indicator_id"] in declared]
    evidence = _evidence(reader, {row["finding_id"] for row in rows})
    nets = {own.scope_id: own for own in scopes(reader, {row["scope_id"] for row in rows})}
    sufficient: list[bool] = []
    needed: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        finding = finding_of(row, evidence[row["finding_id"]])
        indicator = declared[row["indicator_id"]]
        scope = nets[row["scope_id"]]
        sufficient.append(is_sufficient(scope, finding, indicator))
        for kind, outcome in necessity(scope, finding, indicator):
            needed[row["indicator_id"]][kind][outcome] += 1
    other, compared = differing(reader, indicators)
    return {
        "findings": len(rows),
        "sufficient": rate_of(sufficient),
        "necessary": _necessary(needed.values()),
        "by_indicator": [
            {"indicator": own.id, "necessary": _necessary([needed[own.id]])}
            for own in indicators
            if own.id in needed
        ],
        "localisation": localisation(matches, rows, evidence),
        "excluded": excluded(rows, indicators),
        "same_again": rate(compared - len(other), compared),
    }


def _evidence(reader: RunReader, wanted: set[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {own: [] for own in sorted(wanted)}
    rows = reader.table("out_flag__evidence").to_pylist()
    for item in sorted(rows, key=lambda r: (r["finding_id"], r["n"])):
        if item["finding_id"] in wanted:
            found[item["finding_id"]].append(item)
    return found


def is_sufficient(scope: Network, finding: Finding, indicator: Indicator) -> bool:
    """Whether what a finding cites gives the same finding again.

    Args:
        scope: The network it was made in.
        finding: Finding.
        indicator: Its declaration.
    """
    try:
        again = replay(scope, finding, indicator)
    except KjedeError:
        return False
    return (again.status, again.role) == (finding.status, finding.role) and _equal(again.value, finding.value)


def _equal(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.quantize(other) == other


def necessity(scope: Network, finding: Finding, indicator: Indicator) -> list[tuple[str, str]]:
    """What becomes of a finding when each thing it cites is taken away in turn.

    Args:
        scope: The network it was made in.
        finding: Triggered finding.
        indicator: Its declaration.

    Returns:
        Per cited element `edge` or `node`, and per kind of them, all taken away at once, `kind`; each with
        `status_changes`, `margin_falls` or `neither`.
    """
    base = cited(scope, finding)
    elements = sorted({item.element for item in finding.evidence})
    found = [(e.split(":", 1)[0], _outcome(without(base, [e]), finding, indicator)) for e in elements]
    kinds: dict[str, list[str]] = defaultdict(list)
    for element in elements:
        kinds[_kind_of(element)].append(element)
    found += [(KIND, _outcome(without(base, kinds[own]), finding, indicator)) for own in sorted(kinds)]
    return found


def _kind_of(element: str) -> str:
    """`edge:contract` or `node:org`: what stands before the identifier."""
    sort, _, name = element.partition(":")
    return f"{sort}:{name.split('|' if sort == EDGE else ':', 1)[0]}"


def _outcome(less: Network, finding: Finding, indicator: Indicator) -> str:
    evaluated = indicator.detect(less, indicator.default_thresholds)
    again = next((own for own in evaluated if own.subject_id == finding.subject_id), None)
    if again is None or (again.status, again.role) != (finding.status, finding.role):
        return CHANGES
    return WEAKENS if _strength(again) < _strength(finding) else TELLS


def _strength(finding: Finding) -> Decimal:
    strength = finding.margin if finding.margin is not None else finding.value
    return Decimal(0) if strength is None else strength.quantize(Decimal("0.000001"))


def _necessary(counted: Iterable[Mapping[str, Counter[str]]]) -> Figures:
    totals: dict[str, Counter[str]] = {kind: Counter() for kind in (EDGE, NODE, KIND)}
    for own in counted:
        for kind in totals:
            totals[kind] += own.get(kind, Counter())
    return {
        kind: {
            "share": rate(counts[CHANGES] + counts[WEAKENS], counts.total()),
            **{outcome: counts[outcome] for outcome in (CHANGES, WEAKENS, TELLS)},
        }
        for kind, counts in totals.items()
    }


def localisation(matches: Matches, rows: Iterable[Row], evidence: Mapping[str, Sequence[Row]]) -> Figures:
    """How well what is cited falls together with what was planted.

    Args:
        matches: The month beside what was planted.
        rows: Triggered findings.
        evidence: Finding id -> rows of its evidence.

    Returns:
        `companies`: overlap (Jaccard) of the companies a finding names with those of the act it is about,
        over findings. `records`: the same for contracts and invoices, over rings; the truth names the
        records of a ring, not of an act, so acts whose indicator does not run lower it. `records_planted`:
        the share of cited records that are among them.
    """
    companies: list[float] = []
    cited_records: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for act in matches.acts_of(row):
            shared = overlap(row["companies"], _members(act))
            companies += [] if shared is None else [shared]
            cited_records[act.ring_id] |= _records(evidence[row["finding_id"]])
    overlaps = []
    hits = total = 0
    for ring in matches.truth.rings:
        records = cited_records.get(ring.ring_id, set())
        if records and ring.records:
            overlaps.append(overlap(records, ring.records) or 0.0)
            hits += len(records & ring.records)
            total += len(records)
    return {
        "companies": summary(companies),
        "records": summary(overlaps),
        "records_planted": rate(hits, total),
    }


def _members(act: Act) -> frozenset[str]:
    return act.members or frozenset(part for s in act.subjects for part in s.split(":")[1:])


def _records(evidence: Iterable[Row]) -> set[str]:
    parts = (part.split("=", 1) for item in evidence for part in item["key"].split("|"))
    return {value for name, value in parts if name in RECORD_COLUMNS}


def excluded(rows: Iterable[Row], indicators: Sequence[Indicator]) -> list[str]:
    """Excluded attributes and their proxies among what findings state or indicators declare.

    Args:
        rows: Findings.
        indicators: Indicators that run.

    Returns:
        Indicator and name of each; empty when nothing is wrong.
    """
    found = {f"{problem.where} {problem.name}" for problem in lint_indicators(indicators)}
    for row in rows:
        names = [
            *(name for name, _ in row["facts"]),
            *(guard.split("=", 1)[0] for guard in row["guards_applied"]),
            *row["data_quality"],
        ]
        found |= {f"{row['indicator_id']} {name}" for name in names if is_forbidden(name) or is_proxy(name)}
    return sorted(found)
