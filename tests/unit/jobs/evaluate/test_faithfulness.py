"""Sufficiency, necessity and localisation, on a golden network and by hand."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from graph.model import Finding, Network
from graph.registry import INDICATORS, indicator
from graph.replay import cited, without
from jobs.evaluate.metrics_faithfulness import excluded, is_sufficient, localisation, necessity
from jobs.evaluate.rates import rate
from tests.golden.loader import FOLDER, read
from tests.unit.jobs.evaluate.small_world import FINDINGS, finding, matches


def guilty(own: str) -> tuple[Network, Finding]:
    network = read(FOLDER / own / "guilty.yaml")[0].network
    (found,) = indicator(own).detect(network, indicator(own).default_thresholds)
    return network, found


def test_taking_an_element_away_leaves_the_rest() -> None:
    network, found = guilty("A01")
    base = cited(network, found)
    edge = next(e.element for e in found.evidence if e.element.startswith("edge:"))
    less = without(base, [edge])
    assert base.graph.number_of_edges() - less.graph.number_of_edges() == 1
    node = next(e.element for e in found.evidence if e.element.startswith("node:"))
    bare = without(base, [node]).node(node.removeprefix("node:"))
    assert base.node(bare.node_id).attributes
    assert not bare.attributes
    assert without(base, []).graph.number_of_edges() == base.graph.number_of_edges()


@pytest.mark.parametrize("own", [declared.id for declared in INDICATORS])
def test_what_is_cited_is_enough(own: str) -> None:
    network, found = guilty(own)
    assert is_sufficient(network, found, indicator(own))


def test_half_of_what_is_cited_is_not() -> None:
    network, found = guilty("A01")
    edges = [e for e in found.evidence if e.element.startswith("edge:")]
    rest = [e for e in found.evidence if e not in edges]
    assert not is_sufficient(network, replace(found, evidence=(*rest, *edges[:1])), indicator("A01"))


def test_a_finding_that_says_more_than_it_cites_is_not_sufficient() -> None:
    network, found = guilty("A01")
    assert found.value is not None
    assert not is_sufficient(network, replace(found, value=found.value + 1), indicator("A01"))


def test_every_link_of_a_deep_chain_is_needed() -> None:
    network, found = guilty("A01")
    outcomes = Counter(necessity(network, found, indicator("A01")))
    edges = {e.element for e in found.evidence if e.element.startswith("edge:")}
    assert outcomes["edge", "status_changes"] == len(edges)
    assert outcomes["edge", "neither"] == 0
    assert outcomes["kind", "status_changes"] >= 1


def test_an_invoice_of_a_circle_weakens_it() -> None:
    network, found = guilty("A02")
    outcomes = Counter(necessity(network, found, indicator("A02")))
    assert outcomes["edge", "margin_falls"] + outcomes["edge", "status_changes"] > 0
    assert outcomes["kind", "status_changes"] == 1, "without any invoice there is no circle"


def test_companies_and_records_beside_what_was_planted() -> None:
    rows = [row for row in FINDINGS if row["finding_id"] in ("f1", "f2")]
    evidence = {
        "f1": [{"key": "contract_id=K1"}, {"key": "contract_id=K2"}, {"key": "orgnr=1"}],
        "f2": [{"key": "invoice_id=F1"}, {"key": "invoice_id=F9"}],
    }
    figures = localisation(matches(), rows, evidence)
    # f1 names 1 2 3 as planted; f2 names 1 2 3 30.
    assert figures["companies"] == {"n": 2, "mean": 0.875, "median": 0.875, "least": 0.75, "most": 1.0}
    # Cited K1 K2 F1 F9, planted K1 K2 F1 F2.
    assert figures["records"]["mean"] == 0.6
    assert figures["records_planted"] == rate(3, 4)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, [], id="clean"),
        pytest.param({"facts": [("nationality_n", "3")]}, ["A01 nationality_n"], id="forbidden fact"),
        pytest.param({"guards_applied": ["d_number_share=ruled_out"]}, ["A01 d_number_share"], id="guard"),
        pytest.param({"data_quality": ["postcode"]}, ["A01 postcode"], id="proxy"),
    ],
)
def test_excluded_attributes_are_named(changed: dict[str, Any], expected: list[str]) -> None:
    assert excluded([finding("x", "A01", "project:P", **changed)], INDICATORS) == expected
