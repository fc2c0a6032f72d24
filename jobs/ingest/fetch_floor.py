"""Refuses a register that has lost much of its content since the last time: half an answer is no register."""

from expectations.errors import DataRefused

KEPT_SHARE = 0.7
"""Smallest share of the records before that is believed; set in 2026, when they change by a few per cent."""

SMALL = 50
"""Registers below this many records may change by any share."""


def refuse_shrunk(what: str, before: int, now: int) -> None:
    """Refuse content that shrank beyond belief; a snapshot of it would close the validity of the rest.

    Args:
        what: Source and file, for the message.
        before: Records the last time; 0 when there was none.
        now: Records now.

    Raises:
        DataRefused: `fetch_refused`.
    """
    if before >= SMALL and now < KEPT_SHARE * before:
        raise DataRefused(
            "fetch_refused",
            f"{what}: {now} records, {before} the last time; not landed. If the owner confirms it, "
            "land it by hand as a delivery",
        )
