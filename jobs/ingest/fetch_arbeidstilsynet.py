"""Lands Arbeidstilsynet's registers of cleaning, staffing and car-care companies, one delivery a day.

The registers show today only, and their history is the series of daily snapshots: a day that is not landed is
a day on which nothing is known. Each day's first run therefore lands whether or not anything changed; a later
run of the same day lands only if something did.
"""

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.contract import FileSpec, source
from expectations.errors import DataRefused, KjedeError, UsageError
from jobs.ingest.fetch_floor import refuse_shrunk
from jobs.ingest.fetch_rules import parse_json
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.ingest.readers import records
from jobs.lake.delivery_writer import DataFile
from jobs.months import OSLO

if TYPE_CHECKING:
    from jobs.ingest.fetch_http import Http

log = logging.getLogger(__name__)

NAME = "arbeidstilsynet"
SOURCE = "arbeidstilsynet_registre"
MOST_BYTES = 256 * 1024**2
CLEANING_HOSTS = {"https://data.arbeidstilsynet.no": "https://registerdata.arbeidstilsynet.no"}
"""The cleaning register lies on a host of its own; a mirror is expected to serve all three from one."""


@dataclass(frozen=True, slots=True)
class Register:
    """One of the three registers.

    Attributes:
        file: File of the delivery.
        path: Where the register is served.
        form: `xml` or `json`.
        title: What the JSON form calls itself; empty when it does not.
    """

    file: str
    path: str
    form: str
    title: str = ""


REGISTERS = (
    Register("renhold.xml.gz", "/renhold.xml", "xml"),
    Register(
        "bemanning.json.gz",
        "/bemanningsforetaksregisteret2/api/virksomheter",
        "json",
        "bemanningsforetaksregisteret",
    ),
    Register("bilpleie.json.gz", "/bilpleieregisteret/api/virksomheter/", "json", "bilpleieregisteret"),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    register: Register
    content: bytes
    records: int
    digest: str


def fetch(job: FetchJob) -> list[Landed]:
    """Land today's registers.

    No register is required by the contract. One that fails is left out with a warning, and for it the day
    stays unknown; when all fail, nothing lands.

    Args:
        job: What the run works with.

    Raises:
        KjedeError: None of the registers could be had.
    """
    today = job.now.astimezone(OSLO).date().isoformat()
    with job.session(NAME) as session:
        before: dict[str, Any] = session.state.values.get("registers", {})
        seen, failures = _fetch_all(job, session.work, before)
        if not seen:
            raise failures[0][1]
        warnings = tuple(f"{file} is left out: {problem}" for file, problem in failures)
        for warning in warnings:
            log.warning("%s %s: %s", SOURCE, today, warning)
        landed_today = {file: known["digest"] for file, known in before.items() if known.get("day") == today}
        if all(landed_today.get(one.register.file) == one.digest for one in seen):
            return session.landed
        session.add(
            SOURCE,
            today,
            "snapshot",
            [
                DataFile(
                    _spec(one.register).pattern, _spec(one.register).media_type, [(one.content, one.records)]
                )
                for one in seen
            ],
            # A register that is not in the delivery has no row in it, and so closes nothing.
            complete=True,
        )
        now_known = {
            one.register.file: {"day": today, "digest": one.digest, "records": one.records} for one in seen
        }
        earlier = list(session.landed)
        new = session.land({"registers": {**before, **now_known}})
        return [*earlier, *(replace(landed, warnings=warnings) for landed in new)]


def _fetch_all(
    job: FetchJob, work: Path, before: dict[str, Any]
) -> tuple[list[_Seen], list[tuple[str, KjedeError]]]:
    base = job.settings.arbeidstilsynet_url.rstrip("/")
    cleaning = CLEANING_HOSTS.get(base, "")
    hosts = frozenset({cleaning.removeprefix("https://")}) if cleaning else frozenset[str]()
    seen, failures = [], []
    with job.http(base, hosts=hosts) as http:
        for register in REGISTERS:
            address = f"{cleaning}{register.path}" if register.form == "xml" else register.path
            try:
                known = before.get(register.file, {}).get("records", 0)
                seen.append(_fetch_one(http, register, address, work, known))
            except KjedeError as problem:
                failures.append((register.file, problem))
    return seen, failures


def _fetch_one(http: "Http", register: Register, address: str, work: Path, known: int) -> _Seen:
    headers = {"Accept": "application/xml" if register.form == "xml" else "application/json"}
    content = http.get(address, headers=headers, max_bytes=MOST_BYTES, expect=register.form).content
    if register.title:
        _check_title(register, content)
    work.mkdir(parents=True, exist_ok=True)
    stored = work / register.file.removesuffix(".gz")
    try:
        stored.write_bytes(content)
        found = list(records(SOURCE, replace(_spec(register), is_gzip=False), stored))
    finally:
        stored.unlink(missing_ok=True)
    if not found:
        raise _refused(register, "no company in it; an empty answer is no register")
    refuse_shrunk(f"{SOURCE}: {register.file}", known, len(found))
    # The answer carries the instant it was made, so the records and not the bytes say what changed.
    digest = hashlib.sha256(json.dumps(found, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return _Seen(register, content, len(found), digest)


def _check_title(register: Register, content: bytes) -> None:
    document = parse_json(content, f"{SOURCE}: {register.file}")
    title = document.get("registernavn") if isinstance(document, dict) else None
    if title not in (None, register.title):
        raise _refused(register, f"another register answered, expected {register.title}")


def _spec(register: Register) -> FileSpec:
    spec = source(SOURCE).file(register.file)
    if spec is None:
        raise UsageError(f"the input contract has no {register.file}")
    return spec


def _refused(register: Register, what: str) -> DataRefused:
    return DataRefused("fetch_refused", f"{SOURCE}: {register.file}: {what}")
