"""Where the HTTP client may go, what it may take for an answer, and how long a server may make it wait."""

import ipaddress
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata
from typing import Any, NoReturn

import httpx

from expectations.errors import DataRefused, UsageError

_NUMBERS = re.compile(r"[0-9]{9,}")
_BLANK = b"\xef\xbb\xbf \t\r\n"
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
_STARTS: Mapping[str, tuple[bytes, ...]] = {
    "gzip": (b"\x1f\x8b",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "xml": (b"<",),
    "json": (b"{", b"["),
}


def shown(url: httpx.URL | str) -> str:
    """An address as it may stand in a message: no query (keys), no user, no long numbers (units, persons).

    Args:
        url: Address.
    """
    address = httpx.URL(url)
    where = f"{address.host}:{address.port}" if address.port else address.host
    return f"{address.scheme}://{where}{_NUMBERS.sub('…', address.path)}"


class Origins:
    """The places that one client may go to.

    Attributes:
        is_local: The base address is this machine: a replay server.
        is_plain: The base address is http.
    """

    def __init__(self, base_url: str, hosts: frozenset[str]) -> None:
        """Check the configured addresses.

        Args:
            base_url: Base address: https, or http to this machine.
            hosts: Other hosts, `name` or `name:port`, over https.

        Raises:
            UsageError: An address that may not be asked, whatever the configuration says.
        """
        try:
            self._base = httpx.URL(base_url)
        except httpx.InvalidURL as problem:
            raise UsageError(f"{base_url!r} is not an address: {problem}") from None
        address = _ip(self._base.host)
        self.is_local = self._base.host == "localhost" or (address is not None and address.is_loopback)
        self.is_plain = self._base.scheme == "http"
        if self._base.userinfo:
            raise UsageError(
                f"{shown(self._base)}: no user or password belongs in the address of an open API"
            )
        if not self._base.host or self._base.scheme not in ("https", "http"):
            raise UsageError(f"{base_url!r}: the address of an open API begins with https://")
        if self.is_plain and not self.is_local:
            raise UsageError(f"{shown(self._base)}: http goes to this machine only; use https")
        if address is not None and (address.is_link_local or address.is_multicast or address.is_unspecified):
            raise UsageError(f"{shown(self._base)}: no open API has such an address")
        for host in hosts:
            if _ip(host) or host.split(":")[0] in ("", "localhost"):
                raise UsageError(f"{host!r} is not the name of another host")
        self._others = {_origin(httpx.URL(f"https://{host}")) for host in hosts}

    def address(self, path: str, params: Mapping[str, Any] | None) -> httpx.URL:
        """The address of a path.

        Args:
            path: Path below the base address, or an absolute address.
            params: Query.

        Raises:
            DataRefused: `fetch_refused`: an absolute address on a host that is not allowed.
        """
        try:
            url = httpx.URL(path) if "://" in path else self._below(path)
        except httpx.InvalidURL:
            raise DataRefused("fetch_refused", "an address that is none") from None
        if not self._allows(url):
            raise DataRefused("fetch_refused", f"{shown(url)}: not a host that may be asked")
        return url.copy_merge_params(dict(params)) if params else url

    def redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, on the same host.

        Args:
            url: Address that was asked.
            location: What the answer says.

        Raises:
            DataRefused: `fetch_refused`: to another host, another protocol, or nowhere.
        """
        try:
            target = url.join(location) if location else None
        except httpx.InvalidURL:
            target = None
        if target is None or _origin(target) != _origin(url):
            to = f"{target.scheme}://{target.host}" if target is not None else "nowhere"
            raise DataRefused("fetch_refused", f"{shown(url)}: redirects to {to}, which is not followed")
        return target

    def _below(self, path: str) -> httpx.URL:
        # The base address's own path stays in front; `join` would drop it.
        return httpx.URL(str(self._base).rstrip("/") + "/" + path.lstrip("/"))

    def _allows(self, url: httpx.URL) -> bool:
        return not url.userinfo and (_origin(url) == _origin(self._base) or _origin(url) in self._others)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for; None when it does not ask, or not readably.

    Args:
        headers: Headers of the answer; a date is counted from their own `Date`.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = http_date(text)
    if until is None:
        return None
    since = http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())


def http_date(text: str) -> datetime | None:
    """The instant of an HTTP date; None when it is none.

    Args:
        text: Value of a header.
    """
    if not text.endswith(" GMT"):
        return None
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def check_type(content_type: str, expect: str, url: httpx.URL) -> None:
    """Refuse an answer that declares itself something else than was asked for.

    Args:
        content_type: Header of the answer.
        expect: `json`, `xml`, `csv`, `gzip`, `zip` or empty.
        url: Address, for the message.

    Raises:
        DataRefused: `fetch_refused`.
    """
    declared = content_type.split(";")[0].strip().lower()
    if declared in ("text/html", "application/xhtml+xml"):
        _wrong(url, expect, "an HTML page")
    if expect == "json" and "json" not in declared and declared not in _VAGUE:
        _wrong(url, expect, declared)


def check_body(head: bytes, expect: str, url: httpx.URL) -> None:
    """Refuse an answer whose first bytes are something else than was asked for.

    Args:
        head: First bytes of the body.
        expect: `json`, `xml`, `csv`, `gzip`, `zip` or empty.
        url: Address, for the message.

    Raises:
        DataRefused: `fetch_refused`.
    """
    start = head.lstrip(_BLANK)
    if start.lower().startswith(_HTML):
        _wrong(url, expect, "an HTML page")
    if expect and not start:
        _wrong(url, expect, "nothing")
    if expect == "csv" and start.startswith((b"{", b"[", b"<")):
        _wrong(url, expect, "JSON or XML")
    if expect in _STARTS and not start.startswith(_STARTS[expect]):
        _wrong(url, expect, "something else")


def _wrong(url: httpx.URL, expect: str, found: str) -> NoReturn:
    raise DataRefused("fetch_refused", f"{shown(url)}: expected {expect or 'data'}, found {found}")


def parse_json(content: bytes, where: str) -> Any:
    """The value of a JSON text; control characters inside strings are let through, as owners leave them in.

    Args:
        content: UTF-8, with or without a byte order mark.
        where: What it is, for the message.

    Raises:
        DataRefused: `fetch_refused`: it is not JSON.
    """

    def refuse(word: str) -> NoReturn:
        raise ValueError(word)

    try:
        return json.loads(content.decode("utf-8-sig"), strict=False, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise DataRefused("fetch_refused", f"{where}: expected JSON, found something else") from None


def user_agent() -> str:
    """How the program names itself to the owners of the APIs."""
    try:
        version = metadata.version("kjede")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"kjede/{version}"
