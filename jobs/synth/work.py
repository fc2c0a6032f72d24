"""Who works where: hiring, quitting, firms that grow and shrink, jobs that nobody closes."""

from datetime import date, timedelta
from random import Random

from jobs.synth.model import Firm, Job, Person
from jobs.synth.people import new_person
from jobs.synth.world import World, some_day

MONTHLY_QUITS = 0.017
UNCLOSED_SHARE = 0.12
"""Part of ended jobs that the employer goes on listing without pay."""
SECOND_JOB_SHARE = 0.04
PART_TIME = (20.0, 40.0, 50.0, 60.0, 80.0)


class LabourMarket:
    """Firms hire from those who look for work and from newcomers; nobody moves together on purpose."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng("work")
        self._seekers: list[tuple[Person, date]] = []
        self._employed: list[Person] = []
        self._active: dict[Firm, list[Job]] = {}
        self._trend: dict[Firm, float] = {}

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
            takes_pay = index == 0 and director is not None and firm.form != "ENK" and rng.random() < 0.6
            person = director if takes_pay and director is not None else self._newcomer(firm)
            tenure = int(rng.expovariate(1 / 900))
            start = max(firm.registered, opening - timedelta(days=tenure + 1))
            self._start(person, firm, start)
        for _ in range(wanted):
            if rng.random() < 0.06 and self._employed:
                start = max(firm.registered, opening - timedelta(days=rng.randrange(200, 1500)))
                job = self._start(rng.choice(self._employed), firm, start)
                job.end = some_day(rng, start, opening - timedelta(days=1))
                job.is_unclosed = True
                self._active[firm].remove(job)

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
            self._end(job, max(job.start, some_day(rng, start, end)), unclosed_chance=UNCLOSED_SHARE)
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
        if self._employed and rng.random() < SECOND_JOB_SHARE:
            self._start(rng.choice(self._employed), firm, day).percent = rng.choice((10.0, 20.0, 30.0, 40.0))
            return
        self._start(self._newcomer(firm), firm, day)

    def _newcomer(self, firm: Firm) -> Person:
        is_temporary = self._rng.random() < firm.trade.temporary_share
        ages = (19, 58) if is_temporary else (18, 66)
        return new_person(
            self._world, self._rng, municipality=firm.municipality, ages=ages, is_d_number=is_temporary
        )

    def _start(self, person: Person, firm: Firm, day: date) -> Job:
        job = employ(self._rng, person, firm, day)
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
        self._seekers.append((job.person, day))


def employ(
    rng: Random,
    person: Person,
    firm: Firm,
    start: date,
    *,
    end: date | None = None,
    percent: float | None = None,
) -> Job:
    """Start a job with the firm's usual pay.

    Args:
        rng: The caller's stream.
        person: Worker.
        firm: Employer.
        start: First day.
        end: Last day; None when it goes on.
        percent: Position; mostly full time unless given.
    """
    if percent is None:
        percent = 100.0 if rng.random() < 0.78 else rng.choice(PART_TIME)
    job = Job(
        person=person,
        firm=firm,
        start=start,
        end=end,
        percent=percent,
        hourly=round(firm.trade.hourly * rng.uniform(0.97, 1.3), 2),
        job_id=f"{rng.randrange(10**6):06d}",
    )
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
