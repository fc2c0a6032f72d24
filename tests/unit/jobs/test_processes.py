"""Processes that are killed at any time are told of, and none is left behind."""

import os
import random
import time
from concurrent.futures import Future
from threading import Thread

import pytest

from expectations.errors import DataRefused
from jobs.processes import ProcessDied, Processes

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

GIVEN: list[int] = []


def remember(number: int) -> None:
    GIVEN.append(number)


def given_here() -> list[int]:
    return GIVEN


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def refuse() -> None:
    raise DataRefused("delivery_corrupt", "record 21")


def give_a_function() -> object:
    return lambda: None


def halve_for_ever(pool: Processes) -> None:
    waiting: list[Future[bytes]] = []
    while True:
        waiting.append(pool.submit(half, b"x" * 4_000_000))
        if len(waiting) > 3:
            waiting.pop(0).result()


def alive(pool: Processes) -> list[bool]:
    return [process.is_alive() for process, _ in pool._started]


def test_results_and_errors_come_back_and_processes_end() -> None:
    with Processes(2, remember, 7) as pool:
        results = [pool.submit(half, b"x" * size) for size in (0, 10, 4_000_000)]
        assert [len(result.result()) for result in results] == [0, 5, 2_000_000]
        assert pool.submit(given_here).result() == [7]
        with pytest.raises(DataRefused, match="record 21"):
            pool.submit(refuse).result()
        with pytest.raises(Exception, match="pickle"):
            pool.submit(give_a_function).result()
        assert len(pool.submit(half, b"xx").result()) == 1
        assert pool.submit(os.getpid).result() != os.getpid()
        assert alive(pool) in ([True], [True, True])
    assert not any(alive(pool))


def test_no_process_is_started_for_nothing() -> None:
    with Processes(2) as pool:
        pass
    assert pool._started == []


@pytest.mark.parametrize("seed", range(12))
def test_a_process_killed_at_any_time_is_told_and_nothing_waits_for_ever(seed: int) -> None:
    chance = random.Random(seed)

    def kill() -> None:
        while not pool._started:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.5))
        pool._started[0][0].kill()

    with Processes(2) as pool:
        Thread(target=kill, daemon=True).start()
        with pytest.raises(ProcessDied, match="fewer processes"):
            halve_for_ever(pool)
    assert not any(alive(pool))
    with pytest.raises(RuntimeError, match="shutdown"):
        pool.submit(half, b"")
