"""Who is at which site: which clients keep lists, and whom the firms of a chain send there."""

import math
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from jobs.synth.cards import card_background
from jobs.synth.chains import chance
from jobs.synth.model import Contract, Firm, Job, Person, Project
from jobs.synth.projects import MONTHLY_LABOUR
from jobs.synth.sitebook import (
    DELIVERY,
    MANAGER,
    WEEKDAYS,
    Attendance,
    attend,
    keep_list,
    lists_from,
    part_time,
)
from jobs.synth.trades import GENERAL, GOODS, STAFFING
from jobs.synth.world import World

LARGE, MIDDLE = 10_000_000, 5_000_000
PUBLIC_SHARES, PRIVATE_SHARES = (0.42, 0.36, 0.28), (0.34, 0.28, 0.2)
"""Part of large, middle and small projects whose client keeps a list that it hands over."""
MEASURED_SHARES = (0.9, 0.75, 0.35)
"""Part of those lists that come from gates."""
CLOCK_SHARE = 0.85
MOST_HEADS = 3
PREREGISTERED_SHARE = 0.9
"""Part of suppliers that are let in only after the client has heard of their contract."""
BRANCH_NUMBER_SHARE = 0.02
"""Part of suppliers of a site that stand on its list with the number of their establishment."""
CARDLESS_SHARE = 0.02
"""Part of workers who come before their card is issued, or lack one."""
UNCARDED_COMES = 0.1
"""Part of workers without any card who are let in all the same."""
DRIVERS = 2

Busy = dict[Person, list[tuple[date, date]]]


def site_background(world: World) -> None:
    """Lists, cards and presence of everybody; those of rings and look-alikes are there already.

    Args:
        world: The world; contracts, jobs and foreign contractors are all there.
    """
    rng = world.rng("sites")
    for project in world.projects:
        if project not in world.site.lists:
            _decide(world, rng, project)
    card_background(world)
    _Crews(world, rng).send()


def _decide(world: World, rng: Random, project: Project) -> None:
    is_public = project.client_kind != "privat"
    size = 0 if project.value >= LARGE else 1 if project.value >= MIDDLE else 2
    is_over = project.end < lists_from(world)
    share = (PUBLIC_SHARES if is_public else PRIVATE_SHARES)[size]
    if rng.random() >= share or is_over:
        world.site.lists[project] = None
        return
    draw = rng.random()
    checked = draw < CLOCK_SHARE or (None if draw < (1 + CLOCK_SHARE) / 2 else False)
    keep_list(world, rng, project, is_measured=rng.random() < MEASURED_SHARES[size], is_clock_checked=checked)


class _Crews:
    """Sends people to sites with a list: as many as the contracts call for, nobody to two at a time."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world = world
        self._rng = rng
        self._busy: Busy = {}
        self._told = {(a.project, a.employer) for a in world.site.attendances}
        for attendance in world.site.attendances:
            self._take(attendance.person, attendance.first, attendance.last)

    def send(self) -> None:
        """All attendances of the background."""
        world = self._world
        begins = lists_from(world)
        listed = [p for p, kept in world.site.lists.items() if kept is not None]
        for project in listed:
            for contract in project.contracts:
                firm = contract.supplier
                # Whom a ring or a look-alike sends to a site is for it to say.
                if (project, firm) in self._told or contract.foreign_id:
                    continue
                first = max(contract.start, project.start, begins, self._let_in(contract))
                last = min(contract.end, project.end, world.closing)
                if first <= last and firm.is_alive(first):
                    if contract.is_labour or contract.kind == "prosjektledelse":
                        self._crew(project, contract, first, last)
                    elif firm.trade is GOODS:
                        self._drivers(project, firm, first, last)
        self._posted()

    def _let_in(self, contract: Contract) -> date:
        if contract.is_declared and chance(contract, "let in") < PREREGISTERED_SHARE:
            return contract.declared_on
        return contract.start

    def _crew(self, project: Project, contract: Contract, first: date, last: date) -> None:
        """Workers of one supplier, and its owners where they work themselves."""
        firm, rng = contract.supplier, self._rng
        months = max((contract.end - contract.start).days / 30, 1.0)
        heads = math.ceil(contract.value * contract.labour_share / months / MONTHLY_LABOUR)
        wanted = min(max(heads, 1), MOST_HEADS)
        is_main = contract.parent is None or contract.kind == "prosjektledelse"
        hirer = contract.client if contract.kind == "innleie" and firm.trade is STAFFING else None
        listed_as = firm.branch_orgnr if chance(contract, "branch") < BRANCH_NUMBER_SHARE else ""
        usual = Attendance(
            project,
            firm.director or self._world.persons[0],
            firm,
            first,
            last,
            hirer=hirer,
            listed_as=listed_as,
        )
        sent = 0
        if firm.form in ("ENK", "DA"):
            for role in firm.roles:
                if role.code in ("INNH", "DTPR") and isinstance(role.holder, Person):
                    is_free = self._is_free(role.holder, first, last)
                    if is_free and sent < wanted and (role.holder, firm) in self._world.site.held:
                        self._send(replace(usual, person=role.holder), first, last)
                        sent += 1
        for job in firm.jobs:
            if sent >= wanted:
                return
            came, went = _present(job, first, last)
            if (went - came).days < 3 or not self._is_free(job.person, came, went) or not _is_crew(job):
                continue
            if firm.trade is GENERAL and rng.random() < 0.3:
                continue
            has_card = (job.person, firm) in self._world.site.held
            if not has_card and rng.random() >= UNCARDED_COMES:
                continue
            came = self._carded_from(job, came)
            if came > went:
                continue
            days, minutes = part_time(job.percent)
            self._send(
                replace(usual, person=job.person, role=MANAGER if is_main and sent == 0 else usual.role,
                        weekdays=_some_days(rng, days), minutes=minutes),
                came, went,
            )  # fmt: skip
            sent += 1

    def _send(self, attendance: Attendance, first: date, last: date) -> None:
        attendance.first, attendance.last = first, last
        attendance.begins += self._rng.choice((-30, 0, 0, 0, 0, 30))
        attend(self._world, attendance)
        self._take(attendance.person, first, last)

    def _carded_from(self, job: Job, came: date) -> date:
        """The day from which somebody has a card; some come before it."""
        cards = self._world.site.held.get((job.person, job.firm))
        if not cards or self._rng.random() < CARDLESS_SHARE:
            return came
        return max(came, min(card.issued for card in cards))

    def _drivers(self, project: Project, firm: Firm, first: date, last: date) -> None:
        """The same few drivers of a supplier of goods, once or twice a week."""
        rng = self._rng
        for job in firm.jobs[1 : 1 + DRIVERS]:
            came, went = max(first, job.start), min(last, job.end or last)
            if came <= went:
                attend(
                    self._world,
                    Attendance(
                        project, job.person, firm, came, went, role=DELIVERY, is_carded=False,
                        weekdays=_some_days(rng, rng.choice((1, 2))), begins=rng.randrange(450, 800),
                        minutes=rng.randrange(15, 50), absence=0.3,
                    ),
                )  # fmt: skip

    def _posted(self) -> None:
        world, rng, begins = self._world, self._rng, lists_from(self._world)
        for contractor in world.foreign:
            for assignment in contractor.assignments:
                project = assignment.contract.project
                if project is None or world.site.lists.get(project) is None:
                    continue
                if (project, contractor.party) in self._told:
                    continue
                has_number = contractor.representative is not None and rng.random() < 0.8
                for posting in assignment.postings:
                    first = max(posting.start, begins, project.start)
                    last = min(posting.end or world.closing, project.end, world.closing)
                    if first <= last and self._is_free(posting.person, first, last):
                        self._take(posting.person, first, last)
                        foreign_id = "" if has_number else contractor.foreign_id
                        usual = Attendance(project, posting.person, contractor.party, first, last)
                        attend(world, usual, foreign_id=foreign_id)

    def _is_free(self, person: Person, first: date, last: date) -> bool:
        return all(until < first or since > last for since, until in self._busy.get(person, ()))

    def _take(self, person: Person, first: date, last: date) -> None:
        self._busy.setdefault(person, []).append((first, last))


def _is_crew(job: Job) -> bool:
    """Whether somebody is sent to sites week after week: no freelancers, clerks or people on call."""
    return not job.terms.is_on_call and not job.terms.occupation


def _present(job: Job, first: date, last: date) -> tuple[date, date]:
    """The longer part of a period in which a job is held, before or after a leave."""
    came, went = max(first, job.start), min(last, job.end or last)
    for leave in job.terms.leaves:
        if leave.start <= went and leave.end >= came:
            if leave.start - came > went - leave.end:
                went = leave.start - timedelta(days=1)
            else:
                came = leave.end + timedelta(days=1)
    return came, went


def _some_days(rng: Random, count: int) -> int:
    """So many days of the week in a row, as bits."""
    if count >= 5:
        return WEEKDAYS
    start = rng.randrange(6 - count)
    return ((1 << count) - 1) << start


def steady_days(first: date, last: date, step: int) -> tuple[date, ...]:
    """Working days between two days, every so many days.

    Args:
        first: First one, if it is a working day.
        last: No later than this.
        step: Days from one to the next, before weekends are moved to the Monday after.
    """
    found: list[date] = []
    day = first
    while day <= last:
        moved = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
        if moved <= last and (not found or moved > found[-1]):
            found.append(moved)
        day += timedelta(days=step)
    return tuple(found)
