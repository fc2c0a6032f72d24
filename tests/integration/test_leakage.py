"""A county of 2,000 firms: nothing but behaviour tells who was planted; figures know no later delivery."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from jobs.evaluate import leakage
from jobs.evaluate.features import features
from jobs.flag.run_reader import RunReader
from jobs.lake.delivery_writer import json_lines, write_delivery
from jobs.lake.lake import Lake
from jobs.synth.generate import generate
from tests.integration.command import kjede

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

MONTH = "2026-01"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county") / "W"
    generate(folder, firms=2000, months=13, seed=1)
    return folder


def test_no_gate_on_the_deliveries_is_broken(county: Path) -> None:
    found = {row["gate"]: row for row in leakage.gates(county / "truth", county / "landing")}
    broken = {name: (row["rate"], row["tells"]) for name, row in found.items() if row["passed"] is False}
    assert broken == {}
    asked = {name for name, row in found.items() if row["passed"]}
    assert {
        "form_company_planted_or_not",
        "form_company_ring_or_look_alike",
        "form_company_ring_or_not",
    } <= asked
    assert "order_of_groups" in asked


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smaller county `W` and a lake `L` with its last month."""
    folder = tmp_path_factory.mktemp("small")
    generate(folder / "W", firms=450, months=3, seed=3, base_rate=0.09)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", MONTH, cwd=folder)
    return folder


def test_no_gate_on_the_figures_is_broken(small: Path) -> None:
    found = leakage.gates(
        small / "W/truth", small / "W/landing", lake=Lake.open(small / "L", create=False), month=MONTH
    )
    figures = {row["gate"]: row for row in found if not row["gate"].startswith(("form_", "order_"))}
    assert {name: row["detail"] for name, row in figures.items() if row["passed"] is False} == {}
    assert {"split_by_ring", "permuted_labels", "hidden_labels", "known_at"} <= set(figures)


def test_a_delivery_after_as_of_changes_no_figure(small: Path) -> None:
    reader = RunReader.open(Lake.open(small / "L", create=False), MONTH)
    before = features(reader)
    orgnr = before.orgnrs[0]
    shutil.copytree(small / "L", small / "later")
    contract = {
        "kontrakt_id": "K-0000001", "prosjekt_id": None, "forelder_kontrakt_id": None,
        "oppdragsgiver_orgnr": orgnr, "oppdragstaker_orgnr": before.orgnrs[1], "type": "underentreprise",
        "arbeidsbaerende": True, "verdi": 99_000_000, "start": "2025-10-01", "signert_dato": "2025-10-01",
        "meldt_dato": "2025-10-01", "status": "aktiv", "erklaering_status": "erklaert",
    }  # fmt: skip
    write_delivery(
        small / "W/landing", "kontraktskjede", MONTH, "late", datetime(2026, 3, 1, 7, tzinfo=UTC), 7,
        [json_lines("kontrakter.jsonl.gz", "application/jsonl+gzip", [orjson.dumps(contract)])],
        "LB-EKSEMPEL",
    )  # fmt: skip
    as_of = reader.as_of.isoformat()
    run = ("run", "--landing", "W/landing", "--lake", "later", "--month", MONTH, "--as-of")
    kjede(*run, as_of, cwd=small)
    later = Lake.open(small / "later", create=False)
    assert features(RunReader.open(later, MONTH)).values.equals(before.values)
    kjede(*run, "2026-03-02T00:00:00Z", cwd=small)
    seen = features(RunReader.open(Lake.open(small / "later", create=False), MONTH))
    assert seen.values.loc[orgnr, "contracts_out_n"] == before.values.loc[orgnr, "contracts_out_n"] + 1
