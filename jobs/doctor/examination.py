"""Runs the checks: each gives rows that say what is and what to do, and one that fails holds up no other."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from expectations.errors import KjedeError, UsageError
from jobs.lake.lake import MARKER, Lake
from jobs.lake.storage import open_storage
from jobs.settings import Settings

log = logging.getLogger(__name__)


class Status(StrEnum):
    """How bad it is: an error keeps a job from running or data from being safe, a warning will."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Row:
    """One finding.

    Attributes:
        check: Which check.
        status: How bad it is.
        what: What was found; no personal data, no secret.
        advice: What to do; empty when it is fine.
    """

    check: str
    status: Status
    what: str
    advice: str = ""

    def to_dict(self) -> dict[str, str]:
        """The row as plain values."""
        return {"check": self.check, "status": self.status.value, "what": self.what, "advice": self.advice}


@dataclass
class Patient:
    """What is looked at.

    Attributes:
        settings: The installation's settings.
        lake_uri: Lake.
        landing_uri: Landing zone.
        now: The clock, seconds since 1970.
        problem: Why the lake cannot be opened, once it was tried; empty when it can.
    """

    settings: Settings
    lake_uri: str
    landing_uri: str
    now: float = field(default_factory=time.time)
    problem: str = field(default="", init=False)

    @cached_property
    def lake(self) -> Lake | None:
        """The lake; None where there is none yet, or where `problem` says why it cannot be opened."""
        try:
            if not open_storage(self.lake_uri).exists(MARKER):
                return None
            return Lake.open(self.lake_uri, create=False)
        except (KjedeError, OSError) as problem:
            self.problem = str(problem)
            return None


NAMED = 3
"""Examples that a row names; the rest is counted."""

Check = Callable[[Patient], Iterable[Row]]


def examine(patient: Patient, checks: Iterable[Check]) -> list[Row]:
    """The rows of all checks, in order.

    Args:
        patient: What is looked at.
        checks: Which checks; each is named by its function.
    """
    rows: list[Row] = []
    for check in checks:
        try:
            rows += check(patient)
        except (KjedeError, OSError, ValueError) as problem:
            log.debug("check %s failed", check.__name__, exc_info=True)
            advice = "correct the address" if isinstance(problem, UsageError) else "see the message"
            rows.append(Row(check.__name__, Status.ERROR, str(problem), advice))
    return rows


def some(names: Sequence[str]) -> str:
    """The first few of many.

    Args:
        names: All of them.
    """
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
