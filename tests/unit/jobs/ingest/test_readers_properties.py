"""What holds for every file: the blocks decode to what the standard library reads, or the file is refused."""

import csv
import gzip
import io
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.contract import FileSpec, source
from expectations.errors import DataRefused
from jobs.ingest import readers, unpack
from jobs.ingest.cutting import JsonScan
from jobs.ingest.readers import LENGTH_MARK, records

ARRAY = source("brreg_roller").files[0]
LINES = source("skatteetaten_amelding").files[0]
TABLE = source("skatteetaten_aksjonaerer").files[0]
HEADER = (
    "Orgnr;Selskap;Aksjeklasse;Navn aksjonær;Fødselsår/orgnr;Postnr/sted;Antall aksjer;Antall aksjer selskap"
)

BLANKS = st.text(" \t\r\n", max_size=2)
TEXTS = st.one_of(
    st.text('"\\,[]{} ab\n', max_size=8), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.one_of(st.integers(), st.integers(-(10**25), 10**25)),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
SIZES = st.sampled_from([1, 2, 3, 7, 64, 1 << 18])

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def cut_at(piece: int, block: int) -> Iterator[None]:
    with (
        patch.object(unpack, "PIECE_BYTES", piece),
        patch.object(readers, "BLOCK_BYTES", block),
        patch.object(readers, "_HEAD_BYTES", min(piece, 512)),
    ):
        yield


def attempt(spec: FileSpec, path: Path) -> list[Any] | None:
    """The records, or None where the file is refused as it should be."""
    try:
        return list(records("skatteetaten_aksjonaerer", spec, path))
    except DataRefused as problem:
        if problem.code != "delivery_corrupt":
            raise
        return None


def read(folder: Path, spec: FileSpec, content: bytes) -> list[Any]:
    path = folder / "file"
    path.write_bytes(gzip.compress(content, 1) if spec.is_gzip else content)
    return list(records("skatteetaten_aksjonaerer", spec, path))


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    """A JSON list in some style of blanks and escapes."""
    items = draw(st.lists(VALUES, max_size=6))
    indent, ascii_only = draw(st.sampled_from([None, 0, 2])), draw(st.booleans())
    parts = [json.dumps(item, indent=indent, ensure_ascii=ascii_only) for item in items]
    spaced = [f"{draw(BLANKS)}{part}{draw(BLANKS)}" for part in parts]
    return f"{draw(BLANKS)}[{','.join(spaced) or draw(BLANKS)}]{draw(BLANKS)}".encode()


def loads(content: bytes) -> Any:
    """What the standard library reads, with controls and huge numbers as the readers show them."""

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            return "".join(
                chr(0x2421) if c == "\x7f" else chr(0x2400 + ord(c)) if c < " " and c not in "\t\n\r" else c
                for c in value
            )
        if isinstance(value, list):
            return [shown(item) for item in value]
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            return math.inf if value > 0 else -math.inf
        return {shown(n): shown(v) for n, v in value.items()} if isinstance(value, dict) else value

    return shown(json.loads(content))


@few
@given(arrays(), SIZES, SIZES)
def test_every_list_is_read_as_the_standard_library_does(
    tmp_path: Path, content: bytes, piece: int, block: int
) -> None:
    with cut_at(piece, block):
        assert read(tmp_path, ARRAY, content) == loads(content)


@few
@given(st.lists(VALUES, max_size=6), SIZES, SIZES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_are_read_as_the_standard_library_does(
    tmp_path: Path, values: list[Any], piece: int, block: int, end: str, last: bool
) -> None:
    lines = [json.dumps(value).encode() for value in values]
    content = end.encode().join(lines) + (end.encode() if last and lines else b"")
    with cut_at(piece, block):
        assert read(tmp_path, LINES, content) == [loads(line) for line in lines]


@few
@given(
    st.lists(st.lists(st.text('";\n,a ø', max_size=4), min_size=8, max_size=8), max_size=6),
    SIZES,
    SIZES,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_are_read_as_they_were_written(
    tmp_path: Path, rows: list[list[str]], piece: int, block: int, end: str, quoting: Any
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator=end, quoting=quoting)
    writer.writerows([HEADER.split(";"), *rows])
    with cut_at(piece, block):
        found = read(tmp_path, TABLE, out.getvalue().encode())
    expected = [
        {name: cell for name, cell in zip(HEADER.split(";"), row, strict=True) if cell} for row in rows
    ]
    assert found == expected


@few
@given(
    st.sampled_from([ARRAY, LINES, TABLE, source("arbeidstilsynet_registre").files[0]]),
    st.integers(0, 400),
    st.binary(max_size=3),
    st.integers(0, 3),
    SIZES,
    st.booleans(),
)
def test_damaged_bytes_give_records_or_a_refusal_and_nothing_else(
    tmp_path: Path, spec: FileSpec, at: int, new: bytes, gone: int, size: int, is_packed: bool
) -> None:
    record = {"a": ['ø"\\', {"b": [1.5, None]}], "c": "},{"}
    whole = {
        "json-array": json.dumps([record] * 4, ensure_ascii=False, indent=1),
        "jsonl": f"{json.dumps(record)}\n" * 4,
        "csv": f'{HEADER}\n310000205;"S;""";A;N;1988;P;60;100\n310000205;S;A;N;1988;P;60;100\n',
        "xml": '<?xml version="1.0"?><A><Renholdsvirksomhet><Navn>ø</Navn></Renholdsvirksomhet></A>',
    }[spec.framing].encode()
    stored = gzip.compress(whole, mtime=0) if is_packed else whole
    at %= len(stored)
    damaged = stored[:at] + new + stored[at + gone :]
    path = tmp_path / "file"
    path.write_bytes(damaged)
    with cut_at(size, size):
        found = attempt(replace(spec, is_gzip=is_packed), path)
    if found is None:
        return
    if is_packed:
        # The checksum leaves no other content; a header may change without harm.
        path.write_bytes(whole)
        assert found == list(records("skatteetaten_aksjonaerer", replace(spec, is_gzip=False), path))
    elif spec.framing == "json-array":
        assert found == loads(damaged)
    else:
        assert all(isinstance(row, dict | list | str | int | float | bool | None) for row in found)
    assert sum(LENGTH_MARK in row for row in found if isinstance(row, dict)) <= 6


@few
@given(st.binary(max_size=40), SIZES)
def test_any_bytes_under_any_framing(tmp_path: Path, content: bytes, size: int) -> None:
    for spec in (ARRAY, LINES, TABLE, *source("arbeidstilsynet_registre").files[:2]):
        for lead in (b"", b"[", b'[{"a":', f"{HEADER}\n".encode(), b"<A>"):
            path = tmp_path / "file"
            path.write_bytes(lead + content)
            with cut_at(size, size):
                found = attempt(replace(spec, is_gzip=False), path)
            if found and spec is ARRAY:
                assert found == loads(lead + content)


@few
@given(st.text('"\\,[]{}a', max_size=40), st.integers(1, 5))
def test_a_scan_in_pieces_is_a_scan_of_the_whole(text: str, size: int) -> None:
    content = f"[{text}".encode()
    whole, parts = JsonScan(), JsonScan()
    commas, end = whole.ends(content)
    found: list[int] = []
    for at in range(0, len(content), size):
        places, closed = parts.ends(content[at : at + size])
        found += [at + int(place) for place in places]
        if closed >= 0:
            assert end == at + closed
            break
    else:
        assert end == -1
        assert (whole.depth, whole.quoted, whole.escaped) == (parts.depth, parts.quoted, parts.escaped)
    assert found == commas.tolist()


@pytest.mark.parametrize("run", range(1, 7))
def test_runs_of_backslashes_at_every_cut(run: int) -> None:
    content = b'["' + b"\\" * run + b'",1,"]"]'
    # After an uneven number the quote is part of the text, which then ends at the next one.
    end = len(content) - 1 if run % 2 == 0 else content.index(b"]")
    for cut in range(1, len(content)):
        scan = JsonScan()
        in_first, in_second = scan.ends(content[:cut])[1], scan.ends(content[cut:])[1]
        assert (in_first if in_first >= 0 else cut + in_second) == end
