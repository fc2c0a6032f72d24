"""A finding evaluated again from its cited evidence."""

from dataclasses import replace
from pathlib import Path

import pytest

from expectations.errors import KjedeError
from graph.model import EdgeKind, Evidence, Finding, Network, RowRef
from graph.registry import indicator
from graph.replay import cited, replay
from tests.golden.loader import FOLDER, read


def guilty(indicator_id: str) -> tuple[Network, Finding]:
    (case,) = read(Path(FOLDER, indicator_id, "guilty.yaml"))
    (finding,) = indicator(indicator_id).detect(case.network, indicator(indicator_id).default_thresholds)
    return case.network, finding


def test_cited_network_holds_what_is_cited_and_nothing_else() -> None:
    scope, finding = guilty("A01")
    small = cited(scope, finding)
    assert [e.edge_id for e in small.edges(*EdgeKind)] == [f"contract|K{n}" for n in (1, 2, 3, 4)]
    assert [n.node_id for n in small.nodes("project")] == ["project:p1"]
    assert all(not n.attributes for n in small.nodes("org"))
    assert (small.scope_id, small.month, small.as_of) == (scope.scope_id, scope.month, scope.as_of)


@pytest.mark.parametrize("indicator_id", ["A01", "A02", "B01", "I01", "I02"])
def test_every_kind_of_evidence_counts(indicator_id: str) -> None:
    """Taking away all evidence of the kind that the rule is about changes the outcome."""
    kinds = {"A01": "contract", "A02": "payment", "B01": "holds_role", "I01": "resides_in", "I02": "contract"}
    scope, finding = guilty(indicator_id)
    kept = tuple(e for e in finding.evidence if not e.element.startswith(f"edge:{kinds[indicator_id]}|"))
    assert len(kept) < len(finding.evidence)
    less = replace(finding, evidence=kept)
    declared = indicator(indicator_id)
    again = list(declared.detect(cited(scope, less), declared.default_thresholds))
    assert finding.status not in {found.status for found in again}


def test_evidence_that_is_not_in_the_network_is_refused() -> None:
    scope, finding = guilty("A01")
    foreign = Evidence(
        "edge:contract|K99", RowRef("core_chain__contracts", "2026-01", "contract_id=K99"), "", ""
    )
    with pytest.raises(KjedeError, match="not in the network"):
        replay(scope, replace(finding, evidence=(*finding.evidence, foreign)), indicator("A01"))


def test_evidence_for_another_subject_is_refused() -> None:
    scope, finding = guilty("A01")
    with pytest.raises(KjedeError, match="no finding for the subject"):
        replay(scope, replace(finding, subject_id="project:p9"), indicator("A01"))
