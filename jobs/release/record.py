"""The record of necessity and proportionality: without one that was thought through, nothing is released.

Source: a-kriminformasjonsforskriften § 3 asks for an assessment of necessity and proportionality per sharing.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from importlib.resources import files
from typing import Any

from expectations.errors import NotPermitted, UsageError
from expectations.sharing import Recipient
from jobs.lake.manifest import canonical, digest
from jobs.lake.storage import Storage

SHORTEST_TEXT = 60
FEWEST_WORDS = 10
SHORTEST_ALTERNATIVE = 20
HOLLOW = re.compile(
    r"lorem ipsum|\btodo\b|\btbd\b|\bxxx+|\bn/a\b|ikke aktuelt|fylles ut|se over\b|som (sist|før|tidligere)\b"
    r"|samme som|standardtekst|see above|same as|as before|to be filled",
    re.IGNORECASE,
)
EXAMPLE = "example_record.json"
TEXTS = ("purpose", "seriousness", "necessity", "proportionality")


@dataclass(frozen=True, slots=True, kw_only=True)
class NecessityRecord:
    """One assessment for one recipient and month.

    Attributes:
        record_id: Its id, for example a case number of the archive.
        recipient: Recipient id.
        month: Month it covers, `YYYY-MM`.
        purpose: What the recipient will do with the data.
        seriousness: How serious the matters are.
        alternatives: What was considered instead, each with why it is not enough.
        necessity: Why this data, and no less, is necessary.
        proportionality: Why it is proportionate to the persons concerned.
        prepared_by: Who wrote it; may not approve the release.
        valid_from: First day it may be used.
        valid_to: Last day it may be used.
        synthetic: It is an example for synthetic data.
    """

    record_id: str
    recipient: str
    month: str
    purpose: str
    seriousness: str
    alternatives: tuple[str, ...]
    necessity: str
    proportionality: str
    prepared_by: str
    valid_from: date
    valid_to: date
    synthetic: bool = False

    @classmethod
    def from_json(cls, content: bytes | str) -> "NecessityRecord":
        """The record in a JSON document.

        Args:
            content: The document.

        Raises:
            UsageError: Not such a document: a field is missing, unknown or of another type.
        """
        try:
            values: dict[str, Any] = json.loads(content)
            names = {field.name for field in fields(cls)}
            if odd := sorted(names.symmetric_difference(values) - {"synthetic"}):
                raise UsageError(f"necessity record: missing or unknown fields {odd}")
            days = {name: date.fromisoformat(values[name]) for name in ("valid_from", "valid_to")}
            alternatives = tuple(values["alternatives"])
            record = cls(**{**values, **days, "alternatives": alternatives})
        except (ValueError, TypeError, AttributeError) as problem:
            raise UsageError(f"necessity record cannot be read: {problem}") from problem
        texts = [getattr(record, name) for name in (*TEXTS, "record_id", "recipient", "month", "prepared_by")]
        if not all(isinstance(text, str) for text in (*texts, *record.alternatives)):
            raise UsageError("necessity record: every text must be a string")
        if not isinstance(record.synthetic, bool):
            raise UsageError("necessity record: synthetic must be true or false")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}", record.record_id):
            raise UsageError("necessity record: record_id is letters, digits, dot, dash and underscore")
        return record

    def to_json(self) -> bytes:
        """The record as it is stored."""
        values = asdict(self)
        values |= {"valid_from": self.valid_from.isoformat(), "valid_to": self.valid_to.isoformat()}
        return canonical({**values, "alternatives": list(self.alternatives)})

    @property
    def sha256(self) -> str:
        """Digest of its content."""
        return digest(json.loads(self.to_json()))


def check_record(
    record: NecessityRecord, recipient: Recipient, month: str, on: Iterable[date], *, synthetic_run: bool
) -> None:
    """Refuse a record that does not carry this release.

    Args:
        record: The record.
        recipient: Who receives.
        month: Month released.
        on: Days on which it must be valid.
        synthetic_run: Every delivery behind the release is synthetic.

    Raises:
        NotPermitted: It is for something else, expired, hollow, or an example while the data is real.
    """
    where = f"necessity record {record.record_id}"
    if record.recipient != recipient.id or record.month != month:
        raise NotPermitted(f"{where} is for {record.recipient} {record.month}, not {recipient.id} {month}")
    if record.synthetic and not synthetic_run:
        raise NotPermitted(f"{where} is an example for synthetic data, and a delivery of the run is real")
    for day in on:
        if not record.valid_from <= day <= record.valid_to:
            raise NotPermitted(f"{where} is valid {record.valid_from} to {record.valid_to}, not on {day}")
    if not record.prepared_by.strip():
        raise NotPermitted(f"{where} does not say who prepared it")
    seen: dict[str, str] = {
        _plain(text): what
        for what, text in (
            ("the declared purpose", recipient.purpose_nb),
            ("the purpose", recipient.purpose_en),
        )
    }
    for name in TEXTS:
        _check_text(where, name, getattr(record, name), seen)
    if not record.alternatives:
        raise NotPermitted(f"{where}: no alternatives were considered")
    for alternative in record.alternatives:
        if len(alternative.strip()) < SHORTEST_ALTERNATIVE or HOLLOW.search(alternative):
            raise NotPermitted(f"{where}: an alternative is empty or says nothing")
        if _plain(alternative) in seen:
            raise NotPermitted(f"{where}: an alternative repeats {seen[_plain(alternative)]}")
        seen[_plain(alternative)] = "another alternative"


def _check_text(where: str, name: str, text: str, seen: dict[str, str]) -> None:
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    if len(text.strip()) < SHORTEST_TEXT or len(words) < FEWEST_WORDS:
        raise NotPermitted(
            f"{where}: {name} is too short to be an assessment (at least {SHORTEST_TEXT} characters and "
            f"{FEWEST_WORDS} different words)"
        )
    if HOLLOW.search(text):
        raise NotPermitted(f"{where}: {name} refers elsewhere or is a placeholder")
    if _plain(text) in seen:
        raise NotPermitted(f"{where}: {name} repeats {seen[_plain(text)]}")
    seen[_plain(text)] = name


def _plain(text: str) -> str:
    """A text without case, digits and punctuation, so that a changed date is no new thought."""
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def check_not_copied(record: NecessityRecord, earlier: Iterable[NecessityRecord]) -> None:
    """Refuse a record whose reasons were copied from an earlier one; examples for synthetic data may repeat.

    Args:
        record: The record.
        earlier: Other records of the recipient.

    Raises:
        NotPermitted: A text is the same as in an earlier record.
    """
    if record.synthetic:
        return
    for other in earlier:
        if other.record_id == record.record_id:
            continue
        for name in ("seriousness", "necessity", "proportionality"):
            if _plain(getattr(record, name)) == _plain(getattr(other, name)):
                raise NotPermitted(
                    f"necessity record {record.record_id}: {name} is word for word that of {other.record_id}"
                )


def stored_records(storage: Storage, recipient_id: str) -> list[NecessityRecord]:
    """The records of a recipient in the lake, by id.

    Args:
        storage: The lake's storage.
        recipient_id: Recipient.
    """
    entries = [e.key for e in storage.walk(_folder(recipient_id)) if e.key.endswith(".json")]
    return [NecessityRecord.from_json(storage.read(key)) for key in entries]


def store_record(storage: Storage, record: NecessityRecord) -> str:
    """Keep a record in the lake; the same record again is fine.

    Args:
        storage: The lake's storage.
        record: The record.

    Returns:
        Where it is.

    Raises:
        NotPermitted: Another record has the same id.
    """
    key = f"{_folder(record.recipient)}/{record.record_id}.json"
    if not storage.put_if_absent(key, record.to_json()) and storage.read(key) != record.to_json():
        raise NotPermitted(f"another necessity record {record.record_id} is kept; records are never changed")
    return key


def read_record(storage: Storage, recipient_id: str, record_id: str) -> NecessityRecord:
    """A record in the lake.

    Args:
        storage: The lake's storage.
        recipient_id: Recipient.
        record_id: Its id.

    Raises:
        NotPermitted: There is none.
    """
    try:
        return NecessityRecord.from_json(storage.read(f"{_folder(recipient_id)}/{record_id}.json"))
    except FileNotFoundError:
        raise NotPermitted(f"no necessity record {record_id} for {recipient_id}") from None


def example_record(recipient_id: str, month: str) -> NecessityRecord:
    """The example that comes with the program, for synthetic data only.

    Args:
        recipient_id: Recipient.
        month: Month released.
    """
    content: Mapping[str, Any] = json.loads(files("jobs.release").joinpath(EXAMPLE).read_bytes())
    record = NecessityRecord.from_json(json.dumps(content))
    return replace(record, record_id=f"EKSEMPEL-{recipient_id}-{month}", recipient=recipient_id, month=month)


def _folder(recipient_id: str) -> str:
    return f"approvals/{recipient_id}"
