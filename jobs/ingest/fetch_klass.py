"""Lands SSB's code lists from KLASS: the correspondence of industry codes, the municipalities through time.

Of the lists in `kodelister` these two are SSB's as they stand. The others hold the project's or another
owner's columns (`gruppe`, `skatteetaten`, `kilde`) and are not overwritten from here.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from expectations.errors import DataRefused
from jobs.ingest.fetch_floor import refuse_shrunk
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.lake.delivery_writer import DataFile
from jobs.months import OSLO

if TYPE_CHECKING:
    from jobs.ingest.fetch_http import Http

NAME = "klass"
SOURCE = "kodelister"
MEDIA_TYPE = "text/csv"
INDUSTRY = "naering_sn2007_sn2025.csv"
MUNICIPALITIES = "kommuner.csv"
INDUSTRY_PATH = "/api/klass/v1/correspondencetables/2919"
"""«Næringsgruppering (SN) 2025 - Næringsgruppering 2007»."""

MUNICIPALITY_PATH = "/api/klass/v1/classifications/131"
"""«Standard for kommuneinndeling»."""

SINCE = "1988-01-01"
"""From when on the municipalities are asked for; an older beginning is cut off here."""

LEAST_ROWS = {INDUSTRY: 1000, MUNICIPALITIES: 700}
"""Rows below which an answer is no whole list (set in 2026: 2,109 and 894)."""

_GROUP = re.compile(r"[0-9]{2}(\.[0-9]{1,2})?")
_CODE = re.compile(r"[0-9]{2}(\.[0-9]{1,3})?")
_NUMBER = re.compile(r"[0-9]{4}")

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Period:
    number: str
    name: str
    first: date
    end: date | None
    """The day after the last; None is still."""


def fetch(job: FetchJob) -> list[Landed]:
    """Land the lists that are not what landed the last time.

    Args:
        job: What the run works with.

    Raises:
        DataRefused: An answer is not the list that it should be; nothing landed.
    """
    with job.session(NAME) as session, job.http(job.settings.klass_url) as http:
        known: dict[str, Any] = dict(session.state.values.get("lists", {}))
        files = []
        for name, header, rows in (_industry(http), _municipalities(http)):
            before = known.get(name, {})
            refuse_shrunk(f"{SOURCE}: {name}", before.get("rows", 0), len(rows))
            content = _csv([header, *rows])
            digest = hashlib.sha256(content).hexdigest()
            if digest != before.get("sha256"):
                files.append(DataFile(name, MEDIA_TYPE, [(content, len(rows))]))
                known[name] = {"sha256": digest, "rows": len(rows)}
        if files:
            day = job.now.astimezone(OSLO).date().isoformat()
            # A list that is in the delivery replaces the list; the others are as they were.
            session.add(SOURCE, day, "snapshot", files, complete=True)
            session.land({"lists": known})
        return session.landed


def _industry(http: "Http") -> tuple[str, Row, list[Row]]:
    maps = _items(http.get_json(INDUSTRY_PATH), "correspondenceMaps", INDUSTRY)
    header = ("sn2007", "sn2007_navn", "sn2025", "sn2025_navn", "antall_etterfoelgere")
    return INDUSTRY, header, _enough(INDUSTRY, industry_rows(maps))


def _municipalities(http: "Http") -> tuple[str, Row, list[Row]]:
    periods = http.get_json(f"{MUNICIPALITY_PATH}/codes", {"from": SINCE})
    changes = http.get_json(f"{MUNICIPALITY_PATH}/changes", {"from": SINCE})
    rows = municipality_rows(
        _items(periods, "codes", MUNICIPALITIES), _items(changes, "codeChanges", MUNICIPALITIES)
    )
    header = ("kommunenummer", "navn", "gyldig_fra", "gyldig_til", "neste", "forrige")
    return MUNICIPALITIES, header, _enough(MUNICIPALITIES, rows)


def industry_rows(maps: Iterable[Mapping[str, Any]]) -> list[Row]:
    """What became of each SN2007 code that is another in SN2025, groups included.

    KLASS has the table from SN2025 to SN2007, on the lowest level and for the codes that changed. A group is
    added when every code under it changed: then whoever asks for the group gets nothing from new data.

    Args:
        maps: `correspondenceMaps` of the table.
    """
    names: dict[str, str] = {}
    texts: dict[str, str] = {}
    after: dict[str, set[str]] = {}
    for pair in maps:
        new, old = _text(pair.get("sourceCode")), _text(pair.get("targetCode"))
        if not new or not old:
            continue
        if not _CODE.fullmatch(new) or not _CODE.fullmatch(old):
            raise _refused(INDUSTRY, f"{new[:10]} or {old[:10]} is no industry code")
        names[new], texts[old] = _text(pair.get("sourceName")), _text(pair.get("targetName"))
        after.setdefault(old, set()).add(new)
    changed = {old: found for old, found in after.items() if found != {old}}
    groups: dict[str, set[str]] = {}
    for old, found in changed.items():
        for length in range(2, len(old)):
            if _GROUP.fullmatch(old[:length]):
                groups.setdefault(old[:length], set()).update(found)
    rows: list[Row] = [
        (old, texts[old], new, names[new], str(len(changed[old])))
        for old in sorted(changed)
        for new in sorted(changed[old])
    ]
    unchanged = after.keys() - changed.keys()
    for group in sorted(groups):
        if not any(code.startswith(group) for code in unchanged):
            label, found = f"(SN2007 group {group} — every code under it was renumbered)", groups[group]
            rows += [(group, label, new, names[new], str(len(found))) for new in sorted(found)]
    return rows


def municipality_rows(codes: Iterable[Mapping[str, Any]], changes: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Every municipality number in every period in which it had one name.

    Args:
        codes: `codes` of the classification for a span of time; the day in `validTo…` is the first one after.
        changes: `codeChanges` of the same span.
    """
    periods = _joined(_period(code) for code in codes)
    into: dict[str, set[tuple[date, str]]] = {}
    out_of: dict[tuple[str, date], set[tuple[str, str]]] = {}
    for change in changes:
        old, new = _text(change.get("oldCode")), _text(change.get("newCode"))
        if old and new and old != new:
            day = _day(change.get("changeOccurred"))
            into.setdefault(new, set()).add((day, old))
            out_of.setdefault((old, day), set()).add((new, _text(change.get("newName"))))
    rows: list[Row] = []
    for period in periods:
        before = {
            old
            for day, old in into.get(period.number, ())
            if period.first <= day and (period.end is None or day < period.end)
        }
        following = out_of.get((period.number, period.end), set()) if period.end else set()
        rows.append(
            (
                period.number,
                period.name,
                period.first.isoformat(),
                (period.end - timedelta(days=1)).isoformat() if period.end else "",
                _successor(period.name, following),
                "|".join(sorted(before)),
            )
        )
    return rows


def _period(code: Mapping[str, Any]) -> _Period:
    number = _text(code.get("code"))
    if not _NUMBER.fullmatch(number):
        raise _refused(MUNICIPALITIES, f"{number[:10]!r} is no municipality number")
    first = code.get("validFromInRequestedRange") or code.get("validFrom")
    end = code.get("validToInRequestedRange") or code.get("validTo")
    return _Period(number, _text(code.get("name")), _day(first), _day(end) if end else None)


def _joined(periods: Iterable[_Period]) -> list[_Period]:
    """Periods in order, those of one number and name that follow each other as one."""
    found: list[_Period] = []
    for period in sorted(periods, key=lambda p: (p.number, p.first, p.end or date.max)):
        last = found[-1] if found else None
        if (
            last
            and (last.number, last.name) == (period.number, period.name)
            and (last.end is None or period.first <= last.end)
        ):
            end = None if last.end is None or period.end is None else max(last.end, period.end)
            found[-1] = _Period(last.number, last.name, last.first, end)
        else:
            found.append(period)
    return found


def _successor(name: str, following: Iterable[tuple[str, str]]) -> str:
    """The number after; of a split the one that kept the name, else the lowest."""
    numbers = sorted(following, key=lambda pair: (pair[1] != name, pair[0]))
    return numbers[0][0] if numbers else ""


def _items(document: Any, name: str, file: str) -> list[Mapping[str, Any]]:
    items = document.get(name) if isinstance(document, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _refused(file, f"no list {name} in the answer")
    return items


def _enough(file: str, rows: list[Row]) -> list[Row]:
    if len(rows) < LEAST_ROWS[file]:
        raise _refused(file, f"{len(rows)} rows, at least {LEAST_ROWS[file]} expected")
    return rows


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise _refused(MUNICIPALITIES, f"{str(value)[:20]!r} is no day") from None


def _text(value: Any) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _refused(file: str, what: str) -> DataRefused:
    return DataRefused("fetch_refused", f"{SOURCE}: {file}: {what}")
