"""Every example of the contract goes in with exact counts; every broken one is refused as its file says."""

import json
import shutil
from pathlib import Path

import pytest

from expectations.contract import FOLDER
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.tables import raw_tables
from tests.unit.jobs.ingest.desk import Desk

EXAMPLES = sorted(path.parent for path in (FOLDER / "examples").glob("*/*/*/delivery.json"))
READ = [folder for folder in EXAMPLES if folder.parts[-3] in raw_tables()]
BROKEN = sorted(path.parent for path in (FOLDER / "examples_broken").glob("*/expected.json"))
BROKEN = [folder for folder in BROKEN if next(folder.glob("*/")).name in raw_tables()]

FATES = {
    "folkeregisteret_bosted/20260202T040000Z-0001": {"in": 4, "accepted": 3, "protected": 1},
    "skatteetaten_amelding/20260210T041500Z-0001": {"in": 3, "accepted": 2, "purged": 1},
}
"""Examples with records that do not go in; every record of all others does."""


@pytest.fixture
def examples(desk: Desk) -> Desk:
    shutil.copytree(FOLDER / "examples", desk.landing, dirs_exist_ok=True)
    return desk


def test_every_example_of_a_source_of_the_slice_goes_in_with_exact_counts(examples: Desk) -> None:
    report = examples.take()
    assert [(o.source, o.delivery_id) for o in report.refused] == []
    assert len(report.outcomes) == len(READ) > 15
    for folder in READ:
        name = f"{folder.parts[-3]}/{folder.name}"
        promised = sum(
            file["records"] for file in json.loads((folder / "delivery.json").read_text())["files"]
        )
        assert examples.counts(folder) == FATES.get(name, {"in": promised, "accepted": promised}), name
    assert examples.rows(QUARANTINE.name) == []


def test_each_example_record_has_one_row_in_its_table_of_whole_records(examples: Desk) -> None:
    examples.take()
    whole = {d.name for tables in raw_tables().values() for d in tables if not d.rows}
    counted = {table: len(examples.rows(table)) for table in whole}
    assert {table: count for table, count in counted.items() if count} == {
        "raw_arbeidstilsynet_registre__car_care": 2,
        "raw_arbeidstilsynet_registre__cleaning": 2,
        "raw_arbeidstilsynet_registre__staffing": 2,
        "raw_brreg_enheter__units": 7,
        "raw_brreg_roller__units": 3,
        "raw_brreg_underenheter__establishments": 3,
        "raw_folkeregisteret_bosted__persons": 3,
        "raw_innkvartering_meldinger__notices": 2,
        "raw_kartverket_matrikkel__addresses": 3,
        "raw_kartverket_matrikkel__buildings": 2,
        "raw_kartverket_matrikkel__ownerships": 2,
        "raw_kartverket_matrikkel__units": 2,
        "raw_kodelister__building_statuses": 19,
        "raw_kodelister__tier_rules": 6,
        "raw_kontraktskjede__contracts": 4,
        "raw_kontraktskjede__invoices": 3,
        "raw_kontraktskjede__projects": 2,
        "raw_skatteetaten_aksjonaerer__shareholdings": 3,
        "raw_skatteetaten_amelding__reports": 4,
        "raw_skatteetaten_seriositet__arrears": 3,
        "raw_tilsyn_utfall__events": 3,
        "raw_tilsyn_utfall__inspections": 2,
        "raw_tilsyn_utfall__reviews": 2,
    }


def test_the_shipped_code_lists_go_in_whole(desk: Desk) -> None:
    from jobs.lake.delivery_writer import stored_file

    lists = sorted((FOLDER / "kodelister").glob("*.csv"))
    count = {path.name: len(path.read_text(encoding="utf-8-sig").splitlines()) - 1 for path in lists}
    files = [stored_file(path.name, "text/csv", path, count[path.name]) for path in lists]
    folder = desk.land(
        "kodelister", [], period="2026-01-01", at="2026-01-01T00:00:00+00:00", kind="snapshot", files=files
    )
    assert [o.message for o in desk.take().refused] == []
    assert desk.counts(folder) == {"in": sum(count.values()), "accepted": sum(count.values())}
    rates = [row for row in desk.rows("raw_kodelister__minimum_wages") if row["sector"] == "bygg"]
    assert 22000 in {row["hourly_rate_ore"] for row in rates}


@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_a_broken_example_is_refused_as_it_says(folder: Path, desk: Desk) -> None:
    expected = json.loads((folder / "expected.json").read_text())
    shutil.copytree(folder, desk.landing, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.json"))
    report = desk.take()
    assert len(report.outcomes) == 1
    outcome = report.outcomes[0]
    assert (outcome.status == "rejected") is expected["rejected"]
    assert outcome.dispositions["quarantined"] == expected["quarantined"]
    told = (
        outcome.message
        if expected["rejected"]
        else " ".join(row["message"] for row in desk.rows(QUARANTINE.name))
    )
    assert expected["reason"] in told
    if expected["rejected"]:
        assert desk.rows("raw_skatteetaten_amelding__reports") == []
        assert desk.take().outcomes == []


def test_broken_examples_were_found() -> None:
    assert len(BROKEN) >= 11
