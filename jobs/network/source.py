"""How a module of the network says what it makes and which core tables it reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame

from expectations.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSource:
    """Edges that one module makes.

    Attributes:
        build: Called with its tables by argument and `month`; gives frames of edges.
        tables: Core tables it reads, by argument; an argument means the same table in every source.
        window: Which of them are read for all months of the window rather than the evaluated one.
    """

    build: Callable[..., Sequence[DataFrame]]
    tables: Mapping[str, Dataset]
    window: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeSource:
    """Scopes of one kind.

    Attributes:
        kind: The part of a scope id before the first colon.
        elements: Called with its tables by argument, `month` and `settle`; gives rows of `scope_id`,
            `scope_kind`, `element`, `near`.
        tables: Core tables it reads, by argument.
        window: Which of them are read for all months of the window.
    """

    kind: str
    elements: Callable[..., DataFrame]
    tables: Mapping[str, Dataset]
    window: frozenset[str] = frozenset()


Sources = Sequence[EdgeSource] | Sequence[ScopeSource]


def tables_of(sources: Sources) -> dict[str, Dataset]:
    """Tables that some sources read together, by argument.

    Args:
        sources: Sources of edges or of scopes.

    Raises:
        ValueError: An argument means different tables, or a month here and a window there.
    """
    found: dict[str, tuple[Dataset, bool]] = {}
    for source in sources:
        for name, dataset in source.tables.items():
            meant = (dataset, name in source.window)
            if found.setdefault(name, meant) != meant:
                raise ValueError(f"{name} means {found[name][0].name} and {dataset.name}")
    return {name: dataset for name, (dataset, _) in found.items()}


def windowed(sources: Sources) -> frozenset[str]:
    """Arguments that are read for all months of the window.

    Args:
        sources: Sources of edges or of scopes.
    """
    return frozenset(name for source in sources for name in source.window)
