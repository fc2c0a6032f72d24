"""A lake in a folder: atomic rename, hard links and advisory locks."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyarrow import fs

from expectations.errors import UsageError
from jobs.lake.storage import LOCKS, STAGING, Entry, Superseded, on_disk


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
        with on_disk(self._root):
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
        with on_disk(self._root):
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
        with on_disk(self._root):
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
        with on_disk(self._root), self._lock(key), self._written(content) as temporary:
            target = self._prepare(key)
            current = self.tagged(key)
            if (current[1] if current else None) != expected:
                raise Superseded(f"{key} was changed by another writer; nothing was overwritten, run again")
            temporary.replace(target)
            _sync_folder(target.parent)

    @contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        """Hold a lock of the kernel, which drops it when its holder dies.

        Args:
            key: What it is about.
        """
        with self._lock(f"exclusive {key}"):
            yield

    def read(self, key: str) -> bytes:
        """All bytes of a file.

        Args:
            key: Where it lies.
        """
        with on_disk(self._root):
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
        with on_disk(self._root):
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


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
