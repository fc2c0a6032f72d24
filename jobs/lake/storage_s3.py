"""A lake in a bucket: boto3 for every change, pyarrow for the data that is read.

The bucket's own promises do what rename and locks do in a folder: an object appears whole or not at all,
`If-None-Match: *` lets one writer win, `If-Match` compares and sets. Address, region and credentials come
from the standard AWS environment, files and roles; no key is ever logged, put into an address or an error.
"""

import base64
import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from pyarrow import fs

from expectations.errors import KjedeError, NotPermitted, UsageError
from jobs.lake.s3_client import TRIES, arrow_filesystem, connect, host
from jobs.lake.s3_lock import held
from jobs.lake.storage import LOCKS, Changed, Entry, Superseded, on_disk

SCRATCH_PREFIX = "kjede-"
"""Scratch folders are named `kjede-<process>-…`."""
MULTIPART_FROM_BYTES = 64 << 20
PART_BYTES = 16 << 20
DELETE_AT_ONCE = 1000
BLOCK = 1 << 20

_CUT = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_REFUSED = {
    "AccessDenied",
    "AllAccessDisabled",
    "ExpiredToken",
    "Forbidden",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
}
_ABSENT = {"404", "NoSuchKey", "NotFound"}


class S3Storage:
    """A prefix in an S3 bucket.

    Attributes:
        client: The boto3 client; safe to use from several threads.
        bucket: Bucket.
        prefix: What all keys begin with; empty, or ending in `/`.
    """

    def __init__(self, uri: str, tries: int = TRIES) -> None:
        """Use a place in a bucket, which must exist; nothing is asked of the server yet.

        Args:
            uri: `s3://bucket/prefix`.
            tries: Requests sent before giving up.

        Raises:
            UsageError: The address names no bucket, or more than a place.
        """
        try:
            address = urlsplit(uri)
            parts = [part for part in address.path.split("/") if part]
            is_plain = not (
                address.query or address.fragment or "@" in address.netloc or ":" in address.netloc
            )
        except ValueError:
            is_plain, parts = False, []
        if not is_plain or not address.netloc or {".", ".."} & set(parts):
            # The address itself is not repeated: it may hold a secret.
            raise UsageError(
                "expected s3://bucket/prefix; endpoint, region and credentials come from the AWS environment"
            )
        self.bucket = address.netloc
        self.prefix = "".join(f"{part}/" for part in parts)
        self.client = connect(tries)
        self._tries = tries

    @property
    def uri(self) -> str:
        """The root as an address."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A local folder in the system's folder for temporary files (`TMPDIR`)."""
        folder = scratch_folder()
        with on_disk(folder):
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def put_file(self, path: Path, key: str) -> None:
        """Upload a file; the server refuses what does not have the digest that was sent along.

        Args:
            path: Finished file.
            key: Where it goes.
        """
        with self.told("write", key):
            if path.stat().st_size >= MULTIPART_FROM_BYTES:
                settings = TransferConfig(
                    multipart_threshold=MULTIPART_FROM_BYTES,
                    multipart_chunksize=PART_BYTES,
                    max_concurrency=4,
                )
                # Parts have digests of their own; when one fails for good the upload is aborted.
                extra = {"ChecksumAlgorithm": "SHA256"}
                self.client.upload_file(str(path), self.bucket, self._name(key), extra, Config=settings)
                return
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
                file.seek(0)
                self._put(key, file, digest)

    def put_if_absent(self, key: str, content: bytes) -> bool:
        """Write on the condition that nothing is there.

        Args:
            key: Where it goes.
            content: All of it.
        """
        with self.told("write", key):
            return self._put_if(key, content, IfNoneMatch="*")

    def swap(self, key: str, content: bytes, expected: str | None) -> None:
        """Write on the condition that what is there is what was read.

        Args:
            key: Where it goes.
            content: All of it.
            expected: The tag that `tagged` gave; None when there was nothing.
        """
        condition = {"IfNoneMatch": "*"} if expected is None else {"IfMatch": expected}
        with self.told("write", key):
            if not self._put_if(key, content, **condition):
                raise Superseded(f"{key} was changed by another writer; nothing was overwritten, run again")

    @contextmanager
    def exclusive(self, key: str) -> Iterator[None]:
        """Hold an object that shows by changing that its holder lives.

        Args:
            key: What it is about.
        """
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        with held(self, f"{LOCKS}/{digest}", Superseded):
            yield

    def read(self, key: str) -> bytes:
        """All bytes of an object.

        Args:
            key: Where it lies.
        """
        return self._get(key)[0]

    def tagged(self, key: str) -> tuple[bytes, str] | None:
        """Content and ETag.

        Args:
            key: Where it lies.
        """
        try:
            return self._get(key)
        except FileNotFoundError:
            return None

    def download(self, key: str, target: Path, tag: str, most: int) -> int:
        """Copy an object into a file, resuming where a connection was cut.

        Args:
            key: Where it lies.
            target: File that is written.
            tag: Version that must be there.
            most: Bytes that may be copied; of a larger object nothing is.

        Returns:
            Its size.

        Raises:
            Changed: Another version is there.
            FileNotFoundError: Nothing is there.
        """
        with self.told("read", key), target.open("wb") as file:
            for left in reversed(range(self._tries)):
                done = file.tell()
                more = {"Range": f"bytes={done}-"} if done else {}
                found = self.client.get_object(Bucket=self.bucket, Key=self._name(key), IfMatch=tag, **more)
                size = done + int(found["ContentLength"])
                try:
                    if size <= most:
                        for block in found["Body"].iter_chunks(BLOCK):
                            file.write(block)
                    return size
                except _CUT:
                    if not left:
                        raise
                    _pause(self._tries - left)
                finally:
                    found["Body"].close()
        raise AssertionError("the last try returns or raises")

    def fetch(self, key: str, target: Path) -> None:
        """Copy an object that never changes into a file, which appears whole or not at all.

        Args:
            key: Where it lies.
            target: File that is written.

        Raises:
            FileNotFoundError: Nothing is there.
        """
        with self.told("read", key):
            found = self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        draft = target.with_name(f"{target.name}.part")
        self.download(key, draft, found["ETag"], found["ContentLength"])
        draft.replace(target)

    def filesystem(self) -> fs.FileSystem:
        """The prefix as the top of a file system, with the credentials that boto3 has found."""
        return fs.SubTreeFileSystem(f"{self.bucket}/{self.prefix}", arrow_filesystem(self.client))

    def exists(self, key: str) -> bool:
        """Whether an object is there.

        Args:
            key: Where it would lie.
        """
        try:
            with self.told("read", key):
                self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except FileNotFoundError:
            return False
        return True

    def walk(self, prefix: str) -> Iterator[Entry]:
        """All objects below a folder, ordered by key.

        Args:
            prefix: Folder; empty means everything.
        """
        found = []
        for page in self._pages(prefix):
            for item in page.get("Contents", []):
                if not item["Key"].endswith("/"):
                    key = item["Key"][len(self.prefix) :]
                    at = item["LastModified"].timestamp()
                    found.append(Entry(key, item["Size"], at, item["ETag"]))
        # Not every server lists in the order of the bytes.
        yield from sorted(found, key=lambda entry: entry.key)

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly in a folder, ordered.

        Args:
            prefix: Folder; empty means the root.
        """
        names = {
            item["Prefix"].rstrip("/").rsplit("/", 1)[-1]
            for page in self._pages(prefix, Delimiter="/")
            for item in page.get("CommonPrefixes", [])
        }
        return sorted(names)

    def delete(self, key: str) -> None:
        """Remove an object, or all below a folder.

        Args:
            key: Where it lies.
        """
        if key:
            with self.told("delete", key):
                self.client.delete_object(Bucket=self.bucket, Key=self._name(key))
        below = [self.prefix + entry.key for entry in self.walk(key)]
        for start in range(0, len(below), DELETE_AT_ONCE):
            batch = [{"Key": name} for name in below[start : start + DELETE_AT_ONCE]]
            with self.told("delete", key):
                done = self.client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True}
                )
            for failed in done.get("Errors", []):
                raise KjedeError(f"{self.uri}: {failed['Key']} was not deleted: {failed['Code']}")

    def locate(self, key: str) -> str:
        """The object's address.

        Args:
            key: Where it lies.
        """
        return f"s3://{self.bucket}/{self._name(key)}"

    @contextmanager
    def told(self, doing: str, key: str) -> Iterator[None]:
        """Errors of the server as errors of ours, which name the place and never a credential.

        Args:
            doing: What was asked: `read`, `write`, `list` or `delete`.
            key: Of what.

        Raises:
            NotPermitted: Credentials or policy do not allow it; asked once only.
            UsageError: There is no such bucket.
            FileNotFoundError: Nothing is there.
            Changed: It is no longer what was seen before.
            KjedeError: Anything else, after all tries.
        """
        where = f"{self.uri}: {doing} {key or 'the prefix'}"
        try:
            yield
        except ClientError as problem:
            code = _code(problem)
            status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code == "NoSuchBucket":
                raise UsageError(f"no bucket {self.bucket} at {host(self.client)}") from None
            if code in _REFUSED or status == 403:
                raise NotPermitted(
                    f"{where}: the server does not permit it ({code}); credentials or policy of bucket "
                    f"{self.bucket}, prefix {self.prefix or '(all)'}"
                ) from None
            if code in _ABSENT:
                raise FileNotFoundError(f"{self.uri}/{key}") from None
            if status == 412:
                raise Changed(f"{where}: it is no longer what was seen before") from None
            raise KjedeError(f"{where}: the server answered {status} {code}") from None
        except (NoCredentialsError, PartialCredentialsError):
            raise NotPermitted(
                f"{where}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                "a profile or a role"
            ) from None
        except (BotoCoreError, boto3.exceptions.Boto3Error) as problem:
            inner = problem.__context__
            if isinstance(inner, ClientError) and isinstance(problem, boto3.exceptions.Boto3Error):
                with self.told(doing, key):
                    raise inner from None
            kind = type(problem).__name__
            raise KjedeError(
                f"{where} failed after {self._tries} tries at {host(self.client)}: {kind}"
            ) from None

    def _name(self, key: str) -> str:
        parts = [part for part in key.split("/") if part]
        if ".." in parts or "." in parts:
            raise UsageError(f"{key!r} is not a place inside the lake")
        return self.prefix + "/".join(parts)

    def _pages(self, prefix: str, **more: str) -> Iterator[dict[str, Any]]:
        below = self._name(prefix)
        if below and not below.endswith("/"):
            below += "/"
        with self.told("list", prefix):
            yield from self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=below, **more
            )

    def _get(self, key: str) -> tuple[bytes, str]:
        with self.told("read", key):
            for left in reversed(range(self._tries)):
                found = self.client.get_object(Bucket=self.bucket, Key=self._name(key))
                try:
                    return found["Body"].read(), found["ETag"]
                except _CUT:
                    if not left:
                        raise
                    _pause(self._tries - left)
        raise AssertionError("the last try returns or raises")

    def _put(self, key: str, body: Any, digest: bytes, **more: str) -> None:
        checksum = base64.b64encode(digest).decode()
        self.client.put_object(
            Bucket=self.bucket, Key=self._name(key), Body=body, ChecksumSHA256=checksum, **more
        )

    def _put_if(self, key: str, content: bytes, **condition: str) -> bool:
        """Whether the condition held and the content was written."""
        digest = hashlib.sha256(content).digest()
        for left in reversed(range(self._tries)):
            try:
                self._put(key, content, digest, **condition)
            except ClientError as problem:
                status = problem.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == 409 and left:  # two conditional writes met; one of them must come again
                    _pause(self._tries - left)
                    continue
                if status == 404 and "IfMatch" in condition and _code(problem) != "NoSuchBucket":
                    return False  # what was read is gone
                if status != 412:
                    raise
                # A first try may have been written though its answer was lost on the way.
                is_again = left < self._tries - 1 or problem.response["ResponseMetadata"].get("RetryAttempts")
                return bool(is_again) and (self.tagged(key) or (None,))[0] == content
            return True
        raise AssertionError("the last try returns or raises")


def scratch_folder() -> Path:
    """A new folder for files of this process, named so that `kjede doctor` knows whose it was."""
    return Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{os.getpid()}-"))


def _code(problem: ClientError) -> str:
    return str(problem.response.get("Error", {}).get("Code", "unknown"))


def _pause(tries: int) -> None:
    """Waits a little longer each time, at random so that those who met do not meet again."""
    time.sleep(random.uniform(0, min(5.0, 0.1 * 2**tries)))
