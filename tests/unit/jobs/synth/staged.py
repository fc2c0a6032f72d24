"""A world in which a part of the catalogue was planted once: each act in every guise, each lawful kind."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit, Typology
from jobs.synth.world import World

GUISES = (*VARIANTS, "adaptive")


@dataclass
class Planting:
    """What was planted, by indicator and guise, and by `indicator/kind`."""

    world: World
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)


def lawful_of(typologies: Sequence[Typology]) -> list[str]:
    """`indicator/kind` of everything lawful in a part of the catalogue."""
    return [f"{t.indicator}/{kind.kind}" for t in typologies for kind in t.look_alikes]


def plant_all(
    typologies: Sequence[Typology],
    prepare: Callable[[World, Founder], None] = lambda world, founder: None,
    *,
    firms: int = 260,
    seed: int = 11,
) -> Planting:
    """Plant a part of the catalogue in a world of thirteen months that has no rings of its own."""
    world = make_world(Parameters(firms, 13, seed, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
    prepare(world, founder)
    planter = Planter(world, founder, builder, Chains(world, builder), Suppliers(world), "test")
    made = Planting(world)
    for typology in typologies:
        for guise in GUISES:
            ring = made.rings[typology.indicator, guise] = Planted("", typology.name)
            variant = VARIANTS.index(guise) if guise in VARIANTS else 1
            typology.act(Outfit(ring, planter, variant, guise == "adaptive"))
        for kind in typology.look_alikes:
            made.lawful[f"{typology.indicator}/{kind.kind}"] = kind.make(planter)
    return made


def busiest_hotels(world: World, founder: Founder) -> None:
    """Let office hotels be the addresses that most firms of the world have already."""
    for number in founder.hotels:
        at = Counter(f.address for f in world.firms if f.municipality.number == number)
        founder.hotels[number] = at.most_common(1)[0][0]
