"""Who is said to lead a company: lent names, directors swapped in time, heirs of decided cases."""

from collections.abc import Sequence
from datetime import date, timedelta

from jobs.synth.firms import fail
from jobs.synth.inspections import announce
from jobs.synth.lawful_cluster import NEIGHBOURS
from jobs.synth.lawful_control import NOMINEES, SWAPS
from jobs.synth.model import Firm, Person
from jobs.synth.org_scenes import (
    close_jobs,
    common_contact,
    confirmed,
    failing,
    go_over,
    shell,
    siblings,
    spread_days,
    stranger,
    swap,
)
from jobs.synth.plant import sole_owner
from jobs.synth.registration import entry_of
from jobs.synth.staging import hide
from jobs.synth.trades import HOLDING
from jobs.synth.typologies import HELD_OUT, Outfit, Typology


# ---- C01: a lent name ----------------------------------------------------------------------------
def nominee(outfit: Outfit) -> None:
    """Somebody who owns nothing of them lends a name to many companies of others; two of them failed in debt.

    In the held-out guise they are branches of foreign companies. The adaptive one stops before it is
    conspicuous, and lets a sibling take the rest.
    """
    planter, variant, lead = outfit.planter, outfit.variant, outfit.lead()
    rng, world = planter.rng, planter.world
    is_held_out = variant == HELD_OUT and not outfit.is_adaptive
    person, sibling = siblings(planter, lead)
    count = 6 if outfit.is_adaptive else (13, 10, 8, 11)[variant]
    form = "NUF" if is_held_out else "AS"
    shells = [shell(planter, person, form=form) for _ in range(count)]
    others = [shell(planter, sibling) for _ in range(4)] if outfit.is_adaptive else []
    front = planter.firm(
        municipality=lead.municipality, director=person, owners=sole_owner(stranger(planter, lead))
    )
    planter.crew(front, rng.randrange(4, 8))
    outfit.firms.append(front)
    low, high = (30_000, 46_000) if outfit.is_adaptive else (90_000, 420_000)
    days = spread_days(world, 2, 2, -3, day=5)
    failed = [
        failing(
            planter, on, rng.randrange(low, high), crew=2, municipality=lead.municipality,
            director=person, owners=sole_owner(stranger(planter, lead)),
        )
        for on in days
    ]  # fmt: skip
    led = [front, *shells]
    outfit.note(
        "C01", [f"org:{firm.orgnr}" for firm in led], [*led, *others, *failed], unlawful=days[0],
        observable=min(days[1] + timedelta(days=20), world.closing), act="nominee",
    )  # fmt: skip
    outfit.note(
        "B03", [f"org:{firm.orgnr}" for firm in led], [*led, *failed], unlawful=days[1],
        observable=min(days[1] + timedelta(days=20), world.closing), act="nominee",
    )  # fmt: skip


# ---- C02: out before it happens ------------------------------------------------------------------
def role_swap(outfit: Outfit) -> None:
    """Those who lead a company hand it to a stranger shortly before it collapses or somebody comes to look.

    In the held-out guise director and chair leave on different days to two strangers, and the company moves.
    The adaptive one hands over in better time.
    """
    planter, lead = outfit.planter, outfit.lead()
    firm = planter.firm(municipality=lead.municipality)
    planter.crew(firm, planter.rng.randrange(5, 9))
    outfit.firms.append(firm)
    note_swap(outfit, [firm], "role_swap")


def note_swap(outfit: Outfit, firms: Sequence[Firm], act: str) -> None:
    """Let companies change hands before an event, and write it into the truth.

    Args:
        outfit: The ring.
        firms: Each with a crew.
        act: Name of the typology.
    """
    planter, variant = outfit.planter, outfit.variant
    rng, world = planter.rng, planter.world
    gap = 101 + rng.randrange(6) if outfit.is_adaptive else (18, 44, 83, 30)[variant]
    event_on = max(planter.month_day(-4, 9), world.opening + timedelta(days=gap + 35))
    for number, firm in enumerate(firms):
        on = event_on + timedelta(days=3 * number)
        changed = on - timedelta(days=gap)
        newcomer = stranger(planter, firm)
        if variant == HELD_OUT and not outfit.is_adaptive:
            swap(firm, stranger(planter, firm), on - timedelta(days=81), ["LEDE"])
            swap(firm, newcomer, changed, ["DAGL"])
            entry_of(world, firm).moved = (firm.address, changed + timedelta(days=9))
            firm.address = planter.builder.premises(rng, firm.municipality)
        else:
            swap(firm, newcomer, changed, (["DAGL", "LEDE"], ["DAGL"], ["LEDE"], ["DAGL"])[variant])
        _then(outfit, firm, on)
    outfit.note(
        "C02", [f"org:{firm.orgnr}" for firm in firms], firms, unlawful=event_on - timedelta(days=gap),
        observable=min(event_on + timedelta(days=3 * len(firms)), world.closing), act=act,
    )  # fmt: skip


def _then(outfit: Outfit, firm: Firm, on: date) -> None:
    """What the swap came before: a petition and bankruptcy, a visit that was announced, or an audit."""
    planter = outfit.planter
    rng, world = planter.rng, planter.world
    if outfit.variant in (0, HELD_OUT):
        announce(world, rng, "konkursbegjaering", on, firm, "konkursregister")
        collapse = min(on + timedelta(days=rng.randrange(46, 60)), world.closing - timedelta(days=6))
        close_jobs(planter, firm, collapse)
        fail(world, planter.founder, rng, firm, collapse, rng.randrange(200_000, 800_000))
    elif outfit.variant == 1:
        announce(world, rng, "tilsynsvarsel", on, firm, "arbeidstilsynet")
    else:
        announce(world, rng, "bokettersynsvarsel", on, firm, "skatteetaten")


# ---- J01: close to a decided case ----------------------------------------------------------------
def heir(outfit: Outfit) -> None:
    """After a final, serious decision a company falls silent; another one, tied to it, does the same again.

    In the held-out guise the tie is a common owner two steps up. The adaptive one lets a sibling lead.
    """
    planter, variant, lead = outfit.planter, outfit.variant, outfit.lead()
    rng, world = planter.rng, planter.world
    is_held_out = variant == HELD_OUT and not outfit.is_adaptive
    months = len(world.months)
    visited = planter.month_day(0, 8) - timedelta(days=(60, 150, 470, 100)[variant])
    final = visited + timedelta(days=rng.randrange(45, 90))
    begins = max(final + timedelta(days=30), planter.month_day(min(2, months - 1), 5))
    one, two = siblings(planter, lead)
    director = two if outfit.is_adaptive else one if variant == 0 else None
    holding = planter.firm(HOLDING, director=one) if is_held_out else None
    owners: list[tuple[Person | Firm, int]] | None = sole_owner(holding) if holding is not None else None
    decided = planter.firm(
        municipality=lead.municipality, director=one, owners=owners,
        address=planter.builder.premises(rng, lead.municipality),
    )  # fmt: skip
    planter.crew(decided, 5)
    address = decided.address if variant in (0, 1) and not outfit.is_adaptive else None
    between = planter.firm(HOLDING, owners=sole_owner(holding)) if holding is not None else None
    firm = planter.firm(
        decided.trade, municipality=lead.municipality, director=director, address=address,
        owners=sole_owner(between) if between is not None else None,
    )  # fmt: skip
    planter.crew(firm, rng.randrange(3, 6))
    outfit.firms.append(firm)
    confirmed(planter, decided, visited, final, rng.choice(("stop", "fine", "police_report")))
    movers = 1 if outfit.is_adaptive else (3, 2, 1, 0)[variant]
    people = go_over(planter, decided, firm, movers, begins)
    close_jobs(planter, decided, begins)
    if not outfit.is_adaptive and variant in (0, 2):
        common_contact(planter, [decided, firm], phone=variant == 0)
    people += hide(planter, firm, rng.randrange(2, 4), begins + timedelta(days=12))
    around = [f for f in (decided, holding, between) if f is not None]
    outfit.note(
        "J01", [f"org:{firm.orgnr}"], [firm, *around], unlawful=begins,
        observable=min(begins + timedelta(days=45), world.closing), persons=people, act="heir",
    )  # fmt: skip


CONTROL_TYPOLOGIES: tuple[Typology, ...] = (
    Typology("C01", "nominee", nominee, NOMINEES, least_months=6),
    Typology("C02", "role_swap", role_swap, SWAPS, least_months=5),
    Typology("J01", "heir", heir, NEIGHBOURS, least_months=5),
)
