"""Lawful things on building sites that look like an undeclared tier, unreported people or missing hours."""

from datetime import timedelta

from jobs.synth.foreign import Foreign
from jobs.synth.model import Firm, Person, Planted, RoleSpell
from jobs.synth.people import new_person, settle
from jobs.synth.plant import Planter
from jobs.synth.site_scenes import (
    by_the_hour,
    card_for,
    confirm,
    job_of,
    listed_site,
    on_or_before_last,
    opening_day,
    send,
)
from jobs.synth.sitebook import CONTROL, DELIVERY, VISITOR, Orderer
from jobs.synth.trades import BY_KEY, GOODS, STAFFING
from jobs.synth.typologies import LookAlike, resembling
from jobs.synth.world import some_day


def _firm(planter: Planter, staff: int = 6) -> Firm:
    firm = planter.firm()
    planter.crew(firm, staff)
    return firm


def _subject(kind: str, indicator: str, firm: Firm, expected: str = "silent", *others: Firm) -> Planted:
    return resembling(kind, indicator, [firm, *others], [f"org:{firm.orgnr}"], expected)


# ---- A10: on site, not in the chain --------------------------------------------------------------
def _drivers(planter: Planter) -> Planted:
    firm, begins = planter.firm(GOODS), opening_day(planter)
    project, _, _ = listed_site(planter, [], begins)
    confirm(project, on_or_before_last(planter, begins + timedelta(days=50)))
    people = planter.crew(firm, 3)
    send(
        planter, project, people, firm, begins, role=DELIVERY, is_carded=False, weekdays=0b10101,
        begins=8 * 60 + 20, minutes=35,
    )  # fmt: skip
    return _subject("delivery_drivers", "A10", firm)


def _visitors(planter: Planter) -> Planted:
    firm, begins = planter.firm(BY_KEY["architect"]), opening_day(planter)
    project, _, _ = listed_site(planter, [], begins)
    confirm(project, on_or_before_last(planter, begins + timedelta(days=50)))
    people = planter.crew(firm, 3, temporary_share=0.0)
    for number, person in enumerate(people):
        role = CONTROL if number == 0 else VISITOR
        send(
            planter, project, [person], firm, begins, role=role, is_carded=False,
            weekdays=1 << planter.rng.randrange(5), begins=600, minutes=150,
        )  # fmt: skip
    return _subject("visitors_and_inspectors", "A10", firm)


def _late_paperwork(planter: Planter) -> Planted:
    firm = _firm(planter)
    begins = opening_day(planter, months_ago=3)
    project, (link,), _ = listed_site(planter, [firm], begins)
    link.declared_on = link.start + timedelta(days=planter.rng.randrange(6, 11))
    confirm(project, on_or_before_last(planter, begins + timedelta(days=25)))
    send(planter, project, [j.person for j in firm.jobs], firm, begins)
    made = _subject("late_paperwork", "A10", firm)
    made.key_edges.append(link.contract_id)
    return made


def _shared_gate(planter: Planter) -> Planted:
    """Two projects on one piece of land have one gate, which enters everybody on both lists."""
    firm, begins = _firm(planter), opening_day(planter)
    project, _, ours = listed_site(planter, [firm], begins)
    other, _, theirs = listed_site(planter, [], begins, client="fylkeskommune")
    other.site, theirs.gates, theirs.is_clock_checked = project.site, ours.gates, ours.is_clock_checked
    for each in (project, other):
        confirm(each, on_or_before_last(planter, begins + timedelta(days=50)))
        send(planter, each, [j.person for j in firm.jobs][:4], firm, begins, habit="one gate")
    return _subject("shared_gate_between_projects", "A10", firm, "suppressed")


def _unconfirmed(planter: Planter) -> Planted:
    firm, begins = _firm(planter), opening_day(planter)
    project, (link,), _ = listed_site(planter, [firm], begins, client="privat")
    link.is_declared = project.is_complete = False
    send(planter, project, [j.person for j in firm.jobs][:4], firm, begins)
    return _subject("chain_not_confirmed_complete", "A10", firm, "context")


def _branch_number(planter: Planter) -> Planted:
    firm, begins = _firm(planter), opening_day(planter)
    project, _, _ = listed_site(planter, [firm], begins)
    confirm(project, on_or_before_last(planter, begins + timedelta(days=50)))
    send(planter, project, [j.person for j in firm.jobs][:5], firm, begins, listed_as=firm.branch_orgnr)
    return _subject("listed_by_establishment_number", "A10", firm)


# ---- D02: on site, not in the employer's reports -------------------------------------------------
def _owners(planter: Planter) -> Planted:
    """Three partners who work themselves and employ one man."""
    rng, begins = planter.rng, opening_day(planter)
    firm = planter.founder.found(
        rng, BY_KEY["joinery"], registered=planter.past(), form="DA", staff=1, is_planted=True
    )
    third = new_person(planter.world, rng, municipality=firm.municipality, ages=(28, 60), is_planted=True)
    firm.roles.append(RoleSpell("DTPR", third, firm.registered))
    partners = [r.holder for r in firm.roles if r.code == "DTPR" and isinstance(r.holder, Person)]
    project, _, _ = listed_site(planter, [firm], begins)
    for partner in partners:
        ordered = some_day(rng, begins - timedelta(days=400), begins - timedelta(days=20))
        card_for(planter, partner, firm, ordered, ground="eier", by=Orderer(partners[0]))
    send(planter, project, [*partners, *planter.crew(firm, 1)], firm, begins)
    return _subject("partners_with_own_cards", "D02", firm)


def _sole_owner(planter: Planter) -> Planted:
    rng, begins = planter.rng, opening_day(planter)
    firms = [
        planter.founder.found(rng, BY_KEY["paint"], registered=planter.past(), form="ENK", is_planted=True)
        for _ in range(2)
    ]
    project, _, _ = listed_site(planter, [], begins)
    for firm in firms:
        owner = firm.director
        assert owner is not None
        card_for(planter, owner, firm, begins - timedelta(days=200), ground="eier", by=Orderer(owner))
        made = planter.chains.contract(
            rng, project, project.contracts[0], firm, "underentreprise", 400_000, begins, project.end
        )
        made.declared_on = made.signed
        send(planter, project, [owner], firm, begins)
    return resembling("sole_owner_with_a_card", "D02", firms, [f"org:{f.orgnr}" for f in firms])


def _hired_in(planter: Planter) -> Planted:
    agency, hirer, begins = planter.firm(STAFFING), _firm(planter), opening_day(planter)
    people = planter.crew(agency, 6, temporary_share=0.6)
    kinds = (("underentreprise", True), ("innleie", True))
    project, _, _ = listed_site(planter, [hirer, agency], begins, kinds=kinds)
    send(planter, project, people, agency, begins, hirer=hirer)
    send(planter, project, [j.person for j in hirer.jobs][:3], hirer, begins)
    return _subject("hired_in_staff", "D02", hirer, "silent", agency)


def _posted(planter: Planter) -> Planted:
    """A foreign contractor's posted workers, all of them reported; they are nobody's employees here."""
    world, rng, begins = planter.world, planter.rng, opening_day(planter)
    foreign = Foreign(world, planter.founder, planter.chains)
    contractor = foreign.contractor(rng, BY_KEY["masonry"], has_branch=True, is_planted=True)
    project, _, _ = listed_site(planter, [], begins)
    end = world.closing + timedelta(days=30)
    made = foreign.assign(rng, contractor, project, project.contracts[0], 3_000_000, begins, end)
    made.contract.declared_on = made.contract.signed
    foreign.report(rng, made, begins - timedelta(days=3))
    people = [foreign.post(rng, made, begins, None, certificate="ja") for _ in range(5)]
    for posting in people:
        posting.home_key = ""
        card_for(planter, posting.person, contractor.party, begins - timedelta(days=9), ground="oar")
    send(planter, project, [p.person for p in people], contractor.party, begins)
    return _subject("posted_workers", "D02", contractor.party)


def _new_numbers(planter: Planter) -> Planted:
    """Half the crew got ordinary numbers after their cards were issued; the cards have their old ones."""
    firm, begins = planter.firm(), opening_day(planter)
    people = planter.crew(
        firm, 6, start=max(firm.registered, begins - timedelta(days=200)), temporary_share=1.0
    )
    project, _, kept = listed_site(planter, [firm], begins)
    kept.shows_births = True
    for person in people:
        card_for(planter, person, firm, job_of(person, firm).start + timedelta(days=3))
    for person in people[:3]:
        on = begins + timedelta(days=planter.rng.randrange(10, 40))
        settle(planter.world, planter.rng, person, on_or_before_last(planter, on))
    send(planter, project, people, firm, begins)
    return _subject("number_changed_after_the_card", "D02", firm)


def _nameless(planter: Planter) -> Planted:
    firm, begins = _firm(planter), opening_day(planter)
    project, _, kept = listed_site(planter, [firm], begins, is_measured=False)
    kept.shows_births = kept.shows_numbers = False
    send(planter, project, [j.person for j in firm.jobs], firm, begins, is_nameless=True, is_carded=False)
    return _subject("list_without_identity", "D02", firm, "not_evaluable")


def _just_hired(planter: Planter) -> Planted:
    """A crew that came in the last days of the last month; their report is due in the month after."""
    firm, world = _firm(planter, 2), planter.world
    first = world.closing - timedelta(days=8)
    project, _, _ = listed_site(planter, [firm], opening_day(planter))
    people = planter.crew(firm, 4, start=first)
    for person in people:
        card_for(planter, person, firm, first - timedelta(days=5))
    send(planter, project, [j.person for j in firm.jobs], firm, first)
    return _subject("reported_in_the_month_after", "D02", firm)


# ---- D04: hours at the gate and hours on paper ---------------------------------------------------
def _at_work(
    planter: Planter, kind: str, expected: str = "silent", *, is_measured: bool = True, **changes: object
) -> tuple[Planted, list[Person]]:
    firm, begins = planter.firm(), opening_day(planter)
    people = planter.crew(firm, 5, temporary_share=0.2)
    project, _, _ = listed_site(planter, [firm], begins, is_measured=is_measured)
    for person in people:
        by_the_hour(person, firm)
    send(planter, project, people, firm, begins, **changes)
    made = _subject(kind, "D04", firm, expected)
    made.key_edges.append(project.project_id)
    return made, people


def _breaks(planter: Planter) -> Planted:
    return _at_work(planter, "long_breaks_and_waiting", begins=6 * 60 + 45, minutes=535)[0]


def _part_timers(planter: Planter) -> Planted:
    made, people = _at_work(planter, "part_time_that_is_part_time", weekdays=0b00111, minutes=400)
    for person in people:
        person.jobs[-1].percent = 50.0
    return made


def _two_gates(planter: Planter) -> Planted:
    return _at_work(planter, "two_gates_note_the_same_stay", habit="two gates")[0]


def _wrong_position(planter: Planter) -> Planted:
    """The position is wrong in every report; hours and pay are right."""
    made, people = _at_work(planter, "position_reported_too_low")
    for person in people:
        person.jobs[-1].terms.shown_percent = 50.0
    return made


def _by_hand(planter: Planter) -> Planted:
    made, people = _at_work(planter, "list_without_times", "not_evaluable", is_measured=False)
    for person in people:
        person.jobs[-1].percent = 60.0
    return made


def _computed(planter: Planter) -> Planted:
    """Nobody checks out; the system puts in the evening for them."""
    return _at_work(planter, "check_out_is_computed", "suppressed", habit="computed", minutes=420)[0]


TIER = (
    LookAlike("delivery_drivers", _drivers),
    LookAlike("visitors_and_inspectors", _visitors),
    LookAlike("late_paperwork", _late_paperwork),
    LookAlike("shared_gate_between_projects", _shared_gate),
    LookAlike("chain_not_confirmed_complete", _unconfirmed),
    LookAlike("listed_by_establishment_number", _branch_number),
)
ON_SITE = (
    LookAlike("partners_with_own_cards", _owners),
    LookAlike("sole_owner_with_a_card", _sole_owner),
    LookAlike("hired_in_staff", _hired_in),
    LookAlike("posted_workers", _posted),
    LookAlike("number_changed_after_the_card", _new_numbers, 2),
    LookAlike("list_without_identity", _nameless),
    LookAlike("reported_in_the_month_after", _just_hired),
)
HOURS = (
    LookAlike("long_breaks_and_waiting", _breaks),
    LookAlike("part_time_that_is_part_time", _part_timers),
    LookAlike("two_gates_note_the_same_stay", _two_gates),
    LookAlike("position_reported_too_low", _wrong_position),
    LookAlike("list_without_times", _by_hand),
    LookAlike("check_out_is_computed", _computed),
)
