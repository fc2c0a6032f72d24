"""What the tests of the clients of open APIs share: a run of a client against the replay server."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from jobs.ingest.fetch_http import Limits
from jobs.ingest.fetchers import FETCHERS, FetchJob, Landed
from jobs.ingest.landing import open_landing
from jobs.settings import Settings
from tests.replay.server import Replay
from tests.unit.jobs.ingest.desk import Desk

FAST = Limits(per_second=0, wait_s=0.001, longest_wait_s=0.002, connect_s=5, read_s=5)


class OpenApi:
    """One client, its API, the landing zone it fills and the lake that takes it in.

    Attributes:
        replay: The server.
        waits: Seconds that the client would have waited.
        now: Instant of the next run; a minute later after each.
    """

    def __init__(self, name: str, replay: Replay, desk: Desk, now: datetime, **settings: str) -> None:
        self.name = name
        self.replay = replay
        self.desk = desk
        self.now = now
        self.waits: list[float] = []
        urls = {f"{api}_url": replay.url for api in ("arbeidstilsynet", "kartverket", "doffin", "klass")}
        self.settings: dict[str, Any] = {"home": desk.landing.parent / "home", **urls, **settings}

    def run(self) -> list[Landed]:
        """Run the client once."""
        job = FetchJob(
            landing=open_landing(str(self.desk.landing)),
            lake=self.desk.lake,
            now=self.now,
            settings=Settings(**self.settings),
            limits=FAST,
            sleep=self.waits.append,
        )
        self.now += timedelta(minutes=1)
        return FETCHERS[self.name].fetch(job)

    def landed(self) -> list[str]:
        """Files of the landing zone."""
        root = self.desk.landing
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())

    def counts(self, landed: Landed) -> dict[str, int]:
        """What became of the records of a delivery when it was taken in."""
        self.desk.take()
        return self.desk.counts(self.desk.landing / landed.source / landed.period / landed.delivery_id)

    def stored(self, landed: Landed, file: str) -> bytes:
        """A landed file as it is stored."""
        return (self.desk.landing / landed.source / landed.period / landed.delivery_id / file).read_bytes()


Api = Callable[..., OpenApi]
