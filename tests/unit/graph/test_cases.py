"""Case formation, ranking and identity through time."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from graph.cases import CaseRules, KeyedFinding, KnownCase, build, elements, groups, identify, makes_case
from graph.indicator import Indicator
from graph.model import Evidence, Finding, Role, RowRef, Status, ThresholdBasis
from graph.scoring import Bands, parts, score

INDICATORS = cast(
    dict[str, Indicator],
    {
        i: SimpleNamespace(
            id=i,
            group=i[0],
            prior=Decimal(prior),
            statutory_hard_evidence=hard,
            names_leaders=i == "B03",
        )
        for i, prior, hard in [
            ("A01", "0.4", False),
            ("A02", "0.5", False),
            ("B01", "0.6", False),
            ("B03", "0.4", False),
            ("H01", "0.5", True),
            ("I01", "0.4", False),
        ]
    },
)


def keyed(
    indicator_id: str,
    companies: Sequence[str] = (),
    dwellings: Sequence[str] = (),
    *,
    role: Role = Role.TRIGGER,
    status: Status = Status.TRIGGERED,
    owners: Sequence[str] = (),
    n: int = 0,
    value: str = "1",
    persons: Sequence[str] = (),
) -> KeyedFinding:
    finding = Finding(
        indicator_id=indicator_id,
        indicator_version="1.0",
        subject_id=f"cluster:{indicator_id}{n}",
        scope_id="flow:x",
        status=status,
        threshold_basis=ThresholdBasis.OWN,
        role=role,
        companies=tuple(companies),
        dwellings=tuple(dwellings),
        persons=tuple(persons),
        value=Decimal(value),
        evidence=(
            Evidence(
                "edge:e",
                RowRef("core_chain__contracts", "2026-01", f"contract_id={indicator_id}{n}"),
                "nb",
                "en",
            ),
        ),
    )
    return KeyedFinding(f"f-{indicator_id}-{n}", finding, frozenset(owners or {indicator_id[0]}))


def test_findings_that_share_a_company_or_a_dwelling_belong_together() -> None:
    a, b, c = keyed("A01", ["1"]), keyed("B01", ["1", "2"]), keyed("I01", ["9"], ["d"])
    assert [[k.finding_id for k in g] for g in groups([c, b, a], CaseRules())] == [
        ["f-A01-0", "f-B01-0"],
        ["f-I01-0"],
    ]


def test_a_company_in_many_findings_joins_nothing() -> None:
    hub = [keyed("A01", ["client", str(n)], n=n) for n in range(9)]
    assert len(groups(hub, CaseRules(max_findings_per_company=8))) == 9
    assert len(groups(hub[:8], CaseRules(max_findings_per_company=8))) == 1


def test_a_giant_is_cut_at_its_most_shared_company() -> None:
    left = [keyed("A01", ["bridge", *[f"l{m}" for m in range(10)]], n=n) for n in range(3)]
    right = [keyed("B01", ["bridge", *[f"r{m}" for m in range(10)]], n=n) for n in range(3)]
    assert len(groups(left + right, CaseRules(max_companies=21))) == 1
    assert len(groups(left + right, CaseRules(max_companies=20))) == 2


def test_what_one_person_leads_is_one_case_however_many_companies() -> None:
    led = [keyed("B03", ["failed", str(n)], n=n, persons=["anna"]) for n in range(14)]
    worker = keyed("I01", ["99"], ["d"], persons=["anna"])
    assert sorted(map(len, groups([*led, worker], CaseRules(), {"B03"}))) == [1, 14]
    assert len(groups(led, CaseRules())) == 14
    assert len(groups(led, CaseRules(max_companies=10), {"B03"})) == 14
    other = keyed("A01", ["3"])
    cases, _ = build([*led, other], INDICATORS, [], "2026-01", CaseRules())
    assert [len(case.findings) for case in cases] == [15]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([keyed("A01", ["1"]), keyed("B01", ["1"])], True, id="two groups, two owners"),
        pytest.param([keyed("A01", ["1"]), keyed("A02", ["1"])], False, id="one group"),
        pytest.param([keyed("A01", owners=["x"]), keyed("B01", owners=["x"])], False, id="one data owner"),
        pytest.param(
            [keyed("A01", owners=["x", "y"]), keyed("B01", owners=["x", "y"])], True, id="the same two owners"
        ),
        pytest.param([keyed("A01"), keyed("B01", role=Role.CONTEXT)], False, id="context never makes a case"),
        pytest.param([keyed("H01")], True, id="statute with hard evidence"),
        pytest.param([keyed("A01")], False, id="one finding"),
    ],
)
def test_case_rule(findings: list[KeyedFinding], expected: bool) -> None:
    assert makes_case(findings, INDICATORS) is expected


def test_what_did_not_trigger_never_enters_a_case() -> None:
    findings = [keyed("A01", ["1"]), keyed("B01", ["1"], status=Status.SUPPRESSED)]
    assert build(findings, INDICATORS, [], "2026-01", CaseRules()) == ([], [])


def test_score_parts_add_up_and_a_second_finding_of_a_group_adds_nothing() -> None:
    found = [
        keyed("A01").finding,
        keyed("A02").finding,
        keyed("B01").finding,
        keyed("I01", role=Role.CONTEXT).finding,
    ]
    assert score(found, INDICATORS) == Decimal("0.8") == sum(p.added for p in parts(found, INDICATORS))
    assert [p.group for p in parts(found, INDICATORS)] == ["B", "A"]


@pytest.mark.parametrize(
    ("value", "band"), [("0.70", "A"), ("0.699999", "B"), ("0.50", "B"), ("0.499999", "C")]
)
def test_bands(value: str, band: str) -> None:
    assert Bands().of(Decimal(value)) == band


def test_order_of_findings_changes_nothing_and_ranks_are_strict() -> None:
    findings = [f for n in range(5) for f in (keyed("A01", [str(n)], n=n), keyed("B01", [str(n)], n=n))]
    expected = build(findings, INDICATORS, [], "2026-01", CaseRules())
    shuffled = findings[:]
    random.Random(4).shuffle(shuffled)
    assert build(shuffled, INDICATORS, [], "2026-01", CaseRules()) == expected
    assert [case.rank for case in expected[0]] == [1, 2, 3, 4, 5]
    assert [event.kind for event in expected[1]] == ["opened"] * 5


def known(case: Any) -> KnownCase:
    return KnownCase(
        case_id=case.case_id,
        elements=case.elements,
        fingerprint=case.fingerprint,
        first_seen_month=case.first_seen_month,
        state=case.state,
    )


def test_a_case_keeps_its_id_and_says_what_changed() -> None:
    findings = [keyed("A01", ["1", "2"]), keyed("B01", ["1"])]
    (first,), _ = build(findings, INDICATORS, [], "2026-01", CaseRules())
    (same,), events = build(findings, INDICATORS, [known(first)], "2026-02", CaseRules())
    assert (same.case_id, same.change, same.first_seen_month, events) == (
        first.case_id,
        "unchanged",
        "2026-01",
        [],
    )
    moved = [findings[0], replace(findings[1], finding=replace(findings[1].finding, value=Decimal(2)))]
    (changed,), events = build(moved, INDICATORS, [known(first)], "2026-02", CaseRules())
    assert (changed.case_id, changed.change) == (first.case_id, "changed")
    assert [e.kind for e in events] == ["changed"]
    none, events = build([], INDICATORS, [known(first)], "2026-02", CaseRules())
    assert (none, [(e.kind, e.case_id) for e in events]) == ([], [("gone", first.case_id)])


def case_of(case_id: str, *items: str) -> KnownCase:
    return KnownCase(case_id=case_id, elements=frozenset(items), fingerprint="", first_seen_month="2025-12")


def test_split_and_merge_are_events() -> None:
    old = case_of("K1", "a", "b", "c", "d")
    ids, events = identify([frozenset("abc"), frozenset("bcd")], [old], "2026-01", CaseRules())
    assert ids[0] == "K1"
    assert ids[1] != "K1"
    assert [(e.kind, e.case_id, e.other_case_id) for e in events] == [("split_from", ids[1], "K1")]
    ids, events = identify(
        [frozenset("abcd")], [case_of("K1", "a", "b"), case_of("K2", "c", "d", "b")], "2026-01", CaseRules()
    )
    assert ids == ["K2"]
    assert [(e.kind, e.case_id, e.other_case_id) for e in events] == [("merged_into", "K1", "K2")]


def test_identity_does_not_depend_on_the_order_of_cases() -> None:
    found = [frozenset(f"{n}{c}" for c in "abcd") for n in range(6)]
    old = [case_of(f"K{n}", *(f"{n}{c}" for c in "abc")) for n in range(6)]
    ids, events = identify(found, old, "2026-01", CaseRules())
    assert (ids, events) == ([f"K{n}" for n in range(6)], [])
    back, _ = identify(found[::-1], old[::-1], "2026-01", CaseRules())
    assert back == ids[::-1]


def test_overlap_just_below_the_limit_is_another_case() -> None:
    old = case_of("K1", "a", "b", "c")
    at_limit = frozenset(["a", "b", "c", *"defghij"])
    assert identify([at_limit], [old], "2026-01", CaseRules())[0] == ["K1"]
    assert identify([at_limit | {"k"}], [old], "2026-01", CaseRules())[0] != ["K1"]


def test_elements_name_subject_companies_and_dwellings() -> None:
    assert elements([keyed("I01", ["2"], ["1:H0101"])]) == {"cluster:I010", "org:2", "dwelling:1:H0101"}
