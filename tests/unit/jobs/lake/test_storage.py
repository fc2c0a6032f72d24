import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.dataset import Dataset
from expectations.errors import KjedeError, NotPermitted, UsageError
from jobs.lake.lake import Lake
from jobs.lake.storage import on_disk, open_storage
from jobs.lake.storage_local import LocalStorage
from tests.unit.jobs.lake.storage_contract import StorageContract


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "root")


class TestLocalStorage(StorageContract):
    pass


def test_unknown_scheme_is_refused() -> None:
    with pytest.raises(UsageError, match="no storage for ftp://host"):
        open_storage("ftp://host/x")
    assert isinstance(open_storage("folder"), LocalStorage)


class Careless(LocalStorage):
    """A store that takes a conditional write for an unconditional one, as some S3 servers do."""

    def put_if_absent(self, key: str, content: bytes) -> bool:
        with self.scratch() as folder:
            (folder / "f").write_bytes(content)
            self.put_file(folder / "f", key)
        return True


def test_no_lake_is_made_where_conditional_writes_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = Careless(tmp_path / "L")
    monkeypatch.setattr("jobs.lake.lake.open_storage", lambda uri: careless)
    with pytest.raises(UsageError, match="does not honour conditional writes"):
        Lake.open("L")
    assert [entry.key for entry in careless.walk("")] == []
    with pytest.raises(UsageError, match="no lake at"):
        Lake.open("L", create=False)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process may become larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_case_5_a_file_that_may_not_become_as_large_leaves_nothing(
    lake: Lake, things: Dataset, rows: Callable[..., pa.Table]
) -> None:
    with files_up_to(1000), pytest.raises(KjedeError, match=r"no room at .*: EFBIG, \d+ bytes free"):
        lake.publish(things, rows(*range(1, 50)), partition="2026-01")
    assert lake.find(things, partition="2026-01") is None
    assert [entry.key for entry in lake.storage.walk("")] == ["_lake.json"]
    assert lake.publish(things, rows(*range(1, 50)), partition="2026-01").rows == 49


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_case_4_a_full_disk_is_told_with_what_is_free(tmp_path: Path, code: int) -> None:
    told = rf"no room at .*: {errno.errorcode[code]}, \d+ bytes free"
    with pytest.raises(KjedeError, match=told), on_disk(tmp_path / "not" / "yet"):
        raise OSError(code, "full")


def test_other_faults_are_left_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), on_disk(tmp_path):
        raise FileNotFoundError(errno.ENOENT, "gone")


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_case_17_a_place_that_may_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(NotPermitted, match=f"{os.strerror(code)}; it needs a user who may read and write"):
        Lake.open(tmp_path / "L")
