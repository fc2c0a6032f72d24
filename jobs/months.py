"""Months as the unit of work: windows, ends and the default as_of."""

import calendar
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from expectations.columns import MONTH_PATTERN
from expectations.errors import UsageError

OSLO = ZoneInfo("Europe/Oslo")
WINDOW_MONTHS = 12
"""Months before the evaluated one that indicators look back on."""
AS_OF_DAY = 15
"""Day of the following month: after the a-melding deadline, its completion and the tax standing answers."""


def checked(month: str) -> str:
    """The month itself.

    Raises:
        UsageError: Not `YYYY-MM`.
    """
    if not re.fullmatch(MONTH_PATTERN, month):
        raise UsageError(f"month {month!r} is not YYYY-MM")
    return month


def shift(month: str, count: int) -> str:
    """The month `count` months later (earlier when negative)."""
    index = int(month[:4]) * 12 + int(month[5:7]) - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def first_day(month: str) -> date:
    """First day of a month."""
    return date(int(month[:4]), int(month[5:7]), 1)


def last_day(month: str) -> date:
    """Last day of a month."""
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, calendar.monthrange(year, number)[1])


def window(month: str) -> list[str]:
    """The months a run of this month reads, oldest first: the twelve before it and itself."""
    return [shift(month, -n) for n in range(WINDOW_MONTHS, -1, -1)]


def between(first: str, last: str) -> list[str]:
    """All months from first to last.

    Raises:
        UsageError: Last lies before first.
    """
    if last < first:
        raise UsageError(f"month {last} lies before {first}")
    months = [first]
    while months[-1] < last:
        months.append(shift(months[-1], 1))
    return months


def default_as_of(month: str) -> datetime:
    """The 15th of the following month, 00:00 Europe/Oslo, in UTC."""
    following = shift(month, 1)
    local = datetime(int(following[:4]), int(following[5:7]), AS_OF_DAY, tzinfo=OSLO)
    return local.astimezone(UTC)


def parse_as_of(text: str | None, month: str, now: datetime) -> datetime:
    """The instant that a run may know up to.

    Args:
        text: RFC 3339 instant or date; None means the month's default. Without a zone it is Europe/Oslo.
        month: Month of the run.
        now: The caller's clock; an as_of after it is refused, since deliveries up to it may still arrive.

    Raises:
        UsageError: Unreadable, or in the future.
    """
    try:
        as_of = default_as_of(month) if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"as_of {text!r} is not a date or an RFC 3339 instant") from None
    as_of = (as_of if as_of.tzinfo else as_of.replace(tzinfo=OSLO)).astimezone(UTC).replace(microsecond=0)
    if as_of > now:
        raise UsageError(
            f"as_of {as_of.isoformat()} lies in the future; month {month} can be run from then on"
        )
    return as_of
