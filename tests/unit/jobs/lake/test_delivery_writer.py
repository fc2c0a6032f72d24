import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused, UsageError
from jobs.lake.delivery_writer import (
    DataFile,
    csv_lines,
    delivery_id,
    json_array,
    json_lines,
    stored_file,
    write_delivery,
)

AT = datetime(2026, 2, 10, 4, 15, tzinfo=UTC)


def write(landing: Path, *files: DataFile, serial: int = 1, complete: bool | None = None) -> Path:
    return write_delivery(
        landing,
        "kontraktskjede",
        "2026-01",
        "ordinary",
        AT,
        serial,
        files,
        "LB-EKSEMPEL",
        complete=complete,
    )


def envelope(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "delivery.json").read_text("utf-8"))
    return found


def test_the_envelope_says_what_is_stored(tmp_path: Path) -> None:
    folder = write(
        tmp_path, json_lines("kontrakter.jsonl.gz", "application/jsonl+gzip", [b'{"a":1}', b'{"a":2}'])
    )
    assert folder == tmp_path / "kontraktskjede/2026-01/20260210T041500Z-0001"
    said = envelope(folder)
    stored = (folder / "kontrakter.jsonl.gz").read_bytes()
    assert said == {
        "source": "kontraktskjede",
        "format_version": "1.0",
        "period": "2026-01",
        "delivery_id": "20260210T041500Z-0001",
        "kind": "ordinary",
        "delivered_at": "2026-02-10T04:15:00Z",
        "legal_basis": "LB-EKSEMPEL",
        "files": [
            {
                "name": "kontrakter.jsonl.gz",
                "media_type": "application/jsonl+gzip",
                "bytes": len(stored),
                "sha256": hashlib.sha256(stored).hexdigest(),
                "records": 2,
            }
        ],
    }
    assert gzip.decompress(stored) == b'{"a":1}\n{"a":2}\n'
    assert sorted(p.name for p in folder.iterdir()) == ["delivery.json", "kontrakter.jsonl.gz"]


@pytest.mark.parametrize("count", [0, 1, 70_000])
def test_records_are_counted_over_many_batches(tmp_path: Path, count: int) -> None:
    folder = write(
        tmp_path, json_array("x.json.gz", "application/json+gzip", (b'{"n":%d}' % i for i in range(count)))
    )
    (said,) = envelope(folder)["files"]
    assert said["records"] == count
    assert [r["n"] for r in json.loads(gzip.decompress((folder / "x.json.gz").read_bytes()))] == list(
        range(count)
    )


def test_a_csv_header_is_no_record(tmp_path: Path) -> None:
    folder = write(tmp_path, csv_lines("x.csv", "text/csv", b"\xef\xbb\xbfa;b", [b"1;2"], b"\r\n"))
    assert (folder / "x.csv").read_bytes() == b"\xef\xbb\xbfa;b\r\n1;2\r\n"
    assert envelope(folder)["files"][0]["records"] == 1


def test_a_ready_file_is_copied_byte_for_byte(tmp_path: Path) -> None:
    ready = tmp_path / "ready.gz"
    ready.write_bytes(gzip.compress(b"[{}]"))
    folder = write(
        tmp_path / "landing", stored_file("enheter_alle.json.gz", "application/json+gzip", ready, 1)
    )
    assert (folder / "enheter_alle.json.gz").read_bytes() == ready.read_bytes()
    assert envelope(folder)["files"][0]["records"] == 1


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (
        write(tmp_path / name, json_lines("x.jsonl.gz", "application/jsonl+gzip", [b"{}"] * 9))
        for name in "ab"
    )
    assert (first / "x.jsonl.gz").read_bytes() == (second / "x.jsonl.gz").read_bytes()


def test_a_landed_delivery_is_never_changed(tmp_path: Path) -> None:
    write(tmp_path, json_lines("x.jsonl", "application/jsonl", [b"{}"]))
    with pytest.raises(DataRefused, match="delivery_conflict"):
        write(tmp_path, json_lines("x.jsonl", "application/jsonl", [b'{"other":1}']))
    write(tmp_path, json_lines("x.jsonl", "application/jsonl", [b'{"other":1}']), serial=2)


def test_an_unfinished_delivery_has_no_envelope_and_may_be_written_again(tmp_path: Path) -> None:
    def breaks() -> object:
        yield b"{}\n", 1
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write(tmp_path, DataFile("x.jsonl", "application/jsonl", breaks()))  # type: ignore[arg-type]
    assert list(tmp_path.rglob("delivery.json")) == []
    folder = write(tmp_path, json_lines("x.jsonl", "application/jsonl", [b"{}"]))
    assert (folder / "delivery.json").exists()


def test_complete_is_said_only_when_it_is_known(tmp_path: Path) -> None:
    folder = write(tmp_path, json_lines("x.jsonl", "application/jsonl", []), complete=False)
    assert envelope(folder)["complete"] is False


def test_an_id_is_in_utc() -> None:
    oslo = timezone(timedelta(hours=1))
    assert delivery_id(datetime(2026, 2, 10, 5, 15, tzinfo=oslo), 12) == "20260210T041500Z-0012"


@pytest.mark.parametrize(
    ("at", "serial"),
    [
        pytest.param(datetime(2026, 2, 10), 1, id="no zone"),  # noqa: DTZ001
        pytest.param(AT, 0, id="serial too low"),
        pytest.param(AT, 10_000, id="serial too high"),
    ],
)
def test_an_id_that_cannot_be_made_is_refused(at: datetime, serial: int) -> None:
    with pytest.raises(UsageError):
        delivery_id(at, serial)


def test_a_delivery_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one file"):
        write(tmp_path)
