"""Lawful things about cards: too many, too few, in two places, ordered by somebody from outside."""

from datetime import timedelta

from jobs.synth.cards import VALID_DAYS
from jobs.synth.model import Building, Firm, Person, Planted, RoleSpell
from jobs.synth.people import new_person
from jobs.synth.plant import Planter
from jobs.synth.presence import steady_days
from jobs.synth.site_scenes import (
    card_for,
    failures,
    hire_slowly,
    job_of,
    listed_site,
    on_or_before_last,
    opening_day,
    send,
    stranger,
)
from jobs.synth.sitebook import KEPT, Orderer
from jobs.synth.trades import ACCOUNTANT, BY_KEY, STAFFING
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.work import employ


def _subject(kind: str, indicator: str, firm: Firm, expected: str = "silent", *others: Firm) -> Planted:
    return resembling(kind, indicator, [firm, *others], [f"org:{firm.orgnr}"], expected)


# ---- D03: cards and employees --------------------------------------------------------------------
def _after_a_peak(planter: Planter) -> Planted:
    """Extra people left three weeks before the end; their cards come back within the month."""
    world, firm = planter.world, planter.firm()
    planter.crew(firm, 5)
    left = world.closing - timedelta(days=planter.rng.randrange(14, 24))
    for person in planter.crew(firm, 5, start=max(firm.registered, left - timedelta(days=120))):
        job = job_of(person, firm)
        job.end, job.end_reason = left, "kontraktEngasjementEllerVikariatErUtloept"
        card = card_for(planter, person, firm, job.start)
        card.changes.append((left + timedelta(days=28), "returnert"))
    return _subject("cards_out_after_a_staffing_peak", "D03", firm)


def _kept(planter: Planter) -> Planted:
    """Those who left half a year ago kept their cards; none of these is used at the gates."""
    world, firm, begins = planter.world, planter.firm(), opening_day(planter)
    people = planter.crew(firm, 6)
    project, _, _ = listed_site(planter, [firm], begins)
    for person in planter.crew(firm, 4, start=max(firm.registered, begins - timedelta(days=400))):
        job = job_of(person, firm)
        job.end = max(begins - timedelta(days=planter.rng.randrange(5, 25)), job.start)
        job.end_reason = "arbeidstakerHarSagtOppSelv"
        world.site.fates[job] = KEPT
    send(planter, project, people, firm, begins)
    return _subject("cards_kept_and_never_used", "D03", firm, "suppressed")


def _partners(planter: Planter) -> Planted:
    rng = planter.rng
    firm = planter.founder.found(
        rng, BY_KEY["roof"], registered=planter.past(), form="DA", staff=1, is_planted=True
    )
    for _ in range(2):
        partner = new_person(planter.world, rng, municipality=firm.municipality, is_planted=True)
        firm.roles.append(RoleSpell("DTPR", partner, firm.registered))
    planter.crew(firm, 2)
    for role in firm.roles:
        if role.code == "DTPR" and isinstance(role.holder, Person):
            ordered = planter.world.opening - timedelta(days=rng.randrange(10, 300))
            card_for(planter, role.holder, firm, ordered, ground="eier")
    return _subject("more_partners_than_employees", "D03", firm)


def _hire_in_cards(planter: Planter) -> Planted:
    """The hirer orders cards for people it hires in, on the ground that it does."""
    hirer, agency, begins = planter.firm(), planter.firm(STAFFING), opening_day(planter)
    own, lent = planter.crew(hirer, 5), planter.crew(agency, 5)
    kinds = (("underentreprise", True), ("innleie", True))
    project, _, _ = listed_site(planter, [hirer, agency], begins, kinds=kinds)
    for person in lent:
        card = card_for(planter, person, hirer, begins - timedelta(days=8), ground="innleid")
        send(planter, project, [person], agency, begins, hirer=hirer, card=card)
    send(planter, project, own, hirer, begins)
    return _subject("cards_for_declared_hire_in", "D03", hirer, "silent", agency)


def _renewed_late(planter: Planter) -> Planted:
    """Cards of a crew ran out together while it was on site, and were renewed two weeks later."""
    firm, begins = planter.firm(registered=planter.past(1300, 3000)), opening_day(planter)
    people = planter.crew(firm, 5, start=begins - timedelta(days=VALID_DAYS - 30))
    project, _, _ = listed_site(planter, [firm], begins)
    for person in people:
        old = card_for(planter, person, firm, job_of(person, firm).start)
        card_for(planter, person, firm, old.valid_to + timedelta(days=planter.rng.randrange(8, 13)))
    send(planter, project, people, firm, begins)
    return _subject("cards_renewed_late", "D03", firm)


# ---- G02: at two sites ---------------------------------------------------------------------------
def _two_sites(
    planter: Planter,
    kind: str,
    expected: str,
    morning: dict[str, object],
    after: dict[str, object],
    *,
    is_checked: bool | None = True,
    drift: int = 0,
    crew: int = 3,
    gate_of_both: bool = False,
) -> Planted:
    """The same people at two sites on the same days."""
    firm, begins = planter.firm(), opening_day(planter, months_ago=4)
    people = planter.crew(firm, crew)
    here, _, ours = listed_site(planter, [firm], begins)
    there, _, theirs = listed_site(
        planter, [firm], begins, client="fylkeskommune", is_clock_checked=is_checked
    )
    theirs.drift = drift
    there.site = here.site if gate_of_both else _across_town(planter, here.site)
    if gate_of_both:
        theirs.gates = ours.gates = ours.gates[:1]
    days = steady_days(begins + timedelta(days=9), on_or_before_last(planter, begins + timedelta(days=75)), 4)
    for person in people:
        card_for(planter, person, firm, begins - timedelta(days=50))
    send(planter, here, people, firm, days[0], days[-1], dates=days, **morning)
    send(planter, there, people, firm, days[0], days[-1], dates=days, **after)
    made = _subject(kind, "G02", firm, expected)
    made.key_edges += [here.project_id, there.project_id]
    return made


def _across_town(planter: Planter, site: Building) -> Building:
    """Another building site in the same municipality: nobody works at both ends of a county on one day."""
    made = planter.builder.building(planter.rng, site.municipality, site.kind, built=site.built)
    made.status = "1"
    return made


def _by_car(planter: Planter) -> Planted:
    return _two_sites(
        planter, "two_sites_by_car", "silent", {"minutes": 240}, {"begins": 13 * 60, "minutes": 170}
    )


def _clock_drift(planter: Planter) -> Planted:
    """The second site's clock is nearly an hour slow, so that people seem to come before they left."""
    return _two_sites(
        planter, "clock_drift", "suppressed", {"minutes": 270}, {"begins": 12 * 60 + 20, "minutes": 180},
        is_checked=False, drift=-55,
    )  # fmt: skip


def _unchecked(planter: Planter) -> Planted:
    return _two_sites(
        planter, "clocks_of_unknown_quality", "not_evaluable", {"minutes": 270},
        {"begins": 12 * 60 + 15, "minutes": 180}, is_checked=None, drift=-50,
    )  # fmt: skip


def _forgotten(planter: Planter) -> Planted:
    return _two_sites(
        planter, "forgotten_check_out", "silent", {"minutes": 240, "habit": "computed"},
        {"begins": 12 * 60 + 40, "minutes": 170},
    )  # fmt: skip


def _group(planter: Planter) -> Planted:
    """A foreman enters the whole crew by hand at both sites for the whole day."""
    return _two_sites(
        planter, "group_check_in_by_a_foreman", "suppressed", {"habit": "group", "minutes": 300},
        {"habit": "group", "begins": 11 * 60 + 30, "minutes": 220}, crew=5,
    )  # fmt: skip


def _one_gate(planter: Planter) -> Planted:
    return _two_sites(
        planter, "one_gate_for_two_projects", "suppressed", {"habit": "one gate"}, {"habit": "one gate"},
        gate_of_both=True, crew=4,
    )  # fmt: skip


# ---- C03: somebody from outside orders and signs -------------------------------------------------
def _run_by(planter: Planter, agent: Orderer, kind: str, expected: str = "silent") -> Planted:
    """A firm whose cards somebody orders over nine months."""
    firm = planter.firm(registered=planter.past(600, 2500))
    return _run(planter, firm, agent, kind, expected)


def _run(planter: Planter, firm: Firm, agent: Orderer, kind: str, expected: str = "silent") -> Planted:
    world, begins = planter.world, opening_day(planter, firm)
    world.site.orderers[firm] = agent
    people = hire_slowly(planter, firm, 8, min(11, len(world.months)))
    project, (contract,), _ = listed_site(planter, [firm], begins)
    if agent.firm is None:
        contract.signed_by = agent.person
    for person in people:
        hired = job_of(person, firm).start
        card_for(planter, person, firm, hired + timedelta(days=planter.rng.randrange(6)), by=agent)
    for person in people[:5]:
        send(planter, project, [person], firm, max(begins, job_of(person, firm).start))
    made = _subject(kind, "C03", firm, expected)
    made.key_edges.append(contract.contract_id)
    return made


def _accountant(planter: Planter) -> Planted:
    """A licensed accountant orders for its client; one of the bureau's own ventures has failed before."""
    bureau, firm = planter.firm(ACCOUNTANT), planter.firm(registered=planter.past(600, 2500))
    clerk = planter.crew(bureau, 3, temporary_share=0.0)[0]
    failed = failures(planter, clerk, bureau, 2)
    firm.roles = [r for r in firm.roles if r.code != "REGN"]
    firm.roles.append(RoleSpell("REGN", bureau, firm.registered))
    made = _run(planter, firm, Orderer(clerk, bureau), "licensed_accountant_orders_the_cards", "suppressed")
    made.companies += [bureau, *failed]
    return made


def _administrator(planter: Planter) -> Planted:
    """An office manager without any role and without any failure behind him orders and signs."""
    firm = planter.firm(registered=planter.past(600, 2500))
    manager = stranger(planter, firm, (30, 60))
    employ(planter.rng, manager, firm, firm.registered, percent=100.0)
    return _run(planter, firm, Orderer(manager), "hired_administrator")


def _director(planter: Planter) -> Planted:
    """A registered director with two failures behind him orders and signs himself."""
    firm = planter.firm(registered=planter.past(600, 2500))
    director = firm.director
    assert director is not None
    failed = failures(planter, director, firm, 2)
    made = _run(planter, firm, Orderer(director), "director_with_failures_acts_himself")
    made.companies += failed
    return made


def _interim(planter: Planter) -> Planted:
    """Somebody with failures behind him stands in for a director on leave, for two months."""
    world, firm = planter.world, planter.firm(registered=planter.past(600, 2500))
    helper = stranger(planter, firm, (35, 62))
    failed = failures(planter, helper, firm, 2)
    made = _run(planter, firm, Orderer(firm.director), "short_stand_in_for_the_director")
    for card in world.site.cards[-8:]:
        if card.employer is firm and card.ordered >= world.closing - timedelta(days=60):
            card.orderer = helper
    made.companies += failed
    return made


def _unknown(planter: Planter) -> Planted:
    return _run_by(planter, Orderer(None), "nobody_knows_who_ordered", "not_evaluable")


CARDS = (
    LookAlike("cards_out_after_a_staffing_peak", _after_a_peak),
    LookAlike("cards_kept_and_never_used", _kept, 2),
    LookAlike("more_partners_than_employees", _partners),
    LookAlike("cards_for_declared_hire_in", _hire_in_cards),
    LookAlike("cards_renewed_late", _renewed_late, 3),
)
PLACES = (
    LookAlike("two_sites_by_car", _by_car, 2),
    LookAlike("clock_drift", _clock_drift, 2),
    LookAlike("clocks_of_unknown_quality", _unchecked, 2),
    LookAlike("forgotten_check_out", _forgotten, 2),
    LookAlike("group_check_in_by_a_foreman", _group, 2),
    LookAlike("one_gate_for_two_projects", _one_gate, 2),
)
CONTROL = (
    LookAlike("licensed_accountant_orders_the_cards", _accountant, 6),
    LookAlike("hired_administrator", _administrator, 3),
    LookAlike("director_with_failures_acts_himself", _director, 6),
    LookAlike("short_stand_in_for_the_director", _interim, 6),
    LookAlike("nobody_knows_who_ordered", _unknown, 3),
)
