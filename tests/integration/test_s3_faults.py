"""What the network and the server may do to a lake in a bucket, and how it is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from expectations.errors import KjedeError, NotPermitted, UsageError
from jobs.lake import storage_s3
from jobs.lake.lake import Lake
from jobs.lake.storage import Superseded
from jobs.lake.storage_s3 import S3Storage
from tests.integration.cutting_proxy import Proxy, proxy
from tests.integration.s3_server import ADMIN, BUCKET, S3Server

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

MEGABYTE = os.urandom(1 << 20)


@pytest.fixture
def before(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy before the server, through which this process sees it."""
    with proxy(s3_server.port) as running:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in s3_server.environment(port=running.port).items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def storage(before: Proxy, request: pytest.FixtureRequest) -> S3Storage:
    place = S3Storage(f"s3://{BUCKET}/faults/{abs(hash(request.node.name))}", tries=4)
    place.delete("")
    return place


def file_of(folder: Path, content: bytes) -> Path:
    (folder / "f").write_bytes(content)
    return folder / "f"


@pytest.mark.parametrize("cuts", [0, 2])
def test_case_10_an_upload_cut_twice_succeeds(
    storage: S3Storage, before: Proxy, tmp_path: Path, cuts: int
) -> None:
    before.up, before.cuts = 300_000, cuts
    storage.put_file(file_of(tmp_path, MEGABYTE), "f")
    before.up = 0
    assert storage.read("f") == MEGABYTE
    assert before.cuts <= 0


def test_case_10_an_upload_always_cut_fails_and_leaves_nothing(
    storage: S3Storage, before: Proxy, tmp_path: Path
) -> None:
    before.up, before.cuts = 300_000, 1000
    with pytest.raises(KjedeError, match=r"write f failed after 4 tries at 127\.0\.0\.1: "):
        storage.put_file(file_of(tmp_path, MEGABYTE), "f")
    before.cuts = 0
    assert not storage.exists("f")


def test_case_10_a_large_upload_whose_parts_are_cut(
    storage: S3Storage, before: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_s3, "MULTIPART_FROM_BYTES", 1 << 20)
    monkeypatch.setattr(storage_s3, "PART_BYTES", 5 << 20)
    path = file_of(tmp_path, MEGABYTE * 12)
    before.up, before.cuts = 3_000_000, 2
    storage.put_file(path, "big")
    before.up = 0
    assert storage.read("big") == path.read_bytes()
    before.up, before.cuts = 3_000_000, 1000
    with pytest.raises(KjedeError, match="write bad"):
        storage.put_file(path, "bad")
    before.cuts = 0
    assert not storage.exists("bad")
    left = storage.client.list_multipart_uploads(Bucket=BUCKET, Prefix=storage.prefix)
    assert left.get("Uploads", []) == []


@pytest.mark.parametrize("cuts", [0, 2])
def test_a_read_cut_twice_goes_on_where_it_was(
    storage: S3Storage, before: Proxy, tmp_path: Path, cuts: int
) -> None:
    storage.put_if_absent("f", MEGABYTE)
    before.down, before.cuts = 300_000, cuts
    assert storage.read("f") == MEGABYTE
    before.cuts = cuts
    (entry,) = storage.walk("")
    assert storage.download("f", tmp_path / "copy", entry.tag, most=len(MEGABYTE)) == len(MEGABYTE)
    assert (tmp_path / "copy").read_bytes() == MEGABYTE
    before.cuts = 1000
    with pytest.raises(KjedeError, match="read f failed after 4 tries"):
        storage.read("f")


def test_a_lost_answer_to_a_conditional_write_is_still_a_win(storage: S3Storage, before: Proxy) -> None:
    """The write was done, its answer was cut: the second try finds its own content and says so."""
    before.down, before.cuts = 1, 1
    assert storage.put_if_absent("once", b"mine")
    assert not storage.put_if_absent("once", b"other")
    tag = (storage.tagged("once") or (b"", ""))[1]
    before.cuts = 1
    storage.swap("once", b"next", tag)
    with pytest.raises(Superseded):
        storage.swap("once", b"third", tag)
    assert storage.read("once") == b"next"


def test_case_12_a_busy_server_is_asked_again_but_not_for_ever(storage: S3Storage, before: Proxy) -> None:
    # A connection of its own for each request, so that each meets the proxy.
    storage.client.meta.events.register(
        "before-sign.s3", lambda request, **_: request.headers.add_header("Connection", "close")
    )
    before.busy = 2
    assert storage.put_if_absent("a", b"1")
    before.busy = 1000
    with pytest.raises(KjedeError, match="the server answered 503 SlowDown"):
        storage.read("a")
    before.busy = 0
    assert storage.read("a") == b"1"


@pytest.mark.parametrize(
    "keys", [("adminkey", "wrong"), ("nobody", "wrong"), ("receivekey", "receivesecret")]
)
def test_case_12_what_is_not_permitted_is_told_once_without_a_secret(
    s3_server: S3Server, before: Proxy, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, str]
) -> None:
    for name, value in s3_server.environment(keys, before.port).items():
        monkeypatch.setenv(name, value)
    place = S3Storage(f"s3://{BUCKET}/faults/denied")
    for attempt in (
        lambda: place.put_if_absent("a", b"1"),
        lambda: place.read("a"),
        lambda: place.exists("a"),
        lambda: list(place.walk("")),
        lambda: place.delete("a"),
        lambda: Lake.open(place.uri),
    ):
        seen = before.seen
        with pytest.raises(NotPermitted, match=f"bucket {BUCKET}, prefix faults/denied/") as told:
            attempt()
        assert not any(secret in str(told.value) for secret in (*keys, *ADMIN))
        assert told.value.__cause__ is None
        assert before.seen <= seen + 1


def test_case_12_no_credentials_at_all(before: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NotPermitted, match="no credentials"):
        S3Storage(f"s3://{BUCKET}/x").read("a")


def test_a_bucket_that_is_not_there_is_a_usage_error(before: Proxy) -> None:
    place = S3Storage("s3://nowhere/x")
    for attempt in (lambda: place.read("a"), lambda: list(place.walk("")), lambda: Lake.open(place.uri)):
        with pytest.raises(UsageError, match=r"no bucket nowhere at 127\.0\.0\.1"):
            attempt()


def test_a_server_that_is_not_there_is_told(before: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(KjedeError, match=r"failed after 1 tries at 127\.0\.0\.1: EndpointConnectionError"):
        S3Storage(f"s3://{BUCKET}/x", tries=1).read("a")


@pytest.mark.parametrize("uri", ["s3://", "s3://key:secret@bucket/x", "s3://b/x?y=1", "s3://b/../x"])
def test_an_address_is_a_bucket_and_a_prefix_and_is_not_repeated(uri: str) -> None:
    with pytest.raises(UsageError) as told:
        S3Storage(uri)
    assert "secret" not in str(told.value)


def test_a_file_with_another_digest_is_refused_by_the_server(storage: S3Storage) -> None:
    with pytest.raises(ClientError):
        storage._put("f", b"content", b"0" * 32)
    assert not storage.exists("f")
