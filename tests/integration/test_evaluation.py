"""A world of 2,000 firms, run and evaluated: figures stay in their bands, and an altered threshold shows."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graph.registry import INDICATORS
from jobs.evaluate.bands import beyond, read_bands
from jobs.evaluate.matching import Matches
from jobs.evaluate.metrics_findings import burden_of_look_alikes, false_flags, look_alikes, recall
from jobs.evaluate.rerun import detect_again, with_thresholds
from jobs.evaluate.snapshot import read_snapshot
from jobs.evaluate.truth import Truth, read_truth
from jobs.flag.run_reader import RunReader
from jobs.lake.lake import Lake
from jobs.synth.generate import generate
from tests.integration.command import kjede

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

BANDS = Path(__file__).parents[2] / "bench" / "evaluation" / "bands.json"
FIRST, MONTH = "2025-12", "2026-01"


@pytest.fixture(scope="session")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the world `W`, the lake `L` of its last two months, and their evaluation `E`."""
    folder = tmp_path_factory.mktemp("evaluated")
    generate(folder / "W", **read_bands(BANDS)["world"])
    run = ("run", "--landing", "W/landing", "--lake", "L", "--month", FIRST, "--through", MONTH)
    kjede(*run, cwd=folder)
    kjede("evaluate", "--truth", "W/truth", "--lake", "L", "--out", "E", "--quick", cwd=folder)
    return folder


@pytest.fixture(scope="session")
def document(evaluated: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((evaluated / "E/evaluation.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def planted(evaluated: Path) -> Truth:
    return read_truth(evaluated / "W/truth")


@pytest.fixture(scope="session")
def reader(evaluated: Path) -> RunReader:
    return RunReader.open(Lake.open(str(evaluated / "L"), create=False), MONTH)


def test_figures_stay_in_their_bands(document: dict[str, Any]) -> None:
    assert beyond(document, read_bands(BANDS)) == []


def test_every_explanation_is_enough_and_cites_nothing_excluded(document: dict[str, Any]) -> None:
    faithful = document["faithfulness"]
    assert faithful["findings"] >= 15
    assert faithful["sufficient"]["value"] == 1.0
    assert faithful["excluded"] == []
    for own in faithful["by_indicator"]:
        assert own["necessary"]["kind"]["share"]["hits"] > 0, own["indicator"]


def test_the_same_inputs_give_the_same_again(document: dict[str, Any]) -> None:
    assert document["faithfulness"]["same_again"]["value"] == 1.0
    assert document["stability"]["same_version"] is True
    assert document["stability"]["unchanged_kept_score"]["value"] == 1.0
    assert document["stability"]["turned_explained"]["value"] in (None, 1.0)


def test_both_months_are_compared(document: dict[str, Any]) -> None:
    assert document["made_from"]["months"] == [FIRST, MONTH]
    (between,) = document["stability"]["months"]
    assert (between["from"], between["to"]) == (FIRST, MONTH)
    assert between["overlap"] > 0.5


def test_sealed_attributes_are_compared_on_groups_large_enough(document: dict[str, Any]) -> None:
    shown = {r["category"]: r for r in document["fairness"] if r["attribute"] == "group"}
    assert set(shown) == {"A", "B"}
    assert all(row["companies"] >= 20 for row in document["fairness"] if not row["is_suppressed"])
    assert shown["A"]["flag_ratio"]["value"] == 1.0


def test_evaluating_again_gives_the_same_bytes(evaluated: Path) -> None:
    kjede("evaluate", "--truth", "W/truth", "--lake", "L", "--out", "again", "--quick", cwd=evaluated)
    for name in ("evaluation.json", "evaluation.html"):
        first, second = (evaluated / own / name for own in ("E", "again"))
        assert first.read_bytes() == second.read_bytes()


def test_command_prints_the_table_and_takes_a_month_and_a_capacity(evaluated: Path) -> None:
    given = ("evaluate", "--truth", "W/truth", "--lake", "L", "--out", "one", "--quick")
    shown = kjede(*given, "--month", FIRST, "--capacity", "2", cwd=evaluated)
    told = [line.split()[0] for line in shown.splitlines() if line.strip() and "not live" not in line]
    assert [word for word in told if re.fullmatch("[A-J][0-9]{2}", word)] == [own.id for own in INDICATORS]
    assert "capacity 2" in shown
    (made,) = json.loads(kjede(*given, "--month", FIRST, "--json", cwd=evaluated))
    assert (made["made_from"]["month"], made["made_from"]["months"]) == (FIRST, [FIRST])


def test_what_does_not_exist_is_a_usage_error(evaluated: Path) -> None:
    kjede("evaluate", "--truth", "W/landing", "--lake", "L", code=2, cwd=evaluated)
    kjede("evaluate", "--truth", "W/truth", "--lake", "L", "--month", "2024-01", code=2, cwd=evaluated)
    kjede("reference", "--work", "R", "--kind", "worse", code=2, cwd=evaluated)


def figures(matches: Matches) -> dict[str, Any]:
    """What is told of each indicator by its findings alone."""
    live = frozenset(declared.id for declared in INDICATORS)
    kinds = look_alikes(matches, live)
    return {
        own: {
            "recall": recall(matches, [act for act in matches.truth.acts if act.indicator == own])["recall"],
            "false_flags": false_flags(matches, [own])["false_flags"],
            "look_alikes": burden_of_look_alikes(matches, own),
            "as_expected": sum(r["as_expected"]["hits"] for r in kinds if r["indicator"] == own),
        }
        for own in sorted(live)
    }


@pytest.mark.parametrize(
    ("indicator", "changed", "worse"),
    [
        pytest.param("A01", {"look_back_months": 0}, "recall", id="A01 looks back no day"),
        pytest.param(
            "A02", {"min_retention": Decimal("0.05")}, "look_alikes", id="A02 lets money stay behind"
        ),
        pytest.param("B01", {"min_claims_ore": 0}, "look_alikes", id="B01 asks for no claims"),
        pytest.param("I01", {"trigger_level": 4}, "recall", id="I01 waits for a level that there is not"),
        pytest.param("I02", {"min_workers": 12}, "recall", id="I02 asks for a dozen workers"),
    ],
)
def test_an_altered_threshold_moves_its_indicator_and_no_other(
    reader: RunReader, planted: Truth, indicator: str, changed: dict[str, Any], worse: str
) -> None:
    snapshot = read_snapshot(reader)
    before = figures(Matches(planted, replace(snapshot, cases=())))
    altered = [with_thresholds(own, **changed) if own.id == indicator else own for own in INDICATORS]
    after = figures(Matches(planted, replace(snapshot, findings=detect_again(reader, altered), cases=())))
    assert {own: after[own] for own in after if own != indicator} == {
        own: before[own] for own in before if own != indicator
    }
    if worse == "recall":
        assert after[indicator][worse]["hits"] < before[indicator][worse]["hits"]
    else:
        assert after[indicator][worse]["hits"] > before[indicator][worse]["hits"]
        assert after[indicator]["false_flags"]["hits"] > before[indicator]["false_flags"]["hits"]
