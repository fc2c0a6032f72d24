"""What must hold of every detector on any network: monotone, local, replayable, exact, blind to names.

The networks are the golden ones with parts taken away and parts of others laid over them, so that every
rule is met from both sides; small random graphs are compared with brute-force search.
"""

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.detectors.a02_circular_flow import circles, legs, rounds
from graph.detectors.chain import chains, companies_in_chain
from graph.indicator import Indicator
from graph.model import Edge, EdgeKind, Finding, Network, Node, RowRef, Status, network
from graph.registry import INDICATORS, indicator
from graph.replay import replay
from tests.golden.loader import AS_OF, cases, edge, properties

MONTH = date(2026, 1, 31)
GOLDEN = list(cases())
SAME_SCOPES = {
    case.indicator_id: sorted(
        declared.id
        for declared in INDICATORS
        if declared.scope_kind == indicator(case.indicator_id).scope_kind
    )
    for case in GOLDEN
}
"""Indicators whose golden networks live in scopes of the same kind and may be laid over each other."""

MANY = settings(max_examples=120, deadline=None, derandomize=True)
SOME = settings(max_examples=60, deadline=None, derandomize=True)

T = TypeVar("T", Edge, Node)


def _all_edges(scope: Network) -> list[Edge]:
    return scope.edges(*EdgeKind)


def _all_nodes(scope: Network) -> list[Node]:
    found = (scope.node(n) for n in sorted(scope.graph.nodes))
    return [n for n in found if n.row is not None]


def _thinned(item: T, chance: random.Random) -> T:
    return replace(item, attributes={k: v for k, v in item.attributes.items() if chance.random() < 0.97})


@st.composite
def scopes(draw: st.DrawFn) -> tuple[str, Network]:
    """A golden network, with edges of another of its kind laid over it and parts taken away."""
    case = draw(st.sampled_from(GOLDEN))
    kin = SAME_SCOPES[case.indicator_id]
    indicator_id = draw(st.sampled_from(kin))
    other = draw(st.sampled_from([g for g in GOLDEN if g.indicator_id in kin]))
    chance = random.Random(draw(st.integers(0, 2**32)))
    edges = {e.edge_id: e for e in _all_edges(case.network)}
    nodes = {n.node_id: n for n in _all_nodes(case.network)}
    if chance.random() < 0.5:
        edges |= {e.edge_id: e for e in _all_edges(other.network) if chance.random() < 0.5}
    kept = [_thinned(e, chance) for e in edges.values() if chance.random() < 0.9]
    known = [_thinned(n, chance) for n in nodes.values() if chance.random() < 0.95]
    truncated = "nearest" if chance.random() < 0.1 else ""
    return indicator_id, network(
        case.network.scope_id, known, kept, month=MONTH, as_of=AS_OF, truncated=truncated
    )


def findings(declared: Indicator, scope: Network, limits: Any = None) -> list[Finding]:
    return list(declared.detect(scope, limits or declared.default_thresholds))


def core(finding: Finding) -> tuple[Any, ...]:
    return (finding.status, finding.role, finding.value, finding.threshold, finding.suppressed_reason)


@settings(MANY)
@given(scopes())
def test_replay_from_the_cited_evidence_gives_the_same(given_scope: tuple[str, Network]) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    for finding in findings(declared, scope):
        assert core(replay(scope, finding, declared)) == core(finding)


@settings(MANY)
@given(scopes(), st.data())
def test_stricter_thresholds_never_add_triggered_findings(
    given_scope: tuple[str, Network], data: st.DataObject
) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    directions = properties(declared.id)["stricter"]
    name = data.draw(st.sampled_from(sorted(directions)))
    before = getattr(declared.default_thresholds, name)
    step = data.draw(st.sampled_from([1, 2, 3]))
    size = (
        Decimal("0.1") * step
        if isinstance(before, Decimal) and before <= 1
        else step * max(1, int(before) // 7)
    )
    after = before + directions[name] * size
    after = type(before)(max(after, 1 if isinstance(before, int) else Decimal("0.05")))
    strict = replace(declared.default_thresholds, **{name: after})
    triggered = [
        {
            f.subject_id.split(":")[1]
            for f in findings(declared, scope, limits)
            if f.status is Status.TRIGGERED
        }
        for limits in (declared.default_thresholds, strict)
    ]
    assert triggered[1] <= triggered[0], name


@settings(SOME)
@given(scopes(), st.integers(0, 2**32))
def test_order_changes_nothing(given_scope: tuple[str, Network], seed: int) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    edges, nodes = _all_edges(scope), _all_nodes(scope)
    random.Random(seed).shuffle(edges)
    random.Random(seed).shuffle(nodes)
    again = network(
        scope.scope_id, nodes, edges, month=scope.month, as_of=scope.as_of, truncated=scope.truncated
    )
    assert findings(declared, again) == findings(declared, scope)


@settings(SOME)
@given(scopes(), st.integers(0, 2**32))
def test_relabelling_changes_nothing(given_scope: tuple[str, Network], seed: int) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    renamed = _renamed(scope, random.Random(seed))
    before, after = findings(declared, scope), findings(declared, renamed)
    assert [core(f) for f in before] == [core(f) for f in after]
    assert [(f.data_quality, len(f.companies), len(f.persons)) for f in before] == [
        (f.data_quality, len(f.companies), len(f.persons)) for f in after
    ]


def _renamed(scope: Network, chance: random.Random) -> Network:
    ids = sorted(scope.graph.nodes)
    roots = [str(n.attributes["owner_root"]) for n in _all_nodes(scope) if "owner_root" in n.attributes]
    numbers = chance.sample(range(10**8), k=len(ids) + len(roots))
    fresh: dict[str, str] = {}
    for text, number in zip(dict.fromkeys([*ids, *roots]), numbers, strict=False):
        kind = text.partition(":")[0]
        fresh[text] = {
            "org": f"org:3{number:08d}",
            "dwelling": f"dwelling:{number}:H0101",
            "project": text,
            # Its name is no label: what a register is about says which work needs it.
            "register": text,
        }.get(kind, f"{kind}:{number}")
    edges = _all_edges(scope)
    order = {
        e.edge_id: f"{n:03d}" for e, n in zip(edges, chance.sample(range(1000), len(edges)), strict=True)
    }

    def attributes(item: Edge | Node) -> dict[str, Any]:
        found = dict(item.attributes)
        for name in ("client_orgnr", "employer_orgnr"):
            if name in found:
                found[name] = fresh.get(f"org:{found[name]}", f"org:{found[name]}").removeprefix("org:")
        if "building_no" in found:
            number = fresh.get(f"building:{found['building_no']}", "building:elsewhere")
            found["building_no"] = number.removeprefix("building:")
        if "owner_root" in found:
            found["owner_root"] = fresh[str(found["owner_root"])]
        return found

    kind, *parts = scope.scope_id.split(":")
    words = [[fresh.get(f"org:{w}", f"org:{w}").removeprefix("org:") for w in p.split("+")] for p in parts]
    scope_id = fresh.get(scope.scope_id) or ":".join([kind, *("+".join(group) for group in words)])
    return network(
        scope_id,
        [Node(fresh[n.node_id], attributes(n), n.row) for n in _all_nodes(scope)],
        [
            replace(
                e,
                edge_id=order[e.edge_id],
                source=fresh[e.source],
                target=fresh[e.target],
                attributes=attributes(e),
            )
            for e in _all_edges(scope)
        ],
        month=scope.month,
        as_of=scope.as_of,
        truncated=scope.truncated,
    )


STRANGERS: Mapping[str, Mapping[str, Any]] = {
    "X1": {"contract": "xa > xb", "project_id": "px"},
    "X2": {"contract": "xb > xc", "project_id": "px", "under": "X1"},
    "X3": {"payment": "xa > xb", "days": "2025-05-01", "nok": 900000},
    "X4": {"payment": "xb > xa", "days": "2025-06-01", "nok": 900000},
    "X5": {"employed_by": "px1 > xa"},
    "X6": {"holds_role": "px1 > xb"},
    "X7": {"resides_in": "px1 > a9:H0101"},
    "X14": {"stay": "px1 > a9:H0101", "days": "2025-05-01..2025-08-01"},
    "X8": {"holds_dwelling": "xa > a9:H0101"},
    "X9": {"owns_share": "xa > xb", "share": "1"},
    "X10": {"located_at": "xa > elsewhere"},
    "X11": {"worker_flow": "xa > xb", "moved_n": 9, "from_n": 9, "to_n": 9},
    "X12": {"transfer": "xa > xb", "days": "2025-06-01.."},
    "X13": {"family": "px1 > px2"},
    "T1": {"tax_due": "xa > period:2025-10", "days": "2025-10-01..2025-10-31", "nok": 9, "expected_ore": 9},
    "T2": {"payroll_term": "xa > period:2025-T5", "days": "2025-09-01..2025-10-31", "nok": 9},
    "T4": {"filing_duty": "xa > period:2025-T5", "days": "2025-09-01..2025-10-31"},
    "T5": {"vat_mismatch": "xa > xb", "days": "2025-09-01..2025-12-31"},
    "T6": {
        "arrears_term": "xa > period:2025-T6",
        "days": "2025-11-01..2025-12-31",
        "nok": 9,
        "turnover_ore": 9,
    },
    "T7": {
        "worker_exit": "xa > xb",
        "days": "2025-09-01..2025-12-01",
        "moved_n": 9,
        "left_n": 9,
        "from_n": 9,
    },
    "T8": {"uses_identifier": "px1 > konto-x"},
    "T9": {"filed_by": "xa > xb", "clients_n": 99},
    "T3": {"tax_standing": "xa > authority:skatteetaten", "has_instalment_plan": True},
    "A41": {"capacity": "xa > period:2026-01", "nok": 9000000},
    "A42": {"statement": "xa > period:2024", "days": "2024-01-01..2024-12-31", "nok": 9},
    "B31": {"quarantine": "px1 > register:konkurskarantene", "days": "2025-06-01..2027-06-01"},
    "C21": {"notice": "xa > authority:arbeidstilsynet", "days": "2025-10-09..2025-10-09"},
    "C22": {"turnover_term": "xa > period:2025-T3", "days": "2025-05-01..2025-06-30", "nok": 9},
    "C23": {"beneficial_owner": "px1 > xa", "days": "2025-09-01.."},
    "A61": {"registration_duty": "xa > register:renhold"},
    "A62": {"approval": "xa > register:renhold", "days": "2025-11-30..2026-01-31", "state": "refused"},
}
"""Rows about companies, persons and dwellings that have nothing to do with the scope."""


def _with(scope: Network, rows: Mapping[str, Mapping[str, Any]]) -> Network:
    more = [edge(name, row) for name, row in rows.items()]
    return network(
        scope.scope_id,
        _all_nodes(scope),
        _all_edges(scope) + more,
        month=scope.month,
        as_of=scope.as_of,
        truncated=scope.truncated,
    )


def _of_subjects(found: list[Finding], scope: Network) -> list[tuple[Any, ...]]:
    return [(f.subject_id, *core(f), f.companies, f.persons) for f in found if "a9" not in f.subject_id]


@settings(SOME)
@given(scopes(), st.sets(st.sampled_from(sorted(STRANGERS))))
def test_unrelated_data_changes_nothing(given_scope: tuple[str, Network], names: set[str]) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    wider = _with(scope, {name: STRANGERS[name] for name in sorted(names)})
    before, after = findings(declared, scope), findings(declared, wider)
    assert _of_subjects(after, wider) == _of_subjects(before, scope)


@settings(SOME)
@given(scopes(), st.data())
def test_rows_outside_the_window_change_nothing(
    given_scope: tuple[str, Network], data: st.DataObject
) -> None:
    declared, scope = indicator(given_scope[0]), given_scope[1]
    rows = properties(declared.id)["outside"]
    names = data.draw(st.sets(st.sampled_from(sorted(rows))))
    wider = _with(scope, {name: rows[name] for name in sorted(names)})
    before, after = findings(declared, scope), findings(declared, wider)
    assert _of_subjects(after, wider) == _of_subjects(before, scope)


ROW = RowRef("core_chain__contracts", "2026-01", "x")
FIRST = date(2025, 6, 1)


@st.composite
def contracts(draw: st.DrawFn) -> list[Edge]:
    """Up to nine contracts among five companies, each with any parent, on days of one June."""
    found = []
    for n in range(draw(st.integers(1, 9))):
        start, length = draw(st.integers(0, 9)), draw(st.integers(0, 9))
        source, target = draw(st.permutations(range(5)))[:2]
        parent = draw(st.none() | st.integers(0, 9))
        found.append(
            Edge(
                f"contract|{n}",
                f"org:{source}",
                f"org:{target}",
                EdgeKind.CONTRACT,
                ROW,
                FIRST + timedelta(days=start),
                FIRST + timedelta(days=start + length),
                attributes={
                    "contract_id": f"K{n}",
                    "is_labour_bearing": True,
                    "project_id": "p1",
                    **({} if parent is None else {"parent_contract_id": f"K{parent}"}),
                },
            )
        )
    return found


def _deepest(found: list[Edge], window: tuple[date, date]) -> int:
    """Most links on any day: for each day and each contract, walk up until the chain breaks."""
    by_id = {str(e.attributes["contract_id"]): e for e in found}
    best = 0
    for day in (window[0] + timedelta(days=n) for n in range((window[1] - window[0]).days + 1)):
        for one in found:
            depth, at, seen = 0, one, {one.edge_id}
            alive = _on(at, day)
            while alive:
                parent = by_id.get(str(at.attributes.get("parent_contract_id")))
                if parent is None or parent.target != at.source or _in_circle(at, by_id):
                    best = max(best, depth)
                    break
                alive = _on(parent, day) and parent.edge_id not in seen
                seen.add(parent.edge_id)
                at, depth = parent, depth + 1
    return best


def _on(one: Edge, day: date) -> bool:
    assert one.valid_from is not None
    assert one.valid_to is not None
    return one.valid_from <= day <= one.valid_to


def _in_circle(start: Edge, by_id: Mapping[str, Edge]) -> bool:
    """Whether walking up from a contract over links that fit comes back to it."""
    at: Edge | None = start
    for _ in range(len(by_id) + 1):
        assert at is not None
        parent = by_id.get(str(at.attributes.get("parent_contract_id")))
        if parent is None or parent.target != at.source:
            return False
        if parent is start:
            return True
        at = parent
    return False


@settings(MANY)
@given(contracts(), st.integers(0, 12), st.integers(0, 6))
def test_deepest_chain_is_the_longest_path_of_a_brute_force_search(
    found: list[Edge], start: int, length: int
) -> None:
    window = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)
    assert max((c.depth for c in chains(found, window)), default=0) == _deepest(found, window)


@st.composite
def payments(draw: st.DrawFn) -> list[Edge]:
    """Payments among six companies."""
    found = []
    for n in range(draw(st.integers(0, 16))):
        source, target = draw(st.permutations(range(6)))[:2]
        found.append(
            Edge(
                f"payment|{n}",
                f"org:{source}",
                f"org:{target}",
                EdgeKind.PAYMENT,
                ROW,
                FIRST + timedelta(days=draw(st.integers(0, 30))),
                amount_ore=draw(st.integers(-3, 9)),
                attributes={"is_labour": True, "invoice_kind": "faktura"},
            )
        )
    return found


@settings(MANY)
@given(payments(), st.integers(1, 6), st.integers(2, 5))
def test_circles_are_those_of_a_brute_force_search(found: list[Edge], least: int, longest: int) -> None:
    flows = legs(found, (FIRST, FIRST + timedelta(days=20)))
    sums: dict[tuple[str, str], int] = {}
    for one in found:
        if one.valid_from and one.valid_from <= FIRST + timedelta(days=20):
            ends = one.source, one.target
            sums[ends] = sums.get(ends, 0) + (one.amount_ore or 0)
    wanted = {
        order
        for size in range(2, longest + 1)
        for order in itertools.permutations([f"org:{n}" for n in range(6)], size)
        if order[0] == min(order)
        and all(sums.get(ends, 0) >= least for ends in zip(order, (*order[1:], order[0]), strict=True))
    }
    seen = circles(flows, least, longest)
    assert {circle.members for circle in seen} == wanted
    assert len(seen) == len(wanted)
    for circle in seen:
        nets = [sums[e] for e in zip(circle.members, (*circle.members[1:], circle.members[0]), strict=True)]
        assert (circle.smallest_ore, circle.largest_ore) == (min(nets), max(nets))


def _most_rounds(
    days: list[list[int]], at: int = 0, day: int = 0, used: frozenset[tuple[int, int]] = frozenset()
) -> int:
    """Most whole rounds by trying every choice."""
    leg = at % len(days)
    best = at // len(days)
    for n, when in enumerate(days[leg]):
        if when >= day and (leg, n) not in used:
            best = max(best, _most_rounds(days, at + 1, when, used | {(leg, n)}))
    return best


@settings(SOME)
@given(st.lists(st.lists(st.integers(0, 6), max_size=4), min_size=2, max_size=3))
def test_rounds_are_the_most_that_any_choice_of_invoices_gives(days: list[list[int]]) -> None:
    dates = [sorted(FIRST + timedelta(days=d) for d in leg) for leg in days]
    assert rounds(dates) == _most_rounds(days)


@settings(SOME)
@given(contracts())
def test_companies_of_a_chain_never_meet_only_in_the_one_who_has_the_work_built(found: list[Edge]) -> None:
    joined = companies_in_chain(found, (FIRST, FIRST + timedelta(days=30)))
    supplying = {one.target for one in found}
    for source, target, data in joined.edges(data=True):
        first = data["contracts"][0]
        assert {source, target} == {first.source, first.target}
        assert "parent_contract_id" in first.attributes or first.source in supplying


@pytest.mark.parametrize("indicator_id", [declared.id for declared in INDICATORS])
def test_every_threshold_has_a_stricter_direction(indicator_id: str) -> None:
    declared = indicator(indicator_id)
    assert set(properties(indicator_id)["stricter"]) == {threshold.name for threshold in declared.thresholds}
