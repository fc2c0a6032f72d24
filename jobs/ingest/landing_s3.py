"""A landing zone in a bucket: one listing says what is there, and what is read must be what it showed."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.errors import DataRefused, KjedeError
from jobs.ingest.delivery import (
    ENVELOPE,
    ENVELOPE_BYTES,
    UNFINISHED_AFTER_SECONDS,
    DeliveryRef,
    check_envelope,
    in_order,
    read_envelope,
)
from jobs.ingest.landing import conflict, finished, unfinished
from jobs.lake.storage import Changed, Entry
from jobs.lake.storage_s3 import S3Storage

AT_ONCE = 8
"""Requests beside each other: each waits for the network, not for a processor."""
SPARE_BYTES = 256 << 20
"""Room that is left on the disk when a delivery is downloaded."""


KEPT = 10_000
"""Envelopes that a process remembers, so that watching a landing zone asks only for what is new."""

_read_before: dict[tuple[str, str, str], bytes] = {}


class S3Landing:
    """`s3://bucket/prefix/<source>/<period>/<delivery_id>/`."""

    def __init__(self, uri: str) -> None:
        """Use a place in a bucket.

        Args:
            uri: `s3://bucket/prefix`.
        """
        self._storage = S3Storage(uri)

    @property
    def uri(self) -> str:
        """The address."""
        return self._storage.uri

    def find(self, now: float) -> tuple[list[DeliveryRef], list[str]]:
        """All deliveries in the order in which they became known, and what is worth a warning.

        Args:
            now: The caller's clock, seconds since 1970.
        """
        warnings: list[str] = []
        groups: dict[tuple[str, str, str], dict[str, Entry]] = {}
        strangers = set()
        for entry in self._storage.walk(""):
            parts = entry.key.split("/")
            if len(parts) < 4 or any(part.startswith(".") for part in parts[:3]) or not all(parts):
                continue
            if parts[0] not in contract.sources():
                strangers.add(parts[0])
                continue
            groups.setdefault((parts[0], parts[1], parts[2]), {})["/".join(parts[3:])] = entry
        warnings += [f"unknown_source: {name} is not in the input contract" for name in sorted(strangers)]
        landed = {name: files for name, files in groups.items() if ENVELOPE in files}
        for name in sorted(groups.keys() - landed.keys()):
            age = now - max(entry.modified_at for entry in groups[name].values())
            if age > UNFINISHED_AFTER_SECONDS:
                warnings.append(unfinished(*name, age))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(self._read, landed.keys(), landed.values()))
        return in_order([delivery for delivery in found if delivery]), warnings

    @contextmanager
    def local(self, delivery: DeliveryRef) -> Iterator[Path]:
        """A scratch folder with the files that the envelope lists, exactly those that `find` saw.

        Args:
            delivery: As `find` gave it.
        """
        check_envelope(delivery, contract.source(delivery.source))
        wanted = [entry for entry in delivery.envelope["files"] if entry["name"] in delivery.seen]
        with self._storage.scratch() as scratch:
            folder = scratch / delivery.source / delivery.period / delivery.delivery_id
            folder.mkdir(parents=True)
            free = shutil.disk_usage(folder).free
            if delivery.bytes + SPARE_BYTES > free:
                raise KjedeError(
                    f"{delivery.name}: {delivery.bytes} bytes do not fit beside {scratch}: {free} bytes free"
                )
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda entry: self._download(delivery, entry, folder), wanted))
            yield folder

    def deliver(self, folder: Path) -> str:
        """Upload a finished delivery, its envelope last; what an earlier try left is replaced.

        Args:
            folder: `…/<source>/<period>/<delivery_id>`.
        """
        delivery, content = finished(folder)
        base = f"{delivery.source}/{delivery.period}/{delivery.delivery_id}"
        place, envelope = self._storage.locate(base), f"{base}/{ENVELOPE}"
        landed = self._storage.tagged(envelope)
        if landed is None:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                names = [entry["name"] for entry in delivery.envelope["files"]]
                keys = [f"{base}/{name}" for name in names]
                list(pool.map(self._storage.put_file, [folder / name for name in names], keys))
            if self._storage.put_if_absent(envelope, content):
                return place
            landed = self._storage.tagged(envelope)
        if landed is None or landed[0] != content:
            raise conflict(delivery, place)
        return place

    def _read(self, name: tuple[str, str, str], files: dict[str, Entry]) -> DeliveryRef | None:
        base, entry = "/".join(name), files[ENVELOPE]
        try:
            content = self._envelope(entry)
        except FileNotFoundError:
            return None  # taken away since the listing: there is nothing to read
        seen = {name: entry.tag for name, entry in files.items() if "/" not in name}
        return read_envelope(*name, self._storage.locate(base), content, seen)

    def _envelope(self, entry: Entry) -> bytes:
        if entry.size > ENVELOPE_BYTES:
            return entry.tag.encode().ljust(ENVELOPE_BYTES + 1)  # not fetched; its tag stands for it
        known = (self.uri, entry.key, entry.tag)
        content = _read_before.get(known)
        if content is None:
            content = self._storage.read(entry.key)
            if len(_read_before) >= KEPT:
                _read_before.clear()
            _read_before[known] = content
        return content

    def _download(self, delivery: DeliveryRef, entry: dict[str, Any], folder: Path) -> None:
        name, expected = entry["name"], entry["bytes"]
        key = f"{delivery.source}/{delivery.period}/{delivery.delivery_id}/{name}"
        try:
            size = self._storage.download(key, folder / name, delivery.seen[name], most=expected)
        except (Changed, FileNotFoundError):
            raise DataRefused(
                "delivery_changed", f"{delivery.name}: {name} is no longer what the landing zone showed"
            ) from None
        if size != expected:
            raise DataRefused(
                "delivery_corrupt", f"{delivery.name}: {name}: bytes: {expected} expected, {size} found"
            )
