"""Kills `kjede ingest` at its changes and at any instant: run again, it leaves the same lake.

Run as a program, this file is the killing of one process at storage operations: it forks one for each,
which dies right before its n-th, and forks another that runs the same command to its end. A program of its
own, because forking needs a process without threads. The kills at instants are of the command as users start
it, with processes of its own.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.intake import BLOCKS_FROM_BYTES
from jobs.lake.history import gc
from jobs.lake.lake import Lake
from jobs.lake.storage_local import LocalStorage
from jobs.lake.verify import verify
from jobs.synth.identifiers import Numbers
from tests.integration.test_publish_kill import die_before_change, ended, started
from tests.properties.delivery_pool import AMELDING, Pool
from tests.unit.jobs.ingest.desk import Desk

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

OPERATIONS = ("put_file", "put_if_absent", "swap", "delete")
"""What changes a storage."""
STORAGE_STEP = 4
"""Of its some hundred changes, every so many-th is a death; with 1 it takes several minutes."""
SYSTEM_STEP = 97
"""Of the changes to the file system below them, some thousand, every so many-th is a death too."""
FIRST = ("homes", "lodgings", "ordinary")
THEN = ("graded", "deletion", "removed", "broken")
"""What comes when the first are in: it protects, deletes and removes what they brought; one is cut short."""
TOGETHER = (*FIRST, *THEN, "late", "units", "chain")
LARGE_AT, LARGE_RECORDS = "2026-02-11T04:15:00+00:00", 1500
INSTANTS = 4
REFUSED = 3
"""Exit code when one of the deliveries is cut short and all others went in."""


def files(lake: Path) -> dict[str, bytes]:
    """All that readers can come across."""
    found = {path.relative_to(lake).as_posix(): path for path in lake.rglob("*") if path.is_file()}
    return {k: p.read_bytes() for k, p in sorted(found.items()) if not k.startswith(("_staging/", "_locks/"))}


def arguments(landing: Path, lake: Path) -> list[str]:
    return ["ingest", "--landing", str(landing), "--lake", str(lake), "--json"]


def ingested(landing: Path, lake: Path) -> None:
    """Run the command in this process, which ends with it."""
    from jobs.cli import main

    sys.argv = ["kjede", *arguments(landing, lake)]
    with Path(os.devnull).open("w") as sys.stdout:
        main()


def left_with(work: Callable[[], None]) -> int:
    """What a fork that does the work ends with; an exit of the command is one of the fork."""

    def inside() -> None:
        try:
            work()
        except SystemExit as leaving:
            os._exit(int(leaving.code or 0))

    return ended(started(inside))


def die_before_operation(number: int) -> None:
    """Let this process be killed right before its n-th change of a storage."""
    done = 0

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            nonlocal done
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*args, **kwargs)

        return step

    for name in OPERATIONS:
        setattr(LocalStorage, name, counted(getattr(LocalStorage, name)))


def kill_and_run_again(root: Path, die_before: Callable[[int], None], number: int) -> None:
    """Leave a lake whose intake died before its n-th change and ran again; none if it has no such change."""
    folder = root / f"{die_before.__name__}-{number:04d}"
    shutil.copytree(root / "base", folder)

    def dying() -> None:
        die_before(number)
        ingested(root / "landing", folder)

    status = left_with(dying)
    if status == -signal.SIGKILL:
        status = left_with(partial(ingested, root / "landing", folder))
        # Once the delivery that is cut short has been refused, there is nothing to refuse.
        assert status in (0, REFUSED), (folder.name, status)
    else:
        assert status == REFUSED, (folder.name, status)
        shutil.rmtree(folder)


def kill_everywhere(root: Path) -> int:
    """Kill an intake before many of its changes and run it again; each leaves a lake in its own folder."""
    os.fsync = lambda fd: None  # not what is tested here, and it takes most of the time
    os.environ["KJEDE_WORKERS"] = "1"
    beside = os.cpu_count() or 1
    for die_before, step in ((die_before_operation, STORAGE_STEP), (die_before_change, SYSTEM_STEP)):
        number = 1
        while True:
            numbers = range(number, number + beside * step, step)
            children = [started(partial(kill_and_run_again, root, die_before, n)) for n in numbers]
            assert [ended(child) for child in children] == [0] * beside, numbers
            if not (root / f"{die_before.__name__}-{numbers[-1]:04d}").exists():
                break
            number += beside * step
    return len(list(root.glob("die_before_*")))


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return Pool(tmp_path_factory.mktemp("pool"))


def environment(**more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KJEDE_")}
    return own | {"PYTHONPATH": os.pathsep.join(part for part in sys.path if part)} | more


def run(landing: Path, lake: Path, workers: int = 2) -> "subprocess.CompletedProcess[str]":
    """The command as a user starts it."""
    command = [sys.executable, "-m", "jobs.cli", *arguments(landing, lake)]
    settings = environment(KJEDE_WORKERS=str(workers))
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=settings)


def mended(folder: Path) -> dict[str, bytes]:
    """All files of a lake, in which nothing is wrong and nothing of the dead is left after collecting."""
    lake = Lake.open(folder, create=False)
    assert verify(lake) == [], folder.name
    found = files(folder)
    gc(lake, timedelta(0))
    assert list(lake.storage.walk("_staging")) == [], folder.name
    assert files(folder) == found, folder.name
    return found


def test_a_death_before_a_change_leaves_after_another_run_what_was_never_killed(
    tmp_path: Path, pool: Pool
) -> None:
    pool.land(FIRST, tmp_path / "first")
    assert run(tmp_path / "first", tmp_path / "base", workers=1).returncode == 0
    pool.land(THEN, tmp_path / "landing")
    shutil.copytree(tmp_path / "base", tmp_path / "whole")
    assert run(tmp_path / "landing", tmp_path / "whole", workers=1).returncode == REFUSED
    expected = mended(tmp_path / "whole")
    told = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
        env=environment(),
    )
    assert told.returncode == 0, told.stderr[-4000:]
    killed = sorted(tmp_path.glob("die_before_*"))
    assert len(killed) == int(told.stdout) > 20
    for folder in killed:
        found = mended(folder)
        assert {key for key in found | expected if found.get(key) != expected.get(key)} == set(), folder.name


class Landed:
    """A landing zone with a delivery that is shared among processes, and the lake that nobody disturbed."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self.folder, self.landing = folder, folder / "landing"
        pool.land(TOGETHER, self.landing)
        self.large = self._land_large(pool)
        begun = time.monotonic()
        done = run(self.landing, folder / "whole")
        self.seconds = time.monotonic() - begun
        assert done.returncode == REFUSED, done.stderr
        self.whole = mended(folder / "whole")

    def _land_large(self, pool: Pool) -> Path:
        """A month that compresses badly, so that it is large with few records."""
        rng, numbers = random.Random(3), Numbers()
        noise = BLOCKS_FROM_BYTES // LARGE_RECORDS
        reports = [
            pool.report(numbers.orgnr(rng), n % 2, kildesystem=rng.randbytes(noise).hex())
            for n in range(LARGE_RECORDS)
        ]
        desk = Desk(self.landing, None)  # type: ignore[arg-type]
        folder = desk.land(AMELDING, reports, period="2026-01", at=LARGE_AT)
        assert next(folder.glob("*.gz")).stat().st_size > BLOCKS_FROM_BYTES
        return folder


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Landed:
    return Landed(tmp_path_factory.mktemp("landed"), pool)


@contextmanager
def running(landing: Path, lake: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command with two processes of its own, in a session that must be empty soon after its end."""
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.cli", *arguments(landing, lake)],
        env=environment(KJEDE_WORKERS="2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            yield child
            child.wait(120)
            late = time.monotonic() + 20
            while (left := session(child.pid)) and time.monotonic() < late:
                time.sleep(0.1)
            assert left == {}, "processes outlive the one that started them"
        finally:
            for process in session(child.pid):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)


def session(leader: int) -> dict[int, str]:
    """Living processes of a session with their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state, _, _, own = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(own) == leader and state != "Z":
                    command = (folder / "cmdline").read_bytes()
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode()
    return found


@pytest.mark.parametrize("draw", range(INSTANTS))
def test_a_death_at_any_instant_is_mended_by_running_again(landed: Landed, tmp_path: Path, draw: int) -> None:
    rng = random.Random(17)
    instants = [rng.uniform(0.05, 1) * landed.seconds for _ in range(INSTANTS)]
    lake = tmp_path / "lake"
    with running(landed.landing, lake) as child:
        with suppress(subprocess.TimeoutExpired):
            child.wait(instants[draw])
        child.kill()
    done = run(landed.landing, lake)
    # Once the delivery that is cut short has been refused, there is nothing to refuse.
    assert done.returncode in (0, REFUSED), done.stderr
    assert mended(lake) == landed.whole


def test_a_process_of_the_pool_that_dies_is_told_and_its_delivery_stays_pending(
    landed: Landed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    with running(landed.landing, lake) as child:
        begun, workers = time.monotonic(), list[int]()
        while not workers and child.poll() is None and time.monotonic() - begun < 120:
            workers = [p for p, command in session(child.pid).items() if "spawn_main" in command]
        os.kill(workers[0], signal.SIGKILL)
        _, told = child.communicate(timeout=120)
    assert child.returncode not in (0, REFUSED)
    assert f"{AMELDING}/{landed.large.name}: a process" in told
    assert "Traceback" not in told
    opened = Lake.open(lake, create=False)
    assert opened.deliveries.receipt(AMELDING, landed.large.name) is None
    assert verify(opened) == []
    assert run(landed.landing, lake).returncode == REFUSED
    assert mended(lake) == landed.whole


def test_nothing_is_twice_and_nothing_lost(landed: Landed) -> None:
    lake = Lake.open(landed.folder / "whole", create=False)
    names = {path.parent.name for path in landed.landing.glob("*/*/*/delivery.json")}
    assert {receipt["delivery_id"] for receipt in lake.deliveries.receipts(status=None)} == names
    assert len(lake.deliveries.receipts()) == len(TOGETHER)  # one is cut short, the large one is in
    rows = lake.read(lake.deliveries.raw(f"raw_{AMELDING}__reports")).select(["delivery_id", "record_no"])
    assert rows.num_rows == len(set(zip(*rows.to_pydict().values(), strict=True)))
    large = lake.deliveries.receipt(AMELDING, landed.large.name)
    assert large is not None
    assert large["dispositions"]["in"] == large["dispositions"]["accepted"] == LARGE_RECORDS


if __name__ == "__main__":
    import jobs.ingest.intake
    import jobs.pipeline
    import jobs.purge.job  # noqa: F401 - loaded once, not in every fork

    sys.stdout.write(str(kill_everywhere(Path(sys.argv[1]))))
