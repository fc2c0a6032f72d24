"""Turns one value of a source record into the value of a typed column, exactly or not at all."""

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

OSLO = ZoneInfo("Europe/Oslo")
Convert = Callable[[Any], Any]

_DOTTED = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?")
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
    if column.identifier == "orgnr":
        return _of_length(9)
    if column.identifier == "fnr" or column.name.endswith("_token"):
        return _of_length(11)
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


def _of_length(length: int) -> Convert:
    """An identifier of this many characters; another kind of identifier in the same field is missing here."""

    def convert(value: Any) -> str | None:
        return value if value is not None and len(value) == length else None

    return convert


def text(value: Any) -> str | None:
    """Text in composed form; an object as its JSON.

    Args:
        value: Text, number or object.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)


def texts(value: Any) -> list[str] | None:
    """A list of texts; an empty list is not a missing one.

    Args:
        value: List of texts.
    """
    return None if value is None else [item for item in map(text, value) if item]


def whole(value: Any) -> int | None:
    """A whole number that 64 bits hold.

    Args:
        value: Number.

    Raises:
        NotConvertible: The number has a fraction or is too large.
    """
    if value is None:
        return None
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
        return date.fromisoformat(value)
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
        else:
            moment = datetime.fromisoformat(_at_most_microseconds(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotConvertible("impossible_date", "no such time") from None


def _at_most_microseconds(value: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", value)


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
