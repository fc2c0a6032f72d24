"""The one way out to the open APIs: polite, bounded, and picky about where it goes and what it takes."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential, wait_random

from expectations.errors import DataRefused, KjedeError, NotPermitted
from jobs.ingest.fetch_download import Downloaded, Part
from jobs.ingest.fetch_rules import (
    Origins,
    asked_to_wait,
    check_body,
    check_type,
    http_date,
    parse_json,
    shown,
    user_agent,
)

__all__ = ["Downloaded", "FetchFailed", "Http", "Limits", "Reply"]

MEBIBYTE = 1 << 20

_T = TypeVar("_T")
_BLOCK = 1 << 16
_HEAD = 512
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchFailed(KjedeError):
    """An open API could not be reached, or did not answer as it should.

    Attributes:
        status: HTTP status of the last answer; 0 when there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        """Keep the status beside the message.

        Args:
            message: What was asked and what came.
            status: HTTP status; 0 when there was no answer.
        """
        super().__init__(message)
        self.status = status


class _Again(Exception):
    """An attempt failed in a way that may pass."""

    def __init__(self, message: str, status: int = 0, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.message, self.status, self.wait_s = message, status, wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may cost.

    Attributes:
        connect_s: Seconds to connect.
        read_s: Seconds without a byte.
        total_s: Seconds for one answer.
        download_s: Seconds for one attempt of a download.
        attempts: Attempts per request.
        wait_s: First wait before another attempt; doubled each time, plus as much again by chance.
        longest_wait_s: Longest wait before another attempt.
        longest_retry_after_s: Longest wait that a server may ask for.
        per_second: Requests per second; 0 means no limit.
        redirects: Redirects that are followed, never to another host.
    """

    connect_s: float = 10.0
    read_s: float = 60.0
    total_s: float = 120.0
    download_s: float = 7200.0
    attempts: int = 5
    wait_s: float = 1.0
    longest_wait_s: float = 60.0
    longest_retry_after_s: float = 300.0
    per_second: float = 5.0
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer.

    Attributes:
        status: HTTP status.
        headers: Its headers; names in any case.
        content: Its body, decoded.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def etag(self) -> str:
        """Tag of this version of the content; empty when there is none."""
        return self.headers.get("ETag", "")

    @property
    def last_modified(self) -> str:
        """When the content changed last, as the server wrote it; empty when it does not say."""
        return self.headers.get("Last-Modified", "")


class Http:
    """A client of one open API.

    It goes to the base address and the named hosts over https, and over http only to this machine when the
    base address says so (a replay server). It never follows a redirect to another host.
    """

    def __init__(
        self,
        base_url: str,
        *,
        hosts: frozenset[str] = frozenset(),
        limits: Limits = Limits(),
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            base_url: Address that paths are below.
            hosts: Other hosts (`name` or `name:port`) that absolute addresses may go to.
            limits: What a request may cost.
            transport: Another way out, for tests.
            sleep: How to wait.

        Raises:
            UsageError: The base address is not one that may be asked.
        """
        self._origins = Origins(base_url, hosts)
        self._limits = limits
        self._sleep = sleep
        self._next_at = 0.0
        # Its one line per request would put query keys and organisation numbers into the log.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.Client(
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            headers={"User-Agent": user_agent()},
            follow_redirects=False,
            transport=transport,
            # A proxy of the environment serves the world outside, never this machine.
            trust_env=not self._origins.is_local,
            verify=not self._origins.is_plain,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> "Http":
        """The client itself."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Close the connections."""
        self.close()

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        last_modified: str = "",
        max_bytes: int = 64 * MEBIBYTE,
        *,
        expect: str = "",
        also: frozenset[int] = frozenset(),
    ) -> Reply:
        """A whole answer in memory.

        Args:
            path: Path below the base address, or an absolute address on an allowed host.
            params: Query.
            headers: More headers, such as `Accept`.
            etag: Tag of what the caller has; then 304 is an answer.
            last_modified: Time of what the caller has; then 304 is an answer.
            max_bytes: Largest body after decoding.
            expect: What the body must be: `json`, `xml`, `csv`, `gzip`, `zip`; empty means anything but HTML.
            also: Statuses other than 200 that are answers, such as 404 and 410; their bodies are not checked.

        Raises:
            FetchFailed: Not reached, or another status; after as many attempts as make sense.
            DataRefused: `fetch_refused`: too large, not what was expected, or sent elsewhere.
            NotPermitted: 401 or 403.
        """
        url = self._origins.address(path, params)
        conditions = _conditions(etag, last_modified)
        answers = frozenset({200, 304} if conditions else {200}) | also

        def once() -> Reply:
            with self._answer(url, {**(headers or {}), **conditions}, answers) as response:
                if response.status_code == 200:
                    check_type(response.headers.get("Content-Type", ""), expect, url)
                content = self._body(response, url, max_bytes)
                if response.status_code == 200:
                    check_body(content[:_HEAD], expect, url)
                return Reply(response.status_code, response.headers, content)

        return self._attempted(url, once)

    def get_json(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 64 * MEBIBYTE,
    ) -> Any:
        """The JSON of an answer; raises as `get` does.

        Args:
            path: Path below the base address, or an absolute address on an allowed host.
            params: Query.
            headers: More headers.
            max_bytes: Largest body after decoding.
        """
        reply = self.get(
            path,
            params,
            {"Accept": "application/json", **(headers or {})},
            expect="json",
            max_bytes=max_bytes,
        )
        return parse_json(reply.content, shown(self._origins.address(path, params)))

    def download(
        self,
        path: str,
        target: Path,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        last_modified: str = "",
        max_bytes: int = 4096 * MEBIBYTE,
        expect: str = "",
    ) -> Downloaded:
        """Store a body byte for byte; `target` appears when it is whole.

        What arrived before the connection broke stays in `target.part` and is continued, now or in a later
        run, as long as the server has the same version; otherwise it starts over. A body that the server
        compressed for the way is stored as the file that it is, so a `.gz` target stays compressed.

        Args:
            path: Path below the base address, or an absolute address on an allowed host.
            target: Where the file goes.
            params: Query.
            headers: More headers.
            etag: Tag of what the caller has; then 304 is an answer and nothing is written.
            last_modified: Time of what the caller has; then 304 is an answer and nothing is written.
            max_bytes: Largest stored file.
            expect: What the body must be, as for `get`.

        Raises:
            FetchFailed: Not reached, or another status; after as many attempts as make sense.
            DataRefused: `fetch_refused`: too large, not what was expected, or sent elsewhere.
            NotPermitted: 401 or 403.
        """
        url = self._origins.address(path, params)
        conditions = _conditions(etag, last_modified)
        target.parent.mkdir(parents=True, exist_ok=True)

        def once() -> Downloaded:
            part = Part(target, str(url))
            # A coding for the way would make ranges mean other bytes than those that are stored.
            asked = {**(headers or {}), "Accept-Encoding": "identity", **(part.headers() or conditions)}
            answers = frozenset({200, 206, 304, 416})
            with self._answer(url, asked, answers) as response:
                if response.status_code == 304 and conditions and not part.offset:
                    return Downloaded(304, etag, last_modified, 0, "")
                if response.status_code == 200 and etag and response.headers.get("ETag") == etag:
                    part.drop()
                    return Downloaded(304, etag, last_modified, 0, "")
                if response.status_code in (304, 416) or not part.begin(response):
                    part.drop()
                    raise _Again("the server no longer has what was begun", response.status_code)
                return self._stored(response, part, url, max_bytes, expect)

        return self._attempted(url, once)

    def _stored(
        self, response: httpx.Response, part: Part, url: httpx.URL, max_bytes: int, expect: str
    ) -> Downloaded:
        if part.total is not None and part.total > max_bytes:
            part.drop()
            _refuse(url, f"{part.total} bytes, more than the {max_bytes} that are taken")
        started, head, is_checked = time.monotonic(), b"", bool(part.offset)
        try:
            if not is_checked:
                check_type(response.headers.get("Content-Type", ""), expect, url)
            with part.opened() as write:
                for block in part.blocks(response):
                    if not is_checked and len(head := head + block) >= _HEAD:
                        check_body(head[:_HEAD], expect, url)
                        is_checked = True
                    if part.size + len(block) > max_bytes:
                        _refuse(url, f"more than the {max_bytes} bytes that are taken")
                    write(block)
                    if time.monotonic() - started > self._limits.download_s:
                        raise _Again(f"not whole after {self._limits.download_s:g} s")
            if not is_checked:
                check_body(head, expect, url)
        except DataRefused:
            part.drop()
            raise
        except OSError as problem:
            raise FetchFailed(f"{part.target.name} cannot be stored: {problem.strerror}") from problem
        if part.total is not None and part.size != part.total:
            if part.size > part.total:
                part.drop()
            raise _Again(f"{part.size} bytes came, {part.total} were promised")
        return part.finish()

    def _attempted(self, url: httpx.URL, once: Callable[[], _T]) -> _T:
        """What one of the attempts gives."""
        limits = self._limits
        growing = wait_exponential(multiplier=limits.wait_s, max=limits.longest_wait_s)
        backoff = growing + wait_random(0, limits.wait_s)

        def wait(state: RetryCallState) -> float:
            problem = state.outcome.exception() if state.outcome else None
            if isinstance(problem, _Again) and problem.wait_s is not None:
                return min(problem.wait_s, limits.longest_retry_after_s)
            return backoff(state)

        retrying = Retrying(
            stop=stop_after_attempt(limits.attempts),
            wait=wait,
            retry=retry_if_exception_type(_Again),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(once)
        except _Again as again:
            count = retrying.statistics["attempt_number"]
            raise FetchFailed(
                f"{shown(url)}: {again.message}, after {count} attempts", again.status
            ) from again.__cause__

    @contextmanager
    def _answer(
        self, url: httpx.URL, headers: Mapping[str, str], answers: frozenset[int]
    ) -> Iterator[httpx.Response]:
        """The answer to one attempt, its body not read yet; whatever goes wrong on the way is sorted here."""
        try:
            for _ in range(self._limits.redirects + 1):
                self._in_turn()
                with self._client.stream("GET", url, headers=headers) as response:
                    if response.status_code in _REDIRECTS:
                        url = self._origins.redirected(url, response.headers.get("Location", ""))
                        continue
                    self._check_status(response, url, answers)
                    yield response
                    return
            _refuse(url, f"more than {self._limits.redirects} redirects")
        except httpx.UnsupportedProtocol:
            raise FetchFailed(f"{shown(url)}: no such protocol") from None
        except (httpx.TransportError, httpx.DecodingError) as problem:
            raise _Again(f"{type(problem).__name__}: {problem}") from problem

    def _check_status(self, response: httpx.Response, url: httpx.URL, answers: frozenset[int]) -> None:
        status = response.status_code
        if status in answers:
            return
        if status in (401, 403):
            raise NotPermitted(f"{shown(url)}: HTTP {status}; the key is missing, wrong or out of date")
        if status in _TRANSIENT:
            raise _Again(f"HTTP {status}", status, asked_to_wait(response.headers))
        raise FetchFailed(f"{shown(url)}: HTTP {status}", status)

    def _body(self, response: httpx.Response, url: httpx.URL, max_bytes: int) -> bytes:
        started, found, size = time.monotonic(), [], 0
        for block in response.iter_bytes(_BLOCK):
            found.append(block)
            size += len(block)
            if size > max_bytes:
                _refuse(url, f"more than the {max_bytes} bytes that are taken")
            if time.monotonic() - started > self._limits.total_s:
                raise _Again(f"not whole after {self._limits.total_s:g} s")
        return b"".join(found)

    def _in_turn(self) -> None:
        """Wait until the next request is polite."""
        if not self._limits.per_second:
            return
        now = time.monotonic()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self._limits.per_second


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    conditions = {"If-None-Match": etag} if etag else {}
    if http_date(last_modified):  # Brreg writes another form, which no server could compare
        conditions["If-Modified-Since"] = last_modified
    return conditions


def _refuse(url: httpx.URL, found: str) -> NoReturn:
    raise DataRefused("fetch_refused", f"{shown(url)}: {found}")
