import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import FileSpec, source
from expectations.errors import DataRefused
from jobs.ingest import readers
from jobs.ingest.readers import LENGTH_MARK, records

ROLES = source("brreg_roller").files[0]
REPORTS = source("skatteetaten_amelding").files[0]
HOLDERS = source("skatteetaten_aksjonaerer").files[0]
CLEANING, STAFFING = source("arbeidstilsynet_registre").files[:2]
HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Antall aksjer;Antall aksjer selskap"
)


def read(tmp_path: Path, spec: FileSpec, content: bytes, name: str = "brreg_roller") -> list[Any]:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if spec.is_gzip else content)
    return list(records(name, spec, path))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[]", id="empty"),
        pytest.param('[{"a": 1}]', id="one"),
        pytest.param(' [ {"a": 1} ,\n {"b": [1.5, null, "]"]} ] \n', id="blanks and brackets in text"),
        pytest.param("[" + ",".join(f'{{"n": {i}}}' for i in range(500)) + "]", id="many"),
        pytest.param('\ufeff[{"a": "ø"}]', id="byte order mark"),
        pytest.param('[{"a": "tab\there"}]', id="raw control character, as owners leave them"),
    ],
)
@pytest.mark.parametrize("window", [3, 7, 64, 1 << 20])
def test_json_arrays_whatever_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, window: int
) -> None:
    monkeypatch.setattr(readers, "_WINDOW", window)
    assert read(tmp_path, ROLES, text.encode()) == json.loads(text.lstrip("\ufeff"), strict=False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("{}", id="object"),
        pytest.param("[{}", id="cut off after an item"),
        pytest.param('[{"a": ', id="cut off in an item"),
        pytest.param("[{} {}]", id="no comma"),
        pytest.param("[{},]", id="comma at the end"),
        pytest.param("[{}] more", id="more after the list"),
        pytest.param("[{}][", id="second list"),
        pytest.param('[{"a": NaN}]', id="not a number"),
    ],
)
@pytest.mark.parametrize("window", [4, 1 << 20])
def test_a_broken_array_refuses_the_delivery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, window: int
) -> None:
    monkeypatch.setattr(readers, "_WINDOW", window)
    with pytest.raises(DataRefused, match="delivery_corrupt"):
        read(tmp_path, ROLES, text.encode())


def test_an_endless_item_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_WINDOW", 16)
    monkeypatch.setattr(readers, "_LARGEST_ITEM", 100)
    with pytest.raises(DataRefused, match="larger than any"):
        read(tmp_path, ROLES, b'[{"a": "' + b"x" * 1000 + b'"}]')


def test_json_lines(tmp_path: Path) -> None:
    content = '\ufeff{"a": 1}\n{"b": "æ"}\n\n'.encode()
    assert read(tmp_path, REPORTS, content) == [{"a": 1}, {"b": "æ"}]
    with pytest.raises(DataRefused, match="line 2 is not JSON"):
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
        ("", "missing columns"),
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
    with pytest.raises(DataRefused, match="DTD and entities are refused"):
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
    monkeypatch.setattr(readers, "MOST_BYTES", 1000)
    with pytest.raises(DataRefused, match="more than 1000 bytes"):
        read(tmp_path, REPORTS, b'{"a": 1}\n' * 1000)
