"""Each indicator names what is planted for it and what resembles it; the generator makes just that."""

import pytest

from graph.indicator import Indicator
from graph.registry import INDICATORS
from jobs.synth.world import World


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.id)
def test_names_what_is_planted_for_it_and_all_of_it(declared: Indicator, world: World) -> None:
    acts = {ring.acts[declared.id]["act"] for ring in world.rings if declared.id in ring.acts}
    assert acts == set(declared.planted)


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.id)
def test_names_what_resembles_it_and_all_of_it(declared: Indicator, world: World) -> None:
    kinds = {like.name for like in world.look_alikes if like.resembles == declared.id}
    assert kinds == set(declared.look_alikes)
