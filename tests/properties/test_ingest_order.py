"""S9: what is in the lake depends on which deliveries came, never on the order or the company they came in.

A pool of small deliveries holds every way in which one of them changes what another left: replaced reports,
deletions of keys and of whole units, a unit that was removed, a person who came under protection. They land
in drawn orders, cut into intakes at drawn places; every file of the lake must be the same in the end.

Arrival decides one thing only, because the contract says so (S2): of two deliveries with one id, the first
that came stays. The other one therefore always comes in a later intake.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.ingest.intake import ingest
from jobs.lake.lake import Lake
from jobs.lake.verify import verify
from tests.properties.delivery_pool import LATER, Pool
from tests.unit.jobs.ingest.desk import RING

Files = dict[str, Any]
Reference = Callable[[str], Files]

GROUPS = {
    "reports": {"ordinary", "again", "conflict", "replacement", "deletion", "late", "after", "whole",
                "broken"},
    "units": {"units", "unit", "roles", "changed", "removed", "unit_deleted", "unit_back", "chain",
              "ordinary", "late"},
    "persons": {"homes", "moved", "graded", "ended", "lodgings", "lodgings_later", "unit_deleted"},
}  # fmt: skip
"""Deliveries that change what others leave; drawn in small groups, because one intake costs seconds."""
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return Pool(tmp_path_factory.mktemp("pool"))


@pytest.fixture(scope="module", autouse=True)
def unhurried() -> Iterator[None]:
    """Flushing to disk is not what is tested here, and takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def reference(pool: Pool) -> Reference:
    """The lake that got a group of deliveries in the order in which they became known, one at a time."""

    @cache
    def made(group: str) -> Files:
        names = [name for name in pool.names if name in GROUPS.get(group, pool.names)]
        later = [name for name in LATER if name in names]
        return lake_of(pool, [[name] for name in (*(n for n in names if n not in later), *later)])

    return made


def lake_of(pool: Pool, runs: Iterable[Iterable[str]], workers: int = 1) -> Files:
    """Every file of a lake after these intakes; documents as values, so that a difference can be read."""
    found: Files = {}
    with TemporaryDirectory(dir=IN_MEMORY) as temporary:
        lake = Lake.open(Path(temporary) / "lake")
        for number, names in enumerate(runs):
            landing = Path(temporary) / f"landing-{number}"
            pool.land(names, landing)
            ingest(landing, lake, ring=RING, workers=workers)
        assert verify(lake) == []
        root = Path(lake.storage.uri)
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            key = path.relative_to(root).as_posix()
            assert not key.startswith("_staging/"), key
            if not key.startswith("_locks/"):
                content = path.read_bytes()
                found[key] = json.loads(content) if path.suffix == ".json" else content
    for receipt in (value for key, value in found.items() if key.startswith("deliveries/")):
        for counts in (receipt["dispositions"], *(file["dispositions"] for file in receipt["files"])):
            fates = dict(counts)
            assert fates.pop("in") == sum(fates.values()), (receipt["source"], receipt["delivery_id"])
    return found


def runs_of(order: Sequence[str], cuts: Iterable[int]) -> list[list[str]]:
    """An order cut into intakes; what has the id of another one comes in an intake after it."""
    runs = [list(order[a:b]) for a, b in pairwise([0, *sorted(set(cuts)), len(order)])]
    for name, first in LATER.items():
        if name not in order:
            continue
        at, after = (next(n for n, run in enumerate(runs) if one in run) for one in (name, first))
        if at <= after:
            runs[at].remove(name)
            if after + 1 == len(runs):
                runs.append([])
            runs[after + 1].append(name)
    return [run for run in runs if run]


def differences(found: Files, expected: Files) -> list[str]:
    """What differs, file by file and field by field."""
    told = [
        f"{key}: only in {'found' if key in found else 'expected'}" for key in found.keys() ^ expected.keys()
    ]
    for key in found.keys() & expected.keys():
        one, other = found[key], expected[key]
        if one != other and isinstance(one, dict):
            names = sorted(name for name in one | other if one.get(name) != other.get(name))
            told += [f"{key} {name}: {one.get(name)} != {other.get(name)}" for name in names]
        elif one != other:
            told.append(f"{key}: other bytes")
    return sorted(told)


def test_the_pool_meets_every_fate_and_every_status(pool: Pool, reference: Reference) -> None:
    everything = reference("all")
    receipts = [value for key, value in everything.items() if key.startswith("deliveries/")]
    statuses = [receipt["status"] for receipt in receipts]
    counted = {status: statuses.count(status) for status in sorted(statuses)}
    assert counted == {"accepted": 20, "conflict": 1, "rejected": 1}
    met = {fate for receipt in receipts for fate, count in receipt["dispositions"].items() if count}
    assert met == {"in", "accepted", "quarantined", "duplicate", "superseded", "protected", "purged"}
    assert [key for key in everything if key.startswith("tombstones/")] == [
        "tombstones/brreg_enheter/20260220T050000Z-0001.json",
        "tombstones/brreg_oppdateringer/20260222T040000Z-0001.json",
        "tombstones/folkeregisteret_bosted/20260302T040000Z-0001.json",
        "tombstones/folkeregisteret_bosted/20260402T040000Z-0001.json",
        "tombstones/skatteetaten_amelding/20260220T041500Z-0001.json",
    ]
    assert set().union(*GROUPS.values()) == set(pool.names)


@pytest.mark.parametrize("group", GROUPS)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_order_cut_anyhow_gives_the_same_bytes(
    pool: Pool, reference: Reference, group: str, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(sorted(GROUPS[group])), label="order")
    cuts = data.draw(st.sets(st.integers(1, len(order) - 1), max_size=4), label="cuts")
    assert differences(lake_of(pool, runs_of(order, cuts)), reference(group)) == []


@pytest.mark.parametrize(("workers", "step"), [(1, -1), (2, 1), (3, -1)])
def test_any_number_of_workers_gives_the_same_bytes(
    pool: Pool, reference: Reference, workers: int, step: int
) -> None:
    order = pool.names[::step]
    found = lake_of(pool, runs_of(order, [len(order) // 2]), workers)
    assert differences(found, reference("all")) == []
