"""What must be forgotten is gone from every byte of a lake with two months of runs and a release."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.errors import DataRefused
from jobs.ingest.tokens import Tokens
from jobs.keys import KeyRing
from jobs.lake.delivery_writer import DataFile, json_lines, write_delivery
from jobs.lake.lake import Lake
from jobs.purge.records import pending, records
from jobs.purge.tombstones import every_tombstone, organisation_token
from jobs.release.recall import notices
from jobs.synth.generate import generate
from tests.integration.command import kjede, rows

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

BEFORE, MONTH = "2025-12", "2026-01"
RECIPIENT = "skatteetaten"
FJERNET = datetime(2026, 2, 20, 4, 0, tzinfo=UTC)
RING = KeyRing.demonstration()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic world, two months of runs and a release of the newer one."""
    folder = tmp_path_factory.mktemp("purge")
    generate(folder / "W", firms=400, months=13, seed=1)
    kjede("run", "--landing", "W/landing", "--lake", "L", "--month", BEFORE, "--through", MONTH, cwd=folder)
    release(folder)
    return folder


@pytest.fixture
def place(base: Path, tmp_path: Path) -> Path:
    """A copy of the base that a test may change."""
    shutil.copytree(base / "L", tmp_path / "L")
    shutil.copytree(base / "W", tmp_path / "W")
    return tmp_path


def release(folder: Path) -> dict[str, Any]:
    words = ("release", "--to", RECIPIENT, "--month", MONTH, "--lake", "L", "--example-record")
    return rows(*words, "--approved-by", "Kari Godkjenner", cwd=folder)[0]


def ring_company(place: Path) -> str:
    """A company that a case is about."""
    rings = [json.loads(line) for line in (place / "W/truth/rings.jsonl").read_text("utf-8").splitlines()]
    found: str = next(r for r in rings if "B01" in r["indicators"])["members"]["B01"][0]
    return found


def notice(place: Path, orgnr: str, kind: str, at: datetime, number: int = 1) -> Path:
    """A delivery with one notice that a unit changed."""
    document = {
        "_embedded": {
            "oppdaterteEnheter": [
                {
                    "oppdateringsid": number,
                    "dato": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "organisasjonsnummer": orgnr,
                    "endringstype": kind,
                }
            ]
        }
    }
    file = DataFile("oppdateringer_enheter_0001.json.gz", "application/json+gzip", chunk(document))
    return write_delivery(
        place / "W/landing",
        "brreg_oppdateringer",
        at.strftime("%Y-%m-%d"),
        "delta",
        at,
        number,
        [file],
        "LB-EKSEMPEL",
    )


def chunk(document: dict[str, Any]) -> list[tuple[bytes, int]]:
    return [(json.dumps(document).encode(), 1)]


def texts(lake: Path) -> Iterator[tuple[str, str]]:
    """Every file of a lake as text: Parquet decoded with its footer, and the bytes as they are."""
    for path in sorted(lake.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield path.name, content.decode("latin-1")
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            yield path.name, json.dumps(file.read().to_pylist(), default=str)
            yield path.name, str(file.schema_arrow.metadata)


def hits(lake: Path, *needles: str) -> list[str]:
    return sorted({name for name, text in texts(lake) for needle in needles if needle in text})


def tombstoned(lake: Lake) -> list[frozenset[str]]:
    """The companies of each tombstone of a lake; the world itself forgets a few."""
    return [stone.organisations for stone in every_tombstone(lake) if stone.organisations]


def others(lake: Lake, orgnr: str, table: str, month: str) -> list[dict[str, Any]]:
    """Rows of a published table that are not about a company."""
    found = lake.read(lake.runs.resolve(month).ref(table)).to_pylist()
    return [row for row in found if orgnr not in json.dumps(row, default=str)]


def test_a_removed_unit_is_gone_from_every_byte(place: Path) -> None:
    orgnr, lake = ring_company(place), Lake.open(place / "L")
    assert len(hits(place / "L", orgnr)) > 10
    old = {month: lake.runs.resolve(month) for month in (BEFORE, MONTH)}
    forgotten = set(tombstoned(lake))
    untouched = {
        table: others(lake, orgnr, table, MONTH)
        for table in ("core_org__organisations", "core_work__employments", "core_home__dwellings")
    }
    cases_before = rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place)
    released = next((place / "L/releases" / RECIPIENT).glob(f"{MONTH}-*")).name
    delivery = notice(place, orgnr, "Fjernet", FJERNET)

    kjede("ingest", "--landing", "W/landing", "--lake", "L", cwd=place)

    lake = Lake.open(place / "L")
    assert hits(place / "L", orgnr) == []
    token = organisation_token(Tokens(RING.core_key()), orgnr)
    assert hits(place / "L", token) == [f"{delivery.name}.json"]
    assert [stone for stone in tombstoned(lake) if stone not in forgotten] == [frozenset({token})]

    receipt = lake.deliveries.receipt("brreg_oppdateringer", delivery.name)
    assert receipt
    assert receipt["dispositions"]["purged"] == 1
    assert receipt["dispositions"]["accepted"] == 0
    (record,) = [record for record in records(lake) if record["runs"]]
    assert record["state"] == "done"
    assert pending(lake) == []
    assert {(r["month"], r["run_id"]) for r in record["runs"]} == {(m, p.run_id) for m, p in old.items()}
    for month, published in old.items():
        with pytest.raises(DataRefused, match="purged"):
            lake.runs.resolve(month, run_id=published.run_id)
        new = lake.runs.resolve(month)
        assert new.run == published.run
        assert new.run_id != published.run_id
        assert lake.runs.resolve(month, published.run.as_of) == new
        assert {r["replaced_by"] for r in record["runs"] if r["month"] == month} == {new.run_id}

    # The case is gone or smaller, and another unit's rows are what they were.
    cases = rows("cases", "list", "--lake", "L", "--month", MONTH, cwd=place)
    assert all(orgnr not in case["companies"] for case in cases)
    touched = {case["case_id"] for case in cases_before if orgnr in case["companies"]}
    assert touched
    assert touched <= {event["case_id"] for event in record["cases"]}
    assert orgnr not in json.dumps(record)
    for table, before in untouched.items():
        assert others(lake, orgnr, table, MONTH) == before, table

    gone = sorted(e["case_id"] for e in record["cases"] if (e["month"], e["became"]) == (MONTH, "gone"))
    for case_id in gone[:1]:
        kjede("cases", "show", case_id, "--lake", "L", "--month", MONTH, cwd=place, code=3)

    # The release is recalled, its ledger is whole, and a new one can be made.
    (told,) = notices(lake.storage)
    assert told["release_id"] == released
    assert released in told["notice_nb"]
    assert released in told["notice_en"]
    assert [p.name for p in (place / "L/releases" / RECIPIENT / released).iterdir()] == ["_recall.json"]
    assert list((place / "L/releases").rglob("*.parquet")) == []
    pointer = json.loads((place / f"L/releases/{RECIPIENT}/_latest.json").read_text())
    assert pointer["latest"] is None
    assert pointer["months"] == {}
    assert [line["event"] for line in rows("audit", "--lake", "L", cwd=place)] == ["release", "recall"]
    assert release(place)["release_id"] != released
    kjede("audit", "--lake", "L", cwd=place)
    kjede("verify", "--lake", "L", cwd=place)
    assert hits(place / "L", orgnr) == []


def test_runs_put_off_are_refused_until_they_are_made_again(place: Path) -> None:
    orgnr = ring_company(place)
    notice(place, orgnr, "Fjernet", FJERNET)
    kjede("ingest", "--landing", "W/landing", "--lake", "L", "--defer", cwd=place)
    lake = Lake.open(place / "L")
    assert hits(place / "L", orgnr) == []
    with pytest.raises(DataRefused, match=r"purged: .* not made again yet"):
        lake.runs.resolve(MONTH)
    with pytest.raises(DataRefused, match="purged"):
        lake.runs.resolve(MONTH, datetime(2026, 2, 14, 23, tzinfo=UTC))
    kjede("cases", "list", "--lake", "L", "--month", MONTH, cwd=place, code=3)
    kjede("release", "--to", RECIPIENT, "--month", MONTH, "--lake", "L", "--dry-run", cwd=place, code=3)
    assert [row["runs_left"] for row in pending(lake)] == [2]
    left = [row for row in rows("purge", "status", "--lake", "L", cwd=place) if not row["finished"]]
    assert {row["state"] for row in left} == {"destroyed"}
    kjede("verify", "--lake", "L", cwd=place, code=3)

    (report,) = rows("purge", "finish", "--lake", "L", cwd=place)
    assert report["state"] == "done"
    assert all(run["replaced_by"] for run in report["runs"])
    assert lake.runs.resolve(MONTH)
    assert pending(lake) == []
    kjede("verify", "--lake", "L", cwd=place)
    (again,) = rows("purge", "finish", "--lake", "L", cwd=place)
    assert again["state"] == "nothing"


def test_the_order_of_arrival_does_not_matter(base: Path, place: Path, tmp_path: Path) -> None:
    """The notice taken in before everything else leaves the same raw rows as the notice taken in last."""
    orgnr = ring_company(place)
    delivery = notice(place, orgnr, "Fjernet", FJERNET)
    kjede("ingest", "--landing", "W/landing", "--lake", "L", "--defer", cwd=place)
    first = place / "first/brreg_oppdateringer"
    shutil.copytree(delivery.parent.parent, first)
    kjede("ingest", "--landing", "first", "--lake", "M", cwd=place)
    kjede("ingest", "--landing", "W/landing", "--lake", "M", cwd=place)
    last, other = Lake.open(place / "L"), Lake.open(place / "M")
    assert hits(place / "M", orgnr) == []
    hashes = [
        {
            (receipt["source"], receipt["delivery_id"], ref["table"]): ref["content_hash"]
            for receipt in lake.deliveries.receipts()
            for ref in receipt["tables"]
        }
        for lake in (last, other)
    ]
    assert hashes[0] == hashes[1]


def test_a_person_protected_later_leaves_no_address_anywhere(place: Path) -> None:
    lake = Lake.open(place / "L")
    residents = lake.read(
        [r for r in lake.deliveries.raw("raw_innkvartering_meldinger__residents") if r.ref.rows]
    ).to_pylist()
    homes = lake.read(
        [r for r in lake.deliveries.raw("raw_folkeregisteret_bosted__residences") if r.ref.rows]
    ).to_pylist()
    at_home = {row["person_token"] for row in homes}
    person = next(row for row in residents if row["resident_token"] in at_home)
    number, token, told = person["resident_fnr"], person["resident_token"], person["notice_id"]
    at = datetime(2026, 2, 21, 4, 0, tzinfo=UTC)
    graded = {
        "identifikasjonsnummer": [{"foedselsEllerDNummer": number, "status": "iBruk"}],
        "status": "bosatt",
        "bostedsadresse": [{"adressegradering": "strengtFortrolig", "erGjeldende": True}],
    }
    files = [json_lines("personer.jsonl.gz", "application/jsonl+gzip", [json.dumps(graded).encode()])]
    write_delivery(
        place / "W/landing",
        "folkeregisteret_bosted",
        "2026-02-21",
        "delta",
        at,
        1,
        files,
        "LB-EKSEMPEL",
    )
    kjede("ingest", "--landing", "W/landing", "--lake", "L", cwd=place)
    lake = Lake.open(place / "L")
    assert lake.runs.resolve(MONTH)
    for path in sorted((place / "L").rglob("*.parquet")):
        if any(part in str(path) for part in ("residences", "residents", "__occupancy", "__stays")):
            assert token not in json.dumps(pq.read_table(path).to_pylist(), default=str), path
    notices_left = lake.read(
        [r for r in lake.deliveries.raw("raw_innkvartering_meldinger__notices") if r.ref.rows]
    )
    assert told in notices_left["notice_id"].to_pylist(), "the notice itself stays"
    assert [line["event"] for line in rows("audit", "--lake", "L", cwd=place)] == ["release", "recall"]
    kjede("verify", "--lake", "L", cwd=place)
