import gzip
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from expectations.errors import DataRefused, UsageError
from expectations.tables_raw_cadastre import DATASETS
from jobs.ingest import fetch_kartverket
from jobs.ingest.fetch_http import FetchFailed
from jobs.ingest.fetch_kartverket import FILE, Addresses
from jobs.ingest.unzip import UnzipLimits
from tests.replay import kartverket
from tests.replay.server import HTML, Answer, Replay, busy
from tests.unit.jobs.ingest.desk import Desk
from tests.unit.jobs.ingest.open_apis import OpenApi

NOW = datetime(2026, 2, 2, 3, tzinfo=UTC)
PATH = kartverket.PATH.replace(".", r"\.")
Api = tuple[OpenApi, kartverket.Addresses]
ADDRESSES = next(dataset.name for dataset in DATASETS if "address" in dataset.name)


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    with Replay() as replay:
        yield OpenApi("kartverket", replay, desk, NOW), kartverket.routes(replay)


def _envelope(client: OpenApi, place: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((Path(place) / "delivery.json").read_text())
    return found


def test_the_extract_lands_under_its_own_day_and_goes_in(api: Api) -> None:
    client, _ = api
    (landed,) = client.run()
    assert (landed.source, landed.period, landed.records) == ("kartverket_matrikkel", "2026-01-12", 4)
    envelope = _envelope(client, landed.place)
    assert (envelope["kind"], envelope["complete"], envelope["legal_basis"]) == (
        "snapshot",
        True,
        "LB-OPEN-01",
    )
    assert client.counts(landed) == {"in": 4, "accepted": 4}
    header, first, *_ = gzip.decompress(client.stored(landed, FILE)).decode().split("\r\n")
    assert header.startswith("\ufefflokalid;kommunenummer;")
    assert "bruksenhet;" in header
    assert "bruksenhetsnummerTekst" not in header
    assert first.startswith("399500000;3420;")
    rows = client.desk.rows(ADDRESSES)
    assert len({tuple(map(str, row.values())) for row in rows}) == 4


def test_the_same_extract_does_not_land_again(api: Api) -> None:
    client, known = api
    client.run()
    assert client.run() == []
    assert client.replay.requests[-1].header("If-None-Match")
    # A server without tags sends everything again, and it is the same.
    known.has_tag = False
    assert client.run() == []
    assert client.run() == []


def test_a_newer_extract_with_another_tag_lands(api: Api) -> None:
    client, known = api
    client.run()
    known.taken = "26.01.2026"
    known.dwellings.append(("0301", 399500003, "H0101"))
    (landed,) = client.run()
    assert (landed.period, landed.records) == ("2026-01-26", 5)


def test_a_choice_of_municipalities_says_nothing_of_the_rest(desk: Desk) -> None:
    with Replay() as replay:
        kartverket.routes(replay)
        client = OpenApi("kartverket", replay, desk, NOW, kartverket_kommuner="3420, 9999")
        (landed,) = client.run()
        assert (landed.records, _envelope(client, landed.place)["complete"]) == (3, False)
        assert client.counts(landed) == {"in": 3, "accepted": 3}
        assert client.run() == []
        # Another choice needs the same extract again.
        client.settings["kartverket_kommuner"] = "0301"
        assert [found.records for found in client.run()] == [1]
        client.settings["kartverket_kommuner"] = "5501"
        with pytest.raises(DataRefused, match="no address in the chosen"):
            client.run()
        client.settings["kartverket_kommuner"] = "Elverum"
        with pytest.raises(UsageError, match="Elverum"):
            client.run()


def test_a_cut_download_is_resumed(api: Api) -> None:
    client, _ = api
    client.replay.fault(PATH, Answer(cut_after=200))
    (landed,) = client.run()
    assert client.counts(landed)["accepted"] == 4
    assert client.replay.requests[-1].header("Range") == "bytes=200-"


def test_a_new_extract_during_a_cut_download_starts_over(api: Api) -> None:
    client, known = api
    client.replay.fault(PATH, Answer(cut_after=200, etag='"an older one"'))
    (landed,) = client.run()
    assert gzip.decompress(client.stored(landed, FILE)).count(b"\r\n") == 5
    assert known.content == b""


def test_a_busy_server_is_waited_for(api: Api) -> None:
    client, _ = api
    client.replay.fault(PATH, busy(429, "11"), busy(503))
    assert len(client.run()) == 1
    assert 11.0 in client.waits


def test_a_missing_file_fails_the_run(api: Api) -> None:
    client, _ = api
    client.replay.route(PATH, Answer(404, b"{}"))
    with pytest.raises(FetchFailed, match="404"):
        client.run()


def test_an_archive_beyond_the_limit_is_not_taken(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = api
    monkeypatch.setattr(fetch_kartverket, "MOST_DOWNLOADED", 100)
    with pytest.raises(DataRefused, match="fetch_refused"):
        client.run()
    assert client.landed() == []


CSV = kartverket.Addresses().csv()


def _replaced(old: str, new: str) -> bytes:
    return CSV.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_replaced("bruksenhetsnummerTekst", "noe"), "building level"),
        (_replaced("adresseId", "uuidAdresse2"), "adresseId"),
        (_replaced("uuidAdresse", "adresseId"), "comes twice"),
        (_replaced(";25833;", ";4258;"), "EPSG 4258"),
        (CSV.decode("utf-8-sig").encode("latin-1"), "not UTF-8"),
        (CSV.split(b"\r\n")[0], "no address"),
        (_replaced("ELVERUM", '"ELVERUM'), "CSV"),
        (b"", "no address"),
    ],
)
def test_case_35_a_file_of_another_form_lands_nothing(api: Api, content: bytes, message: str) -> None:
    client, known = api
    known.content = kartverket.packed({kartverket.MEMBER: content})
    with pytest.raises(DataRefused, match=message):
        client.run()
    assert client.landed() == []
    # Nothing is remembered of it: the right file lands as soon as it is there.
    known.content = b""
    assert len(client.run()) == 1


@pytest.mark.parametrize("answer", [HTML, Answer(body=CSV, content_type="text/csv"), Answer(body=b"")])
def test_case_32_what_is_no_archive_is_refused(api: Api, answer: Answer) -> None:
    client, _ = api
    client.replay.route(PATH, answer)
    with pytest.raises(DataRefused, match="fetch_refused"):
        client.run()
    assert client.landed() == []


def test_case_27_a_zip_bomb_is_refused_before_anything_lands(tmp_path: Path) -> None:
    head, row, *_ = CSV.split(b"\r\n")
    path = tmp_path / "a.zip"
    path.write_bytes(kartverket.packed({kartverket.MEMBER: head + b"\r\n" + (row + b"\r\n") * 20_000}))
    with pytest.raises(DataRefused, match="zip bomb"):
        list(Addresses(path, limits=UnzipLimits(ratio_from=1_000_000, ratio=50)).chunks())


def test_case_29_an_encrypted_archive_lands_nothing(api: Api) -> None:
    client, known = api
    content = bytearray(kartverket.packed({kartverket.MEMBER: CSV}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    known.content = bytes(content)
    with pytest.raises(DataRefused, match="encrypted"):
        client.run()
    assert client.landed() == []


def test_case_29_an_unknown_compression_lands_nothing(api: Api) -> None:
    client, known = api
    known.content = kartverket.packed({kartverket.MEMBER: CSV}, zipfile.ZIP_LZMA)
    with pytest.raises(DataRefused, match="compression method"):
        client.run()


def test_an_extract_that_shrank_beyond_belief_is_refused(api: Api) -> None:
    client, known = api
    known.dwellings = [("3420", 399500000 + number, "H0101") for number in range(100)]
    client.run()
    del known.dwellings[70:]
    assert [landed.records for landed in client.run()] == [70]
    del known.dwellings[48:]
    with pytest.raises(DataRefused, match="48 records, 70 the last time"):
        client.run()


def test_a_local_id_of_the_owner_is_kept_and_short_rows_go_to_quarantine(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    text = "lokalid;kommunenummer;adressetype;adresseId;bruksenhet\r\n7;3420;vegadresse;8;H0101\r\n7;3420\r\n"
    path.write_bytes(kartverket.packed({"a.csv": text.encode()}))
    addresses = Addresses(path)
    assert b"".join(data for data, _ in addresses.chunks()).decode() == "\ufeff" + text
    assert (addresses.rows, addresses.taken_on(date(2026, 2, 1))) == (2, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31.01.2026", "2026-01-31"),
        ("31.12.2026", "2026-02-01"),
        ("31.02.2026", "2026-02-01"),
        ("", "2026-02-01"),
    ],
)
def test_the_day_of_the_extract_is_never_later_than_today(tmp_path: Path, cell: str, day: str) -> None:
    known = kartverket.Addresses()
    known.taken = cell
    path = tmp_path / "a.zip"
    path.write_bytes(kartverket.packed({kartverket.MEMBER: known.csv()}))
    assert Addresses(path).taken_on(date(2026, 2, 1)).isoformat() == day
