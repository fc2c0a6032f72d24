"""Reads JSON as strictly as it is defined: what readers understand differently is refused.

Refused are a name that comes twice in an object, NaN and Infinity, control characters in texts, half
characters, endless nesting and numbers, and whatever is no JSON.
"""

import math
import re
from typing import Any

from jiter import from_json

from jobs.ingest.cutting import JsonScan
from jobs.ingest.unpack import Broken

MOST_DOCUMENT_BYTES = 128 * 1024**2
"""Largest file of the framing `json`, which is read whole: pages and small registers."""

RAW_CONTROLS = frozenset({"doffin_kunngjoringer"})
"""Sources whose specification says that control characters stand in texts as they are."""

_WHY = (
    ("Detected duplicate key", "a name comes twice in an object"),
    ("control character", "a control character in a text"),
    ("invalid unicode code point", "not UTF-8"),
    ("lone leading surrogate", "half a character in a text"),
    ("unexpected end of hex escape", "half a character in a text"),
    ("recursion limit", "nested too deeply"),
    ("number out of range", "a number with too many digits"),
    ("EOF while parsing", "cut off"),
    ("trailing comma", "a comma too many"),
    ("trailing characters", "more text after the end"),
    ("invalid number", "a number in a form that JSON does not have"),
    ("invalid escape", "an escape that JSON does not have"),
)

_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_ESCAPE_OR_CONTROL = re.compile(rb"\\.|[\x00-\x1f]", re.DOTALL)

_CONTROL_ESCAPE = re.compile(rb"\\(?:u00(?:[01]|7[fF])|[bf])")
_DIGITS_ALIKE = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
_LONG_NUMBER = b"0" * len(str(-_LOWEST))
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)} | {0x7F: 0x2421}


def parsed(content: bytes) -> Any:
    """A JSON value, as it stands.

    Args:
        content: Exactly one value.

    Raises:
        ValueError: It is not strict JSON.
    """
    return from_json(content, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys")


def tame(values: list[Any], content: bytes) -> list[Any]:
    """The values without what later steps could not hold; see `tamed`.

    Args:
        values: What was parsed.
        content: What it was parsed from: a look at the bytes spares most values the walk.
    """
    has_controls = (b"\\" in content and _CONTROL_ESCAPE.search(content)) or b"\x7f" in content
    if has_controls or _LONG_NUMBER in content.translate(_DIGITS_ALIKE):
        return [tamed(value) for value in values]
    return values


def why(problem: ValueError) -> str:
    """What is wrong with JSON, without what it holds.

    Args:
        problem: What `parsed` raised.
    """
    told = str(problem)
    return next((reason for start, reason in _WHY if start in told), "not JSON")


def line_records(content: bytes, first: int) -> list[Any]:
    """The records of JSON Lines; empty lines hold none.

    Args:
        content: Whole lines.
        first: Number of the first record.

    Raises:
        Broken: A line is not one JSON value.
    """
    lines = content.split(b"\n")
    try:
        found = [parsed(line) for line in lines if line and line != b"\r"]
    except ValueError:
        for number, line in enumerate((line for line in lines if line.strip(b"\r")), start=first):
            try:
                parsed(line)
            except ValueError as problem:
                raise Broken(f"record {number} is not JSON: {why(problem)}") from None
        raise
    return tame(found, content)


def list_items(content: bytes, first: int) -> list[Any]:
    """The items of a part of a list, as they stand between its brackets.

    Args:
        content: Items with commas between them.
        first: Number of the first item.

    Raises:
        Broken: It is not that.
    """
    try:
        found: list[Any] = parsed(b"[" + content + b"]")
    except ValueError as problem:
        number, reason = _first_bad(content, problem)
        raise Broken(f"record {first + number} is not JSON: {reason}") from None
    return tame(found, content)


def _first_bad(content: bytes, problem: ValueError) -> tuple[int, str]:
    """Which item is wrong, looked for only now."""
    scan = JsonScan()
    commas, _ = scan.ends(b"[" + content)
    starts = [0, *(int(place) for place in commas)]
    for number, (start, end) in enumerate(
        zip(starts, [*(s - 1 for s in starts[1:]), len(content)], strict=True)
    ):
        try:
            parsed(content[start:end])
        except ValueError as own:
            return number, why(own)
    return 0, why(problem)


def document_list(content: bytes, list_path: str, source: str) -> list[Any]:
    """A list inside one JSON document.

    Args:
        content: The document.
        list_path: Names on the way to the list, with points between them.
        source: Source; some leave control characters in texts.

    Raises:
        Broken: It is not JSON, or has no such list.
    """
    try:
        node = parsed(content)
    except ValueError as problem:
        if source not in RAW_CONTROLS:
            raise Broken(f"not JSON: {why(problem)}") from None
        content = _TEXT.sub(_escaped, content)
        try:
            node = parsed(content)
        except ValueError as again:
            raise Broken(f"not JSON: {why(again)}") from None
    found = node
    for name in list_path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None and _is_empty_page(node, list_path):
        return []
    if not isinstance(found, list):
        answer = ", but what looks like an error message" if is_error_answer(node) else ""
        raise Broken(f"no list at {list_path}{answer}")
    return tame(found, content)


def _is_empty_page(node: Any, list_path: str) -> bool:
    """Whether a document is a page of Enhetsregisteret without anything on it: it has no `_embedded` then."""
    embedded = list_path.split(".")[0]
    return (
        embedded == "_embedded"
        and isinstance(node, dict)
        and embedded not in node
        and isinstance(node.get("page"), dict)
    )


def _escaped(text: re.Match[bytes]) -> bytes:
    return _ESCAPE_OR_CONTROL.sub(lambda c: c[0] if c[0][:1] == b"\\" else b"\\u%04x" % c[0][0], text[0])


_ERROR_SIGNS = frozenset({"error", "errors", "message", "title", "detail", "feil", "feilkode", "feilmelding"})
_ERROR_NAMES = _ERROR_SIGNS | {
    *("error_description", "messages", "status", "statusCode", "code", "type", "details", "instance"),
    *("timestamp", "path", "trace", "traceId", "requestId", "melding"),
}


def is_error_answer(value: Any) -> bool:
    """Whether a value looks like what a service answers when it has no data to give.

    Args:
        value: JSON value.
    """
    return isinstance(value, dict) and value.keys() <= _ERROR_NAMES and not _ERROR_SIGNS.isdisjoint(value)


def tamed(value: Any) -> Any:
    """The value without control characters and without numbers that 64 bits cannot hold.

    Each control character but tab and line end becomes its sign (U+2400 and on), so that no pattern of an
    identifier takes it; text columns leave it out. A number that is too large becomes infinite, as one with a
    large exponent is, which no column takes.

    Args:
        value: JSON value.
    """
    if isinstance(value, str):
        return value.translate(_CONTROLS)
    if isinstance(value, list):
        return [tamed(item) for item in value]
    if isinstance(value, dict):
        return {name.translate(_CONTROLS): tamed(item) for name, item in value.items()}
    return bounded(value) if isinstance(value, int) else value


def bounded(number: int) -> int | float:
    """The number, or infinity of its sign when 64 bits cannot hold it.

    Args:
        number: Whole number.
    """
    if _LOWEST <= number <= _HIGHEST:
        return number
    return math.inf if number > 0 else -math.inf
