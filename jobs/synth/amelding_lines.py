"""The parts of an employer's report: relations, pay lines, deductions, as payroll systems print them."""

import zlib
from datetime import date
from typing import Any

from jobs.synth.matched import ODD_POSITION_SHARE
from jobs.synth.model import Firm, Job
from jobs.synth.pay import Pay
from jobs.synth.tariffs import LEVEL_OF, SETTLED_ON
from jobs.synth.terms import FREELANCE, FULL_WEEK, Leave

Json = dict[str, Any]

SYSTEMS = (
    "LØNNSPROGRAM EKSEMPEL", "EKSEMPEL LØNN OG REGNSKAP", "SKYLØNN PRØVE", "PRØVE HR", "ALTINN LØNNSMODUL"
)  # fmt: skip
CHANGED_SYSTEM = "byttetLoenssystemEllerRegnskapsfoerer"
CHANGED_SYSTEM_SHARE = 0.02
"""Part of employers that change their payroll system in a year; all relations get new ids then."""
LEAVE_KEYS = {"permisjon": "permisjonsprosent", "permittering": "permitteringsprosent"}
BENEFIT, EXPENSES = "naturalytelse", "utgiftsgodtgjoerelse"


def changed_system(firm: Firm, months: list[str]) -> str:
    """The month from which an employer reports with another payroll system; empty for most.

    Args:
        firm: Employer.
        months: Months of the window.
    """
    draw = zlib.crc32(f"system{firm.orgnr}".encode())
    if draw % 10_000 >= CHANGED_SYSTEM_SHARE * 10_000 * len(months) / 12 or len(months) < 2:
        return ""
    return months[1 + (draw >> 14) % (len(months) - 1)]


def system_of(firm: Firm, has_changed: bool) -> str:
    """Name of the payroll system.

    Args:
        firm: Employer.
        has_changed: Whether it is the later of two.
    """
    return SYSTEMS[(zlib.crc32(firm.orgnr.encode()) + has_changed) % len(SYSTEMS)]


def printed_percent(job: Job, noise: float) -> float:
    """The position as it is printed: for some it is not what the hours say.

    Args:
        job: The job.
        noise: Multiplies how often.
    """
    if job.terms.shown_percent is not None:
        return job.terms.shown_percent
    draw = zlib.crc32(f"position{job.job_id}{job.person.number}".encode())
    if draw % 10_000 >= ODD_POSITION_SHARE * noise * 10_000:
        return job.percent
    kind, about = (draw >> 14) % 100, (draw >> 21) % 100
    if kind < 20 or job.terms.is_on_call:
        return float(about % 2)
    if kind < 55 and 50 <= job.percent < 100:
        return 100.0
    if kind < 70 and job.percent == 100:
        return 100.0 + 1.5 * (about % 8)
    # Somebody divided hours of a month by another full month than that of the trade.
    return round(job.percent * (0.86 + about * 0.0011), 2)


def relation(job: Job, last: date, noise: float, suffix: str = "") -> Json:
    """One relation as it is listed for a month.

    Args:
        job: The job.
        last: Last day of the month.
        noise: Multiplies what is printed wrong.
        suffix: Stands after the id once the payroll system has changed.
    """
    terms = job.terms
    listed: Json = {
        "arbeidsforholdId": job.job_id + suffix,
        "typeArbeidsforhold": terms.kind,
        "startdato": job.start.isoformat(),
        "yrke": terms.occupation or job.firm.trade.occupation,
    }
    if terms.kind != FREELANCE:
        listed["antallTimerPerUkeSomEnFullStillingTilsvarer"] = terms.week
        listed["stillingsprosent"] = printed_percent(job, noise)
        listed["arbeidstidsordning"] = "ikkeSkift" if terms.week == FULL_WEEK else "skift365"
        listed["formForAnsettelse"] = "midlertidig" if terms.is_temporary else "fast"
        settled = _last_settled(last)
        if settled > job.start:
            listed["sisteLoennsendringsdato"] = settled.isoformat()
    known = [leave for leave in terms.leaves if leave.start <= last]
    for kind, key in LEAVE_KEYS.items():
        if lines := [_leave(leave, key, last) for leave in known if leave.kind == kind]:
            listed[kind] = lines
    if job.end is not None and job.end <= last and not job.is_unclosed:
        listed["sluttdato"] = job.end.isoformat()
        if job.end_reason:
            listed["aarsakTilSluttdato"] = job.end_reason
    return listed


def state_of(job: Job, last: date) -> tuple[bool, int, int]:
    """What of a relation can differ from one month to the next; the same state is printed alike.

    Args:
        job: The job.
        last: Last day of the month.
    """
    is_over = job.end is not None and job.end <= last and not job.is_unclosed
    stage = sum((leave.start <= last) + (leave.end <= last) for leave in job.terms.leaves)
    return is_over, stage, _last_settled(last).year


def _last_settled(day: date) -> date:
    year = day.year if (day.month, day.day) >= SETTLED_ON else day.year - 1
    return date(max(year, LEVEL_OF - 30), *SETTLED_ON)


def _leave(leave: Leave, key: str, last: date) -> Json:
    line: Json = {"startdato": leave.start.isoformat(), key: leave.percent}
    if leave.end <= last:
        line["sluttdato"] = leave.end.isoformat()
    return line


def lines_of(job: Job, pay: Pay, begins: str, ends: str, suffix: str = "") -> list[Json]:
    """The income lines of a job in a month: pay, overtime, holidays, what was made good, benefits, expenses.

    Args:
        job: The job.
        pay: What it pays.
        begins: First day of the earning period.
        ends: Last day of it.
        suffix: Stands after the id of the relation.
    """
    terms, name = job.terms, job.job_id + suffix
    is_hourly = job.firm.trade.is_hourly and not terms.is_fixed
    if terms.kind == FREELANCE:
        wage: Json = {"beskrivelse": "honorarAkkordProsentProvisjon"}
    elif is_hourly:
        wage = {"beskrivelse": "timeloenn", "antall": round(pay.hours - pay.overtime_hours, 1)}
    else:
        wage = {"beskrivelse": "fastloenn"}
    lines = [_line(pay.ordinary, begins, ends, name, wage)]
    if pay.overtime:
        extra = {"beskrivelse": "overtidsgodtgjoerelse", "antall": pay.overtime_hours}
        lines.append(_line(pay.overtime, begins, ends, name, extra))
    if pay.holiday:
        lines.append(_line(pay.holiday, begins, ends, name, {"beskrivelse": "feriepenger"}))
    if pay.holiday_deducted:
        lines.append(_line(-pay.holiday_deducted, begins, ends, name, {"beskrivelse": "trekkILoennForFerie"}))
    if pay.made_good and pay.earned:
        first, last = (day.isoformat() for day in pay.earned)
        lines.append(_line(pay.made_good, first, last, name, {"beskrivelse": wage["beskrivelse"]}))
    if pay.clawed_back:
        lines.append(_line(-pay.clawed_back, begins, ends, name, {"beskrivelse": wage["beskrivelse"]}))
    for benefit, kind in ((terms.benefits, BENEFIT), (terms.allowances, EXPENSES)):
        for code, amount in (benefit or {}).items():
            is_taxed = kind == BENEFIT
            lines.append(_line(amount, begins, ends, name, {"beskrivelse": code}, kind, is_taxed=is_taxed))
    return lines


def _line(
    amount: int,
    begins: str,
    ends: str,
    name: str,
    wage: Json,
    kind: str = "kontantytelse",
    *,
    is_taxed: bool = True,
) -> Json:
    return {
        "fordel": kind,
        "utloeserArbeidsgiveravgift": is_taxed,
        "inngaarIGrunnlagForTrekk": is_taxed,
        "beloep": amount,
        "startdatoOpptjeningsperiode": begins,
        "sluttdatoOpptjeningsperiode": ends,
        "arbeidsforholdId": name,
        "loennsinntekt": wage,
    }


def deductions_of(job: Job) -> list[Json]:
    """What the employer deducts from the pay of a job in a month; rent first.

    Args:
        job: The job.
    """
    taken = {"brakkeleie": job.rent} if job.rent else {}
    taken |= job.terms.deductions or {}
    return [{"beskrivelse": code, "beloep": amount} for code, amount in taken.items()]
