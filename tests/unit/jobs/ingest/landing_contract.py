"""What every landing zone must do; run on a folder and on a real S3 server."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from expectations.errors import DataRefused, UsageError
from jobs.ingest.delivery import ENVELOPE, UNFINISHED_AFTER_SECONDS, verify
from jobs.ingest.landing import Landing
from jobs.lake.delivery_writer import json_lines, write_delivery

NOW = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)
SOURCE = "skatteetaten_amelding"
FILE = "amelding_1.jsonl.gz"
ID = "20260210T041500Z-0001"
FOLDER = f"{SOURCE}/2026-01/{ID}"


class Zone(Protocol):
    """A landing zone that a test can also tamper with."""

    landing: Landing

    def put(self, key: str, content: bytes) -> None:
        """Put a file where it is, as whoever delivers could."""

    def age(self) -> float:
        """The clock at which the newest file is exactly a day old."""


def made(root: Path, records: int = 3, serial: int = 1, at: datetime = AT) -> Path:
    """A finished local delivery."""
    rows = [json.dumps({"n": n}).encode() for n in range(records)]
    files = [json_lines(FILE, "application/jsonl+gzip", rows)]
    return write_delivery(root, SOURCE, "2026-01", "ordinary", at, serial, files, "LB-EKSEMPEL")


def envelope(folder: Path, **changes: Any) -> bytes:
    return json.dumps(json.loads((folder / ENVELOPE).read_bytes()) | changes).encode()


class LandingContract:
    """Tests of a landing zone; a subclass has the fixture `zone`, an empty one."""

    def test_what_is_delivered_is_found_and_read(self, zone: Zone, tmp_path: Path) -> None:
        late = made(tmp_path / "out", serial=2, at=AT.replace(day=20))
        early = made(tmp_path / "out")
        places = [zone.landing.deliver(folder) for folder in (late, early)]
        assert places == [f"{zone.landing.uri}/{SOURCE}/2026-01/{folder.name}" for folder in (late, early)]
        found, warnings = zone.landing.find(NOW)
        assert warnings == []
        assert [d.delivery_id for d in found] == [early.name, late.name]
        assert [d.place for d in found] == places[::-1]
        with zone.landing.local(found[0]) as folder:
            files, told = verify(found[0], folder)
            assert [(file.name, file.records, file.path.parent) for file in files] == [(FILE, 3, folder)]
            assert files[0].path.read_bytes() == (early / FILE).read_bytes()
        assert told == []

    def test_the_same_delivery_again_is_no_error_and_another_is_refused(
        self, zone: Zone, tmp_path: Path
    ) -> None:
        first = made(tmp_path / "a")
        assert zone.landing.deliver(first) == zone.landing.deliver(first)
        with pytest.raises(DataRefused, match=f"delivery_conflict: {SOURCE}/{ID} has landed already"):
            zone.landing.deliver(made(tmp_path / "b", records=4))
        ((found,), _) = zone.landing.find(NOW)
        with zone.landing.local(found) as folder:
            assert verify(found, folder)[0][0].records == 3

    def test_of_many_with_one_id_at_once_one_lands_whole(self, zone: Zone, tmp_path: Path) -> None:
        folders = [made(tmp_path / str(n)) for n in range(8)]

        def lands(folder: Path) -> bool:
            zone.landing.deliver(folder)
            return True

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lands, folders))
        ((found,), warnings) = zone.landing.find(NOW)
        assert warnings == []
        with zone.landing.local(found) as folder:
            assert verify(found, folder)[1] == []

    def test_what_an_earlier_try_left_gives_way(self, zone: Zone, tmp_path: Path) -> None:
        zone.put(f"{FOLDER}/{FILE}", b"half")
        zone.landing.deliver(made(tmp_path))
        ((found,), _) = zone.landing.find(NOW)
        with zone.landing.local(found) as folder:
            assert verify(found, folder)[0][0].records == 3

    def test_case_22_half_a_delivery_is_ignored_and_named_only_after_a_day(self, zone: Zone) -> None:
        zone.put(f"{FOLDER}/{FILE}", b"x")
        edge = zone.age()
        assert zone.landing.find(edge) == ([], [])
        found, warnings = zone.landing.find(edge + 1)
        assert found == []
        hours = UNFINISHED_AFTER_SECONDS // 3600
        assert warnings == [
            f"delivery_unfinished: {FOLDER} has no {ENVELOPE} and has not changed for {hours} hours"
        ]

    def test_strangers_are_named_and_the_zone_s_own_files_are_not(self, zone: Zone) -> None:
        zone.put("lost/2026-01/x/a", b"x")
        zone.put(".hidden/2026-01/x/a", b"x")
        zone.put("README", b"x")
        assert zone.landing.find(NOW) == ([], ["unknown_source: lost is not in the input contract"])

    def test_an_unlisted_file_is_told_and_a_missing_one_refused(self, zone: Zone, tmp_path: Path) -> None:
        zone.landing.deliver(made(tmp_path))
        zone.put(f"{FOLDER}/more.txt", b"x")
        ((found,), _) = zone.landing.find(NOW)
        with zone.landing.local(found) as folder:
            assert [told["code"] for told in verify(found, folder)[1]] == ["file_not_listed"]
        zone.put(
            f"{SOURCE}/2026-01/20260210T041500Z-0002/{ENVELOPE}",
            envelope(tmp_path / FOLDER, delivery_id="20260210T041500Z-0002"),
        )
        found = zone.landing.find(NOW)[0][1]
        with (
            zone.landing.local(found) as folder,
            pytest.raises(DataRefused, match=f"delivery_corrupt: .*{FILE}: the file is missing"),
        ):
            verify(found, folder)

    @pytest.mark.parametrize(
        "name", ["../../secret", "..", "a/b.jsonl", "/etc/passwd", ".hidden", "a\u202eb"]
    )
    def test_case_28_no_name_leads_out_of_the_folder(self, zone: Zone, tmp_path: Path, name: str) -> None:
        folder = made(tmp_path)
        file = json.loads((folder / ENVELOPE).read_bytes())["files"][0] | {"name": name}
        zone.put(f"{FOLDER}/{ENVELOPE}", envelope(folder, files=[file]))
        ((found,), _) = zone.landing.find(NOW)
        with pytest.raises(DataRefused, match="delivery_invalid"):
            refused(zone, found)

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            pytest.param(b"{", "is not JSON", id="cut"),
            pytest.param(
                b'{"source": "a", "source": "b"}', "is not JSON: Detected duplicate key", id="twice"
            ),
            pytest.param(b'{"n": NaN}', "is not JSON", id="nan"),
            pytest.param(b"[" * 5000, "is not JSON: recursion limit", id="deep"),
            pytest.param(b"[]", "is not one JSON object", id="list"),
            pytest.param(b"", "is not JSON", id="empty"),
        ],
    )
    def test_case_31_an_envelope_that_is_no_envelope(self, zone: Zone, content: bytes, told: str) -> None:
        zone.put(f"{FOLDER}/{ENVELOPE}", content)
        ((found,), _) = zone.landing.find(NOW)
        with pytest.raises(DataRefused, match=f"delivery_invalid: .*{told}"):
            refused(zone, found)

    def test_what_is_not_finished_does_not_land(self, zone: Zone, tmp_path: Path) -> None:
        folder = made(tmp_path)
        (folder / FILE).write_bytes(b"cut")
        with pytest.raises(DataRefused, match=r"delivery_corrupt: .*bytes: \d+ expected, 3 found"):
            zone.landing.deliver(folder)
        (folder / ENVELOPE).unlink()
        with pytest.raises(UsageError, match=f"has no {ENVELOPE}"):
            zone.landing.deliver(folder)
        assert zone.landing.find(NOW) == ([], [])


def refused(zone: Zone, found: Any) -> None:
    """Read a delivery as an intake does."""
    with zone.landing.local(found) as folder:
        verify(found, folder)
