"""What happens around failing and short-lived companies: hubs, serial failures, cohorts of tiny employers."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.lawful_org import COHORTS, HUBS, SERIAL
from jobs.synth.model import Firm, Person, RoleSpell, cluster_subject
from jobs.synth.org_scenes import (
    appoint,
    common_bureau,
    common_contact,
    failing,
    go_over,
    quarantine,
    spread_days,
    stranger,
)
from jobs.synth.plant import Planter, sole_owner
from jobs.synth.registration import entry_of
from jobs.synth.staging import move
from jobs.synth.trades import EQUIPMENT
from jobs.synth.typologies import HELD_OUT, Outfit, Typology
from jobs.synth.work import employ


# ---- B02: one company in the middle of failing ones ----------------------------------------------
def spider_hub(outfit: Outfit) -> None:
    """A company goes on while those around it, which share its people, address or contacts, fail with debt.

    In the held-out guise the hub has no people of its own: it hires out equipment, and shares a board member
    and a telephone with them. The adaptive one shares its address with one of them only.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    is_held_out = variant == HELD_OUT and not outfit.is_adaptive
    place = outfit.lead().municipality
    hub = planter.firm(
        EQUIPMENT if is_held_out else None, municipality=place, registered=planter.past(800),
        address=planter.builder.premises(rng, place),
    )  # fmt: skip
    if not is_held_out:
        planter.crew(hub, rng.randrange(4, 7))
    outfit.firms.append(hub)
    count = 2 if outfit.is_adaptive else (4, 3, 2, 3)[variant]
    first = (len(world.months) // 2, len(world.months) // 2, 2, len(world.months) // 2)[variant]
    days = spread_days(world, count, first, first + 1 if variant == 2 else -3)
    movers = 0 if is_held_out else (2, 2, 1, 0)[variant] or 2
    side, people = [], []
    for index, on in enumerate(days):
        at_hub = index == 0 if outfit.is_adaptive else variant in (0, 1)
        firm = failing(
            planter, on, rng.randrange(120_000, 600_000), crew=3 + variant % 2, municipality=place,
            trade=None if is_held_out else hub.trade, address=hub.address if at_hub else None,
        )  # fmt: skip
        people += go_over(planter, firm, hub, movers, on)
        side.append(firm)
    if outfit.is_adaptive:
        pass
    elif variant == 0:
        common_contact(planter, [hub, *side], email=False)
    elif variant == 2:
        common_contact(planter, [hub, *side], phone=False)
    elif is_held_out:
        common_contact(planter, [hub, *side])
    if hub.director is not None and (variant == 0 or is_held_out) and not outfit.is_adaptive:
        for firm in side:
            appoint(firm, "MEDL", hub.director, firm.registered)
    outfit.note(
        "B02", [f"org:{hub.orgnr}"], [hub, *side], unlawful=days[0],
        observable=min(days[min(1, len(days) - 1)] + timedelta(days=35), world.closing),
        persons=people, act="spider_hub",
    )  # fmt: skip


# ---- B03: the same hands again -------------------------------------------------------------------
def serial_failures(outfit: Outfit) -> None:
    """Somebody leads one company after the other into bankruptcy with unpaid taxes, and leads the next one.

    In the held-out guise there is one failure and a quarantine, and the next firm is a partnership. The
    adaptive one walks away while each debt is still small.
    """
    planter, lead = outfit.planter, outfit.lead()
    if outfit.variant == HELD_OUT and not outfit.is_adaptive:
        _despite_quarantine(outfit)
        return
    person = stranger(planter, lead, (30, 62))
    by_role = ("DAGL", "MEDL", "DAGL", "LEDE")[outfit.variant]
    firm = planter.firm(
        municipality=lead.municipality, director=person if by_role == "DAGL" else None,
        owners=sole_owner(person) if by_role == "DAGL" else None,
    )  # fmt: skip
    if by_role != "DAGL":
        appoint(firm, by_role, person, firm.registered)
    planter.crew(firm, planter.rng.randrange(4, 8))
    outfit.firms.append(firm)
    note_serial(outfit, person, [firm], "serial_failures")


def note_serial(outfit: Outfit, person: Person, living: Sequence[Firm], act: str) -> list[Firm]:
    """Let a person's companies fail one by one, and write it into the truth of those that he leads still.

    Args:
        outfit: The ring.
        person: Who leads them.
        living: Companies in which he has a role already.
        act: Name of the typology.

    Returns:
        The failed companies.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    count = 3 if outfit.is_adaptive or variant == 0 else 2
    days = spread_days(world, count, max(len(world.months) // 3, 2), -3, day=6)
    low, high = (34_000, 46_000) if outfit.is_adaptive else ((300_000, 700_000), (150_000, 320_000),
        (56_000, 74_000), (200_000, 400_000))[variant]  # fmt: skip
    failed = []
    for on in days:
        firm = failing(
            planter, on, rng.randrange(low, high), crew=rng.randrange(2, 5), director=person,
            municipality=living[0].municipality, owners=sole_owner(person),
        )  # fmt: skip
        failed.append(firm)
        if variant == 2 and not outfit.is_adaptive:
            left = max(on - timedelta(days=rng.randrange(150, 300)), world.opening + timedelta(days=40))
            successor = stranger(planter, firm)
            for role in [r for r in firm.roles if r.holder is person]:
                role.until = left
                firm.roles.append(RoleSpell(role.code, successor, left))
    outfit.note(
        "B03", [f"org:{firm.orgnr}" for firm in living], [*living, *failed], unlawful=days[1],
        observable=min(days[1] + timedelta(days=20), world.closing), act=act,
    )  # fmt: skip
    return failed


def _despite_quarantine(outfit: Outfit) -> None:
    planter, lead = outfit.planter, outfit.lead()
    rng, world = planter.rng, planter.world
    (on,) = spread_days(world, 1, len(world.months) // 2, -4)
    person = stranger(planter, lead, (30, 62))
    failed = failing(
        planter, on, rng.randrange(200_000, 500_000), municipality=lead.municipality, director=person,
        owners=sole_owner(person),
    )  # fmt: skip
    begins = min(on + timedelta(days=rng.randrange(30, 55)), world.closing - timedelta(days=20))
    quarantine(planter, failed, person, begins)
    firm = planter.founder.found(
        rng, failed.trade, registered=planter.past(500), form="DA", municipality=lead.municipality,
        staff=1, is_planted=True,
    )  # fmt: skip
    appoint(firm, "DTPR", person, begins + timedelta(days=6))
    planter.crew(firm, rng.randrange(3, 6))
    outfit.firms.append(firm)
    outfit.note(
        "B03", [f"org:{firm.orgnr}"], [firm, failed], unlawful=begins,
        observable=begins + timedelta(days=8), act="serial_failures",
    )  # fmt: skip


# ---- B04: many tiny employers at once ------------------------------------------------------------
def cohort(outfit: Outfit) -> None:
    """Somebody founds many companies at once, passes a few workers round among them, and drops them again.

    In the held-out guise the companies are not dropped: they never send any accounts. The adaptive one founds
    them in two batches that lie more than two months apart.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    is_held_out = variant == HELD_OUT and not outfit.is_adaptive
    count = 8 if outfit.is_adaptive else (8, 6, 5, 6)[variant]
    days = (30, 48, 57, 40)[variant]
    begin = planter.month_day(0, 12)
    lead = outfit.lead()
    promoter = stranger(planter, lead, (32, 60))
    by_director = variant in (0, HELD_OUT) and not outfit.is_adaptive
    by_address = variant in (0, 1) or outfit.is_adaptive
    address = planter.builder.premises(rng, lead.municipality) if by_address else None
    firms: list[Firm] = []
    for index in range(count):
        on = begin + timedelta(days=days * index // max(count - 1, 1))
        if outfit.is_adaptive:
            on = begin + timedelta(days=(index % 4) * 4 + (78 if index >= 4 else 0))
        firm = planter.firm(
            municipality=lead.municipality, registered=on, director=promoter if by_director else None,
            address=address,
        )  # fmt: skip
        planter.crew(firm, rng.randrange(1, 4), start=on + timedelta(days=rng.randrange(3, 12)))
        firms.append(firm)
    if not is_held_out:
        common_contact(planter, firms, phone=variant != 1, email=variant != 2)
    if (variant == 2 or is_held_out) and planter.founder.accountants:
        common_bureau(firms, rng.choice(planter.founder.accountants))
    every = (75, 95, 130, 90)[variant]
    people = _pass_round(planter, firms, every)
    ended = [] if is_held_out else _drop(planter, firms, (len(firms) * 3 + 4) // 5)
    if is_held_out:
        for firm in firms:
            entry_of(world, firm).never_files = True
    turning = firms[-1].registered + timedelta(days=every + 12)
    outfit.note(
        "B04", [cluster_subject([f.orgnr for f in firms])], firms, unlawful=begin,
        observable=min(max([turning, *ended]) + timedelta(days=10), world.closing), persons=people,
        act="cohort",
    )  # fmt: skip


def _pass_round(planter: Planter, firms: Sequence[Firm], every: int) -> list[Person]:
    """All workers go on to the next company again and again, as long as the window lasts."""
    rng, world = planter.rng, planter.world
    people = [(job.person, index) for index, firm in enumerate(firms) for job in list(firm.jobs)]
    for person, index in people:
        day = person.jobs[-1].start + timedelta(days=every + rng.randrange(-12, 12))
        while day < world.closing - timedelta(days=25):
            move(rng, person, firms[index % len(firms)], day)
            index += 1
            following = firms[index % len(firms)]
            start = max(day + timedelta(days=rng.randrange(1, 4)), following.registered)
            employ(rng, person, following, start, percent=100.0)
            day = start + timedelta(days=every + rng.randrange(-12, 12))
    return [person for person, _ in people]


def _drop(planter: Planter, firms: Sequence[Firm], count: int) -> list[date]:
    """The oldest companies are deleted towards the end; who is left in them goes to the last one."""
    world, rng = planter.world, planter.rng
    last, ended = firms[-1], []
    for firm in firms[:count]:
        on = world.closing - timedelta(days=rng.randrange(40, 110))
        for job in list(firm.jobs):
            if job.start >= on:
                firm.jobs.remove(job)
                job.person.jobs.remove(job)
            elif job.end is None or job.end > on:
                job.end = on
                employ(rng, job.person, last, on + timedelta(days=2), percent=100.0)
        firm.deleted = on
        firm.target_staff = 0
        ended.append(on)
    return ended


FAILURE_TYPOLOGIES: tuple[Typology, ...] = (
    Typology("B02", "spider_hub", spider_hub, HUBS, least_months=6),
    Typology("B03", "serial_failures", serial_failures, SERIAL, least_months=8),
    Typology("B04", "cohort", cohort, COHORTS, least_months=9),
)
