"""A release as a partner gets it: copied out of the lake and opened with the generated scripts."""

import importlib.util
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.catalogue import dataset
from expectations.recipients import SKATTEETATEN
from expectations.share_origins import NEVER_LEAVES
from expectations.sharing import contract
from jobs.lake.deliveries import FATES
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.lake.storage_local import LocalStorage
from jobs.release.readers import readers
from jobs.release.scrub import DWELLING, PERSON
from tests.unit.jobs.release.sample_run import (
    CASES,
    FINDINGS,
    MONTH,
    PERSONS,
    SOLE,
    SOLE_NAME,
    SampleRun,
    planned,
    published,
)
from tests.unit.jobs.release.sample_run import DWELLING as A_DWELLING

pytestmark = pytest.mark.integration
COMMAND = """
import typer
from jobs.console import run_guarded
from jobs.release import commands
app = typer.Typer()
commands.register(app)
run_guarded(app)
"""
TABLES = [shared.name for shared in SKATTEETATEN.datasets]


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What the recipient holds: a copy of its folder, and the id of the release."""
    root = tmp_path_factory.mktemp("lake")
    storage = LocalStorage(root)
    published(storage, planned(storage, SampleRun(month="2025-12")))
    done = published(storage)
    copy = tmp_path_factory.mktemp("partner") / "received"
    shutil.copytree(root / "releases" / "skatteetaten", copy)
    return copy, done.release_id


def script(received: tuple[Path, str], name: str) -> subprocess.CompletedProcess[str]:
    root, release_id = received
    return subprocess.run(
        [sys.executable, str(root / release_id / "readers" / name)],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=root.parent,
        check=False,
    )


def test_duckdb_runs_the_generated_sql(received: tuple[Path, str]) -> None:
    root, release_id = received
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{root}'")
        found = connection.execute(
            (root / release_id / "readers" / "duckdb.sql").read_text("utf-8")
        ).fetchall()
        counts = [connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in TABLES]
        types = dict(
            connection.execute(
                "SELECT column_name, column_type FROM (DESCRIBE out_share__findings)"
            ).fetchall()
        )
    assert counts == [2, 3, 4], "one release, not both that lie there"
    assert [row[0] for row in found] == [1, 1, 1, 2]
    assert [row[3] for row in found] == ["A02", "A02", "I02", "B01"]
    assert types["value"] == "DECIMAL(18,6)"
    assert types["companies"] == "VARCHAR[]"
    assert types["as_of"] == "TIMESTAMP WITH TIME ZONE"


def test_pandas_runs_the_generated_script(received: tuple[Path, str]) -> None:
    done = script(received, "pandas.py")
    assert done.returncode == 0, done.stderr
    assert "out_share__cases 2 rows, 16 columns" in done.stdout
    assert done.stdout.count("pair:") == 1


@pytest.mark.skipif(importlib.util.find_spec("polars") is None, reason="Polars is not installed")
def test_polars_runs_the_generated_script(received: tuple[Path, str]) -> None:
    done = script(received, "polars.py")
    assert done.returncode == 0, done.stderr
    assert "out_share__evidence 4 rows, 8 columns" in done.stdout


def test_the_recipient_can_verify_with_python_alone(received: tuple[Path, str], tmp_path: Path) -> None:
    done = script(received, "verify.py")
    assert (done.returncode, done.stdout.strip()) == (0, f"release {received[1]} is whole")
    broken = tmp_path / "received"
    shutil.copytree(received[0], broken)
    (broken / TABLES[0] / received[1] / "part-00000.parquet").write_bytes(b"PAR1")
    (broken / received[1] / "README.md").unlink()
    done = script((broken, received[1]), "verify.py")
    assert done.returncode == 1
    assert f"{TABLES[0]}/part-00000.parquet" in done.stdout
    assert "README.md" in done.stdout


def test_a_table_can_be_read_as_a_folder(received: tuple[Path, str]) -> None:
    for name, rows in zip(TABLES, (2, 3, 4), strict=True):
        folder = received[0] / name / received[1]
        assert len(pd.read_parquet(folder)) == rows
        assert pq.read_table(folder).num_rows == rows


def test_scripts_that_cannot_be_run_here_name_every_file(received: tuple[Path, str]) -> None:
    texts = readers("skatteetaten", received[1], TABLES)
    compile(texts["spark.py"], "spark.py", "exec")
    for name in TABLES:
        path = f"{name}/{received[1]}/part-00000.parquet"
        assert (received[0] / path).is_file()
        assert path in texts["spark.py"]
        assert path in texts["r.R"]
        assert path.replace("/", "\\") in texts["powerbi.m"]


def test_every_released_column_is_documented_in_both_languages(received: tuple[Path, str]) -> None:
    root, release_id = received
    norwegian, english = (root / release_id / "dictionary.md").read_text("utf-8").split("# The columns")
    for shared in SKATTEETATEN.datasets:
        file = pq.read_schema(root / shared.name / release_id / "part-00000.parquet")
        assert file.names == contract(shared).names
        for column in contract(shared).columns:
            assert f"| `{column.name}` |" in norwegian
            assert column.description_nb in norwegian
            assert column.description in english


def test_nothing_undeclared_or_personal_is_in_any_byte_that_leaves(received: tuple[Path, str]) -> None:
    root, _ = received
    declared = {c for shared in SKATTEETATEN.datasets for c in contract(shared).names}
    never = {c for columns in NEVER_LEAVES.values() for c in columns} - declared
    secrets = [*PERSONS, SOLE, SOLE_NAME, SOLE_NAME.upper(), A_DWELLING, "K2601-", "scope:", "cluster:00"]
    secrets += [c["case_id"] for c in CASES] + [c["evidence_fingerprint"] for c in CASES]
    names: set[str] = set()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        # Pages are compressed, so the decoded values are scanned as well as the bytes of the file.
        text = path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            names |= set(table.column_names)
            text += repr(table.to_pylist()) + repr(table.schema.metadata)
        assert not [s for s in secrets if s in text], path
        assert not PERSON.search(text), path
        assert not DWELLING.search(text), path
        assert f"'{FINDINGS[0]['finding_id']}'" not in text, path
    assert names == declared
    assert not names & never


def test_two_lakes_give_the_recipient_the_same_bytes(received: tuple[Path, str], tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    published(storage, planned(storage, SampleRun(month="2025-12")), approved_by="other")
    assert published(storage).release_id == received[1]
    for path in sorted(p for p in received[0].rglob("*") if p.is_file() and p.name != "_latest.json"):
        assert (
            path.read_bytes()
            == (tmp_path / "releases/skatteetaten" / path.relative_to(received[0])).read_bytes()
        )


def test_a_recipient_entitled_to_more_gets_more_and_only_that(tmp_path: Path) -> None:
    entitled: Any = replace(
        SKATTEETATEN, sole_proprietors=SKATTEETATEN.dataset(TABLES[0]).columns[1].treatment
    )
    storage = LocalStorage(tmp_path)
    done = published(storage, planned(storage, recipients={"skatteetaten": entitled}))
    cases = pd.read_parquet(tmp_path / "releases/skatteetaten" / TABLES[0] / done.release_id)
    assert SOLE in {company for companies in cases["companies"] for company in companies}
    evidence = repr(
        pd.read_parquet(tmp_path / "releases/skatteetaten" / TABLES[2] / done.release_id).to_dict()
    )
    assert A_DWELLING not in evidence


def test_the_command_line_releases_a_published_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake.open(tmp_path / "lake")
    declared = dataset("raw_brreg_enheter__units")
    refs = [
        lake.publish_raw(
            declared,
            declared.arrow_schema.empty_table(),
            source="brreg_enheter",
            delivery_id="20260201T000000Z-0001",
        )
    ]
    fates = dict.fromkeys(("in", *FATES), 0)
    lake.deliveries.write(
        {
            "source": "brreg_enheter",
            "delivery_id": "20260201T000000Z-0001",
            "status": "accepted",
            "dispositions": fates,
            "envelope": {
                "source": "brreg_enheter",
                "delivery_id": "20260201T000000Z-0001",
                "period": "2026-02-01",
                "kind": "snapshot",
                "delivered_at": "2026-02-01T00:00:00Z",
                "legal_basis": "LB-EKSEMPEL",
            },
            "files": [],
            "tables": [ref.to_dict() for ref in refs],
            "warnings": [],
            "unknown_fields": {},
        }
    )
    sample = SampleRun()
    tables = []
    for name, rows in sample.rows.items():
        schema = dataset(name).arrow_schema
        full = [
            dict.fromkeys(schema.names) | {"month": MONTH, "raw_refs": ["raw|1|f|1|0"]} | row for row in rows
        ]
        keep = [{k: v for k, v in row.items() if k in schema.names} for row in full]
        tables.append(
            lake.publish(
                dataset(name), pa.Table.from_pylist(keep, schema=schema), partition=MONTH, audit=False
            )
        )
    run = Run.of(MONTH)
    lake.runs.publish(run, tables=tables, deliveries=lake.deliveries.raw("raw_brreg_enheter__units"))
    monkeypatch.setenv("KJEDE_KEY_FILE", str(tmp_path / "none.json"))
    command = [sys.executable, "-c", COMMAND]

    def kjede(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments, "--lake", str(tmp_path / "lake")],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    to = ("release", "--month", MONTH, "--to")
    assert kjede(*to, "udi", "--dry-run").returncode == 4
    missing = kjede(*to, "skatteetaten", "--approved-by", "approver")
    assert (missing.returncode, "no record of necessity" in missing.stderr) == (4, True)
    done = kjede(*to, "skatteetaten", "--example-record", "--approved-by", "approver", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["out_share__evidence"] == 4
    assert kjede("audit").returncode == 0
    ledger = tmp_path / "lake" / "releases" / "_ledger.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace("approver", "somebody"), "utf-8")
    assert kjede("audit").returncode == 3
