"""Where the bytes of a lake lie: the few operations that publishing needs, and the local backend.

A key is a path below the root with `/` between its parts. Two of the operations decide every race:
`put_if_absent` (one writer wins) and `swap` (compare and set). Everything else may be repeated without
harm.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyarrow import fs

from expectations.errors import KjedeError, UsageError

STAGING = "_staging"
LOCKS = "_locks"
ATTEMPTS = 20


class Superseded(KjedeError):
    """Another writer changed the pointer first; nothing was overwritten."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored file.

    Attributes:
        key: Where it lies.
        size: Bytes.
        modified_at: Seconds since 1970; only for `gc`, never part of data.
    """

    key: str
    size: int
    modified_at: float


class Storage(Protocol):
    """What a backend must do."""

    @property
    def uri(self) -> str:
        """The root as the user named it."""

    def scratch(self) -> AbstractContextManager[Path]:
        """A private local folder for files that are not published yet; gone when the context ends."""

    def put_file(self, path: Path, key: str) -> None:
        """Store a finished local file durably; it appears whole or not at all, and may be moved away.

        Args:
            path: Finished file in a scratch folder.
            key: Where it goes.
        """

    def put_if_absent(self, key: str, content: bytes) -> bool:
        """Store content where nothing is yet.

        Args:
            key: Where it goes.
            content: All of it.

        Returns:
            False when something is there already, which stays as it is.
        """

    def swap(self, key: str, content: bytes, expected: str | None) -> None:
        """Replace content that is still what the caller read.

        Args:
            key: Where it goes.
            content: All of it.
            expected: The tag that `tagged` gave; None when there was nothing.

        Raises:
            Superseded: It is something else by now.
        """

    def read(self, key: str) -> bytes:
        """All bytes of a file.

        Args:
            key: Where it lies.

        Raises:
            FileNotFoundError: Nothing is there.
        """

    def tagged(self, key: str) -> tuple[bytes, str] | None:
        """Content together with the tag that `swap` expects.

        Args:
            key: Where it lies.
        """

    def filesystem(self) -> fs.FileSystem:
        """The storage as pyarrow reads it, with keys as paths."""

    def exists(self, key: str) -> bool:
        """Whether a file is there.

        Args:
            key: Where it would lie.
        """

    def walk(self, prefix: str) -> Iterator[Entry]:
        """All files below a folder, ordered by key.

        Args:
            prefix: Folder; empty means everything.
        """

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly in a folder, ordered.

        Args:
            prefix: Folder; empty means the root.
        """

    def delete(self, key: str) -> None:
        """Remove one file or a folder with all below it; gone already is fine.

        Args:
            key: Where it lies.
        """

    def locate(self, key: str) -> str:
        """The address under which an engine reads the file.

        Args:
            key: Where it lies.
        """


class LocalStorage:
    """A folder on a file system with atomic rename, hard links and advisory locks."""

    def __init__(self, root: Path) -> None:
        """Use a folder, which need not exist yet.

        Args:
            root: The folder.
        """
        self._root = root.expanduser().absolute()

    @property
    def uri(self) -> str:
        """The root folder."""
        return str(self._root)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder inside the root, so that a file is published by renaming it."""
        staging = self._root / STAGING
        staging.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=staging))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put_file(self, path: Path, key: str) -> None:
        """Flush the file to disk, then rename it into place.

        Args:
            path: Finished file in a scratch folder.
            key: Where it goes.
        """
        target = self._prepare(key)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(target)
        _sync_folder(target.parent)

    def put_if_absent(self, key: str, content: bytes) -> bool:
        """Write beside it and link: a link fails where a file is, and never shows half of one.

        Args:
            key: Where it goes.
            content: All of it.
        """
        target = self._prepare(key)
        if target.exists():
            return False
        with self._written(content) as temporary:
            try:
                target.hardlink_to(temporary)
            except FileExistsError:
                return False
        _sync_folder(target.parent)
        return True

    def swap(self, key: str, content: bytes, expected: str | None) -> None:
        """Compare and rename under a lock, which the kernel drops when its holder dies.

        Args:
            key: Where it goes.
            content: All of it.
            expected: The tag that `tagged` gave; None when there was nothing.
        """
        target = self._prepare(key)
        with self._lock(key), self._written(content) as temporary:
            current = self.tagged(key)
            if (current[1] if current else None) != expected:
                raise Superseded(f"{key} was changed by another writer; nothing was overwritten, run again")
            temporary.replace(target)
            _sync_folder(target.parent)

    def read(self, key: str) -> bytes:
        """All bytes of a file.

        Args:
            key: Where it lies.
        """
        return self._path(key).read_bytes()

    def tagged(self, key: str) -> tuple[bytes, str] | None:
        """Content and its digest.

        Args:
            key: Where it lies.
        """
        try:
            content = self.read(key)
        except FileNotFoundError:
            return None
        return content, hashlib.sha256(content).hexdigest()

    def filesystem(self) -> fs.FileSystem:
        """The root folder as the top of a file system."""
        return fs.SubTreeFileSystem(str(self._root), fs.LocalFileSystem())

    def exists(self, key: str) -> bool:
        """Whether a file is there.

        Args:
            key: Where it would lie.
        """
        return self._path(key).is_file()

    def walk(self, prefix: str) -> Iterator[Entry]:
        """All files below a folder, ordered by key; files that vanish meanwhile are left out.

        Args:
            prefix: Folder; empty means everything.
        """
        top = str(self._root)
        found = []
        for folder, _, names in os.walk(self._path(prefix)):
            inside = folder[len(top) + 1 :].replace(os.sep, "/")
            for name in names:
                try:
                    status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - twice as fast
                except FileNotFoundError:
                    continue
                found.append(Entry(f"{inside}/{name}" if inside else name, status.st_size, status.st_mtime))
        yield from sorted(found, key=lambda entry: entry.key)

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly in a folder, ordered.

        Args:
            prefix: Folder; empty means the root.
        """
        folder = self._path(prefix)
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def delete(self, key: str) -> None:
        """Remove a file, or a folder with all below it.

        Args:
            key: Where it lies.
        """
        path = self._path(key)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def locate(self, key: str) -> str:
        """The absolute path.

        Args:
            key: Where it lies.
        """
        return str(self._path(key))

    def _path(self, key: str) -> Path:
        parts = [part for part in key.split("/") if part]
        if ".." in parts or "." in parts:
            raise UsageError(f"{key!r} is not a place inside the lake")
        return self._root.joinpath(*parts)

    def _prepare(self, key: str) -> Path:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    @contextmanager
    def _written(self, content: bytes) -> Iterator[Path]:
        """A temporary file with the content safe on disk; what is left of it is removed."""
        staging = self._root / STAGING
        staging.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=staging)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _lock(self, key: str) -> Iterator[None]:
        folder = self._root / LOCKS
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / hashlib.sha256(key.encode()).hexdigest()[:16]).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def update(storage: Storage, key: str, change: Callable[[bytes | None], bytes | None]) -> None:
    """Change a file that others may be changing too: look, decide, swap; look again if another was faster.

    Args:
        storage: Where it lies.
        key: The file.
        change: Gets the content, None when there is none; gives the new content, None to leave it as it is.

    Raises:
        Superseded: Others were faster every time.
    """
    for attempt in range(ATTEMPTS):
        current = storage.tagged(key)
        content = change(current[0] if current else None)
        if content is None or (current and content == current[0]):
            return
        try:
            storage.swap(key, content, current[1] if current else None)
        except Superseded:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        return


def open_storage(uri: str) -> Storage:
    """The backend of a lake's address.

    Args:
        uri: A folder, or `s3://bucket/prefix`.

    Raises:
        UsageError: No backend for such an address.
    """
    if "://" in uri:
        raise UsageError(f"no storage for {uri}; this version keeps a lake in a folder")
    return LocalStorage(Path(uri))


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
