"""The house as DESIGN draws it: names, rooms, lengths, and what no file may hold."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
ROOMS = ("jobs", "graph", "expectations")
HEAVY = {
    "great_expectations", "matplotlib", "networkx", "pandas", "pyarrow", "pysail", "pyspark", "scipy",
    "sklearn",
}  # fmt: skip
CONTRACT = ROOT / "expectations" / "contract"
SOURCES = sorted(
    path
    for room in (*ROOMS, "dags")
    for path in (ROOT / room).rglob("*.py")
    if not path.is_relative_to(CONTRACT)
)
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
TEXT_SUFFIXES = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".j2",
    ".json",
    ".lock",
    ".md",
    ".py",
    ".svg",
    ".toml",
    ".yaml",
    ".yml",
}
FNR = re.compile(r"(?<![0-9a-fA-F])\d{11}(?![0-9a-fA-F])")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def project_files() -> Iterator[Path]:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.suffix in TEXT_SUFFIXES and path.is_file():
            yield path


def test_our_names_belong_to_nobody_else() -> None:
    owners = packages_distributions()
    assert {room: set(owners.get(room, [])) - {"kjede"} for room in ROOMS} == {room: set() for room in ROOMS}


def test_sources_were_found() -> None:
    assert len(SOURCES) > 50
    assert len(DAG_FILES) == 8


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_source_file(path: Path) -> None:
    """Environment only in the settings, no print, only dags import Airflow, files of a readable length."""
    tree, text = ast.parse(path.read_text()), path.read_text()
    imported: set[str] = set()
    called: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(node.func.id)
    name = name_of(path)
    assert "print" not in called
    if name != "jobs/settings.py":
        # Telling a library something (setdefault) is not reading.
        assert not re.search(r"os\.(getenv|environb?\b(?!\.setdefault\())", text)
    if not name.startswith("dags/"):
        assert "airflow" not in imported
    if name.startswith("dags/"):
        assert not imported & HEAVY
    if path.name == "__init__.py":
        assert [type(node) for node in tree.body] == [ast.Expr], "an __init__.py holds a docstring only"
    assert text.count("\n") <= 450, "two rooms in one file?"


@pytest.mark.parametrize("path", DAG_FILES, ids=name_of)
def test_dag_file_is_short_and_explains_itself(path: Path) -> None:
    text = path.read_text()
    assert path.stem.startswith("kjede_")
    assert text.count("\n") <= 60
    assert ast.get_docstring(ast.parse(text))
    other_dags = {other.stem for other in DAG_FILES} - {path.stem}
    assert not any(f"import {name}" in text or f"from {name}" in text for name in other_dags)


@pytest.mark.airflow
def test_reading_the_dags_loads_nothing_heavy() -> None:
    code = (
        "import json, runpy, sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'dags' / 'plugins')!r}]\n"
        f"[runpy.run_path(path) for path in {[str(path) for path in DAG_FILES]!r}]\n"
        f"print(json.dumps(sorted({HEAVY!r} & set(sys.modules))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_lock_file_names_packages_and_hashes_only() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+ \\$", lock, re.MULTILINE)
    assert len(pins) > 100
    assert len(pins) == len(set(pins)) == len(re.findall(r"^[a-z0-9]", lock, re.MULTILINE))
    assert not re.search(r"://|@ |index-url|find-links|trusted-host", lock)


def test_lock_file_fits_the_declared_dependencies() -> None:
    text = (ROOT / "requirements.lock").read_text()
    lock: dict[str, str] = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [Requirement(line) for line in project["dependencies"] + extras["dev"] + extras["postgres"]]
    assert [str(own) for own in declared if lock.get(own.name, "none") not in own.specifier] == []


def test_lock_file_keeps_the_pins_that_matter() -> None:
    text = (ROOT / "requirements.lock").read_text()
    lock = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))
    assert lock["pyspark"] == "4.2.1"
    assert lock["pandas"].startswith("2.")
    assert "pyspark-client" not in lock, "it writes into the same folder as pyspark"


def test_no_registry_and_no_place_of_a_machine_is_named() -> None:
    # The folder this checkout lies in is a machine's own, whatever it is called.
    around = "" if len(ROOT.parts) < 3 else f"|{re.escape(str(ROOT.parent))}/"
    forbidden = re.compile(rf"index-url|/home/[a-z]|/root/|/tmp/[a-z]+/{around}")
    here = Path(__file__)
    hits = [
        f"{name_of(path)}:{number}"
        for path in project_files()
        if path != here and path.name not in ("LICENSE", "Makefile")
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert hits == []


def test_only_synthetic_people_stand_in_our_files() -> None:
    """Whatever passes the check digits of a national identity number must be a synthetic one (month + 80)."""
    from expectations.identifiers import is_fnr, is_synthetic_fnr

    hits = [
        f"{name_of(path)}: {number[:6]}…"
        for path in project_files()
        if path.name != "requirements.lock"
        for number in set(FNR.findall(path.read_text(errors="replace")))
        if is_fnr(number) and not is_synthetic_fnr(number)
    ]
    assert hits == []
