"""What a job pays in a month: the same figures wherever a register prints them."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jobs.months import first_day, last_day
from jobs.synth.model import Firm, Job

FULL_MONTH_HOURS = 162.5


@dataclass(frozen=True, slots=True)
class Pay:
    """What an employer reports for one job and month.

    Attributes:
        begins: First day of the earning period.
        ends: Last day of it.
        hours: Hours that are reported.
        worked: Hours that were really worked.
        amount: Pay in kroner.
        tax: Tax withheld in kroner.
    """

    begins: date
    ends: date
    hours: float
    worked: float
    amount: int
    tax: int


@dataclass(frozen=True, slots=True)
class Payroll:
    """Sums of a firm and month, in kroner and hours."""

    amount: int
    tax: int
    hours: float
    heads: int


def pay_of(job: Job, month: str) -> Pay | None:
    """What a job pays in a month, or None when it was not active in it.

    Undeclared jobs pay as well; who reports them is for the caller to ask (`Job.is_declared`).

    Args:
        job: The job.
        month: `YYYY-MM`.
    """
    first, last = first_day(month), last_day(month)
    if job.start > last or (job.end is not None and job.end < first):
        return None
    begins, ends = max(job.start, first), min(job.end or last, last)
    part = ((ends - begins).days + 1) / ((last - first).days + 1)
    # A draw of its own for each job and month: who else is paid does not move it.
    key = f"{job.firm.orgnr}{job.person.number}{job.job_id}{month}".encode()
    about_hours, about_tax = divmod(zlib.crc32(key), 1 << 16)
    worked = max(
        round(FULL_MONTH_HOURS * job.percent / 100 * part * (0.94 + 0.08 * about_hours / (1 << 16)), 1), 1.0
    )
    hours = max(round(worked * job.declared_share, 1), 1.0)
    amount = round(hours * job.hourly)
    return Pay(begins, ends, hours, worked, amount, round(amount * (0.18 + 0.18 * about_tax / (1 << 16))))


def payroll(firm: Firm, month: str) -> Payroll:
    """What a firm reports in all for a month.

    Args:
        firm: The employer.
        month: `YYYY-MM`.
    """
    paid = list(_declared(firm, month))
    return Payroll(
        sum(p.amount for p in paid), sum(p.tax for p in paid), sum(p.hours for p in paid), len(paid)
    )


def _declared(firm: Firm, month: str) -> Iterator[Pay]:
    for job in firm.jobs:
        if job.is_declared and (pay := pay_of(job, month)) is not None:
            yield pay
