"""Lands Doffin's announcements of concluded contracts: a month when it has ended, what came late or changed.

A search shows at most 1,000 hits, and its pages are cut out of an order that is not stable within a day, so
that hits come twice and others not at all. The dates are therefore halved until everything fits on one page.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from expectations.errors import DataRefused, NotPermitted
from jobs.ingest.fetch_rules import parse_json
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.lake.delivery_writer import DataFile
from jobs.months import OSLO, checked, first_day, last_day, shift

if TYPE_CHECKING:
    from jobs.ingest.fetch_http import Http
    from jobs.ingest.fetch_session import FetchSession

log = logging.getLogger(__name__)

NAME = "doffin"
SOURCE = "doffin_kunngjoringer"
PATH = "/public/v2/search"
KEY_HEADER = "Ocp-Apim-Subscription-Key"
TYPE = "ANNOUNCEMENT_OF_CONCLUSION_OF_CONTRACT"
MEDIA_TYPE = "application/json+gzip"
ON_A_PAGE = 100
MOST_HITS = 1000
"""Hits that one search shows, whatever it says it has."""

LOOK_BACK = 3
"""Landed months that every run looks at again, for notices that came late or were changed."""

_ORDERS = ("PUBLICATION_DATE_ASC", "PUBLICATION_DATE_DESC")
_MOST_BYTES = 64 * 1024**2

Hit = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the search.

    Attributes:
        content: The answer byte for byte.
        hits: The notices in it.
        total: Hits of the whole search.
    """

    content: bytes
    hits: list[Hit]
    total: int


def fetch(job: FetchJob) -> list[Landed]:
    """Land the months that have ended since the last run, then what is new or changed in the months before.

    The first run begins with the month just ended, or with `doffin_from` of the settings.

    Args:
        job: What the run works with.

    Raises:
        DataRefused: The search could not be had whole; that month and the later ones did not land.
        NotPermitted: No key, or one that Doffin refuses.
    """
    settings = job.settings
    if not settings.doffin_key:
        raise NotPermitted(
            "Doffin needs a subscription key: order one for the Public API in DFØ's developer portal and set "
            "KJEDE_DOFFIN_KEY"
        )
    ended = shift(f"{job.now.astimezone(OSLO):%Y-%m}", -1)
    with job.session(NAME) as session, job.http(settings.doffin_url) as http:
        search = Search(http, settings.doffin_key)
        known: dict[str, dict[str, str]] = dict(session.state.values.get("months", {}))
        upcoming = session.state.values.get("next") or checked(settings.doffin_from or ended)
        # What is too old to be looked at again need not be remembered.
        oldest = shift(ended, 1 - LOOK_BACK)
        landed_before = sorted(month for month in known if month >= oldest)
        while upcoming <= ended:
            known[upcoming] = _land_month(session, search, upcoming)
            known = {month: ids for month, ids in known.items() if month >= oldest}
            upcoming = shift(upcoming, 1)
            session.land({"next": upcoming, "months": dict(known)})
        for month in landed_before:
            known[month] = _look_again(session, search, month, known[month])
            session.land({"next": upcoming, "months": dict(known)})
        return session.landed


def _land_month(session: "FetchSession", search: "Search", month: str) -> dict[str, str]:
    """Add a month as the search gave it, page by page and byte for byte."""
    pages = list(search.pages(first_day(month), last_day(month)))
    if not pages:
        raise _refused(f"{month}: not one notice in the whole month; not landed, the next run asks again")
    session.add(
        SOURCE,
        month,
        "ordinary",
        [_file(number, page.content, len(page.hits)) for number, page in enumerate(pages, start=1)],
    )
    return _digests(hit for page in pages for hit in page.hits)


def _look_again(
    session: "FetchSession", search: "Search", month: str, before: Mapping[str, str]
) -> dict[str, str]:
    """Add what a landed month has got since (`late`) and what is another now (`replacement`)."""
    hits = {hit["id"]: hit for page in search.pages(first_day(month), last_day(month)) for hit in page.hits}
    now = _digests(hits.values())
    changed = sorted(number for number in now if before.get(number, now[number]) != now[number])
    late = sorted(number for number in now if number not in before)
    for kind, numbers in (("replacement", changed), ("late", late)):
        if numbers:
            document = {"hits": [hits[number] for number in numbers]}
            content = json.dumps(document, ensure_ascii=False).encode()
            session.add(SOURCE, month, kind, [_file(1, content, len(numbers))])
    if gone := len(before.keys() - now.keys()):
        log.warning("%s %s: %d landed notices are no longer shown; they stay", SOURCE, month, gone)
    return {**before, **now}


def _file(number: int, content: bytes, hits: int) -> DataFile:
    return DataFile(f"kunngjoringer_{number:04d}.json.gz", MEDIA_TYPE, [(content, hits)])


def _digests(hits: Iterable[Hit]) -> dict[str, str]:
    return {
        hit["id"]: hashlib.sha256(json.dumps(hit, sort_keys=True).encode()).hexdigest()[:16] for hit in hits
    }


class Search:
    """The search for announcements of concluded contracts."""

    def __init__(self, http: "Http", key: str) -> None:
        """Prepare; nothing is asked yet.

        Args:
            http: Client of the API.
            key: Subscription key; goes into a header and nowhere else.
        """
        self._http = http
        self._headers = {KEY_HEADER: key, "Accept": "application/json"}

    def pages(self, first: date, last: date) -> Iterator[Page]:
        """All notices issued in a span of days, in order of the days; a page without hits is left out.

        Args:
            first: First day.
            last: Last day.

        Raises:
            DataRefused: A day has more notices than the search shows, or does not show all it counts.
        """
        page = self._ask(first, last, 1)
        if len(_numbers([page])) == page.total:
            if page.hits:
                yield page
        elif first < last:
            middle = first + timedelta(days=(last - first).days // 2)
            yield from self.pages(first, middle)
            yield from self.pages(middle + timedelta(days=1), last)
        else:
            yield from self._pages_of_a_day(first, page)

    def _pages_of_a_day(self, day: date, page: Page) -> list[Page]:
        """The pages of a day that does not fit on one: on, then backwards if the order was not stable."""
        if page.total > MOST_HITS:
            raise _refused(
                f"{day}: {page.total} notices on one day, and the search shows {MOST_HITS}; nothing landed"
            )
        pages, total = [page], page.total
        for order in _ORDERS:
            for number in range(1, MOST_HITS // ON_A_PAGE + 1):
                if len(_numbers(pages)) == total:
                    return pages
                if (order, number) != (_ORDERS[0], 1):
                    more = self._ask(day, day, number, order)
                    if not more.hits:
                        break
                    pages.append(more)
        if len(_numbers(pages)) == total:
            return pages
        raise _refused(f"{day}: {len(_numbers(pages))} of {total} notices shown; nothing landed")

    def _ask(self, first: date, last: date, number: int, order: str = _ORDERS[0]) -> Page:
        parameters = {
            "type": TYPE,
            "issueDateFrom": first.isoformat(),
            "issueDateTo": last.isoformat(),
            "sortBy": order,
            "numHitsPerPage": ON_A_PAGE,
            "page": number,
        }
        content = self._http.get(
            PATH, parameters, self._headers, max_bytes=_MOST_BYTES, expect="json"
        ).content
        where = f"{first} to {last}, page {number}"
        # Raw control characters stand in the texts; the bytes land as they are, and the reader takes them.
        return _page(content, parse_json(content, f"{SOURCE}: {where}"), where)


def _page(content: bytes, document: Any, where: str) -> Page:
    if not isinstance(document, dict):
        raise _refused(f"{where}: no search result")
    hits, total = document.get("hits"), document.get("numHitsTotal")
    if isinstance(hits, dict) and hits:
        # A lone hit is sometimes not in a list, which the contract's reader would not take.
        hits = [hits]
        content = json.dumps(document | {"hits": hits}, ensure_ascii=False).encode()
    if not isinstance(hits, list) or not isinstance(total, int) or isinstance(total, bool):
        raise _refused(f"{where}: no list of hits with a total")
    for hit in hits:
        if not isinstance(hit, dict) or not isinstance(hit.get("id"), str):
            raise _refused(f"{where}: a hit without id")
        if TYPE not in (hit.get("type"), *(hit.get("allTypes") or ())):
            raise _refused(f"{where}: hits of another type; the filter was not heeded")
    return Page(content, hits, total)


def _numbers(pages: Iterable[Page]) -> set[str]:
    return {hit["id"] for page in pages for hit in page.hits}


def _refused(what: str) -> DataRefused:
    return DataRefused("fetch_refused", f"{SOURCE}: {what}")
