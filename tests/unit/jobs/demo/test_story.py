"""When a demonstration is done, and that only one runs in a folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from expectations.errors import UsageError
from jobs.demo import story
from jobs.demo.story import Demo, run_demo


@pytest.fixture
def done(tmp_path: Path) -> Demo:
    """A demonstration that looks finished."""
    demo = Demo(home=tmp_path, firms=60)
    (demo.lake / "runs" / demo.month).mkdir(parents=True)
    (demo.lake / "runs" / demo.month / "_latest.json").write_text("{}")
    (demo.lake / "releases" / "skatteetaten" / f"{demo.month}-abc").mkdir(parents=True)
    demo.note("done.json", demo.state())
    return demo


def test_the_same_demonstration_is_done(done: Demo) -> None:
    assert done.is_done()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"firms": 61}, id="other size"),
        pytest.param({"seed": 2}, id="other seed"),
        pytest.param({"month": "2025-12"}, id="other month"),
    ],
)
def test_another_one_is_not(done: Demo, changed: dict[str, Any]) -> None:
    assert not replace(done, **changed).is_done()


def test_other_code_is_not(done: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "_digest_of", lambda folder: "other")
    assert not done.is_done()


@pytest.mark.parametrize("gone", ["runs/2026-01/_latest.json", "releases/skatteetaten/2026-01-abc"])
def test_without_its_run_or_release_it_is_not(done: Demo, gone: str) -> None:
    path = done.lake / gone
    path.rmdir() if path.is_dir() else path.unlink()
    assert not done.is_done()


def test_one_at_a_time(done: Demo) -> None:
    with story._alone(done), pytest.raises(UsageError, match="another demonstration"):
        run_demo(done, Console())
