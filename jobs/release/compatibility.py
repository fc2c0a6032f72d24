"""Whether a new release keeps what the last one promised, and what changed in the data since."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from expectations.dataset import Dataset
from expectations.errors import DataRefused

MAJOR, MINOR, NONE = "major", "minor", "none"
NOT_COMPARED = frozenset({"month", "as_of", "change", "rank"})
"""Columns that differ in every month whatever happened."""


def contract_columns(dataset: Dataset) -> list[dict[str, Any]]:
    """The columns of a contract as the manifest keeps them for the next comparison.

    Args:
        dataset: The recipient's table.
    """
    return [
        {
            "name": field.name,
            "type": str(field.type),
            "required": not field.nullable,
            "codes": list(dataset.column(field.name).codes),
        }
        for field in dataset.arrow_schema
    ]


def contract_change(previous: Mapping[str, Any], dataset: Dataset) -> tuple[str, list[str]]:
    """How far the contract moved from the last release.

    Args:
        previous: Manifest of the last release of the table.
        dataset: The recipient's table now.

    Returns:
        `major`, `minor` or `none`, and what changed.
    """
    before = {column["name"]: column for column in previous["columns"]}
    now = {column["name"]: column for column in contract_columns(dataset)}
    breaking = [f"{name} removed" for name in before if name not in now]
    if list(previous["key"]) != list(dataset.key):
        breaking.append("key changed")
    added = [f"{name} added" for name in now if name not in before]
    for name in (name for name in now if name in before):
        if before[name]["type"] != now[name]["type"]:
            breaking.append(f"{name} retyped")
        if before[name]["required"] and not now[name]["required"]:
            breaking.append(f"{name} no longer required")
        if before[name]["codes"] != now[name]["codes"]:
            added.append(f"{name} has other codes")
    return (MAJOR if breaking else MINOR if added else NONE), breaking + added


def check_version(previous: Mapping[str, Any], dataset: Dataset) -> tuple[str, list[str]]:
    """Refuse a contract whose version does not say what changed.

    Args:
        previous: Manifest of the last release of the table.
        dataset: The recipient's table now.

    Raises:
        DataRefused: A breaking change without a new major, an addition without a new minor, or a version that
            goes back.
    """
    change, what = contract_change(previous, dataset)
    before, now = _parts(previous["contract_version"]), _parts(dataset.version)
    moved = f"{dataset.name} {previous['contract_version']} -> {dataset.version}"
    if now < before:
        raise DataRefused("contract_breach", f"{moved}: a version never goes back")
    if change == MAJOR and now[0] == before[0]:
        raise DataRefused("contract_breach", f"{moved}: breaking without a new major: {', '.join(what)}")
    if change == MINOR and now[:2] == before[:2]:
        raise DataRefused("contract_breach", f"{moved}: addition without a new minor: {', '.join(what)}")
    return change, what


def _parts(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def data_change(previous: pa.Table, now: pa.Table, key: tuple[str, ...]) -> dict[str, int]:
    """How many rows are added, removed, changed and unchanged, by key.

    Args:
        previous: The table in the last release.
        now: The table in this release.
        key: Key columns.
    """
    common = [name for name in now.column_names if name in previous.column_names and name not in NOT_COMPARED]
    before, after = (
        {tuple(row[name] for name in key): [row[name] for name in common] for row in table.to_pylist()}
        for table in (previous, now)
    )
    kept = before.keys() & after.keys()
    changed = sum(before[one] != after[one] for one in kept)
    return {
        "added": len(after.keys() - kept),
        "removed": len(before.keys() - kept),
        "changed": changed,
        "unchanged": len(kept) - changed,
    }
