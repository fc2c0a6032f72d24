"""What else happens to firms: boards and accountants change, they move, merge and wind up."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from jobs.synth.firms import Founder
from jobs.synth.matched import LEAVE_SHARE
from jobs.synth.model import Event, Firm, RoleSpell
from jobs.synth.people import new_person
from jobs.synth.places import Builder
from jobs.synth.registration import entry_of, found_removed, sell
from jobs.synth.trades import ACCOUNTANT, AUDITOR, HOLDING
from jobs.synth.work import employ, go_on_leave
from jobs.synth.world import World, some_day

YEARLY_BOARD_CHANGES = 0.07
YEARLY_CHAIR_CHANGES = 0.025
YEARLY_ACCOUNTANT_CHANGES = 0.035
YEARLY_MOVES = 0.05
YEARLY_SALES = 0.02
"""Part of companies whose shares go to somebody else."""
REPORTED_SHARE = 0.8
"""Part of such sales that are reported to the register of beneficial owners at once."""
YEARLY_MERGERS = 0.004
AUDITED_PLANTED = 0.14
"""Part of planted firms that get an auditor, as of others of their size."""
RENAMED_SHARE = 0.015
"""Part of planted firms that change their name, as of others."""
FEWEST_FIRMS_FOR_MERGER = 300
SLOW_CLOSURE_SHARE = 0.6
"""Part of closures that were announced before the firm was deleted."""


def change_roles(world: World, founder: Founder) -> None:
    """Changes of board, chair and accountant, of address and of owners, and closures that are announced.

    Args:
        world: The world, its firms founded and aged.
        founder: Knows the accountants.
    """
    rng = world.rng("firm life")
    years = world.parameters.months / 12
    known = set(world.frame.at_home)
    for firm in list(world.firms):
        if firm in known or firm.public_kind or firm.trade in (HOLDING, ACCOUNTANT, AUDITOR):
            continue
        first = max(world.opening, firm.registered + timedelta(days=60))
        if first >= world.closing or firm.form == "KBO":
            continue
        if firm.deleted is not None and rng.random() < SLOW_CLOSURE_SHARE:
            firm.winding_up = max(firm.deleted - timedelta(days=rng.randrange(45, 150)), firm.registered)
        for code, share in (("MEDL", YEARLY_BOARD_CHANGES), ("LEDE", YEARLY_CHAIR_CHANGES)):
            if rng.random() < share * years:
                _replace(world, rng, firm, code, some_day(rng, first, world.closing))
        if founder.accountants and rng.random() < YEARLY_ACCOUNTANT_CHANGES * years:
            _change_accountant(founder, rng, firm, some_day(rng, first, world.closing))
        if firm.form == "AS" and not firm.is_group and rng.random() < YEARLY_SALES * years:
            on = some_day(rng, first, world.closing)
            buyer = new_person(world, rng, municipality=firm.municipality)
            is_reported = rng.random() < REPORTED_SHARE
            sell(world, firm, on, [(buyer, 100)], is_reported=is_reported)


def move_some(world: World, builder: Builder) -> None:
    """Firms that move to other premises in their municipality, and the unit that is removed for good.

    Args:
        world: The world.
        builder: Puts up premises.
    """
    rng = world.rng("moves")
    years = world.parameters.months / 12
    known = set(world.frame.at_home)
    for firm in list(world.firms):
        if firm.public_kind or firm in known or firm.form == "KBO" or rng.random() >= YEARLY_MOVES * years:
            continue
        on = some_day(rng, world.opening, world.closing)
        if firm.registered < on and firm.is_alive(on):
            entry_of(world, firm).moved = (firm.address, on)
            firm.address = builder.premises(rng, firm.municipality)
    place = world.municipality(rng)
    owner = new_person(world, rng, municipality=place, ages=(25, 70))
    found_removed(world, builder.premises(rng, place), owner)


def age_planted(world: World, founder: Founder, builder: Builder) -> None:
    """The same small changes for firms that were planted, or their absence would tell them.

    What an act may rest on stays: shared premises, seats in a dwelling, people with roles in several firms.

    Args:
        world: The world, everything planted.
        founder: Finds names.
        builder: Puts up premises.
    """
    rng, audits, leaves = (world.rng(f"planted {of}") for of in ("life", "audits", "leaves"))
    years = world.parameters.months / 12
    tenants = Counter(f.address for f in world.firms)
    roles = Counter(r.holder for f in world.firms if f.is_planted for r in f.roles)
    for firm in [f for f in world.firms if f.is_planted]:
        # They were founded small and got their crews from the acts; a ring's are larger than a look-alike's,
        # which must not show, so that size is not asked.
        if audits.random() < AUDITED_PLANTED and not any(r.code == "REVI" for r in firm.roles):
            founder.audit(audits, firm)
            entry = world.entries.of.get(firm)
            if entry is not None and any(r.code == "REVI" for r in firm.roles):
                entry.waived_on = None
        for job in firm.jobs:
            if not job.terms.leaves and leaves.random() < LEAVE_SHARE * 2 * years:
                go_on_leave(world, leaves, job)
        first = max(world.opening, firm.registered + timedelta(days=60))
        draws = [rng.random() for _ in range(3)]
        on = some_day(rng, first, world.closing)
        if first >= world.closing or not firm.is_alive(on):
            continue
        members = [r.holder for r in firm.roles if r.code == "MEDL" and r.until is None]
        if draws[0] < YEARLY_BOARD_CHANGES * years and members and roles[members[0]] == 1:
            _replace(world, rng, firm, "MEDL", on)
        is_free = not firm.unit and tenants[firm.address] == 1 and entry_of(world, firm).moved is None
        if draws[1] < YEARLY_MOVES * years and is_free:
            entry_of(world, firm).moved = (firm.address, on)
            firm.address = builder.premises(rng, firm.municipality)
        if draws[2] < RENAMED_SHARE and firm.form == "AS" and firm.earlier_name is None:
            firm.earlier_name = (firm.name, on)
            firm.name = founder.name_of(rng, firm, firm.director or world.persons[0])


def merge_some(world: World) -> None:
    """Mergers: one firm takes over the people and the establishment of another one of its trade.

    Args:
        world: The world, its firms staffed.
    """
    rng = world.rng("mergers")
    years = world.parameters.months / 12
    if world.parameters.firms < FEWEST_FIRMS_FOR_MERGER or len(world.months) < 4:
        return
    firms = [
        f
        for f in world.firms
        if f.form == "AS" and f.branch_orgnr and f.jobs and not f.public_kind and not f.is_group
        and f.bankrupt is None and f.deleted is None and f.registered < world.opening - timedelta(days=400)
        and f.trade not in (ACCOUNTANT, AUDITOR)
    ]  # fmt: skip
    last = world.closing - timedelta(days=20)
    for _ in range(max(1, round(len(firms) * YEARLY_MERGERS * years))):
        absorbed = rng.choice(firms)
        others = [f for f in firms if f.trade is absorbed.trade and f is not absorbed and f.deleted is None]
        if absorbed.deleted is not None or not others:
            continue
        _merge(world, rng, absorbed, rng.choice(others), some_day(rng, world.opening, last))


def _merge(world: World, rng: Random, absorbed: Firm, into: Firm, on: date) -> None:
    for job in list(absorbed.jobs):
        if job.start <= on and (job.end is None or job.end > on):
            end, job.end = job.end, on
            moved = employ(rng, job.person, into, on + timedelta(days=1), end=end, percent=job.percent)
            moved.hourly, moved.end_reason = job.hourly, job.end_reason
            moved.is_unclosed, job.is_unclosed, job.end_reason = job.is_unclosed, False, ""
    absorbed.target_staff = 0
    for job in [job for job in absorbed.jobs if job.start > on]:
        absorbed.jobs.remove(job)
        job.person.jobs.remove(job)
    absorbed.branch_owner, absorbed.branch_transferred = into, on
    absorbed.deleted = on + timedelta(days=14)
    world.events.append(
        Event(
            world.numbers.code(rng, "H-", 7), "virksomhetsoverdragelse", on, absorbed, into, "arbeidstilsynet"
        )
    )


def _replace(world: World, rng: Random, firm: Firm, code: str, on: date) -> None:
    """One role of a kind passes to somebody new, if the firm has such a role."""
    for role in firm.roles:
        if role.code == code and role.until is None and role.since < on:
            role.until = on
            person = new_person(world, rng, municipality=firm.municipality, ages=(26, 68))
            firm.roles.append(RoleSpell(code, person, on))
            return


def _change_accountant(founder: Founder, rng: Random, firm: Firm, on: date) -> None:
    for role in firm.roles:
        if role.code == "REGN" and role.until is None and role.since < on:
            role.until = on
            firm.roles.append(RoleSpell("REGN", rng.choice(founder.accountants), on))
            return
