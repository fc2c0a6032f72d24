"""What differs between two runs, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jobs.lake.lake import Lake
from jobs.lake.manifest import TableRef
from jobs.lake.runs import Named

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in one month of one table.

    Attributes:
        table: Table.
        partition: Month.
        state: `identical`, `changed`, `only_in_a` or `only_in_b`.
        rows_a: Rows on the first side.
        rows_b: Rows on the second side.
        added: Keys only on the second side.
        removed: Keys only on the first side.
        changed: Keys on both sides with other values.
        columns: How many of the changed rows differ in each column.
        samples: Some keys of each kind.
    """

    table: str
    partition: str
    state: str
    rows_a: int = 0
    rows_b: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    samples: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON-able values."""
        return {name: getattr(self, name) for name in self.__slots__}


def diff(lake_a: Lake, a: Named, lake_b: Lake, b: Named, samples: int = SAMPLES) -> list[Change]:
    """What differs between two runs, of one lake or of two.

    Args:
        lake_a: Where the first run lies.
        a: The first run.
        lake_b: Where the second run lies.
        b: The second run.
        samples: Keys to name of each kind of difference.

    Returns:
        One change per table and month that either run names, ordered; `identical` ones included.
    """
    of_a, of_b = ({(ref.table, ref.partition): ref for ref in named.tables} for named in (a, b))
    found = []
    for place in sorted(of_a.keys() | of_b.keys()):
        one, other = of_a.get(place), of_b.get(place)
        if one is None or other is None:
            only = "only_in_a" if one else "only_in_b"
            found.append(Change(*place, only, one.rows if one else 0, other.rows if other else 0))
        elif one.content_hash == other.content_hash:
            found.append(Change(*place, "identical", one.rows, other.rows))
        else:
            found.append(_change(lake_a, one, lake_b, other, samples))
    return found


def _change(lake_a: Lake, a: TableRef, lake_b: Lake, b: TableRef, samples: int) -> Change:
    key = lake_b.manifest(b)["key"]
    left, right = lake_a.read(a), lake_b.read(b)
    if lake_a.manifest(a)["key"] != key or not left.schema.equals(right.schema):
        return Change(a.table, a.partition, "changed", a.rows, b.rows, b.rows, a.rows, samples={})
    both = _numbered(left, key, "in_a").join(_numbered(right, key, "in_b"), keys=key, join_type="full outer")
    both = both.sort_by([(name, "ascending") for name in key])
    added, removed = both.filter(pc.field("in_a").is_null()), both.filter(pc.field("in_b").is_null())
    common = both.filter(pc.field("in_a").is_valid() & pc.field("in_b").is_valid())
    left, right = left.take(common["in_a"]), right.take(common["in_b"])
    any_differs = pa.chunked_array([pa.repeat(False, common.num_rows)])
    columns = {}
    for name in left.column_names:
        differs = _differs(left[name], right[name])
        count = pc.sum(differs).as_py() or 0
        if count:
            columns[name] = count
            any_differs = pc.or_(any_differs, differs)
    changed = common.filter(any_differs)
    kinds = {"added": added, "removed": removed, "changed": changed}
    return Change(
        a.table,
        a.partition,
        "changed",
        a.rows,
        b.rows,
        added=added.num_rows,
        removed=removed.num_rows,
        changed=changed.num_rows,
        columns=columns,
        samples={
            kind: rows.select(key).slice(0, samples).to_pylist()
            for kind, rows in kinds.items()
            if rows.num_rows
        },
    )


def _numbered(table: pa.Table, key: list[str], name: str) -> pa.Table:
    return table.select(key).append_column(name, pa.array(range(table.num_rows), type=pa.int64()))


def _differs(a: pa.ChunkedArray, b: pa.ChunkedArray) -> pa.ChunkedArray:
    """Row by row whether two columns differ; null equals null."""
    if pa.types.is_nested(a.type):
        return pa.chunked_array(
            [pa.array([x != y for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)], pa.bool_())]
        )
    unequal = pc.fill_null(pc.not_equal(a, b), False)
    return pc.or_(unequal, pc.not_equal(a.is_null(), b.is_null()))
