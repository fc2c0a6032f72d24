"""What firms do around chains: lend out a name, report too little labour, keep assignments and posts dark."""

from datetime import date, timedelta

from jobs.synth.foreign import DAYS_TO_REPORT, Assignment, Foreign
from jobs.synth.lawful_posting import CONGRUENCE, LETTERBOX, REPORTING, ROTATION
from jobs.synth.model import Contract, Firm, Person
from jobs.synth.plant import CREW_TRADES
from jobs.synth.staging import (
    HOUR_COST,
    HOURS_PER_MONTH,
    assignment_on,
    hide,
    job_on,
    labour_cost,
    later,
    move,
    partner,
    seen,
    set_labour,
    sole_customer,
)
from jobs.synth.typologies import HELD_OUT, Outfit, Typology
from jobs.synth.work import employ


# ---- A09: a name without substance ---------------------------------------------------------------
def letterbox(outfit: Outfit) -> None:
    """A provider without office, staff or customers of its own; its people go on to a sibling in time.

    The held-out guise does it from abroad, with branches and posted workers. The adaptive one keeps an
    address, a small second customer and its people for more than a year.
    """
    if outfit.variant == HELD_OUT and not outfit.is_adaptive:
        _letterbox_abroad(outfit)
        return
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    starts = later(planter, 11, 5)
    lead = partner(outfit, starts)
    home = lead.municipality
    in_hotel = variant < 2 and not outfit.is_adaptive
    own = planter.builder.premises(planter.rng, home)
    address = planter.founder.hotels[home.number] if in_hotel else own
    provider = planter.firm(municipality=home, address=address, registered=planter.past(400, 800))
    sibling = planter.firm(
        provider.trade, municipality=home, address=address, director=provider.director,
        registered=planter.past(60, 300),
    )  # fmt: skip
    others = [
        planter.firm(municipality=home, address=address, director=provider.director)
        for _ in range(2 if outfit.is_adaptive else 3 if variant == 0 else 0)
    ]
    stays = (170, 230, 325, 0)[variant]
    people = planter.crew(provider, 5, start=starts)
    if outfit.is_adaptive:
        planter.crew(provider, 1)
    _, (above, contract) = job_on(
        planter, [lead, provider], starts - timedelta(days=80), world.closing + timedelta(days=120),
        begins=starts, value=40_000_000,
    )  # fmt: skip
    set_labour(above, 12 * HOURS_PER_MONTH * HOUR_COST, 0.7)
    set_labour(contract, 5 * HOURS_PER_MONTH * HOUR_COST, 0.9)
    contracts, moved_on = [contract], starts
    if not outfit.is_adaptive:
        moved_on = min(starts + timedelta(days=stays), world.closing - timedelta(days=20))
        contracts.append(_take_over(outfit, contract, sibling, people, moved_on))
    for link in contracts:
        sole_customer(planter, link, 0.9 if outfit.is_adaptive else 1.0, 13)
    outfit.note(
        "A09", [f"org:{provider.orgnr}"], [provider, sibling, *others], unlawful=starts,
        observable=seen(world, contracts, moved_on), edges=[c.contract_id for c in contracts],
        persons=people, act="letterbox",
    )  # fmt: skip


def _take_over(outfit: Outfit, contract: Contract, sibling: Firm, people: list[Person], on: date) -> Contract:
    """The same people go on in the same place for a sibling, under a contract of its own."""
    planter = outfit.planter
    follow = planter.chains.contract(
        planter.rng,
        contract.project,
        contract.parent,
        sibling,
        contract.kind,
        contract.value,
        on,
        contract.end,
    )
    set_labour(follow, 5 * HOURS_PER_MONTH * HOUR_COST, 0.9)
    follow.declared_on = follow.signed
    planter.chains.verify(planter.rng, follow)
    contract.planned_end, contract.end = contract.end, on
    for person in people:
        move(planter.rng, person, contract.supplier, on)
        employ(planter.rng, person, sibling, on + timedelta(days=planter.rng.randrange(1, 5)), percent=100.0)
    return follow


def _letterbox_abroad(outfit: Outfit) -> None:
    planter, world = outfit.planter, outfit.planter.world
    rng, foreign = planter.rng, Foreign(world, planter.founder, planter.chains)
    starts, ends = later(planter, 11, 5), world.closing + timedelta(days=60)
    lead = partner(outfit, starts)
    trade, hotel = rng.choice(CREW_TRADES), planter.founder.hotels[lead.municipality.number]
    first_maker = foreign.contractor(rng, trade, has_branch=True, address=hotel, is_planted=True)
    director = first_maker.party.director
    makers = [
        first_maker,
        foreign.contractor(rng, trade, has_branch=True, address=hotel, director=director, is_planted=True),
    ]
    middle = min(starts + timedelta(days=200), world.closing - timedelta(days=35))
    _, (above,) = job_on(planter, [lead], starts - timedelta(days=80), ends, begins=starts)
    people: list[Person] = []
    made: list[Assignment] = []
    for maker, first, last in zip(makers, (starts, middle), (middle, ends), strict=True):
        assignment = assignment_on(planter, maker, above, 2_000_000, first, last)
        foreign.report(rng, assignment, first + timedelta(days=rng.randrange(1, 9)))
        for number in range(5):
            came = first + timedelta(days=rng.randrange(0, 6))
            who = people[number] if len(made) == 1 else None
            posting = foreign.post(rng, assignment, came, last, person=who)
            # The same number in both lists: only so can anyone see that the same people go on.
            posting.home_key = ""
            if who is None:
                people.append(posting.person)
        sole_customer(planter, assignment.contract, 1.0, 13)
        made.append(assignment)
    branches = [m.party for m in makers]
    outfit.note(
        "A09", [f"org:{branches[0].orgnr}"], branches, unlawful=starts,
        observable=seen(world, [a.contract for a in made], middle + timedelta(days=20)),
        edges=[a.contract.contract_id for a in made], persons=people, act="letterbox",
    )  # fmt: skip


# ---- D01: too little labour for the work ---------------------------------------------------------
def labour_gap(outfit: Outfit) -> None:
    """A whole chain, open to its client, builds with people of whom only a few are reported.

    In the held-out guise all are reported, each with a part of the hours. The adaptive chain reports just so
    much that the share looks possible.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, lead = planter.rng, outfit.lead()
    in_part = variant == HELD_OUT and not outfit.is_adaptive
    share = 0.19 if outfit.is_adaptive else (0.05, 0.09, 0.15, 0.055)[variant]
    firms = [planter.firm(municipality=lead.municipality) for _ in range(3)]
    ends = later(planter, 3, 20) - timedelta(days=rng.randrange(5, 12))
    starts = max(world.opening + timedelta(days=12), ends - timedelta(days=330))
    for firm in firms:
        planter.crew(firm, 3 if in_part else 1, start=starts)
        if in_part:
            for job in firm.jobs:
                job.declared_share = 0.3
        else:
            hide(planter, firm, 2, starts)
        for job in firm.jobs:
            job.end = ends + timedelta(days=rng.randrange(0, 6))
    declared = labour_cost(world, firms, starts, ends)
    project = planter.chains.project(
        rng, planter.client("privat"), firms[0], work="nybygg_bolig" if in_part else "rehab_bolig",
        value=max(int(declared / share), 2_000_000), start=starts, end=ends, is_planted=True,
    )  # fmt: skip
    main = project.contracts[0]
    for firm in firms[1:]:
        planter.chains.contract(
            rng, project, main, firm, "underentreprise", int(main.value * 0.3), starts, ends
        )
    for contract in project.contracts:
        contract.shows_value = contract.shows_labour = True
        contract.declared_on = contract.signed
        planter.chains.verify(rng, contract)
    project.is_verified = project.is_complete = True
    outfit.note(
        "D01", [f"project:{project.project_id}"], firms, unlawful=starts,
        observable=seen(world, project.contracts, ends + timedelta(days=92)),
        edges=[c.contract_id for c in project.contracts], act="labour_gap",
    )  # fmt: skip


# ---- H01: an assignment nobody hears of ----------------------------------------------------------
def unreported_assignment(outfit: Outfit) -> None:
    """A foreign contractor works, and its assignment is not reported, or long after.

    In the held-out guise it is, but most of its people are not on the list. The adaptive client cuts one job
    into pieces that are each too small to report.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, foreign = planter.rng, Foreign(world, planter.founder, planter.chains)
    starts = later(planter, 4, 6)
    lead = partner(outfit, starts - timedelta(days=70))
    maker = foreign.contractor(rng, rng.choice(CREW_TRADES), has_branch=variant == 1, is_planted=True)
    ends = world.closing + timedelta(days=40)
    _, (above,) = job_on(
        planter, [lead], starts - timedelta(days=120), ends + timedelta(days=20),
        begins=starts - timedelta(days=70),
    )  # fmt: skip
    pieces = 6 if outfit.is_adaptive else 1
    value = 19_400 if outfit.is_adaptive else (2_400_000, 1_100_000, 600_000, 1_500_000)[variant]
    made = []
    for number in range(pieces):
        first = starts + timedelta(days=9 * number)
        last = first + timedelta(days=8) if outfit.is_adaptive else ends
        made.append(assignment_on(planter, maker, above, value, first, last))
    is_in_time = variant == HELD_OUT and not outfit.is_adaptive
    for number in range(5):
        foreign.post(
            rng, made[0], starts + timedelta(days=number % 3), ends, is_listed=not is_in_time or number == 0
        )
    seen_on = starts + timedelta(days=DAYS_TO_REPORT + 1)
    if is_in_time:
        foreign.report(rng, made[0], starts + timedelta(days=rng.randrange(2, 9)))
    elif variant in (1, 2) and not outfit.is_adaptive:
        foreign.report(rng, made[0], starts + timedelta(days=(0, 75, 27)[variant]))
    branch = [maker.party] if maker.party.orgnr else []
    outfit.note(
        "H01", [f"contract:{a.contract.contract_id}" for a in made], [lead, *branch],
        unlawful=starts + timedelta(days=DAYS_TO_REPORT), observable=seen(
            world, [a.contract for a in made], seen_on
        ),
        edges=[maker.foreign_id, *(r.report_id for a in made for r in a.reports)],
        persons=[p.person for p in made[0].postings], act="unreported_assignment",
    )  # fmt: skip


# ---- H02: a post that never ends -----------------------------------------------------------------
def rotating_post(outfit: Outfit) -> None:
    """Posted workers follow each other in one job on one site, each for a time that is short enough.

    In the held-out guise they stay for months without any certificate of where they are insured. The adaptive
    contractor leaves the job empty for five weeks before a year is over.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, foreign = planter.rng, Foreign(world, planter.founder, planter.chains)
    # Days each one stays, and days until the next one comes.
    stays, gap = (((190, 180, 170), 4), ((210, 215), 12), ((120, 125, 130), 26), ((80, 70), 20))[variant]
    if outfit.is_adaptive:
        stays, gap = (165, 170, 60), 37
    maker = foreign.contractor(rng, rng.choice(CREW_TRADES), is_planted=True)
    days = sum(stays) + gap * (len(stays) - 1)
    starts = world.closing - timedelta(days=days + rng.randrange(8, 20))
    ends = world.closing + timedelta(days=120)
    lead = partner(outfit, starts)
    project, (above,) = job_on(planter, [lead], starts - timedelta(days=40), ends, begins=starts)
    made = assignment_on(planter, maker, above, 1_900_000, starts, ends)
    foreign.report(rng, made, starts + timedelta(days=rng.randrange(1, 9)))
    certificate = "nei" if variant == HELD_OUT and not outfit.is_adaptive else "ja"
    first = starts
    for stay in stays:
        last = first + timedelta(days=stay)
        foreign.post(rng, made, first, last, certificate=certificate).shows_end = True
        first = last + timedelta(days=gap)
    unlawful = starts + timedelta(days=62 if certificate == "nei" else 366)
    branch = [maker.party] if maker.party.orgnr else []
    outfit.note(
        "H02", [f"site:{project.project_id}"], [lead, *branch], unlawful=min(unlawful, world.closing),
        observable=seen(world, [made.contract], unlawful),
        edges=[made.contract.contract_id, *(p.line_id for p in made.postings)],
        persons=[p.person for p in made.postings], act="rotating_post",
    )  # fmt: skip


POSTING_TYPOLOGIES: tuple[Typology, ...] = (
    Typology("D01", "labour_gap", labour_gap, CONGRUENCE, 8),
    Typology("H01", "unreported_assignment", unreported_assignment, REPORTING, 3),
    Typology("A09", "letterbox", letterbox, LETTERBOX, 9),
    Typology("H02", "rotating_post", rotating_post, ROTATION, 2),
)
