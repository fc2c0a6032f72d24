"""What every storage must do; run on a folder and on a real S3 server."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from expectations.errors import UsageError
from jobs.lake.storage import Storage, Superseded, update


class StorageContract:
    """Tests of a backend; a subclass has the fixture `storage`, an empty one."""

    def test_first_writer_wins(self, storage: Storage) -> None:
        assert storage.put_if_absent("a/b.json", b"one")
        assert not storage.put_if_absent("a/b.json", b"two")
        assert not storage.put_if_absent("a/b.json", b"one")
        assert storage.read("a/b.json") == b"one"

    def test_one_of_many_writers_at_once_wins(self, storage: Storage) -> None:
        with ThreadPoolExecutor(16) as pool:
            won = list(pool.map(lambda n: storage.put_if_absent("x", b"%d" % n), range(16)))
        assert won.count(True) == 1
        assert storage.read("x") == b"%d" % won.index(True)

    def test_one_of_many_swaps_at_once_wins(self, storage: Storage) -> None:
        storage.swap("p", b"before", None)
        tag = (storage.tagged("p") or (b"", ""))[1]

        def wins(number: int) -> bool:
            try:
                storage.swap("p", b"%d" % number, tag)
            except Superseded:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            won = list(pool.map(wins, range(16)))
        assert won.count(True) == 1
        assert storage.read("p") == b"%d" % won.index(True)

    def test_swap_takes_only_what_was_read(self, storage: Storage) -> None:
        storage.swap("p", b"one", None)
        with pytest.raises(Superseded):
            storage.swap("p", b"two", None)
        tagged = storage.tagged("p")
        assert tagged is not None
        storage.swap("p", b"two", tagged[1])
        with pytest.raises(Superseded):
            storage.swap("p", b"three", tagged[1])
        storage.delete("p")
        with pytest.raises(Superseded):
            storage.swap("p", b"three", tagged[1])
        assert storage.tagged("p") is None

    def test_only_one_at_a_time_holds_a_key(self, storage: Storage) -> None:
        inside: list[int] = []
        most: list[int] = []

        def work(number: int) -> None:
            with storage.exclusive("deliveries/a"):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.02)
                inside.remove(number)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(6)))
        assert most == [1] * 6

    def test_keys_are_held_beside_each_other_and_given_back_after_an_error(self, storage: Storage) -> None:
        with storage.exclusive("a"), pytest.raises(ZeroDivisionError), storage.exclusive("b"):
            raise ZeroDivisionError
        with storage.exclusive("b"), storage.exclusive("a"):
            pass

    def test_counting_by_update_loses_nothing(self, storage: Storage) -> None:
        def add(_: int) -> None:
            update(storage, "n", lambda content: b"%d" % (int(content or b"0") + 1))

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(add, range(12)))
        assert storage.read("n") == b"12"

    def test_what_is_absent_is_told_apart(self, storage: Storage) -> None:
        assert storage.tagged("nothing") is None
        assert not storage.exists("nothing")
        with pytest.raises(FileNotFoundError):
            storage.read("nothing")
        storage.put_if_absent("a/b", b"")
        assert storage.exists("a/b")
        assert not storage.exists("a")
        assert storage.read("a/b") == b""
        with pytest.raises((FileNotFoundError, IsADirectoryError)):
            storage.read("a")

    def test_a_file_is_put_whole_and_nothing_is_left_over(self, storage: Storage) -> None:
        for content in (b"data", b"", b"other"):
            with storage.scratch() as folder:
                (folder / "f").write_bytes(content)
                storage.put_file(folder / "f", "deep/er/f")
            assert storage.read("deep/er/f") == content
            assert not folder.exists()
        assert list(storage.walk("_staging")) == []

    def test_walk_and_folders_are_ordered(self, storage: Storage) -> None:
        keys = ["t/a-b/1", "t/a/1", "t/a/2/deep", "t/ab/1", "t/b/2", "t/c", "t/æ/1", "ta/1"]
        for key in reversed(keys):
            storage.put_if_absent(key, key.encode())
        below = [key for key in keys if key.startswith("t/")]
        assert [entry.key for entry in storage.walk("t")] == sorted(below)
        assert [entry.size for entry in storage.walk("t/c")] == []
        assert {entry.key: entry.size for entry in storage.walk("")} == {k: len(k.encode()) for k in keys}
        assert storage.folders("t") == ["a", "a-b", "ab", "b", "æ"]
        assert [name for name in storage.folders("") if not name.startswith("_")] == ["t", "ta"]
        assert storage.folders("absent") == []
        assert list(storage.walk("absent")) == []

    def test_delete_takes_files_and_folders_and_forgives(self, storage: Storage) -> None:
        storage.put_if_absent("t/a/1", b"x")
        storage.delete("t/a/1")
        assert not storage.exists("t/a/1")
        for key in ("t/a/1", "t/b", "tb/1"):
            storage.put_if_absent(key, b"x")
        storage.delete("t")
        storage.delete("t")
        assert [entry.key for entry in storage.walk("")] == ["tb/1"]

    @pytest.mark.parametrize("key", ["../x", "a/../../x", "./x"])
    def test_a_key_stays_inside(self, storage: Storage, key: str) -> None:
        with pytest.raises(UsageError):
            storage.put_if_absent(key, b"x")

    def test_arrow_reads_what_was_put(self, storage: Storage, tmp_path: Path) -> None:
        pq.write_table(pa.table({"n": [1, 2, 3]}), tmp_path / "t.parquet")
        storage.put_file(tmp_path / "t.parquet", "raw/t/one.parquet")
        found = ds.dataset(["raw/t/one.parquet"], format="parquet", filesystem=storage.filesystem())
        assert found.to_table()["n"].to_pylist() == [1, 2, 3]
        assert storage.locate("raw/t/one.parquet") == f"{storage.uri}/raw/t/one.parquet"
