"""A local server that answers as the open APIs do, and fails as servers do.

Routes are a table of patterns; a route answers from its handler, and a fault put on a path answers before it,
once each. The server itself knows tags, ranges and conditional requests, so that a handler only says what the
content is.

As a process, with the units of the contract's examples: `python -m tests.replay.server [--port PORT]`; its
address is the one line on standard output.
"""

import argparse
import importlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

APIS = ("brreg", "arbeidstilsynet", "kartverket", "doffin", "klass")
"""Modules beside this one; `routes(replay)` of each adds what its API answers."""


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Answer:
    """What is answered, and how it goes wrong.

    Attributes:
        etag, last_modified: Make the server answer conditional and range requests.
        ranges: Whether the server knows ranges at all.
        cut_after: Close the connection after so many bytes of the body.
        pause_s: Wait before every piece of `piece` bytes.
        length: A `Content-Length` other than the true one; -1 tells none, and the end of the connection is
            the end of the body.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    ranges: bool = True
    cut_after: int | None = None
    pause_s: float = 0.0
    piece: int = 64
    length: int | None = None


Handler = Callable[[Request], Answer]

HTML = Answer(200, b"<!DOCTYPE html><html><body>Logg inn</body></html>", "text/html;charset=UTF-8")


def as_json(value: Any, status: int = 200, **more: Any) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), **more)


def busy(status: int = 503, retry_after: str = "") -> Answer:
    """What a server says that has no time."""
    return Answer(status, b"", headers={"Retry-After": retry_after} if retry_after else {})


def moved(location: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer(status, b"", headers={"Location": location})


class Replay:
    """The server; use it with `with`.

    Attributes:
        requests: Everything that was asked, in order.
    """

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Request] = []
        self._routes: list[tuple[re.Pattern[str], Handler]] = []
        self._faults: list[tuple[re.Pattern[str], list[Answer]]] = []
        self._lock = threading.Lock()
        replay = self

        class Bound(_Handler):
            server_replay = replay

        self._server = _Server(("127.0.0.1", port), Bound)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def route(self, pattern: str, answer: Answer | Handler) -> None:
        """Answer a path (regular expression, whole path); the route added last wins."""
        handler: Handler = (lambda request: answer) if isinstance(answer, Answer) else answer
        self._routes.insert(0, (re.compile(pattern), handler))

    def fault(self, pattern: str, *answers: Answer) -> None:
        """Answer a path with these first, each once; in an answer without body that of the route is sent."""
        self._faults.append((re.compile(pattern), list(answers)))

    def asked(self, pattern: str) -> list[Request]:
        """The requests whose path matches."""
        return [request for request in self.requests if re.fullmatch(pattern, request.path)]

    def answer(self, request: Request) -> Answer:
        """What a request gets."""
        with self._lock:
            self.requests.append(request)
            fault = next(
                (left.pop(0) for known, left in self._faults if left and known.fullmatch(request.path)), None
            )
        if fault is not None and (fault.body or fault.status != 200):
            return fault
        handler = next((found for known, found in self._routes if known.fullmatch(request.path)), None)
        regular = handler(request) if handler else Answer(404, b'{"status": 404}')
        if fault is None:
            return regular
        return replace(
            regular,
            cut_after=fault.cut_after,
            pause_s=fault.pause_s,
            piece=fault.piece,
            length=fault.length,
            ranges=fault.ranges,
            etag=fault.etag or regular.etag,
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up; that is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_replay: Replay

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request("GET", parts.path, query, headers)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._send(request, self.server_replay.answer(request))

    def _send(self, request: Request, answer: Answer) -> None:
        status, body, extra = _resolved(request, answer)
        self.send_response(status)
        for name, value in {**answer.headers, **extra}.items():
            self.send_header(name, value)
        if body or status == 200:
            self.send_header("Content-Type", answer.content_type)
        if answer.length == -1:
            self.send_header("Connection", "close")
        elif status != 304:
            self.send_header("Content-Length", str(len(body) if answer.length is None else answer.length))
        self.end_headers()
        whole = body if answer.cut_after is None else body[: answer.cut_after]
        for at in range(0, len(whole), answer.piece) if answer.pause_s else ():
            time.sleep(answer.pause_s)
            self.wfile.write(whole[at : at + answer.piece])
            self.wfile.flush()
        if not answer.pause_s:
            self.wfile.write(whole)
        if answer.cut_after is not None or answer.length is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Tests read `requests` instead."""


def _resolved(request: Request, answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers after conditions and ranges."""
    extra = {}
    if answer.etag:
        extra["ETag"] = answer.etag
    if answer.last_modified:
        extra["Last-Modified"] = answer.last_modified
    if answer.status != 200 or not extra:
        return answer.status, answer.body, extra
    if answer.etag and request.header("If-None-Match") == answer.etag:
        return 304, b"", extra
    is_as_before = answer.last_modified and request.header("If-Modified-Since") == answer.last_modified
    if is_as_before and not request.header("If-None-Match"):
        return 304, b"", extra
    wanted = re.fullmatch(r"bytes=(\d+)-", request.header("Range"))
    same = request.header("If-Range") in ("", answer.etag or answer.last_modified)
    if not wanted or not answer.ranges or not same:
        return 200, answer.body, extra
    start, total = int(wanted[1]), len(answer.body)
    if start >= total:
        return 416, b"", extra | {"Content-Range": f"bytes */{total}"}
    extra["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
    return 206, answer.body[start:], extra


def serve_all(replay: Replay, apis: Iterable[str] = APIS) -> None:
    """Add the routes of every API that there are routes for."""
    for name in apis:
        if Path(__file__).with_name(f"{name}.py").is_file():
            importlib.import_module(f"tests.replay.{name}").routes(replay)


def main() -> None:
    """Serve until the process is ended."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    with Replay(options.parse_args().port) as replay:
        serve_all(replay)
        sys.stdout.write(f"{replay.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
