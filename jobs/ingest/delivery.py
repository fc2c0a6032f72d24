"""One delivery: what it says of itself, and whether it is whole and allowed before any record is read."""

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jiter
import jsonschema_rs

from expectations import contract
from expectations.contract import DELETION_FILES, DELETION_RECORD, FileSpec, Source
from expectations.errors import DataRefused

ENVELOPE = "delivery.json"
ENVELOPE_BYTES = 16 << 20
"""An envelope names a few files; a larger one is not read to its end."""
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
        place: Address of its folder in the landing zone.
        envelope: `delivery.json` as read; empty when it cannot be read.
        envelope_sha256: Digest of its bytes.
        bytes: Stored bytes of the listed files, by the envelope.
        problem: Why the envelope cannot be read; empty when it can.
        seen: Files of its folder with the tag that says which version of each was there (S3 only).
    """

    source: str
    period: str
    delivery_id: str
    place: str
    envelope: Envelope
    envelope_sha256: str
    bytes: int
    problem: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)

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


def read_envelope(
    source: str,
    period: str,
    delivery_id: str,
    place: str,
    content: bytes,
    seen: Mapping[str, str] | None = None,
) -> DeliveryRef:
    """A delivery by its envelope, of which nothing is believed yet.

    Args:
        source: Source, from the folder.
        period: Period, from the folder.
        delivery_id: Delivery, from the folder.
        place: Address of its folder.
        content: Bytes of `delivery.json`, at most one more than may be read.
        seen: Files of its folder with their tags, where the landing zone has tags.
    """
    envelope: Any = None
    problem = f"larger than {ENVELOPE_BYTES} bytes"
    if len(content) <= ENVELOPE_BYTES:
        problem = "is not one JSON object"
        try:
            envelope = jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)
        except ValueError as fault:
            problem = f"is not JSON: {str(fault).splitlines()[0]}"
    if isinstance(envelope, dict):
        problem = ""
    else:
        envelope = {}
    files = envelope.get("files")
    sizes = [f.get("bytes") for f in files if isinstance(f, dict)] if isinstance(files, list) else []
    return DeliveryRef(
        source=source,
        period=period,
        delivery_id=delivery_id,
        place=place,
        envelope=envelope,
        envelope_sha256=hashlib.sha256(content).hexdigest(),
        bytes=sum(size for size in sizes if isinstance(size, int)),
        problem=problem,
        seen=dict(seen or {}),
    )


def in_order(deliveries: list[DeliveryRef]) -> list[DeliveryRef]:
    """Deliveries in the order in which they became known.

    Args:
        deliveries: Deliveries in any order.
    """
    return sorted(
        deliveries, key=lambda d: (str(d.envelope.get("delivered_at", "")), d.delivery_id, d.source, d.period)
    )


def is_file_name(name: object) -> bool:
    """Whether a text names a file in a folder and cannot lead out of it (case 28).

    Args:
        name: What an envelope or a listing says.
    """
    return (
        isinstance(name, str)
        and 0 < len(name.encode()) <= 255
        and not name.startswith(".")
        and name.isprintable()
        and not set(name) & set("/\\:")
    )


def verify(
    delivery: DeliveryRef, folder: Path | None = None
) -> tuple[list[VerifiedFile], list[dict[str, str]]]:
    """Check envelope and stored bytes of a delivery.

    Args:
        delivery: The delivery.
        folder: Local folder with its files, as `Landing.local` gives it; None means where it lies.

    Returns:
        Its files, and warnings with code and message.

    Raises:
        DataRefused: The delivery must not be read; the code says why.
    """
    source = contract.source(delivery.source)
    folder = folder or Path(delivery.place)
    warnings = check_envelope(delivery, source)
    files = [_verify_file(delivery, source, entry, folder) for entry in delivery.envelope["files"]]
    names = [file.name for file in files]
    if len(set(names)) != len(names):
        raise DataRefused("delivery_invalid", f"{delivery.name}: a file is listed twice")
    if delivery.kind != "deletion":
        for spec in source.files:
            if spec.required and not any(spec.matches(name) for name in names):
                raise DataRefused(
                    "delivery_invalid", f"{delivery.name}: no file {spec.pattern}, which is required"
                )
    for name in sorted(delivery.seen or (entry.name for entry in folder.iterdir())):
        if name != ENVELOPE and name not in names and not name.startswith("."):
            told = f"{name} lies in the folder and is not listed; it was not read"
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
    if delivery.problem:
        raise DataRefused("delivery_invalid", f"{name}: {ENVELOPE} {delivery.problem}")
    problem = next(iter(_envelope_validator().iter_errors(envelope)), None)
    if problem is not None:
        place = "/".join(map(str, problem.instance_path)) or "the envelope"
        raise DataRefused("delivery_invalid", f"{name}: {ENVELOPE}: {place}: {problem.message}")
    for part in ("source", "period", "delivery_id"):
        if envelope[part] != getattr(delivery, part):
            own = getattr(delivery, part)
            raise DataRefused(
                "delivery_invalid", f"{name}: {part} is {envelope[part]}, the folder says {own}"
            )
    unsafe = [file["name"] for file in envelope["files"] if not is_file_name(file["name"])]
    if unsafe:
        raise DataRefused(
            "delivery_invalid", f"{name}: {unsafe[0]!r} is not the name of a file in its folder"
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


def _verify_file(delivery: DeliveryRef, source: Source, entry: dict[str, Any], folder: Path) -> VerifiedFile:
    name = entry["name"]
    where, path = f"{delivery.name}: {name}", folder / name
    spec = deletion_spec(name) if delivery.kind == "deletion" else source.file(name)
    if spec is None:
        raise DataRefused("delivery_invalid", f"{where}: {source.name} has no such file")
    try:
        status = path.lstat()
    except FileNotFoundError:
        raise DataRefused("delivery_corrupt", f"{where}: the file is missing") from None
    if not stat.S_ISREG(status.st_mode):
        # A link would read what whoever delivers may not see.
        raise DataRefused("delivery_invalid", f"{where}: is a link, a folder or a device, not a file")
    size = status.st_size
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
