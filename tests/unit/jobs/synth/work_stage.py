"""One world in which everything about pay and homes was planted once, and what registers say of it."""

from dataclasses import dataclass, field
from functools import cache

import pytest

from jobs.synth.acts_work import TYPOLOGIES
from jobs.synth.model import Planted
from jobs.synth.typologies import VARIANTS
from jobs.synth.world import World
from tests.unit.jobs.synth.staged import lawful_of, plant_all
from tests.unit.jobs.synth.work_rows import Row, WorkRows

LAWFUL = lawful_of(TYPOLOGIES)


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
    made = plant_all(TYPOLOGIES)
    return Stage(made.world, WorkRows(made.world), made.rings, made.lawful)


each_guise = pytest.mark.parametrize("guise", VARIANTS)


def lawful(indicator: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", [k for k in LAWFUL if k.startswith(indicator)])


def noted(stage: Stage, orgnr: str) -> list[Row]:
    return [n for n in stage.rows.notices.values() if n.get("tilbyder_orgnr") == orgnr]
