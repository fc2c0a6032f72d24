"""The page of an evaluation: what stands in it, and that it needs nothing from outside."""

import re
from typing import Any

import pytest

from jobs.evaluate.document import Evaluation, build
from jobs.evaluate.page import figure_text, rate_text, table_of
from jobs.evaluate.report import html
from tests.unit.jobs.evaluate.small_world import INDICATORS, snapshot, truth

BASELINE = {
    "split": "by_ring", "method": "pipeline", "kind": "rule", "status": "scored", "note": "", "labels_n": 0,
    "pr_auc": {"value": 0.5, "low": 0.25, "high": 0.75},
}  # fmt: skip
GATE = {
    "gate": "order", "what": "Rows in the order they stand", "passed": True, "detail": "",
    "rate": {"value": 0.51, "low": 0.45, "high": 0.57, "n": 400}, "tells": [{"mark": "place in file"}],
}  # fmt: skip
REALISM = {
    "rows": [
        {"what": "Crowded", "unit": "share", "public": 0.06, "made": 0.05, "n": 900, "is_matched": True,
         "source": "Statistics Norway", "sure": "seen"},
    ],
    "distributions": [
        {"title": "Size", "axis": "Share", "labels": ["1", "2+"], "made": [0.4, 0.6], "n": 9,
         "public": [0.5, 0.5]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    evaluation = Evaluation(truth=truth(), snapshots=[snapshot()], indicators=INDICATORS)
    made = build(evaluation, baselines=[BASELINE], leakage=[GATE], realism=REALISM)
    made["made_from"]["world"] = {"firms": 20_000, "seed": 7, "noise": 2.0, "adaptive": False}
    return made


def headings(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", page)


def test_every_part_of_the_document_has_its_section(document: dict[str, Any]) -> None:
    found = headings(html(document))
    assert found[0] == "In short"
    assert found[-1] == "What this cannot show"
    for part in ("Against simple methods on the same splits", "Does the world give itself away",
                 "Is the world believable", "Lawful look-alikes"):  # fmt: skip
        assert part in found


def test_a_world_without_a_lake_has_only_what_can_be_said_of_a_world(document: dict[str, Any]) -> None:
    only = {k: document[k] for k in ("made_from", "leakage", "realism", "cannot_show")}
    assert headings(html(only)) == [
        "Does the world give itself away", "Is the world believable", "What this cannot show",
    ]  # fmt: skip


def test_the_page_loads_nothing_and_runs_nothing(document: dict[str, Any]) -> None:
    page = html(document)
    assert "img-src data:" in page
    assert not re.findall(r"<script|<link|src=\"(?!data:)|href=\"(?!#)|url\(", page)
    pictures = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]+">', page)
    assert len(pictures) == page.count("<img") >= 3


def test_the_same_document_makes_the_same_page(document: dict[str, Any]) -> None:
    assert html(document) == html(document)


def test_what_the_document_says_is_escaped(document: dict[str, Any]) -> None:
    rows = [row | {"kind": "<b>bold</b>"} for row in document["look_alikes"]]
    page = html(document | {"look_alikes": rows})
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold" in page


def test_a_gate_says_what_tells(document: dict[str, Any]) -> None:
    assert "<td>place in file</td>" in html(document)


def test_the_title_names_the_world(document: dict[str, Any]) -> None:
    assert "<h1>Evaluation on 20 000 synthetic firms (noisy world, seed 7)</h1>" in html(document)


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        ({"value": 0.8, "low": 0.49, "high": 0.943, "hits": 8, "n": 10}, "0.80 (0.49-0.94), 8 of 10"),
        ({"value": 0.5, "low": None, "high": None}, "0.50"),
        ({"value": None, "low": None, "high": None, "hits": 0, "n": 0}, "n = 0"),
        (None, "-"),
    ],
)
def test_a_rate_stands_with_its_interval_and_counts(rate: Any, text: str) -> None:
    assert rate_text(rate) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (0.0, "0"),
        (0.5, "0.5"),
        (7, "7"),
        (["a", 1.5], "a, 1.5"),
        ({"a": 2}, "a 2"),
    ],
)
def test_a_cell_says_what_it_holds(value: Any, text: str) -> None:
    assert figure_text(value) == text


def test_a_column_is_numeric_only_when_all_of_it_is() -> None:
    made = table_of("x", [{"a": 1, "b": {"c": 2}}, {"a": "word", "b": {}}], "a=First | b.c=Second")
    assert made.columns == ["First", "Second"]
    assert made.rows == [["1", "2"], ["word", "-"]]
    assert made.numeric == {1}
