from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from expectations.errors import UsageError
from jobs.lake.storage import LocalStorage, Superseded, open_storage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "root")


def test_first_writer_wins(storage: LocalStorage) -> None:
    assert storage.put_if_absent("a/b.json", b"one")
    assert not storage.put_if_absent("a/b.json", b"two")
    assert storage.read("a/b.json") == b"one"


def test_one_of_many_writers_at_once_wins(storage: LocalStorage) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: storage.put_if_absent("x", b"%d" % n), range(32)))
    assert won.count(True) == 1
    assert storage.read("x") == b"%d" % won.index(True)


def test_swap_takes_only_what_was_read(storage: LocalStorage) -> None:
    storage.swap("p", b"one", None)
    with pytest.raises(Superseded):
        storage.swap("p", b"two", None)
    tagged = storage.tagged("p")
    assert tagged is not None
    storage.swap("p", b"two", tagged[1])
    with pytest.raises(Superseded):
        storage.swap("p", b"three", tagged[1])
    assert storage.read("p") == b"two"


def test_counting_by_swap_loses_nothing(storage: LocalStorage) -> None:
    storage.swap("n", b"0", None)

    def add(_: int) -> None:
        while True:
            content, tag = storage.tagged("n") or (b"", "")
            try:
                storage.swap("n", b"%d" % (int(content) + 1), tag)
            except Superseded:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(40)))
    assert storage.read("n") == b"40"


def test_nothing_is_left_in_staging(storage: LocalStorage) -> None:
    storage.put_if_absent("a", b"1")
    storage.put_if_absent("a", b"2")
    storage.swap("b", b"1", None)
    with storage.scratch() as folder:
        (folder / "f").write_bytes(b"data")
        storage.put_file(folder / "f", "deep/er/f")
    assert list(storage.walk("_staging")) == []
    assert storage.read("deep/er/f") == b"data"


def test_walk_and_folders_are_ordered(storage: LocalStorage) -> None:
    for key in ("t/b/2", "t/a/1", "t/c"):
        storage.put_if_absent(key, b"x")
    assert [entry.key for entry in storage.walk("t")] == ["t/a/1", "t/b/2", "t/c"]
    assert storage.folders("t") == ["a", "b"]
    assert storage.folders("absent") == []
    assert list(storage.walk("absent")) == []


def test_delete_takes_files_and_folders_and_forgives(storage: LocalStorage) -> None:
    storage.put_if_absent("t/a/1", b"x")
    storage.delete("t/a/1")
    assert not storage.exists("t/a/1")
    storage.put_if_absent("t/a/1", b"x")
    storage.delete("t")
    storage.delete("t")
    assert not storage.exists("t/a/1")


@pytest.mark.parametrize("key", ["../x", "a/../../x", "./x"])
def test_a_key_stays_inside(storage: LocalStorage, key: str) -> None:
    with pytest.raises(UsageError):
        storage.put_if_absent(key, b"x")


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(UsageError, match="no storage for ftp://host"):
        open_storage("ftp://host/x")
