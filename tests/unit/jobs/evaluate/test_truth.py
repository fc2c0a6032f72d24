"""The truth as its generator writes it."""

import json
from pathlib import Path

import pytest

from expectations.errors import UsageError
from jobs.evaluate.truth import read_truth
from tests.unit.jobs.evaluate.small_world import LOOK_ALIKES, RINGS


def written(folder: Path, *, sealed: bool = True) -> Path:
    for name, rows in (("rings", RINGS), ("look_alikes", LOOK_ALIKES)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    if sealed:
        row = {"orgnr": "1", "region": "34", "size_band": "1-4", "group": "B"}
        (folder / "sealed.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "manifest.json").write_text(json.dumps({"parameters": {"last_month": "2026-01"}}))
    return folder


def test_what_was_planted_is_read(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path))
    assert [ring.ring_id for ring in truth.rings] == ["R1", "R2", "R3", "R4", "R5"]
    assert truth.rings[0].companies == {"1", "2", "3", "4"}
    assert truth.rings[0].records == {"K1", "K2", "F1", "F2"}
    assert [(a.indicator, a.guise, a.observable_month) for a in truth.rings[1].acts] == [
        ("B01", "hard", "2025-11"),
        ("I01", "hard", "2025-12"),
        ("I03", "hard", "2026-03"),
    ]
    assert truth.look_alikes[1].members == {"20", "21"}
    assert truth.sealed == {"1": {"region": "34", "size_band": "1-4", "group": "B"}}
    assert truth.last_month == "2026-01"


def test_a_world_without_sealed_attributes_has_none(tmp_path: Path) -> None:
    assert read_truth(written(tmp_path, sealed=False)).sealed == {}


def test_a_folder_without_manifest_is_no_truth(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "manifest.json").unlink()
    with pytest.raises(UsageError, match=r"manifest\.json"):
        read_truth(folder)
