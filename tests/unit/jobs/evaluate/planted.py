"""Truths and runs made by hand for the tests of splits, figures, baselines and gates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from expectations.catalogue import dataset
from expectations.errors import UsageError
from jobs.evaluate.splits import Groups
from jobs.evaluate.truth import Truth, look_alike_of, ring_of

MONTH = "2026-01"


def ring(
    ring_id: str,
    companies: Sequence[str],
    *,
    guise: str = "easy",
    indicator: str = "A01",
    month: str = "2025-06",
) -> dict[str, Any]:
    act = {
        "act": "x", "variant": guise, "first_unlawful_month": month, "first_observable_month": month,
    }  # fmt: skip
    return {
        "ring_id": ring_id,
        "difficulty": guise,
        "companies": list(companies),
        "dwellings": [],
        "key_edges": [],
        "first_unlawful_month": month,
        "first_observable_month": month,
        "subjects": {indicator: [f"org:{companies[0]}"]},
        "members": {indicator: list(companies)},
        "acts": {indicator: act},
    }


def look_alike(own_id: str, companies: Sequence[str]) -> dict[str, Any]:
    return {
        "id": own_id, "kind": "x", "resembles": "A01", "subjects": [], "members": {},
        "companies": list(companies), "expected": "silent",
    }  # fmt: skip


def groups(rings: Sequence[Mapping[str, Any]], alike: Sequence[Mapping[str, Any]] = ()) -> Groups:
    return Groups(Truth(tuple(map(ring_of, rings)), tuple(map(look_alike_of, alike))))


class Tables:
    """A published run of a few rows; a table that is not given is empty."""

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]], month: str = MONTH) -> None:
        self.month = month
        self._rows = rows

    def table(
        self, name: str, columns: Sequence[str] | None = None, filter: Any = None, month: str | None = None
    ) -> pa.Table:
        if month is not None and month != self.month:
            raise UsageError(f"no {name} of {month}")
        schema = dataset(name).arrow_schema
        table = pa.Table.from_pylist([_whole(row, schema) for row in self._rows.get(name, ())], schema=schema)
        return table if columns is None else table.select(list(columns))


def _whole(row: Mapping[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """Lists and maps are never missing in a published table."""
    empty: dict[str, Any] = {
        f.name: [] for f in schema if pa.types.is_list(f.type) or pa.types.is_map(f.type)
    }
    return {**empty, "month": MONTH, **row}


def company(orgnr: str, **known: Any) -> dict[str, Any]:
    return {
        "orgnr": orgnr, "org_form": "AS", "nace": "43.210", "municipality_no": "3403", "is_person": False,
        "registered_on": date(2020, 1, 1), **known,
    }  # fmt: skip


def edge(kind: str, source: str, target: str, **known: str) -> dict[str, Any]:
    return {
        "edge_id": f"{kind}|{source}|{target}", "kind": kind, "source_id": source, "target_id": target,
        "attributes": list(known.items()), "row_table": "x", "row_month": MONTH, "row_key": "x",
    }  # fmt: skip
