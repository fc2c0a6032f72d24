"""Blocks shared among processes give the lake that one process gives, and a process that dies is told."""

import json
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import KjedeError
from jobs.ingest import intake, readers, unpack
from jobs.ingest.intake import ingest
from jobs.lake.lake import Lake
from jobs.processes import Processes
from tests.unit.jobs.ingest.desk import RING, Desk, Record

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

Example = Callable[[str, str], list[Record]]
AMELDING = "skatteetaten_amelding"
AT = "2026-02-10T04:15:00+00:00"


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of some kilobytes in several blocks, and every delivery shared."""
    monkeypatch.setattr(readers, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(unpack, "PIECE_BYTES", 1024)
    monkeypatch.setattr(intake, "BLOCKS_FROM_BYTES", 0)


@pytest.fixture
def reports(example: Example) -> list[Record]:
    """Reports of many months' worth of keys, with a duplicate, a repeated key and two faults far apart."""
    found = []
    for number in range(60):
        report = deepcopy(example(AMELDING, "amelding_*.jsonl.gz")[number % 3])
        report["meldingsId"] = f"M-{number}"
        found.append(report)
    found[5]["leveringstidspunkt"] = "i går"
    found[57]["kalendermaaned"] = "2025-12"
    return [*found, found[59]]


def stored(root: Path) -> dict[str, bytes]:
    files = [path for top in ("raw", "deliveries") for path in (root / top).rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.mark.usefixtures("small_blocks")
def test_blocks_of_several_processes_give_the_same_lake(
    desk: Desk, tmp_path: Path, reports: list[Record]
) -> None:
    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    assert len(list(readers.blocks(AMELDING, _spec(), next(folder.glob("*.gz"))))) > 5
    alone, shared = Lake.open(tmp_path / "alone"), Lake.open(tmp_path / "shared")
    first = ingest(desk.landing, alone, ring=RING, workers=1)
    second = ingest(desk.landing, shared, ring=RING, workers=2)
    assert first.as_dict() == second.as_dict()
    assert first.as_dict()["dispositions"]["quarantined"] == 2
    assert first.as_dict()["dispositions"]["superseded"] > 50
    assert stored(tmp_path / "alone") == stored(tmp_path / "shared")


@pytest.mark.usefixtures("small_blocks")
def test_of_two_things_wrong_with_a_file_the_first_is_told(
    desk: Desk, tmp_path: Path, reports: list[Record]
) -> None:
    """Cut off at its end, and a line in an early block is no JSON: one process or two, the line is told."""
    import gzip
    import hashlib

    folder = desk.land(AMELDING, reports, period="2026-01", at=AT)
    path = next(folder.glob("*.gz"))
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    lines[20] = b"{]\n"
    path.write_bytes(gzip.compress(b"".join(lines), mtime=0)[:-6])
    envelope = json.loads((folder / "delivery.json").read_text())
    content = path.read_bytes()
    envelope["files"][0] |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "delivery.json").write_text(json.dumps(envelope))
    told = {
        ingest(desk.landing, Lake.open(tmp_path / str(workers)), ring=RING, workers=workers)
        .outcomes[0]
        .message
        for workers in (1, 2)
    }
    assert len(told) == 1
    assert "record 21 is not JSON" in told.pop()


@pytest.mark.usefixtures("small_blocks")
def test_a_process_that_dies_is_told_and_the_delivery_stays_pending(
    desk: Desk, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.land(AMELDING, reports, period="2026-01", at=AT)
    submit, count = Processes.submit, iter(range(100))

    def kill_one(self: Processes, *arguments: Any) -> Any:
        future = submit(self, *arguments)
        if next(count) == 2:
            while not self._started:
                time.sleep(0.01)
            self._started[0][0].kill()
        return future

    with monkeypatch.context() as patch:
        patch.setattr(Processes, "submit", kill_one)
        with pytest.raises(KjedeError, match=rf"{AMELDING}/.*: a process that was taking it in died"):
            ingest(desk.landing, desk.lake, ring=RING, workers=2)
    assert desk.lake.deliveries.receipts(status=None) == []
    assert list(desk.lake.storage.walk("_staging")) == []
    assert [o.status for o in ingest(desk.landing, desk.lake, ring=RING, workers=2).outcomes] == ["accepted"]


def _spec() -> Any:
    from expectations.contract import source

    return source(AMELDING).files[0]
