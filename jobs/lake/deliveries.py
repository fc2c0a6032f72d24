"""What was taken in: one receipt per delivery, written last, with the fate of every record."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from expectations.errors import DataRefused, UsageError
from jobs.lake.manifest import TableRef, sealed, unsealed
from jobs.lake.storage import Entry, Storage, update

log = logging.getLogger(__name__)

FOLDER = "deliveries"
PURGING = ".purging.json"
"""Ending of the note of a delivery that a purge has taken out of sight and not put back yet."""
FATES = ("accepted", "quarantined", "duplicate", "superseded", "protected", "purged")
"""What can become of a record; every record has exactly one."""
STATUSES = ("accepted", "held", "rejected", "conflict")
REOPENED = ".reopened.json"
"""Ending of the notes of an accepted delivery that was read again."""
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

Receipt = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RawRef:
    """The rows of one table in one delivery, with what decides which row is current.

    Attributes:
        ref: The stored rows.
        source: Source of the delivery.
        delivery_id: The delivery.
        period: What the rows are about: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
        kind: `snapshot`, `ordinary`, `replacement`, `late`, `delta` or `deletion`.
        delivered_at: When the rows became known.
        complete: Of a snapshot: whether absence of a key means that it is gone.
        supersedes: Delivery that this one replaces whole; empty means none.
        legal_basis: Id in the register of legal bases.
    """

    ref: TableRef
    source: str
    delivery_id: str
    period: str
    kind: str
    delivered_at: datetime
    complete: bool
    supersedes: str
    legal_basis: str

    @property
    def id(self) -> str:
        """Id of the stored rows: what versions name as their input."""
        return self.ref.id

    def to_dict(self) -> dict[str, Any]:
        """The reference as JSON-able values."""
        return {
            "ref": self.ref.to_dict(),
            "source": self.source,
            "delivery_id": self.delivery_id,
            "period": self.period,
            "kind": self.kind,
            "delivered_at": _instant_text(self.delivered_at),
            "complete": self.complete,
            "supersedes": self.supersedes,
            "legal_basis": self.legal_basis,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RawRef":
        """The reference that `to_dict` gave.

        Args:
            values: Its fields.
        """
        known = {name: values[name] for name in cls.__slots__}
        return cls(
            **known
            | {"ref": TableRef.from_dict(values["ref"]), "delivered_at": instant(known["delivered_at"])}
        )


class Deliveries:
    """The receipts of a lake."""

    def __init__(self, storage: Storage) -> None:
        """Receipts in a storage.

        Args:
            storage: Where the lake lies.
        """
        self._storage = storage
        self._read: dict[str, tuple[Entry, Receipt]] = {}

    def write(self, receipt: Mapping[str, Any]) -> None:
        """Store the receipt of a delivery; with status `accepted` its rows become visible by this.

        Args:
            receipt: Envelope, dispositions in total and per file, tables, status.

        Raises:
            DataRefused: Records are unaccounted for (`conservation`), or the delivery was taken in with other
                content before (`delivery_conflict`).
            UsageError: Status, source or delivery id is not one.
        """
        status, key = (
            receipt["status"],
            self._key(receipt["source"], receipt["delivery_id"], receipt["status"]),
        )
        where = f"{receipt['source']}/{receipt['delivery_id']}"
        check_conservation(receipt, where)
        content = sealed(receipt)
        if status == "accepted":
            if not self._storage.put_if_absent(key, content) and self._storage.read(key) != content:
                raise DataRefused(
                    "delivery_conflict", f"{where} was taken in before with another result; the first stays"
                )
        else:
            # Not final: a held delivery is looked at again once a human has accepted it.
            update(self._storage, key, lambda _: content)
        log.info("%s %s: %s", where, status, " ".join(f"{k}={v}" for k, v in receipt["dispositions"].items()))

    def receipt(self, source: str, delivery_id: str, status: str = "accepted") -> Receipt | None:
        """The receipt of a delivery.

        Args:
            source: Source.
            delivery_id: Delivery.
            status: Which of its receipts.
        """
        return self._json(self._key(source, delivery_id, status))

    def receipts(self, source: str | None = None, status: str | None = "accepted") -> list[Receipt]:
        """Receipts in the order in which the deliveries became known; to be read, not changed.

        Args:
            source: Only of this source.
            status: Only of this status; None means all.
        """
        found = []
        for name in [source] if source else self._storage.folders(FOLDER):
            for entry in self._storage.walk(f"{FOLDER}/{name}"):
                parts = entry.key.rsplit("/", 1)[1].split(".")
                kind = "accepted" if len(parts) == 2 else parts[1]
                if (
                    parts[-1] != "json"
                    or (len(parts) == 3 and kind not in STATUSES[1:])
                    or status not in (None, kind)
                ):
                    continue
                receipt = self._unchanged(entry)
                if receipt is not None:
                    found.append(receipt)
        return sorted(found, key=_known_order)

    def visible(self, as_of: datetime) -> list[Receipt]:
        """Accepted receipts of what was known at an instant.

        Args:
            as_of: Time zone aware.
        """
        return [r for r in self.receipts() if instant(r["envelope"]["delivered_at"]) <= as_of]

    def raw(self, table: str, as_of: datetime | None = None) -> list[RawRef]:
        """The stored rows of one raw table, one per delivery, in the order in which they became known.

        Args:
            table: Raw table.
            as_of: Only what was known then; None means all.
        """
        found = []
        for receipt in self.receipts() if as_of is None else self.visible(as_of):
            found += [
                _raw_ref(receipt, TableRef.from_dict(ref))
                for ref in receipt.get("tables", [])
                if ref["table"] == table
            ]
        return found

    def accept(self, source: str, delivery_id: str, reason: str, by: str) -> None:
        """Note that a human lets a held delivery in; the next intake takes it.

        Args:
            source: Source.
            delivery_id: Delivery.
            reason: Why.
            by: Who.

        Raises:
            UsageError: The delivery is not held, or no reason is given.
        """
        if not reason.strip() or not by.strip():
            raise UsageError(f"{source}/{delivery_id}: accepting a held delivery needs a reason and a name")
        if self.receipt(source, delivery_id, "held") is None:
            raise UsageError(f"{source}/{delivery_id} is not held; `kjede quarantine list` shows what is")
        content = sealed({"source": source, "delivery_id": delivery_id, "reason": reason, "by": by})
        if not self._storage.put_if_absent(self._acceptance_key(source, delivery_id), content):
            raise UsageError(f"{source}/{delivery_id} has been accepted already; run the intake")
        log.info("%s/%s: accepted by a named person", source, delivery_id)

    def acceptance(self, source: str, delivery_id: str) -> dict[str, str] | None:
        """Who let a held delivery in and why; None when nobody did.

        Args:
            source: Source.
            delivery_id: Delivery.
        """
        return self._json(self._acceptance_key(source, delivery_id))

    def forget(self, source: str, delivery_id: str) -> list[str]:
        """Drop the receipts of a delivery that was not taken in, so that the next intake looks at it again.

        Args:
            source: Source.
            delivery_id: Delivery.

        Returns:
            The statuses it had.

        Raises:
            UsageError: The delivery has no such receipt.
        """
        had = [status for status in STATUSES[1:] if self.receipt(source, delivery_id, status)]
        if not had:
            raise UsageError(f"{source}/{delivery_id} is neither held nor rejected")
        for status in had:
            self._storage.delete(self._key(source, delivery_id, status))
        return had

    def reopen(self, source: str, delivery_id: str, note: Mapping[str, Any]) -> None:
        """Take an accepted delivery out of sight, so that the next intake reads it anew; a note of it stays.

        Whoever calls sees to it that no published run has read it.

        Args:
            source: Source.
            delivery_id: Delivery.
            note: What it was and why it is read again; no personal data.

        Raises:
            UsageError: The delivery was not accepted.
        """
        if self.receipt(source, delivery_id) is None:
            raise UsageError(f"{source}/{delivery_id} was not taken in")
        key = f"{self._base(source, delivery_id)}{REOPENED}"

        def noted(content: bytes | None) -> bytes:
            earlier = unsealed(content, key)["notes"] if content else []
            return sealed({"notes": [*earlier, dict(note)]})

        update(self._storage, key, noted)
        self._storage.delete(self._key(source, delivery_id, "accepted"))

    def _key(self, source: str, delivery_id: str, status: str) -> str:
        if status not in STATUSES:
            raise UsageError(f"{source}/{delivery_id}: {status!r} is not one of {', '.join(STATUSES)}")
        infix = "" if status == "accepted" else f".{status}"
        return f"{self._base(source, delivery_id)}{infix}.json"

    def _acceptance_key(self, source: str, delivery_id: str) -> str:
        return f"{self._base(source, delivery_id)}.accepted.json"

    def _base(self, source: str, delivery_id: str) -> str:
        for name in (source, delivery_id):
            if not PLAIN_NAME.fullmatch(name):
                raise UsageError(f"{name!r} cannot name a source or delivery")
        return f"{FOLDER}/{source}/{delivery_id}"

    def _unchanged(self, entry: Entry) -> Receipt | None:
        """The receipt in a file, read again only when the file is another: a job asks for every table."""
        entry_before, receipt = self._read.get(entry.key, (None, None))
        if entry_before != entry:
            receipt = self._json(entry.key)
            if receipt is not None:
                self._read[entry.key] = (entry, receipt)
        return receipt

    def _json(self, key: str) -> Receipt | None:
        try:
            return unsealed(self._storage.read(key), key)
        except FileNotFoundError:
            return None


def check_conservation(receipt: Mapping[str, Any], where: str) -> None:
    """Refuse a receipt that loses or invents records.

    Args:
        receipt: The receipt.
        where: Source and delivery, for the message.

    Raises:
        DataRefused: Records in are not the sum of what became of them, in total or in a file, or the files do
            not add up to the total.
    """
    total = receipt["dispositions"]
    files = receipt.get("files", [])
    for name, counts in [("in total", total), *((f["name"], f["dispositions"]) for f in files)]:
        if set(counts) != {"in", *FATES} or any(not isinstance(n, int) or n < 0 for n in counts.values()):
            raise DataRefused(
                "conservation", f"{where}: {name} needs a count of in and each of {', '.join(FATES)}"
            )
        fates = sum(counts[fate] for fate in FATES)
        if counts["in"] != fates:
            raise DataRefused(
                "conservation", f"{where}: {name} {counts['in']} records in, {fates} accounted for"
            )
    for fate in ("in", *FATES):
        summed = sum(file["dispositions"][fate] for file in files)
        if files and summed != total[fate]:
            raise DataRefused(
                "conservation", f"{where}: files have {summed} {fate}, the total says {total[fate]}"
            )


def instant(text: str) -> datetime:
    """The instant that an RFC 3339 text names.

    Args:
        text: For example `2026-02-10T04:15:00Z`.

    Raises:
        UsageError: Not such a text, or without a zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not an instant such as 2026-02-10T04:15:00Z") from None
    if found.tzinfo is None:
        raise UsageError(f"{text!r} has no time zone")
    return found.astimezone(UTC)


def _instant_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _known_order(receipt: Receipt) -> tuple[datetime, str, str]:
    envelope = receipt["envelope"]
    return instant(envelope["delivered_at"]), receipt["delivery_id"], receipt["source"]


def _raw_ref(receipt: Receipt, ref: TableRef) -> RawRef:
    envelope = receipt["envelope"]
    return RawRef(
        ref=ref,
        source=receipt["source"],
        delivery_id=receipt["delivery_id"],
        period=envelope["period"],
        kind=envelope["kind"],
        delivered_at=instant(envelope["delivered_at"]),
        complete=envelope.get("complete", True),
        supersedes=envelope.get("supersedes", ""),
        legal_basis=envelope["legal_basis"],
    )
