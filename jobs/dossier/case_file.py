"""Gathers everything one dossier tells about a case; the writers only put it on paper."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from expectations.errors import UsageError
from expectations.registers import REGISTER_OF
from graph.explain import weightiest_first
from graph.indicator import Indicator, Wording
from graph.layout import layout
from graph.model import EdgeKind, Finding, Network, Status, network
from jobs.dossier.names import Company, Names
from jobs.dossier.parts import CaseFile, CaseRow, Change, CoverageRow, FindingFile, PersonTie, Proof, case_row
from jobs.dossier.reader import Provenance, RunReader
from jobs.flag.detect import finding_of
from jobs.months import shift

DRAWN_BOXES = 60
"""Most boxes in the picture of a dossier: it must be read at a glance and printed on one page."""
PROVENANCE_SHOWN = 3
"""Most delivered records told per piece of evidence; the rest is counted."""
LASTING = frozenset(EdgeKind) - {EdgeKind.PAYMENT, EdgeKind.WORKER_FLOW, EdgeKind.TRANSFER}
"""Kinds of edges that hold over time; the others happen on a day."""


def registered(indicator_id: str) -> Indicator:
    """The declaration of a registered indicator."""
    from graph.registry import indicator  # loads NetworkX detectors, which listing cases does not need

    return indicator(indicator_id)


def build_case_file(
    case_id: str,
    reader: RunReader,
    *,
    indicator: Callable[[str], Indicator] = registered,
    is_sealed: bool = False,
) -> CaseFile:
    """Everything one dossier tells about a case.

    Args:
        case_id: Case of the reader's run.
        reader: Published run.
        indicator: Gives the declaration of an indicator.
        is_sealed: Name sole proprietors; only for a reader who is entitled to identities.

    Raises:
        UsageError: No such case in the run.
    """
    rows = reader.table("out_flag__cases", filter=pc.field("case_id") == case_id).to_pylist()
    if not rows:
        raise UsageError(f"no case {case_id} in the run of {reader.run['month']}")
    case = case_row(rows[0])
    found = _findings(case.finding_ids, reader)
    told = {id(f): n for n, f in enumerate(weightiest_first(found.values()))}
    order = sorted(found, key=lambda i: (told.get(id(found[i]), len(told)), i))
    scopes = [reader.scope(scope_id) for scope_id in dict.fromkeys(found[i].scope_id for i in order)]
    whole = together(case.case_id, scopes)
    proofs, numbers = _proofs([(i, found[i]) for i in order], whole, reader)
    before = _before(case, found.values(), reader)
    findings = tuple(
        FindingFile(
            finding_id=i,
            finding=found[i],
            indicator=indicator(found[i].indicator_id),
            numbers=numbers[i],
            change=before.change(found[i]) if before else None,
            previous_value=before.value(found[i]) if before else None,
        )
        for i in order
    )
    persons = _persons(findings, proofs, whole)
    beside = _beside(found, reader, indicator)
    coverage = [
        CoverageRow(**row) for row in reader.table("out_flag__coverage", COVERAGE_COLUMNS).to_pylist()
    ]
    evaluated = {f.finding.indicator_id for f in (*findings, *beside)}
    own = {f.finding.indicator_id for f in findings}
    return CaseFile(
        case=case,
        run=dict(reader.run),
        findings=findings,
        beside=beside,
        not_candidates=tuple(
            indicator(i) for i in sorted({row.indicator_id for row in coverage} - evaluated)
        ),
        proofs=proofs,
        persons=persons,
        names=_names(case, whole, persons, reader, is_sealed=is_sealed),
        network=whole,
        layout=layout(whole, [proof.element for proof in proofs], limit=DRAWN_BOXES),
        coverage=tuple(row for row in coverage if row.indicator_id in own),
        ended=tuple(
            FindingFile(finding_id=i, finding=f, indicator=indicator(f.indicator_id), change="ended")
            for i, f in (before.ended(found.values()) if before else ())
        ),
        has_previous=before is not None,
        truncated=tuple(sorted({scope.truncated for scope in scopes if scope.truncated})),
    )


COVERAGE_COLUMNS = ("indicator_id", "status", "reason", "subjects_n")


def _one_of(column: str, values: Iterable[str]) -> pc.Expression:
    return pc.field(column).isin(pa.array(sorted(set(values)), pa.string()))


def _findings(finding_ids: Iterable[str], reader: RunReader, month: str | None = None) -> dict[str, Finding]:
    """Findings by id, with their evidence in order."""
    wanted = _one_of("finding_id", finding_ids)
    cited: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    evidence = reader.table("out_flag__evidence", filter=wanted, month=month)
    for row in evidence.sort_by([("finding_id", "ascending"), ("n", "ascending")]).to_pylist():
        cited[row["finding_id"]].append(row)
    rows = reader.table("out_flag__findings", filter=wanted, month=month).to_pylist()
    return {row["finding_id"]: finding_of(row, cited[row["finding_id"]]) for row in rows}


def together(case_id: str, scopes: Sequence[Network]) -> Network:
    """Several scopes as one network; what stands in more than one stands once.

    Args:
        case_id: Case they belong to.
        scopes: At least one.
    """
    nodes = {n: scope.node(n) for scope in scopes for n in scope.graph.nodes}
    edges = {e.edge_id: e for scope in scopes for e in scope.edges(*EdgeKind)}
    first = scopes[0]
    return network(f"case:{case_id}", nodes.values(), edges.values(), month=first.month, as_of=first.as_of)


def _proofs(
    found: Sequence[tuple[str, Finding]], whole: Network, reader: RunReader
) -> tuple[tuple[Proof, ...], dict[str, tuple[int, ...]]]:
    """Numbered evidence and the numbers of each finding; a row cited twice for an element has one number."""
    versions = {
        (row["finding_id"], row["element"], row["table"], row["row_month"], row["key"]): row
        for row in reader.table(
            "out_flag__evidence", filter=_one_of("finding_id", [i for i, _ in found])
        ).to_pylist()
    }
    edges = {edge.edge_id: edge for edge in whole.edges(*EdgeKind)}
    shows: dict[tuple[Any, ...], dict[tuple[str, str], None]] = {}
    users: dict[tuple[Any, ...], dict[str, None]] = {}
    rows: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for finding_id, finding in found:
        own = []
        for item in finding.evidence:
            key = (item.element, item.row)
            shows.setdefault(key, {})[item.shows_nb, item.shows_en] = None
            users.setdefault(key, {})[finding.indicator_id] = None
            rows.setdefault(
                key, versions[finding_id, item.element, item.row.table, item.row.month, item.row.key]
            )
            own.append(list(shows).index(key) + 1)
        numbers[finding_id] = tuple(dict.fromkeys(own))
    proofs = []
    records: dict[Any, Sequence[Provenance]] = {}
    for number, (element, row) in enumerate(shows, 1):
        if row not in records:
            known = reader.provenance(row.table, row.month, row.key) if row.table in REGISTER_OF else ()
            newest = sorted(known, key=lambda p: (p.known_at, p.delivery_id, p.file_name, p.record_no))
            records[row] = newest[::-1]
        edge = edges.get(element.removeprefix("edge:")) if element.startswith("edge:") else None
        published = rows[element, row]
        proofs.append(
            Proof(
                number=number,
                element=element,
                row=row,
                version=published["version"],
                row_hash=published["row_hash"],
                register=REGISTER_OF.get(row.table),
                shows=tuple(Wording(nb=nb, en=en) for nb, en in shows[element, row]),
                indicators=tuple(users[element, row]),
                valid_from=edge.valid_from if edge else None,
                valid_to=edge.valid_to if edge else None,
                has_period=edge is not None and edge.kind in LASTING,
                provenance=tuple(records[row][:PROVENANCE_SHOWN]),
                records_n=len(records[row]),
            )
        )
    return tuple(proofs), numbers


@dataclass(frozen=True, slots=True)
class _Before:
    """The month before: the case's findings then, and what its scopes came to."""

    case_findings: Mapping[str, Finding]
    by_scope: Mapping[tuple[str, str], Finding]

    def _match(self, finding: Finding) -> Finding | None:
        for old in self.case_findings.values():
            if (old.indicator_id, old.subject_id) == (finding.indicator_id, finding.subject_id):
                return old
        return self.by_scope.get((finding.indicator_id, finding.scope_id))

    def change(self, finding: Finding) -> Change:
        """Whether a finding is new, says something else, or says the same."""
        old = self._match(finding)
        if old is None or old.status is not Status.TRIGGERED:
            return "new"
        same = (old.value, old.threshold, _cited(old)) == (finding.value, finding.threshold, _cited(finding))
        return "unchanged" if same else "changed"

    def value(self, finding: Finding) -> Decimal | None:
        """The value the month before."""
        old = self._match(finding)
        return old.value if old else None

    def ended(self, found: Iterable[Finding]) -> list[tuple[str, Finding]]:
        """Findings of the case that are gone."""
        matched = {id(old) for old in map(self._match, found) if old}
        return [(i, old) for i, old in sorted(self.case_findings.items()) if id(old) not in matched]


def _cited(finding: Finding) -> frozenset[tuple[str, str]]:
    return frozenset((e.row.table, e.row.key) for e in finding.evidence)


def _before(case: CaseRow, found: Iterable[Finding], reader: RunReader) -> _Before | None:
    """What was published the month before; None when nothing was."""
    month = shift(case.month, -1)
    try:
        cases = reader.table("out_flag__cases", filter=pc.field("case_id") == case.case_id, month=month)
        wanted = _one_of("scope_id", [f.scope_id for f in found])
        rows = reader.table("out_flag__findings", ["finding_id"], wanted, month).to_pylist()
    except UsageError:
        return None
    ids = {i for row in cases.to_pylist() for i in row["findings"]}
    old = _findings(ids | {row["finding_id"] for row in rows}, reader, month)
    return _Before(
        {i: f for i, f in old.items() if i in ids},
        {(f.indicator_id, f.scope_id): f for _, f in sorted(old.items(), reverse=True)},
    )


def _beside(
    found: Mapping[str, Finding], reader: RunReader, indicator: Callable[[str], Indicator]
) -> tuple[FindingFile, ...]:
    """Evaluations of the same subjects, scopes or dwellings that did not trigger, or were held back."""
    scopes = {f.scope_id for f in found.values()}
    dwellings = {d for f in found.values() for d in f.dwellings}
    companies = {c for f in found.values() for c in f.companies}
    rows = reader.table("out_flag__findings", filter=pc.field("status") != Status.TRIGGERED.value).to_pylist()
    told = [
        FindingFile(
            finding_id=row["finding_id"],
            finding=finding_of(row, ()),
            indicator=indicator(row["indicator_id"]),
        )
        for row in rows
        if row["finding_id"] not in found
        and (
            row["scope_id"] in scopes
            or not dwellings.isdisjoint(row["dwellings"])
            or not companies.isdisjoint(row["companies"])
        )
    ]
    return tuple(sorted(told, key=lambda f: (f.finding.indicator_id, f.finding.subject_id, f.finding_id)))


def _persons(
    findings: Iterable[FindingFile], proofs: Iterable[Proof], whole: Network
) -> tuple[PersonTie, ...]:
    """Persons in order of the first evidence that concerns them."""
    numbers: dict[str, list[int]] = {p: [] for f in findings for p in f.finding.persons}
    works: set[str] = set()
    edges = {f"edge:{e.edge_id}": e for e in whole.edges(*EdgeKind)}
    for proof in proofs:
        edge = edges.get(proof.element)
        ends = (edge.source, edge.target) if edge else (proof.element.removeprefix("node:"),)
        for end in ends:
            pseudonym = end.removeprefix("person:")
            if end.startswith("person:"):
                numbers.setdefault(pseudonym, []).append(proof.number)
                if edge and edge.kind in (EdgeKind.EMPLOYED_BY, EdgeKind.RESIDES_IN):
                    works.add(pseudonym)
    ties = [
        PersonTie(pseudonym=p, works=p in works, numbers=tuple(dict.fromkeys(own)))
        for p, own in numbers.items()
    ]
    return tuple(sorted(ties, key=lambda t: (not t.numbers, t.numbers[:1], t.pseudonym)))


def _names(
    case: CaseRow, whole: Network, persons: Sequence[PersonTie], reader: RunReader, *, is_sealed: bool
) -> Names:
    """Labels of everything in the case."""
    numbers = set(case.companies) | {n.node_id.removeprefix("org:") for n in whole.nodes("org")}
    companies = {
        orgnr: Company(
            orgnr, str(node.attributes.get("name", "")), is_person=node.attributes.get("org_form") == "ENK"
        )
        for orgnr in sorted(numbers)
        for node in [whole.node(f"org:{orgnr}")]
    }
    columns = ("orgnr", "name", "org_form", "is_person")
    for row in reader.table("core_org__organisations", columns, _one_of("orgnr", numbers)).to_pylist():
        is_person = bool(row["is_person"]) or row["org_form"] == "ENK"
        companies[row["orgnr"]] = Company(row["orgnr"], row["name"] or "", is_person=is_person)
    ids = [n.node_id.removeprefix("project:") for n in whole.nodes("project")]
    projects = reader.table(
        "core_chain__projects", ("project_id", "name"), _one_of("project_id", ids)
    ).to_pylist()
    own = {node.removeprefix("org:") for node in companies if companies[node].is_person}
    return Names(
        companies=companies,
        persons=tuple(tie.pseudonym for tie in persons),
        projects={row["project_id"]: row["name"] or "" for row in projects},
        withheld=_home_addresses(whole, own),
        is_sealed=is_sealed,
    )


def _home_addresses(whole: Network, sole_proprietors: Collection[str]) -> frozenset[str]:
    """Business addresses of sole proprietors, often their homes, that no other company shares."""
    users: dict[str, set[str]] = defaultdict(set)
    for edge in whole.edges(EdgeKind.LOCATED_AT):
        users[edge.target].add(edge.source.removeprefix("org:"))
    return frozenset(place for place, orgs in users.items() if orgs <= set(sole_proprietors))
