"""Each indicator names what is planted for it and what resembles it; the generator makes just that."""

import pytest

from graph.indicator import Indicator
from graph.registry import INDICATORS
from jobs.synth.catalogue import FURTHER
from jobs.synth.world import World

BASE = frozenset({"A01", "A02", "B01", "I01", "I02"})
"""Planted in every world; the acts of others are taken in turn, and a small world has not all of them."""


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.id)
def test_names_what_is_planted_for_it_and_all_of_it(declared: Indicator, world: World) -> None:
    acts = {ring.acts[declared.id]["act"] for ring in world.rings if declared.id in ring.acts}
    listed = {typology.name for typology in FURTHER if typology.indicator == declared.id}
    assert acts <= set(declared.planted)
    assert set(declared.planted) == (acts if declared.id in BASE else listed)


@pytest.mark.parametrize("declared", INDICATORS, ids=lambda declared: declared.id)
def test_names_what_resembles_it_and_all_of_it(declared: Indicator, world: World) -> None:
    kinds = {like.name for like in world.look_alikes if like.resembles == declared.id}
    listed = {
        like.kind
        for typology in FURTHER
        if typology.indicator == declared.id
        for like in typology.look_alikes
    }
    assert kinds <= set(declared.look_alikes)
    assert set(declared.look_alikes) == (kinds if declared.id in BASE else listed)
