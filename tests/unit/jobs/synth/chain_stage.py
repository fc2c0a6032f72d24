"""One world in which everything of the chain group was planted once, in every guise."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from jobs.synth.acts_chain import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from jobs.synth.world import World
from tests.unit.jobs.synth.chain_rows import ChainRows

GUISES = (*VARIANTS, "adaptive")
LAWFUL = [f"{t.indicator}/{kind.kind}" for t in TYPOLOGIES for kind in t.look_alikes]


@dataclass
class Stage:
    """One world in which everything of the chain group was planted once."""

    world: World
    rows: ChainRows
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)


@cache
def make_stage() -> Stage:
    """The stage, built once."""
    world = make_world(Parameters(260, 13, 11, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
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
    return Stage(world, ChainRows(world), rings, lawful)


def kinds(indicator: str) -> list[str]:
    """Kinds that resemble an indicator."""
    return [k.split("/")[1] for k in LAWFUL if k.startswith(indicator)]
