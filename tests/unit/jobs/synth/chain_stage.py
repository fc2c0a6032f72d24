"""One world in which everything of the chain group was planted once, in every guise."""

from dataclasses import dataclass, field
from functools import cache

from jobs.synth.acts_chain import TYPOLOGIES
from jobs.synth.model import Planted
from jobs.synth.world import World
from tests.unit.jobs.synth.chain_rows import ChainRows
from tests.unit.jobs.synth.staged import busiest_hotels, lawful_of, plant_all

LAWFUL = lawful_of(TYPOLOGIES)


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
    made = plant_all(TYPOLOGIES, busiest_hotels)
    return Stage(made.world, ChainRows(made.world), made.rings, made.lawful)


def kinds(indicator: str) -> list[str]:
    """Kinds that resemble an indicator."""
    return [k.split("/")[1] for k in LAWFUL if k.startswith(indicator)]
