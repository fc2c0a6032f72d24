"""Bands that each indicator stays in on a stated world; a change that takes one out fails the tests."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

Row = Mapping[str, Any]


def read_bands(path: Path) -> dict[str, Any]:
    """Bands as kept in the repository: the `world` they hold for, and limits by indicator.

    Args:
        path: `bands.json`.
    """
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found


def beyond(document: Row, bands: Row) -> list[str]:
    """What lies outside the bands, in words; empty when all is well.

    Args:
        document: From `jobs.evaluate.document.build`.
        bands: From `read_bands`: per indicator the lowest `recall` (null: it has no act in this world), and
            the highest `false_flags` (share of triggered findings) and `look_alikes_flagged` (share of its
            look-alikes).
    """
    return [*_other_world(document, bands), *_limits(document, bands)]


def _other_world(document: Row, bands: Row) -> Iterator[str]:
    world = document["made_from"]["world"]
    for name, value in bands["world"].items():
        if world.get(name) != value:
            yield f"the bands hold for {name} {value}, this world has {world.get(name)}"


def _limits(document: Row, bands: Row) -> Iterator[str]:
    live = {row["id"]: row for row in document["indicators"] if row["status"] == "live"}
    for indicator in sorted(live.keys() - bands["indicators"].keys()):
        yield f"{indicator} has no band"
    for indicator, limits in bands["indicators"].items():
        if indicator not in live:
            yield f"{indicator} has a band and does not run"
            continue
        figures = live[indicator]
        recall = figures["recall"]
        if limits["recall"] is None:
            if recall["value"] is not None:
                yield f"{indicator}: acts are planted now, and there is no band for their recall"
        elif recall["value"] is None:
            yield f"{indicator}: nothing is planted that could be seen"
        elif recall["value"] < limits["recall"]:
            yield f"{indicator}: recall {_told(recall)}, at least {limits['recall']}"
        for name in ("false_flags", "look_alikes_flagged"):
            if (figures[name]["value"] or 0.0) > limits[name]:
                yield f"{indicator}: {name} {_told(figures[name])}, at most {limits[name]}"


def _told(rate: Row) -> str:
    return f"{rate['value']:.3f} ({rate['hits']} of {rate['n']})"
