"""Bands: what lies inside, what outside."""

from typing import Any

import pytest

from jobs.evaluate.bands import beyond
from jobs.evaluate.document import Evaluation, build
from tests.unit.jobs.evaluate.small_world import INDICATORS, snapshot, truth


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    planted = truth(manifest={"parameters": {"firms": 16, "seed": 1}})
    return build(Evaluation(truth=planted, snapshots=[snapshot()], indicators=INDICATORS))


def band(recall: float | None, false_flags: float, look_alikes: float) -> dict[str, float | None]:
    return {"recall": recall, "false_flags": false_flags, "look_alikes_flagged": look_alikes}


def bands(**changed: dict[str, float | None]) -> dict[str, Any]:
    """I01: recall 1 of 2, false flags 1 of 2; A01: its look-alike is flagged."""
    inside = {
        "A01": band(1.0, 0.5, 1.0),
        "A02": band(1.0, 0.0, 0.0),
        "B01": band(1.0, 0.0, 0.0),
        "I01": band(0.5, 0.5, 0.0),
    }
    return {"world": {"firms": 16}, "indicators": inside | changed}


def test_figures_at_the_limits_are_inside(document: dict[str, Any]) -> None:
    assert beyond(document, bands()) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"I01": band(0.51, 0.5, 0.0)}, "I01: recall 0.500 (1 of 2), at least 0.51", id="recall"),
        pytest.param(
            {"I01": band(0.5, 0.49, 0.0)}, "I01: false_flags 0.500 (1 of 2), at most 0.49", id="false flags"
        ),
        pytest.param(
            {"A01": band(1.0, 0.5, 0.99)},
            "A01: look_alikes_flagged 1.000 (1 of 1), at most 0.99",
            id="look-alikes",
        ),
        pytest.param(
            {"I01": band(None, 0.5, 0.0)},
            "I01: acts are planted now, and there is no band for their recall",
            id="planted after all",
        ),
        pytest.param({"Z99": band(0.0, 1.0, 1.0)}, "Z99 has a band and does not run", id="gone"),
    ],
)
def test_what_leaves_its_band_is_named(document: dict[str, Any], changed: dict[str, Any], told: str) -> None:
    assert beyond(document, bands(**changed)) == [told]


def test_an_indicator_without_a_band_is_named(document: dict[str, Any]) -> None:
    given = bands()
    del given["indicators"]["A02"]
    assert beyond(document, given) == ["A02 has no band"]


def test_bands_hold_for_their_world_only(document: dict[str, Any]) -> None:
    given = bands() | {"world": {"firms": 2000}}
    assert beyond(document, given) == ["the bands hold for firms 2000, this world has 16"]
