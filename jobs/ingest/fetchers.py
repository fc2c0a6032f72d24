"""The clients of the open APIs by name, when each runs, and what each run of one is given."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.errors import UsageError

if TYPE_CHECKING:
    from jobs.ingest.fetch_http import Http, Limits
    from jobs.ingest.fetch_session import FetchSession
    from jobs.ingest.landing import Landing
    from jobs.lake.lake import Lake
    from jobs.settings import Settings


@dataclass(frozen=True, slots=True)
class Landed:
    """One delivery that a fetcher landed.

    Attributes:
        source: Source.
        period: Period.
        delivery_id: Delivery.
        records: Records in all its files.
        place: Address of its folder in the landing zone.
        warnings: What the fetcher had to leave out of it.
    """

    source: str
    period: str
    delivery_id: str
    records: int
    place: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchJob:
    """What one run of a fetcher works with.

    Attributes:
        landing: Landing zone that gets the deliveries.
        lake: Lake that keeps the fetcher's state.
        now: Instant of the run, with a zone: when the deliveries became known.
        settings: Base addresses, keys, home folder.
        limits: Other limits of the HTTP client than its own; None means its own.
        sleep: How to wait between requests and attempts; tests do not.
    """

    landing: "Landing"
    lake: "Lake"
    now: datetime
    settings: "Settings"
    limits: "Limits | None" = None
    sleep: Callable[[float], None] = time.sleep

    def http(self, base_url: str, **more: Any) -> "Http":
        """A client for one open API.

        Args:
            base_url: Base address, from the settings.
            more: `hosts`, as `Http` takes them.
        """
        from jobs.ingest.fetch_http import Http, Limits

        limits = self.limits or Limits(per_second=self.settings.fetch_per_second)
        return Http(base_url, limits=limits, sleep=self.sleep, **more)

    def session(self, name: str) -> "FetchSession":
        """The run of one fetcher: its lock, its work folder, its state, its outbox. Use it with `with`.

        Args:
            name: Fetcher.
        """
        from jobs.ingest.fetch_session import FetchSession

        return FetchSession(self, name)

    def work(self, name: str) -> Path:
        """Folder in which a fetcher keeps unfinished downloads.

        Args:
            name: Fetcher.
        """
        return self.settings.home / "fetch" / name


@dataclass(frozen=True, slots=True)
class Fetcher:
    """A client of one open API.

    Attributes:
        name: Name on the command line.
        cron: When it should run, Europe/Oslo.
        description: What it fetches, in one sentence.
        fetch: Fetches and lands what is new; nothing new gives an empty list.
    """

    name: str
    cron: str
    description: str
    fetch: Callable[[FetchJob], list[Landed]]


def _from(module: str) -> Callable[[FetchJob], list[Landed]]:
    """The `fetch` of a module that is imported when it is called: listing the fetchers stays fast."""

    def fetch(job: FetchJob) -> list[Landed]:
        landed: list[Landed] = importlib.import_module(f"jobs.ingest.{module}").fetch(job)
        return landed

    return fetch


FETCHERS: dict[str, Fetcher] = {
    fetcher.name: fetcher
    for fetcher in (
        Fetcher(
            "brreg",
            "30 6 * * 0",
            "Enhetsregisteret as a whole: units, establishments, roles.",
            _from("fetch_brreg"),
        ),
        Fetcher(
            "brreg_oppdateringer",
            "15 5 * * *",
            "Changes in Enhetsregisteret since the last run, with the changed records and removals.",
            _from("fetch_oppdateringer"),
        ),
        Fetcher(
            "arbeidstilsynet",
            "40 5 * * *",
            "Arbeidstilsynet's registers of cleaning, staffing and car-care companies.",
            _from("fetch_arbeidstilsynet"),
        ),
        Fetcher(
            "kartverket",
            "0 3 2 * *",
            "Addresses on dwelling level from Kartverket.",
            _from("fetch_kartverket"),
        ),
        Fetcher(
            "doffin",
            "50 5 3 * *",
            "Announcements of concluded public contracts from Doffin; needs a key.",
            _from("fetch_doffin"),
        ),
        Fetcher(
            "klass",
            "20 3 1 * *",
            "Industry codes and municipalities from SSB KLASS.",
            _from("fetch_klass"),
        ),
    )
}
"""Every client by name."""


def fetcher(name: str) -> Fetcher:
    """A client by name.

    Args:
        name: Name on the command line.

    Raises:
        UsageError: There is none.
    """
    try:
        return FETCHERS[name]
    except KeyError:
        raise UsageError(f"no client for {name!r}; there is one for {', '.join(FETCHERS)}") from None
