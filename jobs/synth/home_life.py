"""What happens to homes and to what registers say of them: corrections, deaths, sales, building matters."""

from datetime import date, timedelta
from random import Random

from jobs.synth.homes import sell
from jobs.synth.model import Building, Change, Correction, Firm, Notice, Person
from jobs.synth.places import BUSINESS_KINDS
from jobs.synth.world import World, some_day

UNIT_LOST_SHARE = 0.05
"""Part of stays that the population register knows without the unit number."""
CORRECTED_SHARE = 0.15
"""Part of those whose unit number is filled in within the window."""
WRONG_UNIT_SHARE = 0.004
"""Part of stays that stand in a neighbour's unit until somebody notices."""
YEARLY_DEATHS, OLD_AGE = 0.03, 67
LEAVING_SHARE = 0.12
"""Part of people whose last job has ended who move abroad afterwards."""
YEARLY_SALES = 0.015
YEARLY_COMPLETIONS = 0.25
"""Part of buildings in use by a temporary permit that are completed in a year."""
YEARLY_RECODINGS = 0.004
YEARLY_DEMOLITIONS = 0.003
YEARLY_SPLITS = 0.002
NEW_SINCE = 2020
ENDED_SHARE = 0.15
"""Part of lawful lodgings that have ended by the last month."""


def age_homes(world: World) -> None:
    """Let time pass over buildings, units, owners and what the population register knows.

    Rings and look-alikes say themselves what happens to theirs.

    Args:
        world: The world, everybody housed.
    """
    rng = world.rng("home life")
    years = world.parameters.months / 12
    _stays(world, rng)
    _leave(world, rng, years)
    taken = {f.address for f in world.firms}
    for building in world.buildings:
        _building(world, rng, building, years, is_used=building in taken)
    for dwelling in world.dwellings:
        if rng.random() < YEARLY_SPLITS * years and not any(
            isinstance(t.holder, Firm) for t in dwelling.tenures
        ):
            uuid = world.numbers.code(rng, "u-", 9)
            dwelling.renumbered = (some_day(rng, world.opening, world.closing), uuid)
        elif rng.random() < YEARLY_SALES * years and dwelling.building.built < world.opening:
            sell(world, rng, dwelling, some_day(rng, world.opening, world.closing))
    for notice in world.notices:
        if not any(lodger.person.is_planted for lodger in notice.residents):
            _notice(world, rng, notice)


def _stays(world: World, rng: Random) -> None:
    lost = min(UNIT_LOST_SHARE * world.parameters.noise, 0.6)
    wrong = WRONG_UNIT_SHARE * world.parameters.noise
    last = world.closing - timedelta(days=5)
    for person in world.persons:
        if person.is_planted:
            continue
        for stay in person.stays:
            draw = rng.random()
            if draw < lost:
                earliest = max(stay.registered, world.opening) + timedelta(days=20)
                if draw < lost * CORRECTED_SHARE and earliest < last:
                    stay.correction = Correction(some_day(rng, earliest, last))
                else:
                    stay.is_unit_known = False
            elif draw > 1 - wrong and len(stay.dwelling.building.dwellings) > 1:
                earliest = max(stay.registered, world.opening) + timedelta(days=20)
                neighbour = rng.choice(stay.dwelling.building.dwellings)
                if earliest < last and neighbour is not stay.dwelling:
                    stay.correction = Correction(some_day(rng, earliest, last), neighbour)


def _leave(world: World, rng: Random, years: float) -> None:
    """Deaths, and people who move abroad when their work is done; nobody who leads or owns a firm does."""
    holders = {r.holder for f in world.firms for r in f.roles}
    holders |= {holder for f in world.firms for holder, _ in f.owners}
    landlords = set(world.landlords)
    last = world.closing - timedelta(days=5)
    for person in world.persons:
        if not person.stays or person.is_planted or person in holders or person in landlords:
            continue
        if not person.jobs:
            is_old = world.opening.year - person.born.year >= OLD_AGE
            if is_old and rng.random() < YEARLY_DEATHS * years:
                _go(person, some_day(rng, world.opening + timedelta(days=10), last), "doed")
        elif all(j.end is not None for j in person.jobs):
            ended = max(j.end or date.min for j in person.jobs) + timedelta(days=rng.randrange(5, 60))
            earliest = max(ended, world.opening + timedelta(days=10), person.stays[-1].registered)
            if rng.random() < LEAVING_SHARE and earliest < last and person.later_from is None:
                _go(person, earliest, "utflyttet")


def _go(person: Person, on: date, kind: str) -> None:
    person.gone = (on, kind)
    stay = person.stays[-1]
    if stay.until is None and stay.since < on:
        stay.until, stay.until_registered = on, on


def _building(world: World, rng: Random, building: Building, years: float, *, is_used: bool) -> None:
    draw = rng.random()
    if building.changes or building.built > world.opening:
        return
    if building.built.year >= NEW_SINCE:
        if draw < YEARLY_COMPLETIONS * years:
            building.status = "2"
            building.changes.append(Change(some_day(rng, world.opening, world.closing), "3"))
    elif not building.dwellings and building.kind in BUSINESS_KINDS:
        if draw < YEARLY_RECODINGS * years:
            kind = rng.choice([k for k in BUSINESS_KINDS if k != building.kind])
            building.changes.append(Change(some_day(rng, world.opening, world.closing), "14", kind))
        elif not is_used and draw > 1 - YEARLY_DEMOLITIONS * years:
            day = some_day(rng, world.opening, world.closing)
            building.changes += [Change(day - timedelta(days=60), "8"), Change(day, "9")]


def _notice(world: World, rng: Random, notice: Notice) -> None:
    """What becomes of lawful lodgings: an end, a permit that runs out later, people who moved on."""
    if notice.until is None and rng.random() < ENDED_SHARE and notice.since < world.opening:
        notice.until = some_day(rng, max(notice.reported, world.opening), world.closing)
        for lodger in notice.residents:
            lodger.until = lodger.until or notice.until
    if notice.permit == "ja" and notice.permit_until is None and rng.random() < 0.5:
        notice.permit_until = world.closing + timedelta(days=rng.randrange(60, 700))
