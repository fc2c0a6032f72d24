from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations.dataset import Dataset
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, canonical, sealed, unsealed
from jobs.lake.runs import Run
from jobs.lake.verify import verify


@pytest.fixture
def whole(lake: Lake, things: Dataset, raw_things: Dataset, rows: Any, raw_rows: Any, receipt: Any) -> Lake:
    raw = lake.publish_raw(raw_things, raw_rows("d1", "x"), source="test", delivery_id="d1")
    lake.deliveries.write(receipt("d1", raw))
    lake.deliveries.write(receipt("d2", status="held"))
    ref = lake.publish(things, rows(1, 2), partition="2026-01", inputs=[raw.id])
    run = Run.of("2026-01")
    lake.runs.record_draft(run, "join", [ref])
    lake.runs.publish(run, tables=[ref], deliveries=lake.deliveries.raw(raw_things.name))
    return lake


def test_a_whole_lake_has_no_faults(whole: Lake) -> None:
    seen: list[str] = []
    assert verify(whole, seen.append) == []
    assert len(seen) == 3


@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.999])
def test_one_flipped_bit_anywhere_is_found_and_named(whole: Lake, place: float) -> None:
    files = [e.key for e in whole.storage.walk("") if not e.key.startswith(("_locks", "log"))]
    assert len(files) == 10
    for key in files:
        path = Path(whole.storage.locate(key))
        content = path.read_bytes()
        flipped = bytearray(content)
        flipped[int(len(content) * place)] ^= 1
        path.write_bytes(flipped)
        assert key in {fault.key for fault in verify(whole)}, key
        path.write_bytes(content)
    assert verify(whole) == []


def test_a_missing_file_is_named(whole: Lake) -> None:
    for key in [e.key for e in whole.storage.walk("") if e.key.endswith((".parquet", MANIFEST))]:
        content = whole.storage.read(key)
        whole.storage.delete(key)
        faults = verify(whole)
        assert faults, key
        assert key in faults[0].key or faults[0].reason == "chain"
        whole.storage.put_if_absent(key, content)


def test_a_forged_manifest_breaks_the_chain(whole: Lake) -> None:
    """One who rewrites a manifest can renew its digest, but not the one in what names the manifest."""
    (key,) = [e.key for e in whole.storage.walk("tables") if e.key.endswith(MANIFEST)]
    manifest = unsealed(whole.storage.read(key), key)
    whole.storage.delete(key)
    whole.storage.put_if_absent(key, sealed(manifest | {"inputs": []}))
    (fault,) = verify(whole)
    assert fault.reason == "chain"
    assert "which is altered" in fault.detail


def test_a_forged_receipt_breaks_the_chain(whole: Lake) -> None:
    key = "deliveries/test/d1.json"
    receipt = unsealed(whole.storage.read(key), key)
    receipt["tables"][0]["rows"] = 2
    whole.storage.delete(key)
    whole.storage.put_if_absent(key, sealed(receipt))
    assert [(fault.key, fault.reason) for fault in verify(whole)] == [(key, "chain")]


def test_rows_are_counted(whole: Lake) -> None:
    (key,) = [e.key for e in whole.storage.walk("tables") if e.key.endswith(MANIFEST)]
    manifest = unsealed(whole.storage.read(key), key)
    whole.storage.delete(key)
    whole.storage.put_if_absent(key, sealed(manifest | {"rows": 3}))
    assert ("rows", "manifest says 3, files hold 2") in {(f.reason, f.detail) for f in verify(whole)}


def test_a_manifest_in_the_wrong_place_is_named(whole: Lake) -> None:
    (key,) = [e.key for e in whole.storage.walk("tables") if e.key.endswith(MANIFEST)]
    moved = key.replace("month=2026-01", "month=2026-02")
    whole.storage.put_if_absent(moved, whole.storage.read(key))
    assert [(f.key, f.reason) for f in verify(whole)] == [(moved, "altered")]


def test_releases_are_checked(whole: Lake, tmp_path: Path) -> None:
    import hashlib

    folder = "releases/tax/cases/r1"
    file = {"name": "cases.parquet", "bytes": 4, "sha256": hashlib.sha256(b"data").hexdigest()}
    whole.storage.put_if_absent(f"{folder}/cases.parquet", b"data")
    whole.storage.put_if_absent(f"{folder}/{MANIFEST}", canonical({"files": [file]}))
    assert verify(whole) == []
    Path(whole.storage.locate(f"{folder}/cases.parquet")).write_bytes(b"dat4")
    assert [(f.key, f.reason) for f in verify(whole)] == [(f"{folder}/cases.parquet", "altered")]


def test_documents_and_tables_of_a_release_are_checked(whole: Lake) -> None:
    import hashlib

    table, own = "releases/tax/cases/r1", "releases/tax/r1"
    manifest = canonical({"files": []})
    whole.storage.put_if_absent(f"{table}/{MANIFEST}", manifest)
    whole.storage.put_if_absent(f"{own}/README.md", b"read me")
    named = {
        "documents": {"README.md": hashlib.sha256(b"read me").hexdigest()},
        "datasets": {
            "cases": {"folder": "cases/r1", "manifest_sha256": hashlib.sha256(manifest).hexdigest()}
        },
    }
    whole.storage.put_if_absent(f"{own}/{MANIFEST}", canonical(named))
    assert verify(whole) == []
    Path(whole.storage.locate(f"{own}/README.md")).write_bytes(b"read you")
    Path(whole.storage.locate(f"{table}/{MANIFEST}")).write_bytes(canonical({"files": [], "more": 1}))
    assert {(f.key, f.reason) for f in verify(whole)} == {
        (f"{own}/README.md", "altered"),
        (f"{table}/{MANIFEST}", "altered"),
    }


def test_another_schema_than_declared_is_named(
    whole: Lake, things: Dataset, monkeypatch: pytest.MonkeyPatch, rows: Callable[..., Any]
) -> None:
    monkeypatch.setattr("jobs.lake.verify.datasets", lambda: {things.name: things})
    assert verify(whole) == []
    other = things.arrow_schema.remove(0)
    monkeypatch.setattr("jobs.lake.verify.schema_fingerprint", lambda _: _fingerprint(whole))
    things.__dict__["arrow_schema"], kept = other, things.arrow_schema
    try:
        assert [f.reason for f in verify(whole)] == ["schema"]
    finally:
        things.__dict__["arrow_schema"] = kept


def _fingerprint(lake: Lake) -> str:
    (key,) = [e.key for e in lake.storage.walk("tables") if e.key.endswith(MANIFEST)]
    return str(unsealed(lake.storage.read(key), key)["schema_fingerprint"])


def test_what_was_purged_is_no_fault_of_an_earlier_run(
    whole: Lake, raw_things: Dataset, raw_rows: Any, receipt: Any
) -> None:
    whole.storage.delete("deliveries/test/d1.json")
    assert {fault.reason for fault in verify(whole)} == set()
    raw = whole.publish_raw(raw_things, raw_rows("d1"), source="test", delivery_id="d1")
    assert [fault.reason for fault in verify(whole)] == ["chain"]
    amended = receipt("d1", raw)
    for counts in (amended["dispositions"], amended["files"][0]["dispositions"]):
        counts.update({"accepted": 0, "purged": 1})
    whole.deliveries.write(amended)
    assert verify(whole) == []
