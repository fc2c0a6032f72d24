"""S10: what an owner deletes is gone from all deliveries before, whatever arrives first, and stays gone."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from expectations.tables_quarantine import QUARANTINE
from jobs.ingest import purge
from jobs.lake.delivery_writer import json_lines
from jobs.lake.lake import Lake
from tests.unit.jobs.ingest.desk import Desk, Record

Example = Callable[[str, str], list[Record]]

AMELDING = "skatteetaten_amelding"
TABLES = ("reports", "recipients", "employments", "incomes", "withholdings")
JANUARY, FEBRUARY, MARCH = (f"2026-0{month}-10T04:15:00+00:00" for month in (1, 2, 3))
GONE, KEPT = "310000302", "310000205"


@pytest.fixture
def reports(example: Example) -> list[Record]:
    return example(AMELDING, "amelding_*.jsonl.gz")


def land(desk: Desk, at: str, reports: list[Record], period: str = "2026-01") -> Path:
    dated = [deepcopy(report) | {"kalendermaaned": period} for report in reports]
    return desk.land(AMELDING, dated, period=period, at=at)


def delete(
    desk: Desk, at: str, *keys: Record, file: str = "amelding_*.jsonl.gz", period: str = "2026-01"
) -> Path:
    import json

    rows = [json.dumps({"fil": file, "noekkel": key, "grunn": "feilsendt"}).encode() for key in keys]
    files = [json_lines("slettinger.jsonl.gz", "application/jsonl+gzip", rows)]
    return desk.land(AMELDING, [], period=period, at=at, kind="deletion", files=files)


def employers(desk: Desk, table: str = "reports") -> set[str]:
    return {row["employer_orgnr"] for row in desk.rows(f"raw_{AMELDING}__{table}")}


def key(orgnr: str, month: str | None = "2026-01") -> Record:
    found: Record = {"opplysningspliktig.norskIdentifikator": orgnr}
    return found | ({"kalendermaaned": month} if month else {})


def test_a_deletion_removes_the_key_from_every_table_of_earlier_deliveries(
    desk: Desk, reports: list[Record]
) -> None:
    folder = land(desk, JANUARY, reports)
    desk.take()
    assert {GONE, KEPT} <= employers(desk)
    deletion = delete(desk, FEBRUARY, key(GONE))
    assert [o.status for o in desk.take().outcomes] == ["accepted"]
    for table in TABLES:
        assert GONE not in employers(desk, table)
        assert KEPT in employers(desk, table)
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}
    assert desk.counts(deletion) == {"in": 1, "accepted": 1}


def test_nothing_of_a_purged_row_is_left_in_the_lake_but_a_keyed_token(
    desk: Desk, reports: list[Record]
) -> None:
    land(desk, JANUARY, reports)
    desk.take()
    delete(desk, FEBRUARY, key(GONE))
    desk.take()
    everything = desk.bytes_everywhere()
    for value in (GONE, "43869032140", "KLOK STIGE"):
        assert value.encode() not in everything
    stones = purge.tombstones(desk.lake, AMELDING)
    assert [(stone.delivered_at, len(stone.keys)) for stone in stones] == [("2026-02-10T04:15:00Z", 1)]


def test_every_as_of_forgets_it_and_the_stored_tables_are_whole(desk: Desk, reports: list[Record]) -> None:
    land(desk, JANUARY, reports)
    desk.take()
    delete(desk, FEBRUARY, key(GONE))
    desk.take()
    for receipt in desk.lake.deliveries.receipts(AMELDING):
        for ref in receipt["tables"]:
            from jobs.lake.manifest import TableRef

            assert desk.lake.read(TableRef.from_dict(ref)).num_rows == ref["rows"]
    from datetime import datetime

    early = desk.lake.deliveries.raw(f"raw_{AMELDING}__reports", as_of=datetime.fromisoformat(JANUARY))
    assert GONE not in desk.lake.read(early).column("employer_orgnr").to_pylist()


@pytest.mark.parametrize("deletion_first", [False, True])
def test_the_order_of_arrival_does_not_matter(
    tmp_path: Path, reports: list[Record], deletion_first: bool
) -> None:
    (tmp_path / "landing").mkdir()
    desk = Desk(tmp_path / "landing", Lake.open(tmp_path / "lake"))
    if deletion_first:
        delete(desk, FEBRUARY, key(GONE))
        desk.take()
        folder = land(desk, JANUARY, reports)
    else:
        folder = land(desk, JANUARY, reports)
        desk.take()
        delete(desk, FEBRUARY, key(GONE))
    desk.take()
    assert GONE not in employers(desk)
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}


def test_a_later_delivery_with_the_key_goes_in(desk: Desk, reports: list[Record]) -> None:
    land(desk, JANUARY, reports)
    delete(desk, FEBRUARY, key(GONE))
    later = land(desk, MARCH, reports)
    desk.take()
    assert [
        row["delivery_id"] for row in desk.rows(f"raw_{AMELDING}__reports") if row["employer_orgnr"] == GONE
    ] == [later.name]


def test_a_partial_key_removes_all_rows_with_its_values(desk: Desk, reports: list[Record]) -> None:
    land(desk, JANUARY, reports, "2025-12")
    land(desk, "2026-01-11T04:15:00+00:00", reports, "2026-01")
    delete(desk, FEBRUARY, key(GONE, month=None))
    desk.take()
    assert GONE not in employers(desk)
    assert len(desk.rows(f"raw_{AMELDING}__reports")) == 4


def test_a_key_of_another_month_removes_nothing(desk: Desk, reports: list[Record]) -> None:
    folder = land(desk, JANUARY, reports)
    delete(desk, FEBRUARY, key(GONE, "2025-11"))
    desk.take()
    assert desk.counts(folder) == {"in": 3, "accepted": 3}


def test_a_private_employer_is_deleted_by_number(desk: Desk, reports: list[Record]) -> None:
    reports[0]["opplysningspliktig"]["norskIdentifikator"] = "15829534050"
    folder = land(desk, JANUARY, reports)
    desk.take()
    delete(desk, FEBRUARY, key("15829534050"))
    desk.take()
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}
    assert all(row["employer_fnr"] is None for row in desk.rows(f"raw_{AMELDING}__reports"))


def test_a_refused_record_with_the_key_leaves_the_quarantine_too(desk: Desk, reports: list[Record]) -> None:
    reports[1]["leveringstidspunkt"] = "i går"
    folder = land(desk, JANUARY, reports)
    desk.take()
    assert len(desk.rows(QUARANTINE.name)) == 1
    delete(desk, FEBRUARY, key(GONE))
    desk.take()
    assert desk.rows(QUARANTINE.name) == []
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("noe_annet.jsonl.gz", {"opplysningspliktig.norskIdentifikator": GONE}),
        ("amelding_*.jsonl.gz", {"meldingsId": "M-2"}),
        ("amelding_*.jsonl.gz", {"kalendermaaned": ""}),
    ],
)
def test_a_row_that_names_no_key_of_the_source_is_set_aside(desk: Desk, file: str, named: Record) -> None:
    folder = delete(desk, FEBRUARY, named, file=file)
    desk.take()
    assert desk.counts(folder) == {"in": 1, "quarantined": 1}
    assert desk.faults()[0][0] in ("unknown_key", "missing_required")
    assert purge.tombstones(desk.lake, AMELDING) == []


@pytest.mark.parametrize("fails_at", ["publish", "receipt"])
def test_a_purge_that_dies_is_finished_by_the_next_intake(
    desk: Desk, reports: list[Record], monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    folder = land(desk, JANUARY, reports)
    desk.take()
    delete(desk, FEBRUARY, key(GONE))

    def die(*_: Any, **__: Any) -> None:
        raise OSError("the machine went down")

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "publish_raw", die) if fails_at == "publish" else patch.setattr(
            "jobs.lake.deliveries.Deliveries.write", die
        )
        with pytest.raises(OSError, match="went down"):
            desk.take()
    assert GONE not in employers(desk), "out of sight at once"
    assert purge.unfinished(desk.lake, AMELDING) == [folder.name]
    desk.take()
    assert GONE not in employers(desk)
    assert desk.counts(folder) == {"in": 3, "accepted": 2, "purged": 1}
    assert purge.unfinished(desk.lake, AMELDING) == []
    assert GONE.encode() not in desk.bytes_everywhere()


def test_a_purge_that_died_and_cannot_be_finished_is_named(
    desk: Desk, reports: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    folder = land(desk, JANUARY, reports)
    desk.take()
    delete(desk, FEBRUARY, key(GONE))

    def die(*_: Any, **__: Any) -> None:
        raise OSError("the machine went down")

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "publish_raw", die)
        with pytest.raises(OSError, match="went down"):
            desk.take()
    shutil.rmtree(folder)
    report = desk.take()
    assert [told.split(":")[0] for told in report.warnings] == ["purge_unfinished"]


def test_organisations_are_deleted_from_whole_registers_too(desk: Desk, example: Example) -> None:
    import json

    units = example("brreg_enheter", "enheter_alle.json.gz")
    desk.land("brreg_enheter", units, period="2026-02-01", at=JANUARY, kind="snapshot")
    row = {
        "fil": "enheter_hentet.json.gz",
        "noekkel": {"organisasjonsnummer": GONE},
        "grunn": "fjernet_hos_eier",
    }
    files = [json_lines("slettinger.jsonl", "application/jsonl", [json.dumps(row).encode()])]
    desk.land("brreg_enheter", [], period="2026-02-03", at=FEBRUARY, kind="deletion", files=files)
    desk.take()
    numbers = {row["orgnr"] for row in desk.rows("raw_brreg_enheter__units")}
    assert GONE not in numbers
    assert len(numbers) == len(units) - 1
    assert GONE not in {row["orgnr"] for row in desk.rows("raw_brreg_enheter__former_names")}
