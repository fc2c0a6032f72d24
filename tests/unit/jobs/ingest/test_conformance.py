"""The contract's own examples of all sources: each goes in with exact counts, each broken one as it must."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from expectations import contract
from expectations.contract import FOLDER
from expectations.tables_quarantine import QUARANTINE
from jobs.ingest.tables import raw_tables
from jobs.lake.delivery_writer import stored_file
from jobs.lake.lake import Lake
from tests.unit.jobs.ingest.desk import Desk

Counts = dict[str, int]

EXAMPLES: dict[str, tuple[Counts, Counts]] = {
    "arbeidstilsynet_registre/20260201T070000Z-0001": (
        {"in": 6, "accepted": 6},
        {"car_care": 2, "cleaning": 2, "cleaning_establishments": 1, "staffing": 2},
    ),
    # The estate is gone: a notice of two days later says that it was legally removed.
    "brreg_enheter/20260201T040000Z-0001": (
        {"in": 6, "accepted": 5, "purged": 1},
        {"former_names": 1, "remarks": 1, "units": 5},
    ),
    "brreg_enheter/20260203T040500Z-0001": (
        {"in": 1, "accepted": 1},
        {"former_names": 1, "remarks": 1, "units": 1},
    ),
    "brreg_oppdateringer/20260203T040000Z-0001": (
        {"in": 6, "accepted": 5, "purged": 1},
        {"establishment_updates": 2, "role_events": 1, "unit_changes": 1, "unit_updates": 2},
    ),
    "brreg_reelle_rettighetshavere/20260201T050000Z-0001": (
        {"in": 2, "accepted": 2},
        {"owners": 2, "positions": 2, "registrations": 2},
    ),
    "brreg_roller/20260201T042000Z-0001": ({"in": 3, "accepted": 3}, {"roles": 5, "units": 3}),
    "brreg_underenheter/20260201T041000Z-0001": ({"in": 3, "accepted": 3}, {"establishments": 3}),
    "byggeplass_oversiktslister/20260116T060000Z-0001": ({"in": 4, "accepted": 4}, {"presences": 4}),
    "doffin_kunngjoringer/20251102T040000Z-0001": (
        {"in": 4, "accepted": 4},
        {"buyers": 2, "lots": 2, "notices": 2, "subcontractors": 2, "winners": 2},
    ),
    "folkeregisteret_bosted/20260202T040000Z-0001": (
        {"in": 4, "accepted": 3, "protected": 1},
        {"identifiers": 3, "persons": 3, "relations": 1, "residences": 4},
    ),
    "hmskort_register/20260201T060000Z-0001": ({"in": 4, "accepted": 4}, {"cards": 4}),
    "innkvartering_meldinger/20260207T080000Z-0001": (
        {"in": 2, "accepted": 2},
        {"notices": 2, "residents": 2},
    ),
    "kartverket_matrikkel/20260102T040000Z-0001": (
        {"in": 9, "accepted": 9},
        {"addresses": 3, "buildings": 2, "ownerships": 2, "units": 2},
    ),
    "kodelister/20260101T000000Z-0001": (
        {"in": 25, "accepted": 25},
        {"building_statuses": 19, "tier_rules": 6},
    ),
    "kontraktskjede/20260205T070000Z-0001": (
        {"in": 9, "accepted": 9},
        {"contracts": 4, "invoices": 3, "projects": 2},
    ),
    "skatteetaten_aksjonaerer/20250520T080000Z-0001": ({"in": 3, "accepted": 3}, {"shareholdings": 3}),
    # One report is gone: the deletion of April names it.
    "skatteetaten_amelding/20260210T041500Z-0001": (
        {"in": 3, "accepted": 2, "purged": 1},
        {
            "deductions": 1,
            "employer_contributions": 2,
            "employments": 3,
            "establishments": 2,
            "incomes": 3,
            "recipients": 3,
            "reports": 2,
            "withholdings": 3,
        },
    ),
    # Replacement: both versions are kept, and the reader takes the newest.
    "skatteetaten_amelding/20260225T041500Z-0001": (
        {"in": 1, "accepted": 1},
        {
            "deductions": 1,
            "employer_contributions": 1,
            "employments": 1,
            "establishments": 1,
            "incomes": 1,
            "recipients": 1,
            "reports": 1,
            "withholdings": 1,
        },
    ),
    # Late: the first report of an employer that ordinary deliveries lacked.
    "skatteetaten_amelding/20260310T041500Z-0001": (
        {"in": 1, "accepted": 1},
        {
            "employer_contributions": 1,
            "employments": 1,
            "establishments": 1,
            "incomes": 1,
            "recipients": 1,
            "reports": 1,
            "withholdings": 1,
        },
    ),
    "skatteetaten_amelding/20260401T041500Z-0001": ({"in": 1, "accepted": 1}, {}),
    "skatteetaten_oppdrag/20260210T050000Z-0001": (
        {"in": 6, "accepted": 6},
        {"assignment_counts": 2, "assignment_workers": 2, "assignments": 2},
    ),
    "skatteetaten_seriositet/20260212T060000Z-0001": (
        {"in": 23, "accepted": 23},
        {
            "account_answers": 2,
            "account_assets": 1,
            "account_costs": 2,
            "account_incomes": 1,
            "arrears": 3,
            "claim_answers": 2,
            "claim_dues": 1,
            "claims": 1,
            "contribution_answers": 2,
            "contribution_terms": 1,
            "filing_duties": 2,
            "identifiers": 2,
            "payment_answers": 2,
            "payments": 1,
            "vat_duties": 1,
            "vat_filing_answers": 2,
            "vat_filings": 3,
            "vat_mismatches": 2,
            "vat_registrations": 2,
            "vat_return_lines": 2,
            "vat_returns": 2,
        },
    ),
    "tilsyn_utfall/20260206T080000Z-0001": (
        {"in": 7, "accepted": 7},
        {
            "events": 3,
            "inspection_activities": 2,
            "inspection_reactions": 1,
            "inspections": 2,
            "review_indicators": 2,
            "reviews": 2,
        },
    ),
}
"""Fates of the records and rows of each table, by delivery, once all examples have been taken in."""

KINDS = {"ordinary", "replacement", "late", "deletion"}

_CORRUPT = "delivery_corrupt"
_RECEIVER = "$.oppgave.virksomhet[0].inntektsmottaker[0]"
BROKEN: dict[str, tuple[str, str]] = {
    "truncated": (_CORRUPT, ""),
    "truncated_gzip_hash_matches": (_CORRUPT, ""),
    "hash_mismatch": (_CORRUPT, ""),
    "record_count_wrong": (_CORRUPT, ""),
    "missing_csv_column": (_CORRUPT, ""),
    "kind_not_allowed": ("kind_not_allowed", ""),
    "legal_basis_unknown": ("legal_basis_unknown", ""),
    "missing_required_field": ("missing_required", "$.kalendermaaned"),
    "bad_check_digit": ("bad_check_digit", f"{_RECEIVER}.norskIdentifikator"),
    "unknown_code": ("unknown_code", f"{_RECEIVER}.inntekt[0].fordel"),
    "impossible_date": ("impossible_date", f"{_RECEIVER}.arbeidsforhold[0].startdato"),
    "extra_field_tolerated": ("", ""),
}
"""Reason code of each broken example, with the JSON path where one record is refused."""


def folder_of(name: str) -> Path:
    (folder,) = (FOLDER / "examples").glob(f"{name.split('/')[0]}/*/{name.split('/')[1]}")
    return folder


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """All examples, taken in once."""
    root = tmp_path_factory.mktemp("examples")
    shutil.copytree(FOLDER / "examples", root / "landing")
    desk = Desk(root / "landing", Lake.open(root / "lake"))
    report = desk.take()
    assert [(o.source, o.delivery_id, o.message) for o in report.refused] == []
    assert len(report.outcomes) == len(EXAMPLES)
    return desk


def test_the_table_of_expectations_has_every_example_of_every_source() -> None:
    found = {
        f"{path.parts[-4]}/{path.parts[-2]}" for path in (FOLDER / "examples").glob("*/*/*/delivery.json")
    }
    assert found == EXAMPLES.keys()
    assert {name.split("/")[0] for name in found} == contract.sources().keys()
    assert len(contract.sources()) == 19


def test_every_file_of_every_source_has_an_example() -> None:
    """But for records that are fetched one by one, which have the form of the whole register."""
    shown = {
        (name.split("/")[0], file["name"])
        for name in EXAMPLES
        for file in json.loads((folder_of(name) / "delivery.json").read_text())["files"]
    }
    for spec in contract.sources().values():
        for file in spec.files:
            has_one = any(source == spec.name and file.matches(name) for source, name in shown)
            assert has_one or file.pattern.endswith("_hentet.json.gz") or spec.name == "kodelister"


def test_every_kind_of_a_melding_delivery_is_among_the_examples() -> None:
    kinds = {
        json.loads((folder_of(name) / "delivery.json").read_text())["kind"]
        for name in EXAMPLES
        if name.startswith("skatteetaten_amelding/")
    }
    assert kinds == KINDS == set(contract.source("skatteetaten_amelding").kinds)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_goes_in_with_exact_counts(name: str, examples: Desk) -> None:
    fates, rows = EXAMPLES[name]
    source, delivery_id = name.split("/")
    receipt = examples.lake.deliveries.receipt(source, delivery_id)
    assert receipt is not None
    assert {fate: count for fate, count in receipt["dispositions"].items() if count} == fates
    stored = {ref["table"].split("__")[1]: ref["rows"] for ref in receipt["tables"] if ref["rows"]}
    assert stored == rows
    assert receipt["warnings"] == []
    assert receipt["unknown_fields"] == {}
    files = json.loads((folder_of(name) / "delivery.json").read_text())["files"]
    assert sum(file["records"] for file in files) == fates["in"]


def test_nothing_of_the_examples_is_in_quarantine(examples: Desk) -> None:
    assert examples.rows(QUARANTINE.name) == []


def test_examples_that_come_again_are_no_ops(examples: Desk) -> None:
    assert examples.take().outcomes == []


def row(desk: Desk, table: str, **wanted: Any) -> dict[str, Any]:
    """The one row of a table with these values."""
    fitting = [r for r in desk.rows(table) if all(r[name] == value for name, value in wanted.items())]
    assert len(fitting) == 1, f"{table}: {len(fitting)} rows"
    return fitting[0]


def test_asked_none_and_refused_are_rows_and_not_asked_is_none(examples: Desk) -> None:
    arrears = {r["orgnr"]: r for r in examples.rows("raw_skatteetaten_seriositet__arrears")}
    assert {orgnr: r["answer_status"] for orgnr, r in arrears.items()} == {
        "310000302": "data",
        "310000205": "data",
        "310000507": "ingenData",
    }
    assert arrears["310000205"]["withholding_overdue_ore"] == 0
    assert arrears["310000205"]["vat_overdue_ore"] is None
    assert arrears["310000507"]["withholding_overdue_ore"] is None
    refused = row(examples, "raw_skatteetaten_seriositet__vat_filing_answers", answer_status="avslag")
    assert (refused["orgnr"], refused["term_kind"], refused["first_term_no"]) == ("310000418", None, None)
    # Answered with an empty list: data, and no line.
    told = row(examples, "raw_skatteetaten_seriositet__contribution_answers", orgnr="310000205")
    assert told["answer_status"] == "data"
    lines = examples.rows("raw_skatteetaten_seriositet__contribution_terms")
    assert [(r["orgnr"], r["term_year"], r["term_no"]) for r in lines] == [("310000302", 2025, 6)]


def test_terms_of_four_services_are_the_same_term(examples: Desk) -> None:
    tax = "raw_skatteetaten_seriositet__"
    filings = [(r["term"], r["term_no"]) for r in examples.rows(f"{tax}vat_filings")]
    assert filings == [("jul-aug", 4), ("sep-okt", 5), ("nov-des", 6)]
    assert {(r["term"], r["term_no"]) for r in examples.rows(f"{tax}vat_returns")} == {
        ("november-desember", 6)
    }
    mismatch = row(examples, f"{tax}vat_mismatches", is_mismatch=True)
    assert (mismatch["from_term_no"], mismatch["to_term_no"], mismatch["to_term_year"]) == (5, 6, 2025)
    duties = {r["filing_period"]: r for r in examples.rows(f"{tax}filing_duties")}
    assert duties["2025-T5"]["filing_period_term_no"] == 5
    assert duties["2026-01"]["filing_period_month_no"] == 1


def test_one_person_has_one_token_in_every_source(examples: Desk) -> None:
    """The worker with the D-number, in the card register, on the site, abroad and at home."""
    card = row(examples, "raw_hmskort_register__cards", card_number="C1000002")
    worker = row(examples, "raw_skatteetaten_oppdrag__assignment_workers", line_id="L-1")
    assert card["cardholder_token"] == worker["worker_token"]
    home = {r["person_token"] for r in examples.rows("raw_folkeregisteret_bosted__persons")}
    paid = {r["worker_token"] for r in examples.rows("raw_skatteetaten_amelding__employments")}
    hashed = {r["person_token"] for r in examples.rows("raw_skatteetaten_seriositet__identifiers")}
    owner = {r["owner_token"] for r in examples.rows("raw_brreg_reelle_rettighetshavere__owners")}
    assert card["cardholder_token"] in home & hashed
    assert owner <= home
    assert paid & owner


def test_a_card_is_found_on_the_site_list_by_its_token(examples: Desk) -> None:
    line = row(examples, "raw_byggeplass_oversiktslister__presences", line_id="OL-1")
    card = row(examples, "raw_hmskort_register__cards", card_number=line["card_number"])
    assert line["card_token"] == card["card_token"]
    assert line["card_token"].startswith("p1_")
    assert line["card_token"] not in (card["cardholder_token"], line["name_token"])
    owner = row(examples, "raw_brreg_reelle_rettighetshavere__owners", last_name="HAMMER")
    assert line["name_token"] == owner["name_token"]
    visitor = row(examples, "raw_byggeplass_oversiktslister__presences", site_role="besoekende")
    assert (visitor["card_token"], visitor["person_token"]) == (None, None)


def test_a_buyer_s_number_is_the_same_with_and_without_spaces(examples: Desk) -> None:
    buyers = examples.rows("raw_doffin_kunngjoringer__buyers")
    assert {r["buyer_org_id"] for r in buyers} == {"310000108", "310 000 108"}
    assert {r["buyer_orgnr"] for r in buyers} == {"310000108"}


def test_notices_of_the_two_registers_lie_apart(examples: Desk) -> None:
    units = examples.rows("raw_brreg_oppdateringer__unit_updates")
    establishments = examples.rows("raw_brreg_oppdateringer__establishment_updates")
    assert {r["update_id"] for r in units} >= {99000001, 99000005}
    assert [r["change_kind"] for r in establishments] == ["Ny", "Ukjent"]
    change = row(examples, "raw_brreg_oppdateringer__unit_changes", update_id=99000001)
    assert (change["pointer"], change["value_json"]) == ("/registrertIMvaregisteret", "false")


def test_what_was_legally_removed_is_nowhere(examples: Desk) -> None:
    landed = (FOLDER / "examples/brreg_oppdateringer").glob("*/*/oppdateringer_enheter_*")
    assert b"310000809" in gzip.decompress(next(landed).read_bytes())
    assert b"310000809" not in examples.bytes_everywhere()
    assert b"310000701" in examples.bytes_everywhere()


def test_the_shipped_code_lists_go_in_whole(desk: Desk) -> None:
    lists = sorted((FOLDER / "kodelister").glob("*.csv"))
    count = {path.name: len(path.read_text(encoding="utf-8-sig").splitlines()) - 1 for path in lists}
    assert len(lists) == len(contract.source("kodelister").files) == len(raw_tables()["kodelister"]) == 15
    files = [stored_file(path.name, "text/csv", path, count[path.name]) for path in lists]
    folder = desk.land(
        "kodelister", [], period="2026-01-01", at="2026-01-01T00:00:00+00:00", kind="snapshot", files=files
    )
    assert [o.message for o in desk.take().refused] == []
    assert desk.counts(folder) == {"in": sum(count.values()), "accepted": sum(count.values())}
    rates = [row for row in desk.rows("raw_kodelister__minimum_wages") if row["sector"] == "bygg"]
    assert 22000 in {row["hourly_rate_ore"] for row in rates}


def test_the_code_lists_keep_one_to_many_and_history(desk: Desk) -> None:
    names = ("naering_sn2007_sn2025.csv", "kommuner.csv")
    files = []
    for name in names:
        path = FOLDER / "kodelister" / name
        lines = len(path.read_text(encoding="utf-8-sig").splitlines()) - 1
        files.append(stored_file(name, "text/csv", path, lines))
    desk.land(
        "kodelister", [], period="2026-01-01", at="2026-01-01T00:00:00+00:00", kind="snapshot", files=files
    )
    desk.take()
    industries, municipalities = (
        next(d.name for d in raw_tables()["kodelister"] if d.record == record)
        for record in ("naering", "kommune")
    )
    followers: dict[str, set[str]] = {}
    for found in desk.rows(industries):
        followers.setdefault(found["sn2007_code"], set()).add(found["sn2025_code"])
    assert max(map(len, followers.values())) > 1
    periods: dict[str, int] = {}
    for found in desk.rows(municipalities):
        periods[found["municipality_no"]] = periods.get(found["municipality_no"], 0) + 1
    assert max(periods.values()) > 1


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_example_is_refused_as_it_says(case: str, desk: Desk) -> None:
    folder = FOLDER / "examples_broken" / case
    expected = json.loads((folder / "expected.json").read_text())
    shutil.copytree(folder, desk.landing, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.json"))
    report = desk.take()
    assert len(report.outcomes) == 1
    outcome = report.outcomes[0]
    assert (outcome.status == "rejected") is expected["rejected"]
    assert outcome.dispositions["quarantined"] == expected["quarantined"]
    code, path = BROKEN[case]
    if expected["rejected"]:
        (receipt,) = desk.lake.deliveries.receipts(status="rejected")
        assert receipt["refusal"]["code"] == code
        assert expected["reason"] in outcome.message
        assert desk.lake.deliveries.receipts() == []
        assert desk.rows("raw_skatteetaten_amelding__reports") == []
        assert desk.take().outcomes == []
        return
    assert desk.faults() == ([(code, path)] if expected["quarantined"] else [])
    assert expected["reason"] in " ".join(row["message"] for row in desk.rows(QUARANTINE.name))
    (receipt,) = desk.lake.deliveries.receipts()
    assert receipt["unknown_fields"] == ({"nyttFelt": 1} if case == "extra_field_tolerated" else {})
    # Two reports of one employer and month: where both are let in, the later replaces the earlier.
    assert len(desk.rows("raw_skatteetaten_amelding__reports")) == 1


def test_every_broken_example_is_expected() -> None:
    found = {path.parent.name for path in (FOLDER / "examples_broken").glob("*/expected.json")}
    assert found == BROKEN.keys()
