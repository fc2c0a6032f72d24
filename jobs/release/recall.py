"""Recalls releases, and ends those whose time is over: entered in the ledger first, then destroyed here.

What has been handed over cannot be fetched back. The recipient is told by a notice, which lies where the
release lay, which of its copies to delete; the ledger keeps for good that the release was made and recalled.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jobs.lake.manifest import canonical, sealed
from jobs.lake.storage import Storage, update
from jobs.release import ledger
from jobs.release.ledger import MANIFEST, POINTER

log = logging.getLogger(__name__)

NOTICE = "_recall.json"
EXPIRY = "_expired.json"
RECALL, EXPIRE = "recall", "expiry"
FOLDER = "releases"

_TEXT = {
    RECALL: (
        "Leveransen {release_id} ({month}) er trukket tilbake {day}. Grunnlaget er endret: opplysninger er "
        "slettet hos kilden eller skjermet. Slett alle filer med denne leveranse-id-en, også kopier, utdrag "
        "og det som er avledet av dem, og bekreft slettingen til avsenderen. {then}",
        "Release {release_id} ({month}) was recalled on {day}. What it rests on has changed: data were "
        "erased at their source or came under protection. Delete every file with this release id, copies, "
        "extracts and what was derived from them included, and confirm the deletion to the sender. {then}",
    ),
    EXPIRE: (
        "Leveransen {release_id} ({month}) er utløpt {day}. Slett alle filer med denne leveranse-id-en, også "
        "kopier og utdrag, og bekreft slettingen til avsenderen. {then}",
        "Release {release_id} ({month}) expired on {day}. Delete every file with this release id, copies and "
        "extracts included, and confirm the deletion to the sender. {then}",
    ),
}
_THEN = {
    RECALL: (
        "Ingen leveranse erstatter den ennå; en ny for {month} får sin egen id og må godkjennes på nytt.",
        "Nothing replaces it yet; a new one for {month} gets an id of its own and needs a new approval.",
    ),
    EXPIRE: ("Ingen leveranse erstatter den.", "Nothing replaces it."),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """A release that lies in the lake no more.

    Attributes:
        recipient: Recipient.
        release_id: Its id.
        month: Its month.
        ledger_seq: Line of the ledger that says so.
        files: Files destroyed.
        size: Bytes destroyed.
    """

    recipient: str
    release_id: str
    month: str
    ledger_seq: int
    files: int
    size: int

    def to_dict(self) -> dict[str, Any]:
        """The release as JSON-able values."""
        return {name: getattr(self, name) for name in self.__slots__}


def releases(storage: Storage) -> list[dict[str, Any]]:
    """Manifests of all releases that lie in the lake, by recipient and id.

    Args:
        storage: The lake's storage.
    """
    found = []
    for recipient in storage.folders(FOLDER):
        for release_id in storage.folders(f"{FOLDER}/{recipient}"):
            manifest = storage.tagged(f"{FOLDER}/{recipient}/{release_id}/{MANIFEST}")
            if manifest is not None:
                own = json.loads(manifest[0])
                found.append(own | {"manifest_sha256": hashlib.sha256(manifest[0]).hexdigest()})
    return found


def recall(storage: Storage, key: bytes, run_ids: Iterable[str], at: datetime) -> list[Ended]:
    """Recall every release that was made from one of these runs.

    Args:
        storage: The lake's storage.
        key: Key of the ledger.
        run_ids: Runs.
        at: When; goes into the ledger and the notice.
    """
    wanted = set(run_ids)
    return _end(storage, key, RECALL, at, lambda release: release["run_id"] in wanted)


def expired(storage: Storage, on: date) -> list[dict[str, Any]]:
    """Releases whose time is over.

    Args:
        storage: The lake's storage.
        on: A release goes on the day after its last one.
    """
    return [release for release in releases(storage) if date.fromisoformat(release["expires_on"]) < on]


def expire(storage: Storage, key: bytes, on: date, at: datetime) -> list[Ended]:
    """End every release whose time is over.

    Args:
        storage: The lake's storage.
        key: Key of the ledger.
        on: A release goes on the day after its last one.
        at: When; goes into the ledger and the notice.
    """
    over = {(r["recipient"], r["release_id"]) for r in expired(storage, on)}
    return _end(storage, key, EXPIRE, at, lambda r: (r["recipient"], r["release_id"]) in over)


def notices(storage: Storage) -> list[dict[str, Any]]:
    """All notices of recall and expiry, by recipient and release.

    Args:
        storage: The lake's storage.
    """
    return [
        json.loads(storage.read(entry.key))
        for entry in storage.walk(FOLDER)
        if entry.key.rsplit("/", 1)[1] in (NOTICE, EXPIRY)
    ]


def _end(
    storage: Storage, key: bytes, event: str, at: datetime, is_wanted: Callable[[Mapping[str, Any]], bool]
) -> list[Ended]:
    ended = []
    for release in releases(storage):
        if is_wanted(release):
            ended.append(_end_one(storage, key, event, at, release))
    return ended


def _end_one(storage: Storage, key: bytes, event: str, at: datetime, release: Mapping[str, Any]) -> Ended:
    """Ledger, notice, pointer, files; the manifest goes last, so that one that died is found again."""
    recipient, release_id, month = (release[name] for name in ("recipient", "release_id", "month"))
    entry, _ = ledger.append(
        storage,
        key,
        {
            "event": event,
            "at": at.isoformat(timespec="seconds"),
            "recipient": recipient,
            "release_id": release_id,
            "month": month,
            "run_id": release["run_id"],
            "manifest_sha256": release["manifest_sha256"],
        },
    )
    folder = f"{FOLDER}/{recipient}/{release_id}"
    storage.put_if_absent(f"{folder}/{NOTICE if event == RECALL else EXPIRY}", _notice(event, release, entry))
    _withdraw(storage, recipient, release_id, entry)
    folders = [*(f"{FOLDER}/{recipient}/{own['folder']}" for own in release["datasets"].values()), folder]
    keep = {f"{folder}/{name}" for name in (NOTICE, EXPIRY, MANIFEST)}
    doomed = [e for own in folders for e in list(storage.walk(own)) if e.key not in keep]
    size = sum(e.size for e in doomed)
    for one in doomed:
        storage.delete(one.key)
    for own in [*folders[:-1], *(f"{folder}/{name}" for name in storage.folders(folder))]:
        storage.delete(own)
    storage.delete(f"{folder}/{MANIFEST}")
    log.info("release %s to %s: %s, ledger line %s", release_id, recipient, event, entry["seq"])
    return Ended(recipient, release_id, month, entry["seq"], len(doomed) + 1, size)


def _notice(event: str, release: Mapping[str, Any], entry: Mapping[str, Any]) -> bytes:
    words = {name: release[name] for name in ("release_id", "month")} | {"day": entry["at"][:10]}
    texts = []
    for text, then in zip(_TEXT[event], _THEN[event], strict=True):
        texts.append(text.format(**words, then=then.format(**words)))
    return sealed(
        {
            "event": event,
            "at": entry["at"],
            "recipient": release["recipient"],
            "release_id": release["release_id"],
            "month": release["month"],
            "datasets": sorted(release["datasets"]),
            "ledger_seq": entry["seq"],
            "notice_nb": texts[0],
            "notice_en": texts[1],
        }
    )


def _withdraw(storage: Storage, recipient: str, release_id: str, entry: Mapping[str, Any]) -> None:
    """Let the recipient's pointer name the newest release that is left, or none."""

    def moved(content: bytes | None) -> bytes | None:
        if content is None:
            return None
        pointer: dict[str, Any] = json.loads(content)
        left = {month: own for month, own in pointer["months"].items() if own["release_id"] != release_id}
        newest = max(left, default=None)
        anchor = {"seq": entry["seq"], "mac": entry["mac"]}
        if pointer["ledger"]["seq"] > anchor["seq"]:
            anchor = pointer["ledger"]
        latest = {"month": newest, **left[newest]} if newest else None
        return canonical({"latest": latest, "months": left, "ledger": anchor})

    update(storage, f"{FOLDER}/{recipient}/{POINTER}", moved)
