"""What employer and worker agree on: position, pay by skill and experience, kind of pay, extras."""

import math
from datetime import date
from random import Random

from jobs.synth.matched import APPRENTICE_SHARE, PART_TIME_SHARE
from jobs.synth.model import Firm, Job, Person
from jobs.synth.terms import APPRENTICE, Terms
from jobs.synth.trades import STAFFING

PART_TIME = (20.0, 40.0, 50.0, 60.0, 80.0)
OFTEN_PART_TIME = ("restaurant", "bar", "hotel", "grocery", "clothes", "hair", "cleaning")
"""Trades in which about half of the jobs are part-time."""
FULL_TIME_SHARE, FULL_TIME_SHARE_THERE = 1 - PART_TIME_SHARE * 0.6, 0.48
PAY_BY_SKILL = {"skilled": 1.06, "experienced": 0.98, "unskilled": 0.92, "young": 0.7, APPRENTICE: 1.0}
"""Usual pay beside that of the trade."""
SPREAD = 0.07
"""Standard deviation of the logarithm of pay among people of the same trade and skill."""
APPRENTICE_TRADES = ("hair", "garage")
APPRENTICE_AGE, OLDEST_APPRENTICE = 18, 22
APPRENTICES_OF_THAT_AGE = APPRENTICE_SHARE * 7
OFFICE = "4114101"
"""Occupation of the office staff of a building firm."""
OFFICE_SHARE = 0.04
FIXED_SHARE = 0.1
"""Part of jobs with a fixed salary in trades that pay by the hour."""
EXTRAS_SHARE = 0.25
PHONE, PHONE_VALUE = "elektroniskKommunikasjon", 366
UNION_SHARE, UNION_FEE = 0.3, 0.0145
GARNISHED_SHARE = 0.015
SHIFTS = {"hotel": 35.5, "fish": 35.5, "health": 35.5}
"""Hours per week of a full position where people work in shifts."""


def agree(
    rng: Random, person: Person, firm: Firm, start: date, end: date | None, percent: float | None
) -> Job:
    """A job that is not yet among those of the worker and the firm.

    Args:
        rng: The caller's stream.
        person: Worker.
        firm: Employer.
        start: First day.
        end: Last day; None when it goes on.
        percent: Position; by the custom of the trade unless given.
    """
    trade = firm.trade
    if percent is None:
        full = FULL_TIME_SHARE_THERE if trade.key in OFTEN_PART_TIME else FULL_TIME_SHARE
        percent = 100.0 if rng.random() < full else rng.choice(PART_TIME)
    skill = _skill(rng, start.year - person.born.year, firm)
    usual = trade.hourly * PAY_BY_SKILL[skill]
    hourly = round(usual * math.exp(min(max(rng.gauss(0.0, SPREAD), -0.18), 0.35)), 2)
    terms = Terms(skill=skill)
    if skill == APPRENTICE or rng.random() < FIXED_SHARE:
        terms.is_fixed = True
    if trade.key in SHIFTS:
        terms.week = SHIFTS[trade.key]
    draw = rng.random()
    if trade.is_site and draw < OFFICE_SHARE:
        terms.occupation, terms.is_fixed = OFFICE, True
    elif draw > 1 - EXTRAS_SHARE:
        _extras(terms, draw, hourly, percent)
    return Job(
        person=person,
        firm=firm,
        start=start,
        end=end,
        percent=percent,
        hourly=hourly,
        job_id=f"{rng.randrange(10**6):06d}",
        terms=terms,
    )


def _skill(rng: Random, age: int, firm: Firm) -> str:
    if age < 18:
        return "young"
    draw = rng.random()
    has_apprentices = firm.trade.is_site and firm.trade is not STAFFING
    if age <= OLDEST_APPRENTICE and (has_apprentices or firm.trade.key in APPRENTICE_TRADES):
        if draw < APPRENTICES_OF_THAT_AGE:
            return APPRENTICE
        draw = rng.random()
    if age <= OLDEST_APPRENTICE:
        return "unskilled" if draw < 0.5 else "experienced"
    return "unskilled" if draw < 0.1 else "experienced" if draw < 0.4 else "skilled"


def _extras(terms: Terms, draw: float, hourly: float, percent: float) -> None:
    """A telephone, a union fee, travel money, or a debt that the authorities collect."""
    within = (draw - (1 - EXTRAS_SHARE)) / EXTRAS_SHARE
    if within < 0.35:
        terms.benefits = {PHONE: PHONE_VALUE}
    elif within < 0.35 + GARNISHED_SHARE / EXTRAS_SHARE:
        terms.garnished = 1500 + int(within * 6000)
    elif within < 0.6:
        terms.allowances = {"kilometergodtgjoerelseBil": 300 + int(within * 3000)}
    else:
        terms.deductions = {"fagforeningskontingent": int(hourly * 162.5 * percent / 100 * UNION_FEE)}
