"""What was made, for the manifest and for whoever asked for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import orjson

from expectations.errors import UsageError
from jobs.synth import truth
from jobs.synth.districts import District
from jobs.synth.parameters import Parameters
from jobs.synth.parts import Landed, Part

GENERATOR_VERSION = "0.3"
"""Raise when the same parameters give other bytes."""
SCRATCH = ".parts"
"""Folder beside landing and truth where districts leave their parts; gone when the country is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are, in a district or in the whole country.

    Attributes:
        firms: Active legal entities, ring firms included.
        dormant: Entities without activity.
        workers: People that some employer reported.
        employments: Reported employments on the last day.
        persons: People in all.
        dwellings: Units to live in.
        projects: Projects.
        rings: Planted rings.
        look_alikes: Planted look-alikes.
    """

    firms: int
    dormant: int
    workers: int
    employments: int
    persons: int
    dwellings: int
    projects: int
    rings: int
    look_alikes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Counts):
    """What one district made.

    Attributes:
        parts: Its parts of the deliveries.
        truth: Where its truth lies.
    """

    parts: list[Part]
    truth: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSummary(Counts):
    """What was made.

    Attributes:
        parameters: What it was made from.
        deliveries: Deliveries in the landing zone.
        stored_bytes: Size of the landing zone.
        unpacked_bytes: Size of its files before compression.
        records: Records per source.
        districts: Its districts, in the order of their records.
        is_new: False when the same country lay there already.
    """

    parameters: dict[str, object]
    deliveries: int
    stored_bytes: int
    unpacked_bytes: int
    records: dict[str, int] = field(default_factory=dict)
    districts: list[dict[str, object]] = field(default_factory=list)
    is_new: bool = True


_SUMMED = tuple(own.name for own in fields(Counts))
_BESIDE = ("parameters", "districts", "is_new")
"""Fields of a summary that are no counts."""


def summary_of(
    parameters: Parameters, districts: Sequence[District], made: Sequence[Made], landed: Landed
) -> WorldSummary:
    """The whole country.

    Args:
        parameters: What it was made from.
        districts: Its districts.
        made: What each of them made.
        landed: What was put together.
    """
    return WorldSummary(
        parameters=parameters.as_dict(),
        **{name: sum(getattr(m, name) for m in made) for name in _SUMMED},
        deliveries=landed.deliveries,
        stored_bytes=landed.stored_bytes,
        unpacked_bytes=landed.unpacked_bytes,
        records=landed.records,
        districts=[_described(d, m) for d, m in zip(districts, made, strict=True)],
    )


def _described(district: District, made: Made) -> dict[str, object]:
    places = [m.number if m.shares == 1 else f"{m.number} {m.share + 1}/{m.shares}" for m in district.places]
    return {
        "municipalities": places,
        "firms": made.firms,
        "employments": made.employments,
        "persons": made.persons,
        "rings": made.rings,
    }


def manifest_of(summary: WorldSummary) -> dict[str, object]:
    """A summary as it is kept."""
    return {
        "generator_version": GENERATOR_VERSION,
        "parameters": summary.parameters,
        "counts": {f.name: getattr(summary, f.name) for f in fields(summary) if f.name not in _BESIDE},
        "districts": summary.districts,
    }


def existing(out: Path, parameters: Parameters) -> WorldSummary | None:
    """The summary of the same country, if it lies there whole already.

    Args:
        out: Folder.
        parameters: What is wanted.

    Raises:
        UsageError: Something else lies there, or a country that was never finished.
    """
    if not out.exists():
        return None
    if not out.is_dir():
        raise UsageError(f"{out} is no folder")
    if not any(out.iterdir()):
        return None
    path = out / "truth" / truth.MANIFEST
    if (out / SCRATCH).exists() and not path.exists():
        raise UsageError(
            f"{out} holds no finished synthetic country: its run was stopped; remove the folder first"
        )
    if not path.exists():
        raise UsageError(f"{out} is not empty and holds no finished synthetic country; choose another folder")
    manifest = orjson.loads(path.read_bytes())
    made_by, wanted = manifest["parameters"], parameters.as_dict()
    differ = list(_differences(made_by, wanted))
    if manifest["generator_version"] != GENERATOR_VERSION:
        differ.append(f"generator {manifest['generator_version']} instead of {GENERATOR_VERSION}")
    if differ:
        raise UsageError(
            f"{out} holds another synthetic country ({', '.join(differ)}); choose another folder"
        )
    return WorldSummary(
        parameters=wanted, districts=manifest["districts"], is_new=False, **manifest["counts"]
    )


def _differences(made_by: dict[str, object], wanted: dict[str, object]) -> Iterable[str]:
    for name, value in wanted.items():
        if made_by.get(name) != value:
            yield f"{name} {made_by.get(name)} instead of {value}"
