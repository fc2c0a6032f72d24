"""The join gives the same tables on Sail, on Apache Spark in one process and on a Spark cluster."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jobs.ingest.intake import ingest
from jobs.lake.lake import Lake
from jobs.months import window
from jobs.plan.steps import STEPS
from jobs.synth.generate import generate

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
MONTH = "2026-01"
JOIN = """
import json, logging, sys
from jobs import join
from jobs.lake.lake import Lake
from jobs.lake.runs import Run

logging.basicConfig(level="WARNING")
lake = Lake.open(sys.argv[1], create=False)
refs, _ = join.run(lake, Run.of(sys.argv[3]), engine=sys.argv[2], progress=lambda _: None)
found = {f"{ref.table} {ref.partition}": [ref.rows, ref.content_hash] for ref in refs}
print("HASHES " + json.dumps(found))
"""


def joined(lake: Path, engine: str) -> dict[str, list[object]]:
    """Rows and content hash of each table that the join makes in a process of its own."""
    command = [sys.executable, "-c", JOIN, str(lake), engine, MONTH]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    (line,) = [line for line in done.stdout.splitlines() if "HASHES " in line]
    found: dict[str, list[object]] = json.loads(line.split("HASHES ", 1)[1])
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that has taken in a small synthetic county."""
    folder = tmp_path_factory.mktemp("world")
    # Three rings, one of them about a failure: every table has rows.
    generate(folder / "synth", firms=60, months=2, seed=11, base_rate=0.2)
    report = ingest(folder / "synth" / "landing", Lake.open(folder / "lake"), workers=1)
    assert {outcome.status for outcome in report.outcomes} == {"accepted"}
    return folder / "lake"


@pytest.fixture(scope="module")
def on_sail(world: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What Sail makes of it."""
    return joined(copied(world, tmp_path_factory.mktemp("sail")), "sail")


def copied(lake: Path, folder: Path) -> Path:
    """A lake of its own with the same deliveries: nothing that another engine made can be carried."""
    return Path(shutil.copytree(lake, folder / "lake"))


def test_world_fills_the_tables(on_sail: dict[str, list[object]]) -> None:
    rows = {table: made[0] for table, made in on_sail.items()}
    empty = {table for table, count in rows.items() if not count and table.endswith(MONTH)}
    rare = {"core_link__known_links", "core_link__fairness", "core_link__tasks", "core_org__hubs"}
    rare |= {"core_org__role_loads", "core_chain__supplies", "core_work__declared_months"}
    rare |= {"core_home__stays"}
    # Ended terms, people who leave one by one and three months of work take longer than two months.
    later = {f"core_tax__{what}" for what in ("arrears_terms", "contribution_terms", "vat_mismatches")}
    later |= {"core_work__worker_exits", "core_work__work_months", "core_chain__project_labour"}
    assert empty <= {f"{table} {MONTH}" for table in rare | later}, empty
    assert len(rows) == sum(len(window(MONTH)) if step.by_month else 1 for step in STEPS)


def test_apache_spark_makes_the_same(world: Path, on_sail: dict[str, list[object]], tmp_path: Path) -> None:
    assert joined(copied(world, tmp_path), "spark") == on_sail


def test_a_cluster_makes_the_same(world: Path, on_sail: dict[str, list[object]], tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        assert joined(copied(world, tmp_path), url) == on_sail


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A standalone master, a worker and a Spark Connect server, as the pyspark wheel brings them."""
    import pyspark

    home = Path(pyspark.__file__).parent
    master, connect = free_port(), free_port()
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    url = f"spark://127.0.0.1:{master}"
    deploy = "org.apache.spark.deploy"
    settings = {
        "spark.connect.grpc.binding.port": connect,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.executor.memory": "1g",
        # Compiling each plan costs more than a handful of rows can win back.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.shuffle.partitions": 2,
        "spark.ui.enabled": "false",
        "spark.local.dir": folder,
    }
    given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    commands = {
        "master": [
            "spark-class",
            f"{deploy}.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(master),
            "--webui-port",
            "0",
        ],
        "worker": [
            "spark-class",
            f"{deploy}.worker.Worker",
            "--host",
            "127.0.0.1",
            "--cores",
            "2",
            "--memory",
            "1g",
            "--work-dir",
            str(folder / "work"),
            "--webui-port",
            "0",
            url,
        ],
        "connect": ["spark-submit", "--master", url, "--class", server, *given, "spark-internal"],
    }
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, (program, *arguments) in commands.items():
            with (folder / f"{name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        [home / "bin" / program, *arguments],
                        env=environment,
                        cwd=folder,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                )
            if name == "master":
                wait_for(master, running, folder)
        wait_for(connect, running, folder)
        yield f"sc://127.0.0.1:{connect}"
    finally:
        for process in reversed(running):
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, running: list[subprocess.Popen[bytes]], folder: Path) -> None:
    for _ in range(240):
        assert all(process.poll() is None for process in running), told(folder)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"nothing listens on port {port}\n{told(folder)}")


def told(folder: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in sorted(folder.glob("*.log")))
