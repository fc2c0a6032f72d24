"""One world in which everything about pay and homes was planted once, and what registers say of it."""

from dataclasses import dataclass, field
from functools import cache

import pytest

from jobs.synth.acts_work import TYPOLOGIES
from jobs.synth.chains import Chains, Suppliers
from jobs.synth.firms import Founder
from jobs.synth.generate import make_world
from jobs.synth.model import Planted
from jobs.synth.parameters import Parameters
from jobs.synth.places import Builder
from jobs.synth.plant import Planter
from jobs.synth.typologies import VARIANTS, Outfit
from jobs.synth.world import World
from tests.unit.jobs.synth.work_rows import Row, WorkRows

GUISES = (*VARIANTS, "adaptive")
LAWFUL = [f"{t.indicator}/{kind.kind}" for t in TYPOLOGIES for kind in t.look_alikes]


@dataclass
class Stage:
    """One world in which everything about pay and homes was planted once."""

    world: World
    rows: WorkRows
    rings: dict[tuple[str, str], Planted] = field(default_factory=dict)
    lawful: dict[str, Planted] = field(default_factory=dict)

    def ring(self, indicator: str, guise: str) -> list[str]:
        """Subjects without the word before their first colon."""
        return [s.split(":", 1)[1] for s in self.rings[indicator, guise].subjects[indicator]]

    def like(self, kind: str) -> list[str]:
        made = self.lawful[kind]
        return [s.split(":", 1)[1] for s in made.subjects[made.resembles]]


@cache
def planted() -> Stage:
    """Made once, whichever test asks first."""
    world = make_world(Parameters(260, 13, 11, 0.0, "2026-01", False))
    builder = Builder(world)
    founder = Founder(world, builder)
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
    return Stage(world, WorkRows(world), rings, lawful)


each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", [k for k in LAWFUL if k.startswith(indicator)])


def noted(stage: Stage, orgnr: str) -> list[Row]:
    return [n for n in stage.rows.notices.values() if n.get("tilbyder_orgnr") == orgnr]
