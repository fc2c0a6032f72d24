"""Bad deliveries and bad content, as intake as a whole answers them, numbered as in the list of cases."""

import gzip
import io
import json
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused
from jobs.ingest import unpack
from jobs.ingest.unpack import Broken, pieces
from jobs.lake.delivery_writer import DataFile
from jobs.lake.verify import verify
from tests.unit.jobs.ingest.desk import Desk, Record

Example = Callable[[str, str], list[Record]]

AMELDING, REPORTS = "skatteetaten_amelding", "raw_skatteetaten_amelding__reports"
BRREG, UNITS = "brreg_enheter", "raw_brreg_enheter__units"
HOLDERS, SHARES = "skatteetaten_aksjonaerer", "raw_skatteetaten_aksjonaerer__shareholdings"
CLEANING = "arbeidstilsynet_registre"
AT = "2026-02-10T04:15:00+00:00"
HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Antall aksjer;Antall aksjer selskap"
)


@pytest.fixture
def report(example: Example) -> Record:
    return deepcopy(example(AMELDING, "amelding_*.jsonl.gz")[0])


@pytest.fixture
def unit(example: Example) -> Record:
    return deepcopy(example(BRREG, "enheter_alle.json.gz")[1])


def line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def land(
    desk: Desk, source: str, content: bytes, count: int, *, stored: bool = False, file: str = ""
) -> Path:
    """Land content as it is; the envelope always fits the stored bytes."""
    name = (
        file
        or {
            AMELDING: "amelding_2026-01.jsonl.gz",
            BRREG: "enheter_alle.json.gz",
            HOLDERS: "aksjeeierbok_2025.csv.gz",
            CLEANING: "renhold.xml.gz",
        }[source]
    )
    period, kind = {AMELDING: ("2026-01", "ordinary"), HOLDERS: ("2025", "snapshot")}.get(
        source, ("2026-02-01", "snapshot")
    )
    made = DataFile(name, "application/x", [(content, count)], is_stored_form=stored)
    return desk.land(source, [], period=period, at=AT, kind=kind, files=[made])


def answer(desk: Desk) -> str:
    """Status and message of the one delivery that is taken in."""
    (outcome,) = desk.take().outcomes
    return f"{outcome.status} {outcome.message}".strip()


def refused(desk: Desk, source: str, content: bytes, count: int = 1, **more: Any) -> str:
    folder = land(desk, source, content, count, **more)
    told = answer(desk)
    assert told.startswith("rejected delivery_corrupt"), told
    for table in (REPORTS, UNITS, SHARES):
        assert desk.rows(table) == [], "nothing of a refused delivery becomes visible"
    assert next(folder.glob("*.gz")).name in told
    return told


# Deliveries


def test_case_22_half_a_delivery_waits_and_a_growing_file_is_refused(desk: Desk, report: Record) -> None:
    folder = land(desk, AMELDING, line(report), 1)
    envelope = (folder / "delivery.json").read_bytes()
    (folder / "delivery.json").unlink()
    assert desk.take().outcomes == []
    with (folder / "amelding_2026-01.jsonl.gz").open("ab") as growing:
        growing.write(gzip.compress(line(report)))
    (folder / "delivery.json").write_bytes(envelope)
    assert "bytes:" in answer(desk)
    assert desk.rows(REPORTS) == []


@pytest.mark.parametrize("cut", [1, 5, 18, -9, -8, -4, -1])
def test_case_23_truncated_gzip_refuses_the_whole_delivery(desk: Desk, report: Record, cut: int) -> None:
    stored = gzip.compress(line(report) * 50)
    assert "gzip: cut off" in refused(desk, AMELDING, stored[:cut], 50, stored=True)


@pytest.mark.parametrize("at", [100, -6, -2])
def test_case_24_bit_flipped_gzip_refuses_the_whole_delivery(desk: Desk, report: Record, at: int) -> None:
    stored = bytearray(gzip.compress(line(report) * 50, 1))
    stored[at] ^= 4
    assert "gzip: " in refused(desk, AMELDING, bytes(stored), 50, stored=True)


def test_case_24_several_gzip_members_are_one_file(desk: Desk, report: Record) -> None:
    other = report | {"meldingsId": "other"}
    two = gzip.compress(line(report)) + gzip.compress(b"") + gzip.compress(line(other)[:40])
    folder = land(desk, AMELDING, two + gzip.compress(line(other)[40:]), 2, stored=True)
    assert answer(desk) == "accepted"
    assert sum(desk.counts(folder).values()) == 4, "two in, one of which gives way to the other"


@pytest.mark.parametrize("garbage", [b"\0" * 512, b"\x1f", b"x", b"\x1f\x8bxxx"])
def test_case_24_bytes_after_the_gzip_refuse_the_whole_delivery(
    desk: Desk, report: Record, garbage: bytes
) -> None:
    assert "gzip: " in refused(desk, AMELDING, gzip.compress(line(report)) + garbage, 1, stored=True)


@pytest.mark.parametrize("kept", [0, 100, -1, -8])
def test_cases_25_and_26_a_parquet_file_that_was_cut_is_refused_by_name(
    desk: Desk, report: Record, kept: int
) -> None:
    land(desk, AMELDING, line(report), 1)
    assert answer(desk) == "accepted"
    stored = next(Path(desk.lake.storage.uri).rglob("*reports*/**/*.parquet"))
    stored.write_bytes(stored.read_bytes()[:kept])
    assert any(stored.name in fault.key for fault in verify(desk.lake))
    with pytest.raises(DataRefused, match=stored.name):
        desk.rows(REPORTS)


def test_case_27_a_gzip_bomb_is_refused_while_it_is_unpacked(
    desk: Desk, report: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A thousand bytes out of each stored one; the limits are lowered to keep the test small.
    monkeypatch.setattr(unpack, "RATIO_FROM_BYTES", 1 << 20)
    bomb = gzip.compress(line(report) + b" " * (4 << 20) + b"\n", 9)
    assert "more than 200 bytes out of each stored one" in refused(desk, AMELDING, bomb, 1, stored=True)


def unpacked(tmp_path: Path, stored: bytes) -> int:
    path = tmp_path / "file.gz"
    path.write_bytes(stored)
    return sum(map(len, pieces(path, is_gzip=True)))


def test_case_27_each_limit_of_unpacking_has_two_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 1 << 20
    bomb = gzip.compress(b" " * size, 9)
    ratio = size // len(bomb)
    for name, allowed, forbidden in (
        ("MOST_BYTES", size, size - 1),
        ("RATIO_FROM_BYTES", size, size - 1),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(unpack, name, allowed)
            assert unpacked(tmp_path, bomb) == size
            patched.setattr(unpack, name, forbidden)
            with pytest.raises(Broken, match="more than"):
                unpacked(tmp_path, bomb)
    monkeypatch.setattr(unpack, "RATIO_FROM_BYTES", 1000)
    monkeypatch.setattr(unpack, "MOST_RATIO", ratio + 1)
    assert unpacked(tmp_path, bomb) == size
    monkeypatch.setattr(unpack, "MOST_RATIO", ratio - 1)
    with pytest.raises(Broken, match="out of each stored one"):
        unpacked(tmp_path, bomb)
    monkeypatch.setattr(unpack, "MOST_MEMBERS", 3)
    assert unpacked(tmp_path, gzip.compress(b"x") * 3) == 3
    with pytest.raises(Broken, match="more than 3 members"):
        unpacked(tmp_path, gzip.compress(b"x") * 4)


def test_case_27_sizes_in_the_trailer_are_not_believed(desk: Desk, report: Record) -> None:
    stored = gzip.compress(line(report))
    lying = stored[:-4] + (7).to_bytes(4, "little")
    assert "gzip: damaged (incorrect length check)" in refused(desk, AMELDING, lying, 1, stored=True)


@pytest.mark.parametrize("name", ["../amelding_x.jsonl.gz", "a/b.jsonl.gz", "..", "/etc/passwd"])
def test_case_28_a_file_name_with_a_path_refuses_the_delivery(desk: Desk, report: Record, name: str) -> None:
    folder = land(desk, AMELDING, line(report), 1)
    envelope = json.loads((folder / "delivery.json").read_text())
    envelope["files"][0]["name"] = name
    (folder / "delivery.json").write_text(json.dumps(envelope))
    assert answer(desk).startswith("rejected delivery_invalid")


def zipped(encrypted: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.jsonl", "{}")
    content = bytearray(out.getvalue())
    content[6] |= encrypted
    return bytes(content)


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("../../escape.jsonl")
        archive.addfile(entry, io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(zipped(), "a zip archive", id="zip"),
        pytest.param(zipped(encrypted=True), "a zip archive", id="encrypted zip"),
        pytest.param(tarred(), "a tar archive", id="tar"),
        pytest.param(gzip.compress(b"{}"), "gzip once more", id="gzip"),
        pytest.param(b"BZh91AY&SY", "bzip2", id="bzip2"),
        pytest.param(b"\xfd7zXZ\x00\x00", "packed with xz", id="xz"),
        pytest.param(b"\x28\xb5\x2f\xfd\x04", "zstd", id="zstd"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", "7z", id="7z"),
        pytest.param(b"PAR1", "Parquet", id="Parquet"),
    ],
)
@pytest.mark.parametrize("stored", [True, False])
def test_cases_28_and_29_an_archive_under_a_data_file_s_name_is_named_and_not_opened(
    desk: Desk, content: bytes, told: str, stored: bool
) -> None:
    if stored and told.startswith("gzip"):
        told = "not JSON"  # it is the gzip file that was expected, of something else
        content = gzip.compress(b"x")
    assert told in refused(desk, AMELDING, content, stored=stored)


XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;"><!ENTITY z "&y;&y;">]><a>&z;</a>', id="bomb"
        ),
        pytest.param('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', id="file"),
        pytest.param('<!DOCTYPE a SYSTEM "http://example.org/x.dtd"><a></a>', id="address"),
        pytest.param("<!DOCTYPE a><a></a>", id="empty"),
    ],
)
def test_case_30_xml_with_a_document_type_is_refused(desk: Desk, document: str) -> None:
    told = refused(desk, CLEANING, (XML_HEAD + document).encode())
    assert "DTD and entities are refused" in told


JSON_CASES = [
    pytest.param('{"a": NaN}', "not JSON", id="NaN"),
    pytest.param('{"a": -Infinity}', "JSON does not have", id="Infinity"),
    pytest.param('{"a": 1, "a": 2}', "a name comes twice", id="name twice"),
    pytest.param('{"a": 1, "\\u0061": 2}', "a name comes twice", id="name twice by an escape"),
    pytest.param('{"b": {"a": 1, "a": 1}}', "a name comes twice", id="name twice further in"),
    pytest.param('{"a": ' + "[" * 5000 + "]" * 5000 + "}", "nested too deeply", id="deep list"),
    pytest.param('{"a":' * 5000 + "1" + "}" * 5000, "nested too deeply", id="deep object"),
    pytest.param('{"a": ' + "9" * 5000 + "}", "too many digits", id="5 000 digits"),
    pytest.param('{"a": "x\x01"}', "control character", id="control"),
    pytest.param('{"a": "x\ty"}', "control character", id="tab"),
    pytest.param('{"a": "\\ud800"}', "half a character", id="lone surrogate"),
    pytest.param('{"a": "\\ude00\\ud83d"}', "half a character", id="surrogates turned round"),
    pytest.param('{"a": 01}', "JSON does not have", id="leading zero"),
    pytest.param('{"a": +1}', "not JSON", id="plus"),
    pytest.param('{"a": 0x10}', "not JSON", id="hexadecimal"),
    pytest.param("{'a': 1}", "not JSON", id="single quotes"),
    pytest.param('{"a": 1,}', "comma too many", id="comma"),
    pytest.param('{"a": 1} // x', "more text", id="comment"),
]


@pytest.mark.parametrize(("record", "told"), JSON_CASES)
def test_case_31_json_that_readers_understand_differently_is_refused(
    desk: Desk, report: Record, record: str, told: str
) -> None:
    found = refused(desk, AMELDING, line(report) + record.encode() + b"\n", 2)
    assert "record 2 is not JSON" in found
    assert told in found


@pytest.mark.parametrize("record", ['{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "x\x01"}', '{"a": "\\ud800"}'])
def test_case_31_lists_are_read_as_strictly_as_lines(desk: Desk, unit: Record, record: str) -> None:
    assert "record 2 is not JSON" in refused(
        desk, BRREG, b"[" + line(unit) + b"," + record.encode() + b"]", 2
    )


@pytest.mark.parametrize(("sign", "digits"), [("", 19), ("-", 19), ("", 30), ("", 4000)])
def test_case_31_an_integer_beyond_64_bits_is_set_aside(
    desk: Desk, unit: Record, sign: str, digits: int
) -> None:
    units = [unit, unit | {"organisasjonsnummer": "310000108", "antallAnsatte": 77}]
    content = json.dumps(units).replace(": 77", f": {sign}{'9' * digits}")
    folder = land(desk, BRREG, content.encode(), 2)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "quarantined": 1}
    assert desk.faults() == [("out_of_range", "$.antallAnsatte")]


def test_case_31_an_integer_beyond_64_bits_in_an_unknown_field_harms_nobody(desk: Desk, unit: Record) -> None:
    folder = land(desk, BRREG, json.dumps([unit | {"nytt": 10**30}] * 2).encode(), 2)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 2, "accepted": 1, "duplicate": 1}


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e300"])
def test_case_40_a_number_beyond_all_bounds_is_set_aside(desk: Desk, report: Record, number: str) -> None:
    report["oppgave"]["virksomhet"][0]["inntektsmottaker"][0]["inntekt"][0]["beloep"] = 77.25
    folder = land(desk, AMELDING, line(report).replace(b"77.25", number.encode()), 1)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 1, "quarantined": 1}
    path = "$.oppgave.virksomhet[0].inntektsmottaker[0].inntekt[0].beloep"
    assert desk.faults() == [("out_of_range", path)]


PAGE = b"\n<!DOCTYPE html>\n<html><head><title>Logg inn</title></head><body></body></html>"


@pytest.mark.parametrize("source", [AMELDING, BRREG, HOLDERS, CLEANING])
@pytest.mark.parametrize(
    "page", [PAGE, b"\xef\xbb\xbf" + PAGE.upper(), b"<html lang='nb'>", b" " * 600 + PAGE]
)
def test_case_32_a_web_page_under_a_data_file_s_name_is_called_one(
    desk: Desk, source: str, page: bytes
) -> None:
    assert "a web page" in refused(desk, source, page)


@pytest.mark.parametrize("source", [AMELDING, BRREG, HOLDERS])
@pytest.mark.parametrize(
    "error",
    [
        {"error": "unauthorized"},
        {"timestamp": "2026-02-10T04:15:00Z", "status": 503, "error": "x", "path": "/"},
        {"type": "about:blank", "title": "Too many requests", "status": 429, "detail": "x"},
        {"feilmelding": "x"},
    ],
)
def test_case_32_an_error_answer_under_a_data_file_s_name_is_called_one(
    desk: Desk, source: str, error: Record
) -> None:
    assert "looks like an error message" in refused(desk, source, json.dumps(error).encode())


@pytest.mark.parametrize("content", [b"", b" ", b"\r\n\r\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("source", [BRREG, HOLDERS, CLEANING])
def test_case_32_nothing_is_not_a_file(desk: Desk, source: str, content: bytes) -> None:
    assert "holds nothing" in refused(desk, source, content, 0)


# Content


def shares(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join(["\ufeff" + header, *rows, ""]).encode()


ROW = "310000205;HOVEDLAG AS;A;SNILL TRAKT;1988;2406 ELVERUM;60;100"


def test_case_34_a_reordered_header_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    land(desk, HOLDERS, shares(ROW), 1)
    assert answer(desk) == "accepted"
    straight = desk.rows(SHARES)
    order = [7, 0, 6, 1, 5, 2, 4, 3]
    names, cells = HEADER.split(";"), ROW.split(";")
    header, row = (";".join(part[at] for at in order) for part in (names, cells))
    land(desk, HOLDERS, shares(row, header=header), 1)
    assert answer(desk) == "accepted"
    both = desk.rows(SHARES)
    own = {"delivery_id", "known_at"}
    assert len(both) == 2
    assert [{k: v for k, v in found.items() if k not in own} for found in both] == [
        {k: v for k, v in straight[0].items() if k not in own}
    ] * 2


def test_case_35_extra_columns_are_counted_and_missing_ones_named(desk: Desk) -> None:
    folder = land(desk, HOLDERS, shares(f"{ROW};x", f"{ROW};", header=f"{HEADER};Ny kolonne"), 2)
    assert answer(desk) == "accepted"
    receipt = desk.lake.deliveries.receipt(HOLDERS, folder.name)
    assert receipt is not None
    assert receipt["unknown_fields"] == {"Ny kolonne": 1}
    renamed = HEADER.replace("Antall aksjer;", "Aksjer;").replace("Selskap;", "Foretak;")
    land(desk, HOLDERS, shares(ROW, header=renamed), 1)
    assert "missing columns ['Antall aksjer', 'Selskap']" in answer(desk)
    land(desk, HOLDERS, shares(f"{ROW};1", header=f"{HEADER};Orgnr"), 1)
    assert "a column comes twice" in answer(desk)


def test_case_36_ragged_and_ill_typed_rows_are_set_aside(desk: Desk) -> None:
    cells = ROW.split(";")
    rows = [ROW, ";".join(cells[:-1]), f"{ROW};x", ROW.replace(";60;", ";seksti;"), " "]
    folder = land(desk, HOLDERS, shares(*rows), 5)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 5, "accepted": 1, "quarantined": 4}
    assert desk.faults() == [
        ("row_length", "$"),
        ("row_length", "$"),
        ("wrong_type", "$['Antall aksjer']"),
        ("row_length", "$"),
    ]


def test_case_37_latin_1_is_refused_and_a_byte_order_mark_is_not(desk: Desk, report: Record) -> None:
    name = "BJØRN"
    report["oppgave"]["virksomhet"][0]["inntektsmottaker"][0]["identifiserendeInformasjon"]["navn"] = name
    good = b"\xef\xbb\xbf" + line(report)
    assert "not UTF-8" in refused(desk, AMELDING, good[3:].decode().encode("latin-1"))
    assert "not UTF-8" in refused(desk, HOLDERS, shares(ROW)[3:].decode().encode("latin-1"))
    latin = f'<?xml version="1.0" encoding="ISO-8859-1"?><a>{name}</a>'.encode("latin-1")
    assert "not UTF-8" in refused(desk, CLEANING, latin)
    land(desk, AMELDING, good, 1)
    assert answer(desk) == "accepted"


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        pytest.param("BJO\u0308RN A\u030aS", "BJÖRN ÅS", id="decomposed"),
        pytest.param("BY\u200bGG\ufeff AS", "BYGG AS", id="without width"),
        pytest.param("BYGG \u202eSA\u202c", "BYGG SA", id="direction of writing"),
        pytest.param("BYGG\u0000 \u001bAS\u007f", "BYGG AS", id="controls"),
        pytest.param("BYGG\u00ad \u0085AS", "BYGG AS", id="soft hyphen and C1"),
        pytest.param("BYGG\tAS", "BYGG\tAS", id="tab"),
        pytest.param(
            "B\u00e6r & S\u00f8nn \u2013 \U0001f600", "Bær & Sønn \u2013 \U0001f600", id="untouched"
        ),
    ],
)
def test_case_38_names_are_composed_and_hold_nothing_that_nobody_sees(
    desk: Desk, unit: Record, name: str, stored: str
) -> None:
    for ascii_only in (False, True):
        content = json.dumps([unit | {"navn": name}], ensure_ascii=ascii_only)
        land(desk, BRREG, content.encode(), 1)
        assert answer(desk) == "accepted"
    assert [row["name"] for row in desk.rows(UNITS)] == [stored, stored]


def test_case_38_a_name_of_nothing_visible_is_set_aside(desk: Desk, unit: Record) -> None:
    land(desk, BRREG, json.dumps([unit | {"navn": "\u200b\u0001"}]).encode(), 1)
    assert answer(desk) == "accepted"
    assert desk.faults() == [("bad_form", "$.navn")]


@pytest.mark.parametrize(
    "digits",
    [
        pytest.param("٣١٠٠٠٠٢٠٥", id="Arabic"),
        pytest.param("３１００００２０５", id="full width"),
        pytest.param("310000205\u200b", id="mark without width"),
        pytest.param("310000205\u0000", id="NUL"),
        pytest.param("310000205\n", id="line end"),
        pytest.param(" 310000205", id="blank"),
        pytest.param("31000020", id="too short"),
        pytest.param("0310000205", id="too long"),
    ],
)
def test_cases_38_and_39_only_nine_plain_digits_are_an_organisation_number(
    desk: Desk, unit: Record, digits: str
) -> None:
    land(desk, BRREG, json.dumps([unit | {"organisasjonsnummer": digits}]).encode(), 1)
    assert answer(desk) == "accepted"
    assert desk.faults()[0] == ("bad_form", "$.organisasjonsnummer")
    assert desk.rows(UNITS) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("310000206", "bad_check_digit"),
        (310000205, "wrong_type"),
        (310000205.0, "wrong_type"),
        (["310000205"], "wrong_type"),
    ],
)
def test_case_39_a_wrong_organisation_number_is_set_aside(
    desk: Desk, unit: Record, number: object, code: str
) -> None:
    land(desk, BRREG, json.dumps([unit | {"organisasjonsnummer": number}]).encode(), 1)
    assert answer(desk) == "accepted"
    assert desk.faults() == [(code, "$.organisasjonsnummer")]


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        pytest.param("05819841049", True, id="synthetic, leading zero"),
        pytest.param("45819841038", None, id="D-number by its day"),
        pytest.param("5819841049", False, id="leading zero lost"),
        pytest.param("05819841048", False, id="wrong digit"),
        pytest.param("ABC-12345", False, id="foreign"),
        pytest.param("0581984104９", False, id="one full-width digit"),
    ],
)
def test_case_39_numbers_of_persons(desk: Desk, report: Record, number: str, is_right: bool | None) -> None:
    from expectations.identifiers import is_fnr

    right = is_fnr(number) if is_right is None else is_right
    report["oppgave"]["virksomhet"][0]["inntektsmottaker"][0]["norskIdentifikator"] = number
    folder = land(desk, AMELDING, line(report), 1)
    assert answer(desk) == "accepted"
    assert desk.counts(folder).get("accepted", 0) == right


@pytest.mark.parametrize(
    ("cell", "is_right"),
    [
        ("60", True),
        ("0", True),
        ("-60", True),
        ("1 234", False),
        ("1\u00a0234", False),
        ("1 234,50", False),
        ("1.234,50", False),
        ("1e3", False),
        ("60.0", False),
        ("+60", False),
        ("-0", False),
        ("007", False),
        ("6_0", False),
        ("inf", False),
        ("٦٠", False),
        ("６０", False),
        pytest.param("9" * 30, False, id="30 digits"),
        pytest.param("9" * 5000, False, id="5 000 digits"),
    ],
)
def test_case_40_whole_numbers_in_csv_are_plain_digits(desk: Desk, cell: str, is_right: bool) -> None:
    folder = land(desk, HOLDERS, shares(ROW.replace(";60;", f";{cell};")), 1)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 1, ("accepted" if is_right else "quarantined"): 1}
    if not is_right:
        assert desk.faults()[0][1] == "$['Antall aksjer']"


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2026-02-28", None),
        ("1900-01-01", None),
        ("9999-12-31", None),
        ("2026-02-29", "impossible_date"),
        ("0000-01-01", "impossible_date"),
        ("29.03.26", "bad_form"),
        ("29.03.2026", "bad_form"),
        ("2026-3-1", "bad_form"),
        ("20260301", "bad_form"),
        ("2026-W09-1", "bad_form"),
        ("46082", "bad_form"),
        (46082, "wrong_type"),
        ("２０２６-０３-０１", "bad_form"),
    ],
)
def test_case_40_dates_have_one_form(desk: Desk, unit: Record, date: object, code: str | None) -> None:
    land(desk, BRREG, json.dumps([unit | {"stiftelsesdato": date}]).encode(), 1)
    assert answer(desk) == "accepted"
    assert [found for found, _ in desk.faults()[:1]] == ([code] if code else [])
    assert len(desk.rows(UNITS)) == (not code)


def test_case_41_the_last_of_contradicting_records_counts_whatever_their_form(
    desk: Desk, unit: Record
) -> None:
    reordered = dict(reversed(unit.items()))
    records = [unit, reordered, unit | {"navn": "ANDRE AS"}, unit | {"navn": "TREDJE AS"}]
    folder = land(desk, BRREG, json.dumps(records, indent=2).encode(), 4)
    assert answer(desk) == "accepted"
    assert desk.counts(folder) == {"in": 4, "accepted": 1, "duplicate": 1, "superseded": 2}
    assert [row["name"] for row in desk.rows(UNITS)] == ["TREDJE AS"]
    receipt = desk.lake.deliveries.receipt(BRREG, folder.name)
    assert receipt is not None
    assert [warning["code"] for warning in receipt["warnings"]] == ["key_repeated"]


def test_case_41_a_name_composed_or_not_is_one_name(desk: Desk, unit: Record) -> None:
    for form in ("NFC", "NFD"):
        land(desk, BRREG, json.dumps([unit | {"navn": unicodedata.normalize(form, "Åsø")}]).encode(), 1)
        assert answer(desk) == "accepted"
    assert {row["name"] for row in desk.rows(UNITS)} == {"Åsø"}
