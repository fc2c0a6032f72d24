import fcntl
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import DataRefused, KjedeError
from jobs.ingest.fetch_session import FetchSession
from jobs.ingest.fetch_state import FetchState
from jobs.ingest.fetchers import FETCHERS, FetchJob, fetcher
from jobs.lake.delivery_writer import DataFile, json_array
from jobs.lake.storage import Superseded
from tests.unit.jobs.ingest.desk import Desk

Later = Callable[[FetchJob, int], FetchJob]


def units(*numbers: str) -> list[DataFile]:
    rows = [
        json.dumps({"organisasjonsnummer": n, "navn": "A", "organisasjonsform": {"kode": "AS"}}).encode()
        for n in numbers
    ]
    return [json_array("enheter_alle.json.gz", "application/json+gzip", rows)]


def names(desk: Desk) -> list[str]:
    return sorted(path.parent.name for path in desk.landing.rglob("delivery.json"))


class Dies(Exception):
    """The process is gone."""


def run(job: FetchJob, *numbers: str, dies: bool = False) -> None:
    """Land one delivery per unit, with the cursor 1; or die before."""
    with job.session("x") as session:
        for day, number in enumerate(numbers, start=1):
            session.add("brreg_enheter", f"2026-02-0{day}", "snapshot", units(number))
        if dies:
            raise Dies
        session.land({"cursor": 1})


class Flaky:
    """A landing zone that fails at the n-th delivery."""

    def __init__(self, landing: Any, dies_at: int) -> None:
        self._landing, self._left = landing, dies_at

    def deliver(self, folder: Path) -> str:
        self._left -= 1
        if not self._left:
            raise Dies
        found: str = self._landing.deliver(folder)
        return found


def test_the_state_is_empty_at_first_and_kept_from_then_on(desk: Desk) -> None:
    state = FetchState.load(desk.lake, "x")
    assert state.values == {}
    state.values["cursor"] = 7
    state.save(desk.lake)
    state.save(desk.lake)
    assert FetchState.load(desk.lake, "x").values == {"cursor": 7}
    assert FetchState.load(desk.lake, "y").values == {}


def test_of_two_runs_one_moves_the_state(desk: Desk) -> None:
    one, other = FetchState.load(desk.lake, "x"), FetchState.load(desk.lake, "x")
    one.values["cursor"] = 7
    other.values["cursor"] = 8
    one.save(desk.lake)
    with pytest.raises(Superseded):
        other.save(desk.lake)
    assert FetchState.load(desk.lake, "x").values == {"cursor": 7}


def test_a_damaged_state_is_refused(desk: Desk) -> None:
    state = FetchState.load(desk.lake, "x")
    state.values["cursor"] = 7
    state.save(desk.lake)
    path = Path(desk.lake.storage.uri) / "fetch" / "x.json"
    path.write_text(path.read_text().replace("7", "9"))
    with pytest.raises(DataRefused, match="lake_not_whole"):
        FetchState.load(desk.lake, "x")


def test_deliveries_land_with_rising_serials_and_then_the_state_moves(
    desk: Desk, fetch_job: FetchJob
) -> None:
    with fetch_job.session("x") as session:
        session.add("brreg_enheter", "2026-02-03", "snapshot", units("310000205"), complete=True)
        session.add("brreg_enheter", "2026-02-02", "snapshot", units("310000205", "310000302"))
        assert names(desk) == []
        assert FetchState.load(desk.lake, "x").values == {}
        landed = session.land({"cursor": 1})
        assert session.land({"cursor": 2}) == []
    assert [(one.delivery_id, one.records) for one in landed] == [
        ("20260203T041500Z-0001", 1),
        ("20260203T041500Z-0002", 2),
    ]
    assert landed == session.landed
    envelope = json.loads((Path(landed[0].place) / "delivery.json").read_text())
    assert (envelope["legal_basis"], envelope["complete"]) == ("LB-OPEN-01", True)
    assert FetchState.load(desk.lake, "x").values == {"cursor": 2, "last_landed": "2026-02-03T04:15:00Z"}
    assert [path.name for path in session.work.iterdir()] == ["lock"]
    desk.take()
    assert desk.counts(Path(landed[1].place)) == {"in": 2, "accepted": 2}


def test_what_fails_before_it_lands_leaves_nothing(desk: Desk, fetch_job: FetchJob) -> None:
    with pytest.raises(Dies):
        run(fetch_job, "310000205", dies=True)
    assert names(desk) == []
    assert [path.name for path in fetch_job.work("x").iterdir()] == ["lock"]
    assert FetchState.load(desk.lake, "x").values == {}


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_what_dies_while_it_lands_is_finished_by_the_next_run(
    desk: Desk, fetch_job: FetchJob, later: Later, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """At the first delivery, between the two, and before the state is saved."""
    if dies_at == 3:
        monkeypatch.setattr(FetchState, "save", lambda self, lake: (_ for _ in ()).throw(Dies))
    job = replace(fetch_job, landing=Flaky(fetch_job.landing, dies_at))  # type: ignore[arg-type]
    with pytest.raises(Dies):
        run(job, "310000205", "310000302")
    monkeypatch.undo()
    assert len(names(desk)) == dies_at - 1
    assert FetchState.load(desk.lake, "x").values == {}
    with later(fetch_job, 1).session("x") as again:
        assert [one.delivery_id for one in again.landed] == [
            "20260203T041500Z-0001",
            "20260203T041500Z-0002",
        ]
        assert again.state.values["cursor"] == 1
    assert names(desk) == ["20260203T041500Z-0001", "20260203T041500Z-0002"]
    with later(fetch_job, 2).session("x") as third:
        assert third.landed == []


def test_what_another_run_has_overtaken_is_dropped(
    desk: Desk, fetch_job: FetchJob, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    job = replace(fetch_job, landing=Flaky(fetch_job.landing, 1))  # type: ignore[arg-type]
    with pytest.raises(Dies):
        run(job, "310000205")
    elsewhere = FetchState.load(desk.lake, "x")
    elsewhere.values["cursor"] = 5
    elsewhere.save(desk.lake)
    with later(fetch_job, 1).session("x") as again:
        assert (again.landed, again.state.values["cursor"]) == ([], 5)
    assert "another run has moved on" in caplog.text
    assert names(desk) == []


def test_what_can_never_land_does_not_stop_the_next_run(
    desk: Desk, fetch_job: FetchJob, later: Later, caplog: pytest.LogCaptureFixture
) -> None:
    with fetch_job.session("other") as first:
        first.add("brreg_enheter", "2026-02-01", "snapshot", units("310000302"))
        first.land({})
    with pytest.raises(DataRefused, match="delivery_conflict"):
        run(fetch_job, "310000205")
    with later(fetch_job, 1).session("x") as again:
        assert (again.landed, again.state.values) == ([], {})
    assert "it is fetched again" in caplog.text


def test_case_8_two_runs_at_once_are_one(fetch_job: FetchJob) -> None:
    with fetch_job.session("x"):
        with pytest.raises(KjedeError, match="another run of fetch x is under way"):
            FetchSession(fetch_job, "x").__enter__()
        with fetch_job.session("y"):
            pass
    with (fetch_job.work("x") / "lock").open("w") as free:
        fcntl.flock(free, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_every_client_is_listed_once_with_a_schedule() -> None:
    assert list(FETCHERS) == [
        "brreg",
        "brreg_oppdateringer",
        "arbeidstilsynet",
        "kartverket",
        "doffin",
        "klass",
    ]
    for name, client in FETCHERS.items():
        assert fetcher(name) is client
        assert client.name == name
        assert len(client.cron.split()) == 5
        assert client.description.endswith(".")
