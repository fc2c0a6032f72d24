"""Which raw tables a file feeds, compiled once per process."""

from collections.abc import Mapping
from functools import cache

from expectations.catalogue import datasets
from expectations.contract import FileSpec, source
from expectations.dataset import Dataset
from jobs.ingest.extract import TablePlan
from jobs.ingest.hooks import HOOKS, REMOVING


@cache
def raw_tables() -> Mapping[str, tuple[Dataset, ...]]:
    """The raw tables by source; a source without one is not read."""
    found: dict[str, list[Dataset]] = {}
    for dataset in datasets().values():
        if dataset.layer == "raw" and dataset.source:
            found.setdefault(dataset.source, []).append(dataset)
    return {name: tuple(tables) for name, tables in found.items()}


def tables_of(source_name: str, spec: FileSpec) -> tuple[Dataset, ...]:
    """The raw tables that a kind of file feeds; none when the slice does not store it.

    Args:
        source_name: Source.
        spec: Kind of file.
    """
    records = (spec.record, f"{spec.record}:{spec.pattern}")
    return tuple(dataset for dataset in raw_tables().get(source_name, ()) if dataset.record in records)


def record_tables(source_name: str, record: str) -> tuple[Dataset, ...]:
    """The raw tables of a record type, the one with a row per record first.

    Args:
        source_name: Source.
        record: Record type, narrowed to a file or not.
    """
    own = [d for d in raw_tables().get(source_name, ()) if record in (d.record, d.record.split(":")[0])]
    return tuple(sorted(own, key=lambda d: d.rows != ""))


@cache
def plan(table: str) -> TablePlan:
    """The compiled extraction of one raw table.

    Args:
        table: Name of the table.
    """
    return TablePlan(datasets()[table], HOOKS.get(table, {}))


def has_tokens(source_name: str, kind: str, file_names: tuple[str, ...]) -> bool:
    """Whether taking in a delivery makes tokens of persons, so that a key is needed.

    Args:
        source_name: Source.
        kind: Kind of the delivery; a deletion keeps tokens of the keys it removed.
        file_names: Names of its files.
    """
    if kind == "deletion":
        return True
    specs = [source(source_name).file(name) for name in file_names]
    if any((source_name, spec.record) in REMOVING for spec in specs if spec):
        return True
    return any(plan(d.name).token_columns for spec in specs if spec for d in tables_of(source_name, spec))
