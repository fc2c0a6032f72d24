"""The list of indicators and the public register."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from expectations.errors import UsageError
from graph.explain import forbidden
from graph.indicator import Indicator, Wording
from graph.registry import INDICATORS, indicator, register_rows

ROOT = Path(__file__).parents[3]
HARD_EVIDENCE = {"E01", "H01"}
"""Rest on a statute and on what the parties reported themselves: one finding makes a case."""
CATALOGUE = ROOT / "expectations" / "contract" / "indicators.json"


def wordings(declared: Indicator) -> list[Wording]:
    return [
        declared.name,
        declared.rationale,
        declared.formula,
        declared.unit,
        declared.not_candidate,
        declared.follow_up_owner,
        *(threshold.wording for threshold in declared.thresholds),
        *declared.guards.values(),
        *declared.missing.values(),
        *declared.innocent,
        *declared.next_steps,
    ]


def test_ids_are_unique_and_in_order() -> None:
    ids = [declared.id for declared in INDICATORS]
    assert ids == sorted(set(ids))
    assert [indicator(i) for i in ids] == list(INDICATORS)


def test_unknown_indicator_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="no indicator Z99; there are A01, A02"):
        indicator("Z99")


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda d: d.id)
def test_declaration_is_whole(declared: Indicator) -> None:
    names = [field.name for field in fields(declared.default_thresholds)]
    assert [threshold.name for threshold in declared.thresholds] == names
    assert len(declared.innocent) >= 3
    assert len(declared.next_steps) == 4, "register check, letter, documents, joint inspection"
    assert declared.guards
    assert 0 < declared.prior < 1
    assert declared.statutory_hard_evidence is (declared.id in HARD_EVIDENCE)
    assert "scope_truncated" in declared.missing
    assert declared.planted
    assert len(declared.look_alikes) >= 3


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda d: d.id)
def test_wording_is_there_in_both_languages_and_neutral(declared: Indicator) -> None:
    for text in wordings(declared):
        assert text.nb
        assert text.en
        assert not forbidden(text.nb), text.nb
        assert not forbidden(text.en), text.en
    assert all(
        text.nb != text.en for text in (*declared.innocent, *declared.next_steps, *declared.guards.values())
    )


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda d: d.id)
def test_every_threshold_is_documented_where_it_is_set(declared: Indicator) -> None:
    source = Path(ROOT, f"{declared.detect.__module__.replace('.', '/')}.py").read_text(encoding="utf-8")
    body = source.split("class Thresholds:")[1].split("\n\n\n")[0]
    for threshold in declared.thresholds:
        doc = body.split(f"    {threshold.name}: ")[1].split('"""')[1]
        assert threshold.basis.value in doc or "published" in doc, f"{threshold.name} tells no basis"


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda d: d.id)
def test_module_tells_formula_source_guards_and_innocent_explanations(declared: Indicator) -> None:
    source = Path(ROOT, f"{declared.detect.__module__.replace('.', '/')}.py").read_text(encoding="utf-8")
    doc = source.split('"""')[1]
    for word in ("Formula", "Source:", "Innocent explanations"):
        assert word in doc
    assert declared.id in doc.split("\n")[0]


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda d: d.id)
def test_is_in_the_catalogue_of_the_input_contract(declared: Indicator) -> None:
    catalogue = {entry["id"]: entry for entry in json.loads(CATALOGUE.read_text(encoding="utf-8"))}
    assert catalogue[declared.id]["name"] == declared.name.en


def test_register_is_plain_and_tells_every_threshold_with_its_value() -> None:
    rows = register_rows()
    assert json.loads(json.dumps(rows)) == rows
    by_id = {row["id"]: row for row in rows}
    assert {t["name"]: t["value"] for t in by_id["A02"]["thresholds"]} == {
        "window_months": 12,
        "max_length": 5,
        "min_retention": "0.6",
        "min_leg_ore": 10_000_000,
        "min_rounds": 2,
        "group_share": "0.5",
    }
    assert {t["basis"] for t in by_id["I01"]["thresholds"]} == {"statute", "published", "own"}
    assert all(
        t["source"] for row in rows for t in row["thresholds"] if t["basis"] in ("statute", "published")
    )
    assert by_id["A01"]["guards"][0]["id"] == "dispensation"
    assert by_id["A01"]["planted"] == ["deep_chain"]
    assert "dispensation_granted" in by_id["A01"]["look_alikes"]
