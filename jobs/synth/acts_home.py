"""What employers do with homes: chains under one roof, sheds to sleep in, beds that go with the job."""

from datetime import date, timedelta

from jobs.synth.lawful_home import CHURN, CONCENTRATION, SEAT, UNAPPROVED
from jobs.synth.model import Contract, Dwelling, Firm, Lodger, Person
from jobs.synth.plant import Planter
from jobs.synth.scenes_of_work import (
    Residents,
    beds_with_jobs,
    company,
    known,
    moved_in,
    people_of,
    roomy,
    seat_in,
    strangers,
)
from jobs.synth.staging import job_on, seen
from jobs.synth.typologies import HELD_OUT, Outfit, Typology


# ---- I03: one chain under one roof ---------------------------------------------------------------
def concentrated(outfit: Outfit) -> None:
    """Workers of a chain of small firms live together in a house that nobody of the chain holds.

    All of those who live there; most of them; half of them; or, in the held-out guise, people without an
    ordinary number in several units of one building. The adaptive chain spreads them, two to a house.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    lead = outfit.lead()
    is_spread = variant == HELD_OUT and not outfit.is_adaptive
    firms = [company(outfit, staff=4, temporary_share=float(is_spread)) for _ in range(3)]
    since = moved_in(planter)
    _, links = job_on(
        planter, firms[:2], since - timedelta(days=90), world.closing + timedelta(days=90),
        begins=since - timedelta(days=40),
    )  # fmt: skip
    below = planter.chains.contract(
        planter.rng, links[0].project, links[0], firms[2], "underentreprise", 700_000, links[0].start,
        links[0].end,
    )  # fmt: skip
    below.shows_value = below.shows_labour = True
    planter.chains.verify(planter.rng, below)
    contracts = [*links, below]
    if is_spread:
        homes, residents = _one_building(planter, firms, since)
    else:
        count, others, houses = ((3, 0, 1), (3, 2, 1), (2, 5, 1), (3, 2, 1))[variant]
        each = 2
        if outfit.is_adaptive:
            count, each, others, houses = 2, 1, 2, 2
        homes, residents = [], []
        for _ in range(houses):
            living = people_of(*firms[:count], each=each)
            living += strangers(planter, others, lead.municipality, since)
            homes.append(roomy(planter, lead.municipality, living, since))
            residents += living
    outfit.planted.dwellings += homes
    outfit.note(
        "I03", [f"dwelling:{d.truth_id}" for d in homes], firms, unlawful=max(since, world.opening),
        observable=max(known(planter, since), seen(world, contracts)),
        edges=[c.contract_id for c in contracts], persons=[p for p, _ in residents], act="concentrated",
    )  # fmt: skip


def _one_building(planter: Planter, firms: list[Firm], since: date) -> tuple[list[Dwelling], Residents]:
    """Three units under one roof, with a worker of each firm in each; only their stay is registered."""
    building = planter.builder.building(planter.rng, firms[0].municipality, "136", 3)
    housed: Residents = []
    for dwelling, *people in zip(building.dwellings, *(people_of(f, each=3) for f in firms), strict=True):
        planter.lodgings.let(dwelling, rooms=5, area=130.0)
        planter.lodgings.stay(dwelling, [person for person, _ in people], since)
        housed += people
    return building.dwellings, housed


# ---- I04: living where nobody may live -----------------------------------------------------------
def in_a_shed(outfit: Outfit) -> None:
    """Workers sleep in a building that is not meant for it.

    Registered in a workshop; unregistered in a warehouse, where an inspection finds them; in a house that
    nobody may use yet; or, in the held-out guise, in caravans inside a hall, and in another hall after the
    fire service has been there. The adaptive employer registers one person per building.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    is_seen = variant in (1, HELD_OUT) and not outfit.is_adaptive
    firm = company(outfit, staff=5, temporary_share=1.0 if is_seen else 0.0)
    since, residents = moved_in(planter), people_of(firm)
    kind, unit_kind, status = (
        ("212", "A", "3"), ("231", "A", "3"), ("142", "I", "1"), ("239", "A", "3")
    )[variant]  # fmt: skip
    residents = residents[: (5, 5, 3, 4)[variant]]
    rooms = len(residents) if outfit.is_adaptive else 2 if variant == HELD_OUT else 1
    units = [
        planter.lodgings.unit(
            firm.municipality, kind, unit_kind=unit_kind, owner=firm if variant != HELD_OUT else None,
            built=since - timedelta(days=200) if status == "1" else None,
        )
        for _ in range(rooms)
    ]  # fmt: skip
    notices = []
    for number, dwelling in enumerate(units):
        dwelling.building.status = status
        if not is_seen:
            people = [residents[number]] if outfit.is_adaptive else residents
            planter.lodgings.move_into(dwelling, [p for p, _ in people], since)
            continue
        came = since + timedelta(days=62 * number)
        notice = planter.lodgings.notice(
            dwelling, residents, reported=min(came + timedelta(days=rng.randrange(32, 40)), world.closing),
            since=came, kind="campingvogn" if variant == HELD_OUT else "annet", provider=firm, permit="nei",
            reporter="brannvesen" if variant == HELD_OUT else "tilsyn",
        )  # fmt: skip
        if number + 1 < len(units):
            notice.until = came + timedelta(days=60)
            for lodger in notice.residents:
                lodger.until = notice.until
        notices.append(notice)
        for person, _ in residents:
            person.is_home_set = True
    outfit.planted.dwellings += units
    outfit.note(
        "I04", [f"building:{d.building.number}" for d in units], [firm], unlawful=max(since, world.opening),
        observable=known(planter, since + timedelta(days=30), notices),
        edges=[n.notice_id for n in notices], persons=[p for p, _ in residents], act="in_a_shed",
    )  # fmt: skip


# ---- I05: the bed goes with the job --------------------------------------------------------------
def bed_with_the_job(outfit: Outfit) -> None:
    """Whoever is hired moves in, whoever is dismissed must move out, again and again in the same house.

    On the same day; within days; only some of those who live there; or, in the held-out guise, people whom
    the population register never sees, by the dates of a notice. The adaptive employer lets weeks pass.
    """
    planter, variant = outfit.planter, outfit.variant
    is_noted = variant == HELD_OUT and not outfit.is_adaptive
    firm = company(outfit, staff=2)
    lag = (18, 25) if outfit.is_adaptive else ((0, 2), (2, 8), (4, 12), (0, 5))[variant]
    count, others = ((7, 0), (6, 0), (5, 2), (6, 0))[variant]
    dwelling = planter.lodgings.lodge(
        firm.municipality, [], rooms=6, area=190.0, since=planter.world.opening, is_flat=False,
        owner=firm if variant == 0 else None,
    )  # fmt: skip
    workers, first, last = beds_with_jobs(planter, firm, dwelling, count, lag, is_registered=not is_noted)
    if others:
        outside = strangers(planter, others, firm.municipality, first)
        planter.lodgings.move_into(dwelling, [p for p, _ in outside], first + timedelta(days=50), 120)
    notices = []
    if is_noted:
        noted = planter.lodgings.notice(
            dwelling, [], reported=min(last, planter.world.closing), since=first, provider=firm
        )
        noted.residents = [_lodger(person, firm, lag[1]) for person in workers]
        notices.append(noted)
    outfit.planted.dwellings.append(dwelling)
    outfit.note(
        "I05", [f"dwelling:{dwelling.truth_id}"], [firm], unlawful=first,
        observable=known(planter, last - timedelta(days=15), notices),
        edges=[n.notice_id for n in notices], persons=workers, act="bed_with_the_job",
    )  # fmt: skip


def _lodger(person: Person, firm: Firm, lag: int) -> Lodger:
    job = next(j for j in person.jobs if j.firm is firm)
    until = job.end + timedelta(days=lag // 2) if job.end else None
    return Lodger(person, firm, job.start + timedelta(days=lag // 2), until=until)


# ---- I06: a seat that is a lodging ---------------------------------------------------------------
def seat_and_lodging(outfit: Outfit) -> None:
    """The unit that is a company's business address is where unrelated workers live.

    All of them its own; three companies and the workers of several; four, of whom one is its own; or, in the
    held-out guise, none of its own but of the firm it works for, known by a notice only. The adaptive one
    has one worker less, and one more who is registered without a unit.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    is_noted = variant == HELD_OUT and not outfit.is_adaptive
    lead = outfit.lead()
    since = moved_in(planter)
    own, others, seats = ((6, 0, 1), (2, 3, 3), (1, 3, 1), (0, 0, 1))[variant]
    if outfit.is_adaptive:
        own, others = 3, 0
    firms = [
        company(outfit, staff=own + 1 if number == 0 else 2, temporary_share=0.0) for number in range(seats)
    ]
    residents = people_of(firms[0], each=own) if own else []
    residents += strangers(planter, others, lead.municipality, since)
    contracts: list[Contract] = []
    if is_noted:
        above = company(outfit, staff=5, temporary_share=1.0)
        firms.append(above)
        _, contracts = job_on(
            planter, [above, firms[0]], since - timedelta(days=80), world.closing + timedelta(days=80),
            begins=since - timedelta(days=30),
        )  # fmt: skip
        residents = people_of(above)
    dwelling = roomy(planter, lead.municipality, residents, since)
    for firm in firms[:seats]:
        seat_in(firm, dwelling)
    if outfit.is_adaptive:
        (extra, _), *_ = people_of(firms[0])
        planter.lodgings.move_into(dwelling, [extra], since)
        extra.stays[-1].is_unit_known = False
        residents.append((extra, firms[0]))
    notices = []
    if is_noted:
        notices.append(
            planter.lodgings.notice(
                dwelling, residents, reported=min(since + timedelta(days=25), world.closing), since=since
            )
        )
    outfit.planted.dwellings.append(dwelling)
    outfit.note(
        "I06", [f"address:{dwelling.building.address_id}"], firms, unlawful=max(since, world.opening),
        observable=max(known(planter, since, notices), seen(world, contracts, since)),
        edges=[*(n.notice_id for n in notices), *(c.contract_id for c in contracts)],
        persons=[p for p, _ in residents], act="seat_and_lodging",
    )  # fmt: skip


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("I03", "concentrated", concentrated, CONCENTRATION, least_months=2),
    Typology("I04", "in_a_shed", in_a_shed, UNAPPROVED, least_months=4),
    Typology("I05", "bed_with_the_job", bed_with_the_job, CHURN, least_months=9),
    Typology("I06", "seat_and_lodging", seat_and_lodging, SEAT, least_months=2),
)
