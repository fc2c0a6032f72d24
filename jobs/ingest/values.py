"""Turns one value of a source record into the value of a typed column, exactly or not at all."""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from expectations.dataset import DAY, INSTANT, TEXT, TEXTS, WHOLE, YES_NO, Column
from expectations.identifiers import UNSEEN

OSLO = ZoneInfo("Europe/Oslo")
Convert = Callable[[Any], Any]

_DOTTED = re.compile(
    r"([0-9]{2})\.([0-9]{2})\.([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_LARGEST_WHOLE = 2**63 - 1
_LARGEST_EXACT = 10**13
"""Kroner up to here are exact as binary numbers with two decimals."""


class NotConvertible(ValueError):
    """A value that its column cannot hold.

    Attributes:
        code: Reason code of the quarantine.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep the reason code.

        Args:
            code: Reason code.
            message: What was expected; never the value.
        """
        super().__init__(message)
        self.code = code


def converter(column: Column) -> Convert:
    """The conversion that a column declares; a missing value stays missing.

    Args:
        column: Declaration of the column.
    """
    if length := length_of(column):
        return _of_length(length)
    if column.name.endswith("_ore"):
        return ore
    simple: dict[pa.DataType, Convert] = {
        TEXT: text,
        TEXTS: texts,
        WHOLE: whole,
        YES_NO: yes_no,
        DAY: day,
        INSTANT: instant,
    }
    if column.type in simple:
        return simple[column.type]
    if pa.types.is_decimal128(column.type):
        return fixed_point(column.type.precision, column.type.scale)
    raise TypeError(f"column {column.name}: intake has no conversion to {column.type}")


def length_of(column: Column) -> int:
    """How many characters the identifier of a column has; 0 when it holds none.

    Args:
        column: Declaration of the column.
    """
    if column.identifier == "orgnr":
        return 9
    return 11 if column.identifier == "fnr" or column.name.endswith("_token") else 0


def _of_length(length: int) -> Convert:
    """An identifier of this many characters; another kind of identifier in the same field is missing here."""

    def convert(value: Any) -> str | None:
        return value if value is not None and len(value) == length else None

    return convert


def text(value: Any) -> str | None:
    """Text in composed form without characters that nobody sees; an object as its JSON.

    Args:
        value: Text, number or object.

    Raises:
        NotConvertible: Nothing is left of the text, or JSON cannot hold a number of the object.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if not (visible := seen(value)) and value:
            raise NotConvertible("bad_form", "nothing but characters that nobody sees")
        return visible
    if isinstance(value, dict | list):
        return canonical(value).decode()
    return str(value)


def seen(value: str) -> str:
    """A text in composed form without characters that nobody sees.

    Args:
        value: Text.
    """
    # The signs for controls are printable, and no ASCII.
    if value.isascii() and value.isprintable():
        return value
    return unicodedata.normalize("NFC", UNSEEN.sub("", value))


def canonical(value: Any) -> bytes:
    """An object as JSON with its names in order, so that equal objects are equal bytes.

    Args:
        value: JSON value.

    Raises:
        NotConvertible: JSON cannot hold a number of the object.
    """
    try:
        made = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise NotConvertible("out_of_range", "a number does not fit 64 bits") from None
    if b"null" in made and _has_infinite(value):
        raise NotConvertible("out_of_range", "a number is infinite")
    return made


def _has_infinite(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_infinite, value.values()))
    if isinstance(value, list):
        return any(map(_has_infinite, value))
    return isinstance(value, float) and not math.isfinite(value)


def texts(value: Any) -> list[str] | None:
    """A list of texts without those that are empty to the eye; an empty list is not a missing one.

    Args:
        value: List of texts.
    """
    if value is None:
        return None
    visible = (seen(item) if isinstance(item, str) else text(item) for item in value)
    return [item for item in visible if item]


def whole(value: Any) -> int | None:
    """A whole number that 64 bits hold.

    Args:
        value: Number.

    Raises:
        NotConvertible: The number has a fraction or is too large.
    """
    if value is None:
        return None
    if not -math.inf < value < math.inf:
        raise NotConvertible("out_of_range", "the number is infinite")
    number = int(value)
    if number != value:
        raise NotConvertible("wrong_type", "a whole number is expected")
    if not -_LARGEST_WHOLE <= number <= _LARGEST_WHOLE:
        raise NotConvertible("out_of_range", "the number does not fit 64 bits")
    return number


def ore(value: Any) -> int | None:
    """Kroner as whole øre, exactly.

    Args:
        value: Kroner with at most two decimals.

    Raises:
        NotConvertible: A third decimal, or an amount that cannot be exact.
    """
    if value is None:
        return None
    if isinstance(value, int):
        if not -_LARGEST_EXACT <= value <= _LARGEST_EXACT:
            raise NotConvertible("out_of_range", "the amount is larger than any that can be right")
        return value * 100
    if not -_LARGEST_EXACT <= value <= _LARGEST_EXACT:
        raise NotConvertible("out_of_range", "the amount is larger than any that can be right")
    rounded = round(float(value) * 100)
    # n hundredths as a binary number are the value itself only when it was written with two decimals.
    if rounded / 100 != value:
        raise NotConvertible("too_many_decimals", "an amount has at most two decimals")
    return rounded


def yes_no(value: Any) -> bool | None:
    """True, false or not stated.

    Args:
        value: Boolean.
    """
    return None if value is None else bool(value)


@lru_cache(maxsize=1 << 14)
def day(value: str | None) -> date | None:
    """A date.

    Args:
        value: `YYYY-MM-DD`.

    Raises:
        NotConvertible: There is no such date.
    """
    if value is None:
        return None
    try:
        # The function also takes weeks and dates without hyphens.
        return date.fromisoformat(value if _DAY.fullmatch(value) else "")
    except ValueError:
        raise NotConvertible("impossible_date", "no such date") from None


@lru_cache(maxsize=1 << 14)
def instant(value: str | None) -> datetime | None:
    """A point in time in UTC; without a zone it is Europe/Oslo, in the hour that comes twice the first.

    Args:
        value: RFC 3339, or `dd.MM.yyyy HH:mm:ss(.SSS)` as the cadastre writes it.

    Raises:
        NotConvertible: There is no such time.
    """
    if value is None:
        return None
    try:
        if found := _DOTTED.fullmatch(value):
            of_day, month, year, hour, minute, second = map(int, found.groups()[:6])
            fraction = int((found.group(7) or "").ljust(6, "0"))
            moment = datetime(year, month, of_day, hour, minute, second, fraction, OSLO)
        elif _INSTANT.fullmatch(value):
            moment = datetime.fromisoformat(_at_most_microseconds(value))
        else:
            raise ValueError
        return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotConvertible("impossible_date", "no such time") from None


def _at_most_microseconds(value: str) -> str:
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", value)


def fixed_point(precision: int, scale: int) -> Convert:
    """Conversion to a fixed-point number, as a whole number of its last digit, rounded half to even.

    Args:
        precision: Digits in all.
        scale: Digits after the point.
    """
    unit = 10**scale
    limit = min(10**precision, _LARGEST_WHOLE)

    @lru_cache(maxsize=1 << 12)
    def convert(value: Any) -> int | None:
        if value is None:
            return None
        # repr of a binary number gives back the digits that were written, up to 15 of them.
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise NotConvertible("out_of_range", "the number is infinite")
        scaled = int((number * unit).to_integral_value(ROUND_HALF_EVEN))
        if abs(scaled) >= limit:
            raise NotConvertible("out_of_range", "the number does not fit its column")
        return scaled

    return convert


def array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Converted values as a column.

    Args:
        values: What the conversion of the type gave.
        type_: Type of the column.
    """
    if not pa.types.is_decimal128(type_):
        return pa.array(values, type=type_)
    # Arrow takes microseconds per Decimal; whole numbers go in at once and are then read with the point set.
    whole_numbers = pa.array(values, type=pa.int64()).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(type_, len(whole_numbers), whole_numbers.buffers())
