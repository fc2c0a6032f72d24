"""Who works where: hiring, quitting, firms that grow and shrink, jobs that nobody closes."""

from datetime import date, timedelta
from random import Random

from jobs.synth.contracts_of_work import agree
from jobs.synth.matched import (
    INACTIVE_SHARE,
    INACTIVE_SHARE_OF_HOSPITALITY,
    INACTIVE_SHARE_OF_PRIMARY,
    LAYOFF_SHARE,
    LEAVE_SHARE,
    SEVERAL_JOBS_SHARE,
)
from jobs.synth.model import Firm, Job, Person
from jobs.synth.people import new_person
from jobs.synth.terms import FREELANCE, Leave
from jobs.synth.world import World, some_day

MONTHLY_QUITS = 0.017
UNCLOSED_SHARE = 0.15
"""Part of ended jobs that the employer goes on listing without pay."""
SECOND_JOB_SHARE = 0.09
DORMANT_SHARES = {
    "hotel": INACTIVE_SHARE_OF_HOSPITALITY,
    "restaurant": INACTIVE_SHARE_OF_HOSPITALITY,
    "bar": INACTIVE_SHARE_OF_HOSPITALITY,
    "farm": INACTIVE_SHARE_OF_PRIMARY,
    "fish": INACTIVE_SHARE_OF_PRIMARY,
}
"""Part of the relations listed in a trade that are not active, where it is not that of all trades."""
YOUNGEST = 16
MADE_LATER = 0.025
"""Part of relations that become inactive within the window: ended and not closed, on leave, not called."""
FREELANCERS = {"software": 0.1, "architect": 0.06, "restaurant": 0.02, "hair": 0.04}
"""Freelancers per employee, by trade; `OTHER_FREELANCERS` elsewhere."""
OTHER_FREELANCERS = 0.01
ON_CALL = {"restaurant": 0.1, "bar": 0.12, "hotel": 0.1, "grocery": 0.08, "cleaning": 0.05, "clothes": 0.08}


class LabourMarket:
    """Firms hire from those who look for work and from newcomers; nobody moves together on purpose."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("work")
        self._seekers: list[tuple[Person, date]] = []
        self._employed: list[Person] = []
        self._active: dict[Firm, list[Job]] = {}
        self._trend: dict[Firm, float] = {}
        self._unclosed = min(UNCLOSED_SHARE * world.parameters.noise, 0.9)

    def run(self) -> None:
        """Staff all firms of the background for the whole window."""
        firms = [f for f in self._world.firms if f.target_staff > 0 or f.bankrupt or f.deleted]
        for firm in firms:
            self._trend[firm] = self._rng.gauss(0.004, 0.012)
            self._active[firm] = []
            if firm.registered < self._world.opening:
                self._first_staff(firm)
        for index, (_, start, end) in enumerate(self._world.month_ends()):
            for firm in firms:
                self._month(firm, index, start, end)
        self._leaves()

    def _first_staff(self, firm: Firm) -> None:
        rng, opening = self._rng, self._world.opening
        wanted = firm.target_staff or (
            max(1, int(firm.trade.median_staff * rng.uniform(0.4, 1.8)))
            if firm.bankrupt or firm.deleted
            else 0
        )
        firm.target_staff = wanted
        director = firm.director
        for index in range(wanted):
            start = max(firm.registered, opening - timedelta(days=int(rng.expovariate(1 / 900)) + 1))
            takes_pay = index == 0 and director is not None and firm.form != "ENK" and rng.random() < 0.6
            if takes_pay and director is not None:
                # Who leads several firms works for each of them a little.
                percent = 100.0 if not director.jobs else 20.0 if len(director.jobs) < 2 else 10.0
                self._start(director, firm, start, percent=percent)
            elif rng.random() < SEVERAL_JOBS_SHARE * 0.9 and (other := self._with_one_job()) is not None:
                self._start(other, firm, start, percent=_second(rng))
            else:
                person = self._newcomer(firm)
                self._start(person, firm, max(start, _of_age(person)))
        self._dormant(firm, wanted)
        for _ in range(_about(rng, wanted * FREELANCERS.get(firm.trade.key, OTHER_FREELANCERS))):
            person = rng.choice(self._employed) if self._employed else self._newcomer(firm)
            start = max(firm.registered, opening - timedelta(days=rng.randrange(30, 900)))
            job = self._start(person, firm, start, percent=rng.choice((5.0, 10.0, 20.0)))
            job.terms.kind, job.terms.is_fixed, job.terms.is_on_call = FREELANCE, True, True

    def _dormant(self, firm: Firm, wanted: int) -> None:
        rng = self._rng
        for _ in range(_about(rng, wanted * _dormant_per_active(self._world, firm))):
            known = self._employed and rng.random() < 0.85
            person = rng.choice(self._employed) if known else self._newcomer(firm)
            if _leave_open(self._world, rng, person, firm):
                self._employed.append(person)

    def _month(self, firm: Firm, index: int, start: date, end: date) -> None:
        rng, active = self._rng, self._active[firm]
        closed = min((d for d in (firm.bankrupt, firm.deleted) if d is not None), default=None)
        if firm.registered > end or (closed is not None and closed < start):
            return
        if closed is not None and closed <= end:
            for job in active:
                self._end(job, closed, unclosed_chance=0.45 if firm.bankrupt else 0.1)
            active.clear()
            return
        leaving = [job for job in active if rng.random() < MONTHLY_QUITS]
        for job in leaving:
            active.remove(job)
            self._end(job, max(job.start, some_day(rng, start, end)), unclosed_chance=self._unclosed)
        wanted = round(firm.target_staff * max(0.3, 1 + self._trend[firm] * index)) - len(active)
        for _ in range(wanted):
            if rng.random() < 0.6:
                self._hire(firm, max(start, firm.registered), end)

    def _hire(self, firm: Firm, first: date, last: date) -> None:
        rng = self._rng
        day = some_day(rng, first, last)
        if self._seekers and rng.random() < 0.55:
            index = rng.randrange(len(self._seekers))
            self._seekers[index], self._seekers[-1] = self._seekers[-1], self._seekers[index]
            person, free_from = self._seekers[-1]
            if free_from < day:
                self._seekers.pop()
                self._start(person, firm, day)
                return
        if rng.random() < SECOND_JOB_SHARE and (other := self._with_one_job()) is not None:
            self._start(other, firm, day, percent=_second(rng))
            return
        self._start(self._newcomer(firm), firm, day)

    def _newcomer(self, firm: Firm) -> Person:
        is_temporary = self._rng.random() < firm.trade.temporary_share
        ages = (19, 58) if is_temporary else (17, 66)
        return new_person(
            self._world, self._rng, municipality=firm.municipality, ages=ages, is_d_number=is_temporary
        )

    def _start(self, person: Person, firm: Firm, day: date, *, percent: float | None = None) -> Job:
        job = employ(self._rng, person, firm, day, percent=percent)
        if percent is None and self._rng.random() < ON_CALL.get(firm.trade.key, 0.01):
            job.percent, job.terms.is_on_call = self._rng.choice((10.0, 20.0, 30.0)), True
        if self._rng.random() < 0.05:
            job.terms.is_temporary = True
        self._active[firm].append(job)
        self._employed.append(person)
        return job

    def _end(self, job: Job, day: date, *, unclosed_chance: float) -> None:
        job.end = day
        job.is_unclosed = self._rng.random() < unclosed_chance
        job.end_reason = "" if job.is_unclosed else self._rng.choice(
            ("arbeidstakerHarSagtOppSelv", "arbeidstakerHarSagtOppSelv", "arbeidsgiverHarSagtOppArbeidstaker",
             "kontraktEngasjementEllerVikariatErUtloept")
        )  # fmt: skip
        if not any(j is not job and _is_open(j) for j in job.person.jobs):
            self._seekers.append((job.person, day))

    def _with_one_job(self) -> Person | None:
        """Somebody at work who has time for a small job as well."""
        for _ in range(4):
            if not self._employed:
                break
            person = self._rng.choice(self._employed)
            if sum(_is_open(j) for j in person.jobs) == 1 and person.jobs[0].percent <= 100:
                return person
        return None

    def _leaves(self) -> None:
        """Leaves and layoffs; a layoff is of one building firm and winter at a time."""
        rng, world = self._rng, self._world
        years = world.parameters.months / 12
        # A leave lasts about half a year, so that each year sees twice as many begin as run at a time.
        for firm, active in self._active.items():
            quiet = firm.trade.is_site and rng.random() < LAYOFF_SHARE * 5 * years
            for job in active:
                if rng.random() < LEAVE_SHARE * 2 * years:
                    go_on_leave(world, rng, job)
                elif quiet and rng.random() < 0.6:
                    winter = date(world.closing.year, 1, 4) + timedelta(days=rng.randrange(20))
                    length = rng.randrange(20, 80)
                    percent = rng.choice((100.0, 100.0, 50.0))
                    _leave(job, Leave("permittering", winter, winter + timedelta(days=length), percent))


def go_on_leave(world: World, rng: Random, job: Job) -> None:
    """A leave at some time within the window, if it falls within the job.

    Args:
        world: The world.
        rng: The caller's stream.
        job: Whose.
    """
    start = some_day(rng, world.opening - timedelta(days=90), world.closing)
    length = rng.randrange(25, 330)
    percent = 100.0 if rng.random() < 0.8 else rng.choice((20.0, 40.0, 50.0))
    _leave(job, Leave("permisjon", start, start + timedelta(days=length), percent))


def _leave(job: Job, leave: Leave) -> None:
    if leave.start > job.start and (job.end is None or leave.end < job.end):
        job.terms.leaves = (leave,)


def leave_open_jobs(world: World) -> None:
    """Let firms of rings and look-alikes list as many inactive relations as all others do.

    Args:
        world: The world, everything planted.
    """
    rng = world.rng("left open")
    people = [j.person for f in world.firms if not f.is_planted for j in f.jobs if not j.is_unclosed]
    for firm in world.firms:
        if firm.is_planted and firm.branch_orgnr and firm.jobs and people and firm.bankrupt is None:
            for _ in range(_about(rng, len(firm.jobs) * _dormant_per_active(world, firm))):
                _leave_open(world, rng, rng.choice(people), firm)


def _dormant_per_active(world: World, firm: Firm) -> float:
    """Inactive relations per active one that a firm lists at the first month."""
    share = max(DORMANT_SHARES.get(firm.trade.key, INACTIVE_SHARE) - MADE_LATER, 0.0)
    share = min(share * world.parameters.noise, 0.75)
    return share / (1 - share)


def _leave_open(world: World, rng: Random, person: Person, firm: Firm) -> bool:
    """A contract on call, or a job that has ended, years ago perhaps, that was never closed."""
    opening = world.opening
    start = max(firm.registered, _of_age(person), opening - timedelta(days=rng.randrange(200, 1500)))
    if start >= opening or any(j.firm is firm for j in person.jobs):
        return False
    job = employ(rng, person, firm, start, percent=rng.choice((100.0, 100.0, 50.0, 20.0, 10.0)))
    job.end = some_day(rng, start, opening - timedelta(days=1))
    job.is_unclosed = True
    job.terms.is_temporary = rng.random() < 0.4
    return True


def _is_open(job: Job) -> bool:
    return job.end is None and not job.is_unclosed and job.terms.kind != FREELANCE


def _of_age(person: Person) -> date:
    """The day from which somebody may work."""
    return date(person.born.year + YOUNGEST, person.born.month, min(person.born.day, 28))


def _second(rng: Random) -> float:
    """Position in a job beside another one."""
    return rng.choice((10.0, 20.0, 20.0, 30.0, 40.0))


def _about(rng: Random, expected: float) -> int:
    """A whole number that is right on average."""
    return int(expected) + (rng.random() < expected % 1)


def employ(
    rng: Random,
    person: Person,
    firm: Firm,
    start: date,
    *,
    end: date | None = None,
    percent: float | None = None,
) -> Job:
    """Start a job with the pay that is usual for trade, skill and experience, never an unlawful one.

    Args:
        rng: The caller's stream.
        person: Worker.
        firm: Employer.
        start: First day.
        end: Last day; None when it goes on.
        percent: Position; by the custom of the trade unless given.
    """
    job = agree(rng, person, firm, start, end, percent)
    person.jobs.append(job)
    firm.jobs.append(job)
    return job


def staff_on(firm: Firm, day: date) -> int:
    """How many people a firm reports on a day.

    Args:
        firm: The firm.
        day: The day.
    """
    return sum(1 for j in firm.jobs if j.is_declared and j.start <= day and (j.end is None or j.end >= day))
