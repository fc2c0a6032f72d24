"""Turns findings into cases, and keeps a case the same case from month to month.

Two findings belong together when they share a company or a dwelling. A company in many findings (a large
client, a formation agent) does not join them, and a group that grows beyond the limit is cut at its most
shared company, so that no case becomes a giant. Findings about those who lead a company belong together as
well when they name the same person: what one person leads is one case, not one for each company. A group is a
case when two triggered findings come from different indicator groups and together rest on more than one
owner's data, or when one rests on a statute with hard evidence. Findings that only give context join a case
but never make one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import networkx as nx

from graph.indicator import Indicator
from graph.model import Finding, Role, Status
from graph.scoring import Bands, score


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRules:
    """Limits of case formation (own values)."""

    max_findings_per_company: int = 8
    """A company in more triggered findings than this does not join them."""
    max_companies: int = 25
    """Groups with more companies are cut at the company, or the leader, shared by most findings."""
    min_overlap: Decimal = Decimal("0.3")
    """Jaccard overlap of subjects, companies and dwellings from which a case is the same as last month's."""
    bands: Bands = field(default_factory=Bands)


@dataclass(frozen=True, slots=True)
class KeyedFinding:
    """A finding with its published id and the owners of the data it cites."""

    finding_id: str
    finding: Finding
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """What a later month needs of an earlier case: identity, elements and state."""

    case_id: str
    elements: frozenset[str]
    fingerprint: str
    first_seen_month: str
    state: str = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case for review.

    Attributes:
        case_id: Stable over months, see `identify`.
        findings: Its findings, triggered first, by indicator and subject.
        score: Orders the cases of a month.
        band: A, B or C.
        rank: 1..n; score, then number of triggered findings, then case id.
        elements: Subjects, companies and dwellings that identify it.
        fingerprint: Changes when a finding, its value or a cited row key changes.
        first_seen_month: `YYYY-MM`.
        state: State of review carried over.
        change: new, changed or unchanged since the month before.
    """

    case_id: str
    findings: tuple[KeyedFinding, ...]
    score: Decimal
    band: str
    rank: int
    elements: frozenset[str]
    fingerprint: str
    first_seen_month: str
    state: str
    change: str

    @property
    def indicators(self) -> list[str]:
        """Triggered indicators that make the case."""
        return sorted({k.finding.indicator_id for k in self.findings if k.finding.role is Role.TRIGGER})

    @property
    def context_indicators(self) -> list[str]:
        """Indicators that only give context."""
        return sorted({k.finding.indicator_id for k in self.findings if k.finding.role is Role.CONTEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One event in a case's life."""

    case_id: str
    kind: str
    other_case_id: str = ""
    detail: str = ""


def groups(
    findings: Iterable[KeyedFinding], rules: CaseRules, by_person: Collection[str] = ()
) -> list[list[KeyedFinding]]:
    """Triggered findings that belong together, each list and the lists in order of finding id.

    Args:
        findings: Findings of one month; only triggered ones count.
        rules: Limits.
        by_person: Indicators whose findings belong together when they name the same person.
    """
    triggered = sorted(
        (k for k in findings if k.finding.status is Status.TRIGGERED), key=lambda k: k.finding_id
    )
    by_id = {k.finding_id: k for k in triggered}
    carriers: dict[str, list[str]] = defaultdict(list)
    for keyed in triggered:
        for company in keyed.finding.companies:
            carriers[f"org:{company}"].append(keyed.finding_id)
        for dwelling in keyed.finding.dwellings:
            carriers[f"dwelling:{dwelling}"].append(keyed.finding_id)
        if keyed.finding.indicator_id in by_person:
            for person in keyed.finding.persons:
                carriers[f"person:{person}"].append(keyed.finding_id)
    joining = {
        carrier: ids
        for carrier, ids in carriers.items()
        if not carrier.startswith("org:") or len(ids) <= rules.max_findings_per_company
    }
    found: list[list[KeyedFinding]] = []
    pending = [frozenset(by_id)] if by_id else []
    while pending:
        ids = pending.pop()
        for part in _components(ids, joining):
            companies = {c for i in part for c in by_id[i].finding.companies}
            shared = _most_shared(part, joining)
            if len(companies) > rules.max_companies and shared:
                del joining[shared]
                pending.append(part)
            else:
                found.append(sorted((by_id[i] for i in part), key=lambda k: k.finding_id))
    return sorted(found, key=lambda group: group[0].finding_id)


def _components(ids: frozenset[str], joining: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    graph = nx.Graph()
    graph.add_nodes_from(ids)
    for carrier, members in joining.items():
        graph.add_edges_from((carrier, member) for member in members if member in ids)
    parts = (frozenset(part & ids) for part in nx.connected_components(graph))
    return sorted((part for part in parts if part), key=min)


def _most_shared(part: frozenset[str], joining: Mapping[str, Sequence[str]]) -> str | None:
    counted = [
        (len(part.intersection(ids)), carrier)
        for carrier, ids in joining.items()
        if not carrier.startswith("dwelling:")
    ]
    shared = [(count, carrier) for count, carrier in counted if count > 1]
    return min(shared, key=lambda item: (-item[0], item[1]))[1] if shared else None


def makes_case(group: Sequence[KeyedFinding], indicators: Mapping[str, Indicator]) -> bool:
    """Whether the findings together are a case.

    Two findings that rest on one owner's data alone share its errors; together they must rest on more.
    """
    making = [k for k in group if k.finding.role is Role.TRIGGER]
    if any(indicators[k.finding.indicator_id].statutory_hard_evidence for k in making):
        return True
    return any(
        indicators[a.finding.indicator_id].group != indicators[b.finding.indicator_id].group
        and len(a.owners | b.owners) > 1
        for n, a in enumerate(making)
        for b in making[n + 1 :]
    )


def elements(group: Iterable[KeyedFinding]) -> frozenset[str]:
    """What identifies a group: its subjects, companies and dwellings."""
    return frozenset(
        item
        for k in group
        for item in (
            k.finding.subject_id,
            *(f"org:{c}" for c in k.finding.companies),
            *(f"dwelling:{d}" for d in k.finding.dwellings),
        )
    )


def fingerprint(group: Iterable[KeyedFinding]) -> str:
    """Hash of what the findings of a group say and cite; months and versions do not enter."""
    lines = sorted(
        "\x1f".join(
            [
                k.finding.indicator_id,
                k.finding.indicator_version,
                k.finding.subject_id,
                str(k.finding.value),
                *sorted(f"{e.row.table}|{e.row.key}" for e in k.finding.evidence),
            ]
        )
        for k in group
    )
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()[:32]


def identify(
    found: Sequence[frozenset[str]], known: Sequence[KnownCase], month: str, rules: CaseRules
) -> tuple[list[str], list[CaseEvent]]:
    """Ids for this month's cases, by overlap with the known ones, and the merges and splits that follow.

    A known case gives its id to the new case that overlaps it most (ties by id); a new case that overlaps a
    known one whose id went elsewhere was split from it, and a known case whose successor took another id
    was merged into it. The order of either list changes nothing.

    Args:
        found: Elements of each new case.
        known: Cases of the month before.
        month: `YYYY-MM`, part of the id of a case that is new.
        rules: Least overlap.

    Returns:
        One id per new case in the order given, and events of kind merged_into and split_from.
    """
    overlaps = sorted(
        (
            (-_jaccard(elements_, old.elements), old.case_id, sorted(elements_), n)
            for n, elements_ in enumerate(found)
            for old in known
            if _jaccard(elements_, old.elements) >= rules.min_overlap
        ),
        key=lambda item: item[:3],
    )
    ids: dict[int, str] = {}
    heir: dict[str, int] = {}
    for _, case_id, _, n in overlaps:
        if n not in ids and case_id not in heir:
            ids[n] = case_id
            heir[case_id] = n
    taken = {case.case_id for case in known}
    for n, elements_ in enumerate(found):
        ids.setdefault(n, _new_id(elements_, month, taken))
    events: dict[tuple[str, str, str], CaseEvent] = {}
    for _, case_id, _, n in overlaps:
        if ids[n] == case_id:
            continue
        if case_id in heir and ids[n] not in heir:
            events.setdefault(
                (ids[n], "split_from", case_id),
                CaseEvent(case_id=ids[n], kind="split_from", other_case_id=case_id),
            )
        elif case_id not in heir:
            events.setdefault(
                (case_id, "merged_into", ids[n]),
                CaseEvent(case_id=case_id, kind="merged_into", other_case_id=ids[n]),
            )
    return [ids[n] for n in range(len(found))], [events[key] for key in sorted(events)]


def _jaccard(a: frozenset[str], b: frozenset[str]) -> Decimal:
    return Decimal(len(a & b)) / Decimal(len(a | b)) if a | b else Decimal(0)


def _new_id(elements_: frozenset[str], month: str, taken: set[str]) -> str:
    digest = hashlib.sha256("\x1f".join([month, *sorted(elements_)]).encode()).hexdigest().upper()
    case_id = f"K{month[2:4]}{month[5:7]}-{digest[:6]}"
    if case_id in taken:
        case_id = f"K{month[2:4]}{month[5:7]}-{digest[:12]}"
    return case_id


def build(
    findings: Iterable[KeyedFinding],
    indicators: Mapping[str, Indicator],
    known: Sequence[KnownCase],
    month: str,
    rules: CaseRules,
) -> tuple[list[Case], list[CaseEvent]]:
    """The ranked cases of a month and what happened to cases since the month before.

    Args:
        findings: All findings of the month.
        indicators: Declarations by id.
        known: Cases of the month before, with their state.
        month: `YYYY-MM`.
        rules: Limits.

    Returns:
        Cases by rank, and events in order of case and kind.
    """
    by_person = {own for own, declared in indicators.items() if declared.names_leaders}
    made = [group for group in groups(findings, rules, by_person) if makes_case(group, indicators)]
    identities = [elements(group) for group in made]
    ids, events = identify(identities, known, month, rules)
    before = {case.case_id: case for case in known}
    drafts: list[Case] = []
    for case_id, group, identity in zip(ids, made, identities, strict=True):
        total = score((k.finding for k in group), indicators)
        print_ = fingerprint(group)
        old = before.get(case_id)
        change = "new" if old is None else "unchanged" if old.fingerprint == print_ else "changed"
        order = sorted(
            group, key=lambda k: (k.finding.role is Role.CONTEXT, k.finding.indicator_id, k.finding_id)
        )
        drafts.append(
            Case(
                case_id=case_id,
                findings=tuple(order),
                score=total,
                band=rules.bands.of(total),
                rank=0,
                elements=identity,
                fingerprint=print_,
                first_seen_month=old.first_seen_month if old else month,
                state=old.state if old else "new",
                change=change,
            )
        )
        if change != "unchanged":
            kind = "opened" if change == "new" else "changed"
            events.append(CaseEvent(case_id=case_id, kind=kind, detail=", ".join(drafts[-1].indicators)))
    merged = {event.case_id for event in events if event.kind == "merged_into"}
    events += [
        CaseEvent(case_id=case.case_id, kind="gone")
        for case in known
        if case.case_id not in set(ids) and case.case_id not in merged
    ]
    ranked = sorted(
        drafts,
        key=lambda c: (-c.score, -len([k for k in c.findings if k.finding.role is Role.TRIGGER]), c.case_id),
    )
    cases = [_with_rank(case, rank) for rank, case in enumerate(ranked, 1)]
    return cases, sorted(events, key=lambda e: (e.case_id, e.kind, e.other_case_id))


def _with_rank(case: Case, rank: int) -> Case:
    return replace(case, rank=rank)
