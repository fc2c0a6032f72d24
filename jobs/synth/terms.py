"""What was agreed about a job beyond its position and its pay per hour."""

from dataclasses import dataclass
from datetime import date

ORDINARY, FREELANCE = "ordinaertArbeidsforhold", "frilanserOppdragstakerHonorarPersonerMm"
FULL_WEEK = 37.5
APPRENTICE = "apprentice"


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave (`permisjon`) or a layoff (`permittering`) from a job.

    Attributes:
        kind: Which.
        start: First day.
        end: Last day.
        percent: Part of the position that is left, 100 for all of it.
    """

    kind: str
    start: date
    end: date
    percent: float = 100.0


@dataclass(frozen=True, slots=True)
class Provisional:
    """Pay at a lower rate for some months, and the difference paid later.

    Attributes:
        first: First month at the lower rate, `YYYY-MM`.
        last: Last month of it.
        share: What was paid beside what is due, 0 to 1.
        made_good: Month in which the difference is paid; empty when it never is.
    """

    first: str
    last: str
    share: float
    made_good: str = ""


@dataclass(slots=True)
class Terms:
    """Terms of a job. The defaults are those of an ordinary skilled worker who is paid by the hour.

    Attributes:
        skill: `skilled`, `experienced`, `unskilled`, `young` or `apprentice`.
        kind: Kind of relation as employers report it.
        is_fixed: A fixed sum per month rather than pay by the hour.
        is_temporary: Agreed for a time.
        is_on_call: Comes when called; in some months not at all.
        week: Hours per week of a full position.
        occupation: Occupation code; that of the trade unless given.
        minimum_share: Pay beside the lowest lawful pay of an adult; None for what was agreed, never below it.
        shown_percent: Position that is printed; the true one, or a wrong one by chance, when None.
        provisional: Pay at a lower rate for a while.
        clawed_back: Part of the ordinary pay that is taken back by a negative line every month.
        leaves: Leaves and layoffs.
        deductions: Monthly deductions by code, in kroner, beside `Job.rent`.
        benefits: Monthly benefits in kind by code, in kroner.
        allowances: Monthly reimbursements by code, in kroner.
        garnished: What the authorities have deducted every month, in kroner.
    """

    skill: str = "skilled"
    kind: str = ORDINARY
    is_fixed: bool = False
    is_temporary: bool = False
    is_on_call: bool = False
    week: float = FULL_WEEK
    occupation: str = ""
    minimum_share: float | None = None
    shown_percent: float | None = None
    provisional: Provisional | None = None
    clawed_back: float = 0.0
    leaves: tuple[Leave, ...] = ()
    deductions: dict[str, int] | None = None
    benefits: dict[str, int] | None = None
    allowances: dict[str, int] | None = None
    garnished: int = 0
