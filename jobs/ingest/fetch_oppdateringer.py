"""What changed in Enhetsregisteret since the last run: the notices, the changed records, the removals.

Three feeds: units and establishments by `oppdateringsid` (the next page begins at the last id + 1), roles by
`afterId`. A run reads the notices, looks up each unit that they name, and lands everything together:

1. `brreg_oppdateringer`: the pages as served;
2. `brreg_*` of kind `deletion`: units that the register removed for good (`Fjernet`, or HTTP 410);
3. `brreg_*` of kind `delta`: the looked-up records, also of units that ended (`Sletting`: they still answer,
   with `slettedato`).

In this order, so that a unit that was removed and came back is purged first and stored after. A record that
the API cannot give (a server error, or no such unit yet) is owed: the state keeps its number, and every run
asks again. Too many of those, or any other failure, ends the run before anything lands.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from expectations.errors import DataRefused
from jobs.ingest.fetch_brreg import API, NAME, OSLO
from jobs.ingest.fetch_http import FetchFailed, Http
from jobs.ingest.fetch_rules import parse_json
from jobs.ingest.fetch_session import FetchSession
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.lake.delivery_writer import DataFile, json_array, json_lines

log = logging.getLogger(__name__)

PAGE_SIZE = 1000
MOST_UNITS = 10_000
"""Looked-up units per feed and run; the rest waits for the next run."""
MOST_OWED = 20
"""More lookups than this that fail in one run mean that the API is ill, not one record."""

_ORGNR = re.compile(r"[0-9]{9}")
_JSON = "application/json+gzip"
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of notices and the register that it speaks of.

    Attributes:
        name: Its name in the API, the file names and the state.
        source: Source of the looked-up records.
        whole: File of that source that a deletion names.
        fetched: File of that source for looked-up records.
        embedded: Where a page has its notices; empty when the page is the list.
        record: Path of one record, with the number of the unit to be filled in.
    """

    name: str
    source: str
    whole: str
    fetched: str
    embedded: str
    record: str


UNITS = Feed(
    "enheter",
    "brreg_enheter",
    "enheter_alle.json.gz",
    "enheter_hentet.json.gz",
    "oppdaterteEnheter",
    f"{API}/enheter/%s",
)
ESTABLISHMENTS = Feed(
    "underenheter",
    "brreg_underenheter",
    "underenheter_alle.json.gz",
    "underenheter_hentet.json.gz",
    "oppdaterteUnderenheter",
    f"{API}/underenheter/%s",
)
ROLES = Feed(
    "roller",
    "brreg_roller",
    "roller_totalbestand.json.gz",
    "roller_hentet.json.gz",
    "",
    f"{API}/enheter/%s/roller",
)
FEEDS = (UNITS, ESTABLISHMENTS, ROLES)


@dataclass(slots=True)
class Changes:
    """What one feed brought.

    Attributes:
        pages: The pages as served, each with the number of its notices.
        cursor: Where the next run goes on; None when nothing is known yet.
        removed: Units that are gone for good, with when the notice says so.
        wanted: Units to look up, in the order of their last notice.
        found: Looked-up records.
        owed: Units that could not be looked up.
    """

    pages: list[tuple[bytes, int]] = field(default_factory=list)
    cursor: int | str | None = None
    removed: dict[str, str] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    found: list[bytes] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)


def fetch(job: FetchJob) -> list[Landed]:
    """Land what changed since the last run.

    Args:
        job: What the run works with.
    """
    with job.session("brreg_oppdateringer") as session, job.http(job.settings.brreg_url) as http:
        since = _since(job, session.now)
        changes = {feed: _read(feed, session.state.values, since, http) for feed in FEEDS}
        for feed in (UNITS, ESTABLISHMENTS):
            _look_up(feed, changes[feed], http)
        # The roles of a unit that is gone are gone with it.
        for orgnr, when in changes[UNITS].removed.items():
            changes[ROLES].removed[orgnr] = when
            if orgnr in changes[UNITS].wanted:  # removed, and back again
                changes[ROLES].wanted[orgnr] = None
            else:
                changes[ROLES].wanted.pop(orgnr, None)
        _look_up(ROLES, changes[ROLES], http)
        if any(found.pages or found.found or found.removed for found in changes.values()):
            _add(session, changes)
        session.land(_memory(changes))
        return session.landed


def _since(job: FetchJob, now: datetime) -> str:
    """Where a first run begins: the day before the whole register that landed last, else yesterday."""
    known = FetchState.load(job.lake, NAME).values
    days = [known[feed.source]["period"] for feed in FEEDS if feed.source in known]
    day = min(map(date.fromisoformat, days), default=now.astimezone(OSLO).date()) - timedelta(days=1)
    midnight = datetime.combine(day, time(), OSLO).astimezone(UTC)
    return f"{midnight:%Y-%m-%dT%H:%M:%S}.000Z"


def _read(feed: Feed, state: Mapping[str, Any], since: str, http: Http) -> Changes:
    """All pages of a feed from the cursor on, and what they ask for."""
    changes = Changes(cursor=state.get(feed.name))
    changes.wanted = dict.fromkeys(state.get("owed", {}).get(feed.name, ()))
    if changes.cursor is None:
        log.info("fetch brreg_oppdateringer: no cursor for %s yet; it begins at %s", feed.name, since)
    while len(changes.wanted) < MOST_UNITS:
        reply = http.get(
            f"{API}/oppdateringer/{feed.name}",
            _query(feed, changes.cursor, since),
            {"Accept": "application/json"},
            expect="json",
        )
        notices = _notices(feed, reply.content)
        if notices:
            changes.pages.append((reply.content, len(notices)))
            changes.cursor = _next_cursor(feed, changes.cursor, notices)
            for notice in notices:
                _note(feed, notice, changes)
        if len(notices) < PAGE_SIZE:
            break
    else:
        log.warning(
            "fetch brreg_oppdateringer: %s: the rest of the notices waits for the next run", feed.name
        )
    return changes


def _query(feed: Feed, cursor: int | str | None, since: str) -> dict[str, Any]:
    if feed.embedded:
        place = {"dato": since} if cursor is None else {"oppdateringsid": cursor}
    else:
        place = {"afterTime": since} if cursor is None else {"afterId": cursor}
    return {**place, "size": PAGE_SIZE}


def _notices(feed: Feed, content: bytes) -> list[dict[str, Any]]:
    where = f"oppdateringer/{feed.name}"
    page = parse_json(content, where)
    found = page
    if feed.embedded:
        # A page without notices has no list at all.
        found = page.get("_embedded", {}).get(feed.embedded, []) if isinstance(page, dict) else None
    if not isinstance(found, list) or not all(isinstance(notice, dict) for notice in found):
        raise DataRefused("fetch_refused", f"{where}: expected a page of notices, found something else")
    return found


def _next_cursor(feed: Feed, cursor: int | str | None, notices: list[dict[str, Any]]) -> int | str:
    """Where the next page begins; a feed that does not move on would be read for ever."""
    try:
        if feed.embedded:
            following: int | str = max(int(notice["oppdateringsid"]) for notice in notices) + 1
            has_moved = cursor is None or int(following) > int(cursor)
        else:
            following = str(notices[-1]["id"])
            has_moved = following != str(cursor)
    except (KeyError, TypeError, ValueError):
        raise DataRefused("fetch_refused", f"oppdateringer/{feed.name}: a notice without an id") from None
    if not has_moved:
        raise DataRefused("fetch_refused", f"oppdateringer/{feed.name}: the page after {cursor} goes back")
    return following


def _note(feed: Feed, notice: Mapping[str, Any], changes: Changes) -> None:
    data = notice if feed.embedded else notice.get("data")
    orgnr = data.get("organisasjonsnummer") if isinstance(data, dict) else None
    if not isinstance(orgnr, str) or not _ORGNR.fullmatch(orgnr):
        log.warning("fetch brreg_oppdateringer: %s: a notice that names no unit", feed.name)
        return
    changes.wanted.pop(orgnr, None)
    if notice.get("endringstype") == "Fjernet":
        changes.removed[orgnr] = str(notice.get("dato", ""))
    else:
        changes.wanted[orgnr] = None


def _look_up(feed: Feed, changes: Changes, http: Http) -> None:
    """Fetch the records of the units that a feed names."""
    unknown = 0
    for orgnr in list(changes.wanted):
        try:
            record = _record(feed, orgnr, changes, http)
        except (FetchFailed, DataRefused) as problem:
            if isinstance(problem, FetchFailed) and problem.status < 500:
                raise
            changes.owed.append(orgnr)
            if len(changes.owed) > MOST_OWED:
                raise
            log.warning("fetch brreg_oppdateringer: %s; asked again next time", problem)
            continue
        if record is not None:
            changes.found.append(record)
        else:
            unknown += orgnr not in changes.removed
    if unknown:
        log.warning("fetch brreg_oppdateringer: %s: %d units are not known there", feed.name, unknown)


def _record(feed: Feed, orgnr: str, changes: Changes, http: Http) -> bytes | None:
    reply = http.get(feed.record % orgnr, None, {"Accept": "application/json"}, expect="json", also=_GONE)
    if reply.status == 410:
        changes.removed.setdefault(orgnr, "")
        changes.wanted.pop(orgnr)
        return None
    if reply.status == 404:
        return None
    record = parse_json(reply.content, f"{feed.source}: a looked-up record")
    if not isinstance(record, dict):
        raise DataRefused("fetch_refused", f"{feed.source}: a looked-up record is no object")
    if feed is ROLES:
        # The look-up of one unit leaves out the number that the whole register has.
        record = {"organisasjonsnummer": orgnr, **record}
        return json.dumps(record, ensure_ascii=False).encode()
    if record.get("organisasjonsnummer") != orgnr:
        raise DataRefused("fetch_refused", f"{feed.source}: the answer is about another unit")
    return reply.content


def _add(session: FetchSession, changes: Mapping[Feed, Changes]) -> None:
    day = f"{session.now.astimezone(OSLO).date()}"
    pages = [file for feed in FEEDS for file in _page_files(feed, changes[feed])]
    if pages:
        session.add("brreg_oppdateringer", day, "delta", pages)
    for feed in FEEDS:
        if removed := changes[feed].removed:
            rows = [_removal(feed, orgnr, removed[orgnr]) for orgnr in sorted(removed)]
            file = json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", rows)
            session.add(feed.source, day, "deletion", [file])
    for feed in FEEDS:
        if changes[feed].found:
            session.add(feed.source, day, "delta", [json_array(feed.fetched, _JSON, changes[feed].found)])


def _page_files(feed: Feed, changes: Changes) -> Iterator[DataFile]:
    for number, page in enumerate(changes.pages, start=1):
        yield DataFile(f"oppdateringer_{feed.name}_{number:04d}.json.gz", _JSON, [page])


def _removal(feed: Feed, orgnr: str, when: str) -> bytes:
    row: dict[str, Any] = {
        "fil": feed.whole,
        "noekkel": {"organisasjonsnummer": orgnr},
        "grunn": "fjernet_hos_eier",
    }
    if when:
        row["slettet_hos_eier"] = when
    return json.dumps(row).encode()


def _memory(changes: Mapping[Feed, Changes]) -> dict[str, Any]:
    cursors = {feed.name: found.cursor for feed, found in changes.items() if found.cursor is not None}
    owed = {feed.name: sorted(found.owed) for feed, found in changes.items() if found.owed}
    return {**cursors, "owed": owed} if owed or cursors else {}
