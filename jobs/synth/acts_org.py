"""What companies do around failure and control, and rings whose companies do several such things."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from jobs.synth.acts_control import CONTROL_TYPOLOGIES, note_swap
from jobs.synth.acts_failure import FAILURE_TYPOLOGIES, note_serial
from jobs.synth.lawful_cluster import CLUSTERS
from jobs.synth.model import Firm, cluster_subject
from jobs.synth.org_scenes import appoint, common_contact, hand_over, siblings, spread_days, stranger
from jobs.synth.typologies import HELD_OUT, Outfit, Typology

GROUPS_TOGETHER = 3
COMPANIES_PER_GROUP = 2
MOST_COMPANIES = 12
LARGEST_GANG = 12
NOT_A_GROUP = "J"


# ---- J02: several things at once in one tight cluster --------------------------------------------
def constellation(outfit: Outfit) -> None:
    """The companies of the ring are tied together, and do at least three kinds of things between them.

    What is missing is done on top. They are tied by a common chair and agreements, by a board member and a
    telephone, or by a chain of agreements; in the held-out guise by a gang that goes round. The adaptive ones
    split the roles between siblings.
    """
    world = outfit.planter.world
    missing = [group for group in "BCA" if not _has(outfit, group)]
    for group in missing[: max(GROUPS_TOGETHER - len(_groups(outfit)), 0)]:
        _add(outfit, group)
    firms = _companies(outfit)
    tied = spread_days(world, 1, 1, 2)[0]
    _tie(outfit, firms, tied)
    months = [act["first_observable_month"] for act in outfit.planted.acts.values()]
    starts = [act["first_unlawful_month"] for act in outfit.planted.acts.values()]
    unlawful = max(_first(sorted(starts)[min(2, len(starts) - 1)]), tied)
    outfit.note(
        "J02", [cluster_subject([f.orgnr for f in firms])], firms, unlawful=unlawful,
        observable=min(max(_first(max(months)), tied + timedelta(days=70), unlawful), world.closing),
        act="constellation",
    )  # fmt: skip


def _first(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def _living(outfit: Outfit) -> dict[str, Firm]:
    """The companies of the ring that still exist on the last day, those that were made for it."""
    known = [*outfit.firms, *outfit.planted.companies]
    return {f.orgnr: f for f in known if f.is_planted and f.is_alive(outfit.planter.world.closing)}


def _groups(outfit: Outfit) -> dict[str, list[str]]:
    """Groups of what the ring does in which at least two of its living companies take part."""
    living = _living(outfit)
    found: dict[str, dict[str, None]] = {}
    for indicator, members in outfit.planted.members.items():
        if indicator[0] != NOT_A_GROUP:
            found.setdefault(indicator[0], {}).update((orgnr, None) for orgnr in members if orgnr in living)
    return {group: list(m) for group, m in found.items() if len(m) >= COMPANIES_PER_GROUP}


def _has(outfit: Outfit, group: str) -> bool:
    return group in _groups(outfit)


def _companies(outfit: Outfit) -> list[Firm]:
    """Two companies of each group first, then the others, up to a dozen."""
    living, groups = _living(outfit), _groups(outfit)
    chosen = [orgnr for members in groups.values() for orgnr in members[:COMPANIES_PER_GROUP]]
    chosen += [orgnr for members in groups.values() for orgnr in members[COMPANIES_PER_GROUP:]]
    chosen = list(dict.fromkeys(chosen))
    return [living[orgnr] for orgnr in chosen[:MOST_COMPANIES]]


def _add(outfit: Outfit, group: str) -> None:
    """Two or three companies more, and what they do."""
    planter, lead = outfit.planter, outfit.lead()
    firms = [planter.firm(municipality=lead.municipality) for _ in range(3 if group == "A" else 2)]
    for firm in firms:
        planter.crew(firm, planter.rng.randrange(3, 7))
    outfit.firms += firms
    if group == "B":
        person = stranger(planter, lead, (32, 60))
        for firm in firms:
            appoint(firm, "MEDL", person, firm.registered)
        note_serial(outfit, person, firms, "serial_failures")
    elif group == "C":
        if outfit.variant in (0, HELD_OUT):
            # Collapsed companies are no part of the living cluster: here it is somebody who comes to look.
            _with_variant(outfit, 1, firms)
        else:
            note_swap(outfit, firms, "role_swap")
    else:
        _circle(outfit, firms)


def _with_variant(outfit: Outfit, variant: int, firms: Sequence[Firm]) -> None:
    before = outfit.variant
    outfit.variant = variant
    note_swap(outfit, firms, "role_swap")
    outfit.variant = before


def _circle(outfit: Outfit, firms: Sequence[Firm]) -> None:
    planter, world = outfit.planter, outfit.planter.world
    rounds = spread_days(world, 1 if outfit.is_adaptive else 3, len(world.months) - 7, -3)
    amount = 52_000 if outfit.is_adaptive else (320_000, 260_000, 210_000, 240_000)[outfit.variant]
    sent = planter.circle(firms, rounds, amount, keep=0.7 if outfit.is_adaptive else 0.97)
    orgnrs = sorted(f.orgnr for f in firms)
    outfit.note(
        "A02", [cluster_subject(orgnrs)], firms, unlawful=sent[0].issued,
        observable=sent[min(2 * len(firms), len(sent)) - 1].issued,
        edges=[invoice.invoice_id for invoice in sent], act="circular_invoicing",
    )  # fmt: skip


def _tie(outfit: Outfit, firms: Sequence[Firm], on: date) -> None:
    planter, variant = outfit.planter, outfit.variant
    one, two = siblings(planter, firms[0])
    if outfit.is_adaptive:
        for number, firm in enumerate(firms):
            appoint(firm, "MEDL", (one, two)[number % 2], on)
        _agree(outfit, firms[:1], firms[1:2], on)
        return
    match variant:
        case 0:
            for firm in firms:
                appoint(firm, "MEDL", one, on)
            _agree(outfit, [firms[0]] * (len(firms) - 1), firms[1:], on)
        case 1:
            for firm in firms:
                appoint(firm, "MEDL", one, on)
            common_contact(planter, firms, email=False)
        case 2:
            for firm in firms[::2]:
                appoint(firm, "MEDL", one, on)
            _agree(outfit, firms[:-1], firms[1:], on)
        case _:
            _rotate(outfit, firms)
            _agree(outfit, firms[:-1], firms[1:], on)


def _rotate(outfit: Outfit, firms: Sequence[Firm]) -> None:
    """A gang as large as the largest of them works for one after the other, through the window."""
    planter, world = outfit.planter, outfit.planter.world
    size = min(max(sum(1 for job in firm.jobs if job.end is None) for firm in firms) + 2, LARGEST_GANG)
    order = sorted(firms, key=lambda firm: firm.registered)
    begin = max(order[0].registered, world.opening) + timedelta(days=3)
    gang = planter.crew(order[0], size, start=begin)
    each = max(((world.closing - begin).days - 20) // len(order), 12)
    for number, (source, target) in enumerate(pairwise(order), 1):
        leave = max(begin + timedelta(days=each * number), target.registered)
        hand_over(planter, gang, source, target, leave)


def _agree(outfit: Outfit, clients: Sequence[Firm], suppliers: Sequence[Firm], on: date) -> None:
    """Standing agreements, one per pair, that the clients declared and somebody checked."""
    planter, world = outfit.planter, outfit.planter.world
    for client, supplier in zip(clients, suppliers, strict=True):
        start = max(on, client.registered, supplier.registered) + timedelta(days=5)
        made = planter.chains.contract(
            planter.rng, None, None, supplier, "rammeavtale", planter.rng.randrange(150_000, 400_000), start,
            world.closing + timedelta(days=120), client=client,
        )  # fmt: skip
        planter.chains.verify(planter.rng, made)
        outfit.planted.key_edges.append(made.contract_id)


TYPOLOGIES: tuple[Typology, ...] = (
    *FAILURE_TYPOLOGIES,
    *CONTROL_TYPOLOGIES,
    Typology("J02", "constellation", constellation, CLUSTERS, least_months=8),
)
"""Group ORG of the catalogue."""
