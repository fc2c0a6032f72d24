import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from expectations.errors import DataRefused, NotPermitted, UsageError
from jobs.ingest.record_rules import RULES
from jobs.ingest.validation import Fault
from jobs.lake.lake import Lake
from jobs.lake.runs import Run
from jobs.lake.verify import verify
from jobs.quality import retry
from tests.unit.jobs.ingest.desk import RING, Desk

SOURCE = "kontraktskjede"
TABLE = "raw_kontraktskjede__projects"
AT = "2026-02-05T07:00:00+00:00"
FILE = "prosjekter.jsonl.gz"


@pytest.fixture
def desk(tmp_path: Path, lake: Lake) -> Desk:
    (tmp_path / "landing").mkdir()
    return Desk(tmp_path / "landing", lake)


def project(number: int) -> dict[str, Any]:
    return {
        "prosjekt_id": f"P-{number}",
        "byggherre_orgnr": "310000205",
        "oppdragsgivertype": "privat",
        "arbeidstype": "renhold",
        "kommunenummer": "3420",
        "erklaering": {"status": "erklaert", "komplett": False},
    }


def turn_away(monkeypatch: pytest.MonkeyPatch, *projects: str) -> None:
    """Refuse some projects for no good reason, as a fault of the code would."""

    def refuse(record: dict[str, Any], _: str) -> Fault | None:
        told = "refused by a fault of the code"
        return Fault("too_strict", "$.prosjekt_id", told) if record["prosjekt_id"] in projects else None

    monkeypatch.setitem(cast("dict[Any, Any]", RULES), (SOURCE, "prosjekt"), refuse)


@pytest.fixture
def strict() -> Iterator[Callable[[], None]]:
    """The code turns a project away until this is called."""
    patch = pytest.MonkeyPatch()
    turn_away(patch, "P-2")
    yield patch.undo
    patch.undo()


def landed(desk: Desk, **more: Any) -> str:
    folder = desk.land(SOURCE, [project(n) for n in (1, 2, 3)], period="2026-01", at=AT, file=FILE, **more)
    return folder.name


def ids(desk: Desk) -> list[str]:
    return sorted(row["project_id"] for row in desk.rows(TABLE))


def test_a_dry_run_shows_what_the_present_rules_would_let_in(desk: Desk, strict: Callable[[], None]) -> None:
    delivery_id = landed(desk)
    desk.take()
    before = desk.bytes_everywhere()
    assert ids(desk) == ["P-1", "P-3"]
    assert retry.compare(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)[0] == []
    strict()
    changes, made = retry.compare(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)
    assert changes == [
        {"what": "records", "name": "accepted", "path": "", "before": 2, "after": 3},
        {"what": "records", "name": "quarantined", "path": "", "before": 1, "after": 0},
        {"what": "reason", "name": "too_strict", "path": "$.prosjekt_id", "before": 1, "after": 0},
    ]
    assert made["status"] == "accepted"
    assert desk.bytes_everywhere() == before


def test_it_is_stored_anew_where_no_run_has_read_it(
    desk: Desk, strict: Callable[[], None], tmp_path: Path
) -> None:
    delivery_id = landed(desk)
    desk.take()
    strict()
    done = retry.apply(
        desk.lake, str(desk.landing), SOURCE, delivery_id, reason="rule mended", by="kari", ring=RING
    )
    assert (done["status"], done["accepted"], done["quarantined"]) == ("accepted", 3, 0)
    assert ids(desk) == ["P-1", "P-2", "P-3"]
    assert verify(desk.lake) == []
    fresh = Desk(desk.landing, Lake.open(tmp_path / "fresh"))
    fresh.take()
    refs = [d.lake.deliveries.raw(TABLE)[0] for d in (desk, fresh)]
    assert refs[0] == refs[1], "what a lake built today would hold, known when it was delivered"
    note = json.loads(desk.lake.storage.read(f"deliveries/{SOURCE}/{delivery_id}.reopened.json"))["notes"][0]
    assert (note["reason"], note["by"], note["before"]["quarantined"]) == ("rule mended", "kari", 1)
    with pytest.raises(UsageError, match="exactly what is in already"):
        retry.apply(desk.lake, str(desk.landing), SOURCE, delivery_id, reason="r", by="b", ring=RING)


def test_what_a_published_run_has_read_stays(
    desk: Desk, strict: Callable[[], None], publish: Any, run: Run
) -> None:
    delivery_id = landed(desk)
    desk.take()
    strict()
    table = publish("core_org__organisations", {"orgnr": "200000004"})
    desk.lake.runs.publish(run, tables=[table], deliveries=desk.lake.deliveries.raw(TABLE))
    before = desk.bytes_everywhere()
    with pytest.raises(NotPermitted, match="read by the published run of 2026-01"):
        retry.apply(desk.lake, str(desk.landing), SOURCE, delivery_id, reason="r", by="b", ring=RING)
    assert desk.bytes_everywhere() == before
    assert retry.compare(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)[0]


def test_another_delivery_of_the_same_id_is_a_conflict(desk: Desk, strict: Callable[[], None]) -> None:
    delivery_id = landed(desk)
    desk.take()
    envelope = next(desk.landing.rglob("delivery.json"))
    envelope.write_text(envelope.read_text().replace("LB-EKSEMPEL", "LB-OPEN-01"))
    with pytest.raises(DataRefused, match="the first stays") as refusal:
        retry.compare(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)
    assert refusal.value.code == "delivery_conflict"


def test_changed_bytes_under_the_same_envelope_let_nothing_in(desk: Desk, strict: Callable[[], None]) -> None:
    delivery_id = landed(desk)
    desk.take()
    strict()
    data = next(desk.landing.rglob(FILE))
    data.write_bytes(data.read_bytes() + b"x")
    with pytest.raises(DataRefused, match="set aside more than before"):
        retry.apply(desk.lake, str(desk.landing), SOURCE, delivery_id, reason="r", by="b", ring=RING)
    assert ids(desk) == ["P-1", "P-3"]


def test_rules_that_let_in_less_change_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery_id = landed(desk)
    desk.take()
    turn_away(monkeypatch, "P-1", "P-2")
    changes, _ = retry.compare(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)
    assert changes[0] == {"what": "records", "name": "accepted", "path": "", "before": 3, "after": 1}
    with pytest.raises(DataRefused, match="set aside more than before"):
        retry.apply(desk.lake, str(desk.landing), SOURCE, delivery_id, reason="r", by="b", ring=RING)
    assert len(ids(desk)) == 3


def test_a_rejected_delivery_is_taken_in_again(desk: Desk) -> None:
    delivery_id = landed(desk)
    data = next(desk.landing.rglob(FILE))
    whole = data.read_bytes()
    data.write_bytes(whole[:-4])
    assert [o.status for o in desk.take().refused] == ["rejected"]
    again = retry.retry(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)
    assert (again["was"], again["status"]) == (["rejected"], "rejected")
    data.write_bytes(whole)
    assert desk.take().outcomes == []
    again = retry.retry(desk.lake, str(desk.landing), SOURCE, delivery_id, RING)
    assert (again["was"], again["status"], again["accepted"]) == (["rejected"], "accepted", 3)
    assert len(ids(desk)) == 3


def test_what_is_not_in_the_landing_zone_is_not_forgotten(desk: Desk, deliver: Any) -> None:
    held = deliver(SOURCE, "2026-01", "2026-02-05T07:00:00Z", status="held")["delivery_id"]
    with pytest.raises(UsageError, match="is not in the landing zone"):
        retry.retry(desk.lake, str(desk.landing), SOURCE, held, RING)
    assert desk.lake.deliveries.receipt(SOURCE, held, "held")


def test_reading_again_needs_a_reason_and_a_name(desk: Desk, deliver: Any) -> None:
    came = deliver(SOURCE, "2026-01", "2026-02-05T07:00:00Z")["delivery_id"]
    for reason, by in (("", "kari"), ("why", " ")):
        with pytest.raises(UsageError, match="a reason and a name"):
            retry.apply(desk.lake, str(desk.landing), SOURCE, came, reason=reason, by=by)
