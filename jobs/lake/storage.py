"""Where the bytes of a lake lie: the few operations that publishing needs.

A key is a path below the root with `/` between its parts. Two of the operations decide every race:
`put_if_absent` (one writer wins) and `swap` (compare and set). Everything else may be repeated without
harm.
"""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyarrow import fs

from expectations.errors import KjedeError, NotPermitted, UsageError

STAGING = "_staging"
LOCKS = "_locks"
ATTEMPTS = 20


class Superseded(KjedeError):
    """Another writer changed the pointer first; nothing was overwritten."""


class Changed(KjedeError):
    """A stored file is no longer the one that was seen before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored file.

    Attributes:
        key: Where it lies.
        size: Bytes.
        modified_at: Seconds since 1970; only for `gc`, never part of data.
        tag: Which version of it was seen; empty where the storage has no tags.
    """

    key: str
    size: int
    modified_at: float
    tag: str = ""


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

    def exclusive(self, key: str) -> AbstractContextManager[None]:
        """Wait until no other process or thread holds a key, and hold it; a dead holder loses it.

        Args:
            key: What it is about; need not be a file. Not to be asked for again by its holder.
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


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Tells a full disk, a file that may not become as large, and a missing right as errors of ours.

    Args:
        folder: Where something is read or written.

    Raises:
        KjedeError: There is no room; the message says how much is free.
        NotPermitted: The file system is read-only, or this user has no right.
    """
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            place = next(p for p in (folder, *folder.parents) if p.exists())
            free = shutil.disk_usage(place).free
            raise KjedeError(
                f"no room at {folder}: {errno.errorcode[problem.errno]}, {free} bytes free; "
                "nothing became visible"
            ) from problem
        if problem.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise NotPermitted(
                f"{folder}: {problem.strerror}; it needs a user who may read and write there"
            ) from None
        raise


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
    if uri.startswith("s3://"):
        from jobs.lake.storage_s3 import S3Storage

        return S3Storage(uri)
    if "://" in uri:
        raise UsageError(f"no storage for {uri}; expected a folder or s3://bucket/prefix")
    from jobs.lake.storage_local import LocalStorage

    return LocalStorage(Path(uri))
