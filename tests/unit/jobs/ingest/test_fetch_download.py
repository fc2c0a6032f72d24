import errno
import gzip
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.errors import DataRefused, KjedeError
from jobs.ingest.fetch_http import FetchFailed, Http
from tests.replay.server import HTML, Answer, Replay, as_json
from tests.unit.jobs.ingest.conftest import QUICK

WHOLE = bytes(range(256)) * 40


@pytest.fixture
def http(replay: Replay) -> Iterator[Http]:
    with Http(replay.url, limits=QUICK, sleep=lambda seconds: None) as client:
        yield client


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "work" / "file.bin"


def test_a_download_is_stored_byte_for_byte(replay: Replay, http: Http, target: Path) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"', last_modified="today"))
    found = http.download("/f", target)
    assert target.read_bytes() == WHOLE
    assert (found.status, found.etag, found.last_modified) == (200, '"1"', "today")
    assert (found.bytes, found.sha256) == (len(WHOLE), hashlib.sha256(WHOLE).hexdigest())
    assert [path.name for path in target.parent.iterdir()] == ["file.bin"]
    target.unlink()
    assert http.download("/f", target, etag='"1"').status == 304
    assert list(target.parent.iterdir()) == []


def test_a_cut_download_goes_on_where_it_stopped(replay: Replay, http: Http, target: Path) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    replay.fault("/f", Answer(cut_after=4000), Answer(cut_after=1000))
    found = http.download("/f", target)
    assert (target.read_bytes(), found.bytes) == (WHOLE, len(WHOLE))
    asked = [(r.header("Range"), r.header("If-Range")) for r in replay.requests]
    assert asked == [("", ""), ("bytes=4000-", '"1"'), ("bytes=5000-", '"1"')]


def test_a_download_goes_on_in_a_later_run(replay: Replay, http: Http, target: Path) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    replay.fault("/f", *[Answer(cut_after=1000)] * 4)
    with pytest.raises(FetchFailed, match="after 4 attempts"):
        http.download("/f", target)
    assert not target.exists()
    assert target.with_name("file.bin.part").read_bytes() == WHOLE[:4000]
    with Http(replay.url, limits=QUICK) as again:
        assert again.download("/f", target, etag='"0"').bytes == len(WHOLE)
    assert replay.requests[-1].header("Range") == "bytes=4000-"
    assert target.read_bytes() == WHOLE


@pytest.mark.parametrize("is_kept_by", ["etag", "date"])
def test_a_changed_version_starts_over(replay: Replay, http: Http, target: Path, is_kept_by: str) -> None:
    def version(body: bytes, number: int) -> Answer:
        if is_kept_by == "etag":
            return Answer(body=body, content_type="x/y", etag=f'"{number}"')
        return Answer(body=body, content_type="x/y", last_modified=f"Sun, 0{number} Feb 2026 04:00:00 GMT")

    newer = WHOLE[::-1]
    replay.route("/f", version(newer, 2))
    replay.fault("/f", replace(version(WHOLE, 1), cut_after=4000))
    found = http.download("/f", target)
    assert target.read_bytes() == newer
    assert replay.requests[-1].header("Range") == "bytes=4000-"
    assert found.etag == ('"2"' if is_kept_by == "etag" else "")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(body=WHOLE, content_type="x/y"), id="no tag"),
        pytest.param(Answer(body=WHOLE, content_type="x/y", etag='W/"1"'), id="weak tag"),
        pytest.param(
            Answer(body=WHOLE, content_type="x/y", last_modified="Sun Feb 01 04:27:17 CET 2026"),
            id="odd date",
        ),
    ],
)
def test_what_cannot_be_told_apart_starts_over(
    replay: Replay, http: Http, target: Path, answer: Answer
) -> None:
    replay.route("/f", answer)
    replay.fault("/f", Answer(cut_after=4000))
    assert http.download("/f", target).bytes == len(WHOLE)
    assert [r.header("Range") for r in replay.requests] == ["", ""]
    assert target.read_bytes() == WHOLE


def test_a_server_without_ranges_sends_all_again(replay: Replay, http: Http, target: Path) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"', ranges=False))
    replay.fault("/f", Answer(cut_after=4000, ranges=False))
    assert http.download("/f", target).bytes == len(WHOLE)
    assert target.read_bytes() == WHOLE


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(Answer(206, b"zz", "x/y", {"Content-Range": "bytes 0-1/10240"}), id="another place"),
        pytest.param(Answer(206, b"zz", "x/y", {"Content-Range": "all of it"}), id="no place"),
        pytest.param(
            Answer(206, b"zz", "x/y", {"Content-Range": "bytes 4000-4001/10240", "ETag": '"2"'}),
            id="another version",
        ),
        pytest.param(Answer(416, b"", "x/y"), id="nothing more"),
    ],
)
def test_a_part_that_does_not_fit_is_not_glued_on(
    replay: Replay, http: Http, target: Path, wrong: Answer
) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    replay.fault("/f", Answer(cut_after=4000), wrong)
    http.download("/f", target)
    assert target.read_bytes() == WHOLE


def test_what_lies_there_of_another_address_is_not_continued(
    replay: Replay, http: Http, target: Path
) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    replay.route("/g", Answer(body=WHOLE[::-1], content_type="x/y", etag='"1"'))
    replay.fault("/f", *[Answer(cut_after=1000)] * 4)
    with pytest.raises(FetchFailed):
        http.download("/f", target)
    http.download("/g", target)
    assert target.read_bytes() == WHOLE[::-1]


def test_a_download_that_is_shorter_than_promised_is_not_finished(
    replay: Replay, http: Http, target: Path
) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", length=len(WHOLE) + 5))
    with pytest.raises(FetchFailed):
        http.download("/f", target)
    assert not target.exists()


@pytest.mark.parametrize("length", [pytest.param(None, id="as told"), pytest.param(-1, id="length not told")])
def test_a_download_larger_than_allowed_leaves_nothing(
    replay: Replay, http: Http, target: Path, length: int | None
) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"', length=length))
    with pytest.raises(DataRefused, match="more than the 10239"):
        http.download("/f", target, max_bytes=len(WHOLE) - 1)
    assert list(target.parent.iterdir()) == []
    assert http.download("/f", target, max_bytes=len(WHOLE)).bytes == len(WHOLE)


def test_case_32_an_error_page_is_no_download(replay: Replay, http: Http, target: Path) -> None:
    for answer, expect in ((HTML, "gzip"), (HTML, ""), (as_json({}), "gzip"), (Answer(), "gzip")):
        replay.route("/f", answer)
        with pytest.raises(DataRefused, match="fetch_refused"):
            http.download("/f", target, expect=expect)
        assert list(target.parent.iterdir()) == []


def test_a_body_packed_for_the_way_is_stored_as_the_file_it_is(
    replay: Replay, http: Http, tmp_path: Path
) -> None:
    packed = gzip.compress(b"text " * 1000, mtime=0)
    replay.route("/f", Answer(body=packed, content_type="x/y", headers={"Content-Encoding": "gzip"}))
    http.download("/f", tmp_path / "a.json.gz", expect="gzip")
    http.download("/f", tmp_path / "a.json")
    assert (tmp_path / "a.json.gz").read_bytes() == packed
    assert (tmp_path / "a.json").read_bytes() == b"text " * 1000


def test_a_slow_download_ends_and_can_go_on(replay: Replay, target: Path) -> None:
    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    replay.fault("/f", Answer(pause_s=0.05, piece=1000))
    with Http(replay.url, limits=replace(QUICK, download_s=0.1), sleep=lambda s: None) as http:
        assert http.download("/f", target).bytes == len(WHOLE)
    assert target.read_bytes() == WHOLE
    assert replay.requests[-1].header("Range") != ""


def test_case_4_a_full_disk_is_told(
    replay: Replay, http: Http, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    replay.route("/f", Answer(body=WHOLE, content_type="x/y", etag='"1"'))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KjedeError, match=r"file\.bin cannot be stored: No space left"):
        http.download("/f", target)
    assert not target.exists()
