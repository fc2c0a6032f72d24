import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from expectations.dataset import Dataset
from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.lake.lake import Lake
from jobs.lake.manifest import MANIFEST, sealed
from jobs.lake.runs import Run

Rows = Callable[..., pa.Table]
FROM = "core_other__table/2026-01/0123"


def stored(lake: Lake) -> dict[str, bytes]:
    return {e.key: lake.storage.read(e.key) for e in lake.storage.walk("") if not e.key.startswith("_locks")}


def test_opening_makes_a_lake_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no lake at"):
        Lake.open(tmp_path / "lake", create=False)
    Lake.open(tmp_path / "lake")
    assert Lake.open(tmp_path / "lake", create=False).key_id is None


def test_a_lake_of_another_format_is_refused(tmp_path: Path) -> None:
    tmp_path.joinpath("_lake.json").write_bytes(sealed({"format": 99, "key_id": None}))
    with pytest.raises(UsageError, match="has format 99"):
        Lake.open(tmp_path)


def test_a_lake_keeps_its_key(lake: Lake) -> None:
    lake.bind_key("k1")
    lake.bind_key("k1")
    assert lake.key_id == "k1"
    with pytest.raises(NotPermitted, match="of key k1, not k2"):
        lake.bind_key("k2")


def test_what_is_published_is_read(lake: Lake, things: Dataset, rows: Rows) -> None:
    ref = lake.publish(things, rows(2, 1), partition="2026-01", inputs=[FROM], parameters={"as_of": "x"})
    assert ref.rows == 2
    assert lake.read(ref)["thing_id"].to_pylist() == ["001", "002"]
    assert lake.read(ref, columns=["kind"], where=pc.field("wage_ore") > 1).to_pylist() == [{"kind": "a"}]
    manifest = lake.manifest(ref)
    assert manifest["inputs"] == [FROM]
    assert manifest["parameters"] == {"as_of": "x"}
    assert manifest["code_version"] == "code-1"
    assert {
        "rule_id": "core_test__things:rows",
        "severity": "critical",
        "checked": 1,
        "violated": 0,
        "allowed": 0,
    } in manifest["verdict"]["rules"]
    assert [Path(file).is_file() for file in lake.files(ref)] == [True]


def test_months_are_read_in_the_order_given(lake: Lake, things: Dataset, rows: Rows) -> None:
    first = lake.publish(things, rows(9), partition="2025-12")
    second = lake.publish(things, rows(1), partition="2026-01")
    assert lake.read([second, first])["thing_id"].to_pylist() == ["001", "009"]
    assert lake.read([first, second])["thing_id"].to_pylist() == ["009", "001"]


def test_an_empty_month_is_a_version(lake: Lake, things: Dataset, rows: Rows) -> None:
    ref = lake.publish(things, rows(), partition="2026-01")
    assert ref.rows == 0
    assert lake.read(ref).schema.equals(things.arrow_schema)


def test_reading_nothing_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match="nothing to read"):
        lake.read([])


def test_publishing_twice_changes_no_byte(lake: Lake, things: Dataset, rows: Rows) -> None:
    ref = lake.publish(things, rows(1, 2), partition="2026-01", inputs=[FROM])
    before = stored(lake)
    assert lake.find(things, partition="2026-01", inputs=[FROM, FROM]) == ref
    assert lake.publish(things, rows(2, 1), partition="2026-01", inputs=[FROM]) == ref
    assert stored(lake) == before


def test_two_lakes_hold_the_same_bytes(
    tmp_path: Path, open_lake: Callable[..., Lake], things: Dataset, rows: Rows
) -> None:
    lakes = [open_lake(tmp_path / name) for name in "ab"]
    refs = [
        lake.publish(things, given, partition="2026-01", inputs=[FROM])
        for lake, given in zip(lakes, [rows(1, 2, 3), rows(3, 2, 1)], strict=True)
    ]
    assert refs[0] == refs[1]
    assert stored(lakes[0]) == stored(lakes[1])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"inputs": []}, id="inputs"),
        pytest.param({"parameters": {"as_of": "later"}}, id="parameters"),
        pytest.param({"partition": "2026-02"}, id="month"),
    ],
)
def test_other_inputs_make_another_version(
    lake: Lake, things: Dataset, rows: Rows, other: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"partition": "2026-01", "inputs": [FROM], "parameters": {"as_of": "now"}}
    ref = lake.publish(things, rows(1), **given)
    assert lake.find(things, **given | other) is None
    assert lake.publish(things, rows(1), **given | other).version != ref.version
    assert lake.find(things, **given) == ref


def test_other_code_makes_another_version(
    tmp_path: Path, lake: Lake, open_lake: Callable[..., Lake], things: Dataset, rows: Rows
) -> None:
    ref = lake.publish(things, rows(1), partition="2026-01")
    newer = open_lake(tmp_path / "lake", "code-2")
    assert newer.find(things, partition="2026-01") is None
    assert newer.publish(things, rows(1, 2), partition="2026-01").version != ref.version
    assert newer.read(ref).num_rows == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"wage_ore": -1}, "core_test__things:wage_ore:range broken by 1 of 2", id="below"),
        pytest.param({"wage_ore": 1001}, "wage_ore:range broken by 1 of 2", id="above"),
        pytest.param({"kind": "c"}, "kind:codes broken by 1 of 2", id="code"),
        pytest.param({"tags": ["red", "green"]}, "tags:codes broken by 1 of 3", id="code in a list"),
        pytest.param({"thing_id": "x1"}, "thing_id:pattern broken by 1 of 2", id="pattern"),
    ],
)
def test_a_failed_audit_leaves_nothing_behind(
    lake: Lake, things: Dataset, rows: Rows, row: Any, changes: dict[str, Any], message: str
) -> None:
    before = stored(lake)
    with pytest.raises(
        DataRefused, match=f"audit_failed: core_test__things 2026-01 with 2 rows: .*{message}"
    ):
        lake.publish(things, rows(1, row(2, **changes)), partition="2026-01")
    assert stored(lake) == before


def test_bounds_themselves_are_lawful(lake: Lake, things: Dataset, rows: Rows, row: Any) -> None:
    assert (
        lake.publish(things, rows(row(1, wage_ore=0), row(2, wage_ore=1000)), partition="2026-01").rows == 2
    )


def test_more_rows_than_the_ceiling_are_refused(lake: Lake, things: Dataset, rows: Rows) -> None:
    assert lake.publish(things, rows(*range(50)), partition="2025-12").rows == 50
    with pytest.raises(DataRefused, match="things:rows broken by 1 of 1"):
        lake.publish(things, rows(*range(51)), partition="2026-01")


def test_an_audit_turned_off_is_on_record(lake: Lake, things: Dataset, rows: Rows, row: Any) -> None:
    ref = lake.publish(things, rows(row(1, kind="c")), partition="2026-01", audit=False)
    assert lake.manifest(ref)["verdict"]["audited"] is False


def test_what_was_written_must_be_what_is_read_back(
    lake: Lake, things: Dataset, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = rows(1, 2).cast(things.arrow_schema)
    monkeypatch.setattr("jobs.lake.rows.read_groups", lambda *_: iter([other]))
    with pytest.raises(DataRefused, match="staged_corrupt"):
        lake.publish(things, rows(1), partition="2026-01")
    assert lake.find(things, partition="2026-01") is None


def test_a_writer_that_comes_second_with_other_rows_is_refused(
    lake: Lake, things: Dataset, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = lake.publish(things, rows(1), partition="2026-01")
    existing = lake._existing
    monkeypatch.setattr(lake, "_existing", lambda folder: None)  # it looked before the first had finished
    with pytest.raises(DataRefused, match="not_deterministic"):
        lake.publish(things, rows(2), partition="2026-01")
    assert lake.publish(things, rows(1), partition="2026-01") == ref
    monkeypatch.setattr(lake, "_existing", existing)
    assert lake.read(ref)["thing_id"].to_pylist() == ["001"]


def test_tables_go_where_they_belong(lake: Lake, things: Dataset, raw_things: Dataset, rows: Rows) -> None:
    with pytest.raises(UsageError, match="stored by delivery"):
        lake.publish(raw_things, rows(1), partition="2026-01")
    with pytest.raises(UsageError, match="stored by month"):
        lake.publish_raw(things, rows(1), source="test", delivery_id="d")
    with pytest.raises(UsageError, match="is not a month"):
        lake.publish(things, rows(1), partition="2026-99")


def test_a_reference_that_is_not_what_lies_there_is_refused(lake: Lake, things: Dataset, rows: Rows) -> None:
    ref = lake.publish(things, rows(1), partition="2026-01")
    content = lake.manifest(ref)
    lake.storage.delete(f"{ref.folder}/{MANIFEST}")
    with pytest.raises(DataRefused, match="version_missing"):
        lake.read(ref)
    lake.storage.put_if_absent(f"{ref.folder}/{MANIFEST}", sealed(content | {"rows": 7}))
    with pytest.raises(DataRefused, match="manifest_altered"):
        lake.read(ref)


def test_raw_rows_are_invisible_until_the_receipt(
    lake: Lake, raw_things: Dataset, raw_rows: Rows, receipt: Callable[..., Any]
) -> None:
    ref = lake.publish_raw(raw_things, raw_rows("d1", "x"), source="test", delivery_id="d1")
    assert lake.deliveries.raw(raw_things.name) == []
    lake.deliveries.write(receipt("d1", ref))
    (raw,) = lake.deliveries.raw(raw_things.name)
    assert (raw.ref, raw.id, raw.period) == (ref, ref.id, "2026-01")
    assert lake.read([raw])["thing_id"].to_pylist() == ["x"]


def test_raw_rows_of_a_dead_intake_are_replaced_and_received_ones_stay(
    lake: Lake, raw_things: Dataset, raw_rows: Rows, receipt: Callable[..., Any]
) -> None:
    lake.publish_raw(raw_things, raw_rows("d1", "half"), source="test", delivery_id="d1")
    ref = lake.publish_raw(raw_things, raw_rows("d1", "x", "y"), source="test", delivery_id="d1")
    assert lake.read(ref).num_rows == 2
    lake.deliveries.write(receipt("d1", ref))
    assert lake.publish_raw(raw_things, raw_rows("d1", "x", "y"), source="test", delivery_id="d1") == ref
    with pytest.raises(DataRefused, match="delivery_conflict"):
        lake.publish_raw(raw_things, raw_rows("d1", "z"), source="test", delivery_id="d1")
    assert lake.read(ref).num_rows == 2


def test_a_shared_raw_table_keeps_sources_apart(lake: Lake, raw_things: Dataset, raw_rows: Rows) -> None:
    from dataclasses import replace

    shared = replace(raw_things, source="")
    refs = [lake.publish_raw(shared, raw_rows("d1", s), source=s, delivery_id="d1") for s in ("one", "two")]
    assert [ref.partition for ref in refs] == ["one.d1", "two.d1"]


def test_timings_lie_beside_the_data(lake: Lake, things: Dataset, rows: Rows) -> None:
    ref = lake.publish(things, rows(1), partition="2026-01")
    run = Run.of("2026-01")
    lake.log(run, "join", {"seconds": 1.5})
    (entry,) = list(lake.storage.walk("log"))
    assert json.loads(lake.storage.read(entry.key))["seconds"] == 1.5
    assert "seconds" not in json.dumps(lake.manifest(ref))
