"""Lawful pay, deductions and second jobs that look like the unlawful kind."""

from datetime import timedelta

from jobs.months import shift
from jobs.synth.contracts_of_work import OFFICE
from jobs.synth.model import Firm, Person, Planted
from jobs.synth.pay import FULL_MONTH_HOURS, rate_of
from jobs.synth.people import new_person
from jobs.synth.plant import Planter
from jobs.synth.scenes_of_work import firm_of, jobs_in, moved_in, people_of, roomy, work_twice
from jobs.synth.staging import later
from jobs.synth.terms import APPRENTICE, FREELANCE, Leave, Provisional
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ


def _org(kind: str, indicator: str, firm: Firm, expected: str = "silent", *others: Firm) -> Planted:
    return resembling(kind, indicator, [firm, *others], [f"org:{firm.orgnr}"], expected)


def _with(made: Planted, people: list[Person]) -> Planted:
    made.persons += people
    return made


# ---- E01: pay below the lowest lawful pay --------------------------------------------------------
def _apprentices(planter: Planter) -> Planted:
    """Three apprentices beside five tradesmen: their part of a tradesman's pay is lawful, and low."""
    firm = firm_of(planter, "joinery", staff=5)
    learners = planter.crew(firm, 3, temporary_share=0.0, ages=(16, 19))
    for person in learners:
        terms = person.jobs[-1].terms
        terms.skill, terms.is_fixed, terms.shown_percent = APPRENTICE, True, 100.0
    return _with(_org("apprentices", "E01", firm, "context"), learners)


def _made_good(planter: Planter) -> Planted:
    """Newcomers get a provisional rate until their papers are checked, and the difference the month after."""
    firm, months = firm_of(planter, "masonry", staff=4), planter.world.months
    last = months[max(len(months) - 3, 0)]
    start = later(planter, min(5, len(months) - 1), 2)
    newcomers = planter.crew(firm, 3, start=start, temporary_share=0.5)
    for person in newcomers:
        terms = person.jobs[-1].terms
        terms.skill, terms.is_fixed, terms.minimum_share = "unskilled", False, 1.02
        terms.provisional = Provisional(shift(last, -1), last, 0.85, shift(last, 1))
    return _with(_org("difference_paid_later", "E01", firm, "suppressed"), newcomers)


def _unpaid_leave(planter: Planter) -> Planted:
    """Salaried workers on unpaid leave for part of their position: less pay, and the position as before."""
    firm = firm_of(planter, "floor", staff=6)
    first = later(planter, min(5, len(planter.world.months) - 1), 1)
    jobs = jobs_in(firm)[:3]
    for job in jobs:
        job.terms.is_fixed, job.terms.shown_percent = True, 100.0
        job.terms.leaves = (Leave("permisjon", first, first + timedelta(days=150), 50.0),)
    return _with(_org("unpaid_leave", "E01", firm), [j.person for j in jobs])


def _out_of_scope(planter: Planter) -> Planted:
    """A trade in which no agreement was made general: pay as low as the two agreed on is lawful."""
    firm = firm_of(planter, "clothes", staff=5)
    for job in jobs_in(firm):
        job.hourly = planter.rng.uniform(158, 176)
    return _org("work_outside_the_scope", "E01", firm)


def _office(planter: Planter) -> Planted:
    """Office staff of a builder, whose pay no agreement of the building trades sets."""
    firm = firm_of(planter, "roof", staff=5)
    jobs = jobs_in(firm)[:2]
    for job in jobs:
        # Set by the two of them: what the rate for building work would be does not matter.
        job.terms.minimum_share = planter.rng.uniform(0.86, 0.9)
        job.terms.occupation, job.terms.is_fixed, job.terms.shown_percent = OFFICE, True, 100.0
    return _with(_org("office_staff_of_a_builder", "E01", firm, "context"), [j.person for j in jobs])


def _harvest(planter: Planter) -> Planted:
    """Harvest workers at the lower rate for a season, which no list has for the months."""
    firm = firm_of(planter, "farm", staff=2)
    start = later(planter, min(6, len(planter.world.months) - 1), 3)
    workers = planter.crew(firm, 5, start=start, temporary_share=0.8)
    for person in workers:
        terms = person.jobs[-1].terms
        terms.skill, terms.is_temporary, terms.is_fixed = "unskilled", True, False
        terms.minimum_share = 1.0
    return _with(_org("harvest_workers", "E01", firm, "not_evaluable"), workers)


# ---- E02: deductions that hollow out pay ---------------------------------------------------------
def _housed(
    planter: Planter,
    kind: str,
    expected: str,
    *,
    share: float,
    percent: float = 100.0,
    agreement: str = "",
    is_noticed: bool = True,
) -> Planted:
    """An employer that houses its people and takes a rent that is what the place is worth."""
    firm = firm_of(planter, staff=4, temporary_share=0.5)
    since, residents = moved_in(planter), people_of(firm)
    dwelling = roomy(planter, firm.municipality, residents, since)
    month = planter.world.months[-1]
    for job in jobs_in(firm):
        job.percent = job.terms.shown_percent = percent
        job.terms.is_fixed = True
        job.rent = int(rate_of(job, month) * FULL_MONTH_HOURS * percent / 100 * share)
    rent = max((j.rent for j in jobs_in(firm)), default=0)
    made = _org(kind, "E02", firm, expected)
    if is_noticed:
        notice = planter.lodgings.notice(
            dwelling, residents, reported=min(since + timedelta(days=20), planter.world.closing), since=since,
            reporter="arbeidsgiver", provider=firm, rent=rent or None, is_deducted="ja" if rent else "ukjent",
            is_confirmed=bool(rent), agreement=agreement,
        )  # fmt: skip
        made.key_edges.append(notice.notice_id)
    return _with(made, [p for p, _ in residents])


def _market_rent(planter: Planter) -> Planted:
    """Part-timers rent from the firm at the price of the place, by a tenancy in writing."""
    return _housed(
        planter, "market_rent_by_written_agreement", "suppressed", share=0.285, percent=80.0, agreement="ja"
    )


def _not_seen(planter: Planter) -> Planted:
    """The firm houses people; what they pay nobody has told."""
    return _housed(planter, "rent_not_known", "not_evaluable", share=0.0, agreement="ukjent")


def _garnished(planter: Planter) -> Planted:
    """The authorities collect old debts of three workers from their pay; the employer only hands it on."""
    firm = firm_of(planter, staff=4)
    jobs = jobs_in(firm)[:3]
    for job in jobs:
        job.terms.garnished = int(rate_of(job, planter.world.months[-1]) * FULL_MONTH_HOURS * 0.31)
    return _with(_org("garnishment_by_the_authorities", "E02", firm), [j.person for j in jobs])


def _away_from_home(planter: Planter) -> Planted:
    """A job far away: the firm pays for bed and board, and nothing comes off anybody's pay."""
    firm = firm_of(planter, staff=5)
    for job in jobs_in(firm):
        job.terms.allowances = {"arbeidsoppholdLosji": 9800, "arbeidsoppholdKost": 5200}
    return _org("lodging_paid_by_the_employer", "E02", firm)


def _first_month(planter: Planter) -> Planted:
    """A full month's rent comes off the pay of the few days of a first month; later it is a tenth."""
    firm = firm_of(planter)
    start = later(planter, min(7, len(planter.world.months) - 1), 23)
    people = planter.crew(firm, 4, start=start, temporary_share=0.5)
    residents: list[tuple[Person, Firm | None]] = [(p, firm) for p in people]
    roomy(planter, firm.municipality, residents, start)
    for person in people:
        person.jobs[-1].rent = 3900
    return _with(_org("full_rent_in_a_short_first_month", "E02", firm), people)


# ---- G01: more work than one person can do -------------------------------------------------------
def _pair(planter: Planter, count: int = 2) -> list[Firm]:
    first = firm_of(planter, "cleaning", staff=3)
    others = [firm_of(planter, "cleaning", first.municipality, staff=3) for _ in range(count - 1)]
    return [first, *others]


def _twice(
    planter: Planter, kind: str, expected: str, percents: tuple[float, ...], months: int = 6
) -> tuple[Planted, list[Person]]:
    firms = _pair(planter, len(percents))
    people = work_twice(
        planter, firms, percents, 4, later(planter, min(months, len(planter.world.months) - 1))
    )
    made = resembling(kind, "G01", firms, [f"org:{f.orgnr}" for f in firms], expected)
    made.persons += people
    return made, people


def _part_times(planter: Planter) -> Planted:
    """Early mornings here, evenings there, weekends in a third place: three real part-time jobs."""
    return _twice(planter, "several_real_part_time_jobs", "silent", (60.0, 50.0, 40.0))[0]


def _never_closed(planter: Planter) -> Planted:
    """They left the first employer long ago, which goes on listing them on call, without hours or pay."""
    made, people = _twice(planter, "on_call_contracts_never_closed", "silent", (100.0, 100.0))
    for person in people:
        first = person.jobs[0]
        first.end, first.is_unclosed = first.start + timedelta(days=5), True
        first.terms.is_on_call = True
    return made


def _on_leave(planter: Planter) -> Planted:
    """On leave from most of a full job, they try another one; the first still pays for a day a week."""
    made, people = _twice(planter, "on_leave_from_the_other_job", "suppressed", (100.0, 100.0))
    for person in people:
        first, second = person.jobs[-2:]
        first.terms.leaves = (
            Leave("permisjon", second.start, planter.world.closing + timedelta(days=90), 80.0),
        )
    return made


def _freelance(planter: Planter) -> Planted:
    """Fees for assignments beside a full job: there is no position, however much is paid."""
    firm = firm_of(planter, "software", staff=4)
    other = firm_of(planter, "architect", staff=3)
    people = [j.person for j in jobs_in(firm)]
    for person in people:
        job = employ(planter.rng, person, other, planter.past(30, 400), percent=60.0)
        job.start = max(job.start, other.registered)
        job.terms.kind, job.terms.is_fixed = FREELANCE, True
    return _with(_org("freelance_fees_beside_a_job", "G01", other, "silent", firm), people)


def _printed_full(planter: Planter) -> Planted:
    """A full position is printed for people on call, who work a day a week beside their own job."""
    made, people = _twice(planter, "full_position_printed_for_few_hours", "context", (100.0, 20.0))
    for person in people:
        person.jobs[-1].terms.shown_percent = 100.0
    return made


def _overlap(planter: Planter) -> Planted:
    """They change employers together and work out their notice: two full jobs, for two months."""
    made, people = _twice(planter, "notice_worked_out", "silent", (100.0, 100.0), 4)
    for person in people:
        first, second = person.jobs[-2:]
        first.end, first.end_reason = second.start + timedelta(days=45), "arbeidstakerHarSagtOppSelv"
    return made


def _students(planter: Planter) -> Planted:
    """Students who work evenings in two cafés: neither is much, together it is half a position."""
    firms = [firm_of(planter, "restaurant", staff=2) for _ in range(2)]
    people = [
        new_person(
            planter.world, planter.rng, municipality=firms[0].municipality, ages=(19, 24), is_planted=True
        )
        for _ in range(4)
    ]
    for person in people:
        for firm in firms:
            job = employ(planter.rng, person, firm, max(planter.past(20, 200), firm.registered), percent=30.0)
            job.terms.is_on_call = True
    made = resembling("students_with_two_evening_jobs", "G01", firms, [f"org:{f.orgnr}" for f in firms])
    return _with(made, people)


UNDERPAID = (
    LookAlike("apprentices", _apprentices),
    LookAlike("difference_paid_later", _made_good, 5),
    LookAlike("unpaid_leave", _unpaid_leave, 3),
    LookAlike("work_outside_the_scope", _out_of_scope),
    LookAlike("office_staff_of_a_builder", _office),
    LookAlike("harvest_workers", _harvest),
)
DEDUCTIONS = (
    LookAlike("market_rent_by_written_agreement", _market_rent),
    LookAlike("rent_not_known", _not_seen),
    LookAlike("garnishment_by_the_authorities", _garnished),
    LookAlike("lodging_paid_by_the_employer", _away_from_home),
    LookAlike("full_rent_in_a_short_first_month", _first_month, 3),
)
OVERLOAD = (
    LookAlike("several_real_part_time_jobs", _part_times, 4),
    LookAlike("on_call_contracts_never_closed", _never_closed, 4),
    LookAlike("on_leave_from_the_other_job", _on_leave, 4),
    LookAlike("freelance_fees_beside_a_job", _freelance),
    LookAlike("full_position_printed_for_few_hours", _printed_full, 4),
    LookAlike("notice_worked_out", _overlap, 4),
    LookAlike("students_with_two_evening_jobs", _students),
)
