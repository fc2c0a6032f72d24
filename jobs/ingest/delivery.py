"""Finds deliveries in a landing zone and verifies that one is whole and allowed before any record is read."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from expectations import contract
from expectations.contract import DELETION_FILES, DELETION_RECORD, FileSpec, Source
from expectations.errors import DataRefused

log = logging.getLogger(__name__)

ENVELOPE = "delivery.json"
UNFINISHED_AFTER_SECONDS = 24 * 3600
_BLOCK = 1 << 20

Envelope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryRef:
    """One delivery in the landing zone.

    Attributes:
        source: Source, from the folder.
        period: Period, from the folder.
        delivery_id: Delivery, from the folder.
        folder: Where it lies.
        envelope: `delivery.json` as read; empty when it cannot be read.
        envelope_sha256: Digest of its bytes.
        bytes: Stored bytes of the listed files, by the envelope.
    """

    source: str
    period: str
    delivery_id: str
    folder: Path
    envelope: Envelope
    envelope_sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """Source and delivery, for messages."""
        return f"{self.source}/{self.delivery_id}"

    @property
    def delivered_at(self) -> datetime | None:
        """When it was delivered; None when the envelope does not say so rightly."""
        return _instant(self.envelope.get("delivered_at"))

    @property
    def kind(self) -> str:
        """Kind of delivery."""
        return str(self.envelope.get("kind", ""))


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """One file of a verified delivery.

    Attributes:
        name: File name.
        path: Where it lies.
        spec: Kind of file.
        sha256: Digest of the stored bytes.
        records: Records that the envelope promises.
    """

    name: str
    path: Path
    spec: FileSpec
    sha256: str
    records: int


def find(landing: Path, now: float) -> tuple[list[DeliveryRef], list[str]]:
    """All deliveries of a landing zone in the order in which they became known, and what is worth a warning.

    A folder without `delivery.json` is work in progress: never read, and named only once it is a day old.

    Args:
        landing: Root of the landing zone.
        now: The caller's clock, seconds since 1970.
    """
    found, warnings = [], []
    for source in _folders(landing):
        if source.name not in contract.sources():
            warnings.append(f"unknown_source: {source.name} is not in the input contract")
            continue
        for period in _folders(source):
            for folder in _folders(period):
                if (folder / ENVELOPE).is_file():
                    found.append(_read(folder))
                elif (age := now - _newest(folder)) > UNFINISHED_AFTER_SECONDS:
                    warnings.append(
                        f"delivery_unfinished: {source.name}/{period.name}/{folder.name} has no {ENVELOPE} "
                        f"and has not changed for {int(age // 3600)} hours"
                    )
    found.sort(key=lambda d: (str(d.envelope.get("delivered_at", "")), d.delivery_id, d.source, d.period))
    return found, warnings


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _newest(folder: Path) -> float:
    return max([entry.stat().st_mtime for entry in folder.rglob("*")] or [folder.stat().st_mtime])


def _read(folder: Path) -> DeliveryRef:
    content = (folder / ENVELOPE).read_bytes()
    try:
        envelope = json.loads(content)
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict):
        envelope = {}
    files = envelope.get("files")
    sizes = [f.get("bytes") for f in files if isinstance(f, dict)] if isinstance(files, list) else []
    return DeliveryRef(
        source=folder.parent.parent.name,
        period=folder.parent.name,
        delivery_id=folder.name,
        folder=folder,
        envelope=envelope,
        envelope_sha256=hashlib.sha256(content).hexdigest(),
        bytes=sum(size for size in sizes if isinstance(size, int)),
    )


def verify(delivery: DeliveryRef) -> tuple[list[VerifiedFile], list[dict[str, str]]]:
    """Check envelope and stored bytes of a delivery.

    Args:
        delivery: The delivery.

    Returns:
        Its files, and warnings with code and message.

    Raises:
        DataRefused: The delivery must not be read; the code says why.
    """
    source = contract.source(delivery.source)
    warnings = check_envelope(delivery, source)
    files = [_verify_file(delivery, source, entry) for entry in delivery.envelope["files"]]
    names = [file.name for file in files]
    if len(set(names)) != len(names):
        raise DataRefused("delivery_invalid", f"{delivery.name}: a file is listed twice")
    if delivery.kind != "deletion":
        for spec in source.files:
            if spec.required and not any(spec.matches(name) for name in names):
                raise DataRefused(
                    "delivery_invalid", f"{delivery.name}: no file {spec.pattern}, which is required"
                )
    for entry in sorted(delivery.folder.iterdir()):
        if entry.name != ENVELOPE and entry.name not in names and not entry.name.startswith("."):
            told = f"{entry.name} lies in the folder and is not listed; it was not read"
            warnings.append({"code": "file_not_listed", "message": told})
    return files, warnings


def check_envelope(delivery: DeliveryRef, source: Source) -> list[dict[str, str]]:
    """Check what a delivery says of itself.

    Args:
        delivery: The delivery.
        source: Its source.

    Returns:
        Warnings with code and message.

    Raises:
        DataRefused: The delivery must not be read.
    """
    envelope, name = delivery.envelope, delivery.name
    problem = next(iter(_envelope_validator().iter_errors(envelope)), None)
    if problem is not None:
        place = "/".join(map(str, problem.instance_path)) or "the envelope"
        raise DataRefused("delivery_invalid", f"{name}: {ENVELOPE}: {place}: {problem.message}")
    for field in ("source", "period", "delivery_id"):
        if envelope[field] != getattr(delivery, field):
            own = getattr(delivery, field)
            raise DataRefused(
                "delivery_invalid", f"{name}: {field} is {envelope[field]}, the folder says {own}"
            )
    if delivery.delivered_at is None:
        raise DataRefused("delivery_invalid", f"{name}: delivered_at {envelope['delivered_at']} is no time")
    if len(envelope["period"]) != len(source.period) or not _is_period(envelope["period"]):
        raise DataRefused(
            "delivery_invalid", f"{name}: period {envelope['period']}, expected {source.period}"
        )
    if envelope["kind"] not in source.kinds:
        raise DataRefused(
            "kind_not_allowed",
            f"{name}: kind {envelope['kind']}, {source.name} has {', '.join(source.kinds)}",
        )
    if envelope["legal_basis"] not in contract.legal_bases():
        raise DataRefused(
            "legal_basis_unknown", f"{name}: legal basis {envelope['legal_basis']} is not registered"
        )
    major, minor = map(int, envelope["format_version"].split("."))
    if major != contract.MAJOR:
        raise DataRefused(
            "format_unknown",
            f"{name}: format {envelope['format_version']}, this program reads {contract.MAJOR}.x",
        )
    if minor > contract.MINOR:
        told = f"format {envelope['format_version']} is newer than {contract.MAJOR}.{contract.MINOR}"
        return [{"code": "format_newer", "message": told}]
    return []


def _verify_file(delivery: DeliveryRef, source: Source, entry: dict[str, Any]) -> VerifiedFile:
    name = entry["name"]
    where, path = f"{delivery.name}: {name}", delivery.folder / name
    spec = deletion_spec(name) if delivery.kind == "deletion" else source.file(name)
    if spec is None:
        raise DataRefused("delivery_invalid", f"{where}: {source.name} has no such file")
    if not path.is_file():
        raise DataRefused("delivery_corrupt", f"{where}: the file is missing")
    size = path.stat().st_size
    if size != entry["bytes"]:
        raise DataRefused("delivery_corrupt", f"{where}: bytes: {entry['bytes']} expected, {size} found")
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            whole.update(block)
    if whole.hexdigest() != entry["sha256"]:
        raise DataRefused(
            "delivery_corrupt", f"{where}: sha256: {entry['sha256']} expected, {whole.hexdigest()} found"
        )
    return VerifiedFile(name, path, spec, entry["sha256"], entry["records"])


def deletion_spec(name: str) -> FileSpec | None:
    """The one kind of file that a deletion delivery has.

    Args:
        name: File name.
    """
    if name not in DELETION_FILES:
        return None
    return FileSpec(
        pattern=name,
        framing="jsonl",
        media_type="application/jsonl+gzip" if name.endswith(".gz") else "application/jsonl",
        record=DELETION_RECORD,
        key=(),
        is_gzip=name.endswith(".gz"),
    )


@cache
def _envelope_validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(contract.envelope_schema())


def _instant(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_period(text: str) -> bool:
    try:
        date(*(*(int(part) for part in text.split("-")), 1, 1)[:3])
    except ValueError:
        return False
    return True


def each_source(deliveries: list[DeliveryRef]) -> Iterator[tuple[str, list[DeliveryRef]]]:
    """Deliveries by source, sources in order of name, each one's deliveries in the order they became known.

    Args:
        deliveries: Deliveries in order.
    """
    for source in sorted({delivery.source for delivery in deliveries}):
        yield source, [delivery for delivery in deliveries if delivery.source == source]
