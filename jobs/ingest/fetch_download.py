"""A download under way: the bytes so far, and what says whether they may be continued."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from jobs.ingest.fetch_rules import http_date

_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A stored file.

    Attributes:
        status: 200; 304 when the content is still what the caller has, and nothing was written.
        etag: Tag of this version of the content; empty when there is none.
        last_modified: When the content changed last, as the server wrote it; empty when it does not say.
        bytes: Stored bytes.
        sha256: Digest of the stored bytes.
    """

    status: int
    etag: str
    last_modified: str
    bytes: int
    sha256: str


class Part:
    """`target.part`, and beside it in `target.part.json` which version of which address it is of.

    Attributes:
        target: Where the file goes.
        offset: Bytes that lie there already; 0 when they cannot be continued.
        size: Bytes stored so far.
        total: Bytes that the whole has; None when the server does not say.
    """

    def __init__(self, target: Path, url: str) -> None:
        """Look at what an earlier attempt left.

        Args:
            target: Where the file goes.
            url: Full address; only its digest is kept.
        """
        self.target = target
        self._path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._url = hashlib.sha256(url.encode()).hexdigest()
        self.etag = self.last_modified = ""
        self.total: int | None = None
        self._is_coded = False
        self.offset = self._continued()
        self.size = self.offset

    def _continued(self) -> int:
        try:
            note = json.loads(self._note.read_bytes())
            size = self._path.stat().st_size
        except (FileNotFoundError, ValueError):
            return 0
        if note.get("url") != self._url or not size:
            return 0
        self.etag, self.last_modified = note["etag"], note["last_modified"]
        return size if self._validator() else 0

    def _validator(self) -> str:
        """What names the version for certain: a weak tag allows other bytes, and is not for ranges."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified if not self.etag and http_date(self.last_modified) else ""

    def headers(self) -> dict[str, str]:
        """Headers that ask for the rest; empty when there is nothing to continue."""
        if not self.offset:
            return {}
        return {"Range": f"bytes={self.offset}-", "If-Range": self._validator()}

    def begin(self, response: httpx.Response) -> bool:
        """Take note of an answer before its body is read.

        Args:
            response: Answer with status 200 (all) or 206 (the rest).

        Returns:
            False when the answer is a part that does not fit what is here.
        """
        etag, last_modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        if response.status_code == 206:
            found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if not self.offset or found is None or int(found[1]) != self.offset:
                return False
            if (etag and etag != self.etag) or (not etag and last_modified != self.last_modified):
                return False
            self.total = int(found[3])
            return True
        self.drop()
        self.etag, self.last_modified = etag, last_modified
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        # A compressed file that is also declared as compressed for the way is one and the same thing.
        self._is_coded = coding != "identity" and not (coding == "gzip" and self.target.suffix == ".gz")
        length = response.headers.get("Content-Length", "")
        self.total = int(length) if length.isdigit() and not self._is_coded else None
        if not self._is_coded:
            note = {"url": self._url, "etag": etag, "last_modified": last_modified}
            self._note.write_text(json.dumps(note))
        return True

    def blocks(self, response: httpx.Response) -> Iterator[bytes]:
        """The body as it is to be stored, in pieces as they come, so that a cut loses none of them.

        Args:
            response: The answer.
        """
        return response.iter_bytes() if self._is_coded else response.iter_raw()

    @contextmanager
    def opened(self) -> Iterator[Callable[[bytes], None]]:
        """What adds bytes; they are on disk when the context ends, however it ends."""
        with self._path.open("ab" if self.offset else "wb") as out:

            def write(block: bytes) -> None:
                out.write(block)
                self.size += len(block)

            try:
                yield write
            finally:
                out.flush()
                os.fsync(out.fileno())

    def finish(self) -> Downloaded:
        """Put the whole file in its place."""
        whole = hashlib.sha256()
        with self._path.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
        self._note.unlink(missing_ok=True)
        self._path.replace(self.target)
        return Downloaded(200, self.etag, self.last_modified, self.size, whole.hexdigest())

    def drop(self) -> None:
        """Forget what is here."""
        self._path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.offset = self.size = 0
