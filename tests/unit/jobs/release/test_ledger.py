import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.keys import KeyRing
from jobs.lake.storage import Superseded
from jobs.lake.storage_local import LocalStorage
from jobs.release import ledger
from jobs.release.ledger import LEDGER
from tests.unit.jobs.release.sample_run import RING, SampleRun, planned, published

KEY = ledger.ledger_key(RING)
POINTER = "releases/skatteetaten/_latest.json"


@pytest.fixture(scope="module")
def three_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three releases; tests work on copies."""
    root = tmp_path_factory.mktemp("ledger")
    found = LocalStorage(root)
    for month in (12, 1, 2):
        year = 2025 if month == 12 else 2026
        reader = SampleRun(month=f"{year}-{month:02d}", as_of=datetime(2026, 4, month % 12 + 1, tzinfo=UTC))
        published(found, planned(found, reader))
    return root


@pytest.fixture
def storage(tmp_path: Path, three_releases: Path) -> LocalStorage:
    shutil.copytree(three_releases, tmp_path / "lake")
    return LocalStorage(tmp_path / "lake")


def codes(storage: LocalStorage, key: bytes = KEY) -> set[str]:
    return {problem.code for problem in ledger.verify(storage, key)}


def rewrite(storage: LocalStorage, change: Callable[[list[str]], list[str]]) -> None:
    lines = storage.read(LEDGER).decode().splitlines(keepends=True)
    storage.delete(LEDGER)
    storage.put_if_absent(LEDGER, "".join(change(lines)).encode())


def altered(lines: list[str]) -> list[str]:
    entry = json.loads(lines[1]) | {"approved_by": "someone else"}
    return [lines[0], json.dumps(entry) + "\n", lines[2]]


def test_a_whole_ledger_has_no_problems_and_tells_who_what_and_why(storage: LocalStorage) -> None:
    assert ledger.verify(storage, KEY) == []
    entries = ledger.read_ledger(storage)
    assert [e["seq"] for e in entries] == [1, 2, 3]
    assert entries[0]["previous"] == ledger.START
    first = entries[0]
    assert (first["recipient"], first["approved_by"], first["prepared_by"]) == (
        "skatteetaten",
        "approver",
        "operator",
    )
    assert first["legal_basis"] == ["FVL-13G", "AKRIM-3", "POL-12A"]
    assert first["rows"] == {"out_share__cases": 2, "out_share__findings": 3, "out_share__evidence": 4}
    assert first["record_id"] == "EKSEMPEL-skatteetaten-2025-12"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(altered, "altered", id="a line altered"),
        pytest.param(lambda lines: [lines[0], lines[2]], "broken_link", id="a line taken out"),
        pytest.param(lambda lines: lines[1:], "broken_link", id="the first line taken out"),
        pytest.param(lambda lines: [lines[0], lines[2], lines[1]], "broken_link", id="lines swapped"),
        pytest.param(lambda lines: [*lines, lines[2]], "broken_link", id="a line repeated"),
        pytest.param(lambda lines: lines[:2], "cut", id="the tail cut"),
        pytest.param(lambda lines: lines[:2], "unlisted_release", id="the tail cut, seen from the release"),
        pytest.param(lambda lines: [], "cut", id="emptied"),
        pytest.param(lambda lines: [lines[0], lines[1], lines[2][:40]], "unreadable", id="half a line"),
    ],
)
def test_tampering_is_found(
    storage: LocalStorage, change: Callable[[list[str]], list[str]], code: str
) -> None:
    rewrite(storage, change)
    assert code in codes(storage)


def test_a_ledger_signed_anew_with_another_key_is_found(storage: LocalStorage) -> None:
    other = ledger.ledger_key(KeyRing("other", b"1" * 32, b"2" * 32))
    entries = ledger.read_ledger(storage)
    storage.delete(LEDGER)
    for entry in entries:
        ledger.append(storage, other, {k: v for k, v in entry.items() if k not in ("mac", "previous", "seq")})
    assert codes(storage) >= {"altered", "cut"}


def test_a_cut_tail_is_found_even_when_the_release_is_gone_too(storage: LocalStorage) -> None:
    newest = ledger.read_ledger(storage)[-1]["release_id"]
    rewrite(storage, lambda lines: lines[:2])
    storage.delete(f"releases/skatteetaten/{newest}")
    assert codes(storage) == {"cut"}


def test_a_release_that_is_gone_or_altered_is_found(storage: LocalStorage) -> None:
    first, second, _ = [
        f"releases/skatteetaten/{e['release_id']}/_manifest.json" for e in ledger.read_ledger(storage)
    ]
    content = storage.read(second)
    storage.delete(first)
    storage.delete(second)
    storage.put_if_absent(second, content.replace(b"skatteetaten", b"xkatteetaten"))
    assert codes(storage) == {"missing_release", "altered"}


def test_an_empty_lake_has_no_problems(tmp_path: Path) -> None:
    assert ledger.verify(LocalStorage(tmp_path), KEY) == []


def test_the_same_release_twice_is_one_line(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    entry = {"release_id": "r", "recipient": "x", "manifest_sha256": "m", "approved_by": "a"}
    first, added = ledger.append(storage, KEY, entry)
    again, added_again = ledger.append(storage, KEY, entry | {"approved_by": "b"})
    assert (added, added_again) == (True, False)
    assert first == again
    assert len(ledger.read_ledger(storage)) == 1


def test_another_writer_in_between_loses_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = LocalStorage(tmp_path)
    swap = LocalStorage.swap
    interrupted: list[bool] = []

    def slow(self: LocalStorage, key: str, content: bytes, expected: str | None) -> None:
        if not interrupted:
            interrupted.append(True)
            ledger.append(storage, KEY, {"release_id": "other", "recipient": "x", "manifest_sha256": "m"})
        swap(self, key, content, expected)

    monkeypatch.setattr(LocalStorage, "swap", slow)
    ledger.append(storage, KEY, {"release_id": "mine", "recipient": "x", "manifest_sha256": "m"})
    assert [e["release_id"] for e in ledger.read_ledger(storage)] == ["other", "mine"]


def test_writers_that_never_stop_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: LocalStorage, key: str, content: bytes, expected: str | None) -> None:
        raise Superseded("always")

    monkeypatch.setattr(LocalStorage, "swap", never)
    with pytest.raises(Superseded, match="always"):
        ledger.append(
            LocalStorage(tmp_path), KEY, {"release_id": "r", "recipient": "x", "manifest_sha256": "m"}
        )
