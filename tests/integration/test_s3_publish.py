"""As test_publish_kill, in a bucket: a writer dies before each request that would change something.

Run as a program, this file is the writers; a program of its own, because forking needs a process without
threads.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from jobs.lake.history import gc
from jobs.lake.lake import Lake
from jobs.lake.storage_s3 import SCRATCH_PREFIX, S3Storage
from jobs.lake.verify import verify
from tests.integration.s3_server import BUCKET, S3Server
from tests.integration.test_publish_kill import (
    LAST,
    NEW,
    OLD,
    RAW,
    after,
    before,
    ended,
    started,
    stored,
    third,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(500)]


def opened(uri: str) -> Lake:
    Lake.open(uri)
    return Lake(S3Storage(uri), "code")


def die_before_change(lake: Lake, number: int) -> None:
    """Let this process be killed right before its n-th request that would change something."""
    done = 0

    def counted(request: Any, **_: Any) -> None:
        nonlocal done
        if request.method in ("PUT", "POST", "DELETE"):
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)

    assert isinstance(lake.storage, S3Storage)
    lake.storage.client.meta.events.register("before-send.s3", counted)


def kill_at_every_step(root: str) -> int:
    """Kill a writer before each of its changes; each leaves its lake at a place of its own."""
    assert ended(started(lambda: before(opened(f"{root}/base")))) == 0
    number, status = 0, -int(signal.SIGKILL)
    while status == -signal.SIGKILL:
        number += 1

        def work(number: int = number) -> None:
            lake = opened(f"{root}/{number:03d}")
            before(lake)
            die_before_change(lake, number)
            after(lake)

        status = ended(started(work))
    assert status == 0
    return number - 1


def write_at_once(root: str, *writers: Callable[[Lake], None]) -> int:
    """Let several processes write to one lake."""
    assert ended(started(lambda: before(opened(root)))) == 0
    children = [started(partial(on_lake, writer, root)) for writer in writers]
    assert [ended(child) for child in children] == [0] * len(writers)
    return len(writers)


def on_lake(writer: Callable[[Lake], None], uri: str) -> None:
    writer(opened(uri))


ACTS: dict[str, Callable[[str], int]] = {
    "kill": kill_at_every_step,
    "same": lambda uri: write_at_once(uri, after, after, after),
    "other": lambda uri: write_at_once(uri, after, third, after, third),
}


@pytest.fixture
def place(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty place in the bucket, with this process as the server's administrator."""
    for name, value in s3_server.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/publish/{uuid4().hex[:12]}"


def performed(name: str, uri: str, scratch: Path) -> int:
    """Do one of the acts in a program of its own."""
    path = os.pathsep.join(part for part in sys.path if part)
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), name, uri],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(scratch)},
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_case_1_readers_see_the_old_run_or_the_new_one_whole_and_a_rerun_finishes(
    place: str, tmp_path: Path
) -> None:
    steps = performed("kill", place, tmp_path)
    assert steps == 8  # data, manifest, receipt; data, manifest; draft, run, pointer
    base, finished = opened(f"{place}/base"), opened(f"{place}/{steps + 1:03d}")
    old, new = base.runs.resolve("2026-01"), finished.runs.resolve("2026-01")
    assert (old.run, new.run) == (OLD, NEW)
    whole, seen = stored(finished), []
    for number in range(1, steps + 1):
        lake = opened(f"{place}/{number:03d}")
        published = lake.runs.resolve("2026-01")
        assert published in (old, new), number
        assert lake.read(published.tables).num_rows == (3 if published == old else 5), number
        assert lake.runs.resolve("2026-01", OLD.as_of) == old, number
        received = [raw.delivery_id for raw in lake.deliveries.raw(RAW.name)]
        assert received in (["d1"], ["d1", "d2"]), number
        assert verify(lake) == [], number
        seen.append((published == new, received == ["d1", "d2"]))
        again = opened(f"{place}/{number:03d}")
        after(again)
        gc(again, timedelta(0))
        assert stored(again) == whole, number
    assert seen == sorted(seen, key=lambda s: (s[1], s[0]))  # nothing that was visible goes again
    assert {s[1] for s in seen} == {True, False}
    # What the dead had in their scratch folders is all that is left on this machine; doctor names it.
    assert all(folder.name.startswith(SCRATCH_PREFIX) for folder in tmp_path.iterdir())
    S3Storage(place).delete("")


def test_case_8_two_writers_of_the_same_run_leave_what_one_leaves(place: str, tmp_path: Path) -> None:
    assert performed("same", f"{place}/both", tmp_path) == 3
    alone = opened(f"{place}/alone")
    before(alone)
    after(alone)
    assert stored(opened(f"{place}/both")) == stored(alone)


def test_case_9_two_runs_of_a_month_at_once_are_both_there_and_the_later_is_seen(
    place: str, tmp_path: Path
) -> None:
    assert performed("other", f"{place}/both", tmp_path) == 4
    lake = opened(f"{place}/both")
    assert lake.runs.resolve("2026-01").run == LAST
    assert {published.run for published in lake.runs.all()} == {OLD, NEW, LAST}
    assert verify(lake) == []


if __name__ == "__main__":
    sys.stdout.write(str(ACTS[sys.argv[1]](sys.argv[2])))
