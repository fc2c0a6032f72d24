import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.dataset import TEXT, TEXTS, WHOLE, Column, Dataset
from jobs.lake.changes import diff
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.lake.storage_local import LocalStorage

RUN = Run.of("2026-01")
TABLE = Dataset(
    name="core_test__marks",
    description="One row per mark.",
    owner="tests",
    key=("a", "b"),
    columns=tuple(
        Column(name=name, type=kind, description="d")
        for name, kind in (("a", TEXT), ("b", WHOLE), ("n", WHOLE), ("l", TEXTS))
    ),
)
Values = dict[tuple[str, int], tuple[int | None, list[str] | None]]
VALUES = st.dictionaries(
    st.tuples(st.sampled_from("xyz"), st.integers(0, 2)),
    st.tuples(st.none() | st.integers(0, 1), st.none() | st.lists(st.sampled_from("pq"), max_size=1)),
    max_size=9,
)


def published(folder: Path, values: Values) -> tuple[Lake, Any]:
    rows = [{"a": a, "b": b, "n": n, "l": items} for (a, b), (n, items) in values.items()]
    Lake.open(folder)
    lake = Lake(LocalStorage(folder), "code")
    ref = lake.publish(TABLE, pa.Table.from_pylist(rows, schema=TABLE.arrow_schema), partition="2026-01")
    return lake, lake.runs.publish(RUN, tables=[ref])


@settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, VALUES)
def test_a_diff_is_what_dictionaries_say(one: Values, other: Values) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake_a, a = published(Path(folder) / "a", one)
        lake_b, b = published(Path(folder) / "b", other)
        (change,) = diff(lake_a, a, lake_b, b, samples=99)
        (back,) = diff(lake_b, b, lake_a, a, samples=99)
    added, removed = sorted(other.keys() - one.keys()), sorted(one.keys() - other.keys())
    changed = sorted(key for key in one.keys() & other.keys() if one[key] != other[key])
    assert change.state == ("identical" if one == other else "changed")
    assert (change.rows_a, change.rows_b) == (len(one), len(other))
    assert (change.added, change.removed, change.changed) == (len(added), len(removed), len(changed))
    assert (back.added, back.removed, back.changed) == (len(removed), len(added), len(changed))
    for kind, keys in (("added", added), ("removed", removed), ("changed", changed)):
        assert [(s["a"], s["b"]) for s in change.samples.get(kind, [])] == keys
    columns = {
        name: sum(one[key][at] != other[key][at] for key in changed) for at, name in enumerate(("n", "l"))
    }
    assert change.columns == {name: count for name, count in columns.items() if count}


def test_a_table_on_one_side_is_named(
    tmp_path: Path, open_lake: Callable[..., Lake], things: Dataset, rows: Any
) -> None:
    lake = open_lake(tmp_path / "lake")
    january = lake.publish(things, rows(1), partition="2026-01")
    december = lake.publish(things, rows(1, 2), partition="2025-12")
    a = lake.runs.publish(RUN, tables=[january, december])
    b = lake.runs.publish(RUN, tables=[january])
    states = [(c.partition, c.state, c.rows_a, c.rows_b) for c in diff(lake, a, lake, b)]
    assert states == [("2025-12", "only_in_a", 2, 0), ("2026-01", "identical", 1, 1)]
    assert [c.state for c in diff(lake, b, lake, a)] == ["only_in_b", "identical"]


@pytest.mark.parametrize("samples", [0, 1])
def test_samples_are_few(tmp_path: Path, samples: int) -> None:
    lake_a, a = published(tmp_path / "a", {("x", 1): (1, None), ("x", 2): (1, None)})
    lake_b, b = published(tmp_path / "b", {})
    (change,) = diff(lake_a, a, lake_b, b, samples)
    assert change.removed == 2
    assert len(change.samples["removed"]) == samples
