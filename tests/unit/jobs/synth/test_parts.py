"""Files put together from the parts of several districts."""

import gzip
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from expectations.errors import UsageError
from jobs.ingest.unpack import pieces
from jobs.synth.outgoing import Outgoing, Rows
from jobs.synth.parts import TURNS, Landed, put_together, write_parts

AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)


def rows_of(*numbers: int) -> list[bytes]:
    return [orjson.dumps({"n": n}) for n in numbers]


def land(
    folder: Path, districts: Sequence[Sequence[Rows]], source: str, kind: str = "ordinary", most: int = 2**32
) -> Landed:
    made = []
    for index, files in enumerate(districts):
        where = folder / f"{index}"
        where.mkdir()
        outgoing = Outgoing(source, "2026-01", kind, AT, list(files))
        made.append(list(write_parts(outgoing, where)) if files else [])
    landed = put_together(made, folder / "landing", most_bytes=most)
    assert not [p for index in range(len(districts)) for p in (folder / f"{index}").iterdir()]
    return landed


def envelopes(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    found = sorted((folder / "landing").glob("*/*/*/delivery.json"))
    return [(path.parent, json.loads(path.read_bytes())) for path in found]


def content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix != ".gz":
        return data
    assert b"".join(pieces(path, True)) == gzip.decompress(data)
    return gzip.decompress(data)


def test_districts_take_turns(tmp_path: Path) -> None:
    districts = [[Rows("fakturaer.jsonl.gz", rows_of(1, 2))], [], [Rows("fakturaer.jsonl.gz", rows_of(3))]]
    landed = land(tmp_path, districts, "kontraktskjede")
    ((folder, envelope),) = envelopes(tmp_path)
    assert [json.loads(line)["n"] for line in content(folder / "fakturaer.jsonl.gz").splitlines()] == [
        1,
        3,
        2,
    ]
    (file,) = envelope["files"]
    assert (file["records"], file["media_type"]) == (3, "application/jsonl+gzip")
    assert landed.records == {"kontraktskjede": 3}
    at = {key[3]: place for key, place in landed.moved.items()}
    assert [at[0].record_no(1), at[0].record_no(2), at[2].record_no(1)] == [1, 3, 2]


@pytest.mark.parametrize("name", ["fakturaer.jsonl.gz", "fakturaer.jsonl"])
def test_a_district_is_spread_over_the_file_and_its_records_are_found_again(
    tmp_path: Path, name: str
) -> None:
    sizes = [100, 0, 37, 5, 250]
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    numbers = [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    landed = land(tmp_path, [[Rows(name, rows_of(*own))] for own in numbers], "kontraktskjede")
    ((folder, envelope),) = envelopes(tmp_path)
    found = [json.loads(line)["n"] for line in content(folder / name).splitlines()]
    assert sorted(found) == list(range(sum(sizes)))
    assert envelope["files"][0]["records"] == sum(sizes)
    for (_, _, _, district), place in landed.moved.items():
        own = numbers[district]
        stand = [place.record_no(n + 1) for n in range(len(own))]
        assert [found[at - 1] for at in stand] == list(own)
    longest = [found.index(n) for n in numbers[4]]
    assert longest[0] < len(found) / TURNS < len(found) * (1 - 1 / TURNS) < longest[-1]
    assert max(b - a for a, b in pairwise(longest)) < len(found) / 4


@pytest.mark.parametrize(
    "parts", [[(1,), (2, 3)], [(), (1, 2), (3,)], [(1, 2, 3), ()], [(1,), (), (2,), (3,)]]
)
def test_an_array_stays_one_array(tmp_path: Path, parts: list[tuple[int, ...]]) -> None:
    name = "enheter_alle.json.gz"
    land(
        tmp_path,
        [[Rows(name, rows_of(*p), framing="json-array")] for p in parts],
        "brreg_enheter",
        "snapshot",
    )
    ((folder, _),) = envelopes(tmp_path)
    assert sorted(row["n"] for row in json.loads(content(folder / name))) == [1, 2, 3]


def test_an_array_of_nothing_is_empty(tmp_path: Path) -> None:
    name = "enheter_alle.json.gz"
    land(tmp_path, [[Rows(name, [], framing="json-array")]] * 2, "brreg_enheter", "snapshot")
    ((folder, _),) = envelopes(tmp_path)
    assert json.loads(content(folder / name)) == []


def test_a_list_within_a_document_keeps_what_is_around_it(tmp_path: Path) -> None:
    name = "bemanning.json.gz"
    parts = [[Rows(name, rows_of(n), b'{"data":[', "json", b'],"count":2}')] for n in (1, 2)]
    land(tmp_path, parts, "arbeidstilsynet_registre", "snapshot")
    ((folder, _),) = envelopes(tmp_path)
    assert json.loads(content(folder / name)) == {"data": [{"n": 1}, {"n": 2}], "count": 2}


def test_a_header_comes_once_with_its_mark(tmp_path: Path) -> None:
    name = "oversiktsliste.csv.gz"
    parts = [[Rows(name, [f"{n};x".encode()], b"\xef\xbb\xbfa;b", "csv")] for n in (1, 2)]
    land(tmp_path, parts, "byggeplass_oversiktslister")
    ((folder, envelope),) = envelopes(tmp_path)
    assert content(folder / name) == b"\xef\xbb\xbfa;b\r\n1;x\r\n2;x\r\n"
    assert envelope["files"][0]["records"] == 2


def test_elements_stand_in_one_document(tmp_path: Path) -> None:
    name = "renhold.xml.gz"
    parts = [
        [Rows(name, [f"<r>{n}</r>".encode()], b'<?xml version="1.0"?><l>', "xml", b"</l>")] for n in (1, 2)
    ]
    land(tmp_path, parts, "arbeidstilsynet_registre", "snapshot")
    ((folder, _),) = envelopes(tmp_path)
    assert [element.text for element in ET.fromstring(content(folder / name))] == ["1", "2"]


def test_a_file_that_some_districts_lack_is_there(tmp_path: Path) -> None:
    tilsyn, events = Rows("tilsyn.jsonl.gz", rows_of(1)), Rows("hendelser.jsonl.gz", rows_of(2))
    land(tmp_path, [[tilsyn], [tilsyn, events], [events]], "tilsyn_utfall")
    ((_, envelope),) = envelopes(tmp_path)
    assert {f["name"]: f["records"] for f in envelope["files"]} == {
        "tilsyn.jsonl.gz": 2,
        "hendelser.jsonl.gz": 2,
    }


def test_a_large_file_is_numbered_where_the_source_allows_it(tmp_path: Path) -> None:
    name = "amelding_2026-01.jsonl.gz"
    districts = [[Rows(name, rows_of(2 * n, 2 * n + 1))] for n in range(5)]
    landed = land(tmp_path, districts, "skatteetaten_amelding", most=40)
    ((folder, envelope),) = envelopes(tmp_path)
    names = [file["name"] for file in envelope["files"]]
    assert names == [name, "amelding_2026-01_02.jsonl.gz", "amelding_2026-01_03.jsonl.gz"]
    assert all(len(content(folder / n)) <= 40 for n in names)
    found = [[json.loads(row)["n"] for row in content(folder / n).splitlines()] for n in names]
    assert found == [[0, 2, 1, 3], [4, 6, 5, 7], [8, 9]]
    place = landed.moved["skatteetaten_amelding", envelope["delivery_id"], name, 3]
    assert (place.file, place.record_no(1)) == ("amelding_2026-01_02.jsonl.gz", 2)


def test_a_large_file_with_a_fixed_name_goes_on_in_a_further_delivery(tmp_path: Path) -> None:
    name = "personer.jsonl.gz"
    districts = [[Rows(name, rows_of(n))] for n in range(4)]
    landed = land(tmp_path, districts, "folkeregisteret_bosted", "snapshot", most=20)
    found = envelopes(tmp_path)
    assert [(e["delivery_id"][-4:], e["delivered_at"], e["files"][0]["records"]) for _, e in found] == [
        ("0001", "2026-02-10T04:15:00Z", 2),
        ("0002", "2026-02-10T04:15:00Z", 2),
    ]
    assert landed.deliveries == 2
    first = found[0][1]["delivery_id"]
    place = landed.moved["folkeregisteret_bosted", first, name, 3]
    assert (place.delivery_id, place.record_no(1)) == (found[1][1]["delivery_id"], 2)


def test_a_snapshot_that_closes_what_it_lacks_is_not_cut(tmp_path: Path) -> None:
    districts = [[Rows("enheter_alle.json.gz", rows_of(n), framing="json-array")] for n in range(4)]
    with pytest.raises(UsageError, match="cannot be cut"):
        land(tmp_path, districts, "brreg_enheter", "snapshot", most=20)


def test_one_district_cannot_make_a_delivery_twice(tmp_path: Path) -> None:
    outgoing = Outgoing("kontraktskjede", "2026-01", "ordinary", AT, [Rows("fakturaer.jsonl.gz", rows_of(1))])
    list(write_parts(outgoing, tmp_path))
    with pytest.raises(FileExistsError):
        list(write_parts(outgoing, tmp_path))
