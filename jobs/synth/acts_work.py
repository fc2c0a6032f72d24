"""What employers do with pay: too little of it, deductions that eat it up, people who work twice at once."""

from jobs.synth import acts_home
from jobs.synth.lawful_work import DEDUCTIONS, OVERLOAD, UNDERPAID
from jobs.synth.pay import FULL_MONTH_HOURS, rate_of
from jobs.synth.scenes_of_work import company, jobs_in, known, moved_in, people_of, roomy, work_twice
from jobs.synth.staging import later
from jobs.synth.typologies import HELD_OUT, Outfit, Typology


# ---- E01: pay below the lowest lawful pay --------------------------------------------------------
def underpaid(outfit: Outfit) -> None:
    """A firm pays less per hour than the rates that everybody in the trade must pay.

    Openly by the hour; as a salary that is too small for the position; a few of the crew and only a little;
    or, in the held-out guise, the right rate, part of which is taken back by a negative line every month. The
    adaptive one pays so little less that it could be rounding.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    is_clawed = variant == HELD_OUT and not outfit.is_adaptive
    share = 0.98 if outfit.is_adaptive else (0.62, 0.8, 0.925, 1.0)[variant]
    staff, count = ((6, 6), (5, 5), (8, 3), (6, 5))[variant]
    firm = company(outfit, ("paint", "masonry", "plaster", "joinery")[variant], staff=staff)
    jobs = jobs_in(firm)[:count]
    for job in jobs:
        terms = job.terms
        terms.minimum_share = share + planter.rng.uniform(-0.006, 0.006)
        terms.skill, terms.occupation, terms.is_fixed = "unskilled", "", variant == 1
        terms.shown_percent = job.percent
        if is_clawed:
            terms.minimum_share = 1.0 + planter.rng.uniform(0.0, 0.02)
            terms.clawed_back = planter.rng.uniform(0.15, 0.2)
    outfit.note(
        "E01", [f"org:{firm.orgnr}"], [firm], unlawful=world.opening,
        observable=planter.month_day(min(1, len(world.months) - 1), 28),
        persons=[job.person for job in jobs], act="underpaid",
    )  # fmt: skip


# ---- E02: deductions that hollow out pay ---------------------------------------------------------
def hollowed_out(outfit: Outfit) -> None:
    """An employer houses its people, takes a large part of their pay for it, and nothing is in writing.

    As rent deducted before tax; as a benefit in kind for lodging and food; just a little too much; or, in the
    held-out guise, out of their net pay, which only a notice shows. The adaptive one takes a little less.
    """
    planter, variant, rng = outfit.planter, outfit.variant, outfit.planter.rng
    world = planter.world
    is_net = variant == HELD_OUT and not outfit.is_adaptive
    share = 0.215 if outfit.is_adaptive else (0.38, 0.33, 0.268, 0.34)[variant]
    firm = company(outfit, staff=5, temporary_share=0.6)
    since, residents = moved_in(planter), people_of(firm)
    dwelling = roomy(planter, firm.municipality, residents, since, firm if variant == 0 else None)
    middle, rent = world.months[len(world.months) // 2], 0
    for job in jobs_in(firm):
        job.terms.is_fixed, job.terms.shown_percent = True, job.percent
        taken = int(rate_of(job, middle) * FULL_MONTH_HOURS * share * rng.uniform(1.0, 1.05))
        rent = max(rent, taken)
        if variant == 1 and not outfit.is_adaptive:
            job.terms.benefits = {"losji": int(taken * 0.45), "kostDoegn": int(taken * 0.15)}
            taken = int(taken * 0.4)
        job.rent = 0 if is_net else taken
    notices = []
    if variant != 1:
        reported = min(since.replace(day=1) + (later(planter, 4) - later(planter, 5)), world.closing)
        notices.append(
            planter.lodgings.notice(
                dwelling, residents, reported=max(reported, since), since=since, provider=firm, rent=rent,
                is_deducted="ja", agreement="nei",
            )
        )  # fmt: skip
    outfit.planted.dwellings.append(dwelling)
    outfit.note(
        "E02", [f"org:{firm.orgnr}"], [firm], unlawful=max(since, world.opening),
        observable=known(planter, since, notices), edges=[n.notice_id for n in notices],
        persons=[p for p, _ in residents], act="hollowed_out",
    )  # fmt: skip


# ---- G01: more work than one person can do -------------------------------------------------------
def overloaded(outfit: Outfit) -> None:
    """Several firms report pay and hours for the same people, more than anybody can work.

    Two full jobs each; one and nearly another; just beyond what is possible, for a few months; or, in the
    held-out guise, three positions in three firms, none of which is full. The adaptive firms keep below.
    """
    planter, variant = outfit.planter, outfit.variant
    percents, count, months = (
        ((100.0, 100.0), 5, 9),
        ((100.0, 90.0), 4, 7),
        ((100.0, 82.0), 3, 5),
        ((70.0, 65.0, 60.0), 4, 6),
    )[variant]
    if outfit.is_adaptive:
        percents = (100.0, 75.0) if variant != HELD_OUT else (60.0, 60.0, 55.0)
    months = min(months, len(planter.world.months) - 1)
    since = later(planter, months)
    firms = [company(outfit, staff=3) for _ in percents]
    people = work_twice(planter, firms, percents, count, since)
    outfit.note(
        "G01", [f"org:{firm.orgnr}" for firm in firms], firms, unlawful=since,
        observable=later(planter, max(months - 3, 0), 28), persons=people, act="overloaded",
    )  # fmt: skip


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("E01", "underpaid", underpaid, UNDERPAID, least_months=2),
    Typology("E02", "hollowed_out", hollowed_out, DEDUCTIONS, least_months=2),
    Typology("G01", "overloaded", overloaded, OVERLOAD, least_months=4),
    *acts_home.TYPOLOGIES,
)
