"""Enhetsregisteret as a whole, from Brønnøysundregistrene's open API: units, establishments, roles.

Three bulk files, made anew every night. Each is asked for with the tag of the one that landed last, so that
an unchanged register costs one request; what is new lands byte for byte as a snapshot.
"""

import logging
import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from expectations import contract
from expectations.errors import DataRefused
from jobs.ingest.fetch_http import Http
from jobs.ingest.fetch_rules import http_date
from jobs.ingest.fetch_session import FetchSession
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.ingest.readers import records
from jobs.lake.delivery_writer import stored_file

log = logging.getLogger(__name__)

NAME = "brreg"
API = "/enhetsregisteret/api"
OSLO = ZoneInfo("Europe/Oslo")

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_JAVA_DATE = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) \d\d:\d\d:\d\d CES?T (\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bulk:
    """One register in one file.

    Attributes:
        source: Source that it lands as.
        file: File name in the delivery.
        path: Where the API has it.
        accept: Media type to ask for; plain JSON is answered with 400, and the version keeps the shape.
    """

    source: str
    file: str
    path: str
    accept: str


BULKS = (
    Bulk(
        "brreg_enheter",
        "enheter_alle.json.gz",
        f"{API}/enheter/lastned",
        "application/vnd.brreg.enhetsregisteret.enhet.v2+gzip;charset=UTF-8",
    ),
    Bulk(
        "brreg_underenheter",
        "underenheter_alle.json.gz",
        f"{API}/underenheter/lastned",
        "application/vnd.brreg.enhetsregisteret.underenhet.v2+gzip;charset=UTF-8",
    ),
    Bulk("brreg_roller", "roller_totalbestand.json.gz", f"{API}/roller/totalbestand", "*/*"),
)


def fetch(job: FetchJob) -> list[Landed]:
    """Land each of the three registers that changed since it landed last.

    Args:
        job: What the run works with.
    """
    with job.session(NAME) as session, job.http(job.settings.brreg_url) as http:
        for bulk in BULKS:
            _fetch(bulk, session, http)
        return session.landed


def _fetch(bulk: Bulk, session: FetchSession, http: Http) -> None:
    known = session.state.values.get(bulk.source, {})
    spec = contract.source(bulk.source).file(bulk.file)
    assert spec is not None
    target = session.work / bulk.file
    found = http.download(
        bulk.path,
        target,
        headers={"Accept": bulk.accept},
        etag=known.get("etag", ""),
        last_modified=known.get("last_modified", ""),
        expect="gzip",
    )
    if found.status == 304:
        log.info("%s: unchanged since %s", bulk.source, known["period"])
        return
    memory = {"etag": found.etag, "last_modified": found.last_modified, "sha256": found.sha256}
    try:
        if found.sha256 == known.get("sha256"):
            log.info("%s: served anew with the same content as on %s", bulk.source, known["period"])
            session.land({bulk.source: known | memory})
            return
        count = sum(1 for _ in records(bulk.source, spec, target))
        if not count:
            # A complete snapshot of nothing would close every unit of the country.
            raise DataRefused("fetch_refused", f"{bulk.source}: {bulk.file} holds no records")
        day, origin = register_date(found.last_modified, session.now)
        log.info("%s: register date %s by %s", bulk.source, day, origin)
        files = [stored_file(bulk.file, spec.media_type, target, count)]
        session.add(bulk.source, f"{day}", "snapshot", files, complete=True)
        session.land({bulk.source: memory | {"period": f"{day}", "period_by": origin, "records": count}})
    finally:
        target.unlink(missing_ok=True)


def register_date(last_modified: str, now: datetime) -> tuple[date, str]:
    """The day in Norway that a file shows the register of, and what says so.

    Args:
        last_modified: Header of the answer: an HTTP date, or what Brønnøysund writes, such as
            `Fri Sep 11 04:27:17 CEST 2026`.
        now: Instant of the download, which counts when the header says nothing, or the future.

    Returns:
        The day, and `last_modified` or `download`.
    """
    today = now.astimezone(OSLO).date()
    found = None
    if instant := http_date(last_modified):
        found = instant.astimezone(OSLO).date()
    elif (java := _JAVA_DATE.fullmatch(last_modified.strip())) and java[1] in _MONTHS:
        try:
            found = date(int(java[3]), _MONTHS.index(java[1]) + 1, int(java[2]))
        except ValueError:
            found = None
    return (today, "download") if found is None or found > today else (found, "last_modified")
