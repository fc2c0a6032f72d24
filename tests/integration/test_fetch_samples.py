"""The clients of open APIs on real and real-shaped register files, where `shared/samples` lies."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.errors import DataRefused
from jobs.lake.lake import Lake
from tests.integration.test_samples import SAMPLES
from tests.replay import arbeidstilsynet, kartverket
from tests.replay.server import Answer, Replay
from tests.unit.jobs.ingest.desk import Desk
from tests.unit.jobs.ingest.open_apis import OpenApi

NOW = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not SAMPLES.is_dir(), reason="no shared/samples beside the project, nor SAMPLES_FOLDER"
    ),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "landing").mkdir()
    return Desk(tmp_path / "landing", Lake.open(tmp_path / "lake"))


@pytest.fixture
def replay() -> Iterator[Replay]:
    with Replay() as running:
        yield running


def test_the_approval_registers_land_as_the_owner_writes_them(desk: Desk, replay: Replay) -> None:
    folder = SAMPLES / "arbeidstilsynet"
    for path, file, kind in (
        (arbeidstilsynet.CLEANING, "renholdsregister.xml", "text/xml"),
        (arbeidstilsynet.STAFFING, "bemanningsforetaksregister.json", "application/json"),
        (arbeidstilsynet.CAR_CARE, "bilpleieregister.json", "application/json"),
    ):
        replay.route(path, Answer(body=(folder / file).read_bytes(), content_type=kind))
    client = OpenApi("arbeidstilsynet", replay, desk, NOW)
    (landed,) = client.run()
    assert (landed.records, landed.warnings) == (5 + 1 + 2, ())
    stored = gzip.decompress(client.stored(landed, "renhold.xml.gz"))
    assert stored == (folder / "renholdsregister.xml").read_bytes()
    counts = client.counts(landed)
    # Every record has a fate; most of the fictive numbers fail their check digit.
    assert counts["in"] == 8 == sum(count for fate, count in counts.items() if fate != "in")
    assert counts["quarantined"] > 0
    assert client.run() == []


def test_the_address_file_on_building_level_is_told_from_the_one_on_dwelling_level(
    desk: Desk, replay: Replay
) -> None:
    known = kartverket.routes(replay)
    content = gzip.decompress(next((SAMPLES / "kartverket").glob("*.csv.gz")).read_bytes())
    known.content = kartverket.packed({"a/matrikkelenAdresse.csv": content})
    client = OpenApi("kartverket", replay, desk, NOW)
    with pytest.raises(DataRefused, match="building level"):
        client.run()
    # The same file with the column of the dwelling-level one goes in whole.
    lines = content.decode("utf-8-sig").splitlines()
    wide = [f"{lines[0]};bruksenhetsnummerTekst", *(f"{line};H0101" for line in lines[1:])]
    known.content = kartverket.packed({"a/x.csv": "\r\n".join(wide).encode()})
    (landed,) = client.run()
    assert (landed.period, landed.records) == ("2025-06-12", 2000)
    assert client.counts(landed) == {"in": 2000, "accepted": 2000}
