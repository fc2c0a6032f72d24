"""Edges and scopes made of a few rows of core tables."""

from collections.abc import Callable
from typing import Any

import pytest

from jobs.network.source import EdgeSource, ScopeSource

MONTH = "2026-01"


@pytest.fixture
def edges_of(table: Any) -> Callable[..., list[dict[str, Any]]]:
    """Rows of the edges of a source, from rows by argument."""

    def make(source: EdgeSource, **given: Any) -> list[dict[str, Any]]:
        frames = {name: table(dataset, *given.get(name, ())) for name, dataset in source.tables.items()}
        return [e for frame in source.build(**frames, month=MONTH) for e in frame.toArrow().to_pylist()]

    return make


@pytest.fixture
def elements_of(engine: Any, table: Any) -> Callable[..., dict[str, list[str]]]:
    """Different elements by scope of a source, from rows by argument, cut to their first parts."""

    def make(source: ScopeSource, *, parts: int | None = None, **given: Any) -> dict[str, list[str]]:
        frames = {name: table(dataset, *given.get(name, ())) for name, dataset in source.tables.items()}
        rows = source.elements(**frames, month=MONTH, settle=engine.settled).toArrow().to_pylist()
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row["scope_id"], set()).add(row["element"])
        return {
            scope: sorted("|".join(element.split("|")[:parts]) for element in elements)
            for scope, elements in found.items()
        }

    return make
