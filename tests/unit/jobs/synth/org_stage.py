"""One world in which everything about failure and control was planted once, and facts about it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pytest

from jobs.synth.acts_org import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Person, Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from jobs.synth.world import World
from tests.unit.jobs.synth.org_rows import CONTROL, OrgRows, Who, who

GUISES = (*VARIANTS, "adaptive")
SWAP_DAYS = 90


@dataclass
class Stage:
    """One world in which everything about failure and control was planted once."""

    world: World
    rows: OrgRows
    degree: dict[tuple[str, object], int]
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)


@cache
def make_stage() -> Stage:
    """The world, made once for all tests that look at it."""
    world = make_world(Parameters(260, 13, 11, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
    founder.accountants = [f for f in world.firms if f.trade.key == "accountant"]
    for number in founder.hotels:
        at = Counter(f.address for f in world.firms if f.municipality.number == number)
        founder.hotels[number] = at.most_common(1)[0][0]
    planter = Planter(world, founder, builder, Chains(world, builder), Suppliers(world), "test")
    rings, lawful = {}, {}
    for typology in TYPOLOGIES:
        for guise in GUISES:
            ring = Planted("", typology.name)
            variant = VARIANTS.index(guise) if guise in VARIANTS else 1
            typology.act(Outfit(ring, planter, variant, guise == "adaptive"))
            rings[typology.indicator, guise] = ring
        for look_alike in typology.look_alikes:
            lawful[f"{typology.indicator}/{look_alike.kind}"] = look_alike.make(planter)
    rows = OrgRows(world)
    return Stage(world, rows, rows.degree(), rings, lawful)


LAWFUL = [f"{t.indicator}/{kind.kind}" for t in TYPOLOGIES for kind in t.look_alikes]
each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", [k for k in LAWFUL if k.startswith(indicator)])


def swaps(stage: Stage, orgnr: str) -> list[tuple[date, set[Who]]]:
    """Days on which a leading role changed hands, and who came, as the versions tell."""
    found: list[tuple[date, set[Who]]] = []
    before: dict[str, set[Who]] = {}
    for _, row in stage.rows.roles[orgnr]:
        for group in row["rollegrupper"]:
            for code in ("DAGL", "LEDE"):
                mine = {
                    who(r["person"])
                    for r in group["roller"]
                    if r["type"]["kode"] == code and "person" in r and not r["fratraadt"]
                }
                if mine and before.get(code, mine) != mine:
                    found.append((date.fromisoformat(group["sistEndret"]), mine - before[code]))
                if mine:
                    before[code] = mine
    return found


def exits(stage: Stage, orgnr: str) -> list[date]:
    kinds = ("konkursbegjaering", "tilsynsvarsel", "bokettersynsvarsel")
    return [date.fromisoformat(e["dato"]) for e in stage.rows.events
            if e.get("orgnr") == orgnr and e["type"] in kinds]  # fmt: skip


def strangers_before_an_event(stage: Stage, orgnr: str, most_days: int = SWAP_DAYS) -> list[int]:
    """Days from each swap to a newcomer without any past in the trade to the next event."""
    rows, found = stage.rows, []
    for on, came in swaps(stage, orgnr):
        past = [
            person
            for person in stage.world.persons
            if (person.born.isoformat(), person.first, person.last) in came
            and (any(j.start < on for j in person.jobs) or _led_before(rows, person.number, on))
        ]
        if past:
            continue
        found += [(event - on).days for event in exits(stage, orgnr) if 0 <= (event - on).days <= most_days]
    return sorted(found)


def _led_before(rows: OrgRows, number: str, on: date) -> bool:
    return any(
        isinstance(role.holder, Person) and role.holder.number == number
        and role.since < on and role.code in CONTROL
        for firm in rows.world.firms for role in firm.roles
    )  # fmt: skip
