"""The ledger of disclosures: who got what and on which basis, one line each, chained and signed.

Each line carries the digest of the one before it and a keyed digest of itself, so that no line can be
altered, removed or put in without the key. A tail that is cut off is found through the anchors: the
recipient's pointer names the line of its newest release, the recipient has a copy of that pointer, and every
release that lies in the lake must have its line.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.keys import KeyRing
from jobs.lake.manifest import canonical
from jobs.lake.storage import Storage, update

LEDGER = "releases/_ledger.jsonl"
POINTER = "_latest.json"
MANIFEST = "_manifest.json"
START = "0" * 64
ENDINGS = ("recall", "expiry")
"""Events after which a release lies in the lake no more."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the ledger.

    Attributes:
        code: `altered`, `broken_link`, `cut`, `unlisted_release`, `missing_release`, `not_destroyed` or
            `unreadable`.
        where: Line or release.
        message: What was expected and found.
    """

    code: str
    where: str
    message: str


def ledger_key(ring: KeyRing) -> bytes:
    """The key that lines are signed with.

    Args:
        ring: Keys of the lake.
    """
    return ring.release_key("kjede", "ledger of disclosures", "all")


def read_ledger(storage: Storage) -> list[dict[str, Any]]:
    """All lines in order; a line that cannot be read is left to `verify`.

    Args:
        storage: The lake's storage.
    """
    found = storage.tagged(LEDGER)
    return [entry for entry in _lines(found[0]) if entry is not None] if found else []


def append(storage: Storage, key: bytes, disclosure: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Add a disclosure, unless the same release is in the ledger already.

    Args:
        storage: The lake's storage.
        key: Key of the ledger.
        disclosure: What is disclosed, recalled or expired; `event`, `release_id`, `recipient` and
            `manifest_sha256` identify it.

    Returns:
        The line, and whether it was added now.

    Raises:
        Superseded: Others kept writing; nothing was added, run again.
    """
    identity = ("event", "release_id", "recipient", "manifest_sha256")
    result: list[tuple[dict[str, Any], bool]] = []

    def with_line(content: bytes | None) -> bytes | None:
        entries = [entry for entry in _lines(content or b"") if entry is not None]
        for entry in entries:
            if all(entry.get(name) == disclosure.get(name) for name in identity):
                result[:] = [(entry, False)]
                return None
        last = entries[-1] if entries else None
        entry = {
            **disclosure,
            "seq": last["seq"] + 1 if last else 1,
            "previous": last["mac"] if last else START,
        }
        entry["mac"] = _mac(key, entry)
        result[:] = [(entry, True)]
        return (content or b"") + _line(entry)

    update(storage, LEDGER, with_line)
    return result[0]


def verify(storage: Storage, key: bytes) -> list[Problem]:
    """Everything wrong with the ledger; empty means whole.

    Args:
        storage: The lake's storage.
        key: Key of the ledger.
    """
    found = storage.tagged(LEDGER)
    entries = _lines(found[0]) if found else []
    problems: list[Problem] = []
    previous = START
    for n, entry in enumerate(entries, 1):
        where = f"line {n}"
        if entry is None or not {"mac", "previous", "seq"} <= entry.keys():
            problems.append(Problem("unreadable", where, "is not a line of the ledger"))
            previous = ""
            continue
        if not hmac.compare_digest(entry["mac"], _mac(key, entry)):
            problems.append(Problem("altered", where, "its signature does not fit its content"))
        if entry["previous"] != previous or entry["seq"] != n:
            problems.append(
                Problem("broken_link", where, f"has number {entry['seq']}; the line before it is another")
            )
        previous = entry["mac"]
    whole = [entry for entry in entries if entry is not None]
    return problems + _against_anchors(storage, whole) + _against_releases(storage, whole)


def _against_anchors(storage: Storage, entries: list[dict[str, Any]]) -> list[Problem]:
    macs = {entry.get("seq"): entry.get("mac") for entry in entries}
    problems = []
    for recipient in storage.folders("releases"):
        pointer = storage.tagged(f"releases/{recipient}/{POINTER}")
        if pointer is None:
            continue
        anchor = json.loads(pointer[0])["ledger"]
        if macs.get(anchor["seq"]) != anchor["mac"]:
            problems.append(
                Problem(
                    "cut", recipient, f"its pointer names line {anchor['seq']}, which is missing or another"
                )
            )
    return problems


def _against_releases(storage: Storage, entries: list[dict[str, Any]]) -> list[Problem]:
    listed = {(e.get("recipient"), e.get("release_id")): e.get("manifest_sha256") for e in entries}
    problems = []
    present: dict[tuple[str, str], str] = {}
    for recipient in storage.folders("releases"):
        for release_id in storage.folders(f"releases/{recipient}"):
            manifest = storage.tagged(f"releases/{recipient}/{release_id}/{MANIFEST}")
            if manifest is not None:
                present[recipient, release_id] = hashlib.sha256(manifest[0]).hexdigest()
    for release, sha256 in sorted(present.items()):
        if release not in listed:
            problems.append(Problem("unlisted_release", "/".join(release), "lies in the lake without a line"))
        elif listed[release] != sha256:
            problems.append(
                Problem("altered", "/".join(release), "its manifest is not the one in the ledger")
            )
    ended = {(e.get("recipient"), e.get("release_id")) for e in entries if e.get("event") in ENDINGS}
    problems += [
        Problem("not_destroyed", "/".join(release), "was recalled or is expired, and lies in the lake still")
        for release in sorted(set(present) & ended)
    ]
    missing = [release for release in listed if release not in present and release not in ended]
    problems += [
        Problem("missing_release", f"{recipient}/{release}", "is in the ledger and not in the lake")
        for recipient, release in missing
    ]
    return problems


def _mac(key: bytes, entry: Mapping[str, Any]) -> str:
    signed = {name: value for name, value in entry.items() if name != "mac"}
    return hmac.digest(key, canonical(signed), "sha256").hex()


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _lines(content: bytes) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for line in content.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        found.append(entry if isinstance(entry, dict) else None)
    return found
