"""Which deliveries a month may see, in what order, and what a full register closes."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.dataset import DAY, TEXT, WHOLE, Dataset
from jobs.months import first_day, last_day, shift

if TYPE_CHECKING:
    from jobs.lake.deliveries import RawRef

DELIVERY = pa.schema(
    [
        ("delivery_id", TEXT),
        ("delivery_kind", TEXT),
        ("order_no", WHOLE),
        ("version_on", DAY),
        ("gone_on", DAY),
    ]
)
"""One delivery of one raw table.

`order_no` orders deliveries by (period, delivered_at, delivery_id); `version_on` is the first day of the
period; `gone_on` is the day of the next full register, which no longer holds a key whose last version came
here.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawInput:
    """A raw table that a core table is made of.

    Attributes:
        dataset: The raw table.
        history_months: Months before the evaluated one from which versions are needed; 0 means the state at
            the month's end, None every delivery. Older deliveries than the last full register before are not
            read.
        holds_at_end: The content holds at the end of its period (ownership at year end), not from its start.
        last_months: Only deliveries about this many months up to the evaluated one (monthly reports); None
            means no such limit.
    """

    dataset: Dataset
    history_months: int | None = 0
    holds_at_end: bool = False
    last_months: int | None = None


def period_start(period: str) -> date:
    """First day of a delivery's period.

    Args:
        period: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """
    year, month, day = (*(int(part) for part in period.split("-")), 1, 1)[:3]
    return date(year, month, day)


def period_end(period: str) -> date:
    """Last day of a delivery's period.

    Args:
        period: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """
    start = period_start(period)
    if len(period) == len("YYYY"):
        return date(start.year, 12, 31)
    if len(period) == len("YYYY-MM"):
        return date(start.year, start.month, calendar.monthrange(start.year, start.month)[1])
    return start


def usable(refs: Sequence["RawRef"], raw_input: RawInput, month: str) -> list["RawRef"]:
    """The deliveries that the state of a month rests on, in the order in which they replace each other.

    Args:
        refs: Deliveries of one raw table that are known at as_of.
        raw_input: How the table is used.
        month: Month evaluated.
    """
    replaced = {(ref.source, ref.supersedes) for ref in refs if ref.supersedes}
    day_of = period_end if raw_input.holds_at_end else period_start
    kept = sorted(
        (
            ref
            for ref in refs
            if (ref.source, ref.delivery_id) not in replaced and day_of(ref.period) <= last_day(month)
        ),
        key=lambda ref: (ref.period, ref.delivered_at, ref.delivery_id),
    )
    if raw_input.last_months is not None:
        return [ref for ref in kept if ref.period >= shift(month, 1 - raw_input.last_months)]
    if raw_input.history_months is None:
        return kept
    horizon = (
        first_day(shift(month, -raw_input.history_months)) if raw_input.history_months else last_day(month)
    )
    registers = [i for i, ref in enumerate(kept) if is_full_register(ref) and day_of(ref.period) <= horizon]
    return kept[registers[-1] :] if registers else kept


def is_full_register(ref: "RawRef") -> bool:
    """Whether absence from this delivery means absence from the register.

    A snapshot without a single row of the table did not carry its file, and closes nothing.

    Args:
        ref: One delivery of one raw table.
    """
    return ref.kind == "snapshot" and ref.complete and ref.ref.rows > 0


def delivery_table(refs: Sequence["RawRef"]) -> pa.Table:
    """`DELIVERY` rows of the deliveries of one raw table.

    Args:
        refs: Deliveries in order, from `usable`.
    """
    rows = []
    gone_on: date | None = None
    for number, ref in reversed(list(enumerate(refs, start=1))):
        rows.append(
            {
                "delivery_id": ref.delivery_id,
                "delivery_kind": ref.kind,
                "order_no": number,
                "version_on": period_start(ref.period),
                "gone_on": gone_on,
            }
        )
        if is_full_register(ref):
            gone_on = period_start(ref.period)
    return pa.Table.from_pylist(rows[::-1], schema=DELIVERY)
