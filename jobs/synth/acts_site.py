"""What firms do at building sites and with HSE cards."""

from datetime import date, timedelta

from jobs.months import last_day
from jobs.synth.lawful_cards import CARDS, CONTROL, PLACES
from jobs.synth.lawful_site import HOURS, ON_SITE, TIER
from jobs.synth.model import Firm, Person
from jobs.synth.presence import steady_days
from jobs.synth.site_scenes import (
    by_the_hour,
    card_for,
    confirm,
    failures,
    hire_slowly,
    job_of,
    listed_site,
    on_or_before_last,
    opening_day,
    send,
    stranger,
)
from jobs.synth.sitebook import KEPT, MANAGER, NO_CARD, Orderer
from jobs.synth.staging import hide, later
from jobs.synth.trades import BY_KEY, STAFFING
from jobs.synth.typologies import HELD_OUT, Outfit, Typology
from jobs.synth.work import employ, staff_on

REPORTED_AFTER = 45
"""Days after a month until its employer reports are all in."""


def _month_end(day: date) -> date:
    return last_day(f"{day:%Y-%m}")


# ---- A10: a tier that nobody declared ------------------------------------------------------------
def undeclared_tier(outfit: Outfit) -> None:
    """A firm works on a site whose client has confirmed a chain that lacks it.

    In the held-out guise the people are hired in from a firm that nobody named. The adaptive ones come for
    one week each.
    """
    planter, variant = outfit.planter, outfit.variant
    rng = planter.rng
    front, hidden = outfit.living(2)
    is_lent = variant == HELD_OUT and not outfit.is_adaptive
    if is_lent:
        hidden = planter.firm(STAFFING, municipality=front.municipality)
    begins = opening_day(planter, front, hidden, months_ago=4)
    project, (above,), _ = listed_site(planter, [front], begins)
    first = begins + timedelta(days=7 - begins.weekday())
    unnamed, confirmed = [hidden], first + timedelta(days=30)
    if outfit.is_adaptive:
        other = planter.firm(municipality=front.municipality)
        unnamed.append(other)
        for number, firm in enumerate(unnamed):
            monday = first + timedelta(days=7 * number)
            send(planter, project, planter.crew(firm, 4), firm, monday, monday + timedelta(days=4))
    elif variant == 2:
        days = tuple(first + timedelta(days=d) for d in (1, 8, 16))
        send(planter, project, planter.crew(hidden, 2), hidden, first, days[-1], dates=days, absence=0.0)
    else:
        people = planter.crew(hidden, (5, 3, 0, 3)[variant])
        days = steady_days(first, first + timedelta(days=45), 4) if variant == 1 else ()
        send(
            planter, project, people, hidden, first, first + timedelta(days=(70, 45, 0, 45)[variant]),
            dates=days, hirer=front if is_lent else None,
        )  # fmt: skip
    send(planter, project, planter.crew(front, 3), front, begins)
    confirm(project, on_or_before_last(planter, confirmed))
    edges = [project.project_id]
    for firm in unnamed:
        kind = "innleie" if is_lent else "underentreprise"
        made = planter.chains.contract(
            rng,
            project,
            above,
            firm,
            kind,
            max(above.value // 4, 90_000),
            first - timedelta(days=4),
            above.end,
        )
        made.is_declared = False
        edges.append(made.contract_id)
    outfit.note(
        "A10", [f"org:{firm.orgnr}" for firm in unnamed], [front, *unnamed], unlawful=first,
        observable=on_or_before_last(planter, confirmed), edges=edges, act="undeclared_tier",
    )  # fmt: skip


# ---- D02: at work and not reported ---------------------------------------------------------------
def off_the_books(outfit: Outfit) -> None:
    """Some of a firm's people on a site are not reported: never, not any more, or by no card at all.

    In the held-out guise they are reported months after they came. The adaptive firm has one such person at
    each of two sites.
    """
    planter, variant, firm = outfit.planter, outfit.variant, outfit.lead()
    begins = opening_day(planter, firm)
    reported, unreported = ((5, 4), (7, 3), (11, 2), (5, 3))[variant]
    edges: list[str] = []
    people: list[Person] = []
    if outfit.is_adaptive:
        for _ in range(2):
            project, _, _ = listed_site(planter, [firm], begins, parallel=1)
            unseen = hide(planter, firm, 1, begins)
            card_for(planter, unseen[0], firm, begins - timedelta(days=planter.rng.randrange(16, 30)))
            send(planter, project, [*planter.crew(firm, 6 + variant), *unseen], firm, begins)
            people += unseen
            edges.append(project.project_id)
    else:
        project, _, kept = listed_site(planter, [firm], begins, is_measured=variant != 2)
        people = _unreported(outfit, firm, unreported, begins)
        if variant == 2:
            kept.shows_births = True
        send(planter, project, planter.crew(firm, reported), firm, begins)
        send(planter, project, people, firm, begins, is_carded=variant != 2)
        edges.append(project.project_id)
    outfit.note(
        "D02", [f"org:{firm.orgnr}"], [firm], unlawful=begins,
        observable=on_or_before_last(planter, _month_end(begins) + timedelta(days=REPORTED_AFTER)),
        edges=edges, persons=people, act="off_the_books",
    )  # fmt: skip


def _unreported(outfit: Outfit, firm: Firm, count: int, begins: date) -> list[Person]:
    """People who work for a firm that does not report them at the time, in the guise of the ring."""
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    if variant == 1:
        people = planter.crew(firm, count, start=max(firm.registered, begins - timedelta(days=280)))
        for person in people:
            job = job_of(person, firm)
            job.end = max(begins - timedelta(days=35), job.start + timedelta(days=5))
            job.end_reason = "arbeidsgiverHarSagtOppArbeidstaker"
            world.site.fates[job] = KEPT
        return people
    if variant == HELD_OUT:
        people = planter.crew(
            firm, count, start=min(begins + timedelta(days=85), world.closing - timedelta(days=9))
        )
    else:
        people = hide(planter, firm, count, begins)
    if variant != 2:
        for person in people:
            card_for(planter, person, firm, begins - timedelta(days=planter.rng.randrange(16, 30)))
    return people


# ---- D03: cards and employees do not match -------------------------------------------------------
def lent_cards(outfit: Outfit) -> None:
    """A firm orders more cards than it has people; others work with them, seen on a site or not.

    In the held-out guise it is the other way round: employees without cards work on a site. The adaptive
    one orders one card too many.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, firm = planter.rng, outfit.lead()
    begins = opening_day(planter, firm)
    staff = staff_on(firm, begins)
    members, edges = [firm], []
    if outfit.is_adaptive:
        people = [stranger(planter, firm) for _ in range(max(1, int(0.15 * staff)))]
        cards = [card_for(planter, p, firm, begins) for p in people]
    elif variant == HELD_OUT:
        project, _, kept = listed_site(planter, [firm], begins)
        kept.shows_births = True
        people = planter.crew(firm, 4)
        for person in people:
            world.site.fates[job_of(person, firm)] = NO_CARD
        send(planter, project, people, firm, begins)
        send(planter, project, planter.crew(firm, 3), firm, begins)
        cards, edges = [], [project.project_id]
    elif variant == 1:
        user = outfit.living(2)[1]
        members.append(user)
        begins = opening_day(planter, firm, user)
        project, _, _ = listed_site(planter, [user], begins)
        people = planter.crew(user, max(5, round(0.5 * staff)))
        cards = []
        for person in people:
            world.site.fates[job_of(person, user)] = NO_CARD
            cards.append(card_for(planter, person, firm, begins - timedelta(days=rng.randrange(16, 40))))
            send(planter, project, [person], user, begins, card=cards[-1])
        edges = [project.project_id]
    else:
        count = max(7, staff) if variant == 0 else max(3, round(0.28 * staff))
        people = [stranger(planter, firm) for _ in range(count)]
        cards = [card_for(planter, p, firm, begins + timedelta(days=rng.randrange(12))) for p in people]
    outfit.note(
        "D03", [f"org:{firm.orgnr}"], members, unlawful=begins,
        observable=on_or_before_last(planter, begins + timedelta(days=80)),
        edges=[*edges, *(card.number for card in cards)], persons=people, act="lent_cards",
    )  # fmt: skip


# ---- D04: fewer hours on paper -------------------------------------------------------------------
def compressed_hours(outfit: Outfit) -> None:
    """People are on site full time, and a part of their hours is reported and paid over the counter.

    In the held-out guise full time is reported and they work eleven hours a day. The adaptive firm leaves out
    an hour a day.
    """
    planter, variant, firm = outfit.planter, outfit.variant, outfit.lead()
    begins = opening_day(planter, firm, months_ago=4)
    project, _, _ = listed_site(planter, [firm], begins)
    people = planter.crew(firm, (6, 5, 4, 5)[variant])
    is_long = variant == HELD_OUT and not outfit.is_adaptive
    share = 0.92 if outfit.is_adaptive else (0.45, 0.56, 0.66, 1.0)[variant]
    for person in people:
        job = by_the_hour(person, firm)
        job.declared_share = share
    hours = {"begins": 6 * 60 + 15, "minutes": 690} if is_long else {}
    send(planter, project, people, firm, begins, **({"absence": 0.03} | hours))
    send(planter, project, planter.crew(firm, 2), firm, begins)
    second = _month_end(_month_end(begins) + timedelta(days=5))
    outfit.note(
        "D04", [f"org:{firm.orgnr}"], [firm], unlawful=begins,
        observable=on_or_before_last(planter, second + timedelta(days=12)), edges=[project.project_id],
        persons=people, act="compressed_hours",
    )  # fmt: skip


# ---- G02: one card, several people ---------------------------------------------------------------
def shared_card(outfit: Outfit) -> None:
    """Cards are used at two sites at once: all day, or by somebody who comes before the other has left.

    In the held-out guise one person holds cards of two firms, and somebody else uses the second. The adaptive
    ones do it twice in any month.
    """
    planter, variant = outfit.planter, outfit.variant
    is_double = variant == HELD_OUT and not outfit.is_adaptive
    firms = outfit.living(2) if is_double else [outfit.lead()]
    begins = opening_day(planter, *firms, months_ago=4)
    here, _, _ = listed_site(planter, firms[:1], begins)
    there, _, _ = listed_site(planter, firms[-1:], begins, client="fylkeskommune")
    holders = planter.crew(firms[0], 2 if variant == 0 and not outfit.is_adaptive else 1, temporary_share=0.0)
    first = begins + timedelta(days=10)
    last = on_or_before_last(planter, first + timedelta(days=60))
    step = 17 if outfit.is_adaptive else (4, 5, 6, 5)[variant]
    until = first + timedelta(days=26) if variant == 2 and not outfit.is_adaptive else last
    days = steady_days(first, min(until, last), step)
    cards = []
    for person in holders:
        cards.append(card_for(planter, person, firms[0], begins - timedelta(days=60)))
        used = cards[-1]
        if is_double:
            employ(planter.rng, person, firms[1], begins, percent=50.0)
            used = card_for(planter, person, firms[1], begins - timedelta(days=18))
            cards.append(used)
        send(planter, here, [person], firms[0], begins, absence=0.0)
        late = {"begins": 14 * 60 + 10, "minutes": 280} if variant == 1 and not outfit.is_adaptive else {}
        send(planter, there, [person], firms[-1], first, last, dates=days, card=used, absence=0.0, **late)
    for project, firm in ((here, firms[0]), (there, firms[-1])):
        send(planter, project, planter.crew(firm, 2), firm, begins)
    seen = days[min(3, len(days) - 1)]
    outfit.note(
        "G02", [f"org:{firms[0].orgnr}"], firms, unlawful=days[0],
        observable=on_or_before_last(planter, seen),
        edges=[here.project_id, there.project_id, *(c.number for c in cards)], persons=holders,
        act="shared_card",
    )  # fmt: skip


# ---- C03: somebody else decides ------------------------------------------------------------------
def puppet(outfit: Outfit) -> None:
    """Somebody with several failures behind him orders cards, signs and leads on site, without any role.

    In the held-out guise he orders through another firm of his. The adaptive one lets the registered
    director order a card now and then.
    """
    planter, variant, world = outfit.planter, outfit.variant, outfit.planter.world
    rng, lead = planter.rng, outfit.lead()
    operator = stranger(planter, lead, (34, 58))
    failed = failures(planter, operator, lead, 3 if variant == 0 else 2)
    firm = planter.firm(municipality=lead.municipality, registered=planter.past(200, 500))
    members = [firm, *failed]
    agent = Orderer(operator)
    if variant == HELD_OUT:
        helper = planter.firm(BY_KEY["software"], municipality=lead.municipality, director=operator)
        agent = Orderer(operator, helper)
        members.append(helper)
    world.site.orderers[firm] = agent
    months = min(11, len(world.months))
    people = hire_slowly(planter, firm, 9, months)
    for number, person in enumerate(people):
        by = Orderer(firm.director) if outfit.is_adaptive and number % 2 else agent
        card_for(planter, person, firm, job_of(person, firm).start + timedelta(days=rng.randrange(6)), by=by)
    begins = opening_day(planter, firm)
    project, (contract,), _ = listed_site(planter, [firm], begins)
    contracts = [contract]
    for ago in (8, 6, 3, 1):
        start = later(planter, min(ago, months - 1), rng.randrange(3, 24))
        contracts.append(
            planter.chains.contract(
                rng, None, None, firm, "rammeavtale", rng.randrange(200_000, 900_000), start,
                start + timedelta(days=200), client=planter.client("privat"),
            )
        )  # fmt: skip
    if variant in (0, 1) and not outfit.is_adaptive:
        for made in contracts:
            made.signed_by = operator
    for person in people[:5]:
        send(planter, project, [person], firm, max(begins, job_of(person, firm).start))
    if variant in (0, HELD_OUT):
        since = job_of(people[0], firm).start
        employ(rng, operator, firm, since, percent=100.0)
        card_for(planter, operator, firm, since, by=agent)
        send(planter, project, [operator], firm, begins, role=MANAGER)
    first = job_of(people[0], firm).start
    outfit.note(
        "C03", [f"org:{firm.orgnr}"], members, unlawful=first,
        observable=on_or_before_last(planter, first + timedelta(days=190)),
        edges=[project.project_id, *(c.contract_id for c in contracts)], persons=[operator], act="puppet",
    )  # fmt: skip


TYPOLOGIES: tuple[Typology, ...] = (
    Typology("A10", "undeclared_tier", undeclared_tier, TIER, 3),
    Typology("D02", "off_the_books", off_the_books, ON_SITE, 3),
    Typology("D03", "lent_cards", lent_cards, CARDS, 3),
    Typology("D04", "compressed_hours", compressed_hours, HOURS, 3),
    Typology("G02", "shared_card", shared_card, PLACES, 3),
    Typology("C03", "puppet", puppet, CONTROL, 9),
)
