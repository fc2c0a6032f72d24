"""How a country is cut into districts, which are made one by one and know nothing of each other.

A district holds about as many firms as one machine makes in seconds. It lies in one county: several small
municipalities, or a share of a large one. What must be the same wherever it is met (hubs with clients all
over the country) is the `frame`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from jobs.synth.geography import largest, municipalities
from jobs.synth.model import Municipality
from jobs.synth.parameters import Parameters, ring_count

ALONE = 1.6
"""Districts' worth of firms up to which a country stays one district."""
FIRMS_PER_MUNICIPALITY = 40
"""A country of one district leaves out small municipalities when it has fewer firms for each."""
FEWEST_MUNICIPALITIES = 3
LEAST_SHARE = 0.25
"""Of a district: a municipality is cut only into pieces larger than this."""


@dataclass(frozen=True, slots=True)
class District:
    """One part of a country, and what of the country's totals falls to it.

    Attributes:
        index: From 0, in the order in which deliveries are put together.
        count: Districts of the country.
        places: Its municipalities; weights add up to one.
        firms: Active firms.
        rings: Planted rings.
        first_ring: Rings of the districts before it.
        country_rings: Rings of the whole country.
    """

    index: int
    count: int
    places: tuple[Municipality, ...]
    firms: int
    rings: int
    first_ring: int
    country_rings: int

    @property
    def makers(self) -> int:
        """How many draw numbers: the districts, and the frame if there is more than one."""
        return 1 if self.is_alone else self.count + 1

    @property
    def is_alone(self) -> bool:
        """Whether it is the whole country."""
        return self.count == 1


@lru_cache(maxsize=8)
def districts_of(parameters: Parameters) -> tuple[District, ...]:
    """The districts of a country, all with about the same number of firms.

    Args:
        parameters: What the country is made from.
    """
    if parameters.firms <= ALONE * parameters.district_firms:
        return (whole(parameters),)
    counties: dict[str, list[Municipality]] = {}
    for place in municipalities(parameters.region, parameters.last_month):
        counties.setdefault(place.number[:2], []).append(place)
    districts = parameters.firms / parameters.district_firms
    return tuple(
        _planned(parameters, [part for inside in counties.values() for part in _cut(inside, districts)])
    )


def whole(parameters: Parameters) -> District:
    """A country as one district, its smallest municipalities left out when it has few firms for them.

    Args:
        parameters: What the country is made from.
    """
    places = municipalities(parameters.region, parameters.last_month)
    most = max(parameters.firms // FIRMS_PER_MUNICIPALITY, FEWEST_MUNICIPALITIES)
    return next(_planned(parameters, [largest(places, most)]))


def _cut(inside: Sequence[Municipality], districts: float) -> Iterator[list[Municipality]]:
    """The municipalities of a county in districts; `districts` is how many the whole country has."""
    whole = sum(m.weight for m in inside)
    count = max(round(whole * districts), 1)
    size = whole / count
    parts: list[list[Municipality]] = [[] for _ in range(count)]
    position = 0.0
    for place in inside:
        begin, end = position / size, (position + place.weight) / size
        position += place.weight
        if end - begin < 2 * LEAST_SHARE:
            parts[min(int((begin + end) / 2), count - 1)].append(place)
            continue
        pieces = [
            (index, min(end, index + 1) - max(begin, index))
            for index in range(int(begin), min(int(end), count - 1) + 1)
        ]
        kept = [(index, part) for index, part in pieces if part >= LEAST_SHARE] or [
            max(pieces, key=lambda p: p[1])
        ]
        total = sum(part for _, part in kept)
        for share, (index, part) in enumerate(kept):
            weight = place.weight * part / total
            parts[index].append(replace(place, weight=weight, share=share, shares=len(kept)))
    yield from (part for part in parts if part)


def _planned(parameters: Parameters, cut: Sequence[Sequence[Municipality]]) -> Iterator[District]:
    rings = ring_count(parameters.firms, parameters.base_rate)
    done = 0.0
    for index, places in enumerate(cut):
        weight = sum(m.weight for m in places)
        before, done = done, done + weight
        # The last one ends at the whole, whatever adding up small numbers gave.
        until = 1.0 if index == len(cut) - 1 else done
        first = round(rings * before)
        yield District(
            index=index,
            count=len(cut),
            places=tuple(replace(m, weight=m.weight / weight) for m in places),
            firms=round(parameters.firms * until) - round(parameters.firms * before),
            rings=round(rings * until) - first,
            first_ring=first,
            country_rings=rings,
        )
