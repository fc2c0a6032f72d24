"""Every golden network gives the finding it is said to give, and that follows from what it cites."""

from dataclasses import fields
from decimal import Decimal

import pytest

from graph.companions import STANDS_ALONE
from graph.explain import forbidden
from graph.indicator import Indicator
from graph.model import Finding, Role, Status, ThresholdBasis
from graph.registry import INDICATORS, indicator
from graph.replay import replay
from tests.golden.loader import FOLDER, Golden, cases, orgnr

CASES = list(cases())


def found(case: Golden) -> Finding:
    declared = indicator(case.indicator_id)
    (finding,) = declared.detect(case.network, declared.default_thresholds)
    return finding


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gives_the_expected_finding(case: Golden) -> None:
    finding, expect = found(case), case.expect
    assert finding.status == Status(expect["status"]), (finding.data_quality, finding.facts)
    assert finding.role == Role(expect.get("role", "trigger"))
    assert finding.subject_type == expect.get("subject", finding.subject_type)
    assert finding.suppressed_reason == expect.get("reason", "")
    for name in ("value", "threshold"):
        if name in expect:
            wanted = expect[name]
            assert getattr(finding, name) == (None if wanted is None else Decimal(str(wanted)))
    if "basis" in expect:
        assert finding.threshold_basis == ThresholdBasis(expect["basis"])
    if "legal" in expect:
        assert finding.legal_basis_ref == expect["legal"]
    if "companies" in expect:
        assert list(finding.companies) == sorted(orgnr(word) for word in expect["companies"])
    if "persons" in expect:
        assert list(finding.persons) == sorted(expect["persons"])
    if "quality" in expect:
        assert list(finding.data_quality) == sorted(expect["quality"])
    guards = dict(text.split("=", 1) for text in finding.guards)
    assert {name: guards[name] for name in expect.get("guards", {})} == expect.get("guards", {})
    wanted_facts = {name: str(value) for name, value in expect.get("facts", {}).items()}
    assert {name: finding.facts.get(name) for name in wanted_facts} == wanted_facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_follows_from_the_cited_evidence_alone(case: Golden) -> None:
    finding = found(case)
    again = replay(case.network, finding, indicator(case.indicator_id))
    assert (again.status, again.role, again.value, again.threshold, again.suppressed_reason) == (
        finding.status,
        finding.role,
        finding.value,
        finding.threshold,
        finding.suppressed_reason,
    )
    assert {e.element for e in again.evidence} <= {e.element for e in finding.evidence}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_declared_and_told_in_neutral_words(case: Golden) -> None:
    finding, declared = found(case), indicator(case.indicator_id)
    assert finding.evidence
    assert finding.indicator_version == declared.version
    # Whether a finding stands alone is seen where all findings are known, not in its network.
    own = [guard for guard in declared.guards if guard != STANDS_ALONE]
    assert [text.split("=")[0] for text in finding.guards] == own
    assert (STANDS_ALONE in declared.guards) == bool(declared.counts_beside)
    assert {text.split("=")[1].split(":")[0] for text in finding.guards} <= {
        "ruled_out",
        "not_ruled_out",
        "unknown",
    }
    assert set(finding.data_quality) <= set(declared.missing)
    assert not finding.suppressed_reason or finding.suppressed_reason in declared.guards
    told = [text for e in finding.evidence for text in (e.shows_nb, e.shows_en)]
    assert all(text.endswith((".", ").")) and not forbidden(text) for text in told)
    assert "{" not in "".join(told)
    if finding.status not in (Status.TRIGGERED, Status.SUPPRESSED):
        assert finding.persons == ()


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.id)
def test_folder_shows_every_status_and_both_sides_of_every_limit(declared: Indicator) -> None:
    own = {
        case.name.removeprefix(f"{declared.id}-"): case for case in CASES if case.indicator_id == declared.id
    }
    statuses = {case.expect["status"] for case in own.values()}
    assert statuses == {status.value for status in Status}
    assert "guilty" in own
    assert any(name.startswith("look_alike") for name in own)
    for limit in fields(declared.default_thresholds):
        within, beyond = own[f"limit_{limit.name}-within"], own[f"limit_{limit.name}-beyond"]
        sides = [[case.expect.get(n) for n in ("status", "role", "value")] for case in (within, beyond)]
        assert sides[0] != sides[1]


def test_there_is_a_folder_for_every_indicator_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"} == {
        declared.id for declared in INDICATORS
    }
