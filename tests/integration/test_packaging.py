"""The wheel: what is in it, and that it works where no checkout is near."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git tracks or would track, so that no left-over of a build is in the way."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes((ROOT / name).read_bytes())
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, folder / "src", cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_holds_packages_contract_dags_and_configuration(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = (
        next(name for name in names if ".data/data/" in name).split(".data/data/")[0]
        + ".data/data/share/kjede"
    )
    for source in ("jobs", "graph", "expectations"):
        modules = {str(path.relative_to(ROOT)) for path in (ROOT / source).rglob("*.py")}
        assert modules <= names
    contract = ROOT / "expectations" / "contract"
    assert {str(path.relative_to(ROOT)) for path in contract.glob("*.json")} <= names
    shipped = {path.name for path in (ROOT / "dags").glob("*.py")} | {
        ".airflowignore",
        "plugins/kjede_airflow.py",
    }
    assert {f"{data}/dags/{name}" for name in shipped} <= names
    assert f"{data}/airflow/airflow.cfg" in names
    assert not any(name.startswith(("tests/", "infra/", "bench/", "docs/")) for name in names)


def test_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "-q", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    site = next((tmp_path / "env" / "lib").glob("python*")) / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    code = (
        "import jobs.demo.instance as i; from expectations.contract import source\n"
        "print(i.__file__); print(i.shipped('dags')); print(i.shipped('airflow', 'airflow.cfg'))"
    )
    module, dags, configuration = run(python, "-c", code, cwd=tmp_path).splitlines()
    assert Path(module).is_relative_to(tmp_path)
    assert Path(dags) == tmp_path / "env" / "share" / "kjede" / "dags"
    assert (Path(dags) / "kjede_ingest.py").exists()
    assert Path(configuration).is_relative_to(tmp_path)
    assert Path(configuration).exists()
    assert "demo" in run(tmp_path / "env" / "bin" / "kjede", "--help", cwd=tmp_path)
