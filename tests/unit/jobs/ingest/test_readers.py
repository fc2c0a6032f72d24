import gzip
import hashlib
import json
import math
import pickle
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import FileSpec, source
from expectations.errors import DataRefused
from jobs.ingest import cutting, read_json, read_xml, readers, unpack
from jobs.ingest.readers import LENGTH_MARK, Block, blocks, decode, records

ROLES = source("brreg_roller").files[0]
REPORTS = source("skatteetaten_amelding").files[0]
HOLDERS = source("skatteetaten_aksjonaerer").files[0]
NOTICES = source("doffin_kunngjoringer").files[0]
CLEANING, STAFFING = source("arbeidstilsynet_registre").files[:2]
HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Antall aksjer;Antall aksjer selskap"
)


def read(tmp_path: Path, spec: FileSpec, content: bytes, name: str = "brreg_roller") -> list[Any]:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if spec.is_gzip else content)
    return list(records(name, spec, path))


@pytest.fixture(params=[3, 64, 1 << 18], ids=["3 bytes", "64 bytes", "whole"])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes that are unpacked at once; a block is cut as soon as it can be, or never."""
    monkeypatch.setattr(unpack, "PIECE_BYTES", request.param)
    monkeypatch.setattr(readers, "_HEAD_BYTES", request.param)
    monkeypatch.setattr(readers, "BLOCK_BYTES", request.param)
    return int(request.param)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[]", id="empty"),
        pytest.param(" [ \n ] ", id="empty with blanks"),
        pytest.param('[{"a": 1}]', id="one"),
        pytest.param(' [ {"a": 1} ,\n {"b": [1.5, null, "]"]} ] \n', id="blanks and brackets in text"),
        pytest.param("[" + ",".join(f'{{"n": {i}}}' for i in range(500)) + "]", id="many"),
        pytest.param('\ufeff[{"a": "ø"}]', id="byte order mark"),
        pytest.param(r'[{"a": "\\"}, {"b": "\\\",{"}, {"\\\\": "\\\"\\\\"}]', id="backslashes"),
        pytest.param('[1, "},{", [], {}, null, [[","]]]', id="any values"),
    ],
)
@pytest.mark.usefixtures("window")
def test_json_arrays_whatever_the_window(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, ROLES, text.encode()) == json.loads(text.lstrip("\ufeff"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" \n ", id="blanks"),
        pytest.param("{}", id="object"),
        pytest.param("[{}", id="cut off after an item"),
        pytest.param('[{"a": ', id="cut off in an item"),
        pytest.param('[{"a": "', id="cut off in a text"),
        pytest.param("[{},", id="cut off after a comma"),
        pytest.param("[{} {}]", id="no comma"),
        pytest.param("[{},]", id="comma at the end"),
        pytest.param("[{}, {}, ]", id="comma and blank at the end"),
        pytest.param("[,{}]", id="comma at the begin"),
        pytest.param("[{},,{}]", id="two commas"),
        pytest.param("[,]", id="only a comma"),
        pytest.param("[{}] more", id="more after the list"),
        pytest.param("[{}][", id="second list"),
        pytest.param("[{}]]", id="bracket too many"),
        pytest.param("[{}}]", id="brace too many"),
        pytest.param("[[{]}]", id="brackets crossed"),
    ],
)
@pytest.mark.usefixtures("window")
def test_a_broken_array_refuses_the_delivery(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        read(tmp_path, ROLES, text.encode())


@pytest.mark.parametrize(
    ("spec", "content"),
    [
        pytest.param(ROLES, b'[{"a": "' + b"x" * 1000 + b'"}]', id="item"),
        pytest.param(REPORTS, b'{"a": 1}\n{"a": "' + b"x" * 1000 + b'"}\n', id="line"),
        pytest.param(HOLDERS, f"{HEADER}\n".encode() + b"x" * 1000 + b"\n", id="row"),
        pytest.param(CLEANING, b"<A><B>" + b"x" * 1000 + b"</B></A>", id="element"),
    ],
)
def test_an_endless_record_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: FileSpec, content: bytes
) -> None:
    monkeypatch.setattr(unpack, "PIECE_BYTES", 16)
    monkeypatch.setattr(cutting, "MOST_RECORD_BYTES", 200)
    monkeypatch.setattr(read_xml, "MOST_RECORD_BYTES", 200)
    with pytest.raises(DataRefused, match="larger than any"):
        read(tmp_path, spec, content, "skatteetaten_aksjonaerer")


def test_json_lines(tmp_path: Path) -> None:
    content = '\ufeff{"a": 1}\n{"b": "æ"}\n\n'.encode()
    assert read(tmp_path, REPORTS, content) == [{"a": 1}, {"b": "æ"}]
    assert read(tmp_path, REPORTS, b'{"a": 1}\r\n\r\n{"b": 2}') == [{"a": 1}, {"b": 2}]
    with pytest.raises(DataRefused, match="record 2 is not JSON"):
        read(tmp_path, REPORTS, b'{"a": 1}\n{"b": \n')


def test_json_document_with_a_list_inside(tmp_path: Path) -> None:
    assert read(tmp_path, STAFFING, b'{"metadata": {}, "data": [{"a": 1}]}') == [{"a": 1}]
    with pytest.raises(DataRefused, match="no list at data"):
        read(tmp_path, STAFFING, b'{"metadata": {}}')
    with pytest.raises(DataRefused, match="not JSON"):
        read(tmp_path, STAFFING, b'{"data": [')


def test_csv_is_read_by_header_name_with_typed_columns(tmp_path: Path) -> None:
    reordered = "Antall aksjer;Ny kolonne;" + HEADER.replace(";Antall aksjer;", ";")
    row = '60;x;310000205;"SELSKAP; AS";A;SNILL TRAKT;1988;;100'
    content = f"\ufeff{reordered}\r\n{row}\r\n\r\n".encode()
    found = read(tmp_path, HOLDERS, content, "skatteetaten_aksjonaerer")
    assert found == [
        {
            "Antall aksjer": 60,
            "Ny kolonne": "x",
            "Orgnr": "310000205",
            "Selskap": "SELSKAP; AS",
            "Aksjeklasse": "A",
            "Navn aksjonær": "SNILL TRAKT",
            "Fødselsår/orgnr": "1988",
            "Antall aksjer selskap": 100,
        }
    ]


def test_what_is_not_of_its_type_stays_text_for_validation_to_refuse(tmp_path: Path) -> None:
    for cell in ("1_000", "1e3", " 5", "5.0", "x"):
        content = f"{HEADER}\n310000205;S;A;N;1988;P;{cell};100\n".encode()
        assert read(tmp_path, HOLDERS, content, "skatteetaten_aksjonaerer")[0]["Antall aksjer"] == cell


@pytest.mark.parametrize("cells", ["310000205;S;A;N;1988;P;60", "310000205;S;A;N;1988;P;60;100;extra"])
def test_a_row_of_another_length_is_marked(tmp_path: Path, cells: str) -> None:
    found = read(tmp_path, HOLDERS, f"{HEADER}\n{cells}\n".encode(), "skatteetaten_aksjonaerer")
    assert found[0][LENGTH_MARK] == len(cells.split(";"))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (HEADER.replace("Orgnr;", "", 1), r"missing columns \['Orgnr'\]"),
        (HEADER + ";Orgnr", "a column comes twice"),
        ("Orgnr", "missing columns"),
        ("", "holds nothing"),
    ],
)
def test_a_wrong_header_refuses_the_delivery(tmp_path: Path, header: str, told: str) -> None:
    with pytest.raises(DataRefused, match=told):
        read(tmp_path, HOLDERS, f"{header}\n".encode(), "skatteetaten_aksjonaerer")


def test_csv_with_an_open_quote_refuses_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        read(tmp_path, HOLDERS, f'{HEADER}\n"310000205;S\n'.encode(), "skatteetaten_aksjonaerer")


def test_xml_elements_become_keys_and_one_department_is_a_list(tmp_path: Path) -> None:
    content = (
        b'<?xml version="1.0" encoding="UTF-8"?><A xmlns="urn:x"><Renholdsvirksomhet><Navn> N </Navn>'
        b"<Adresse/>"
        b"<Underavdelinger><Avdeling><Navn>D</Navn></Avdeling></Underavdelinger>"
        b"</Renholdsvirksomhet>"
        b"<Renholdsvirksomhet><Navn>M</Navn></Renholdsvirksomhet></A>"
    )
    assert read(tmp_path, CLEANING, content, "arbeidstilsynet_registre") == [
        {"Navn": "N", "Adresse": "", "Underavdelinger": {"Avdeling": [{"Navn": "D"}]}},
        {"Navn": "M"},
    ]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("<!DOCTYPE A>", id="doctype"),
        pytest.param('<!DOCTYPE A [<!ENTITY e "x">]>', id="entity"),
        pytest.param('<!DOCTYPE A SYSTEM "http://example.org/a.dtd">', id="external"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(tmp_path: Path, head: str, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?>{head}<A></A>'.encode(encoding)
    told = "DTD and entities are refused" if encoding == "utf-8" else "UTF-16"
    with pytest.raises(DataRefused, match=told):
        read(tmp_path, CLEANING, content, "arbeidstilsynet_registre")


def test_broken_xml_refuses_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="XML"):
        read(tmp_path, CLEANING, b"<A><Renholdsvirksomhet></A>", "arbeidstilsynet_registre")


@pytest.mark.parametrize("cut", [5, 20, -4, -1])
def test_a_cut_gzip_refuses_the_delivery(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 100)[:cut])
    with pytest.raises(DataRefused, match="gzip"):
        list(records("skatteetaten_amelding", REPORTS, path))


def test_what_is_no_gzip_or_no_utf8_refuses_the_delivery(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b'{"a": 1}\n')
    with pytest.raises(DataRefused, match="gzip"):
        list(records("skatteetaten_amelding", REPORTS, path))
    with pytest.raises(DataRefused, match="not UTF-8"):
        read(tmp_path, ROLES, b'[{"a": "\xff"}]')
    with pytest.raises(DataRefused, match="not UTF-8"):
        read(tmp_path, HOLDERS, HEADER.encode("latin-1"), "skatteetaten_aksjonaerer")


def test_a_file_that_unpacks_to_more_than_allowed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MOST_BYTES", 1000)
    with pytest.raises(DataRefused, match="more than 1000 bytes"):
        read(tmp_path, REPORTS, b'{"a": 1}\n' * 1000)


def test_blocks_are_numbered_and_cut_at_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "BLOCK_BYTES", 1 << 12)
    monkeypatch.setattr(unpack, "PIECE_BYTES", 1 << 10)
    rows = [{"n": i, "t": "," * (i % 50)} for i in range(2000)]
    header = f"{HEADER}\n".encode()
    for spec, content in (
        (REPORTS, b"".join(json.dumps(row).encode() + b"\n" for row in rows)),
        (ROLES, json.dumps(rows, indent=1).encode()),
        (HOLDERS, header + b'310000205;"S;\n";A;N;1988;P;60;100\n' * 2000),
    ):
        path = tmp_path / "file"
        path.write_bytes(gzip.compress(content))
        found = list(blocks("skatteetaten_aksjonaerer", spec, path))
        assert len(found) > 10
        assert max(len(block.content) for block in found) < 3 << 11
        ends = [block.first + block.count for block in found]
        assert [block.first for block in found] == [1, *ends[:-1]]
        assert ends[-1] == 2001
        assert [len(decode(pickle.loads(pickle.dumps(block)))) for block in found] == [b.count for b in found]


def test_a_block_that_does_not_hold_what_was_counted_is_refused() -> None:
    assert decode(Block(1, b'{"a": 1}\n', "jsonl")) == [{"a": 1}]
    with pytest.raises(DataRefused, match="records 5 to 6 do not end"):
        decode(Block(5, b'{"a": 1}\n', "jsonl", count=2, file="x.jsonl.gz"))


def test_a_refusal_survives_the_way_between_processes() -> None:
    refusal = pickle.loads(pickle.dumps(DataRefused("delivery_corrupt", "x: cut off")))
    assert (type(refusal), refusal.code, str(refusal)) == (
        DataRefused,
        "delivery_corrupt",
        "delivery_corrupt: x: cut off",
    )


def test_a_refusal_names_the_record_and_never_its_content(tmp_path: Path) -> None:
    for spec, content in (
        (REPORTS, b'{"a": 1}\n{"secret": 1, "secret": 2}\n{"a": 3}\n'),
        (ROLES, b'[{"a": 1}, {"secret": 1, "secret": 2}, {"a": 3}]'),
    ):
        with pytest.raises(DataRefused, match=r"file: record 2 is not JSON: a name comes twice") as told:
            read(tmp_path, spec, content)
        assert "secret" not in str(told.value)


@pytest.mark.usefixtures("window")
def test_csv_rows_with_quotes_whatever_the_window(tmp_path: Path) -> None:
    rows = [
        '310000205;"A ""B""; \nC";A;N;1988;P;60;100',
        "",
        '310000205;"";A;"""";1988;P;60;100\r',
        "\r",
        '310000205;S;A;N;1988;P;60;"100"',
    ]
    for end in ("", "\n", "\r\n\r\n"):
        found = read(
            tmp_path, HOLDERS, f"{HEADER}\n{chr(10).join(rows)}{end}".encode(), "skatteetaten_aksjonaerer"
        )
        assert [row.get("Selskap") for row in found] == ['A "B"; \nC', None, "S"]
        assert [row["Navn aksjonær"] for row in found] == ["N", '"', "N"]
        assert {row["Antall aksjer selskap"] for row in found} == {100}


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    "row",
    [
        pytest.param('310000205;S "x" AS;A;N;1988;P;60;100', id="inside a field"),
        pytest.param('310000205; "S";A;N;1988;P;60;100', id="after a blank"),
        pytest.param('310000205;"S" AS;A;N;1988;P;60;100', id="text after the closing quote"),
        pytest.param('310000205;"S;A;N;1988;P;60;100', id="never closed"),
        pytest.param("310000205;S;A;N;19\r88;P;60;100", id="line end of another kind"),
    ],
)
def test_quotes_and_line_ends_that_readers_disagree_on_refuse_the_delivery(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataRefused, match="CSV"):
        read(tmp_path, HOLDERS, f"{HEADER}\n{row}\n".encode(), "skatteetaten_aksjonaerer")


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_header_may_be_quoted_and_decomposed(tmp_path: Path, line_end: str) -> None:
    header = unicodedata.normalize("NFD", f'"{HEADER.replace(";", chr(34) + ";" + chr(34))}"')
    content = f"{header}{line_end}310000205;S;A;N;1988;P;60;100{line_end}".encode()
    found = read(tmp_path, HOLDERS, content, "skatteetaten_aksjonaerer")
    assert found[0]["Navn aksjonær"] == "N"


def test_an_element_that_begins_like_one_of_a_page_is_no_page(tmp_path: Path) -> None:
    content = b"<Header><Renholdsvirksomhet><Navn>N</Navn></Renholdsvirksomhet></Header>"
    assert read(tmp_path, CLEANING, content) == [{"Navn": "N"}]


def test_a_repeated_xml_element_becomes_a_list(tmp_path: Path) -> None:
    content = b"<A><Renholdsvirksomhet><Navn>N</Navn><Navn>M</Navn><Navn>O</Navn></Renholdsvirksomhet></A>"
    assert read(tmp_path, CLEANING, content) == [{"Navn": ["N", "M", "O"]}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            '<?xml version="1.0" encoding="ISO-8859-1"?><A>ø</A>'.encode("latin-1"), "UTF-8", id="Latin-1"
        ),
        pytest.param("<A>ø</A>".encode("latin-1"), "XML", id="undeclared Latin-1"),
        pytest.param("<A>ø</A>".encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param("<A>ø</A>".encode("utf-16-le"), "UTF-8", id="UTF-16 without a mark"),
        pytest.param(b"<A>" * 60 + b"</A>" * 60, "nested", id="nesting"),
        pytest.param(b"<A>&undefined;</A>", "XML", id="entity"),
        pytest.param(b"<A></A><A></A>", "XML", id="second root"),
    ],
)
def test_xml_in_other_encodings_or_without_end_refuses_the_delivery(
    tmp_path: Path, content: bytes, told: str
) -> None:
    with pytest.raises(DataRefused, match=told):
        read(tmp_path, CLEANING, content)


def test_pages_of_doffin_may_hold_raw_controls_and_others_may_not(tmp_path: Path) -> None:
    content = b'{"hits": [{"heading": "A\nB\x01C\\u0002D\\t\\"", "n": [1,\n2]}]}'
    found = read(tmp_path, NOTICES, content, "doffin_kunngjoringer")
    assert found == [{"heading": 'A\nB\u2401C\u2402D\t"', "n": [1, 2]}]
    with pytest.raises(DataRefused, match="a control character in a text"):
        read(tmp_path, STAFFING, content.replace(b"hits", b"data"), "arbeidstilsynet_registre")
    for wrong in (b'{"hits": [1,\x01 2]}', b'{"hits": ["a\\\x01"]}', b'{"hits": ["a\x01]}'):
        with pytest.raises(DataRefused, match="not JSON"):
            read(tmp_path, NOTICES, wrong, "doffin_kunngjoringer")


def test_a_document_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b'{"data": []}'
    monkeypatch.setattr(read_json, "MOST_DOCUMENT_BYTES", len(content))
    assert read(tmp_path, STAFFING, content) == []
    with pytest.raises(DataRefused, match="that a document may have"):
        read(tmp_path, STAFFING, content + b" ")


def test_no_line_is_no_record_and_no_byte_is_no_file(tmp_path: Path) -> None:
    assert read(tmp_path, REPORTS, b"") == []
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with pytest.raises(DataRefused, match="the file is empty"):
        list(records("skatteetaten_amelding", REPORTS, path))
    with pytest.raises(DataRefused, match="holds nothing"):
        list(records("skatteetaten_amelding", replace(REPORTS, is_gzip=False), path))


def test_numbers_that_64_bits_cannot_hold_become_infinite(tmp_path: Path) -> None:
    kept = [-(2**63), 2**64 - 1, 12, 1.5, True]
    too_large = [-(2**63) - 1, 2**64, 10**40]
    texts = ["9" * 30, {"9" * 30: "x"}]
    content = json.dumps([{"a": [*kept, *too_large, *texts]}]).encode()
    infinite = [-math.inf, math.inf, math.inf]
    assert read(tmp_path, ROLES, content) == [{"a": [*kept, *infinite, *texts]}]
    assert read(tmp_path, REPORTS, content[1:-1]) == [{"a": [*kept, *infinite, *texts]}]
    cells = f"310000205;S;A;N;1988;P;{2**64};{2**64 - 1}"
    (row,) = read(tmp_path, HOLDERS, f"{HEADER}\n{cells}\n".encode(), "skatteetaten_aksjonaerer")
    assert (row["Antall aksjer"], row["Antall aksjer selskap"]) == (math.inf, 2**64 - 1)


@pytest.mark.parametrize(
    ("spec", "content"),
    [
        (REPORTS, b'{"a": 1}\n' * 1000),
        (ROLES, b"[" + b'{"a": 1},' * 1000 + b"{}]"),
        (STAFFING, b'{"data": [1]}'),
        (HOLDERS, f"{HEADER}\n310000205;S;A;N;1988;P;60;100\n".encode()),
        (CLEANING, b"<A><Renholdsvirksomhet/></A>"),
    ],
    ids=["jsonl", "json-array", "json", "csv", "xml"],
)
@pytest.mark.parametrize("is_gzip", [True, False])
def test_case_14_a_file_that_is_replaced_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: FileSpec, content: bytes, is_gzip: bool
) -> None:
    monkeypatch.setattr(unpack, "_STORED_BYTES", 8)
    monkeypatch.setattr(unpack, "PIECE_BYTES", 8)
    spec = replace(spec, is_gzip=is_gzip)
    path = tmp_path / "file"
    stored = gzip.compress(content, mtime=0) if is_gzip else content
    path.write_bytes(stored)
    digest = hashlib.sha256(stored).hexdigest()
    name = "skatteetaten_aksjonaerer"
    assert [decode(block) for block in blocks(name, spec, path, digest)]
    with pytest.raises(DataRefused, match="the file changed while it was read"):
        list(blocks(name, spec, path, hashlib.sha256(b"another").hexdigest()))

    def swapped(file: Path, digest: Any, size: int = 8) -> Iterator[bytes]:
        # Another file of the same length takes the place of the one that was begun.
        for at, part in enumerate(original(file, digest, size)):
            if at == 0:
                path.write_bytes(stored[:-1] + bytes([stored[-1] ^ 1]))
            yield part

    original = unpack._stored
    monkeypatch.setattr(unpack, "_stored", swapped)
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        list(map(decode, blocks(name, spec, path, digest)))
