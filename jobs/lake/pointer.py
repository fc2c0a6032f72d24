"""The pointer of a month, `_latest.json`: which run readers see, and every step that led there.

Pure decisions over its content; `update` of the storage makes each step atomic.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from expectations.errors import UsageError
from jobs.lake.manifest import FORMAT, sealed, unsealed

log = logging.getLogger(__name__)

FOLDER = "runs"
RUN = "_run.json"
POINTER = "_latest.json"

PURGE = "purge"
RETAIN = "retain"
ENDINGS = (PURGE, RETAIN)
"""Why a run that was published is gone for good."""

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


def current(pointer: Mapping[str, Any]) -> Entry | None:
    """The run that readers see; None when it is gone and none has taken its place yet.

    Args:
        pointer: The pointer.
    """
    if pointer["current"] is None:
        return None
    as_of, run_id = pointer["current"]
    return as_of, run_id


def awaited(pointer: Mapping[str, Any]) -> str | None:
    """As_of key of the run that readers saw until it was purged, and that is to be made again.

    Args:
        pointer: The pointer.
    """
    found: str | None = pointer.get("awaited")
    return found


def order(pointer: Mapping[str, Any]) -> list[Entry]:
    """Every run of a month that is still there; one that was published again counts at its last place.

    Args:
        pointer: The pointer.
    """
    found: dict[Entry, None] = {}
    for step in pointer["history"]:
        entry = (step["as_of"], step["run_id"])
        if step["action"] == "publish" or step["action"] in ENDINGS:
            found.pop(entry, None)
        if step["action"] == "publish":
            found[entry] = None
    return list(found)


def gone(pointer: Mapping[str, Any]) -> dict[Entry, str]:
    """Runs of a month that were published and are gone, with the reason: `purge` or `retain`.

    Args:
        pointer: The pointer.
    """
    standing = set(order(pointer))
    ended = {(h["as_of"], h["run_id"]): h["action"] for h in pointer["history"] if h["action"] in ENDINGS}
    return {entry: why for entry, why in ended.items() if entry not in standing}


def forward(content: bytes | None, month: str, entry: Entry) -> bytes | None:
    """The pointer after a run was published; None when it stays as it is.

    Readers see the run unless one of a newer as_of is there, or this run was rolled back from. While the run
    that they saw is purged and not made again, only one of its as_of or a newer one takes its place.

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
        log.warning("%s: run %s was rolled back from; readers see no other run for it", month, entry[1])
        return None
    newest = [other for other in order(pointer) if other[0] == entry[0]][-1:]
    moves = entry[0] >= (seen[0] if seen else awaited(pointer) or "")
    if newest == [entry] and (seen == entry or not moves):
        log.info("%s: run %s is published already", month, entry[1])
        return None
    left = None if moves else awaited(pointer)
    return _after(pointer["history"], month, entry if moves else seen, entry, "publish", withdrawn, left)


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
        before = entries[: entries.index(seen)] if seen else []
        found = [entry for entry in before if entry[1] not in withdrawn]
    else:
        found = [entry for entry in entries if to in entry and entry != seen]
    if not found:
        wanted = "earlier run" if to is None else f"other run {to}"
        raise UsageError(f"{month}: there is no {wanted} to go back to")
    target = found[-1]
    withdrawn = (withdrawn | ({seen[1]} if seen else set())) - {target[1]}
    return _after(pointer["history"], month, target, target, "rollback", withdrawn), target


def without(content: bytes | None, month: str, entries: Iterable[Entry], why: str) -> bytes | None:
    """The pointer after runs went for good; None when it stays as it is.

    Args:
        content: The pointer before.
        month: `YYYY-MM`.
        entries: Runs that go; those that are gone already, or were never there, do not count.
        why: `purge`, which leaves readers waiting for the run to be made again, or `retain`.
    """
    pointer = parse(content, month)
    going = set(entries)
    listed = [entry for entry in order(pointer) if entry in going] if pointer else []
    if pointer is None or not listed:
        return None
    seen, wait = current(pointer), awaited(pointer)
    if seen in listed:
        wait = seen[0] if seen and why == PURGE else None
        seen = None
    after = content
    for entry in listed:
        history = parse(after, month)["history"]  # type: ignore[index]
        after = _after(history, month, seen, entry, why, set(pointer["withdrawn"]), wait)
    return after


def settle(content: bytes | None, month: str) -> bytes | None:
    """The pointer once nothing is to be made again: readers see the newest run that is left, or none.

    Args:
        content: The pointer before.
        month: `YYYY-MM`.
    """
    pointer = parse(content, month)
    if pointer is None or pointer["current"] is not None:
        return None
    left = [entry for entry in order(pointer) if entry[1] not in pointer["withdrawn"]]
    newest = max(left, key=lambda entry: entry[0], default=None)
    if newest is None and awaited(pointer) is None:
        return None
    return _content(pointer["history"], month, newest, set(pointer["withdrawn"]), None)


def _after(
    history: list[dict[str, str]],
    month: str,
    seen: Entry | None,
    entry: Entry,
    action: str,
    withdrawn: set[str],
    wait: str | None = None,
) -> bytes:
    steps = [*history, {"action": action, "as_of": entry[0], "run_id": entry[1]}]
    return _content(steps, month, seen, withdrawn, wait)


def _content(
    history: list[dict[str, str]], month: str, seen: Entry | None, withdrawn: set[str], wait: str | None
) -> bytes:
    return sealed(
        {
            "format": FORMAT,
            "month": month,
            "current": list(seen) if seen else None,
            "path": run_key(month, seen) if seen else None,
            "withdrawn": sorted(withdrawn),
            "history": history,
        }
        | ({"awaited": wait} if wait else {})
    )
