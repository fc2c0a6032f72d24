"""Wraps a bulk file that a user downloaded from the register's open API as a delivery, as it is."""

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from expectations.contract import FileSpec, source
from expectations.errors import DataRefused, UsageError
from jobs.ingest.fetchers import Landed
from jobs.ingest.landing import Landing
from jobs.ingest.readers import records
from jobs.lake.delivery_writer import stored_file, write_delivery

LEGAL_BASIS = "LB-OPEN-01"
BULK_FILES = {
    "brreg_enheter": "enheter_alle.json.gz",
    "brreg_underenheter": "underenheter_alle.json.gz",
    "brreg_roller": "roller_totalbestand.json.gz",
}
"""The whole register in one file, by source."""

_ESTABLISHMENT_FORMS = frozenset({"BEDR", "AAFY", "OPMV"})
_LOOKED_AT = 20
_MOST_SERIALS = 9999
_GZIP_MAGIC = b"\x1f\x8b"


def fetch_file(file: Path, landing: Landing, delivered_at: datetime, period: str | None = None) -> Landed:
    """Land a bulk file of Enhetsregisteret: units, establishments or roles; which of them, the records tell.

    A compressed file lands byte for byte; an uncompressed one is compressed on the way. The same file at the
    same instant lands once, however often.

    Args:
        file: JSON array as the register serves it, compressed or not.
        landing: Landing zone.
        delivered_at: When the file became known.
        period: Register date `YYYY-MM-DD`; None means the day the file was last changed.

    Returns:
        The delivery.

    Raises:
        DataRefused: The file is not a JSON array of such records.
        UsageError: There is no such file.
    """
    if not file.is_file():
        raise UsageError(f"no file {file}")
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    day = period or f"{changed:%Y-%m-%d}"
    with _compressed(file) as stored, tempfile.TemporaryDirectory() as scratch:
        name = _source_of(stored)
        spec = _spec(name)
        count = sum(1 for _ in records(name, replace(spec, is_gzip=True), stored))
        files = [stored_file(spec.pattern, spec.media_type, stored, count)]
        for serial in range(1, _MOST_SERIALS + 1):
            folder = write_delivery(
                Path(scratch), name, day, "snapshot", delivered_at, serial, files, LEGAL_BASIS, complete=True
            )
            try:
                return Landed(name, day, folder.name, count, landing.deliver(folder))
            except DataRefused as problem:
                if problem.code != "delivery_conflict":
                    raise
    raise UsageError(f"{name}: no serial left for {delivered_at.isoformat()}")


def _spec(name: str) -> FileSpec:
    spec = source(name).file(BULK_FILES[name])
    if spec is None:
        raise UsageError(f"the input contract has no {BULK_FILES[name]}")
    return spec


@contextmanager
def _compressed(file: Path) -> Iterator[Path]:
    with file.open("rb") as content:
        if content.read(2) == _GZIP_MAGIC:
            yield file
            return
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "bulk.json.gz"
        # No name and no time in the header: the same file gives the same bytes.
        with (
            file.open("rb") as plain,
            target.open("wb") as out,
            gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed,
        ):
            shutil.copyfileobj(plain, packed)
        yield target


def _source_of(stored: Path) -> str:
    """Which register a file is from, by what its first records hold."""
    first = list(islice(records("brreg_enheter", _spec("brreg_enheter"), stored), _LOOKED_AT))
    named = {kind for record in first if (kind := _kind(record))}
    if len(named) != 1:
        raise DataRefused(
            "delivery_corrupt",
            f"{stored.name}: expected units, establishments or roles, found {len(first)} other",
        )
    return named.pop()


def _kind(record: Any) -> str:
    if not isinstance(record, dict) or "organisasjonsnummer" not in record:
        return ""
    if "rollegrupper" in record:
        return "brreg_roller"
    form = record.get("organisasjonsform")
    code = form.get("kode") if isinstance(form, dict) else None
    if code in _ESTABLISHMENT_FORMS or "beliggenhetsadresse" in record:
        return "brreg_underenheter"
    return "brreg_enheter" if code else ""
