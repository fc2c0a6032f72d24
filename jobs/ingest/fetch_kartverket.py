"""Lands Kartverket's addresses on dwelling level: the open file of the cadastre, one row per dwelling.

The other files of `kartverket_matrikkel` (buildings, dwellings, ownership) are not open; they are delivered
under an agreement and land like any other delivery.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.errors import DataRefused, UsageError
from jobs.ingest.fetch_floor import refuse_shrunk
from jobs.ingest.fetchers import FetchJob, Landed
from jobs.ingest.unzip import UnzipLimits, only_member
from jobs.lake.delivery_writer import Chunk, DataFile
from jobs.months import OSLO

NAME = "kartverket"
SOURCE = "kartverket_matrikkel"
FILE = "adresser_leilighetsniva.csv.gz"
MEDIA_TYPE = "text/csv+gzip"
PATH = (
    "/geonorge/Basisdata/MatrikkelenAdresseLeilighetsniva/CSV/"
    "Basisdata_0000_Norge_25833_MatrikkelenAdresseLeilighetsniva_CSV.zip"
)
"""The whole country in EUREF89 UTM 33, the projection of the input contract."""

MOST_DOWNLOADED = 2 * 1024**3
PROJECTION = "25833"

_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})\b")
_MUNICIPALITY = re.compile(r"[0-9]{4}")
_NEEDED = ("kommunenummer", "adressetype", "adresseId", "bruksenhet")
_NAMES = {"bruksenhetsnummerTekst": "bruksenhet", "bruksenhetsnummer": "bruksenhet"}
"""Columns that the owner has named otherwise than the contract."""
_ROWS_AT_ONCE = 2000
_LIMITS = UnzipLimits()
_BOM = "\ufeff"


def fetch(job: FetchJob) -> list[Landed]:
    """Land the addresses if the owner has a newer extract than the last one that landed.

    Args:
        job: What the run works with; `kartverket_kommuner` of the settings keeps some municipalities only.

    Raises:
        DataRefused: What came is not the file that it should be; nothing landed.
        UsageError: The choice of municipalities is none.
    """
    chosen = _chosen(job.settings.kartverket_kommuner)
    with job.session(NAME) as session, job.http(job.settings.kartverket_url) as http:
        seen = session.state.values
        # Another choice needs the same extract again.
        is_same_choice = seen.get("kommuner", []) == sorted(chosen)
        archive = session.work / "adresser.zip"
        got = http.download(
            PATH,
            archive,
            etag=seen.get("etag", "") if is_same_choice else "",
            last_modified=seen.get("last_modified", "") if is_same_choice else "",
            max_bytes=MOST_DOWNLOADED,
            expect="zip",
        )
        if got.status == 304:
            return session.landed
        now_seen: dict[str, object] = {
            "etag": got.etag,
            "last_modified": got.last_modified,
            "sha256": got.sha256,
            "kommuner": sorted(chosen),
        }
        try:
            if not is_same_choice or got.sha256 != seen.get("sha256"):
                addresses = Addresses(archive, chosen, seen.get("rows", 0) if is_same_choice else 0)
                session.add(
                    SOURCE,
                    f"{addresses.taken_on(job.now.astimezone(OSLO).date()):%Y-%m-%d}",
                    "snapshot",
                    [DataFile(FILE, MEDIA_TYPE, addresses.chunks())],
                    # Of a choice of municipalities, absence says nothing about the rest of the country.
                    complete=not chosen,
                )
                now_seen["rows"] = addresses.rows
            session.land(now_seen)
        finally:
            archive.unlink(missing_ok=True)
        return session.landed


def _chosen(text: str) -> frozenset[str]:
    numbers = frozenset(text.replace(",", " ").split())
    if wrong := sorted(n for n in numbers if not _MUNICIPALITY.fullmatch(n)):
        raise UsageError(f"KJEDE_KARTVERKET_KOMMUNER has {', '.join(wrong)}; expected four digits each")
    return numbers


@dataclass(frozen=True, slots=True)
class _Header:
    names: tuple[str, ...]
    at: Mapping[str, int]


class Addresses:
    """The address file in the archive, as the contract has it: columns by its names, byte order mark, CRLF.

    Attributes:
        rows: Rows that `chunks` gave, once it is at its end.
    """

    def __init__(
        self,
        archive: Path,
        chosen: frozenset[str] = frozenset(),
        rows_before: int = 0,
        limits: UnzipLimits = _LIMITS,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            archive: The zip archive as downloaded.
            chosen: Municipality numbers to keep; empty means all.
            rows_before: Rows of the extract before; 0 when there was none.
            limits: What unpacking may cost.
        """
        self.rows = 0
        self._archive = archive
        self._chosen = chosen
        self._before = rows_before
        self._limits = limits

    def taken_on(self, today: date) -> date:
        """The day of the extract, by its first row; today when the row does not say.

        Args:
            today: Day of the run; an extract is never from later.
        """
        for header, row in self._rows():
            at = header.at.get("datauttaksdato", len(row))
            if found := _DAY.match(row[at] if at < len(row) else ""):
                with suppress(ValueError):
                    day, month, year = map(int, found.groups())
                    return min(date(year, month, day), today)
            break
        return today

    def chunks(self) -> Iterator[Chunk]:
        """The file's content in pieces with the number of rows in each; memory does not grow with the file.

        Raises:
            DataRefused: The file is not what it should be, or has no row, or far fewer than before.
        """
        self.rows = 0
        batch: list[Sequence[str]] = []
        is_first = True
        for header, row in self._rows():
            if is_first:
                is_first = False
                has_local_id = "lokalid" in header.at
                names = header.names if has_local_id else ("lokalid", *header.names)
                yield _lines([names], lead=_BOM), 0
                place, address = header.at["kommunenummer"], header.at["adresseId"]
            if self._chosen and (row[place] if place < len(row) else "") not in self._chosen:
                continue
            if not has_local_id:
                # The dwelling-level file has no local id; in the building-level file it is the address id.
                row.insert(0, row[address] if address < len(row) else "")
            batch.append(row)
            if len(batch) == _ROWS_AT_ONCE:
                yield _lines(batch), len(batch)
                self.rows += len(batch)
                batch = []
        yield _lines(batch), len(batch)
        self.rows += len(batch)
        if not self.rows:
            raise _refused("no address" + (" in the chosen municipalities" if self._chosen else ""))
        refuse_shrunk(f"{SOURCE}: {FILE}", self._before, self.rows)

    def _rows(self) -> Iterator[tuple[_Header, list[str]]]:
        header: _Header | None = None
        is_first = True
        try:
            with only_member(self._archive, ".csv", self._limits) as stream:
                text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
                for row in csv.reader(text, delimiter=";", strict=True):
                    if not row:
                        continue
                    if header is None:
                        header = _checked(row)
                        continue
                    if is_first:
                        is_first = False
                        _check_projection(header, row)
                    yield header, row
        except UnicodeDecodeError:
            raise _refused("not UTF-8") from None
        except csv.Error as problem:
            raise _refused(f"CSV: {problem}") from None


def _checked(cells: Sequence[str]) -> _Header:
    names = tuple(_NAMES.get(cell.strip(), cell.strip()) for cell in cells)
    if missing := [name for name in _NEEDED if name not in names]:
        hint = "; is it the file on building level?" if missing == ["bruksenhet"] else ""
        raise _refused(f"columns {missing} are missing{hint}")
    if len(set(names)) != len(names):
        raise _refused("a column comes twice")
    return _Header(names, {name: at for at, name in enumerate(names)})


def _check_projection(header: _Header, row: Sequence[str]) -> None:
    at = header.at.get("EPSG-kode", len(row))
    if at < len(row) and row[at] != PROJECTION:
        raise _refused(f"coordinates in EPSG {row[at][:8]}, expected {PROJECTION}")


def _lines(rows: Sequence[Sequence[str]], lead: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(lead)
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _refused(what: str) -> DataRefused:
    return DataRefused("fetch_refused", f"{SOURCE}: {FILE}: {what}")
