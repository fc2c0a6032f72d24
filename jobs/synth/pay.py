"""What a job pays in a month: the same figures wherever a register prints them."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from jobs.months import between, first_day, last_day, shift
from jobs.synth.model import Firm, Job
from jobs.synth.tariffs import has_minimum, level, lowest
from jobs.synth.terms import APPRENTICE, FREELANCE, FULL_WEEK, Leave

FULL_MONTH_HOURS = 162.5
OVERTIME_RATE = 1.5
OVERTIME_SHARE = 0.14
"""Part of months of full-time workers with overtime."""
OVERTIME_HOURS = 18
HOLIDAY_SHARE = 0.12
"""Holiday pay beside the pay of the year in which it was earned (five weeks)."""
HOLIDAY_MONTH, SUMMER_MONTH = 6, 7
SUMMER_HOURS = (0.42, 0.72)
"""Part of the hours of July that is worked on sites, and elsewhere, by those who are paid by the hour."""
LATE_SETTLERS = 0.08
"""Part of employers that raise pay only some months after the settlement, and pay the difference then."""
SETTLED_MONTHS = (6, 7, 8, 9)
"""Months of the year in which they still pay the old rates, and the one in which they make it good."""
IDLE_SHARE = 0.3
"""Part of months in which somebody on call is not called."""
APPRENTICE_PAY = ((18, 0.34), (19, 0.43), (20, 0.55), (99, 0.8))
"""Up to which age at the month an apprentice gets which part of a skilled worker's lowest pay."""
APPRENTICESHIP_YEARS = 4
_WORD = 1 << 16


@dataclass(slots=True)
class Pay:
    """What an employer reports for one job and month.

    Attributes:
        begins: First day of the earning period.
        ends: Last day of it.
        hours: Hours that are reported, overtime included.
        worked: Hours that were really worked.
        amount: All pay in cash, in kroner.
        tax: Tax withheld, in kroner.
        ordinary: Pay for ordinary hours, in kroner.
        overtime_hours: Hours of overtime.
        overtime: Pay for them, in kroner.
        holiday: Holiday pay, in kroner.
        holiday_deducted: Deducted from a fixed salary for holidays taken, in kroner.
        made_good: Pay for earlier months, in kroner.
        earned: First and last day of those months.
        clawed_back: Taken back of the ordinary pay, in kroner.
    """

    begins: date
    ends: date
    hours: float
    worked: float
    amount: int
    tax: int
    ordinary: int
    overtime_hours: int = 0
    overtime: int = 0
    holiday: int = 0
    holiday_deducted: int = 0
    made_good: int = 0
    earned: tuple[date, date] | None = None
    clawed_back: int = 0


@dataclass(frozen=True, slots=True)
class Payroll:
    """Sums of a firm and month, in kroner and hours."""

    amount: int
    tax: int
    hours: float
    heads: int


@cache
def _bounds(month: str) -> tuple[date, date, int, int]:
    first, last = first_day(month), last_day(month)
    return first, last, last.day, first.month


def pay_of(job: Job, month: str) -> Pay | None:
    """What a job pays in a month, or None when it was not active in it.

    Undeclared jobs pay as well; who reports them is for the caller to ask (`Job.is_declared`).

    Args:
        job: The job.
        month: `YYYY-MM`.
    """
    first, last, days, number = _bounds(month)
    begins, ends = job.start, job.end
    if begins > last or (ends is not None and ends < first):
        return None
    begins = begins if begins > first else first
    ends = last if ends is None or ends > last else ends
    terms, trade = job.terms, job.firm.trade
    # Without full calendar months a share of the days counts; leave comes off it.
    part = 1.0 if (ends - begins).days + 1 == days else ((ends - begins).days + 1) / days
    if terms.leaves:
        part *= _present(terms.leaves, begins, ends)
        if part < 0.02:
            return None
    # A draw of its own for each job and month: who else is paid does not move it.
    draw = zlib.crc32(f"{job.firm.orgnr}{job.person.number}{job.job_id}{month}".encode())
    about_hours, about_tax = divmod(draw, _WORD)
    if terms.is_on_call:
        if about_tax % 100 < IDLE_SHARE * 100:
            return None
        part *= 0.3 + about_tax % 97 / 80
    is_hourly = trade.is_hourly and not terms.is_fixed
    if number == SUMMER_MONTH and is_hourly and not terms.is_temporary:
        part *= SUMMER_HOURS[0] if trade.is_site else SUMMER_HOURS[1]
    full = FULL_MONTH_HOURS * terms.week / FULL_WEEK * job.percent / 100
    worked = max(round(full * part * (0.94 + 0.08 * about_hours / _WORD), 1), 1.0)
    hours = max(round((worked if is_hourly else full * part) * job.declared_share, 1), 1.0)
    rate = rate_of(job, month)
    ordinary = round(hours * rate)
    pay = Pay(begins, ends, hours, worked, ordinary, 0, ordinary)
    _add_overtime(pay, job, rate, about_tax)
    if number == HOLIDAY_MONTH or (job.end is not None and job.end <= last):
        _add_holiday(pay, job, rate, full, number)
    _make_good(pay, job, month)
    if terms.clawed_back:
        pay.clawed_back = round(ordinary * terms.clawed_back)
    pay.amount = max(
        ordinary + pay.overtime + pay.holiday - pay.holiday_deducted + pay.made_good - pay.clawed_back, 1
    )
    pay.tax = round(pay.amount * (0.18 + 0.18 * about_tax / _WORD))
    return pay


def rate_of(job: Job, month: str) -> float:
    """Pay per ordinary hour that was agreed for a month, in kroner.

    An honest employer never pays less than the lowest lawful pay for the work and the skill.

    Args:
        job: The job.
        month: `YYYY-MM`.
    """
    share = 1.0
    provisional = job.terms.provisional
    if provisional is not None and provisional.first <= month <= provisional.last:
        share = provisional.share
    due = _due(job, month)
    if share == 1.0 and _is_late(month) and job.terms.minimum_share is None and _settles_late(job.firm):
        return min(_due(job, f"{month[:4]}-05"), due)
    return round(due * share, 2)


@cache
def _adult_minimum(trade: str, month: str) -> float:
    return lowest(trade, "unskilled", month)


def _due(job: Job, month: str) -> float:
    terms, trade = job.terms, job.firm.trade.key
    if terms.minimum_share is not None and has_minimum(trade):
        return round(_adult_minimum(trade, month) * terms.minimum_share, 2)
    skill = _skill_in(job, month)
    if skill == APPRENTICE:
        age = int(month[:4]) - job.person.born.year
        share = next(part for until, part in APPRENTICE_PAY if age <= until)
        return round((lowest(trade, "skilled", month) or job.hourly) * share, 2)
    agreed = job.hourly * level(month)
    if terms.kind == FREELANCE:
        return round(agreed, 2)
    return round(max(agreed, lowest(trade, skill, month)), 2)


def _skill_in(job: Job, month: str) -> str:
    """Skill in a month: the young grow up, and apprentices get their certificate."""
    skill = job.terms.skill
    if skill == "young" and int(month[:4]) - job.person.born.year >= 18:
        return "unskilled"
    if skill == APPRENTICE and int(month[:4]) - job.start.year >= APPRENTICESHIP_YEARS:
        return "skilled"
    return skill


def _present(leaves: tuple[Leave, ...], begins: date, ends: date) -> float:
    """What leaves leave of a period, 0 to 1."""
    days = (ends - begins).days + 1
    away = 0.0
    for leave in leaves:
        overlap = (min(leave.end, ends) - max(leave.start, begins)).days + 1
        away += max(overlap, 0) * leave.percent / 100
    return max(1 - away / days, 0.0)


def _add_overtime(pay: Pay, job: Job, rate: float, about: int) -> None:
    terms = job.terms
    if job.percent < 90 or terms.is_fixed or not job.firm.trade.is_hourly or job.declared_share < 1:
        return
    if about % 1000 < OVERTIME_SHARE * 1000 and pay.hours > 60 and terms.skill != "young":
        pay.overtime_hours = 2 + about % OVERTIME_HOURS
        pay.overtime = round(pay.overtime_hours * rate * OVERTIME_RATE)
        pay.hours = round(pay.hours + pay.overtime_hours, 1)
        pay.worked = round(pay.worked + pay.overtime_hours, 1)


def _add_holiday(pay: Pay, job: Job, rate: float, full: float, number: int) -> None:
    """In June what was earned last year, at the end what was earned this year."""
    if job.terms.kind == FREELANCE:
        return
    year = date(pay.begins.year, 1, 1)
    monthly = rate * full * job.declared_share
    if number == HOLIDAY_MONTH:
        months = min(max((year - job.start).days, 0) / 30.4, 12.0)
        pay.holiday = round(monthly * months * HOLIDAY_SHARE)
        if job.terms.is_fixed or not job.firm.trade.is_hourly:
            pay.holiday_deducted = round(min(months / 12, 1.0) * 0.96 * pay.ordinary)
    if job.end is not None and job.end <= pay.ends and job.end == pay.ends:
        months = max((job.end - max(job.start, year)).days, 0) / 30.4
        pay.holiday += round(monthly * months * HOLIDAY_SHARE)


def _settles_late(firm: Firm) -> bool:
    return zlib.crc32(f"settlement{firm.orgnr}".encode()) % 1000 < LATE_SETTLERS * 1000


def _is_late(month: str) -> bool:
    return int(month[5:]) in SETTLED_MONTHS[:-1]


def _make_good(pay: Pay, job: Job, month: str) -> None:
    """The difference for earlier months that were paid at too low a rate."""
    provisional = job.terms.provisional
    if provisional is not None and provisional.made_good == month:
        _pay_difference(pay, job, between(provisional.first, provisional.last))
    elif (
        int(month[5:]) == SETTLED_MONTHS[-1]
        and job.terms.minimum_share is None
        and _settles_late(job.firm)
        and job.firm.is_alive(pay.begins)
    ):
        _pay_difference(pay, job, [shift(month, -back) for back in (3, 2, 1)])


def _pay_difference(pay: Pay, job: Job, months: list[str]) -> None:
    due = 0.0
    for month in months:
        before = pay_of(job, month)
        if before is not None:
            due += max(_due(job, month) - rate_of(job, month), 0.0) * (before.hours - before.overtime_hours)
    if round(due) > 0:
        pay.made_good = round(due)
        pay.earned = (max(job.start, first_day(months[0])), last_day(months[-1]))


def payroll(firm: Firm, month: str) -> Payroll:
    """What a firm reports in all for a month.

    Args:
        firm: The employer.
        month: `YYYY-MM`.
    """
    if firm.payrolls is not None and month in firm.payrolls:
        return firm.payrolls[month]
    paid = list(_declared(firm, month))
    found = Payroll(
        sum(p.amount for p in paid), sum(p.tax for p in paid), sum(p.hours for p in paid), len(paid)
    )
    if firm.payrolls is not None:
        firm.payrolls[month] = found
    return found


def close_books(firms: Iterable[Firm]) -> None:
    """Let sums be kept from now on: nothing about the jobs of these firms changes any more.

    Args:
        firms: Employers.
    """
    for firm in firms:
        firm.payrolls = {}


def _declared(firm: Firm, month: str) -> Iterator[Pay]:
    for job in firm.jobs:
        if job.is_declared and (pay := pay_of(job, month)) is not None:
            yield pay
