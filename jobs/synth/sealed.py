"""Attributes of firms that no register shows and no method may know; they tell whether flags fall evenly.

The group of a firm stands for the background of its owners. It goes together with lawful things that
registers do show (a foreign company's branch, workers with D-numbers) and has nothing to do with guilt: firms
of rings and all others are drawn apart, with the same share of group B among each.
"""

from collections.abc import Iterator, Sequence
from random import Random

from jobs.synth.model import Firm
from jobs.synth.world import World

SHARE_OF_B = 0.25
WEIGHT_OF_FOREIGN_FORM = 1.2
WEIGHT_OF_D_NUMBERS = 2.0
SIZE_BANDS = ((0, "0"), (4, "1-4"), (19, "5-19"))
LARGEST_BAND = "20+"
REGION_DIGITS = 2
"""Leading digits of a municipality number that name its county."""


def sealed_rows(world: World) -> Iterator[dict[str, str]]:
    """One row per firm of a district: organisation number, region, size band and group.

    Public bodies and estates have no owners and are left out.

    Args:
        world: The finished world.
    """
    rng = world.rng("sealed")
    firms = [firm for firm in world.firms if not firm.public_kind and firm.form != "KBO"]
    of_ring = {firm.orgnr for ring in world.rings for firm in ring.companies}
    in_b: set[str] = set()
    for part in (
        [firm for firm in firms if firm.orgnr in of_ring],
        [firm for firm in firms if firm.orgnr not in of_ring],
    ):
        in_b.update(_drawn(rng, part))
    for firm in firms:
        yield {
            "orgnr": firm.orgnr,
            "region": firm.municipality.number[:REGION_DIGITS],
            "size_band": size_band(firm, world),
            "group": "B" if firm.orgnr in in_b else "A",
        }


def _drawn(rng: Random, firms: Sequence[Firm]) -> list[str]:
    """The firms of group B: those that come first by lawful traits and chance."""
    leaning = [(_leaning(firm) + rng.gauss(0, 1), firm.orgnr) for firm in firms]
    wanted = len(firms) * SHARE_OF_B
    # Chance decides on the part of a firm, so that few firms have the same share on average.
    count = int(wanted) + (rng.random() < wanted % 1)
    return [orgnr for _, orgnr in sorted(leaning, reverse=True)[:count]]


def _leaning(firm: Firm) -> float:
    abroad = sum(job.person.is_d_number for job in firm.jobs)
    share = abroad / len(firm.jobs) if firm.jobs else 0.0
    return WEIGHT_OF_FOREIGN_FORM * (firm.form == "NUF") + WEIGHT_OF_D_NUMBERS * share


def size_band(firm: Firm, world: World) -> str:
    """Class of the most people that a firm employed at the end of a month.

    Args:
        firm: Firm.
        world: Its world.
    """
    most = max(
        sum(job.start <= last and (job.end is None or job.end >= last) for job in firm.jobs)
        for _, _, last in world.month_ends()
    )
    return next((band for limit, band in SIZE_BANDS if most <= limit), LARGEST_BAND)
