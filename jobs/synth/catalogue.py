"""All further typologies, in the order in which rings take them up."""

from itertools import chain, zip_longest

from jobs.synth import acts_chain, acts_money, acts_org, acts_site, acts_work
from jobs.synth.typologies import Typology

GROUPS: tuple[tuple[Typology, ...], ...] = (
    acts_site.TYPOLOGIES,
    acts_money.TYPOLOGIES,
    acts_chain.TYPOLOGIES,
    acts_org.TYPOLOGIES,
    acts_work.TYPOLOGIES,
)
"""One tuple per part of the economy, each next to the registers that see it."""

FURTHER: tuple[Typology, ...] = tuple(
    typology for typology in chain.from_iterable(zip_longest(*GROUPS)) if typology is not None
)
"""Taken from the groups in turn, so that the acts of one ring come from different groups."""
