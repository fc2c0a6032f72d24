"""Reference worlds: what is started in which order, and where the nightly report lies."""

import json
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import UsageError
from jobs import arrivals
from jobs.evaluate import reference
from jobs.evaluate.document import Evaluation, build
from jobs.pipeline import Place
from tests.unit.jobs.evaluate.small_world import INDICATORS, snapshot, truth

PARAMETERS = {"firms": 16, "months": 2, "seed": 1, "last_month": "2026-01"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What a reference run starts, in order; nothing is made."""
    calls: list[tuple[Any, ...]] = []
    document = build(
        Evaluation(
            truth=truth(manifest={"parameters": PARAMETERS}), snapshots=[snapshot()], indicators=INDICATORS
        )
    )

    def evaluated(*given: Any) -> dict[str, Any]:
        calls.append(("evaluate", *given))
        return document

    monkeypatch.setattr(reference, "generate", lambda out, **given: calls.append(("generate", out, given)))
    monkeypatch.setattr(reference, "ingest_landed", lambda place: calls.append(("ingest", place.landing)))
    monkeypatch.setattr(reference, "run_month", lambda month, *_, **__: calls.append(("run", month)))
    monkeypatch.setattr(reference, "evaluate_lake", evaluated)
    return calls


@pytest.mark.parametrize(
    ("kind", "told"), [("base", {}), ("adaptive", {"adaptive": True}), ("noisy", {"noise": 2.0})]
)
def test_world_then_months_then_evaluation(
    started: list[tuple[Any, ...]], tmp_path: Path, kind: str, told: dict[str, Any]
) -> None:
    reference.run_reference(kind, 200, 2, 7, tmp_path)
    folder = tmp_path / f"{kind}-200-2-7"
    size = {"firms": 200, "months": 2, "seed": 7, "last_month": "2026-01"}
    assert started == [
        ("generate", folder / "W", size | told),
        ("ingest", str(folder / "W" / "landing")),
        ("run", "2025-12"),
        ("run", "2026-01"),
        ("evaluate", folder / "W" / "truth", str(folder / "L")),
    ]


def test_a_kind_that_there_is_not_is_refused_before_anything_is_made(
    started: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="base, adaptive, noisy"):
        reference.run_reference("worse", 200, 2, 7, tmp_path)
    assert started == []


def test_nightly_report_is_listed_and_can_be_read(started: list[tuple[Any, ...]], tmp_path: Path) -> None:
    place = Place(str(tmp_path / "landing"), str(tmp_path / "lake"))
    page, document = reference.nightly("base", 200, 2, 7, home=tmp_path, place=place)
    assert started[0][1] == tmp_path / "evaluation" / "base-200-2-7" / "W"
    assert arrivals.reports(place) == [page], "only pages are listed"
    assert "<!doctype html>" in str(arrivals.read_report(page, place))
    assert json.loads((tmp_path / "lake" / "reports" / document).read_bytes())["made_from"]["seed"] == 1
    assert reference.nightly("base", 200, 2, 7, home=tmp_path, place=place) == [page, document]
