import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.fetch_http import FetchFailed, Http
from jobs.ingest.fetch_rules import shown
from tests.replay.server import HTML, Answer, Replay, as_json, busy, moved
from tests.unit.jobs.ingest.conftest import QUICK


@pytest.fixture
def waits() -> list[float]:
    """What a client slept."""
    return []


@pytest.fixture
def http(replay: Replay, waits: list[float]) -> Iterator[Http]:
    with Http(replay.url, limits=QUICK, sleep=waits.append) as client:
        yield client


def test_an_answer_comes_whole_and_the_program_names_itself(replay: Replay, http: Http) -> None:
    replay.route("/api/a", as_json({"navn": "Ærlig"}, etag='"1"'))
    assert http.get_json("/api/a", {"size": 3}) == {"navn": "Ærlig"}
    asked = replay.requests[0]
    assert asked.query == {"size": "3"}
    assert re.fullmatch(r"kjede/[0-9.a-z+]+", asked.header("User-Agent"))
    reply = http.get("api/a")
    assert (reply.status, reply.etag, reply.last_modified) == (200, '"1"', "")


def test_a_compressed_answer_is_opened(replay: Replay, http: Http) -> None:
    packed = gzip.compress(b'{"a": 1}')
    replay.route("/a", Answer(body=packed, headers={"Content-Encoding": "gzip"}))
    assert http.get_json("/a") == {"a": 1}


def test_what_has_not_changed_is_not_sent(replay: Replay, http: Http) -> None:
    day = "Sun, 01 Feb 2026 04:00:00 GMT"
    replay.route("/a", as_json([], etag='"1"', last_modified=day))
    assert http.get("/a", etag='"1"').status == 304
    assert http.get("/a", last_modified=day).status == 304
    assert http.get("/a", etag='"0"').status == 200
    assert http.get("/a").status == 200


def test_a_time_that_is_no_http_date_is_not_sent_back(replay: Replay, http: Http) -> None:
    replay.route("/a", as_json([]))
    http.get("/a", last_modified="Fri Sep 11 04:27:17 CEST 2026")
    assert replay.requests[0].header("If-Modified-Since") == ""


def test_a_busy_server_is_asked_again_with_growing_waits(
    replay: Replay, http: Http, waits: list[float]
) -> None:
    replay.route("/a", as_json({"a": 1}))
    replay.fault("/a", busy(503), busy(500), busy(502))
    assert http.get_json("/a") == {"a": 1}
    assert len(replay.requests) == 4
    assert [0.5 * 2**n <= wait <= 0.5 * 2**n + 0.5 for n, wait in enumerate(waits)] == [True] * 3


def test_the_wait_that_a_server_asks_for_is_kept(replay: Replay, http: Http, waits: list[float]) -> None:
    replay.route("/a", as_json({}))
    replay.fault("/a", busy(429, "7"), busy(503, "100000"), busy(429, "soon"))
    http.get_json("/a")
    assert waits[:2] == [7.0, QUICK.longest_retry_after_s]
    assert waits[2] <= QUICK.longest_wait_s


def test_the_wait_may_be_a_date(replay: Replay, http: Http, waits: list[float]) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=90)
    past = until - timedelta(days=1)
    replay.route("/a", as_json({}))
    replay.fault(
        "/a", busy(503, format_datetime(until, usegmt=True)), busy(503, format_datetime(past, usegmt=True))
    )
    http.get_json("/a")
    assert 80 <= waits[0] <= 90
    assert waits[1] == 0


def test_an_api_that_stays_busy_is_given_up(replay: Replay, http: Http) -> None:
    replay.route("/a/310000205", busy(503))
    with pytest.raises(FetchFailed, match=r"/a/….*HTTP 503, after 4 attempts") as caught:
        http.get_json("/a/310000205", {"key": "secret"})
    assert (caught.value.status, caught.value.exit_code, len(replay.requests)) == (503, 1, 4)
    assert "secret" not in str(caught.value)
    assert "310000205" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 404, 406, 410, 418, 501])
def test_an_answer_that_says_no_is_not_asked_for_again(replay: Replay, http: Http, status: int) -> None:
    replay.route("/a", as_json({}, status))
    with pytest.raises(FetchFailed, match=f"HTTP {status}") as caught:
        http.get("/a")
    assert (caught.value.status, len(replay.requests)) == (status, 1)
    assert http.get("/a", also=frozenset({status})).status == status


@pytest.mark.parametrize("status", [401, 403])
def test_no_key_is_not_permitted(replay: Replay, http: Http, status: int) -> None:
    replay.route("/a", as_json({}, status))
    with pytest.raises(NotPermitted) as caught:
        http.get("/a")
    assert (caught.value.exit_code, len(replay.requests)) == (4, 1)


def test_nobody_there_is_a_failure_that_names_the_place(only_this_machine: None) -> None:
    with Replay() as gone:
        url = gone.url
    with (
        Http(url, limits=QUICK, sleep=lambda s: None) as http,
        pytest.raises(FetchFailed, match=r"127\.0\.0\.1.*ConnectError.*after 4 attempts") as caught,
    ):
        http.get("/a")
    assert (caught.value.status, caught.value.exit_code) == (0, 1)


def test_a_cut_connection_is_asked_again(replay: Replay, http: Http) -> None:
    replay.route("/a", as_json({"a": "x" * 100}))
    replay.fault("/a", Answer(cut_after=20), Answer(length=5000))
    assert http.get_json("/a") == {"a": "x" * 100}
    assert len(replay.requests) == 3


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_slow_body_is_not_waited_for_longer_than_allowed(replay: Replay, attempts: int) -> None:
    limits = replace(QUICK, total_s=0.1, attempts=attempts)
    replay.route("/a", as_json({"a": "x" * 400}))
    replay.fault("/a", Answer(pause_s=0.05, piece=40))
    with Http(replay.url, limits=limits, sleep=lambda s: None) as http:
        if attempts == 1:
            with pytest.raises(FetchFailed, match=r"not whole after 0\.1 s"):
                http.get("/a")
        else:
            assert http.get("/a").status == 200


def test_silence_ends_at_the_read_timeout(replay: Replay) -> None:
    replay.route("/a", Answer(body=b"{}", pause_s=1.5))
    limits = replace(QUICK, read_s=0.1, attempts=1)
    with Http(replay.url, limits=limits) as http, pytest.raises(FetchFailed, match="ReadTimeout"):
        http.get("/a")


def test_a_body_may_be_as_large_as_allowed_and_no_larger(replay: Replay, http: Http) -> None:
    replay.route("/a", as_json("x" * 98))
    assert len(http.get("/a", max_bytes=100).content) == 100
    with pytest.raises(DataRefused, match=r"fetch_refused.*more than the 99 bytes"):
        http.get("/a", max_bytes=99)


def test_case_27_a_gzip_bomb_in_an_answer_is_cut_off(replay: Replay, http: Http) -> None:
    bomb = gzip.compress(b"[" + b" " * 8_000_000 + b"]")
    replay.route("/a", Answer(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(DataRefused, match="more than the 1000000 bytes"):
        http.get("/a", max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("answer", "expect"),
    [
        pytest.param(HTML, "json", id="login page"),
        pytest.param(HTML, "", id="login page where anything goes"),
        pytest.param(replace(HTML, content_type="application/json"), "json", id="page that says JSON"),
        pytest.param(replace(HTML, content_type="text/csv"), "csv", id="page that says CSV"),
        pytest.param(as_json({"error": 1}, content_type="text/csv"), "csv", id="error JSON as CSV"),
        pytest.param(as_json({"error": 1}), "xml", id="error JSON as XML"),
        pytest.param(as_json({"error": 1}), "gzip", id="error JSON as gzip"),
        pytest.param(Answer(body=b"{}", content_type="application/xml"), "json", id="declared XML"),
        pytest.param(Answer(body=b""), "json", id="nothing"),
        pytest.param(Answer(body=b"PK\x05\x06"), "gzip", id="zip as gzip"),
    ],
)
def test_case_32_an_error_page_is_no_data(replay: Replay, http: Http, answer: Answer, expect: str) -> None:
    replay.route("/a", answer)
    with pytest.raises(DataRefused, match=r"fetch_refused.*expected") as caught:
        http.get("/a", expect=expect)
    assert (caught.value.exit_code, len(replay.requests)) == (3, 1)


@pytest.mark.parametrize(
    ("body", "content_type", "expect"),
    [
        (b"\xef\xbb\xbf [1]", "application/vnd.brreg.x+json;charset=UTF-8", "json"),
        (b"{}", "text/plain", "json"),
        (b"<?xml version='1.0'?><a/>", "application/xml", "xml"),
        (b"a;b\n", "application/octet-stream", "csv"),
        (b"\x1f\x8b\x08", "application/vnd.brreg.x+gzip", "gzip"),
        (b"PK\x03\x04", "application/zip", "zip"),
        (b"", "", ""),
    ],
)
def test_data_is_taken_for_what_it_is(
    replay: Replay, http: Http, body: bytes, content_type: str, expect: str
) -> None:
    replay.route("/a", Answer(body=body, content_type=content_type))
    assert http.get("/a", expect=expect).content == body


@pytest.mark.parametrize("body", [b'{"a": NaN}', b"{", b'{"a": "\xe6"}', b"[" * 100_000, b"[1] [2]"])
def test_what_is_no_json_is_refused(replay: Replay, http: Http, body: bytes) -> None:
    replay.route("/a", Answer(body=body))
    with pytest.raises(DataRefused, match="expected JSON"):
        http.get_json("/a")


def test_control_characters_inside_text_are_let_through(replay: Replay, http: Http) -> None:
    replay.route("/a", Answer(body=b'{"a": "x\ty"}'))
    assert http.get_json("/a") == {"a": "x\ty"}


def test_case_33_a_redirect_to_another_host_is_not_followed(replay: Replay, http: Http) -> None:
    with Replay() as other:
        other.route("/a", as_json({"stolen": True}))
        for place in (
            f"{other.url}/a",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "https://127.0.0.1/a",
            "//[bad",
            "",
        ):
            replay.route("/a", moved(place))
            with pytest.raises(DataRefused, match=r"fetch_refused.*redirects to"):
                http.get("/a")
        assert other.requests == []


def test_a_redirect_on_the_same_host_is_followed_a_few_times(replay: Replay, http: Http) -> None:
    replay.route("/end", as_json({"a": 1}))
    replay.route("/a", moved("/b"))
    replay.route("/b", moved(f"{replay.url}/end", 307))
    assert http.get_json("/a") == {"a": 1}
    replay.route("/loop", moved("/loop"))
    with pytest.raises(DataRefused, match="more than 3 redirects"):
        http.get("/loop")
    assert len(replay.asked("/loop")) == QUICK.redirects + 1


@pytest.mark.parametrize(
    "base",
    [
        "http://data.example.no",
        "http://10.0.0.1",
        "https://169.254.169.254",
        "https://[fe80::1]",
        "https://0.0.0.0",
        "file:///etc/passwd",
        "ftp://data.example.no",
        "data.example.no",
        "https://user:secret@data.example.no",
        "https://",
        "",
    ],
)
def test_case_33_a_base_address_that_may_not_be_asked_is_a_usage_error(base: str) -> None:
    with pytest.raises(UsageError) as caught:
        Http(base)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:80", "10.0.0.1", "[::1]", ""])
def test_case_33_other_hosts_are_names_of_others(host: str) -> None:
    with pytest.raises(UsageError):
        Http("https://data.example.no", hosts=frozenset({host}))


def test_case_33_absolute_addresses_stay_on_the_named_hosts() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(200, json={})

    http = Http(
        "https://data.example.no/base/",
        hosts=frozenset({"files.example.no"}),
        limits=QUICK,
        transport=httpx.MockTransport(answer),
    )
    http.get("x", {"a": 1})
    http.get("https://data.example.no/y")
    http.get("https://files.example.no:443/z")
    assert seen == [
        "https://data.example.no/base/x?a=1",
        "https://data.example.no/y",
        "https://files.example.no/z",
    ]
    for place in (
        "https://evil.example.no/x",
        "http://data.example.no/y",
        "https://data.example.no:8443/y",
        "https://a:b@data.example.no/y",
        "https://data.example.no.evil.no/y",
        "file:///etc/passwd",
        "https://[bad/y",
    ):
        with pytest.raises(DataRefused, match="fetch_refused"):
            http.get(place)
    assert len(seen) == 3


def test_requests_keep_their_distance(replay: Replay) -> None:
    waits: list[float] = []
    replay.route("/a", as_json({}))
    with Http(replay.url, limits=replace(QUICK, per_second=1), sleep=waits.append) as http:
        for _ in range(3):
            http.get("/a")
    # Nothing is really slept here, so that the distances add up.
    assert len(waits) == 2
    assert 0.5 < waits[0] <= 1
    assert 1.5 < waits[1] <= 2


def test_log_lines_hold_no_query(replay: Replay, http: Http, caplog: pytest.LogCaptureFixture) -> None:
    replay.route("/a", as_json({}))
    with caplog.at_level("INFO"):
        http.get("/a", {"key": "secret"})
    assert "secret" not in caplog.text


def test_an_address_is_shown_without_what_is_secret() -> None:
    shown_as = shown("https://user:pw@host.no:8080/api/enheter/310000205/roller?key=1#x")
    assert shown_as == "https://host.no:8080/api/enheter/…/roller"
