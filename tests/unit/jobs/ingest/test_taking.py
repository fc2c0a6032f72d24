"""The state rules of the input contract, one delivery at a time."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from expectations.contract import source
from expectations.tables_quarantine import QUARANTINE
from jobs.lake.delivery_writer import json_lines
from tests.unit.jobs.ingest.desk import Desk, Record

Example = Callable[[str, str], list[Record]]

REPORTS = "raw_skatteetaten_amelding__reports"
AMELDING = "skatteetaten_amelding"
AT = "2026-02-10T04:15:00+00:00"


@pytest.fixture
def reports(example: Example) -> list[Record]:
    return example(AMELDING, "amelding_*.jsonl.gz")


def renumbered(report: Record, number: int) -> Record:
    """The report for another private employer-free message id, so that its content differs."""
    found = deepcopy(report)
    found["meldingsId"] = f"M-{number}"
    return found


def rewrite(folder: Path, **change: object) -> None:
    path = folder / "delivery.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))


def only(report: "Desk", folder: Path) -> str:
    outcome = report.take().outcomes
    assert [o.delivery_id for o in outcome] == [folder.name]
    return outcome[0].status + " " + outcome[0].message


def test_s1_the_same_delivery_again_is_a_no_op(desk: Desk, reports: list[Record]) -> None:
    desk.land(AMELDING, reports, period="2026-01", at=AT)
    assert len(desk.take().outcomes) == 1
    before = desk.bytes_everywhere()
    assert desk.take().outcomes == []
    assert desk.bytes_everywhere() == before


def test_s2_the_same_id_with_another_hash_is_a_conflict_and_the_first_stays(
    desk: Desk, reports: list[Record]
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    desk.take()
    before = desk.rows(REPORTS)
    for path in folder.iterdir():
        path.unlink()
    desk.serials.clear()
    desk.land(AMELDING, reports[:1], period="2026-01", at=AT)
    assert only(desk, folder).startswith("conflict delivery_conflict")
    assert desk.rows(REPORTS) == before
    assert desk.take().outcomes == [], "a conflict is told once"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(lambda f: f.unlink(), "the file is missing", id="missing"),
        pytest.param(lambda f: f.write_bytes(f.read_bytes()[:-3]), "bytes:", id="truncated"),
        pytest.param(lambda f: f.write_bytes(f.read_bytes()[:-1] + b"x"), "sha256:", id="altered"),
    ],
)
def test_s3_a_spoiled_file_refuses_the_whole_delivery(
    desk: Desk, reports: list[Record], spoil: Callable[[Path], object], told: str
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    spoil(next(folder.glob("*.gz")))
    status = only(desk, folder)
    assert status.startswith("rejected delivery_corrupt")
    assert told in status
    assert next(folder.parent.glob("*")).name in status
    assert desk.rows(REPORTS) == []
    assert desk.take().outcomes == [], "a refusal is told once"


def test_s3_a_wrong_number_of_records_names_both(desk: Desk, reports: list[Record]) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    entry = json.loads((folder / "delivery.json").read_text())["files"][0]
    rewrite(folder, files=[entry | {"records": 4}])
    assert "records: 4 expected, 3 found" in only(desk, folder)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": "brreg_enheter"}, "delivery_invalid"),
        ({"period": "2026-02"}, "delivery_invalid"),
        ({"delivery_id": "20260210T041500Z-0002"}, "delivery_invalid"),
        ({"delivered_at": "2026-02-30T04:15:00Z"}, "delivery_invalid"),
        ({"delivered_at": "2026-02-10T04:15:00"}, "delivery_invalid"),
        ({"files": []}, "delivery_invalid"),
        ({"kind": "snapshot"}, "kind_not_allowed"),
        ({"legal_basis": "LB-NONE"}, "legal_basis_unknown"),
        ({"format_version": "2.0"}, "format_unknown"),
    ],
)
def test_an_envelope_that_is_wrong_refuses_the_delivery(
    desk: Desk, reports: list[Record], change: Record, code: str
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    rewrite(folder, **change)
    assert only(desk, folder).startswith(f"rejected {code}")


def test_an_unreadable_envelope_refuses_the_delivery_and_breaks_nothing_else(
    desk: Desk, reports: list[Record]
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    (folder / "delivery.json").write_text("{")
    desk.land(AMELDING, reports, period="2026-01", at="2026-02-11T04:15:00+00:00")
    assert sorted(o.status for o in desk.take().outcomes) == ["accepted", "rejected"]
    assert len(desk.lake.deliveries.receipts(status=None)) == 2


def test_a_newer_minor_version_is_read_with_a_warning(desk: Desk, reports: list[Record]) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT, format_version="1.7")
    outcome = desk.take().outcomes[0]
    assert outcome.status == "accepted"
    assert [w["code"] for w in outcome.warnings] == ["format_newer"]
    assert desk.counts(folder)["accepted"] == 3


def test_a_file_that_the_source_does_not_have_refuses_the_delivery(desk: Desk, reports: list[Record]) -> None:
    files = [json_lines("noe_annet.jsonl.gz", "application/jsonl+gzip", [b"{}"])]
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT, files=files)
    assert "has no such file" in only(desk, folder)


def test_a_required_file_that_is_not_there_refuses_the_delivery(desk: Desk) -> None:
    folder = desk.land(
        "kartverket_matrikkel", [], period="2026-01-01", at=AT, kind="snapshot", file="bygninger.jsonl.gz"
    )
    assert only(desk, folder).startswith("accepted")
    files = [json_lines("slettinger.jsonl", "application/jsonl+gzip", [b"{}"])]
    folder = desk.land(AMELDING, [], period="2026-01", at="2026-02-11T04:15:00+00:00", files=files)
    assert only(desk, folder).startswith("rejected delivery_invalid")


def test_a_file_beside_the_listed_ones_is_named_and_not_read(desk: Desk, reports: list[Record]) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    (folder / "notes.txt").write_text("x")
    assert [w["code"] for w in desk.take().outcomes[0].warnings] == ["file_not_listed"]


def test_s4_unknown_fields_are_counted_in_the_receipt(desk: Desk, reports: list[Record]) -> None:
    folder = desk.land(AMELDING, [r | {"nytt_felt": 1} for r in reports], period="2026-01", at=AT)
    desk.take()
    receipt = desk.lake.deliveries.receipt(AMELDING, folder.name)
    assert receipt is not None
    assert receipt["unknown_fields"] == {"nytt_felt": 3}
    assert "nytt_felt" not in json.dumps(desk.rows(REPORTS), default=str)


def test_s5_a_bad_record_is_set_aside_and_the_rest_goes_in(desk: Desk, reports: list[Record]) -> None:
    reports[1]["oppgave"]["virksomhet"][0]["inntektsmottaker"][0]["inntekt"][0]["beloep"] = 1.005
    reports[2]["kalendermaaned"] = "2025-12"
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    desk.take()
    assert desk.counts(folder) == {"in": 3, "accepted": 1, "quarantined": 2}
    assert desk.faults() == [
        ("too_many_decimals", "$.oppgave.virksomhet[0].inntektsmottaker[0].inntekt[0].beloep"),
        ("period_differs", "$.kalendermaaned"),
    ]
    assert [row["record_no"] for row in desk.rows(REPORTS)] == [1]
    assert {row["record_no"] for row in desk.rows(QUARANTINE.name)} == {2, 3}


def many(reports: list[Record], good: int, bad: int) -> list[Record]:
    from random import Random

    from jobs.synth.identifiers import Numbers

    numbers, chance = Numbers(), Random(7)
    found = []
    for number in range(good + bad):
        report = {**reports[0], "meldingsId": f"M-{number}", "oppgave": {}}
        report["opplysningspliktig"] = {"norskIdentifikator": numbers.orgnr(chance)}
        if number < bad:
            report["leveringstidspunkt"] = "i går"
        found.append(report)
    return found


@pytest.mark.parametrize(
    ("good", "bad", "status"),
    [
        pytest.param(195, 5, "held", id="200 records, 2.5 %"),
        pytest.param(196, 4, "accepted", id="200 records, exactly 2 %"),
        pytest.param(150, 49, "accepted", id="199 records"),
    ],
)
def test_s6_too_many_refused_records_hold_a_large_delivery(
    desk: Desk, reports: list[Record], good: int, bad: int, status: str
) -> None:
    folder = desk.land(AMELDING, many(reports, good, bad), period="2026-01", at=AT)
    outcome = desk.take().outcomes[0]
    assert outcome.status == status
    assert outcome.dispositions["quarantined"] == bad
    assert len(desk.rows(REPORTS)) == (good if status == "accepted" else 0)
    if status == "held":
        assert outcome.message.startswith("delivery_suspicious")
        assert desk.take().outcomes == [], "a held delivery waits"
        desk.lake.deliveries.accept(AMELDING, folder.name, "seen by phone", "operator")
        assert [o.status for o in desk.take().outcomes] == ["accepted"]
        assert desk.counts(folder) == {"in": 200, "accepted": good, "quarantined": bad}
        assert len(desk.rows(REPORTS)) == good


def test_s8_a_repeated_record_is_counted_and_another_with_its_key_wins(
    desk: Desk, reports: list[Record]
) -> None:
    first = reports[0]
    same, other, last = deepcopy(first), renumbered(first, 8), renumbered(first, 9)
    folder = desk.land(AMELDING, [first, same, other, reports[1], last], period="2026-01", at=AT)
    outcome = desk.take().outcomes[0]
    assert desk.counts(folder) == {"in": 5, "accepted": 2, "duplicate": 1, "superseded": 2}
    assert [w["code"] for w in outcome.warnings] == ["key_repeated"]
    assert [(row["record_no"], row["message_id"]) for row in desk.rows(REPORTS)] == [(4, "M-2"), (5, "M-9")]
    pay = desk.rows("raw_skatteetaten_amelding__incomes")
    assert {row["record_no"] for row in pay} == {4, 5}


def test_s8_field_order_does_not_make_records_differ(desk: Desk, reports: list[Record]) -> None:
    turned = dict(reversed(list(reports[0].items())))
    folder = desk.land(AMELDING, [reports[0], turned], period="2026-01", at=AT)
    assert desk.take().outcomes[0].warnings == []
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "duplicate": 1}


def test_s8_a_refused_record_never_replaces_a_good_one(desk: Desk, reports: list[Record]) -> None:
    bad = renumbered(reports[0], 9) | {"leveringstidspunkt": "i går"}
    folder = desk.land(AMELDING, [reports[0], bad], period="2026-01", at=AT)
    desk.take()
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "quarantined": 1}


def test_files_of_several_services_are_checked_counted_and_stored(desk: Desk) -> None:
    answers = [
        {"forespurteOrganisasjon": "310000302", "svarstatus": "ingenData", "levert": "2026-02-12T06:00:00"}
    ]
    files = [
        json_lines(
            "restanser.jsonl.gz", "application/jsonl+gzip", [json.dumps(row).encode() for row in answers]
        ),
        json_lines(
            "mva_register.jsonl.gz",
            "application/jsonl+gzip",
            [json.dumps(row).encode() for row in [*answers, {}]],
        ),
    ]
    folder = desk.land("skatteetaten_seriositet", [], period="2026-02", at=AT, files=files)
    outcome = desk.take().outcomes[0]
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "quarantined": 1}
    assert outcome.warnings == []
    assert outcome.rows == {
        "raw_skatteetaten_seriositet__arrears": 1,
        "raw_skatteetaten_seriositet__vat_registrations": 1,
    }
    receipt = desk.lake.deliveries.receipt("skatteetaten_seriositet", folder.name)
    assert receipt is not None
    assert {file["name"]: file["stored"] for file in receipt["files"]} == {
        "restanser.jsonl.gz": True,
        "mva_register.jsonl.gz": True,
    }


def test_an_emptied_unit_is_still_known(desk: Desk) -> None:
    folder = desk.land(
        "brreg_roller",
        [{"organisasjonsnummer": "310000302", "rollegrupper": []}],
        period="2026-02-03",
        at=AT,
        kind="delta",
        file="roller_hentet.json.gz",
    )
    desk.take()
    assert desk.counts(folder) == {"in": 1, "accepted": 1}
    assert [row["orgnr"] for row in desk.rows("raw_brreg_roller__units")] == ["310000302"]
    assert desk.rows("raw_brreg_roller__roles") == []


def test_a_nil_report_has_a_row_and_nobody_in_it(desk: Desk, reports: list[Record]) -> None:
    desk.land(AMELDING, [reports[0] | {"oppgave": {}}], period="2026-01", at=AT)
    desk.take()
    assert len(desk.rows(REPORTS)) == 1
    assert desk.rows("raw_skatteetaten_amelding__recipients") == []


def test_every_row_knows_its_delivery_file_and_record(desk: Desk, reports: list[Record]) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    desk.take()
    for row in desk.rows("raw_skatteetaten_amelding__employments"):
        assert row["delivery_id"] == folder.name
        assert row["file_name"] == "amelding_1.jsonl.gz"
        assert row["period"] == "2026-01"
        assert row["known_at"].isoformat() == AT
        assert row["worker_token"].startswith("p1_")


def test_the_receipt_and_the_quarantine_hold_no_person(desk: Desk, reports: list[Record]) -> None:
    reports[0]["opplysningspliktig"]["norskIdentifikator"] = "12858831082"
    folder = desk.land(AMELDING, reports[:1], period="2026-01", at=AT)
    desk.take()
    assert desk.counts(folder) == {"in": 1, "quarantined": 1}
    everything = desk.bytes_everywhere()
    for value in (b"12858831081", b"12858831082", b"SNILL", b"1988-05-12"):
        assert value not in everything


def test_each_source_of_the_slice_has_a_share_that_holds_it() -> None:
    assert source(AMELDING).max_quarantine_share == 0.02
