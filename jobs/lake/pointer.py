"""The pointer of a month, `_latest.json`: which run readers see, and every step that led there.

Pure decisions over its content; `update` of the storage makes each step atomic.
"""

import logging
from collections.abc import Mapping
from typing import Any

from expectations.errors import UsageError
from jobs.lake.manifest import FORMAT, sealed, unsealed

log = logging.getLogger(__name__)

FOLDER = "runs"
RUN = "_run.json"
POINTER = "_latest.json"

Entry = tuple[str, str]
"""As_of key and id of a run."""


def pointer_key(month: str) -> str:
    """Where the pointer of a month lies.

    Args:
        month: `YYYY-MM`.
    """
    return f"{FOLDER}/{month}/{POINTER}"


def run_key(month: str, entry: Entry) -> str:
    """Where the manifest of a run lies.

    Args:
        month: `YYYY-MM`.
        entry: The run.
    """
    return f"{FOLDER}/{month}/{entry[0]}/{entry[1]}/{RUN}"


def parse(content: bytes | None, month: str) -> dict[str, Any] | None:
    """The pointer in a stored file.

    Args:
        content: The file; None when there is none.
        month: `YYYY-MM`.
    """
    return None if content is None else unsealed(content, pointer_key(month))


def current(pointer: Mapping[str, Any]) -> Entry:
    """The run that readers see.

    Args:
        pointer: The pointer.
    """
    as_of, run_id = pointer["current"]
    return as_of, run_id


def order(pointer: Mapping[str, Any]) -> list[Entry]:
    """Every run ever published for a month; one that was published again counts at its last place.

    Args:
        pointer: The pointer.
    """
    entries = [(h["as_of"], h["run_id"]) for h in pointer["history"] if h["action"] == "publish"]
    return list(reversed(dict.fromkeys(reversed(entries))))


def forward(content: bytes | None, month: str, entry: Entry) -> bytes | None:
    """The pointer after a run was published; None when it stays as it is.

    Readers see the run unless one of a newer as_of is there, or this run was rolled back from.

    Args:
        content: The pointer before.
        month: `YYYY-MM`.
        entry: The published run.
    """
    pointer = parse(content, month)
    if pointer is None:
        return _after([], month, entry, entry, "publish", set())
    seen, withdrawn = current(pointer), set(pointer["withdrawn"])
    if entry[1] in withdrawn:
        log.warning("%s: run %s was rolled back from; readers still see %s", month, entry[1], seen[1])
        return None
    newest = [other for other in order(pointer) if other[0] == entry[0]][-1:]
    moves = entry[0] >= seen[0]
    if newest == [entry] and (seen == entry or not moves):
        log.info("%s: run %s is published already", month, entry[1])
        return None
    return _after(pointer["history"], month, entry if moves else seen, entry, "publish", withdrawn)


def back(content: bytes | None, month: str, to: str | None) -> tuple[bytes, Entry]:
    """The pointer after going back to a run, and that run.

    Args:
        content: The pointer before.
        month: `YYYY-MM`.
        to: Run id or as_of key; None means the one published before the current one.

    Raises:
        UsageError: There is no such run, or it is the current one.
    """
    pointer = parse(content, month)
    if pointer is None:
        raise UsageError(f"no run of {month} is published")
    seen, withdrawn = current(pointer), set(pointer["withdrawn"])
    entries = order(pointer)
    if to is None:
        found = [entry for entry in entries[: entries.index(seen)] if entry[1] not in withdrawn]
    else:
        found = [entry for entry in entries if to in entry and entry != seen]
    if not found:
        wanted = "earlier run" if to is None else f"other run {to}"
        raise UsageError(f"{month}: there is no {wanted} to go back to")
    target = found[-1]
    withdrawn = (withdrawn | {seen[1]}) - {target[1]}
    return _after(pointer["history"], month, target, target, "rollback", withdrawn), target


def _after(
    history: list[dict[str, str]], month: str, seen: Entry, entry: Entry, action: str, withdrawn: set[str]
) -> bytes:
    return sealed(
        {
            "format": FORMAT,
            "month": month,
            "current": list(seen),
            "path": run_key(month, seen),
            "withdrawn": sorted(withdrawn),
            "history": [*history, {"action": action, "as_of": entry[0], "run_id": entry[1]}],
        }
    )
