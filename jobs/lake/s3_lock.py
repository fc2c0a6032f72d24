"""One holder at a time in a bucket: an object that its holder keeps changing while it lives."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

from expectations.errors import KjedeError

log = logging.getLogger(__name__)

BEAT_SECONDS = 15.0
"""The holder changes the object this often."""
DEAD_AFTER_SECONDS = 90.0
"""A holder whose object has not changed for so long, by the clock of the one who waits, is dead."""
LOOK_SECONDS = 0.5


class Cells(Protocol):
    """What a lock needs of a storage."""

    def put_if_absent(self, key: str, content: bytes) -> bool:
        """Store content where nothing is yet."""

    def tagged(self, key: str) -> tuple[bytes, str] | None:
        """Content and tag."""

    def swap(self, key: str, content: bytes, expected: str | None) -> None:
        """Replace content that is still what the caller read."""

    def delete(self, key: str) -> None:
        """Remove it."""


@contextmanager
def held(cells: Cells, key: str, changed: type[Exception]) -> Iterator[None]:
    """Wait until nobody else holds a key, and hold it.

    Nothing rests on clocks that agree: who waits watches whether the object still changes.

    Args:
        cells: The storage.
        key: Where the object lies.
        changed: What `swap` raises when another was faster.

    Raises:
        KjedeError: The key was taken from a holder that was taken for dead; its work must not go on.
    """
    name, beats = uuid4().hex, 0

    def content() -> bytes:
        return f"{name} {beats}".encode()

    seen, since = "", time.monotonic()
    while not cells.put_if_absent(key, content()):
        current = cells.tagged(key)
        if current is None:
            continue
        if current[1] != seen:
            seen, since = current[1], time.monotonic()
        elif time.monotonic() - since > DEAD_AFTER_SECONDS:
            log.warning("%s: its holder is silent; taking over", key)
            try:
                cells.swap(key, content(), seen)
            except changed:
                continue
            break
        time.sleep(LOOK_SECONDS)
    ended, lost = threading.Event(), threading.Event()

    def beat() -> None:
        nonlocal beats
        while not ended.wait(BEAT_SECONDS):
            current = cells.tagged(key)
            if current is None or not current[0].startswith(name.encode()):
                lost.set()
                return
            beats += 1
            try:
                cells.swap(key, content(), current[1])
            except changed:
                lost.set()
                return

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()
        if lost.is_set():
            raise KjedeError(f"{key} was taken over while it was held; run again")
        current = cells.tagged(key)
        if current is not None and current[0].startswith(name.encode()):
            cells.delete(key)
