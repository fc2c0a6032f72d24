"""The landing zone: where deliveries lie until they are taken in, a folder or a bucket.

A delivery exists from the moment its `delivery.json` is there, which is written last and never over another.
What is delivered comes from others: nothing of it is believed, no link is followed, no name leads out of its
folder.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from expectations import contract
from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.delivery import (
    ENVELOPE,
    ENVELOPE_BYTES,
    UNFINISHED_AFTER_SECONDS,
    DeliveryRef,
    check_envelope,
    in_order,
    read_envelope,
)

_COPY_BYTES = 1 << 20


class Landing(Protocol):
    """What a landing zone must do."""

    @property
    def uri(self) -> str:
        """Its address as the user named it."""

    def find(self, now: float) -> tuple[list[DeliveryRef], list[str]]:
        """All deliveries in the order in which they became known, and what is worth a warning.

        A folder without `delivery.json` is work in progress: never read, and named only once it is a day old.

        Args:
            now: The caller's clock, seconds since 1970.

        Raises:
            UsageError: There is no such landing zone.
            NotPermitted: It may not be read.
        """

    def local(self, delivery: DeliveryRef) -> AbstractContextManager[Path]:
        """A local folder with the delivery's files, to be read while the context is open.

        Args:
            delivery: As `find` gave it.

        Raises:
            DataRefused: `delivery_changed`: a file is not the one that `find` saw.
        """

    def deliver(self, folder: Path) -> str:
        """Put a finished delivery into the landing zone; the same one once more is no error.

        Args:
            folder: `…/<source>/<period>/<delivery_id>` as `write_delivery` made it.

        Returns:
            The address of its folder in the landing zone.

        Raises:
            DataRefused: `delivery_conflict`: another delivery with its id has landed.
        """


def open_landing(uri: str | Path) -> Landing:
    """The landing zone at an address.

    Args:
        uri: A folder, or `s3://bucket/prefix`.

    Raises:
        UsageError: No landing zone can lie at such an address.
    """
    if str(uri).startswith("s3://"):
        from jobs.ingest.landing_s3 import S3Landing

        return S3Landing(str(uri))
    if "://" in str(uri):
        raise UsageError(f"no landing zone at {uri}; expected a folder or s3://bucket/prefix")
    return LocalLanding(Path(uri))


def unfinished(source: str, period: str, delivery_id: str, age: float) -> str:
    """The warning about a delivery that nobody seems to be writing any more.

    Args:
        source: Source, from the folder.
        period: Period, from the folder.
        delivery_id: Delivery, from the folder.
        age: Seconds since its newest file was written.
    """
    return (
        f"delivery_unfinished: {source}/{period}/{delivery_id} has no {ENVELOPE} "
        f"and has not changed for {int(age // 3600)} hours"
    )


def finished(folder: Path) -> tuple[DeliveryRef, bytes]:
    """A local delivery that is about to land, checked against the contract, and its envelope's bytes.

    Args:
        folder: `…/<source>/<period>/<delivery_id>`.

    Raises:
        UsageError: It has no envelope.
        DataRefused: Its envelope breaks the contract, or a file has another size than it says.
    """
    folder = folder.absolute()
    try:
        content = (folder / ENVELOPE).read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{folder} has no {ENVELOPE}; only a finished delivery can land") from None
    source, period, delivery_id = folder.parts[-3:]
    delivery = read_envelope(source, period, delivery_id, str(folder), content)
    check_envelope(delivery, contract.source(source))
    for entry in delivery.envelope["files"]:
        path = folder / entry["name"]
        size = path.stat().st_size if path.is_file() else None
        if size != entry["bytes"]:
            raise DataRefused(
                "delivery_corrupt",
                f"{delivery.name}: {entry['name']}: bytes: {entry['bytes']} expected, {size} found",
            )
    return delivery, content


def conflict(delivery: DeliveryRef, place: str) -> DataRefused:
    """The refusal of a delivery whose id has landed with another envelope.

    Args:
        delivery: What was about to land.
        place: Where the other one lies.
    """
    return DataRefused(
        "delivery_conflict", f"{delivery.name} has landed already at {place} and is another; the first stays"
    )


class LocalLanding:
    """A folder `<source>/<period>/<delivery_id>/` on a file system."""

    def __init__(self, root: Path) -> None:
        """Use a folder.

        Args:
            root: The folder.
        """
        self._root = root.expanduser()

    @property
    def uri(self) -> str:
        """The folder."""
        return str(self._root)

    def find(self, now: float) -> tuple[list[DeliveryRef], list[str]]:
        """All deliveries in the order in which they became known, and what is worth a warning.

        Args:
            now: The caller's clock, seconds since 1970.
        """
        found: list[DeliveryRef] = []
        warnings: list[str] = []
        for source in self._sources(warnings):
            if source.name not in contract.sources():
                warnings.append(f"unknown_source: {source.name} is not in the input contract")
                continue
            for period in self._folders(source, warnings):
                for folder in self._folders(period, warnings):
                    self._look(folder, now, found, warnings)
        return in_order(found), warnings

    @contextmanager
    def local(self, delivery: DeliveryRef) -> Iterator[Path]:
        """The delivery's own folder.

        Args:
            delivery: As `find` gave it.
        """
        yield Path(delivery.place)

    def deliver(self, folder: Path) -> str:
        """Copy a finished delivery into the landing zone, its envelope last.

        Args:
            folder: `…/<source>/<period>/<delivery_id>`.
        """
        delivery, content = finished(folder)
        target = self._root / delivery.source / delivery.period / delivery.delivery_id
        if target.absolute() == folder.absolute():
            return str(target)
        envelope = target / ENVELOPE
        if not envelope.exists():
            target.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(prefix=".", dir=target) as drafts:
                for entry in delivery.envelope["files"]:
                    draft = Path(drafts) / entry["name"]
                    _copy(folder / entry["name"], draft)
                    draft.replace(target / entry["name"])
                _copy(folder / ENVELOPE, Path(drafts) / ENVELOPE)
                # Another may be faster; whether it was the same delivery shows below.
                with suppress(FileExistsError):
                    envelope.hardlink_to(Path(drafts) / ENVELOPE)
        if envelope.read_bytes() != content:
            raise conflict(delivery, str(target))
        return str(target)

    def _sources(self, warnings: list[str]) -> list[Path]:
        if self._root.is_symlink():
            raise UsageError(
                f"the landing zone {self._root} is a symbolic link; name the folder itself, "
                f"{self._root.resolve()}"
            )
        if not self._root.is_dir():
            raise UsageError(f"no landing folder {self._root}")
        try:
            os.scandir(self._root).close()
        except PermissionError:
            raise NotPermitted(f"the landing folder {self._root} may not be read") from None
        return self._folders(self._root, warnings)

    def _folders(self, folder: Path, warnings: list[str]) -> list[Path]:
        """Folders directly in a folder, in order; links and what may not be read become warnings."""
        found = []
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        except PermissionError:
            warnings.append(f"landing_unreadable: {self._name(folder)} may not be read")
            return []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                warnings.append(
                    f"landing_link: {self._name(folder / entry.name)} is a link; it was not followed"
                )
            elif entry.is_dir(follow_symlinks=False):
                found.append(folder / entry.name)
        return found

    def _look(self, folder: Path, now: float, found: list[DeliveryRef], warnings: list[str]) -> None:
        """Put one delivery's folder among the deliveries, or what is wrong with it among the warnings."""
        name = self._name(folder)
        source, period, delivery_id = folder.parts[-3:]
        try:
            mode = (folder / ENVELOPE).lstat().st_mode
            if not stat.S_ISREG(mode):
                warnings.append(f"landing_link: {name}/{ENVELOPE} is no file; the delivery was not read")
                return
            with (folder / ENVELOPE).open("rb") as file:
                content = file.read(ENVELOPE_BYTES + 1)
        except FileNotFoundError:
            try:
                age = now - _newest(folder)
            except PermissionError:
                warnings.append(f"landing_unreadable: {name} may not be read")
                return
            if age > UNFINISHED_AFTER_SECONDS:
                warnings.append(unfinished(source, period, delivery_id, age))
            return
        except PermissionError:
            warnings.append(f"landing_unreadable: {name} may not be read")
            return
        found.append(read_envelope(source, period, delivery_id, str(folder), content))

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self._root).as_posix() if folder != self._root else str(folder)


def _newest(folder: Path) -> float:
    times = [folder.stat().st_mtime]
    with os.scandir(folder) as entries:
        for entry in entries:
            inside = entry.is_dir(follow_symlinks=False)
            times.append(_newest(Path(entry.path)) if inside else entry.stat(follow_symlinks=False).st_mtime)
    return max(times[1:] or times)


def _copy(path: Path, target: Path) -> None:
    """A copy that is safe on disk before anything says that it is there."""
    with path.open("rb") as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, _COPY_BYTES)
        out.flush()
        os.fsync(out.fileno())
