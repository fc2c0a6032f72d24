import ast
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import jobs.synth
from expectations.errors import UsageError
from jobs.synth.commands import register
from jobs.synth.generate import generate

TINY: dict[str, Any] = {"firms": 60, "months": 2, "last_month": "2025-06"}


def digests(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_parameters_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(tmp_path / name, **TINY, seed=seed)
    first, second, third = (digests(tmp_path / name) for name in "abc")
    assert first == second
    assert set(first) != set(third) or all(first[k] != third[k] for k in first if "amelding" in k)


def test_the_truth_lies_outside_the_landing_zone(tmp_path: Path) -> None:
    generate(tmp_path / "out", **TINY)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"landing", "truth"}
    assert {p.name for p in (tmp_path / "out/truth").iterdir()} == {
        "README.md", "rings.jsonl", "look_alikes.jsonl", "noise.jsonl", "sealed.jsonl", "manifest.json",
    }  # fmt: skip
    names = {p.name for p in (tmp_path / "out/landing").rglob("*") if p.is_file()}
    assert names.isdisjoint({p.name for p in (tmp_path / "out/truth").iterdir()})


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    made = generate(tmp_path / "out", **TINY)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")}
    found = generate(tmp_path / "out", **TINY)
    assert (made.is_new, found.is_new) == (True, False)
    assert found.records == made.records
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")} == before


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    generate(tmp_path / "out", **TINY)
    with pytest.raises(UsageError, match="seed 1 instead of 9"):
        generate(tmp_path / "out", **TINY, seed=9)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        generate(tmp_path / "mine", **TINY)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_a_county_that_was_never_finished_is_refused(tmp_path: Path) -> None:
    generate(tmp_path / "out", **TINY)
    (tmp_path / "out/truth/manifest.json").unlink()
    with pytest.raises(UsageError, match="no finished"):
        generate(tmp_path / "out", **TINY)
    (tmp_path / "out/.parts").mkdir()
    with pytest.raises(UsageError, match="its run was stopped; remove the folder"):
        generate(tmp_path / "out", **TINY)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"firms": 49}, id="too few firms"),
        pytest.param({"months": 0}, id="no month"),
        pytest.param({"base_rate": 0.6}, id="base rate too high"),
        pytest.param({"last_month": "2025-13"}, id="no such month"),
        pytest.param({"last_month": "2000-01"}, id="months before identity numbers make sense"),
        pytest.param({"firms": 10**7}, id="more firms than there are numbers"),
        pytest.param({"noise": -0.5}, id="negative noise"),
        pytest.param({"noise": float("nan")}, id="noise that is no number"),
        pytest.param({"processes": 0}, id="no process"),
        pytest.param({"district_firms": 10}, id="districts of a handful"),
        pytest.param({"national": True, "region": "34"}, id="national but one county"),
        pytest.param({"region": "oslo"}, id="a region by name"),
        pytest.param({"region": "34,77", "last_month": "2026-01"}, id="no such county"),
        pytest.param({"region": "3099", "last_month": "2026-01"}, id="no such municipality"),
        pytest.param({"region": "34", "last_month": "2023-12"}, id="a region before today's counties"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        generate(tmp_path / "out", **(TINY | wrong))
    assert not (tmp_path / "out").exists()


def test_no_rings_at_a_base_rate_of_zero(tmp_path: Path) -> None:
    made = generate(tmp_path / "out", **TINY, base_rate=0.0)
    assert made.rings == 0
    assert (tmp_path / "out/truth/rings.jsonl").read_bytes() == b""


def test_adaptive_offenders_make_another_county(tmp_path: Path) -> None:
    generate(tmp_path / "out", **TINY, adaptive=True)
    manifest = json.loads((tmp_path / "out/truth/manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["adaptive"] is True


def test_the_generator_knows_nothing_of_the_detectors() -> None:
    (folder,) = jobs.synth.__path__
    imported = set()
    for path in sorted(Path(folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
    assert imported
    ours = {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names}
    allowed = (
        "expectations.errors",
        "jobs.lake.delivery_writer",
        "jobs.months",
        "jobs.synth",
        "orjson",
        "rich",
        "typer",
    )
    assert not [name for name in ours if not name.startswith(allowed)]


@pytest.fixture
def app() -> typer.Typer:
    command_line = typer.Typer()
    register(command_line)
    command_line.callback()(lambda: None)
    return command_line


def test_the_command_makes_a_county_and_says_so_once(tmp_path: Path, app: typer.Typer) -> None:
    words = ["synth", "--out", str(tmp_path / "out"), "--firms", "60", "--months", "1", "--seed", "4"]
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    assert "written in" in first.output
    second = CliRunner().invoke(app, words)
    assert second.exit_code == 0
    assert "nothing to do" in second.output
    other = CliRunner().invoke(app, [*words[:-1], "5"])
    assert isinstance(other.exception, UsageError)
