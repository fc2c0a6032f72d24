"""A recalled release is destroyed, told of, and stays in the ledger for good."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.lake.manifest import unsealed
from jobs.lake.storage_local import LocalStorage
from jobs.release import ledger
from jobs.release import recall as module
from jobs.release.plan import read_pointer
from jobs.release.recall import notices, recall
from tests.unit.jobs.release.sample_run import RING, SampleRun, planned, published

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
KEY = ledger.ledger_key(RING)
BASE = "releases/skatteetaten"


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "lake")


def test_only_releases_of_the_run_are_recalled(storage: LocalStorage) -> None:
    first = published(storage)
    second = published(storage, planned(storage, SampleRun(run_id="f" * 16)))
    (ended,) = recall(storage, KEY, ["f" * 16], AT)
    assert ended.release_id == second.release_id
    assert ended.files > 10
    assert ended.size > 0
    assert storage.folders(f"{BASE}/{second.release_id}") == []
    left = [entry.key for entry in storage.walk("releases") if second.release_id in entry.key]
    assert left == [f"{BASE}/{second.release_id}/_recall.json"]
    assert storage.exists(f"{BASE}/{first.release_id}/_manifest.json")
    assert [line["event"] for line in ledger.read_ledger(storage)] == ["release", "release", "recall"]
    assert ledger.verify(storage, KEY) == []


def test_the_notice_names_the_release_in_both_languages(storage: LocalStorage) -> None:
    done = published(storage)
    recall(storage, KEY, [SampleRun().run_id], AT)
    key = f"{done.folder}/_recall.json"
    told = unsealed(storage.read(key), key)
    assert [told] == [{k: v for k, v in one.items() if k != "digest"} for one in notices(storage)]
    for name, word in (("notice_nb", "Slett alle filer"), ("notice_en", "Delete every file")):
        assert done.release_id in told[name]
        assert word in told[name]
        assert "2026-03-02" in told[name]
    assert told["ledger_seq"] == 2
    assert told["datasets"]


def test_the_pointer_names_the_newest_release_that_is_left(storage: LocalStorage) -> None:
    december = published(storage, planned(storage, SampleRun(month="2025-12", run_id="d" * 16)))
    published(storage)
    recall(storage, KEY, [SampleRun().run_id], AT)
    pointer = read_pointer(storage, "skatteetaten")
    assert pointer["latest"]["release_id"] == december.release_id
    assert set(pointer["months"]) == {"2025-12"}
    recall(storage, KEY, ["d" * 16], AT)
    pointer = read_pointer(storage, "skatteetaten")
    assert pointer["latest"] is None
    assert pointer["months"] == {}
    assert pointer["ledger"]["seq"] == 4
    assert ledger.verify(storage, KEY) == []


def test_a_new_release_can_be_made_after_a_recall(storage: LocalStorage) -> None:
    first = published(storage)
    recall(storage, KEY, [SampleRun().run_id], AT)
    again = published(storage, planned(storage, SampleRun(run_id="a" * 16)))
    assert again.release_id != first.release_id
    assert again.created
    assert read_pointer(storage, "skatteetaten")["latest"]["release_id"] == again.release_id
    assert ledger.verify(storage, KEY) == []


def test_recalling_twice_is_recalling_once(storage: LocalStorage) -> None:
    published(storage)
    assert len(recall(storage, KEY, [SampleRun().run_id], AT)) == 1
    assert recall(storage, KEY, [SampleRun().run_id], AT) == []
    assert len(ledger.read_ledger(storage)) == 2


@pytest.mark.parametrize("step", ["_notice", "_withdraw"])
def test_a_recall_that_died_is_finished(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    done = published(storage)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, step, dies)
        with pytest.raises(KeyboardInterrupt):
            recall(storage, KEY, [SampleRun().run_id], AT)
    assert [problem.code for problem in ledger.verify(storage, KEY)] == ["not_destroyed"]
    assert len(recall(storage, KEY, [SampleRun().run_id], AT)) == 1
    assert [entry.key for entry in storage.walk(done.folder)] == [f"{done.folder}/_recall.json"]
    assert len(ledger.read_ledger(storage)) == 2
    assert ledger.verify(storage, KEY) == []


def test_a_release_that_vanished_without_a_recall_is_missed(storage: LocalStorage) -> None:
    done = published(storage)
    storage.delete(done.folder)
    assert [problem.code for problem in ledger.verify(storage, KEY)] == ["missing_release"]


def test_a_recall_cannot_be_taken_out_of_the_ledger(storage: LocalStorage) -> None:
    published(storage)
    recall(storage, KEY, [SampleRun().run_id], AT)
    lines = storage.read(ledger.LEDGER).splitlines(keepends=True)
    storage.delete(ledger.LEDGER)
    storage.put_if_absent(ledger.LEDGER, lines[0])
    assert {problem.code for problem in ledger.verify(storage, KEY)} == {"cut", "missing_release"}
    entry = json.loads(lines[1])
    assert entry["event"] == "recall"
