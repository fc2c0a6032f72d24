import gzip
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.contract import FOLDER
from jobs.ingest.fetch_http import Limits
from jobs.ingest.fetchers import FetchJob
from jobs.ingest.landing import open_landing
from jobs.ingest.tokens import Tokens
from jobs.lake.lake import Lake
from jobs.settings import Settings
from tests.replay.server import Replay
from tests.unit.jobs.ingest.desk import RING, Desk, Record

QUICK = Limits(
    connect_s=2, read_s=2, total_s=4, download_s=4, wait_s=0.5, longest_wait_s=4, per_second=0, attempts=4
)
"""Limits of tests, which wait for nothing: `sleep` only takes note."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty landing zone and an empty lake."""
    (tmp_path / "landing").mkdir()
    return Desk(tmp_path / "landing", Lake.open(tmp_path / "lake"))


@pytest.fixture
def tokens() -> Tokens:
    """Tokens of the published demonstration key."""
    return Tokens(RING.core_key())


@pytest.fixture(scope="session")
def example() -> Callable[[str, str], list[Record]]:
    """Records of the contract's JSON examples: `example("skatteetaten_amelding", "amelding_*.jsonl.gz")`."""

    def read(source_name: str, pattern: str) -> list[Record]:
        path = sorted((FOLDER / "examples" / source_name).glob(f"*/*/{pattern}"))[0]
        text = gzip.decompress(path.read_bytes()).decode()
        if ".jsonl" in pattern:
            return [json.loads(line) for line in text.splitlines()]
        found: list[Record] = json.loads(text)
        return found

    return read


@pytest.fixture
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection leaves this machine."""
    connect = socket.socket.connect

    def guarded(own: socket.socket, address: Any) -> None:
        assert not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1"), f"network: {address}"
        connect(own, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def replay(only_this_machine: None) -> Iterator[Replay]:
    """A server without routes; no other can be reached."""
    with Replay() as server:
        yield server


@pytest.fixture
def fetch_job(replay: Replay, desk: Desk, tmp_path: Path) -> FetchJob:
    """A run at 2026-02-03 05:15 in Norway whose every API is the replay server."""
    settings = Settings(
        home=tmp_path / "home",
        brreg_url=replay.url,
        arbeidstilsynet_url=replay.url,
        kartverket_url=replay.url,
        doffin_url=replay.url,
        doffin_key="test-key",
        klass_url=replay.url,
    )
    now = datetime.fromisoformat("2026-02-03T04:15:00+00:00")
    landing = open_landing(desk.landing)
    return FetchJob(landing, desk.lake, now, settings, limits=QUICK, sleep=lambda seconds: None)


@pytest.fixture
def later() -> Callable[[FetchJob, int], FetchJob]:
    """The same run some days later."""
    return lambda job, days: replace(job, now=job.now + timedelta(days=days))
