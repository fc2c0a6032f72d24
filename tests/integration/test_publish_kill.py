"""Kills a writer at every step: readers see the run before or the run after, whole; running again mends it.

Run as a program, this file is the writers: it forks one for each step, which dies right before its n-th
change to the file system, or several that write at once. A program of its own, because forking needs a
process without threads.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.dataset import TEXT, WHOLE, Column, Dataset, Partition
from jobs.lake.history import gc
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.lake.storage_local import LocalStorage
from jobs.lake.verify import verify

pytestmark = [pytest.mark.integration, pytest.mark.timeout(500)]

CHANGES = ("fsync", "replace", "rename", "link", "unlink", "rmdir", "mkdir", "open")
RAW, CORE = (
    Dataset(
        name=name,
        description="One row per thing.",
        owner="tests",
        key=("n",),
        partition=partition,
        source=source,
        columns=(
            Column(name="n", type=WHOLE, description="d"),
            Column(name="text", type=TEXT, required=True, description="d"),
        ),
    )
    for name, partition, source in (
        ("raw_test__things", Partition.DELIVERY, "test"),
        ("core_test__things", Partition.MONTH, ""),
    )
)
OLD = Run.of("2026-01")
NEW = Run.of("2026-01", datetime(2026, 3, 1, tzinfo=UTC))
LAST = Run.of("2026-01", datetime(2026, 4, 1, tzinfo=UTC))


def opened(folder: Path) -> Lake:
    Lake.open(folder)
    return Lake(LocalStorage(folder), "code")


def rows(count: int) -> pa.Table:
    return pa.table({"n": range(count), "text": [f"t{n}" for n in range(count)]})


def act(lake: Lake, run: Run, delivery_id: str, delivered_at: str, count: int) -> None:
    """Everything a writer does: take in a delivery, make a table of it, publish the run."""
    lake.bind_key("k1")
    raw = lake.publish_raw(RAW, rows(count), source="test", delivery_id=delivery_id)
    fates = dict.fromkeys(("in", "quarantined", "duplicate", "superseded", "protected", "purged"), 0)
    lake.deliveries.write(
        {
            "source": "test",
            "delivery_id": delivery_id,
            "status": "accepted",
            "envelope": {
                "period": "2026-01",
                "kind": "late",
                "delivered_at": delivered_at,
                "legal_basis": "LB-EKSEMPEL",
            },
            "dispositions": fates | {"in": count, "accepted": count},
            "tables": [raw.to_dict()],
        }
    )
    deliveries = lake.deliveries.raw(RAW.name, run.as_of)
    ref = lake.publish(
        CORE, lake.read(deliveries[-1]), partition=run.month, inputs=[d.id for d in deliveries]
    )
    lake.runs.record_draft(run, "join", [ref], deliveries=deliveries)
    lake.runs.publish(run, tables=[ref], deliveries=deliveries)


def before(lake: Lake) -> None:
    act(lake, OLD, "d1", "2026-02-10T00:00:00Z", 3)


def after(lake: Lake) -> None:
    act(lake, NEW, "d2", "2026-02-20T00:00:00Z", 5)


def third(lake: Lake) -> None:
    act(lake, LAST, "d3", "2026-03-20T00:00:00Z", 7)


def stored(lake: Lake) -> dict[str, bytes]:
    """All that readers can come across."""
    return {
        e.key: lake.storage.read(e.key)
        for e in lake.storage.walk("")
        if not e.key.startswith(("_staging/", "_locks/"))
    }


def die_before_change(number: int) -> None:
    """Let this process be killed right before its n-th change to the file system."""
    done = 0

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal done
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **kwargs)

        return step

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))
    pq.ParquetWriter.close = counted(pq.ParquetWriter.close)  # data written, footer not


def started(work: Callable[[], None]) -> int:
    """A fork that does the work."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return child


def ended(child: int) -> int:
    """Exit status of a fork; negative when a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at_every_step(root: Path) -> int:
    """Kill a writer before each of its changes; each leaves its lake in a folder of its own."""
    base = root / "base"
    assert ended(started(lambda: before(opened(base)))) == 0
    number, status = 0, -int(signal.SIGKILL)
    while status == -signal.SIGKILL:
        number += 1
        folder = root / f"{number:03d}"
        shutil.copytree(base, folder)

        def work(folder: Path = folder, number: int = number) -> None:
            lake = opened(folder)
            die_before_change(number)
            after(lake)

        status = ended(started(work))
    assert status == 0
    return number - 1


def write_at_once(folder: Path, *writers: Callable[[Lake], None]) -> int:
    """Let several processes write to one lake."""
    assert ended(started(lambda: before(opened(folder)))) == 0
    children = [started(partial(on_lake, writer, folder)) for writer in writers]
    assert [ended(child) for child in children] == [0] * len(writers)
    return len(writers)


def on_lake(writer: Callable[[Lake], None], folder: Path) -> None:
    writer(opened(folder))


ACTS: dict[str, Callable[[Path], int]] = {
    "kill": kill_at_every_step,
    "same": lambda folder: write_at_once(folder, after, after, after),
    "other": lambda folder: write_at_once(folder, after, third, after, third),
}


def performed(name: str, folder: Path) -> int:
    """Do one of the acts in a program of its own."""
    path = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        [sys.executable, __file__, name, str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    root = tmp_path_factory.mktemp("killed")
    return root, performed("kill", root)


def test_readers_see_the_old_run_or_the_new_one_whole(killed: tuple[Path, int]) -> None:
    root, steps = killed
    assert steps > 50  # every write, flush, rename and link of four publications
    base = Lake.open(root / "base", create=False)
    finished = Lake.open(root / f"{steps + 1:03d}", create=False)
    old, new = base.runs.resolve("2026-01"), finished.runs.resolve("2026-01")
    assert (old.run, new.run) == (OLD, NEW)
    seen = []
    for number in range(1, steps + 1):
        lake = Lake.open(root / f"{number:03d}", create=False)
        published = lake.runs.resolve("2026-01")
        assert published in (old, new), number
        assert lake.read(published.tables).num_rows == (3 if published == old else 5), number
        assert lake.runs.resolve("2026-01", OLD.as_of) == old, number
        received = [raw.delivery_id for raw in lake.deliveries.raw(RAW.name)]
        assert received in (["d1"], ["d1", "d2"]), number
        assert lake.read(lake.deliveries.raw(RAW.name)).num_rows == (3 if received == ["d1"] else 8), number
        assert verify(lake) == [], number
        assert set(stored(base).items()) - set(stored(lake).items()) <= {
            (key, content) for key, content in stored(base).items() if key.endswith("_latest.json")
        }, number
        seen.append((published == new, received == ["d1", "d2"]))
    assert seen == sorted(seen, key=lambda s: (s[1], s[0]))  # nothing that was visible goes again
    assert {s[1] for s in seen} == {s[0] for s in seen} == {True, False}


def test_running_again_and_collecting_leaves_what_was_never_killed(killed: tuple[Path, int]) -> None:
    root, steps = killed
    finished = stored(Lake.open(root / f"{steps + 1:03d}", create=False))
    for number in range(1, steps + 1):
        lake = opened(root / f"{number:03d}")
        after(lake)
        gc(lake, timedelta(0))
        assert stored(lake) == finished, number
        assert list(lake.storage.walk("_staging")) == [], number


def test_two_writers_of_the_same_run_leave_what_one_leaves(tmp_path: Path) -> None:
    assert performed("same", tmp_path / "both") == 3
    alone = opened(tmp_path / "alone")
    before(alone)
    after(alone)
    assert stored(opened(tmp_path / "both")) == stored(alone)


def test_two_runs_of_a_month_at_once_are_both_there_and_the_later_is_seen(tmp_path: Path) -> None:
    assert performed("other", tmp_path / "both") == 4
    lake = opened(tmp_path / "both")
    assert lake.runs.resolve("2026-01").run == LAST
    assert {published.run for published in lake.runs.all()} == {OLD, NEW, LAST}
    assert verify(lake) == []


if __name__ == "__main__":
    sys.stdout.write(str(ACTS[sys.argv[1]](Path(sys.argv[2]))))
