"""The lock of a bucket, on a storage that behaves as one."""

import logging
import threading
import time
from pathlib import Path

import pytest

from expectations.errors import KjedeError
from jobs.lake import s3_lock
from jobs.lake.s3_lock import held
from jobs.lake.storage import Superseded
from jobs.lake.storage_local import LocalStorage

KEY = "_locks/x"


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStorage:
    monkeypatch.setattr(s3_lock, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(s3_lock, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(s3_lock, "DEAD_AFTER_SECONDS", 0.3)
    return LocalStorage(tmp_path)


def test_a_silent_holder_is_taken_for_dead(cells: LocalStorage, caplog: pytest.LogCaptureFixture) -> None:
    assert cells.put_if_absent(KEY, b"dead 7")
    begun = time.monotonic()
    with caplog.at_level(logging.WARNING), held(cells, KEY, Superseded):
        assert time.monotonic() - begun >= 0.3
    assert "taking over" in caplog.text
    assert not cells.exists(KEY)


def test_a_holder_that_shows_life_is_waited_for(cells: LocalStorage) -> None:
    order: list[str] = []

    def first() -> None:
        with held(cells, KEY, Superseded):
            began.set()
            time.sleep(0.9)  # three times as long as a silent one may be
            order.append("first")

    began = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    began.wait()
    with held(cells, KEY, Superseded):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_who_lost_the_key_is_told(cells: LocalStorage) -> None:
    with pytest.raises(KjedeError, match="taken over"), held(cells, KEY, Superseded):  # noqa: PT012
        cells.delete(KEY)
        cells.put_if_absent(KEY, b"other 0")
        time.sleep(0.2)
    assert cells.read(KEY) == b"other 0"
