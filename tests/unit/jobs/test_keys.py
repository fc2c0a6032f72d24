import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.errors import NotPermitted, UsageError
from jobs.keys import DEMONSTRATION_ID, KeyRing, pseudonym, pseudonyms

KEY = b"k" * 32


class Remembering:
    """What a lake knows of keys."""

    def __init__(self, key_id: str | None = None) -> None:
        self.key_id = key_id

    def bind_key(self, key_id: str) -> None:
        self.key_id = key_id


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "keys.json"
    KeyRing.create(path)
    return path


def test_a_pseudonym_is_hmac_in_base32() -> None:
    digest = hmac.new(KEY, b"person\x0012345", hashlib.sha256).digest()[:16]
    expected = base64.b32encode(digest).decode().rstrip("=").lower()
    assert len(expected) == 26
    assert pseudonym(KEY, "person", "12345") == f"p1_{expected}"


def test_key_domain_and_value_each_change_a_pseudonym() -> None:
    made = {
        pseudonym(KEY, "person", "1"),
        pseudonym(KEY, "name", "1"),
        pseudonym(KEY, "person", "2"),
        pseudonym(b"j" * 32, "person", "1"),
    }
    assert len(made) == 4


def test_a_pseudonym_is_no_unkeyed_hash() -> None:
    made = pseudonym(KEY, "person", "13819000112")
    for text in (b"13819000112", b"person\x0013819000112"):
        for algorithm in (hashlib.sha256, hashlib.sha1, hashlib.md5):
            digest = base64.b32encode(algorithm(text).digest()[:16]).decode().lower()
            assert made.removeprefix("p1_") not in digest


@settings(deadline=None, derandomize=True)
@given(st.binary(min_size=1, max_size=80), st.lists(st.none() | st.text("aæ\0", max_size=4), max_size=8))
def test_many_at_once_are_the_same_as_one_by_one(key: bytes, values: list[str | None]) -> None:
    one_by_one = [None if value is None else pseudonym(key, "person", value) for value in values]
    assert pseudonyms(key, "person", values) == one_by_one


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [str(n) for n in range(7)]
    whole = pseudonyms(KEY, "person", values)
    monkeypatch.setattr("jobs.keys.CHUNK", 2)
    assert pseudonyms(KEY, "person", values) == whole


def test_a_hundred_thousand_take_less_than_a_few_seconds() -> None:
    values = [f"{n:011d}" for n in range(100_000)]
    started = time.perf_counter()
    assert len(set(pseudonyms(KEY, "person", values))) == 100_000
    assert time.perf_counter() - started < 5  # about 0.2 s on a quiet machine


def test_release_keys_are_apart() -> None:
    ring = KeyRing.demonstration()
    keys = {
        ring.release_key("tax", "review", "2026"),
        ring.release_key("police", "review", "2026"),
        ring.release_key("tax", "control", "2026"),
        ring.release_key("tax", "review", "2027"),
        ring.release_key("taxreview", "", "2026"),
        ring.core_key(),
    }
    assert len(keys) == 6
    assert all(len(key) == 32 for key in keys)
    assert ring.release_key("tax", "review", "2026") == KeyRing.demonstration().release_key(
        "tax", "review", "2026"
    )


def test_keys_are_for_their_owner_only(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    ring = KeyRing.read(key_file)
    assert ring.core != ring.release
    assert ring.core.hex() not in repr(ring)
    assert ring.release.hex() not in repr(ring)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644])
def test_a_key_file_that_others_may_read_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(NotPermitted, match=f"has mode {mode:04o}"):
        KeyRing.read(key_file)


def test_keys_are_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(NotPermitted, match="never overwritten"):
        KeyRing.create(key_file)
    assert key_file.read_bytes() == before


def test_two_key_files_differ(tmp_path: Path) -> None:
    assert KeyRing.create(tmp_path / "a").key_id != KeyRing.create(tmp_path / "b").key_id


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "id": "x", "core": "zz", "release": "zz"}']
)
def test_what_is_no_key_file_is_refused(key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(UsageError, match="is not a key file"):
        KeyRing.read(key_file)


def test_an_exchanged_key_is_noticed(key_file: Path) -> None:
    content = json.loads(key_file.read_text())
    key_file.write_text(json.dumps(content | {"core": "00" * 32}))
    with pytest.raises(NotPermitted, match="its keys are not those"):
        KeyRing.read(key_file)


def test_synthetic_deliveries_need_no_key(tmp_path: Path) -> None:
    lake = Remembering()
    assert KeyRing.for_lake(lake, tmp_path / "none", synthetic=True).key_id == DEMONSTRATION_ID
    assert lake.key_id == DEMONSTRATION_ID


def test_a_real_delivery_without_a_key_is_refused(tmp_path: Path) -> None:
    lake = Remembering()
    for path in (tmp_path / "none", None):
        with pytest.raises(NotPermitted, match="kjede keys init"):
            KeyRing.for_lake(lake, path, synthetic=False)
    assert lake.key_id is None


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_key_of_ones_own_goes_first(key_file: Path, synthetic: bool) -> None:
    lake = Remembering()
    ring = KeyRing.for_lake(lake, key_file, synthetic=synthetic)
    assert lake.key_id == ring.key_id == KeyRing.read(key_file).key_id


def test_a_lake_of_the_demonstration_key_stays_synthetic(key_file: Path) -> None:
    lake = Remembering(DEMONSTRATION_ID)
    assert KeyRing.for_lake(lake, key_file, synthetic=True) == KeyRing.demonstration()
    with pytest.raises(NotPermitted, match="published demonstration key"):
        KeyRing.for_lake(lake, key_file, synthetic=False)


def test_a_lake_refuses_another_key(key_file: Path, tmp_path: Path) -> None:
    lake = Remembering(KeyRing.create(tmp_path / "other.json").key_id)
    with pytest.raises(NotPermitted, match="the key file holds"):
        KeyRing.for_lake(lake, key_file, synthetic=True)
    with pytest.raises(NotPermitted, match="does not exist"):
        KeyRing.for_lake(lake, tmp_path / "none", synthetic=True)
