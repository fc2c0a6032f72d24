"""What was planted in a synthetic country, as its generator wrote it beside the landing zone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from expectations.errors import UsageError

HELD_OUT = "held_out"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the companies of a ring did.

    Attributes:
        ring_id: The ring.
        indicator: Indicator that ought to see it.
        name: What was done.
        guise: `easy`, `medium`, `hard` or `held_out`.
        difficulty: The same of the ring as a whole.
        subjects: Subject ids in the grammar of the findings.
        members: Companies that took part.
        unlawful_month: First month in which it was unlawful.
        observable_month: First month whose evaluation can see it.
    """

    ring_id: str
    indicator: str
    name: str
    guise: str
    difficulty: str
    subjects: tuple[str, ...]
    members: frozenset[str]
    unlawful_month: str
    observable_month: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Companies that act together.

    Attributes:
        ring_id: Its id.
        difficulty: Guise of the ring as a whole.
        companies: Organisation numbers.
        dwellings: `adresseId:bruksenhet`.
        records: Contracts, invoices and other records that its acts rest on.
        unlawful_month: First month of its first act.
        observable_month: First month whose evaluation can see all of it.
        acts: What it did, by indicator.
    """

    ring_id: str
    difficulty: str
    companies: frozenset[str]
    dwellings: frozenset[str]
    records: frozenset[str]
    unlawful_month: str
    observable_month: str
    acts: tuple[Act, ...]

    def acts_of(self, indicators: frozenset[str]) -> list[Act]:
        """Its acts that these indicators ought to see.

        Args:
            indicators: Ids.
        """
        return [act for act in self.acts if act.indicator in indicators]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A lawful arrangement that resembles an act.

    Attributes:
        look_alike_id: Its id.
        kind: What it is.
        indicator: Indicator that must not trigger on it.
        subjects: Subject ids that must not trigger.
        members: Companies of the subject where it is a cluster.
        companies: Organisation numbers.
        expected: `silent`, `suppressed`, `not_evaluable` or `context`.
    """

    look_alike_id: str
    kind: str
    indicator: str
    subjects: tuple[str, ...]
    members: frozenset[str]
    companies: frozenset[str]
    expected: str


@dataclass(frozen=True)
class Truth:
    """Everything that was planted.

    Attributes:
        rings: Rings in order of the file.
        look_alikes: Lawful look-alikes in order of the file.
        sealed: Organisation number -> attribute -> value; no method may read it, only shares are shown.
        manifest: Parameters and counts of the world.
    """

    rings: tuple[Ring, ...]
    look_alikes: tuple[LookAlike, ...]
    sealed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What the world was made from."""
        made_from: Mapping[str, Any] = self.manifest.get("parameters", {})
        return made_from

    @property
    def last_month(self) -> str:
        """The last month of the world.

        Raises:
            UsageError: The manifest does not say.
        """
        month = self.parameters.get("last_month")
        if not isinstance(month, str):
            raise UsageError("the truth's manifest.json names no last_month; give --month")
        return month

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """All acts of all rings."""
        return tuple(act for ring in self.rings for act in ring.acts)

    @cached_property
    def ring_companies(self) -> frozenset[str]:
        """Companies of any ring."""
        return frozenset(orgnr for ring in self.rings for orgnr in ring.companies)


def read_truth(folder: Path) -> Truth:
    """The truth of a world.

    Args:
        folder: `truth` beside the landing zone.

    Raises:
        UsageError: The folder holds no finished truth.
    """
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise UsageError(f"{folder} holds no manifest.json; name the truth/ that `kjede synth` wrote last")
    sealed = {row["orgnr"]: row for row in _lines(folder / "sealed.jsonl")}
    return Truth(
        rings=tuple(ring_of(row) for row in _lines(folder / "rings.jsonl")),
        look_alikes=tuple(look_alike_of(row) for row in _lines(folder / "look_alikes.jsonl")),
        sealed={own: {k: str(v) for k, v in row.items() if k != "orgnr"} for own, row in sealed.items()},
        manifest=orjson.loads(manifest.read_bytes()),
    )


def ring_of(row: Row) -> Ring:
    """A ring.

    Args:
        row: Line of `rings.jsonl`.
    """
    acts = tuple(
        Act(
            ring_id=row["ring_id"],
            indicator=indicator,
            name=row["acts"][indicator]["act"],
            guise=row["acts"][indicator]["variant"],
            difficulty=row["difficulty"],
            subjects=tuple(row["subjects"][indicator]),
            members=frozenset(row["members"].get(indicator, ())),
            unlawful_month=row["acts"][indicator]["first_unlawful_month"],
            observable_month=row["acts"][indicator]["first_observable_month"],
        )
        for indicator in sorted(row["subjects"])
    )
    return Ring(
        ring_id=row["ring_id"],
        difficulty=row["difficulty"],
        companies=frozenset(row["companies"]).union(*(act.members for act in acts)),
        dwellings=frozenset(row["dwellings"]),
        records=frozenset(row["key_edges"]),
        unlawful_month=row["first_unlawful_month"],
        observable_month=row["first_observable_month"],
        acts=acts,
    )


def look_alike_of(row: Row) -> LookAlike:
    """A look-alike.

    Args:
        row: Line of `look_alikes.jsonl`.
    """
    return LookAlike(
        look_alike_id=row["id"],
        kind=row["kind"],
        indicator=row["resembles"],
        subjects=tuple(row["subjects"]),
        members=frozenset(row["members"].get(row["resembles"], ())),
        companies=frozenset(row["companies"]),
        expected=row["expected"],
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a file; none where a world has no such file."""
    if path.is_file():
        with path.open("rb") as lines:
            yield from map(orjson.loads, lines)
